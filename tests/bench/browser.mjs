#!/usr/bin/env node
// Times the page's worker in Chromium: `near`, beside geotiff.js over loopback; `far`, from a bucket 100 ms away; and
// weighs the page itself with an area as large as is computed: `memory`.
//
// usage: tests/bench/browser.mjs [near] [far] [memory] [--scenes FOLDER] [--runs 7]
//
// The scenes and the far bucket come from ../shared/bench; --scenes keeps the scenes for the next time. Build first
// (scripts/build), and install the peer: npm ci --prefix tests/bench
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chosen, deskAt, order } from "../browser/highres.mjs";
import { PROJECT, answering, browser, freePort } from "../browser/stage.mjs";

const SHARED = resolve(PROJECT, "../shared/bench");
const PEER = join(PROJECT, "tests/bench/node_modules/geotiff/dist-browser");
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { scenes: { type: "string" }, runs: { type: "string", default: "7" } },
});
const works = positionals.length > 0 ? positionals : ["near", "far"];
const folder = mkdtempSync(join(tmpdir(), "dragonfly-bench-"));
const running = [];

/** Starts a process that ends with this script. */
async function start(command, args, url) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  running.push(child);
  await answering(url, child);
  return url;
}

/** One MGRS tile, one date a side, as Sentinel-2's 20 m bands are laid out. */
function scenes() {
  const made = options.scenes ?? join(folder, "scenes");
  if (!existsSync(join(made, "items.json"))) {
    execFileSync("/usr/bin/python3", [join(SHARED, "make_scenes.py"), made, "1", "1", "1"], { stdio: "ignore" });
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

/** In the page: paints a tile, or a picture, of dNBR. Both contenders use it. */
const paint = () => {
  const breaks = [-0.25, -0.1, 0.1, 0.27, 0.44, 0.66];
  const colours = [0xff37877a, 0xff4dbeac, 0, 0xff0bf7ff, 0xff38afff, 0xff1b64ff, 0xffd61fa4];
  window.painted = (dnbr, width) => {
    const canvas = new OffscreenCanvas(width, dnbr.length / width);
    const pixels = new Uint32Array(dnbr.length);
    for (let at = 0; at < dnbr.length; at += 1) {
      const value = dnbr[at];
      let place = 0;
      while (place < 6 && value >= breaks[place]) place += 1;
      pixels[at] = value === value ? colours[place] : 0;
    }
    const image = new ImageData(new Uint8ClampedArray(pixels.buffer), width);
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  };
};

/** In the page: computes what was found, and paints each block as it comes; milliseconds. */
const ours = async (scenes) => {
  await window.send(window.search);
  const begun = performance.now();
  window.canvases = [];
  let painted;
  window.onBlock = (block) => {
    window.canvases.push(window.painted(new Float32Array(block.buffers[0]), 256));
    painted = performance.now();
  };
  const answer = await window.send({ kind: "compute", scenes });
  if (answer.kind !== "done") throw new Error(JSON.stringify(answer));
  // What is being kept must neither help the next run nor hinder the peer's.
  await window.send({ kind: "clear_cache" });
  return painted - begun;
};

/** In the page: the same reads and arithmetic by geotiff.js with its pool; milliseconds. */
const theirs = async ({ files, window: [left, top, right, bottom], offsets, blockSize }) => {
  const { fromUrl, Pool } = window.GeoTIFF;
  window.pool ??= new Pool();
  const begun = performance.now();
  const read = async (url) => {
    const tiff = await fromUrl(url, blockSize ? { blockSize } : {});
    const image = await tiff.getImage();
    return (await image.readRasters({ window: [left, top, right, bottom], pool: window.pool }))[0];
  };
  const [preNir, preSwir, preScl, postNir, postSwir, postScl] = await Promise.all(files.map(read));
  const clear = [0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0];
  const dnbr = new Float32Array(preNir.length);
  const nbr = (nir, swir, offset) => {
    const [n, s] = [Math.max(nir + offset, 0), Math.max(swir + offset, 0)];
    return (n - s) / (n + s);
  };
  for (let at = 0; at < dnbr.length; at += 1) {
    const seen = clear[preScl[at]] && clear[postScl[at]] && preNir[at] && preSwir[at] && postNir[at] && postSwir[at];
    dnbr[at] = seen ? nbr(preNir[at], preSwir[at], offsets[0]) - nbr(postNir[at], postSwir[at], offsets[1]) : NaN;
  }
  window.canvases = [window.painted(dnbr, right - left)];
  return performance.now() - begun;
};

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const WINDOW_PX = 2048;

async function near(chromium) {
  const made = scenes();
  const site = await nginx(made);
  const context = await chromium.newContext();
  const page = await deskAt(context, site);
  await page.evaluate(paint);
  await page.addScriptTag({ url: `${site}/peer/geotiff.js` });
  const items = catalogue(made, `${site}/scenes`);
  // Half a per cent less: the box stands askew in the scene's zone, and must not need more pixels.
  const search = searchAround(site, items, WINDOW_PX * 20 * 0.985);
  await page.evaluate((search) => (window.search = search), search);
  const found = await order(page, search);
  const scene = (side) => items.find((item) => item.id === found[side].scenes.find((scene) => scene.chosen).id);
  const bands = (item) => [item.assets.nir08, item.assets.swir22, item.assets.scl].map((asset) => asset.href);
  const from = (5490 - WINDOW_PX) / 2;
  const peer = {
    files: [...bands(scene("pre")), ...bands(scene("post"))],
    window: [from, from, from + WINDOW_PX, from + WINDOW_PX],
    offsets: [0, 0],
  };
  const contenders = {
    dragonfly: () => page.evaluate(ours, chosen(found)),
    "geotiff.js, blocks as it likes": () => page.evaluate(theirs, peer),
    "geotiff.js, blocks of 1 MB": () => page.evaluate(theirs, { ...peer, blockSize: 1 << 20 }),
  };
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let run = 0; run <= Number(options.runs); run += 1) {
    for (const [name, race] of Object.entries(contenders)) {
      const took = await race();
      // The first run warms up.
      if (run > 0) times[name].push(took);
    }
  }
  console.log(`near: ${WINDOW_PX} × ${WINDOW_PX} pixels of 4 bands and 2 masks, from click to picture, medians of ${options.runs}`);
  for (const [name, own] of Object.entries(times)) {
    const spread = `${Math.min(...own).toFixed(0)}–${Math.max(...own).toFixed(0)}`;
    console.log(`  ${name}: ${median(own).toFixed(0)} ms (${spread})`);
  }
  const [first, ...others] = Object.values(times).map(median);
  console.log(`  ${(Math.min(...others) / first).toFixed(2)} × as fast as the peer's better way`);
  await context.close();
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

async function far(chromium) {
  const made = scenes();
  const site = await nginx(made);
  const port = await freePort();
  const bucket = `http://127.0.0.1:${port}`;
  await start("/usr/bin/python3", [join(SHARED, "far_store.py"), made, "--port", `${port}`, "--ttfb-ms", "100"], `${bucket}/__stats__`);
  const SIDE_M = 20_000;
  const rows = [];
  for (let run = 0; run < Number(options.runs); run += 1) {
    // A browser that knows nothing yet.
    const context = await chromium.newContext();
    const page = await deskAt(context, site);
    const items = catalogue(made, bucket);
    const found = await order(page, searchAround(site, items, SIDE_M));
    await fetch(`${bucket}/__stats__`);
    const begun = performance.now();
    const done = await order(page, { kind: "compute", scenes: chosen(found) });
    const took = performance.now() - begun;
    if (done.kind !== "done") throw new Error(JSON.stringify(done));
    const { requests, bytes } = await (await fetch(`${bucket}/__stats__`)).json();
    rows.push({ took, requests, bytes, done });
    await context.close();
  }
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
    const own = await browser();
    const page = await own.newPage({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
    await page.goto(`${site}/#map=11/${lat.toFixed(3)}/${lon.toFixed(3)}`);
    await page.getByTestId("highres-compute").waitFor();
    const before = rendererMb();
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, rendererMb())), 100);
    const part = `pre=${pre}~${pre};post=${post}~${post};zoom=13;area=${area}${picture}`;
    await page.goto("about:blank");
    await page.goto(`${site}/#map=11/${lat.toFixed(3)}/${lon.toFixed(3)}&hr=${encodeURIComponent(part)}`);
    const told = await page.getByTestId("highres-go-on").textContent({ timeout: 30_000 });
    await page.getByTestId("highres-go-on").click();
    const begun = performance.now();
    const [done, fault] = [page.getByTestId("highres-summary"), page.getByTestId("highres-fault")];
    await done.or(fault).first().waitFor({ timeout: 300_000 });
    const seconds = (performance.now() - begun) / 1000;
    if (await fault.count()) throw new Error(await fault.textContent());
    await page.waitForTimeout(2000);
    clearInterval(watch);
    const about = (await done.textContent()).match(/[\d.]+ MB fetched/)?.[0];
    console.log(`  ${name}: ${peak.toFixed(0)} MB at most, ${before.toFixed(0)} before, ${rendererMb().toFixed(0)} after; ${seconds.toFixed(1)} s, ${about} (“${told}”)`);
    await own.close();
  }
}

const chromium = await browser();
try {
  if (works.includes("near")) await near(chromium);
  if (works.includes("far")) await far(chromium);
  if (works.includes("memory")) await memory();
} finally {
  await chromium.close();
  const ended = running.map((child) => once(child, "exit"));
  running.forEach((child) => child.kill());
  await Promise.all(ended);
  rmSync(folder, { recursive: true, force: true });
}
