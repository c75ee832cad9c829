// The ground below the maps, in Chromium over `dragonfly serve`: backgrounds of other servers, which here is one on
// this machine, and the page's own coasts.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { extract, tileAt } from "./ground_file.mjs";
import { axe, openPage, pixelsOf, saveView, settled } from "./map_page.mjs";
import { DESKTOP, DIST, dragonfly, eventually, freePort, PHONE, publishSample, SCREENSHOTS, testBed } from "./test_bed.mjs";
import { isOf, NAMES, ROADS, tileServer } from "./tile_server.mjs";

/** Fire of the sample, which is inland. */
const SIERRA = "#map=9/39.9/-120.7&region=sample_sierra";
/** Of a first visit without its tiles, bytes as sent with gzip; brotli, which needs https, sends a fifth less. */
const MAX_FIRST_VISIT_BYTES = 355_000;
/** Tiles of a background that it requests. */
const MAX_FIRST_VISIT_TILES = 30;

const bed = testBed({ servers: { tiles: tileServer, server: dragonfly } });

/** Publishes these basemaps, each below a path of the tile server unless it has a `url`, and settings of the page. */
function setBasemaps(basemaps, page) {
  const file = join(bed.published.root, "meta/client.json");
  const { page: _, ...config } = JSON.parse(readFileSync(file, "utf8"));
  const template = (path) => `${bed.tiles.url}${path}/{z}/{x}/{y}.png`;
  config.basemaps = basemaps.map(({ path, labels, ...basemap }) => ({
    attribution: `© makers of ${basemap.title}`, link: "https://credit.example/", max_zoom: 17,
    ...(path && { url: template(path) }), ...(labels && { labels: template(labels) }), ...basemap,
  }));
  writeFileSync(file, JSON.stringify({ ...config, ...(page && { page }) }));
  bed.tiles.requests.length = 0;
}

async function open(t, fragment = SIERRA, options = {}) {
  return openPage(t, bed.chromium, `${bed.server.url}/${fragment}`, options);
}

/** Waits until every tile of the background in view is shown. */
async function covered(page) {
  await settled(page);
  await page.waitForFunction(() => {
    const tiles = [...document.querySelectorAll(".leaflet-tile-pane img")];
    return tiles.length > 0 && tiles.every((tile) => tile.classList.contains("leaflet-tile-loaded"));
  });
}

const opacity = (page) => page.locator(".leaflet-severity-pane").evaluate((pane) => getComputedStyle(pane).opacity);
const named = (page) => page.locator(".place-name span").first().waitFor();

/** Saves a picture; returns its pixels, as [red, green, blue], at some places, and the status message. */
async function saved(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), saveView(page)]);
  const path = join(SCREENSHOTS, `${name}.png`);
  await download.saveAs(path);
  const image = await pixelsOf(page, readFileSync(path));
  const pixels = await image.evaluate(({ width, data }) =>
    Array.from({ length: (width * 500) / 97 }, (_, it) => [...data.slice(it * 388, it * 388 + 3)]));
  return { pixels, message: await page.getByTestId("said").filter({ hasText: /saved/i }).innerText() };
}

test("the first background is shown at the start, below severity at 70 % and with its credit on the map", async (t) => {
  setBasemaps([{ title: "Relief", path: "/roads" }, { title: "Streets", path: "/closed" }]);
  const fetched = [];
  const watch = (page) => page.on("request", (request) => fetched.push(request.url()));
  const { page, problems } = await open(t, SIERRA, { prepare: watch });
  await covered(page);
  assert.equal(await opacity(page), "0.7");
  assert.equal(await page.getByTestId("basemap-select").inputValue(), "Relief");
  const credit = page.getByTestId("basemap-credit");
  assert.equal(await credit.innerText(), "© makers of Relief");
  assert.equal(await credit.getAttribute("href"), "https://credit.example/");
  assert.ok(await credit.evaluate((one) => {
    const { left, top, width, height } = one.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2) === one;
  }), "nothing lies on the credit");
  // It has names of its own, so those of towns are not even fetched.
  assert.equal(await page.locator(".place-name").count(), 0);
  assert.ok(!fetched.some((name) => /towns\.json|extract/.test(name)), fetched.join("\n"));
  // No tile of the start of the map, before it was known where it goes.
  assert.ok(bed.tiles.requests.every((path) => path.startsWith("/roads/9/")), bed.tiles.requests.join("\n"));
  assert.ok(!/basemap|opacity/.test(page.url()), "an untouched page has a short address");
  const { pixels, message } = await saved(page, "ground-saved");
  assert.ok(pixels.some((pixel) => isOf(ROADS, pixel)), "the saved picture holds the background");
  assert.doesNotMatch(message, /without/);
  await axe(page, "with a background");

  await page.getByTestId("basemap-select").selectOption("");
  await page.waitForFunction(() => /basemap=(&|$)/.test(location.hash));
  assert.equal(await opacity(page), "1");
  assert.equal(await page.locator(".leaflet-tile-pane img").count(), 0);
  await named(page);
  await page.reload();
  await settled(page);
  await named(page);
  assert.equal(await page.getByTestId("basemap-select").inputValue(), "");
  assert.deepEqual(problems, []);
});

