// Each page in light and dark, on a desk and on a phone, in Korean and in English: accessible to everybody,
// nothing that scrolls sideways, no error. The pictures in tests/shots are for people to look at.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { eventually, PASSWORD, Server, serverWithAuthor } from "./product.mjs";
import { ARTICLE, ENGLISH } from "./texts.mjs";
import {
  boardSays, bytesOf, DESK, doesNotScrollSideways, headIsOneRow, isAccessible, nothingWentWrong, openBrowser, openWindow,
  paintPhoto, person, PHONE, shoot, signIn,
} from "./windows.mjs";

let server, browser;
/** Who looks, by the language of their browser. */
const people = {};
const at = {};

before(async () => {
  browser = await openBrowser();
  for (const language of ["ko", "en"]) {
    const [guest, author] = await Promise.all([person(browser, language), person(browser, language)]);
    people[language] = { guest, author };
  }
});
after(() => browser?.close());

/** A blog with two articles, a draft and what was deleted. */
async function write(api, page) {
  const photo = await bytesOf(await paintPhoto(page, "산등성이.jpg", 2000, 1500));
  const draft = await api.create({ title: "From the socket to the disk", markdown: ENGLISH, tags: ["SQLite", "durability"] });
  const english = await api.publish(draft);
  let korean = await api.create({ title: "형태소 분석기를 만들며 배운 것", markdown: ARTICLE, tags: ["한국어", "검색", "Rust"] });
  const shown = await api.upload(korean, "산등성이.jpg", "image/jpeg", photo);
  korean = await api.publish(await api.update(korean, { markdown: `${shown}\n\n${ARTICLE}` }));
  await api.create({ title: "아직 쓰고 있는, 제목이 꽤 길어서 좁은 화면에서는 두 줄이 되어야 하는 글", markdown: "초안이다." });
  await api.remove(await api.create({ title: "지운 글", markdown: "곧 없어질 글이다." }));
  await Promise.all([api.settled(english.id), api.settled(korean.id)]);
  Object.assign(at, { post: `/posts/${korean.slug}`, english: `/posts/${english.slug}`, editor: `/studio/posts/${encodeURIComponent(korean.id)}` });
}

/** Of a blog that nobody has yet. */
const AT_FIRST = {
  "sign-up": { who: "guest", path: () => "/sign-up", there: (page) => page.getByTestId("mail-submit").waitFor() },
  "set-up": {
    who: "guest",
    path: () => new URL(server.setUpLink).pathname + new URL(server.setUpLink).search,
    there: (page) => page.getByTestId("setup-submit").waitFor(),
  },
};

/** Of a blog in use. */
const IN_USE = {
  home: { who: "guest", path: () => "/", there: (page) => page.locator(".card").nth(1).waitFor() },
  tag: { who: "guest", path: () => `/tags/${encodeURIComponent("검색")}`, there: (page) => page.getByTestId("tag-title").waitFor() },
  post: { who: "guest", path: () => at.post, there: (page) => page.getByTestId("post-player").waitFor() },
  "post-english": { who: "guest", path: () => at.english, there: (page) => page.getByTestId("post-summary").waitFor() },
  search: {
    who: "guest",
    path: () => `/search?q=${encodeURIComponent("검색하다")}`,
    there: (page) => page.locator("mark").first().waitFor(),
  },
  "sign-in": { who: "guest", path: () => "/sign-in", there: (page) => page.getByTestId("sign-in-submit").waitFor() },
  forgot: { who: "guest", path: () => "/forgot", there: (page) => page.getByTestId("mail-submit").waitFor() },
  "sign-up-closed": { who: "guest", path: () => "/sign-up", there: (page) => page.getByTestId("sign-up-closed").waitFor() },
  confirm: { who: "guest", path: () => "/confirm?token=x", there: (page) => page.getByTestId("confirm-submit").waitFor() },
  reset: { who: "guest", path: () => "/reset?token=x", there: (page) => page.getByTestId("reset-submit").waitFor() },
  account: { who: "author", path: () => "/account", there: (page) => page.getByTestId("tokens").locator("li").first().waitFor() },
  "not-found": { who: "guest", path: () => "/posts/nothing-here", there: (page) => page.getByRole("heading", { level: 1 }).waitFor() },
  studio: { who: "author", path: () => "/studio", there: (page) => page.getByTestId("chip-SPEECH").nth(1).waitFor() },
  deleted: { who: "author", path: () => "/studio/deleted", there: (page) => page.getByTestId("deleted-post").waitFor() },
  editor: {
    who: "author",
    path: () => at.editor,
    there: async (page) => {
      await boardSays(page, { SPEECH: "READY", IMAGE: "READY" });
      await page.getByTestId("editor-preview").locator("img").waitFor();
    },
  },
};

/** Every page has to hold in all of these. */
const LOOKS = ["light", "dark"].flatMap((scheme) => [
  { language: "ko", scheme, device: "desk" },
  { language: "ko", scheme, device: "phone" },
  // The words are longer, the colours and sizes are the same.
  { language: "en", scheme, device: scheme === "light" ? "phone" : "desk" },
]);

/** Two windows at a time: while one is drawn, axe looks through the other. */
function inEachLook(pages) {
  for (const [name, { who, path, there }] of Object.entries(pages)) {
    for (const { language, scheme, device } of LOOKS) {
      test(`${name}, ${language}, ${scheme}, on a ${device}`, async () => {
        const page = await openWindow(people[language][who]);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
        await page.setViewportSize({ desk: DESK, phone: PHONE }[device]);
        await page.goto(server.url + path());
        await there(page);
        await eventually("nothing loads any more", async () => (await page.locator(".loading").count()) === 0);
        assert.equal(await page.locator("html").getAttribute("lang"), language);
        await doesNotScrollSideways(page);
        await headIsOneRow(page);
        await shoot(page, `${name}-${device}-${scheme}-${language}`);
        await isAccessible(page);
        nothingWentWrong(page, name === "not-found" ? /404/ : undefined);
        await page.close();
      });
    }
  }
}

describe("each page of a blog that nobody has yet, in each look", { concurrency: 2 }, () => {
  before(async () => void (server = await Server.start("--sign-up", "open")));
  after(() => server?.end());
  inEachLook(AT_FIRST);
});

describe("a blog in use", () => {
  before(async () => {
    const made = await serverWithAuthor();
    ({ server } = made);
    for (const [language, { author }] of Object.entries(people)) {
      const page = await openWindow(author);
      await signIn(page, server.url, "kim@example.com", PASSWORD);
      if (language === "ko") await write(made.api, page);
      await page.close();
    }
  });
  after(() => server?.end());
  describe("each page in each look", { concurrency: 2 }, () => inEachLook(IN_USE));

  test("on a phone, the head shows where the focus is, in the language that was chosen there", async () => {
    const page = await openWindow(people.ko.author);
    await page.setViewportSize(PHONE);
    await page.goto(`${server.url}/studio`);
    await page.getByTestId("chip-SPEECH").nth(1).waitFor();
    await page.getByTestId("language-toggle").click();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    await headIsOneRow(page);
    for (const name of ["Deepdive", "Search", "Studio"]) {
      const link = page.locator(".site-header").getByRole("link", { name });
      await page.keyboard.press("Tab");
      while (!(await link.evaluate((element) => element === document.activeElement))) await page.keyboard.press("Tab");
      const outline = await link.evaluate((element) => getComputedStyle(element).outlineStyle);
      assert.notEqual(outline, "none", name);
    }
    nothingWentWrong(page);
    await page.close();
  });
});
