//! A region: its line of the index, and its metadata once loaded.

use std::sync::Arc;

use dragonfly_core::metadata::{IndexedRegion, MapMeta, MapSummary, RegionMeta, RunStatus};
use dragonfly_core::{Hectares, ListedFire};

use dragonfly_core::ordered;

/// How far the metadata of a region has come.
#[derive(Clone, Debug)]
pub enum MetaState {
    /// Not published yet: the region was never run.
    Unpublished,
    /// Published, and not requested yet: its line of the index states what lists show.
    Listed,
    /// On its way.
    Loading,
    /// Loaded.
    Ready(Arc<RegionMeta>),
    /// Not to be had, or unreadable.
    Broken,
}

/// A region of the list.
#[derive(Clone, Debug)]
pub struct RegionEntry {
    /// Its line of the index.
    pub line: IndexedRegion,
    /// Its metadata.
    pub meta: MetaState,
    /// Its metadata as it was published, for the tools; empty until it is loaded.
    pub text: Arc<str>,
    /// The fire whose map this is; `None` for a region.
    pub fire: Option<Arc<ListedFire>>,
}

/// What was read from the same text is the same.
impl PartialEq for RegionEntry {
    fn eq(&self, other: &Self) -> bool {
        let state = |entry: &Self| std::mem::discriminant(&entry.meta);
        self.line == other.line
            && state(self) == state(other)
            && self.text == other.text
            && self.fire == other.fire
    }
}

impl RegionEntry {
    /// West, south, east, north in degrees; of a fire those of its map, once it is loaded, which
    /// shows ground around it too.
    pub fn bbox(&self) -> [f64; 4] {
        let of_map = self.fire.as_ref().and(self.described()).map(|meta| meta.bbox);
        of_map
            .filter(|[west, south, east, north]| west < east && south < north)
            .unwrap_or(self.line.bbox)
    }

    /// Its metadata, once loaded.
    pub fn described(&self) -> Option<&RegionMeta> {
        match &self.meta {
            MetaState::Ready(meta) => Some(meta),
            MetaState::Unpublished | MetaState::Listed | MetaState::Loading | MetaState::Broken => {
                None
            }
        }
    }

    /// What a list shows of its map, by its metadata, else by its line of the index; `None` without
    /// a map.
    pub fn summary(&self) -> Option<MapSummary> {
        match self.described() {
            Some(meta) => Some(summary_of(meta.map.as_ref()?)),
            None => self.line.map,
        }
    }

    /// The published map, once it is known and if there is one.
    pub fn map(&self) -> Option<&MapMeta> {
        self.described()?.map.as_ref()
    }
}

/// What a list shows of a map.
pub fn summary_of(map: &MapMeta) -> MapSummary {
    MapSummary::new(map, counted_hectares(map).burnt())
}

/// Hectares of the classes of a map; for the map of a fire, those of its burnt area, beside which
/// other ground may have changed.
pub fn counted_hectares(map: &MapMeta) -> Hectares {
    let all = map.hectares;
    map.fire.as_ref().map_or(all, |fire| Hectares {
        regrowth_high: all.regrowth_high,
        regrowth_low: all.regrowth_low,
        unburned: all.unburned,
        ..fire.hectares
    })
}

/// The entries of an index: the most important first, then by title. What is known of a region from
/// before stays until its metadata comes again.
pub fn entries_from_index(lines: Vec<IndexedRegion>, known: &[RegionEntry]) -> Vec<RegionEntry> {
    let entry = |line: IndexedRegion| match known.iter().find(|entry| entry.line.name == line.name)
    {
        Some(known) if !matches!(known.meta, MetaState::Unpublished) => {
            RegionEntry { line, ..known.clone() }
        }
        _ => RegionEntry { meta: first_state(&line), line, text: Arc::default(), fire: None },
    };
    ordered(lines.into_iter().map(entry).collect(), &|one: &RegionEntry, other: &RegionEntry| {
        let key =
            |entry: &RegionEntry| (entry.line.priority, entry.line.title.to_ascii_lowercase());
        key(one).cmp(&key(other))
    })
}

/// A region that was never run has no metadata to load: its line of the index states all. The
/// metadata of one whose map its line describes is loaded when it is needed.
fn first_state(line: &IndexedRegion) -> MetaState {
    let was_never_run = line.last_status == RunStatus::Pending
        && line.generated_at.is_none()
        && line.last_success_at.is_none();
    // Older indexes described no map.
    let is_undescribed = line.map.is_none() && line.generated_at.is_some();
    match (was_never_run, is_undescribed) {
        (true, _) => MetaState::Unpublished,
        (false, true) => MetaState::Loading,
        (false, false) => MetaState::Listed,
    }
}

