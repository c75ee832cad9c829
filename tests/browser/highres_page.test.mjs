// High resolution in the page, over the invented scenes: area, days, scenes, result, pictures, files, links.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { axe, idle, longTasks, moved, openPage, recordLongTasks, settled, shows } from "./map_page.mjs";
import { dragonfly, eventually, nginx, PHONE, rustac, SCREENSHOTS, testBed } from "./test_bed.mjs";

/** A fragment around the middle of the fire of sample_sierra, closely. */
const NEAR = "#map=13/39.88/-121.2";
const CLASSES = 7;

const bed = testBed({ servers: { server: dragonfly } });

async function open(t, { fragment = NEAR, url = bed.server.url, ...options } = {}) {
  const ready = (page) => page.getByTestId("highres-compute").waitFor();
  const { page } = await openPage(t, bed.chromium, `${url}/${fragment}`, { ready, reducedMotion: "reduce", ...options });
  return page;
}

/** Presses the button, confirms the size of the download, and waits for the result. */
async function compute(page) {
  await page.getByTestId("highres-compute").click();
  await finish(page);
}

async function finish(page) {
  const ends = ["highres-summary", "highres-go-on", "highres-fault"].map((id) => page.getByTestId(id));
  const end = ends[1].or(ends[0]).or(ends[2]).first();
  await end.waitFor({ timeout: 60_000 });
  if (await ends[1].isVisible()) await ends[1].click();
  await ends[0].or(ends[2]).first().waitFor({ timeout: 60_000 });
  assert.equal(await ends[2].count(), 0, "no fault");
  await page.waitForFunction((rows) => document.querySelectorAll("[data-testid=highres-hectares] td.area").length === rows &&
    [...document.querySelectorAll("[data-testid=highres-hectares] td.area")].every((cell) => cell.textContent), CLASSES);
}

const hectares = async (page) =>
  (await page.locator("[data-testid=highres-hectares] td.area").allTextContents()).map((text) => Number(text.replace(/[^\d.]/g, "")));

const part = (page) => new URLSearchParams(new URL(page.url()).hash.slice(1)).get("hr");

async function download(page, testid) {
  const [file] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.getByTestId(testid).click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

test("the view is computed with the days of its region, and painted in the legend's colours", async (t) => {
  const page = await open(t);
  const days = await Promise.all(["pre-start", "pre-end", "post-start", "post-end"].map((id) => page.getByTestId(`date-${id}`).inputValue()));
  assert.deepEqual(days, ["2025-06-01", "2025-07-05", "2025-08-20", "2025-09-20"]);
  await compute(page);
  const sums = await hectares(page);
  assert.ok(sums[6] > 100 && sums[2] > 100, String(sums));
  const colours = await page.evaluate(() => {
    const seen = new Set();
    for (const canvas of document.querySelectorAll(".leaflet-severity-pane .highres canvas[data-state=drawn]")) {
      const { data } = canvas.getContext("2d").getImageData(0, 0, 256, 256);
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) seen.add(`rgb(${data[at]}, ${data[at + 1]}, ${data[at + 2]})`);
    }
    return [...seen];
  });
  const legend = await page.evaluate(() => [...document.querySelectorAll("[data-testid=legend-entry] .swatch i")].map((swatch) => swatch.style.backgroundColor));
  assert.ok(colours.length > 3 && colours.every((colour) => legend.includes(colour)), `${colours} of ${legend}`);
  assert.equal(await page.locator(".leaflet-severity-pane > .leaflet-layer:not(.highres)").first().evaluate((layer) => getComputedStyle(layer).visibility), "hidden");
  await page.screenshot({ path: join(SCREENSHOTS, "highres-desktop.png") });
});

