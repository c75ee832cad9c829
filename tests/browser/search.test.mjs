// The search of the page in Chromium: places by all their names, positions, and addresses by a geocoder.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { openPage, settled, shows } from "./map_page.mjs";
import { dragonfly, PHONE, SCREENSHOTS, testBed } from "./test_bed.mjs";

const IN_SIERRA = "#map=11/39.85/-121.3";

const bed = testBed({ servers: { server: dragonfly, geocoder } });

const open = (t, options = {}) =>
  openPage(t, bed.chromium, `${bed.server.url}/${IN_SIERRA}`, { ready: settled, reducedMotion: "reduce", ...options });

/** A server that answers as Nominatim does, and knows one street. `requests` holds what was requested of it. */
async function geocoder() {
  const requests = [];
  const street = {
    lat: "39.8600", lon: "-121.3000", display_name: "Pine Street, Sierra", licence: "Data © OpenStreetMap contributors",
    boundingbox: ["39.855", "39.865", "-121.305", "-121.295"],
  };
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url, "http://localhost");
    requests.push(Object.fromEntries(searchParams));
    const text = searchParams.get("q");
    response.writeHead(/busy/.test(text) ? 503 : 200, { "content-type": "application/json", "access-control-allow-origin": "*" });
    response.end(JSON.stringify(/^pine street/i.test(text) ? [street] : []));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, requests, stop: () => new Promise((done) => (server.closeAllConnections(), server.close(done))) };
}

/** Names the geocoder in the configuration of the page, or none. */
function setGeocoder(geocoder_url) {
  const file = join(bed.published.root, "meta/client.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), geocoder_url }));
}

test("places are loaded on first use, ranked, flown to and marked", async (t) => {
  const { page, problems } = await open(t);
  const requested = [];
  page.on("request", (request) => requested.push(new URL(request.url()).pathname));
  assert.ok(!requested.includes("/places.json"));
  const search = page.getByTestId("place-search");
  await search.fill("athens");
  const options = page.getByTestId("search-option");
  await options.filter({ hasText: "Greece" }).waitFor({ timeout: 60_000 });
  assert.ok(requested.includes("/places.json"));
  await shows(options.first(), /^Athens\s+Greece · 660,000 inhabitants/);
  assert.equal(await search.getAttribute("aria-expanded"), "true");
  assert.equal(await search.getAttribute("aria-activedescendant"), "found-0");
  await shows(page.locator(".found"), /GeoNames \(CC BY 4\.0\)/);
  await search.fill("Nevada city, ca");
  await options.filter({ hasText: "CA, United States" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByTestId("region-panel").filter({ hasText: /39\.2\d+° N, 121\.0\d+° W/ }).waitFor();
  await page.waitForFunction(() => /map=1\d/.test(location.hash) && /point=39\.2/.test(location.hash));
  assert.equal(await page.locator(".point-mark").count(), 1);
  await search.fill("munchen");
  await options.filter({ hasText: "Germany" }).first().waitFor();
  assert.deepEqual(problems, []);
});

test("coordinates are found, with a note where two readings are possible", async (t) => {
  const { page } = await open(t);
  const search = page.getByTestId("place-search");
  const options = page.getByTestId("search-option");
  await search.fill("39°51'0\"N 121°18'0\"W");
  await options.first().waitFor();
  assert.deepEqual([await options.count(), await options.first().innerText()].map(String), ["1", await options.first().innerText()]);
  await page.keyboard.press("Enter");
  await page.getByTestId("point-readout").filter({ hasText: "39.8500° N, 121.3000° W" }).waitFor();
  await shows(page.getByTestId("region-panel").locator("h2"), /northern California/);
  await search.fill("38.5, 23.4");
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=search-option]").length === 2);
  await shows(page.getByTestId("search-note"), /Two readings are possible/);
  await page.keyboard.press("ArrowDown");
  assert.equal(await search.getAttribute("aria-activedescendant"), "found-1");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".found").isVisible(), false);
  await search.fill("138.5, 223.4");
  await page.getByTestId("search-note").filter({ hasText: "Latitude runs from" }).waitFor();
});

test("without the list of places the rest of the search still works", async (t) => {
  const { page } = await open(t);
  await page.route("**/places.json", (route) => route.fulfill({ body: "{" }));
  await page.getByTestId("place-search").fill("evia");
  await page.getByTestId("search-option").filter({ hasText: "Coast of Evia" }).waitFor();
  await page.getByTestId("search-note").filter({ hasText: "could not be loaded" }).waitFor();
});

