// The worker in Chromium: the same bits as batch, faults with words, cancelling, working offline.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chosen, compute, deskAt, differences, lowres, order, searchOf } from "./highres.mjs";
import { browser, dragonfly, publish } from "./stage.mjs";
import { stumblingBucket } from "./stumbling.mjs";

const SIERRA = {
  name: "area", bbox: [-121.3, 39.8, -121.1, 39.95], zoom_min: 6, zoom_max: 13,
  pre: { start: "2025-06-01", end: "2025-07-05" }, post: { start: "2025-08-20", end: "2025-09-20" },
};
const EVIA = {
  name: "area", bbox: [23.74, 38.53, 24.26, 38.77], zoom_min: 6, zoom_max: 13,
  pre: { start: "2025-06-25", end: "2025-07-25" }, post: { start: "2025-08-20", end: "2025-09-20" },
};

let published;
let bucket;
let server;
let chromium;
before(async () => {
  published = publish();
  server = await dragonfly(published);
  bucket = await stumblingBucket();
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  bucket?.stop();
  await server?.stop();
  published?.remove();
});

const stac = () => `${server.url}/stac`;

/** One scene a side over a small place: a request is soon done. */
const SMALL = { ...SIERRA, bbox: [-121.22, 39.86, -121.16, 39.9] };
const small = (more) => searchOf(SMALL, stac(), { scenes_per_tile: 1, ...more });

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

async function checkFault(t, search, kind, words) {
  const { done } = await compute(await desk(t), search);
  assert.equal(`${done.kind} ${done.fault}`, `fault ${kind}`, JSON.stringify(done));
  assert.match(done.message, words);
  assert.ok(done.advice.length > 20 && !done.advice.endsWith("."));
  return done;
}

const FAULTS = [
  ["nocors", "refused", /CORS/],
  ["403", "forbidden", /status 403/],
  ["404", "not_found", /status 404/],
  ["416", "truncated", /cut short/],
  ["429", "busy", /status 429/],
  ["500", "busy", /status 500/],
  ["cut", "truncated", /cut short/],
  ["compression", "compression", /JPEG 2000 compression cannot be read/],
  ["crs", "crs", /CRS without a definition/],
];
for (const [fault, kind, words] of FAULTS) {
  test(`a bucket that answers with "${fault}" is told in words`, async (t) => {
    const done = await checkFault(t, small({ proxy_base: `${bucket.url}/${fault}/` }), kind, words);
    assert.match(done.scene.id, /10TFK/);
  });
}

test("what passes is asked for again", async (t) => {
  const { done } = await compute(await desk(t), small({ proxy_base: `${bucket.url}/once503/` }));
  assert.equal(done.kind, "done", JSON.stringify(done));
  assert.ok(bucket.state.refusals > 3);
});

test("a catalogue that is none is told in words", async (t) => {
  await checkFault(t, small({ stac_url: `${server.url}/meta` }), "catalogue", /catalogue .* status 40/);
  await checkFault(t, small({ stac_url: "http://127.0.0.1:9" }), "refused", /catalogue/);
});

test("an area that is none, or too large, is told in words", async (t) => {
  const page = await desk(t);
  const none = await order(page, small({ area: '{"type":"Point","coordinates":[1,2]}' }));
  assert.equal(`${none.kind} ${none.fault}`, "fault area", JSON.stringify(none));
  const wide = await order(page, searchOf({ ...SIERRA, bbox: [-121.4, 39.0, -119.8, 40.2] }, stac()));
  assert.deepEqual(wide.zooms.map((offer) => [offer.zoom, offer.fits]), [[13, false], [12, false], [11, true]]);
  assert.ok(wide.zooms[0].megabytes > wide.zooms[2].megabytes && wide.zooms[2].megabytes > 1);
  const refused = await order(page, { kind: "compute", scenes: chosen(wide) });
  assert.equal(`${refused.kind} ${refused.fault}`, "fault too_large", JSON.stringify(refused));
  const coarser = await order(page, { kind: "compute", scenes: chosen(wide), zoom: 11 });
  assert.equal(coarser.kind, "done", JSON.stringify(coarser));
});