test("a hidden class is hidden in the result too, and a click reads the value at 20 m", async (t) => {
  const page = await open(t);
  await compute(page);
  const high = () => page.evaluate(() => {
    const swatch = document.querySelector("[data-testid=legend-entry][data-class=high] .swatch i").style.backgroundColor;
    let count = 0;
    for (const canvas of document.querySelectorAll(".highres canvas[data-state=drawn]")) {
      const { data } = canvas.getContext("2d").getImageData(0, 0, 256, 256);
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] && `rgb(${data[at]}, ${data[at + 1]}, ${data[at + 2]})` === swatch) count += 1;
    }
    return count;
  });
  assert.ok(await high() > 1000);
  await page.locator("[data-testid=legend-entry][data-class=high]").click();
  await eventually(async () => (await high()) === 0, "no cell of the hidden class");
  await page.mouse.click(900, 450);
  await page.getByTestId("highres-readout").filter({ hasText: /dNBR −?\d\.\d\d/ }).waitFor();
});

test("cancelling stops at once, and the request can be sent again", async (t) => {
  const page = await open(t);
  let release;
  const held = new Promise((done) => (release = done));
  await page.context().route(/\.tif$/, async (route) => { await held; await route.continue().catch(() => {}); });
  await page.getByTestId("highres-compute").click();
  const go = page.getByTestId("highres-go-on");
  await go.or(page.getByTestId("highres-progress")).first().waitFor();
  if (await go.isVisible()) await go.click();
  await page.getByTestId("highres-cancel").click();
  await page.getByTestId("highres-progress").waitFor({ state: "detached" });
  assert.ok(await page.getByTestId("highres-compute").isEnabled());
  release();
  await page.context().unroute(/\.tif$/);
  await compute(page);
});

test("only the box that is drawn is computed", async (t) => {
  const page = await open(t);
  await page.getByTestId("aoi-box").click();
  await page.mouse.click(700, 300);
  await page.mouse.click(1000, 550);
  await page.getByText("the outline on the map").waitFor();
  await compute(page);
  const small = (await hectares(page)).reduce((sum, one) => sum + one, 0);
  await page.getByTestId("highres-close").click();
  await page.getByText("Use the visible map").click();
  await compute(page);
  const whole = (await hectares(page)).reduce((sum, one) => sum + one, 0);
  const share = (300 * 250) / ((1440 - 360) * 900);
  assert.ok(Math.abs(small / whole - share) < 0.03, `${small} of ${whole}, drawn ${share}`);
});

test("the chosen region is taken as the area, and the visible map again", async (t) => {
  const page = await open(t, { fragment: `${NEAR}&region=sample_sierra` });
  const region = page.getByTestId("aoi-region");
  await shows(region, /northern California/);
  await region.click();
  await page.getByText("the outline on the map").waitFor();
  await page.getByRole("button", { name: "Use the visible map" }).click();
  await page.getByText("the part of the map in view").waitFor();
});

test("a polygon is drawn by keyboard alone", async (t) => {
  const page = await open(t);
  await page.getByTestId("aoi-draw").focus();
  await page.keyboard.press("Enter");
  for (const key of [null, "ArrowRight", "ArrowDown"]) {
    if (key) {
      const before = await page.getByTestId("coordinates").textContent();
      await moved(page, () => page.keyboard.press(key));
      await page.waitForFunction((before) => document.querySelector("[data-testid=coordinates]").textContent !== before, before);
    }
    await page.keyboard.press("Space");
  }
  await page.keyboard.press("Enter");
  await page.getByText("the outline on the map").waitFor();
  await page.locator("[data-testid=aoi-draw][aria-pressed=false]").waitFor();
});

test("a GeoJSON file gives the area; one without an area gives an error with its name", async (t) => {
  const page = await open(t);
  const ring = [[-121.22, 39.86], [-121.18, 39.86], [-121.18, 39.89], [-121.22, 39.86]];
  const file = join(bed.published.folder, "area.geojson");
  writeFileSync(file, JSON.stringify({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } }));
  await page.getByTestId("aoi-file").setInputFiles(file);
  await page.getByText("the outline on the map").waitFor();
  await compute(page);
  await page.waitForFunction(() => location.hash.includes("area"));
  assert.match(part(page), /area=-121\.22~39\.86_-121\.18~39\.86_-121\.18~39\.89(;|$)/);
  writeFileSync(file, "no area at all");
  await page.getByTestId("highres-close").click();
  await page.getByTestId("aoi-file").setInputFiles(file);
  const fault = page.getByTestId("highres-fault");
  await fault.waitFor();
  await shows(fault, /area\.geojson/);
});

