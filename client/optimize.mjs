// Optimizes the programs of a release with wasm-opt, after removing what can never be of use: the texts of panics, and
// exports that nothing calls. It runs before shorten.mjs, which trunk runs after each build.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
  /^(core|std)::panicking::/,
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
/** Streams between page and server, in server_fn, a part of leptos: its exports keep them in programs that make none. */
const UNUSED = [/\bwasm_streams::/, /\bfutures_io::/];
/** What makes promises, and how many of it are those of the streams: a program that makes others keeps all. */
const PROMISE = /\bfuture_to_promise\b/;
const PROMISE_INNERMOST = /^js_sys::futures::future_to_promise(::\{\{closure\}\}){2}$/;
const STREAM_PROMISES = 5;
/** A function without local variables: `unreachable`, `end`. */
const TRAP = Buffer.from([3, 0, 0x00, 0x0b]);

const UNUSED_EXPORT = /^(__wbg_)?intounderlying\w+$/;

/** A program whose panics end without a text, and whose unused functions are empty. */
function withoutUnused(wasm) {
  const { names, imported } = functionNames(wasm);
  for (const [index, name] of names) names.set(index, name.replace(/\[[0-9a-f]+\]/g, "").replace(/::h[0-9a-f]{16}$/, ""));
  const isAny = (index, kinds) => kinds.some((kind) => kind.test(names.get(index) ?? ""));
  const promises = [...names.values()].filter((name) => PROMISE_INNERMOST.test(name)).length;
  const unused = promises === STREAM_PROMISES ? [...UNUSED, PROMISE] : UNUSED;
  let panics = 0;
  const smaller = mapSections(wasm, (kind, section) => {
    if (kind === DATA) return withoutLocations(section);
    if (kind !== CODE) return section;
    const reader = new Reader(section);
    const functions = Array.from({ length: reader.number() }, (_, at) => {
      const body = reader.slice(reader.number());
      const isPanic = isAny(imported + at, PANICS);
      panics += isPanic;
      return isPanic || isAny(imported + at, unused) ? TRAP : Buffer.concat([number(body.length), body]);
    });
    return Buffer.concat([number(functions.length), ...functions]);
  });
  if (!panics) throw new Error("no panic was found: the program has no names of functions, or the standard library others");
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

if (dist && process.env.TRUNK_PROFILE === "release") {
  for (const name of readdirSync(dist).filter((name) => name.endsWith("_bg.wasm"))) {
    const [program] = /^dragonfly-[a-z]+/.exec(name);
    const file = join(dist, name);
    writeFileSync(file, withoutUnusedExports(withoutUnused(readFileSync(file))));
    const kept = ["--strip-producers", "--strip-target-features"];
    execFileSync("wasm-opt", [...FEATURES, ...kept, ...FLAGS[program], file, "-o", file], { stdio: "inherit" });
  }
}
