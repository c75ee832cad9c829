// The fires of the page: their list, the panel, outline and map of one, its address, and the page without any.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { axe, drawn, moved, openPage, settled, shows } from "./map_page.mjs";
import { EVIA, publishFoundFires, SIERRA } from "./found_fires.mjs";
import { dragonfly, eventually, PHONE, SCREENSHOTS, testBed } from "./test_bed.mjs";

const PART = "f20250809_part";
const UNMAPPED = "f20250915_unmapped";

/** The fires of the sample; besides them a fire without a map and a part of another one. */
function publishFires() {
  return publishFoundFires((list) => {
    const [found] = list.fires;
    const more = { burnt_hectares: null, map: null, worst: null };
    list.fires.push(
      {
        ...found, ...more, id: UNMAPPED, place: "Karystos, Greece", state: "burning", no_map: "small", lon: 24.4, lat: 38.02,
        bbox: [24.38, 38.0, 24.42, 38.04], started_at: "2025-09-15T10:00:00Z", last_seen_at: "2025-09-16T22:30:00Z", outline_hectares: 42,
      },
      { ...found, ...more, id: PART, state: "merged", merged_into: EVIA },
    );
  });
}

const bed = testBed({ publish: publishFires, servers: { server: dragonfly } });

const items = (page) => page.getByTestId("fire-item");
const item = (page, id) => page.locator(`[data-testid=fire-item][data-region=${id}]`);
const ids = (page) => items(page).evaluateAll((items) => items.map(({ dataset }) => dataset.region));
const listed = (page) => items(page).first().waitFor();
const panel = (page) => page.getByTestId("region-panel");

const open = (t, fragment = "", options = {}) =>
  openPage(t, bed.chromium, `${bed.server.url}/${fragment}`, { reducedMotion: "reduce", ready: listed, ...options });

/** Changes the published list of fires. */
const withFires = (change) => (page) =>
  page.route("**/meta/fires.json", async (route) => {
    const list = await (await route.fetch()).json();
    change(list);
    await route.fulfill({ json: list });
  });

test("fires come first in the panel, are sorted by date, size and nearness, and found by text and in view", async (t) => {
  const { page, problems } = await open(t, "#map=4/39/-100");
  const sections = await page.locator(".panel section").evaluateAll((sections) => sections.map(({ dataset }) => dataset.testid));
  assert.ok(sections.indexOf("fire-list") < sections.indexOf("region-list"), sections.join());
  assert.equal((await ids(page))[0], UNMAPPED);
  await shows(item(page, SIERRA), /Concow[^]*14,\d{3} ha burnt[^]*8–13 Aug 2025[^]*Out/);
  await shows(item(page, UNMAPPED), /Karystos[^]*42 ha[^]*by satellite detections[^]*Burning/);
  assert.ok(!(await ids(page)).includes(PART));
  await page.getByTestId("fire-sort").selectOption("size");
  await eventually(async () => (await ids(page)).join().startsWith(`${SIERRA},${EVIA}`), "the largest first");
  await page.getByTestId("fire-sort").selectOption("near");
  await eventually(async () => (await ids(page))[0] === SIERRA, "the nearest first");
  await page.getByTestId("fire-in-view").check();
  await eventually(async () => (await ids(page)).join() === SIERRA, "only those in view");
  assert.equal(await page.getByTestId("fire-note").innerText().then((note) => note.startsWith("1 of 4 fires")), true);
  await page.getByTestId("fire-in-view").uncheck();
  await page.getByTestId("fire-search").fill("istiaia");
  await eventually(async () => (await ids(page)).join() === EVIA, "the one that was searched");
  assert.deepEqual(problems, []);
});

test("a chosen fire is flown to, described, mapped and outlined, and is in the address and the title", async (t) => {
  const requested = [];
  const { page, problems } = await open(t, "#map=3/20/0", { prepare: (page) => page.on("request", (it) => requested.push(it.url())) });
  const maps = () => requested.filter((url) => /meta\/f\d.*\.json/.test(url));
  assert.deepEqual(maps(), []);
  await moved(page, () => item(page, SIERRA).click());
  await settled(page);
  const sentence = /^Out\. 14,\d{3} ha burnt, by the map of satellite images\. Its images end on \d+ (Aug|Sep) 2025\.$/;
  await page.getByTestId("fire-sentence").filter({ hasText: sentence }).waitFor();
  await page.getByTestId("fire-growth").waitFor();
  assert.match(await page.getByTestId("fire-growth").locator("svg").getAttribute("aria-label"), /8 Aug 2025: [\d,.]+ ha; .*13 Aug 2025/);
  assert.match(await page.getByTestId("fire-by-map").innerText(), /14,\d{3} ha/);
  assert.match(await page.getByTestId("fire-by-points").innerText(), /16,008 ha/);
  assert.match(await page.getByTestId("fire-outlines").locator("a").getAttribute("href"), /\/meta\/fires\/f\w+\.geojson$/);
  assert.match(await page.getByTestId("burnt-total").innerText(), /14,\d{3} ha/);
  await page.locator("path.fire-outline").waitFor();
  const [list, outline, facts] = await Promise.all([".panel", "path.fire-outline", ".region-panel"].map((part) => page.locator(part).boundingBox()));
  assert.ok(outline.x >= list.x + list.width && outline.x + outline.width <= facts.x, "the fire is between the panels");
  await page.getByTestId("legend-region").filter({ hasText: "Fire, 39.84° N" }).waitFor();
  await page.waitForURL(new RegExp(`fire=${SIERRA}`));
  assert.equal(await page.title(), "Concow, California · Dragonfly");
  assert.equal(new Set(maps()).size, 1);
  await page.screenshot({ path: join(SCREENSHOTS, "fires-chosen.png") });
  await page.mouse.click(outline.x + outline.width / 2, outline.y + outline.height / 2);
  await page.getByTestId("point-readout").filter({ hasText: "dNBR" }).waitFor();
  await page.goBack();
  await panel(page).waitFor({ state: "hidden" });
  assert.equal(await page.title(), "Dragonfly · burn severity from space");
  assert.deepEqual(problems, []);
});

