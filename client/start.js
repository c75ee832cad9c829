// Starts the page's WebAssembly. A file of its own, since a strict Content-Security-Policy forbids inline scripts;
// trunk names the hashed files in the links that preload them.
const script = document.querySelector("link[rel=modulepreload]").href;
const module_or_path = document.querySelector("link[rel=preload][as=fetch]").href;

// In a frame of another site: see docs/page.md.
if (new URLSearchParams(location.search).has("embed")) document.documentElement.classList.add("embed");

// What the page needs first is requested while its program loads: on a slow line a round trip less.
const early = new Map(["/meta/client.json", "/meta/index.json"].map((url) => [url, fetch(url, { cache: "no-cache" })]));
early.forEach((response) => response.catch(() => {}));

let attempts = 0;
globalThis.dragonfly = {
  /** The response to a request that was sent above, once. */
  early(url) {
    const response = early.get(url);
    early.delete(url);
    return response;
  },
  /** Loads the tools, which wait until they are first used, and sets them to work on the page of client/src/toolbar/bridge.rs. */
  async tools(page) {
    const { content: script } = document.querySelector("meta[name=dragonfly-tools]");
    attempts += 1;
    // Some browsers remember that an import failed, unless its address is another.
    const { default: start, Tools } = await import(attempts > 1 ? `${script}?${attempts}` : script);
    await start({ module_or_path: script.replace(/\.js$/, "_bg.wasm") });
    return new Tools(page);
  },
  /** A module that loads on first use, by its name in index.html. */
  load: (name) => import(document.querySelector(`meta[name=dragonfly-${name}]`).content),
  /** The layers of a background, the module of which loads with the first one: see client/ground.js. */
  ground: async (...background) => (await dragonfly.load("ground")).layers(...background),
};

try {
  const { default: start } = await import(script);
  await start({ module_or_path });
} catch (cause) {
  document.querySelector("#skeleton [role=status]")?.remove();
  document.body.append("Dragonfly could not start. Please load the page again; it needs a browser with WebAssembly.");
  throw cause;
}

// Keeps what was shown, for a time without a network: see service-worker.js. Browsers allow it over https alone.
navigator.serviceWorker?.register("/service-worker.js").then(() => {
  const keep = async () => {
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage(performance.getEntriesByType("resource").map(({ name }) => name));
  };
  keep();
  document.addEventListener("visibilitychange", () => document.hidden && keep());
}).catch(() => {});
