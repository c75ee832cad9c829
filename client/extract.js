// Draws an extract of OpenStreetMap, a PMTiles file in the vector schema of Protomaps, as layers of Leaflet. ground.js
// loads this module when such a background is first shown. bundle.mjs makes one file of it.
import { namedFlavor } from "@protomaps/basemaps";
import { PMTiles, TileType } from "pmtiles";
import { labelRules, leafletLayer, paintRules } from "protomaps-leaflet";

// The page's Leaflet holds only what the page uses.
L.GridLayer ??= L.gridLayer().constructor;
L.DomUtil ??= {
  create: (tag, className) => Object.assign(document.createElement(tag), { className }),
  removeClass: (element, name) => element.classList.remove(name),
  remove: (element) => element.remove(),
};

const dark = matchMedia("(prefers-color-scheme: dark)");

/**
 * Whether its roads are of kinds that the page draws: those of another schema, or of a version before 4, would be missing
 * without a word, and names with them. `doctor` states the reason.
 */
function isDrawn({ vector_layers: layers }) {
  return Array.isArray(layers) && layers.some(({ id, fields }) => id === "roads" && fields?.kind);
}

/**
 * The layers of the extract at `url`: the ground for the pane of tiles, and its names for `labelsPane`. An error where
 * it cannot be had or drawn.
 */
export async function extract(url, labelsPane, maxZoom) {
  const archive = new PMTiles(url);
  const { tileType, maxZoom: maxDataZoom, minLon, minLat, maxLon, maxLat } = await archive.getHeader();
  if (tileType !== TileType.Mvt || !isDrawn(await archive.getMetadata())) throw new Error(`${url} cannot be drawn`);
  const bounds = [[minLat, minLon], [maxLat, maxLon]];
  const options = { url: archive, maxDataZoom, bounds, maxZoom, attribution: "" };
  const [ground, names] = ["tilePane", labelsPane].map((pane) => leafletLayer({ ...options, pane }));
  // Each tile is requested once.
  names.views = ground.views;
  const colour = () => {
    const flavor = namedFlavor(dark.matches ? "dark" : "light");
    // Without a background of its own, the page's land shows where the extract holds nothing.
    ground.paintRules = paintRules(flavor);
    names.labelRules = labelRules(flavor, document.documentElement.lang || "en");
    for (const layer of [ground, names]) layer.clearLayout();
  };
  colour();
  dark.addEventListener("change", () => {
    colour();
    for (const layer of [ground, names]) if (layer._map) layer.rerenderTiles();
  });
  return [ground, names];
}
