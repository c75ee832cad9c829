// The panel of the page in Chromium, over a root with a fresh, a stale, a failed, a pending and a broken region.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { animated, axe, inLanguage, openPage, settled, shows } from "./map_page.mjs";
import { addFillerRegions, HOSTILE, publishRegionStates } from "./region_states.mjs";
import { DESKTOP, dragonfly, nginx, PHONE, SCREENSHOTS, testBed } from "./test_bed.mjs";

/** In the box of the pending region, within the map of sample_sierra. */
const IN_PENDING = "#map=13/39.9/-121.2";
const IN_SIERRA = "#map=11/39.85/-121.3";
const NOWHERE = "#map=9/10/10";

const bed = testBed({ publish: publishRegionStates, servers: { dragonfly, nginx } });

/** Waits until the list has every region, and the last of them, the broken one, has been read. */
const listed = async (page) => {
  // On a phone the list is in the sheet.
  await page.getByTestId("region-item").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => document.querySelector('[data-region="broken_valley"][data-state="broken"]'));
};

/** Opens the page in a browser context of its own. */
function open(t, { server = "dragonfly", fragment = "", ready = listed, ...options } = {}) {
  return openPage(t, bed.chromium, `${bed[server].url}/${fragment}`, { ready, reducedMotion: "reduce", ...options });
}

const item = (page, name) => page.locator(`[data-testid="region-item"][data-region="${name}"]`);
const info = (page, name) => page.locator(`[data-testid="region-info"][data-about="${name}"]`);
const panel = (page) => page.getByTestId("region-panel");
const focusedId = (page) => page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.id);

/** Clicks the middle of the map, or touches it. */
async function clickMiddle(page, how = "click") {
  const { width, height } = page.viewportSize();
  if (how === "tap") await page.touchscreen.tap(width / 2, height / 2);
  else await page.mouse.click(width / 2, height / 2);
  await panel(page).waitFor();
}

for (const server of ["dragonfly", "nginx"]) {
  describe(`the panel over ${server}`, () => {
    test("lists every region with its age and state", async (t) => {
      const { page } = await open(t, { server });
      for (const [name, state, text] of [
        ["sample_sierra", "fresh", /Images until 10 Sep 2025 \(\d+ (days|months|years) old\)$/m],
        ["sample_sierra", "fresh", /[\d,]+ ha burnt/],
        ["sample_evia", "stale", /Images until .* old\) · update long overdue/],
        ["failed_ridge", "failed", /Images until \d+ \w{3} \d{4} \(.* old\) · update failed/],
        ["pending_isle", "pending", /Not mapped yet/],
        ["broken_valley", "broken", /could not be loaded/],
      ]) {
        await page.locator(`[data-testid="region-item"][data-region="${name}"][data-state="${state}"]`).waitFor();
        await shows(item(page, name), text);
      }
      const shapes = await page.locator(".regions .status").evaluateAll((all) => all.map((one) => getComputedStyle(one, "::before").content));
      assert.equal(new Set(shapes).size, 5, `a shape for each: ${shapes}`);
    });

    test("lists in the panel of a region what its map was made of, the latest image first", async (t) => {
      const { page, problems } = await open(t, { server });
      await info(page, "sample_sierra").click();
      const meta = bed.published.meta("sample_sierra");
      await panel(page).filter({ hasText: "For 20 m" }).waitFor();
      const text = await panel(page).innerText();
      const order = ["Images until", "10 Sep 2025 (", " old)", "Burnt", "counted from cells of", "Cell size", "For 20 m"];
      const places = order.map((words) => text.indexOf(words));
      assert.ok(places.every((place, at) => place >= 0 && (at === 0 || place > places[at - 1])), `${places}: ${text}`);
      assert.match(text, /12–27 Jun 2025\s+searched 1 Jun – 5 Jul 2025/);
      assert.match(text, /Dates chosen by the site's owner/);
      for (const details of await panel(page).locator("summary").all()) if (!(await details.evaluate((one) => one.parentElement.open))) await details.click();
      assert.equal(await page.getByTestId("scene").count(), meta.scenes.length);
      const scene = await page.getByTestId("scene").first().innerText();
      assert.ok(scene.includes(meta.scenes[0].id) && scene.includes("Cloud 3.9 %") && scene.includes("subtracted already, as the image states"), scene);
      await shows(page.getByTestId("empty-share"), /0.7 % of the region\s+water\s+0.7 %/);
      await shows(page.getByTestId("quality"), /Map computed\s+.*, today[^]*dNBR of unburned ground\s+0.01\d+ ± 0.00\d/);
      await shows(page.getByTestId("class-areas"), /High severity\s+[\d,]+ ha/);
      const link = await page.getByTestId("raster-link").locator("a").getAttribute("href");
      assert.equal((await page.request.get(link)).status(), 200);
      await shows(page.getByTestId("tiles-link"), /\/tiles\/sample_sierra\/dnbr\/\{z\}\/\{x\}\/\{y\}\.png/);
      assert.match(await page.getByTestId("citation").innerText(), new RegExp(`${meta.run_id}.*accessed`, "s"));
      assert.deepEqual(problems, []);
    });
  });
}

