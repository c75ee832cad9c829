//! The phrases of every language. A field that one of them lacks does not compile.

use dragonfly_core::{Empty, LEGEND, Palette};

use super::day::DayNames;
use super::texts::{EMPTY_HASH, Text, Texts, hash, table_of_texts};

table_of_texts! {
    /// The phrases of a language.
    pub struct Phrases {
        /// How the language writes numbers and days.
        pub numbers: Numbers,
        pub days: DayNames,

        // The page.
        pub tagline: &'static str,
        pub caveat: &'static str,
        pub map: &'static str,
        pub close: &'static str,
        pub show_panel: &'static str,
        pub hide_panel: &'static str,
        pub natural_earth: &'static str,
        pub geonames: &'static str,
        pub settings: &'static str,
        pub language_title: &'static str,
        pub units_title: &'static str,
        pub hectares: &'static str,
        pub acres: &'static str,
        pub open_full_map: &'static str,
        pub imprint: &'static str,
        pub privacy: &'static str,
        pub damage_map: &'static str,

        // The legend and how the map is drawn.
        pub legend: &'static str,
        /// Titles in the order of core's legend.
        pub legend_titles: [&'static str; LEGEND.len()],
        pub any_value: &'static str,
        pub below: With<1>,
        pub and_more: With<1>,
        pub from_to: With<2>,
        pub hint: &'static str,
        pub colours: &'static str,
        /// Titles in the order of core's palettes.
        pub palette_titles: [&'static str; Palette::ALL.len()],
        pub opacity: &'static str,
        pub basemap: &'static str,
        pub plain_basemap: &'static str,

        // The list of regions.
        pub regions: &'static str,
        pub find_region: &'static str,
        pub loading_regions: &'static str,
        pub slow_regions: &'static str,
        pub regions_missing: &'static str,
        pub no_regions: &'static str,
        pub no_region_matches: &'static str,
        pub regions_found: With<2>,
        pub more_regions: With<1>,
        pub about_region: With<1>,
        pub burnt: &'static str,
        pub changed: &'static str,
        pub images_before_and_after: With<2>,

        // The fires.
        pub fires: &'static str,
        pub find_fire: &'static str,
        pub fire_order: &'static str,
        /// In the order of `FireOrder::ALL`.
        pub fire_orders: [&'static str; 3],
        pub fires_in_view: &'static str,
        pub no_fires: &'static str,
        pub no_fire_matches: &'static str,
        pub fires_found: With<2>,
        pub more_fires: With<1>,
        /// Day, and how long ago that was.
        pub fires_checked: With<2>,
        pub fire_gone: &'static str,
        /// Burning, burning again, not seen for days, out, with a final map.
        pub fire_states: [&'static str; 5],
        pub by_detections: &'static str,
        /// State, area.
        pub fire_by_map: With<2>,
        /// Day.
        pub fire_images: With<1>,
        /// State, area.
        pub fire_by_points: With<2>,
        pub area_by_map: &'static str,
        pub area_by_map_note: &'static str,
        pub area_by_points: &'static str,
        pub area_by_points_note: &'static str,
        pub fire_seen: &'static str,
        pub growth: &'static str,
        /// Small, too large, waiting, failed.
        pub no_fire_map: [&'static str; 4],
        pub outlines_link: &'static str,
        pub fires_problem: &'static str,
        pub fire_lines_problem: With<1>,

        // How a region is doing.
        pub pending: &'static str,
        pub images_until: With<2>,
        pub map_of: With<1>,
        pub note_overdue: &'static str,
        pub note_stale: &'static str,
        pub note_failed: &'static str,
        pub note_waiting: &'static str,
        pub no_map_published: &'static str,
        pub failed_first: &'static str,
        pub waiting_first: &'static str,
        pub description_broken: &'static str,
        pub today: &'static str,
        pub yesterday: &'static str,
        pub days_ago: With<1>,
        pub months_ago: With<1>,
        pub years_ago: With<1>,
        pub of_today: &'static str,
        pub one_day_old: &'static str,
        pub days_old: With<1>,
        pub months_old: With<1>,
        pub years_old: With<1>,

        // The map and its tools.
        pub share: &'static str,
        pub shared: &'static str,
        pub not_shared: &'static str,
        pub compare: &'static str,
        pub divider: &'static str,
        pub range_least: &'static str,
        /// Where a range of dNBR has no end.
        pub no_limit: &'static str,
        pub range_end: &'static str,
        pub legend_use: &'static str,
        pub areas_of: With<2>,
        pub seen_once: With<1>,
        pub nightly_maps: &'static str,
        pub not_seen: &'static str,
        pub outside_zone: &'static str,
        pub patch: With<2>,
        pub tools: &'static str,
        pub loading_tools: &'static str,
        pub locate: &'static str,
        pub locating: &'static str,
        pub located: With<1>,
        pub not_located_in_the_open: &'static str,
        pub not_located_refused: &'static str,
        pub not_located_in_time: &'static str,
        pub not_located: &'static str,
        pub highres: &'static str,
        pub measure: &'static str,
        pub measure_how: &'static str,
        pub finish: &'static str,
        pub measure_keys: &'static str,
        pub measure_done: &'static str,
        pub measure_crossed: &'static str,
        pub around: With<1>,
        pub save_image: &'static str,
        pub saved: &'static str,
        pub saved_plain: &'static str,
        pub not_saved: &'static str,
        pub picture_of: With<2>,
        pub picture_made: With<2>,
        pub coverage_due: &'static str,
        pub coverage_stale: &'static str,
        pub coverage_pending: &'static str,
        pub coverage_failed: &'static str,
        pub coverage_broken: &'static str,

        // The value of the map at a place.
        pub reading_loading: &'static str,
        pub unburned_point: &'static str,
        pub unburned_tile: &'static str,
        pub no_value: With<1>,
        pub no_map_here: &'static str,
        pub no_map_here_detail: &'static str,
        pub outside_regions: &'static str,
        pub outside_regions_detail: &'static str,
        /// The nearest fire or region, and its distance.
        pub nearest: With<2>,
        pub unavailable: &'static str,
        pub unavailable_detail: &'static str,
        pub mostly_empty: With<1>,
        pub dnbr: With<1>,
        pub dnbr_below: With<1>,
        pub dnbr_and_more: With<1>,
        pub read_from: With<1>,
        pub nightly_cells: With<1>,
        /// Reasons for an empty cell, in core's order.
        pub empty: [&'static str; Empty::ALL.len()],
        pub empty_detail: [&'static str; Empty::ALL.len()],
        pub north: &'static str,
        pub south: &'static str,
        pub east: &'static str,
        pub west: &'static str,

        // The panel of a region.
        pub latest_image: &'static str,
        pub cell_size: &'static str,
        pub last_update: &'static str,
        pub last_attempt: &'static str,
        pub burnt_title: &'static str,
        pub changed_title: &'static str,
        pub low_res: With<1>,
        pub high_res_here: &'static str,
        pub high_res_missing: &'static str,
        pub burning_note: With<1>,
        pub rolling_note: With<2>,
        pub change_only: &'static str,
        pub points_since: With<1>,
        pub parted_note: With<2>,
        pub no_fire_seen: &'static str,
        pub no_fire_since: With<2>,
        pub areas: &'static str,
        pub counted_from: With<1>,
        pub images: &'static str,
        pub before: &'static str,
        pub after: &'static str,
        pub searched: With<1>,
        pub why_windows: &'static str,
        pub around_fire: With<1>,
        pub explicit_windows: &'static str,
        pub since_fire: With<1>,
        pub rolling_windows: With<1>,
        pub scenes: With<1>,
        pub cloud: &'static str,
        pub cloud_unknown: &'static str,
        pub offset: &'static str,
        pub scenes_unused: With<1>,
        pub offset_raster_bands: &'static str,
        pub offset_none: &'static str,
        pub offset_collection: &'static str,
        pub offset_below_04_00: &'static str,
        pub offset_boa_applied: &'static str,
        pub offset_boa_doubted: &'static str,
        pub offset_as_delivered: &'static str,
        pub offset_dark_pixels: &'static str,
        pub offset_unverified_bands: &'static str,
        pub offset_unverified_baseline: &'static str,
        pub offset_raster_bands_in_dn: &'static str,
        pub offset_unverified_none: &'static str,
        pub skipped_duplicate: With<1>,
        pub skipped_too_cloudy: With<2>,
        pub skipped_better_scenes: With<2>,
        pub skipped_unreadable: &'static str,
        pub skipped_refused: &'static str,
        /// Scenes that match, scenes that were sent.
        pub warning_incomplete_search: With<2>,
        /// Scenes that were not requested, scenes that were sent.
        pub warning_unrequested: With<2>,
        pub warning_unmasked: With<1>,
        pub warning_other_mask: With<1>,
        /// Percent.
        pub warning_mostly_burnt: With<1>,
        /// Percent.
        pub warning_mostly_regrown: With<1>,
        pub warning_less_seen: With<1>,
        pub warning_uncertain_offset: With<1>,
        pub warning_no_fire_for_offset: &'static str,
        pub warning_small_offset_ring: With<1>,
        pub warning_background_drift: With<1>,
        pub warning_sparse_vegetation: With<1>,
        pub warning_low_sun: With<1>,
        pub warning_drifting_orbit: With<1>,
        pub provisional_point: With<1>,
        pub provisional_title: &'static str,
        pub provisional: With<1>,
        pub empty_part: &'static str,
        pub nothing_empty: &'static str,
        pub of_the_region: With<1>,
        pub quality: &'static str,
        pub implausible: &'static str,
        pub background: &'static str,
        pub background_value: With<2>,
        pub clear_views: &'static str,
        pub masks: &'static str,
        pub links: &'static str,
        pub metadata_link: &'static str,
        pub raster_link: &'static str,
        /// In the order of `MapLayer::ALL`.
        pub layer_links: [&'static str; 4],
        pub tiles_link: &'static str,
        pub copy: &'static str,
        pub copy_what: With<1>,
        pub copied: &'static str,
        pub copy_failed: &'static str,
        pub cite: &'static str,
        /// Name, title, images before, images after, day made, run, sources, address, day accessed.
        pub citation: With<9>,

        // What went wrong with a region.
        pub last_run_failed: With<1>,
        pub last_run_waits: &'static str,
        pub failures_in_a_row: With<1>,
        pub old_map_stays: &'static str,
        pub technical_message: &'static str,
        pub no_scene_before: &'static str,
        pub no_scene_after: &'static str,
        pub unreadable_scenes: &'static str,
        pub too_little_seen: &'static str,
        pub disk_full: &'static str,
        pub took_too_long: &'static str,
        pub was_killed: &'static str,
        pub catalogue_silent: &'static str,
        pub unknown_failure: &'static str,
        pub pending_detail: &'static str,
        pub waiting_detail: &'static str,
        /// Of images until a day.
        pub earlier_map: With<1>,
        pub earlier_maps: &'static str,
        pub newest_map: &'static str,
        pub region_loading: &'static str,
        pub region_broken: &'static str,

        // The search.
        pub search: &'static str,
        pub search_placeholder: &'static str,
        pub search_results: &'static str,
        pub loading_places: &'static str,
        pub places_missing: &'static str,
        pub nothing_found: &'static str,
        pub press_enter: &'static str,
        pub results_found: With<1>,
        pub inhabitants: With<1>,
        pub a_region: &'static str,
        /// The group of regions that the operator puts one into.
        pub group: With<1>,
        pub a_fire: &'static str,
        pub a_position: &'static str,
        pub latitude_first: &'static str,
        pub longitude_first: &'static str,
        pub ambiguous: &'static str,
        pub not_on_earth: &'static str,

        // What went wrong on the page.
        pub retry: &'static str,
        pub dismiss: &'static str,
        pub index_problem: &'static str,
        pub line_problem: &'static str,
        pub lines_problem: With<1>,
        pub region_problem: With<1>,
        pub regions_problem: With<1>,
        pub tiles_problem: With<1>,
        pub land_problem: &'static str,
        pub basemap_problem: With<1>,
        pub language_problem: With<1>,
        pub tools_problem: &'static str,
        pub config_problem: &'static str,

        // The explanations: headings and paragraphs.
        pub help: &'static str,
        pub help_title: &'static str,
        pub third_party_notices: &'static str,
        pub explanations: [(&'static str, &'static str); 5],
    }
}

table_of_texts! {
    /// How a language writes numbers.
    pub struct Numbers {
        /// Between whole and broken.
        pub decimal_mark: &'static str,
        /// Between thousands.
        pub thousands_mark: &'static str,
        /// After a number of acres.
        pub acre: &'static str,
    }
}

impl<const N: usize> Text for With<N> {
    const FINGERPRINT: u32 = hash(EMPTY_HASH, &[N as u8]);

    fn read(&mut self, texts: &mut Texts) {
        texts.read(&mut self.0);
    }

    #[cfg(test)]
    fn add_to(&self, texts: &mut Vec<&'static str>) {
        texts.push(self.0);
    }
}

/// A sentence with gaps, written `{0}`, `{1}` and so on; one without each of its gaps does not
/// compile.
#[derive(Clone, Copy)]
pub struct With<const N: usize>(&'static str);

impl<const N: usize> With<N> {
    /// A sentence.
    pub const fn new(sentence: &'static str) -> Self {
        let mut gap = 0;
        while gap < N {
            assert!(has_gap(sentence.as_bytes(), b'0' + gap as u8), "a gap is missing");
            gap += 1;
        }
        assert!(!has_gap(sentence.as_bytes(), b'0' + N as u8), "one gap too many");
        Self(sentence)
    }

    /// The sentence with its gaps filled.
    pub fn fill(&self, parts: [&str; N]) -> String {
        let mut filled = String::new();
        let mut rest = self.0;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let gap =
                after.as_bytes().first().map_or(N, |digit| usize::from(digit.wrapping_sub(b'0')));
            filled.push_str(parts.get(gap).copied().unwrap_or_default());
            rest = after.get(2..).unwrap_or_default();
        }
        filled.push_str(rest);
        filled
    }
}

const fn has_gap(sentence: &[u8], digit: u8) -> bool {
    let mut at = 0;
    while at + 2 < sentence.len() {
        if sentence[at] == b'{' && sentence[at + 1] == digit && sentence[at + 2] == b'}' {
            return true;
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_in_the_order_that_the_language_wants() {
        const SENTENCE: With<2> = With::new("{1} follows {0} – ä");
        assert_eq!(SENTENCE.fill(["{1}", "two"]), "two follows {1} – ä");
    }
}
