// A server of map tiles on this machine, which counts its requests. A tile is noise of one hue, so that it is
// as large as one of a map with relief, and is recognized in a picture.
import { once } from "node:events";
import { createServer } from "node:http";
import { crc32, deflateSync } from "node:zlib";

const SIDE_PX = 256;
/** Red, green, blue of a tile's cells are each at most this much darker than its hue. */
const NOISE = 4;
export const ROADS = [120, 200, 80];
export const NAMES = [40, 40, 200];

const chunk = (type, data) => {
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type), data]);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, crc]);
};

/** A palette image in shades of a colour; only its left quarter is opaque where it is one of names. */
function png([red, green, blue], isOpaque) {
  const header = Buffer.from([0, 0, SIDE_PX >> 8, 0, 0, 0, SIDE_PX >> 8, 0, 8, 3, 0, 0, 0]);
  const palette = Buffer.from(Array.from({ length: NOISE }, (_, it) => [red - it, green - it, blue - it]).flat().concat(0, 0, 0));
  const transparency = Buffer.from([...new Array(NOISE).fill(255), 0]);
  let state = 1;
  const noise = () => ((state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff), (state >> 16) % NOISE);
  const row = () => [0, ...Array.from({ length: SIDE_PX }, (_, x) => (isOpaque || x < SIDE_PX / 4 ? noise() : NOISE))];
  const rows = Buffer.from(Array.from({ length: SIDE_PX }, row).flat());
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("PLTE", palette), chunk("tRNS", transparency),
    chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Whether red, green, blue are those of a tile of a hue. */
export const isOf = (hue, pixel) => hue.every((value, channel) => pixel[channel] <= value && pixel[channel] > value - NOISE);

/**
 * Starts it. Below `/roads` and `/names` every site may copy tiles, below `/closed` none; below `/refused` there are
 * none. `requests` holds the paths since it was emptied last.
 */
export async function tileServer() {
  const tiles = { roads: png(ROADS, true), closed: png(ROADS, true), names: png(NAMES, false) };
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request.url);
    const kind = request.url.split("/")[1];
    const tile = tiles[kind];
    response.writeHead(tile ? 200 : 403, {
      "content-type": "image/png", "cache-control": "no-store", ...(kind !== "closed" && { "access-control-allow-origin": "*" }),
    });
    response.end(tile);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, requests, tileBytes: tiles.roads.length, stop: () => new Promise((done) => (server.closeAllConnections(), server.close(done))) };
}
