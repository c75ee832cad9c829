// What holds for the page as a whole: its speed while the map moves, how it bears what is broken, and how it is used
// by mouse, finger and keyboard, over regions in every state.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { axe, browser, dragonfly, SCREENSHOTS } from "./stage.mjs";
import { HOSTILE, publishFive } from "./five_regions.mjs";

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const LONGEST_TASK_MS = 100;
const ONE_PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

let published;
let server;
let chromium;
before(async () => {
  published = publishFive();
  server = await dragonfly(published);
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  published?.remove();
});

/** Around the fresh region, so closely as is asked for. */
function around(zoom) {
  const { bbox: [west, south, east, north] } = published.meta("sample_sierra");
  return `#map=${zoom}/${(south + north) / 2}/${(west + east) / 2}`;
}

const drawn = (page) => page.waitForSelector('canvas.df-tile[data-state="drawn"]', { timeout: 20_000 });

async function open(fragment = "", { prepare, wait = drawn, ...options } = {}) {
  const context = await chromium.newContext({ viewport: DESKTOP, locale: "en-GB", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => assert.fail(error));
  await prepare?.(page);
  await page.goto(`${server.url}/${fragment}`);
  await wait(page);
  return page;
}

const close = (page) => page.context().close();

test("no task is long while the map is dragged with forty tiles in view", async () => {
  // A window as wide as three, over the finest zoom, so that enough tiles are seen at once.
  const page = await open(around(12), { viewport: { width: 2400, height: 1500 } });
  await page.waitForTimeout(2500);
  const seen = await page.locator("canvas.df-tile").count();
  assert.ok(seen >= 40, `${seen} tiles`);
  await page.evaluate(() => {
    window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  });
  await page.mouse.move(1500, 800);
  await page.mouse.down();
  for (let step = 1; step <= 60; step += 1) {
    await page.mouse.move(1500 - step * 12, 800 - Math.round(80 * Math.sin(step / 8)));
    await page.waitForTimeout(16);
  }
  await page.mouse.up();
  await page.waitForTimeout(1200);
  const tasks = await page.evaluate(() => window.tasks);
  console.log(`# ${seen} tiles, tasks over 50 ms while panning: ${tasks.map(Math.round).join(", ") || "none"}`);
  assert.ok(Math.max(0, ...tasks) <= LONGEST_TASK_MS, tasks.join());
  await close(page);
});

test("the list and the legend are there within a second", async () => {
  const page = await open();
  const ready = await page.evaluate(() =>
    performance.getEntriesByType("resource").filter(({ name }) => /index\.json/.test(name)).map(({ responseEnd }) => responseEnd)[0]);
  console.log(`# the index was here after ${Math.round(ready)} ms`);
  assert.ok(ready < 1000, `${ready} ms`);
  await close(page);
});

test("missing tiles are told of, and come with another try", async () => {
  let isBroken = true;
  const page = await open(around(11), {
    prepare: (page) => page.route(/\/tiles\/.*\.png/, (route) => (isBroken ? route.fulfill({ status: 503 }) : route.continue())),
    wait: (page) => page.getByTestId("notice").filter({ hasText: /[Ss]ome tiles of .* could not be loaded/ }).waitFor(),
  });
  assert.equal(await page.locator('canvas.df-tile[data-state="drawn"]').count(), 0);
  isBroken = false;
  await page.getByTestId("notice").getByRole("button", { name: "Try again" }).click();
  await drawn(page);
  await page.waitForFunction(() => !/[Ss]ome tiles/.test(document.querySelector("[data-testid=notice]")?.textContent ?? ""));
  await close(page);
});

test("tiles that are no pictures are told of, and the rest of the page stays", async () => {
  const page = await open(around(11), {
    prepare: (page) => page.route(/\/tiles\/.*\.png/, (route) => route.fulfill({ status: 200, contentType: "image/png", body: "no picture" })),
    wait: (page) => page.getByTestId("notice").filter({ hasText: "tiles" }).waitFor(),
  });
  assert.equal(await page.getByTestId("region-item").count(), 5);
  await page.mouse.click(900, 450);
  await page.getByTestId("point-readout").filter({ hasText: "could not be loaded" }).waitFor();
  await close(page);
});

test("one broken region, or all of them, leave a page", async () => {
  for (const [what, pattern] of [["none but one", /meta\/sample_sierra\.json/], ["none", /meta\/(?!index|client).*\.json/]]) {
    const page = await open("", {
      prepare: (page) => page.route(pattern, (route) => route.fulfill({ status: 200, body: "<html>" })),
      wait: (page) => page.getByTestId("notice").filter({ hasText: "could not be loaded" }).waitFor(),
    });
    assert.equal(await page.getByTestId("region-item").count(), 5, what);
    assert.equal(await page.locator("path.region-outline").count(), 5, what);
    await close(page);
  }
});

test("a hostile name is a text on the map, in the legend, the notice and the address", async () => {
  const page = await open("#map=9/39.9/-120.7&region=failed_ridge&basemap=%3Cimg%20src%3Dx%20onerror%3D1%3E");
  await page.getByTestId("legend-region").filter({ hasText: HOSTILE.title }).waitFor();
  assert.ok((await page.locator(".region-label").allInnerTexts()).join("\n").includes("<img src=x"));
  assert.equal(await page.locator(".panel img, .notices img, .region-label img, script:not([src])").count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  await close(page);
});

test("who wants calm gets no flight", async () => {
  const page = await open(around(6), { reducedMotion: "reduce", wait: (page) => page.getByTestId("burnt-patch").first().waitFor() });
  await page.locator('[data-testid="region-item"][data-region="sample_sierra"]').click();
  await page.waitForTimeout(100);
  assert.equal(await page.locator(".leaflet-zoom-anim").count(), 0);
  assert.match(await page.evaluate(() => getComputedStyle(document.querySelector(".panel")).transitionDuration), /^0s/);
  await drawn(page);
  await close(page);
});

test("a finger chooses a region, hides a class, reads a place and measures", async () => {
  const page = await open(around(11), { viewport: PHONE, hasTouch: true, isMobile: true });
  await page.locator(".handle").tap();
  await page.getByTestId("legend-entry").first().tap();
  await page.waitForFunction(() => /hide=/.test(location.hash));
  await page.locator('[data-testid="region-item"][data-region="sample_sierra"]').tap();
  await page.waitForFunction(() => /region=sample_sierra/.test(location.hash));
  await page.waitForTimeout(1500);
  await page.touchscreen.tap(180, 300);
  await page.getByTestId("point-readout").filter({ hasText: /°/ }).waitFor();
  await page.getByTestId("region-panel").getByRole("button", { name: "Close" }).tap();
  await page.getByTestId("measure").tap();
  await page.getByTestId("measure-readout").waitFor();
  for (const [x, y] of [[80, 250], [250, 260], [200, 420]]) {
    await page.touchscreen.tap(x, y);
    await page.waitForTimeout(450);
  }
  await page.getByTestId("measure-readout").filter({ hasText: /\d ha · [\d,]+ acres/ }).waitFor();
  await page.screenshot({ path: join(SCREENSHOTS, "product-phone-measure.png") });
  await axe(page, "measuring on a phone");
  await close(page);
});

test("by keyboard alone a region is chosen, a class hidden, a place read and the map compared", async () => {
  const page = await open();
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
  await close(page);
});

test("towns are named on the offline background, none over another, and not on one that has names", async () => {
  const page = await open("#map=7/39.9/-121.2", { wait: (page) => page.locator(".place-name span").first().waitFor() });
  await page.waitForTimeout(800);
  const names = await page.locator(".place-name span").evaluateAll((all) =>
    all.map((one) => ({ name: one.textContent, ...one.getBoundingClientRect().toJSON() })));
  assert.ok(names.some(({ name }) => name === "Sacramento"), names.map(({ name }) => name).join());
  for (const one of names)
    for (const other of names)
      if (one !== other)
        assert.ok(one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top, `${one.name} over ${other.name}`);
  assert.match(await page.locator(".attribution").innerText(), /GeoNames/);
  await page.screenshot({ path: join(SCREENSHOTS, "product-names.png") });
  await close(page);

  const streets = { title: "Streets", url: "/streets/{z}/{x}/{y}.png", attribution: "Street <b>makers</b>" };
  const other = await open("#map=7/39.9/-121.2", {
    prepare: async (page) => {
      await page.route(/meta\/client\.json/, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ json: { ...(await answer.json()), basemaps: [streets] } });
      });
      await page.route(/\/streets\//, (route) => route.fulfill({ contentType: "image/png", body: ONE_PIXEL }));
    },
    wait: (page) => page.locator(".place-name span").first().waitFor(),
  });
  await other.getByTestId("basemap-select").selectOption("Streets");
  await other.waitForFunction(() => /basemap=Streets/.test(location.hash));
  assert.equal(await other.locator(".place-name").count(), 0);
  assert.match(await other.locator(".attribution").innerText(), /Street <b>makers<\/b>/);
  assert.equal(await other.getByTestId("notice").filter({ hasText: "Streets" }).count(), 0);
  await close(other);
});