const CORNERS = "-121.22 39.86,-121.18 39.86,-121.18 39.89,-121.22 39.86";

/** Writes a file of an area in UTM: `wkt` is in degrees, `options` are those of ogr2ogr. */
function writeArea(path, wkt, ...options) {
  const csv = join(bed.published.folder, "fire.csv");
  writeFileSync(csv, `name,WKT\nfire,"${wkt}"\n`);
  execFileSync("ogr2ogr", ["-q", "-s_srs", "EPSG:4326", "-t_srs", "EPSG:32610", path, csv, ...options]);
}

/** Computes the area and asserts that the address holds these corners. */
async function computes(page, corners) {
  await page.getByText("the outline on the map").waitFor();
  await compute(page);
  await page.waitForFunction(() => location.hash.includes("area"));
  const [, area] = part(page).match(/area=([^;]+)/);
  const read = area.split("_").map((corner) => corner.split("~").map(Number));
  const near = (corner, [lon, lat]) => Math.abs(corner[0] - lon) < 1e-5 && Math.abs(corner[1] - lat) < 1e-5;
  for (const corner of corners.split(",").map((corner) => corner.split(" ").map(Number))) {
    assert.ok(read.some((other) => near(corner, other)), `${corner} in ${area}`);
  }
}

test("a zipped shapefile in UTM that is dropped on the map gives the area", async (t) => {
  const page = await open(t);
  const zip = join(bed.published.folder, "fire.zip");
  writeArea(`${zip}.shz`, `POLYGON ((${CORNERS}))`, "-nlt", "POLYGON");
  renameSync(`${zip}.shz`, zip);
  const session = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await session.send("Input.dispatchDragEvent", { type, x: 900, y: 450, data: { items: [], files: [zip], dragOperationsMask: 1 } });
  }
  await computes(page, CORNERS);
});

test("a GeoPackage in UTM gives the area, with heights or without", async (t) => {
  const file = join(bed.published.folder, "fire.gpkg");
  for (const [wkt, type] of [[`POLYGON ((${CORNERS}))`, "POLYGON"], [`MULTIPOLYGON Z (((${CORNERS.replaceAll(",", " 7,")} 7)))`, "MULTIPOLYGON25D"]]) {
    writeArea(file, wkt, "-overwrite", "-f", "GPKG", "-nlt", type);
    const page = await open(t);
    await page.getByTestId("aoi-file").setInputFiles(file);
    await computes(page, CORNERS);
  }
});

test("a GeoPackage without one layer of polygons gives an error with its name, and none can keep the page busy", async (t) => {
  const page = await open(t);
  const file = join(bed.published.folder, "odd.gpkg");
  const fault = page.getByTestId("highres-fault");
  const refuses = async (words) => {
    await page.getByTestId("aoi-file").setInputFiles(file);
    await shows(fault, words);
  };
  writeArea(file, "POINT (-121.2 39.9)", "-f", "GPKG");
  await refuses(/odd\.gpkg holds no polygon; export the area as polygons/);
  for (const layer of ["north", "south"]) writeArea(file, `POLYGON ((${CORNERS}))`, "-update", "-f", "GPKG", "-nlt", "POLYGON", "-nln", layer);
  await refuses(/odd\.gpkg holds 2 layers of polygons \(north, south\)/);
  const edit = "import sqlite3, sys; base = sqlite3.connect(sys.argv[1]); base.executescript(sys.argv[2]); base.commit()";
  writeArea(file, `POLYGON ((${CORNERS}))`, "-update", "-f", "GPKG", "-nlt", "POLYGON", "-nln", "placed");
  const change = (sql) => execFileSync("/usr/bin/python3", ["-c", edit, file, sql]);
  // Metres of a system that nothing describes, and of another than the layer's, are not taken for a place.
  change("UPDATE gpkg_spatial_ref_sys SET definition = 'undefined' WHERE srs_id = 32610; DROP TABLE north; DROP TABLE south; DELETE FROM gpkg_geometry_columns WHERE table_name <> 'placed';");
  await refuses(/area\.prj in odd\.gpkg is not a description of a coordinate system[^]*EPSG:4326/);
  change("UPDATE gpkg_geometry_columns SET srs_id = 4326;");
  await refuses(/odd\.gpkg holds geometries of several coordinate systems/);
  const ENDLESS = `DROP TABLE placed;
    CREATE VIEW placed AS WITH RECURSIVE n(geom) AS (SELECT 1 UNION ALL SELECT geom + 1 FROM n) SELECT geom FROM n;`;
  change(ENDLESS);
  await refuses(/odd\.gpkg holds no polygon/);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(7, 4096));
  await refuses(/odd\.gpkg is (not a sound GeoPackage|a database without layers)/);
});

