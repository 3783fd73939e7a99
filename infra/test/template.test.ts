// What the templates may and may not hold, whatever is added to them.

import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Template } from "aws-cdk-lib/assertions";

import { costs } from "../src/blog.ts";
import { POLLY_FOLDER } from "../src/data.ts";
import { SUMMARY_MODEL, SettingError, VOICES } from "../src/settings.ts";
import { PROGRAMS, maker, programs } from "./programs.ts";

/** What is allowed of everything, and why it cannot be less. */
const OF_EVERYTHING = {
  "polly:StartSpeechSynthesisTask": "a task has no name by which it could be allowed",
  "polly:GetSpeechSynthesisTask": "the same",
  "dynamodb:ListStreams": "Lambda lists the account's streams to find the one that it reads; names no one",
};

type Resource = { Type: string; Properties: Record<string, any>; DeletionPolicy?: string };

let functions: string;

before(() => {
  functions = programs();
});

after(() => rmSync(functions, { recursive: true }));

const made = maker(() => functions);

function templates(context: Record<string, string> = {}): Template[] {
  return Object.values(made(context)).map((stack) => Template.fromStack(stack));
}

function resources(type?: string, all: Template[] = templates()): [string, Resource][] {
  const found = all.flatMap((template) => Object.entries(template.toJSON().Resources as Record<string, Resource>));
  return found.filter(([, resource]) => type === undefined || resource.Type === type);
}

/** What anybody is allowed, by policies of roles, queues and buckets. */
function allowed(): { at: string; actions: string[]; on: unknown[]; to: unknown }[] {
  return resources().flatMap(([at, { Properties }]) => {
    const policies = Properties?.["Policies"];
    const inline = (Array.isArray(policies) ? policies : []).map((policy: any) => policy.PolicyDocument);
    const documents = [Properties?.["PolicyDocument"], ...inline].filter(Boolean);
    return documents
      .flatMap((document) => document.Statement)
      .filter((statement) => statement.Effect === "Allow")
      .map((statement) => ({
        at,
        actions: [statement.Action].flat(),
        on: [statement.Resource].flat(),
        to: statement.Principal,
      }));
  });
}

