//! Draws a picture for publication and hands it to the reader.

use wasm_bindgen::prelude::*;
use web_sys::CanvasRenderingContext2d;

use super::layout::{Frame, Layout, Texts, layout};
use super::locator::{Land, draw_locator};
use super::shape::Shape;
use super::wrap::Font;
use crate::i18n::words;
use crate::map::land_layer::ink;
use crate::map::leaflet::{Map, place};
use crate::panel::legend_row::LegendRow;
use crate::tools::legend_swatch::draw_swatches;
use crate::tools::map_picture::{MapPicture, MapTiles};
use crate::tools::picture::scale_bar;
use crate::tools::save_image::{download, new_canvas};

/// Parts of the map's width: the scale bar, and the distance of marks from its edges.
const SCALE_PART: f64 = 0.2;
const INSET_PX: f64 = 18.0;
const MARK_FONT: Font = Font { px: 18.0, is_bold: true };
const ARROW_PX: f64 = 26.0;

/// A picture for publication.
pub struct Publication {
    /// Its shape.
    pub shape: Shape,
    /// What is written in it.
    pub texts: Texts,
    /// The rows of the legend, each of which has a text.
    pub legend: Vec<LegendRow>,
    /// Where the swipe divides the map, percent of its free part.
    pub swipe_percent: Option<u8>,
    /// Metres on the ground that a pixel of the page spans in the middle of the map.
    pub metres_per_px: f64,
    /// Longitude and latitude of what the picture is about, degrees; `None` for the view.
    pub subject: Option<(f64, f64)>,
    /// The letter that stands for north.
    pub north: &'static str,
}

/// What of the page's map is in a picture: pixels of the page from the corner of its free part, and
/// how many pixels of the picture one of them takes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Crop {
    left: f64,
    top: f64,
    scale: f64,
}

impl Crop {
    /// As much of a map as fills a frame, with a place as near to its middle as may be.
    fn filling(
        (width, height): (f64, f64),
        (to_width, to_height): (f64, f64),
        middle: (f64, f64),
    ) -> Self {
        let scale = (to_width / width.max(1.0)).max(to_height / height.max(1.0));
        let start = |room: f64, to: f64, middle: f64| {
            let spare = (room - to / scale).max(0.0);
            (middle - to / scale / 2.0).min(spare).max(0.0)
        };
        Self {
            left: start(width, to_width, middle.0),
            top: start(height, to_height, middle.1),
            scale,
        }
    }
}

/// Saves a picture of the map in sight as `file`. Returns whether tiles of another site had to be
/// left out, whose server does not allow copies.
///
/// # Errors
///
/// Whatever the browser refuses.
pub async fn save_publication(
    map: &Map,
    publication: &Publication,
    file: &str,
) -> Result<bool, JsValue> {
    let tiles = MapTiles::copied().await?;
    let land = Land::load().await;
    let (canvas, context) = new_canvas()?;
    let (width, height) = publication.shape.size_px();
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let measure = |text: &str, font: Font| {
        context.set_font(&font.css());
        // A text that cannot be measured is drawn as if it were of wide letters.
        let measured = context.measure_text(text).map(|it| it.width());
        measured.unwrap_or(text.chars().count() as f64 * font.px)
    };
    let places = layout(publication.shape, &publication.texts, &measure);
    context.set_fill_style_str(&ink("--paper"));
    context.fill_rect(0.0, 0.0, width, height);

    let picture = MapPicture::on(context.clone())?;
    let (width, height) = (picture.width_px, picture.height_px);
    let subject = publication.subject.map(|(lon, lat)| map.container_point(&place(lon, lat)));
    let free_left = free_left(map, &picture);
    let middle = subject.map_or((width / 2.0, height / 2.0), |at| (at.x() - free_left, at.y()));
    let crop = Crop::filling((width, height), (places.map.width, places.map.height), middle);
    let is_left_out = draw_map(&picture, publication.swipe_percent, &tiles, (crop, places.map))?;
    draw_marks(&context, publication, (crop, places.map));
    let bbox = bbox_of(map, &picture, crop, places.map);
    draw_locator(&context, places.locator, &land, bbox)?;
    draw_legend(&context, publication, &places);
    write_lines(&context, &places);
    download(&canvas, file)?;
    Ok(is_left_out)
}