test("days without scenes name the nearest, and clouds their share", async (t) => {
  const page = await desk(t);
  const none = await order(page, small({ pre: { start: "2025-05-01", end: "2025-05-20" } }));
  assert.deepEqual(none.pre.without, { why: "no_scene", nearest: ["2025-06-12", "2025-06-27", "2025-08-26", "2025-09-10"] });
  const cloudy = await order(page, small({ max_cloud_cover: 1 }));
  assert.equal(cloudy.post.without.why, "all_cloudy");
  assert.ok(Math.abs(cloudy.post.without.least_cloud_cover - 4.06) < 0.01);
  assert.match(cloudy.post.scenes[0].passed_over, /cloud cover 4 % is above 1 %/);
});

test("pinned scenes are chosen and no others", async (t) => {
  const pinned = ["S2A_10TFK_20250612_0_L2A", "S2C_10TFK_20250910_0_L2A"];
  const { found, done } = await compute(await desk(t), small({ pinned }));
  assert.deepEqual(chosen(found), pinned);
  assert.deepEqual(done.scenes.map((scene) => scene.id), pinned);
});

test("cancelling ends all requests at once", async (t) => {
  const page = await desk(t);
  const found = await order(page, small({ proxy_base: `${bucket.url}/hold/` }));
  const computing = order(page, { kind: "compute", scenes: chosen(found) });
  while (bucket.state.holding === 0) await new Promise((done) => setTimeout(done, 20));
  const started = Date.now();
  const cancelled = await order(page, { kind: "cancel" });
  const took = Date.now() - started;
  assert.equal(cancelled.kind, "cancelled");
  assert.equal((await computing).kind, "replaced");
  while (bucket.state.holding > 0 && Date.now() - started < 3000) await new Promise((done) => setTimeout(done, 20));
  assert.equal(bucket.state.holding, 0);
  t.diagnostic(`cancelled after ${took} ms, all connections closed after ${Date.now() - started} ms`);
  assert.ok(took < 200);
  const { done } = await compute(page, small());
  assert.equal(done.kind, "done", "the worker goes on after a cancelled order");
});

test("what was computed once works offline and fetches nothing, and can be forgotten", async (t) => {
  const page = await desk(t);
  const first = await compute(page, small({ proxy_base: `${bucket.url}/fine/` }));
  assert.equal(first.done.kind, "done", JSON.stringify(first.done));
  assert.ok(first.done.bytes > 100_000 && first.done.cached_bytes === 0);
  const asked = bucket.state.asked;
  const again = await compute(page, small({ proxy_base: `${bucket.url}/fine/` }));
  assert.equal(bucket.state.asked, asked);
  assert.ok(again.done.bytes === 0 && again.done.cached_bytes > 100_000, JSON.stringify(again.done));
  await page.context().setOffline(true);
  const offline = await compute(page, small({ proxy_base: `${bucket.url}/fine/` }));
  assert.deepEqual(offline.done.hectares, first.done.hectares);
  assert.equal((await order(page, { kind: "clear_cache" })).kind, "cleared");
  const forgotten = await compute(page, small({ proxy_base: `${bucket.url}/fine/` }));
  assert.equal(`${forgotten.done.kind} ${forgotten.done.fault}`, "fault offline", JSON.stringify(forgotten.done));
});

test("a neighbour fetches only what is new", async (t) => {
  const page = await desk(t);
  const whole = { ...SMALL, bbox: [-121.3, 39.8, -121.1, 39.9] };
  await compute(page, searchOf(whole, stac(), { scenes_per_tile: 1 }));
  const { done } = await compute(page, small());
  assert.ok(done.bytes === 0 && done.cached_bytes > 0, JSON.stringify(done));
});

