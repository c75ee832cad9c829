// The page in Chromium, over each server: it shows what the raster holds, in core's colours.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { browser, dragonfly, nginx, publish, REGIONS, SCREENSHOTS } from "./stage.mjs";

// Core's table, written down once more so that a change of it is seen here. The worst stands first.
const LEGEND = [
  ["High severity", "0.66 and more", ["#5c0a2a"]],
  ["Moderate-high severity", "0.44 to 0.66", ["#cf4020"]],
  ["Moderate-low severity", "0.27 to 0.44", ["#f59733"]],
  ["Low severity", "0.10 to 0.27", ["#fde26b"]],
  ["Unburned", "−0.10 to 0.10", ["transparent"]],
  ["Enhanced regrowth", "below −0.10", ["#8abbe3", "#1f5aa6"]],
];
const BREAKS = [-0.25, -0.1, 0.1, 0.27, 0.44, 0.66];
const COLOURS = LEGEND.flatMap(([, , colours]) => colours).reverse();
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

let published;
let chromium;
before(async () => {
  published = publish();
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  published?.remove();
});

const readMeta = (region) => JSON.parse(readFileSync(join(published.root, `meta/${region}.json`), "utf8"));

/** dNBR of the raster at places, by GDAL; null where it has none. */
function rasterAt(region, places) {
  const raster = join(published.root, `raster/${region}_lowres_dnbr.tif`);
  const input = places.map(([lon, lat]) => `${lon} ${lat}`).join("\n");
  const lines = execFileSync("gdallocationinfo", ["-valonly", "-wgs84", raster], { input, encoding: "utf8" });
  return lines.trimEnd().split("\n").map((line) => (/\d/.test(line) ? Number(line) : null));
}

/** The colour of a dNBR as red, green, blue, opacity. */
function painted(dnbr) {
  if (dnbr === null) return [0, 0, 0, 0];
  const index = BREAKS.filter((least) => Math.fround(dnbr) >= Math.fround(least)).length;
  if (COLOURS[index] === "transparent") return [0, 0, 0, 0];
  return [...[1, 3, 5].map((at) => Number.parseInt(COLOURS[index].slice(at, at + 2), 16)), 255];
}

/** Longitude and latitude of the centre of a pixel of a tile. */
function lonlat({ z, x, y }, column, row) {
  const scale = 2 ** z * 256;
  const lon = ((x * 256 + column + 0.5) / scale) * 360 - 180;
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y * 256 + row + 0.5)) / scale))) * 180) / Math.PI;
  return [lon, lat];
}

async function open(url, viewport) {
  const page = await chromium.newPage({ viewport });
  const problems = [];
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && problems.push(`console: ${message.text()}`));
  page.on("requestfailed", (request) => {
    if (request.failure()?.errorText !== "net::ERR_ABORTED") problems.push(`request failed: ${request.url()}`);
  });
  page.on("response", (response) => response.status() >= 400 && problems.push(`${response.status()}: ${response.url()}`));
  await page.goto(url);
  await page.waitForSelector('canvas.df-tile[data-state="drawn"]', { timeout: 20_000 });
  return { page, problems };
}

const settled = (page) =>
  page.waitForFunction(() => {
    const tiles = [...document.querySelectorAll("canvas.df-tile")];
    return tiles.length > 0 && tiles.every((tile) => tile.dataset.state !== "loading");
  });