test("an area too large for 15 m is offered in coarser cells, and the size of the download is as offered", async (t) => {
  const area = "-121.6~39.6_-120.8~39.6_-120.8~40.2_-121.6~40.2";
  const plan = `pre=2025-06-01~2025-07-05;post=2025-08-20~2025-09-20;zoom=13;area=${area}`;
  const page = await open(t, { fragment: `${NEAR}&hr=${encodeURIComponent(plan)}` });
  await shows(page.getByTestId("highres-too-large"), /^Too large for 15 m/);
  assert.equal(await page.getByTestId("highres-go-on").count(), 0);
  const coarser = page.getByTestId("highres-coarser");
  await shows(coarser, /^Compute at 29 m \([\d.]+ MB\)$/);
  const megabytes = async (line, pattern) => Number((await line.innerText()).match(pattern)[1]);
  const offered = await megabytes(coarser, /\(([\d.]+) MB\)/);
  await coarser.click();
  const summary = page.getByTestId("highres-summary").getByText(/^Cells of 29 m/);
  await summary.waitFor({ timeout: 60_000 });
  const downloaded = await megabytes(summary, /([\d.]+) MB downloaded/);
  assert.ok(Math.abs(offered - downloaded) <= 0.3 * downloaded, `${offered} MB offered, ${downloaded} MB downloaded`);
  t.diagnostic(`${offered} MB offered, ${downloaded} MB downloaded`);
});

/** Chooses a file with an area. */
async function choose(page, geometry) {
  const file = join(bed.published.folder, "area.geojson");
  writeFileSync(file, JSON.stringify(geometry));
  await page.getByTestId("aoi-file").setInputFiles(file);
  await page.getByText("the outline on the map").waitFor();
}

const square = ([west, south, east, north]) => [[[west, south], [east, south], [east, north], [west, north], [west, south]]];

test("the offset is of the unburned ground around an outline marked as the fire's perimeter", async (t) => {
  const page = await open(t);
  const fire = square([-121.22, 39.86, -121.18, 39.89]);
  await choose(page, { type: "Polygon", coordinates: fire });
  await page.getByTestId("aoi-is-perimeter").check();
  await compute(page);
  await shows(page.getByTestId("highres-offset"), /mean .* cells of unburned ground/);
  await page.waitForFunction(() => location.hash.includes("fire"));
  const [, west] = /area=(-[\d.]+)~/.exec(part(page));
  assert.ok(Number(west) < -121.24 && part(page).includes("fire=-121.22~39.86_"), part(page));
  // A tint would change the colours of the result.
  const fills = await page.locator("path.outline").evaluateAll((paths) => paths.map((path) => getComputedStyle(path).fill));
  assert.deepEqual(fills, ["none", "none"]);
  await page.screenshot({ path: join(SCREENSHOTS, "highres-perimeter.png") });
  // The same from its link, with the perimeter.
  const offset = await page.getByTestId("highres-offset").textContent();
  const other = await open(t, { fragment: new URL(page.url()).hash });
  await finish(other);
  assert.equal(await other.getByTestId("highres-offset").textContent(), offset);
  assert.ok(await other.getByTestId("aoi-is-perimeter").isChecked());
});