test("a town or an island is found by its name in its own script, and by what other languages call it", async (t) => {
  const { page, problems } = await open(t);
  const requested = [];
  page.on("request", (request) => requested.push(new URL(request.url()).pathname));
  const search = page.getByTestId("place-search");
  const first = page.getByTestId("search-option").first();
  for (const [text, found] of [
    ["Ιστιαία", /^Ιστιαία\s+Greece · 4,300 inhabitants/],
    ["ΛΙΜΝΗ", /^Λίμνη\s+Greece/],
    ["Εύβοια", /^Εύβοια\s+Greece/],
    ["evia, gr", /^Evia\s+Greece/],
    ["москва", /^Москва\s+Russia/],
    ["京都", /^京都\s*Japan/],
    ["القاهرة", /^القاهرة\s+Egypt/],
    ["wien", /^Wien\s+Austria/],
    ["Lisboa", /^Lisboa\s+Portugal/],
  ]) {
    await search.fill(text);
    await shows(first, found);
  }
  await search.fill("Ιστιαία");
  await shows(first, /Ιστιαία/);
  await page.screenshot({ path: join(SCREENSHOTS, "search-greek.png") });
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /map=1\d(\.\d+)?\/38\.9\d*\/23\.1/.test(location.hash));
  assert.equal(requested.filter((path) => path === "/names/greek.json").length <= 2, true, String(requested));
  assert.deepEqual(problems, []);
});

test("names of other scripts are not loaded for a search that needs none", async (t) => {
  const { page } = await open(t);
  const requested = [];
  page.on("request", (request) => requested.push(new URL(request.url()).pathname));
  await page.getByTestId("place-search").fill("Athens");
  await shows(page.getByTestId("search-option").first(), /^Athens/);
  assert.deepEqual(requested.filter((path) => path.startsWith("/names/")), []);
});

test("a position in UTM or MGRS is found", async (t) => {
  const { page } = await open(t);
  const search = page.getByTestId("place-search");
  for (const [text, place] of [["10S 645400 4412500", /39\.8\d+° N, 121\.3\d*° W/], ["10SFK4540012500", /39\.8\d+° N, 121\.3\d*° W/]]) {
    await search.fill(text);
    await page.getByTestId("search-note").filter({ hasText: /Press Enter|Nothing found/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByTestId("said").filter({ hasText: place }).waitFor();
    await page.waitForFunction(() => /map=13\/39\.8\d*\/-121\.3/.test(location.hash));
  }
});

test("an address is requested of the configured geocoder at Enter alone, and shown with whose data it is", async (t) => {
  setGeocoder(bed.geocoder.url);
  t.after(() => setGeocoder());
  const { page, problems } = await open(t, { viewport: PHONE, locale: "el-GR" });
  const search = page.getByTestId("place-search");
  await search.fill("Pine Street 12, Sierra");
  await page.getByTestId("search-note").filter({ hasText: "Enter" }).waitFor();
  assert.deepEqual(bed.geocoder.requests, []);
  await search.press("Enter");
  await page.waitForFunction(() => /map=1\d(\.\d+)?\/39\.86/.test(location.hash));
  await page.getByText("Pine Street, Sierra (Data © OpenStreetMap contributors)").waitFor();
  await page.locator(".found").waitFor({ state: "hidden" });
  const [request, ...others] = bed.geocoder.requests;
  assert.deepEqual([request, others], [{ format: "jsonv2", limit: "1", "accept-language": "el", q: "Pine Street 12, Sierra" }, []]);
  await page.screenshot({ path: join(SCREENSHOTS, "search-address-phone-greek.png") });
  assert.deepEqual(problems, []);
});

test("a geocoder that does not respond, or knows no such address, is stated", async (t) => {
  setGeocoder(bed.geocoder.url);
  t.after(() => setGeocoder());
  const { page } = await open(t);
  const search = page.getByTestId("place-search");
  for (const [text, message] of [["qqqqqqqq busy", /search for addresses does not respond/], ["qqqqqqqq 7", /Nothing found/]]) {
    await search.fill(text);
    await search.press("Enter");
    await page.getByTestId("said").filter({ hasText: message }).waitFor();
  }
});
