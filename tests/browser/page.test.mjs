// The page in Chromium, over each server: it shows the raster's values in core's colours.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { moved, openPage, settled } from "./map_page.mjs";
import { DESKTOP, dragonfly, eventually, nginx, PHONE, REGIONS, SCREENSHOTS, testBed } from "./test_bed.mjs";

// A copy of core's table, so that a change of it fails here. The highest class comes first.
const LEGEND = [
  ["High severity", "0.66 and more", ["#5c0a2a"]],
  ["Moderate, upper half", "0.44 to 0.66", ["#cf4020"]],
  ["Moderate, lower half", "0.27 to 0.44", ["#f59733"]],
  ["Low severity", "0.10 to 0.27", ["#fde26b"]],
  ["Unburned", "−0.10 to 0.10", ["transparent"]],
  ["Greener than before", "below −0.10", ["#8abbe3", "#1f5aa6"]],
];
const BREAKS = [-0.25, -0.1, 0.1, 0.27, 0.44, 0.66];
const COLOURS = LEGEND.flatMap(([, , colours]) => colours).reverse();

const bed = testBed();

const readMeta = (region) => JSON.parse(readFileSync(join(bed.published.root, `meta/${region}.json`), "utf8"));

/** dNBR of the raster at places, read by GDAL; null without a value. */
function rasterAt(region, places) {
  const raster = join(bed.published.root, `raster/${region}_lowres_dnbr.tif`);
  const input = places.map(([lon, lat]) => `${lon} ${lat}`).join("\n");
  const lines = execFileSync("gdallocationinfo", ["-valonly", "-wgs84", raster], { input, encoding: "utf8" });
  return lines.trimEnd().split("\n").map((line) => (/\d/.test(line) ? Number(line) : null));
}

