//! The background that needs no internet: land, coasts, borders and graticule, drawn tile by tile.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use dragonfly_core::Tile;
use dragonfly_core::mercator::{TILE_SIZE_PX, cell_from_lonlat};
use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, CanvasWindingRule, HtmlCanvasElement};

use crate::data::fetch;
use crate::data::world::{ScreenPoint, TileShapes, WorldPart, part_url, parts_of};
use crate::map::graticule::Graticule;
use crate::map::leaflet::{self, GridLayer, Map, Point, options};
use crate::map::tile_canvas::{tile_canvas, tile_of};

/// The layer of land, coasts, borders and graticule.
pub struct LandLayer {
    layer: GridLayer,
    parts: RefCell<Vec<(Tile, Part)>>,
    has_coasts: Cell<bool>,
    on_failure: Rc<dyn Fn()>,
}

/// A part of the world.
enum Part {
    /// It is being fetched, for these tiles.
    Loading(Vec<(HtmlCanvasElement, Tile)>),
    Loaded(Rc<WorldPart>),
    Failed,
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
    /// Lays the background on the map, without [coasts](Self::show_coasts): all of it is land.
    pub fn on(map: &Map, pane: &str, on_failure: Rc<dyn Fn()>) -> Rc<Self> {
        let layer =
            leaflet::grid_layer(&options([("pane", pane.into()), ("keepBuffer", 3.into())]));
        let this = Rc::new(Self {
            layer,
            parts: RefCell::default(),
            has_coasts: Cell::default(),
            on_failure,
        });
        let drawn = this.clone();
        let create_tile = Closure::<dyn FnMut(Point) -> Result<HtmlCanvasElement, JsValue>>::new(
            move |point: Point| drawn.create_tile(tile_of(&point)),
        );
        this.layer.set_create_tile(create_tile.into_js_value().unchecked_ref());
        this.layer.add_to(map);
        this
    }

    /// Fetches coasts and borders as far as they are in view, from now on; until they are there all of
    /// it is land.
    pub fn show_coasts(&self) {
        if !self.has_coasts.replace(true) {
            self.redraw();
        }
    }

    /// Draws everything again, when the colours have changed.
    pub fn redraw(&self) {
        self.layer.redraw();
    }

    /// Fetches again what could not be had.
    pub fn retry(&self) {
        self.parts.borrow_mut().retain(|(_, part)| !matches!(part, Part::Failed));
        self.redraw();
    }

    fn create_tile(self: &Rc<Self>, tile: Tile) -> Result<HtmlCanvasElement, JsValue> {
        // Twice the pixels on a fine screen, or coasts are blurred.
        let ratio = window().device_pixel_ratio().clamp(1.0, 2.0);
        let (canvas, context) = tile_canvas("land-tile", (f64::from(TILE_SIZE_PX) * ratio) as u32)?;
        context.scale(ratio, ratio)?;
        let known = parts_of(tile).find_map(|wanted| self.loaded(wanted));
        draw(&context, tile, known.as_deref());
        if let Some(wanted) = parts_of(tile).next().filter(|_| self.has_coasts.get()) {
            self.await_part(wanted, &canvas, tile);
        }
        Ok(canvas)
    }

    fn loaded(&self, wanted: Tile) -> Option<Rc<WorldPart>> {
        self.parts.borrow().iter().find_map(|(tile, part)| match part {
            Part::Loaded(part) if *tile == wanted => Some(part.clone()),
            _ => None,
        })
    }

    /// Draws a tile again once its part is there, which is fetched unless it is loaded or failed.
    fn await_part(self: &Rc<Self>, wanted: Tile, canvas: &HtmlCanvasElement, tile: Tile) {
        let waiting = (canvas.clone(), tile);
        let mut parts = self.parts.borrow_mut();
        match parts.iter_mut().find(|(tile, _)| *tile == wanted) {
            Some((_, Part::Loading(all))) => all.push(waiting),
            Some(_) => {}
            None => {
                parts.push((wanted, Part::Loading(vec![waiting])));
                let this = self.clone();
                spawn_local(async move { this.fetch(wanted).await });
            }
        }
    }

    async fn fetch(&self, wanted: Tile) {
        let text = fetch::text(&part_url(wanted)).await.ok();
        let loaded = text.and_then(|text| WorldPart::from_json(wanted, &text).ok()).map(Rc::new);
        let part = loaded.clone().map_or(Part::Failed, Part::Loaded);
        let mut parts = self.parts.borrow_mut();
        let Some((_, before)) = parts.iter_mut().find(|(tile, _)| *tile == wanted) else {
            return;
        };
        let before = std::mem::replace(before, part);
        drop(parts);
        match (before, loaded) {
            (Part::Loading(waiting), Some(loaded)) => {
                for (canvas, tile) in waiting {
                    if let Some(context) = context_of(&canvas) {
                        draw(&context, tile, Some(&loaded));
                    }
                }
            }
            _ => (self.on_failure)(),
        }
    }
}

fn context_of(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// Draws a tile from a part; without one all of it is land.
fn draw(context: &CanvasRenderingContext2d, tile: Tile, part: Option<&WorldPart>) {
    let side = f64::from(TILE_SIZE_PX);
    let inks = Inks::from_style();
    context.clear_rect(0.0, 0.0, side, side);
    if let Some(part) = part {
        let shapes = part.in_tile(tile);
        fill_land(context, &shapes, &inks);
        context.set_line_join("round");
        stroke(context, &shapes.coasts, &inks.coast, 1.0);
        stroke(context, &shapes.borders, &inks.border, 1.0);
    } else {
        // Until coasts are known, nothing that is mapped may seem to lie in the sea.
        context.set_fill_style_str(&inks.land);
        context.fill_rect(0.0, 0.0, side, side);
    }
    stroke(context, &graticule_in(tile), &inks.graticule, 1.0);
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
