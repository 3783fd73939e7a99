// What answers, and what works after the answer.

import { Construct } from "constructs";

import {
  CfnOutput, Duration, Stack, type StackProps,
  apigateway, dynamodb, events, iam, integrations, lambda, s3, schedule, scheduleTargets, sources, sqs, targets,
} from "./cdk.ts";
import { Program, Worker, grantTable } from "./program.ts";
import type { Settings } from "./settings.ts";

export interface ApiProps extends StackProps {
  readonly settings: Settings;
  readonly table: dynamodb.ITable;
  readonly bucket: s3.IBucket;
}

/** The blog's functions, and what calls them. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id, props);
    const { settings, table, bucket } = props;
    const api = new apigateway.HttpApi(this, "Api", { description: "The blog's doors" });

    const everywhere = { DEEPDIVE_TABLE: table.tableName };
    const media = { DEEPDIVE_BUCKET: bucket.bucketName, DEEPDIVE_MEDIA_URL: `${api.apiEndpoint}/media` };
    const search = { DEEPDIVE_SEARCH_URL: settings.searchUrl };

    const site = {
      DEEPDIVE_PUBLIC_URL: api.apiEndpoint,
      // Until the socket API is part of this stack, subscriptions are refused with the blog's own address.
      DEEPDIVE_SOCKET_URL: api.apiEndpoint,
      DEEPDIVE_TITLE: settings.title,
      DEEPDIVE_SIGN_UP: settings.signUp,
    };

    const http = new Program(this, "Http", {
      settings,
      program: "http",
      description: "Answers pages, feeds and GraphQL",
      memorySize: 1024,
      timeout: Duration.seconds(29),
      environment: { ...everywhere, ...media, ...search, ...site },
    });
    // Whom it gives an address to does with it what it may do itself.
    http.function.addToRolePolicy(objects(bucket, "GetObject", "PutObject"));
    api.addRoutes({
      path: "/{proxy+}",
      integration: new integrations.HttpLambdaIntegration("HttpFunction", http.function),
    });
    api.addRoutes({
      path: "/",
      integration: new integrations.HttpLambdaIntegration("HttpFunctionRoot", http.function),
    });

    const workers = {
      SUMMARY: new Worker(this, "Summary", {
        settings,
        program: "summary",
        description: "Makes summaries",
        memorySize: 256,
        timeout: Duration.minutes(5),
        environment: { ...everywhere, DEEPDIVE_SUMMARY_MODEL: settings.summaryModel },
      }),
      SEARCH: new Worker(this, "Search", {
        settings,
        program: "search",
        description: "Keeps the search index",
        memorySize: 512,
        timeout: Duration.minutes(2),
        environment: { ...everywhere, ...search },
      }),
      IMAGE: new Worker(this, "Image", {
        settings,
        program: "image",
        description: "Makes the variants of images",
        memorySize: 2048,
        timeout: Duration.minutes(5),
        environment: { ...everywhere, ...media },
      }),
      PURGE: new Worker(this, "Purge", {
        settings,
        program: "purge",
        description: "Removes what was deleted, and images that nobody needs",
        memorySize: 256,
        timeout: Duration.minutes(5),
        environment: { ...everywhere, ...media, ...search },
      }),
    };
    // A model is reached through profiles and in regions that are the model's own affair.
    workers.SUMMARY.function.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ["bedrock:InvokeModel"],
        resources: ["arn:aws:bedrock:*::foundation-model/*", `arn:aws:bedrock:*:${this.account}:inference-profile/*`],
      }),
    );
    workers.IMAGE.function.addToRolePolicy(objects(bucket, "GetObject", "PutObject"));
    workers.PURGE.function.addToRolePolicy(objects(bucket, "GetObject", "PutObject", "DeleteObject"));
    for (const worker of [workers.IMAGE, workers.PURGE]) {
      worker.function.addToRolePolicy(
        new iam.PolicyStatement({ actions: ["s3:ListBucket"], resources: [bucket.bucketArn] }),
      );
    }

    const names = Object.fromEntries(
      Object.entries({ ...workers, TIDY: workers.PURGE }).map(([kind, worker]) => [
        `DEEPDIVE_${kind}_FUNCTION`,
        worker.function.functionName,
      ]),
    );
    const router = new Program(this, "Router", {
      settings,
      program: "router",
      description: "Hears the table's stream, and wakes who should look",
      memorySize: 256,
      timeout: Duration.minutes(1),
      environment: names,
    });
    const unheard = new sqs.Queue(this, "RouterFailed", {
      enforceSSL: true,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
    });
    router.function.addEventSource(
      new sources.DynamoEventSource(table, {
        startingPosition: lambda.StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        bisectBatchOnError: true,
        reportBatchItemFailures: true,
        retryAttempts: 5,
        onFailure: new sources.SqsDlq(unheard),
        // Of all that is written, only what has a place in the due index can have become due.
        filters: [
          lambda.FilterCriteria.filter({
            dynamodb: { NewImage: { gsi1pk: { S: lambda.FilterRule.beginsWith("DUE#") } } },
          }),
        ],
      }),
    );

    const sweeper = new Worker(this, "Sweeper", {
      settings,
      program: "sweeper",
      description: "Looks once a minute for what no bell told of",
      memorySize: 256,
      timeout: Duration.seconds(50),
      environment: { ...everywhere, ...names },
    });
    new schedule.Schedule(this, "EachMinute", {
      schedule: schedule.ScheduleExpression.rate(Duration.minutes(1)),
      target: new scheduleTargets.LambdaInvoke(sweeper.function, { retryAttempts: 0 }),
    });

    for (const caller of [router, sweeper]) {
      for (const worker of Object.values(workers)) worker.function.grantInvoke(caller.function);
    }
    // Nothing calls it but the operator, who may invoke the account's functions.
    const operator = new Program(this, "Operator", {
      settings,
      program: "operator",
      description: "Answers the operator: the link by which the owner's account is made",
      memorySize: 256,
      timeout: Duration.seconds(30),
      environment: { ...everywhere, ...site },
    });

    for (const { function: user } of [http, operator, sweeper, ...Object.values(workers)]) grantTable(table, user);

    new events.Rule(this, "Arrivals", {
      description: "An image is in the bucket",
      eventPattern: {
        source: ["aws.s3"],
        detailType: ["Object Created"],
        detail: { bucket: { name: [bucket.bucketName] } },
      },
      targets: [new targets.LambdaFunction(workers.IMAGE.function)],
    });

    new CfnOutput(this, "Url", { value: api.apiEndpoint, description: "Where the blog is" });
    new CfnOutput(this, "OperatorName", { value: operator.function.functionName });
    new CfnOutput(this, "ApiId", { value: api.apiId });
    new CfnOutput(this, "TableName", { value: table.tableName });
    new CfnOutput(this, "BucketName", { value: bucket.bucketName });
  }
}

/** What one may do with the bucket's objects. */
function objects(bucket: s3.IBucket, ...actions: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: actions.map((action) => `s3:${action}`),
    resources: [bucket.arnForObjects("*")],
  });
}