/** The colour of a dNBR as red, green, blue, opacity. */
function colourOf(dnbr) {
  const index = BREAKS.filter((start) => Math.fround(dnbr) >= Math.fround(start)).length;
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

for (const [name, start] of Object.entries({ "dragonfly serve": dragonfly, nginx })) {
  describe(`the page over ${name}`, () => {
    let server;
    before(async () => {
      server = await start(bed.published);
    });
    after(() => server?.stop());
    const open = (t, viewport = DESKTOP, fragment = "") => openPage(t, bed.chromium, server.url + fragment, { viewport });

    test("shows both regions and requests nothing that is absent", async (t) => {
      const { page, problems } = await open(t);
      await page.getByTestId("region-item").nth(REGIONS.length - 1).waitFor();
      assert.equal(await page.getByTestId("region-item").count(), REGIONS.length);
      const text = await page.getByTestId("region-list").innerText();
      for (const region of REGIONS) assert.ok(text.includes(readMeta(region).title), text);
      await page.screenshot({ path: join(SCREENSHOTS, `desktop-${name.replace(" ", "-")}.png`) });
      assert.deepEqual(problems, []);
    });

    test("has the legend of core's table", async (t) => {
      const { page } = await open(t);
      const entries = page.getByTestId("legend-entry");
      await entries.nth(LEGEND.length - 1).waitFor();
      assert.equal(await entries.count(), LEGEND.length);
      for (const [index, [title, range, colours]] of LEGEND.entries()) {
        const entry = entries.nth(index);
        const text = await entry.innerText();
        assert.ok(text.includes(title) && text.includes(range), text);
        assert.equal(await entry.getAttribute("data-colour"), colours.join(" "));
      }
    });

    test("paints the classes of the raster, cell by cell", async (t) => {
      const { page } = await open(t);
      for (const region of REGIONS) {
        const { title, zoom_max: zoom, tile_index: zooms } = readMeta(region);
        const own = zooms.find((tiles) => tiles.z === zoom);
        await moved(page, () => page.getByTestId("region-item").filter({ hasText: title }).click());
        await settled(page);
        // Zoom in until the finest tiles show, which are exact cuts of the raster.
        for (let step = 0; step < 8; step += 1) {
          const finest = `canvas.df-tile[data-state="drawn"][data-tile^="${zoom}/"]`;
          if ((await page.locator(finest).count()) > 0) break;
          await moved(page, () => page.locator(".leaflet-control-zoom-in").click());
          await settled(page);
        }
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
            if (values[index] === null) {
              // A canvas keeps premultiplied colours, so a faint grey may come back one step off.
              assert.ok(colour[3] < 255, `${region} ${tile} at ${column}, ${row}: ${colour}`);
              continue;
            }
            const expected = colourOf(values[index]);
            assert.deepEqual(colour[3] === 0 ? [0, 0, 0, 0] : colour, expected, `${region} ${tile} at ${column}, ${row}`);
            seen.add(expected.join());
          }
        }
        assert.ok(seen.size >= 4, `${region} shows ${seen.size} colours`);
      }
    });

    test("reads out the value under a click", async (t) => {
      const { page } = await open(t);
      const [patch] = readMeta(REGIONS[0]).burnt_patches;
      assert.ok(patch.hectares > 100);
      await moved(page, () => page.getByTestId("region-item").filter({ hasText: readMeta(REGIONS[0]).title }).click());
      await settled(page);
      const map = await page.getByTestId("map").boundingBox();
      await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
      const readout = page.getByTestId("point-readout");
      await readout.filter({ hasText: /dNBR|severity|unburned|outside|water/i }).waitFor();
      await readout.filter({ hasText: /dNBR [−\d.]+/ }).waitFor();
      const text = await readout.innerText();
      const [, lat, ns, lon, ew] = text.match(/([\d.]+)\s*°?\s*([NS])[,\s]+([\d.]+)\s*°?\s*([EW])/) ?? [];
      assert.ok(lat && lon, `the readout names the place: ${text}`);
      const place = [Number(lon) * (ew === "W" ? -1 : 1), Number(lat) * (ns === "S" ? -1 : 1)];
      const [dnbr] = rasterAt(REGIONS[0], [place]);
      const value = text.match(/dNBR ([−-]?\d\.\d{2,3})/)?.[1].replace("−", "-");
      assert.ok(dnbr !== null && value, `a value is read out: ${text}`);
      // The place has five decimals, a metre; the value is exact to half a step.
      assert.ok(Math.abs(Number(value) - dnbr) <= 0.0101, `${text}, and the raster has ${dnbr}`);
    });

    test("another palette recolours the tiles", async (t) => {
      const { page } = await open(t);
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
      await eventually(async () => {
        const now = await colours();
        return now.includes("164,31,214") && !now.includes("92,10,42");
      }, "the colours of the other palette");
    });

    test("the link opens the same view elsewhere, and back returns to it", async (t) => {
      const { page, problems } = await open(t);
      const dot = page.getByTestId("burnt-patch").first();
      await dot.focus();
      const before = page.url();
      await moved(page, () => page.keyboard.press("Enter"));
      await page.getByTestId("legend-entry").first().click();
      await page.getByTestId("compare").click();
      await page.getByTestId("swipe").focus();
      await page.keyboard.press("ArrowRight");
      await page.getByTestId("map").focus();
      await page.keyboard.press("Enter");
      await page.getByTestId("point-readout").filter({ hasText: /°/ }).waitFor();
      await page.getByTestId("share").click();
      await page.getByTestId("said").filter({ hasText: "copied" }).waitFor();
      const url = page.url();
      assert.notEqual(url, before);
      assert.match(url, /#map=1\d\/.*point=.*hide=unburned,high&swipe=52$/);
      const { page: other } = await open(t, DESKTOP, `/${new URL(url).hash}`);
      await other.getByTestId("point-readout").filter({ hasText: /°/ }).waitFor();
      // Sharing writes the address of what is shown at once.
      await other.getByTestId("share").click();
      await other.getByTestId("said").filter({ hasText: "copied" }).waitFor();
      assert.equal(other.url(), url);
      assert.equal(await other.getByTestId("swipe").getAttribute("aria-valuenow"), "52");
      assert.equal(await other.getByTestId("legend-entry").first().getAttribute("aria-pressed"), "false");
      await other.evaluate(() => { location.hash = "map=8/39.9/-121.3&palette=mtbs"; });
      await other.waitForFunction(() => document.querySelector("[data-testid=palette-select]").value === "mtbs");
      await other.goBack();
      await other.waitForFunction(() => document.querySelector("[data-testid=palette-select]").value !== "mtbs");
      assert.deepEqual(problems, []);
    });

    test("fits a phone", async (t) => {
      const { page, problems } = await open(t, PHONE);
      await page.screenshot({ path: join(SCREENSHOTS, `phone-${name.replace(" ", "-")}.png`) });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.equal(overflow, 0);
      assert.deepEqual(problems, []);
    });
  });
}
