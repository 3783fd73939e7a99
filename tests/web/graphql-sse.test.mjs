// npm `graphql-sse`, unmodified, in distinct connections mode, as a third party uses it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { createClient } from "graphql-sse";

import { Api, eventually, notDeployed, serverWithAuthor } from "./product.mjs";

let server, api;
before(async () => void ({ server, api } = await serverWithAuthor()));
after(() => server?.end());

// What has an end is answered there too, as events. Those who watch are told where the sockets are.
const watches = { skip: notDeployed("API Gateway holds no answer open: a subscription has a socket there") };

const WATCH = `subscription($after: EventCursor) { myPipelines(after: $after) {
  kind seq cursor resumed gap { from to } stages { kind status post { id } } } }`;

/** A client that says why a stream ended instead of trying again. */
function client({ token = api.token, headers = {}, ...options } = {}) {
  const authorization = token ? { authorization: `Bearer ${token}` } : {};
  return createClient({
    url: `${server.url}/graphql`,
    retryAttempts: 0,
    headers: { ...authorization, ...headers },
    ...options,
  });
}

/** Results of an operation as they come. */
async function* results(of, request) {
  const waiting = [];
  let wake, end;
  const told = (what) => (what?.(), wake?.());
  const leave = of.subscribe(request, {
    next: (result) => told(() => waiting.push(result)),
    error: (error) => told(() => (end = { error })),
    complete: () => told(() => (end ??= {})),
  });
  try {
    for (;;) {
      while (waiting.length) yield waiting.shift();
      if (end?.error) throw end.error;
      if (end) return;
      await new Promise((resolve) => (wake = resolve));
    }
  } finally {
    leave();
  }
}

/** The only result of an operation. */
async function result(of, request) {
  const all = [];
  for await (const one of results(of, request)) all.push(one);
  assert.equal(all.length, 1);
  return all[0];
}

/** Frames of a subscription, as long as `more` wants them. */
async function frames(of, variables, more) {
  const seen = [];
  for await (const { data, errors } of results(of, { query: WATCH, variables })) {
    assert.equal(errors, undefined);
    seen.push(data.myPipelines);
    if (!more(seen)) break;
  }
  return seen;
}

/** What was on its way may still come before the end does. */
async function toTheEnd(stream) {
  while (!(await stream.next()).done);
}

const readyOf = (seen, id) =>
  seen.flatMap(({ stages }) => stages).filter(({ status, post }) => status === "READY" && post?.id === id).length;

/** The numbers of events, which must have none left out. */
const numbers = (seen) => seen.filter(({ kind }) => kind === "EVENT").map(({ seq }) => seq);

test("a query is answered", async () => {
  const { data } = await result(client(), { query: "{ viewer { email role } }" });
  assert.deepEqual(data.viewer, { email: "kim@example.com", role: "AUTHOR" });
});

test("a mutation is carried out once and its result is there over HTTP too", async () => {
  const query = `mutation($input: CreatePostInput!) { createPost(input: $input) {
    __typename ... on CreatePostSuccess { post { id title } } } }`;
  const { data } = await result(client(), { query, variables: { input: { title: "사건의 흐름으로 쓴 글" } } });
  assert.equal(data.createPost.__typename, "CreatePostSuccess");
  const { title, workingCopy } = await api.post(data.createPost.post.id);
  assert.deepEqual([title, workingCopy.revision], ["사건의 흐름으로 쓴 글", 1]);
});

