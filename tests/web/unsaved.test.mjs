// What was typed is never lost: not by news from the server, not by a reload, not by another window.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eventually, PASSWORD, serverWithAuthor } from "./product.mjs";
import { boardSays, isAccessible, nothingWentWrong, openBrowser, openWindow, person, saved, shoot, signIn } from "./windows.mjs";

const OFFLINE = /ERR_INTERNET_DISCONNECTED|ERR_FAILED/;

let server, api, browser, author, page;
before(async () => {
  ({ server, api } = await serverWithAuthor());
  browser = await openBrowser();
  author = await person(browser);
  page = await openWindow(author);
  await signIn(page, server.url, "kim@example.com", PASSWORD);
});
after(async () => {
  await browser?.close();
  await server?.end();
});

const address = (post) => `${server.url}/studio/posts/${encodeURIComponent(post.id)}`;
const text = (window) => window.getByTestId("editor-markdown").inputValue();

/** Opens a post's editor whose changes do not reach the server until `release` is called. */
async function opened(post) {
  await page.goto(address(post));
  await boardSays(page, { SPEECH: "NONE" });
  const saving = (request) => request.postData()?.includes("updatePost");
  const held = (route) => (saving(route.request()) ? route.abort() : route.continue());
  await page.route("**/graphql", held);
  return () => page.unroute("**/graphql", held);
}

test("an unsaved edit is not overwritten by what the server tells meanwhile", async () => {
  const post = await api.create({ title: "먼저", markdown: "서버에 있는 글이다." });
  const release = await opened(post);
  await page.getByTestId("editor-markdown").fill("아직 저장되지 않은 글이다.");
  await page.locator('[data-testid="save-state"][data-state="retrying"]').waitFor();

  // Somebody else's publication of the same post moves the board of this window.
  await api.publish(post);
  await boardSays(page, { SPEECH: "READY", SUMMARY: "READY", SEARCH: "READY" });
  assert.equal(await text(page), "아직 저장되지 않은 글이다.");
  // The bar follows: what is published is published, whoever did it.
  await page.getByTestId("post-status").filter({ hasText: "발행됨" }).waitFor();
  await page.getByTestId("unpublish").waitFor();

  await release();
  await saved(page);
  assert.equal(await page.getByTestId("post-status").textContent(), "발행됨");
  await eventually("the server has it", async () => (await api.post(post.id)).workingCopy.markdown === "아직 저장되지 않은 글이다.");
  nothingWentWrong(page, OFFLINE);
});

test("every window follows a publication that another one takes back", async () => {
  const post = await api.create({ title: "따라가기", markdown: "두 창에서 보는 글이다." });
  const [list, second] = [await openWindow(author, `${server.url}/studio`), await openWindow(author, address(post))];
  await page.goto(address(post));
  for (const window of [page, second]) await boardSays(window, { SPEECH: "NONE" });
  const status = (window) => window.getByTestId("post-status");
  const row = list.getByTestId("studio-post").filter({ hasText: "따라가기" });
  await row.getByText("초안").waitFor();

  await page.getByTestId("publish").click();
  await status(second).filter({ hasText: "발행됨" }).waitFor();
  await row.getByText("발행됨").waitFor();
  await row.getByRole("link", { name: "글 보기" }).waitFor();

  await second.getByTestId("unpublish").click();
  await status(page).filter({ hasText: "발행 취소됨" }).waitFor();
  await row.getByText("발행 취소됨").waitFor();
  assert.equal(await page.getByTestId("unpublish").count(), 0);
  for (const window of [page, second, list]) nothingWentWrong(window);
  await Promise.all([second.close(), list.close()]);
});

test("an unsaved edit survives a reload and is saved afterwards", async () => {
  const post = await api.create({ title: "새로 고침", markdown: "처음 글." });
  const release = await opened(post);
  await page.getByTestId("editor-title").fill("고친 제목");
  await page.getByTestId("editor-markdown").fill("아직 아무 데도 없는 글.");
  await page.locator('[data-testid="save-state"][data-state="retrying"]').waitFor();
  await page.reload();
  await page.getByTestId("editor-markdown").waitFor();
  assert.equal(await text(page), "아직 아무 데도 없는 글.");
  assert.equal((await api.post(post.id)).workingCopy.markdown, "처음 글.", "the server does not have it yet");

  await release();
  await saved(page);
  const { workingCopy } = await eventually("the server has it", async () => {
    const now = await api.post(post.id);
    return now.workingCopy.revision > 1 && now;
  });
  assert.deepEqual([workingCopy.title, workingCopy.markdown], ["고친 제목", "아직 아무 데도 없는 글."]);
  nothingWentWrong(page, OFFLINE);
});

test("two texts where one was expected are both shown, and the author chooses", async () => {
  const post = await api.create({ title: "둘", markdown: "처음 글." });
  const release = await opened(post);
  await page.getByTestId("editor-markdown").fill("이 창의 글.");
  await page.locator('[data-testid="save-state"][data-state="retrying"]').waitFor();
  await api.update(post, { markdown: "다른 창의 글." });
  await release();

  const conflict = page.getByTestId("conflict");
  await conflict.waitFor();
  assert.equal(await text(page), "이 창의 글.");
  await conflict.locator("summary").click();
  await conflict.getByText("다른 창의 글.").waitFor();
  await isAccessible(page);
  await shoot(page, "conflict");
  await page.getByTestId("keep-mine").click();
  await eventually("mine is saved", async () => (await api.post(post.id)).workingCopy.markdown === "이 창의 글.");
  await saved(page);
  nothingWentWrong(page, OFFLINE);
});
