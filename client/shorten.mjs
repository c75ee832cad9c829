// Shortens what wasm-bindgen writes: each function between a WebAssembly program and its JavaScript has a long name
// with a hash, twice, which no compression makes small. The files' own names get the hash of what they then hold. It
// runs before lazy.mjs, which trunk runs after each build.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const dist = process.env.TRUNK_STAGING_DIR;
const IMPORTS = 2;
const EXPORTS = 7;
const KINDS = { func: 0, table: 1, memory: 2, global: 3, tag: 4 };
const LONG = /^wasm_bindgen_|_[0-9a-f]{16}$/;

/** Reads a WebAssembly program piece by piece. */
class Reader {
  constructor(bytes, at = 0) {
    Object.assign(this, { bytes, at });
  }
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }
  slice(length) {
    return this.bytes.subarray(this.at, (this.at += length));
  }
  text() {
    return Buffer.from(this.slice(this.number())).toString();
  }
  limits() {
    const flags = this.bytes[this.at++];
    this.number();
    if (flags & 1) this.number();
  }
  /** Skips what follows an import's kind. */
  skipType(kind) {
    if (kind === KINDS.func) this.number();
    else if (kind === KINDS.table) this.at++, this.limits();
    else if (kind === KINDS.memory) this.limits();
    else if (kind === KINDS.global) this.at += 2;
    else if (kind === KINDS.tag) this.at++, this.number();
    else throw new Error(`an import of the unknown kind ${kind}`);
  }
}

const number = (value) => {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
};
const text = (value) => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);

/** The entries of a section with other names; `shorten` returns the name of each. */
function renamed(section, hasModule, shorten) {
  const reader = new Reader(section);
  const count = reader.number();
  const parts = [number(count)];
  for (let entry = 0; entry < count; entry++) {
    if (hasModule) parts.push(text(reader.text()));
    parts.push(text(shorten(reader.text())));
    const from = reader.at;
    const kind = reader.bytes[reader.at++];
    if (hasModule) reader.skipType(kind);
    else reader.number();
    parts.push(section.subarray(from, reader.at));
  }
  return Buffer.concat(parts);
}

/** A program and its JavaScript with short names. */
export function shortened(wasm, script) {
  let count = 0;
  const shorten = (name) => {
    if (!LONG.test(name)) return name;
    const short = `$${(count++).toString(36)}`;
    const all = new RegExp(`\\b${name}\\b`, "g");
    if (!all.test(script)) throw new Error(`${name} is not in the JavaScript of its program`);
    script = script.replace(all, () => short);
    return short;
  };

  const parts = [wasm.subarray(0, 8)];
  const reader = new Reader(wasm, 8);
  while (reader.at < wasm.length) {
    const kind = wasm[reader.at++];
    let section = reader.slice(reader.number());
    if (kind === IMPORTS) section = renamed(section, true, shorten);
    if (kind === EXPORTS) section = renamed(section, false, shorten);
    parts.push(Buffer.from([kind]), number(section.length), section);
  }
  return { wasm: Buffer.concat(parts), script: withoutComments(script) };
}

/** JavaScript without indentation and comments that stand alone; as it was where a text may go over several lines. */
function withoutComments(script) {
  const lines = script.split("\n");
  if (lines.some((line) => line.split("`").length % 2 === 0)) return script;
  return script.replace(/^\s*\/\*\*[\s\S]*?\*\/$/gm, "").replace(/^\s*\/\/.*$/gm, "").replace(/^\s+/gm, "");
}

if (dist) {
  const index = join(dist, "index.html");
  let page = readFileSync(index, "utf8");
  for (const name of readdirSync(dist).filter((name) => name.endsWith("_bg.wasm"))) {
    const program = name.slice(0, -"_bg.wasm".length);
    const [wasmFile, scriptFile] = [join(dist, name), join(dist, `${program}.js`)];
    const { wasm, script } = shortened(readFileSync(wasmFile), readFileSync(scriptFile, "utf8"));
    // Browsers keep a file with a hash in its name for ever.
    const hash = createHash("sha256").update(wasm).update(script).digest("hex").slice(0, 16);
    const hashed = program.replace(/-[0-9a-f]{16}$/, `-${hash}`);
    writeFileSync(wasmFile, wasm);
    writeFileSync(scriptFile, script.replaceAll(name, `${hashed}_bg.wasm`));
    renameSync(wasmFile, join(dist, `${hashed}_bg.wasm`));
    renameSync(scriptFile, join(dist, `${hashed}.js`));
    page = page.replaceAll(program, hashed);
  }
  writeFileSync(index, page);
}
