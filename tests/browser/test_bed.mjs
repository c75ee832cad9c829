// The set-up of the browser tests: published roots over invented scenes, servers over them, and a browser.
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomInt } from "node:crypto";
import {
  cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { chromium } from "playwright-core";

export const PROJECT = resolve(import.meta.dirname, "../..");
const TARGET = process.env.CARGO_TARGET_DIR ?? join(PROJECT, "target");
export const DRAGONFLY = join(TARGET, "release/dragonfly");
export const DIST = join(PROJECT, "dist");
export const SCREENSHOTS = join(TARGET, "screenshots");
export const REGIONS = ["sample_sierra", "sample_evia"];

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

mkdirSync(SCREENSHOTS, { recursive: true });

/**
 * Registers the set-up and the clean-up of a test file, and returns an object that is filled in before its first test:
 * `published`, what `publish` returned; one server a name of `servers`, each started by a function that receives
 * `published`; and `chromium`, unless the file needs none, whose `hostRules` may depend on them.
 */
export function testBed({ publish = publishSample, servers = {}, chromium = true, hostRules = () => "" } = {}) {
  const bed = {};
  const started = [];
  before(async () => {
    bed.published = publish();
    for (const [name, start] of Object.entries(servers)) {
      bed[name] = await start(bed.published);
      started.push(bed[name]);
    }
    if (chromium) bed.chromium = await launchChromium(hostRules(bed));
  });
  after(async () => {
    await bed.chromium?.close();
    for (const server of started.reverse()) await server.stop();
    bed.published?.remove();
  });
  return bed;
}

/**
 * Invented scenes and the maps of them, made once by each build of the binary and on each day: the page counts the age
 * of a map in days. Test files that run side by side may both make them; the first to finish is kept.
 */
function sampleMaps() {
  const { mtimeMs, size } = statSync(DRAGONFLY);
  const inputs = JSON.stringify([DRAGONFLY, mtimeMs, size, REGIONS, new Date().toISOString().slice(0, 10)]);
  const key = createHash("sha256").update(inputs).digest("hex").slice(0, 16);
  const cache = join(tmpdir(), `dragonfly-test-maps-${process.getuid()}`);
  const made = join(cache, key);
  if (existsSync(made)) return made;
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const unfinished = mkdtempSync(join(cache, "unfinished-"));
  execFileSync(DRAGONFLY, ["--quiet", "sample", join(unfinished, "sample")]);
  execFileSync(DRAGONFLY, ["--quiet", "--config", join(unfinished, "sample/dragonfly.toml"), "update", ...REGIONS]);
  try {
    renameSync(join(unfinished, "sample"), made);
  } catch (error) {
    if (!existsSync(made)) throw error;
  }
  rmSync(unfinished, { recursive: true });
  removeOlder(cache, key);
  return made;
}

/**
 * Removes the maps of earlier builds and days, once nobody can still be copying them. Other test files move and remove
 * theirs meanwhile, so a name that was listed may be gone.
 */
function removeOlder(cache, key) {
  const HOUR_MS = 3_600_000;
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const made_ms = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (name !== key && Date.now() - made_ms > HOUR_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** A copy of the maps of the invented scenes: the folder, which holds items.json and root/, and how to remove it. */
export function publishSample() {
  const made = sampleMaps();
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-"));
  // Scenes are large and never changed in place: links to them will do.
  const copies = (source, target) => {
    const isScene = source.startsWith(join(made, "scenes/")) && statSync(source).isFile();
    if (isScene) linkSync(source, target);
    return !isScene;
  };
  cpSync(made, folder, { recursive: true, verbatimSymlinks: true, filter: copies });
  return { folder, root: join(folder, "root"), remove: () => rmSync(folder, { recursive: true }) };
}

/** Calls `check` again and again until it returns something true, and returns that. */
export async function eventually(check, what = check.toString(), limit_ms = 60_000) {
  const end = Date.now() + limit_ms;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (Date.now() > end) throw new Error(`not within ${limit_ms} ms: ${what}`);
    await delay(10);
  }
}

/**
 * A port that nobody listens on, below those that the system gives to connections: one of these could be taken before
 * the server listens.
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(() => true, () => false);
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

/** Waits until a server responds to a request, with whatever status. */
export function responding(url, server) {
  return eventually(() => {
    if (server.exitCode !== null) throw new Error(`the server of ${url} ended with ${server.exitCode}`);
    return fetch(url).catch(() => null);
  }, `${url} responds`);
}

/** Starts a process that serves `url`. */
async function startServer(command, args, url) {
  const server = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  await responding(url, server);
  return { url, stop: () => end(server) };
}

async function end(server) {
  const ended = once(server, "exit");
  server.kill();
  await ended;
}

/**
 * `dragonfly serve` over a published folder; its page, in `dist`, may request images from `sources` besides. `settings`
 * are further environment variables.
 */
export async function dragonfly({ folder }, sources, dist = DIST, settings = {}) {
  const args = ["--quiet", "--config", join(folder, "dragonfly.toml"), "serve", "--listen", "127.0.0.1:0", "--dist", dist];
  const env = { ...process.env, ...settings, ...(sources && { DRAGONFLY_IMAGE_SOURCES: sources.join() }) };
  const server = spawn(DRAGONFLY, args, { stdio: ["ignore", "pipe", "inherit"], env });
  // It prints its address as soon as it listens.
  const [printed] = await Promise.race([once(server.stdout, "data"), once(server, "exit")]);
  const [url] = String(printed).match(/http:\/\/[\d.:]+/) ?? [];
  if (!url) throw new Error(`dragonfly serve ended with ${server.exitCode} before it listened`);
  return { url, stop: () => end(server) };
}

/** The project's own site for nginx with our paths and port; its page may request images from `sources`. */
export function nginxSite({ root }, port, sources) {
  const site = readFileSync(join(PROJECT, "config/nginx/dragonfly.conf"), "utf8")
    .replace("listen 80;", `listen 127.0.0.1:${port};`)
    .replace("listen [::]:80;", "")
    .replace("/usr/share/dragonfly/dist", DIST)
    .replace("/var/dragonfly", root);
  return sources ? site.replace(/(dragonfly_image_sources \{\s+default ")[^"]*/, `$1${sources.join(" ")}`) : site;
}

/** nginx with that site and little else. */
export async function nginx({ folder, root }, sources) {
  const port = await freePort();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/nginx-${name};`);
  const config = `
    include /etc/nginx/modules-enabled/*.conf;
    daemon off; pid ${folder}/nginx.pid; error_log stderr warn; user root;
    events {}
    http {
      access_log off;
      ${temporary.join(" ")}
      ${nginxSite({ root }, port, sources)}
    }`;
  const file = join(folder, "nginx.conf");
  writeFileSync(file, config);
  return startServer("/usr/sbin/nginx", ["-c", file, "-e", "stderr"], `http://127.0.0.1:${port}`);
}

/** `rustac serve`, a third-party STAC API, over a published folder's catalogue. */
export async function rustac({ folder }) {
  const address = `127.0.0.1:${await freePort()}`;
  const command = join(process.env.PYTHON, "../rustac");
  return startServer(command, ["serve", "--create-collections", "--addr", address, join(folder, "items.json")], `http://${address}`);
}

/** Debian's Chromium, and what keeps it from calling home. */
export const CHROMIUM = "/usr/bin/chromium";
export const CHROMIUM_OPTIONS = [
  "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** A browser. `hostRules` map the names of hosts to addresses, as Chromium writes them. */
export function launchChromium(hostRules = "") {
  const more = hostRules ? [`--host-resolver-rules=${hostRules}`] : [];
  return chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_OPTIONS, ...more] });
}
