// A published root with a fresh, a stale, a failed, a pending and a broken region, one of them with hostile texts.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishSample } from "./test_bed.mjs";

const DAY_MS = 86_400_000;
export const HOSTILE = {
  title: '<img src=x onerror="window.hacked=1"> & Ridge',
  group: "<script>window.hacked=1</script>",
  error: 'no scene on the post side: "><svg onload=window.hacked=1>',
  scene: "<b onclick=window.hacked=1>S2A_HOSTILE</b>",
};
/** Its box lies within that of sample_sierra, which has a map there. */
export const PENDING_BOX = [-121.21, 39.89, -121.19, 39.91];

const ago = (days) => new Date(Date.now() - days * DAY_MS).toISOString();

/** A copy of the sample's maps whose metadata are edited; `meta` reads those of a region. */
export function publishRegionStates() {
  const published = publishSample();
  const path = (name) => join(published.root, `meta/${name}.json`);
  const read = (name) => JSON.parse(readFileSync(path(name), "utf8"));
  const write = (name, value) => writeFileSync(path(name), JSON.stringify(value));
  const index = read("index");
  const [sierra, evia] = index.regions;

  const stale = { ...read("sample_evia"), generated_at: ago(45), last_success_at: ago(45), assessment: "rolling" };
  stale.window_reason = "no fire date is set: the last 30 days against the same days one year earlier";
  stale.window = { kind: "rolling", days: 30 };
  stale.empty_share = { ...stale.empty_share, cloud: 0.25 };
  write("sample_evia", stale);
  Object.assign(evia, { generated_at: ago(45), last_success_at: ago(45), title: "Évia" });

  const fresh = read("sample_sierra");
  const failed = {
    ...fresh, region_name: "failed_ridge", title: HOSTILE.title, group: HOSTILE.group, bbox: [-120.9, 39.75, -120.5, 40.05],
    last_status: "failed", last_error: HOSTILE.error, failure: { kind: "no_scene", side: "post" }, consecutive_failures: 3, generated_at: ago(12), last_success_at: ago(12),
  };
  failed.scenes = [{ ...fresh.scenes[0], id: HOSTILE.scene, offset_reason: "<i>unverified</i>", offset_kind: null }];
  write("failed_ridge", failed);
  const line = (name, title, bbox, more) => ({
    ...sierra, map: undefined, name, title, bbox, meta_url: `/meta/${name}.json`, generated_at: null, last_success_at: null, ...more,
  });
  const pending = line("pending_isle", "Pending Isle", PENDING_BOX, { last_status: "pending", priority: 2 });
  write("pending_isle", { region_name: "pending_isle", title: "Pending Isle", bbox: PENDING_BOX, last_status: "pending" });
  const broken = line("broken_valley", "Broken Valley", [-122.4, 39.75, -122, 40.05], { generated_at: ago(2), last_success_at: ago(2), priority: 3 });
  writeFileSync(path("broken_valley"), '{"region_name": "broken_valley", "run_id": "x"}');

  index.regions.push(
    line("failed_ridge", HOSTILE.title, failed.bbox, { group: HOSTILE.group, last_status: "failed", generated_at: ago(12), last_success_at: ago(12), priority: 2 }),
    pending, broken, { name: 7 },
  );
  write("index", index);
  return { ...published, meta: read };
}

/** Adds pending regions to a published root until there are 500, as many as a continent has. */
export function addFillerRegions({ root }) {
  const path = join(root, "meta/index.json");
  const index = JSON.parse(readFileSync(path, "utf8"));
  const pending = index.regions.find(({ name }) => name === "pending_isle");
  for (let number = index.regions.length; number <= 500; number += 1) {
    const west = -60 + (number % 25) * 2;
    const south = -40 + Math.floor(number / 25) * 2;
    index.regions.push({ ...pending, name: `filler_${number}`, title: `Filler ${number}`, bbox: [west, south, west + 1, south + 1], priority: 9 });
  }
  writeFileSync(path, JSON.stringify(index));
}
