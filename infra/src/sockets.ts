// The sockets: API Gateway holds them, and functions answer what comes over them.

import { Construct } from "constructs";

import { type CfnElement, Duration, Stack, apigateway, integrations, logs } from "./cdk.ts";
import { Program, Worker } from "./program.ts";
import { because, called } from "./reasons.ts";
import type { Settings } from "./settings.ts";

const STAGE = "live";

export interface SocketsProps {
  readonly settings: Settings;
  /** What everything is told that executes operations. */
  readonly environment: Record<string, string>;
}

/** A WebSocket API, the function that answers its messages, and the one that tells who follows something. */
export class Sockets extends Construct {
  /** Where clients open them. */
  readonly url: string;
  readonly apiId: string;
  readonly socket: Program;
  readonly notifier: Worker;

  constructor(scope: Construct, id: string, props: SocketsProps) {
    super(scope, id);
    const { settings } = props;
    const api = new apigateway.WebSocketApi(this, "Api", {
      description: "The blog's sockets",
      // Each message goes to the same function, which reads it.
      routeSelectionExpression: "$request.body.type",
    });
    const visits = new logs.LogGroup(this, "Visits", { retention: logs.RetentionDays.ONE_MONTH });
    const stage = new apigateway.WebSocketStage(this, "Stage", {
      webSocketApi: api,
      stageName: STAGE,
      autoDeploy: true,
      accessLogSettings: { destination: new apigateway.LogGroupLogDestination(visits) },
    });
    [this.url, this.apiId] = [stage.url, api.apiId];
    const environment = {
      ...props.environment,
      DEEPDIVE_SOCKET_URL: stage.url,
      DEEPDIVE_GATEWAY_URL: stage.callbackUrl,
    };

    this.socket = new Program(this, "Socket", {
      settings,
      program: "socket",
      description: "Answers what comes over sockets",
      memorySize: 512,
      timeout: Duration.seconds(29),
      environment,
    });
    this.notifier = new Worker(this, "Notifier", {
      settings,
      program: "notifier",
      description: "Tells those who follow something what happened",
      memorySize: 512,
      timeout: Duration.minutes(2),
      environment,
    });
    const integration = (name: string) => new integrations.WebSocketLambdaIntegration(name, this.socket.function);
    for (const route of ["$connect", "$disconnect", "$default"]) {
      const made = api.addRoute(route, { integration: integration(route.slice(1)) });
      because(made, "APIG4", "who opens a socket says so over it, as in the embedded home");
    }
    const stack = Stack.of(this);
    const rest = (method: string): string => `${STAGE}/${method}/@connections/*`;
    const place = [called(stack.partition, "Partition"), "execute-api", called(stack.region, "Region")];
    const [account, logical] = [called(stack.account, "AccountId"), stack.getLogicalId(api.node.defaultChild as CfnElement)];
    for (const sender of [this.socket, this.notifier]) {
      for (const method of ["POST", "DELETE"]) {
        const resource = { service: "execute-api", resource: api.apiId, resourceName: rest(method) };
        sender.allow(["execute-api:ManageConnections"], [stack.formatArn(resource)]);
        const name = `arn:${place.join(":")}:${account}:<${logical}>/${rest(method)}`;
        because(sender, `IAM5[Resource::${name}]`, "sockets have names that nobody knows before they are opened");
      }
    }
  }
}