test("every step of a publication arrives as it happens", watches, async () => {
  const post = await api.create({ title: "단계", markdown: "첫 문장이다. 두 번째 문장이다. 세 번째 문장이다." });
  let published;
  const seen = await frames(client(), {}, (sofar) => {
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
    assert.deepEqual(steps, ["PENDING", "RUNNING", "READY"], kind);
  }
});

test("a client that names the id of its last event gets what it missed, and nothing twice", watches, async () => {
  // The client does not tell ids, so they are read beside it.
  let beside;
  const fetchFn = async (...request) => {
    const answer = await fetch(...request);
    const [its, ours] = answer.body.tee();
    beside = ours.pipeThrough(new TextDecoderStream()).getReader();
    return new Response(its, answer);
  };
  const [snapshot] = await frames(client({ fetchFn }), {}, () => false);
  const { value } = await beside.read();
  assert.equal(value.match(/^id: (.*)$/m)?.[1], snapshot.cursor, "the id of an event is its cursor");

  const post = await api.create({ title: "그사이", markdown: "아무도 보지 않는 동안 발행한다. 정말이다." });
  await api.publish(post);
  await api.settled(post.id);

  for (const [headers, variables] of [
    [{ "last-event-id": snapshot.cursor }, {}],
    [{}, { after: snapshot.cursor }],
  ]) {
    const seen = await frames(client({ headers }), variables, (sofar) => readyOf(sofar, post.id) < 3);
    assert.deepEqual([seen[0].kind, seen[0].resumed, seen[0].gap], ["RESUMED", true, null]);
    assert.equal(seen[0].seq, snapshot.seq);
    assert.deepEqual(numbers(seen), numbers(seen).map((_, index) => snapshot.seq + index + 1));
  }
});

test("an invalid document is a result with errors, and then the end", watches, async () => {
  for (const query of ["{ noSuchField }", "subscription { noSuchField }"]) {
    const { data, errors } = await result(client(), { query });
    assert.equal(data, undefined);
    assert.match(errors[0].message, /noSuchField/);
    assert.ok(errors[0].extensions.code, "has a code");
  }
});

test("a forged id of a last event is refused", watches, async () => {
  const { errors } = await result(client({ headers: { "last-event-id": "nonsense" } }), { query: WATCH });
  assert.equal(errors[0].extensions.code, "BAD_CURSOR");
});

test("a guest may ask but not watch", watches, async () => {
  const of = client({ token: null });
  assert.equal((await result(of, { query: "{ viewer { email } }" })).data.viewer, null);
  const { errors } = await result(of, { query: WATCH });
  assert.equal(errors[0].extensions.code, "UNAUTHENTICATED", JSON.stringify(errors));
});

test("a token that does not exist is not let in", async () => {
  await assert.rejects(result(client({ token: "dd_pat_nobody" }), { query: WATCH }), ({ response }) => {
    assert.equal(response?.status, 401);
    return true;
  });
});

test("a stream ends when its client leaves it, and others go on", watches, async () => {
  const other = results(client(), { query: WATCH });
  assert.equal((await other.next()).value.data.myPipelines.kind, "SNAPSHOT");
  await frames(client(), {}, () => false);
  const post = await api.create({ title: "계속", markdown: "다른 구독은 계속된다." });
  await api.publish(post);
  assert.equal((await other.next()).value.data.myPipelines.kind, "EVENT");
  await other.return();
});

test("a browser's EventSource may subscribe by GET, and its address carries the operation", async () => {
  const query = new URLSearchParams({ query: "{ site { title } }" });
  const answer = await fetch(`${server.url}/graphql?${query}`, { headers: { accept: "text/event-stream" } });
  assert.equal(answer.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const text = await answer.text();
  assert.match(text, /^event: next\ndata: \{"data":\{"site":\{"title":"Deepdive"\}\}.*\}\n\nevent: complete\ndata: \n\n$/);
});

test("signing out ends the streams of the session", watches, async () => {
  // A session's key is a cookie; that of a program of ours is as good as a browser's.
  const signIn = `mutation($input: SignInInput!) { signIn(input: $input) { __typename } }`;
  const guest = new Api(server.url);
  const answer = await fetch(`${guest.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: signIn, variables: { input: { email: "kim@example.com", password: "correct horse battery" } } }),
  });
  assert.equal((await answer.json()).data.signIn.__typename, "SignInSuccess");
  const cookie = answer.headers.get("set-cookie").split(";")[0];
  const stream = results(client({ token: null, headers: { cookie } }), { query: WATCH });
  assert.equal((await stream.next()).value.data.myPipelines.kind, "SNAPSHOT");
  const signOut = "mutation { signOut { __typename } }";
  await fetch(`${guest.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie },
    body: JSON.stringify({ query: signOut }),
  });
  await assert.rejects(toTheEnd(stream), /./);
});

test("a server that stops lets the client know that the stream is not complete", watches, async () => {
  const stream = results(client(), { query: WATCH });
  assert.equal((await stream.next()).value.data.myPipelines.kind, "SNAPSHOT");
  const ended = assert.rejects(toTheEnd(stream), /./);
  await server.kill("SIGTERM");
  await ended;
  await eventually("it is down", () => fetch(server.url).then(() => false, () => true));
});
