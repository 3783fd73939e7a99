// What answers, and what works after the answer.

import { Construct } from "constructs";

import {
  CfnOutput, Duration, Stack, type StackProps,
  apigateway, dynamodb, events, iam, integrations, lambda, opensearch, s3, schedule, scheduleTargets, secrets, sns, sources,
  subscriptions, targets,
} from "./cdk.ts";
import { POLLY_FOLDER } from "./data.ts";
import type { EdgeStack } from "./edge.ts";
import type { PasswordsStack } from "./passwords.ts";
import { Program, Worker, lastQueue } from "./program.ts";
import { because, called } from "./reasons.ts";
import type { Settings } from "./settings.ts";
import { Sockets } from "./sockets.ts";

/** The pages of the web client that the program fills. */
const SHELLS = ["index.html", "graphiql.html"];

export interface ApiProps extends StackProps {
  readonly settings: Settings;
  readonly table: dynamodb.ITable;
  readonly bucket: s3.IBucket;
  /** Files of the web client, of which the pages' shell is one. */
  readonly client: s3.IBucket;
  readonly passwords: PasswordsStack;
  readonly edge: EdgeStack;
  /** The search index, if this blog made one. */
  readonly domain: opensearch.Domain | undefined;
}

/** Of all that is written to the table, what the router hears. */
const HEARD = [
  // Only a stage with a place in the due index can have become due, or be further than it was.
  lambda.FilterCriteria.filter({
    dynamodb: {
      Keys: { sk: { S: lambda.FilterRule.beginsWith("STAGE#") } },
      NewImage: { gsi1pk: { S: lambda.FilterRule.beginsWith("DUE#") } },
    },
  }),
  // An event was appended to a log.
  lambda.FilterCriteria.filter({
    dynamodb: { Keys: { pk: { S: lambda.FilterRule.beginsWith("L#") }, sk: { S: lambda.FilterRule.isEqual("HEAD") } } },
  }),
  // A mail was asked for.
  lambda.FilterCriteria.filter({ dynamodb: { Keys: { pk: { S: lambda.FilterRule.isEqual("MAILS") } } } }),
  // A session or token is over.
  lambda.FilterCriteria.filter({
    eventName: lambda.FilterRule.isEqual("REMOVE"),
    dynamodb: { Keys: { pk: { S: lambda.FilterRule.beginsWith("K#") } } },
  }),
];

