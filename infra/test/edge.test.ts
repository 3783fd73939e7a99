// What is behind which address, and what the edge does with a request.

import { strict as assert } from "node:assert";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runInNewContext } from "node:vm";

import { type StackProps } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";

import { maker, programs } from "./programs.ts";

const SEOUL = { env: { account: "123456789012", region: "ap-northeast-2" } };
const VIRGINIA = { env: { account: "123456789012", region: "us-east-1" } };
const OWNED = { domain: "blog.example", zone: "Z0123456789ABC" };

let functions: string;

before(() => {
  functions = programs();
});

after(() => rmSync(functions, { recursive: true }));

const made = maker(() => functions);

/** The distribution as CloudFormation is asked for it. */
function distribution(context: Record<string, string> = {}, place: StackProps = {}): Record<string, any> {
  const found = Template.fromStack(made(context, place).edge).findResources("AWS::CloudFront::Distribution");
  const [only = assert.fail()] = Object.values(found);
  return only["Properties"].DistributionConfig;
}

/** What one of the edge's programs makes of a request. */
function run(file: string, uri: string, headers: Record<string, string> = {}): Record<string, any> {
  const program = readFileSync(join(import.meta.dirname, "../src/edge", file), "utf8");
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }]));
  const event = { viewer: { ip: "203.0.113.7" }, request: { method: "GET", uri, headers: named } };
  return runInNewContext(`${program}; handler(event)`, { event });
}

