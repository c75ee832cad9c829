// The page around its map in Chromium: before its program runs, without a network, in low windows, and its title.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { drawn, openPage, settled, unfoldTools } from "./map_page.mjs";
import { DESKTOP, dragonfly, PHONE, SCREENSHOTS, testBed } from "./test_bed.mjs";

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
  const sizes = [DESKTOP, PHONE, ...[[640, 400], [720, 450], [320, 568], [568, 320], [844, 390]].map(([width, height]) => ({ width, height }))];
  for (const viewport of sizes) {
    const { page } = await open(t, AROUND_SIERRA, { viewport });
    await unfoldTools(page);
    const outside = await page.locator(".tool, [data-testid=caveat]").evaluateAll((all) =>
      all.filter((one) => {
        const { left, top, right, bottom } = one.getBoundingClientRect();
        return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight || (bottom === top && one.dataset.testid !== "tools-open");
      }).map((one) => one.dataset.testid));
    assert.deepEqual(outside, [], `${viewport.width}×${viewport.height}`);
    await page.context().close();
  }
});

test("a finger finds each tool 44 pixels wide and high", async (t) => {
  const { page } = await open(t, AROUND_SIERRA, { viewport: PHONE, isMobile: true, hasTouch: true });
  await unfoldTools(page);
  const sizes = await page.locator(".tool, .handle").evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map(({ width, height }) => Math.min(width, height)));
  assert.ok(sizes.length > 5 && sizes.every((size) => size >= 44), sizes.join());
});

test("on a phone the tools are one button, which unfolds them with their names until one is chosen", async (t) => {
  for (const viewport of [PHONE, { width: 844, height: 390 }]) {
    const { page } = await open(t, AROUND_SIERRA, { viewport, isMobile: true, hasTouch: true });
    const toggle = page.getByTestId("tools-open");
    const seen = () => page.locator(".menu .tool").evaluateAll((all) => all.filter((one) => one.checkVisibility()).map((one) => one.dataset.testid));
    const all = ["highres-open", "measure", "compare", "share", "save-image"];
    const focused = () => page.evaluate(() => document.activeElement.dataset.testid);
    assert.deepEqual(await seen(), []);
    await toggle.tap();
    assert.deepEqual(await seen(), all);
    const { width } = await page.getByTestId("measure").boundingBox();
    assert.ok(width > 100, `the names are beside the buttons: ${width} px`);
    await page.screenshot({ path: join(SCREENSHOTS, `tools-${viewport.width}.png`) });

    await page.getByTestId("compare").tap();
    assert.deepEqual(await seen(), ["compare"], "the one that is in use stays");
    assert.equal(await focused(), "tools-open");
    await page.getByTestId("compare").tap();
    assert.deepEqual(await seen(), []);

    await toggle.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "highres-open");
    await page.keyboard.press("Escape");
    assert.deepEqual([await seen(), await focused()], [[], "tools-open"]);
    await toggle.tap();
    await page.getByTestId("map").focus();
    assert.deepEqual(await seen(), [], "the focus is elsewhere");
    assert.equal(await toggle.getAttribute("aria-expanded"), "false");
    await page.context().close();
  }
  const { page } = await open(t, AROUND_SIERRA);
  assert.equal(await page.getByTestId("tools-open").isVisible(), false, "a desktop has all in view");
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
