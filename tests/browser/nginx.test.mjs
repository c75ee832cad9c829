// Debian's nginx with the project's site over a published root: the headers of each kind of file, what is not served,
// and the page under the strict policy, which `dragonfly serve` sends too.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chownSync, existsSync, lchownSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { before, test } from "node:test";
import { moved, openPage, saveView, settled } from "./map_page.mjs";
import { DIST, dragonfly, eventually, freePort, nginx, nginxSite, publishSample, REGIONS, testBed } from "./test_bed.mjs";

const [REGION] = REGIONS;
const IMMUTABLE = "public, max-age=31536000, immutable";
const REVALIDATE = "no-cache";

const bed = testBed({ publish: publishWithHidden, servers: { nginx, serve: dragonfly } });
let meta;
let tile;
before(() => {
  meta = JSON.parse(readFileSync(join(bed.published.root, `meta/${REGION}.json`), "utf8"));
  tile = storedTile();
});

/** The sample's maps beside files that no server may show. */
function publishWithHidden() {
  const published = publishSample();
  mkdirSync(join(published.root, "work/unfinished"), { recursive: true });
  writeFileSync(join(published.root, "work/unfinished/run.json"), "{}");
  writeFileSync(join(published.root, "meta/.secret.json"), "{}");
  writeFileSync(join(published.root, `meta/${REGION}.json.new`), "{");
  return published;
}

/** The z/x/y of a stored tile of the finest zoom. */
function storedTile() {
  const zoom = join(bed.published.root, `tiles/${REGION}/dnbr`, String(meta.zoom_max));
  const [column] = readdirSync(zoom);
  const [row] = readdirSync(join(zoom, column));
  return `${meta.zoom_max}/${column}/${row}`;
}

/** The path of the one file of the page whose name matches. */
function pageFile(name) {
  const file = readdirSync(DIST).find((file) => name.test(file));
  assert.ok(file, `dist has a file like ${name}: run scripts/build`);
  return `/${file}`;
}

/** Sends a request to nginx, or to another server; resolves to the response as it comes over the wire. */
function fetchRaw(path, { method = "GET", headers = {}, from = bed.nginx } = {}) {
  const { hostname, port } = new URL(from.url);
  return new Promise((done, failed) => {
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => {
        const { statusCode: status, headers, headersDistinct } = response;
        done({ status, headers, distinct: headersDistinct, body: Buffer.concat(parts) });
      });
    });
    sent.on("error", failed).end();
  });
}

const runTiles = () => `/tiles/${REGION}/${meta.run_id}/dnbr`;
const ranged = (range) => ({ headers: { range, origin: "https://elsewhere.example" } });

test("a version is cached forever, and what changes is revalidated", async () => {
  const kinds = [
    [`${runTiles()}/${tile}`, "image/png", IMMUTABLE],
    [`/tiles/${REGION}/dnbr/${tile}`, "image/png", REVALIDATE],
    [meta.raster_url, "image/tiff", IMMUTABLE],
    [`/raster/${REGION}_lowres_dnbr.tif`, "image/tiff", REVALIDATE],
    [meta.layers.post_date, "image/tiff", IMMUTABLE],
    [`/raster/${REGION}_lowres_post_date.tif`, "image/tiff", REVALIDATE],
    [`/meta/${REGION}.json`, "application/json", REVALIDATE],
    ["/meta/index.json", "application/json", REVALIDATE],
    ["/meta/client.json", "application/json", REVALIDATE],
    ["/", "text/html", REVALIDATE],
    ["/index.html", "text/html", REVALIDATE],
    ["/world/3-4-2.json", "application/json", REVALIDATE],
    [pageFile(/^dragonfly-client-.*_bg\.wasm$/), "application/wasm", IMMUTABLE],
    [pageFile(/^dragonfly-client-.*\.js$/), "application/javascript", IMMUTABLE],
    [pageFile(/^style-.*\.css$/), "text/css", IMMUTABLE],
    [pageFile(/^icon-.*\.svg$/), "image/svg+xml", IMMUTABLE],
    [pageFile(/^dragonfly-tools-.*_bg\.wasm$/), "application/wasm", IMMUTABLE],
    [pageFile(/^dragonfly-tools-.*\.js$/), "application/javascript", IMMUTABLE],
    // Its name has no hash, so its content may change.
    ["/icon.svg", "image/svg+xml", REVALIDATE],
  ];
  for (const [path, type, cache] of kinds) {
    const { status, distinct } = await fetchRaw(path);
    assert.equal(status, 200, path);
    assert.deepEqual(distinct["content-type"], [type], path);
    assert.deepEqual(distinct["cache-control"], [cache], path);
    assert.deepEqual(distinct["x-content-type-options"], ["nosniff"], path);
    assert.deepEqual(distinct["referrer-policy"], ["strict-origin-when-cross-origin"], path);
    assert.ok(distinct["permissions-policy"], path);
    assert.ok(distinct.etag && distinct["last-modified"], path);
    assert.equal(distinct.server[0], "nginx", "the version is not sent");
  }
});