test("what is nobody's file is answered by the API, for each visitor anew, with all that they said", () => {
  const { DefaultCacheBehavior: answered, CacheBehaviors, Origins } = distribution();
  assert.equal(answered.CachePolicyId, "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "CachingDisabled");
  assert.equal(answered.OriginRequestPolicyId, "b689b0a8-53d0-40ab-baf2-68738e2966ac", "AllViewerExceptHostHeader");
  assert.ok(answered.AllowedMethods.includes("POST"));
  const api = Origins.find(({ Id }: any) => Id === answered.TargetOriginId);
  assert.match(JSON.stringify(api.DomainName), /execute-api/);
  assert.equal(api.CustomOriginConfig.OriginProtocolPolicy, "https-only");
  const routes = Object.values(Template.fromStack(made().api).findResources("AWS::ApiGatewayV2::Route"));
  const paths = routes.map(({ Properties }) => Properties.RouteKey).filter((key) => !key.startsWith("$"));
  assert.deepEqual(paths.sort(), ["ANY /", "ANY /{proxy+}"], "the others are the sockets'");
  for (const path of ["/posts/*", "/tags/*"]) {
    const { PathPattern, ...behavior } = CacheBehaviors.find((one: any) => one.PathPattern === path);
    assert.deepEqual(behavior, answered, PathPattern);
  }
});

test("a tag that is called like a file is still a tag", () => {
  const paths: string[] = distribution()["CacheBehaviors"].map(({ PathPattern }: any) => PathPattern);
  assert.ok(paths.indexOf("/tags/*") < paths.indexOf("/*.js"), String(paths));
});

test("files come from private buckets, which only the edge may read", () => {
  const { CacheBehaviors, Origins } = distribution();
  for (const path of ["/media/*", "/*.js", "/*.css", "/*.wasm"]) {
    const { TargetOriginId } = CacheBehaviors.find(({ PathPattern }: any) => PathPattern === path);
    const origin = Origins.find(({ Id }: any) => Id === TargetOriginId);
    assert.ok(origin.OriginAccessControlId, path);
    assert.equal(origin.S3OriginConfig.OriginAccessIdentity, "");
  }
  const { data, web } = made();
  for (const [stack, keys] of [[data, ["*.webp", "*.mp3"]], [web, ["*.js", "*.css", "*.wasm", "*.br"]]] as const) {
    const [policy = assert.fail()] = Object.values(Template.fromStack(stack).findResources("AWS::S3::BucketPolicy"));
    const allowed = policy["Properties"].PolicyDocument.Statement.filter(({ Effect }: any) => Effect === "Allow");
    assert.equal(allowed.length, 1);
    assert.equal(allowed[0].Action, "s3:GetObject");
    assert.deepEqual(allowed[0].Principal, { Service: "cloudfront.amazonaws.com" });
    assert.match(JSON.stringify(allowed[0].Condition), /ArnLike.*aws:SourceArn.*distribution/);
    const read = allowed[0].Resource.map((resource: any) => resource["Fn::Join"][1].at(-1).slice(1));
    assert.deepEqual(read, keys);
  }
});

test("every address is encrypted, and no error is kept for others", () => {
  const all = distribution();
  for (const behavior of [all["DefaultCacheBehavior"], ...all["CacheBehaviors"]]) {
    assert.equal(behavior.ViewerProtocolPolicy, "redirect-to-https");
    assert.ok(behavior.ResponseHeadersPolicyId);
  }
  assert.equal(all["HttpVersion"], "http2and3");
  assert.equal(all["IPV6Enabled"], true);
  for (const { ErrorCachingMinTTL } of all["CustomErrorResponses"]) assert.equal(ErrorCachingMinTTL, 0);
  assert.ok(all["CustomErrorResponses"].some(({ ErrorCode }: any) => ErrorCode === 403));
});

test("without a name of its own a blog has CloudFront's", () => {
  const { api, edge, certificate } = made();
  assert.equal(certificate, undefined);
  assert.equal(distribution()["Aliases"], undefined);
  Template.fromStack(edge).resourceCountIs("AWS::Route53::RecordSet", 0);
  const url = Template.fromStack(api).findOutputs("Url")["Url"]!["Value"];
  assert.match(JSON.stringify(url), /https:\/\/.*ImportValue.*DomainName/);
});

test("a name of the owner's gets certificate and records", () => {
  for (const place of [SEOUL, VIRGINIA]) {
    const { certificate = assert.fail(), edge, api } = made(OWNED, place);
    assert.equal(certificate.region, "us-east-1");
    Template.fromStack(certificate).hasResourceProperties("AWS::CertificateManager::Certificate", {
      DomainName: "blog.example",
      ValidationMethod: "DNS",
      DomainValidationOptions: [{ DomainName: "blog.example", HostedZoneId: "Z0123456789ABC" }],
    });
    for (const Type of ["A", "AAAA"]) {
      const record = { Name: "blog.example.", HostedZoneId: "Z0123456789ABC", Type };
      Template.fromStack(edge).hasResourceProperties("AWS::Route53::RecordSet", record);
    }
    const { Aliases, ViewerCertificate } = distribution(OWNED, place);
    assert.deepEqual(Aliases, ["blog.example"]);
    assert.equal(ViewerCertificate.MinimumProtocolVersion, "TLSv1.2_2021");
    assert.equal(ViewerCertificate.SslSupportMethod, "sni-only");
    assert.equal(Template.fromStack(api).findOutputs("Url")["Url"]!["Value"], "https://blog.example");
  }
});

test("whose names are kept elsewhere brings a certificate, and no record is made", () => {
  const arn = "arn:aws:acm:us-east-1:123456789012:certificate/1-2";
  const { Aliases, ViewerCertificate } = distribution({ domain: "blog.example", certificate: arn });
  assert.deepEqual(Aliases, ["blog.example"]);
  assert.equal(ViewerCertificate.AcmCertificateArn, arn);
  Template.fromStack(made({ domain: "blog.example", certificate: arn }).edge).resourceCountIs("AWS::Route53::RecordSet", 0);
});

test("client and functions are deployed alone: neither stack waits for the other", () => {
  const { data, web, edge, api } = made();
  assert.deepEqual(web.dependencies, []);
  assert.deepEqual(data.dependencies, []);
  assert.ok(!edge.dependencies.includes(api));
  Template.fromStack(web).resourceCountIs("Custom::WebClient", 1);
});

test("the index is small, encrypted, and asked only by those whose role says so", () => {
  const { search = assert.fail(), api } = made();
  Template.fromStack(search).hasResourceProperties("AWS::OpenSearchService::Domain", {
    AccessPolicies: Match.absent(),
    ClusterConfig: { InstanceCount: 1, InstanceType: "t3.small.search" },
    EncryptionAtRestOptions: { Enabled: true },
    NodeToNodeEncryptionOptions: { Enabled: true },
    DomainEndpointOptions: { EnforceHTTPS: true },
  });
  const policies = Object.entries(Template.fromStack(api).findResources("AWS::IAM::Policy"));
  const asking = policies.filter(([, policy]) => JSON.stringify(policy).includes("es:ESHttp")).map(([name]) => name);
  assert.deepEqual(asking.map((name) => name.replace(/Role.*/, "")).sort(), ["Http", "Purge", "Search", "SocketsSocket"]);
});

test("a blog without search, or with another's, makes no index", () => {
  assert.equal(made({ search: "off" }).search, undefined);
  const { search, api } = made({ searchUrl: "https://search.example" });
  assert.equal(search, undefined);
  const variables = Object.values(Template.fromStack(api).findResources("AWS::Lambda::Function"));
  const urls = variables.map(({ Properties }) => Properties.Environment?.Variables.DEEPDIVE_SEARCH_URL).filter(Boolean);
  assert.deepEqual(new Set(urls), new Set(["https://search.example"]));
});

test("the edge says who asks and for which path, whatever they say of it", () => {
  const said = { "x-deepdive-visitor": "127.0.0.1", "x-deepdive-path": "/", accept: "*/*" };
  const { headers } = run("visitor.js", "/tags/c%23", said);
  assert.equal(headers["x-deepdive-visitor"].value, "203.0.113.7");
  assert.equal(headers["x-deepdive-path"].value, "/tags/c%23", "with its escapes");
  assert.equal(headers["accept"].value, "*/*");
});

test("objects are given by their own names, and no originals", () => {
  const given = (uri: string) => run("media.js", uri);
  assert.equal(given("/media/m1/s2/w1200-ab_c.webp")["uri"], "/m1/s2/w1200-ab_c.webp");
  assert.equal(given("/media/p1/s2/speech-1.mp3")["uri"], "/p1/s2/speech-1.mp3");
  for (const uri of [
    "/media/m1/s2/original.bin", "/media/m1/s2/original.webp", "/media/m1/s2/section-1.json", "/media/m1/a.webp",
    "/media/../m1/s2/a.webp", "/media/m1/s2/%2e%2e/a.webp", "/media/m1/s2/a.webp/b.webp", "/media/", "/media/M1/s2/a.webp",
  ]) {
    assert.equal(given(uri)["statusCode"], 404, uri);
  }
});

test("who takes brotli gets what was compressed before", () => {
  const sent = (accepted?: string) => run("client.js", "/app-1.css", accepted ? { "accept-encoding": accepted } : {})["uri"];
  for (const accepted of ["br", "gzip, deflate, br, zstd", "gzip;q=0.5, br;q=1.0", "br;q=0.8,gzip"]) {
    assert.equal(sent(accepted), "/app-1.css.br", accepted);
  }
  for (const accepted of [undefined, "", "gzip", "gzip, brx", "br;q=0, gzip", "br;q=0.0", "br; q=0.000"]) {
    assert.equal(sent(accepted), "/app-1.css", accepted);
  }
});
