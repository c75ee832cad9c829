// Debian's nginx with the project's site over a published root: what each kind of file is sent with, what is not
// sent at all, and the page under the strict policy, which `dragonfly serve` sends too.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chownSync, existsSync, lchownSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { after, before, test } from "node:test";
import { browser, dragonfly, freePort, nginx, nginxSite, PROJECT, publish, REGIONS } from "./stage.mjs";

const DIST = join(PROJECT, "dist");
const [REGION] = REGIONS;
const FOREVER = "public, max-age=31536000, immutable";
const ASK_AGAIN = "no-cache";

let published;
let server;
let ours;
let meta;
let tile;
let index;
before(async () => {
  published = publish();
  mkdirSync(join(published.root, "work/unfinished"), { recursive: true });
  writeFileSync(join(published.root, "work/unfinished/run.json"), "{}");
  writeFileSync(join(published.root, "meta/.secret.json"), "{}");
  writeFileSync(join(published.root, `meta/${REGION}.json.new`), "{");
  server = await nginx(published);
  ours = await dragonfly(published);
  meta = JSON.parse(readFileSync(join(published.root, `meta/${REGION}.json`), "utf8"));
  tile = aTile();
  index = readFileSync(join(DIST, "index.html"), "utf8");
});
after(async () => {
  await server?.stop();
  await ours?.stop();
  published?.remove();
});

/** The z/x/y of a stored tile of the finest zoom. */
function aTile() {
  const zoom = join(published.root, `tiles/${REGION}/dnbr`, String(meta.zoom_max));
  const [column] = readdirSync(zoom);
  const [row] = readdirSync(join(zoom, column));
  return `${meta.zoom_max}/${column}/${row}`;
}

/** The path of the one file of the page whose name matches. */
function ofThePage(name) {
  const file = readdirSync(DIST).find((file) => name.test(file));
  assert.ok(file, `dist has a file like ${name}: run scripts/build`);
  return `/${file}`;
}

/** What nginx, or another server, answers, as it comes over the wire. */
function ask(path, { method = "GET", headers = {}, of = server } = {}) {
  const { hostname, port } = new URL(of.url);
  return new Promise((done, failed) => {
    const asked = request({ hostname, port, path, method, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        const { statusCode: status, headers, headersDistinct } = answer;
        done({ status, headers, distinct: headersDistinct, body: Buffer.concat(parts) });
      });
    });
    asked.on("error", failed).end();
  });
}

const runTiles = () => `/tiles/${REGION}/${meta.run_id}/dnbr`;
const ranged = (range) => ({ headers: { range, origin: "https://elsewhere.example" } });

test("a version is kept forever, and what moves on is asked for again", async () => {
  const kinds = [
    [`${runTiles()}/${tile}`, "image/png", FOREVER],
    [`/tiles/${REGION}/dnbr/${tile}`, "image/png", ASK_AGAIN],
    [meta.raster_url, "image/tiff", FOREVER],
    [`/raster/${REGION}_lowres_dnbr.tif`, "image/tiff", ASK_AGAIN],
    [`/meta/${REGION}.json`, "application/json", ASK_AGAIN],
    ["/meta/index.json", "application/json", ASK_AGAIN],
    ["/meta/client.json", "application/json", ASK_AGAIN],
    ["/", "text/html", ASK_AGAIN],
    ["/index.html", "text/html", ASK_AGAIN],
    ["/world/countries-50m.json", "application/json", ASK_AGAIN],
    [ofThePage(/^dragonfly-client-.*_bg\.wasm$/), "application/wasm", FOREVER],
    [ofThePage(/^dragonfly-client-.*\.js$/), "application/javascript", FOREVER],
    [ofThePage(/^style-.*\.css$/), "text/css", FOREVER],
    [ofThePage(/^icon-.*\.svg$/), "image/svg+xml", FOREVER],
    [ofThePage(/^dragonfly-tools-.*_bg\.wasm$/), "application/wasm", FOREVER],
    [ofThePage(/^dragonfly-tools-.*\.js$/), "application/javascript", FOREVER],
    // Copied under its own name, so that its content may change beneath it.
    ["/images/layers.png", "image/png", ASK_AGAIN],
  ];
  for (const [path, type, cache] of kinds) {
    const { status, distinct } = await ask(path);
    assert.equal(status, 200, path);
    assert.deepEqual(distinct["content-type"], [type], path);
    assert.deepEqual(distinct["cache-control"], [cache], path);
    assert.deepEqual(distinct["x-content-type-options"], ["nosniff"], path);
    assert.deepEqual(distinct["referrer-policy"], ["strict-origin-when-cross-origin"], path);
    assert.ok(distinct["permissions-policy"], path);
    assert.ok(distinct.etag && distinct["last-modified"], path);
    assert.equal(distinct.server[0], "nginx", "no version is told");
  }
});

