// STAC: a third-party client reads the API of `dragonfly serve`, a third-party server returns the same items, and the
// batch finds its scenes through that server.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DRAGONFLY, dragonfly, rustac, testBed } from "./test_bed.mjs";

const bed = testBed({ servers: { ours: dragonfly, theirs: rustac }, chromium: false });

const SEARCHES = [
  { collections: ["sentinel-2-l2a"], limit: 100 },
  { collections: ["sentinel-2-l2a"], bbox: [-121.3, 39.8, -121.1, 40.0], limit: 100 },
  { collections: ["sentinel-2-l2a"], bbox: [0, 0, 1, 1], limit: 100 },
  { collections: ["sentinel-2-l2a"], datetime: "2025-08-20T00:00:00Z/2025-09-20T00:00:00Z", limit: 100 },
  { collections: ["sentinel-2-l2a"], bbox: [23.8, 38.6, 23.9, 38.7], datetime: "../2025-07-10T00:00:00Z", limit: 100 },
  { collections: ["landsat-c2-l2"], limit: 100 },
];

async function foundIds(url, search) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(search),
  });
  assert.equal(response.status, 200);
  return (await response.json()).features.map((item) => item.id).sort();
}

test("a search finds what rustac finds", async () => {
  for (const search of SEARCHES) {
    const expected = await foundIds(`${bed.theirs.url}/search`, search);
    assert.deepEqual(await foundIds(`${bed.ours.url}/stac/search`, search), expected, JSON.stringify(search));
  }
  assert.ok((await foundIds(`${bed.ours.url}/stac/search`, SEARCHES[0])).length >= 8);
});

test("the batch finds its scenes through rustac", async () => {
  const response = await fetch(`${bed.ours.url}/stac/search?limit=100`);
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-"));
  // The same items with addresses instead of paths, for a server that does not change them.
  writeFileSync(join(folder, "items.json"), await response.text());
  const catalogue = await rustac({ folder });
  try {
    const args = ["--quiet", "--stac", catalogue.url, "--regions", join(bed.published.folder, "regions.json")];
    execFileSync(DRAGONFLY, [...args, "--root", join(folder, "root"), "update", "sample_evia"]);
    const read = (root) => JSON.parse(readFileSync(join(root, "meta/sample_evia.json"), "utf8"));
    const [far, near] = [read(join(folder, "root")), read(bed.published.root)];
    assert.deepEqual(far.scenes, near.scenes);
    assert.deepEqual(far.hectares, near.hectares);
  } finally {
    await catalogue.stop();
    rmSync(folder, { recursive: true });
  }
});

test("pystac-client pages through a search and GDAL opens what it finds", () => {
  const script = `
import sys
from osgeo import gdal
from pystac_client import Client
gdal.UseExceptions()
client = Client.open(sys.argv[1])
search = client.search(collections=["sentinel-2-l2a"], bbox=[-121.3, 39.8, -121.1, 40.0], limit=1)
items = list(search.items())
band = gdal.Open("/vsicurl/" + items[0].assets["nir08"].href)
print(len(items), len({item.id for item in items}), band.RasterXSize > 1000, band.GetRasterBand(1).GetOverviewCount())`;
  const printed = execFileSync(process.env.PYTHON, ["-c", script, `${bed.ours.url}/stac`], { encoding: "utf8" });
  assert.equal(printed.trim(), "4 4 True 4");
});

test("files are served in ranges, to any site", async () => {
  const [item] = (await (await fetch(`${bed.ours.url}/stac/search`)).json()).features;
  const { href } = item.assets.nir08;
  const part = await fetch(href, { headers: { range: "bytes=0-15", origin: "https://elsewhere.example" } });
  assert.equal(part.status, 206);
  assert.equal((await part.arrayBuffer()).byteLength, 16);
  assert.equal(part.headers.get("access-control-allow-origin"), "*");
  assert.match(part.headers.get("access-control-expose-headers"), /content-range/i);
});
