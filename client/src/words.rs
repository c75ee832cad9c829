//! What the page says: every phrase, and how numbers, dates and places are worded.

use chrono::{Datelike, NaiveDate};
use dragonfly_core::metadata::{Assessment, MapMeta, SceneDates, Status};
use dragonfly_core::{Empty, LAST_VALUE_INDEX, Severity, dnbr_from_index};

use crate::legend_row::entry_of;
use crate::problem::Problem;
use crate::reading::Reading;
use crate::region_entry::{MetaState, RegionEntry};

pub const NAME: &str = "Dragonfly";
pub const TAGLINE: &str = "How badly the land burnt, seen by satellite before and after the fire.";
pub const CAVEAT: &str =
    "Vegetation change seen from space: a spectral proxy, not damage to buildings, not an official map.";
pub const REGIONS: &str = "Regions";
pub const LEGEND: &str = "Burn severity";
pub const LEGEND_UNIT: &str = "dNBR";
pub const COLOURS: &str = "Colours";
pub const OPACITY: &str = "Opacity";
pub const BASEMAP: &str = "Background";
pub const PLAIN_BASEMAP: &str = "Plain";
pub const MAP: &str = "Map of burn severity";
pub const LOADING_REGIONS: &str = "Loading the regions…";
pub const REGIONS_MISSING: &str = "The regions could not be loaded.";
pub const NO_REGIONS: &str = "No regions are configured yet.";
pub const RETRY: &str = "Try again";
pub const CLOSE: &str = "Close";
pub const DISMISS: &str = "Dismiss";
pub const SHOW_PANEL: &str = "Show regions and legend";
pub const HIDE_PANEL: &str = "Show more of the map";
pub const NATURAL_EARTH: &str = "Land and borders: Natural Earth";
pub const READING_LOADING: &str = "Reading the map…";
pub const HINT: &str = "Click the map to read a value.";

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A half-open interval of dNBR.
pub fn range((least, end): (Option<f32>, Option<f32>)) -> String {
    match (least, end) {
        (None, None) => "any value".to_owned(),
        (None, Some(end)) => format!("below {}", decimal(f64::from(end), 2)),
        (Some(least), None) => format!("{} and more", decimal(f64::from(least), 2)),
        (Some(least), Some(end)) => format!("{} to {}", decimal(f64::from(least), 2), decimal(f64::from(end), 2)),
    }
}

/// A day, such as "24 Jul 2025".
pub fn date(day: NaiveDate) -> String {
    format!("{} {}", day_and_month(day), day.year())
}

/// First and last day, without saying twice what they share.
pub fn dates(SceneDates { first, last }: SceneDates) -> String {
    if first == last {
        date(last)
    } else if (first.year(), first.month()) == (last.year(), last.month()) {
        format!("{}–{}", first.day(), date(last))
    } else if first.year() == last.year() {
        format!("{} – {}", day_and_month(first), date(last))
    } else {
        format!("{} – {}", date(first), date(last))
    }
}

/// The dates of the pictures behind a map.
pub fn pre_and_post(map: &MapMeta) -> String {
    format!("{} → {}", dates(map.pre_window), dates(map.post_window))
}

/// The same, for those who listen.
pub fn pre_and_post_spoken(map: &MapMeta) -> String {
    format!("Images before the fire: {}. After: {}.", dates(map.pre_window), dates(map.post_window))
}

/// An area: three digits matter, and thousands are set apart.
pub fn hectares(area_ha: f64) -> String {
    if area_ha > 0.0 && area_ha < 10.0 {
        return format!("{area_ha:.1} ha");
    }
    let digits = format!("{area_ha:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} ha")
}

/// The burnt area of a map.
pub fn burnt(map: &MapMeta) -> String {
    hectares(map.hectares.burnt())
}

/// What the number after a burnt area means.
pub fn burnt_label(map: &MapMeta) -> &'static str {
    match map.assessment {
        Assessment::Initial | Assessment::Extended => "burnt",
        Assessment::Rolling => "changed",
    }
}