test("what was seen before is confirmed, with the same headers", async () => {
  for (const [path, cache] of [[meta.raster_url, FOREVER], ["/meta/index.json", ASK_AGAIN]]) {
    const { headers: first } = await ask(path);
    const { status, headers, body } = await ask(path, { headers: { "if-none-match": first.etag } });
    assert.equal(status, 304, path);
    assert.equal(body.length, 0, path);
    assert.equal(headers["cache-control"], cache, path);
    assert.equal(headers["access-control-allow-origin"], "*", path);
  }
});

test("published files are what the root holds", async () => {
  for (const path of [`${runTiles()}/${tile}`, meta.raster_url, "/meta/client.json"]) {
    const { body } = await ask(path);
    assert.ok(body.equals(readFileSync(join(published.root, path))), path);
  }
  const { body } = await ask(`/tiles/${REGION}/dnbr/${tile}`);
  assert.ok(body.equals(readFileSync(join(published.root, runTiles(), tile))), "the stable link leads to the run");
});

test("rasters come in ranges, to any site", async () => {
  const raster = readFileSync(join(published.root, meta.raster_url));
  for (const path of [meta.raster_url, `/raster/${REGION}_lowres_dnbr.tif`]) {
    const { status, headers, body } = await ask(path, ranged("bytes=16-47"));
    assert.equal(status, 206, path);
    assert.equal(headers["content-range"], `bytes 16-47/${raster.length}`);
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.match(headers["access-control-expose-headers"], /content-range/i);
    assert.ok(body.equals(raster.subarray(16, 48)));
  }
  const last = await ask(meta.raster_url, ranged("bytes=-7"));
  assert.ok(last.body.equals(raster.subarray(-7)));

  const beyond = await ask(meta.raster_url, ranged(`bytes=${raster.length}-`));
  assert.equal(beyond.status, 416);
  assert.equal(beyond.headers["content-range"], `bytes */${raster.length}`);
  assert.deepEqual(beyond.distinct["access-control-allow-origin"], ["*"], "told once, or browsers refuse it");
  assert.match(beyond.headers["cache-control"], /no-cache/);
});

test("a range is of the file as it is, even for a reader that takes compressed answers", async () => {
  const headers = { range: "bytes=0-3", "accept-encoding": "gzip, br" };
  const answer = await ask(meta.raster_url, { headers });
  assert.equal(answer.status, 206);
  assert.equal(answer.headers["content-encoding"], undefined);
});

test("an absent tile is a 404 that other sites may read and nobody keeps", async () => {
  for (const path of [`${runTiles()}/0/0/0.png`, `/tiles/${REGION}/dnbr/0/0/0.png`, "/tiles/nowhere/dnbr/0/0/0.png"]) {
    const { status, distinct } = await ask(path, { headers: { origin: "https://elsewhere.example" } });
    assert.equal(status, 404, path);
    assert.deepEqual(distinct["access-control-allow-origin"], ["*"], path);
    assert.deepEqual(distinct["cache-control"], [ASK_AGAIN], path);
    assert.deepEqual(distinct["x-content-type-options"], ["nosniff"], path);
  }
});