fn draw_map(
    picture: &MapPicture,
    swipe_percent: Option<u8>,
    tiles: &MapTiles,
    (crop, frame): (Crop, Frame),
) -> Result<bool, JsValue> {
    let context = &picture.context;
    context.save();
    context.begin_path();
    context.rect(frame.x, frame.y, frame.width, frame.height);
    context.clip();
    context.translate(frame.x, frame.y)?;
    context.scale(crop.scale, crop.scale)?;
    context.translate(-crop.left, -crop.top)?;
    let is_left_out = picture.draw(swipe_percent, tiles)?;
    context.restore();
    context.set_line_width(1.0);
    context.set_stroke_style_str(&ink("--ink-soft"));
    context.stroke_rect(frame.x, frame.y, frame.width, frame.height);
    Ok(is_left_out)
}

/// Where the free part of the map begins, pixels from the map's left: beside the panel.
fn free_left(map: &Map, picture: &MapPicture) -> f64 {
    map.size().x() - picture.width_px
}

/// The corners of what is drawn: west, south, east, north, degrees.
fn bbox_of(map: &Map, picture: &MapPicture, crop: Crop, frame: Frame) -> [f64; 4] {
    let free_left = free_left(map, picture);
    let at = |x: f64, y: f64| {
        let pixel = js_sys::Array::of2(&(free_left + crop.left + x).into(), &(crop.top + y).into());
        let place = map.place_at(&pixel);
        (place.lng(), place.lat())
    };
    let (west, north) = at(0.0, 0.0);
    let (east, south) = at(frame.width / crop.scale, frame.height / crop.scale);
    [west, south, east, north]
}

/// Scale bar and north arrow, on the map.
fn draw_marks(
    context: &CanvasRenderingContext2d,
    publication: &Publication,
    (crop, frame): (Crop, Frame),
) {
    let metres_per_px = publication.metres_per_px / crop.scale;
    let (metres, bar_px) = scale_bar(metres_per_px, frame.width * SCALE_PART);
    let (right, bottom) = (frame.x + frame.width - INSET_PX, frame.y + frame.height - INSET_PX);
    let left = right - bar_px;
    context.set_font(&MARK_FONT.css());
    context.set_fill_style_str(&ink("--map-halo"));
    context.fill_rect(left - 8.0, bottom - 30.0, bar_px + 16.0, 40.0);
    let (x, top) = (right - ARROW_PX / 2.0, frame.y + INSET_PX);
    context.fill_rect(x - ARROW_PX, top - 8.0, ARROW_PX * 2.0, ARROW_PX * 2.0 + 10.0);
    context.set_fill_style_str(&ink("--map-text"));
    context.fill_rect(left, bottom, bar_px, 3.0);
    // A text that cannot be written leaves the rest of the picture as it is.
    let _ = context.fill_text(&words().length(metres), left, bottom - 8.0);
    context.begin_path();
    context.move_to(x, top);
    context.line_to(x + ARROW_PX / 2.0, top + ARROW_PX);
    context.line_to(x, top + ARROW_PX * 0.75);
    context.line_to(x - ARROW_PX / 2.0, top + ARROW_PX);
    context.close_path();
    context.fill();
    context.set_text_align("center");
    let _ = context.fill_text(publication.north, x, top + ARROW_PX * 1.8);
    context.set_text_align("start");
}

fn draw_legend(context: &CanvasRenderingContext2d, publication: &Publication, places: &Layout) {
    context.set_line_width(0.7);
    for (row, frame) in publication.legend.iter().zip(&places.swatches) {
        context.set_stroke_style_str(&ink("--ink-soft"));
        let at = (frame.x.round(), frame.y.round());
        draw_swatches(context, row, at, (frame.width.round(), frame.height.round()));
    }
}

fn write_lines(context: &CanvasRenderingContext2d, places: &Layout) {
    let [ink, quiet] = ["--ink", "--ink-soft"].map(ink);
    for line in &places.lines {
        context.set_font(&line.font.css());
        context.set_fill_style_str(if line.is_quiet { &quiet } else { &ink });
        let _ = context.fill_text(&line.text, line.at.0, line.at.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_the_map_fills_the_picture() {
        let crop = |middle| Crop::filling((1000.0, 800.0), (1000.0, 400.0), middle);
        assert_eq!(crop((500.0, 400.0)), Crop { left: 0.0, top: 200.0, scale: 1.0 });
        // What the picture is about is moved to the middle as far as the map reaches.
        assert_eq!(crop((100.0, 300.0)).top, 100.0);
        assert_eq!(crop((100.0, 100.0)).top, 0.0);
        assert_eq!(crop((100.0, 900.0)).top, 400.0);
        let phone = Crop::filling((400.0, 500.0), (1000.0, 500.0), (200.0, 250.0));
        assert_eq!(phone, Crop { left: 0.0, top: 150.0, scale: 2.5 });
    }
}
