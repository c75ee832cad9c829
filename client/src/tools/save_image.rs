//! A picture of the current view to keep: the map, and below it legend, scale, dates, sources and
//! caveat.

use std::f64::consts::TAU;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{
    CanvasRenderingContext2d, DomRect, Element, HtmlCanvasElement, HtmlElement, HtmlImageElement,
    Path2d,
};

use super::highres::timer::sleep_ms;
use super::picture::{lines, scale_bar};
use crate::i18n::words;
use crate::map::land_layer::ink;
use crate::map::obscured::ObscuredArea;
use crate::map::provisional_hatch::{SWATCH, hatched};
use crate::map::unseen_pattern::pattern;
use crate::panel::legend_row::{LegendRow, Swatch};

const FONT: &str = "12px system-ui, sans-serif";
/// A letter of that font is about this wide.
const LETTER_PX: f64 = 6.4;
const LINE_PX: f64 = 17.0;
const MARGIN_PX: f64 = 16.0;
const ENTRY_WIDTH_PX: f64 = 300.0;
const ENTRY_PX: f64 = 21.0;
const SCALE_PX: f64 = 120.0;
/// Copies of background tiles are awaited this long, together.
const COPY_TIMEOUT_MS: i32 = 8_000;

/// The tiles that are seen: a result of high resolution hides those of the nights.
const SEVERITY_TILES: &str = ".leaflet-severity-pane:not(.under-highres) canvas, \
    .leaflet-severity-pane.under-highres .highres:not([style*='none;']) canvas";

/// What is below severity, and the names above it.
const GROUND_PANE: &str = ".leaflet-tile-pane";
const LABELS_PANE: &str = ".leaflet-labels-pane";

/// The texts beside the map.
pub struct Caption {
    /// The legend's lines.
    pub legend: Vec<LegendRow>,
    /// Dates, sources and caveat, a paragraph each.
    pub paragraphs: Vec<String>,
    /// Where the swipe divides the map, percent of its free part.
    pub swipe_percent: Option<u8>,
    /// Metres on the ground that a pixel spans in the middle of the map.
    pub metres_per_px: f64,
}

/// The free part of the map on a canvas, and where its corner lies in the window.
struct SavedPicture {
    context: CanvasRenderingContext2d,
    left_px: f64,
    top_px: f64,
    width_px: f64,
    height_px: f64,
}

/// Saves the view as `file`. Returns whether a background of another site had to be left out, whose
/// server does not allow copies: with it, browsers would not let the picture be read.
///
/// # Errors
///
/// Whatever the browser refuses.
pub async fn save_picture(caption: &Caption, file: &str) -> Result<bool, JsValue> {
    let background = copied_tiles(GROUND_PANE).await?;
    let labels = copied_tiles(LABELS_PANE).await?;
    let map = document().query_selector(".map")?.ok_or("no map")?.get_bounding_client_rect();
    let obscured = ObscuredArea::by_panel();
    let (width, height) = (map.width() - obscured.left_px, map.height() - obscured.bottom_px);
    let columns = (((width - MARGIN_PX) / ENTRY_WIDTH_PX) as usize).clamp(1, 3);
    let letters = ((width - 2.0 * MARGIN_PX) / LETTER_PX) as usize;
    let text: Vec<_> =
        caption.paragraphs.iter().flat_map(|paragraph| lines(paragraph, letters)).collect();
    let rows = caption.legend.len().div_ceil(columns);
    let foot_px = 2.0 * MARGIN_PX + rows as f64 * ENTRY_PX + text.len() as f64 * LINE_PX;

    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    let ratio = window().device_pixel_ratio().clamp(1.0, 2.0);
    canvas.set_width((width * ratio) as u32);
    canvas.set_height(((height + foot_px) * ratio) as u32);
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or("no canvas to draw on")?.dyn_into()?;
    context.scale(ratio, ratio)?;
    let picture = SavedPicture {
        context,
        left_px: map.left() + obscured.left_px,
        top_px: map.top(),
        width_px: width,
        height_px: height,
    };
    let is_left_out = picture.draw_map(caption, &background, &labels)?;
    picture.draw_scale(caption.metres_per_px);
    picture.draw_foot(caption, columns, foot_px, &text);

    let link: HtmlElement = document().create_element("a")?.dyn_into()?;
    link.set_attribute("href", &canvas.to_data_url()?)?;
    link.set_attribute("download", file)?;
    link.click();
    Ok(is_left_out)
}

