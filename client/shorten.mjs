// Shortens what wasm-bindgen writes: each function between a WebAssembly program and its JavaScript has a long name
// with a hash, twice, which no compression makes small. The files' own names get the hash of what they then hold. It
// runs before lazy.mjs, which trunk runs after each build.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
// Runs first: hooks of trunk run side by side.
import "./optimize.mjs";
import { EXPORTS, IMPORTS, exportsOf, importsOf, mapSections, number, text } from "./program.mjs";

const dist = process.env.TRUNK_STAGING_DIR;
const LONG = /^wasm_bindgen_|_[0-9a-f]{16}$/;

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
  const imported = new Set();
  const list = (entries) => Buffer.concat([number(entries.length), ...entries.flat()]);
  const smaller = mapSections(wasm, (kind, section) => {
    if (kind === EXPORTS) return list(exportsOf(section).map(({ name, type }) => [text(shorten(name)), type]));
    if (kind !== IMPORTS) return section;
    const imports = importsOf(section);
    for (const { name } of imports) imported.add(name);
    script = withoutOthers(script, imported);
    return list(imports.map(({ module, name, type }) => [text(module), text(shorten(name)), type]));
  });
  return { wasm: smaller, script: minified(script) };
}

/** JavaScript without the functions that its optimized program no longer imports, and without classes of server_fn. */
function withoutOthers(script, imported) {
  return script
    .replace(/^ {8}(\w+): function\([\s\S]*?^ {8}\}.*,$\n/gm, (entry, name) => (imported.has(name) ? entry : ""))
    .replace(/^export (class IntoUnderlying\w+)/gm, "$1")
    .replace(/^if \(Symbol\.dispose\) IntoUnderlying.*$\n/gm, "");
}

function minified(script) {
  return transformSync(script, { format: "esm", minify: true, treeShaking: true, legalComments: "none" }).code;
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
