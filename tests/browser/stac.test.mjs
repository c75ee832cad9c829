// The STAC API of `dragonfly serve`: a client by other hands reads it, and a server by other hands agrees.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { dragonfly, publish, rustac } from "./stage.mjs";

let published;
let ours;
let theirs;
before(async () => {
  published = publish();
  ours = await dragonfly(published);
  theirs = await rustac(published);
});
after(async () => {
  await ours?.stop();
  await theirs?.stop();
  published?.remove();
});

const SEARCHES = [
  { collections: ["sentinel-2-l2a"], limit: 100 },
  { collections: ["sentinel-2-l2a"], bbox: [-121.3, 39.8, -121.1, 40.0], limit: 100 },
  { collections: ["sentinel-2-l2a"], bbox: [0, 0, 1, 1], limit: 100 },
  { collections: ["sentinel-2-l2a"], datetime: "2025-08-20T00:00:00Z/2025-09-20T00:00:00Z", limit: 100 },
  { collections: ["sentinel-2-l2a"], bbox: [23.8, 38.6, 23.9, 38.7], datetime: "../2025-07-10T00:00:00Z", limit: 100 },
  { collections: ["landsat-c2-l2"], limit: 100 },
];

async function found(url, search) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(search),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).features.map((item) => item.id).sort();
}

test("a search finds what rustac finds", async () => {
  for (const search of SEARCHES) {
    const expected = await found(`${theirs.url}/search`, search);
    assert.deepEqual(await found(`${ours.url}/stac/search`, search), expected, JSON.stringify(search));
  }
  assert.ok((await found(`${ours.url}/stac/search`, SEARCHES[0])).length >= 8);
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
  const said = execFileSync(process.env.PYTHON, ["-c", script, `${ours.url}/stac`], { encoding: "utf8" });
  assert.equal(said.trim(), "4 4 True 4");
});

test("files come in ranges, to any site", async () => {
  const [item] = (await (await fetch(`${ours.url}/stac/search`)).json()).features;
  const { href } = item.assets.nir08;
  const part = await fetch(href, { headers: { range: "bytes=0-15", origin: "https://elsewhere.example" } });
  assert.equal(part.status, 206);
  assert.equal((await part.arrayBuffer()).byteLength, 16);
  assert.equal(part.headers.get("access-control-allow-origin"), "*");
  assert.match(part.headers.get("access-control-expose-headers"), /content-range/i);
});
