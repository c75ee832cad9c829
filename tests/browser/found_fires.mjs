// The invented scenes with the fires that a night finds in their active-fire points, mapped.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DRAGONFLY } from "./test_bed.mjs";

export const SIERRA = "f20250808_9r1dxe";
export const EVIA = "f20250808_swch56";
/** When the fires of the sample are out. */
const NIGHT = "2025-09-17T04:00:00Z";

/** Maps the fires and names their places; `change` may change the published list. */
export function publishFoundFires(change = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-fires-"));
  execFileSync(DRAGONFLY, ["--quiet", "sample", folder]);
  execFileSync(DRAGONFLY, ["--quiet", "--config", join(folder, "dragonfly.toml"), "--min-free-gb", "0.1", "--now", NIGHT, "rotate"]);
  const root = join(folder, "root");
  const file = join(root, "meta/fires.json");
  const list = JSON.parse(readFileSync(file, "utf8"));
  list.fires.find(({ id }) => id === SIERRA).place = "Concow, California";
  list.fires.find(({ id }) => id === EVIA).place = "Istiaía, Greece";
  change(list);
  writeFileSync(file, JSON.stringify(list));
  return { folder, root, remove: () => rmSync(folder, { recursive: true }) };
}