test("a link opens a fire, that of a part opens the whole, that of a forgotten one says so", async (t) => {
  const { page } = await open(t, `#fire=${PART}`);
  await panel(page).filter({ hasText: "Istiaía" }).waitFor();
  await drawn(page);
  await page.waitForURL(new RegExp(`fire=${EVIA}`));
  const { page: forgotten } = await open(t, "#fire=f20200101_gone");
  await forgotten.getByTestId("said").filter({ hasText: "not listed any more" }).waitFor();
  const { page: old } = await open(t, "#map=9/39.9/-121.2&region=sample_sierra", { ready: drawn });
  assert.ok(await panel(old).isHidden());
});

test("without fires there is no list and no error", async (t) => {
  const noUrl = (page) =>
    page.route("**/meta/client.json", async (route) => {
      const { fires_url: _, ...config } = await (await route.fetch()).json();
      await route.fulfill({ json: config });
    });
  const gone = (page) => page.route("**/meta/fires.json", (route) => route.fulfill({ status: 404 }));
  for (const [prepare, count] of [[noUrl, 0], [gone, 2]]) {
    const { page, problems } = await open(t, "", { prepare, ready: settled });
    assert.ok(await page.getByTestId("fire-list").isHidden());
    assert.ok(await page.getByTestId("notice").isHidden());
    assert.equal(problems.length, count, problems.join());
  }
  const broken = (page) => page.route("**/meta/fires.json", (route) => route.fulfill({ body: "<html>" }));
  const { page } = await open(t, "", { prepare: broken, ready: settled });
  await page.getByTestId("notice").filter({ hasText: "list of fires could not be loaded" }).waitFor();
});

/** Marks when so many fires are listed and the frame with them is drawn. */
const markDrawn = (page, count) =>
  page.addInitScript((count) => {
    const observer = new MutationObserver(() => {
      if (document.querySelectorAll("[data-testid=fire-item]").length < count) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => performance.mark("fires drawn")));
    });
    observer.observe(document, { childList: true, subtree: true });
  }, count);

/** Milliseconds from the end of the list of fires to the mark. */
const drawnAfter = (page) =>
  page.evaluate(() => {
    const lists = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/meta/fires.json"));
    return performance.getEntriesByName("fires drawn")[0].startTime - lists[0].responseEnd;
  });

test("of five hundred fires sixty are shown, few maps are requested, and each can be found", async (t) => {
  const fill = withFires(({ fires }) => {
    for (let number = 0; number < 500; number++) {
      const [lon, lat] = [23 + (number % 25) / 20, 38 + number / 500];
      fires.push({ ...fires[0], id: `filler_${number}`, place: `Filler ${number}`, lon, lat, bbox: [lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05] });
    }
  });
  const requested = new Set();
  const answer = async (page) => {
    await fill(page);
    await markDrawn(page, 60);
    await page.route("**/meta/filler_*.json", async (route) => {
      requested.add(route.request().url());
      await route.fulfill({ path: join(bed.published.root, `meta/${EVIA}.json`) });
    });
  };
  const { page } = await open(t, "#map=9/38.5/23.5", { prepare: answer });
  assert.equal(await items(page).count(), 60);
  t.diagnostic(`500 fires are drawn ${Math.round(await drawnAfter(page))} ms after their list was read`);
  await shows(page.getByTestId("fire-note"), /^44\d more/);
  await eventually(() => requested.size > 0, "maps in view");
  assert.ok(requested.size <= 12, `${requested.size}`);
  await page.getByTestId("fire-search").fill("filler 499");
  await eventually(async () => (await ids(page)).join() === "filler_499", "the one that was searched");
});