test("a request with the current ETag gives 304 with the same headers", async () => {
  for (const [path, cache] of [[meta.raster_url, IMMUTABLE], ["/meta/index.json", REVALIDATE]]) {
    const { headers: first } = await fetchRaw(path);
    const { status, headers, body } = await fetchRaw(path, { headers: { "if-none-match": first.etag } });
    assert.equal(status, 304, path);
    assert.equal(body.length, 0, path);
    assert.equal(headers["cache-control"], cache, path);
    assert.equal(headers["access-control-allow-origin"], "*", path);
  }
});

test("published files are served unchanged", async () => {
  for (const path of [`${runTiles()}/${tile}`, meta.raster_url, "/meta/client.json"]) {
    const { body } = await fetchRaw(path);
    assert.ok(body.equals(readFileSync(join(bed.published.root, path))), path);
  }
  const { body } = await fetchRaw(`/tiles/${REGION}/dnbr/${tile}`);
  assert.ok(body.equals(readFileSync(join(bed.published.root, runTiles(), tile))), "the stable link leads to the run");
});

test("rasters are served in ranges, to any site", async () => {
  const raster = readFileSync(join(bed.published.root, meta.raster_url));
  for (const path of [meta.raster_url, `/raster/${REGION}_lowres_dnbr.tif`]) {
    const { status, headers, body } = await fetchRaw(path, ranged("bytes=16-47"));
    assert.equal(status, 206, path);
    assert.equal(headers["content-range"], `bytes 16-47/${raster.length}`);
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.match(headers["access-control-expose-headers"], /content-range/i);
    assert.ok(body.equals(raster.subarray(16, 48)));
  }
  const last = await fetchRaw(meta.raster_url, ranged("bytes=-7"));
  assert.ok(last.body.equals(raster.subarray(-7)));

  const beyond = await fetchRaw(meta.raster_url, ranged(`bytes=${raster.length}-`));
  assert.equal(beyond.status, 416);
  assert.equal(beyond.headers["content-range"], `bytes */${raster.length}`);
  assert.deepEqual(beyond.distinct["access-control-allow-origin"], ["*"], "sent once, or browsers refuse it");
  assert.match(beyond.headers["cache-control"], /no-cache/);
});

test("a range is of the uncompressed file, even for a client that accepts compression", async () => {
  const headers = { range: "bytes=0-3", "accept-encoding": "gzip, br" };
  const response = await fetchRaw(meta.raster_url, { headers });
  assert.equal(response.status, 206);
  assert.equal(response.headers["content-encoding"], undefined);
});