for (const [name, start] of Object.entries({ "dragonfly serve": dragonfly, nginx })) {
  describe(`the page over ${name}`, () => {
    let server;
    before(async () => {
      server = await start(published);
    });
    after(() => server?.stop());

    test("shows both regions and asks for nothing that is not there", async () => {
      const { page, problems } = await open(server.url, DESKTOP);
      await settled(page);
      assert.equal(await page.getByTestId("region-item").count(), REGIONS.length);
      const text = await page.getByTestId("region-list").innerText();
      for (const region of REGIONS) assert.ok(text.includes(readMeta(region).title), text);
      await page.screenshot({ path: join(SCREENSHOTS, `desktop-${name.replace(" ", "-")}.png`) });
      assert.deepEqual(problems, []);
      await page.close();
    });

    test("has the legend of core's table", async () => {
      const { page } = await open(server.url, DESKTOP);
      const entries = page.getByTestId("legend-entry");
      assert.equal(await entries.count(), LEGEND.length);
      for (const [index, [title, range, colours]] of LEGEND.entries()) {
        const entry = entries.nth(index);
        const text = await entry.innerText();
        assert.ok(text.includes(title) && text.includes(range), text);
        assert.equal(await entry.getAttribute("data-colour"), colours.join(" "));
      }
      await page.close();
    });

    test("paints the classes of the raster, cell by cell", async () => {
      const { page } = await open(server.url, DESKTOP);
      for (const region of REGIONS) {
        const { title, zoom_max: zoom, tile_index: zooms } = readMeta(region);
        const own = zooms.find((tiles) => tiles.z === zoom);
        await page.getByTestId("region-item").filter({ hasText: title }).click();
        await page.waitForTimeout(1500);
        // Zoom in until the finest tiles show, which are exact cuts of the raster.
        for (let step = 0; step < 8; step += 1) {
          const finest = `canvas.df-tile[data-state="drawn"][data-tile^="${zoom}/"]`;
          if ((await page.locator(finest).count()) > 0) break;
          await page.locator(".leaflet-control-zoom-in").click();
          await page.waitForTimeout(600);
        }
        await settled(page);
        await page.screenshot({ path: join(SCREENSHOTS, `${region}-${name.replace(" ", "-")}.png`) });
        const tiles = await page.evaluate(
          (zoom) =>
            [...document.querySelectorAll(`canvas.df-tile[data-state="drawn"][data-tile^="${zoom}/"]`)].map((canvas) => {
              const pixels = canvas.getContext("2d").getImageData(0, 0, 256, 256).data;
              const picked = [];
              for (let row = 3; row < 256; row += 17)
                for (let column = 5; column < 256; column += 19) {
                  const at = (row * 256 + column) * 4;
                  picked.push([column, row, [...pixels.slice(at, at + 4)]]);
                }
              return { tile: canvas.dataset.tile, picked };
            }),
          zoom,
        );
        assert.ok(tiles.length > 0, `${region} shows a tile of zoom ${zoom}`);
        const seen = new Set();
        for (const { tile, picked } of tiles) {
          const [z, x, y] = tile.split("/").map(Number);
          if (x < own.x_start || x >= own.x_end || y < own.y_start || y >= own.y_end) continue;
          const values = rasterAt(region, picked.map(([column, row]) => lonlat({ z, x, y }, column, row)));
          for (const [index, [column, row, colour]] of picked.entries()) {
            const expected = painted(values[index]);
            assert.deepEqual(colour[3] === 0 ? [0, 0, 0, 0] : colour, expected, `${region} ${tile} at ${column}, ${row}`);
            seen.add(expected.join());
          }
        }
        assert.ok(seen.size >= 4, `${region} shows ${seen.size} colours`);
      }
      await page.close();
    });

    test("reads out the value under a click", async () => {
      const { page } = await open(server.url, DESKTOP);
      const [patch] = readMeta(REGIONS[0]).burnt_patches;
      assert.ok(patch.hectares > 100);
      await page.getByTestId("region-item").filter({ hasText: readMeta(REGIONS[0]).title }).click();
      await page.waitForTimeout(1500);
      await settled(page);
      const map = await page.getByTestId("map").boundingBox();
      await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
      const readout = page.getByTestId("point-readout");
      await readout.filter({ hasText: /dNBR|severity|unburned|outside|water/i }).waitFor();
      const text = await readout.innerText();
      const [, lat, ns, lon, ew] = text.match(/([\d.]+)\s*°?\s*([NS])[,\s]+([\d.]+)\s*°?\s*([EW])/) ?? [];
      assert.ok(lat && lon, `the readout names the place: ${text}`);
      const place = [Number(lon) * (ew === "W" ? -1 : 1), Number(lat) * (ns === "S" ? -1 : 1)];
      const [dnbr] = rasterAt(REGIONS[0], [place]);
      const value = text.match(/[−-]?\d\.\d{2,3}(?=\s*±)/)?.[0].replace("−", "-");
      assert.ok(dnbr !== null && value, `a value is read out: ${text}`);
      // The place is told to five decimals, a metre; the value to half a step.
      assert.ok(Math.abs(Number(value) - dnbr) <= 0.0101, `${text}, and the raster has ${dnbr}`);
      await page.close();
    });

    test("recolours at once", async () => {
      const { page } = await open(server.url, DESKTOP);
      await settled(page);
      const colours = () =>
        page.evaluate(() => {
          const seen = new Set();
          for (const canvas of document.querySelectorAll('canvas.df-tile[data-state="drawn"]')) {
            const { data } = canvas.getContext("2d").getImageData(0, 0, 256, 256);
            for (let at = 0; at < data.length; at += 4) if (data[at + 3]) seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
          }
          return [...seen];
        });
      assert.ok((await colours()).includes("92,10,42"));
      await page.getByTestId("palette-select").selectOption("customary");
      await page.waitForTimeout(300);
      const after = await colours();
      assert.ok(after.includes("164,31,214") && !after.includes("92,10,42"), after.join(" "));
      await page.close();
    });

    test("opens elsewhere what a link was made of, and goes back", async () => {
      const { page, problems } = await open(server.url, DESKTOP);
      const dot = page.getByTestId("burnt-patch").first();
      await dot.focus();
      const before = page.url();
      await page.keyboard.press("Enter");
      await page.getByTestId("legend-entry").first().click();
      await page.getByTestId("compare").click();
      await page.getByTestId("swipe").focus();
      await page.keyboard.press("ArrowRight");
      await page.waitForTimeout(1500);
      await page.getByTestId("map").focus();
      await page.keyboard.press("Enter");
      await page.getByTestId("point-readout").filter({ hasText: /°/ }).waitFor();
      await page.getByTestId("share").click();
      await page.getByTestId("said").filter({ hasText: "copied" }).waitFor();
      const url = page.url();
      assert.notEqual(url, before);
      assert.match(url, /#map=1\d\/.*point=.*hide=unburned,high&swipe=52$/);
      const other = await chromium.newPage({ viewport: DESKTOP });
      await other.goto(url);
      await other.getByTestId("point-readout").filter({ hasText: /°/ }).waitFor();
      await other.waitForTimeout(1500);
      assert.equal(other.url(), url);
      assert.equal(await other.getByTestId("swipe").getAttribute("aria-valuenow"), "52");
      assert.equal(await other.getByTestId("legend-entry").first().getAttribute("aria-pressed"), "false");
      await other.evaluate(() => { location.hash = "map=8/39.9/-121.3&palette=mtbs"; });
      await other.waitForFunction(() => document.querySelector("[data-testid=palette-select]").value === "mtbs");
      await other.goBack();
      await other.waitForFunction(() => document.querySelector("[data-testid=palette-select]").value !== "mtbs");
      assert.deepEqual(problems, []);
      await other.close();
      await page.close();
    });

    test("fits a phone", async () => {
      const { page, problems } = await open(server.url, PHONE);
      await settled(page);
      await page.screenshot({ path: join(SCREENSHOTS, `phone-${name.replace(" ", "-")}.png`) });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.equal(overflow, 0);
      assert.deepEqual(problems, []);
      await page.close();
    });
  });
}
