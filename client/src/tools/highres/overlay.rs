//! A result on the map: tiles of Leaflet's, painted from the blocks received.

use std::cell::RefCell;
use std::rc::Rc;

use dragonfly_core::Tile;
use dragonfly_core::mercator::TILE_SIZE_PX;
use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::blocks::Blocks;
use crate::map::leaflet::{self, GridLayer, Map, Point, options};
use crate::map::severity_layer::tile_name;
use crate::map::tile_canvas::{tile_canvas, tile_of};

/// Red, green, blue, opacity of a tile's cells; `None` where there is nothing to paint.
pub type OverlayPainter = Box<dyn Fn(Tile) -> Option<Vec<u8>>>;

/// Blocks on the map, until dropped.
pub struct Overlay {
    layer: GridLayer,
    painter: Rc<RefCell<OverlayPainter>>,
}

impl Overlay {
    /// Adds blocks to a pane of a map.
    pub fn on(map: &Map, pane: &str, blocks: &Blocks, painter: OverlayPainter) -> Self {
        let layer = leaflet::grid_layer(&options([
            ("pane", pane.into()),
            ("className", "highres".into()),
            ("minNativeZoom", blocks.zoom().into()),
            ("maxNativeZoom", blocks.zoom().into()),
        ]));
        let painter = Rc::new(RefCell::new(painter));
        let create_tile = Closure::<dyn FnMut(Point) -> Result<HtmlCanvasElement, JsValue>>::new({
            let painter = painter.clone();
            move |point: Point| {
                let tile = tile_of(&point);
                let (canvas, _) = tile_canvas("df-tile", TILE_SIZE_PX)?;
                canvas.set_attribute("data-tile", &tile_name(tile))?;
                paint(&canvas, (painter.borrow())(tile))?;
                Ok(canvas)
            }
        });
        layer.set_create_tile(create_tile.into_js_value().unchecked_ref::<Function>());
        let this = Self { layer, painter };
        this.layer.add_to(map);
        this
    }

    /// Shows or hides all tiles.
    pub fn show(&self, shows: bool) {
        if let Some(container) = self.layer.container() {
            // A style with a plain name can always be set.
            let _ = container.style().set_property("display", if shows { "block" } else { "none" });
        }
    }

    /// Paints all tiles in view with another painter.
    pub fn repaint(&self, painter: OverlayPainter) {
        *self.painter.borrow_mut() = painter;
        let found = self
            .layer
            .container()
            .and_then(|container| container.query_selector_all("canvas[data-tile]").ok());
        let Some(found) = found else {
            return;
        };
        for canvas in (0..found.length())
            .filter_map(|index| found.get(index)?.dyn_into::<HtmlCanvasElement>().ok())
        {
            self.paint_canvas(&canvas);
        }
    }

    /// Paints a new tile, where it is in view.
    pub fn paint_tile(&self, tile: Tile) {
        let selector = format!("canvas[data-tile='{}']", tile_name(tile));
        let canvas = self
            .layer
            .container()
            .and_then(|container| container.query_selector(&selector).ok().flatten());
        if let Some(canvas) = canvas.and_then(|canvas| canvas.dyn_into().ok()) {
            self.paint_canvas(&canvas);
        }
    }

    fn paint_canvas(&self, canvas: &HtmlCanvasElement) {
        let tile = canvas
            .get_attribute("data-tile")
            .as_deref()
            .and_then(crate::map::severity_layer::tile_from_name);
        if let Some(tile) = tile {
            // A canvas that the browser has thrown away needs no paint.
            let _ = paint(canvas, (self.painter.borrow())(tile));
        }
    }
}

impl Drop for Overlay {
    fn drop(&mut self) {
        self.layer.remove();
    }
}

fn paint(canvas: &HtmlCanvasElement, pixels: Option<Vec<u8>>) -> Result<(), JsValue> {
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or("no canvas to draw on")?.dyn_into()?;
    match pixels {
        Some(pixels) => {
            let image = ImageData::new_with_u8_clamped_array_and_sh(
                Clamped(&pixels),
                TILE_SIZE_PX,
                TILE_SIZE_PX,
            )?;
            canvas.set_attribute("data-state", "drawn")?;
            context.put_image_data(&image, 0.0, 0.0)
        }
        None => {
            canvas.set_attribute("data-state", "empty")?;
            context.clear_rect(0.0, 0.0, TILE_SIZE_PX.into(), TILE_SIZE_PX.into());
            Ok(())
        }
    }
}