test("a click shows the value and the smallest region around it", async (t) => {
  const { page } = await open(t, { fragment: IN_SIERRA });
  await clickMiddle(page);
  const readout = page.getByTestId("point-readout");
  await readout.filter({ hasText: /dNBR|unburned|not seen/i }).waitFor();
  await shows(readout, /39\.8\d+° N, 121\.3\d*° W/);
  await shows(panel(page).locator("h2"), /northern California/);
  assert.equal(await focusedId(page), await page.evaluate(() => document.activeElement.dataset.testid ?? ""), "the focus stays with the map");
  await page.goto("about:blank");
  await page.goto(`${bed.dragonfly.url}/${IN_PENDING}`);
  await listed(page);
  await settled(page);
  await clickMiddle(page);
  await shows(panel(page).locator("h2"), /^Pending Isle$/);
  await readout.filter({ hasText: /dNBR/ }).waitFor();
  await shows(readout, /Read from the map of Mountains of northern California/);
  await shows(panel(page), /The first map will appear after the next nightly run/);
});

test("outside all regions the panel says so, and offers high resolution where there is a catalogue", async (t) => {
  for (const server of ["dragonfly", "nginx"]) {
    const { page } = await open(t, { server, fragment: NOWHERE });
    await clickMiddle(page);
    await panel(page).filter({ hasText: /No map here/ }).waitFor();
    await shows(panel(page), /10\.\d+° N, 10\.\d+° E/);
    const offer = panel(page).getByRole("button", { name: "High resolution here" });
    if (server === "dragonfly") {
      await offer.click();
      await page.getByTestId("highres-compute").waitFor();
      await page.waitForFunction(() => /map=12\/10\.\d+\/10\.\d+/.test(location.hash));
    } else {
      await shows(panel(page), /High resolution on demand is not offered/);
      assert.equal(await offer.count(), 0);
    }
  }
});

test("the panel closes by Escape and by its button, and the focus goes back", async (t) => {
  const { page } = await open(t);
  for (const way of ["Escape", "button"]) {
    await info(page, "sample_evia").focus();
    await page.keyboard.press("Enter");
    await panel(page).waitFor();
    assert.equal(await focusedId(page), "region-panel");
    if (way === "Escape") await page.keyboard.press("Escape");
    else await panel(page).getByRole("button", { name: "Close" }).click();
    await panel(page).waitFor({ state: "hidden" });
    assert.equal(await page.evaluate(() => document.activeElement.dataset.about), "sample_evia");
  }
  await page.getByTestId("map").focus();
  await page.keyboard.press("Enter");
  await panel(page).waitFor();
  await page.keyboard.press("Escape");
  await panel(page).waitFor({ state: "hidden" });
  assert.equal(await focusedId(page), "map");
});

