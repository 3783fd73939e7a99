// Reading without the client, and how the client takes over: nothing flashes, nothing moves.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { serverWithAuthor } from "./product.mjs";
import { ARTICLE, ENGLISH } from "./texts.mjs";
import {
  DESK, doesNotScrollSideways, isAccessible, nothingWentWrong, openBrowser, openWindow, person, PHONE, shoot,
} from "./windows.mjs";

const HOSTILE = `</title><script>document.title = "evil"</script>"'>`;
let server, browser, guest;
const at = {};

before(async () => {
  const made = await serverWithAuthor();
  ({ server } = made);
  browser = await openBrowser();
  guest = await person(browser);
  const publish = async (fields) => made.api.publish(await made.api.create(fields));
  const older = await publish({ title: `앞선 글 ${HOSTILE}`, markdown: ENGLISH, tags: ["C/C++", "Rust"], category: "LEARNING" });
  const middle = await publish({ title: "형태소 분석기를 만들며 배운 것", markdown: ARTICLE, tags: ["한국어", "Rust"] });
  const newer = await publish({ title: "Later", markdown: "Short.", tags: ["node.js"] });
  for (const { id } of [older, middle, newer]) await made.api.settled(id);
  Object.assign(at, { older: `/posts/${older.slug}`, post: `/posts/${middle.slug}`, newer: `/posts/${newer.slug}` });
});
after(async () => {
  await browser?.close();
  await server?.end();
});

const tookOver = (page) => page.locator("#live").waitFor({ state: "detached" });

test("without JavaScript, lists and articles are there, in light and dark, on a desk and on a phone", async () => {
  const context = await browser.newContext({ locale: "ko-KR", javaScriptEnabled: false });
  for (const [name, path] of Object.entries({ home: "/", post: at.post, tag: "/tags/rust" })) {
    for (const [device, size] of Object.entries({ desk: DESK, phone: PHONE })) {
      const page = await context.newPage();
      await page.emulateMedia({ colorScheme: device === "desk" ? "light" : "dark" });
      await page.setViewportSize(size);
      await page.goto(server.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.screenshot({ path: `tests/shots/served-${name}-${device}.png`, fullPage: true });
      await page.close();
    }
  }
  const page = await context.newPage();
  await page.goto(server.url);
  await page.getByRole("link", { name: "형태소" }).click();
  await page.getByText("이전 글").waitFor();
  assert.ok((await page.locator(".article").innerText()).length > 500);
  await context.close();
});

for (const [device, size] of Object.entries({ desk: DESK, phone: PHONE })) {
  test(`the client takes over on a ${device} without a flash and without moving anything`, async () => {
    for (const path of [at.post, "/", "/tags/rust"]) {
      const page = await openWindow(guest);
      await page.setViewportSize(size);
      await page.addInitScript(() => {
        window.seen = { frames: 0, missing: 0, tops: new Set(), shift: 0 };
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.seen.shift += entry.value)))
          .observe({ type: "layout-shift", buffered: true });
        const look = () => {
          if (document.body) {
            const shown = [...document.querySelectorAll("h1")].find((heading) => heading.getClientRects().length > 0);
            window.seen.frames += 1;
            if (shown) window.seen.tops.add(Math.round(shown.getBoundingClientRect().top));
            else if (window.seen.tops.size > 0) window.seen.missing += 1;
          }
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      });
      await page.goto(server.url + path);
      await tookOver(page);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const seen = await page.evaluate(() => ({ ...window.seen, tops: [...window.seen.tops] }));
      assert.equal(seen.missing, 0, `${path}: the title was away for ${seen.missing} frames`);
      assert.equal(seen.tops.length, 1, `${path}: the title stood at ${seen.tops}`);
      assert.ok(seen.shift < 0.01, `${path}: moved by ${seen.shift}`);
      assert.equal(await page.locator("#app").count(), 1);
      nothingWentWrong(page);
      await page.close();
    }
  });
}

test("an article stays readable when nothing more can be asked", async () => {
  const page = await openWindow(guest);
  await page.route("**/graphql", (route) => route.abort());
  const refused = page.waitForEvent("requestfailed");
  await page.goto(server.url + at.post);
  await refused;
  assert.ok(await page.locator("#app .article").isVisible());
  await page.close();
});

test("a hostile title is a title", async () => {
  const page = await openWindow(guest, server.url + at.older);
  await tookOver(page);
  assert.match(await page.title(), /^앞선 글 <\/title><script>/);
  nothingWentWrong(page);
  await page.close();
});

test("neighbours, tags and categories lead from post to post", async () => {
  const page = await openWindow(guest, server.url + at.post);
  await tookOver(page);
  await page.getByTestId("post-next").click();
  await page.waitForURL(`**${encodeURI(at.newer)}`);
  assert.equal(await page.locator("link[rel=canonical]").count(), 0, "what was said of the first page is gone");
  await page.getByTestId("post-previous").click();
  await page.getByTestId("post-previous").click();
  await page.getByRole("heading", { level: 1, name: "앞선 글" }).waitFor();
  await page.getByRole("link", { name: "C/C++" }).click();
  // Until its posts are there, the title is what the address says.
  await page.getByTestId("tag-title").getByText("#C/C++", { exact: true }).waitFor();
  assert.equal(await page.locator(".card").count(), 1);
  for (const [device, size] of Object.entries({ desk: DESK, phone: PHONE })) {
    await page.setViewportSize(size);
    await doesNotScrollSideways(page);
    await shoot(page, `tag-${device}`);
    await isAccessible(page);
  }
  await page.setViewportSize(DESK);
  // The same page by its address, also when a tag looks like a file.
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "#C/C++", exact: true }).waitFor();
  await page.goto(`${server.url}/tags/node.js`);
  await tookOver(page);
  assert.equal(await page.locator(".card").count(), 1);

  await page.goto(server.url);
  await tookOver(page);
  assert.equal(await page.locator(".card").count(), 3);
  await page.getByRole("link", { name: "배움" }).click();
  await page.locator(".card").nth(1).waitFor({ state: "detached" });
  assert.match(page.url(), /\?category=learning$/);
  await page.reload();
  await tookOver(page);
  assert.equal(await page.locator(".card").count(), 1);
  await isAccessible(page);
  await shoot(page, "home-learning");
  nothingWentWrong(page);
  await page.close();
});
