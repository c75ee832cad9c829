// Optimizes the programs of a release with wasm-opt, after removing what can never be of use: the texts of panics, and
// exports that nothing calls. It runs before shorten.mjs, which trunk runs after each build.
import { execFile } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CODE, DATA, EXPORTS, Reader, exportsOf, functionNames, mapSections, number, text } from "./program.mjs";

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
const SMALL = ["-Oz", "--converge", "--one-caller-inline-max-function-size=1"];
/** The worker is loaded once, by readers who compute. */
const FAST = ["-O3", "--converge"];
const FLAGS = { "dragonfly-client": SMALL, "dragonfly-tools": SMALL, "dragonfly-worker": FAST };

/**
 * The standard library's functions that end a program whose code has an error. Without a hook, which releases do not
 * have, nothing displays what they write, and they end in this instruction as well.
 */
const PANICS = [
  /^core::panicking::(panic_const::)?(panic|assert_failed)/,
  /^core::(option|result)::(unwrap|expect)_failed$/,
  /^core::slice::.*_fail$/,
  /^core::str::slice_error_fail/,
  /^core::cell::panic_already_/,
  /::panic_poisoned$/,
  /^core::slice::sort::.*panic_on_ord_violation$/,
  /^alloc::raw_vec::(handle_error|capacity_overflow)$/,
  /^alloc::alloc::handle_alloc_error$/,
  /^<?alloc::vec::.*assert_failed$/,
  /^<?hashbrown::.*capacity_overflow$/,
  /^std::thread::local::panic_access_error$/,
  /^__rustc::rust_begin_unwind$/,
];
/** A function without local variables: `unreachable`, `end`. */
const TRAP = Buffer.from([3, 0, 0x00, 0x0b]);
/** The classes of server_fn, a part of leptos, for streams between page and server; the programs make none. */
const UNUSED_EXPORT = /^(__wbg_)?intounderlying\w+$/;

/**
 * A program whose panics end without a text. Names of functions alone prove nothing, since the compiler merges functions
 * of equal content: what is replaced also ends in the instruction itself.
 */
function withoutPanicTexts(wasm) {
  const { names, imported } = functionNames(wasm);
  const plain = (name) => name.replace(/\[[0-9a-f]+\]/g, "").replace(/::h[0-9a-f]{16}$/, "");
  const isPanic = (index, body) =>
    body.subarray(-2).equals(TRAP.subarray(-2)) && PANICS.some((panic) => panic.test(plain(names.get(index) ?? "")));
  let count = 0;
  const smaller = mapSections(wasm, (kind, section) => {
    if (kind === DATA) return withoutLocations(section);
    if (kind !== CODE) return section;
    const reader = new Reader(section);
    const functions = Array.from({ length: reader.number() }, (_, at) => {
      const body = reader.slice(reader.number());
      if (!isPanic(imported + at, body)) return Buffer.concat([number(body.length), body]);
      count++;
      return TRAP;
    });
    return Buffer.concat([number(functions.length), ...functions]);
  });
  if (!count) throw new Error("no panic was found: the program has no names of functions, or the standard library others");
  return smaller;
}

/** Data without the places in the source that panics name: a path ending in `.rs`, its length, a line and a column. */
function withoutLocations(section) {
  const data = Buffer.from(section);
  const segments = segmentsOf(data);
  const found = [];
  for (const { address, at, length } of segments) {
    for (let from = at + ((4 - (address % 4)) % 4); from + 16 <= at + length; from += 4) {
      const [path, size, line, column] = [0, 4, 8, 12].map((offset) => data.readUInt32LE(from + offset));
      const segment = segments.find((it) => path >= it.address && path + size <= it.address + it.length);
      if (!segment || !line || line > 1e5 || !column || column > 1e3 || size > 300) continue;
      const start = segment.at + path - segment.address;
      if (/^[\w/.@+-]+\.rs$/.test(data.toString("latin1", start, start + size))) found.push([from, 16], [start, size]);
    }
  }
  for (const [start, length] of found) data.fill(0, start, start + length);
  return data;
}

/** Where the segments of a section of data lie in the memory, and in the section. */
function segmentsOf(data) {
  const reader = new Reader(data);
  return Array.from({ length: reader.number() }, () => {
    const [mode, constant] = [reader.byte(), reader.byte()];
    if (mode !== 0 || constant !== 0x41) throw new Error("a segment of data without a fixed address");
    const address = reader.number();
    reader.at++;
    const length = reader.number();
    const at = reader.at;
    reader.at += length;
    return { address, at, length };
  });
}

function withoutUnusedExports(wasm) {
  return mapSections(wasm, (kind, section) => {
    if (kind !== EXPORTS) return section;
    const used = exportsOf(section).filter(({ name }) => !UNUSED_EXPORT.test(name));
    return Buffer.concat([number(used.length), ...used.flatMap(({ name, type }) => [text(name), type])]);
  });
}

async function optimize(name) {
  const [program] = /^dragonfly-[a-z]+/.exec(name);
  const file = join(dist, name);
  writeFileSync(file, withoutUnusedExports(withoutPanicTexts(readFileSync(file))));
  const stripped = ["--strip-producers", "--strip-target-features"];
  await promisify(execFile)("wasm-opt", [...FEATURES, ...stripped, ...FLAGS[program], file, "-o", file]);
}

if (dist && process.env.TRUNK_PROFILE === "release") {
  await Promise.all(readdirSync(dist).filter((name) => name.endsWith("_bg.wasm")).map(optimize));
}
