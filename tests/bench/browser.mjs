#!/usr/bin/env node
// Times the page's worker in Chromium: `near`, beside geotiff.js over loopback; `far`, from a bucket 100 ms away; and
// weighs the page itself with an area as large as is computed: `memory`.
//
// usage: tests/bench/browser.mjs [near] [far] [memory] [--scenes FOLDER] [--runs 7] [--json FILE]
//
// The scenes are generated; --scenes keeps them for the next time. --json writes the rows of `near` for the table of
// docs/performance.md. Build first (scripts/build), and install the peer: npm ci --prefix tests/bench
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chosen, openWorkerPage, send } from "../browser/worker_page.mjs";
import { CHROMIUM, CHROMIUM_OPTIONS, PROJECT, freePort, launchChromium, responding } from "../browser/test_bed.mjs";
import { racePage } from "./race.mjs";

const PEER = join(PROJECT, "tests/bench/node_modules/geotiff/dist-browser");
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { scenes: { type: "string" }, runs: { type: "string", default: "7" }, json: { type: "string" } },
});
const works = positionals.length > 0 ? positionals : ["near", "far"];
const folder = mkdtempSync(join(tmpdir(), "dragonfly-bench-"));
const running = [];

/** Starts a process that ends with this script. */
async function start(command, args, url) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  running.push(child);
  await responding(url, child);
  return url;
}

/** One MGRS tile, one date a side, as Sentinel-2's 20 m bands are laid out. */
function scenes() {
  const made = options.scenes ?? join(folder, "scenes");
  if (!existsSync(join(made, "items.json"))) {
    const generator = ["run", "--quiet", "--locked", "--release", "--package", "dragonfly-sample", "--example", "bench_scenes"];
    execFileSync("cargo", [...generator, "--", resolve(made), "near"], { cwd: PROJECT, stdio: ["ignore", "ignore", "inherit"] });
  }
  return made;
}

/** nginx: the page, and the scenes under /scenes/. */
async function nginx(made) {
  const port = await freePort();
  const config = join(folder, "nginx.conf");
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`);
  writeFileSync(config, `
    daemon off; pid ${folder}/nginx.pid; error_log stderr crit; user root; worker_processes 1;
    events {}
    http {
      access_log off; sendfile on; tcp_nodelay on; ${temp.join(" ")}
      types { text/html html; text/javascript js; application/wasm wasm; image/tiff tif; }
      server {
        listen 127.0.0.1:${port};
        root ${join(PROJECT, "dist")};
        location /scenes/ { alias ${resolve(made)}/; add_header Cache-Control no-store; }
        location /meta/ { root ${folder}; }
        location /peer/ { alias ${PEER}/; }
        location = /race.html { root ${folder}; }
        # A file answers a search, whatever is asked.
        location = /catalogue/search { root ${folder}; default_type application/json; error_page 405 =200 $uri; }
      }
    }`);
  return start("/usr/sbin/nginx", ["-c", config, "-e", "stderr"], `http://127.0.0.1:${port}`);
}

/** Makes the catalogue answer with the scenes, whose files lie in a bucket. */
function catalogue(made, bucket) {
  const items = JSON.parse(readFileSync(join(made, "items.json"), "utf8"));
  for (const asset of items.features.flatMap((item) => Object.values(item.assets))) {
    asset.href = `${bucket}/${asset.href.replace(/^\.\//, "")}`;
  }
  mkdirSync(join(folder, "catalogue"), { recursive: true });
  writeFileSync(join(folder, "catalogue/search"), JSON.stringify(items));
  return items.features;
}

/** A search over a box of so many metres in the middle of the first scene. */
function searchAround(site, items, sideM) {
  const [west, south, east, north] = items[0].bbox;
  const [lon, lat] = [(west + east) / 2, (south + north) / 2];
  const [dLat, dLon] = [sideM / 2 / 111_000, sideM / 2 / 111_320 / Math.cos((lat * Math.PI) / 180)];
  const [w, s, e, n] = [lon - dLon, lat - dLat, lon + dLon, lat + dLat];
  const days = items.map((item) => item.properties.datetime.slice(0, 10)).sort();
  return {
    kind: "search", area: JSON.stringify({ type: "Polygon", coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] }),
    zoom: 13, pre: { start: days[0], end: days[0] }, post: { start: days.at(-1), end: days.at(-1) },
    stac_url: `${site}/catalogue`, collection: items[0].collection, max_cloud_cover: 100, scenes_per_tile: 1,
  };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const WINDOW_PX = 2048;

