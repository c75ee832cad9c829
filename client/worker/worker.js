// Starts the worker. Those that it starts for its scenes are handed the compiled code instead of fetching it again.
import start from "./dragonfly-worker.js";

if (self.name === "scene") {
  self.onmessage = ({ data }) => start({ module_or_path: data });
} else {
  start({ module_or_path: new URL("dragonfly-worker_bg.wasm", import.meta.url) });
}