test("German is spoken on the map, by the tools and in the saved words", async () => {
  const page = await open(around(10), { locale: "de-DE" });
  await page.locator(".region-label").filter({ hasText: /gescheitert|nicht lesbar/ }).first().waitFor({ state: "attached" });
  await page.getByTestId("measure").click();
  await page.getByTestId("measure-readout").filter({ hasText: "Ecken anklicken" }).waitFor();
  await page.getByTestId("language").selectOption("en");
  await page.getByTestId("measure-readout").filter({ hasText: "Click or tap corners" }).waitFor();
  await page.locator(".region-label").filter({ hasText: /update failed|not readable/ }).first().waitFor({ state: "attached" });
  await page.getByTestId("language").selectOption("de");
  await page.getByTestId("share").click();
  await page.getByTestId("said").filter({ hasText: /kopiert/ }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  await close(page);
});

describe("axe finds nothing, and it is good to look at", () => {
  const looks = [
    ["light", { viewport: DESKTOP }], ["dark", { viewport: DESKTOP, colorScheme: "dark" }],
    ["light-phone", { viewport: PHONE, isMobile: true, hasTouch: true }],
    ["dark-phone", { viewport: PHONE, isMobile: true, hasTouch: true, colorScheme: "dark" }],
  ];
  for (const [look, options] of looks)
    test(look, async () => {
      const page = await open(`${around(11)}&region=sample_sierra`, { ...options, reducedMotion: "reduce" });
      const shot = (name) => page.screenshot({ path: join(SCREENSHOTS, `product-${look}-${name}.png`) });
      await page.waitForTimeout(1500);
      await shot("map");
      await axe(page, "map");
      await page.getByTestId("compare").click();
      await axe(page, "comparing");
      await shot("compare");
      await page.getByTestId("compare").click();
      const { width, height } = options.viewport;
      await page.mouse.click(width * (width > 500 ? 0.5 : 0.4), height * 0.33);
      await page.getByTestId("point-readout").filter({ hasText: /°/ }).waitFor();
      await page.waitForTimeout(300);
      await shot("point");
      await axe(page, "point");
      await page.getByTestId("region-panel").getByRole("button", { name: "Close" }).click();
      await page.getByTestId("measure").click();
      await page.getByTestId("measure-readout").waitFor();
      await axe(page, "measuring");
      await shot("measure");
      await page.getByTestId("measure").click();
      await page.getByTestId("share").click();
      await page.getByTestId("said").filter({ hasText: /\w/ }).waitFor();
      await axe(page, "said");
      await close(page);
    });
});