/// How a region is doing.
pub fn status(entry: &RegionEntry) -> String {
    let meta = match &entry.meta {
        MetaState::Loading => return "Loading…".to_owned(),
        MetaState::Broken => return "Its description could not be loaded".to_owned(),
        MetaState::Ready(meta) => meta,
    };
    let made = meta.map.as_ref().map(|map| date(map.generated_at.date_naive()));
    match (meta.last_status, made) {
        (Status::Pending, _) => "Not mapped yet".to_owned(),
        (Status::Success, Some(made)) => format!("Updated {made}"),
        (Status::Success, None) => "No map published".to_owned(),
        (Status::Failed, Some(made)) => format!("Update failed · map of {made}"),
        (Status::Failed, None) => "The first update failed".to_owned(),
        (Status::Waiting, Some(made)) => format!("Awaiting a clear image · map of {made}"),
        (Status::Waiting, None) => "Awaiting a clear image".to_owned(),
    }
}

/// A place, to about ten metres.
pub fn coordinates(lon: f64, lat: f64) -> String {
    format!("{}, {}", latitude(lat, 4), longitude(lon, 4))
}

/// A latitude.
pub fn latitude(lat: f64, decimals: usize) -> String {
    degrees(lat, decimals, "N", "S")
}

/// A longitude.
pub fn longitude(lon: f64, decimals: usize) -> String {
    degrees(lon, decimals, "E", "W")
}

/// A class as the legend names it.
pub fn class(class: Severity) -> &'static str {
    entry_of(class).map_or(class.name(), |entry| entry.title)
}

/// What the map says of a place, in a few words.
pub fn reading_title(reading: Reading) -> String {
    match reading {
        Reading::Value { class: severity, .. } => class(severity).to_owned(),
        Reading::UnburnedTile => "Unburned".to_owned(),
        Reading::Empty(reason) | Reading::EmptyTile(reason) => format!("No value: {}", reason.name()),
        Reading::NoMap => "No map here yet".to_owned(),
        Reading::OutsideRegions => "Outside the mapped regions".to_owned(),
        Reading::Unavailable => "This part of the map could not be loaded".to_owned(),
    }
}

/// The number behind it, or the reason in a sentence.
pub fn reading_detail(reading: Reading) -> String {
    match reading {
        Reading::Value { dnbr, .. } => dnbr_in_words(dnbr),
        Reading::UnburnedTile => "All that could be seen around this place is unburned.".to_owned(),
        Reading::Empty(reason) => why_empty(reason).to_owned(),
        Reading::EmptyTile(Empty::OutsideBox) => why_empty(Empty::OutsideBox).to_owned(),
        Reading::EmptyTile(reason) => {
            format!("The whole surroundings are empty, mostly for this reason: {}.", reason.name())
        }
        Reading::NoMap => "The region is configured, but no map was published.".to_owned(),
        Reading::OutsideRegions => "Values are known inside the outlined regions.".to_owned(),
        Reading::Unavailable => "Check the connection and click again.".to_owned(),
    }
}

/// What went wrong, in one sentence each; `None` when nothing did.
pub fn notice(problems: &[Problem]) -> Option<String> {
    let sentences: Vec<_> = problems.iter().map(problem).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Index => "The list of regions could not be loaded.".to_owned(),
        Problem::IndexLines(1) => "One region of the list could not be read.".to_owned(),
        Problem::IndexLines(count) => format!("{count} regions of the list could not be read."),
        Problem::Region(title) => format!("The map of {title} could not be loaded; the others are shown."),
        Problem::Tiles(title) => format!("Some tiles of {title} could not be loaded."),
        Problem::Land => "The outlines of the land could not be loaded.".to_owned(),
        Problem::Basemap(title) => format!("The background “{title}” could not be loaded."),
        Problem::Config => "The settings of this site could not be loaded.".to_owned(),
        Problem::Tools => "This tool could not be loaded.".to_owned(),
        Problem::Told(sentence) => sentence.clone(),
    }
}

fn dnbr_in_words(dnbr: f32) -> String {
    if Some(dnbr) == dnbr_from_index(1) {
        return "dNBR below −1.26".to_owned();
    }
    if Some(dnbr) == dnbr_from_index(LAST_VALUE_INDEX) {
        return "dNBR 1.22 and more".to_owned();
    }
    format!("dNBR {} ± 0.005", decimal(f64::from(dnbr), 3))
}

fn why_empty(reason: Empty) -> &'static str {
    match reason {
        Empty::OutsideBox => "The region ends before this place.",
        Empty::OutsideZone => "Only the fire zone is mapped.",
        Empty::NeverObserved => "No image covers this place on one side of the fire.",
        Empty::Cloud => "Hidden in every image of one side of the fire.",
        Empty::Water => "Water before the fire.",
        Empty::NoData => "Images cover this place, but hold nothing usable.",
    }
}

