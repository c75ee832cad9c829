// The part of Leaflet that the page and its tools use, see src/map/leaflet.rs. bundle.mjs makes one file of it.
import "leaflet/src/control/Control.js";
import { scale } from "leaflet/src/control/Control.Scale.js";
import { zoom } from "leaflet/src/control/Control.Zoom.js";
import { divIcon } from "leaflet/src/layer/marker/DivIcon.js";
import { marker } from "leaflet/src/layer/marker/Marker.js";
import { gridLayer } from "leaflet/src/layer/tile/GridLayer.js";
import { tileLayer } from "leaflet/src/layer/tile/TileLayer.js";
import { circle } from "leaflet/src/layer/vector/Circle.js";
import { circleMarker } from "leaflet/src/layer/vector/CircleMarker.js";
import { polygon } from "leaflet/src/layer/vector/Polygon.js";
import { polyline } from "leaflet/src/layer/vector/Polyline.js";
import { rectangle } from "leaflet/src/layer/vector/Rectangle.js";
import "leaflet/src/layer/vector/Renderer.getRenderer.js";
import { Map, map } from "leaflet/src/map/index.js";

globalThis.L = {
  Map,
  map,
  control: { scale, zoom },
  divIcon,
  marker,
  gridLayer,
  tileLayer,
  circle,
  circleMarker,
  polygon,
  polyline,
  rectangle,
};
