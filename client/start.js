// Starts the page's WebAssembly. A file of its own, since a strict Content-Security-Policy forbids inline scripts;
// trunk names the hashed files in the links that preload them.
const script = document.querySelector("link[rel=modulepreload]").href;
const module_or_path = document.querySelector("link[rel=preload][as=fetch]").href;
try {
  const { default: start } = await import(script);
  await start({ module_or_path });
} catch (cause) {
  document.body.append("Dragonfly could not start. Please load the page again; it needs a browser with WebAssembly.");
  throw cause;
}