test("an absent tile is a 404 that other sites may read and nothing caches", async () => {
  for (const path of [`${runTiles()}/0/0/0.png`, `/tiles/${REGION}/dnbr/0/0/0.png`, "/tiles/nowhere/dnbr/0/0/0.png"]) {
    const { status, distinct } = await fetchRaw(path, { headers: { origin: "https://elsewhere.example" } });
    assert.equal(status, 404, path);
    assert.deepEqual(distinct["access-control-allow-origin"], ["*"], path);
    assert.deepEqual(distinct["cache-control"], [REVALIDATE], path);
    assert.deepEqual(distinct["x-content-type-options"], ["nosniff"], path);
  }
});

test("only published files are served", async () => {
  const hidden = [
    "/.lock", "/.git/config", "/meta/.secret.json", "/meta/%2esecret.json", "/tiles/../.lock", "/tiles/%2e%2e/.lock",
    "/work", "/work/", "/work/unfinished/run.json", "/meta/../work/unfinished/run.json", `/meta/${REGION}.json.new`,
    "/tiles", "/tiles/", `/tiles/${REGION}/`, `${runTiles()}/`, "/raster/", `/raster/${REGION}/`, "/meta/", "/meta",
    "/world/", "/images/", "/index.html/", "/absent.js",
  ];
  for (const path of hidden) {
    const { status, headers, body } = await fetchRaw(path);
    assert.equal(status, 404, path);
    assert.equal(headers["cache-control"], REVALIDATE, path);
    assert.ok(!body.includes("Index of"), path);
  }
  for (const method of ["POST", "PUT", "DELETE"]) {
    const { status } = await fetchRaw("/meta/index.json", { method });
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
    const { status, distinct } = await fetchRaw(path, { method: "OPTIONS", headers });
    assert.equal(status, 204, path);
    assert.deepEqual(distinct["access-control-allow-origin"], ["*"], path);
    assert.match(distinct["access-control-allow-methods"][0], /GET/);
    assert.match(distinct["access-control-allow-headers"][0], /\bRange\b.*\bIf-Range\b/);
    assert.deepEqual(distinct["access-control-max-age"], ["86400"]);
  }
  for (const path of ["/", pageFile(/_bg\.wasm$/)]) {
    const page = await fetchRaw(path, { headers: { origin: "https://elsewhere.example" } });
    assert.equal(page.headers["access-control-allow-origin"], undefined, path);
  }
});

test("program and text of the page are sent as compressed at build", async () => {
  const files = [
    "/index.html", "/world/3-4-2.json", "/world/5-18-9.json", pageFile(/^dragonfly-client-.*_bg\.wasm$/),
    pageFile(/^dragonfly-tools-.*_bg\.wasm$/), pageFile(/^dragonfly-tools-.*\.js$/),
    pageFile(/^dragonfly-client-.*\.js$/), pageFile(/^leaflet-.*\.js$/), pageFile(/^style-.*\.css$/),
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
      const { status, headers, body } = await fetchRaw(file, { headers: { "accept-encoding": accepted } });
      assert.equal(status, 200, file);
      assert.equal(headers["content-encoding"], encoding, `${file} for ${accepted}`);
      assert.equal(headers.vary, "Accept-Encoding", file);
      assert.ok(body.equals(readFileSync(join(DIST, file + suffix))), `${file}${suffix} is sent as built`);
      assert.ok(opened(body).equals(plain), `${file}${suffix} holds the current ${file}`);
    }
  }
  const { headers } = await fetchRaw("/", { headers: { "accept-encoding": "br" } });
  assert.equal(headers["content-encoding"], "br", "the first page too");
});

test("metadata is compressed by the server, images and rasters never", async () => {
  const headers = { "accept-encoding": "gzip, deflate, br" };
  const json = await fetchRaw(`/meta/${REGION}.json`, { headers });
  assert.equal(json.headers["content-encoding"], "gzip");
  assert.equal(json.headers["access-control-allow-origin"], "*");
  assert.equal(JSON.parse(gunzipSync(json.body)).run_id, meta.run_id);
  for (const path of [`${runTiles()}/${tile}`, meta.raster_url, `/tiles/${REGION}/dnbr/${tile}`]) {
    const response = await fetchRaw(path, { headers });
    assert.equal(response.status, 200, path);
    assert.equal(response.headers["content-encoding"], undefined, path);
  }
});

