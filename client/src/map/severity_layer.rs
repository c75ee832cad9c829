//! A region's tiles: fetched only where they are stored, and painted from their values.

use std::cell::Cell;
use std::rc::Rc;

use dragonfly_core::mercator::TILE_SIZE_PX;
use dragonfly_core::metadata::MapMeta;
use dragonfly_core::{Palette, Tile, TileFate};
use js_sys::{Function, Object};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::data::tile_address::tile_url;
use crate::data::tile_source::{TileFetchError, TileSource};
use crate::data::tile_store::Indices;
use crate::map::leaflet::{self, GridLayer, Map, Point, corners, options};
use crate::map::tile_canvas::{tile_canvas, tile_of};
use crate::state::filter::Filter;

/// Red, green, blue, opacity of every palette index.
type TileColours = [[u8; 4]; 256];

/// The tiles of one run of a region, on the map until it is dropped.
pub struct SeverityLayer {
    layer: GridLayer,
    painter: Rc<TilePainter>,
}

struct TilePainter {
    map: MapMeta,
    source: TileSource,
    colours: Cell<TileColours>,
    on_failure: Box<dyn Fn(&TileFetchError)>,
}

impl SeverityLayer {
    /// Lays a map's tiles, within the box of its region.
    pub fn on(
        map: &Map,
        pane: &str,
        (meta, bbox): (&MapMeta, [f64; 4]),
        source: TileSource,
        on_failure: impl Fn(&TileFetchError) + 'static,
    ) -> Self {
        let layer = leaflet::grid_layer(&options([
            ("pane", pane.into()),
            ("bounds", corners(bbox)),
            ("minNativeZoom", meta.zoom_min.into()),
            ("maxNativeZoom", meta.zoom_max.into()),
        ]));
        let painter = Rc::new(TilePainter {
            map: meta.clone(),
            source,
            colours: Cell::new([[0; 4]; 256]),
            on_failure: Box::new(on_failure),
        });
        let create_tile =
            Closure::<dyn FnMut(Point, Function) -> Result<HtmlCanvasElement, JsValue>>::new({
                let painter = painter.clone();
                move |point: Point, done: Function| {
                    painter.clone().create_tile(tile_of(&point), done)
                }
            });
        layer.set_create_tile(&awaited(create_tile.into_js_value()));
        let this = Self { layer, painter };
        this.layer.add_to(map);
        this
    }

    /// The run whose tiles these are.
    pub fn run_id(&self) -> &str {
        &self.painter.map.run_id
    }

    /// Paints all tiles in other colours.
    pub fn paint(&self, palette: Palette, filter: Filter) {
        self.painter.colours.set(filter.colours(palette));
        self.each_canvas("canvas[data-state=drawn]", |canvas, tile| {
            self.painter.clone().fill(canvas, tile, None)
        });
    }

    /// Fetches again what failed.
    pub fn retry(&self) {
        self.each_canvas("canvas[data-state=failed]", |canvas, tile| {
            self.painter.clone().fill(canvas, tile, None)
        });
    }

    fn each_canvas(&self, selector: &str, act: impl Fn(HtmlCanvasElement, Tile)) {
        let found = self
            .layer
            .container()
            .and_then(|container| container.query_selector_all(selector).ok());
        let Some(found) = found else {
            return;
        };
        for canvas in (0..found.length()).filter_map(|index| found.get(index)) {
            if let Ok(canvas) = canvas.dyn_into::<HtmlCanvasElement>()
                && let Some(tile) =
                    canvas.get_attribute("data-tile").as_deref().and_then(tile_from_name)
            {
                act(canvas, tile);
            }
        }
    }
}

impl Drop for SeverityLayer {
    fn drop(&mut self) {
        self.layer.remove();
    }
}

impl TilePainter {
    fn create_tile(
        self: Rc<Self>,
        tile: Tile,
        done: Function,
    ) -> Result<HtmlCanvasElement, JsValue> {
        let (canvas, _) = tile_canvas("df-tile", TILE_SIZE_PX)?;
        canvas.set_attribute("data-tile", &tile_name(tile))?;
        if self.map.tile_index.fate(tile) == Some(TileFate::Stored) {
            canvas.set_attribute("data-state", "loading")?;
            self.fill(canvas.clone(), tile, Some(done));
        } else {
            canvas.set_attribute("data-state", "empty")?;
            // Leaflet must have the canvas before `done` is called.
            let canvas = canvas.clone();
            spawn_local(async move { call(&done, &canvas) });
        }
        Ok(canvas)
    }

    fn fill(self: Rc<Self>, canvas: HtmlCanvasElement, tile: Tile, done: Option<Function>) {
        spawn_local(async move {
            let url = tile_url(&self.map.run_tile_url_template, tile);
            let state = match self.source.indices(&url).await {
                Ok(indices) if paint(&canvas, &indices, &self.colours.get()).is_ok() => "drawn",
                Ok(_) => "failed",
                Err(problem) => {
                    (self.on_failure)(&problem);
                    "failed"
                }
            };
            // An attribute with a plain name can always be set.
            let _ = canvas.set_attribute("data-state", state);
            if let Some(done) = done {
                call(&done, &canvas);
            }
        });
    }
}

fn paint(
    canvas: &HtmlCanvasElement,
    indices: &Indices,
    colours: &TileColours,
) -> Result<(), JsValue> {
    let pixels: Vec<u8> = indices.iter().flat_map(|index| colours[usize::from(*index)]).collect();
    let image =
        ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), TILE_SIZE_PX, TILE_SIZE_PX)?;
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or("no canvas to draw on")?.dyn_into()?;
    context.put_image_data(&image, 0.0, 0.0)
}

/// Leaflet waits for `done` only if `createTile` declares two arguments, which a closure from Rust
/// does not.
fn awaited(create_tile: JsValue) -> Function {
    let two = options([("value", 2.into())]);
    let function: &Object = create_tile.unchecked_ref();
    Object::define_property(function, &"length".into(), &two).unchecked_into()
}

fn call(done: &Function, canvas: &HtmlCanvasElement) {
    // An error in Leaflet does not concern this tile.
    let _ = done.call2(&JsValue::NULL, &JsValue::NULL, canvas);
}

/// The name of a tile in the attributes of its canvas.
pub fn tile_name(tile: Tile) -> String {
    format!("{}/{}/{}", tile.z, tile.x, tile.y)
}

/// The tile with this name.
pub fn tile_from_name(name: &str) -> Option<Tile> {
    let mut parts = name.split('/');
    Some(Tile {
        z: parts.next()?.parse().ok()?,
        x: parts.next()?.parse().ok()?,
        y: parts.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_is_read_from_its_name() {
        assert_eq!(tile_from_name("9/85/202"), Some(Tile { z: 9, x: 85, y: 202 }));
        assert_eq!(tile_from_name("9/85"), None);
        assert_eq!(tile_from_name("a/b/c"), None);
    }
}