/** The blog's functions, and what calls them. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id, props);
    const { settings, table, bucket, client, passwords, edge, domain } = props;
    const { api, publicUrl } = edge;
    const everywhere = {
      DEEPDIVE_TABLE: table.tableName,
      DEEPDIVE_SPEECH_PRICE: settings.speechPrice,
      DEEPDIVE_SUMMARY_PRICE: settings.summaryPrice,
      DEEPDIVE_CURRENCY: settings.currency,
    };
    const media = { DEEPDIVE_BUCKET: bucket.bucketName, DEEPDIVE_MEDIA_URL: `${publicUrl}/media` };
    const search = { DEEPDIVE_SEARCH_URL: searchUrl(settings, domain) };

    const site = {
      DEEPDIVE_PUBLIC_URL: publicUrl,
      DEEPDIVE_TITLE: settings.title,
      DEEPDIVE_SIGN_UP: settings.signUp,
    };

    const doors = { ...everywhere, ...media, ...search, ...site, ...passwords.told };
    const sockets = new Sockets(this, "Sockets", { settings, environment: doors });

    const http = new Program(this, "Http", {
      settings,
      program: "http",
      description: "Answers pages, feeds and GraphQL",
      memorySize: 1024,
      timeout: Duration.seconds(29),
      environment: {
        ...doors,
        DEEPDIVE_SOCKET_URL: sockets.url,
        DEEPDIVE_WEB_BUCKET: client.bucketName,
        DEEPDIVE_EDGE_KEY: edge.key.secretValue.unsafeUnwrap(),
      },
    });
    // Whom they give an address to does with it what they may do themselves.
    for (const door of [http, sockets.socket, sockets.notifier]) {
      allowObjects(door, bucket, "GetObject", "PutObject");
    }
    // The notifier only renders.
    for (const door of [http, sockets.socket]) passwords.allow(door);
    http.allow(["s3:GetObject"], SHELLS.map((shell) => client.arnForObjects(shell)));
    http.allow(["s3:ListBucket"], [client.bucketArn]);
    const integration = new integrations.HttpLambdaIntegration("HttpFunction", http.function);
    for (const [name, path] of [["Home", "/"], ["Pages", "/{proxy+}"]] as const) {
      const routeKey = apigateway.HttpRouteKey.with(path, apigateway.HttpMethod.ANY);
      const route = new apigateway.HttpRoute(this, name, { httpApi: api, routeKey, integration });
      because(route, "APIG4", "who asks is decided by the program, as in the embedded home");
    }

    // By it Polly tells that it has spoken a section, as whoever asked for it.
    const spoken = new sns.Topic(this, "Spoken", { enforceSSL: true });
    const speech = {
      ...everywhere,
      ...media,
      DEEPDIVE_SPEECH_TOPIC: spoken.topicArn,
      DEEPDIVE_KOREAN_VOICE: settings.koreanVoice,
      DEEPDIVE_ENGLISH_VOICE: settings.englishVoice,
    };
    const workers = {
      SPEECH: new Worker(this, "Speech", {
        settings,
        program: "speech",
        description: "Speaks posts",
        memorySize: 512,
        timeout: Duration.minutes(5),
        environment: speech,
      }),
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
        // What Lambda allows: it also makes the index anew, of all posts.
        timeout: Duration.minutes(15),
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
    const postOffice = new Worker(this, "Mail", {
      settings,
      program: "mail",
      description: "Sends the mails that were asked for",
      memorySize: 256,
      timeout: Duration.minutes(2),
      environment: { ...everywhere, ...site, DEEPDIVE_SOCKET_URL: sockets.url, ...mailServer(this, settings) },
    });
    const listener = new Worker(this, "SpeechCompleted", {
      settings,
      program: "speech-completed",
      description: "Hears that Polly has spoken a section",
      memorySize: 256,
      timeout: Duration.minutes(1),
      environment: speech,
    });
    spoken.addSubscription(
      new subscriptions.LambdaSubscription(listener.function, { deadLetterQueue: lastQueue(this, "SpokenFailed") }),
    );
    // No role is passed to Polly: it writes and tells as who asks.
    workers.SPEECH.allow(["polly:StartSpeechSynthesisTask"], ["*"]);
    workers.SPEECH.allow(["sns:Publish"], [spoken.topicArn]);
    allowObjects(workers.SPEECH, bucket, "GetObject", "PutObject");
    allowObjects(listener, bucket, "PutObject");
    for (const hearer of [workers.SPEECH, listener]) {
      hearer.allow(["polly:GetSpeechSynthesisTask"], ["*"]);
      because(hearer, "IAM5[Resource::*]", "a task of Polly has no name by which it could be allowed");
      hearer.allow(["s3:GetObject", "s3:DeleteObject"], [bucket.arnForObjects(`${POLLY_FOLDER}*`)]);
      because(hearer, `IAM5[Resource::${MEDIA}/${POLLY_FOLDER}*]`, "what Polly made, until it was heard");
      hearer.allow(["s3:ListBucket"], [bucket.bucketArn]);
    }
    // A profile sends a request on to whichever region has room.
    const model = settings.summaryModel.replace(/^(global|us|eu|apac|jp|au)\./, "");
    workers.SUMMARY.allow(
      ["bedrock:InvokeModel"],
      [
        `arn:${this.partition}:bedrock:*::foundation-model/${model}`,
        `arn:${this.partition}:bedrock:${this.region}:${this.account}:inference-profile/${settings.summaryModel}`,
      ],
    );
    const partition = called(this.partition, "Partition");
    because(
      workers.SUMMARY,
      `IAM5[Resource::arn:${partition}:bedrock:*::foundation-model/${model}]`,
      "the regions behind an inference profile are Amazon's affair, and change",
    );
    allowObjects(workers.IMAGE, bucket, "GetObject", "PutObject");
    allowObjects(workers.PURGE, bucket, "GetObject", "PutObject", "DeleteObject");
    for (const worker of [workers.IMAGE, workers.PURGE]) worker.allow(["s3:ListBucket"], [bucket.bucketArn]);

    const searchers = [http, sockets.socket, workers.SEARCH, workers.PURGE];
    if (domain) for (const searcher of searchers) allowSearch(searcher, domain);

    const rung = { ...workers, TIDY: workers.PURGE, NOTIFIER: sockets.notifier, MAIL: postOffice };
    const names = Object.fromEntries(
      Object.entries(rung).map(([kind, worker]) => [
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
    router.function.addEventSource(
      new sources.DynamoEventSource(table, {
        startingPosition: lambda.StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        bisectBatchOnError: true,
        reportBatchItemFailures: true,
        retryAttempts: 5,
        onFailure: new sources.SqsDlq(lastQueue(this, "RouterFailed")),
        filters: HEARD,
      }),
    );

    because(router, "IAM5[Resource::*]", "Lambda lists the account's streams to find the one that it reads");

    const sweeper = new Worker(this, "Sweeper", {
      settings,
      program: "sweeper",
      description: "Looks once a minute for what no bell told of",
      memorySize: 256,
      timeout: Duration.seconds(50),
      environment: { ...everywhere, ...names },
    });
    const clock = new iam.Role(this, "Clock", { assumedBy: new iam.ServicePrincipal("scheduler.amazonaws.com") });
    new schedule.Schedule(this, "EachMinute", {
      schedule: schedule.ScheduleExpression.rate(Duration.minutes(1)),
      target: new scheduleTargets.LambdaInvoke(sweeper.function, { retryAttempts: 0, role: clock }),
    });
    const swept = this.getLogicalId(sweeper.function.node.defaultChild as lambda.CfnFunction);
    because(clock, `IAM5[Resource::<${swept}.Arn>:*]`, "any version of that one function");

    for (const caller of [router, sweeper]) {
      const woken = [...Object.values(workers), sockets.notifier, postOffice];
      const functions = woken.map((worker) => worker.function.functionArn);
      caller.allow(["lambda:InvokeFunction"], functions);
    }
    // Nothing calls it but the operator, who may invoke the account's functions.
    const operator = new Program(this, "Operator", {
      settings,
      program: "operator",
      description: "Answers the operator: the link by which the owner's account is made, an account",
      memorySize: 256,
      timeout: Duration.seconds(30),
      environment: { ...everywhere, ...site, ...passwords.told, DEEPDIVE_SOCKET_URL: sockets.url },
    });
    passwords.allow(operator);

    const doorkeepers = [http, sockets.socket, sockets.notifier];
    for (const user of [...doorkeepers, operator, sweeper, listener, postOffice, ...Object.values(workers)]) user.allowTable(table);

    new events.Rule(this, "Arrivals", {
      description: "An image is in the bucket",
      eventPattern: {
        source: ["aws.s3"],
        detailType: ["Object Created"],
        detail: {
          bucket: { name: [bucket.bucketName] },
          // What workers write lies in the same bucket: see `Asset` in `domain`.
          object: { key: events.Match.suffix("/original.bin") },
        },
      },
      targets: [new targets.LambdaFunction(workers.IMAGE.function)],
    });

    new CfnOutput(this, "Url", { value: publicUrl, description: "Where the blog is" });
    new CfnOutput(this, "OperatorName", { value: operator.function.functionName });
    new CfnOutput(this, "SearchName", { value: workers.SEARCH.function.functionName });
    new CfnOutput(this, "ApiId", { value: api.apiId });
    new CfnOutput(this, "SocketApiId", { value: sockets.apiId });
    new CfnOutput(this, "TableName", { value: table.tableName });
    new CfnOutput(this, "BucketName", { value: bucket.bucketName });
  }
}

/** The bucket, as the check calls it when it is another stack's. */
const MEDIA = "DeepdiveData:ExportsOutputFnGetAttMediaA721A567ArnB9989168";

