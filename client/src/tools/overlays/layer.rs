//! A further layer on the map, until it is dropped.

use std::cell::Cell;

use dragonfly_core::mercator::{TILE_SIZE_PX, metres_from_lonlat};
use dragonfly_core::overlay::{OverlayKind, SiteOverlay};
use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;

use super::geojson::OverlayShape;
use crate::map::leaflet::{self, GridLayer, Layer, Map, Point, options, place};
use crate::map::tile_canvas::tile_of;
use crate::tools::highres::polygons::Corner;

const PANE: &str = "overlays";
/// Above the tiles of severity, below outlines and dots.
const PANE_HEIGHT: &str = "350";
/// Tiles of layers without `max_zoom` are requested up to this zoom.
const MAX_TILE_ZOOM: u8 = 19;
/// Seen on every palette and background.
const DEFAULT_COLOUR: &str = "#1f5fbf";

/// What is on the map of a layer.
pub struct ShownLayer(Vec<Layer>);

/// Makes the pane of the layers, in which clicks reach the map.
pub fn pane(map: &Map) {
    let style = map.create_pane(PANE).style();
    for (name, value) in [("z-index", PANE_HEIGHT), ("pointer-events", "none")] {
        // A style with a plain name can always be set.
        let _ = style.set_property(name, value);
    }
}

impl ShownLayer {
    /// Pictures in tiles. `on_failure` is called once, when one cannot be loaded.
    pub fn of_tiles(map: &Map, overlay: &SiteOverlay, on_failure: impl Fn() + 'static) -> Self {
        let layer = leaflet::tile_layer(
            &overlay.url,
            &options([
                ("pane", PANE.into()),
                ("maxNativeZoom", overlay.max_zoom.unwrap_or(MAX_TILE_ZOOM).into()),
                ("maxZoom", 22.into()),
            ]),
        );
        if overlay.kind == OverlayKind::Wms {
            request_wms(&layer, overlay);
        }
        let has_failed = Cell::new(false);
        let failed = Closure::<dyn FnMut()>::new(move || {
            if !has_failed.replace(true) {
                on_failure();
            }
        });
        layer.on_event("tileerror", failed.into_js_value().unchecked_ref());
        layer.add_to(map);
        Self(vec![layer.into()])
    }

    /// Shapes of a file.
    pub fn of_shapes(map: &Map, overlay: &SiteOverlay, shapes: &[OverlayShape]) -> Self {
        let colour = overlay.colour.as_deref().unwrap_or(DEFAULT_COLOUR);
        let layers = shapes.iter().map(|shape| drawn(shape, colour).add_to(map));
        Self(layers.collect())
    }
}

impl Drop for ShownLayer {
    fn drop(&mut self) {
        for layer in &self.0 {
            layer.remove();
        }
    }
}

fn drawn(shape: &OverlayShape, colour: &str) -> Layer {
    let style = |is_filled: bool| {
        options([
            ("pane", PANE.into()),
            ("className", "overlay".into()),
            ("interactive", false.into()),
            ("color", colour.into()),
            ("weight", 2.into()),
            ("fill", is_filled.into()),
            ("fillOpacity", 0.12.into()),
            ("radius", 4.into()),
        ])
    };
    match shape {
        OverlayShape::Point([lon, lat]) => leaflet::circle_marker(&place(*lon, *lat), &style(true)),
        OverlayShape::Line(corners) => leaflet::polyline(&line(corners), &style(false)),
        OverlayShape::Polygon(rings) => {
            let rings: Array = rings.iter().map(|ring| line(ring)).collect();
            leaflet::polygon(&rings, &style(true))
        }
    }
}

fn line(corners: &[Corner]) -> JsValue {
    let corners: Array = corners.iter().map(|[lon, lat]| place(*lon, *lat)).collect();
    corners.into()
}

/// Has a layer of tiles request the pictures of a WMS.
fn request_wms(layer: &GridLayer, overlay: &SiteOverlay) {
    let overlay = overlay.clone();
    let url = Closure::<dyn Fn(Point) -> String>::new(move |point: Point| {
        let [west, south, east, north] = tile_of(&point).bounds();
        let (left, bottom) = metres_from_lonlat(west, south);
        let (right, top) = metres_from_lonlat(east, north);
        overlay.wms_url([left, bottom, right, top], TILE_SIZE_PX)
    });
    // A property of an object of Leaflet's can always be set.
    let _ = Reflect::set(layer, &"getTileUrl".into(), &url.into_js_value());
}
