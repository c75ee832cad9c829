// Every collection that a browser may read: Landsat and HLS beside Sentinel-2, files that open with a token, proxies.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { chosen, compute, deskAt, differences, keptResults, lowres, order, searchOf } from "./highres.mjs";
import { HLS, LANDSAT, SENTINEL_C1, keepAs } from "./keepings.mjs";
import { signingBucket } from "./signing.mjs";
import { browser, dragonfly, publish } from "./stage.mjs";

const SIERRA = {
  name: "area", bbox: [-121.26, 39.84, -121.14, 39.94], zoom_min: 6, zoom_max: 13,
  pre: { start: "2025-06-01", end: "2025-07-05" }, post: { start: "2025-08-20", end: "2025-09-20" },
};
/** What no message, no address and no file may show. */
const SECRET = /sig=|Zm9v|YmFy/;

let published;
let server;
let bucket;
let chromium;
before(async () => {
  published = publish();
  keepAs(LANDSAT, published);
  keepAs(HLS, published);
  keepAs(SENTINEL_C1, published);
  server = await dragonfly(published, ["http://127.0.0.1:*", "http://*.blob.core.windows.net"]);
  bucket = await signingBucket(published);
  chromium = await browser(bucket.rules);
});
after(async () => {
  await chromium?.close();
  bucket?.stop();
  await server?.stop();
  published?.remove();
});
beforeEach(() => bucket.reset());

/** A browser context with an empty cache, and a page in it whose worker holds no token. */
async function fresh(t) {
  const context = await chromium.newContext();
  t.after(() => context.close());
  return { context, page: await deskAt(context, server.url) };
}

const signed = (more) => searchOf({ ...SIERRA, collection: LANDSAT.collection }, `${bucket.url}/catalogue`, {
  token_url: `${bucket.url}/sas/v1/token`, ...more,
});

async function computed(page, search) {
  const { done } = await compute(page, search);
  assert.equal(done.kind, "done", JSON.stringify(done));
  assert.doesNotMatch(JSON.stringify([done, await page.evaluate(() => window.progress)]), SECRET);
  return done;
}

const batch = {};
async function checkSameBits(page, collection) {
  batch[collection] ??= lowres(join(published.folder, "items.json"), { ...SIERRA, collection });
  const counts = await differences(page, batch[collection]);
  assert.ok(counts.valid > 100_000 && !counts.twice && !counts.missed, JSON.stringify(counts));
  assert.ok(counts.different <= counts.inside / 1000, JSON.stringify(counts));
}

for (const [{ collection }, masks, reason, offset] of [
  [LANDSAT, /^QA_PIXEL bits: 0 fill.*widened by 40 m$/, "offset of the collection", -0.2 / 2.75e-5],
  [SENTINEL_C1, /^SCL classes: 0 no data.*widened by 40 m$/, "baseline from 04.00 on, files as delivered", -1000],
  [HLS, /^Fmask bits: 1 cloud.*widened by 40 m$/, "neither item nor collection has an offset", 0],
]) {
  test(`${collection} has the same bits as in batch, by its own masks and offset`, async (t) => {
    const { page } = await fresh(t);
    const done = await computed(page, searchOf({ ...SIERRA, collection }, `${server.url}/stac`));
    assert.match(done.masks, masks);
    assert.deepEqual(done.scenes.map((scene) => [scene.offset_reason, Math.round(scene.offset)]), Array(2).fill([reason, Math.round(offset)]));
    await checkSameBits(page, collection);
    const pictured = await compute(page, searchOf({ ...SIERRA, collection }, `${server.url}/stac`), { picture: "false" });
    assert.equal(pictured.done.kind, "done", JSON.stringify(pictured.done));
    assert.ok(await page.evaluate(() => new Uint8Array(window.blocks[0].buffers[3]).some((byte) => byte > 0)));
  });
}

/** Leaves only what was read of files: a finished result needs neither them nor a token. */
async function forgetResult(page) {
  const [result] = await keptResults(page, 1);
  await page.evaluate(async (result) => (await caches.open("dragonfly-blocks")).delete(result), result);
}