/** Lets a program do something with the bucket's objects. */
function allowObjects(program: Program, bucket: s3.IBucket, ...actions: string[]): void {
  program.allow(actions.map((action) => `s3:${action}`), [bucket.arnForObjects("*")]);
  because(program, `IAM5[Resource::${MEDIA}/*]`, "the bucket holds nothing else, and its keys begin with ids that nobody knows before");
}

/** The address holds a password: CloudFormation reads it when it deploys, and no template has it. */
function mailServer(scope: Construct, { mail }: Settings): Record<string, string> {
  if (!mail) return {};
  const secret = secrets.Secret.fromSecretNameV2(scope, "MailServer", mail.secret);
  return { DEEPDIVE_MAIL_FROM: mail.from, DEEPDIVE_SMTP_URL: secret.secretValue.unsafeUnwrap() };
}

function searchUrl({ search }: Settings, domain: opensearch.Domain | undefined): string {
  if (domain) return `https://${domain.domainEndpoint}`;
  return typeof search === "object" ? search.url : "";
}

/** Lets a program use the domain, and not configure it. */
function allowSearch(program: Program, domain: opensearch.Domain): void {
  const requests = ["Delete", "Get", "Head", "Post", "Put"].map((method) => `es:ESHttp${method}`);
  program.allow(requests, [`${domain.domainArn}/*`]);
  // The domain, as the check calls it when it is another stack's.
  const all = "DeepdiveSearch:ExportsOutputFnGetAttIndex4A79713BArnB66857D0/*";
  because(program, `IAM5[Resource::${all}]`, "the domain has one index, under names that change when it is made anew");
}