test("a rolling map says what changed, a failed one why, a broken one offers another try", async (t) => {
  const { page } = await open(t);
  await info(page, "sample_evia").click();
  await shows(page.getByTestId("rolling-note"), /what changed between .* and .*: fire, but also felling/);
  await shows(panel(page), /the last 30 days against the same days a year earlier/);
  await info(page, "failed_ridge").click();
  await shows(page.getByTestId("trouble"), /no clear enough image from after the fire\. 3 updates in a row have failed\. The map shown is the last/);
  await info(page, "broken_valley").click();
  await shows(panel(page), /could not be loaded\. The other regions are not affected/);
  const repaired = { ...bed.published.meta("sample_sierra"), region_name: "broken_valley", title: "Broken Valley" };
  let requests = 0;
  await page.route("**/meta/broken_valley.json", (route) => {
    requests += 1;
    route.fulfill({ json: repaired });
  });
  await panel(page).getByRole("button", { name: "Try again" }).click();
  await page.getByTestId("latest-image").waitFor();
  assert.equal(requests, 1);
});

test("hostile texts are shown as text", async (t) => {
  const { page } = await open(t);
  const text = await item(page, "failed_ridge").innerText();
  assert.ok(text.includes(HOSTILE.title) && text.includes(HOSTILE.group), text);
  await info(page, "failed_ridge").click();
  await panel(page).filter({ hasText: HOSTILE.scene }).waitFor();
  for (const summary of await panel(page).locator("summary").all()) await summary.click();
  const content = await panel(page).evaluate((one) => one.textContent);
  for (const hostile of Object.values(HOSTILE)) assert.ok(content.includes(hostile), `${hostile} in ${content}`);
  await page.getByTestId("place-search").fill("ridge");
  await page.getByTestId("search-option").first().waitFor();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator("img[src=x], .region-panel svg, .panel li script, b").count(), 0);
});

test("the list is searched without case and accents, walked by keyboard, and flies to the chosen", async (t) => {
  const { page } = await open(t);
  const find = page.getByTestId("region-search");
  await find.fill("EVIA");
  assert.deepEqual(await page.getByTestId("region-item").evaluateAll((all) => all.map((one) => one.dataset.region)), ["sample_evia"]);
  await shows(page.getByTestId("region-note"), /1 of 5 regions/);
  await find.fill("nothing like it");
  await shows(page.getByTestId("region-note"), /No region with that name/);
  await find.fill("");
  await page.keyboard.press("ArrowDown");
  const first = await page.evaluate(() => document.activeElement.dataset.region);
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Home");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.region), first);
  await page.keyboard.press("ArrowUp");
  assert.equal(await focusedId(page), "region-search");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForFunction((name) => location.hash.includes(`region=${name}`), first);
  assert.equal(await page.locator('[aria-current="true"]').getAttribute("data-region"), first);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.region), first, "the focus stays");
});

test("five hundred regions are capped and can still be found", async (t) => {
  const many = publishRegionStates();
  addFillerRegions(many);
  const server = await dragonfly(many);
  t.after(async () => {
    await server.stop();
    many.remove();
  });
  const { page } = await openPage(t, bed.chromium, server.url, { ready: () => {} });
  await page.getByTestId("region-item").first().waitFor();
  assert.equal(await page.getByTestId("region-item").count(), 60);
  await shows(page.getByTestId("region-note"), /\d{3} more/);
  await page.getByTestId("region-search").fill("filler 499");
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=region-item]").length === 1);
});

