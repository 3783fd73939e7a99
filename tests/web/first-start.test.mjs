// The first start in an empty folder, without any flag: a blog that is worth reading, about this very system,
// which becomes the owner's.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Api, eventually, PASSWORD, Server } from "./product.mjs";
import { fill, looksRight, nothingWentWrong, openBrowser, openWindow, person } from "./windows.mjs";

/** Six posts are written, spoken and summed up, on a machine that has other things to do. */
const PATIENCE = 600_000;

let server, browser, posts;
before(async () => {
  server = await Server.stopped();
  server.demo = true;
  [browser] = await Promise.all([openBrowser(), server.start()]);
});
after(async () => {
  await browser?.close();
  await server?.end();
});

test("six posts in two languages are there, spoken and summed up", async () => {
  const api = new Api(server.url);
  const query = "{ posts { nodes { id slug title language category tags speech { url } summary { sentences } } } }";
  posts = await eventually("six posts with speech and summary", async () => {
    const { nodes } = (await api.data(query)).posts;
    return nodes.length === 6 && nodes.every(({ speech, summary }) => speech && summary) && nodes;
  }, PATIENCE);
  assert.deepEqual([...new Set(posts.map(({ language }) => language))].sort(), ["ENGLISH", "KOREAN"]);
  for (const { title, tags, summary } of posts) {
    assert.ok(tags.length > 0, title);
    assert.equal(summary.sentences.length, 3, title);
  }
});

test("a stranger finds the list and each article with its pictures and its code", async () => {
  const page = await openWindow(await person(browser), server.url);
  await eventually("six cards", async () => (await page.locator(".card").count()) === 6);
  await looksRight(page, "demo-home");
  let code = 0;
  for (const post of posts) {
    const { slug, title, language } = post;
    await page.goto(`${server.url}/posts/${encodeURIComponent(slug)}`);
    await page.getByTestId("post-player").waitFor();
    assert.equal(await page.getByTestId("post-title").innerText(), title);
    assert.equal(await page.locator("article").first().getAttribute("lang"), { ENGLISH: "en", KOREAN: "ko" }[language]);
    const pictures = page.locator(".article img[srcset]");
    assert.ok((await pictures.count()) > 0, title);
    for (const picture of await pictures.all()) {
      await picture.scrollIntoViewIfNeeded();
      await eventually("the picture is drawn", () => picture.evaluate((image) => image.complete && image.naturalWidth > 0));
      assert.ok(await picture.getAttribute("alt"), `${title}: a picture has words`);
    }
    code += await page.locator(".article pre code").count();
    // One of each language: the others are made of the same.
    if (post === posts.find((first) => first.language === language)) await looksRight(page, `demo-${language.toLowerCase()}`);
  }
  assert.ok(code > 0, "code is among it");
  nothingWentWrong(page);
  await page.close();
});

test("who opens the link of the first start has them in the studio", async () => {
  const page = await openWindow(await person(browser), server.setUpLink);
  await fill(page, { "setup-email": "owner@example.com", "setup-nickname": "깊이읽는이", "setup-password": PASSWORD });
  await page.getByTestId("setup-submit").click();
  await page.waitForURL("**/studio");
  await eventually("six rows", async () => (await page.getByTestId("studio-post").count()) === 6);
  await looksRight(page, "demo-studio");
  nothingWentWrong(page);
  await page.close();
});
