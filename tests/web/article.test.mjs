// The article in a reader's hands: its contents, links to its parts, its code, its pictures.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eventually, serverWithAuthor } from "./product.mjs";
import { ARTICLE, longText } from "./texts.mjs";
import {
  bytesOf, DESK, doesNotScrollSideways, isAccessible, nothingWentWrong, openBrowser, openWindow, paintPhoto, person, PHONE, shoot,
} from "./windows.mjs";

const LONG_LINE = `\n\n\`\`\`sh\ncargo run --release -- ${"--a-very-long-flag ".repeat(20)}\n\`\`\`\n`;

let server, api, browser, reader, post, short;
before(async () => {
  ({ server, api } = await serverWithAuthor());
  browser = await openBrowser();
  reader = await person(browser);
  await reader.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  const page = await openWindow(reader, server.url);
  let draft = await api.create({ title: "손에 든 글", markdown: "준비" });
  const photo = await api.upload(draft, "산등성이.jpg", "image/jpeg", await bytesOf(await paintPhoto(page, "산등성이.jpg", 1600, 1200)));
  await page.close();
  const markdown = `${ARTICLE}\n\n${photo}${LONG_LINE}\n\n### 작은 제목\n\n${longText(30)}\n\n## 맺음말\n\n${longText(4)}`;
  draft = await api.update(draft, { markdown });
  post = await api.settled((await api.publish(draft)).id);
  short = await api.publish(await api.create({ title: "짧은 글", markdown: "## 하나\n\n한 문장이다." }));
});
after(async () => {
  await browser?.close();
  await server?.end();
});

async function opened(size = DESK, hash = "", { slug } = post) {
  const page = await openWindow(reader);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.setViewportSize(size);
  await page.goto(`${server.url}/posts/${slug}${hash}`);
  await page.getByTestId("post-article").waitFor();
  return page;
}

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
const top = (page, text) => page.locator(".article").getByRole("heading", { name: text, exact: true })
  .evaluate((heading) => heading.getBoundingClientRect().top);
const current = (page) => page.getByTestId("contents").locator("a[aria-current]").allTextContents();

test("the contents stand beside the article and say where the reader is", async () => {
  const page = await opened();
  const links = page.getByTestId("contents").getByRole("link");
  assert.deepEqual(await links.allTextContents(), ["왜 형태소인가", "격자와 비용", "결과", "작은 제목", "맺음말"]);
  assert.deepEqual(await current(page), []);
  for (const name of ["격자와 비용", "맺음말", "왜 형태소인가"]) {
    await links.filter({ hasText: name }).click();
    await eventually(`${name} is current`, async () => (await current(page)).join() === name);
    const at = await top(page, name);
    // The last section is too short to come to the window's top.
    assert.ok(at >= 0 && at < (name === "맺음말" ? DESK.height : 100), `${name} at ${at}`);
    assert.equal(decodeURIComponent(new URL(page.url()).hash).slice(1), name.replaceAll(" ", "-"));
  }
  const contents = await page.getByTestId("contents").boundingBox();
  assert.ok(contents.y >= 0 && contents.y + contents.height <= DESK.height, "they stay in sight");
  nothingWentWrong(page);
  await page.close();
});

test("on a phone the contents are folded, and a choice folds them again", async () => {
  const page = await opened(PHONE);
  const toggle = page.getByTestId("contents-toggle");
  const link = page.getByTestId("contents").getByRole("link", { name: "결과" });
  assert.equal(await toggle.getAttribute("aria-expanded"), "false");
  assert.equal(await link.count(), 0, "nobody hears or sees them");
  await toggle.click();
  await link.waitFor();
  assert.equal(await toggle.getAttribute("aria-expanded"), "true");
  await isAccessible(page);
  await doesNotScrollSideways(page);
  await shoot(page, "article-contents-phone");
  await link.click();
  await eventually("folded again", async () => (await toggle.getAttribute("aria-expanded")) === "false");
  await eventually("the heading is in the window", async () => {
    const at = await top(page, "결과");
    return at >= 0 && at < PHONE.height / 2;
  });
  nothingWentWrong(page);
  await page.close();
});

test("a post of one heading has no contents", async () => {
  const page = await opened(DESK, "", short);
  assert.equal(await page.getByTestId("contents").count(), 0);
  nothingWentWrong(page);
  await page.close();
});

test("an address with a part of the article opens there", async () => {
  const page = await opened(DESK, `#${encodeURIComponent("격자와-비용")}`);
  await eventually("it is there", async () => {
    const at = await top(page, "격자와 비용");
    return at >= 0 && at < 100;
  });
  nothingWentWrong(page);
  await page.close();
});

