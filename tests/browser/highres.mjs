// The worker as a page drives it: orders go in, answers are gathered. Everything in `drive` runs in the page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DRAGONFLY } from "./stage.mjs";

/** A page of a server with a worker that has started. */
export async function deskAt(context, url) {
  const page = await context.newPage();
  // Any file of the server will do as a page; one that Playwright makes up may not ask loopback for anything.
  await page.goto(`${url}/worker.js`);
  await page.evaluate(drive);
  return page;
}

/** Starts the worker, and puts `order(request, buffers)` into the page's window. */
export async function drive() {
  const LAST = ["found", "done", "file", "area", "cancelled", "cleared", "fault"];
  const worker = new Worker("/worker.js", { type: "module" });
  let number = 0;
  let waiting;
  window.late = 0;
  window.send = (request, buffers = []) => {
    number += 1;
    window.blocks = [];
    window.progress = [];
    waiting?.({ kind: "replaced" });
    worker.postMessage({ json: JSON.stringify({ number, request }), buffers }, buffers);
    return new Promise((done) => (waiting = done));
  };
  await new Promise((ready, died) => {
    worker.onerror = (event) => died(new Error(`the worker died: ${event.message}`));
    worker.onmessage = ({ data: { json, buffers } }) => {
      const { number: own, answer } = JSON.parse(json);
      if (answer.kind === "ready") return ready();
      if (own !== number) return (window.late += 1);
      if (answer.kind === "progress") return window.progress.push(answer);
      if (answer.kind === "block") {
        window.onBlock?.({ ...answer, buffers });
        return window.blocks.push({ ...answer, buffers });
      }
      if (LAST.includes(answer.kind)) {
        window.buffers = buffers;
        const done = waiting;
        waiting = undefined;
        done?.(answer);
      }
    };
  });
}

/** Gives an order and waits for its last answer. */
export const order = (page, request) => page.evaluate((request) => window.send(request), request);

/** A search over a box, for scenes that `dragonfly serve` or rustac know. */
export function searchOf(region, stacUrl, more = {}) {
  const [west, south, east, north] = region.bbox;
  const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
  return {
    kind: "search", area: JSON.stringify({ type: "Polygon", coordinates: [ring] }), zoom: region.zoom_max,
    pre: region.pre, post: region.post, stac_url: stacUrl, collection: region.collection ?? "sentinel-2-l2a",
    max_cloud_cover: 60, scenes_per_tile: 3, ...more,
  };
}

/** The scenes that a search proposes. */
export const chosen = (found) => [...found.pre.scenes, ...found.post.scenes].filter((s) => s.chosen).map((s) => s.id);

/** Searches and computes with the scenes proposed; gives what was found and what was done. */
export async function compute(page, search, more = {}) {
  const found = await order(page, search);
  if (found.kind !== "found") return { found, done: found };
  return { found, done: await order(page, { kind: "compute", scenes: chosen(found), ...more }) };
}

/** Waits until so many finished results are kept, and nothing more is written. */
export async function keptResults(page, count) {
  const addresses = () => page.evaluate(async () => {
    const keys = await (await caches.open("dragonfly-blocks")).keys();
    return keys.map(({ url }) => url).filter((url) => url.includes("/results?"));
  });
  const begun = Date.now();
  while ((await addresses()).length !== count && Date.now() - begun < 20_000) await page.waitForTimeout(20);
  // The oldest entries go out after the newest has come in.
  await page.waitForTimeout(200);
  const kept = await addresses();
  assert.equal(kept.length, count, kept.join(" "));
  return kept;
}

/** What `dragonfly lowres` makes of a region: both rasters as plain numbers, row by row. */
export function lowres(catalogue, region) {
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-lowres-"));
  try {
    writeFileSync(join(folder, "regions.json"), JSON.stringify([region]));
    const args = ["--quiet", "--stac", catalogue, "--regions", join(folder, "regions.json"), "--root", folder];
    execFileSync(DRAGONFLY, [...args, "lowres", region.name]);
    const runs = join(folder, "work", region.name);
    const plain = (name) => {
      const file = join(folder, `${name}.bin`);
      execFileSync("gdal_translate", ["-q", "-of", "ENVI", join(runs, readdirSync(runs)[0], `${name}.tif`), file]);
      return readFileSync(file);
    };
    return { dnbr: plain("dnbr"), state: plain("state") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Counts the cells of the blocks in a page whose bits differ from those of batch. */
export async function differences(page, { dnbr, state }) {
  await page.route("**/batch/dnbr", (route) => route.fulfill({ body: dnbr }));
  await page.route("**/batch/state", (route) => route.fulfill({ body: state }));
  return page.evaluate(async () => {
    const fetched = async (name) => (await fetch(`/batch/${name}`)).arrayBuffer();
    // Bits, since NaN equals nothing.
    const dnbr = new Uint32Array(await fetched("dnbr"));
    const state = new Uint8Array(await fetched("state"));
    const left = Math.min(...window.blocks.map((block) => block.x));
    const top = Math.min(...window.blocks.map((block) => block.y));
    const width = (Math.max(...window.blocks.map((block) => block.x)) - left + 1) * 256;
    const isNaNBits = (bits) => (bits & 0x7fffffff) > 0x7f800000;
    const counts = { cells: state.length, inside: 0, valid: 0, different: 0 };
    const seen = new Uint8Array(state.length);
    for (const { x, y, buffers } of window.blocks) {
      const own = { dnbr: new Uint32Array(buffers[0]), state: new Uint8Array(buffers[2]) };
      for (let cell = 0; cell < 65536; cell += 1) {
        const at = ((y - top) * 256 + (cell >> 8)) * width + (x - left) * 256 + (cell & 255);
        const same = own.dnbr[cell] === dnbr[at] || (isNaNBits(own.dnbr[cell]) && isNaNBits(dnbr[at]));
        seen[at] += 1;
        counts.inside += state[at] !== 0;
        counts.valid += state[at] === 1;
        counts.different += !same || own.state[cell] !== state[at];
      }
    }
    counts.twice = seen.some((times) => times > 1);
    counts.missed = state.some((code, at) => code !== 0 && seen[at] === 0);
    return counts;
  });
}
