// The worker in Chromium: the same bits as batch, messages of errors, cancellation, the cache and work offline.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { faultProxy } from "./fault_proxy.mjs";
import { DIST, dragonfly, eventually, testBed } from "./test_bed.mjs";
import {
  batchRasters, cachedResults, chosen, compute, differencesFromBatch, distWithShortPauses, openWorkerPage, searchOf,
  send, startWorker,
} from "./worker_page.mjs";

const SIERRA = {
  name: "area", bbox: [-121.3, 39.8, -121.1, 39.95], zoom_min: 6, zoom_max: 13,
  pre: { start: "2025-06-01", end: "2025-07-05" }, post: { start: "2025-08-20", end: "2025-09-20" },
};
const EVIA = {
  name: "area", bbox: [23.74, 38.53, 24.26, 38.77], zoom_min: 6, zoom_max: 13,
  pre: { start: "2025-06-25", end: "2025-07-25" }, post: { start: "2025-08-20", end: "2025-09-20" },
};

const bed = testBed({
  servers: {
    server: (published) => dragonfly(published, ["http://127.0.0.1:*"], distWithShortPauses(published)),
    proxy: faultProxy,
  },
});

const stac = () => `${bed.server.url}/stac`;

/** One scene a side over a small area, which is computed quickly. */
const SMALL = { ...SIERRA, bbox: [-121.22, 39.86, -121.16, 39.9] };
const small = (more) => searchOf(SMALL, stac(), { scenes_per_tile: 1, ...more });

/** A page with a worker in a browser context of its own, whose cache is empty. */
async function open(t) {
  const context = await bed.chromium.newContext();
  t.after(() => context.close());
  return openWorkerPage(context, bed.server.url);
}

test("loops over pixels are vectors", () => {
  const program = readFileSync(join(DIST, "dragonfly-worker_bg.wasm"));
  // f32x4.sub, f32x4.add and f32x4.div: the burn ratios of four pixels at once.
  for (const operation of [0xe5, 0xe4, 0xe7]) assert.ok(program.includes(Buffer.from([0xfd, operation, 0x01])), `${operation}`);
});

async function checkSameBits(t, region) {
  const page = await open(t);
  const { done } = await compute(page, searchOf(region, stac()), { dnbr_offset: true });
  assert.equal(done.kind, "done", JSON.stringify(done));
  const counts = await differencesFromBatch(page, batchRasters(join(bed.published.folder, "items.json"), region));
  t.diagnostic(JSON.stringify(counts));
  assert.ok(counts.valid > 400_000 && !counts.twice && !counts.missed);
  assert.ok(counts.different <= counts.inside / 1000);
}

test("two tiles in two UTM zones under clouds have the same bits as in batch", (t) => checkSameBits(t, EVIA));
test("mountains have the same bits as in batch", (t) => checkSameBits(t, SIERRA));

async function checkFault(t, search, kind, words) {
  const { done } = await compute(await open(t), search);
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
  ["replaced", "busy", /changed while it was read/],
  ["html", "forbidden", /web page .* login/],
  ["jp2", "compression", /it is JPEG 2000/],
  ["compression", "compression", /JPEG 2000 compression cannot be read/],
  ["crs", "crs", /CRS without a definition/],
];
for (const [fault, kind, words] of FAULTS) {
  test(`a server that responds with "${fault}" gives the message of ${kind}`, async (t) => {
    const done = await checkFault(t, small({ proxy_base: `${bed.proxy.url}/${fault}/` }), kind, words);
    assert.match(done.scene.id, /10TFK/);
  });
}

test("a request that fails for a while is sent again", async (t) => {
  const { done } = await compute(await open(t), small({ proxy_base: `${bed.proxy.url}/once503/` }));
  assert.equal(done.kind, "done", JSON.stringify(done));
  assert.ok(bed.proxy.state.refusals > 3);
});

test("the message of an address that is no catalogue names it", async (t) => {
  await checkFault(t, small({ stac_url: `${bed.server.url}/meta` }), "catalogue", /catalogue .* status 40/);
  await checkFault(t, small({ stac_url: "http://127.0.0.1:9" }), "refused", /catalogue/);
});