test("a heading's link is reached by keyboard, copies its address and says so", async () => {
  const page = await opened();
  const link = page.getByRole("link", { name: "‘결과’ 주소 복사" });
  await link.focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("copied").filter({ hasText: "복사했습니다" }).waitFor({ state: "attached" });
  const copied = await clipboard(page);
  assert.equal(decodeURIComponent(copied), `${server.url}/posts/${decodeURIComponent(post.slug)}#결과`);
  assert.equal(page.url(), copied, "the address of the page says the same");
  nothingWentWrong(page);
  await page.close();
});

test("code is copied as it is, names its language, and scrolls by keyboard", async () => {
  const page = await opened(PHONE);
  const block = page.locator(".article .code").filter({ hasText: "fn best_path" });
  assert.equal(await block.locator(".code-language").textContent(), "rust");
  await block.getByRole("button", { name: "코드 복사" }).click();
  await block.getByText("복사했습니다").waitFor();
  const copied = await clipboard(page);
  assert.match(copied, /^\/\/\/ 가장 비용이 적은 길을 뒤에서부터 따라간다\.\nfn best_path[^]*\n}\n$/);
  await block.getByText("복사", { exact: true }).waitFor();

  const long = page.locator(".article pre").filter({ hasText: "--a-very-long-flag" });
  await long.focus();
  await page.keyboard.press("ArrowRight");
  await eventually("it scrolls", () => long.evaluate((pre) => pre.scrollLeft > 0));
  await doesNotScrollSideways(page);
  nothingWentWrong(page);
  await page.close();
});

test("a picture opens large, Escape closes it, and the focus is where it was", async () => {
  const page = await opened();
  const button = page.getByRole("button", { name: /^크게 보기: / });
  await button.focus();
  await page.keyboard.press("Enter");
  const box = page.getByTestId("lightbox");
  const large = box.locator("img");
  await eventually("it is drawn", () => large.evaluate((image) => image.naturalWidth > 0));
  const small = (await button.boundingBox()).width;
  // Its own size is known a moment before it is laid out with it.
  await eventually("it is larger", async () => (await large.boundingBox()).width > small);
  await isAccessible(page);
  await page.screenshot({ path: "tests/shots/article-lightbox.png" });
  await page.keyboard.press("Escape");
  await eventually("it is closed", async () => (await large.count()) === 0);
  assert.ok(await button.evaluate((element) => element === document.activeElement), "the focus came back");

  await button.click();
  await box.getByRole("button", { name: "닫기" }).click();
  await eventually("it is closed again", async () => (await large.count()) === 0);
  nothingWentWrong(page);
  await page.close();
});

test("what is read is shown, and a button leads back to the top", async () => {
  const page = await opened();
  const read = () => page.getByTestId("reading-progress").evaluate((progress) => progress.value);
  assert.equal(await read(), 0);
  assert.equal(await page.getByTestId("to-top").count(), 0);
  await page.keyboard.press("End");
  await eventually("all is read", async () => (await read()) === 100);
  await page.getByRole("button", { name: "맨 위로" }).click();
  await eventually("at the top", async () => (await page.evaluate(() => scrollY)) === 0);
  await eventually("the button is gone", async () => (await page.getByTestId("to-top").count()) === 0);
  nothingWentWrong(page);
  await page.close();
});

test("the address of the post is copied", async () => {
  const page = await opened(DESK, "#x");
  await page.getByTestId("copy-link").click();
  await page.getByTestId("copy-link").filter({ hasText: "복사했습니다" }).waitFor();
  assert.equal(decodeURIComponent(await clipboard(page)), `${server.url}/posts/${decodeURIComponent(post.slug)}`);
  nothingWentWrong(page);
  await page.close();
});

test("a browser that has no clipboard copies in the old way", async () => {
  const page = await openWindow(reader);
  await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await page.goto(`${server.url}/posts/${post.slug}`);
  await page.evaluate(() => document.addEventListener("copy", () => (window.copiedText = document.activeElement.value)));
  await page.getByTestId("copy-link").click();
  await page.getByTestId("copy-link").filter({ hasText: "복사했습니다" }).waitFor();
  assert.equal(decodeURIComponent(await page.evaluate(() => window.copiedText)), `${server.url}/posts/${decodeURIComponent(post.slug)}`);
  nothingWentWrong(page);
  await page.close();
});

for (const scheme of ["light", "dark"]) {
  test(`a long article is for everybody, ${scheme}`, async () => {
    for (const [device, size] of Object.entries({ desk: DESK, phone: PHONE })) {
      const page = await opened(size);
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await isAccessible(page);
      await doesNotScrollSideways(page);
      await page.evaluate(() => scrollTo(0, 1800));
      await page.getByTestId("to-top").waitFor();
      await isAccessible(page);
      await page.screenshot({ path: `tests/shots/article-${device}-${scheme}.png` });
      nothingWentWrong(page);
      await page.close();
    }
  });
}
