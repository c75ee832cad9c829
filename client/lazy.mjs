// Gives each module that loads later a name with its hash in it, as trunk gives the first one: such a file is kept
// by browsers forever, and a page of yesterday never meets tools of today. Trunk runs it after each build.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
// Runs first: hooks of trunk run side by side.
import "./shorten.mjs";

const dist = process.env.TRUNK_STAGING_DIR;
const index = join(dist, "index.html");
const MODULE = /(<meta name="[\w-]+" content="\/)([\w-]+)(\.js")/g;

const named = (_, before, name, after) => {
  const hash = createHash("sha256");
  // A module in JavaScript has no program beside it.
  const ends = [".js", "_bg.wasm"].filter((end) => existsSync(join(dist, name + end)));
  for (const end of ends) hash.update(readFileSync(join(dist, name + end)));
  const hashed = `${name}-${hash.digest("hex").slice(0, 16)}`;
  for (const end of ends) renameSync(join(dist, name + end), join(dist, hashed + end));
  return before + hashed + after;
};
writeFileSync(index, readFileSync(index, "utf8").replace(MODULE, named));
