// Starts the page's WebAssembly. A file of its own, since a strict Content-Security-Policy forbids inline scripts;
// trunk names the hashed files in the links that preload them.
const script = document.querySelector("link[rel=modulepreload]").href;
const module_or_path = document.querySelector("link[rel=preload][as=fetch]").href;
const { default: start } = await import(script);
await start({ module_or_path });