test("one key of the settings leaves the start without a background", async (t) => {
  setBasemaps([{ title: "Relief", path: "/roads" }], { basemap: "" });
  const { page, problems } = await open(t);
  await named(page);
  assert.deepEqual(bed.tiles.requests, []);
  assert.equal(await page.getByTestId("basemap-credit").count(), 0);
  await page.getByTestId("basemap-select").selectOption("Relief");
  await covered(page);
  assert.deepEqual(problems, []);
});

test("names of a background lie above severity", async (t) => {
  setBasemaps([{ title: "Relief", path: "/roads", labels: "/names" }]);
  const { page, problems } = await open(t);
  await covered(page);
  await page.locator(".leaflet-labels-pane img.leaflet-tile-loaded").first().waitFor();
  const layers = await page.evaluate(() =>
    ["tile", "severity", "labels"].map((pane) => Number(getComputedStyle(document.querySelector(`.leaflet-${pane}-pane`)).zIndex)));
  assert.deepEqual(layers, layers.toSorted((one, other) => one - other));
  const { pixels } = await saved(page, "ground-names-saved");
  assert.ok(pixels.some((pixel) => isOf(NAMES, pixel)), "the saved picture holds the names");
  assert.deepEqual(problems, []);
});

test("a background whose server allows no copies is shown all the same", async (t) => {
  setBasemaps([{ title: "Streets", path: "/closed" }]);
  const { page } = await open(t);
  await covered(page);
  assert.equal(await page.getByTestId("notice").count(), 0);
  const { pixels, message } = await saved(page, "ground-closed-saved");
  assert.ok(!pixels.some((pixel) => isOf(ROADS, pixel)));
  assert.match(message, /without/);
});

test("without the server of the background the plain ground stays, and nothing but its requests fails", async (t) => {
  const dead = `http://127.0.0.1:${await freePort()}`;
  setBasemaps([{ title: "Relief", url: `${dead}/{z}/{x}/{y}.png` }, { title: "Streets", path: "/refused" }]);
  const { page, problems } = await open(t);
  await named(page);
  await settled(page);
  assert.equal(await page.getByTestId("notice").count(), 0, "the site's own choice gives way in silence");
  const isOfTiles = (problem) => problem.includes(dead) || /^console: Failed to load resource: net::ERR_CONNECTION_REFUSED/.test(problem);
  assert.ok(problems.length > 0 && problems.every(isOfTiles), problems.join("\n"));
  await page.screenshot({ path: join(SCREENSHOTS, "ground-dead.png") });
  // What the reader chose is another matter.
  await page.getByTestId("basemap-select").selectOption("Streets");
  await page.getByTestId("notice").filter({ hasText: "Streets" }).waitFor();
  await named(page);
});

/** Red, green, blue, opacity of the land's tile at a place of the window. */
const ground = (page, x, y) =>
  page.evaluate(([x, y]) => {
    const isThere = ({ left, right, top, bottom }) => left <= x && x < right && top <= y && y < bottom;
    const tile = [...document.querySelectorAll("canvas.land-tile")].find((one) => isThere(one.getBoundingClientRect()));
    const { left, top, width } = tile.getBoundingClientRect();
    const scale = tile.width / width;
    return [...tile.getContext("2d").getImageData((x - left) * scale, (y - top) * scale, 1, 1).data];
  }, [x, y]);

test("a town at the coast is on land and the sea before it is not, in outlines that become finer", async (t) => {
  setBasemaps([]);
  const places = [["Helsinki", 60.187, 24.94, true], ["the Gulf of Finland", 59.9, 24.94, false], ["Tampere", 61.4978, 23.761, true]];
  for (const zoom of [8, 9, 10])
    for (const [name, lat, lon, isLand] of places) {
      const parts = [];
      const watch = (page) => page.on("request", (request) => parts.push(...(request.url().match(/world\/\d.*/) ?? [])));
      const isDrawn = async (page) => {
        await page.waitForFunction(() => !window.mapMoves.isMoving && document.querySelector("canvas.land-tile"));
        await named(page);
      };
      const { page, problems } = await open(t, `#map=${zoom}/${lat}/${lon}`, { prepare: watch, ready: isDrawn });
      const [, , , alpha] = await eventually(async () => {
        const pixel = await ground(page, DESKTOP.width / 2 + 3, DESKTOP.height / 2 + 3);
        return (pixel[3] > 250) === isLand && pixel;
      }, `${name} is ${isLand ? "on land" : "in the sea"} at zoom ${zoom}`);
      assert.equal(alpha > 250, isLand);
      // Of the finest level only what is in view; of the others none but the world of the start.
      assert.ok(parts.some((part) => part.startsWith("world/5-")) && parts.length <= 7, parts.join());
      assert.deepEqual(problems, []);
      if (isLand) await page.screenshot({ path: join(SCREENSHOTS, `ground-${name}-${zoom}.png`) });
      await page.context().close();
    }
});