fn day_and_month(day: NaiveDate) -> String {
    format!("{} {}", day.day(), MONTHS[day.month0() as usize % MONTHS.len()])
}

fn degrees(angle: f64, decimals: usize, positive: &str, negative: &str) -> String {
    let size = format!("{:.decimals$}°", angle.abs());
    let is_zero = size.trim_end_matches('°').chars().all(|digit| matches!(digit, '0' | '.'));
    match (is_zero, angle > 0.0) {
        (true, _) => size,
        (false, true) => format!("{size} {positive}"),
        (false, false) => format!("{size} {negative}"),
    }
}

/// A number with a true minus sign.
fn decimal(number: f64, decimals: usize) -> String {
    format!("{number:.decimals$}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region_entry::tests::{entry, entry_with_map};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_area_is_easy_to_read() {
        let check = |area_ha, words: &str| assert_eq!(hectares(area_ha), words);
        check(0.0, "0 ha");
        check(0.44, "0.4 ha");
        check(9.94, "9.9 ha");
        check(10.4, "10 ha");
        check(999.6, "1,000 ha");
        check(48_210.0, "48,210 ha");
        check(1_234_567.0, "1,234,567 ha");
    }

    #[test]
    fn dates_do_not_repeat_themselves() {
        let check = |first, last, words: &str| {
            assert_eq!(dates(SceneDates { first: day(first), last: day(last) }), words);
        };
        check("2025-07-24", "2025-07-24", "24 Jul 2025");
        check("2025-06-14", "2025-06-29", "14–29 Jun 2025");
        check("2025-06-29", "2025-07-04", "29 Jun – 4 Jul 2025");
        check("2024-12-29", "2025-01-04", "29 Dec 2024 – 4 Jan 2025");
    }

    #[test]
    fn ranges_have_true_minus_signs_and_open_ends() {
        let check = |ends, words: &str| assert_eq!(range(ends), words);
        check((Some(0.10), Some(0.27)), "0.10 to 0.27");
        check((Some(-0.25), Some(-0.10)), "−0.25 to −0.10");
        check((None, Some(-0.25)), "below −0.25");
        check((Some(0.66), None), "0.66 and more");
    }

    #[test]
    fn a_place_has_its_hemispheres() {
        assert_eq!(coordinates(-119.93457, 35.0), "35.0000° N, 119.9346° W");
        assert_eq!(coordinates(0.00001, -33.5), "33.5000° S, 0.0000°");
    }

    #[test]
    fn a_reading_has_a_title_and_a_number() {
        let check = |index, title: &str, detail: &str| {
            let reading = Reading::from_index(index);
            assert_eq!((reading_title(reading).as_str(), reading_detail(reading).as_str()), (title, detail));
        };
        check(145, "Low severity", "dNBR 0.175 ± 0.005");
        check(110, "Enhanced regrowth", "dNBR −0.175 ± 0.005");
        check(250, "High severity", "dNBR 1.22 and more");
        check(1, "Enhanced regrowth", "dNBR below −1.26");
        check(254, "No value: water", "Water before the fire.");
    }

    #[test]
    fn a_region_says_how_it_is_doing() {
        let bbox = [-120.07, 35.01, -119.67, 35.24];
        assert_eq!(status(&entry("r", bbox)), "Loading…");
        let mut mapped = entry_with_map("r", bbox, "1s");
        assert_eq!(status(&mapped), "Updated 21 Aug 2025");
        if let MetaState::Ready(meta) = &mut mapped.meta {
            meta.last_status = Status::Failed;
        }
        assert_eq!(status(&mapped), "Update failed · map of 21 Aug 2025");
        let map = mapped.map().unwrap();
        assert_eq!(pre_and_post(map), "14–29 Jun 2025 → 24 Jul 2025");
        assert_eq!((burnt(map).as_str(), burnt_label(map)), ("1,234 ha", "burnt"));
    }

    #[test]
    fn nothing_wrong_is_no_notice() {
        assert_eq!(notice(&[]), None);
        let problems = [Problem::IndexLines(1), Problem::Region("Madre".into())];
        let expected = "One region of the list could not be read. \
                        The map of Madre could not be loaded; the others are shown.";
        assert_eq!(notice(&problems).as_deref(), Some(expected));
    }
}
