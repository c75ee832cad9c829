// The map and its tools, in Chromium over `dragonfly serve`, with regions in every state.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { moved, openPage, pixelsOf, saveView, settled, shows } from "./map_page.mjs";
import { DESKTOP, dragonfly, eventually, PHONE, publishSample, REGIONS, SCREENSHOTS, testBed } from "./test_bed.mjs";

const DAY_MS = 86_400_000;

const bed = testBed({ publish: publishStates, servers: { server: dragonfly } });

/** The sample's maps with a due, a stale, a failed, a pending and a broken region beside the fresh ones. */
function publishStates() {
  const published = publishSample();
  const { file, read, write } = metadata(published);
  const index = read("index.json");
  const [line] = index.regions.filter(({ name }) => name === REGIONS[0]);
  const meta = read(`${REGIONS[0]}.json`);
  const ago = (days) => new Date(Date.now() - days * DAY_MS).toISOString().replace(/\.\d+Z/, "Z");
  const beside = (state, place, changes) => {
    const bbox = line.bbox.map((angle, side) => (side % 2 ? angle : angle + 0.6 * place));
    const title = `A region with a long name that is ${state}`;
    const shared = { title, bbox, ...changes };
    // Without a summary of its map, the metadata of a region is loaded at once.
    index.regions.push({ ...line, map: undefined, name: state, meta_url: `/meta/${state}.json`, ...shared });
    write(`${state}.json`, { ...meta, region_name: state, ...shared });
  };
  const made = (days) => ({ generated_at: ago(days), last_success_at: ago(days), last_run_at: ago(days) });
  beside("due", 1, { ...made(12), update_interval_days: 7 });
  beside("stale", 2, made(60));
  beside("failed", 3, { last_status: "failed" });
  beside("pending", 4, { last_status: "pending" });
  beside("broken", 5, {});
  const nothing = { generated_at: undefined, last_success_at: null, run_id: undefined };
  write("pending.json", { ...read("pending.json"), ...nothing });
  writeFileSync(file("broken.json"), "{ this is no metadata");
  write("index.json", index);
  return published;
}

/** Paths, reading and writing of the metadata of a published root. */
function metadata({ root }) {
  const file = (name) => join(root, "meta", name);
  return {
    file,
    read: (name) => JSON.parse(readFileSync(file(name), "utf8")),
    write: (name, json) => writeFileSync(file(name), JSON.stringify(json)),
  };
}

/** Opens the page, and waits until the last of the regions has been read: the broken one. */
async function open(t, fragment = "", options = {}) {
  const ready = async (page) => {
    await page.locator("path.coverage-broken").waitFor({ state: "attached" });
    await settled(page);
  };
  const { page } = await openPage(t, bed.chromium, `${bed.server.url}/${fragment}`, { ready, ...options });
  return page;
}

/** A fragment around the first region, closely. */
const near = () => {
  const [west, south, east, north] = metadata(bed.published).read(`${REGIONS[0]}.json`).bbox;
  return `#map=11/${(south + north) / 2}/${(west + east) / 2}`;
};

test("an outline shows the state of its region by its form and in words", async (t) => {
  const page = await open(t, "#map=8/39.9/-119.8");
  const notes = { due: "update due", stale: "old map", failed: "update failed", pending: "not mapped yet", broken: "not readable" };
  for (const [state, note] of Object.entries(notes)) {
    const outline = page.locator(`path.coverage-${state}`);
    await outline.waitFor({ state: "attached" });
    assert.equal(await outline.count(), 1, state);
    const label = page.locator(".region-label").filter({ hasText: note });
    await label.waitFor({ state: "attached" });
    assert.equal(await label.count(), 1, note);
    const [whole, own] = await label.evaluate((label) =>
      [".label", ".note"].map((part) => label.querySelector(part).getBoundingClientRect()).map(({ right }) => right));
    assert.ok(own <= whole + 1, `${note} is not cut off`);
  }
  const form = (state) =>
    page.locator(`path.coverage-${state}`).evaluate((path) => {
      const { strokeDasharray, fill, stroke } = getComputedStyle(path);
      return [strokeDasharray, fill, stroke].join();
    });
  assert.equal(new Set(await Promise.all(Object.keys(notes).map(form))).size, 5);
  await shows(page.getByTestId("notice"), /is broken could not be loaded/);
  await page.screenshot({ path: join(SCREENSHOTS, "coverage.png") });
});

