// What people pass on and put beside the map: pictures for publication, the site's further layers, earlier maps.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";
import { axe, chooseTool, openPage, pixelsOf, settled, shows } from "./map_page.mjs";
import { DRAGONFLY, dragonfly, eventually, nginx, PHONE, publishSample, SCREENSHOTS, testBed } from "./test_bed.mjs";

const REGION = "sample_sierra";
const NEAR = "#map=11/39.9/-121.2";
const SHAPES = {
  type: "FeatureCollection",
  features: [
    { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[[-121.3, 39.85], [-121.1, 39.85], [-121.1, 39.95], [-121.3, 39.85]]] } },
    { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [[-121.3, 39.8], [-121.1, 39.82]] } },
    { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [-121.2, 39.98] } },
  ],
};
const ONE_PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");
/** Severity high in the default colours. */
const HIGH = [92, 10, 42];
const LAYER_COLOUR = [16, 128, 224];

/** The server of further layers: another site, of which one file is closed to others. */
const requested = [];
const layers = createServer((request, response) => {
  requested.push(request.url);
  const { pathname } = new URL(request.url, "http://layers");
  const isShapes = pathname.endsWith(".geojson");
  if (pathname !== "/closed.geojson") response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Content-Type", isShapes ? "application/geo+json" : "image/png");
  response.end(isShapes ? JSON.stringify(SHAPES) : ONE_PIXEL);
}).listen(0, "127.0.0.1");
await once(layers, "listening");
const LAYERS = `http://127.0.0.1:${layers.address().port}`;
after(() => (layers.closeAllConnections(), layers.close()));

const SETTINGS = `
[[overlays]]
title = "Official perimeters"
kind = "geojson"
url = "${LAYERS}/perimeters.geojson"
attribution = "Perimeters: <b>the county</b>"
shown = true
colour = "#1080e0"

[[overlays]]
title = "Evacuation zones"
kind = "xyz"
url = "${LAYERS}/zones/{z}/{x}/{y}.png"
attribution = "Zones: the sheriff"

[[overlays]]
title = "Smoke"
kind = "wms"
url = "${LAYERS}/wms?map=smoke"
layers = "smoke,haze"
attribution = "Smoke: a service"

[[overlays]]
title = "Closed"
kind = "geojson"
url = "${LAYERS}/closed.geojson"
attribution = "nobody"
`;

/** The sample's maps with further layers, and an earlier map of a region that shows more burnt ground and older images. */
function publish() {
  const published = publishSample();
  const file = join(published.folder, "dragonfly.toml");
  appendFileSync(file, SETTINGS);
  execFileSync(DRAGONFLY, ["--quiet", "--config", file, "update", REGION]);
  const meta = JSON.parse(readFileSync(join(published.root, `meta/${REGION}.json`), "utf8"));
  const [{ run_id }] = meta.earlier_runs;
  const post_window = { first: "2025-08-02", last: "2025-08-11" };
  const change = (path, edit) => {
    const value = JSON.parse(readFileSync(join(published.root, path), "utf8"));
    edit(value);
    writeFileSync(join(published.root, path), JSON.stringify(value));
  };
  change(`meta/${REGION}.json`, (newest) => (newest.earlier_runs[0].post_window = post_window));
  change(`raster/${REGION}/${run_id}.json`, (earlier) => Object.assign(earlier, { post_window, hectares: { ...earlier.hectares, high: 123_456 } }));
  return { ...published, earlier: run_id, newest: meta.run_id };
}

const bed = testBed({ publish, servers: { server: dragonfly, nginx: (published) => nginx(published) } });

const open = (t, fragment = NEAR, options = {}) => openPage(t, bed.chromium, `${bed.server.url}/${fragment}`, { reducedMotion: "reduce", ...options });

/** Saves a picture of the menu, and returns its size and the boxes around the pixels of colours. */
async function saved(page, choice, name, colours) {
  await chooseTool(page, "save-image");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId(`picture-${choice}`).click()]);
  assert.match(download.suggestedFilename(), new RegExp(`^dragonfly-\\d{4}-\\d\\d-\\d\\d-${choice}\\.png$`));
  const path = join(SCREENSHOTS, `publication-${name}.png`);
  await download.saveAs(path);
  const pixels = await pixelsOf(page, readFileSync(path));
  return pixels.evaluate(({ width, height, data }, colours) => {
    const boxes = colours.map((colour) => {
      const at = [];
      for (let pixel = 0; pixel < data.length; pixel += 4)
        if (colour.every((part, index) => data[pixel + index] === part)) at.push(pixel / 4);
      const [columns, rows] = [at.map((one) => one % width), at.map((one) => Math.floor(one / width))];
      const most = (list) => list.reduce((one, other) => Math.max(one, other), -1);
      const least = (list) => list.reduce((one, other) => Math.min(one, other), Infinity);
      return { count: at.length, left: least(columns), right: most(columns), top: least(rows), bottom: most(rows) };
    });
    return { width, height, boxes };
  }, colours);
}

