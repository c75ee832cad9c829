//! Names of towns on the offline background: the largest first, where they overlap nothing.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::document;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use crate::data::fetch;
use crate::map::label_placement::{Title, without_overlap};
use crate::map::leaflet::{self, Layer, Map, options, place};
use crate::search::places::{Place, Places, TOWNS_URL};
use crate::state::view::View;

/// At lower zooms the names of towns would clutter the coasts.
const MIN_ZOOM: f64 = 4.0;
/// More names than this make no map clearer.
const MAX_NAMES: usize = 28;
/// So many of the largest in view are tried.
const MAX_TRIED: usize = 160;
/// A dot and a gap stand before a name.
const DOT_PX: f64 = 10.0;

/// The names on a map.
pub struct PlaceNames {
    map: Map,
    places: RefCell<Option<Places>>,
    is_requested: Cell<bool>,
    is_hidden: Cell<bool>,
    shown: RefCell<Vec<Layer>>,
}

impl PlaceNames {
    /// No names yet, and none until they are no longer hidden.
    pub fn on(map: &Map) -> Rc<Self> {
        Rc::new(Self {
            map: map.clone(),
            places: RefCell::default(),
            is_requested: Cell::default(),
            is_hidden: Cell::new(true),
            shown: RefCell::default(),
        })
    }

    /// Fetches the list of towns, unless it is loaded or loading, and calls `done` once it is.
    /// Without it the map is as good as before.
    pub fn load(self: &Rc<Self>, done: impl FnOnce() + 'static) {
        if self.is_requested.replace(true) {
            return;
        }
        let this = self.clone();
        spawn_local(async move {
            let text = fetch::text(TOWNS_URL).await.ok();
            match text.and_then(|text| Places::from_json(&text).ok()) {
                Some(places) => {
                    *this.places.borrow_mut() = Some(places);
                    done();
                }
                None => this.is_requested.set(false),
            }
        });
    }

    /// Hides the names, where another background has its own, or allows them again.
    pub fn set_hidden(&self, is_hidden: bool) {
        self.is_hidden.set(is_hidden);
    }

    /// Shows the names that overlap neither each other nor the titles of the regions.
    pub fn arrange(&self, view: View, titles: &[Title]) {
        let mut shown = self.shown.borrow_mut();
        shown.drain(..).for_each(|layer| {
            layer.remove();
        });
        let places = self.places.borrow();
        let (Some(places), false) = (places.as_ref(), self.is_hidden.get() || view.zoom < MIN_ZOOM)
        else {
            return;
        };
        let at = |place: &Place| {
            let at = self.map.container_point(&leaflet::place(place.lon, place.lat));
            (at.x(), at.y())
        };
        let chosen = names_to_show(places.largest_first(), view, titles, at);
        shown.extend(chosen.into_iter().map(|one| {
            let icon = leaflet::div_icon(&options([
                ("className", "place-name".into()),
                ("html", name(one).unwrap_or(JsValue::FALSE)),
                ("iconSize", JsValue::NULL),
            ]));
            let still = options([
                ("icon", icon),
                ("interactive", false.into()),
                ("keyboard", false.into()),
                // Below the titles of the regions.
                ("zIndexOffset", (-10_000).into()),
            ]);
            leaflet::marker(&place(one.lon, one.lat), &still).add_to(&self.map)
        }));
    }
}

/// A name, set as text. It is hidden from screen readers, which would read a list of towns at every
/// move.
fn name(place: &Place) -> Result<JsValue, JsValue> {
    let span = document().create_element("span")?;
    span.set_text_content(Some(&place.name));
    span.set_attribute("aria-hidden", "true")?;
    Ok(span.into())
}

/// The places of a view whose names stand neither on each other nor on a title; `at` returns the
/// position of each, in pixels.
fn names_to_show<'a>(
    largest_first: &'a [Place],
    view: View,
    titles: &[Title],
    at: impl Fn(&Place) -> (f64, f64),
) -> Vec<&'a Place> {
    let [west, south, east, north] = view.bbox;
    let is_seen =
        |place: &&Place| (west..=east).contains(&place.lon) && (south..=north).contains(&place.lat);
    let tried: Vec<_> = largest_first.iter().filter(is_seen).take(MAX_TRIED).collect();
    let names = tried.iter().map(|place| {
        let (x, y) = at(place);
        Title { left_px: x + DOT_PX, bottom_px: y, letters: place.name.chars().count() }
    });
    let wanted: Vec<_> = titles.iter().copied().chain(names).collect();
    let are_free = without_overlap(&wanted, &|_| false).into_iter().skip(titles.len());
    tried
        .into_iter()
        .zip(are_free)
        .filter(|(_, is_free)| *is_free)
        .map(|(place, _)| place)
        .take(MAX_NAMES)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn town(name: &str, lon: f64, lat: f64) -> Place {
        Place {
            name: name.into(),
            country: "US".into(),
            state: String::new(),
            lon,
            lat,
            population: 1,
        }
    }

    #[test]
    fn the_largest_in_view_are_named_and_none_over_another_or_a_title() {
        let places = [
            town("Large", 1.0, 1.0),
            town("Beside it", 1.1, 1.0),
            town("Below a title", 5.0, 5.0),
            town("Elsewhere", 50.0, 5.0),
            town("Free", 8.0, 2.0),
        ];
        let view = View { bbox: [0.0, 0.0, 10.0, 10.0], zoom: 6.0, ..View::default() };
        let titles = [Title { left_px: 500.0, bottom_px: 500.0, letters: 12 }];
        let at = |place: &Place| (place.lon * 100.0, place.lat * 100.0);
        let named: Vec<_> =
            names_to_show(&places, view, &titles, at).iter().map(|it| it.name.as_str()).collect();
        assert_eq!(named, ["Large", "Free"]);
    }

    #[test]
    fn a_crowded_view_has_so_many_names_and_no_more() {
        let places: Vec<_> =
            (0..500).map(|it| town("x", f64::from(it % 25), f64::from(it / 25))).collect();
        let view = View { bbox: [-1.0, -1.0, 30.0, 30.0], zoom: 6.0, ..View::default() };
        let named =
            names_to_show(&places, view, &[], |place| (place.lon * 100.0, place.lat * 100.0));
        assert_eq!(named.len(), MAX_NAMES);
    }
}