test("the page is in German where the browser prefers it, and stores another choice", async (t) => {
  const { page, problems } = await open(t, { locale: "de-AT" });
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  await shows(page.getByTestId("region-list"), /Bilder bis .* alt\) · Aktualisierung lange überfällig/);
  await shows(item(page, "sample_sierra"), /\d+\.\d{3} ha verbrannt/);
  await info(page, "sample_sierra").click();
  await shows(panel(page), /Bilder bis\s+10\. Sept\. 2025 \(\d+ \S+ alt\)/);
  await shows(page.getByTestId("legend"), /Schwer verbrannt\s+ab 0,66/);
  await page.screenshot({ path: join(SCREENSHOTS, "panel-german.png") });
  await page.getByTestId("language").selectOption("en");
  await page.getByTestId("region-list").filter({ hasText: "long overdue" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await page.waitForFunction(() => document.activeElement.id === "language");
  await shows(panel(page), /Images until\s+10 Sep 2025/, "the panel stays open");
  await page.reload();
  await page.getByTestId("region-item").first().waitFor();
  await shows(page.getByTestId("region-list"), /Images until/);
  assert.deepEqual(problems, []);
});

test("where the phrases of a language cannot be loaded the page is in English and says so, and loads them on another try", async (t) => {
  const file = "**/languages/de.json";
  const { page } = await open(t, { locale: "de-DE", language: "en", prepare: (page) => page.route(file, (route) => route.fulfill({ status: 404 })) });
  await page.getByTestId("notice").filter({ hasText: "could not be loaded in this language: Deutsch." }).waitFor();
  await inLanguage(page, "en");
  assert.equal(await page.getByTestId("language").inputValue(), "en");
  await page.getByTestId("notice").getByRole("button", { name: "Dismiss" }).click();
  await page.getByTestId("notice").waitFor({ state: "detached" });
  await page.unroute(file);
  await page.route(file, async (route) => route.fulfill({ body: (await (await route.fetch()).text()).replace(/\d+/, "1") }));
  await page.getByTestId("language").selectOption("de");
  await page.getByTestId("notice").filter({ hasText: "Deutsch" }).waitFor();
  await inLanguage(page, "en");
  await page.unroute(file);
  await page.getByTestId("notice").getByRole("button", { name: "Try again" }).click();
  await inLanguage(page, "de");
  await page.getByTestId("notice").filter({ hasText: /Deutsch/ }).waitFor({ state: "detached" });
});

test("areas are shown in acres everywhere, and the choice is stored", async (t) => {
  const { page } = await open(t, { fragment: IN_SIERRA });
  await item(page, "sample_sierra").filter({ hasText: /[\d,]+ ha/ }).waitFor();
  const hectares = Number((await item(page, "sample_sierra").innerText()).match(/([\d,]+) ha/)[1].replaceAll(",", ""));
  await page.getByTestId("units").selectOption("acres");
  await item(page, "sample_sierra").filter({ hasText: "acres" }).waitFor();
  const acres = Number((await item(page, "sample_sierra").innerText()).match(/([\d,]+) acres/)[1].replaceAll(",", ""));
  assert.ok(Math.abs(acres / hectares - 2.4710538) < 1e-3, `${acres} acres, ${hectares} ha`);
  await info(page, "sample_sierra").click();
  await shows(panel(page), /Burnt\s+[\d,]+ acres/);
  await shows(page.getByTestId("legend"), /acres/);
  await page.reload();
  await item(page, "sample_sierra").filter({ hasText: "acres" }).waitFor();
});

test("the explanations are a dialog that keeps the focus and returns it", async (t) => {
  const { page } = await open(t);
  await shows(page.getByTestId("caveat"), /seen from satellites\. Not damage to buildings\. Not an official map/);
  await page.getByTestId("help").click();
  const dialog = page.getByTestId("help-dialog");
  await dialog.waitFor();
  for (const words of ["dNBR is NBR before the fire minus NBR after it", "The classes", "Its limits", "rolling", "Not an official map"])
    assert.ok((await dialog.innerText()).includes(words), words);
  await page.screenshot({ path: join(SCREENSHOTS, "panel-help.png") });
  assert.equal(await page.evaluate(() => document.activeElement.className), "close", "the dialog opens at its top");
  const notices = await page.request.get(await page.getByTestId("third-party-notices").evaluate(({ href }) => href));
  assert.equal(notices.status(), 200);
  assert.match(await notices.text(), /leaflet 1\.9/);
  for (let step = 0; step < 6; step += 1) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.querySelector("dialog").contains(document.activeElement)));
  }
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await focusedId(page), "help");
});

test("links, template and citation are copied", async (t) => {
  const { page } = await open(t, { permissions: ["clipboard-read", "clipboard-write"] });
  await info(page, "sample_sierra").click();
  for (const [place, expected] of [["tiles-link", /\/dnbr\/\{z\}\/\{x\}\/\{y\}\.png$/], ["metadata-link", /\/meta\/sample_sierra\.json$/], ["citation", /^Dragonfly: burn severity \(dNBR\), Mountains/]]) {
    const section = page.getByTestId(place === "citation" ? "citation" : "links");
    if (!(await section.evaluate((one) => one.open))) await section.locator("summary").click();
    await page.getByTestId(place).getByTestId("copy").first().click();
    await page.getByTestId("said").filter({ hasText: "Copied" }).waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), expected);
  }
});

