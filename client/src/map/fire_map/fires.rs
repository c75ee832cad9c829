//! The fires on the map: which of them have a dot, and the outline of the chosen one.

use std::sync::Arc;

use dragonfly_core::{BurntPatch, ListedFire, Severity};
use js_sys::Array;

use super::FireMap;
use crate::data::published::{FireOutlines, ReadFires};
use crate::map::leaflet::{self, options, place};
use crate::map::patch_dots::Dot;
use crate::state::fires::{hectares, is_listed};

impl FireMap {
    /// Marks these fires.
    pub fn show_fires(&self, fires: Option<Arc<ReadFires>>) {
        *self.fires.borrow_mut() = fires;
        // A dot names its fire by its place in the list.
        self.remove_dots();
        self.show_dots();
        self.arrange_titles();
    }

    /// The dots of the fires in view; from nearby only those of fires without a map.
    pub fn dots_of_fires(&self, is_far: bool) -> Vec<Dot> {
        let fires = self.fires.borrow();
        let fires = fires.iter().flat_map(|fires| fires.fires.iter().enumerate());
        let marked = fires.filter(|(_, it)| is_listed(it) && (is_far || it.map.is_none()));
        let dot = |(index, fire): (usize, &ListedFire)| {
            let patch = BurntPatch {
                lon: fire.lon,
                lat: fire.lat,
                hectares: hectares(fire),
                worst: fire.worst.unwrap_or(Severity::High),
            };
            Some(Dot { at_px: self.pixel_in_view(&patch)?, patch, fire: Some(index) })
        };
        marked.filter_map(dot).collect()
    }

    /// The fire of a dot; `None` for that of a burnt patch.
    pub fn fire_of(&self, dot: &Dot) -> Option<ListedFire> {
        self.fires.borrow().as_ref()?.fires.get(dot.fire?).cloned()
    }

    /// Shows the outline of a fire, or none.
    pub fn show_outline(&self, outlines: Option<&FireOutlines>) {
        if let Some(before) = self.fire_outline.borrow_mut().take() {
            before.remove();
        }
        *self.fire_outline.borrow_mut() = outlines.map(|outlines| {
            let ring = |ring: &Vec<(f64, f64)>| -> Array {
                ring.iter().map(|(lon, lat)| place(*lon, *lat)).collect()
            };
            let polygon =
                |rings: &Vec<Vec<(f64, f64)>>| -> Array { rings.iter().map(ring).collect() };
            let corners: Array = outlines.polygons.iter().map(polygon).collect();
            let line = options([
                ("className", "fire-outline".into()),
                ("interactive", false.into()),
                ("fill", false.into()),
                ("weight", 2.into()),
            ]);
            leaflet::polygon(&corners, &line).add_to(&self.map)
        });
    }
}