test("nothing is shown but what is published", async () => {
  const hidden = [
    "/.lock", "/.git/config", "/meta/.secret.json", "/meta/%2esecret.json", "/tiles/../.lock", "/tiles/%2e%2e/.lock",
    "/work", "/work/", "/work/unfinished/run.json", "/meta/../work/unfinished/run.json", `/meta/${REGION}.json.new`,
    "/tiles", "/tiles/", `/tiles/${REGION}/`, `${runTiles()}/`, "/raster/", `/raster/${REGION}/`, "/meta/", "/meta",
    "/world/", "/images/", "/index.html/", "/absent.js",
  ];
  for (const path of hidden) {
    const { status, headers, body } = await ask(path);
    assert.equal(status, 404, path);
    assert.equal(headers["cache-control"], ASK_AGAIN, path);
    assert.ok(!body.includes("Index of"), path);
  }
  for (const method of ["POST", "PUT", "DELETE"]) {
    const { status } = await ask("/meta/index.json", { method });
    assert.equal(status, 405, method);
  }
});

test("a preflight for ranges is granted, for published files only", async () => {
  const headers = {
    origin: "https://elsewhere.example",
    "access-control-request-method": "GET",
    "access-control-request-headers": "range, if-range",
  };
  for (const path of [meta.raster_url, `/tiles/${REGION}/dnbr/${tile}`, "/meta/index.json"]) {
    const { status, distinct } = await ask(path, { method: "OPTIONS", headers });
    assert.equal(status, 204, path);
    assert.deepEqual(distinct["access-control-allow-origin"], ["*"], path);
    assert.match(distinct["access-control-allow-methods"][0], /GET/);
    assert.match(distinct["access-control-allow-headers"][0], /\bRange\b.*\bIf-Range\b/);
    assert.deepEqual(distinct["access-control-max-age"], ["86400"]);
  }
  for (const path of ["/", ofThePage(/_bg\.wasm$/)]) {
    const page = await ask(path, { headers: { origin: "https://elsewhere.example" } });
    assert.equal(page.headers["access-control-allow-origin"], undefined, path);
  }
});

test("program and text of the page are sent as compressed at build", async () => {
  const files = [
    "/index.html", "/world/countries-50m.json", "/world/countries-10m.json", ofThePage(/^dragonfly-client-.*_bg\.wasm$/),
    ofThePage(/^dragonfly-tools-.*_bg\.wasm$/), ofThePage(/^dragonfly-tools-.*\.js$/),
    ofThePage(/^dragonfly-client-.*\.js$/), ofThePage(/^leaflet-.*\.js$/), ofThePage(/^style-.*\.css$/),
  ];
  const ways = [
    ["gzip, deflate, br", "br", ".br", brotliDecompressSync],
    ["gzip, deflate", "gzip", ".gz", gunzipSync],
    ["identity", undefined, "", (body) => body],
  ];
  for (const file of files) {
    const plain = readFileSync(join(DIST, file));
    for (const [accepted, encoding, suffix, opened] of ways) {
      assert.ok(existsSync(join(DIST, file + suffix)), `dist${file}${suffix} is missing: run scripts/build`);
      const { status, headers, body } = await ask(file, { headers: { "accept-encoding": accepted } });
      assert.equal(status, 200, file);
      assert.equal(headers["content-encoding"], encoding, `${file} for ${accepted}`);
      assert.equal(headers.vary, "Accept-Encoding", file);
      assert.ok(body.equals(readFileSync(join(DIST, file + suffix))), `${file}${suffix} is sent as it lies there`);
      assert.ok(opened(body).equals(plain), `${file}${suffix} holds today's ${file}`);
    }
  }
  const { headers } = await ask("/", { headers: { "accept-encoding": "br" } });
  assert.equal(headers["content-encoding"], "br", "the first page too");
});

test("metadata is compressed on the way, pictures and rasters never", async () => {
  const headers = { "accept-encoding": "gzip, deflate, br" };
  const json = await ask(`/meta/${REGION}.json`, { headers });
  assert.equal(json.headers["content-encoding"], "gzip");
  assert.equal(json.headers["access-control-allow-origin"], "*");
  assert.equal(JSON.parse(gunzipSync(json.body)).run_id, meta.run_id);
  for (const path of [`${runTiles()}/${tile}`, meta.raster_url, `/tiles/${REGION}/dnbr/${tile}`]) {
    const answer = await ask(path, { headers });
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers["content-encoding"], undefined, path);
  }
});

