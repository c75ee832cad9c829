//! The map on a canvas: what of it is in sight beside the panel, drawn from the page's own elements.

use std::f64::consts::TAU;

use leptos::prelude::document;
use wasm_bindgen::prelude::*;
use web_sys::{
    CanvasRenderingContext2d, CanvasWindingRule, DomRect, Element, HtmlCanvasElement, HtmlElement,
    Path2d,
};

use super::copied_tiles::{CopiedTile, copied_tiles, each};
use crate::map::land_layer::ink;
use crate::map::obscured::ObscuredArea;

const FONT: &str = "12px system-ui, sans-serif";

/// What is below severity, the names above it, and further layers.
const GROUND_PANE: &str = ".leaflet-tile-pane";
const LABELS_PANE: &str = ".leaflet-labels-pane";
const OVERLAYS_PANE: &str = ".leaflet-overlays-pane";
/// The tiles that are seen: a result of high resolution hides those of the nights.
const SEVERITY_TILES: &str = ".leaflet-severity-pane:not(.under-highres) canvas, \
    .leaflet-severity-pane.under-highres .highres:not([style*='none;']) canvas";

/// The tiles of other sites that the map shows, as copies.
pub struct MapTiles {
    ground: Vec<CopiedTile>,
    labels: Vec<CopiedTile>,
    overlays: Vec<CopiedTile>,
}

impl MapTiles {
    /// Those of the page.
    ///
    /// # Errors
    ///
    /// Whatever the browser refuses.
    pub async fn copied() -> Result<Self, JsValue> {
        Ok(Self {
            ground: copied_tiles(GROUND_PANE).await?,
            labels: copied_tiles(LABELS_PANE).await?,
            overlays: copied_tiles(OVERLAYS_PANE).await?,
        })
    }
}

/// The free part of the map on a canvas, and where its corner lies in the window.
pub struct MapPicture {
    /// The canvas, whose origin is the corner of the map.
    pub context: CanvasRenderingContext2d,
    left_px: f64,
    top_px: f64,
    /// Pixels across.
    pub width_px: f64,
    /// Pixels down.
    pub height_px: f64,
}

impl MapPicture {
    /// The map as it is on the page, which is to be drawn on a canvas.
    ///
    /// # Errors
    ///
    /// Where the page has no map.
    pub fn on(context: CanvasRenderingContext2d) -> Result<Self, JsValue> {
        let map = document().query_selector(".map")?.ok_or("no map")?.get_bounding_client_rect();
        let obscured = ObscuredArea::by_panel();
        Ok(Self {
            context,
            left_px: map.left() + obscured.left_px,
            top_px: map.top(),
            width_px: map.width() - obscured.left_px,
            height_px: map.height() - obscured.bottom_px,
        })
    }

    /// Draws the map with all that lies on it; where a swipe divides it, in percent of its width,
    /// severity is left of it. Returns whether tiles of another site had to be left out, whose
    /// server does not allow copies.
    ///
    /// # Errors
    ///
    /// Whatever the browser refuses.
    pub fn draw(&self, swipe_percent: Option<u8>, tiles: &MapTiles) -> Result<bool, JsValue> {
        let context = &self.context;
        context.save();
        self.fill("--map-water", (0.0, 0.0), (self.width_px, self.height_px));
        context.begin_path();
        context.rect(0.0, 0.0, self.width_px, self.height_px);
        context.clip();
        each(".leaflet-land-pane canvas", |tile| self.draw_canvas(&tile))?;
        let mut is_left_out = self.draw_tiles(GROUND_PANE, &tiles.ground)?;
        // Severity may lie over the pictures before and after a fire.
        self.draw_pictures()?;

        context.save();
        if let Some(percent) = swipe_percent {
            context.begin_path();
            context.rect(0.0, 0.0, self.width_px * f64::from(percent) / 100.0, self.height_px);
            context.clip();
        }
        context.set_image_smoothing_enabled(false);
        context.set_global_alpha(severity_opacity()?);
        each(SEVERITY_TILES, |tile| self.draw_canvas(&tile))?;
        context.restore();

        is_left_out |= self.draw_tiles(LABELS_PANE, &tiles.labels)?;
        is_left_out |= self.draw_tiles(OVERLAYS_PANE, &tiles.overlays)?;
        self.draw_shapes()?;
        context.restore();
        Ok(is_left_out)
    }

    /// Draws a pane of tiles: the canvases of an extract, and pictures by their copies. Returns
    /// whether one had to be left out.
    fn draw_tiles(&self, pane: &str, tiles: &[CopiedTile]) -> Result<bool, JsValue> {
        each(&format!("{pane} canvas.leaflet-tile-loaded"), |tile| self.draw_canvas(&tile))?;
        for CopiedTile { tile, copy } in tiles {
            let Some(copy) = copy else { continue };
            let (x, y, at) = self.place(tile);
            self.context.draw_image_with_html_image_element_and_dw_and_dh(
                copy,
                x,
                y,
                at.width(),
                at.height(),
            )?;
        }
        Ok(tiles.iter().any(|tile| tile.copy.is_none()))
    }