test("an invalid or too large area gives its own error", async (t) => {
  const page = await open(t);
  const none = await send(page, small({ area: '{"type":"Point","coordinates":[1,2]}' }));
  assert.equal(`${none.kind} ${none.fault}`, "fault area", JSON.stringify(none));
  const wide = await send(page, searchOf({ ...SIERRA, bbox: [-121.4, 39.0, -119.8, 40.2] }, stac()));
  assert.deepEqual(wide.zooms.map((offer) => [offer.zoom, offer.fits]), [[13, false], [12, false], [11, true]]);
  assert.ok(wide.zooms[0].megabytes > wide.zooms[2].megabytes && wide.zooms[2].megabytes > 1);
  const refused = await send(page, { kind: "compute", scenes: chosen(wide) });
  assert.equal(`${refused.kind} ${refused.fault}`, "fault too_large", JSON.stringify(refused));
  const coarser = await send(page, { kind: "compute", scenes: chosen(wide), zoom: 11 });
  assert.equal(coarser.kind, "done", JSON.stringify(coarser));
});

test("days without scenes name the nearest, and clouds their share", async (t) => {
  const page = await open(t);
  const none = await send(page, small({ pre: { start: "2025-05-01", end: "2025-05-20" } }));
  assert.deepEqual(none.pre.without, { why: "no_scene", nearest: ["2025-06-12", "2025-06-27"] });
  const cloudy = await send(page, small({ max_cloud_cover: 1 }));
  assert.equal(cloudy.post.without.why, "all_cloudy");
  assert.ok(Math.abs(cloudy.post.without.least_cloud_cover - 4.06) < 0.01);
  assert.match(cloudy.post.scenes[0].passed_over, /cloud cover 4 % is above 1 %/);
});

test("pinned scenes are chosen and no others", async (t) => {
  const pinned = ["S2A_10TFK_20250612_0_L2A", "S2C_10TFK_20250910_0_L2A"];
  const { found, done } = await compute(await open(t), small({ pinned }));
  assert.deepEqual(chosen(found), pinned);
  assert.deepEqual(done.scenes.map((scene) => scene.id), pinned);
});

test("cancelling ends all requests at once", async (t) => {
  const page = await open(t);
  const found = await send(page, small({ proxy_base: `${bed.proxy.url}/hold/` }));
  const computing = send(page, { kind: "compute", scenes: chosen(found) });
  await eventually(() => bed.proxy.state.held > 0);
  // The requests are held until the page lets go of them, so that the answer does not wait for one.
  const cancelled = await send(page, { kind: "cancel" });
  assert.equal(cancelled.kind, "cancelled");
  assert.equal((await computing).kind, "replaced");
  await eventually(() => bed.proxy.state.held === 0, "no request is held");
  const { done } = await compute(page, small());
  assert.equal(done.kind, "done", "the worker goes on after a cancelled request");
});

test("cached blocks work offline, are not fetched again, and can be removed", async (t) => {
  const page = await open(t);
  const search = small({ proxy_base: `${bed.proxy.url}/fine/` });
  const first = await compute(page, search);
  assert.equal(first.done.kind, "done", JSON.stringify(first.done));
  // Heads of files that the search has read may be in the cache by now.
  const { bytes, cached_bytes } = first.done;
  assert.ok(bytes > 1_000_000 && cached_bytes < bytes / 20, `${bytes} bytes, ${cached_bytes} cached`);
  const { requests } = bed.proxy.state;
  const again = await compute(page, search, { dnbr_offset: true });
  // Whether masks lie beside the files is asked for both bands on each side; what is absent is in no cache.
  assert.equal(bed.proxy.state.requests, requests + 4);
  assert.ok(again.done.bytes === 0 && again.done.cached_bytes > 100_000 && !again.done.is_kept, JSON.stringify(again.done));
  await page.context().setOffline(true);
  const offline = await compute(page, { ...search, sky: { cloud_margin_m: 60 } });
  assert.equal(`${offline.done.kind} ${offline.done.is_kept}`, "done false", JSON.stringify(offline.done));
  assert.equal((await send(page, { kind: "clear_cache" })).kind, "cleared");
  const uncached = await compute(page, search);
  assert.equal(`${uncached.done.kind} ${uncached.done.fault}`, "fault offline", JSON.stringify(uncached.done));
});

