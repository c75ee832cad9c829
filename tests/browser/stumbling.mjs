// A proxy before a bucket that stumbles: `<address>/<fault>/<address of the file>` answers with the fault.
import { once } from "node:events";
import { createServer } from "node:http";

const CORS = { "access-control-allow-origin": "*", "access-control-expose-headers": "content-range, content-length" };
/** Where a file that was cut short ends. */
const CUT_AT = 60_000;

/** What stands in the tags of a little-endian TIFF's directories that lie in these bytes. */
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
  // JPEG 2000, which nobody unpacks here.
  compression: (head) => patched(head, 259, (bytes, entry) => bytes.writeUInt16LE(34_712, entry + 8)),
  // The geokeys become a private tag.
  crs: (head) => patched(head, 34_735, (bytes, entry) => bytes.writeUInt16LE(65_000, entry)),
};

/** Starts the proxy. `holds` counts requests that are under way and never answered. */
export async function stumblingBucket() {
  const state = { asked: 0, bytes: 0, holding: 0, refusals: 0 };
  const server = createServer(async (request, response) => {
    const [, fault, file] = request.url.match(/^\/([^/]+)\/(.*)$/);
    if (request.method === "OPTIONS") {
      response.writeHead(204, { ...CORS, "access-control-allow-headers": "*" });
      return response.end();
    }
    state.asked += 1;
    const [first, last] = request.headers.range.match(/\d+/g).map(Number);
    if (/^\d+$/.test(fault)) return response.writeHead(Number(fault), { ...CORS, "retry-after": "0" }).end();
    if (fault === "once503" && (state.refusals += 1) <= 3) return response.writeHead(503, { ...CORS, "retry-after": "0" }).end();
    if (fault === "hold" && first > 0) {
      state.holding += 1;
      request.socket.once("close", () => (state.holding -= 1));
      return response.writeHead(206, { ...CORS, "content-range": `bytes ${first}-${last}/99999999` }).write("x");
    }
    if (fault === "cut" && first >= CUT_AT) return response.writeHead(416, CORS).end();
    const answer = await fetch(file, { headers: { range: request.headers.range } });
    let body = Buffer.from(await answer.arrayBuffer());
    let range = answer.headers.get("content-range");
    if (fault === "cut" && last >= CUT_AT) {
      body = body.subarray(0, CUT_AT - first);
      range = `bytes ${first}-${CUT_AT - 1}/${CUT_AT}`;
    }
    if (CHANGES[fault] && first === 0) body = CHANGES[fault](body);
    state.bytes += body.length;
    response.writeHead(answer.status, { ...(fault === "nocors" ? {} : CORS), "content-range": range, "content-length": body.length });
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
