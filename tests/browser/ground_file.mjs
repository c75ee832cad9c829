// Writes a small extract: PMTiles of version 3 with one tile of vector tiles in the schema of Protomaps. It has land, a
// lake in its middle and a village in the lake.
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PROJECT } from "./test_bed.mjs";

const { zxyToTileId } = createRequire(join(PROJECT, "client/package.json"))("pmtiles");
const EXTENT = 4096;
const HEADER_BYTES = 127;

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}
const varints = (...values) => Buffer.concat(values.map(varint));
/** A field of a protocol buffer: bytes, or a number. */
const field = (number, value) =>
  typeof value === "number" ? varints(number * 8, value) : Buffer.concat([varints(number * 8 + 2, value.length), value]);
const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);

/** The commands of a geometry: a ring, or a point. */
function geometry(points) {
  const numbers = [];
  let before = [0, 0];
  points.forEach((point, index) => {
    if (index === 0) numbers.push(9);
    if (index === 1) numbers.push((points.length - 1) * 8 + 2);
    numbers.push(...point.map((value, axis) => zigzag(value - before[axis])));
    before = point;
  });
  if (points.length > 1) numbers.push(15);
  return varints(...numbers);
}

/** A layer of one feature with properties of text. */
function layer(name, type, points, properties) {
  const tags = varints(...Object.keys(properties).flatMap((_, index) => [index, index]));
  const feature = Buffer.concat([field(2, tags), field(3, type), field(4, geometry(points))]);
  const keys = Object.keys(properties).map((key) => field(3, Buffer.from(key)));
  const values = Object.values(properties).map((value) => field(4, field(1, Buffer.from(value))));
  return field(3, Buffer.concat([field(15, 2), field(1, Buffer.from(name)), field(2, feature), ...keys, ...values, field(5, EXTENT)]));
}

const square = (low, high) => [[low, low], [high, low], [high, high], [low, high]];

/** What the page draws: roads with kinds, as version 4 of Protomaps describes them. */
const CURRENT = { vector_layers: [{ id: "roads", fields: { kind: "String" } }] };

/** The bytes of an extract of tile x, y of zoom z; `village` is the name in the middle. */
export function extract([z, x, y], village, schema = CURRENT) {
  const [POINT, POLYGON] = [1, 3];
  const tile = gzipSync(Buffer.concat([
    layer("earth", POLYGON, square(0, EXTENT), { kind: "earth" }),
    layer("water", POLYGON, square(EXTENT / 4, (EXTENT * 3) / 4), { kind: "lake" }),
    layer("places", POINT, [[EXTENT / 2, EXTENT / 2]], { kind: "locality", name: village }),
  ]));
  // One entry: its place, a run of one, its length, and 1 for the offset 0.
  const directory = varints(1, zxyToTileId(z, x, y), 1, tile.length, 1);
  const metadata = Buffer.from(JSON.stringify(schema));
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("PMTiles\x03", "latin1");
  const lengths = [directory.length, metadata.length, 0, tile.length];
  let offset = HEADER_BYTES;
  lengths.forEach((length, part) => {
    header.writeBigUInt64LE(BigInt(offset), 8 + part * 16);
    header.writeBigUInt64LE(BigInt(length), 16 + part * 16);
    offset += length;
  });
  for (const at of [72, 80, 88]) header.writeBigUInt64LE(1n, at);
  // Clustered; directory and metadata as they are, tiles by gzip, vector tiles, zooms.
  Buffer.from([1, 1, 2, 1, z, z]).copy(header, 96);
  const lon = (column) => (column / 2 ** z) * 360 - 180;
  const lat = (row) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / 2 ** z))) * 180) / Math.PI;
  const corners = [lon(x), lat(y + 1), lon(x + 1), lat(y)];
  corners.forEach((angle, index) => header.writeInt32LE(Math.round(angle * 1e7), 102 + index * 4));
  return Buffer.concat([header, directory, metadata, tile]);
}

/** The tile of a zoom at a place. */
export function tileAt(zoom, lon, lat) {
  const radians = (lat * Math.PI) / 180;
  const across = (lon / 360 + 0.5) * 2 ** zoom;
  const down = (0.5 - Math.asinh(Math.tan(radians)) / (2 * Math.PI)) * 2 ** zoom;
  return [zoom, Math.floor(across), Math.floor(down)];
}
