//! A region and its map, in words.

use chrono::{DateTime, NaiveDate, Utc};
use dragonfly_core::metadata::{
    Assessment, MapMeta, MapSummary, RegionMeta, RunStatus, SceneDates,
};
use dragonfly_core::{FireSide, RunFailure, WindowReason};

use super::{NAME, Words};
use crate::state::coverage::RegionCoverage;
use crate::state::region_entry::RegionEntry;

impl Words {
    /// The dates of the pictures behind a map.
    pub fn pre_and_post(&self, map: &MapSummary) -> String {
        format!("{} → {}", self.dates(map.pre_window), self.dates(map.post_window))
    }

    /// The same as a sentence, for screen readers.
    pub fn pre_and_post_sentence(&self, map: &MapSummary) -> String {
        self.images_before_and_after
            .fill([&self.dates(map.pre_window), &self.dates(map.post_window)])
    }

    /// The burnt area of a map.
    pub fn burnt_area(&self, map: &MapSummary) -> String {
        self.area(map.burnt_hectares)
    }

    /// The size of the cells that the hectares of a map were counted from: areas by class depend
    /// on it.
    pub fn hectares_cells(&self, map: &MapMeta) -> String {
        let cell_m = map.hectares_cell_m.unwrap_or(map.cell_size_m);
        self.counted_from.fill([&self.number(cell_m, 0)])
    }