impl SavedPicture {
    /// Returns whether tiles of the background had to be left out.
    fn draw_map(
        &self,
        caption: &Caption,
        background: &[CopiedTile],
        labels: &[CopiedTile],
    ) -> Result<bool, JsValue> {
        let context = &self.context;
        context.save();
        self.fill("--map-water", (0.0, 0.0), (self.width_px, self.height_px));
        context.begin_path();
        context.rect(0.0, 0.0, self.width_px, self.height_px);
        context.clip();
        each(".leaflet-land-pane canvas", |tile| self.draw_canvas(&tile))?;
        let has_background = self.draw_tiles(GROUND_PANE, background)?;
        // Severity may lie over the pictures before and after a fire.
        self.draw_pictures()?;

        context.save();
        if let Some(percent) = caption.swipe_percent {
            context.begin_path();
            context.rect(0.0, 0.0, self.width_px * f64::from(percent) / 100.0, self.height_px);
            context.clip();
        }
        context.set_image_smoothing_enabled(false);
        context.set_global_alpha(severity_opacity()?);
        each(SEVERITY_TILES, |tile| self.draw_canvas(&tile))?;
        context.restore();

        let has_labels = self.draw_tiles(LABELS_PANE, labels)?;
        self.draw_shapes()?;
        context.restore();
        Ok(!(has_background && has_labels))
    }

