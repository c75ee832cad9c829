// The worker in Chromium: the same bits as batch, faults with words, cancelling, working offline.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chosen, compute, deskAt, differences, lowres, order, searchOf } from "./highres.mjs";
import { browser, dragonfly, publish } from "./stage.mjs";

const SIERRA = {
  name: "area", bbox: [-121.3, 39.8, -121.1, 39.95], zoom_min: 6, zoom_max: 13,
  pre: { start: "2025-06-01", end: "2025-07-05" }, post: { start: "2025-08-20", end: "2025-09-20" },
};
const EVIA = {
  name: "area", bbox: [23.74, 38.53, 24.26, 38.77], zoom_min: 6, zoom_max: 13,
  pre: { start: "2025-06-25", end: "2025-07-25" }, post: { start: "2025-08-20", end: "2025-09-20" },
};

let published;
let server;
let chromium;
before(async () => {
  published = publish();
  server = await dragonfly(published);
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  published?.remove();
});

const stac = () => `${server.url}/stac`;

/** A page of its own browser context, whose cache is empty. */
async function desk(t) {
  const context = await chromium.newContext();
  t.after(() => context.close());
  return deskAt(context, server.url);
}

async function checkSameBits(t, region) {
  const page = await desk(t);
  const { done } = await compute(page, searchOf(region, stac()), { dnbr_offset: true });
  assert.equal(done.kind, "done", JSON.stringify(done));
  const counts = await differences(page, lowres(join(published.folder, "items.json"), region));
  t.diagnostic(JSON.stringify(counts));
  assert.ok(counts.valid > 400_000 && !counts.twice && !counts.missed);
  assert.ok(counts.different <= counts.inside / 1000);
}

test("two tiles in two UTM zones under clouds have the same bits as in batch", (t) => checkSameBits(t, EVIA));
test("mountains have the same bits as in batch", (t) => checkSameBits(t, SIERRA));