/** The map's tiles over a box, each with the places of its corners in a scene's image. */
function tilesOver([west, south, east, north], zoom, { properties, assets }) {
  const WORLD_M = 20_037_508.342789244;
  const side = (2 * WORLD_M) / 2 ** zoom;
  const column = (lon) => Math.floor(((lon + 180) / 360) * 2 ** zoom);
  const row = (lat) => Math.floor((0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * 2 ** zoom);
  const first = { west: column(west), north: row(north) };
  const size = { across: column(east) - first.west + 1, down: row(south) - first.north + 1 };
  const names = Array.from({ length: size.across * size.down }, (_, at) => {
    return { x: first.west + (at % size.across), y: first.north + Math.floor(at / size.across) };
  });
  const corners = names.flatMap(({ x, y }) => [[x, y], [x + 1, y], [x, y + 1], [x + 1, y + 1]]);
  const metres = corners.map(([x, y]) => `${x * side - WORLD_M} ${WORLD_M - y * side}`).join("\n");
  const args = ["-s_srs", "EPSG:3857", "-t_srs", `EPSG:${properties["proj:epsg"]}`, "-output_xy"];
  const [pixel, , corner, , , top] = assets.nir08["proj:transform"];
  const places = execFileSync("gdaltransform", args, { input: metres }).toString().trim().split("\n").map((line) => {
    const [x, y] = line.split(" ").map(Number);
    return [(x - corner) / pixel, (top - y) / pixel];
  });
  return { ...first, ...size, all: names.map((name, at) => ({ ...name, corners: places.slice(at * 4, at * 4 + 4) })) };
}

/** What is posted to an address once. */
async function posted(port) {
  const server = createServer().listen(port, "127.0.0.1");
  const [request, response] = await once(server, "request");
  let body = "";
  for await (const part of request) body += part;
  response.end();
  server.close();
  return JSON.parse(body);
}

/** Rows of the table of docs/performance.md, seconds. */
function tableRows(times) {
  const medians = Object.entries(times).map(([name, own]) => [name, median(own) / 1000]);
  const [[, ours]] = medians;
  const { version } = JSON.parse(readFileSync(join(PEER, "../package.json"), "utf8"));
  return medians.map(([name, seconds], at) => {
    const contender = at === 0 ? "Dragonfly" : name.replace("geotiff.js", `geotiff.js ${version}`);
    const row = { work: "near", contender, seconds: Number(seconds.toFixed(2)) };
    return at === 0 ? row : { ...row, ratio: Number((seconds / ours).toFixed(2)) };
  });
}

async function near() {
  if (!existsSync(PEER)) throw new Error(`${PEER} is absent: npm ci --prefix tests/bench`);
  const made = scenes();
  const site = await nginx(made);
  const items = catalogue(made, `${site}/scenes`).toSorted((a, b) => a.properties.datetime.localeCompare(b.properties.datetime));
  // Half a per cent less: the box stands askew in the scene's zone, and must not need more pixels.
  const search = searchAround(site, items, WINDOW_PX * 20 * 0.985);
  const from = (5490 - WINDOW_PX) / 2;
  const peer = {
    files: items.flatMap(({ assets }) => [assets.nir08, assets.swir22, assets.scl].map((asset) => asset.href)),
    window: [from, from, from + WINDOW_PX, from + WINDOW_PX],
  };
  const [west, south, , , east, north] = JSON.parse(search.area).coordinates[0].slice(0, 3).flat();
  const tiles = tilesOver([west, south, east, north], search.zoom, items[0]);
  const port = await freePort();
  writeFileSync(join(folder, "race.html"), racePage({ search, peer, tiles, runs: Number(options.runs) }, `http://127.0.0.1:${port}/`));
  const args = [...CHROMIUM_OPTIONS, "--headless", `--user-data-dir=${folder}/profile`, `${site}/race.html`];
  const chromium = spawn(CHROMIUM, args, { stdio: "ignore" });
  const { times, alike, error } = await posted(port);
  chromium.kill();
  await once(chromium, "exit");
  if (error) throw new Error(error);
  console.log(`near: ${WINDOW_PX} × ${WINDOW_PX} pixels of 4 bands and 2 masks, from click to picture, medians of ${options.runs}`);
  const [ours] = Object.values(times).map(median);
  for (const [name, own] of Object.entries(times)) {
    const spread = `${Math.min(...own).toFixed(0)}–${Math.max(...own).toFixed(0)}`;
    console.log(`  ${name}: ${median(own).toFixed(0)} ms (${spread}), ${(median(own) / ours).toFixed(2)} ×`);
  }
  if (options.json) writeFileSync(options.json, JSON.stringify(tableRows(times)));
  console.log(`  on the map's tiles ${(100 * alike).toFixed(1)} % of the cells that both have are alike`);
}

/** Bytes of the blocks that hold pixels of a window, by the bucket's own files. */
const BLOCK_BYTES = `
import sys, json
from osgeo import gdal
file, left, top, right, bottom = sys.argv[1], *map(int, sys.argv[2:])
dataset = gdal.Open(file)
band = dataset.GetRasterBand(1)
width, height = band.GetBlockSize()
blocks = [(x, y) for y in range(top // height, -(-bottom // height)) for x in range(left // width, -(-right // width))]
print(sum(int(band.GetMetadataItem(f"BLOCK_SIZE_{x}_{y}", "TIFF") or 0) for x, y in blocks))
`;

async function far() {
  const chromium = await launchChromium();
  const made = scenes();
  const site = await nginx(made);
  const port = await freePort();
  const bucket = `http://127.0.0.1:${port}`;
  await start("/usr/bin/python3", [join(PROJECT, "tests/bench/slow_bucket.py"), made, "--port", `${port}`, "--ttfb-ms", "100"], `${bucket}/__stats__`);
  const SIDE_M = 20_000;
  const rows = [];
  for (let run = 0; run < Number(options.runs); run += 1) {
    // A browser that knows nothing yet.
    const context = await chromium.newContext();
    const page = await openWorkerPage(context, site);
    const items = catalogue(made, bucket);
    const found = await send(page, searchAround(site, items, SIDE_M));
    await fetch(`${bucket}/__stats__`);
    const begun = performance.now();
    const done = await send(page, { kind: "compute", scenes: chosen(found) });
    const took = performance.now() - begun;
    if (done.kind !== "done") throw new Error(JSON.stringify(done));
    const { requests, bytes } = await (await fetch(`${bucket}/__stats__`)).json();
    rows.push({ took, requests, bytes, done });
    await context.close();
  }
  await chromium.close();
  const items = JSON.parse(readFileSync(join(made, "items.json"), "utf8")).features;
  const touched = items.flatMap((item) => Object.values(item.assets)).map((asset) => {
    const [from, to] = [(5490 * 20 - SIDE_M) / 40, (5490 * 20 + SIDE_M) / 40];
    const args = [from, from, to, to].map((at) => `${Math.round(at)}`);
    return Number(execFileSync("/usr/bin/python3", ["-c", BLOCK_BYTES, join(made, asset.href), ...args]));
  });
  const blocks = touched.reduce((sum, bytes) => sum + bytes, 0);
  console.log(`far: 20 km × 20 km, one date a side, 100 ms to the first byte, medians of ${rows.length}`);
  const of = (name) => median(rows.map((row) => row[name]));
  console.log(`  ${(of("took") / 1000).toFixed(2)} s after the search, ${of("requests")} requests, ${(of("bytes") / 1e6).toFixed(1)} MB,`
    + ` ${(of("bytes") / blocks).toFixed(2)} × the ${(blocks / 1e6).toFixed(1)} MB of the blocks under the box`);
}

/** Gives the scenes red, green and blue of 10 m, as Sentinel-2 has them. */
function withColours(made, items) {
  for (const item of items) {
    const file = (colour) => join(made, `${item.id}_${colour}.tif`);
    if (!existsSync(file("blue"))) {
      const options = ["COMPRESS=DEFLATE", "PREDICTOR=YES", "BLOCKSIZE=512", "NUM_THREADS=2"].flatMap((option) => ["-co", option]);
      const source = join(made, `${item.id}_swir22.tif`);
      execFileSync("gdal_translate", ["-q", "-of", "COG", "-outsize", "200%", "200%", "-r", "bilinear", ...options, source, file("red")]);
      ["green", "blue"].forEach((colour) => copyFileSync(file("red"), file(colour)));
    }
    for (const colour of ["red", "green", "blue"]) {
      item.assets[colour] = { href: item.assets.nir08.href.replace("_nir08", `_${colour}`) };
    }
  }
  writeFileSync(join(folder, "catalogue/search"), JSON.stringify({ type: "FeatureCollection", features: items }));
}

/** What the renderers of this script's browsers hold, MB: the page and its workers, shared memory by its part. */
function rendererMb() {
  const read = (pid, name) => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, "utf8");
    } catch {
      // It has ended.
      return "";
    }
  };
  const parent = (pid) => Number(read(pid, "stat").split(") ").at(-1).split(" ")[1]);
  const isOurs = (pid) => pid > 1 && (pid === process.pid || isOurs(parent(pid)));
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
  const renderers = pids.filter((pid) => read(pid, "cmdline").includes("--type=renderer") && isOurs(pid));
  const kb = renderers.map((pid) => Number(read(pid, "smaps_rollup").match(/^Pss:\s+(\d+)/m)?.[1] ?? 0));
  return kb.reduce((sum, own) => sum + own, 0) / 1000;
}

