// What a reader concludes from the page: what was seen, which map the legend describes, what a link opens, what hectares count.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { drawn, moved, openPage, shows } from "./map_page.mjs";
import { DESKTOP, dragonfly, eventually, PHONE, SCREENSHOTS, testBed } from "./test_bed.mjs";

const NEAR = "#map=13/39.88/-121.2";
// Opacities of the stripes, and of the tint between them.
const HATCH = ["220", "70"];

const bed = testBed({ servers: { server: dragonfly } });

async function open(t, fragment, options = {}) {
  const { page, problems } = await openPage(t, bed.chromium, `${bed.server.url}/${fragment}`, { reducedMotion: "reduce", ...options });
  return { page, problems };
}

const highres = (t, fragment = NEAR, options = {}) =>
  open(t, fragment, { ready: (page) => page.getByTestId("highres-compute").waitFor(), ...options });

async function compute(page) {
  await page.getByTestId("highres-compute").click();
  await finish(page);
}

/** Confirms the size of the download, where that is asked, and waits for the result. */
async function finish(page) {
  const goOn = page.getByTestId("highres-go-on");
  const summary = page.getByTestId("highres-summary");
  await goOn.or(summary).first().waitFor({ timeout: 60_000 });
  if (await goOn.isVisible()) await goOn.click();
  await summary.waitFor({ timeout: 60_000 });
}

const hectares = async (page) => {
  await page.waitForFunction(() => {
    const cells = [...document.querySelectorAll("[data-testid=highres-hectares] td.area")];
    return cells.length > 0 && cells.every((cell) => cell.textContent);
  });
  const cells = await page.locator("[data-testid=highres-hectares] td.area").allTextContents();
  return cells.map((text) => Number(text.replace(/[^\d.]/g, "")));
};

/** Replaces the letter of unburned tiles in the metadata of every region. */
async function withTiles(page, letter) {
  await page.route("**/meta/sample_*.json", async (route) => {
    const meta = await (await route.fetch()).json();
    for (const zoom of meta.tile_index) zoom.runs = zoom.runs.replaceAll("u", letter);
    await route.fulfill({ json: meta });
  });
}

/** Opaque colours, and other opacities, of the tiles that are not stored. */
const evenColours = (page) =>
  page.evaluate(() => {
    const seen = new Set();
    for (const canvas of document.querySelectorAll("canvas.df-tile[data-state=empty]")) {
      const { data } = canvas.getContext("2d").getImageData(0, 0, 256, 256);
      for (let at = 0; at < data.length; at += 4) {
        // A canvas gives translucent colours back a step off.
        if (data[at + 3]) seen.add(data[at + 3] === 255 ? [data[at], data[at + 1], data[at + 2]].join() : `${data[at + 3]}`);
      }
    }
    return [...seen].sort();
  });

test("tiles skipped as unburned are painted when unburned is shown, and those under cloud are hatched", async (t) => {
  const around = "#map=10/39.9/-121.2&region=sample_sierra";
  const { page } = await open(t, around, { ready: drawn });
  assert.deepEqual(await evenColours(page), []);
  await page.locator("[data-testid=legend-entry][data-class=unburned]").click();
  await eventually(async () => (await evenColours(page)).join(";") === "133,140,132", "the colour of unburned ground");
  await page.screenshot({ path: join(SCREENSHOTS, "meaning-unburned.png") });

  const { page: clouded } = await open(t, around, { prepare: (page) => withTiles(page, "c"), ready: drawn });
  await eventually(async () => (await evenColours(clouded)).join() === HATCH.join(), "stripes and a tint between them");
  await clouded.screenshot({ path: join(SCREENSHOTS, "meaning-not-seen.png") });
  await clouded.getByTestId("legend-unseen").first().click();
  await clouded.waitForURL(/hide=unburned,not_seen/);
  assert.deepEqual(await evenColours(clouded), []);
});

test("the legend is that of the result: its index, its classes, its numbers, its hectares", async (t) => {
  const { page } = await highres(t);
  const legend = page.getByTestId("legend");
  await legend.filter({ hasText: /Nightly map of .*, cells of \d+ m/ }).waitFor();
  const nightly = await legend.innerText();
  await compute(page);
  await legend.filter({ hasText: /High resolution, cells of 15 m\. Images: .* → .*/ }).waitFor();
  const sums = await hectares(page);
  const shown = (await page.locator("[data-testid=legend-entry] .area").allTextContents()).map((text) => Number(text.replace(/[^\d.]/g, "")));
  assert.deepEqual(shown, sums.toReversed());
  await page.getByTestId("index-select").selectOption("rdnbr");
  await legend.filter({ hasText: "RdNBR" }).waitFor();
  await shows(legend, /High\s+0\.64 and more[^]*Moderate\s+0\.32 to 0\.64[^]*Unchanged/);
  await page.screenshot({ path: join(SCREENSHOTS, "meaning-rdnbr.png") });
  await page.getByTestId("index-select").selectOption("rbr");
  await legend.filter({ hasText: /RBR[^]*0\.50 and more[^]*0\.35[^]*0\.20[^]*0\.05/ }).waitFor();
  await page.screenshot({ path: join(SCREENSHOTS, "meaning-rbr.png") });
  await page.getByTestId("highres-close").click();
  await eventually(async () => (await legend.innerText()) === nightly, "the legend of the nightly map");
});

