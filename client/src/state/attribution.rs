//! Whom the map names.

use crate::state::region_entry::RegionEntry;
use crate::state::region_in_view::overlap;
use crate::state::view::View;
use dragonfly_core::distinct;

/// The attributions of the maps in view, each once; that of the site while there are none.
pub fn attribution_in_view(regions: &[RegionEntry], view: View, of_site: &str) -> String {
    let in_view = regions.iter().filter(|entry| overlap(entry.bbox(), view) > 0.0);
    let named = in_view.filter_map(RegionEntry::map).map(|map| map.attribution.as_str());
    let named = distinct(named.filter(|name| !name.is_empty()).collect());
    if named.is_empty() { of_site.to_owned() } else { named.join(" · ") }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::state::region_entry::MetaState;
    use crate::state::region_entry::tests::{entry, entry_with_map};

    fn entry_of(name: &str, west: f64, attribution: &str) -> RegionEntry {
        let mut entry = entry_with_map(name, [west, 40.0, west + 1.0, 41.0], "1s");
        if let MetaState::Ready(meta) = &mut entry.meta
            && let Some(map) = &mut Arc::make_mut(meta).map
        {
            map.attribution = attribution.to_owned();
        }
        entry
    }

    #[test]
    fn the_maps_in_view_are_named_and_no_others() {
        let regions = [
            entry_of("a", 10.0, "Copernicus 2025"),
            entry_of("b", 10.5, "Copernicus 2025"),
            entry_of("c", 12.0, "USGS"),
            entry("pending", [20.0, 40.0, 21.0, 41.0]),
        ];
        let check = |bbox, expected| {
            let view = View { bbox, ..View::default() };
            assert_eq!(attribution_in_view(&regions, view, "site"), expected, "{bbox:?}");
        };
        check([10.0, 40.0, 11.0, 41.0], "Copernicus 2025");
        check([12.2, 40.2, 12.4, 40.4], "USGS");
        check([9.0, 39.0, 25.0, 42.0], "Copernicus 2025 · USGS");
        check([20.0, 40.0, 20.5, 40.5], "site");
        check([0.0; 4], "site");
    }
}