test("slow, missing and broken lists of regions give a notice with another try", async (t) => {
  const { page } = await open(t, { ready: () => {} });
  for (const answer of [{ status: 500, body: "" }, { body: "<html>" }, { body: "{}" }]) {
    await page.unroute("**/meta/index.json");
    await page.route("**/meta/index.json", (route) => route.fulfill(answer));
    await page.reload();
    await page.getByTestId("notice").filter({ hasText: "could not be loaded" }).waitFor();
    await page.getByTestId("region-note").filter({ hasText: "could not be loaded" }).waitFor();
    assert.ok(await page.getByTestId("legend").isVisible());
  }
  await page.unroute("**/meta/index.json");
  await page.locator(".panel button.retry").click();
  await page.getByTestId("region-item").first().waitFor();
  // A request that is never answered.
  await page.clock.install();
  const pending = page.waitForRequest("**/meta/index.json");
  await page.route("**/meta/index.json", () => {});
  await page.reload();
  await pending;
  await page.clock.fastForward(9000);
  await page.getByTestId("region-note").filter({ hasText: "longer than usual" }).waitFor();
});

test("on a phone the sheet leaves the map visible, and every control is large enough for a finger", async (t) => {
  const { page } = await open(t, { viewport: PHONE, hasTouch: true, isMobile: true, fragment: IN_SIERRA });
  await settled(page);
  await page.touchscreen.tap(195, 250);
  await panel(page).waitFor();
  await page.getByTestId("point-readout").filter({ hasText: /°/ }).waitFor();
  const box = await panel(page).boundingBox();
  assert.ok(box.y > 844 * 0.4 && box.y + box.height <= 844 && box.width === 390, JSON.stringify(box));
  await page.screenshot({ path: join(SCREENSHOTS, "panel-phone.png") });
  await panel(page).getByRole("button", { name: "Close" }).tap();
  await panel(page).waitFor({ state: "hidden" });
  await page.locator(".handle").tap();
  await page.locator(".panel.open").waitFor();
  await animated(page);
  await page.screenshot({ path: join(SCREENSHOTS, "panel-phone-list.png") });
  const small = await page.locator("button:visible, select:visible, input:visible, summary:visible").evaluateAll((all) =>
    all.map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()]).filter(([, { width, height }]) => width < 24 || height < 24).map(([html]) => html));
  assert.deepEqual(small, []);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0);
});

describe("axe finds no violation", () => {
  const looks = [
    ["light", {}], ["dark", { colorScheme: "dark" }], ["German", { locale: "de-DE" }],
    ["on a phone", { viewport: PHONE, hasTouch: true, isMobile: true }],
    ["on a dark phone", { viewport: PHONE, hasTouch: true, isMobile: true, colorScheme: "dark" }],
  ];
  for (const [look, options] of looks)
    test(look, async (t) => {
      const { page } = await open(t, options);
      const phone = options.viewport === PHONE;
      const name = look.replaceAll(" ", "-");
      await page.screenshot({ path: join(SCREENSHOTS, `panel-${name}-start.png`) });
      await axe(page, `${look}: start`);
      if (phone) await page.locator(".handle").click();
      await page.getByTestId("place-search").fill("san");
      await page.getByTestId("search-option").nth(2).waitFor({ timeout: 60_000 });
      await page.screenshot({ path: join(SCREENSHOTS, `panel-${name}-search.png`) });
      await axe(page, `${look}: search`);
      await page.keyboard.press("Escape");
      await page.getByTestId("help").click();
      await axe(page, `${look}: explanations`);
      await page.keyboard.press("Escape");
      for (const region of ["sample_sierra", "failed_ridge", "broken_valley"]) {
        if (phone && !(await page.locator(".panel.open").count())) await page.locator(".handle").click();
        await info(page, region).click();
        await page.screenshot({ path: join(SCREENSHOTS, `panel-${name}-${region}.png`) });
        for (const summary of await panel(page).locator("summary").all())
          if (!(await summary.evaluate((one) => one.parentElement.open))) await summary.click();
        await axe(page, `${look}: panel of ${region}`);
        await panel(page).getByRole("button").first().click();
      }
    });
});