test("no title leaves a phone's map", async (t) => {
  const page = await open(t, "#map=9/40.1/-121.9", { viewport: PHONE });
  const rights = await page.locator(".region-label:not(.crowded) .label").evaluateAll((labels) =>
    labels.map((label) => label.getBoundingClientRect()).filter(({ left }) => left < 390).map(({ right }) => right));
  assert.ok(rights.length > 0);
  assert.ok(Math.max(...rights) <= 390, rights.join());
  await page.screenshot({ path: join(SCREENSHOTS, "phone-tools.png") });
});

test("no title lies on the dot of another region", async (t) => {
  for (const viewport of [DESKTOP, PHONE]) {
    const { page } = await openPage(t, bed.chromium, bed.server.url, { viewport });
    await page.getByTestId("burnt-patch").first().waitFor();
    const [dots, titles] = await Promise.all(["[data-testid=burnt-patch]", ".region-label:not(.crowded) .label"].map((what) =>
      page.locator(what).evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()))));
    assert.ok(dots.length > 1);
    const covers = (title, dot) => {
      // A dot is drawn smaller than what a finger may touch.
      const [x, y] = [dot.left + dot.width / 2, dot.top + dot.height / 2];
      return title.left - 4 < x && x < title.right + 4 && title.top - 4 < y && y < title.bottom + 4;
    };
    assert.deepEqual(titles.filter((title) => dots.some((dot) => covers(title, dot))), [], `${viewport.width}`);
  }
});

test("dots of burnt ground are in the copy of the world that is in view", async (t) => {
  for (const lon of [-121.2, 238.8]) {
    const { page } = await openPage(t, bed.chromium, `${bed.server.url}/#map=4/39.9/${lon}`);
    const dot = page.getByTestId("burnt-patch").first();
    await dot.waitFor();
    const { x, y } = await dot.boundingBox();
    assert.ok(x > 0 && x < DESKTOP.width && y > 0 && y < DESKTOP.height, `${x}, ${y} at ${lon}`);
  }
});

test("a dot is as large as what burnt, and of one colour whatever its worst cell is", async (t) => {
  const [mild, grave] = [{ hectares: 26_000, worst: "low" }, { hectares: 300, worst: "high" }];
  const prepare = (page) => page.route(`**/meta/${REGIONS[0]}.json*`, async (route) => {
    const meta = await (await route.fetch()).json();
    const burnt_patches = [mild, grave].map((patch, at) => ({ lon: -121.2 + at, lat: 39.9, ...patch }));
    await route.fulfill({ json: { ...meta, burnt_patches } });
  });
  const { page } = await openPage(t, bed.chromium, `${bed.server.url}/#map=7/39.9/-121.2`, { prepare });
  const dot = (grade) => page.locator(`[data-testid=burnt-patch][data-class=${grade}]`).first();
  const look = (grade) => dot(grade).evaluate((dot) => {
    const { backgroundColor, width } = getComputedStyle(dot, "::before");
    return { backgroundColor, width: parseFloat(width) };
  });
  await dot("high").waitFor();
  const [mildly, gravely] = [await look("low"), await look("high")];
  assert.equal(mildly.backgroundColor, gravely.backgroundColor);
  assert.ok(mildly.width > 2 * gravely.width, `${mildly.width} and ${gravely.width} px`);
});

