// A function of ours: a program that was compiled before, with as much as it needs and no more.

import { join } from "node:path";

import { Construct } from "constructs";

import { Duration, dynamodb, iam, lambda, logs, sqs, destinations } from "./cdk.ts";
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

/** One program as a function, with its own log. */
export class Program extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: ProgramProps & { readonly options?: Partial<lambda.FunctionProps> }) {
    super(scope, id);
    this.function = new lambda.Function(this, "Function", {
      description: props.description,
      code: lambda.Code.fromAsset(join(props.settings.functions, props.program)),
      handler: "bootstrap",
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: props.settings.architecture,
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: props.environment,
      logGroup: new logs.LogGroup(this, "Log", { retention: logs.RetentionDays.ONE_MONTH }),
      ...props.options,
    });
  }
}

/** A program that is invoked without anybody who waits. What it could not do, even when it was tried again,
 * lies in a queue of its own for two weeks. */
export class Worker extends Program {
  readonly failed: sqs.Queue;

  constructor(scope: Construct, id: string, props: ProgramProps) {
    const failed = new sqs.Queue(scope, `${id}Failed`, {
      enforceSSL: true,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
    });
    const options = {
      onFailure: new destinations.SqsDestination(failed),
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
    };
    super(scope, id, { ...props, options });
    this.failed = failed;
  }
}

/** Lets a function use the table as the store does: by keys, and by queries of the table and its indexes. No
 * scan. */
export function grantTable(table: dynamodb.ITable, to: lambda.IFunction): void {
  to.addToRolePolicy(
    new iam.PolicyStatement({
      actions: ["BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"].map(
        (action) => `dynamodb:${action}`,
      ),
      resources: [table.tableArn, `${table.tableArn}/index/*`],
    }),
  );
}