test("of fifty regions none is loaded before it is needed: by coming into view, by name, by a click", async (t) => {
  const loaded = [];
  const spread = (number) => [-120 + (number % 10) * 24, -50 + Math.floor(number / 10) * 20];
  const fill = async (page) => {
    await page.route("**/meta/index.json", async (route) => {
      const index = await (await route.fetch()).json();
      const line = index.regions.find(({ name }) => name === "sample_sierra");
      assert.ok(line.map.burnt_hectares > 1000);
      for (let number = 0; number < 50; number += 1) {
        const [west, south] = spread(number);
        index.regions.push({ ...line, name: `r${number}`, title: `Region ${number}`, bbox: [west, south, west + 2, south + 2], meta_url: `/meta/r${number}.json` });
      }
      await route.fulfill({ json: index });
    });
    await page.route(/\/meta\/(r\d+|sample_\w+)\.json$/, async (route) => {
      const [, name] = /\/meta\/(\w+)\.json$/.exec(route.request().url());
      loaded.push(name);
      const meta = JSON.parse(readFileSync(join(bed.published.root, "meta/sample_sierra.json"), "utf8"));
      const [west, south] = spread(Number(name.slice(1)));
      await route.fulfill({ json: { ...meta, region_name: name, title: name, bbox: name.startsWith("r") ? [west, south, west + 2, south + 2] : meta.bbox } });
    });
  };
  const { page } = await open(t, "#map=2/20/0", { prepare: fill });
  const region = page.locator("[data-testid=region-item][data-region=r7]");
  assert.match(await region.innerText(), /[\d,]+ ha[^]*burnt[^]*2025[^]*Images until/);
  assert.deepEqual(loaded, []);
  await page.mouse.click(800, 450);
  await page.getByTestId("point-readout").waitFor();
  assert.deepEqual(loaded, []);
  await page.locator("[data-testid=region-info][data-about=r8]").click();
  await page.getByTestId("burnt-total").waitFor();
  assert.deepEqual(loaded, ["r8"]);
  await moved(page, () => region.click());
  await eventually(() => loaded.includes("r7"), "the map of the region that was chosen");
  assert.deepEqual(loaded, ["r8", "r7"]);
});

test("a fire without a map has a dot and a reason, by pointer and by keyboard", async (t) => {
  const { page } = await open(t, "#map=10/38.1/24.3");
  const dot = page.locator(`[data-testid=fire-dot][data-fire=${UNMAPPED}]`);
  await dot.focus();
  assert.equal(await dot.getAttribute("aria-label"), "Karystos, Greece: 42 ha. Burning.");
  await page.keyboard.press("Enter");
  await page.getByTestId("fire-no-map").filter({ hasText: "too small" }).waitFor();
  await shows(page.getByTestId("fire-sentence"), /^Burning\. 42 ha within the outline/);
  assert.equal(await page.locator(":focus").getAttribute("data-testid"), "region-panel");
  await page.keyboard.press("Escape");
  await panel(page).waitFor({ state: "hidden" });
  // From the search down the list, and into the panel.
  await page.getByTestId("fire-search").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await panel(page).filter({ hasText: "Istiaía" }).waitFor();
  const { page: far } = await open(t, "#map=2/20/0");
  await far.getByTestId("fire-dot").nth(1).waitFor();
});

test("points that were not read for two days, and a source with an error, are stated in one sentence", async (t) => {
  const checked = (change) => withFires((list) => change(Object.assign(list, { checked_at: new Date().toISOString() })));
  const note = (page) => page.getByTestId("fire-note");
  const { page: old } = await open(t);
  await shows(note(old), /^Fires last checked 17 Sep 2025 \(/);
  const { page: fresh } = await open(t, "", { prepare: checked(() => {}) });
  assert.equal(await note(fresh).innerText(), "");
  const { page: missing } = await open(t, "", { prepare: checked(({ points }) => (points[0].error = "no table of points")) });
  await shows(note(missing), /^Fires last checked .*\(today\)\.$/);
});

describe("axe finds no violation", () => {
  const looks = [
    ["light", {}], ["dark", { colorScheme: "dark" }], ["German", { locale: "de-DE" }],
    ["on a phone", { viewport: PHONE, hasTouch: true, isMobile: true }],
  ];
  for (const [look, options] of looks)
    test(look, async (t) => {
      const { page } = await open(t, `#fire=${EVIA}`, { ...options, ready: drawn });
      await page.getByTestId("fire-growth").waitFor();
      await settled(page);
      const name = look.replaceAll(" ", "-");
      await page.screenshot({ path: join(SCREENSHOTS, `fires-${name}.png`) });
      await axe(page, `${look}: a fire`);
      await page.keyboard.press("Escape");
      if (options.viewport === PHONE) await page.locator(".handle").click();
      await page.screenshot({ path: join(SCREENSHOTS, `fires-${name}-list.png`) });
      await axe(page, `${look}: the list of fires`);
    });
});
