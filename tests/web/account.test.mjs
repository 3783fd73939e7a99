// A reader comes in by the link that the owner passes on, looks after the account, and forgets the password.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PASSWORD, Server } from "./product.mjs";
import { fill, isAccessible, nothingWentWrong, openBrowser, openWindow, person, signIn } from "./windows.mjs";

let server, browser, owner, reader;

before(async () => {
  server = await Server.stopped();
  await server.createUser("owner@example.com", "admin");
  await server.start("--sign-up", "open");
  browser = await openBrowser();
  [owner, reader] = await Promise.all([person(browser), person(browser)]);
});
after(async () => {
  await browser?.close();
  await server?.end();
});

/** The owner reads the link that waits to be passed on. */
async function passedOn() {
  const desk = await openWindow(owner);
  await signIn(desk, server.url, "owner@example.com", PASSWORD);
  await desk.goto(`${server.url}/account`);
  await desk.getByTestId("waiting-mails").getByRole("button").click();
  const link = await desk.getByTestId("waiting-mails").getByTestId("secret").textContent();
  await isAccessible(desk);
  nothingWentWrong(desk);
  await desk.close();
  return link;
}

test("a reader signs up, the owner passes the link on, and the reader is in", async () => {
  const page = await openWindow(reader, `${server.url}/sign-in`);
  await page.getByTestId("to-sign-up").click();
  await page.getByTestId("mail-email").fill("lee@example.com");
  await page.getByTestId("mail-submit").click();
  await page.getByTestId("check-mail").waitFor();
  await isAccessible(page);

  await page.goto(await passedOn());
  await page.getByTestId("confirm-nickname").fill("책벌레");
  await page.getByTestId("confirm-password").fill("short");
  await page.getByTestId("confirm-submit").click();
  await page.locator("#confirm-password-about.problem").waitFor();
  await page.getByTestId("confirm-password").fill(PASSWORD);
  await page.getByTestId("confirm-submit").click();
  await page.getByTestId("sessions").locator("li").waitFor();
  nothingWentWrong(page);
  await page.close();
});

test("a profile, a token and another session are looked after on one page", async () => {
  const other = await person(browser);
  const far = await openWindow(other, server.url);
  await far.goto(`${server.url}/sign-in?next=%2Faccount`);
  await far.getByTestId("sign-in-email").fill("lee@example.com");
  await far.getByTestId("sign-in-password").fill(PASSWORD);
  await far.getByTestId("sign-in-submit").click();
  await far.getByTestId("sessions").locator("li").nth(1).waitFor();
  const page = await openWindow(reader, `${server.url}/account`);
  await page.getByTestId("account-bio").fill("천천히 읽습니다.");
  await page.getByTestId("profile-submit").click();
  await page.getByTestId("profile-outcome").filter({ hasText: /./ }).waitFor();

  await page.getByTestId("token-name").fill("backup");
  await page.getByTestId("token-submit").click();
  assert.match(await page.getByTestId("secret").textContent(), /^dd_pat_/);
  const tokens = page.getByTestId("tokens").locator("li");
  await tokens.getByRole("button").click();
  await tokens.waitFor({ state: "detached" });

  const sessions = page.getByTestId("sessions").locator("li");
  await sessions.nth(1).waitFor();
  await page.getByTestId("end-other-sessions").click();
  await sessions.nth(1).waitFor({ state: "detached" });
  await far.goto(`${server.url}/account`);
  await far.getByTestId("sign-in-submit").waitFor();
  await page.reload();
  assert.equal(await page.getByTestId("account-bio").inputValue(), "천천히 읽습니다.");
  await isAccessible(page);
  nothingWentWrong(page);
  await Promise.all([page.close(), far.close()]);
});

test("a forgotten password gives way to another by the link, which works once and ends what was open", async () => {
  const page = await openWindow(await person(browser), `${server.url}/sign-in`);
  await page.getByRole("link", { name: "비밀번호를 잊으셨나요?" }).click();
  await page.getByTestId("mail-email").fill("lee@example.com");
  await page.getByTestId("mail-submit").click();
  await page.getByTestId("check-mail").waitFor();
  const link = await passedOn();
  await page.goto(link);
  await page.getByTestId("reset-password").fill("another long password");
  await page.getByTestId("reset-submit").click();
  await page.getByTestId("reset-done").waitFor();
  await isAccessible(page);

  const before = await openWindow(reader, `${server.url}/account`);
  await before.getByTestId("sign-in-submit").waitFor();
  await fill(before, { "sign-in-email": "lee@example.com", "sign-in-password": PASSWORD });
  await before.getByTestId("sign-in-submit").click();
  await before.getByRole("alert").waitFor();
  await fill(before, { "sign-in-password": "another long password" });
  await before.getByTestId("sign-in-submit").click();
  await before.getByTestId("sessions").locator("li").waitFor();

  await page.goto(link);
  await page.getByTestId("reset-password").fill("a third long password");
  await page.getByTestId("reset-submit").click();
  await page.getByRole("alert").waitFor();
  nothingWentWrong(page);
  nothingWentWrong(before);
  await Promise.all([page.close(), before.close()]);
});
