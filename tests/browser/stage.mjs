// A published root over invented scenes, the servers that show it, and a browser.
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { once } from "node:events";
import { createServer } from "node:net";
import { chromium } from "playwright-core";

export const PROJECT = resolve(import.meta.dirname, "../..");
const TARGET = process.env.CARGO_TARGET_DIR ?? join(PROJECT, "target");
export const DRAGONFLY = join(TARGET, "release/dragonfly");
export const SCREENSHOTS = join(TARGET, "screenshots");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const REGIONS = ["sample_sierra", "sample_evia"];

mkdirSync(SCREENSHOTS, { recursive: true });

/** Invented scenes, made once by each build of the binary: they are always the same. */
function sample() {
  const kept = join(TARGET, "tmp/sample");
  const made = join(kept, `${statSync(DRAGONFLY).mtimeMs}`);
  if (!existsSync(made)) {
    rmSync(kept, { recursive: true, force: true });
    mkdirSync(kept, { recursive: true });
    execFileSync(DRAGONFLY, ["--quiet", "sample", join(kept, "unfinished")]);
    renameSync(join(kept, "unfinished"), made);
  }
  return made;
}

/** Publishes maps of invented scenes; gives the folder, which holds items.json and root/. */
export function publish() {
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-"));
  cpSync(sample(), folder, { recursive: true });
  execFileSync(DRAGONFLY, ["--quiet", "--config", join(folder, "dragonfly.toml"), "update", ...REGIONS]);
  return { folder, root: join(folder, "root"), remove: () => rmSync(folder, { recursive: true }) };
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Waits until an address answers, whatever it says. */
export async function answering(url, process) {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    if (process.exitCode !== null) throw new Error(`the server of ${url} ended with ${process.exitCode}`);
    try {
      return await fetch(url);
    } catch {
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  throw new Error(`${url} does not answer`);
}

/** A process that serves, ended by `stop`. */
async function serving(command, args, url, env = process.env) {
  const server = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"], env });
  await answering(url, server);
  const stop = async () => {
    const ended = once(server, "exit");
    server.kill();
    await ended;
  };
  return { url, stop };
}

/** `dragonfly serve` over a published folder, and whom its page may ask for images besides. */
export async function dragonfly({ folder }, sources) {
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(folder, "dragonfly.toml");
  const args = ["--quiet", "--config", config, "serve", "--listen", address, "--dist", join(PROJECT, "dist")];
  const env = sources ? { ...process.env, DRAGONFLY_IMAGE_SOURCES: sources.join() } : process.env;
  return serving(DRAGONFLY, args, `http://${address}`, env);
}

/** The project's own site for nginx, its paths and port changed to ours, and whom the page may ask for images. */
export function nginxSite({ root }, port, sources) {
  const site = readFileSync(join(PROJECT, "config/nginx/dragonfly.conf"), "utf8")
    .replace("listen 80;", `listen 127.0.0.1:${port};`)
    .replace("listen [::]:80;", "")
    .replace("/usr/share/dragonfly/dist", join(PROJECT, "dist"))
    .replace("/var/dragonfly", root);
  return sources ? site.replace(/(dragonfly_image_sources \{\s+default ")[^"]*/, `$1${sources.join(" ")}`) : site;
}

/** nginx with that site and little else. */
export async function nginx({ folder, root }, sources) {
  const port = await freePort();
  const config = `
    include /etc/nginx/modules-enabled/*.conf;
    daemon off; pid ${folder}/nginx.pid; error_log stderr warn; user root;
    events {}
    http {
      access_log off;
      client_body_temp_path ${folder}/nginx-body; proxy_temp_path ${folder}/nginx-proxy;
      fastcgi_temp_path ${folder}/nginx-fastcgi; uwsgi_temp_path ${folder}/nginx-uwsgi; scgi_temp_path ${folder}/nginx-scgi;
      ${nginxSite({ root }, port, sources)}
    }`;
  const file = join(folder, "nginx.conf");
  writeFileSync(file, config);
  return serving("/usr/sbin/nginx", ["-c", file, "-e", "stderr"], `http://127.0.0.1:${port}`);
}

/** `rustac serve`, a STAC API by other hands, over a published folder's catalogue. */
export async function rustac({ folder }) {
  const address = `127.0.0.1:${await freePort()}`;
  const command = join(process.env.PYTHON, "../rustac");
  return serving(command, ["serve", "--create-collections", "--addr", address, join(folder, "items.json")], `http://${address}`);
}

/** Debian's Chromium, and what keeps it from calling home. */
export const CHROMIUM = "/usr/bin/chromium";
export const CHROMIUM_OPTIONS = [
  "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** A browser. `rules` say where the names of hosts lead, as Chromium writes them. */
export function browser(rules = "") {
  const more = rules ? [`--host-resolver-rules=${rules}`] : [];
  return chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_OPTIONS, ...more] });
}

/** What axe finds wrong for people who see, hear or move otherwise: nothing. */
export async function axe(page, where) {
  await page.waitForTimeout(300);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`).join(" | ")}`);
  assert.deepEqual(told, [], where);
}