test("the page's policy is strict", async () => {
  for (const path of ["/", pageFile(/^dragonfly-client-.*\.js$/), "/absent.html"]) {
    const { distinct } = await fetchRaw(path);
    const [policy, ...more] = distinct["content-security-policy"];
    assert.deepEqual(more, []);
    const rules = new Map(policy.split(";").map((rule) => rule.trim().split(/\s+/)).map(([name, ...sources]) => [name, sources]));
    assert.deepEqual(rules.get("default-src"), ["'none'"]);
    assert.deepEqual(rules.get("script-src"), ["'self'", "'wasm-unsafe-eval'"]);
    assert.deepEqual(rules.get("style-src"), ["'self'"]);
    assert.deepEqual(rules.get("frame-ancestors"), ["'none'"]);
    assert.deepEqual(rules.get("base-uri"), ["'none'"]);
    assert.deepEqual(rules.get("connect-src").slice(0, 2), ["'self'", "https://earth-search.aws.element84.com"]);
    // A star may stand for the subdomains of a host, not for all hosts.
    assert.ok(!/unsafe-inline|'unsafe-eval'|\*(?!\.)/.test(policy), policy);
  }
  const index = readFileSync(join(DIST, "index.html"), "utf8");
  assert.ok(!/<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=/.test(index), "index.html has nothing inline");
});

test("`dragonfly serve` sends the same policies", async () => {
  const names = [
    "content-security-policy", "permissions-policy", "referrer-policy", "x-content-type-options", "cache-control",
  ];
  // The other hosts that the page may send requests to differ: that server has a catalogue of its own.
  const withoutHosts = (value) => value?.replace(/ https?:[^ ;]+/g, "");
  const paths = [
    "/", "/index.html", pageFile(/^dragonfly-client-.*\.js$/), "/worker.js", "/absent.html", `${runTiles()}/${tile}`,
    `/tiles/${REGION}/dnbr/${tile}`, meta.raster_url, "/meta/index.json", "/meta/client.json", `${runTiles()}/0/0/0.png`,
  ];
  for (const path of paths) {
    const [expected, own] = [await fetchRaw(path), await fetchRaw(path, { from: bed.serve })];
    assert.equal(own.status, expected.status, path);
    for (const name of names) assert.equal(withoutHosts(own.headers[name]), withoutHosts(expected.headers[name]), `${path}: ${name}`);
  }
  for (const path of ["/work/unfinished/run.json", `/meta/${REGION}.json.new`, "/meta/.secret.json", "/.lock"])
    assert.equal((await fetchRaw(path, { from: bed.serve })).status, 404, path);
});

const NOT_ROOT = process.getuid() !== 0 && "only root can change the owner of a file";
const NOBODY = 65534;

test("a link is followed to files of its own owner only", { skip: NOT_ROOT }, async () => {
  const folder = mkdtempSync(join(bed.published.folder, "elsewhere-"));
  const links = ["own", "foreign", "foreign_link"].map((name) => [name, join(folder, `${name}.json`), join(bed.published.root, `meta/${name}.json`)]);
  for (const [name, file, link] of links) {
    writeFileSync(file, "{}");
    symlinkSync(file, link);
    if (name === "foreign") chownSync(file, NOBODY, NOBODY);
    if (name === "foreign_link") lchownSync(link, NOBODY, NOBODY);
  }
  try {
    for (const [name] of links) {
      const { status, body } = await fetchRaw(`/meta/${name}.json`);
      assert.equal(status, name === "own" ? 200 : 404, name);
      assert.ok(name === "own" || !body.includes("{}"), name);
    }
    // As on a server, where all published files belong to the user that runs the batch.
    execFileSync("chown", ["-Rh", `${NOBODY}:${NOBODY}`, bed.published.root]);
    for (const path of [`/tiles/${REGION}/dnbr/${tile}`, `/raster/${REGION}_lowres_dnbr.tif`, "/meta/index.json"]) {
      assert.equal((await fetchRaw(path)).status, 200, path);
    }
  } finally {
    execFileSync("chown", ["-Rh", `${process.getuid()}:${process.getgid()}`, bed.published.root]);
    links.forEach(([, , link]) => rmSync(link));
  }
});

