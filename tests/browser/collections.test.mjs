// Every collection that a browser can read: Landsat and HLS beside Sentinel-2, files that need a token, proxies.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { HLS, LANDSAT, SENTINEL_C1, addCollection } from "./other_collections.mjs";
import { sasStorage } from "./sas_storage.mjs";
import { dragonfly, publishSample, testBed } from "./test_bed.mjs";
import {
  batchRasters, cachedResults, chosen, compute, differencesFromBatch, openWorkerPage, searchOf, send,
} from "./worker_page.mjs";

const SIERRA = {
  name: "area", bbox: [-121.26, 39.84, -121.14, 39.94], zoom_min: 6, zoom_max: 13,
  pre: { start: "2025-06-01", end: "2025-07-05" }, post: { start: "2025-08-20", end: "2025-09-20" },
};
/** What no message, no address and no file may contain. */
const SECRET = /sig=|Zm9v|YmFy/;

const bed = testBed({
  publish() {
    const published = publishSample();
    for (const encoding of [LANDSAT, HLS, SENTINEL_C1]) addCollection(encoding, published);
    return published;
  },
  servers: {
    server: (published) => dragonfly(published, ["http://127.0.0.1:*", "http://*.blob.core.windows.net"]),
    storage: sasStorage,
  },
  hostRules: ({ storage }) => storage.hostRules,
});
beforeEach(() => bed.storage.reset());

/** A browser context with an empty cache, and a page in it whose worker holds no token. */
async function fresh(t) {
  const context = await bed.chromium.newContext();
  t.after(() => context.close());
  return { context, page: await openWorkerPage(context, bed.server.url) };
}

const signed = (more) => searchOf({ ...SIERRA, collection: LANDSAT.collection }, `${bed.storage.url}/catalogue`, {
  token_url: `${bed.storage.url}/sas/v1/token`, ...more,
});

async function computed(page, search) {
  const { done } = await compute(page, search);
  assert.equal(done.kind, "done", JSON.stringify(done));
  assert.doesNotMatch(JSON.stringify([done, await page.evaluate(() => window.progress)]), SECRET);
  return done;
}

const batch = {};
async function checkSameBits(page, collection) {
  batch[collection] ??= batchRasters(join(bed.published.folder, "items.json"), { ...SIERRA, collection });
  const counts = await differencesFromBatch(page, batch[collection]);
  assert.ok(counts.valid > 100_000 && !counts.twice && !counts.missed, JSON.stringify(counts));
  assert.ok(counts.different <= counts.inside / 1000, JSON.stringify(counts));
}

/** What a file of the result contains, letter by letter. */
async function downloaded(page, file, more) {
  await send(page, { kind: "download", file, corrected: false, ...more });
  return page.evaluate(() => new TextDecoder("latin1").decode(window.buffers[0]));
}

const USGS = "Landsat Collection 2 data courtesy of the U.S. Geological Survey";

for (const [{ collection }, masks, reason, offset, credit] of [
  [LANDSAT, /^QA_PIXEL bits: 0 fill.*widened by 40 m$/, "offset of the collection", -0.2 / 2.75e-5, USGS],
  [SENTINEL_C1, /^SCL \(baseline 04\.00 on\) classes: 0 no data.*widened by 40 m$/, "baseline from 04.00 on, files as delivered", -1000, "Contains modified Copernicus Sentinel data 2025"],
  [HLS, /^Fmask bits: 1 cloud.*widened by 40 m$/, "neither item nor collection has an offset", 0, "HLSS30 v2.0 data courtesy of NASA LP DAAC"],
]) {
  test(`${collection} has the same bits as in batch, by its own masks and offset`, async (t) => {
    const { page } = await fresh(t);
    const done = await computed(page, searchOf({ ...SIERRA, collection }, `${bed.server.url}/stac`));
    assert.match(done.masks, masks);
    assert.deepEqual(done.scenes.map((scene) => [scene.offset_reason, Math.round(scene.offset)]), Array(2).fill([reason, Math.round(offset)]));
    await checkSameBits(page, collection);
    for (const file of [{ kind: "hectares" }, { kind: "values", utm: false }])
      assert.ok((await downloaded(page, file)).includes(credit), credit);
    const pictured = await compute(page, searchOf({ ...SIERRA, collection }, `${bed.server.url}/stac`), { picture: "false" });
    assert.equal(pictured.done.kind, "done", JSON.stringify(pictured.done));
    assert.ok(await page.evaluate(() => new Uint8Array(window.blocks[0].buffers[3]).some((byte) => byte > 0)));
  });
}

/** Removes the result from the cache and leaves the blocks: a result needs neither them nor a token. */
async function removeResult(page) {
  const [result] = await cachedResults(page, 1);
  await page.evaluate(async (result) => (await caches.open("dragonfly-blocks")).delete(result), result);
}

