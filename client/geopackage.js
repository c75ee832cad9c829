// Rewrites the polygons of a GeoPackage (OGC 12-128r19), an SQLite database, as a zipped shapefile, which the worker reads
// with its coordinate system. The tools load this module when such a file is first opened. bundle.mjs makes one file of it.
import { strToU8, zipSync } from "fflate";
import initSqlite from "sql.js";

/** As core's MAX_CORNERS and the rings of a shapefile: the worker refuses more. */
const [MAX_CORNERS, MAX_RINGS] = [200_000, 5_000];
/** Levels of collections within collections. */
const MAX_DEPTH = 8;
/** Bytes of the envelope in the head of a geometry, by its code (table 6). */
const ENVELOPE_BYTES = [0, 32, 48, 48, 64];
const [POLYGON, MULTIPOLYGON, COLLECTION] = [3, 6, 7];
const CURVED = new Set([10, 12]);
/** The system of degrees on an ellipsoid that nobody states (table 3). */
const UNDEFINED_DEGREES = 0;

/** Why a file holds no area that can be used. Completes a sentence that names the file; the advice follows a semicolon. */
class GeoPackageError extends Error {}

/**
 * A zip file with the polygons of a GeoPackage, given as an ArrayBuffer. An error with a message that completes a sentence
 * on the file, where it holds none or cannot be read; another error where SQLite cannot be loaded.
 */
export async function shapefile(file) {
  const sqlite = await initSqlite({ locateFile: () => import.meta.url.replace(/\.js\b.*$/, "_bg.wasm") });
  const database = new sqlite.Database(new Uint8Array(file));
  try {
    const { polygons, system: id, definition } = areaOf(database);
    // Without a description the worker takes degrees, with a note; one that it cannot read it refuses.
    const system = id === UNDEFINED_DEGREES ? {} : { "area.prj": strToU8(definition) };
    return zipSync({ "area.shp": shp(polygons), ...system }, { level: 0 }).buffer;
  } catch (error) {
    if (error instanceof GeoPackageError || error instanceof RangeError) throw String(error.message);
    throw `is not a sound GeoPackage (${error.message}); export it again`;
  } finally {
    database.close();
  }
}

/** The polygons of the one layer that holds any, with its coordinate system. */
function areaOf(database) {
  // A view may hold any query, which may never end: only tables are read.
  const tables = new Set(rows(database, "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0").map(([name]) => name));
  if (!["gpkg_geometry_columns", "gpkg_spatial_ref_sys"].every((name) => tables.has(name)))
    throw new GeoPackageError("is a database without layers of geometries; export the area as a GeoPackage with features");
  const layers = rows(database, `SELECT table_name, column_name, srs_id, definition FROM gpkg_geometry_columns
    LEFT JOIN gpkg_spatial_ref_sys USING (srs_id)`)
    .filter(([table]) => tables.has(table))
    .map(([table, column, system, definition]) =>
      ({ table, system, definition: definition ?? "", polygons: polygonsOf(database, table, column, system) }))
    .filter(({ polygons }) => polygons.length);
  if (!layers.length) throw new GeoPackageError("holds no polygon; export the area as polygons");
  if (layers.length > 1) {
    const names = layers.map(({ table }) => table).join(", ");
    throw new GeoPackageError(`holds ${layers.length} layers of polygons (${names.slice(0, 200)}); export the one that is the area`);
  }
  return layers[0];
}

const rows = (database, query) => database.exec(query)[0]?.values ?? [];
const quoted = (name) => `"${String(name).replaceAll('"', '""')}"`;

/** All polygons of a layer: lists of rings, which are lists of corners. */
function polygonsOf(database, table, column, system) {
  const found = { polygons: [], corners: 0, rings: 0, system };
  const statement = database.prepare(`SELECT ${quoted(column)} FROM ${quoted(table)}`);
  try {
    while (statement.step()) {
      const [geometry] = statement.get();
      if (geometry instanceof Uint8Array) readGeometry(geometry, found);
    }
  } finally {
    statement.free();
  }
  return found.polygons;
}

