//! Marks of the chosen place and of the reader's position.

use super::FireMap;
use super::shapes::{still_marker, still_shape};
use crate::map::leaflet::{self, options, place};
use crate::state::map_state::ReaderPosition;

impl FireMap {
    /// Marks a place, or none.
    pub fn mark_point(&self, at: Option<(f64, f64)>) {
        if let Some(before) = self.point_mark.borrow_mut().take() {
            before.remove();
        }
        *self.point_mark.borrow_mut() = at.map(|(lon, lat)| {
            let icon = leaflet::div_icon(&options([
                ("className", "point-mark".into()),
                ("iconSize", js_sys::Array::of2(&18.into(), &18.into()).into()),
            ]));
            still_marker(place(lon, lat), icon).add_to(&self.map)
        });
    }

    /// Marks the reader's position, and the circle of its accuracy.
    pub fn mark_position(&self, position: Option<ReaderPosition>) {
        for layer in self.position_marks.borrow_mut().drain(..) {
            layer.remove();
        }
        if let Some(ReaderPosition { lon, lat, within_m }) = position {
            let circle = still_shape("here", [("radius", within_m.into())]);
            let dot = still_shape("here here-dot", [("radius", 7.into())]);
            *self.position_marks.borrow_mut() = vec![
                leaflet::circle(&place(lon, lat), &circle).add_to(&self.map),
                leaflet::circle_marker(&place(lon, lat), &dot).add_to(&self.map),
            ];
        }
    }
}
