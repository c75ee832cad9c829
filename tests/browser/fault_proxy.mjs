// A proxy that injects faults: a request for `<address>/<fault>/<address of the file>` is responded to with the fault.
import { once } from "node:events";
import { createServer } from "node:http";

const CORS = { "access-control-allow-origin": "*", "access-control-expose-headers": "content-range, content-length" };
/** The length of a file that is truncated, bytes. */
const CUT_AT = 60_000;

/** A copy of the first bytes of a little-endian TIFF with the entries of `tag` in its directories changed. */
function patched(head, tag, change) {
  const bytes = Buffer.from(head);
  for (let at = bytes.readUInt32LE(4); at > 0 && at + 2 < bytes.length; ) {
    const count = bytes.readUInt16LE(at);
    for (let entry = at + 2; entry < at + 2 + count * 12; entry += 12) {
      if (bytes.readUInt16LE(entry) === tag) change(bytes, entry);
    }
    at = bytes.readUInt32LE(at + 2 + count * 12);
  }
  return bytes;
}

const CHANGES = {
  // JPEG 2000, which the worker does not decode.
  compression: (head) => patched(head, 259, (bytes, entry) => bytes.writeUInt16LE(34_712, entry + 8)),
  // A whole file in JPEG 2000.
  jp2: (head) => Buffer.concat([Buffer.from("0000000c6a5020200d0a870a", "hex"), head.subarray(12)]),
  // The GeoKeyDirectory tag becomes a private tag.
  crs: (head) => patched(head, 34_735, (bytes, entry) => bytes.writeUInt16LE(65_000, entry)),
};

/** Starts the proxy. `state` counts requests, bytes, requests that are `held` without an end, and refusals. */
export async function faultProxy() {
  const state = { requests: 0, bytes: 0, held: 0, refusals: 0 };
  const server = createServer(async (request, response) => {
    const [, fault, file] = request.url.match(/^\/([^/]+)\/(.*)$/);
    if (request.method === "OPTIONS") {
      response.writeHead(204, { ...CORS, "access-control-allow-headers": "*" });
      return response.end();
    }
    state.requests += 1;
    const [first, last] = request.headers.range.match(/\d+/g).map(Number);
    if (/^\d+$/.test(fault)) return response.writeHead(Number(fault), { ...CORS, "retry-after": "0" }).end();
    if (fault === "once503" && (state.refusals += 1) <= 3) return response.writeHead(503, { ...CORS, "retry-after": "0" }).end();
    if (fault === "hold" && first > 0) {
      state.held += 1;
      request.socket.once("close", () => (state.held -= 1));
      return response.writeHead(206, { ...CORS, "content-range": `bytes ${first}-${last}/99999999` }).write("x");
    }
    if (fault === "html") return response.writeHead(200, { ...CORS, "content-type": "text/html" }).end("<!doctype html>");
    if (fault === "cut" && first >= CUT_AT) return response.writeHead(416, CORS).end();
    const original = await fetch(file, { headers: { range: request.headers.range } });
    let body = Buffer.from(await original.arrayBuffer());
    let range = original.headers.get("content-range");
    if (fault === "cut" && last >= CUT_AT) {
      body = body.subarray(0, CUT_AT - first);
      range = `bytes ${first}-${CUT_AT - 1}/${CUT_AT}`;
    }
    if (CHANGES[fault] && first === 0) body = CHANGES[fault](body);
    state.bytes += body.length;
    // The head is of one day, everything else of the next.
    const day = { "last-modified": new Date(first > 0 ? 86_400_000 : 0).toUTCString() };
    const headers = { ...(fault === "nocors" ? {} : CORS), ...(fault === "replaced" ? day : {}) };
    response.writeHead(original.status, { ...headers, "content-range": range, "content-length": body.length });
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, state, stop };
}