for (const which of ["nginx", "serve"]) test(`the page works under ${which}'s policy without one violation`, async (t) => {
  const prepare = async (page) => {
    await page.exposeFunction("reportViolation", (violation) => violations.push(violation));
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
        window.reportViolation(`policy: ${effectiveDirective} ${blockedURI} at ${sourceFile}:${lineNumber}`));
    });
    page.on("console", (message) => {
      if (message.type() === "warning" || /content.security.policy/i.test(message.text())) warnings.push(`console: ${message.text()}`);
    });
  };
  const [violations, warnings] = [[], []];
  const { page, problems } = await openPage(t, bed.chromium, bed[which].url, { prepare, serviceWorkers: "allow" });
  for (const region of await page.getByTestId("region-item").all()) {
    await moved(page, () => region.click());
    await settled(page);
  }
  const map = await page.getByTestId("map").boundingBox();
  await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
  await page.getByTestId("point-readout").filter({ hasText: /dNBR|severity|unburned|outside|water/i }).waitFor();
  const palettes = page.getByTestId("palette-select");
  for (const palette of await palettes.locator("option").all()) await palettes.selectOption(await palette.getAttribute("value"));
  await page.getByTestId("opacity").focus();
  for (const key of ["Home", "ArrowRight", "End", "ArrowLeft"]) await page.keyboard.press(key);
  await page.mouse.move(map.x + map.width / 2, map.y + map.height / 2);
  await moved(page, () => page.mouse.wheel(0, -400));
  await settled(page);
  // The modules and files that load later: the tools, the places, another language.
  await page.getByTestId("measure").click();
  await page.getByTestId("measure-readout").waitFor();
  await page.mouse.click(map.x + map.width / 2, map.y + map.height / 3);
  await page.getByTestId("measure").click();
  const saved = page.waitForEvent("download");
  await saveView(page);
  await saved;
  await page.getByTestId("place-search").fill("reno");
  await page.getByTestId("search-option").first().waitFor({ timeout: 60_000 });
  await page.keyboard.press("Escape");
  await page.getByTestId("region-info").first().click();
  for (const summary of await page.getByTestId("region-panel").locator("summary").all()) await summary.click();
  await page.keyboard.press("Escape");
  await page.getByTestId("help").click();
  await page.keyboard.press("Escape");
  await page.getByTestId("language").selectOption("de");
  await page.getByTestId("compare").click();
  await page.getByTestId("swipe").waitFor();
  assert.deepEqual([...problems, ...violations, ...warnings], []);

  // The listeners work: an inline style, an inline script and a foreign address are each refused and reported.
  await page.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", '<i style="color: red"></i>');
    document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = true" }));
    return fetch("https://elsewhere.example/").catch(() => {});
  });
  for (const directive of ["style-src-attr", "script-src-elem", "connect-src"]) {
    await eventually(() => violations.some((violation) => violation.startsWith(`policy: ${directive}`)), `a violation of ${directive}`);
  }
  assert.equal(await page.evaluate(() => window.ran), undefined);
});

test("the site is valid within Debian's own settings", async () => {
  const site = join(bed.published.folder, "site.conf");
  writeFileSync(site, nginxSite(bed.published, await freePort()));
  const debian = readFileSync("/etc/nginx/nginx.conf", "utf8")
    .replace("/etc/nginx/sites-enabled/*", site)
    .replace(/^pid .*$/m, `pid ${bed.published.folder}/debian.pid;`);
  assert.ok(debian.includes(site));
  const file = join(bed.published.folder, "debian.conf");
  writeFileSync(file, debian);
  execFileSync("/usr/sbin/nginx", ["-t", "-q", "-c", file, "-e", "stderr"]);
});