test("in the dark, high severity is set off from the land and from the panel by a contrast of 3:1", async (t) => {
  const page = await open(t, near(), { colorScheme: "dark", reducedMotion: "reduce" });
  const pixels = await pixelsOf(page, await page.screenshot());
  const { edges, setOff, swatch } = await pixels.evaluate(({ width, height, data }) => {
    const linear = (byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
    const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const contrast = (one, other) => {
      const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    const rgb = (text) => text.match(/\d+/g).slice(0, 3).map(Number);
    const at = (x, y) => data.slice(4 * (y * width + x), 4 * (y * width + x) + 3);
    const is = (colour, other) => colour.every((part, index) => part === other[index]);
    const entry = document.querySelector("[data-testid=legend-entry][data-class=high] .swatch");
    const high = rgb(getComputedStyle(entry.querySelector("i")).backgroundColor);
    const counts = new Map();
    for (let y = 60; y < height - 60; y += 1) for (let x = 420; x < width - 80; x += 1) counts.set(String(at(x, y)), (counts.get(String(at(x, y))) ?? 0) + 1);
    // The land is what most of the map shows.
    const land = rgb([...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0]);
    // From left to right: high severity, and at most eight pixels later the land.
    let [edges, setOff] = [0, 0];
    for (let y = 60; y < height - 60; y += 1)
      for (let x = 420; x < width - 80; x += 1) {
        if (!is(high, at(x, y)) || is(high, at(x + 1, y))) continue;
        const between = [1, 2, 3, 4, 5, 6, 7, 8].map((step) => at(x + step, y));
        if (!is(land, between[7])) continue;
        edges += 1;
        if (between.some((colour) => contrast(colour, high) >= 3 || contrast(colour, land) >= 3)) setOff += 1;
      }
    const box = entry.getBoundingClientRect();
    const row = Array.from({ length: 8 }, (_, step) => at(Math.round(box.left) - 3 + step, Math.round(box.top + box.height / 2)));
    return { edges, setOff, swatch: Math.max(...row.map((colour) => contrast(colour, high))) };
  });
  assert.ok(edges > 20 && setOff > 0.9 * edges, `${setOff} of ${edges} edges`);
  assert.ok(swatch >= 3, `the swatch of the legend: ${swatch}`);
});

test("a range of dNBR hides the cells outside it", async (t) => {
  const page = await open(t, near());
  const painted = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('canvas.df-tile[data-state="drawn"]')]
        .flatMap((canvas) => [...canvas.getContext("2d").getImageData(0, 0, 256, 256).data])
        .filter((value, at) => at % 4 === 3 && value > 0).length);
  const before = await painted();
  const least = page.getByTestId("dnbr-filter").locator("input").first();
  await least.focus();
  for (let step = 0; step < 12; step += 1) await page.keyboard.press("PageUp");
  await page.waitForURL(/dnbr=\d+\//);
  await eventually(async () => (await painted()) < before, `fewer than ${before} painted cells`);
});

test("the divider is dragged by mouse and by finger, over the free part alone", async (t) => {
  const page = await open(t, `${near()}&swipe=50`, { hasTouch: true });
  const divider = page.getByTestId("swipe");
  const panel = await page.locator(".panel").boundingBox();
  const middle = async () => {
    const box = await divider.boundingBox();
    return box.x + box.width / 2;
  };
  const free = panel.x + panel.width;
  assert.ok(Math.abs((await middle()) - (free + DESKTOP.width) / 2) < 2);
  await page.mouse.move(await middle(), 300);
  await page.mouse.down();
  await page.mouse.move(1200, 300, { steps: 4 });
  await page.mouse.up();
  assert.ok(Math.abs((await middle()) - 1200) < 8);
  const session = await page.context().newCDPSession(page);
  const touch = (type, x) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y: 300 }] });
  await touch("touchStart", await middle());
  await touch("touchMove", 900);
  await touch("touchMove", 100);
  await touch("touchEnd");
  assert.ok(Math.abs((await middle()) - free) < 2, "it stops where the panel begins");
  const clip = await page.locator(".leaflet-severity-pane").evaluate((pane) => pane.style.clipPath);
  assert.match(clip, /^polygon/);
});

test("an area is measured by mouse and by keyboard", async (t) => {
  const page = await open(t, near());
  await page.getByTestId("measure").click();
  const readout = page.getByTestId("measure-readout");
  await readout.waitFor();
  for (const [x, y] of [[700, 300], [900, 300], [900, 500]]) await page.mouse.click(x, y);
  await page.mouse.dblclick(700, 500);
  await readout.filter({ hasText: "start a new outline" }).waitFor();
  const text = await readout.innerText();
  const [, hectares, acres] = text.match(/([\d,]+) ha · ([\d,]+) acres/).map((it) => Number(it.replaceAll(",", "")));
  // 200 pixels of zoom 11 at this latitude, on the ellipsoid to within a percent.
  const [, lat] = page.url().match(/map=[\d.]+\/([-\d.]+)/).map(Number);
  const side = 200 * 156_543.034 * Math.cos((lat * Math.PI) / 180) / 2 ** 11;
  assert.ok(Math.abs(hectares / (side * side / 10_000) - 1) < 0.01, `${hectares} for ${side} m`);
  assert.ok(Math.abs(acres / hectares - 2.471) < 0.005, text);
  assert.equal(await page.getByTestId("point-readout").count(), 0);
  await page.screenshot({ path: join(SCREENSHOTS, "measure.png") });

  await page.keyboard.press("Escape");
  assert.equal(await readout.count(), 0);
  await page.getByTestId("measure").focus();
  await page.keyboard.press("Enter");
  for (const key of ["Space", "ArrowRight", "Space", "ArrowDown", "Space", "Enter"]) {
    if (key.startsWith("Arrow")) await moved(page, () => page.keyboard.press(key));
    else await page.keyboard.press(key);
  }
  await readout.filter({ hasText: /\d ha · [\d,]+ acres[^]*around[^]*start a new outline/ }).waitFor();
  await page.getByTestId("measure").click();
  assert.equal(await readout.count(), 0);
});

