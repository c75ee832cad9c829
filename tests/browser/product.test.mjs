// The page as a whole, over regions in every state: its notices of what is broken, and its use by mouse, finger and
// keyboard.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { animated, axe, chooseTool, drawn, moved, openPage, settled, shows, unfoldTools } from "./map_page.mjs";
import { HOSTILE, publishRegionStates } from "./region_states.mjs";
import { DESKTOP, dragonfly, PHONE, SCREENSHOTS, testBed } from "./test_bed.mjs";

const ONE_PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

const bed = testBed({ publish: publishRegionStates, servers: { server: dragonfly } });

/** A fragment around the fresh region. */
function around(zoom) {
  const { bbox: [west, south, east, north] } = bed.published.meta("sample_sierra");
  return `#map=${zoom}/${(south + north) / 2}/${(west + east) / 2}`;
}

async function open(t, fragment = "", options = {}) {
  const { page } = await openPage(t, bed.chromium, `${bed.server.url}/${fragment}`, options);
  return page;
}

test("missing tiles give a notice, and load on another try", async (t) => {
  let isBroken = true;
  const page = await open(t, around(11), {
    prepare: (page) => page.route(/\/tiles\/.*\.png/, (route) => (isBroken ? route.fulfill({ status: 503 }) : route.continue())),
    ready: (page) => page.getByTestId("notice").filter({ hasText: /[Ss]ome tiles of .* could not be loaded/ }).waitFor(),
  });
  assert.equal(await page.locator('canvas.df-tile[data-state="drawn"]').count(), 0);
  isBroken = false;
  await page.getByTestId("notice").getByRole("button", { name: "Try again" }).click();
  await drawn(page);
  await page.waitForFunction(() => !/[Ss]ome tiles/.test(document.querySelector("[data-testid=notice]")?.textContent ?? ""));
});

test("tiles that are no images give a notice, and the rest of the page works", async (t) => {
  const page = await open(t, around(11), {
    prepare: (page) => page.route(/\/tiles\/.*\.png/, (route) => route.fulfill({ status: 200, contentType: "image/png", body: "no picture" })),
    ready: (page) => page.getByTestId("notice").filter({ hasText: "tiles" }).waitFor(),
  });
  assert.equal(await page.getByTestId("region-item").count(), 5);
  await page.mouse.click(900, 450);
  await page.getByTestId("point-readout").filter({ hasText: "could not be loaded" }).waitFor();
});

test("the page works with one broken region, and with all of them broken", async (t) => {
  for (const [what, pattern] of [["none but one", /meta\/sample_sierra\.json/], ["none", /meta\/(?!index|client).*\.json/]]) {
    const page = await open(t, "", {
      prepare: (page) => page.route(pattern, (route) => route.fulfill({ status: 200, body: "<html>" })),
      ready: (page) => page.getByTestId("notice").filter({ hasText: "could not be loaded" }).waitFor(),
    });
    assert.equal(await page.getByTestId("region-item").count(), 5, what);
    assert.equal(await page.locator("path.region-outline").count(), 5, what);
    }
});

