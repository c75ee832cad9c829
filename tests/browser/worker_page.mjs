// The worker as a page uses it: requests are posted, responses collected. Everything in `startWorker` runs in the page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIST, DRAGONFLY, eventually } from "./test_bed.mjs";

/** A page of a server with a worker that has started. */
export async function openWorkerPage(context, url) {
  const page = await context.newPage();
  // Any file of the server will do as a page; one that Playwright fulfils may not send requests to loopback.
  await page.goto(`${url}/worker.js`);
  await page.evaluate(startWorker);
  return page;
}

/**
 * A copy of dist/ whose workers divide their pauses between attempts by ten: native tests check those to the
 * millisecond. Timeouts of minutes stay.
 */
export function distWithShortPauses({ folder }) {
  const MAX_PAUSE_MS = 20_000;
  const dist = join(folder, "dist");
  cpSync(DIST, dist, { recursive: true });
  appendFileSync(join(dist, "worker.js"), `
    const { setTimeout } = self;
    self.setTimeout = (done, ms = 0) => setTimeout.call(self, done, ms > ${MAX_PAUSE_MS} ? ms : ms / 10);`);
  return dist;
}

/** Starts the worker, and defines `window.send(request, buffers)`, which resolves to the last response. */
export async function startWorker() {
  const FINAL_KINDS = ["found", "done", "file", "area", "cancelled", "cleared", "fault"];
  const worker = new Worker("/worker.js", { type: "module" });
  let number = 0;
  let resolvePending;
  window.send = (request, buffers = []) => {
    number += 1;
    window.blocks = [];
    window.progress = [];
    resolvePending?.({ kind: "replaced" });
    worker.postMessage({ json: JSON.stringify({ number, request }), buffers }, buffers);
    return new Promise((done) => (resolvePending = done));
  };
  await new Promise((ready, failed) => {
    worker.onerror = (event) => failed(new Error(`the worker failed: ${event.message}`));
    worker.onmessage = ({ data: { json, buffers } }) => {
      // `answer` is the name of the field that the worker publishes.
      const { number: requestNumber, answer: response } = JSON.parse(json);
      if (response.kind === "ready") return ready();
      if (requestNumber !== number) return;
      if (response.kind === "progress") return window.progress.push(response);
      if (response.kind === "block") {
        window.onBlock?.({ ...response, buffers });
        return window.blocks.push({ ...response, buffers });
      }
      if (FINAL_KINDS.includes(response.kind)) {
        window.buffers = buffers;
        const done = resolvePending;
        resolvePending = undefined;
        done?.(response);
      }
    };
  });
}

/** Sends a request and waits for its last response. */
export const send = (page, request) => page.evaluate((request) => window.send(request), request);

/** A search over a box, for scenes in the catalogue of `dragonfly serve` or rustac. */
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

/** Searches and computes with the scenes proposed; returns both last responses. */
export async function compute(page, search, more = {}) {
  const found = await send(page, search);
  if (found.kind !== "found") return { found, done: found };
  return { found, done: await send(page, { kind: "compute", scenes: chosen(found), ...more }) };
}

/** Waits until the cache holds so many results, none of them at an address in `without`; returns their addresses. */
export function cachedResults(page, count, without = []) {
  return eventually(async () => {
    const results = await page.evaluate(async () => {
      const keys = await (await caches.open("dragonfly-blocks")).keys();
      return keys.map(({ url }) => url).filter((url) => url.includes("/results?"));
    });
    return results.length === count && !results.some((url) => without.includes(url)) && results;
  }, `${count} results in the cache`);
}

/** Runs `dragonfly lowres` on a region; returns both rasters as plain numbers, row by row. */
export function batchRasters(catalogue, region) {
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
export async function differencesFromBatch(page, { dnbr, state }) {
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
