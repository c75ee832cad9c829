//! A swatch of the legend on a canvas, as the map is painted.

use web_sys::CanvasRenderingContext2d;

use crate::map::provisional_hatch::{SWATCH, hatched};
use crate::map::unseen_pattern::pattern;
use crate::panel::legend_row::{LegendRow, Swatch};

/// Draws the swatches of a row side by side into a box, and its frame.
pub fn draw_swatches(
    context: &CanvasRenderingContext2d,
    row: &LegendRow,
    (x, y): (f64, f64),
    (width_px, height_px): (f64, f64),
) {
    let stripe_px = width_px / row.swatches.len() as f64;
    for (at, swatch) in row.swatches.iter().enumerate() {
        let size = (stripe_px as usize, height_px as usize);
        draw_swatch(context, *swatch, (x + at as f64 * stripe_px, y), size);
    }
    context.stroke_rect(x, y, width_px, height_px);
}

fn draw_swatch(
    context: &CanvasRenderingContext2d,
    swatch: Swatch,
    (x, y): (f64, f64),
    (width_px, height_px): (usize, usize),
) {
    let colour = |column, row| match swatch {
        Swatch::Pattern(unseen) => Some(pattern(unseen.code(), column, row)),
        Swatch::Hatch => Some(hatched(SWATCH, column, row)),
        Swatch::Colour(_) | Swatch::Clear => None,
    };
    if colour(0, 0).is_none() {
        context.set_fill_style_str(&swatch.css());
        return context.fill_rect(x, y, width_px as f64, height_px as f64);
    }
    for (column, row) in
        (0..height_px).flat_map(|row| (0..width_px).map(move |column| (column, row)))
    {
        let Some([red, green, blue, opacity]) = colour(column, row) else { continue };
        let opacity = f64::from(opacity) / 255.0;
        context.set_fill_style_str(&format!("rgb({red} {green} {blue} / {opacity:.2})"));
        context.fill_rect(x + column as f64, y + row as f64, 1.0, 1.0);
    }
}