test("the user's position is shown, or the message why not", async (t) => {
  const here = { geolocation: { latitude: 39.9, longitude: -121.2, accuracy: 40 } };
  const page = await open(t, "", { ...here, permissions: ["geolocation"], prepare: (page) => page.clock.install() });
  await page.getByTestId("locate").click();
  const said = page.getByTestId("said");
  await said.filter({ hasText: "± 40 m" }).waitFor();
  await page.waitForFunction(() => /map=12\/39.9\/-121.2/.test(location.hash));
  assert.equal(await page.locator("path.here-dot").count(), 1);
  // The message stays for seven seconds.
  await page.clock.fastForward(8000);
  await said.filter({ hasNotText: /./ }).waitFor({ state: "attached" });

  const refused = await open(t, "", here);
  await refused.getByTestId("locate").click();
  await refused.getByTestId("said").filter({ hasText: "Allow it in the browser" }).waitFor();
});

test("a picture of the view is saved, with legend and words below the map", async (t) => {
  for (const [name, fragment, options] of [
    ["desktop", `${near()}&swipe=60`, {}],
    ["phone", near(), { viewport: PHONE, colorScheme: "dark" }],
  ]) {
    const page = await open(t, fragment, options);
    const waiting = page.waitForEvent("download");
    await saveView(page);
    const download = await waiting;
    assert.match(download.suggestedFilename(), /^dragonfly-\d{4}-\d\d-\d\d\.png$/);
    const path = join(SCREENSHOTS, `saved-${name}.png`);
    await download.saveAs(path);
    await page.getByTestId("said").filter({ hasText: "was saved." }).waitFor();
    const png = readFileSync(path);
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    const { viewport, free } = await page.evaluate(() => {
      const panel = document.querySelector(".panel").getBoundingClientRect();
      const isWide = panel.width < innerWidth / 2;
      return { viewport: [innerWidth, innerHeight], free: isWide ? [innerWidth - panel.right, innerHeight] : [innerWidth, panel.top] };
    });
    assert.ok(viewport[0] > 0 && Math.abs(width - free[0]) <= 1 && height > free[1] + 80, `${width} × ${height}`);
    // The worst class of the legend is in the picture, on the map and below it.
    const pixels = await pixelsOf(page, png);
    const rows = await pixels.evaluate(({ width, data }) => {
      const rows = [];
      for (let at = 0; at < data.length; at += 4)
        if (data[at] === 92 && data[at + 1] === 10 && data[at + 2] === 42) rows.push(Math.floor(at / 4 / width));
      return [rows[0], rows.at(-1)];
    });
    assert.ok(rows[0] < free[1] && rows[1] > free[1], rows.join());
    }
});

test("coordinates follow the pointer", async (t) => {
  const page = await open(t, "#map=11/39.9/-121.2");
  await page.mouse.move(720, 450);
  await shows(page.getByTestId("coordinates"), /^39\.(89|90)\d\d° N, 121\.(19|20)\d\d° W$/);
  await page.mouse.move(900, 450);
  // 180 pixels farther east.
  await shows(page.getByTestId("coordinates"), /° N, 121\.0\d\d\d° W$/);
});

test("a link is copied without the clipboard API, and a failure gives a message", async (t) => {
  const page = await open(t, near());
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await page.evaluate(() => { document.execCommand = () => { window.copied = document.activeElement.value; return true; }; });
  await page.getByTestId("share").click();
  await page.getByTestId("said").filter({ hasText: "was copied" }).waitFor();
  assert.equal(await page.evaluate(() => window.copied), page.url());
  await page.evaluate(() => { document.execCommand = () => false; });
  await page.getByTestId("share").click();
  await page.getByTestId("said").filter({ hasText: "copy the address" }).waitFor();
});
