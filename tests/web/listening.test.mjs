// The article read aloud: the spoken sentence is marked and kept in sight, a click on a sentence goes
// there, and everything works by keyboard and is told to who cannot see it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eventually, serverWithAuthor } from "./product.mjs";
import { ARTICLE, longText } from "./texts.mjs";
import {
  DESK, doesNotScrollSideways, isAccessible, nothingWentWrong, openBrowser, openWindow, person, PHONE, shoot,
} from "./windows.mjs";

let server, browser, reader, post, marks;
before(async () => {
  const made = await serverWithAuthor();
  ({ server } = made);
  browser = await openBrowser();
  reader = await person(browser);
  const markdown = `${ARTICLE}\n\n## 실험\n\n${longText(40)}`;
  const { id } = await made.api.publish(await made.api.create({ title: "듣는 글", markdown, tags: ["한국어"] }));
  post = await made.api.settled(id);
  const query = "query($id: ID!) { post(by: { id: $id }) { speech { marks { sentence startMs endMs } } } }";
  ({ marks } = (await made.api.data(query, { id })).post.speech);
  assert.ok(marks.length > 40, `${marks.length} marks`);
});
after(async () => {
  await browser?.close();
  await server?.end();
});

/** A reader's window with the post, its sound muted. */
async function opened(size = DESK, scheme = "light", motion = "reduce") {
  const page = await openWindow(reader);
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: motion });
  await page.setViewportSize(size);
  await page.goto(`${server.url}/posts/${post.slug}`);
  await page.getByTestId("post-audio").evaluate((audio) => void (audio.muted = true));
  return page;
}

const audio = (page) => page.getByTestId("post-audio");
const time = (page) => audio(page).evaluate((audio) => audio.currentTime * 1000);
const pieces = (page, sentence) => page.locator(`.article [data-s="${sentence}"]`);
/** The sentences that bear the mark. */
const spoken = (page) => page.locator(".article .spoken").evaluateAll((all) => [...new Set(all.map((one) => Number(one.dataset.s)))]);

async function plays(page) {
  await page.getByTestId("listen").click();
  await eventually("it plays", async () => (await time(page)) > 100);
}

async function pauses(page) {
  await page.getByTestId("listen").click();
  await eventually("it stops", () => audio(page).evaluate((audio) => audio.paused));
}

/** Goes to a moment, and waits until the page shows it. */
async function seeks(page, ms) {
  await audio(page).evaluate((audio, ms) => void (audio.currentTime = ms / 1000), ms);
}

/** Waits until a sentence is the only one that is marked. */
async function speaks(page, sentence) {
  await eventually(`sentence ${sentence} is marked`, async () => {
    const marked = await spoken(page);
    return marked.length === 1 && marked[0] === sentence;
  });
}

const middle = (mark) => (mark.startMs + mark.endMs) / 2;
/** Whether a sentence can be read: within the window and not behind the player. */
const inSight = (page, sentence) => pieces(page, sentence).first().evaluate((piece) => {
  const { top, bottom } = piece.getBoundingClientRect();
  const bar = document.querySelector(".listen").getBoundingClientRect();
  return bottom > Math.max(0, bar.bottom) && top < innerHeight;
});
const scrollTop = (page) => page.evaluate(() => scrollY);

test("the sentence being spoken is marked, at every moment the right one", async () => {
  const page = await opened();
  assert.deepEqual(await spoken(page), [], "nothing is marked before it speaks");
  await plays(page);
  await speaks(page, marks[0].sentence);
  await pauses(page);
  for (const mark of [marks[3], marks.at(-2), marks[10], marks[1]]) {
    await seeks(page, middle(mark));
    await speaks(page, mark.sentence);
    await seeks(page, mark.startMs);
    await speaks(page, mark.sentence);
  }
  // The voice itself goes from one to the next.
  await seeks(page, marks[6].startMs - 300);
  await speaks(page, marks[5].sentence);
  await page.getByTestId("listen").click();
  await speaks(page, marks[6].sentence);
  nothingWentWrong(page);
  await page.close();
});

