// A picture comes into a post in every way that a person knows, and stays where it is: while the author
// goes on writing, and while a reader's window loads it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eventually, PASSWORD, serverWithAuthor } from "./product.mjs";
import { ARTICLE } from "./texts.mjs";
import {
  boardSays, bytesOf, choose, DESK, drop, isAccessible, nothingMoved, nothingWentWrong, openBrowser, openWindow,
  paintPhoto, paste, person, PHONE, saved, shoot, signIn, watchLayout,
} from "./windows.mjs";

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
const text = () => page.getByTestId("editor-markdown").inputValue();
const REFERENCE = /!\[[^\]]*\]\(asset:[^)]+\)/g;

/** Opens a new post in the editor, with the cursor at the end of its text. */
async function opened(markdown) {
  const post = await api.create({ title: "사진이 있는 글", markdown });
  await page.goto(address(post));
  await boardSays(page, { IMAGE: "NONE" });
  await page.getByTestId("editor-markdown").press("Control+End");
  return post;
}

/** Waits until so many pictures stand in the text and in the preview, drawn. */
async function arrived(count) {
  await boardSays(page, { IMAGE: "READY" });
  const references = await eventually("the references are written", async () => {
    const found = (await text()).match(REFERENCE) ?? [];
    return found.length === count && found;
  });
  await eventually("the preview draws them", () =>
    page.getByTestId("editor-preview").locator("img").evaluateAll((images, count) =>
      images.length === count && images.every((image) => (image.loading = "eager") && image.naturalWidth > 0), count));
  return references;
}

test("a picture of the clipboard is pasted where the cursor is", async () => {
  await opened("첫 문단이다.\n\n끝 문단이다.");
  await page.getByTestId("editor-markdown").evaluate((area) => area.setSelectionRange(7, 7));
  await paste(page, "editor-markdown", await paintPhoto(page, "화면.png", 800, 500));
  const [reference] = await arrived(1);
  assert.equal(await text(), `첫 문단이다.\n\n${reference}\n\n끝 문단이다.`);
  await saved(page);
  nothingWentWrong(page);
});

test("pasted words are words", async () => {
  await opened("앞 ");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(() => navigator.clipboard.writeText("뒤"));
  await page.getByTestId("editor-markdown").press("Control+V");
  await eventually("they are pasted", async () => (await text()) === "앞 뒤");
  nothingWentWrong(page);
});

test("pictures are chosen with the button, several at once, and by keyboard", async () => {
  await opened("사진 두 장.");
  const files = [];
  for (const [name, width] of [["하나.jpg", 640], ["둘.jpg", 480]]) {
    files.push({ name, mimeType: "image/jpeg", buffer: await bytesOf(await paintPhoto(page, name, width, 360)) });
  }
  await choose(page, page.getByText("사진 넣기"), files);
  const references = await arrived(2);
  assert.equal(new Set(references).size, 2);

  // The same file again: a second picture, as the author asked.
  await page.getByTestId("editor-file").focus();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Enter")]);
  await chooser.setFiles(files[0]);
  await arrived(3);
  await saved(page);
  nothingWentWrong(page);
});

test("what is no picture is refused in the reader's language, and the text stays", async () => {
  await opened("그대로.");
  const refused = page.getByTestId("uploads").getByRole("alert");
  await choose(page, page.getByText("사진 넣기"), { name: "글.txt", mimeType: "text/plain", buffer: Buffer.from("글") });
  await refused.filter({ hasText: "사진 파일만" }).waitFor();
  // The page takes every picture for one; the server knows better.
  await choose(page, page.getByText("사진 넣기"), { name: "그림.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg/>") });
  await refused.filter({ hasText: "JPEG, PNG, WebP, GIF 사진만 넣을 수 있습니다." }).waitFor();
  assert.equal(await text(), "그대로.");
  await isAccessible(page);
  nothingWentWrong(page);
});

test("a picture that is damaged fails on the board, in the reader's language", async () => {
  await opened("망가진 사진.");
  const whole = await bytesOf(await paintPhoto(page, "망가짐.jpg", 640, 480));
  await choose(page, page.getByText("사진 넣기"), { name: "망가짐.jpg", mimeType: "image/jpeg", buffer: whole.subarray(0, 300) });
  await boardSays(page, { IMAGE: "FAILED" });
  await page.getByTestId("board-IMAGE").getByText("사진을 읽을 수 없습니다.").waitFor();
  await shoot(page, "picture-damaged");
  nothingWentWrong(page);
});

