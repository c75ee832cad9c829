// A real fire computed in the browser, compared with its author's map of it. Skipped without the shared data.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openPage } from "./map_page.mjs";
import { dragonfly, DRAGONFLY, launchChromium, PROJECT, SCREENSHOTS } from "./test_bed.mjs";

const MADRE = join(PROJECT, "../shared/data/madre");
const BOX = [-120.07, 35.01, -119.67, 35.24];
/** Cells that are clear in both maps, and how many have the same class. The author's map has all regrowth as unburned (3). */
const COMPARE = `
import sys, json, numpy as np
from osgeo import gdal
gdal.UseExceptions()
ours = gdal.Open(sys.argv[1]); values = ours.ReadAsArray(); g = ours.GetGeoTransform()
bounds = (g[0], g[3] + g[5] * ours.RasterYSize, g[0] + g[1] * ours.RasterXSize, g[3])
author = gdal.Warp("", sys.argv[2], format="MEM", dstSRS=ours.GetProjection(), outputBounds=bounds,
                   width=ours.RasterXSize, height=ours.RasterYSize, resampleAlg="near", errorThreshold=0).ReadAsArray()
classes = np.maximum(np.searchsorted(np.float32([-0.25, -0.1, 0.1, 0.27, 0.44, 0.66]), values, side="right") + 1, 3)
clear = ~np.isnan(values) & (author != 0)
print(json.dumps({"clear": int(clear.sum()), "same": int((clear & (classes == author)).sum())}))
`;

const SKIP = !existsSync(MADRE) && "the shared data (../shared/data/madre) is absent";

test("the downloaded GeoTIFF of the Madre fire has its author's classes", { skip: SKIP }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-madre-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [pre, post] = [{ start: "2025-06-01", end: "2025-06-30" }, { start: "2025-07-17", end: "2025-08-15" }];
  writeFileSync(join(folder, "regions.json"), JSON.stringify([{ name: "madre", title: "Madre Fire", bbox: BOX, pre, post }]));
  writeFileSync(join(folder, "dragonfly.toml"), `root = "root"\nregions = "regions.json"\nstac = ${JSON.stringify(join(MADRE, "items.json"))}\n`);
  execFileSync(DRAGONFLY, ["--quiet", "--config", join(folder, "dragonfly.toml"), "update", "madre"]);
  const server = await dragonfly({ folder });
  t.after(() => server.stop());
  const chromium = await launchChromium();
  t.after(() => chromium.close());

  const { page } = await openPage(t, chromium, `${server.url}/#map=11/35.12/-119.87&region=madre`, {
    ready: (page) => page.getByTestId("highres-compute").waitFor(),
  });
  const [west, south, east, north] = BOX;
  const coordinates = [[[west, south], [east, south], [east, north], [west, north], [west, south]]];
  const area = { name: "madre.geojson", mimeType: "application/geo+json", buffer: Buffer.from(JSON.stringify({ type: "Polygon", coordinates })) };
  await page.getByTestId("aoi-file").setInputFiles(area);
  await page.getByText("the outline on the map").waitFor();
  await page.getByTestId("highres-compute").click();
  const [summary, goOn] = [page.getByTestId("highres-summary"), page.getByTestId("highres-go-on")];
  await summary.or(goOn).first().waitFor({ timeout: 60_000 });
  if (await goOn.isVisible()) await goOn.click();
  await summary.waitFor({ timeout: 60_000 });
  await page.screenshot({ path: join(SCREENSHOTS, "highres-madre.png") });
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByTestId("highres-download-geotiff").click()]);
  const saved = join(folder, "madre.tif");
  await file.saveAs(saved);
  const { clear, same } = JSON.parse(execFileSync("/usr/bin/python3", ["-c", COMPARE, saved, join(MADRE, "author_classes_20m.tif")]));
  t.diagnostic(`${clear} cells, class agreement ${(same / clear).toFixed(4)}`);
  assert.ok(clear > 1_000_000 && same / clear >= 0.95, `${same} of ${clear}`);
});
