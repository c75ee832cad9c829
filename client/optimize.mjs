// Optimizes the programs of a release with wasm-opt, after removing exports that nothing calls. It runs before
// shorten.mjs, which trunk runs after each build.
import { execFile } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { EXPORTS, exportsOf, mapSections, number, text } from "./program.mjs";

const dist = process.env.TRUNK_STAGING_DIR;

/** What browsers have that run the page, as rustc assumes it. */
const FEATURES = [
  "simd",
  "bulk-memory",
  "bulk-memory-opt",
  "nontrapping-float-to-int",
  "sign-ext",
  "mutable-globals",
  "reference-types",
  "multivalue",
].map((feature) => `--enable-${feature}`);
const SMALLEST = ["-Oz", "--converge", "--one-caller-inline-max-function-size=1"];
/** The classes of server_fn, a part of leptos, for streams between page and server; the programs make none. */
const UNUSED_EXPORT = /^(__wbg_)?intounderlying\w+$/;

function withoutUnusedExports(wasm) {
  return mapSections(wasm, (kind, section) => {
    if (kind !== EXPORTS) return section;
    const used = exportsOf(section).filter(({ name }) => !UNUSED_EXPORT.test(name));
    return Buffer.concat([number(used.length), ...used.flatMap(({ name, type }) => [text(name), type])]);
  });
}

async function optimize(file) {
  writeFileSync(file, withoutUnusedExports(readFileSync(file)));
  const stripped = ["--strip-producers", "--strip-target-features"];
  await promisify(execFile)("wasm-opt", [...FEATURES, ...stripped, ...SMALLEST, file, "-o", file]);
}

if (dist && process.env.TRUNK_PROFILE === "release") {
  const programs = readdirSync(dist).filter((name) => name.endsWith("_bg.wasm"));
  await Promise.all(programs.map((name) => optimize(join(dist, name))));
}
