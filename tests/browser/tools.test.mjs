// The module that loads later: when it is asked for, how it is sent, and what it shares with the page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, dragonfly, nginx, publish } from "./stage.mjs";

const FOREVER = "public, max-age=31536000, immutable";

let published;
let server;
let site;
let chromium;
before(async () => {
  published = publish();
  server = await dragonfly(published);
  site = await nginx(published);
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  await site?.stop();
  await server?.stop();
  published?.remove();
});

/** A page over one of the servers, and the answers for the later module that it got so far. */
async function open({ url }, fragment = "") {
  const context = await chromium.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const later = [];
  page.on("pageerror", (error) => assert.fail(error));
  page.on("response", (answer) => /dragonfly-tools/.test(answer.url()) && later.push(answer));
  await page.goto(`${url}/${fragment}`);
  await page.waitForSelector('canvas.df-tile[data-state="drawn"]', { timeout: 20_000 });
  await page.waitForTimeout(500);
  return { page, later };
}

test("tools are asked for when one is first used, and kept forever under either server", async () => {
  for (const [name, from] of [["serve", server], ["nginx", site]]) {
    const { page, later } = await open(from);
    assert.deepEqual(later, [], `${name}: nothing before`);
    await page.getByTestId("measure").click();
    await page.getByTestId("measure-readout").waitFor();
    assert.equal(await page.getByTestId("measure").getAttribute("aria-pressed"), "true");
    const kinds = later.map((answer) => [new URL(answer.url()).pathname.replace(/-[0-9a-f]{16}/, ""), answer]);
    assert.deepEqual(kinds.map(([path]) => path).sort(), ["/dragonfly-tools.js", "/dragonfly-tools_bg.wasm"], name);
    for (const [path, answer] of kinds) {
      const { "content-type": type, "cache-control": cache, "content-encoding": encoding } = await answer.allHeaders();
      assert.match(type, path.endsWith(".wasm") ? /^application\/wasm$/ : /^(application|text)\/javascript/, `${name} ${path}`);
      assert.equal(cache, FOREVER, `${name} ${path}`);
      assert.ok(["br", "gzip"].includes(encoding), `${name} ${path}`);
    }
    await page.getByTestId("measure").click();
    assert.equal(await page.getByTestId("measure-readout").count(), 0);
    assert.equal(later.length, 2, "they are asked for once");
    await page.context().close();
  }
});

test("tools that do not come are told of, and come when they are asked for again", async () => {
  const { page } = await open(server);
  await page.route(/dragonfly-tools.*\.js/, (route) => route.abort());
  await page.getByTestId("measure").click();
  const notice = page.getByTestId("notice").filter({ hasText: "could not be loaded" });
  await notice.waitFor();
  await page.unroute(/dragonfly-tools.*\.js/);
  await notice.getByRole("button", { name: "Try again" }).click();
  await page.getByTestId("measure-readout").waitFor();
  assert.equal(await page.getByTestId("notice").count(), 0);
  await page.context().close();
});

test("a tool that has the map hears its clicks, and gives it back", async () => {
  const { page } = await open(server);
  await page.getByTestId("measure").click();
  await page.getByTestId("measure-readout").waitFor();
  await page.mouse.click(900, 400);
  assert.equal(await page.getByTestId("point-readout").count(), 0);
  await page.getByTestId("measure-readout").getByRole("button").click();
  await page.mouse.click(900, 420);
  await page.getByTestId("point-readout").waitFor();
  await page.context().close();
});

test("the tools' part of the address stays, and brings them", async () => {
  const { page, later } = await open(server, "#hr=a%3D1%26b");
  await page.waitForFunction(() => document.querySelector("[data-testid=said]").textContent === "");
  for (let wait = 0; later.length < 2 && wait < 50; wait += 1) await page.waitForTimeout(100);
  assert.equal(later.length, 2);
  await page.getByTestId("palette-select").selectOption("customary");
  await page.waitForFunction(() => /palette=customary/.test(location.hash));
  assert.match(await page.evaluate(() => location.hash), /hr=a%3D1%26b/);
  await page.context().close();
});
