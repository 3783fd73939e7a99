// A socket that the server is going to close, as API Gateway does after two hours: the page makes another one before,
// and nobody sees anything of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eventually, PASSWORD, serverWithAuthor } from "./product.mjs";
import { nothingWentWrong, openBrowser, openWindow, person, signIn } from "./windows.mjs";

let server, api, browser, page, draft;
/** Each socket of the page: who is at its ends, what the page said, whether it is closed. */
const sockets = [];
before(async () => {
  ({ server, api } = await serverWithAuthor());
  draft = await api.create({ title: "옮긴 뒤의 글", markdown: "첫 문장이다. 둘째 문장이다." });
  browser = await openBrowser();
  page = await openWindow(await person(browser));
  await page.routeWebSocket(/.*/, (near) => {
    const socket = { near, said: [], closed: false };
    sockets.push(socket);
    const far = near.connectToServer();
    near.onMessage((text) => {
      socket.said.push(JSON.parse(text));
      far.send(text);
    });
    near.onClose((code, reason) => {
      socket.closed = true;
      far.close({ code, reason });
    });
  });
  await signIn(page, server.url, "kim@example.com", PASSWORD);
});
after(async () => {
  await browser?.close();
  await server?.end();
});

const state = () => page.getByTestId("link-state");
const subscribed = (socket) => socket?.said.find(({ type }) => type === "subscribe");

test("a page that is asked to move has another socket before it leaves the first, and stays live", async () => {
  await eventually("it is live", async () => (await state().getAttribute("data-state")) === "live");
  const states = await state().evaluateHandle((element) => {
    const seen = [];
    const look = () => seen.push(element.getAttribute("data-state"));
    new MutationObserver(look).observe(element, { attributes: true });
    return seen;
  });
  sockets[0].near.send(JSON.stringify({ type: "ping", payload: { reconnect: true } }));
  await eventually("it has moved", async () => subscribed(sockets[1]) && sockets[0].closed);
  assert.equal(typeof subscribed(sockets[1]).payload.variables.after, "string", "it goes on where it was");
  assert.deepEqual(await states.jsonValue(), []);
});

test("what happens then is seen over the other socket", async () => {
  await api.publish(draft);
  await eventually("it can be found", async () =>
    (await page.getByTestId("chip-SEARCH").getAttribute("data-status")) === "READY");
  assert.deepEqual(sockets.map(({ closed }) => closed), [true, false]);
  nothingWentWrong(page);
});
