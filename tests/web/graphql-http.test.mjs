// The audits of npm `graphql-http`, each a test of its own, against the real server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { serverAudits } from "graphql-http";

import { Server } from "./product.mjs";

let server;
before(async () => void (server = await Server.start()));
after(() => server?.end());

const audits = serverAudits({ url: () => `${server.url}/graphql` });

test("there are as many audits as the product promises to pass", () => {
  assert.equal(audits.length, 61);
});

for (const { id, name, fn } of audits) {
  test(`${id}: ${name}`, async () => {
    const result = await fn();
    assert.equal(result.status, "ok", result.reason);
  });
}
