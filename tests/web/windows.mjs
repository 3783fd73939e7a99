// A browser as people have it, and what every page of the product must do in it.
import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

import { PATIENCE } from "./product.mjs";

const shots = path.resolve(import.meta.dirname, "../shots");
export const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** Starts a browser of its own, with a fresh profile. */
export async function openBrowser() {
  await fs.mkdir(shots, { recursive: true });
  return chromium.launch({
    executablePath: process.env.DEEPDIVE_BROWSER || "/usr/bin/chromium",
    args: [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
}

/** Somebody with cookies of their own, who reads Korean unless told otherwise. */
export async function person(browser, locale = "ko-KR") {
  const context = await browser.newContext({ locale, viewport: DESK });
  context.setDefaultTimeout(PATIENCE);
  return context;
}

const problems = new WeakMap();
/** What came over the sockets of a window, since it was opened or `watchBoard` began. */
const frames = new WeakMap();

/** Opens a window that remembers everything that went wrong in it. */
export async function openWindow(context, url) {
  const page = await context.newPage();
  const seen = [];
  problems.set(page, seen);
  frames.set(page, []);
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => frames.get(page).push(JSON.parse(payload)));
  });
  page.on("pageerror", (error) => seen.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") seen.push(`${message.text()} (${message.location().url})`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) seen.push(`${response.status()} ${response.url()}`);
  });
  // While anybody listens, files are asked for here. Were it only during a press, a key that is pressed at
  // once could reach the browser before it knows that, and would open its own dialog, which nobody answers.
  page.on("filechooser", () => {});
  if (url) await page.goto(url);
  return page;
}

/** Nothing went wrong in the window, but for what the test itself caused. */
export function nothingWentWrong(page, caused = /(?!)/) {
  const seen = problems.get(page);
  const unexpected = seen.filter((problem) => !caused.test(problem));
  seen.length = 0;
  assert.deepEqual(unexpected, []);
}

/** Types into a form's fields by test id. */
export async function fill(page, values) {
  for (const [id, value] of Object.entries(values)) await page.getByTestId(id).fill(value);
}

/** Signs in on the page for that. */
export async function signIn(page, url, email, password) {
  await page.goto(`${url}/sign-in`);
  await fill(page, { "sign-in-email": email, "sign-in-password": password });
  await page.getByTestId("sign-in-submit").click();
  await page.waitForURL("**/studio");
}

/** Waits until a line of the board has a status. */
export async function boardSays(page, statuses) {
  for (const [kind, status] of Object.entries(statuses)) {
    await page.locator(`[data-testid="board-${kind}"][data-status="${status}"]`).waitFor();
  }
}

/** Waits until the server has all that was typed. */
export async function saved(page) {
  await page.locator('[data-testid="save-state"][data-state="saved"]').waitFor();
}

/**
 * Writes down each step of the board from now on, as the person sees it; `stepsOf` reads it. The
 * notes are lost by a reload, which is how a test sees that there was none.
 */
export async function watchBoard(page) {
  frames.get(page).length = 0;
  await page.evaluate(() => {
    const notes = (window.boardNotes = { steps: {}, counts: {}, variants: [], atOutcome: null });
    const add = (list, value) => value !== undefined && list.at(-1) !== value && list.push(value);
    const note = () => {
      for (const line of document.querySelectorAll('[data-testid^="board-"]')) {
        const kind = line.dataset.testid.slice("board-".length);
        add((notes.steps[kind] ??= []), line.dataset.status);
        add((notes.counts[kind] ??= []), line.querySelector(".board-count")?.textContent);
      }
      add(notes.variants, document.querySelectorAll('[data-testid="variant"]').length);
      if (!notes.atOutcome && document.querySelector('[data-testid="publish-outcome"]')) {
        notes.atOutcome = Object.fromEntries(Object.entries(notes.steps).map(([kind, steps]) => [kind, steps.at(-1)]));
      }
    };
    note();
    new MutationObserver((records) => {
      // Two changes may be reported at once: the value between them is in the second record.
      for (const { target, oldValue, attributeName } of records) {
        const id = attributeName === "data-status" && target.dataset.testid;
        if (id && id.startsWith("board-")) add((notes.steps[id.slice("board-".length)] ??= []), oldValue);
      }
      note();
    }).observe(document.body, {
      subtree: true, childList: true, characterData: true, attributes: true, attributeOldValue: true,
    });
  });
}

