//! A tile that is drawn: its address, and its canvas.

use dragonfly_core::Tile;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::map::leaflet::Point;

/// The address that Leaflet hands to `createTile`.
pub fn tile_of(point: &Point) -> Tile {
    Tile { z: point.z() as u8, x: point.x() as u32, y: point.y() as u32 }
}

/// An empty square canvas that Leaflet can place.
pub fn tile_canvas(
    class: &str,
    side_px: u32,
) -> Result<(HtmlCanvasElement, CanvasRenderingContext2d), JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    canvas.set_class_name(class);
    canvas.set_width(side_px);
    canvas.set_height(side_px);
    let context = canvas.get_context("2d")?.ok_or("no canvas to draw on")?.dyn_into()?;
    Ok((canvas, context))
}
