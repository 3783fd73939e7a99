// The overview of all pipelines: what failed of any post is in one place, says why, and is tried again one
// by one or all at once, while the page follows live.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eventually, NO_VOICE, PASSWORD, serverWithAuthor } from "./product.mjs";
import {
  isAccessible, looksRight, nothingWentWrong, openBrowser, openWindow, person, requestsOf, shoot, signIn,
} from "./windows.mjs";

const CUT = /WebSocket connection|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET/;

let server, api, browser, page;
const posts = [];
before(async () => {
  ({ server, api } = await serverWithAuthor(...NO_VOICE.args));
  browser = await openBrowser();
  page = await openWindow(await person(browser));
  await signIn(page, server.url, "kim@example.com", PASSWORD);
});
after(async () => {
  await browser?.close();
  await server?.end();
});

const troubles = () => page.locator('[data-testid^="trouble-"]');
const count = (code) => page.getByTestId(`count-${code}`).locator("dd").textContent();

test("where nothing failed, the overview says so", async () => {
  await page.getByTestId("to-pipelines").click();
  await page.waitForURL("**/studio/pipelines");
  await page.getByTestId("no-troubles").waitFor();
  await isAccessible(page);
  nothingWentWrong(page);
});

test("what fails appears by itself, with its post, its reason and its attempts", async () => {
  const asked = requestsOf(page);
  for (const title of ["첫째 글", "둘째 글", "셋째 글"]) {
    const post = await api.publish(await api.create({ title, markdown: `${title}의 첫 문장이다. 그리고 둘째 문장이다.` }));
    posts.push(post);
  }
  await eventually("three have failed", async () => (await troubles().count()) === 3);
  await eventually("they are counted", async () => (await count("failed")) === "3");
  for (const { title } of posts) {
    const row = troubles().filter({ hasText: title });
    assert.match(await row.locator(".board-reason").textContent(), /espeak-ng.*없습니다/);
    assert.match(await row.textContent(), /1번 시도/);
    assert.equal(await row.getByRole("link", { name: title }).count(), 1);
  }
  assert.deepEqual(asked, [], "nobody asked for it");
  await looksRight(page, "pipelines");
  nothingWentWrong(page);
});

test("an overview that is opened later knows what failed before", async () => {
  await page.reload();
  await eventually("three have failed", async () => (await troubles().count()) === 3);
  await page.getByTestId("language-toggle").click();
  await page.getByRole("heading", { name: "Pipelines" }).waitFor();
  assert.match(await troubles().first().textContent(), /1 try/);
  await shoot(page, "pipelines-english");
  await page.getByTestId("language-toggle").click();
  nothingWentWrong(page);
});

test("a page that says where its sockets are has them there", async () => {
  // Another address than that which it would take by itself.
  const told = server.otherSockets;
  const other = await openWindow(page.context());
  await other.addInitScript((content) => {
    const meta = Object.assign(document.createElement("meta"), { name: "deepdive:sockets", content });
    const head = new MutationObserver(() => {
      if (!document.head) return;
      head.disconnect();
      document.head.prepend(meta);
    });
    head.observe(document, { childList: true, subtree: true });
  }, told);
  const opened = other.waitForEvent("websocket");
  await other.goto(`${server.url}/studio/pipelines`);
  assert.equal((await opened).url(), told);
  await eventually("three have failed", async () => (await other.locator('[data-testid^="trouble-"]').count()) === 3);
  nothingWentWrong(other);
  await other.close();
});

test("one is tried again alone, and fails again while the reason is there", async () => {
  const row = troubles().filter({ hasText: "둘째 글" });
  const since = await row.locator("time").getAttribute("datetime");
  await row.getByTestId("retry").click();
  await page.getByTestId("retried").filter({ hasText: "작업 1개" }).waitFor();
  await eventually("it failed anew", async () => (await row.locator("time").getAttribute("datetime")) !== since);
  assert.equal(await troubles().count(), 3);
  nothingWentWrong(page);
});

test("all are tried again at once when there is a voice, and the overview empties", async () => {
  await server.kill("SIGTERM");
  await server.start();
  await page.locator('[data-testid="link-state"][data-state="live"]').waitFor();
  await page.getByRole("button", { name: "3개 모두 다시 하기" }).click();
  await page.getByTestId("retried").filter({ hasText: "작업 3개" }).waitFor();
  await page.getByTestId("no-troubles").waitFor();
  for (const { id } of posts) assert.ok((await api.settled(id)).speech.url, "it is spoken");
  nothingWentWrong(page, CUT);
});