/**
 * What `watchBoard` wrote down: `steps` and `counts` by kind, numbers of `variants`, and `atOutcome`,
 * the statuses at the moment when the author was told that the post is published.
 */
export async function boardNotes(page) {
  const notes = await page.evaluate(() => window.boardNotes);
  assert.ok(notes, "the page was not loaded again");
  return notes;
}

/**
 * Steps of the board that are drawn however fast they come: an answer over HTTP may tell of a claimed stage before the
 * socket tells that it was due. What the window is sent has them all: `stepsSent`.
 */
export const lasting = (steps) => steps.filter((status) => status !== "PENDING");

/** The statuses of a stage that the window was sent as events since `watchBoard`, by each subscription that told any. */
export function stepsSent(page, kind) {
  const told = new Map();
  for (const { id, payload } of frames.get(page)) {
    const frame = Object.values(payload?.data ?? {})[0];
    if (frame?.kind !== "EVENT") continue;
    const steps = told.get(id) ?? [];
    for (const stage of frame.stages.filter((one) => one.kind === kind)) {
      if (steps.at(-1) !== stage.status) steps.push(stage.status);
      told.set(id, steps);
    }
  }
  return [...told.values()];
}

/** Names of the GraphQL operations over HTTP from now on. */
export function requestsOf(page) {
  const asked = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === "/graphql") asked.push(request.postDataJSON()?.operationName ?? request.url());
  });
  return asked;
}

/** Stores what the whole page looks like. */
export async function shoot(page, name) {
  // A picture that is not drawn yet, or a font, would be missing.
  await page.evaluate(async () => {
    for (const image of document.images) image.loading = "eager";
    await Promise.all([document.fonts.ready, ...[...document.images].map((image) => image.decode())]);
  });
  await page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });
}

/** Everybody can use the page: no violation that axe finds. */
export async function isAccessible(page) {
  // Axe's findings are put together in the page, not in a second one, which takes twice as long: that is for frames of
  // others, of which we have none.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(" | ")}`);
  assert.deepEqual(told, []);
}