    /// Draws a pane of the background: the canvases of an extract, and pictures by their copies.
    /// Returns whether there is a copy of each.
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
        Ok(tiles.iter().all(|tile| tile.copy.is_some()))
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
        context.restore();
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
        })?;
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

    fn draw_scale(&self, metres_per_px: f64) {
        let (metres, bar_px) = scale_bar(metres_per_px, SCALE_PX);
        let (x, y) = (self.width_px - MARGIN_PX - bar_px, self.height_px - MARGIN_PX);
        self.fill("--map-halo", (x - 6.0, y - 20.0), (bar_px + 12.0, 28.0));
        self.fill("--map-text", (x, y), (bar_px, 2.0));
        self.context.set_font(FONT);
        self.write(&words().length(metres), "--map-text", (x, y - 5.0));
    }

    fn draw_foot(&self, caption: &Caption, columns: usize, foot_px: f64, text: &[String]) {
        self.fill("--paper", (0.0, self.height_px), (self.width_px, foot_px));
        self.context.set_font(FONT);
        let rows = caption.legend.len().div_ceil(columns);
        let column_px = (self.width_px - MARGIN_PX) / columns as f64;
        let top_px = self.height_px + MARGIN_PX;
        for (index, row) in caption.legend.iter().enumerate() {
            let x = MARGIN_PX + (index / rows) as f64 * column_px;
            let y = top_px + (index % rows) as f64 * ENTRY_PX;
            let stripe_px = 28.0 / row.swatches.len() as f64;
            for (at, swatch) in row.swatches.iter().enumerate() {
                self.draw_swatch(*swatch, (x + at as f64 * stripe_px, y), stripe_px as usize);
            }
            self.context.set_stroke_style_str(&ink("--ink-soft"));
            self.context.set_line_width(0.5);
            self.context.stroke_rect(x, y, 28.0, 14.0);
            let parts = [row.title.as_str(), &row.range, &row.area];
            let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            self.write(&parts.join(" · "), "--ink", (x + 36.0, y + 11.0));
        }
        let first_px = top_px + rows as f64 * ENTRY_PX + LINE_PX;
        for (index, line) in text.iter().enumerate() {
            self.write(line, "--ink", (MARGIN_PX, first_px + index as f64 * LINE_PX));
        }
    }

    fn draw_swatch(&self, swatch: Swatch, (x, y): (f64, f64), width_px: usize) {
        const HEIGHT_PX: usize = 14;
        let colour = |column, row| match swatch {
            Swatch::Pattern(unseen) => Some(pattern(unseen.code(), column, row)),
            Swatch::Hatch => Some(hatched(SWATCH, column, row)),
            Swatch::Colour(_) | Swatch::Clear => None,
        };
        if colour(0, 0).is_none() {
            self.context.set_fill_style_str(&swatch.css());
            return self.context.fill_rect(x, y, width_px as f64, HEIGHT_PX as f64);
        }
        for (column, row) in
            (0..HEIGHT_PX).flat_map(|row| (0..width_px).map(move |column| (column, row)))
        {
            let Some([red, green, blue, opacity]) = colour(column, row) else { continue };
            let opacity = f64::from(opacity) / 255.0;
            self.context.set_fill_style_str(&format!("rgb({red} {green} {blue} / {opacity:.2})"));
            self.context.fill_rect(x + column as f64, y + row as f64, 1.0, 1.0);
        }
    }

    fn fill(&self, name: &str, (x, y): (f64, f64), (width_px, height_px): (f64, f64)) {
        self.context.set_fill_style_str(&ink(name));
        self.context.fill_rect(x, y, width_px, height_px);
    }

    fn write(&self, text: &str, name: &str, (x, y): (f64, f64)) {
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

/// A tile of the background, and a copy of it that may be drawn; `None` where its server does not
/// allow copies.
struct CopiedTile {
    tile: HtmlImageElement,
    copy: Option<HtmlImageElement>,
}

impl CopiedTile {
    /// A tile that may be drawn as it is.
    fn itself(tile: HtmlImageElement) -> Self {
        Self { copy: Some(tile.clone()), tile }
    }
}

/// The tiles of a pane of the background. Those of another site whose server did not allow copies are requested
/// once more, as it may do so by now: what is seen without permission may not be drawn.
async fn copied_tiles(pane: &str) -> Result<Vec<CopiedTile>, JsValue> {
    let origin = format!("{}/", window().location().origin()?);
    let mut requested = Vec::new();
    each(&format!("{pane} img.leaflet-tile-loaded"), |tile| {
        let tile: HtmlImageElement = tile.dyn_into()?;
        if tile.src().starts_with(&origin) || tile.cross_origin().is_some() {
            requested.push((tile, None));
            return Ok(());
        }
        let copy = HtmlImageElement::new()?;
        copy.set_cross_origin(Some("anonymous"));
        copy.set_src(&tile.src());
        let decoded = copy.decode();
        requested.push((tile, Some((copy, decoded))));
        Ok(())
    })?;
    if requested.iter().all(|(_, copy)| copy.is_none()) {
        return Ok(requested.into_iter().map(|(tile, _)| CopiedTile::itself(tile)).collect());
    }
    let deadline = future_to_promise(async {
        sleep_ms(COPY_TIMEOUT_MS).await;
        Err(JsValue::NULL)
    });
    // All are awaited at once: one that fails meanwhile must not count as an error of the page.
    let requested = requested.into_iter().map(|(tile, copy)| {
        let copy = copy.map(|(copy, decoded)| {
            let decoded = js_sys::Promise::race(&js_sys::Array::of2(&decoded, &deadline));
            (copy, JsFuture::from(decoded))
        });
        (tile, copy)
    });
    let mut tiles = Vec::new();
    for (tile, copy) in requested.collect::<Vec<_>>() {
        tiles.push(match copy {
            None => CopiedTile::itself(tile),
            Some((copy, decoded)) => CopiedTile { tile, copy: decoded.await.ok().map(|_| copy) },
        });
    }
    Ok(tiles)
}

fn each(
    selector: &str,
    mut act: impl FnMut(Element) -> Result<(), JsValue>,
) -> Result<(), JsValue> {
    let found = document().query_selector_all(selector)?;
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).try_for_each(&mut act)
}