test("parts of the land are small, and each is there", () => {
  for (const zoom of [0, 3, 5])
    for (let place = 0; place < 4 ** zoom; place++) {
      const file = join(DIST, `world/${zoom}-${place >> zoom}-${place % 2 ** zoom}.json`);
      const text = readFileSync(file);
      assert.ok(text.length < (zoom === 0 ? 500_000 : 130_000), `${file} has ${text.length} bytes`);
    }
});

test("a first visit with a background is light", async (t) => {
  setBasemaps([{ title: "Relief", path: "/roads" }]);
  for (const [look, options] of [["desktop", {}], ["phone", { viewport: PHONE, isMobile: true, hasTouch: true }], ["dark", { colorScheme: "dark" }]]) {
    bed.tiles.requests.length = 0;
    let bytes = 0;
    const coasts = [];
    const count = async (page) => {
      page.on("request", (request) => request.url().includes("/world/") && coasts.push(request.url()));
      const network = await page.context().newCDPSession(page);
      network.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
      await network.send("Network.enable");
    };
    const { page } = await open(t, "", { prepare: count, ready: (page) => page.locator(".leaflet-tile-pane img.leaflet-tile-loaded").first().waitFor(), ...options });
    await page.waitForFunction(() => {
      const tiles = [...document.querySelectorAll(".leaflet-tile-pane img")];
      return !window.mapMoves.isMoving && tiles.every((tile) => tile.classList.contains("leaflet-tile-loaded"));
    });
    await page.screenshot({ path: join(SCREENSHOTS, `ground-first-${look}.png`) });
    const { requests, tileBytes } = bed.tiles;
    const own = bytes - requests.length * tileBytes;
    t.diagnostic(`${look}: ${Math.round(own / 1000)} KB and ${requests.length} tiles`);
    assert.ok(own > 250_000 && own <= MAX_FIRST_VISIT_BYTES, `${look}: ${own} bytes`);
    assert.ok(requests.length <= MAX_FIRST_VISIT_TILES, requests.join("\n"));
    assert.deepEqual(coasts, [], "nobody sees coasts below a background");
    await page.context().close();
  }
});

test("an extract beside the maps is drawn by a module that loads on first use, its names above severity", async (t) => {
  mkdirSync(join(bed.published.root, "ground"), { recursive: true });
  const [zoom, x, y] = tileAt(7, -120.7, 39.9);
  const file = extract([zoom, x, y], "Lakeville");
  writeFileSync(join(bed.published.root, "ground/sierra.pmtiles"), file);
  const whole = await fetch(`${bed.server.url}/ground/sierra.pmtiles`, { headers: { range: "bytes=0-6" } });
  assert.deepEqual([whole.status, await whole.text()], [206, "PMTiles"]);
  assert.equal((await fetch(`${bed.server.url}/ground/`)).status, 404);
  assert.equal((await fetch(`${bed.server.url}/ground/sierra.txt`)).status, 404);

  const earlier = { vector_layers: [{ id: "roads", fields: { "pmap:kind": "String" } }] };
  writeFileSync(join(bed.published.root, "ground/old.pmtiles"), extract([zoom, x, y], "Lakeville", earlier));
  setBasemaps(["Roads:sierra", "Gone:gone", "Old:old"].map((one) => one.split(":")).map(([title, name]) => ({ title, file: `ground/${name}.pmtiles` })));
  for (const [look, options] of [["light", {}], ["dark", { colorScheme: "dark" }], ["phone", { viewport: PHONE, isMobile: true, hasTouch: true }]]) {
    // The middle of the tile, where the lake and the village are.
    const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + 0.5)) / 2 ** zoom))) * 180) / Math.PI;
    const lon = ((x + 0.5) / 2 ** zoom) * 360 - 180;
    const fetched = [];
    const watch = (page) => page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
    const isDrawn = async (page) => {
      await page.locator(".leaflet-tile-pane canvas.leaflet-tile-loaded").first().waitFor();
      await page.locator(".leaflet-labels-pane canvas.leaflet-tile-loaded").first().waitFor({ state: "attached" });
    };
    const { page, problems } = await open(t, `#map=9/${lat}/${lon}`, { prepare: watch, ready: isDrawn, ...options });
    assert.ok(fetched.some((path) => /^\/dragonfly-extract-[0-9a-f]{16}\.js$/.test(path)), fetched.join("\n"));
    const hasInk = (pane) => page.waitForFunction((pane) => {
      const canvases = [...document.querySelectorAll(`.leaflet-${pane}-pane canvas`)].filter(({ width }) => width > 0);
      return canvases.some((one) => one.getContext("2d").getImageData(0, 0, one.width, one.height).data.some((value) => value > 0));
    }, pane);
    await hasInk("tile");
    await hasInk("labels");
    assert.equal(await page.locator(".place-name").count(), 0);
    await page.screenshot({ path: join(SCREENSHOTS, `ground-extract-${look}.png`) });
    assert.deepEqual(problems, []);
    if (look === "light") {
      await saved(page, "ground-extract-saved");
      for (const title of ["Gone", "Old"]) {
        await page.getByTestId("basemap-select").selectOption(title);
        await page.getByTestId("notice").filter({ hasText: title }).waitFor();
        await named(page);
      }
    }
    await page.context().close();
  }
});
