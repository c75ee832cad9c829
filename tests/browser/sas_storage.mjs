// Storage like Planetary Computer's, whose files need a SAS token; its token endpoint and catalogue; and a proxy. One server:
// /sas/v1/token/<collection>, /catalogue/search, files under any name of Azure's storage, /bare/<file> for storage
// without CORS, and /proxy/<address> or /proxy?url=<address>.
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const CORS = {
  "access-control-allow-origin": "*", "access-control-allow-headers": "*",
  "access-control-expose-headers": "content-range, content-length",
};
const STORAGE = "http://sample.blob.core.windows.net";
const MINUTE = 60_000;

/** `state.secret` signs tokens; they are valid for `state.minutes`; `state.endpoint`, if set, is the endpoint's response. */
export async function sasStorage({ folder }) {
  const fresh = () => ({ secret: "Zm9v%3D", minutes: 60, endpoint: undefined, tokens: [], served: 0, refused: 0 });
  const state = fresh();
  const token = (collection) => {
    state.tokens.push(collection);
    if (state.endpoint) return state.endpoint;
    const expiry = new Date(Date.now() + state.minutes * MINUTE).toISOString();
    return [200, JSON.stringify({ "msft:expiry": expiry, token: `st=1&se=${expiry}&sp=rl&sig=${state.secret}` })];
  };
  const search = (base) => {
    const items = JSON.parse(readFileSync(join(folder, "items.json"), "utf8"));
    for (const asset of items.features.flatMap((item) => Object.values(item.assets))) {
      asset.href = `${base}${asset.href.replace(/^\./, "")}`;
    }
    return [200, JSON.stringify(items)];
  };
  /** A range of the file behind an address. */
  const part = (address, range) => {
    const { hostname, pathname, search } = new URL(address);
    const isSigned = hostname.endsWith(".blob.core.windows.net");
    if (isSigned && !search.endsWith(`&sig=${state.secret}`)) {
      state.refused += 1;
      return [403, "AuthenticationFailed"];
    }
    const file = join(folder, pathname.replace(/^\/bare\//, "/"));
    if (!existsSync(file)) return [404, "BlobNotFound"];
    state.served += 1;
    const bytes = readFileSync(file);
    const [first, last] = range.match(/\d+/g).map(Number);
    const body = bytes.subarray(first, last + 1);
    return [206, body, { "content-range": `bytes ${first}-${first + body.length - 1}/${bytes.length}` }];
  };
  const server = createServer((request, response) => {
    const { headers: { host, range }, url } = request;
    const own = `http://127.0.0.1:${server.address().port}`;
    const [, collection] = url.match(/^\/sas\/v1\/token\/(.+)$/) ?? [];
    const [, proxied] = url.match(/^\/proxy(?:\/|\?url=)(.*)$/) ?? [];
    const [, bare] = url.match(/^\/catalogue(-bare)?\/search$/) ?? [];
    const respond = () => {
      if (request.method === "OPTIONS") return [204, ""];
      if (host.endsWith(".blob.core.windows.net")) return part(`http://${host}${url}`, range);
      if (collection) return token(collection);
      if (proxied) return part(proxied, range);
      return url.startsWith("/bare/") ? part(`${own}${url}`, range) : search(bare ? `${own}/bare` : STORAGE);
    };
    const [status, body, more] = respond();
    const cors = url.startsWith("/bare/") ? {} : CORS;
    response.writeHead(status, { ...cors, ...more, "content-length": body.length });
    response.end(request.method === "OPTIONS" ? undefined : body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `127.0.0.1:${server.address().port}`;
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://${address}`, hostRules: `MAP *.blob.core.windows.net ${address}`, state, reset: () => Object.assign(state, fresh()), stop };
}
