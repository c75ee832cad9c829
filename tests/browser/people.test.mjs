// What six people want of the page, from its first view to their answer.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { EVIA, publishFoundFires, SIERRA } from "./found_fires.mjs";
import { drawn, moved, openPage, saveView, settled, shows } from "./map_page.mjs";
import { dragonfly, PHONE, SCREENSHOTS, testBed } from "./test_bed.mjs";

const DAMAGE_MAP = "https://county.example/damage";

const bed = testBed({ publish: publishFoundFires, servers: { server: dragonfly } });

const listed = (page) => page.getByTestId("fire-item").first().waitFor({ state: "attached" });

const open = (t, path = "", options = {}) =>
  openPage(t, bed.chromium, `${bed.server.url}/${path}`, { reducedMotion: "reduce", ready: listed, ...options });

/** Publishes what an operator sets of the page, until the test `t` ends. */
function setPage(t, page) {
  const file = join(bed.published.root, "meta/client.json");
  const published = readFileSync(file, "utf8");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(published), page }));
  t.after(() => writeFileSync(file, published));
}

/** The first number of hectares in a text. */
const hectares = async (locator) => Number((await locator.innerText()).match(/([\d,]+) ha/)[1].replaceAll(",", ""));

test("a resident on a phone is located, and reads how badly the ground burnt, by which picture, and where houses are shown", async (t) => {
  setPage(t, { damage_map_url: DAMAGE_MAP });
  const { page, problems } = await open(t, "", {
    viewport: PHONE, hasTouch: true, isMobile: true,
    geolocation: { latitude: 39.88, longitude: -121.2, accuracy: 20 }, permissions: ["geolocation"],
  });
  await page.getByTestId("locate").tap();
  await shows(page.getByTestId("point-readout"), /^(High severity|Moderate, (lower|upper) half|Low severity)\s+dNBR/);
  await shows(page.getByTestId("latest-image").first(), /\d{1,2} (Aug|Sep) 2025/);
  await page.screenshot({ path: join(SCREENSHOTS, "people-resident.png") });
  const { height } = await page.getByTestId("said").boundingBox();
  assert.ok(height < PHONE.height / 6, `the message leaves the map in sight: ${height} px`);
  const official = page.getByTestId("region-panel").getByTestId("damage-map");
  await shows(official, /Official damage map/);
  assert.ok(await official.isVisible());
  assert.equal(await official.getAttribute("href"), DAMAGE_MAP);
  assert.doesNotMatch(new URL(page.url()).hash, /point=/, "the reader's place is not in the address");
  assert.deepEqual(problems, []);
});

test("a journalist finds one number of hectares in list, panel and link, and saves a picture", async (t) => {
  const { page, problems } = await open(t);
  const chosen = page.locator(`[data-testid=fire-item][data-region=${SIERRA}]`);
  await shows(chosen, /ha burnt/);
  const burnt = await hectares(chosen);
  await moved(page, () => chosen.click());
  await settled(page);
  await shows(page.getByTestId("fire-sentence"), /[\d,]+ ha burnt, by the map of satellite images/);
  for (const number of ["fire-sentence", "fire-by-map", "burnt-total"]) {
    assert.equal(await hectares(page.getByTestId(number)), burnt, number);
  }
  assert.equal(await page.title(), "Concow, California · Dragonfly");
  const [saved] = await Promise.all([page.waitForEvent("download"), saveView(page)]);
  await saved.saveAs(join(SCREENSHOTS, "people-journalist.png"));
  const { page: linked } = await open(t, new URL(page.url()).hash);
  await shows(linked.getByTestId("fire-by-map"), /[\d,]+ ha/);
  assert.equal(await hectares(linked.getByTestId("fire-by-map")), burnt);
  assert.deepEqual(problems, []);
});

