// A reader comes in by the link that the owner passes on, and looks after the account.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PASSWORD, Server } from "./product.mjs";
import { isAccessible, nothingWentWrong, openBrowser, openWindow, person, signIn } from "./windows.mjs";

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

test("a reader signs up, the owner passes the link on, and the reader is in", async () => {
  const page = await openWindow(reader, `${server.url}/sign-in`);
  await page.getByTestId("to-sign-up").click();
  await page.getByTestId("mail-email").fill("lee@example.com");
  await page.getByTestId("mail-submit").click();
  await page.getByTestId("check-mail").waitFor();
  await isAccessible(page);

  const desk = await openWindow(owner, server.url);
  await signIn(desk, server.url, "owner@example.com", PASSWORD);
  await desk.goto(`${server.url}/account`);
  await desk.getByTestId("waiting-mails").getByRole("button").click();
  const link = await desk.getByTestId("waiting-mails").getByTestId("secret").textContent();
  await isAccessible(desk);

  await page.goto(link);
  await page.getByTestId("confirm-nickname").fill("책벌레");
  await page.getByTestId("confirm-password").fill("short");
  await page.getByTestId("confirm-submit").click();
  await page.locator("#confirm-password-about.problem").waitFor();
  await page.getByTestId("confirm-password").fill(PASSWORD);
  await page.getByTestId("confirm-submit").click();
  await page.getByTestId("sessions").locator("li").waitFor();
  nothingWentWrong(page);
  nothingWentWrong(desk);
  await Promise.all([page.close(), desk.close()]);
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
