// Cuts coasts and borders of Natural Earth, as the npm package world-atlas holds them, into parts that the page loads
// as they come into view: world/Z-X-Y.json, a web map tile of zoom Z each. Trunk runs it after each build.
import { createRequire } from "node:module";
import { readFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The levels, as `LEVELS` of src/data/world.rs has them, and the units of the shapes from side to side of a part. */
const LEVELS = [
  { zoom: 0, source: "countries-50m", units: 2048 },
  { zoom: 3, source: "countries-50m", units: 4096 },
  { zoom: 5, source: "countries-10m", units: 8192 },
];
/** Shapes go on beyond their part by this fraction of its side, so that no seam is seen. */
const MARGIN = 1 / 64;

/** Units between points; nearer ones are left out. */
const MIN_STEP = 2;

const require = createRequire(import.meta.url);
const world = join(process.env.TRUNK_STAGING_DIR ?? "dist", "world");

/** Degrees to the web map: 0 to 1 from west to east and from north to south. */
function projected([lon, lat]) {
  const sine = Math.sin((Math.max(-89, Math.min(89, lat)) * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

/** A line across the antimeridian jumps from one edge of the map to the other: here it goes on beyond the edge. */
function unwrapped(points) {
  let shift = 0;
  return points.map(([x, y], index) => {
    if (index > 0) shift -= Math.round(x - points[index - 1][0]);
    return [x + shift, y];
  });
}

/** A ring around a pole ends a world's width from its start: here it is closed beyond the edge of the map. */
function closedAtPole(points) {
  const [first, last] = [points[0], points.at(-1)];
  if (Math.abs(last[0] - first[0]) < 0.5) return points;
  const beyond = first[1] > 0.5 ? 1.1 : -0.1;
  return [...points, [last[0], beyond], [first[0], beyond]];
}

/** A list of numbers is a ring; any other list holds rings, or lists of rings. */
const ringsOf = (arcs) => (typeof arcs[0] === "number" ? [arcs] : arcs.flatMap(ringsOf));

/** Rings of land, coasts and borders of a TopoJSON file of countries, on the web map. */
export function shapesOf({ arcs, objects, transform: { scale, translate } }) {
  const lines = arcs.map((arc) => {
    const at = [0, 0];
    return arc.map((step) => projected(step.map((delta, axis) => (at[axis] += delta) * scale[axis] + translate[axis])));
  });
  const uses = new Array(lines.length).fill(0);
  const rings = ({ geometries }) => geometries.flatMap(({ arcs }) => ringsOf(arcs ?? []));
  for (const arc of rings(objects.countries).flat()) uses[arc < 0 ? ~arc : arc] += 1;
  const joined = (ring) =>
    ring.flatMap((arc, index) => (arc < 0 ? lines[~arc].toReversed() : lines[arc]).slice(index === 0 ? 0 : 1));
  return {
    land: rings(objects.land).map((ring) => closedAtPole(unwrapped(joined(ring)))),
    coasts: lines.filter((_, index) => uses[index] === 1).map(unwrapped),
    borders: lines.filter((_, index) => uses[index] > 1).map(unwrapped),
  };
}

/** A ring cut at an edge (Sutherland & Hodgman 1974): what is on the wanted side of `limit` on an axis. */
function cutRing(points, axis, limit, isInside) {
  const kept = [];
  points.forEach((point, index) => {
    const before = points.at(index - 1);
    if (isInside(before[axis]) !== isInside(point[axis])) {
      const fraction = (limit - before[axis]) / (point[axis] - before[axis]);
      const other = before[1 - axis] + fraction * (point[1 - axis] - before[1 - axis]);
      kept.push(axis === 0 ? [limit, other] : [other, limit]);
    }
    if (isInside(point[axis])) kept.push(point);
  });
  return kept;
}

const cutRingToRange = (axis, low, high) => (ring) =>
  cutRing(cutRing(ring, axis, low, (value) => value >= low), axis, high, (value) => value <= high);

/** The pieces of a line within a range of an axis; their ends may lie outside. */
const piecesInRange = (axis, low, high) => (line) => {
  const pieces = [];
  let continues = false;
  for (let index = 1; index < line.length; index++) {
    const [from, to] = [line[index - 1], line[index]];
    const misses = Math.max(from[axis], to[axis]) < low || Math.min(from[axis], to[axis]) > high;
    if (!misses) {
      if (continues) pieces.at(-1).push(to);
      else pieces.push([from, to]);
    }
    continues = !misses;
  }
  return pieces;
};

/** What of the shapes lies within a range of an axis. */
function inRange({ land, coasts, borders }, axis, low, high) {
  return {
    land: land.map(cutRingToRange(axis, low, high)).filter(({ length }) => length > 2),
    coasts: coasts.flatMap(piecesInRange(axis, low, high)),
    borders: borders.flatMap(piecesInRange(axis, low, high)),
  };
}

/** What goes on beyond the antimeridian is seen at the other edge too. */
function repeated(shapes) {
  const isSeen = (line) => line.some(([x]) => x > -MARGIN) && line.some(([x]) => x < 1 + MARGIN);
  const moved = (lines) =>
    lines.flatMap((line) => [-1, 0, 1].map((worlds) => line.map(([x, y]) => [x + worlds, y]))).filter(isSeen);
  return { land: moved(shapes.land), coasts: moved(shapes.coasts), borders: moved(shapes.borders) };
}

/** A line as steps in units of the part, from its north-west corner: x, y, then each step. */
function steps(line, { zoom, units }, corner) {
  const numbers = [];
  let before = [0, 0];
  line.forEach((point, index) => {
    const at = point.map((value, axis) => Math.round((value * 2 ** zoom - corner[axis]) * units));
    const length = Math.abs(at[0] - before[0]) + Math.abs(at[1] - before[1]);
    const isEnd = index === 0 || index === line.length - 1;
    if (length < MIN_STEP && !isEnd) return;
    numbers.push(at[0] - before[0], at[1] - before[1]);
    before = at;
  });
  return numbers;
}

/** What a part's file holds. */
function contentOf({ land, coasts, borders }, level, corner) {
  const written = (lines, min) =>
    lines.map((line) => steps(line, level, corner)).filter(({ length }) => length >= 2 * min);
  return { units: level.units, land: written(land, 3), coasts: written(coasts, 2), borders: written(borders, 2) };
}

/** Calls `write` with column, row and content of each part of a level within tile x, y of `zoom`, half by half. */
function eachPart(level, shapes, write, zoom = 0, x = 0, y = 0) {
  if (zoom === level.zoom) return write(x, y, contentOf(shapes, level, [x, y]));
  const [side, margin] = [2 ** -(zoom + 1), MARGIN * 2 ** -level.zoom];
  const range = (index) => [index * side - margin, (index + 1) * side + margin];
  for (const column of [2 * x, 2 * x + 1]) {
    const half = inRange(shapes, 0, ...range(column));
    for (const row of [2 * y, 2 * y + 1])
      eachPart(level, inRange(half, 1, ...range(row)), write, zoom + 1, column, row);
  }
}

mkdirSync(world, { recursive: true });
for (const level of LEVELS) {
  const source = JSON.parse(readFileSync(require.resolve(`world-atlas/${level.source}.json`), "utf8"));
  eachPart(level, repeated(shapesOf(source)), (x, y, part) =>
    writeFileSync(join(world, `${level.zoom}-${x}-${y}.json`), JSON.stringify(part)));
}
