// Draws an extract of OpenStreetMap, a PMTiles file in the vector schema of Protomaps, as layers of Leaflet. ground.js
// loads this module when such a background is first shown. bundle.mjs makes one file of it.
import { namedFlavor } from "@protomaps/basemaps";
import { PMTiles } from "pmtiles";
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
 * The layers of the extract at `url`: the ground for the pane of tiles, and its names for `labelsPane`. An error where
 * it cannot be had or is none.
 */
export async function extract(url, labelsPane, maxZoom) {
  const archive = new PMTiles(url);
  const { maxZoom: maxDataZoom, minLon, minLat, maxLon, maxLat } = await archive.getHeader();
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
