// A function of ours: a program that was compiled before, with as much as it needs and no more.

import { join } from "node:path";

import { Construct } from "constructs";

import { Duration, destinations, dynamodb, iam, lambda, logs, sqs } from "./cdk.ts";
import { because } from "./reasons.ts";
import type { Settings } from "./settings.ts";

export interface ProgramProps {
  readonly settings: Settings;
  /** Name of its folder among the functions, and of the program without `deepdive-`. */
  readonly program: string;
  readonly description: string;
  /** Megabytes; the share of a processor goes with them. */
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly environment: Record<string, string>;
}

/** One program as a function, with its own log, and a role that may write that log and nothing else yet. */
export class Program extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: ProgramProps, options: Partial<lambda.FunctionProps> = {}) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, "Log", { retention: logs.RetentionDays.ONE_MONTH });
    const role = new iam.Role(this, "Role", { assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    this.function = new lambda.Function(this, "Function", {
      description: props.description,
      code: lambda.Code.fromAsset(join(props.settings.functions, props.program)),
      handler: "bootstrap",
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: props.settings.architecture,
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: props.environment,
      role,
      logGroup,
      ...options,
    });
  }

  /** Lets it do something, and nothing more. */
  allow(actions: string[], resources: string[]): void {
    this.function.addToRolePolicy(new iam.PolicyStatement({ actions, resources }));
  }

  /** Lets it use the table as the store does: by keys, and by queries of the table and its indexes. No scan. */
  allowTable(table: dynamodb.ITable): void {
    const operations = ["BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"];
    const indexes = ["gsi1", "gsi2", "gsi3"].map((index) => `${table.tableArn}/index/${index}`);
    this.allow(operations.map((operation) => `dynamodb:${operation}`), [table.tableArn, ...indexes]);
  }
}

/** A program that is invoked without anybody who waits. What it could not do, even when it was tried again,
 * lies in a queue of its own for two weeks. */
export class Worker extends Program {
  constructor(scope: Construct, id: string, props: ProgramProps) {
    super(scope, id, props, {
      onFailure: new destinations.SqsDestination(lastQueue(scope, `${id}Failed`)),
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
    });
  }
}

/** A queue for what could not be done: somebody has to look at it. */
export function lastQueue(scope: Construct, id: string): sqs.Queue {
  const queue = new sqs.Queue(scope, id, {
    enforceSSL: true,
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    retentionPeriod: Duration.days(14),
  });
  because(queue, "SQS3", "it is where messages end");
  return queue;
}