const IN_UTM = { kind: "values", utm: true };

/** A hash of each plane of the blocks in a page, and each file that is made of them alone. */
async function contents(page) {
  const blocks = await page.evaluate(async () => {
    const hex = (sum) => Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const sums = window.blocks.map(async ({ z, x, y, buffers }) => {
      const own = await Promise.all(buffers.map(async (buffer) => hex(await crypto.subtle.digest("SHA-256", buffer))));
      return [`${z}/${x}/${y}`, ...own].join(" ");
    });
    return (await Promise.all(sums)).sort();
  });
  const files = [];
  for (const file of [
    { kind: "values", utm: false }, { kind: "classes" }, { kind: "hectares" }, { kind: "class_polygons", detail_m: 0 },
    { kind: "perimeter", detail_m: 20 },
  ]) {
    const { kind, name } = await send(page, { kind: "download", file, corrected: true });
    const text = await page.evaluate(() => Array.from(new Uint8Array(window.buffers[0]), (byte) => String.fromCharCode(byte)).join(""));
    assert.ok(kind === "file" && text.length > 100, `${kind} ${name}`);
    files.push([name, text]);
  }
  return { blocks, files };
}

/** A response without the fields that say where its bytes came from. */
const withoutSource = ({ bytes, cached_bytes, is_kept, ...rest }) => rest;

test("the same request gets the cached result, offline and to the bit", async (t) => {
  const page = await open(t);
  const ownProxy = await faultProxy();
  t.after(() => ownProxy.stop());
  const [search, options] = [small({ proxy_base: `${ownProxy.url}/fine/` }), { dnbr_offset: true, picture: "false" }];
  const begun = Date.now();
  const first = await compute(page, search, options);
  const took = Date.now() - begun;
  const expected = await contents(page);
  assert.ok(first.done.kind === "done" && !first.done.is_kept && first.found.kept.length === 0, JSON.stringify(first.done));
  await cachedResults(page, 1);
  await compute(page, search, { ...options, picture: "true" });
  await cachedResults(page, 2);
  const again = await compute(page, search, options);
  assert.ok(again.done.is_kept && again.done.bytes === 0 && again.done.cached_bytes > 100_000, JSON.stringify(again.done));
  assert.deepEqual(withoutSource(again.done), withoutSource(first.done));
  assert.deepEqual(await contents(page), expected);
  const inUtm = () => send(page, { kind: "download", file: IN_UTM, corrected: true });
  assert.equal((await inUtm()).kind, "file");

  // Neither the blocks nor the server are left, and the worker is another one.
  ownProxy.stop();
  await page.reload();
  await page.evaluate(startWorker);
  await page.evaluate(async () => {
    const cache = await caches.open("dragonfly-blocks");
    const isBlock = ({ url }) => /\.tif\?\d+-\d+$/.test(decodeURIComponent(url));
    const gone = (await cache.keys()).filter(isBlock);
    if (gone.length < 10) throw new Error(`${gone.length} blocks`);
    await Promise.all(gone.map((entry) => cache.delete(entry)));
  });
  await page.context().setOffline(true);
  const found = await send(page, search);
  assert.deepEqual(found.kept, ["true", "false"].map((picture) => ({ scenes: chosen(found), zoom: 13, dnbr_offset: true, perimeter: null, picture })));
  const from = Date.now();
  const offline = await send(page, { kind: "compute", scenes: chosen(found), ...options });
  t.diagnostic(`${expected.blocks.length} blocks: ${took} ms from the server, ${Date.now() - from} ms from the cache`);
  assert.ok(offline.kind === "done" && offline.is_kept && offline.bytes === 0, JSON.stringify(offline));
  assert.deepEqual(withoutSource(offline), withoutSource(first.done));
  assert.deepEqual(await contents(page), expected);
  // On the scenes' own grid it is computed from their blocks.
  assert.equal((await inUtm()).fault, "offline");

  // Any other setting is another result, which is not in the cache.
  for (const [other, more] of [
    [{ ...search, sky: { cloud_margin_m: 60 } }, options],
    [{ ...search, assessment: "extended" }, options],
    [search, { ...options, dnbr_offset: false }],
    [search, { ...options, picture: undefined }],
    [search, { ...options, zoom: 12 }],
  ]) {
    const { done } = await compute(page, other, more);
    assert.equal(done.kind, "fault", JSON.stringify([other, done]));
  }
  assert.ok((await compute(page, search, options)).done.is_kept);
  assert.equal((await send(page, { kind: "clear_cache" })).kind, "cleared");
  await cachedResults(page, 0);
  await page.context().setOffline(false);
  const fresh = await compute(page, small({ proxy_base: `${bed.proxy.url}/fine/` }), options);
  assert.ok(!fresh.done.is_kept && fresh.done.bytes > 100_000);
  assert.deepEqual(withoutSource(fresh.done), withoutSource(first.done));
  assert.deepEqual((await contents(page)).blocks, expected.blocks);
});

