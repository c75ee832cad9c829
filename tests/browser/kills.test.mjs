// Runs killed at random moments: a client of nginx that follows the metadata receives the old map or the new one,
// never a mixture, a 404 or a 5xx.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { DRAGONFLY, nginx, publishSample, testBed } from "./test_bed.mjs";

const KILLS = 50;
const MIN_HITS = 40;
const REGION = "sierra";

const bed = testBed({ publish: publishTwoCatalogues, chromium: false });

/** The sample's maps with a region and two sets of inputs: all scenes, and only the earlier of each side. */
function publishTwoCatalogues() {
  const published = publishSample();
  const region = {
    name: REGION,
    bbox: [-121.4, 39.75, -121.0, 40.05],
    zoom_min: 6,
    zoom_max: 12,
    pre: { start: "2025-06-01", end: "2025-07-05" },
    post: { start: "2025-08-20", end: "2025-09-20" },
  };
  writeFileSync(join(published.folder, "sierra.json"), JSON.stringify([region]));
  const items = JSON.parse(readFileSync(join(published.folder, "items.json"), "utf8"));
  items.features = items.features.filter((item) => /20250612|20250826/.test(item.id));
  assert.equal(items.features.length, 2);
  writeFileSync(join(published.folder, "few.json"), JSON.stringify(items));
  return published;
}

const CATALOGUES = { all: "items.json", few: "few.json" };

const command = (inputs, root) => [
  ...["--quiet", "--stac", join(bed.published.folder, CATALOGUES[inputs]), "--root", root],
  ...["--regions", join(bed.published.folder, "sierra.json"), "--keep-hours", "24", "update", REGION],
];

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A checksum of the pixels of a raster, which is whole: its tags name the run that made it. */
function pixels(bytes) {
  const file = join(bed.published.folder, "read.tif");
  writeFileSync(file, bytes);
  const [band] = JSON.parse(execFileSync("gdalinfo", ["-checksum", "-json", file])).bands;
  return band.checksum;
}

/** The tiles that are stored according to the metadata, as z/x/y. */
function storedTiles({ tile_index }) {
  return tile_index.flatMap(({ z, x_start, x_end, y_start, runs }) => {
    const letters = [...runs.matchAll(/(\d+)([a-z])/g)].map(([, length, letter]) => letter.repeat(Number(length))).join("");
    const width = x_end - x_start;
    return [...letters].flatMap((letter, at) =>
      letter === "s" ? [`${z}/${x_start + (at % width)}/${y_start + Math.floor(at / width)}`] : [],
    );
  });
}

/** The complete map of a set of inputs: its scenes, a checksum of its raster, and hashes of its tiles. */
function expected(inputs) {
  const root = mkdtempSync(join(tmpdir(), "dragonfly-"));
  try {
    execFileSync(DRAGONFLY, command(inputs, root));
    const meta = JSON.parse(readFileSync(join(root, `meta/${REGION}.json`), "utf8"));
    const file = (url) => sha(readFileSync(join(root, url)));
    const tiles = Object.fromEntries(
      storedTiles(meta).map((tile) => [tile, file(`tiles/${REGION}/${meta.run_id}/dnbr/${tile}.png`)]),
    );
    return { scenes: meta.scenes.map((scene) => scene.id).join(), raster: pixels(readFileSync(join(root, meta.raster_url))), tiles };
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("fifty kills leave complete maps", async (t) => {
  const whole = { all: expected("all"), few: expected("few") };
  assert.notEqual(whole.all.raster, whole.few.raster);
  const { root } = bed.published;
  let started = Date.now();
  execFileSync(DRAGONFLY, command("all", root));
  let duration_ms = Date.now() - started;
  const server = await nginx(bed.published);
  t.after(() => server.stop());

  const get = async (path) => {
    const response = await fetch(server.url + path);
    assert.equal(response.status, 200, path);
    return Buffer.from(await response.arrayBuffer());
  };
  let views = 0;
  const seen = new Set();
  const read = async () => {
    const meta = JSON.parse(await get(`/meta/${REGION}.json`));
    const inputs = Object.keys(whole).find((name) => whole[name].scenes === meta.scenes.map((scene) => scene.id).join());
    assert.ok(inputs, "the scenes are those of one set of inputs");
    assert.equal(pixels(await get(meta.raster_url)), whole[inputs].raster);
    const tiles = storedTiles(meta);
    assert.deepEqual(tiles.sort(), Object.keys(whole[inputs].tiles).sort());
    for (const tile of [tiles[0], tiles[Math.floor(Math.random() * tiles.length)], tiles.at(-1)]) {
      const [z, x, y] = tile.split("/");
      const path = meta.run_tile_url_template.replace("{z}", z).replace("{x}", x).replace("{y}", y);
      assert.equal(sha(await get(path)), whole[inputs].tiles[tile], path);
    }
    JSON.parse(await get("/meta/index.json"));
    views += 1;
    seen.add(inputs);
  };
  let reading = true;
  const reader = (async () => {
    while (reading) await read();
  })();
  reader.catch(() => {});

  let hits = 0;
  let attempts = 0;
  for (; attempts < KILLS; attempts += 1) {
    const process = spawn(DRAGONFLY, command(attempts % 2 ? "all" : "few", root), { stdio: "ignore" });
    const ended = once(process, "exit");
    started = Date.now();
    // The moment is the test's input, so this is no wait for a state. It lies within the duration of a run, which a run
    // that ends earlier measures again; in between it grows, for the machine may have become slower.
    await Promise.race([delay(Math.random() * duration_ms), ended]);
    duration_ms = process.exitCode === null ? duration_ms * 1.01 : Date.now() - started;
    process.kill("SIGKILL");
    const [, signal] = await ended;
    if (signal === "SIGKILL") hits += 1;
  }
  // The next run succeeds after any of them.
  execFileSync(DRAGONFLY, command("few", root));
  await read();
  reading = false;
  await reader;
  assert.ok(hits >= MIN_HITS, `${hits} of ${attempts} kills hit a running process`);
  assert.ok(views > 20 && seen.size === 2, `${views} views of ${[...seen].join(" and ")}`);
  const meta = JSON.parse(readFileSync(join(root, `meta/${REGION}.json`), "utf8"));
  assert.equal(meta.last_status, "success");
  t.diagnostic(`${hits} of ${attempts} kills hit, ${views} views of the map were complete`);
});
