// Shows the last maps without a network. Everything is requested from the network first; what was received is kept, and
// returned where there is no answer. Files with a hash or a run in their names never change and are returned at once.
const KEPT = "dragonfly-1";
const MAX_FILES = 1500;
const UNCHANGING = /-[0-9a-f]{16}(_bg)?\.\w+$|^\/(tiles|raster)\/[^/]+\/\d{8}T\d{6}Z/;
/** Parts of files, catalogues and images are the worker's own affair. */
const LEFT_ALONE = /^\/(stac|proxy)\/|\.tif$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.add("/")));
});

/** The page sends the addresses of what it has loaded before this worker was there. */
self.addEventListener("message", (event) => {
  const isOurs = (url) => new URL(url).origin === location.origin && !LEFT_ALONE.test(new URL(url).pathname);
  event.waitUntil(keepAll(event.data.filter(isOurs)));
});

async function keepAll(urls) {
  const cache = await caches.open(KEPT);
  // One that cannot be had is requested when it is needed.
  await Promise.all(urls.map((url) => cache.add(new Request(url, { cache: "force-cache" })).catch(() => {})));
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - MAX_FILES)).map((request) => cache.delete(request)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isOurs = origin === location.origin && request.method === "GET" && !request.headers.has("range");
  if (isOurs && !LEFT_ALONE.test(pathname)) event.respondWith(answer(request, pathname));
});

/** What the network answers; where it does not, what was kept. */
async function answer(request, pathname) {
  const cache = await caches.open(KEPT);
  const name = request.mode === "navigate" ? "/" : request;
  const kept = await cache.match(name);
  if (kept && UNCHANGING.test(pathname)) return kept;
  try {
    const response = await fetch(request);
    // A full disk keeps nothing, and shows the answer all the same.
    if (response.ok) await cache.put(name, response.clone()).catch(() => {});
    return response;
  } catch (cause) {
    if (kept) return kept;
    throw cause;
  }
}
