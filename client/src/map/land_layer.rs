//! The background that needs no internet: land, coasts, borders and graticule, drawn tile by tile.

use std::cell::RefCell;
use std::rc::Rc;

use dragonfly_core::Tile;
use dragonfly_core::mercator::{TILE_SIZE_PX, cell_from_lonlat};
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, CanvasWindingRule, HtmlCanvasElement};

use crate::data::fetch::{self, FileFetchError};
use crate::data::world::{ScreenPoint, TileShapes, World, WorldFormatError};
use crate::map::graticule::Graticule;
use crate::map::leaflet::{self, GridLayer, Map, Point, options};
use crate::map::tile_canvas::{tile_canvas, tile_of};

/// The coarsest outlines, which are shown until others are loaded.
pub const SKETCHED_WORLD_URL: &str = "/world/countries-110m.json";
/// Coarse outlines, for the first view.
pub const COARSE_WORLD_URL: &str = "/world/countries-50m.json";
/// Fine outlines, fetched when the reader comes closer.
pub const FINE_WORLD_URL: &str = "/world/countries-10m.json";
/// From this zoom on the coarse outlines are too coarse.
pub const FINE_FROM_ZOOM: f64 = 7.0;

/// Why the outlines cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The file could not be had.
    #[error(transparent)]
    Fetch(#[from] FileFetchError),
    /// The file holds no outlines.
    #[error(transparent)]
    Broken(#[from] WorldFormatError),
}

/// Fetches outlines.
pub async fn fetch_world(url: &str) -> Result<World, WorldError> {
    Ok(World::from_topojson(&fetch::text(url).await?)?)
}

/// The layer of land, coasts, borders and graticule.
#[derive(Clone)]
pub struct LandLayer {
    layer: GridLayer,
    world: Rc<RefCell<Option<World>>>,
}

/// The inks of the background, from the style sheet, so that they follow the reader's light or
/// dark.
struct Inks {
    land: String,
    coast: String,
    border: String,
    graticule: String,
}

impl LandLayer {
    /// Lays the background on the map; until there is a world all of it is land.
    pub fn on(map: &Map, pane: &str) -> Self {
        let layer =
            leaflet::grid_layer(&options([("pane", pane.into()), ("keepBuffer", 3.into())]));
        let world: Rc<RefCell<Option<World>>> = Rc::default();
        let drawn = world.clone();
        let create_tile = Closure::<dyn FnMut(Point) -> Result<HtmlCanvasElement, JsValue>>::new(
            move |point: Point| draw(tile_of(&point), drawn.borrow().as_ref()),
        );
        layer.set_create_tile(create_tile.into_js_value().unchecked_ref());
        layer.add_to(map);
        Self { layer, world }
    }

    /// Draws these outlines.
    pub fn show(&self, world: World) {
        *self.world.borrow_mut() = Some(world);
        self.redraw();
    }

    /// Draws everything again, when the colours have changed.
    pub fn redraw(&self) {
        self.layer.redraw();
    }
}

fn draw(tile: Tile, world: Option<&World>) -> Result<HtmlCanvasElement, JsValue> {
    // Twice the pixels on a fine screen, or coasts are blurred.
    let ratio = window().device_pixel_ratio().clamp(1.0, 2.0);
    let (canvas, context) = tile_canvas("land-tile", (f64::from(TILE_SIZE_PX) * ratio) as u32)?;
    context.scale(ratio, ratio)?;
    let inks = Inks::from_style();
    if let Some(world) = world {
        let shapes = world.in_tile(tile);
        fill_land(&context, &shapes, &inks);
        context.set_line_join("round");
        stroke(&context, &shapes.coasts, &inks.coast, 1.0);
        stroke(&context, &shapes.borders, &inks.border, 1.0);
    } else {
        // Until coasts are known, nothing that is mapped may seem to lie in the sea.
        let side = f64::from(TILE_SIZE_PX);
        context.set_fill_style_str(&inks.land);
        context.fill_rect(0.0, 0.0, side, side);
    }
    stroke(&context, &graticule_in(tile), &inks.graticule, 1.0);
    Ok(canvas)
}

fn fill_land(context: &CanvasRenderingContext2d, shapes: &TileShapes, inks: &Inks) {
    context.begin_path();
    shapes.land.iter().for_each(|ring| trace(context, ring));
    context.set_fill_style_str(&inks.land);
    context.fill_with_canvas_winding_rule(CanvasWindingRule::Evenodd);
}

fn stroke(
    context: &CanvasRenderingContext2d,
    lines: &[Vec<ScreenPoint>],
    ink: &str,
    width_px: f64,
) {
    context.begin_path();
    lines.iter().for_each(|line| trace(context, line));
    context.set_stroke_style_str(ink);
    context.set_line_width(width_px);
    context.stroke();
}

fn trace(context: &CanvasRenderingContext2d, line: &[ScreenPoint]) {
    let Some((first, rest)) = line.split_first() else {
        return;
    };
    context.move_to(first[0], first[1]);
    rest.iter().for_each(|point| context.line_to(point[0], point[1]));
}

fn graticule_in(tile: Tile) -> Vec<Vec<ScreenPoint>> {
    let side = f64::from(TILE_SIZE_PX);
    let graticule = Graticule::at_zoom(f64::from(tile.z));
    let [west, south, east, north] = tile.bounds();
    // Half a pixel off the corner of the grid, so that a line is one pixel wide and not two.
    let crisp = |px: f64| px.floor() + 0.5;
    let column = |lon: f64| crisp(cell_from_lonlat(tile.z, lon, 0.0).0 - f64::from(tile.x) * side);
    let row = |lat: f64| crisp(cell_from_lonlat(tile.z, 0.0, lat).1 - f64::from(tile.y) * side);
    let meridians =
        graticule.lines(west, east).map(|lon| vec![[column(lon), 0.0], [column(lon), side]]);
    let parallels =
        graticule.lines(south, north).map(|lat| vec![[0.0, row(lat)], [side, row(lat)]]);
    meridians.chain(parallels).collect()
}

impl Inks {
    fn from_style() -> Self {
        Self {
            land: ink("--map-land"),
            coast: ink("--map-coast"),
            border: ink("--map-border"),
            graticule: ink("--map-graticule"),
        }
    }
}

/// A colour of the style sheet, by the name of its variable.
pub fn ink(name: &str) -> String {
    let root = document().document_element();
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    let value = style.and_then(|style| style.get_property_value(name).ok());
    value.unwrap_or_default().trim().to_owned()
}
