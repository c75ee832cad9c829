//! A picture of the current view to keep: the map, and below it legend, scale, dates, sources and
//! caveat.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement};

use super::legend_swatch::draw_swatches;
use super::map_picture::{MapPicture, MapTiles};
use super::picture::{lines, scale_bar};
use crate::i18n::words;
use crate::map::land_layer::ink;
use crate::panel::legend_row::LegendRow;

const FONT: &str = "12px system-ui, sans-serif";
/// A letter of that font is about this wide.
const LETTER_PX: f64 = 6.4;
const LINE_PX: f64 = 17.0;
const MARGIN_PX: f64 = 16.0;
const ENTRY_WIDTH_PX: f64 = 300.0;
const ENTRY_PX: f64 = 21.0;
const SCALE_PX: f64 = 120.0;

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

/// Saves the view as `file`. Returns whether a background of another site had to be left out, whose
/// server does not allow copies: with it, browsers would not let the picture be read.
///
/// # Errors
///
/// Whatever the browser refuses.
pub async fn save_picture(caption: &Caption, file: &str) -> Result<bool, JsValue> {
    let tiles = MapTiles::copied().await?;
    let (canvas, context) = new_canvas()?;
    let picture = MapPicture::on(context)?;
    let width = picture.width_px;
    let columns = (((width - MARGIN_PX) / ENTRY_WIDTH_PX) as usize).clamp(1, 3);
    let letters = ((width - 2.0 * MARGIN_PX) / LETTER_PX) as usize;
    let text: Vec<_> =
        caption.paragraphs.iter().flat_map(|paragraph| lines(paragraph, letters)).collect();
    let rows = caption.legend.len().div_ceil(columns);
    let foot_px = 2.0 * MARGIN_PX + rows as f64 * ENTRY_PX + text.len() as f64 * LINE_PX;

    let ratio = window().device_pixel_ratio().clamp(1.0, 2.0);
    canvas.set_width((width * ratio) as u32);
    canvas.set_height(((picture.height_px + foot_px) * ratio) as u32);
    picture.context.scale(ratio, ratio)?;
    let is_left_out = picture.draw(caption.swipe_percent, &tiles)?;
    draw_scale(&picture, caption.metres_per_px);
    draw_foot(&picture, caption, columns, foot_px, &text);
    download(&canvas, file)?;
    Ok(is_left_out)
}

/// An empty canvas.
///
/// # Errors
///
/// Whatever the browser refuses.
pub fn new_canvas() -> Result<(HtmlCanvasElement, CanvasRenderingContext2d), JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    let context = canvas.get_context("2d")?.ok_or("no canvas to draw on")?.dyn_into()?;
    Ok((canvas, context))
}

/// Hands a canvas to the reader as a file.
///
/// # Errors
///
/// Where it may not be read.
pub fn download(canvas: &HtmlCanvasElement, file: &str) -> Result<(), JsValue> {
    let link: HtmlElement = document().create_element("a")?.dyn_into()?;
    link.set_attribute("href", &canvas.to_data_url()?)?;
    link.set_attribute("download", file)?;
    link.click();
    Ok(())
}

/// A row of the legend as one text.
pub fn row_text(row: &LegendRow) -> String {
    let parts = [row.title.as_str(), &row.range, &row.area];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

fn draw_scale(picture: &MapPicture, metres_per_px: f64) {
    let (metres, bar_px) = scale_bar(metres_per_px, SCALE_PX);
    let (x, y) = (picture.width_px - MARGIN_PX - bar_px, picture.height_px - MARGIN_PX);
    picture.fill("--map-halo", (x - 6.0, y - 20.0), (bar_px + 12.0, 28.0));
    picture.fill("--map-text", (x, y), (bar_px, 2.0));
    picture.context.set_font(FONT);
    picture.write(&words().length(metres), "--map-text", (x, y - 5.0));
}

fn draw_foot(
    picture: &MapPicture,
    caption: &Caption,
    columns: usize,
    foot_px: f64,
    text: &[String],
) {
    let MapPicture { context, width_px, height_px, .. } = picture;
    picture.fill("--paper", (0.0, *height_px), (*width_px, foot_px));
    context.set_font(FONT);
    let rows = caption.legend.len().div_ceil(columns);
    let column_px = (width_px - MARGIN_PX) / columns as f64;
    let top_px = height_px + MARGIN_PX;
    for (index, row) in caption.legend.iter().enumerate() {
        let x = MARGIN_PX + (index / rows) as f64 * column_px;
        let y = top_px + (index % rows) as f64 * ENTRY_PX;
        context.set_stroke_style_str(&ink("--ink-soft"));
        context.set_line_width(0.5);
        draw_swatches(context, row, (x, y), (28.0, 14.0));
        picture.write(&row_text(row), "--ink", (x + 36.0, y + 11.0));
    }
    let first_px = top_px + rows as f64 * ENTRY_PX + LINE_PX;
    for (index, line) in text.iter().enumerate() {
        picture.write(line, "--ink", (MARGIN_PX, first_px + index as f64 * LINE_PX));
    }
}