test("of an area across the antimeridian the larger side is computed, with a note", async (t) => {
  const page = await open(t);
  const searched = [];
  page.context().on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/search")) searched.push(request.postDataJSON().bbox);
  });
  const search = async (page) => {
    searched.length = 0;
    await page.getByTestId("highres-compute").click();
    await page.getByText("its larger side is computed").waitFor();
    await page.getByTestId("highres-found").or(page.getByTestId("highres-fault")).first().waitFor({ timeout: 60_000 });
  };
  // Cut as in RFC 7946, and uncut as many programs write it.
  const cut = { type: "MultiPolygon", coordinates: [square([179.85, -16.6, 180, -16.4]), square([-180, -16.6, -179.95, -16.4])] };
  const uncut = { type: "Polygon", coordinates: square([179.85, -16.6, -179.95, -16.4]) };
  for (const geometry of [cut, uncut]) {
    await choose(page, geometry);
    await search(page);
    assert.ok(searched.length > 0 && searched.every((bbox) => bbox.join() === "179.85,-16.6,180,-16.4"), JSON.stringify(searched));
    await page.screenshot({ path: join(SCREENSHOTS, "highres-antimeridian.png") });
    await page.getByText("Use the visible map").click();
  }
  // The view, of which most lies in the west.
  await page.goto(`${bed.server.url}/#map=13/-16.5/-179.97`);
  await page.reload();
  await page.getByTestId("highres-compute").waitFor();
  await search(page);
  assert.ok(searched.length > 0 && searched.every(([west, , east]) => west === -180 && east < -179.8), JSON.stringify(searched));
});

test("an area beyond the end of the map gives a message before any request", async (t) => {
  const page = await open(t);
  await choose(page, { type: "Polygon", coordinates: square([20, 85.5, 21, 86]) });
  await page.getByText("The map ends at 85°").waitFor();
  assert.ok(await page.getByTestId("highres-compute").isDisabled());
  const german = await open(t, { locale: "de-DE" });
  const file = join(bed.published.folder, "area.geojson");
  await german.getByTestId("aoi-file").setInputFiles(file);
  await german.getByText("Die Karte endet bei 85°").waitFor();
});

test("the link opens the same result", async (t) => {
  const page = await open(t);
  await compute(page);
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes("scenes=S2"));
  const [sums, url] = [await hectares(page), page.url()];
  const other = await open(t, { fragment: new URL(url).hash });
  await finish(other);
  assert.deepEqual(await hectares(other), sums);
});

test("days without a scene offer the nearest, and invalid days give a message before any request", async (t) => {
  const page = await open(t);
  await page.getByTestId("date-post-start").fill("2025-07-20");
  await page.getByTestId("date-post-end").fill("2025-07-22");
  await page.mouse.click(900, 450);
  await page.getByTestId("palette-select").selectOption("customary");
  assert.equal(await page.getByTestId("date-post-end").inputValue(), "2025-07-22", "the days that were entered stay");
  await page.getByTestId("highres-compute").click();
  await page.getByTestId("highres-found").getByText("No image in these days").waitFor();
  await page.getByTestId("highres-nearest").first().click();
  await finish(page);
  await page.getByTestId("date-post-end").fill("2020-01-01");
  await page.getByText("Start date is after end date.").waitFor();
  assert.ok(await page.getByTestId("highres-compute").isDisabled());
});

test("index, classes, own thresholds and the offset change what is shown and counted", async (t) => {
  const page = await open(t);
  await compute(page);
  const usgs = await hectares(page);
  await page.getByTestId("highres-classes").selectOption("mtbs-like");
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=highres-hectares] td.area").length === 5);
  await page.getByTestId("index-select").selectOption("rdnbr");
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=highres-hectares] td.area").length === 4);
  assert.match(part(page) ?? "", /post=/);
  await page.getByTestId("index-select").selectOption("rbr");
  await page.getByTestId("highres-hectares").getByText("continuous colours").waitFor();
  await page.getByTestId("index-select").selectOption("dnbr");
  await page.locator(".highres .breaks summary").click();
  await page.locator(".highres .breaks input").nth(5).fill("0.9");
  await page.locator(".highres .breaks input").nth(5).blur();
  await page.waitForFunction((before) => {
    const last = [...document.querySelectorAll("[data-testid=highres-hectares] td.area")].at(-1)?.textContent;
    return last && Number(last.replace(/[^\d.]/g, "")) < before * 0.8;
  }, usgs[6]);
  await page.getByTestId("highres-take-offset").check();
  await page.getByTestId("highres-offset").filter({ hasText: /mean .*standard deviation .*cells/ }).waitFor({ timeout: 60_000 });
});

