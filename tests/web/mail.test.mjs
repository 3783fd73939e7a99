// Mail through a mail server that asks for TLS and a login, as those of mail companies do.
import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { generate } from "selfsigned";
import { SMTPServer } from "smtp-server";

import { Api, eventually, Server } from "./product.mjs";

const USER = "blog@blog.example";
const SECRET = "p ss/w@rd:비밀";

let certificate, folder, server, api;
before(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), "deepdive-mail-"));
  certificate = await generate([{ name: "commonName", value: "localhost" }], { keyType: "ec", algorithm: "sha256" });
  server = await Server.stopped();
  await fs.writeFile(trusted(), certificate.cert);
});
after(async () => {
  await server?.end();
  await fs.rm(folder, { recursive: true, force: true });
});

/** The file of the certificates that the machine trusts. */
const trusted = () => path.join(folder, "trusted.pem");

/**
 * A mail server that ends with the test; `arrived` has the mails, `logins` the names of who tried to log in.
 */
async function mailServer(t, options) {
  const seen = { arrived: [], logins: [] };
  const smtp = new SMTPServer({
    ...options,
    key: certificate.private,
    cert: certificate.cert,
    onAuth({ username, password }, session, done) {
      seen.logins.push({ username, tls: Boolean(session.secure) });
      const right = username === USER && password === SECRET;
      done(right ? null : Object.assign(new Error("no"), { responseCode: 535 }), { user: username });
    },
    onData(stream, session, done) {
      let text = "";
      stream.on("data", (more) => (text += more));
      stream.on("end", () => (seen.arrived.push({ to: session.envelope.rcptTo[0].address, text }), done()));
    },
  });
  // A client that breaks off because it does not trust the certificate is no fault of the server.
  smtp.on("error", () => {});
  await new Promise((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  seen.port = smtp.server.address().port;
  t.after(() => new Promise((resolve) => smtp.close(resolve)));
  return seen;
}

/** Starts the product anew with a mail server, as an operator does who keeps the password off the command line. */
async function start(url, environment) {
  await server.kill("SIGTERM");
  server.environment = { DEEPDIVE_SMTP_URL: url, ...environment };
  await server.start("--sign-up", "open", "--mail-from", `Deepdive <${USER}>`);
  api = new Api(server.url);
}

const login = (password = SECRET) => `${encodeURIComponent(USER)}:${encodeURIComponent(password)}`;

const signUp = (email) => api.data("mutation($e: String!) { signUp(input: { email: $e }) { __typename } }", { e: email });

/** No secret was logged: neither the login nor the link. */
async function keptQuiet() {
  const said = await server.log();
  for (const secret of [SECRET, encodeURIComponent(SECRET), "dd_lnk_"]) assert.ok(!said.includes(secret));
}

for (const [name, options, url] of [
  ["TLS from the first byte", { secure: true }, (port) => `smtps://${login()}@localhost:${port}`],
  ["STARTTLS", {}, (port) => `smtp://${login()}@localhost:${port}?tls=required`],
]) {
  test(`a link is mailed after a login, over ${name}`, async (t) => {
    const mails = await mailServer(t, options);
    await start(url(mails.port), { SSL_CERT_FILE: trusted() });
    await signUp("lee@example.com");
    const [mail] = await eventually("the mail", () => mails.arrived.length && mails.arrived);
    assert.equal(mail.to, "lee@example.com");
    const [head, body] = mail.text.split("\r\n\r\n");
    assert.match(head, new RegExp(`^From: Deepdive <${USER}>$`, "m"));
    assert.match(head, /^Content-Transfer-Encoding: base64$/m);
    assert.ok(Buffer.from(body, "base64").toString().includes(`${server.url}/confirm?token=dd_lnk_`));
    assert.deepEqual(mails.logins, [{ username: USER, tls: true }]);
    await keptQuiet();
  });
}

test("a wrong password is told to the operator, and with the right one the mail goes out", async (t) => {
  const mails = await mailServer(t, { secure: true });
  await start(`smtps://${login("wrong")}@localhost:${mails.port}`, { SSL_CERT_FILE: trusted() });
  await signUp("choi@example.com");
  await eventually("the reason", async () => (await server.log()).includes("does not let us in (535)"));
  assert.deepEqual(mails.arrived, []);
  await keptQuiet();

  await start(`smtps://${login()}@localhost:${mails.port}`, { SSL_CERT_FILE: trusted() });
  // It would be tried again by itself, after a while.
  await signUp("choi@example.com");
  await eventually("the mail", () => mails.arrived.some(({ to }) => to === "choi@example.com"));
});

test("a mail server whose certificate nobody vouches for is told neither the login nor the link", async (t) => {
  for (const [options, url, why] of [
    [{ secure: true }, (port) => `smtps://${login()}@localhost:${port}`, "UnknownIssuer"],
    [{}, (port) => `smtp://${login()}@localhost:${port}?tls=required`, "UnknownIssuer"],
    // One that offers no TLS at all.
    [{ hideSTARTTLS: true, disabledCommands: ["STARTTLS"] }, (port) => `smtp://${login()}@localhost:${port}?tls=required`, "STARTTLS"],
  ]) {
    const mails = await mailServer(t, options);
    const before = (await server.log()).length;
    const said = async () => (await server.log()).slice(before);
    await start(url(mails.port));
    await signUp("park@example.com");
    await eventually("the operator is told", async () => (await said()).includes("a mail was not sent"));
    assert.ok((await said()).includes(why), await said());
    assert.deepEqual([mails.arrived, mails.logins], [[], []]);
    await keptQuiet();
  }
});