/** The page is as wide as its window. */
export async function doesNotScrollSideways(page) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${content} px in a window of ${window} px`);
}

/** The blog's name, the ways and the switches stand in one row, large enough to be hit. */
export async function headIsOneRow(page) {
  const head = page.locator(".site-header");
  const boxes = await head.locator("a, button").evaluateAll((all) => all
    .filter((element) => element.checkVisibility())
    .map((element) => ({ ...element.getBoundingClientRect().toJSON(), name: element.textContent, cut: element.scrollWidth > element.clientWidth + 1 })));
  const middles = boxes.map(({ top, bottom }) => (top + bottom) / 2);
  assert.ok(Math.max(...middles) - Math.min(...middles) < 8, `several rows: ${JSON.stringify(boxes)}`);
  for (const { name, width, height, cut } of boxes) {
    assert.ok(width >= 24 && height >= 24 && !cut, `${name}: ${width}x${height}${cut ? ", cut" : ""}`);
  }
}

/**
 * Paints a photo in the page, with gradients, edges and noise, so that it compresses as a photo does:
 * a JPEG, or a PNG if it is named so. A handle of the file.
 */
export function paintPhoto(page, name, width, height) {
  return page.evaluateHandle(
    async ([name, width, height]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const draw = canvas.getContext("2d");
      const sky = draw.createLinearGradient(0, 0, 0, height);
      for (const [at, colour] of [[0, "#1b3a5c"], [0.5, "#e8a87c"], [0.6, "#f6d8ae"], [1, "#20343a"]]) {
        sky.addColorStop(at, colour);
      }
      draw.fillStyle = sky;
      draw.fillRect(0, 0, width, height);
      for (let ridge = 0; ridge < 5; ridge++) {
        draw.fillStyle = `hsl(${200 - ridge * 12} 30% ${42 - ridge * 8}%)`;
        draw.beginPath();
        draw.moveTo(0, height);
        for (let x = 0; x <= width; x += 8) {
          const wave = Math.sin(x / width * (7 + ridge * 3) + ridge * 2) + 0.3 * Math.sin(x / 37 + ridge);
          draw.lineTo(x, height * (0.55 + ridge * 0.08) + wave * height * 0.04);
        }
        draw.lineTo(width, height);
        draw.fill();
      }
      const grain = draw.getImageData(0, 0, width, height);
      let noise = 1;
      for (let at = 0; at < grain.data.length; at += 4) {
        noise ^= noise << 13;
        noise ^= noise >>> 17;
        noise ^= noise << 5;
        const speck = (noise & 15) - 8;
        for (let channel = at; channel < at + 3; channel++) grain.data[channel] += speck;
      }
      draw.putImageData(grain, 0, 0);
      const type = name.endsWith(".png") ? "image/png" : "image/jpeg";
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, 0.9));
      return new File([blob], name, { type });
    },
    [name, width, height],
  );
}

/** The bytes of a file in a page. */
export async function bytesOf(file) {
  const base64 = await file.evaluate(async (file) => (await new Promise((resolve) => {
    const reader = Object.assign(new FileReader(), { onload: () => resolve(reader.result) });
    reader.readAsDataURL(file);
  })).split(",")[1]);
  return Buffer.from(base64, "base64");
}

/** Drops a file of the page on an element, as a person drags it from a folder. */
export async function drop(page, id, file) {
  await page.getByTestId(id).evaluate((target, file) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    target.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, file);
}

/** Copies a PNG of the page and pastes it into an element, as a person does with a screenshot. */
export async function paste(page, id, file) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.bringToFront();
  await file.evaluate((file) => navigator.clipboard.write([new ClipboardItem({ [file.type]: file })]));
  await page.getByTestId(id).press("Control+V");
}

/** Presses a button that asks for files, and chooses these. */
export async function choose(page, button, files) {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button.click()]);
  await chooser.setFiles(files);
}

/** Makes a window write down from its first moment what moves in it without being asked. */
export async function watchLayout(page) {
  await page.addInitScript(() => {
    window.layoutNotes = [];
    const note = (list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries()) {
        const moved = sources.map(({ node }) => node?.nodeName + (node?.className ? `.${node.className}` : ""));
        if (!hadRecentInput) window.layoutNotes.push({ value, moved });
      }
    };
    new PerformanceObserver(note).observe({ type: "layout-shift", buffered: true });
  });
}

/** Nothing moved in a window that `watchLayout` watches; less than anybody sees. */
export async function nothingMoved(page) {
  // Two frames: what moved in the last one is told in the next.
  const shifts = await page.evaluate(() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(window.layoutNotes))));
  }));
  const sum = shifts.reduce((sum, { value }) => sum + value, 0);
  assert.ok(sum < 0.01, `a layout shift of ${sum}: ${JSON.stringify(shifts)}`);
}

/** A page on a desk and on a phone, light and dark: accessible, not too wide, and drawn. It ends light, on a desk. */
export async function looksRight(page, name) {
  for (const [device, size] of Object.entries({ desk: DESK, phone: PHONE })) {
    await page.setViewportSize(size);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await isAccessible(page);
      await doesNotScrollSideways(page);
      await shoot(page, `${name}-${device}-${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(DESK);
}