test("the mark follows the voice down the page, until the reader scrolls away and until they come back", async () => {
  const page = await opened();
  await plays(page);
  await seeks(page, marks.at(-6).startMs);
  await eventually("the page went along", () => inSight(page, marks.at(-6).sentence));
  const player = await page.getByTestId("post-player").boundingBox();
  assert.ok(player.y >= 0 && player.y < 20, `the player stays in sight: ${player.y}`);

  await page.mouse.move(400, 500);
  await page.mouse.wheel(0, -100_000);
  await eventually("the reader is at the top", async () => (await scrollTop(page)) === 0);
  const button = page.getByTestId("to-the-voice");
  await button.waitFor();
  await seeks(page, marks.at(-4).startMs);
  await speaks(page, marks.at(-4).sentence);
  assert.equal(await scrollTop(page), 0, "it does not tear the reader away");

  await button.click();
  await eventually("back at the voice", () => inSight(page, marks.at(-4).sentence));
  await eventually("the button is gone", async () => (await button.count()) === 0);
  await seeks(page, marks[2].startMs);
  await eventually("it follows again", () => inSight(page, marks[2].sentence));
  nothingWentWrong(page);
  await page.close();
});

test("where motion is welcome the page glides, and still arrives", async () => {
  const page = await opened(DESK, "light", "no-preference");
  await plays(page);
  for (const mark of [marks.at(-5), marks[8]]) {
    await seeks(page, mark.startMs);
    await eventually("it arrives", () => inSight(page, mark.sentence));
  }
  assert.equal(await page.getByTestId("to-the-voice").count(), 0);
  nothingWentWrong(page);
  await page.close();
});

test("a click on a sentence goes there; one on a link follows it, and marking text stays marking text", async () => {
  const page = await opened();
  await page.route("https://example.com/**", (route) => route.fulfill({ body: "elsewhere", contentType: "text/html" }));
  await plays(page);
  const target = marks.at(-8);
  await pieces(page, target.sentence).first().click();
  await eventually("it is there", async () => (await time(page)) >= target.startMs - 1 && (await time(page)) < target.endMs + 1_000);
  await pauses(page);

  const before = await time(page);
  const sentence = pieces(page, marks[0].sentence).first();
  await sentence.scrollIntoViewIfNeeded();
  await page.evaluate(() => scrollTo(0, 0));
  const box = await sentence.evaluate((piece) => {
    const { left, top, height } = piece.getClientRects()[0];
    return { left, middle: top + height / 2 };
  });
  await page.mouse.move(box.left + 4, box.middle);
  await page.mouse.down();
  await page.mouse.move(box.left + 160, box.middle, { steps: 4 });
  await page.mouse.up();
  assert.ok((await page.evaluate(() => getSelection().toString())).length > 3, "text is marked");
  assert.equal(await time(page), before, "and nothing else happened");

  const link = page.locator('.article a[href^="https://example.com"]');
  await link.click();
  await page.waitForURL("https://example.com/**");
  nothingWentWrong(page);
  await page.close();
});

test("before it ever spoke, a click chooses where it will begin and marks nothing", async () => {
  const page = await opened();
  await pieces(page, marks[4].sentence).first().click();
  await eventually("it will begin there", async () => Math.abs((await time(page)) - marks[4].startMs) < 2);
  assert.deepEqual(await spoken(page), []);
  await page.getByTestId("listen").click();
  await speaks(page, marks[4].sentence);
  nothingWentWrong(page);
  await page.close();
});