test("in a view of the world no region's hectares are in the legend", async (t) => {
  const mapped = (page) => page.getByTestId("region-item").filter({ hasText: /\d ha burnt/ }).nth(1).waitFor();
  const { page } = await open(t, "#map=2/20/0", { ready: mapped });
  await page.getByTestId("legend-region").filter({ hasText: /^Nightly maps$/ }).waitFor();
  assert.equal(await page.locator(".legend .area:not(:empty)").count(), 0);
});

test("a link reproduces index, classes and thresholds that were changed after computing", async (t) => {
  const { page } = await highres(t);
  await compute(page);
  await page.getByTestId("index-select").selectOption("rdnbr");
  await page.locator(".highres .breaks summary").click();
  await page.locator(".highres .breaks input").nth(2).fill("0.7");
  await page.locator(".highres .breaks input").nth(2).blur();
  await page.waitForURL(/index%3Drdnbr.*classes%3Dmiller-thode~0.069~0.316~0.7/);
  const [sums, legend] = [await hectares(page), await page.getByTestId("legend").innerText()];
  const { page: other } = await highres(t, new URL(page.url()).hash);
  await finish(other);
  assert.equal(await other.getByTestId("index-select").inputValue(), "rdnbr");
  assert.deepEqual(await hectares(other), sums);
  await eventually(async () => (await other.getByTestId("legend").innerText()) === legend, "the same legend");
  // The same link in a page that is open already.
  await page.getByTestId("highres-close").click();
  await page.waitForURL((url) => !url.hash.includes("hr="));
  await page.evaluate((hash) => { location.hash = hash; }, new URL(other.url()).hash);
  await finish(page);
  assert.deepEqual(await hectares(page), sums);
});

test("hectares are those inside the outline whether or not it is marked as the fire's perimeter", async (t) => {
  const { page } = await highres(t, NEAR, { acceptDownloads: true });
  const ring = [[-121.22, 39.86], [-121.18, 39.86], [-121.18, 39.89], [-121.22, 39.86]];
  const file = join(bed.published.folder, "perimeter.geojson");
  writeFileSync(file, JSON.stringify({ type: "Polygon", coordinates: [ring] }));
  await page.getByTestId("aoi-file").setInputFiles(file);
  await page.getByText("the outline on the map").waitFor();
  await compute(page);
  const csv = async () => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("highres-download-csv").click()]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
  };
  const [alone, plain] = [await hectares(page), await csv()];
  await page.getByTestId("aoi-is-perimeter").check();
  await page.getByTestId("highres-offset").filter({ hasText: "when the map is computed again" }).waitFor();
  await compute(page);
  await page.getByTestId("highres-counted").filter({ hasText: "inside your outline" }).waitFor();
  const sum = (all) => all.reduce((sum, one) => sum + one, 0);
  const corrected = await hectares(page);
  assert.ok(Math.abs(sum(corrected) - sum(alone)) < 4, `${corrected} and ${alone}`);
  const marked = await csv();
  assert.match(marked.name, /_outline-[0-9a-f]{6}_/);
  for (const { text } of [plain, marked]) assert.match(text, /,outline,,,,.*-121\.22,39\.86/);
  await page.screenshot({ path: join(SCREENSHOTS, "meaning-perimeter.png") });
});

test("an unfinished outline is never computed; its first corner and a button close it", async (t) => {
  const { page } = await highres(t, NEAR, { viewport: PHONE, hasTouch: true, isMobile: true });
  const compute = page.getByTestId("highres-compute");
  const corners = [[120, 180], [280, 190], [260, 330], [130, 320]];
  const draw = async () => {
    await page.evaluate(() => document.querySelector("[data-testid=aoi-draw]").click());
    for (const [x, y] of corners) {
      await page.touchscreen.tap(x, y);
      await page.evaluate(() => { const now = Date.now; Date.now = () => now() + 300; });
    }
    assert.ok(await compute.isDisabled());
  };
  await draw();
  await page.screenshot({ path: join(SCREENSHOTS, "meaning-draw-phone.png") });
  await page.touchscreen.tap(122, 183);
  await page.waitForFunction(() => document.querySelector(".area-now").textContent.includes("the outline on the map"));
  await eventually(async () => !(await compute.isDisabled()), "computing is possible");
  await draw();
  await page.getByTestId("outline-finish").tap();
  await eventually(async () => !(await compute.isDisabled()), "computing is possible");
  assert.equal(await page.getByTestId("draw-readout").count(), 0);
});

