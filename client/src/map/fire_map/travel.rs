//! Where the map goes.

use leptos::prelude::window;
use wasm_bindgen::prelude::*;

use super::{FireMap, MAX_ZOOM};
use crate::map::leaflet::{corners, options, place};
use crate::map::obscured::ObscuredArea;
use crate::state::address::Centre;

/// The nearest zoom at which the page itself shows a region.
const FIT_MAX_ZOOM: u8 = 12;
/// Space between what is shown and the edges of the free part of the map.
const FIT_MARGIN_PX: f64 = 28.0;

impl FireMap {
    /// Goes to a place at once.
    pub fn go_to(&self, centre: Centre) {
        let at_once = options([("animate", false.into())]);
        self.map.set_view(
            &place(centre.lon, centre.lat),
            centre.zoom.min(MAX_ZOOM.into()),
            &at_once,
        );
    }

    /// Shows a box at once.
    pub fn fit(&self, bbox: [f64; 4], obscured: ObscuredArea) {
        self.map.fit_bounds(&corners(bbox), &free_part(obscured, false));
    }

    /// Flies to a box.
    pub fn fly_to(&self, bbox: [f64; 4], obscured: ObscuredArea) {
        if prefers_reduced_motion() {
            self.fit(bbox, obscured);
        } else {
            self.map.fly_to_bounds(&corners(bbox), &free_part(obscured, true));
        }
    }
}

/// Options that fit a box into the free part of the map.
fn free_part(obscured: ObscuredArea, animated: bool) -> js_sys::Object {
    let corner = |x: f64, y: f64| JsValue::from(js_sys::Array::of2(&x.into(), &y.into()));
    options([
        ("paddingTopLeft", corner(obscured.left_px + FIT_MARGIN_PX, FIT_MARGIN_PX * 2.0)),
        (
            "paddingBottomRight",
            corner(obscured.right_px + FIT_MARGIN_PX, obscured.bottom_px + FIT_MARGIN_PX),
        ),
        ("maxZoom", FIT_MAX_ZOOM.into()),
        ("animate", animated.into()),
        ("duration", 0.9.into()),
    ])
}

/// Whether the reader's system is set to reduced motion.
pub fn prefers_reduced_motion() -> bool {
    window()
        .match_media("(prefers-reduced-motion: reduce)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}