test("a picture for publication has the map and its legend in each shape", async (t) => {
  const { page, problems } = await open(t, `${NEAR}&region=${REGION}`);
  const sizes = { wide: [1600, 900], square: [1080, 1080], a4: [1240, 1754] };
  for (const [choice, size] of Object.entries(sizes)) {
    const { width, height, boxes: [high, layer] } = await saved(page, choice, choice, [HIGH, LAYER_COLOUR]);
    assert.deepEqual([width, height], size);
    assert.ok(high.count > 1000 && high.top > height * 0.08, JSON.stringify(high));
    // The map on the left or above, the legend beside or below it.
    const reach = choice === "wide" ? high.right / width : high.bottom / height;
    assert.ok(reach > 0.7, `${choice}: the legend has the class: ${JSON.stringify(high)}`);
    assert.ok(layer.count > 100, `${choice}: further layers are in the picture`);
  }
  await page.getByTestId("said").filter({ hasText: "was saved." }).waitFor();
  assert.deepEqual(problems, []);
});

test("a picture for publication is in the reader's language, and as well made on a phone and in the dark", async (t) => {
  for (const [locale, choice, options] of [
    ["de-DE", "wide", {}], ["el-GR", "square", { colorScheme: "dark" }], ["fr-FR", "a4", { viewport: PHONE, colorScheme: "dark" }],
  ]) {
    const { page } = await open(t, `${NEAR}&region=${REGION}`, { locale, ...options });
    const { boxes: [high] } = await saved(page, choice, `${locale}-${choice}`, [HIGH]);
    assert.ok(high.count > 100 || options.colorScheme === "dark", `${locale} ${JSON.stringify(high)}`);
  }
});

test("the menu of pictures is used by keyboard, closes by Escape and passes axe", async (t) => {
  const { page } = await open(t);
  const button = page.getByTestId("save-image");
  await button.focus();
  await page.keyboard.press("Enter");
  const menu = page.getByTestId("picture-menu");
  await menu.waitFor();
  await axe(page, "menu of pictures");
  await page.screenshot({ path: join(SCREENSHOTS, "share-menu.png") });
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), "save-image");
  await page.keyboard.press("Enter");
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.match(download.suggestedFilename(), /^dragonfly-\d{4}-\d\d-\d\d\.png$/);
});

test("layers of the site are shown, switched and credited, and one that cannot be loaded is named", async (t) => {
  const { page } = await open(t);
  const drawn = page.locator("path.overlay");
  await drawn.nth(2).waitFor({ state: "attached" });
  assert.deepEqual(await drawn.evaluateAll((all) => all.map((one) => one.getAttribute("stroke"))), Array(3).fill("#1080e0"));
  const credit = page.getByTestId("overlay-credit");
  await shows(credit, /^Perimeters: <b>the county<\/b>$/);
  const [perimeters, zones, smoke, closed] = await page.getByTestId("overlay").all();
  assert.equal(await perimeters.isChecked(), true);
  await axe(page, "layers");
  await page.screenshot({ path: join(SCREENSHOTS, "share-layers.png") });
  await perimeters.uncheck();
  await page.waitForFunction(() => !document.querySelector("path.overlay"));
  await zones.check();
  await page.locator(".leaflet-overlays-pane img.leaflet-tile-loaded").first().waitFor();
  assert.ok(requested.some((url) => /^\/zones\/11\/\d+\/\d+\.png$/.test(url)));
  await zones.uncheck();
  await smoke.check();
  await eventually(() => requested.some((url) => /^\/wms\?map=smoke&service=WMS&.*layers=smoke,haze&.*bbox=-13[\d.]+,4[\d.]+,-13/.test(url)), "a request of a WMS");
  await shows(credit, /^Smoke: a service$/);
  await closed.check();
  await page.getByTestId("notice").filter({ hasText: "The layer “Closed” could not be loaded." }).waitFor();
  await page.getByTestId("language").selectOption("de");
  await page.getByTestId("overlays").filter({ hasText: "Weitere Ebenen" }).waitFor();
  await shows(credit, /^Smoke: a service · nobody$/);
});

