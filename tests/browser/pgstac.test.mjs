// STAC as deployments run it: the batch before stac-fastapi over pgstac, where scripts/pgstac was run once.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { test } from "node:test";

const SCRIPT = resolve(import.meta.dirname, "../../scripts/pgstac");
const installed = spawnSync(SCRIPT, ["--installed"]).status === 0;

test("stac-fastapi over pgstac gives the same maps", { skip: !installed && "scripts/pgstac installs it" }, () => {
  const { status, stdout, stderr } = spawnSync(SCRIPT, { encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /the same maps, bit for bit, in \d+ pages/);
});
