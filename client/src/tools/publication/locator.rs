//! The small map of where on its continent a place lies.

use std::f64::consts::TAU;

use dragonfly_core::Tile;
use dragonfly_core::mercator::{TILE_SIZE_PX, cell_from_lonlat};
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, CanvasWindingRule};

use super::layout::Frame;
use crate::data::fetch;
use crate::data::world::{ScreenPoint, TileShapes, WorldPart, part_url};
use crate::map::land_layer::ink;

const WHOLE_WORLD: Tile = Tile { z: 0, x: 0, y: 0 };
/// Finer maps show no longer a continent.
const MAX_ZOOM: u8 = 3;
/// What the main map shows takes at most this part of the small one.
const MAX_PART: f64 = 0.4;
/// A smaller box is drawn as a dot.
const MIN_BOX_PX: f64 = 6.0;
const DOT_PX: f64 = 5.0;

/// The land of the world; `None` where it could not be loaded.
pub struct Land(Option<WorldPart>);

impl Land {
    /// Loads the coarse outlines, which the page has shown itself.
    pub async fn load() -> Self {
        let text = fetch::text(&part_url(WHOLE_WORLD)).await.ok();
        Self(text.and_then(|text| WorldPart::from_json(WHOLE_WORLD, &text).ok()))
    }

    fn in_tile(&self, tile: Tile) -> Option<TileShapes> {
        Some(self.0.as_ref()?.in_tile(tile))
    }
}

/// The part of the world that a locator shows: its zoom, and its north-west corner in pixels of it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Window {
    zoom: u8,
    left: f64,
    top: f64,
    /// What the main map shows, pixels from the corner: west, north, east, south.
    shown: [f64; 4],
}

impl Window {
    /// Around a box [west, south, east, north] in degrees, in a square of so many pixels.
    fn around([west, south, east, north]: [f64; 4], side: f64) -> Self {
        let corners = |zoom| {
            let (left, top) = cell_from_lonlat(zoom, west, north);
            let (right, bottom) = cell_from_lonlat(zoom, east, south);
            [left, top, right, bottom]
        };
        let fits = |zoom: &u8| {
            let [left, top, right, bottom] = corners(*zoom);
            (right - left).max(bottom - top) <= side * MAX_PART
        };
        let zoom = (0..=MAX_ZOOM).rev().find(fits).unwrap_or(0);
        let [left, top, right, bottom] = corners(zoom);
        let world = world_px(zoom);
        let corner_x = (left + right - side) / 2.0;
        let corner_y = ((top + bottom - side) / 2.0).min(world - side).max(0.0);
        let shown = [left - corner_x, top - corner_y, right - corner_x, bottom - corner_y];
        Self { zoom, left: corner_x, top: corner_y, shown }
    }

    /// The tiles in it, each with its corner in pixels from that of the window.
    fn tiles(self, side: f64) -> Vec<(Tile, f64, f64)> {
        let tile_px = f64::from(TILE_SIZE_PX);
        let count = 1i64 << self.zoom;
        let range = |start: f64| {
            let first = (start / tile_px).floor() as i64;
            first..=((start + side) / tile_px).floor() as i64
        };
        let mut tiles = Vec::new();
        for row in range(self.top).filter(|row| (0..count).contains(row)) {
            for column in range(self.left) {
                let tile = Tile { z: self.zoom, x: column.rem_euclid(count) as u32, y: row as u32 };
                let at = |index: i64, start: f64| index as f64 * tile_px - start;
                tiles.push((tile, at(column, self.left), at(row, self.top)));
            }
        }
        tiles
    }
}

fn world_px(zoom: u8) -> f64 {
    f64::from(TILE_SIZE_PX << zoom)
}

/// Draws the small map into a square, with a mark around `bbox` (west, south, east, north, degrees).
///
/// # Errors
///
/// Whatever the browser refuses.
pub fn draw_locator(
    context: &CanvasRenderingContext2d,
    frame: Frame,
    land: &Land,
    bbox: [f64; 4],
) -> Result<(), JsValue> {
    let Frame { x, y, width: side, .. } = frame;
    let window = Window::around(bbox, side);
    context.save();
    context.begin_path();
    context.rect(x, y, side, side);
    context.set_fill_style_str(&ink("--map-water"));
    context.fill();
    context.clip();
    context.translate(x, y)?;
    for (tile, left, top) in window.tiles(side) {
        let Some(shapes) = land.in_tile(tile) else { continue };
        context.save();
        context.translate(left, top)?;
        draw_shapes(context, &shapes);
        context.restore();
    }
    draw_mark(context, window.shown)?;
    context.restore();
    context.set_line_width(1.0);
    context.set_stroke_style_str(&ink("--ink-soft"));
    context.stroke_rect(x, y, side, side);
    Ok(())
}

fn draw_shapes(context: &CanvasRenderingContext2d, shapes: &TileShapes) {
    trace(context, &shapes.land);
    context.set_fill_style_str(&ink("--map-land"));
    context.fill_with_canvas_winding_rule(CanvasWindingRule::Evenodd);
    context.set_line_width(1.0);
    for (lines, colour) in [(&shapes.coasts, "--map-coast"), (&shapes.borders, "--map-border")] {
        trace(context, lines);
        context.set_stroke_style_str(&ink(colour));
        context.stroke();
    }
}

fn trace(context: &CanvasRenderingContext2d, lines: &[Vec<ScreenPoint>]) {
    context.begin_path();
    for line in lines {
        for (at, [x, y]) in line.iter().enumerate() {
            if at == 0 { context.move_to(*x, *y) } else { context.line_to(*x, *y) }
        }
    }
}

fn draw_mark(
    context: &CanvasRenderingContext2d,
    [left, top, right, bottom]: [f64; 4],
) -> Result<(), JsValue> {
    context.set_line_width(2.0);
    if (right - left).max(bottom - top) >= MIN_BOX_PX {
        context.set_stroke_style_str(&ink("--alert"));
        context.stroke_rect(left, top, right - left, bottom - top);
        return Ok(());
    }
    context.begin_path();
    context.arc((left + right) / 2.0, (top + bottom) / 2.0, DOT_PX, 0.0, TAU)?;
    context.set_fill_style_str(&ink("--alert"));
    context.fill();
    context.set_stroke_style_str("#fff");
    context.stroke();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: f64 = 200.0;

    #[test]
    fn a_fire_is_in_the_middle_of_its_continent() {
        let window = Window::around([-121.4, 39.7, -121.0, 40.0], SIDE);
        assert_eq!(window.zoom, MAX_ZOOM);
        let [left, top, right, bottom] = window.shown;
        assert!((left + right - SIDE).abs() < 1e-6 && (top + bottom - SIDE).abs() < 1e-6);
        assert!(right - left < MIN_BOX_PX);
        assert!(!window.tiles(SIDE).is_empty());
    }

    #[test]
    fn a_wide_view_and_the_edges_of_the_world_stay_in_the_window() {
        for bbox in [
            [-180.0, -80.0, 180.0, 80.0],
            [-10.0, 35.0, 40.0, 70.0],
            [10.0, 78.0, 12.0, 80.0],
            [178.0, -18.0, 179.9, -16.0],
        ] {
            let window = Window::around(bbox, SIDE);
            let world = world_px(window.zoom);
            assert!(window.top >= 0.0 && window.top + SIDE <= world, "{window:?}");
            for (tile, left, top) in window.tiles(SIDE) {
                let count = 1u32 << window.zoom;
                assert!(tile.x < count && tile.y < count, "{tile:?}");
                assert!(left < SIDE && top < SIDE && left > -256.5 && top > -256.5);
            }
        }
    }
}
