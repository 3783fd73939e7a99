// The product as a user has it: a server process on a free port over a data folder of its own, or the blog that
// `cargo xtask test --aws` deployed, made as new; and a client of its API. Nothing here knows the server's code.
import { spawn } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

const built = path.resolve(import.meta.dirname, "../../target/release/deepdive");
/** The program under test. */
export const program = process.env.DEEPDIVE_BIN || built;
/** Where the emulator is to which the blog is deployed, when that blog is under test. */
const emulator = process.env.DEEPDIVE_DEPLOYED;
/** Says why a test is left out where the blog is deployed, for the `skip` of `node:test`. */
export const notDeployed = (reason) => Boolean(emulator) && reason;
/**
 * What every wait ends with, met or not; milliseconds. In the AWS home, what is tried again is found by the sweeper,
 * which looks once a minute.
 */
export const PATIENCE = emulator ? 150_000 : 60_000;
/** The password of all accounts that suites make. */
export const PASSWORD = "correct horse battery";

/**
 * Arguments of a blog that cannot speak, and what it advises in English whoever could mend that: `espeak-ng` is not where
 * it is said to be, or the voices that Polly is asked for are not neural.
 */
export const NO_VOICE = emulator
  ? { args: ["--korean-voice", "Enrique", "--english-voice", "Enrique"], advice: /no neural voice Enrique.*configure one/ }
  : { args: ["--voice", "/nonexistent/espeak-ng"], advice: /install espeak-ng.*press Retry/ };

/** The statuses that a stage goes through when all is well. Polly speaks while nobody waits for it, and rings. */
export const stepsOf = (kind) =>
  emulator && kind === "SPEECH"
    ? ["PENDING", "RUNNING", "WAITING", "PENDING", "RUNNING", "READY"]
    : ["PENDING", "RUNNING", "READY"];