test("pictures show vegetation before the fire and bare ground after it", async (t) => {
  const page = await desk(t);
  const { done } = await compute(page, small(), { picture: "false" });
  assert.equal(done.kind, "done", JSON.stringify(done));
  const seen = await page.evaluate(() => {
    const counts = { valid: 0, pre: 0, burnt: 0, post: 0, blocks: window.blocks.length, transparent: 0 };
    for (const { buffers } of window.blocks) {
      const [dnbr, preNbr] = [new Float32Array(buffers[0]), new Float32Array(buffers[1])];
      const [state, pre, post] = [2, 3, 4].map((place) => new Uint8Array(buffers[place]));
      for (let cell = 0; cell < 65536; cell += 1) {
        // Red is SWIR2 and green the near infrared: NBR tells which is brighter.
        const [red, green, , alpha] = pre.subarray(cell * 4, cell * 4 + 4);
        counts.transparent += state[cell] === 0 && alpha === 0 && post[cell * 4 + 3] === 0;
        if (state[cell] !== 1) continue;
        counts.valid += 1;
        counts.pre += alpha === 255 && (Math.abs(preNbr[cell]) < 0.05 || green > red === preNbr[cell] > 0);
        if (preNbr[cell] - dnbr[cell] > -0.05) continue;
        counts.burnt += 1;
        counts.post += post[cell * 4] > post[cell * 4 + 1];
      }
    }
    return counts;
  });
  t.diagnostic(JSON.stringify(seen));
  assert.ok(seen.valid > 50_000 && seen.burnt > 500 && seen.transparent > 10_000);
  assert.ok(seen.pre > seen.valid * 0.999 && seen.post > seen.burnt * 0.999);
  const seenByEye = await compute(page, small(), { picture: "true" });
  assert.equal(seenByEye.done.kind, "done", JSON.stringify(seenByEye.done));
  assert.ok(await page.evaluate(() => new Uint8Array(window.blocks[0].buffers[3]).some((byte) => byte > 0)));
});

test("files come with their names, and a dropped area is read", async (t) => {
  const page = await desk(t);
  const early = await order(page, { kind: "download", file: { kind: "hectares" }, corrected: false });
  assert.equal(`${early.kind} ${early.fault}`, "fault result");
  await compute(page, small());
  const wish = (file) => order(page, { kind: "download", file, corrected: true, area_name: "Sierra", attribution: "invented" });
  const table = await wish({ kind: "hectares" });
  assert.equal(table.media_type, "text/csv");
  assert.match(await page.evaluate(() => new TextDecoder().decode(window.buffers[0])), /S2A_10TFK_20250826_0_L2A/);
  for (const file of [{ kind: "values", utm: false }, { kind: "values", utm: true }, { kind: "classes" }]) {
    const tiff = await wish(file);
    assert.match(tiff.name, /^dragonfly_sierra_dnbr_.*\.tif$/);
    assert.equal(await page.evaluate(() => new DataView(window.buffers[0]).getUint16(0)), 0x4949);
  }
  // The scenes' own grid is computed anew, from blocks that are here already.
  await wish({ kind: "values", utm: true });
  const told = await page.evaluate(() => window.progress.map(({ step, bytes }) => ({ step, bytes })));
  assert.ok(["opening", "computing", "writing"].every((step) => told.some((one) => one.step === step)), JSON.stringify(told));
  assert.equal(told.at(-1).bytes, 0);
  const outline = await wish({ kind: "perimeter", detail_m: 30 });
  assert.equal(outline.media_type, "application/geo+json");
  const area = await page.evaluate((text) => {
    const bytes = new TextEncoder().encode(text).buffer;
    return window.send({ kind: "read_area", name: "fire.geojson" }, [bytes]);
  }, small().area);
  assert.equal(area.kind, "area");
  assert.equal(JSON.parse(area.geojson).type.includes("Polygon"), true);
});