test("files that need a token are read with the collection's, which is shown nowhere", async (t) => {
  const { context, page } = await fresh(t);
  const done = await computed(page, signed());
  assert.deepEqual([bed.storage.state.tokens, bed.storage.state.refused], [[LANDSAT.collection], 0]);
  assert.ok(bed.storage.state.served > 12 && done.bytes > 100_000);
  await checkSameBits(page, LANDSAT.collection);
  for (const file of [{ kind: "hectares" }, { kind: "values", utm: false }, { kind: "perimeter", detail_m: 30 }]) {
    await send(page, { kind: "download", file, corrected: false });
    assert.doesNotMatch(await page.evaluate(() => new TextDecoder("latin1").decode(window.buffers[0])), SECRET);
  }
  await removeResult(page);
  await computed(page, signed());
  assert.equal(bed.storage.state.tokens.length, 1, "the token is used again");

  // Another token: blocks are cached under the file's own address, without a token.
  const served = bed.storage.state.served;
  Object.assign(bed.storage.state, { secret: "YmFy%3D" });
  await removeResult(page);
  const other = await openWorkerPage(context, bed.server.url);
  const cached = await computed(other, signed());
  assert.ok(cached.bytes === 0 && cached.cached_bytes > 100_000, JSON.stringify(cached));
  assert.deepEqual([bed.storage.state.tokens.length, bed.storage.state.served], [2, served]);
  const written = await other.evaluate(async () => {
    const cache = await caches.open("dragonfly-blocks");
    const keys = (await cache.keys()).map((request) => decodeURIComponent(request.url));
    const texts = await Promise.all((await cache.matchAll()).map((response) => response.text()));
    return { keys, texts: texts.filter((text) => text.length < 10_000 || text.startsWith("{")) };
  });
  assert.ok(written.keys.length > 12 && written.keys.some((key) => key.includes("sample.blob.core.windows.net/scenes/")));
  assert.doesNotMatch(JSON.stringify(written), SECRET);

  // Offline no token can be requested, and none is needed.
  await removeResult(other);
  const third = await openWorkerPage(context, bed.server.url);
  await context.setOffline(true);
  const offline = await computed(third, signed());
  assert.deepEqual([offline.hectares, offline.bytes, bed.storage.state.tokens.length], [done.hectares, 0, 2]);
});

test("a token that expires soon is requested again, and a refused one gives a message", async (t) => {
  const { page } = await fresh(t);
  Object.assign(bed.storage.state, { minutes: 5 });
  await computed(page, signed());
  Object.assign(bed.storage.state, { secret: "YmFy%3D", minutes: 60 });
  await send(page, { kind: "clear_cache" });
  await computed(page, signed());
  assert.deepEqual([bed.storage.state.tokens.length, bed.storage.state.refused], [2, 0]);

  // The key behind it was changed, long before it expires.
  Object.assign(bed.storage.state, { secret: "Zm9v%3D" });
  await send(page, { kind: "clear_cache" });
  const { done: fault } = await compute(page, signed());
  assert.equal(`${fault.kind} ${fault.fault}`, "fault forbidden", JSON.stringify(fault));
  assert.match(fault.message, /sample\.blob\.core\.windows\.net\/scenes\/.*\.tif: .*status 403/);
  assert.match(fault.advice, /compute again/);
  assert.doesNotMatch(JSON.stringify(fault), SECRET);
  await computed(page, signed());
  assert.equal(bed.storage.state.tokens.length, 3);
});

test("the message of an endpoint that returns no token names it", async (t) => {
  const { page } = await fresh(t);
  const found = await send(page, signed());
  for (const [endpoint, kind, words] of [
    [[404, "no such collection"], "catalogue", /status 404$/],
    [[200, "<html>Welcome</html>"], "catalogue", /answers without a token$/],
    [[200, '{"token":"st=1&sig=Zm9v"}'], "catalogue", /answers without a token$/],
  ]) {
    Object.assign(bed.storage.state, { endpoint });
    const fault = await send(page, { kind: "compute", scenes: chosen(found) });
    assert.equal(`${fault.kind} ${fault.fault}`, `fault ${kind}`, JSON.stringify(fault));
    assert.match(fault.message, /open only with a token, and there is none: .*\/sas\/v1\/token\/landsat-c2-l2/);
    assert.match(fault.message, words);
    assert.doesNotMatch(JSON.stringify(fault), SECRET);
  }
  const { done: unreachable } = await compute(page, signed({ token_url: "http://127.0.0.1:9/token" }));
  assert.equal(`${unreachable.kind} ${unreachable.fault}`, "fault refused", JSON.stringify(unreachable));
  assert.equal(bed.storage.state.served, 0);
});