test("a cached result that is corrupted, truncated or of another version is computed again", async (t) => {
  const page = await open(t);
  const first = await compute(page, small());
  const [address] = await cachedResults(page, 1);
  const bytes = Buffer.from(await page.evaluate(async (address) => {
    const response = await (await caches.open("dragonfly-blocks")).match(address);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }, address), "base64");
  assert.equal(crc32(bytes.subarray(4)), bytes.readUInt32LE(0));
  const version = bytes.indexOf('"core_version') + '"core_version'.length;
  const changed = (change) => {
    const copy = Buffer.from(bytes);
    change(copy);
    return copy;
  };
  const summed = (copy) => copy.writeUInt32LE(crc32(copy.subarray(4)), 0);
  for (const [what, entry] of [
    ["an empty entry", Buffer.alloc(0)],
    ["a truncated entry", bytes.subarray(0, bytes.length - 1000)],
    ["a flipped bit", changed((copy) => (copy[copy.length >> 1] ^= 4))],
    ["another version", changed((copy) => {
      copy[copy.indexOf(first.done.core_version, version)] += 1;
      summed(copy);
    })],
    ["random bytes", changed((copy) => {
      copy.fill(0xff, copy.length >> 1);
      summed(copy);
    })],
  ]) {
    await page.evaluate(async ([address, base64]) => {
      const cache = await caches.open("dragonfly-blocks");
      window.corrupted = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      await cache.put(address, new Response(window.corrupted));
    }, [address, entry.toString("base64")]);
    const { done } = await compute(page, small());
    assert.equal(`${done.kind} ${done.is_kept}`, "done false", what);
    assert.deepEqual(withoutSource(done), withoutSource(first.done));
    // The new result takes the place of the corrupted one.
    await eventually(() => page.evaluate(async (address) => {
      const response = await (await caches.open("dragonfly-blocks")).match(address);
      const cached = response && new Uint8Array(await response.arrayBuffer());
      return cached && (cached.length !== window.corrupted.length || cached.some((byte, at) => byte !== window.corrupted[at]));
    }, address), `a new result after ${what}`);
    const repaired = (await compute(page, small())).done;
    assert.ok(repaired.is_kept, `cached again after ${what}`);
    assert.deepEqual(withoutSource(repaired), withoutSource(first.done));
  }
});

test("results count towards the size of the cache, which drops the oldest entries", async (t) => {
  const page = await open(t);
  const first = await compute(page, small());
  const oldest = await cachedResults(page, 1);
  // The size of an entry is part of its address. This one alone fills the cache.
  await page.evaluate(async () => {
    const cache = await caches.open("dragonfly-blocks");
    await cache.put(`https://kept.invalid/large?0-${512 << 20}`, new Response(""));
  });
  await compute(page, small(), { dnbr_offset: true });
  const [left] = await cachedResults(page, 1, oldest);
  const size = Number(left.split("-")[1]) - Number(left.split("?")[1].split("-")[0]);
  assert.ok(size > 100_000 && size < 30_000_000, left);
  assert.ok((await compute(page, small(), { dnbr_offset: true })).done.is_kept);
  const { done } = await compute(page, small());
  assert.ok(!done.is_kept);
  assert.deepEqual(withoutSource(done), withoutSource(first.done));
});

