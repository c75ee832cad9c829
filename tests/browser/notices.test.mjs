// Third-party notices: scripts/build writes them to dist/ and beside the binary, complete and reproducible.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { DRAGONFLY, PROJECT } from "./test_bed.mjs";

const PAGE = join(PROJECT, "dist/notices.html");
const BINARY = join(dirname(DRAGONFLY), "dragonfly-notices.txt");

/** Runs scripts/notices into a folder, with a program of `cargo` in place of the real one where it is given. */
function notices(t, cargo) {
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-notices-"));
  t.after(() => rmSync(folder, { recursive: true }));
  if (cargo) writeFileSync(join(folder, "cargo"), cargo, { mode: 0o755 });
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  const run = spawnSync(join(PROJECT, "scripts/notices"), [folder, folder], { env, encoding: "utf8" });
  return { folder, ...run };
}

/** A `cargo` whose metadata has one crate, without any licence file in its folder. */
function cargoOf(crate, folder) {
  const packages = [{ ...crate, id: "bare", manifest_path: join(folder, "Cargo.toml") }];
  const metadata = JSON.stringify({ packages, workspace_members: [] });
  return `#!/bin/sh\ncase $1 in tree) echo "${crate.name} v${crate.version}" ;; *) echo '${metadata}' ;; esac\n`;
}

test("the binary's notices name what is linked into it, with its licences", () => {
  const text = readFileSync(BINARY, "utf8");
  for (const part of ["gdal 0.", "axum 0.", "ureq 3.", "tokio 1.", "GDAL, PROJ", "Rust standard library"])
    assert.ok(text.includes(part), part);
  for (const words of ["Permission is hereby granted", "Apache License", "Copyright (c) Alex Morega", "Unicode, Inc."])
    assert.ok(text.includes(words), words);
  assert.ok(!text.includes("leptos"), "nothing of the page");
});

test("the page's notices name its crates, its npm packages and the sources of its data", () => {
  const text = readFileSync(PAGE, "utf8");
  for (const part of ["leptos 0.", "proj4rs 0.", "leaflet 1.9", "world-atlas 2.", "protomaps-leaflet 5.", "pmtiles 3.", "Natural Earth", "GeoNames, CC BY 4.0"])
    assert.ok(text.includes(part), part);
  for (const words of ["Copyright (c) Greg Johnston", "Volodymyr Agafonkin"]) assert.ok(text.includes(words), words);
  for (const absent of ["binaryen", "axum 0."]) assert.ok(!text.includes(absent), absent);
  for (const compressed of ["br", "gz"]) assert.ok(existsSync(`${PAGE}.${compressed}`), compressed);
});

test("the notices are reproducible", (t) => {
  const { folder, status, stderr } = notices(t);
  assert.equal(status, 0, stderr);
  assert.ok(readFileSync(join(folder, "notices.html")).equals(readFileSync(PAGE)));
  assert.ok(readFileSync(join(folder, "dragonfly-notices.txt")).equals(readFileSync(BINARY)));
});

test("a crate without a licence text is refused by name, unless MIT is its licence", (t) => {
  const bare = mkdtempSync(join(tmpdir(), "dragonfly-bare-"));
  t.after(() => rmSync(bare, { recursive: true }));
  for (const license of ["GPL-3.0-only", "MIT AND Zlib", null]) {
    const refused = notices(t, cargoOf({ name: "bare", version: "1.2.3", license, authors: [] }, bare));
    assert.equal(refused.status, 1, license);
    assert.match(refused.stderr, /^error: .*bare 1\.2\.3 holds no licence text/m);
    assert.ok(!existsSync(join(refused.folder, "notices.html")), "nothing is written");
  }
  const taken = notices(t, cargoOf({ name: "bare", version: "1.2.3", license: "MIT/Zlib", authors: ["Ann <a@b.c>"] }, bare));
  assert.equal(taken.status, 0, taken.stderr);
  assert.match(readFileSync(join(taken.folder, "dragonfly-notices.txt"), "utf8"), /^bare 1\.2\.3\n\nMIT License\n\nCopyright \(c\) Ann\n/m);
});