    /// What the number after a burnt area means.
    pub fn burnt_label(&self, map: &MapSummary) -> &'static str {
        match map.assessment {
            Assessment::Rolling if map.change_only != Some(false) => self.changed,
            _ => self.burnt,
        }
    }

    /// The label before the burnt area of a map.
    pub fn burnt_total(&self, map: &MapMeta) -> &'static str {
        match map.assessment {
            Assessment::Rolling if map.change_only != Some(false) => self.changed_title,
            _ => self.burnt_title,
        }
    }

    /// The status of a region.
    pub fn status(
        &self,
        entry: &RegionEntry,
        coverage: RegionCoverage,
        now: DateTime<Utc>,
    ) -> String {
        if coverage == RegionCoverage::Broken {
            return self.description_broken.to_owned();
        }
        let status = entry.described().map_or(entry.line.last_status, |meta| meta.last_status);
        match (status, self.dated(entry, now)) {
            (RunStatus::Pending, _) => self.pending.to_owned(),
            (RunStatus::Success, None) => self.no_map_published.to_owned(),
            (RunStatus::Failed, None) => self.failed_first.to_owned(),
            (RunStatus::Waiting, None) => self.waiting_first.to_owned(),
            (status, Some(dated)) => match self.run_note(status, coverage) {
                Some(note) => format!("{dated} · {note}"),
                None => dated,
            },
        }
    }

    /// Until when the images of a map are; until that is known, when it was computed.
    fn dated(&self, entry: &RegionEntry, now: DateTime<Utc>) -> Option<String> {
        match (entry.summary(), entry.described()) {
            (Some(map), _) => Some(self.images_until(map.post_window.last, now)),
            (None, Some(_)) => None,
            (None, None) => {
                Some(self.map_of.fill([&self.date(entry.line.generated_at?.date_naive())]))
            }
        }
    }

    /// The last day of the images of a map, and how long ago that was.
    pub fn images_until(&self, last: NaiveDate, now: DateTime<Utc>) -> String {
        self.images_until.fill([&self.date(last), &self.images_age(last, now)])
    }

    /// What the last run adds to the age of the images.
    fn run_note(&self, status: RunStatus, coverage: RegionCoverage) -> Option<&'static str> {
        match (status, coverage) {
            (RunStatus::Failed, _) => Some(self.note_failed),
            (RunStatus::Waiting, _) => Some(self.note_waiting),
            (_, RegionCoverage::Due) => Some(self.note_overdue),
            (_, RegionCoverage::Stale) => Some(self.note_stale),
            _ => None,
        }
    }

    /// Why the images of a map are of these days. A reason that this page does not know is
    /// shown as it was written.
    pub fn window_reason(&self, map: &MapMeta) -> String {
        match map.window {
            Some(WindowReason::AroundFire { first, last }) => {
                self.around_fire.fill([&self.dates(SceneDates { first, last })])
            }
            Some(WindowReason::SinceFire { first }) => self.since_fire.fill([&self.date(first)]),
            Some(WindowReason::Configured | WindowReason::Chosen) => {
                self.explicit_windows.to_owned()
            }
            Some(WindowReason::Rolling { days }) => {
                self.rolling_windows.fill([&self.count(days as usize)])
            }
            None => map.window_reason.clone(),
        }
    }

    /// What a map shows whose fire burns on, or is unknown; `None` where the fire has ended.
    pub fn open_map_note(&self, map: &MapMeta) -> Option<String> {
        match map.assessment {
            Assessment::Initial | Assessment::Extended => None,
            Assessment::Burning => Some(self.burning_note.fill([&self.date(map.post_window.last)])),
            Assessment::Rolling if map.change_only == Some(false) => None,
            Assessment::Rolling => Some(
                self.rolling_note.fill([&self.dates(map.pre_window), &self.dates(map.post_window)]),
            ),
        }
    }

    /// Whether severity is painted for fires alone; `None` where that is not known.
    pub fn change_note(&self, map: &MapMeta) -> Option<String> {
        let since = map.points_since.map(|day| self.date(day)).unwrap_or_default();
        Some(match map.change_only? {
            false => {
                let hectares = self.area(map.changed_hectares.unwrap_or(0.0));
                self.parted_note.fill([&hectares, &since])
            }
            true if since.is_empty() => self.change_only.to_owned(),
            true => format!("{} {}", self.change_only, self.points_since.fill([&since])),
        })
    }

    /// Why a run failed, in a sentence.
    pub fn failure(&self, failure: Option<RunFailure>) -> &'static str {
        match failure {
            Some(RunFailure::NoScene { side: FireSide::Pre }) => self.no_scene_before,
            Some(RunFailure::NoScene { side: FireSide::Post }) => self.no_scene_after,
            Some(RunFailure::UnreadableScenes { .. }) => self.unreadable_scenes,
            Some(RunFailure::TooLittleObserved { .. }) => self.too_little_seen,
            Some(RunFailure::DiskFull) => self.disk_full,
            Some(RunFailure::TookTooLong { .. }) => self.took_too_long,
            Some(RunFailure::Killed) => self.was_killed,
            Some(RunFailure::Catalogue) => self.catalogue_silent,
            Some(RunFailure::Other) | None => self.unknown_failure,
        }
    }

    /// A side of the fire.
    pub fn side_of_fire(&self, side: FireSide) -> &'static str {
        match side {
            FireSide::Pre => self.before,
            FireSide::Post => self.after,
        }
    }

    /// The citation of a map that was accessed on a day, at an address.
    pub fn cite_map(
        &self,
        meta: &RegionMeta,
        map: &MapMeta,
        address: &str,
        accessed: DateTime<Utc>,
    ) -> String {
        self.citation.fill([
            NAME,
            &meta.title,
            &self.dates(map.pre_window),
            &self.dates(map.post_window),
            &self.date(map.generated_at.date_naive()),
            &map.run_id,
            map.attribution.trim_end_matches('.'),
            address,
            &self.date(accessed.date_naive()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::i18n::{ENGLISH, GERMAN};
    use crate::state::region_entry::tests::{entry, entry_with_map};
    use crate::state::region_entry::{MetaState, summary_of};

    const BBOX: [f64; 4] = [-120.07, 35.01, -119.67, 35.24];

    fn now() -> DateTime<Utc> {
        "2025-08-24T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_region_has_a_status_in_words() {
        let check = |entry: &RegionEntry, coverage, english: &str, german: &str| {
            let status = |words: Words| words.status(entry, coverage, now());
            assert_eq!((status(ENGLISH).as_str(), status(GERMAN).as_str()), (english, german));
        };
        check(&entry("r", BBOX), RegionCoverage::Pending, "Not mapped yet", "Noch nicht kartiert");
        let mut mapped = entry_with_map("r", BBOX, "1s");
        let (until, bis) =
            ("Images until 24 Jul 2025 (31 days old)", "Bilder bis 24. Juli 2025 (31 Tage alt)");
        check(&mapped, RegionCoverage::Fresh, until, bis);
        check(
            &mapped,
            RegionCoverage::Due,
            &format!("{until} · update overdue"),
            &format!("{bis} · Aktualisierung überfällig"),
        );
        let broken = "Its description could not be loaded";
        check(
            &mapped,
            RegionCoverage::Broken,
            broken,
            "Die Beschreibung konnte nicht geladen werden",
        );
        if let MetaState::Ready(meta) = &mut mapped.meta {
            Arc::make_mut(meta).last_status = RunStatus::Failed;
        }
        check(
            &mapped,
            RegionCoverage::Failed,
            &format!("{until} · update failed"),
            &format!("{bis} · Aktualisierung gescheitert"),
        );
        let map = mapped.map().unwrap();
        assert_eq!(ENGLISH.pre_and_post(&summary_of(map)), "14–29 Jun 2025 → 24 Jul 2025");
        assert_eq!(
            (ENGLISH.burnt_area(&summary_of(map)).as_str(), ENGLISH.burnt_label(&summary_of(map))),
            ("1,234 ha", "burnt")
        );
    }

    #[test]
    fn the_age_of_images_is_told_in_the_unit_that_suits_it() {
        let check = |day: &str, english: &str| {
            assert_eq!(ENGLISH.images_until(day.parse().unwrap(), now()), english);
        };
        check("2025-08-24", "Images until 24 Aug 2025 (of today)");
        check("2025-08-23", "Images until 23 Aug 2025 (1 day old)");
        check("2024-06-24", "Images until 24 Jun 2024 (14 months old)");
        check("2022-08-24", "Images until 24 Aug 2022 (3 years old)");
    }

    #[test]
    fn the_day_of_a_map_comes_from_the_index_before_its_metadata_is_loaded() {
        let mut listed = entry("r", BBOX);
        listed.line.last_status = RunStatus::Success;
        listed.line.generated_at = Some("2025-08-23T03:00:00Z".parse().unwrap());
        assert_eq!(ENGLISH.status(&listed, RegionCoverage::Fresh, now()), "Map of 23 Aug 2025");
    }

    #[test]
    fn only_a_rolling_map_states_what_changed() {
        let mut map = entry_with_map("r", BBOX, "1s").map().unwrap().clone();
        assert_eq!(ENGLISH.open_map_note(&map), None);
        map.assessment = Assessment::Rolling;
        assert!(
            GERMAN
                .open_map_note(&map)
                .unwrap()
                .contains("zwischen 14.–29. Juni 2025 und 24. Juli 2025")
        );
        map.window = Some(WindowReason::Rolling { days: 30 });
        assert!(GERMAN.window_reason(&map).contains("die letzten 30 Tage"));
        (map.window, map.window_reason) = (None, "by the moon".to_owned());
        assert_eq!(GERMAN.window_reason(&map), "by the moon");
    }

    #[test]
    fn a_map_states_whether_it_shows_fire_or_all_change() {
        let mut map = entry_with_map("r", BBOX, "1s").map().unwrap().clone();
        assert_eq!(ENGLISH.change_note(&map), None, "the map of a fire, or an older one");
        map.change_only = Some(true);
        assert_eq!(ENGLISH.change_note(&map).unwrap(), "Shows change, not only fire.");
        map.points_since = Some("2025-03-01".parse().unwrap());
        assert!(GERMAN.change_note(&map).unwrap().ends_with("seit 1. März 2025 bekannt."));
        map.assessment = Assessment::Rolling;
        (map.change_only, map.changed_hectares) = (Some(false), Some(1234.0));
        let note = ENGLISH.change_note(&map).unwrap();
        assert!(note.contains("1,234 ha") && note.contains("since 1 Mar 2025"), "{note}");
        assert_eq!(ENGLISH.open_map_note(&map), None);
    }

    #[test]
    fn a_map_of_a_fire_without_an_end_states_it() {
        let mut map = entry_with_map("r", BBOX, "1s").map().unwrap().clone();
        map.assessment = Assessment::Burning;
        map.window = Some(WindowReason::SinceFire { first: "2025-07-02".parse().unwrap() });
        let english = ENGLISH.open_map_note(&map).unwrap();
        assert!(english.starts_with("Still burning, or end unknown") && english.contains("24 Jul"));
        assert!(
            GERMAN.open_map_note(&map).unwrap().starts_with("Brennt noch, oder Ende unbekannt")
        );
        assert!(ENGLISH.window_reason(&map).contains("2 Jul 2025"));
        assert!(GERMAN.window_reason(&map).contains("2. Juli 2025"));
        assert_eq!(ENGLISH.burnt_label(&summary_of(&map)), "burnt");
    }

    #[test]
    fn a_citation_names_the_map_the_run_and_the_day() {
        let mapped = entry_with_map("madre", BBOX, "1s");
        let meta = mapped.described().unwrap();
        let map = MapMeta {
            attribution: "Copernicus Sentinel data 2025".to_owned(),
            ..meta.map.clone().unwrap()
        };
        let expected = "Dragonfly: burn severity (dNBR), madre. Images of 14–29 Jun 2025 and 24 \
            Jul 2025; map of 21 Aug 2025, run 20250821T030000Z0001. Copernicus Sentinel data \
            2025. https://maps.example/, accessed 24 Aug 2025.";
        assert_eq!(ENGLISH.cite_map(meta, &map, "https://maps.example/", now()), expected);
        assert!(GERMAN.cite_map(meta, &map, "", now()).ends_with("abgerufen am 24. Aug. 2025."));
    }
}
