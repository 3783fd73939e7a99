// What happens to a post after it was published: it is hidden and shown, deleted and restored, an older text
// comes back, and its former address leads on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eventually, PASSWORD, serverWithAuthor } from "./product.mjs";
import { boardSays, isAccessible, nothingWentWrong, openBrowser, openWindow, person, saved, shoot, signIn } from "./windows.mjs";

let server, api, browser, page;
before(async () => {
  ({ server, api } = await serverWithAuthor());
  browser = await openBrowser();
  page = await openWindow(await person(browser));
  await signIn(page, server.url, "kim@example.com", PASSWORD);
});
after(async () => {
  await browser?.close();
  await server?.end();
});

const address = (post) => `${server.url}/studio/posts/${encodeURIComponent(post.id)}`;

test("a post is deleted after a question, by keyboard, and restored from the deleted ones", async () => {
  let post = await api.create({ title: "지울 글", markdown: "곧 지울 글이다." });
  post = await api.publish(post);
  await page.goto(address(post));
  await boardSays(page, { SPEECH: "READY", SUMMARY: "READY", SEARCH: "READY" });

  await page.getByTestId("delete").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("delete-question").waitFor();
  await isAccessible(page);
  await shoot(page, "delete-question");
  // The question begins at the answer that does no harm; Escape leads back to the button.
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.testid), "delete-not");
  await page.keyboard.press("Escape");
  await eventually("the button is back", () =>
    page.evaluate(() => document.activeElement?.dataset.testid === "delete"));

  await page.getByTestId("delete").click();
  await page.getByTestId("delete-for-sure").click();
  await page.waitForURL("**/studio/deleted");
  const row = page.getByTestId("deleted-post").filter({ hasText: "지울 글" });
  await row.getByText("7일 남음").waitFor();
  await isAccessible(page);
  await shoot(page, "deleted-posts");
  const seen = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ posts { nodes { id } } }" }),
  });
  assert.deepEqual((await seen.json()).data.posts.nodes, []);
  await page.goto(address(post));
  await page.getByTestId("is-deleted").waitFor();

  await page.goto(`${server.url}/studio/deleted`);
  await row.getByTestId("restore").click();
  await page.getByTestId("restored").waitFor();
  await eventually("the row goes", async () => (await row.count()) === 0);
  assert.equal((await api.post(post.id)).status, "PUBLISHED");
  nothingWentWrong(page);
});

test("an older revision comes back into the editor and is published only when the author says so", async () => {
  let post = await api.create({ title: "처음", markdown: "처음 발행한 글이다." });
  post = await api.publish(post);
  post = await api.update(post, { title: "나중", markdown: "나중에 고친 글이다." });
  post = await api.publish(post);
  await page.goto(address(post));
  await boardSays(page, { SPEECH: "READY", SUMMARY: "READY", SEARCH: "READY" });

  await page.getByTestId("history").click();
  const revisions = page.getByTestId("revision");
  await revisions.nth(1).waitFor();
  assert.equal(await revisions.count(), 2);
  await isAccessible(page);
  await shoot(page, "history");
  await revisions.filter({ hasText: "처음" }).getByTestId("bring-revision-back").click();
  await page.getByTestId("publish-outcome").waitFor();
  await saved(page);
  assert.equal(await page.getByTestId("editor-markdown").inputValue(), "처음 발행한 글이다.");
  assert.equal(await page.getByTestId("editor-title").inputValue(), "처음");
  assert.equal((await api.post(post.id)).title, "나중");
  nothingWentWrong(page);
});

test("a former address becomes the present one", async () => {
  let post = await api.create({ title: "Moving", markdown: "A text." });
  post = await api.publish(post);
  post = await api.publish(await api.update(post, { slug: "moved-on" }));
  // By the server for who comes from outside, by the client for who is here.
  await page.goto(`${server.url}/posts/moving`);
  assert.equal(new URL(page.url()).pathname, "/posts/moved-on");
  await page.getByTestId("post-title").waitFor();
  await page.goto(server.url);
  await page.evaluate(() => {
    history.pushState({}, "", "/posts/moving");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  await page.waitForURL("**/posts/moved-on");
  nothingWentWrong(page);
});

test("who may see a post is its author's choice, and holds at once", async () => {
  let post = await api.create({ title: "가려질 글", markdown: "가려질 글이다." });
  post = await api.publish(post);
  await page.goto(address(post));
  await boardSays(page, { SEARCH: "READY" });
  const guest = await openWindow(await person(browser));
  const listed = async () => {
    await guest.goto(server.url);
    await eventually("the list is there", async () => (await guest.locator(".loading").count()) === 0);
    return guest.getByRole("link", { name: "가려질 글" }).count();
  };
  const opens = async () => (await guest.goto(`${server.url}/posts/${encodeURIComponent(post.slug)}`)).status();
  const choose = async (visibility) => {
    await page.getByTestId("editor-visibility").selectOption(visibility);
    await eventually(visibility, async () => (await api.visibility(post.id)) === visibility);
    await saved(page);
  };
  assert.deepEqual([await listed() > 0, await opens()], [true, 200]);
  await choose("UNLISTED");
  assert.deepEqual([await listed() > 0, await opens()], [false, 200]);
  await choose("PRIVATE");
  assert.deepEqual([await listed() > 0, await opens()], [false, 404]);
  await choose("PUBLIC");
  assert.deepEqual([await listed() > 0, await opens()], [true, 200]);
  await guest.getByTestId("post-title").waitFor();
  nothingWentWrong(page);
  nothingWentWrong(guest, /404/);
  await guest.close();
});