test("a picture waits for its upload, and the board says so", async () => {
  const post = await api.create({ title: "기다리는 글", markdown: "사진이 오는 중이다." });
  let release;
  const released = new Promise((resolve) => (release = resolve));
  // Wherever uploads go.
  const late = async (route) => {
    if (route.request().method() === "PUT") await released;
    await route.continue();
  };
  await page.route("**", late);
  await page.goto(address(post));
  await boardSays(page, { IMAGE: "NONE" });
  await drop(page, "editor-markdown", await paintPhoto(page, "늦은 사진.jpg", 640, 480));
  await boardSays(page, { IMAGE: "WAITING" });
  await page.getByTestId("board-IMAGE").getByText("사진이 올라오기를 기다림").first().waitFor();
  await page.getByTestId("language-toggle").click();
  await page.getByTestId("board-IMAGE").getByText("Waiting for the upload").first().waitFor();
  await page.getByTestId("language-toggle").click();
  release();
  await boardSays(page, { IMAGE: "READY" });
  await page.unroute("**", late);
  nothingWentWrong(page);
});

test("the studio has a chip for pictures that are done", async () => {
  await page.goto(`${server.url}/studio`);
  const row = page.getByTestId("studio-post").filter({ hasText: "기다리는 글" });
  await row.locator('[data-testid="chip-IMAGE"][data-status="READY"]').waitFor();
  nothingWentWrong(page);
});

test("writing on neither draws nor loads a picture of the preview again", async () => {
  await opened("위 문단.");
  await choose(page, page.getByText("사진 넣기"), {
    name: "머무는 사진.jpg",
    mimeType: "image/jpeg",
    buffer: await bytesOf(await paintPhoto(page, "머무는 사진.jpg", 800, 600)),
  });
  await arrived(1);
  const preview = page.getByTestId("editor-preview");
  // The last variant draws the preview once more; a word that is typed after it comes after that.
  await page.getByTestId("editor-markdown").press("Control+End");
  await page.getByTestId("editor-markdown").pressSequentially("\n\n아래 문단.");
  await preview.getByText("아래 문단.").waitFor();
  await arrived(1);
  await preview.locator("img").evaluate((image) => void (window.kept = image));
  const loaded = [];
  page.on("request", (request) => request.resourceType() === "image" && loaded.push(request.url()));

  await page.getByTestId("editor-markdown").press("Control+Home");
  await page.getByTestId("editor-markdown").pressSequentially("새로 쓴 문단. 두 문장이다.\n\n");
  await preview.getByText("두 문장이다.").waitFor();
  assert.ok(await preview.locator("img").evaluate((image) => image === window.kept && image.naturalWidth > 0));
  assert.deepEqual(loaded, []);

  // What the author changes about it, changes.
  const [reference] = (await text()).match(REFERENCE);
  await page.getByTestId("editor-markdown").fill((await text()).replace(reference, reference.replace(/!\[[^\]]*\]/, "![새 설명]")));
  await preview.getByRole("img", { name: "새 설명" }).waitFor();
  await saved(page);
  nothingWentWrong(page);
});

for (const [device, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
  test(`nothing moves on a ${device} while a post and its pictures load`, async () => {
    let post = await api.create({ title: `움직이지 않는 글 (${device})`, markdown: "준비." });
    const photos = [];
    for (const [name, width, height] of [["넓은.jpg", 1600, 900], ["높은.jpg", 600, 1000]]) {
      photos.push(await api.upload(post, name, "image/jpeg", await bytesOf(await paintPhoto(page, name, width, height))));
    }
    const [first, second] = photos;
    post = await api.update(await api.post(post.id), { markdown: `${first}\n\n${ARTICLE}\n\n${second}\n\n${ARTICLE}` });
    post = await api.publish(post);
    await api.settled(post.id);

    const guest = await person(browser);
    const reading = await openWindow(guest);
    await reading.setViewportSize(viewport);
    await watchLayout(reading);
    let release;
    const released = new Promise((resolve) => (release = resolve));
    await reading.route("**/*.webp*", async (route) => {
      await released;
      await route.continue();
    });
    await reading.goto(`${server.url}/posts/${encodeURIComponent(post.slug)}`);
    await reading.getByTestId("post-player").waitFor();
    const images = reading.getByTestId("post-article").locator("img");
    assert.equal(await images.count(), 2);
    assert.equal(await images.first().evaluate((image) => image.naturalWidth), 0, "they are still to come");
    release();
    for (const image of await images.all()) {
      await image.scrollIntoViewIfNeeded();
      await eventually("it is drawn", () => image.evaluate((image) => image.complete && image.naturalWidth > 0));
    }
    await nothingMoved(reading);

    // By a link, from the list, and back: the same.
    await reading.goto(server.url);
    await reading.getByRole("link", { name: post.title }).click();
    await reading.getByTestId("post-player").waitFor();
    await nothingMoved(reading);
    nothingWentWrong(reading);
    await guest.close();
  });
}