test("the page's policy is strict", async () => {
  for (const path of ["/", ofThePage(/^dragonfly-client-.*\.js$/), "/absent.html"]) {
    const { distinct } = await ask(path);
    const [policy, ...more] = distinct["content-security-policy"];
    assert.deepEqual(more, []);
    const rules = new Map(policy.split(";").map((rule) => rule.trim().split(/\s+/)).map(([name, ...sources]) => [name, sources]));
    assert.deepEqual(rules.get("default-src"), ["'none'"]);
    assert.deepEqual(rules.get("script-src"), ["'self'", "'wasm-unsafe-eval'"]);
    assert.deepEqual(rules.get("style-src"), ["'self'"]);
    assert.deepEqual(rules.get("frame-ancestors"), ["'none'"]);
    assert.deepEqual(rules.get("base-uri"), ["'none'"]);
    assert.deepEqual(rules.get("connect-src").slice(0, 2), ["'self'", "https://earth-search.aws.element84.com"]);
    assert.ok(!/unsafe-inline|'unsafe-eval'|\*/.test(policy), policy);
  }
  assert.ok(!/<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=/.test(index), "index.html has nothing inline");
});

test("`dragonfly serve` sends the same policies", async () => {
  const names = [
    "content-security-policy", "permissions-policy", "referrer-policy", "x-content-type-options", "cache-control",
  ];
  // Whom the page may ask besides differs: that server has a catalogue of its own.
  const withoutHosts = (value) => value?.replace(/ https?:[^ ;]+/g, "");
  const paths = [
    "/", "/index.html", ofThePage(/^dragonfly-client-.*\.js$/), "/worker.js", "/absent.html", `${runTiles()}/${tile}`,
    `/tiles/${REGION}/dnbr/${tile}`, meta.raster_url, "/meta/index.json", "/meta/client.json", `${runTiles()}/0/0/0.png`,
  ];
  for (const path of paths) {
    const [theirs, own] = [await ask(path), await ask(path, { of: ours })];
    assert.equal(own.status, theirs.status, path);
    for (const name of names) assert.equal(withoutHosts(own.headers[name]), withoutHosts(theirs.headers[name]), `${path}: ${name}`);
  }
  for (const path of ["/work/unfinished/run.json", `/meta/${REGION}.json.new`, "/meta/.secret.json", "/.lock"])
    assert.equal((await ask(path, { of: ours })).status, 404, path);
});

const NO_ROOT = process.getuid() !== 0 && "only root can give a file to somebody else";
const NOBODY = 65534;

test("a link is followed to files of its owner, and to no others", { skip: NO_ROOT }, async () => {
  const folder = mkdtempSync(join(published.folder, "elsewhere-"));
  const links = ["own", "foreign", "foreign_link"].map((name) => [name, join(folder, `${name}.json`), join(published.root, `meta/${name}.json`)]);
  for (const [name, file, link] of links) {
    writeFileSync(file, "{}");
    symlinkSync(file, link);
    if (name === "foreign") chownSync(file, NOBODY, NOBODY);
    if (name === "foreign_link") lchownSync(link, NOBODY, NOBODY);
  }
  try {
    for (const [name] of links) {
      const { status, body } = await ask(`/meta/${name}.json`);
      assert.equal(status, name === "own" ? 200 : 404, name);
      assert.ok(name === "own" || !body.includes("{}"), name);
    }
    // As on a server, where all that is published belongs to the user of the nights.
    execFileSync("chown", ["-Rh", `${NOBODY}:${NOBODY}`, published.root]);
    for (const path of [`/tiles/${REGION}/dnbr/${tile}`, `/raster/${REGION}_lowres_dnbr.tif`, "/meta/index.json"]) {
      assert.equal((await ask(path)).status, 200, path);
    }
  } finally {
    execFileSync("chown", ["-Rh", `${process.getuid()}:${process.getgid()}`, published.root]);
    links.forEach(([, , link]) => rmSync(link));
  }
});