/** Just below the 16 Mpx that are computed at most, square. */
const MOST_CELLS_ACROSS = 4080;

async function memory() {
  const made = scenes();
  const site = await nginx(made);
  const items = catalogue(made, `${site}/scenes`);
  withColours(made, items);
  mkdirSync(join(folder, "meta"));
  const config = { stac_url: `${site}/catalogue`, highres_zoom: 11, stale_after_days: 30, attribution: "invented" };
  writeFileSync(join(folder, "meta/client.json"), JSON.stringify(config));
  writeFileSync(join(folder, "meta/index.json"), JSON.stringify({ generated_at: new Date(), regions: [] }));
  const [west, south, east, north] = items[0].bbox;
  const [lon, lat] = [(west + east) / 2, (south + north) / 2];
  const halfLon = (MOST_CELLS_ACROSS * 180) / (256 * 2 ** 13);
  const halfLat = halfLon * Math.cos((lat * Math.PI) / 180);
  const corner = (x, y) => `${(lon + x * halfLon).toFixed(5)}~${(lat + y * halfLat).toFixed(5)}`;
  const area = [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)].join("_");
  const [pre, post] = items.map((item) => item.properties.datetime.slice(0, 10)).sort();
  console.log("memory: the page with 16 million cells at zoom 13, one date a side; the renderers' PSS at 10 Hz");
  for (const [name, picture] of [["numbers alone", ""], ["with pictures in true colour", ";picture=true"]]) {
    const own = await launchChromium();
    const page = await own.newPage({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
    await page.goto(`${site}/#map=11/${lat.toFixed(3)}/${lon.toFixed(3)}`);
    await page.getByTestId("highres-compute").waitFor();
    const before = rendererMb();
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, rendererMb())), 100);
    const part = `pre=${pre}~${pre};post=${post}~${post};zoom=13;area=${area}${picture}`;
    await page.goto("about:blank");
    await page.goto(`${site}/#map=11/${lat.toFixed(3)}/${lon.toFixed(3)}&hr=${encodeURIComponent(part)}`);
    const message = await page.getByTestId("highres-go-on").textContent({ timeout: 30_000 });
    await page.getByTestId("highres-go-on").click();
    const begun = performance.now();
    const [done, fault] = [page.getByTestId("highres-summary"), page.getByTestId("highres-fault")];
    await done.or(fault).first().waitFor({ timeout: 300_000 });
    const seconds = (performance.now() - begun) / 1000;
    if (await fault.count()) throw new Error(await fault.textContent());
    await page.waitForTimeout(2000);
    clearInterval(watch);
    const about = (await done.textContent()).match(/[\d.]+ MB fetched/)?.[0];
    console.log(`  ${name}: ${peak.toFixed(0)} MB at most, ${before.toFixed(0)} before, ${rendererMb().toFixed(0)} after; ${seconds.toFixed(1)} s, ${about} (“${message}”)`);
    await own.close();
  }
}

try {
  if (works.includes("near")) await near();
  if (works.includes("far")) await far();
  if (works.includes("memory")) await memory();
} finally {
  const ended = running.map((child) => once(child, "exit"));
  running.forEach((child) => child.kill());
  await Promise.all(ended);
  // A browser that has ended may still write for a moment.
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
}
