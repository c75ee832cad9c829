//! A rehearsal of the rolling map: a fire shortly before the night, images every few days, much
//! cloud.

use chrono::{DateTime, Days, NaiveDate, Utc};
use dragonfly_pixels::{CellQuality, Observation, dnbr};

use crate::catalogue::dates::FireSide;
use crate::catalogue::scenes::{SceneRequest, choose_scenes};
use crate::catalogue::stac::Item;
use crate::regions::region::{Region, regions_from_json};
use crate::regions::window::SearchWindows;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const CELLS: usize = 2000;
const DAYS_BETWEEN_IMAGES: u64 = 5;
const NBR_GREEN: f32 = 0.6;
const NBR_BURNT: f32 = -0.1;

/// Cloud of the images of a rehearsal, percent of the cells.
const CLOUD_PERCENTS: [u64; 4] = [12, 25, 40, 60];

/// Whether a cell is under cloud in the image of a day.
fn is_cloudy(day: NaiveDate, cell: usize, cloud_percent: u64) -> bool {
    let mut state =
        (i64::from(chrono::Datelike::num_days_from_ce(&day)) as u64) << 20 | cell as u64;
    for _ in 0..3 {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^= state >> 33;
    }
    state % 100 < cloud_percent
}

fn image(day: NaiveDate, cloud_percent: u64) -> Item {
    serde_json::from_str(&format!(
        r#"{{"id":"S2_{day}","collection":"sentinel-2-l2a","bbox":[0,0,1,1],"assets":{{}},
            "properties":{{"datetime":"{day}T10:00:00Z","eo:cloud_cover":{cloud_percent},"grid:code":"MGRS-31NAA"}}}}"#
    ))
    .unwrap()
}

/// The days of the scenes that the map of a night is made of.
fn chosen_days(
    items: &[Item],
    region: &Region,
    windows: &SearchWindows,
    side: FireSide,
    wanted: NaiveDate,
) -> Vec<NaiveDate> {
    let request = SceneRequest {
        side,
        window: windows.side(side),
        wanted,
        collection: &region.collection,
        bbox: region.bbox,
        max_cloud_cover: region.max_cloud_cover,
        scenes_per_tile: region.scenes_per_tile,
        order: windows.order(side),
    };
    choose_scenes(items, &request)
        .used
        .into_iter()
        .filter_map(Item::acquired)
        .map(|at| at.date_naive())
        .collect()
}

/// The fraction of the fire's dNBR that the map of the night shows, over the cells observed since
/// the fire.
fn shown_fraction(
    first_image_offset: u64,
    days_since_fire: u64,
    cloud_percent: u64,
) -> Option<f64> {
    let night: DateTime<Utc> = "2025-08-31T03:00:00Z".parse().unwrap();
    let tonight = night.date_naive();
    let fire = tonight - Days::new(days_since_fire);
    let days: Vec<NaiveDate> = (0..85)
        .map(|image| tonight - Days::new(first_image_offset + image * DAYS_BETWEEN_IMAGES))
        .collect();
    let items: Vec<Item> = days.iter().map(|day| image(*day, cloud_percent)).collect();
    let is_clear = |day: NaiveDate, cell: usize| !is_cloudy(day, cell, cloud_percent);
    shown_of(&items, tonight, fire, is_clear)
}

/// The same of a catalogue's items, of which a cell is clear on some days.
fn shown_of(
    items: &[Item],
    tonight: NaiveDate,
    fire: NaiveDate,
    is_clear: impl Fn(NaiveDate, usize) -> bool,
) -> Option<f64> {
    let region = regions_from_json(r#"[{"name":"a","bbox":[0,0,1,1]}]"#).unwrap().remove(0);
    let windows = SearchWindows::of(&region, tonight);
    let post = chosen_days(items, &region, &windows, FireSide::Post, windows.wanted_post());
    let pre =
        chosen_days(items, &region, &windows, FireSide::Pre, windows.wanted_pre(*post.last()?));
    assert!(!pre.is_empty() && pre.iter().all(|day| *day < fire));
    let observe = |day: NaiveDate, cell: usize| {
        if !is_clear(day, cell) {
            return Observation { nbr: f32::NAN, quality: CellQuality::Hidden };
        }
        Observation {
            nbr: if day > fire { NBR_BURNT } else { NBR_GREEN },
            quality: CellQuality::Land,
        }
    };
    let days: Vec<NaiveDate> =
        items.iter().filter_map(Item::acquired).map(|at| at.date_naive()).collect();
    let mut scratch = Vec::new();
    let (mut shown, mut seen) = (0.0, 0u32);
    for cell in 0..CELLS {
        let mut side = |side, days: &[NaiveDate]| {
            windows.composite(side).side(
                days.iter().map(|day| observe(*day, cell)),
                0,
                &mut scratch,
            )
        };
        let (before, after) = (side(FireSide::Pre, &pre), side(FireSide::Post, &post));
        // Any clear image since the fire counts, chosen for the map or not.
        let has_been_seen = days.iter().any(|day| *day > fire && is_clear(*day, cell));
        if has_been_seen && before.clear_count > 0 {
            let change = dnbr(before.nbr, after.nbr);
            shown +=
                if change.is_nan() { 0.0 } else { f64::from(change / (NBR_GREEN - NBR_BURNT)) };
            seen += 1;
        }
    }
    (seen > 0).then(|| shown / f64::from(seen))
}

#[test]
fn a_rolling_map_shows_a_fire_from_its_first_clear_image_on() {
    for cloud_percent in CLOUD_PERCENTS {
        let mut nights = 0;
        for days_since_fire in [3, 6, 12, 20] {
            for first_image_offset in 0..DAYS_BETWEEN_IMAGES {
                let shown = shown_fraction(first_image_offset, days_since_fire, cloud_percent);
                if let Some(fraction) = shown {
                    let case = format!("{cloud_percent} % cloud, {days_since_fire} days");
                    assert!(fraction >= 0.97, "{case} after the fire: {fraction:.3}");
                    nights += 1;
                }
            }
        }
        assert!(nights >= 17, "{nights} nights had an image after the fire");
    }
}

#[test]
fn a_fire_that_cloudy_images_show_clear_is_not_outranked_by_older_clear_images() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut items: Vec<Item> = ["2025-08-26", "2025-08-31"].map(|text| image(day(text), 50)).into();
    let clear = ["2025-08-01", "2025-08-06", "2025-08-11", "2025-08-16", "2025-08-21"];
    items.extend(clear.map(|text| image(day(text), 2)));
    // A year before.
    items.extend(["2024-08-21", "2024-08-26", "2024-08-31"].map(|text| image(day(text), 2)));
    let shown = shown_of(&items, day("2025-09-01"), day("2025-08-23"), |_, _| true).unwrap();
    assert!(shown >= 0.95, "{shown:.3}");
}