test("files that open with a token are read with one for the collection, and shown without it", async (t) => {
  const { context, page } = await fresh(t);
  const done = await computed(page, signed());
  assert.deepEqual([bucket.state.tokens, bucket.state.refused], [[LANDSAT.collection], 0]);
  assert.ok(bucket.state.served > 12 && done.bytes > 100_000);
  await checkSameBits(page, LANDSAT.collection);
  for (const file of [{ kind: "hectares" }, { kind: "values", utm: false }, { kind: "perimeter", detail_m: 30 }]) {
    await order(page, { kind: "download", file, corrected: false });
    assert.doesNotMatch(await page.evaluate(() => new TextDecoder("latin1").decode(window.buffers[0])), SECRET);
  }
  await forgetResult(page);
  await computed(page, signed());
  assert.equal(bucket.state.tokens.length, 1, "the token in hand is used again");

  // Another token: what is kept is found by the file's own address, which is all that is kept of it.
  const served = bucket.state.served;
  Object.assign(bucket.state, { secret: "YmFy%3D" });
  await forgetResult(page);
  const other = await deskAt(context, server.url);
  const kept = await computed(other, signed());
  assert.ok(kept.bytes === 0 && kept.cached_bytes > 100_000, JSON.stringify(kept));
  assert.deepEqual([bucket.state.tokens.length, bucket.state.served], [2, served]);
  const written = await other.evaluate(async () => {
    const cache = await caches.open("dragonfly-blocks");
    const keys = (await cache.keys()).map((request) => decodeURIComponent(request.url));
    const texts = await Promise.all((await cache.matchAll()).map((answer) => answer.text()));
    return { keys, texts: texts.filter((text) => text.length < 10_000 || text.startsWith("{")) };
  });
  assert.ok(written.keys.length > 12 && written.keys.some((key) => key.includes("sample.blob.core.windows.net/scenes/")));
  assert.doesNotMatch(JSON.stringify(written), SECRET);

  // Offline there is no token to be had, and none is needed.
  await forgetResult(other);
  const third = await deskAt(context, server.url);
  await context.setOffline(true);
  const offline = await computed(third, signed());
  assert.deepEqual([offline.hectares, offline.bytes, bucket.state.tokens.length], [done.hectares, 0, 2]);
});

test("a token that ends soon is asked for anew, and a bucket that turns one away is told in words", async (t) => {
  const { page } = await fresh(t);
  Object.assign(bucket.state, { minutes: 5 });
  await computed(page, signed());
  Object.assign(bucket.state, { secret: "YmFy%3D", minutes: 60 });
  await order(page, { kind: "clear_cache" });
  await computed(page, signed());
  assert.deepEqual([bucket.state.tokens.length, bucket.state.refused], [2, 0]);

  // The key behind it was changed, long before its end.
  Object.assign(bucket.state, { secret: "Zm9v%3D" });
  await order(page, { kind: "clear_cache" });
  const { done: fault } = await compute(page, signed());
  assert.equal(`${fault.kind} ${fault.fault}`, "fault forbidden", JSON.stringify(fault));
  assert.match(fault.message, /sample\.blob\.core\.windows\.net\/scenes\/.*\.tif: .*status 403/);
  assert.match(fault.advice, /compute again/);
  assert.doesNotMatch(JSON.stringify(fault), SECRET);
  await computed(page, signed());
  assert.equal(bucket.state.tokens.length, 3);
});

