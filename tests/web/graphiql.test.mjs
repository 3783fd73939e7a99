// A third party at `/graphiql`: pastes a token, and does everything there, subscription included.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fs from "node:fs/promises";
import path from "node:path";

import { buildSchema, parse, validate } from "graphql";

import { examples } from "../../web-yew/graphiql/examples.js";
import { eventually, serverWithAuthor } from "./product.mjs";
import { isAccessible, looksRight, nothingWentWrong, openBrowser, openWindow, person, PHONE } from "./windows.mjs";

let server, api, browser, page;
before(async () => {
  ({ server, api } = await serverWithAuthor());
  browser = await openBrowser();
  page = await openWindow(await person(browser), `${server.url}/graphiql`);
});
after(async () => {
  await browser?.close();
  await server?.end();
});

/** Opens the tab of an example. */
const tab = (name) => page.locator(".graphiql-tab-button").getByText(name, { exact: true }).click();

/** Types into an editor of the open tab in place of what it holds. */
async function write(editor, text) {
  await page.locator(`.${editor} .CodeMirror`).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

const run = () => page.locator(".graphiql-execute-button").click();

/** The answer that is shown, as soon as it is one that `fits`. */
async function answer(what, fits) {
  return eventually(what, async () => {
    const shown = await page.locator(".result-window .CodeMirror").evaluate(({ CodeMirror }) => CodeMirror.getValue());
    try {
      const read = JSON.parse(shown);
      return fits(read) && read;
    } catch {
      return false;
    }
  });
}

test("every example is a valid document of the schema", async () => {
  const schema = buildSchema(await fs.readFile(path.resolve(import.meta.dirname, "../../schema.graphql"), "utf8"));
  for (const { query } of examples) {
    assert.deepEqual(validate(schema, parse(query)).map(String), [], query);
  }
});

test("a guest asks, and is told nothing of a person", async () => {
  await tab("LatestPosts");
  await run();
  assert.deepEqual((await answer("posts", ({ data }) => data)).data.posts.nodes, []);
  await tab("Me");
  await run();
  assert.equal((await answer("nobody", ({ data }) => data)).data.viewer, null);
  nothingWentWrong(page);
});

let post;
test("with a token, a query and a mutation are the author's", async () => {
  await page.getByTestId("graphiql-token").fill(api.token);
  await run();
  const { viewer } = (await answer("the author", ({ data }) => data?.viewer)).data;
  assert.deepEqual([viewer.email, viewer.role], ["kim@example.com", "AUTHOR"]);

  await tab("CreateDraft");
  await run();
  ({ post } = (await answer("a draft", ({ data }) => data?.createPost?.post)).data.createPost);
  assert.equal((await api.post(post.id)).title, "From GraphiQL");
  nothingWentWrong(page);
});

test("a subscription shows each step of a publication", async () => {
  await tab("WatchPipelines");
  await run();
  await answer("the present state", ({ data }) => data?.myPipelines?.kind === "SNAPSHOT");
  await api.publish(await api.post(post.id));
  const ready = ({ status }) => status === "READY";
  const last = await answer("a stage that ended", ({ data }) => data?.myPipelines?.stages.some(ready));
  assert.equal(last.data.myPipelines.kind, "EVENT");
  // The same button ends it.
  await run();
  await looksRight(page, "graphiql");
  nothingWentWrong(page);
});

test("an operation that is wrong is answered with what is wrong", async () => {
  await tab("Me");
  await write("graphiql-query-editor", "subscription { noSuchField }");
  await run();
  const { errors } = await answer("errors of a subscription", ({ errors }) => errors);
  assert.match(errors[0].message, /noSuchField/);
  nothingWentWrong(page);
});

test("the documentation of the schema is there", async () => {
  await page.getByRole("button", { name: /Documentation Explorer/ }).click();
  await page.locator(".graphiql-doc-explorer").getByText("Mutation", { exact: false }).first().waitFor();
  await isAccessible(page);
  nothingWentWrong(page);
});

test("the token outlives a reload and no other tab, and stays off the disk", async () => {
  await page.reload();
  assert.equal(await page.getByTestId("graphiql-token").inputValue(), api.token);
  const kept = await page.evaluate(() => JSON.stringify(localStorage));
  assert.ok(!kept.includes(api.token), "it is in no lasting storage");
  const other = await openWindow(page.context(), `${server.url}/graphiql`);
  assert.equal(await other.getByTestId("graphiql-token").inputValue(), "");
  await other.close();
});

test("the page is usable on a phone, and comes whole from here", async () => {
  const foreign = [];
  const phone = await openWindow(page.context());
  phone.on("request", (request) => !request.url().startsWith(server.url) && foreign.push(request.url()));
  await phone.setViewportSize(PHONE);
  await phone.goto(`${server.url}/graphiql`);
  await phone.locator(".graphiql-execute-button").waitFor();
  assert.deepEqual(foreign.filter((url) => !url.startsWith("data:") && !url.startsWith("ws")), []);
  await phone.close();
});
