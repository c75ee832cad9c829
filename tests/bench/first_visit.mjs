#!/usr/bin/env node
// Times a first visit to the page in Chromium over `dragonfly serve`, on a slow line and without a limit: when something can be read,
// when the list says what burnt, when the first tile is drawn, and how long the page's tasks are.
//
// usage: tests/bench/first_visit.mjs [--runs 3] [--line slow-3g|fast]
//
// The background is a server of tiles on this machine, on the same slow line. Build first (scripts/build).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dragonfly, launchChromium, PHONE, publishSample } from "../browser/test_bed.mjs";
import { tileServer } from "../browser/tile_server.mjs";

/** As DevTools knew slow 3G without its correction for TCP: 400 kbit/s and 400 ms to each response. */
const LINES = { "slow-3g": { latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }, fast: undefined };
const PATIENCE_MS = 60_000;
const { values: options } = parseArgs({ options: { runs: { type: "string", default: "3" }, line: { type: "string" } } });
if (options.line && !(options.line in LINES)) throw new Error(`--line ${options.line} is none of ${Object.keys(LINES).join(", ")}`);

/** Runs in the page before its scripts: when each state was first seen, milliseconds since the visit began. */
function recordStates() {
  const states = {
    text: () => document.querySelector("#skeleton, [data-testid=region-item]")?.textContent,
    answer: () => [...document.querySelectorAll("[data-testid=region-item]")].some((item) => /ha\s+burnt/.test(item.textContent)),
    tile: () => document.querySelector("canvas.df-tile[data-state=drawn]"),
    background: () => document.querySelector(".leaflet-tile-pane img.leaflet-tile-loaded"),
  };
  const visit = (window.visit = { longest_task: 0 });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) visit.longest_task = Math.max(visit.longest_task, duration);
  }).observe({ type: "longtask", buffered: true });
  const look = () => {
    for (const [name, isSeen] of Object.entries(states)) if (!(name in visit) && document.body && isSeen()) visit[name] = performance.now();
    requestAnimationFrame(look);
  };
  look();
}

async function visit(chromium, url, line) {
  const context = await chromium.newContext({ viewport: PHONE, locale: "en-GB" });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  if (line) await session.send("Network.emulateNetworkConditions", { offline: false, ...line });
  await page.addInitScript(recordStates);
  await page.goto(url, { timeout: PATIENCE_MS });
  const isComplete = () => ["text", "answer", "tile", "background"].every((name) => name in window.visit);
  await page.waitForFunction(isComplete, undefined, { timeout: PATIENCE_MS }).catch(async () => {
    throw new Error(`not complete: ${JSON.stringify(await page.evaluate(() => window.visit))}`);
  });
  const times = await page.evaluate(() => window.visit);
  await context.close();
  return times;
}

const median = (values) => values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
const running = [];
try {
  const published = publishSample();
  running.push({ stop: published.remove });
  const tiles = await tileServer();
  running.push(tiles);
  const file = join(published.root, "meta/client.json");
  const basemap = { title: "Relief", attribution: "© makers", link: "https://credit.example/", max_zoom: 17, url: `${tiles.url}/roads/{z}/{x}/{y}.png` };
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), basemaps: [basemap] }));
  const server = await dragonfly(published);
  running.push(server);
  const chromium = await launchChromium();
  running.push({ stop: () => chromium.close() });
  console.log(`| line | view | text | hectares | first tile | background | longest task |\n| --- | --- | --- | --- | --- | --- | --- |`);
  // The first visit also starts Chromium's own processes.
  await visit(chromium, server.url);
  for (const [name, line] of Object.entries(LINES)) {
    if (options.line && options.line !== name) continue;
    for (const [view, fragment] of [["start", ""], ["a region", "#region=sample_sierra"]]) {
      const runs = [];
      for (let run = 0; run < Number(options.runs); run += 1) runs.push(await visit(chromium, `${server.url}/${fragment}`, line));
      const [text, answer, tile, background, longest] = ["text", "answer", "tile", "background", "longest_task"].map((key) => median(runs.map((it) => it[key])));
      const seconds = [text, answer, tile, background].map((ms) => `${(ms / 1000).toFixed(1)} s`);
      console.log(`| ${name} | ${view} | ${seconds.join(" | ")} | ${Math.round(longest)} ms |`);
    }
  }
} finally {
  for (const { stop } of running.reverse()) await stop();
}