/** Adds the polygons of a geometry: its head (clause 2.1.3), which states its own system, then well-known binary. */
function readGeometry(bytes, found) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = bytes[3];
  const envelope = ENVELOPE_BYTES[(flags >> 1) & 7];
  if (bytes[0] !== 0x47 || bytes[1] !== 0x50 || envelope === undefined)
    throw new GeoPackageError("holds a geometry that is none of a GeoPackage; export it again");
  const system = view.getInt32(4, (flags & 1) === 1);
  if (system > 0 && system !== found.system)
    throw new GeoPackageError("holds geometries of several coordinate systems; export the area in one, such as EPSG:4326");
  const reader = { view, at: 8 + envelope };
  if (reader.at < bytes.length) readWkb(reader, found, 0);
}

function readWkb(reader, found, depth) {
  if (depth > MAX_DEPTH) throw new GeoPackageError("holds collections within collections; export the area as polygons");
  const isLittle = reader.view.getUint8(reader.at) === 1;
  const count = () => reader.view.getUint32((reader.at += 4) - 4, isLittle);
  reader.at += 1;
  const type = count();
  // ISO states further axes by thousands, EWKB by bits.
  const [kind, axes] = [(type & 0xffff) % 1000, Math.floor((type & 0xffff) / 1000)];
  const hasZ = axes === 1 || axes === 3 || type & 0x80000000;
  const hasM = axes === 2 || axes === 3 || type & 0x40000000;
  if (type & 0x20000000) reader.at += 4;
  if (CURVED.has(kind)) throw new GeoPackageError("holds curved outlines; export the area as polygons with straight edges");
  if (kind === MULTIPOLYGON || kind === COLLECTION) {
    for (let left = count(); left > 0; left -= 1) readWkb(reader, found, depth + 1);
  } else if (kind === POLYGON) {
    const bytesOfCorner = 16 + (hasZ ? 8 : 0) + (hasM ? 8 : 0);
    const rings = [];
    for (let left = count(); left > 0; left -= 1) {
      const corners = count();
      [found.rings, found.corners] = [found.rings + 1, found.corners + corners];
      if (found.corners > MAX_CORNERS || found.rings > MAX_RINGS)
        throw new GeoPackageError(`has more than ${MAX_CORNERS} corners or ${MAX_RINGS} rings; simplify it first`);
      const ring = Array.from({ length: corners }, (_, corner) =>
        [0, 8].map((axis) => reader.view.getFloat64(reader.at + corner * bytesOfCorner + axis, isLittle)));
      reader.at += corners * bytesOfCorner;
      rings.push(ring);
    }
    if (rings.some((ring) => ring.length)) found.polygons.push(rings);
  } else if (depth > 0) {
    throw new GeoPackageError("holds collections of points or lines; export the area as polygons");
  }
}

/** The bytes of a `.shp` of polygons (ESRI white paper J-7855), with empty boxes, which nothing reads. */
function shp(polygons) {
  const [HEADER, RECORD, SHAPE] = [100, 8, 44];
  const sizeOf = (rings) => SHAPE + rings.reduce((sum, ring) => sum + 4 + ring.length * 16, 0);
  const size = polygons.reduce((sum, rings) => sum + RECORD + sizeOf(rings), HEADER);
  const view = new DataView(new ArrayBuffer(size));
  view.setInt32(0, 9994);
  view.setInt32(24, size / 2);
  view.setInt32(28, 1000, true);
  view.setInt32(32, 5, true);
  let at = HEADER;
  polygons.forEach((rings, index) => {
    view.setInt32(at, index + 1);
    view.setInt32(at + 4, sizeOf(rings) / 2);
    at += RECORD;
    view.setInt32(at, 5, true);
    view.setInt32(at + 36, rings.length, true);
    view.setInt32(at + 40, rings.reduce((sum, ring) => sum + ring.length, 0), true);
    at += SHAPE;
    let first = 0;
    for (const ring of rings) {
      view.setInt32(at, first, true);
      first += ring.length;
      at += 4;
    }
    for (const [x, y] of rings.flat()) {
      view.setFloat64(at, x, true);
      view.setFloat64(at + 8, y, true);
      at += 16;
    }
  });
  return new Uint8Array(view.buffer);
}