/// The box around all regions; `None` without any.
pub fn union_of_boxes(entries: &[RegionEntry]) -> Option<[f64; 4]> {
    entries.iter().map(RegionEntry::bbox).reduce(|one, other| {
        [one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])]
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use dragonfly_core::{TileRange, ZoomIndex};

    pub(crate) fn entry(name: &str, bbox: [f64; 4]) -> RegionEntry {
        let line = serde_json::json!({
            "name": name, "title": name, "bbox": bbox, "priority": 1, "last_status": "pending",
            "update_interval_days": 7, "meta_url": format!("/meta/{name}.json"),
        });
        RegionEntry {
            line: serde_json::from_value(line).unwrap(),
            meta: MetaState::Loading,
            text: Arc::default(),
            fire: None,
        }
    }

    /// A region with a map of one zoom, 9, whose tile index holds `runs`.
    pub(crate) fn entry_with_map(name: &str, bbox: [f64; 4], runs: &str) -> RegionEntry {
        let index = ZoomIndex { tiles: TileRange::covering(bbox, 9), runs: runs.to_owned() };
        let meta = serde_json::json!({
            "region_name": name, "title": name, "bbox": bbox, "last_status": RunStatus::Success,
            "generated_at": "2025-08-21T03:00:00Z", "run_id": "20250821T030000Z0001", "assessment": "initial",
            "pre_start": "2025-06-01", "pre_end": "2025-07-01", "post_start": "2025-07-20", "post_end": "2025-08-20",
            "pre_window": {"first": "2025-06-14", "last": "2025-06-29"},
            "post_window": {"first": "2025-07-24", "last": "2025-07-24"}, "window_reason": "",
            "tile_url_template": "", "run_tile_url_template": "", "zoom_min": 9, "zoom_max": 9, "cell_size_m": 250.0,
            "tile_count": 1, "tiles_skipped": {"empty": 0, "unburned": 0}, "tile_index": [index],
            "disk_usage_mb": 0.1, "raster_url": "", "hectares": {"low": 1200.4, "high": 34.0}, "implausible_share": 0.0,
            "empty_share": {}, "clear_observations_mean": 2.0, "burnt_patches": [], "masks": "", "scenes": [],
            "scenes_skipped": [], "collection": "sentinel-2-l2a", "attribution": "", "core_version": "0.1.0",
        });
        let meta: RegionMeta = serde_json::from_value(meta).unwrap();
        assert!(meta.map.is_some());
        RegionEntry { meta: MetaState::Ready(Arc::new(meta)), ..entry(name, bbox) }
    }

    fn line(name: &str, priority: u32) -> IndexedRegion {
        IndexedRegion { priority, ..entry(name, [0.0, 0.0, 1.0, 1.0]).line }
    }

    #[test]
    fn the_most_important_region_comes_first_then_the_alphabet() {
        let lines = vec![line("evia", 2), line("Zagreb", 1), line("attica", 2), line("Crete", 2)];
        let names: Vec<_> =
            entries_from_index(lines, &[]).into_iter().map(|entry| entry.line.name).collect();
        assert_eq!(names, ["Zagreb", "attica", "Crete", "evia"]);
    }

    #[test]
    fn a_region_keeps_its_map_while_it_loads_again() {
        let known = entry_with_map("madre", [-120.07, 35.01, -119.67, 35.24], "1s");
        let entries = entries_from_index(
            vec![known.line.clone(), line("new", 1)],
            std::slice::from_ref(&known),
        );
        assert!(entries[0].map().is_some());
        assert!(matches!(entries[1].meta, MetaState::Unpublished));
    }

    #[test]
    fn a_region_that_was_never_run_has_nothing_to_load_until_it_is_run() {
        let pending = entries_from_index(vec![line("new", 1)], &[]);
        assert!(matches!(pending[0].meta, MetaState::Unpublished));
        let mut run = line("new", 1);
        run.last_status = RunStatus::Failed;
        let entries = entries_from_index(vec![run.clone()], &pending);
        assert!(matches!(entries[0].meta, MetaState::Listed));
        run.generated_at = Some("2025-08-21T03:00:00Z".parse().unwrap());
        let entries = entries_from_index(vec![run], &pending);
        assert!(matches!(entries[0].meta, MetaState::Loading));
    }

    #[test]
    fn the_union_holds_every_region() {
        let entries =
            [entry("a", [-120.0, 35.0, -119.0, 36.0]), entry("b", [22.0, 37.0, 24.0, 39.0])];
        assert_eq!(union_of_boxes(&entries), Some([-120.0, 35.0, 24.0, 39.0]));
        assert_eq!(union_of_boxes(&[]), None);
    }
}
