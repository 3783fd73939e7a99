// npm `graphql-ws`, unmodified, as a third party uses it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { Api, eventually, notDeployed, serverWithAuthor, stepsOf } from "./product.mjs";

let server, api;
before(async () => void ({ server, api } = await serverWithAuthor()));
after(() => server?.end());

const WATCH = `subscription($after: EventCursor) { myPipelines(after: $after) {
  kind seq cursor resumed gap { from to } stages { kind status post { id } } } }`;

/** A client that says why it was closed instead of trying again. */
function client({ url = server.sockets, token = api.token, ...options } = {}) {
  return createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: token ? { Authorization: `Bearer ${token}` } : undefined,
    ...options,
  });
}

/** The only result of an operation. */
async function result(of, request) {
  const results = [];
  for await (const one of of.iterate(request)) results.push(one);
  assert.equal(results.length, 1);
  return results[0];
}

/** Frames of a subscription, as long as `more` wants them. */
async function frames(of, variables, more) {
  const seen = [];
  for await (const { data, errors } of of.iterate({ query: WATCH, variables })) {
    assert.equal(errors, undefined);
    seen.push(data.myPipelines);
    if (!more(seen)) break;
  }
  return seen;
}

const readyOf = (seen, id) =>
  seen.flatMap(({ stages }) => stages).filter(({ status, post }) => status === "READY" && post?.id === id).length;

/** The numbers of events, which must have none left out. */
const numbers = (seen) => seen.filter(({ kind }) => kind === "EVENT").map(({ seq }) => seq);

async function isAnswered(of) {
  const { data } = await result(of, { query: "{ viewer { email role } }" });
  assert.deepEqual(data.viewer, { email: "kim@example.com", role: "AUTHOR" });
  await of.dispose();
}

test("a query is answered", () => isAnswered(client()));

test("a query is answered at the address of GraphQL too", {
  skip: notDeployed("API Gateway has sockets at an address of their own"),
}, () => isAnswered(client({ url: `${server.url.replace("http", "ws")}/graphql` })));

test("a mutation is carried out once and its result is there over HTTP too", async () => {
  const of = client();
  const query = `mutation($input: CreatePostInput!) { createPost(input: $input) {
    __typename ... on CreatePostSuccess { post { id title } } } }`;
  const { data } = await result(of, { query, variables: { input: { title: "소켓으로 쓴 글" } } });
  assert.equal(data.createPost.__typename, "CreatePostSuccess");
  const { title, workingCopy } = await api.post(data.createPost.post.id);
  assert.deepEqual([title, workingCopy.revision], ["소켓으로 쓴 글", 1]);
  await of.dispose();
});

test("every step of a publication arrives as it happens", async () => {
  const of = client();
  const post = await api.create({ title: "단계", markdown: "첫 문장이다. 두 번째 문장이다. 세 번째 문장이다." });
  let published;
  const seen = await frames(of, {}, (sofar) => {
    // The first frame says that the server listens; what is published then must be seen.
    published ??= api.publish(post);
    return readyOf(sofar, post.id) < 3;
  });
  await published;
  assert.equal(seen[0].kind, "SNAPSHOT");
  const from = seen[0].seq;
  assert.deepEqual(numbers(seen), numbers(seen).map((_, index) => from + index + 1), "contiguous");
  for (const kind of ["SPEECH", "SUMMARY", "SEARCH"]) {
    const steps = seen
      .slice(1)
      .flatMap(({ stages }) => stages.filter((stage) => stage.kind === kind).map(({ status }) => status))
      .filter((status, index, all) => status !== all[index - 1]);
    assert.deepEqual(steps, stepsOf(kind), kind);
  }
  await of.dispose();
});

test("a client that was away gets what it missed, and nothing twice", async () => {
  const first = client();
  const [snapshot] = await frames(first, {}, () => false);
  await first.dispose();

  const post = await api.create({ title: "그사이", markdown: "아무도 보지 않는 동안 발행한다. 정말이다." });
  await api.publish(post);
  await api.settled(post.id);

  const second = client();
  const seen = await frames(second, { after: snapshot.cursor }, (sofar) => readyOf(sofar, post.id) < 3);
  assert.deepEqual([seen[0].kind, seen[0].resumed, seen[0].gap], ["RESUMED", true, null]);
  assert.equal(seen[0].seq, snapshot.seq);
  assert.deepEqual(numbers(seen), numbers(seen).map((_, index) => snapshot.seq + index + 1));
  await second.dispose();
});

test("an invalid document is an error of its operation and leaves the socket open", async () => {
  const codes = [];
  const of = client({ lazy: false, on: { closed: ({ code }) => codes.push(code) } });
  await assert.rejects(result(of, { query: "{ noSuchField }" }), (errors) => {
    assert.ok(Array.isArray(errors), String(errors));
    assert.match(errors[0].message, /noSuchField/);
    assert.ok(errors[0].extensions.code, "has a code");
    return true;
  });
  const { data } = await result(of, { query: "{ site { title } }" });
  assert.equal(data.site.title, "Deepdive");
  assert.deepEqual(codes, []);
  await of.dispose();
});

test("a guest may ask but not watch", async () => {
  const of = client({ token: null });
  assert.equal((await result(of, { query: "{ viewer { email } }" })).data.viewer, null);
  await assert.rejects(frames(of, {}, () => false), (errors) => {
    assert.equal(errors[0].extensions.code, "UNAUTHENTICATED", JSON.stringify(errors));
    return true;
  });
  await of.dispose();
});

test("a token that does not exist is not let in", {
  skip: notDeployed("API Gateway closes without the code by which this client knows why"),
}, async () => {
  const of = client({ token: "dd_pat_nobody" });
  await assert.rejects(result(of, { query: "{ site { title } }" }), ({ code }) => code === 4403);
});

test("a token may be fetched when the socket opens", async () => {
  const of = client({ connectionParams: async () => ({ Authorization: `Bearer ${api.token}` }) });
  assert.equal((await result(of, { query: "{ viewer { role } }" })).data.viewer.role, "AUTHOR");
  await of.dispose();
});

test("the client's pings are answered", async () => {
  let pongs = 0;
  const on = { pong: (received) => received && pongs++ };
  const of = client({ lazy: false, keepAlive: 50, on });
  await eventually("two pongs", () => pongs >= 2);
  await of.dispose();
});

test("a subscription ends when its client leaves it, and others go on", async () => {
  const of = client();
  const other = of.iterate({ query: WATCH });
  assert.equal((await other.next()).value.data.myPipelines.kind, "SNAPSHOT");
  await frames(of, {}, () => false);
  const guest = new Api(server.url);
  assert.equal((await guest.data("{ viewer { email } }")).viewer, null);
  const post = await api.create({ title: "계속", markdown: "다른 구독은 계속된다." });
  await api.publish(post);
  const { value } = await other.next();
  assert.equal(value.data.myPipelines.kind, "EVENT");
  await other.return();
  await of.dispose();
});