test("a link shows the layers that its sender saw, and another address in the page those of that one", async (t) => {
  const { page } = await open(t);
  const checked = () => page.getByTestId("overlay").evaluateAll((all) => all.map((one) => one.checked));
  await page.getByTestId("overlay").nth(1).check();
  await page.waitForURL(/layers=Official%20perimeters%0AEvacuation%20zones/);
  await page.getByTestId("overlay").nth(0).uncheck();
  await page.waitForURL(/layers=Evacuation%20zones(&|$)/);
  const { page: other } = await open(t, new URL(page.url()).hash);
  await other.getByTestId("overlay").nth(1).and(other.locator(":checked")).waitFor();
  await other.locator(".leaflet-overlays-pane img.leaflet-tile-loaded").first().waitFor();
  assert.equal(await other.getByTestId("overlay").nth(0).isChecked(), false);
  await page.evaluate(() => (location.hash = location.hash.replace(/&?layers=[^&]*/, "")));
  await eventually(async () => (await checked()).join() === "true,false,false,false", "the site's choice");
  await page.locator("path.overlay").nth(2).waitFor({ state: "attached" });
});

test("an earlier map is chosen by its days, stated as such, linked, and left again", async (t) => {
  const { page, problems } = await open(t, `${NEAR}&region=${REGION}`);
  await page.locator(`[data-testid="region-info"]`).first().waitFor();
  await page.mouse.click(900, 450);
  const panel = page.getByTestId("region-panel");
  await panel.getByTestId("earlier-runs").locator("summary").click();
  const earlier = panel.getByTestId("earlier-run");
  await shows(earlier, /2–11 Aug 2025/);
  await earlier.click();
  const note = panel.getByTestId("earlier-map");
  await shows(note, /This is an earlier map, of images until 11 Aug 2025\./);
  await shows(page.getByTestId("legend"), /123,456 ha/);
  const run = bed.published.earlier;
  await page.waitForFunction((run) => location.hash.includes(`run=${run}`), run);
  await settled(page);
  await axe(page, "earlier map");
  await page.screenshot({ path: join(SCREENSHOTS, "share-earlier.png") });

  const { page: linked, problems: linkedProblems } = await open(t, new URL(page.url()).hash);
  await shows(linked.getByTestId("earlier-map"), /11 Aug 2025/);
  await shows(linked.getByTestId("legend"), /123,456 ha/);
  assert.deepEqual(linkedProblems, []);

  await note.getByRole("button", { name: "Show the newest map" }).click();
  await note.waitFor({ state: "detached" });
  await page.waitForFunction(() => !location.hash.includes("run="));
  await page.waitForFunction(() => !/123,456/.test(document.querySelector("[data-testid=legend]").textContent));
  assert.deepEqual(problems, []);
});

test("a link to an earlier map whose files are gone shows the newest, with a notice", async (t) => {
  const { page } = await open(t, `${NEAR}&region=${REGION}&run=20200101T000000Z0000`);
  await page.getByTestId("notice").filter({ hasText: "could not be loaded" }).waitFor();
  await page.waitForFunction(() => !location.hash.includes("run="));
  await shows(page.getByTestId("legend"), /\d ha/);
});

test("the metadata of an earlier run is served by both servers, and nothing else beside it", async () => {
  for (const { url } of [bed.server, bed.nginx]) {
    const status = async (path) => (await fetch(`${url}${path}`)).status;
    const response = await fetch(`${url}/raster/${REGION}/${bed.published.earlier}.json`);
    assert.equal((await response.json()).run_id, bed.published.earlier);
    assert.equal(await status(`/raster/${REGION}/../../work/lock.json`), 404);
  }
});

test("a page is printed on one sheet with the map, the legend and the sources", async (t) => {
  const { page } = await open(t, `${NEAR}&region=${REGION}`);
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true, path: join(SCREENSHOTS, "share-print.pdf") });
  assert.equal(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length, 1);
  await page.emulateMedia({ media: "print" });
  await page.screenshot({ path: join(SCREENSHOTS, "share-print.png") });
  for (const shown of ["legend", "caveat", "map"]) assert.ok(await page.getByTestId(shown).isVisible(), shown);
  for (const hidden of ["save-image", "place-search", "language"]) assert.equal(await page.getByTestId(hidden).isVisible(), false, hidden);
});
