// The page in a frame of another site, with the site's own name and links, and in languages with long words.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { animated, axe, openPage, settled, shows } from "./map_page.mjs";
import { dragonfly, publishSample, SCREENSHOTS, testBed } from "./test_bed.mjs";

const IN_SIERRA = "#map=11/39.85/-121.3";
/** The smallest frame that is promised. */
const SMALL = { width: 320, height: 240 };
const PAGE = {
  title: "Fires of our county", tagline: "How badly the land burnt.", logo: "/icon.svg", accent: "#7a1f1f", centre: [-121.3, 39.85],
  zoom: 11, language: "el", imprint_url: "/imprint.html", damage_map_url: "https://county.example/damage", help_text: "Ask the county's fire department.",
};

/** Another site, whose page holds the frame that its path names. */
async function newsSite() {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url, "http://news");
    const [url, width, height] = ["url", "width", "height"].map((name) => searchParams.get(name));
    response.setHeader("Content-Type", "text/html");
    response.end(url ? `<title>News</title><body style="margin: 0"><iframe src="${url}" width="${width}" height="${height}" style="border: 0"></iframe>` : "");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => (server.closeAllConnections(), server.close()) };
}

const news = await newsSite();
const permitting = (published) => dragonfly(published, undefined, undefined, { DRAGONFLY_FRAME_ANCESTORS: news.url });
const bed = testBed({ publish: publishSample, servers: { news: () => news, dragonfly, permitting } });

/** Opens the other site, whose frame shows a page; returns both. */
async function framed(t, url, { width, height }) {
  const address = `${news.url}/?${new URLSearchParams({ url, width, height })}`;
  const { page, problems } = await openPage(t, bed.chromium, address, { ready: () => {}, language: "" });
  const frame = await (await page.waitForSelector("iframe")).contentFrame();
  return { page, frame, problems };
}

test("another site shows the map, its legend and the way to the whole page in a frame of 320 x 240", async (t) => {
  const { page, frame, problems } = await framed(t, `${bed.permitting.url}/?embed${IN_SIERRA}`, SMALL);
  await settled(frame);
  const link = frame.getByTestId("open-full-map");
  await shows(link, /^Open the full map$/);
  await shows(frame.getByTestId("legend"), /High severity/);
  await shows(frame.getByTestId("caveat"), /Not an official map/);
  for (const hidden of ["region-list", "place-search", "locate", "share", "help", "language"]) {
    assert.equal(await frame.getByTestId(hidden).isVisible(), false, hidden);
  }
  const [panel, open] = await Promise.all([frame.locator(".panel").boundingBox(), link.boundingBox()]);
  assert.ok(panel.y > open.y + open.height, "the link is not covered");
  assert.ok(panel.x + panel.width <= SMALL.width && panel.height < SMALL.height * 0.75, JSON.stringify(panel));
  const classes = await frame.locator(".legend .entry").evaluateAll((all) =>
    all.slice(0, 4).map((one) => one.getBoundingClientRect().bottom <= document.querySelector(".sources").getBoundingClientRect().top + 1));
  assert.deepEqual(classes, [true, true, true, true], "the classes are in sight");
  assert.deepEqual(await frame.evaluate(() => [document.body.scrollWidth, document.body.scrollHeight]), [SMALL.width, SMALL.height]);
  await page.screenshot({ path: join(SCREENSHOTS, "embed-small.png") });
  const [whole] = await Promise.all([page.waitForEvent("popup"), link.click()]);
  await whole.getByTestId("region-item").first().waitFor();
  assert.match(whole.url(), /^http:[^?]+\/#map=11\/39\.85\/-121\.3/);
  assert.deepEqual(problems, []);
});

test("a page in a frame passes axe", async (t) => {
  const { page } = await openPage(t, bed.chromium, `${bed.permitting.url}/?embed${IN_SIERRA}`, { viewport: { width: 640, height: 400 } });
  await axe(page, "in a frame");
  await page.screenshot({ path: join(SCREENSHOTS, "embed-640.png") });
});

test("a site that the settings do not name shows no frame", async (t) => {
  const { page } = await openPage(t, bed.chromium, news.url, { ready: () => {}, language: "" });
  const refused = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
  await page.goto(`${news.url}/?${new URLSearchParams({ url: `${bed.dragonfly.url}/?embed`, ...SMALL })}`);
  assert.match((await refused).text(), /frame-ancestors 'none'/);
});

test("a site has its own name, logo, colour, links, help, first view and language", async (t) => {
  const file = join(bed.published.root, "meta/client.json");
  const published = readFileSync(file, "utf8");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(published), page: PAGE }));
  t.after(() => writeFileSync(file, published));
  // A language that the page does not have.
  const { page, problems } = await openPage(t, bed.chromium, bed.dragonfly.url, { locale: "ja-JP", language: "el" });
  await shows(page.locator(".brand"), /^Fires of our county\s+How badly the land burnt\.$/);
  assert.equal(await page.title(), "Fires of our county");
  assert.equal(await page.locator(".brand img").evaluate((logo) => logo.complete && logo.naturalWidth > 0), true);
  assert.equal(await page.locator(".mark").isVisible(), false);
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--accent")), "#7a1f1f");
  await shows(page.getByTestId("imprint"), /Στοιχεία φορέα/);
  assert.equal(await page.getByTestId("imprint").getAttribute("href"), "/imprint.html");
  assert.equal(await page.getByTestId("privacy").count(), 0);
  await shows(page.getByTestId("caveat").getByTestId("damage-map"), /Επίσημος χάρτης ζημιών/);
  await page.getByTestId("help").click();
  await shows(page.getByTestId("help-dialog"), /Ask the county's fire department/);
  await page.waitForFunction(() => location.hash.startsWith("#map=11/39.85/-121.3"));
  assert.deepEqual(problems, []);
});

for (const language of ["el", "fr"]) {
  test(`in the language ${language} nothing is wider than a phone`, async (t) => {
    for (const width of [390, 320]) {
      const { page } = await openPage(t, bed.chromium, `${bed.dragonfly.url}/${IN_SIERRA}`, {
        locale: language, viewport: { width, height: 700 }, hasTouch: true, isMobile: true,
      });
      await page.locator(".handle").click();
      await page.getByTestId("region-info").first().waitFor();
      await animated(page);
      const wide = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll(".panel, .panel-body, .panel button, .panel select")]
          .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "hidden" && one.clientWidth > 0)
          .map((one) => `${one.tagName}.${one.className}: ${one.scrollWidth} > ${one.clientWidth}: ${one.textContent.slice(0, 40)}`));
      assert.deepEqual(wide, [], `${width} px`);
      if (width === 390) await axe(page, language);
      await page.screenshot({ path: join(SCREENSHOTS, `phone-${language}-${width}.png`) });
    }
  });
}