test("a region that was never run is pending without a request for what is not there", async (t) => {
  const requested = [];
  let pending;
  const prepare = async (page) => {
    page.on("request", (request) => requested.push(new URL(request.url()).pathname));
    await page.route("**/meta/index.json", async (route) => {
      const index = await (await route.fetch()).json();
      pending = index.regions[1].name;
      Object.assign(index.regions[1], { last_status: "pending", generated_at: null, last_success_at: null, map: null, meta_url: "/meta/absent.json" });
      await route.fulfill({ json: index });
    });
  };
  const { page, problems } = await open(t, "", { prepare, ready: drawn });
  await page.getByTestId("region-item").filter({ hasText: "Not mapped yet" }).waitFor();
  assert.equal(await page.getByTestId("notice").isVisible(), false);
  assert.ok(!requested.includes("/meta/absent.json"));
  assert.deepEqual(problems, []);
  await page.locator(`[data-testid=region-info][data-about="${pending}"]`).click();
  await page.getByTestId("region-panel").filter({ hasText: "after the next nightly run" }).waitFor();
});

test("an empty list of regions is a first page and no error", async (t) => {
  const prepare = (page) => page.route("**/meta/index.json", (route) => route.fulfill({ json: { generated_at: "2025-01-01T00:00:00Z", regions: [] } }));
  const { page, problems } = await open(t, "", { prepare, ready: (page) => page.getByTestId("region-note").filter({ hasText: "No regions yet" }).waitFor() });
  assert.equal(await page.getByTestId("notice").isVisible(), false);
  assert.deepEqual(problems, []);
});

test("a link with another place is read in a page that is open", async (t) => {
  const { page } = await open(t, "#map=11/39.88/-121.2&point=39.88/-121.2", { viewport: DESKTOP, ready: drawn });
  const readout = page.getByTestId("point-readout");
  await readout.filter({ hasText: /39\.88\d* ?° N[^]*/ }).filter({ hasText: /dNBR/ }).waitFor();
  await moved(page, () => page.evaluate(() => { location.hash = "map=11/39.9/-121.3&point=39.9/-121.3"; }));
  await readout.filter({ hasText: "39.9000° N" }).filter({ hasText: /dNBR|unburned/ }).waitFor();
  await page.goBack();
  await readout.filter({ hasText: "39.8800° N" }).filter({ hasText: /dNBR/ }).waitFor();
});

/** Metadata of a rolling map that parts fires from other change; all its ground with a value is such change. */
async function withChange(page) {
  await page.route("**/meta/sample_sierra.json", async (route) => {
    const meta = await (await route.fetch()).json();
    const { run_tile_url_template, tile_count, tile_index } = meta;
    const changed_tiles = { run_tile_url_template, tile_count, tile_index };
    const parted = { assessment: "rolling", change_only: false, points_since: "2025-03-01", changed_hectares: 1234 };
    await route.fulfill({ json: { ...meta, ...parted, changed_tiles } });
  });
}

/** Whether a tile has cells of this colour. */
const hasColour = (page, colour, tiles = "canvas.df-tile[data-state=drawn]") =>
  page.evaluate(([colour, tiles]) => [...document.querySelectorAll(tiles)].some((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, 256, 256);
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] === 255 && [data[at], data[at + 1], data[at + 2]].join() === colour) return true;
    return false;
  }), [colour, tiles]);

test("ground that changed without a fire has a row of its own, is grey once shown, and is read as such", async (t) => {
  const GREY = "154,154,154";
  const { page } = await open(t, "#map=11/39.9/-121.2&region=sample_sierra", { prepare: withChange, ready: drawn });
  const row = page.getByTestId("legend-changed");
  await shows(row, /Changed, no fire seen[^]*1,234 ha/);
  assert.equal(await row.getAttribute("aria-pressed"), "false");
  assert.equal(await hasColour(page, GREY), false);
  await row.click();
  await page.waitForURL(/changed=1/);
  await eventually(() => hasColour(page, GREY), "grey cells");
  await page.screenshot({ path: join(SCREENSHOTS, "meaning-changed.png") });
  await page.getByTestId("map").focus();
  await page.keyboard.press("Enter");
  const readout = page.getByTestId("point-readout");
  await shows(readout, /Changed, no fire seen[^]*no fire was detected here since 1 Mar 2025/);
  await shows(page.getByTestId("change-note"), /1,234 ha changed like a burn/);
  // The address opens it as it is shown.
  const { page: other } = await open(t, new URL(page.url()).hash, { prepare: withChange, ready: drawn });
  await other.getByTestId("legend-changed").and(other.locator("[aria-pressed=true]")).waitFor();
  await eventually(() => hasColour(other, GREY), "grey cells by the address");
});

