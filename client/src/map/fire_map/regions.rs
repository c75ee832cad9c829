//! The regions on the map: their outlines and the tiles of their maps.

use dragonfly_core::{BurntPatch, Palette};

use super::shapes::{set_style, still_marker};
use super::titles::title_icon;
use super::{COVERAGE_PANE, FireMap, SEVERITY_PANE};
use crate::data::decimal;
use crate::i18n::words;
use crate::map::leaflet::{self, Layer, corners, options, place};
use crate::map::obscured::ObscuredArea;
use crate::map::severity_layer::SeverityLayer;
use crate::state::coverage::RegionCoverage;
use crate::state::filter::Filter;
use crate::state::region_entry::RegionEntry;

/// The layers of one region.
pub struct RegionLayers {
    name: String,
    pub bbox: [f64; 4],
    coverage: RegionCoverage,
    pub patches: Vec<BurntPatch>,
    pub title_letters: usize,
    note: Option<&'static str>,
    outline: Layer,
    pub label: Layer,
    tiles: Option<SeverityLayer>,
}

impl RegionLayers {
    /// Whether outline and title are still those of the region.
    fn still_show(&self, entry: &RegionEntry, coverage: RegionCoverage) -> bool {
        entry.bbox() == self.bbox
            && coverage == self.coverage
            && words().coverage_note(coverage) == self.note
    }
}

impl FireMap {
    /// Shows these regions: their outlines, their titles, and the tiles of those that have a map.
    pub fn show_regions(
        &self,
        entries: &[RegionEntry],
        coverage_of: impl Fn(&RegionEntry) -> RegionCoverage,
    ) {
        let mut regions = self.regions.borrow_mut();
        regions.retain(|layers| {
            let entry = entries.iter().find(|entry| entry.line.name == layers.name);
            let stays = entry.is_some_and(|entry| layers.still_show(entry, coverage_of(entry)));
            if !stays {
                layers.outline.remove();
                layers.label.remove();
            }
            stays
        });
        for entry in entries {
            let name = entry.line.name.as_str();
            let place = regions.binary_search_by(|layers| layers.name.as_str().cmp(name));
            let place = place.unwrap_or_else(|place| {
                regions.insert(place, self.outline(entry, coverage_of(entry)));
                place
            });
            let layers = &mut regions[place];
            let shown_run = layers.tiles.as_ref().map(|tiles| tiles.run_id().to_owned());
            if entry.map().map(|map| map.run_id.clone()) != shown_run {
                layers.tiles = self.tiles(entry);
                // A fire has a dot of its own.
                let map = entry.map().filter(|_| entry.fire.is_none());
                layers.patches = map.map(|map| map.burnt_patches.clone()).unwrap_or_default();
            }
        }
        drop(regions);
        self.show_dots();
        self.arrange_titles();
    }

    /// Paints all tiles and dots in other colours, and leaves out what the filter does.
    pub fn paint(&self, palette: Palette, filter: Filter) {
        self.paint.set((palette, filter));
        self.each_tile_layer(|tiles| tiles.paint(palette, filter));
        self.show_dots();
        self.arrange_titles();
    }

    /// Shows the tiles to the left of a divider alone, or everywhere.
    pub fn set_swipe(&self, percent: Option<u8>) {
        self.swipe_percent.set(percent);
        self.clip();
    }

    /// Applies the divider again: panes move with the map, so this follows every move.
    pub fn clip(&self) {
        let path = match self.swipe_percent.get() {
            None => "none".to_owned(),
            Some(percent) => ObscuredArea::by_panel().left_of_divider(&self.map, percent),
        };
        set_style(&self.severity_pane, "clip-path", &path);
    }

    /// Makes the tiles more or less opaque.
    pub fn set_opacity(&self, percent: u8) {
        set_style(&self.severity_pane, "opacity", &decimal::write(f64::from(percent) / 100.0, 2));
    }

    /// Calls a function for the tiles of every region.
    pub fn each_tile_layer(&self, act: impl Fn(&SeverityLayer)) {
        self.regions.borrow().iter().filter_map(|layers| layers.tiles.as_ref()).for_each(act);
    }

    fn outline(&self, entry: &RegionEntry, coverage: RegionCoverage) -> RegionLayers {
        let bbox = entry.bbox();
        let is_fire = if entry.fire.is_some() { "of-fire" } else { "" };
        let line = options([
            ("pane", COVERAGE_PANE.into()),
            ("className", format!("region-outline {is_fire} coverage-{}", coverage.key()).into()),
            ("interactive", false.into()),
            ("fill", false.into()),
            ("weight", 1.5.into()),
        ]);
        let (title, note) = (&entry.line.title, words().coverage_note(coverage));
        RegionLayers {
            name: entry.line.name.clone(),
            bbox,
            coverage,
            patches: Vec::new(),
            note,
            title_letters: title.chars().count() + note.map_or(0, |note| note.chars().count()),
            outline: leaflet::rectangle(&corners(bbox), &line).add_to(&self.map),
            label: still_marker(place(bbox[0], bbox[3]), title_icon(title, note, is_fire))
                .add_to(&self.map),
            tiles: None,
        }
    }

    fn tiles(&self, entry: &RegionEntry) -> Option<SeverityLayer> {
        let map = entry.map()?;
        let (name, run_id) = (entry.line.name.clone(), map.run_id.clone());
        let on_failure = self.on_tile_failure.clone();
        let tiles = SeverityLayer::on(
            &self.map,
            SEVERITY_PANE,
            (map, entry.bbox()),
            self.source.clone(),
            move |problem| {
                on_failure(&name, &run_id, problem);
            },
        );
        let (palette, filter) = self.paint.get();
        tiles.paint(palette, filter);
        Some(tiles)
    }
}