test("storage without CORS is read through a proxy, in either form of its address", async (t) => {
  const bare = (more) => signed({ stac_url: `${bed.storage.url}/catalogue-bare`, ...more });
  const { page } = await fresh(t);
  const { done: refused } = await compute(page, bare());
  assert.equal(`${refused.kind} ${refused.fault}`, "fault refused", JSON.stringify(refused));
  assert.match(`${refused.message} ${refused.advice}`, /CORS.*`proxy_base`/);
  for (const base of ["/proxy/", "/proxy?url="]) {
    const own = await fresh(t);
    await computed(own.page, bare({ proxy_base: `${bed.storage.url}${base}` }));
    await checkSameBits(own.page, LANDSAT.collection);
    const again = await computed(own.page, bare({ proxy_base: `${bed.storage.url}${base}` }));
    assert.equal(again.bytes, 0, "cached under the address of the file, not of the proxy");
    await checkSameBits(own.page, LANDSAT.collection);
  }
  // Both at once.
  await computed(page, signed({ proxy_base: `${bed.storage.url}/proxy?url=` }));
  assert.deepEqual([bed.storage.state.tokens, bed.storage.state.refused], [[LANDSAT.collection], 0]);
  await checkSameBits(page, LANDSAT.collection);
});

test("the site's own attribution replaces the credit of a file, or holds it", async (t) => {
  const { page } = await fresh(t);
  await computed(page, searchOf({ ...SIERRA, collection: LANDSAT.collection }, `${bed.server.url}/stac`));
  const replaced = await downloaded(page, { kind: "hectares" }, { attribution: "Invented scenes" });
  assert.ok(replaced.includes("Invented scenes") && !replaced.includes("U.S. Geological Survey"));
  assert.ok((await downloaded(page, { kind: "hectares" }, { attribution: "By us. {data}" })).includes(`By us. ${USGS}`));
});

test("the page names whom the collection of the map in view requires, and links its layers", async (t) => {
  const { context } = await fresh(t);
  const page = await context.newPage();
  const meta = JSON.parse(readFileSync(join(bed.published.root, "meta/sample_sierra.json"), "utf8"));
  await page.route("**/meta/sample_sierra.json", (route) => route.fulfill({ json: { ...meta, collection: LANDSAT.collection, attribution: USGS } }));
  await page.goto(`${bed.server.url}/#map=10/39.88/-121.2&region=sample_sierra`);
  const attribution = page.locator(".attribution");
  await attribution.filter({ hasText: USGS }).waitFor({ state: "attached" });
  assert.doesNotMatch(await attribution.textContent(), /Invented scenes|Copernicus/);
  await page.locator('[data-testid="region-info"][data-about="sample_sierra"]').click();
  const links = page.getByTestId("layer-link").locator("a");
  await links.first().waitFor({ state: "attached" });
  const paths = await links.evaluateAll((all) => all.map(({ href }) => new URL(href).pathname));
  assert.deepEqual(paths, ["pre_date", "post_date", "views", "state"].map((layer) => meta.layers[layer]));
  for (const path of paths) assert.equal((await fetch(bed.server.url + path)).status, 200, path);
});

test("the page reads token endpoint and proxy from its configuration, and its link opens the same result", async (t) => {
  const config = {
    ...JSON.parse(readFileSync(join(bed.published.root, "meta/client.json"), "utf8")),
    stac_url: `${bed.storage.url}/catalogue`, token_url: `${bed.storage.url}/sas/v1/token`, proxy_base: `${bed.storage.url}/proxy/`,
  };
  const meta = JSON.parse(readFileSync(join(bed.published.root, "meta/sample_sierra.json"), "utf8"));
  const { context } = await fresh(t);
  const page = await context.newPage();
  const requested = [];
  page.on("request", (request) => requested.push(request.url()));
  await context.route("**/meta/client.json", (route) => route.fulfill({ json: config }));
  await page.route("**/meta/sample_sierra.json", (route) => route.fulfill({ json: { ...meta, collection: LANDSAT.collection } }));
  await page.goto(`${bed.server.url}/#map=13/39.88/-121.2`);
  await page.getByTestId("highres-compute").click();
  const end = page.getByTestId("highres-summary").or(page.getByTestId("highres-fault"));
  await end.first().waitFor({ timeout: 60_000 });
  assert.deepEqual([bed.storage.state.tokens, bed.storage.state.refused], [[LANDSAT.collection], 0]);
  assert.ok(requested.some((url) => url.includes("/proxy/http")) && !requested.some((url) => /^http:\/\/sample\.blob/.test(url)));
  await page.getByTestId("highres-summary").waitFor();
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes("scenes=qa_pixel"));
  assert.doesNotMatch(page.url(), SECRET);
  assert.doesNotMatch(await page.evaluate(() => JSON.stringify([{ ...localStorage }, document.body.innerText])), SECRET);

  // In that page the region is mapped from another collection.
  const hectares = (page) => page.getByTestId("highres-hectares").locator("td.area").last().filter({ hasText: /\d/ }).textContent();
  const other = await context.newPage();
  await other.goto(`${bed.server.url}/${new URL(page.url()).hash}`);
  await other.getByTestId("highres-summary").or(other.getByTestId("highres-found")).first().waitFor({ timeout: 60_000 });
  assert.equal(await hectares(other), await hectares(page));
});
