// The page in Chromium: how a test opens it, and the states it waits for.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { DESKTOP, eventually } from "./test_bed.mjs";

/** How long a state is waited for: a busy machine takes many times what an idle one does. */
const PATIENCE_MS = 60_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Opens a page in a browser context of its own, which is closed after the test `t`, and waits until it is `ready`.
 * Returns the page and the list of what goes wrong in it: errors of the console, failed requests, statuses of 400 and
 * more, but for the mask that may lie beside a file, which is requested to find out. An uncaught error fails the test
 * at once. Service workers are blocked, since routes do not see what they request.
 */
export async function openPage(t, chromium, url, { prepare, ready = settled, language, ...options } = {}) {
  const context = await chromium.newContext({ viewport: DESKTOP, locale: "en-GB", serviceWorkers: "block", ...options });
  t.after(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => assert.fail(error));
  page.on("console", (message) => {
    const isBlocked = message.text() === "Service Worker registration blocked by Playwright";
    if (message.type() === "error" && !isBlocked && !isMask(message.location().url)) problems.push(`console: ${message.text()}`);
  });
  page.on("requestfailed", (request) => {
    if (request.failure()?.errorText === "net::ERR_ABORTED" || isMask(request.url())) return;
    problems.push(`request failed: ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !isMask(response.url())) problems.push(`${response.status()}: ${response.url()}`);
  });
  await page.addInitScript(recordMoves);
  await prepare?.(page);
  await page.goto(url);
  await inLanguage(page, language ?? options.locale?.slice(0, 2) ?? "en");
  await ready(page);
  return { page, problems };
}

/** Whether an address is that of a mask beside a file. */
const isMask = (url) => /\.msk(\?|$)/.test(url);

/** Runs in the page before its scripts: records in `window.mapMoves` when Leaflet's map moves and when it rests. */
export function recordMoves() {
  const moves = { isMoving: false, ended: 0, steps: 0 };
  window.mapMoves = moves;
  let leaflet;
  Object.defineProperty(window, "L", {
    configurable: true,
    get: () => leaflet,
    set: (loaded) => {
      leaflet = loaded;
      leaflet.Map.addInitHook(function () {
        this.on("movestart", () => Object.assign(moves, { isMoving: true, steps: 0 }));
        this.on("move", () => (moves.steps += 1));
        this.on("moveend", () => Object.assign(moves, { isMoving: false, ended: moves.ended + 1 }));
      });
    },
  });
}

/** Waits until a tile is drawn. */
export const drawn = (page) => page.waitForSelector('canvas.df-tile[data-state="drawn"]', { timeout: PATIENCE_MS });

/** Waits until the map rests and none of its tiles is loading; at least one is drawn. */
export const settled = (page) =>
  page.waitForFunction(() => {
    const states = [...document.querySelectorAll("canvas.df-tile")].map(({ dataset }) => dataset.state);
    return !window.mapMoves.isMoving && states.includes("drawn") && !states.includes("loading");
  }, null, { timeout: PATIENCE_MS });

/**
 * Waits until the text of an element, as it is shown or with what is hidden in it, matches: what a later file adds may
 * still be missing when the map rests.
 */
export async function shows(locator, pattern, what) {
  let texts = [];
  const isShown = async () => {
    texts = [await locator.innerText(), await locator.textContent()];
    return texts.some((text) => pattern.test(text));
  };
  await eventually(isShown).catch((error) => assert.match(texts[0] ?? String(error), pattern, what));
}

/** Waits until the page is in a language, by its tag: all but English load after the page. */
export const inLanguage = (page, tag) => page.waitForFunction((tag) => document.documentElement.lang === tag, tag);

/** Does something that moves the map, and waits until the map rests again. */
export async function moved(page, action) {
  const before = await page.evaluate(() => window.mapMoves.ended);
  await action();
  await page.waitForFunction((before) => window.mapMoves.ended > before && !window.mapMoves.isMoving, before);
}

/** Waits until every transition and animation of the styles that ends has ended. */
export const animated = (page) =>
  page.waitForFunction(() => document.getAnimations().every((one) =>
    one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity));

/** Waits until the page is idle between two frames. Chromium may call nothing idle after a drag, hence the limit. */
export const idle = (page) => page.evaluate(() => new Promise((done) => requestIdleCallback(() => done(), { timeout: 2000 })));

/** Starts to record in `window.longTasks` the milliseconds of each task that held up the page for more than 50. */
export const recordLongTasks = (page) =>
  page.evaluate(() => {
    window.longTasks = [];
    const record = (list) => window.longTasks.push(...list.map(({ duration }) => duration));
    const observer = new PerformanceObserver((list) => record(list.getEntries()));
    observer.observe({ type: "longtask" });
    window.stopRecording = () => (record(observer.takeRecords()), observer.disconnect(), window.longTasks);
  });

/** What was recorded since; ends the recording. */
export const longTasks = (page) => page.evaluate(() => window.stopRecording());

/** Checks that axe finds no violation of WCAG 2.2 AA and its best practices. */
export async function axe(page, where) {
  await animated(page);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`).join(" | ")}`);
  assert.deepEqual(found, [], where);
}

/** The pixels of a PNG: a handle of their ImageData in the page. */
export function pixelsOf(page, png) {
  return page.evaluateHandle(async (url) => {
    const image = Object.assign(new Image(), { src: url });
    await image.decode();
    const { width, height } = image;
    const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, width, height);
  }, `data:image/png;base64,${png.toString("base64")}`);
}

/** Unfolds the tools, which a phone has behind one button. */
export async function unfoldTools(page) {
  const toggle = page.getByTestId("tools-open");
  if ((await toggle.isVisible()) && (await toggle.getAttribute("aria-expanded")) === "false") await toggle.click();
}

/** Chooses a tool, on a phone from the menu. */
export async function chooseTool(page, tool) {
  await unfoldTools(page);
  await page.getByTestId(tool).click();
}

/** Saves a picture of the view: opens the menu of pictures and chooses the first. */
export async function saveView(page) {
  await chooseTool(page, "save-image");
  await page.getByTestId("picture-view").click();
}