test("a hostile name is shown as text on the map, in the legend, the notice and the address", async (t) => {
  const page = await open(t, "#map=9/39.9/-120.7&region=failed_ridge&basemap=%3Cimg%20src%3Dx%20onerror%3D1%3E");
  await page.getByTestId("legend-region").filter({ hasText: HOSTILE.title }).waitFor();
  assert.ok((await page.locator(".region-label").allInnerTexts()).join("\n").includes("<img src=x"));
  assert.equal(await page.locator(".panel img, .notices img, .region-label img, script:not([src])").count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
});

test("with reduced motion the map jumps instead of flying", async (t) => {
  const page = await open(t, around(6), { reducedMotion: "reduce", ready: (page) => page.getByTestId("burnt-patch").first().waitFor() });
  await moved(page, () => page.locator('[data-testid="region-item"][data-region="sample_sierra"]').click());
  assert.equal(await page.evaluate(() => window.mapMoves.steps), 1);
  assert.equal(await page.locator(".leaflet-zoom-anim").count(), 0);
  assert.match(await page.evaluate(() => getComputedStyle(document.querySelector(".panel")).transitionDuration), /^0s/);
  await drawn(page);
});

/** Moves the clock that Leaflet reads forward, so that it does not take the next tap and the last for a double tap. */
function passDoubleTapDelay() {
  const now = Date.now;
  Date.now = () => now() + 300;
}

test("by touch a region is chosen, a class hidden, a place read and an area measured", async (t) => {
  const page = await open(t, around(11), { viewport: PHONE, hasTouch: true, isMobile: true });
  await page.locator(".handle").tap();
  await page.getByTestId("legend-entry").first().tap();
  await page.waitForFunction(() => /hide=/.test(location.hash));
  await moved(page, () => page.locator('[data-testid="region-item"][data-region="sample_sierra"]').tap());
  await page.waitForFunction(() => /region=sample_sierra/.test(location.hash));
  await page.touchscreen.tap(180, 300);
  await page.getByTestId("point-readout").filter({ hasText: /°/ }).waitFor();
  await page.getByTestId("region-panel").getByRole("button", { name: "Close" }).tap();
  await page.getByTestId("tools-open").tap();
  await page.getByTestId("measure").tap();
  await page.getByTestId("measure-readout").waitFor();
  for (const [x, y] of [[80, 250], [250, 260], [200, 420]]) {
    await page.touchscreen.tap(x, y);
    await page.evaluate(passDoubleTapDelay);
  }
  await page.getByTestId("measure-readout").filter({ hasText: /\d ha · [\d,]+ acres/ }).waitFor();
  await page.screenshot({ path: join(SCREENSHOTS, "product-phone-measure.png") });
  await axe(page, "measuring on a phone");
});

test("by keyboard alone a region is chosen, a class hidden, a place read and the map compared", async (t) => {
  const page = await open(t);
  const reach = async (testid) => {
    for (let press = 0; press < 80; press += 1) {
      if ((await page.evaluate(() => document.activeElement.dataset.testid)) === testid) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${testid} is not reached by Tab`);
  };
  await reach("region-item");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /region=/.test(location.hash));
  await reach("legend-entry");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => /hide=/.test(location.hash));
  await reach("palette-select");
  await reach("opacity");
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => /opacity=/.test(location.hash));
  await reach("compare");
  await page.keyboard.press("Enter");
  await page.getByTestId("swipe").waitFor();
  await page.getByTestId("swipe").focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => /swipe=52/.test(location.hash));
  await page.getByTestId("map").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("point-readout").filter({ hasText: /°/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByTestId("region-panel").waitFor({ state: "hidden" });
});

test("names of towns are shown without overlap on the offline background, and not on one that has names", async (t) => {
  const page = await open(t, "#map=7/39.9/-121.2", { ready: (page) => page.locator(".place-name span").first().waitFor() });
  await settled(page);
  await page.locator(".place-name span").filter({ hasText: "Sacramento" }).waitFor();
  const names = await page.locator(".place-name span").evaluateAll((all) =>
    all.map((one) => ({ name: one.textContent, ...one.getBoundingClientRect().toJSON() })));
  assert.ok(names.some(({ name }) => name === "Sacramento"), names.map(({ name }) => name).join());
  for (const one of names)
    for (const other of names)
      if (one !== other)
        assert.ok(one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top, `${one.name} over ${other.name}`);
  await shows(page.locator(".attribution"), /GeoNames/);
  await page.screenshot({ path: join(SCREENSHOTS, "product-names.png") });

  const streets = { title: "Streets", url: "/streets/{z}/{x}/{y}.png", attribution: "Street <b>makers</b>" };
  const other = await open(t, "#map=7/39.9/-121.2", {
    prepare: async (page) => {
      await page.route(/meta\/client\.json/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ json: { ...(await response.json()), basemaps: [streets], page: { basemap: "" } } });
      });
      await page.route(/\/streets\//, (route) => route.fulfill({ contentType: "image/png", body: ONE_PIXEL }));
    },
    ready: (page) => page.locator(".place-name span").first().waitFor(),
  });
  await other.getByTestId("basemap-select").selectOption("Streets");
  await other.waitForFunction(() => /basemap=Streets/.test(location.hash));
  assert.equal(await other.locator(".place-name").count(), 0);
  await shows(other.locator(".attribution"), /Street <b>makers<\/b>/);
  assert.equal(await other.getByTestId("notice").filter({ hasText: "Streets" }).count(), 0);
});

test("the map, the tools and the messages are in German where the browser prefers it", async (t) => {
  const page = await open(t, around(10), { locale: "de-DE" });
  await page.locator(".region-label").filter({ hasText: /gescheitert|nicht lesbar/ }).first().waitFor({ state: "attached" });
  await page.getByTestId("measure").click();
  await page.getByTestId("measure-readout").filter({ hasText: "Ecken antippen" }).waitFor();
  await page.getByTestId("language").selectOption("en");
  await page.getByTestId("measure-readout").filter({ hasText: "Tap the corners" }).waitFor();
  await page.locator(".region-label").filter({ hasText: /update failed|not readable/ }).first().waitFor({ state: "attached" });
  await page.getByTestId("language").selectOption("de");
  await page.getByTestId("share").click();
  await page.getByTestId("said").filter({ hasText: /kopiert/ }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
});

describe("axe finds no violation", () => {
  const looks = [
    ["light", { viewport: DESKTOP }], ["dark", { viewport: DESKTOP, colorScheme: "dark" }],
    ["light-phone", { viewport: PHONE, isMobile: true, hasTouch: true }],
    ["dark-phone", { viewport: PHONE, isMobile: true, hasTouch: true, colorScheme: "dark" }],
  ];
  for (const [look, options] of looks)
    test(look, async (t) => {
      const page = await open(t, `${around(11)}&region=sample_sierra`, { ...options, reducedMotion: "reduce" });
      const shot = (name) => page.screenshot({ path: join(SCREENSHOTS, `product-${look}-${name}.png`) });
      await shot("map");
      await axe(page, "map");
      await chooseTool(page, "compare");
      await axe(page, "comparing");
      await shot("compare");
      await chooseTool(page, "compare");
      const { width, height } = options.viewport;
      await page.mouse.click(width * (width > 500 ? 0.5 : 0.4), height * 0.33);
      await page.getByTestId("point-readout").filter({ hasText: /°/ }).waitFor();
      await animated(page);
      await shot("point");
      await axe(page, "point");
      await page.getByTestId("region-panel").getByRole("button", { name: "Close" }).click();
      await chooseTool(page, "measure");
      await page.getByTestId("measure-readout").waitFor();
      await axe(page, "measuring");
      await shot("measure");
      await chooseTool(page, "measure");
      await unfoldTools(page);
      await axe(page, "tools");
      await shot("tools");
      await page.getByTestId("share").click();
      await page.getByTestId("said").filter({ hasText: /\w/ }).waitFor();
      await axe(page, "said");
        });
});