    /// The pictures before and after a fire, where high resolution shows them.
    fn draw_pictures(&self) -> Result<(), JsValue> {
        let context = &self.context;
        each(".leaflet-highres-after-pane:not([style*='none;']) canvas", |tile| {
            self.draw_canvas(&tile)
        })?;
        context.save();
        let divider = document()
            .query_selector(".swipe")?
            .and_then(|swipe| swipe.get_attribute("aria-valuenow"));
        let percent: f64 = divider.and_then(|percent| percent.parse().ok()).unwrap_or(100.0);
        context.begin_path();
        context.rect(0.0, 0.0, self.width_px * percent / 100.0, self.height_px);
        context.clip();
        each(".leaflet-highres-before-pane:not([style*='none;']) canvas", |tile| {
            self.draw_canvas(&tile)
        })?;
        context.restore();
        Ok(())
    }

    /// Outlines, dots and titles.
    fn draw_shapes(&self) -> Result<(), JsValue> {
        let context = &self.context;
        let pane = document().query_selector(".leaflet-map-pane")?.ok_or("no map")?;
        let (x, y, _) = self.place(&pane);
        context.save();
        context.translate(x, y)?;
        context.set_line_width(1.5);
        each("path.region-outline, path.outline", |path| {
            let class =
                if path.class_list().contains("outline") { "--accent" } else { "--map-outline" };
            context.set_stroke_style_str(&ink(class));
            context.stroke_with_path(&Path2d::new_with_path_string(
                &path.get_attribute("d").unwrap_or_default(),
            )?);
            Ok(())
        })?;
        each("path.overlay", |path| self.draw_overlay_shape(&path))?;
        context.restore();
        self.draw_dots()?;
        self.draw_names()
    }

    /// A shape of a further layer, as it is drawn on the page.
    fn draw_overlay_shape(&self, path: &Element) -> Result<(), JsValue> {
        let context = &self.context;
        let get = |name: &str| path.get_attribute(name).unwrap_or_default();
        let shape = Path2d::new_with_path_string(&get("d"))?;
        let colour = get("stroke");
        if get("fill") != "none" {
            context.set_fill_style_str(&colour);
            context.set_global_alpha(get("fill-opacity").parse().unwrap_or(1.0));
            context.fill_with_path_2d_and_winding(&shape, CanvasWindingRule::Evenodd);
            context.set_global_alpha(1.0);
        }
        context.set_stroke_style_str(&colour);
        context.set_line_width(get("stroke-width").parse().unwrap_or(2.0));
        context.stroke_with_path(&shape);
        Ok(())
    }

    fn draw_dots(&self) -> Result<(), JsValue> {
        let context = &self.context;
        context.set_line_width(1.5);
        each(".burnt-patch", |dot| {
            let (x, y, at) = self.place(&dot);
            let style = dot.dyn_into::<HtmlElement>()?.style();
            let width: f64 = style
                .get_property_value("--width")?
                .trim_end_matches("px")
                .parse()
                .unwrap_or_default();
            context.begin_path();
            context.arc(x + at.width() / 2.0, y + at.height() / 2.0, width / 2.0, 0.0, TAU)?;
            context.set_fill_style_str(&ink("--alert"));
            context.fill();
            context.set_stroke_style_str("#14262a");
            context.stroke();
            Ok(())
        })
    }

    /// Names of towns, and titles of regions.
    fn draw_names(&self) -> Result<(), JsValue> {
        let context = &self.context;
        context.set_font(FONT);
        each(".place-name span", |name| {
            let (x, y, at) = self.place(&name);
            self.write(
                &name.text_content().unwrap_or_default(),
                "--map-text",
                (x, y + at.height() - 4.0),
            );
            Ok(())
        })?;
        context.set_font(&format!("600 {FONT}"));
        each(".region-label:not(.crowded) .label", |label| {
            let (x, y, at) = self.place(&label);
            self.write(
                &label.text_content().unwrap_or_default(),
                "--map-outline",
                (x, y + at.height() - 3.0),
            );
            Ok(())
        })
    }

    fn draw_canvas(&self, tile: &Element) -> Result<(), JsValue> {
        let (x, y, at) = self.place(tile);
        let canvas: &HtmlCanvasElement = tile.unchecked_ref();
        self.context.draw_image_with_html_canvas_element_and_dw_and_dh(
            canvas,
            x,
            y,
            at.width(),
            at.height(),
        )
    }

    /// Fills a box with a colour of the style sheet.
    pub fn fill(&self, name: &str, (x, y): (f64, f64), (width_px, height_px): (f64, f64)) {
        self.context.set_fill_style_str(&ink(name));
        self.context.fill_rect(x, y, width_px, height_px);
    }

    /// Writes a text in a colour of the style sheet.
    pub fn write(&self, text: &str, name: &str, (x, y): (f64, f64)) {
        self.context.set_fill_style_str(&ink(name));
        // A text that cannot be written leaves the rest of the picture as it is.
        let _ = self.context.fill_text(text, x, y);
    }

    fn place(&self, element: &Element) -> (f64, f64, DomRect) {
        let at = element.get_bounding_client_rect();
        (at.left() - self.left_px, at.top() - self.top_px, at)
    }
}

/// Opacity of the tiles, 0 to 1.
fn severity_opacity() -> Result<f64, JsValue> {
    let pane = document().query_selector(".leaflet-severity-pane")?.ok_or("no map")?;
    let opacity = pane.dyn_into::<HtmlElement>()?.style().get_property_value("opacity")?;
    Ok(opacity.parse().unwrap_or(1.0))
}
