// What the pipelines cost: the owner sees the month's use and sets budgets; what has no room is held, says
// why and what it would cost, and goes on when it is confirmed, alone or all at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eventually, PASSWORD, serverWith } from "./product.mjs";
import {
  isAccessible, looksRight, nothingWentWrong, openBrowser, openWindow, person, shoot, signIn,
} from "./windows.mjs";

let server, api, browser, page;
const posts = [];
before(async () => {
  ({ server, api } = await serverWith("admin", "--speech-price", "16", "--currency", "USD"));
  browser = await openBrowser();
  page = await openWindow(await person(browser));
  await signIn(page, server.url, "kim@example.com", PASSWORD);
});
after(async () => {
  await browser?.close();
  await server?.end();
});

const held = () => page.getByTestId("trouble-SPEECH");
const month = () => new Date().toISOString().slice(0, 7);
const speech = () => page.getByTestId(`usage-${month()}-SPEECH`);

test("the owner sees what this month used, in words that say how much, how long and for how much", async () => {
  const spoken = await api.publish(await api.create({ title: "말한 글", markdown: "열두 글자의 문장이다. 그리고 둘째 문장이다." }));
  await api.settled(spoken.id);
  await page.getByTestId("to-pipelines").click();
  await page.waitForURL("**/studio/pipelines");
  await speech().waitFor();
  const told = await speech().textContent();
  assert.match(told, /음성.*\d+자.*1번.*초.*0\.000\d+ USD/);
  nothingWentWrong(page);
});

test("a budget is set by its form, which refuses what is no number", async () => {
  await page.getByTestId("budget-speech").fill("많이");
  await page.getByTestId("budgets-submit").click();
  await page.getByText("0부터 20억까지").waitFor();
  assert.equal(await page.getByTestId("budget-speech").getAttribute("aria-invalid"), "true");
  await isAccessible(page);
  await page.getByTestId("budget-speech").fill("1,000");
  await page.getByTestId("budgets-submit").click();
  await eventually("the budget is shown", async () => (await speech().textContent()).includes("/ 1,000자"));
  const { viewer } = await api.data("{ viewer { usage { budgets { speechCharacters summaryTokens } } } }");
  assert.deepEqual(viewer.usage.budgets, { speechCharacters: 1000, summaryTokens: null });
  nothingWentWrong(page);
});

test("what has no room is held, with its price, and the overview tells of it by itself", async () => {
  for (const title of ["긴 글 하나", "긴 글 둘", "긴 글 셋"]) {
    const markdown = `${title}의 문장을 여기에 이어서 쓴다. `.repeat(60);
    posts.push(await api.publish(await api.create({ title, markdown })));
  }
  await eventually("three are held", async () => (await held().count()) === 3);
  const row = held().filter({ hasText: posts[0].title });
  assert.match(await row.textContent(), /확인을 기다림/);
  assert.match(await row.textContent(), /예산 1,000자 가운데 \d+자를 썼고, 이 작업에는 1,\d\d\d자\(0\.0\d+ USD\)가 듭니다/);
  assert.equal(await page.getByTestId("count-held").locator("dd").textContent(), "3");
  await page.getByTestId("usage-again").click();
  await eventually("the owner sees how many", async () => (await speech().textContent()).includes("확인을 기다림 3"));
  await looksRight(page, "budgets");
  nothingWentWrong(page);
});

test("an overview that is opened later knows what is held", async () => {
  await page.reload();
  await eventually("three are held", async () => (await held().count()) === 3);
  await page.getByTestId("language-toggle").click();
  await page.getByRole("heading", { name: "Use and budgets" }).waitFor();
  assert.match(await held().first().textContent(), /of this month's budget of 1,000 characters are used; this would take/);
  await shoot(page, "budgets-english");
  await page.getByTestId("language-toggle").click();
  nothingWentWrong(page);
});

test("the board of a post says that it is held and why, and lets its author confirm", async () => {
  await page.goto(`${server.url}/studio/posts/${posts[0].id}`);
  const line = page.getByTestId("board-SPEECH");
  await line.getByText("확인을 기다림").waitFor();
  assert.match(await line.textContent(), /이 작업에는 1,\d\d\d자/);
  await looksRight(page, "held-board");
  await line.getByTestId("confirm-SPEECH").click();
  await page.locator('[data-testid="board-SPEECH"][data-status="READY"]').waitFor();
  assert.ok((await api.settled(posts[0].id)).speech.url, "it is spoken");
  nothingWentWrong(page);
});

test("all are confirmed at once, and what they used is above the budget", async () => {
  await page.goto(`${server.url}/studio/pipelines`);
  await page.getByRole("button", { name: "2개 모두 확인하고 진행" }).click();
  await page.getByTestId("retried").filter({ hasText: "작업 2개를 진행합니다" }).waitFor();
  await page.getByTestId("no-troubles").waitFor();
  for (const { id } of posts) assert.ok((await api.settled(id)).speech.url, "it is spoken");
  await page.getByTestId("usage-again").click();
  await eventually("the use is above it", async () => /^음성[3-9],\d\d\d \/ 1,000자/.test(await speech().textContent()));
  nothingWentWrong(page);
});

test("an author who does not run the blog sees no use of others", async () => {
  await server.kill("SIGTERM");
  await server.createUser("lee@example.com", "author");
  await server.start();
  const other = await openWindow(await person(browser));
  await signIn(other, server.url, "lee@example.com", PASSWORD);
  await other.goto(`${server.url}/studio/pipelines`);
  await other.getByTestId("no-troubles").waitFor();
  assert.equal(await other.getByTestId("usage").count(), 0);
  nothingWentWrong(other);
});