test("the images before and after are shown under a divider that the keyboard moves", async (t) => {
  const page = await open(t);
  await compute(page);
  const sizes_mb = (await page.getByTestId("highres-show").locator("option").allTextContents()).map((text) => text.match(/about ([\d.]+) MB more/)?.[1]);
  assert.ok(sizes_mb[0] === undefined && Number(sizes_mb[1]) > Number(sizes_mb[2]) && Number(sizes_mb[2]) > 0, String(sizes_mb));
  let bytes = 0;
  page.context().on("response", (response) => {
    if (response.status() === 206) bytes += Number(response.headers()["content-length"]);
  });
  await page.getByTestId("highres-show").selectOption("false");
  await page.getByTestId("swipe").waitFor({ timeout: 60_000 });
  await page.waitForFunction(() => document.querySelectorAll(".leaflet-highres-before-pane canvas[data-state=drawn]").length > 3);
  const divider = page.getByTestId("swipe");
  await divider.focus();
  const clip = () => page.evaluate(() => document.querySelector(".leaflet-highres-before-pane").style.clipPath);
  const before = await clip();
  await page.keyboard.press("ArrowRight");
  assert.equal(await divider.getAttribute("aria-valuenow"), "52");
  assert.notEqual(await clip(), before);
  await shows(page.getByTestId("picture-before"), /^Before: .*2025$/);
  assert.ok(Math.abs(sizes_mb[2] - bytes / 1e6) <= (0.3 * bytes) / 1e6, `${sizes_mb[2]} MB offered, ${bytes / 1e6} MB came`);
  await shows(page.getByTestId("picture-after"), /^After: .*2025$/);
  await page.screenshot({ path: join(SCREENSHOTS, "highres-pictures.png") });
  // Severity may lie over them, also by the address.
  const severity = () => page.evaluate(() => getComputedStyle(document.querySelector(".leaflet-severity-pane .highres")).display);
  assert.equal(await severity(), "none");
  await page.getByTestId("highres-over").check();
  await page.waitForURL(/over%3D1/);
  assert.equal(await severity(), "block");
  await page.screenshot({ path: join(SCREENSHOTS, "highres-severity-over.png") });
});

test("pictures that the images lack cannot be chosen, and a link to them shows severity and why", async (t) => {
  const page = await open(t);
  await page.context().route(/\/stac\/.*search|items/, async (route) => {
    const found = await (await route.fetch()).json();
    for (const { assets } of found.features ?? []) delete assets.blue;
    await route.fulfill({ json: found });
  });
  await compute(page);
  const lacking = page.getByTestId("highres-show").locator("option[value=true]");
  assert.ok(await lacking.evaluate((option) => option.disabled));
  await shows(lacking, /not in these images/);
  await page.evaluate((hash) => { location.hash = hash; }, `${new URL(page.url()).hash}%3Bpicture%3Dtrue`);
  await page.getByTestId("highres").filter({ hasText: /true colour: not in these images\./ }).waitFor({ timeout: 60_000 });
  await finish(page);
  assert.equal(await page.getByTestId("highres-show").inputValue(), "severity");
  assert.equal(await page.getByTestId("swipe").count(), 0);
});

test("every file can be downloaded and names its scenes", async (t) => {
  const page = await open(t, { acceptDownloads: true });
  await compute(page);
  const tiff = (bytes) => bytes.subarray(0, 2).toString() === "II" && bytes.includes("S2A_10TFK_20250826_0_L2A");
  for (const testid of ["geotiff", "geotiff-utm", "classes"]) {
    const file = await download(page, `highres-download-${testid}`);
    assert.ok(file.name.endsWith(".tif") && tiff(file.bytes), `${testid}: ${file.name}`);
  }
  for (const testid of ["geojson", "perimeter"]) {
    const { name, bytes } = await download(page, `highres-download-${testid}`);
    const { features } = JSON.parse(bytes.toString());
    assert.ok(name.endsWith(".geojson") && features.length > 0 && features.every(({ geometry }) => /Polygon$/.test(geometry.type)), name);
  }
  const csv = await download(page, "highres-download-csv");
  const sums = await hectares(page);
  assert.ok(csv.name.endsWith(".csv") && csv.bytes.includes("S2A_10TFK_20250826_0_L2A"), csv.name);
  assert.ok(csv.bytes.toString().split("\n").length > sums.length);
  const png = await download(page, "highres-download-png");
  assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
});

