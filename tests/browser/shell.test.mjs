// The page around its map in Chromium: before its program runs, without a network, in low windows, and its title.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, openPage, settled } from "./map_page.mjs";
import { DESKTOP, dragonfly, PHONE, testBed } from "./test_bed.mjs";

const bed = testBed({ servers: { server: dragonfly } });

const AROUND_SIERRA = "#map=11/39.85/-121.3";

const open = (t, fragment = AROUND_SIERRA, options = {}) =>
  openPage(t, bed.chromium, `${bed.server.url}/${fragment}`, { reducedMotion: "reduce", ...options });

test("name and caveat are on the page before its program has come, and are replaced by it", async (t) => {
  let release;
  const held = new Promise((done) => (release = done));
  const { page } = await open(t, AROUND_SIERRA, {
    prepare: (page) => page.route("**/*.wasm", async (route) => (await held, route.continue())),
    ready: (page) => page.getByRole("status").filter({ hasText: "Loading the map" }).waitFor(),
  });
  assert.match(await page.locator("#skeleton").innerText(), /^Dragonfly\n[^]*Not damage to buildings/);
  release();
  await settled(page);
  assert.equal(await page.locator("#skeleton").count(), 0);
});

test("a reload without a network shows the last maps", async (t) => {
  const { page } = await open(t, AROUND_SIERRA, { serviceWorkers: "allow" });
  // A hidden page has its files kept; what is kept can be asked for.
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    Object.defineProperty(document, "hidden", { value: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await page.waitForFunction(async () => {
    const tiles = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => /\/tiles\//.test(name));
    const kept = await Promise.all(tiles.map((name) => caches.match(name)));
    return tiles.length > 0 && kept.every(Boolean) && (await caches.match("/")) && (await caches.match("/meta/index.json"));
  });
  await page.context().setOffline(true);
  await page.reload();
  await drawn(page);
  assert.match(await page.getByTestId("region-list").innerText(), /15,\d{3} ha/);
});

test("a chosen region gives the page its title", async (t) => {
  const { page } = await open(t, `${AROUND_SIERRA}&region=sample_sierra`);
  await page.waitForFunction(() => document.title === "Mountains of northern California (invented) · Dragonfly");
});

test("all tools, the caveat and the credit are in the window, however low it is", async (t) => {
  const sizes = [DESKTOP, PHONE, { width: 640, height: 400 }, { width: 720, height: 450 }, { width: 320, height: 568 }, { width: 844, height: 390 }];
  for (const viewport of sizes) {
    const { page } = await open(t, AROUND_SIERRA, { viewport });
    const outside = await page.locator(".tool, [data-testid=caveat]").evaluateAll((all) =>
      all.filter((one) => {
        const { left, top, right, bottom } = one.getBoundingClientRect();
        return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight || bottom === top;
      }).map((one) => one.dataset.testid));
    assert.deepEqual(outside, [], `${viewport.width}×${viewport.height}`);
    await page.context().close();
  }
});

test("a finger finds each tool 44 pixels wide and high", async (t) => {
  const { page } = await open(t, AROUND_SIERRA, { viewport: PHONE, isMobile: true, hasTouch: true });
  const sizes = await page.locator(".tool, .handle").evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map(({ width, height }) => Math.min(width, height)));
  assert.ok(sizes.length > 5 && sizes.every((size) => size >= 44), sizes.join());
});

test("after a place is read by keyboard its panel comes before the panel of the page", async (t) => {
  const { page } = await open(t);
  await page.getByTestId("map").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("region-panel").waitFor();
  const isBefore = await page.evaluate(() => {
    const [place, panel] = [".region-panel", ".panel"].map((part) => document.querySelector(part));
    return Boolean(place.compareDocumentPosition(panel) & Node.DOCUMENT_POSITION_FOLLOWING);
  });
  assert.ok(isBefore);
});
