// A stage that fails says why on the board, and Retry goes on once the reason is gone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { NO_VOICE, PASSWORD, serverWithAuthor } from "./product.mjs";
import {
  boardNotes, boardSays, isAccessible, nothingWentWrong, openBrowser, openWindow, person, shoot, signIn, watchBoard,
} from "./windows.mjs";

const CUT = /WebSocket connection|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET/;

let server, api, browser, page, post;
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

test("a missing voice fails with what to do, and only speech fails", async () => {
  post = await api.create({ title: "목소리가 없는 글", markdown: "소리 내어 읽을 수 없는 글이다. 그래도 요약은 된다." });
  await page.goto(`${server.url}/studio/posts/${encodeURIComponent(post.id)}`);
  await boardSays(page, { SPEECH: "NONE" });
  await page.getByTestId("publish").click();
  await boardSays(page, { SPEECH: "FAILED", SUMMARY: "READY", SEARCH: "READY" });
  const reason = page.getByTestId("board-SPEECH").locator(".board-reason");
  assert.match(await reason.textContent(), /espeak-ng.*없습니다.*다시 하기/);
  await page.getByTestId("language-toggle").click();
  await reason.filter({ hasText: NO_VOICE.advice }).waitFor();
  await page.getByTestId("language-toggle").click();
  await isAccessible(page);
  await shoot(page, "failed-stage");
  nothingWentWrong(page);
});

test("Retry tries again, and fails again while the reason is there", async () => {
  await watchBoard(page);
  await page.getByTestId("retry-SPEECH").click();
  await page.waitForFunction(() => window.boardNotes.steps.SPEECH.length >= 4);
  await boardSays(page, { SPEECH: "FAILED" });
  const { steps } = await boardNotes(page);
  assert.deepEqual(steps.SPEECH, ["FAILED", "PENDING", "RUNNING", "FAILED"]);
  assert.deepEqual(steps.SUMMARY, ["READY"]);
  nothingWentWrong(page);
});

test("Retry makes the speech when there is a voice, and readers hear it", async () => {
  await server.kill("SIGTERM");
  await server.start();
  await page.locator('[data-testid="link-state"][data-state="live"]').waitFor();
  await page.getByTestId("retry-SPEECH").click();
  await boardSays(page, { SPEECH: "READY" });
  assert.equal(await page.getByTestId("retry-SPEECH").count(), 0);
  const { speech } = await api.post(post.id);
  const sound = await fetch(new URL(speech.url, server.url));
  assert.equal(sound.headers.get("content-type"), "audio/mpeg");
  assert.ok((await sound.arrayBuffer()).byteLength > 1000, "there is sound");
  nothingWentWrong(page, CUT);
});