test("buttons and keys go by sentences and by ten seconds", async () => {
  const page = await opened();
  await plays(page);
  await pauses(page);
  const at = async (what, ms) => eventually(`${what}: ${ms} ms`, async () => Math.abs((await time(page)) - ms) < 2);
  await seeks(page, marks[5].startMs);
  await page.getByTestId("next-sentence").click();
  await at("next", marks[6].startMs);
  await page.getByTestId("previous-sentence").click();
  await at("previous", marks[5].startMs);
  await page.keyboard.press("l");
  await at("L", marks[6].startMs);
  await page.keyboard.press("j");
  await at("J", marks[5].startMs);
  await page.getByTestId("forward-10").click();
  await at("forward", marks[5].startMs + 10_000);
  await page.keyboard.press("ArrowLeft");
  await at("left", marks[5].startMs);
  await page.keyboard.press("k");
  await eventually("K plays", () => audio(page).evaluate((audio) => !audio.paused));
  await page.keyboard.press("k");
  await eventually("K stops", () => audio(page).evaluate((audio) => audio.paused));
  nothingWentWrong(page);
  await page.close();
});

test("the chosen speed stays for the next visit; the volume and the file are there", async () => {
  const page = await opened();
  await page.getByTestId("listen-speed").selectOption("1.5");
  await plays(page);
  assert.equal(await audio(page).evaluate((audio) => audio.playbackRate), 1.5);
  await page.reload();
  assert.equal(await page.getByTestId("listen-speed").inputValue(), "1.5");
  await audio(page).evaluate((audio) => void (audio.muted = true));
  await plays(page);
  assert.equal(await audio(page).evaluate((audio) => audio.playbackRate), 1.5);
  await page.getByTestId("listen-speed").selectOption("1");

  await page.getByTestId("listen-volume").press("Home");
  await eventually("silence", () => audio(page).evaluate((audio) => audio.volume === 0));
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("download-speech").click()]);
  assert.equal(download.suggestedFilename(), "듣는 글.mp3");
  nothingWentWrong(page);
  await page.close();
});

for (const scheme of ["light", "dark"]) {
  for (const [device, size] of Object.entries({ desk: DESK, phone: PHONE })) {
    test(`while it speaks, ${scheme}, on a ${device}`, async () => {
      const page = await opened(size, scheme);
      await plays(page);
      // In a sentence with code, emphasis and a link; then in the quotation, whose ink is the palest.
      for (const words of ["이어서", "되찾는 일"]) {
        const sentence = await page.locator(".article [data-s]", { hasText: words }).first().getAttribute("data-s");
        await seeks(page, marks.find((mark) => mark.sentence === Number(sentence)).startMs);
        await pauses(page);
        await speaks(page, Number(sentence));
        await eventually("in sight", () => inSight(page, Number(sentence)));
        await isAccessible(page);
        await page.getByTestId("listen").click();
      }
      await doesNotScrollSideways(page);
      const bar = await page.getByTestId("post-player").boundingBox();
      assert.ok(bar.height <= 100, `the bar is low: ${bar.height}`);
      await pauses(page);
      await page.screenshot({ path: `tests/shots/listening-${device}-${scheme}.png` });
      nothingWentWrong(page);
      await page.close();
    });
  }
}

test("the player says what each control is, in both languages", async () => {
  const page = await opened();
  const names = async () => page.getByTestId("post-player").locator("button, input, select, a").evaluateAll(
    (controls) => controls.map((control) => control.getAttribute("aria-label")),
  );
  assert.deepEqual(await names(), ["듣는 곳", "앞 문장", "10초 뒤로", "듣기", "10초 앞으로", "다음 문장", "빠르기", "소리 크기", "음성 내려받기"]);
  await plays(page);
  await speaks(page, marks[0].sentence);
  await pauses(page);
  const marked = await spoken(page);
  await page.getByTestId("language-toggle").click();
  await page.getByTestId("post-player").getByRole("button", { name: "Next sentence" }).waitFor();
  assert.deepEqual(await names(), [
    "Position", "Previous sentence", "Back 10 seconds", "Listen", "Forward 10 seconds", "Next sentence", "Speed", "Volume", "Download the speech",
  ]);
  assert.deepEqual(await spoken(page), marked, "the article was drawn anew with its mark");
  await shoot(page, "listening-english");
  await page.getByTestId("language-toggle").click();
  nothingWentWrong(page);
  await page.close();
});
