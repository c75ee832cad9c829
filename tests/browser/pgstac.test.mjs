// STAC as deployments run it: the batch reads stac-fastapi over pgstac. Skipped until scripts/pgstac has been run once.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { test } from "node:test";

const SCRIPT = resolve(import.meta.dirname, "../../scripts/pgstac");
const installed = spawnSync(SCRIPT, ["--installed"]).status === 0;

test("stac-fastapi over pgstac gives the same maps", { skip: !installed && "pgstac is not installed: run scripts/pgstac once" }, () => {
  const { status, stdout, stderr } = spawnSync(SCRIPT, { encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /the same maps, bit for bit, in \d+ pages/);
});