test("a neighbouring area fetches only new blocks", async (t) => {
  const page = await open(t);
  const whole = { ...SMALL, bbox: [-121.3, 39.8, -121.1, 39.9] };
  await compute(page, searchOf(whole, stac(), { scenes_per_tile: 1 }));
  const { done } = await compute(page, small());
  assert.ok(done.bytes === 0 && done.cached_bytes > 0, JSON.stringify(done));
});

test("a scene is read from north to south, so that the picture appears gradually", async (t) => {
  const page = await open(t);
  const starts = new Map();
  page.on("request", (request) => {
    const range = request.headers().range?.match(/\d+/)[0];
    if (Number(range) > 0) starts.set(request.url(), [...(starts.get(request.url()) ?? []), Number(range)]);
  });
  await compute(page, searchOf(EVIA, stac(), { scenes_per_tile: 1 }));
  const ranges = [...starts.values()];
  t.diagnostic(JSON.stringify(ranges));
  assert.ok(ranges.length >= 4 && Math.max(...ranges.map((own) => own.length)) >= 3);
  for (const own of ranges) assert.deepEqual(own, own.toSorted((a, b) => a - b));
});

test("pictures show vegetation before the fire and bare ground after it", async (t) => {
  const page = await open(t);
  const { done } = await compute(page, small(), { picture: "false" });
  assert.equal(done.kind, "done", JSON.stringify(done));
  const seen = await page.evaluate(() => {
    const counts = { valid: 0, pre: 0, burnt: 0, post: 0, blocks: window.blocks.length, transparent: 0 };
    for (const { buffers } of window.blocks) {
      const [dnbr, preNbr] = [new Float32Array(buffers[0]), new Float32Array(buffers[1])];
      const [state, pre, post] = [2, 3, 4].map((place) => new Uint8Array(buffers[place]));
      for (let cell = 0; cell < 65536; cell += 1) {
        // Red is SWIR2 and green the near infrared: the sign of NBR says which is brighter.
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
  const trueColour = await compute(page, small(), { picture: "true" });
  assert.equal(trueColour.done.kind, "done", JSON.stringify(trueColour.done));
  assert.ok(await page.evaluate(() => new Uint8Array(window.blocks[0].buffers[3]).some((byte) => byte > 0)));
});

test("files have their names, and an area is read from a file", async (t) => {
  const page = await open(t);
  const early = await send(page, { kind: "download", file: { kind: "hectares" }, corrected: false });
  assert.equal(`${early.kind} ${early.fault}`, "fault result");
  await compute(page, small());
  const download = (file) => send(page, { kind: "download", file, corrected: true, area_name: "Sierra", attribution: "invented" });
  const table = await download({ kind: "hectares" });
  assert.equal(table.media_type, "text/csv");
  assert.match(await page.evaluate(() => new TextDecoder().decode(window.buffers[0])), /S2A_10TFK_20250826_0_L2A/);
  for (const file of [{ kind: "values", utm: false }, { kind: "values", utm: true }, { kind: "classes" }]) {
    const tiff = await download(file);
    assert.match(tiff.name, /^dragonfly_sierra_outline-[0-9a-f]{6}_dnbr_.*\.tif$/);
    assert.equal(await page.evaluate(() => new DataView(window.buffers[0]).getUint16(0)), 0x4949);
  }
  // The scenes' own grid is computed again, from cached blocks.
  await download({ kind: "values", utm: true });
  const progress = await page.evaluate(() => window.progress.map(({ step, bytes }) => ({ step, bytes })));
  assert.ok(["opening", "computing", "writing"].every((step) => progress.some((one) => one.step === step)), JSON.stringify(progress));
  assert.equal(progress.at(-1).bytes, 0);
  const outline = await download({ kind: "perimeter", detail_m: 30 });
  assert.equal(outline.media_type, "application/geo+json");
  const area = await page.evaluate((text) => {
    const bytes = new TextEncoder().encode(text).buffer;
    return window.send({ kind: "read_area", name: "fire.geojson" }, [bytes]);
  }, small().area);
  assert.equal(area.kind, "area");
  assert.equal(JSON.parse(area.geojson).type.includes("Polygon"), true);
});
