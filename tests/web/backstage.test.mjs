// The program comes in two parts: what readers need, and what authors need besides.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PASSWORD, serverWithAuthor } from "./product.mjs";
import { fill, isAccessible, nothingWentWrong, openBrowser, openWindow, person, shoot, signIn } from "./windows.mjs";

const PART = "**/backstage-*.wasm";

let server, api, browser, post;
before(async () => {
  ({ server, api } = await serverWithAuthor());
  browser = await openBrowser();
  post = await api.publish(await api.create({ title: "읽을 글", markdown: "한 문장이다." }));
});
after(async () => {
  await browser?.close();
  await server?.end();
});

/** A window of a new person, and the answers that brought it programs. */
async function opened() {
  const page = await openWindow(await person(browser));
  const programs = [];
  page.on("response", (response) => response.url().endsWith(".wasm") && programs.push(response));
  return { page, names: () => programs.map((program) => new URL(program.url()).pathname.split("-")[0]), programs };
}

test("who reads never loads what authors need", async () => {
  const { page, names } = await opened();
  await page.goto(server.url);
  await page.getByRole("link", { name: post.title }).first().click();
  await page.getByTestId("post-article").waitFor();
  await page.getByRole("link", { name: "검색" }).click();
  await page.waitForURL("**/search");
  await page.goto(`${server.url}/no-such-page`);
  await page.getByRole("heading").first().waitFor();
  assert.deepEqual([...new Set(names())], ["/client"]);
  nothingWentWrong(page, /404/);
});

test("the part comes with the first page that needs it, once, to be kept for ever", async () => {
  const { page, names, programs } = await opened();
  await signIn(page, server.url, "kim@example.com", PASSWORD);
  await page.getByTestId("account-link").click();
  await page.waitForURL("**/account");
  assert.deepEqual(names(), ["/client", "/backstage"]);
  for (const program of programs) {
    const headers = await program.allHeaders();
    assert.equal(headers["content-type"], "application/wasm");
    assert.equal(headers["content-encoding"], "br");
    assert.match(headers["cache-control"], /immutable/);
  }
  nothingWentWrong(page);
});

test("who is signed in has it before they go there", async () => {
  const { page, names } = await opened();
  await signIn(page, server.url, "kim@example.com", PASSWORD);
  const reading = await openWindow(page.context());
  const asked = reading.waitForRequest(PART);
  await reading.goto(`${server.url}/posts/${post.slug}`);
  await asked;
  await reading.getByTestId("post-article").waitFor();
  nothingWentWrong(reading);
  assert.ok(names().includes("/backstage"));
});

test("a part that does not come says so, and comes when it is asked for again", async () => {
  const { page } = await opened();
  await page.goto(server.url);
  await page.route(PART, (route) => route.abort());
  await page.getByRole("link", { name: "로그인" }).click();
  const notice = page.getByRole("alert");
  await notice.getByText("이 화면을 불러오지 못했습니다").waitFor();
  await isAccessible(page);
  await shoot(page, "part-not-loaded");

  const again = notice.getByRole("button", { name: "다시 시도" });
  const failed = page.waitForEvent("requestfailed");
  await again.click();
  await failed;
  await notice.waitFor();
  await page.unroute(PART);
  await again.click();
  await fill(page, { "sign-in-email": "kim@example.com", "sign-in-password": PASSWORD });
  await page.getByTestId("sign-in-submit").click();
  await page.waitForURL("**/studio");
  nothingWentWrong(page, /ERR_FAILED|Failed to fetch/);
});