test("a cached result is available offline, until the cache is cleared", async (t) => {
  const page = await open(t, { acceptDownloads: true });
  await compute(page);
  const sums = await hectares(page);
  await page.waitForFunction(async () => {
    const entries = await (await caches.open("dragonfly-blocks")).keys();
    return entries.some(({ url }) => url.includes("/results?"));
  });
  await page.context().setOffline(true);
  assert.match((await download(page, "highres-download-geotiff-utm")).name, /_utm\.tif$/);
  await page.getByTestId("highres-follow").focus();
  await page.locator(".highres .scenes summary").click();
  await page.getByText("Compute with these images").click();
  await finish(page);
  assert.deepEqual(await hectares(page), sums);
  await page.getByTestId("highres-summary").getByText(/computed before and saved on this device, [\d.]+ MB/).waitFor();
  await page.getByTestId("highres-clear-cache").click();
  await page.getByText("Nothing is kept on this device any more.").waitFor();
});

test("rustac as catalogue and nginx as server of the page give the same result, if the policy names the other hosts", async (t) => {
  const own = await open(t);
  await compute(own);
  const expected = await hectares(own);
  const api = await rustac({ folder: remoteFolder() });
  t.after(() => api.stop());
  const config = { ...JSON.parse(readFileSync(join(bed.published.root, "meta/client.json"), "utf8")), stac_url: api.url };
  for (const sources of [[], [api.url, bed.server.url]]) {
    const site = await nginx(bed.published, sources);
    t.after(() => site.stop());
    const prepare = (page) => page.route("**/meta/client.json", (route) => route.fulfill({ json: config }));
    const page = await open(t, { url: site.url, prepare });
    if (sources.length > 0) {
      await compute(page);
      assert.deepEqual(await hectares(page), expected);
    } else {
      await page.getByTestId("highres-compute").click();
      const fault = page.getByTestId("highres-fault");
      await fault.waitFor({ timeout: 60_000 });
      await shows(fault, /CORS/);
    }
  }
});

/** A catalogue whose files are those of the server. */
function remoteFolder() {
  const folder = mkdtempSync(join(bed.published.folder, "remote-"));
  const items = JSON.parse(readFileSync(join(bed.published.folder, "items.json"), "utf8"));
  for (const item of items.features) {
    for (const [key, asset] of Object.entries(item.assets)) {
      asset.href = `${bed.server.url}/stac/assets/${item.id}/${key}/${asset.href.split("/").at(-1)}`;
    }
  }
  writeFileSync(join(folder, "items.json"), JSON.stringify(items));
  return folder;
}

test("no task of the page takes more than 100 ms while the worker computes", async (t) => {
  const page = await open(t);
  // Other processes may delay a task once; a long task of the page itself is long in every run.
  const runs = [];
  for (let run = 0; run < 3 && !runs.some((long) => long.length === 0); run += 1) {
    await settled(page);
    await idle(page);
    await recordLongTasks(page);
    await compute(page);
    runs.push((await longTasks(page)).filter((duration) => duration > 100));
  }
  assert.ok(runs.some((long) => long.length === 0), JSON.stringify(runs));
});

test("it works on a phone and in German, and axe finds no violation", async (t) => {
  const page = await open(t, { viewport: PHONE, locale: "de-DE" });
  await page.getByText("Bilder suchen").waitFor();
  await compute(page);
  await page.getByTestId("highres-summary").scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(SCREENSHOTS, "highres-phone.png") });
  await axe(page, "high resolution on a phone");
});
