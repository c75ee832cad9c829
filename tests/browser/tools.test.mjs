// The module of the tools, which loads on first use: when it is requested, how it is sent, what it shares with the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./map_page.mjs";
import { dragonfly, eventually, nginx, testBed } from "./test_bed.mjs";

const IMMUTABLE = "public, max-age=31536000, immutable";

const bed = testBed({ servers: { serve: dragonfly, nginx } });

/** Opens the page of one of the servers; also returns the responses with the tools that it has received so far. */
async function open(t, { url }, fragment = "") {
  const responses = [];
  const prepare = (page) => page.on("response", (response) => /dragonfly-tools/.test(response.url()) && responses.push(response));
  const { page } = await openPage(t, bed.chromium, `${url}/${fragment}`, { prepare });
  return { page, responses };
}

test("the tools are requested on first use, and cached forever under either server", async (t) => {
  for (const name of ["serve", "nginx"]) {
    const { page, responses } = await open(t, bed[name]);
    assert.deepEqual(responses, [], `${name}: nothing before`);
    await page.getByTestId("measure").click();
    await page.getByTestId("measure-readout").waitFor();
    assert.equal(await page.getByTestId("measure").getAttribute("aria-pressed"), "true");
    const files = responses.map((response) => [new URL(response.url()).pathname.replace(/-[0-9a-f]{16}/, ""), response]);
    assert.deepEqual(files.map(([path]) => path).sort(), ["/dragonfly-tools.js", "/dragonfly-tools_bg.wasm"], name);
    for (const [path, response] of files) {
      const { "content-type": type, "cache-control": cache, "content-encoding": encoding } = await response.allHeaders();
      assert.match(type, path.endsWith(".wasm") ? /^application\/wasm$/ : /^(application|text)\/javascript/, `${name} ${path}`);
      assert.equal(cache, IMMUTABLE, `${name} ${path}`);
      assert.ok(["br", "gzip"].includes(encoding), `${name} ${path}`);
    }
    await page.getByTestId("measure").click();
    assert.equal(await page.getByTestId("measure-readout").count(), 0);
    assert.equal(responses.length, 2, "they are requested once");
  }
});

test("tools that cannot be loaded give a notice, and load on another try", async (t) => {
  const { page } = await open(t, bed.serve);
  await page.route(/dragonfly-tools.*\.js/, (route) => route.abort());
  await page.getByTestId("measure").click();
  const notice = page.getByTestId("notice").filter({ hasText: "could not be loaded" });
  await notice.waitFor();
  await page.unroute(/dragonfly-tools.*\.js/);
  await notice.getByRole("button", { name: "Try again" }).click();
  await page.getByTestId("measure-readout").waitFor();
  assert.equal(await page.getByTestId("notice").count(), 0);
});

test("an active tool receives the clicks on the map, until it is closed", async (t) => {
  const { page } = await open(t, bed.serve);
  await page.getByTestId("measure").click();
  await page.getByTestId("measure-readout").waitFor();
  await page.mouse.click(900, 400);
  assert.equal(await page.getByTestId("point-readout").count(), 0);
  await page.getByTestId("measure-readout").getByRole("button").click();
  await page.mouse.click(900, 420);
  await page.getByTestId("point-readout").waitFor();
});

test("the tools' part of the address stays, and loads them", async (t) => {
  const { page, responses } = await open(t, bed.serve, "#hr=a%3D1%26b");
  await eventually(() => responses.length === 2);
  await page.getByTestId("palette-select").selectOption("customary");
  await page.waitForFunction(() => /palette=customary/.test(location.hash));
  assert.match(await page.evaluate(() => location.hash), /hr=a%3D1%26b/);
});
