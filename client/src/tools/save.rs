//! Saving a picture of the current view: its caption, and the status message.

use dragonfly_core::mercator::HALF_WORLD_M;
use leptos::task::spawn_local;

use super::save_image::{Caption, save_picture};
use crate::data::published::region_from_json;
use crate::i18n::{NAME, words};
use crate::map::graticule::degrees_per_px;
use crate::panel::legend_row::{Areas, nightly_legend};
use crate::panel::result_legend::result_legend;
use crate::state::address::Address;
use crate::state::region_entry::summary_of;
use crate::toolbar::bridge::PageBridge;

/// Metres that a degree of longitude spans at the equator.
const METRES_PER_DEGREE: f64 = HALF_WORLD_M / 180.0;

/// Saves the view, and shows a status message. `about` describes it; without it, the
/// region's map does. `legend` is that of a result on the map, in the format of
/// `panel/result_legend.rs`.
pub fn save(page: &PageBridge, about: Option<String>, legend: Option<String>) {
    let words = words();
    let today = chrono::DateTime::from_timestamp_millis(js_sys::Date::now() as i64)
        .unwrap_or_default()
        .date_naive();
    let shown = Address::from_fragment(&page.address());
    let region = page.region().and_then(|text| region_from_json(&text).ok());
    let region_dates = || {
        let region = region.as_ref()?;
        Some(
            words
                .picture_of
                .fill([&region.title, &words.pre_and_post(&summary_of(region.map.as_ref()?))]),
        )
    };
    let about = about.or_else(region_dates);
    let legend = legend
        .and_then(|text| result_legend(&text, shown.palette, shown.filter))
        .unwrap_or_else(|| {
            let areas = region.as_ref().and_then(Areas::of);
            nightly_legend(shown.palette, shown.filter, areas.as_ref())
        });
    let map = page.map();
    let caption = Caption {
        legend: legend.rows,
        paragraphs: vec![
            format!("{} {}. {}.", words.legend, legend.unit, legend.about),
            about.unwrap_or_default(),
            words.picture_made.fill([NAME, &words.date(today)]),
            page.sources(),
            words.caveat.to_owned(),
        ],
        swipe_percent: shown.swipe_percent,
        metres_per_px: degrees_per_px(map.zoom())
            * METRES_PER_DEGREE
            * map.centre().lat().to_radians().cos(),
    };
    let page = page.clone();
    spawn_local(async move {
        let outcome = match save_picture(&caption, &format!("dragonfly-{today}.png")).await {
            Ok(false) => words.saved,
            Ok(true) => words.saved_plain,
            Err(_) => words.not_saved,
        };
        page.show_message(Some(outcome));
    });
}