/** Asks until `condition` gives something true; names `what` when it never does. */
export async function eventually(what, condition, patience = PATIENCE) {
  const deadline = Date.now() + patience;
  for (;;) {
    const met = await condition();
    if (met) return met;
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A server over a data folder that outlives its processes. */
export class Server {
  #child;
  #port = 0;

  constructor(data) {
    this.data = data;
    this.said = "";
    /** Variables that its processes get beside those of this one. */
    this.environment = {};
    /** Whether a first start writes the demo blog, which most suites do without. */
    this.demo = false;
  }

  /** Starts a blog in which nothing was ever written. */
  static async start(...args) {
    const server = await Server.stopped();
    await server.start(...args);
    return server;
  }

  /** A blog in which nothing was ever written, without a process. */
  static async stopped() {
    if (emulator) return Deployed.anew();
    return new Server(await fs.mkdtemp(path.join(os.tmpdir(), "deepdive-web-")));
  }

  /** Starts it, on the port that it had if it ran before. */
  async start(...args) {
    const given = ["serve", "--data-dir", this.data, "--listen", `127.0.0.1:${this.#port}`];
    if (!this.demo) given.push("--no-demo");
    // Nothing may be needed from the folder in which it is started.
    const child = spawn(program, [...given, ...args], {
      cwd: os.tmpdir(),
      env: { ...process.env, ...this.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    let printed = "";
    child.stderr.on("data", (said) => (this.said += said));
    child.stdout.on("data", (said) => ((this.said += said), (printed += said)));
    let failed;
    child.on("error", (error) => (failed = error));
    const ready = await eventually("ready", () => {
      if (failed || child.exitCode !== null) throw new Error(`it ended: ${failed ?? this.said}`);
      return printed.match(/ready at (http:\/\/127\.0\.0\.1:(\d+))\s/);
    });
    [, this.url, this.#port] = ready;
  }

  /** Where its sockets are. */
  get sockets() {
    return `${this.url.replace("http", "ws")}/graphql/ws`;
  }

  /** Another address of theirs. */
  get otherSockets() {
    return `${this.url.replace("http", "ws")}/graphql`;
  }

  /** All that its processes have said, to who started them. */
  async log() {
    return this.said;
  }

  /** The link that the first start printed. */
  get setUpLink() {
    return this.said.match(/http:\S+\/setup\?token=\S+/)?.[0];
  }

  /** Ends it at once, as a power cut would; `SIGTERM` asks it to stop. */
  async kill(signal = "SIGKILL") {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  /** Ends it and removes its data. */
  async end() {
    await this.kill();
    await fs.rm(this.data, { recursive: true, force: true });
  }

  /** Makes an account while nothing runs; its token. */
  async createUser(email, role) {
    const args = ["user", "create", "--email", email, "--role", role, "--password-stdin", "--token"];
    const child = spawn(program, [...args, "--data-dir", this.data], { cwd: os.tmpdir() });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (more) => (said += more));
    child.stdin.end(`${PASSWORD}\n`);
    await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    const token = said.match(/dd_pat_\S+/)?.[0];
    if (!token) throw new Error(`no token: ${said}`);
    return token;
  }
}

/**
 * The deployed blog: one for all suites, which have it one after the other. What only the emulator under it can do is
 * asked of `tests/servers/ministack/control.py`.
 */
class Deployed {
  /** What the functions are told by variables as `deepdive serve` is by arguments. */
  static #TOLD = [
    "--sign-up", "--speech-price", "--summary-price", "--currency", "--korean-voice", "--english-voice", "--smtp-url",
    "--mail-from",
  ];

  /** What its functions were told last. */
  #told = "{}";

  constructor() {
    /** As of a server: who began on one machine has the demo blog there, and moves. */
    this.demo = false;
    /** Variables that its functions get beside those that they have. */
    this.environment = {};
  }

  static async anew() {
    const blog = new Deployed();
    await blog.#anew({});
    return blog;
  }

  async #ask(command, what) {
    const answer = await fetch(`${emulator}/_deepdive/${command}`, { method: "POST", body: JSON.stringify(what) });
    const said = await answer.json();
    if (!answer.ok) throw new Error(`${command}: ${said.error}`);
    return said;
  }

  async #anew(settings) {
    Object.assign(this, await this.#ask("anew", { settings }));
  }

  /** Its functions start when they are called. Arguments of `deepdive serve` become their settings. */
  async start(...args) {
    if (this.demo) await this.#moveDemo();
    this.demo = false;
    const settings = { ...this.environment };
    for (let at = 0; at < args.length; at += 2) {
      if (!Deployed.#TOLD.includes(args[at])) throw new Error(`nothing on AWS is told by ${args[at]}`);
      settings[`DEEPDIVE_${args[at].slice("--".length).replaceAll("-", "_").toUpperCase()}`] = args[at + 1];
    }
    const told = JSON.stringify(settings);
    if (told !== this.#told) await this.#ask("settings", { settings });
    this.#told = told;
    this.setUpLink = (await this.#ask("operator", { command: "setUpLink" })).setUpLink;
  }

  /** Brings what a first start makes on this machine, when all of it is made, by the operator's programs. */
  async #moveDemo() {
    const first = new Server(await fs.mkdtemp(path.join(os.tmpdir(), "deepdive-web-")));
    first.demo = true;
    try {
      await first.start();
      const query = "{ posts { nodes { html speech { url } summary { sentences } } } }";
      const made = ({ html, speech, summary }) => speech && summary && html.includes("srcset");
      await eventually("the demo blog", async () => {
        const { nodes } = (await new Api(first.url).data(query)).posts;
        return nodes.length === 6 && nodes.every(made);
      }, 600_000);
      await first.kill("SIGTERM");
      const folder = path.join(first.data, "export");
      await run(program, ["export", folder, "--data-dir", first.data]);
      const { table, bucket, region } = this;
      await run(path.join(path.dirname(program), "deepdive-aws"), ["import", folder, "--table", table, "--bucket", bucket], {
        AWS_ENDPOINT_URL: emulator, AWS_REGION: region, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test",
      });
    } finally {
      await first.end();
    }
  }

  /** All processes of all functions end at once. */
  async kill() {
    await this.#ask("stop", {});
  }

  /** Its sockets have one address at AWS; here the machine has two names. */
  get otherSockets() {
    return this.sockets.replace("127.0.0.1", "localhost");
  }

  /** All that its functions have logged. */
  async log() {
    return (await this.#ask("logs", {})).said;
  }

  async end() {}

  async createUser(email, role) {
    const command = { command: "createUser", email, password: PASSWORD, role, token: true };
    return (await this.#ask("operator", command)).token;
  }
}

/** Runs a program to its end, which has to be a good one. */
async function run(file, args, environment = {}) {
  const child = spawn(file, args, { cwd: os.tmpdir(), env: { ...process.env, ...environment } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (more) => (said += more));
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`${path.basename(file)} ${args[0]}: ${said}`);
}

/** A server that has an author, and the author's client. */
export function serverWithAuthor(...args) {
  return serverWith("author", ...args);
}

/** The same, with somebody of another role. */
export async function serverWith(role, ...args) {
  const server = await Server.stopped();
  const token = await server.createUser("kim@example.com", role);
  await server.start(...args);
  return { server, api: new Api(server.url, token) };
}

const POST = `id slug title html status workingCopy { revision title markdown tags }
  stages { id kind status failure { code message } } speech { url } summary { sentences }`;

/** A third party's client; without a token, a guest. */
export class Api {
  constructor(url, token) {
    Object.assign(this, { url, token });
  }

  /** Data of an operation that must not have errors. */
  async data(query, variables = {}) {
    const headers = { "content-type": "application/json" };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    const body = JSON.stringify({ query, variables });
    const answer = await fetch(`${this.url}/graphql`, { method: "POST", headers, body });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(`${query}: ${JSON.stringify(errors)}`);
    return data;
  }

  async #change(name, input, success) {
    const type = name[0].toUpperCase() + name.slice(1);
    const query = `mutation($input: ${type}Input!) { ${name}(input: $input) { __typename
      ... on ${type}Success { ${success} } ... on UserError { code message } } }`;
    const result = (await this.data(query, { input }))[name];
    if (result.__typename !== `${type}Success`) throw new Error(`${name}: ${JSON.stringify(result)}`);
    return result;
  }

  /** Begins a post. */
  async create(fields) {
    return (await this.#change("createPost", fields, `post { ${POST} }`)).post;
  }

  /** Saves a change of the working copy, made on the post as it was last seen. */
  async update({ id, workingCopy }, fields) {
    const input = { id, expectedRevision: workingCopy.revision, ...fields };
    return (await this.#change("updatePost", input, `post { ${POST} }`)).post;
  }

  /** Publishes a post as it was last seen. */
  async publish({ id, workingCopy }) {
    const input = { id, expectedRevision: workingCopy.revision };
    return (await this.#change("publishPost", input, `post { ${POST} }`)).post;
  }

  /** Deletes a post, which its author can undo for a week. */
  async remove({ id, workingCopy }) {
    await this.#change("deletePost", { id, expectedRevision: workingCopy.revision }, "post { id }");
  }

  /** Uploads an image for a post; the Markdown that shows it. */
  async upload(post, filename, contentType, bytes) {
    const sha256 = crypto.createHash("sha256").update(bytes).digest("hex");
    const input = { postId: post.id, filename, contentType, length: bytes.length, sha256 };
    const success = "asset { markdown } ticket { method url headers { name value } }";
    const { asset, ticket } = await this.#change("requestUpload", input, success);
    const headers = Object.fromEntries(ticket.headers.map(({ name, value }) => [name, value]));
    const answer = await fetch(new URL(ticket.url, this.url), { method: ticket.method, headers, body: bytes });
    if (!answer.ok) throw new Error(`the upload: ${answer.status}`);
    return asset.markdown;
  }

  /** The post as this client sees it. */
  async post(id) {
    return (await this.data(`query($id: ID!) { post(by: { id: $id }) { ${POST} } }`, { id })).post;
  }

  /** Who may see a post. */
  async visibility(id) {
    return (await this.data("query($id: ID!) { post(by: { id: $id }) { visibility } }", { id })).post.visibility;
  }

  /** Waits until all stages of a post have ended, and reads it. */
  async settled(id) {
    const ended = ({ status }) => ["READY", "SKIPPED", "FAILED"].includes(status);
    return eventually("every stage ends", async () => {
      const post = await this.post(id);
      return post.stages.length >= 3 && post.stages.every(ended) && post;
    });
  }
}