test("a measured outline states what burnt in it and what was not seen", async (t) => {
  const { page } = await open(t, "#map=11/39.9/-121.2&region=sample_sierra", { ready: drawn });
  await page.getByTestId("measure").click();
  const readout = page.getByTestId("measure-readout");
  await readout.waitFor();
  for (const [x, y] of [[650, 250], [950, 250], [950, 550]]) await page.mouse.click(x, y);
  await page.mouse.dblclick(650, 550);
  const burnt = page.getByTestId("measured-burnt");
  await shows(burnt, /^Of these, [\d,.]+ ha \w+, by the nightly map with cells of \d+ m\./);
  const number = (text) => Number(text.match(/([\d,.]+) ha/)[1].replaceAll(",", ""));
  const [inside, all] = [number(await burnt.innerText()), number(await readout.innerText())];
  assert.ok(inside > 0 && inside < all, `${inside} of ${all} ha`);
  await page.screenshot({ path: join(SCREENSHOTS, "meaning-measured.png") });
});

test("outside all maps the panel names what is nearest, and so it does at the reader's own position", async (t) => {
  const geolocation = { latitude: 52.5, longitude: 13.4, accuracy: 30 };
  const { page } = await open(t, "", { geolocation, permissions: ["geolocation"] });
  await page.getByTestId("locate").click();
  const panel = page.getByTestId("region-panel");
  await shows(panel, /No map here[^]*Nearest: .+, [\d,.]+ km away/);
  await page.waitForFunction(() => /map=12\/52\.5/.test(location.hash));
  assert.doesNotMatch(new URL(page.url()).hash, /point=/);
});

/** The colour of the lines of a hatch on ground of high severity. */
const LINE = "255,255,255";

/** Metadata of a map all of whose ground with a value is provisional. */
async function withProvisional(page) {
  await page.route("**/meta/sample_sierra.json", async (route) => {
    const meta = await (await route.fetch()).json();
    const { run_tile_url_template, tile_count, tile_index, hectares } = meta;
    const provisional_tiles = { run_tile_url_template, tile_count, tile_index };
    const counted = { provisional_hectares: { ...hectares, high: 41 }, provisional_share: 0.5 };
    await route.fulfill({ json: { ...meta, ...counted, provisional_tiles } });
  });
}

test("burnt ground that no second image confirms is hatched and named at a click, and its row of the legend hides it", async (t) => {
  const hash = "#map=11/39.9/-121.2&region=sample_sierra&point=39.88/-121.2";
  const { page } = await open(t, hash, { prepare: withProvisional, ready: drawn });
  await shows(page.getByTestId("point-readout"), /A single image shows it so far; not confirmed by another/);
  const row = page.getByTestId("legend-provisional");
  await shows(row, /Seen once, not confirmed: [^]* ha/);
  assert.equal(await row.getAttribute("aria-pressed"), "true");
  await eventually(() => hasColour(page, LINE), "a hatch");
  await page.screenshot({ path: join(SCREENSHOTS, "meaning-provisional.png") });
  await row.click();
  await page.waitForURL(/hide=[^&]*provisional/);
  await eventually(async () => !(await hasColour(page, LINE)), "no hatch");
});

/** Metadata of a map of the latest days, as that of a fire without a known end is. */
const withLatestDays = (page) =>
  page.route("**/meta/sample_sierra.json", async (route) => {
    const meta = await (await route.fetch()).json();
    await route.fulfill({ json: { ...meta, assessment: "rolling" } });
  });

test("in a result of the latest days, burnt ground that a single image shows is hatched, counted apart and can be hidden", async (t) => {
  // Each half of the region is under cloud in one of the two images since the fire.
  const tiles = ".highres canvas[data-state=drawn]";
  const { page } = await highres(t, `${NEAR}&region=sample_sierra`, { prepare: withLatestDays });
  await compute(page);
  await shows(page.getByTestId("highres-provisional"), /[1-9][\d,.]* ha/);
  const row = page.getByTestId("legend-provisional");
  await shows(row, /Seen once, not confirmed: [^]* ha/);
  await eventually(() => hasColour(page, LINE, tiles), "a hatch");
  await page.screenshot({ path: join(SCREENSHOTS, "meaning-provisional-result.png") });
  await row.click();
  await eventually(async () => !(await hasColour(page, LINE, tiles)), "no hatch");
});
