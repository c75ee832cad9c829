//! The titles of the regions.

use leptos::prelude::document;
use wasm_bindgen::prelude::*;

use super::FireMap;
use super::shapes::set_style;
use crate::data::decimal::pixels;
use crate::map::label_placement::{Title, without_overlap};
use crate::map::leaflet::{self, options, place};

/// A box narrower than this on the screen is marked by a dot.
const SPECK_PX: f64 = 14.0;

impl FireMap {
    /// Shows the titles that overlap no other and no dot beside their own region, and a dot where a box
    /// is too small to be seen.
    pub fn arrange_titles(&self) {
        let regions = self.regions.borrow();
        let corner = |lon: f64, lat: f64| self.map.container_point(&place(lon, lat));
        let width_px = self.map.size().x();
        let titles: Vec<_> = regions
            .iter()
            .map(|layers| {
                let [west, _, _, north] = layers.bbox;
                let anchor = corner(west, north);
                Title { left_px: anchor.x(), bottom_px: anchor.y(), letters: layers.title_letters }
                    .on_map(width_px)
            })
            .collect();
        let dots = self.dots.borrow();
        let covers = |index: usize| {
            let (Some(title), Some(layers)) = (titles.get(index), regions.get(index)) else {
                return false;
            };
            let [west, south, east, north] = layers.bbox;
            let is_beside =
                |lon, lat| !(west..=east).contains(&lon) || !(south..=north).contains(&lat);
            let beside = dots.0.iter().filter(|dot| is_beside(dot.patch.lon, dot.patch.lat));
            beside.into_iter().any(|dot| title.covers_dot(dot.at_px))
        };
        let are_free = without_overlap(&titles, &covers);
        for ((layers, title), is_free) in regions.iter().zip(&titles).zip(are_free) {
            let [west, south, east, north] = layers.bbox;
            let west_px = corner(west, north).x();
            let is_speck = corner(east, south).x() - west_px < SPECK_PX;
            if let Some(label) = layers.label.element() {
                set_style(&label, "--shift", &pixels(title.left_px - west_px));
                // Adding a class with a plain name cannot fail.
                let _ = label.class_list().toggle_with_force("crowded", !is_free);
                let _ = label.class_list().toggle_with_force("speck", is_speck);
            }
        }
        self.names.arrange(self.view(), &titles);
    }
}

/// A title on the map, set as text: a title with markup in it stays a title. The note beside it is
/// never cut off.
pub fn title_icon(title: &str, note: Option<&str>, class: &str) -> JsValue {
    let text = |class: &str, text: &str| {
        let span = document().create_element("span")?;
        span.set_class_name(class);
        span.set_text_content(Some(text));
        Ok::<_, JsValue>(span)
    };
    let label = || {
        let label = text("label", "")?;
        label.append_child(&*text("title", title)?)?;
        if let Some(note) = note {
            label.append_child(&*text("note", &format!("\u{a0}· {note}"))?)?;
        }
        Ok::<_, JsValue>(label.into())
    };
    leaflet::div_icon(&options([
        ("className", format!("region-label {class}").into()),
        ("html", label().unwrap_or(JsValue::FALSE)),
        ("iconSize", JsValue::NULL),
    ]))
}