test("a forester counts the hectares inside her own perimeter with the offset of the ground around it, and takes files away", async (t) => {
  const { page } = await open(t, "#map=13/39.88/-121.2", { ready: (page) => page.getByTestId("highres-compute").waitFor(), acceptDownloads: true });
  const corners = [[-121.22, 39.86], [-121.18, 39.86], [-121.18, 39.89], [-121.22, 39.89], [-121.22, 39.86]];
  const file = join(bed.published.folder, "perimeter.geojson");
  writeFileSync(file, JSON.stringify({ type: "Polygon", coordinates: [corners] }));
  await page.getByTestId("aoi-file").setInputFiles(file);
  await page.getByText("the outline on the map").waitFor();
  await page.getByTestId("aoi-is-perimeter").check();
  await page.getByTestId("highres-compute").click();
  const [goOn, summary] = ["highres-go-on", "highres-summary"].map((id) => page.getByTestId(id));
  await goOn.or(summary).first().waitFor();
  if (await goOn.isVisible()) await goOn.click();
  await summary.waitFor();
  await shows(page.getByTestId("highres-offset"), /unburned ground/);
  const rows = page.locator("[data-testid=highres-hectares] td.area");
  await page.waitForFunction(() => [...document.querySelectorAll("[data-testid=highres-hectares] td.area")].every((cell) => cell.textContent));
  const sum = (await rows.allTextContents()).reduce((sum, text) => sum + Number(text.replace(/[^\d.]/g, "")), 0);
  // 0.04° by 0.03° at 39.875° N; the sample is cloudless here.
  assert.ok(Math.abs(sum - 1138) < 12, `${sum} ha inside the perimeter`);
  const download = async (id) => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByTestId(`highres-download-${id}`).click()]);
    return { name: file.suggestedFilename(), path: await file.path() };
  };
  const utm = await download("geotiff-utm");
  const { coordinateSystem, geoTransform } = JSON.parse(execFileSync("gdalinfo", ["-json", utm.path], { encoding: "utf8" }));
  assert.match(coordinateSystem.wkt, /UTM zone 10N/);
  assert.equal(geoTransform[1], 20);
  assert.match(readFileSync((await download("csv")).path, "utf8"), /S2A_10TFK_20250826_0_L2A/);
});

test("a researcher reads in the map's own file which scenes, days and version it was made of", async (t) => {
  const { page } = await open(t, `#fire=${EVIA}`, { ready: drawn });
  await page.getByTestId("links").locator("summary").click();
  const raster = page.getByTestId("raster-link").locator("xpath=descendant-or-self::a");
  const file = join(bed.published.root, new URL(await raster.getAttribute("href"), bed.server.url).pathname);
  const { metadata } = JSON.parse(execFileSync("gdalinfo", ["-json", file], { encoding: "utf8" }));
  const tags = JSON.stringify(metadata);
  await page.getByTestId("scenes").locator("summary").click();
  const scenes = await page.getByTestId("scene").allInnerTexts();
  assert.ok(scenes.length >= 2);
  for (const scene of scenes) {
    const [id] = scene.match(/S2\w_\w+/);
    assert.ok(tags.includes(id), `${id} in ${tags}`);
  }
});

test("by keyboard alone and in Greek a reader finds Istiaia, reads its ground, and reads it again without a network", async (t) => {
  const { page } = await open(t, "", { locale: "el-GR", serviceWorkers: "allow" });
  await page.getByTestId("place-search").focus();
  await page.keyboard.type("Istiaia");
  await page.getByTestId("search-option").first().waitFor();
  await moved(page, () => page.keyboard.press("Enter"));
  await drawn(page);
  await page.getByTestId("map").focus();
  await page.keyboard.press("Enter");
  const readout = page.getByTestId("point-readout");
  await readout.filter({ hasText: /\d/ }).waitFor();
  const answer = page.getByTestId("region-panel");
  let tabs = 0;
  do {
    await page.keyboard.press("Tab");
    tabs += 1;
  } while (tabs < 4 && !(await answer.evaluate((panel) => panel.contains(document.activeElement))));
  assert.ok(tabs <= 3, `${tabs} tabs to the answer`);
  await page.screenshot({ path: join(SCREENSHOTS, "people-ngo.png") });
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    Object.defineProperty(document, "hidden", { value: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await page.waitForFunction(async () => {
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => /\/(tiles|languages)\//.test(name));
    const kept = await Promise.all([...loaded, "/", "/meta/fires.json"].map((name) => caches.match(name)));
    return loaded.length > 0 && kept.every(Boolean);
  });
  await page.context().setOffline(true);
  await page.reload();
  await drawn(page);
  assert.equal(await page.evaluate(() => document.documentElement.lang), "el");
});

test("an operator shows a fire in a frame, under the site's own name and with its own link", async (t) => {
  setPage(t, { title: "Fires of our county", damage_map_url: DAMAGE_MAP });
  const { page, problems } = await open(t, `?embed#fire=${SIERRA}`, { viewport: { width: 640, height: 400 }, ready: drawn });
  for (const part of ["legend", "caveat"]) await page.getByTestId(part).waitFor({ state: "visible" });
  await shows(page.getByTestId("legend"), /High severity/);
  const outline = await page.locator("path.fire-outline").boundingBox();
  assert.ok(Math.abs(outline.x + outline.width / 2 - 320) < 60, `the fire is in the middle of the frame: ${JSON.stringify(outline)}`);
  assert.match(await page.getByTestId("open-full-map").getAttribute("href"), new RegExp(`^/#.*fire=${SIERRA}`));
  assert.match(await page.title(), /Fires of our county/);
  await page.screenshot({ path: join(SCREENSHOTS, "people-operator.png") });
  assert.deepEqual(problems, []);
});
