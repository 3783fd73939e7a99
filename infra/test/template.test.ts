// What the templates may and may not hold, whatever is added to them.

import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";

import { blog } from "../src/blog.ts";
import { SUMMARY_MODEL, SettingError } from "../src/settings.ts";

const PROGRAMS = ["http", "image", "notifier", "operator", "purge", "router", "search", "socket", "summary", "sweeper"];

/** What is allowed of everything, and why it cannot be less. */
const OF_EVERYTHING = {
  "dynamodb:ListStreams": "Lambda lists the account's streams to find the one that it reads; names no one",
};

type Resource = { Type: string; Properties: Record<string, any>; DeletionPolicy?: string };

let functions: string;

before(() => {
  functions = mkdtempSync(join(tmpdir(), "deepdive-functions-"));
  for (const program of PROGRAMS) {
    mkdirSync(join(functions, program));
    writeFileSync(join(functions, program, "bootstrap"), program);
  }
});

after(() => rmSync(functions, { recursive: true }));

function templates(context: Record<string, string> = {}): Template[] {
  const { data, api } = blog(new App({ context: { functions, ...context } }), {});
  return [data, api].map((stack) => Template.fromStack(stack));
}

function resources(type?: string, all: Template[] = templates()): [string, Resource][] {
  const found = all.flatMap((template) => Object.entries(template.toJSON().Resources as Record<string, Resource>));
  return found.filter(([, resource]) => type === undefined || resource.Type === type);
}

/** What anybody is allowed, by policies of roles, queues and buckets. */
function allowed(): { at: string; actions: string[]; on: unknown[]; to: unknown }[] {
  return resources().flatMap(([at, { Properties }]) => {
    const inline = (Properties?.["Policies"] ?? []).map((policy: any) => policy.PolicyDocument);
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
  assert.equal(buckets.length, 1);
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
  assert.deepEqual(everything.flatMap(({ actions }) => actions), Object.keys(OF_EVERYTHING));
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
  assert.equal(new Set(queues).size, 6, "summary, search, image, purge, sweeper, notifier");
  const streams = resources("AWS::Lambda::EventSourceMapping");
  assert.equal(streams.length, 1);
  for (const [, { Properties }] of streams) {
    assert.ok(Properties["DestinationConfig"].OnFailure.Destination);
    assert.deepEqual(Properties["FunctionResponseTypes"], ["ReportBatchItemFailures"]);
  }
});

test("what must not be lost outlives its stack", () => {
  for (const type of ["AWS::DynamoDB::Table", "AWS::S3::Bucket"]) {
    for (const [name, { DeletionPolicy }] of resources(type)) assert.equal(DeletionPolicy, "Retain", name);
  }
  const [[, table] = assert.fail()] = resources("AWS::DynamoDB::Table");
  assert.equal(table.Properties["DeletionProtectionEnabled"], true);
  assert.equal(table.Properties["PointInTimeRecoverySpecification"].PointInTimeRecoveryEnabled, true);
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
  const context = JSON.stringify({ functions, "@aws-cdk/core:defaultCrossStackReferences": "strong" });
  const somewhere = { CDK_DEFAULT_ACCOUNT: "123456789012", CDK_DEFAULT_REGION: "ap-northeast-2" };
  for (const place of [{}, somewhere]) {
    const synth = spawnSync(process.execPath, ["--import", "tsx", "src/app.ts"], {
      cwd: join(import.meta.dirname, ".."),
      env: { ...process.env, ...place, CDK_CONTEXT_JSON: context, CDK_OUTDIR: join(functions, "out") },
      encoding: "utf8",
    });
    assert.equal(synth.status, 0, synth.stderr + synth.stdout);
  }
});

test("summaries are written by the model that the adapter is made for", () => {
  const adapter = join(import.meta.dirname, "../../adapters/aws/summary/src/config.rs");
  assert.ok(readFileSync(adapter, "utf8").includes(`"${SUMMARY_MODEL}"`));
});

test("a setting that cannot be meant is refused with its name", () => {
  for (const [name, value] of [
    ["signUp", "yes"],
    ["architecture", "sparc"],
    ["searchUrl", "search.example"],
    ["functions", "/nowhere"],
  ] as const) {
    assert.throws(() => templates({ [name]: value }), (error: unknown) => error instanceof SettingError && error.message.includes(name));
  }
});
