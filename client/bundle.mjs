// Makes the JavaScript and the style of the page: Leaflet without the parts that the page does not use, the style
// sheets as one, start.js without comments, and the modules of backgrounds and GeoPackages, which load on first use.
// Trunk runs it before each build, and finds them where index.html names them.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transformSync } from "esbuild";

const client = dirname(fileURLToPath(import.meta.url));
const bundled = join(client, "node_modules/.bundled");
/** In the order in which they apply. */
const STYLES = ["leaflet.css", "style.css", "map.css", "panel.css"];
/** What Leaflet imports and the page never uses: shapes are SVG, markers have icons of their own and stay in place. */
const UNUSED = /\/(vector\/Canvas|vector\/SVG\.VML|marker\/Icon\.Default|marker\/Marker\.Drag)\.js$/;
const NOTHING = "export const canvas = () => {}, vmlMixin = {}, vmlCreate = null, MarkerDrag = null; export class IconDefault {}";
const withoutUnused = {
  name: "without-unused",
  setup: ({ onLoad }) => onLoad({ filter: UNUSED }, () => ({ contents: NOTHING })),
};

mkdirSync(bundled, { recursive: true });
const { version } = JSON.parse(readFileSync(join(client, "node_modules/leaflet/package.json"), "utf8"));
await build({
  entryPoints: [join(client, "leaflet.js")],
  outfile: join(bundled, "leaflet.js"),
  bundle: true,
  minify: true,
  format: "iife",
  plugins: [withoutUnused],
  banner: { js: `/* Leaflet ${version}, BSD-2-Clause: see notices.html */` },
  legalComments: "none",
  logLevel: "warning",
});
for (const [name, js] of [
  ["ground", ""],
  ["extract", "/* protomaps-leaflet and its parts: see notices.html */"],
  ["geopackage", "/* sql.js and fflate: see notices.html */"],
]) {
  await build({
    entryPoints: [join(client, `${name}.js`)],
    outfile: join(bundled, `dragonfly-${name}.js`),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    banner: { js },
    legalComments: "none",
    logLevel: "warning",
  });
}
// Beside the module, as lazy.mjs names the program of one.
copyFileSync(join(client, "node_modules/sql.js/dist/sql-wasm-browser.wasm"), join(bundled, "dragonfly-geopackage_bg.wasm"));
const styles = STYLES.map((file) => readFileSync(join(client, file), "utf8")).join("");
writeFileSync(join(bundled, "style.css"), transformSync(styles, { loader: "css", minify: true }).code);
const start = readFileSync(join(client, "start.js"), "utf8");
writeFileSync(join(bundled, "start.js"), transformSync(start, { format: "esm", minify: true }).code);