test("an endpoint without a token is told in words", async (t) => {
  const { page } = await fresh(t);
  const found = await order(page, signed());
  for (const [endpoint, kind, words] of [
    [[404, "no such collection"], "catalogue", /status 404$/],
    [[200, "<html>Welcome</html>"], "catalogue", /answers without a token$/],
    [[200, '{"token":"st=1&sig=Zm9v"}'], "catalogue", /answers without a token$/],
  ]) {
    Object.assign(bucket.state, { endpoint });
    const fault = await order(page, { kind: "compute", scenes: chosen(found) });
    assert.equal(`${fault.kind} ${fault.fault}`, `fault ${kind}`, JSON.stringify(fault));
    assert.match(fault.message, /open only with a token, and there is none: .*\/sas\/v1\/token\/landsat-c2-l2/);
    assert.match(fault.message, words);
    assert.doesNotMatch(JSON.stringify(fault), SECRET);
  }
  const { done: nobody } = await compute(page, signed({ token_url: "http://127.0.0.1:9/token" }));
  assert.equal(`${nobody.kind} ${nobody.fault}`, "fault refused", JSON.stringify(nobody));
  assert.equal(bucket.state.served, 0);
});

test("a bucket without CORS is read through a proxy, however its address is written", async (t) => {
  const bare = (more) => signed({ stac_url: `${bucket.url}/catalogue-bare`, ...more });
  const { page } = await fresh(t);
  const { done: refused } = await compute(page, bare());
  assert.equal(`${refused.kind} ${refused.fault}`, "fault refused", JSON.stringify(refused));
  assert.match(`${refused.message} ${refused.advice}`, /CORS.*`proxy_base`/);
  for (const base of ["/proxy/", "/proxy?url="]) {
    const own = await fresh(t);
    await computed(own.page, bare({ proxy_base: `${bucket.url}${base}` }));
    await checkSameBits(own.page, LANDSAT.collection);
    const again = await computed(own.page, bare({ proxy_base: `${bucket.url}${base}` }));
    assert.equal(again.bytes, 0, "kept by the file, not by the proxy");
    await checkSameBits(own.page, LANDSAT.collection);
  }
  // Both at once.
  await computed(page, signed({ proxy_base: `${bucket.url}/proxy?url=` }));
  assert.deepEqual([bucket.state.tokens, bucket.state.refused], [[LANDSAT.collection], 0]);
  await checkSameBits(page, LANDSAT.collection);
});

test("the page takes token endpoint and proxy from its configuration, and its link opens the same result", async (t) => {
  const config = {
    ...JSON.parse(readFileSync(join(published.root, "meta/client.json"), "utf8")),
    stac_url: `${bucket.url}/catalogue`, token_url: `${bucket.url}/sas/v1/token`, proxy_base: `${bucket.url}/proxy/`,
  };
  const meta = JSON.parse(readFileSync(join(published.root, "meta/sample_sierra.json"), "utf8"));
  const { context } = await fresh(t);
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await context.route("**/meta/client.json", (route) => route.fulfill({ json: config }));
  await page.route("**/meta/sample_sierra.json", (route) => route.fulfill({ json: { ...meta, collection: LANDSAT.collection } }));
  await page.goto(`${server.url}/#map=13/39.88/-121.2`);
  await page.getByTestId("highres-compute").click();
  const end = page.getByTestId("highres-summary").or(page.getByTestId("highres-fault"));
  await end.first().waitFor({ timeout: 60_000 });
  assert.deepEqual([bucket.state.tokens, bucket.state.refused], [[LANDSAT.collection], 0]);
  assert.ok(asked.some((url) => url.includes("/proxy/http")) && !asked.some((url) => /^http:\/\/sample\.blob/.test(url)));
  await page.getByTestId("highres-summary").waitFor();
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes("scenes=qa_pixel"));
  assert.doesNotMatch(page.url(), SECRET);
  assert.doesNotMatch(await page.evaluate(() => JSON.stringify([{ ...localStorage }, document.body.innerText])), SECRET);

  // There the region is mapped from another collection.
  const hectares = (page) => page.getByTestId("highres-hectares").locator("td.area").last().filter({ hasText: /\d/ }).textContent();
  const other = await context.newPage();
  await other.goto(`${server.url}/${new URL(page.url()).hash}`);
  await other.getByTestId("highres-summary").or(other.getByTestId("highres-found")).first().waitFor({ timeout: 60_000 });
  assert.equal(await hectares(other), await hectares(page));
});