for (const which of ["nginx", "serve"]) test(`the page works under ${which}'s policy without one violation`, async (context) => {
  const chromium = await browser();
  context.after(() => chromium.close());
  const page = await chromium.newPage({ viewport: { width: 1440, height: 900 } });
  const problems = [];
  await page.exposeFunction("reportProblem", (problem) => problems.push(problem));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
      window.reportProblem(`policy: ${effectiveDirective} ${blockedURI} at ${sourceFile}:${lineNumber}`));
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) || /content.security.policy/i.test(message.text()))
      problems.push(`console: ${message.text()}`);
  });
  page.on("response", (answer) => answer.status() >= 400 && problems.push(`${answer.status()}: ${answer.url()}`));

  const drawn = () => page.waitForSelector('canvas.df-tile[data-state="drawn"]', { timeout: 20_000 });
  await page.goto({ nginx: server, serve: ours }[which].url);
  await drawn();
  for (const region of await page.getByTestId("region-item").all()) {
    await region.click();
    await page.waitForTimeout(1500);
    await drawn();
  }
  const map = await page.getByTestId("map").boundingBox();
  await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
  await page.getByTestId("point-readout").filter({ hasText: /dNBR|severity|unburned|outside|water/i }).waitFor();
  const palettes = page.getByTestId("palette-select");
  for (const palette of await palettes.locator("option").all()) await palettes.selectOption(await palette.getAttribute("value"));
  await page.getByTestId("opacity").focus();
  for (const key of ["Home", "ArrowRight", "End", "ArrowLeft"]) await page.keyboard.press(key);
  await page.mouse.move(map.x + map.width / 2, map.y + map.height / 2);
  await page.mouse.wheel(0, -400);
  await page.waitForTimeout(1000);
  await drawn();
  // What loads later, too: the tools, the places, another language.
  await page.getByTestId("measure").click();
  await page.getByTestId("measure-readout").waitFor();
  await page.mouse.click(map.x + map.width / 2, map.y + map.height / 3);
  await page.getByTestId("measure").click();
  const saved = page.waitForEvent("download");
  await page.getByTestId("save-image").click();
  await saved;
  await page.getByTestId("place-search").fill("reno");
  await page.getByTestId("search-option").first().waitFor({ timeout: 20_000 });
  await page.keyboard.press("Escape");
  await page.getByTestId("region-info").first().click();
  for (const summary of await page.getByTestId("region-panel").locator("summary").all()) await summary.click();
  await page.keyboard.press("Escape");
  await page.getByTestId("help").click();
  await page.keyboard.press("Escape");
  await page.getByTestId("language").selectOption("de");
  await page.getByTestId("compare").click();
  await page.getByTestId("swipe").waitFor();
  assert.deepEqual(problems, []);

  // The listeners hear: an inline style, an inline script and a foreign address are each refused and told.
  await page.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", '<i style="color: red"></i>');
    document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = true" }));
    return fetch("https://elsewhere.example/").catch(() => {});
  });
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => window.ran), undefined);
  for (const directive of ["style-src-attr", "script-src-elem", "connect-src"])
    assert.ok(problems.some((problem) => problem.startsWith(`policy: ${directive}`)), `${directive} in ${problems.join("\n")}`);
});

test("the site drops into Debian's own settings", async () => {
  const site = join(published.folder, "site.conf");
  writeFileSync(site, nginxSite(published, await freePort()));
  const debian = readFileSync("/etc/nginx/nginx.conf", "utf8")
    .replace("/etc/nginx/sites-enabled/*", site)
    .replace(/^pid .*$/m, `pid ${published.folder}/debian.pid;`);
  assert.ok(debian.includes(site));
  const file = join(published.folder, "debian.conf");
  writeFileSync(file, debian);
  execFileSync("/usr/sbin/nginx", ["-t", "-q", "-c", file, "-e", "stderr"]);
});