test("no bucket is public", () => {
  const buckets = resources("AWS::S3::Bucket");
  assert.equal(buckets.length, 2, "media and the web client");
  for (const [name, { Properties }] of buckets) {
    assert.deepEqual(
      Properties["PublicAccessBlockConfiguration"],
      { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      name,
    );
  }
  const everybody = allowed().filter(({ to }) => to === "*" || (to as any)?.AWS === "*");
  assert.deepEqual(everybody, []);
});

test("nobody is allowed all actions, or something of everything", () => {
  const actions = allowed().filter(({ actions }) => actions.some((action) => action.includes("*")));
  assert.deepEqual(actions, []);
  const everything = allowed().filter(({ on }) => on.includes("*"));
  const all = new Set(everything.flatMap(({ actions }) => actions));
  assert.deepEqual([...all].sort(), Object.keys(OF_EVERYTHING).sort());
});

test("nobody may pass a role on", () => {
  assert.ok(allowed().length > 10, "the test sees what is allowed");
  assert.deepEqual(allowed().filter(({ actions }) => actions.includes("iam:PassRole")), []);
});

test("nobody may read the table without a key", () => {
  const table = allowed().filter(({ actions }) => actions.some((action) => action.startsWith("dynamodb:")));
  assert.ok(table.length > 5);
  assert.deepEqual(table.filter(({ actions }) => actions.includes("dynamodb:Scan")), []);
});

test("what a worker could not do lies in a queue of its own", () => {
  const queues = resources("AWS::Lambda::EventInvokeConfig").map(([, { Properties }]) =>
    JSON.stringify(Properties["DestinationConfig"].OnFailure.Destination),
  );
  assert.equal(new Set(queues).size, 9, "speech, spoken, summary, search, image, purge, mail, sweeper, notifier");
  const streams = resources("AWS::Lambda::EventSourceMapping");
  assert.equal(streams.length, 1);
  for (const [, { Properties }] of streams) {
    assert.ok(Properties["DestinationConfig"].OnFailure.Destination);
    assert.deepEqual(Properties["FunctionResponseTypes"], ["ReportBatchItemFailures"]);
  }
});

test("what must not be lost outlives its stack", () => {
  const data = [Template.fromStack(made().data)];
  for (const type of ["AWS::DynamoDB::Table", "AWS::S3::Bucket"]) {
    const kept = resources(type, data);
    assert.equal(kept.length, 1, type);
    for (const [name, { DeletionPolicy }] of kept) assert.equal(DeletionPolicy, "Retain", name);
  }
  const [[, table] = assert.fail()] = resources("AWS::DynamoDB::Table");
  assert.equal(table.Properties["DeletionProtectionEnabled"], true);
  assert.equal(table.Properties["PointInTimeRecoverySpecification"].PointInTimeRecoveryEnabled, true);
});

test("nobody but the blog's doors and its operator keeps or checks passwords, and nobody signs up at the pool", () => {
  const [[name, pool] = assert.fail()] = resources("AWS::Cognito::UserPool");
  assert.equal(pool.DeletionPolicy, "Retain", name);
  assert.equal(pool.Properties["DeletionProtection"], "ACTIVE");
  assert.equal(pool.Properties["AdminCreateUserConfig"].AllowAdminCreateUserOnly, true);
  assert.ok(pool.Properties["LambdaConfig"].UserMigration, "it asks for passwords that were brought along");
  const { MinimumLength, ...required } = pool.Properties["Policies"].PasswordPolicy;
  assert.equal(MinimumLength, 6, "the shortest that the adapter sends");
  assert.deepEqual(Object.values(required).filter(Boolean), []);
  const [[, client] = assert.fail()] = resources("AWS::Cognito::UserPoolClient");
  const flows = client.Properties["ExplicitAuthFlows"];
  assert.deepEqual(flows, ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
  assert.equal(client.Properties["PreventUserExistenceErrors"], "ENABLED");
  const users = allowed().filter(({ actions }) => actions.some((action) => action.startsWith("cognito-idp:")));
  assert.equal(users.length, 3, "who answers HTTP, who answers sockets, and who answers the operator");
});

test("who hears of brought passwords may read a row, and nothing else", () => {
  const stack = [Template.fromStack(made().passwords)];
  const statements = resources("AWS::IAM::Policy", stack)
    .flatMap(([, { Properties }]) => Properties["PolicyDocument"].Statement)
    .flatMap(({ Action }) => Action);
  assert.deepEqual(statements.filter((action) => !action.startsWith("logs:")), ["dynamodb:GetItem"]);
});

test("every function is one of ours, and keeps its log for a month", () => {
  const all = resources("AWS::Lambda::Function");
  assert.equal(all.length, PROGRAMS.length);
  for (const [name, { Properties }] of all) {
    assert.equal(Properties["Runtime"], "provided.al2023", name);
    assert.deepEqual(Properties["Architectures"], ["arm64"], name);
    assert.ok(Properties["LoggingConfig"].LogGroup, name);
  }
  for (const [, { Properties }] of resources("AWS::Logs::LogGroup")) assert.equal(Properties["RetentionInDays"], 30);
});

test("AWS's rules of good practice are followed, or a reason is written", () => {
  const somewhere = { CDK_DEFAULT_ACCOUNT: "123456789012", CDK_DEFAULT_REGION: "ap-northeast-2" };
  const owned = { domain: "blog.example", zone: "Z0123456789ABC" };
  for (const [place, chosen] of [[{}, {}], [somewhere, owned]]) {
    const context = { functions, ...chosen, "@aws-cdk/core:defaultCrossStackReferences": "strong" };
    const synth = spawnSync(process.execPath, ["--import", "tsx", "src/app.ts"], {
      cwd: join(import.meta.dirname, ".."),
      env: { ...process.env, ...place, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: join(functions, "out") },
      encoding: "utf8",
    });
    assert.equal(synth.status, 0, synth.stderr + synth.stdout);
  }
});

test("what a search index costs is said before it is made", () => {
  assert.match(String(costs(made())), /OpenSearch.*dollars a month/);
  assert.deepEqual(costs(made({ search: "off" })), []);
  assert.deepEqual(costs(made({ searchUrl: "https://search.example" })), []);
});

test("summaries are written by the model that the adapter is made for", () => {
  const adapter = join(import.meta.dirname, "../../adapters/aws/summary/src/config.rs");
  assert.ok(readFileSync(adapter, "utf8").includes(`"${SUMMARY_MODEL}"`));
});

test("posts are spoken by the voices that the adapter is made for", () => {
  const source = (name: string) => readFileSync(join(import.meta.dirname, "../../adapters/aws/speech/src", name), "utf8");
  for (const voice of Object.values(VOICES)) assert.ok(source("config.rs").includes(`"${voice}"`), voice);
  assert.ok(source("folder.rs").includes(`FOLDER: &str = "${POLLY_FOLDER}"`));
});

test("Polly tells and writes as who asks, and only of what it made", () => {
  const of = (action: string) => allowed().filter(({ actions }) => actions.includes(action));
  const [[topic] = assert.fail()] = resources("AWS::SNS::Topic");
  const publishers = of("sns:Publish");
  assert.deepEqual(publishers.map(({ on }) => on), [[{ Ref: topic }]]);
  assert.deepEqual(of("polly:StartSpeechSynthesisTask").map(({ at }) => at), publishers.map(({ at }) => at));
  const services = allowed().map(({ to }) => JSON.stringify(to ?? ""));
  assert.ok(!services.some((service) => service.includes("polly")), "Polly has no role");
  const removers = of("s3:DeleteObject").filter(({ on }) => JSON.stringify(on).includes(`/${POLLY_FOLDER}*`));
  assert.equal(removers.length, 2, "who speaks, and who hears");

  const [[, subscription] = assert.fail()] = resources("AWS::SNS::Subscription");
  assert.equal(subscription.Properties["Protocol"], "lambda");
  assert.ok(subscription.Properties["RedrivePolicy"].deadLetterTargetArn, "what could not be told is kept");
  const [[, bucket] = assert.fail()] = resources("AWS::S3::Bucket");
  const [rule] = bucket.Properties["LifecycleConfiguration"].Rules;
  assert.deepEqual([rule.Prefix, rule.Status], [POLLY_FOLDER, "Enabled"]);
  const [[, arrivals] = assert.fail()] = resources("AWS::Events::Rule");
  const { key } = arrivals.Properties["EventPattern"].detail.object;
  assert.deepEqual(key, [{ suffix: "/original.bin" }], "nothing that was made of it, and nothing spoken, is an upload");
});

test("mails go by a server whose address no template has, or wait for the owner", () => {
  const told = (context: Record<string, string>) => {
    const functions = resources("AWS::Lambda::Function", templates(context));
    const environments = functions.map(([, { Properties }]) => Properties["Environment"]?.Variables ?? {});
    return environments.filter((variables) => variables.DEEPDIVE_SMTP_URL !== undefined);
  };
  assert.deepEqual(told({}), []);
  const [sender, ...others] = told({ mailFrom: "Deepdive <blog@blog.example>", mailSecret: "blog/smtp" });
  assert.deepEqual(others, [], "one function sends");
  assert.match(JSON.stringify(sender.DEEPDIVE_SMTP_URL), /resolve:secretsmanager/);
});

test("a setting that cannot be meant is refused with its name", () => {
  const zone = "Z0123456789ABC";
  const domain = "blog.example";
  for (const [name, context] of [
    ["signUp", { signUp: "yes" }],
    ["mailFrom", { mailSecret: "blog/smtp" }],
    ["mailFrom", { mailFrom: "Deepdive", mailSecret: "blog/smtp" }],
    ["mailSecret", { mailFrom: "blog@blog.example" }],
    ["mailSecret", { mailFrom: "blog@blog.example", mailSecret: "smtps://kim:secret@mail.example" }],
    ["architecture", { architecture: "sparc" }],
    ["searchUrl", { searchUrl: "search.example" }],
    ["searchUrl", { searchUrl: "https://search.example", search: "off" }],
    ["search", { search: "maybe" }],
    ["koreanVoice", { koreanVoice: "no voice" }],
    ["speechPrice", { speechPrice: "1.0005" }],
    ["currency", { currency: "won" }],
    ["functions", { functions: "/nowhere" }],
    ["domain", { domain: "https://blog.example", zone }],
    ["zone", { domain }],
    ["zone", { domain, zone: "blog.example" }],
    ["domain", { zone }],
    ["region", { domain, zone }],
    ["certificate", { domain, zone, certificate: "arn:aws:acm:us-east-1:123456789012:certificate/1-2" }],
    ["us-east-1", { domain, certificate: "arn:aws:acm:ap-northeast-2:123456789012:certificate/1-2" }],
  ] as const) {
    const refused = (error: unknown) => error instanceof SettingError && error.message.includes(name);
    assert.throws(() => templates(context as Record<string, string>), refused, JSON.stringify(context));
  }
});
