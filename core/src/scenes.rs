//! Which scenes a map is made of.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::stac::Item;
use crate::window::{DateWindow, FireSide};

/// What the scenes of one side must be.
#[derive(Clone, Debug)]
pub struct SceneRequest<'a> {
    /// Side of the fire.
    pub side: FireSide,
    /// Days that count.
    pub window: DateWindow,
    /// The day to which a scene should be close.
    pub wanted: NaiveDate,
    /// Collection.
    pub collection: &'a str,
    /// West, south, east, north.
    pub bbox: [f64; 4],
    /// Most cloud, percent.
    pub max_cloud_cover: f64,
    /// Most scenes per tile of the satellite's grid.
    pub scenes_per_tile: usize,
}

/// The scenes chosen, and those passed over.
#[derive(Clone, Debug, Default)]
pub struct SceneChoice<'a> {
    /// In order of time, then id.
    pub used: Vec<&'a Item>,
    /// In order of id.
    pub skipped: Vec<SkippedScene>,
}

/// A scene in the window that is not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedScene {
    /// Its id.
    pub id: String,
    /// Why, in words.
    pub reason: String,
}

/// Scenes of one overpass lie closer together in time than this; the next pass is 100 minutes away.
const SAME_OVERPASS: TimeDelta = TimeDelta::minutes(10);

/// The best scenes for one side of a map.
///
/// Drops duplicates of one tile and time (keeping the highest baseline, then the newest), then ranks
/// by cloud, share without data, and days from the wanted date, a day weighing as much as 1 % of cloud.
pub fn choose_scenes<'a>(items: &'a [Item], request: &SceneRequest) -> SceneChoice<'a> {
    let mut choice = SceneChoice::default();
    let mut by_tile: BTreeMap<String, Vec<(&Item, DateTime<Utc>)>> = BTreeMap::new();
    for item in items.iter().filter(|item| item.collection.as_deref() == Some(request.collection)) {
        match item.acquired() {
            Some(at) if request.window.contains(at) && item.touches(request.bbox) => {
                by_tile.entry(item.tile_name()).or_default().push((item, at));
            }
            _ => {}
        }
    }
    let mut skip = |item: &Item, reason: String| choice.skipped.push(SkippedScene { id: item.id.clone(), reason });
    for (tile, mut scenes) in by_tile {
        scenes.sort_by(|(a, a_at), (b, b_at)| a_at.cmp(b_at).then_with(|| a.id.cmp(&b.id)));
        let mut candidates: Vec<(&Item, DateTime<Utc>)> = Vec::new();
        for same in scenes.chunk_by(|(_, at), (_, next)| *next - *at < SAME_OVERPASS) {
            let Some(best) = same.iter().max_by(|(a, _), (b, _)| version(a).cmp(&version(b))) else { continue };
            for (item, _) in same.iter().filter(|(item, _)| item.id != best.0.id) {
                skip(item, format!("duplicate of {}", best.0.id));
            }
            match best.0.properties.cloud_cover {
                Some(cover) if cover > request.max_cloud_cover => {
                    skip(best.0, format!("cloud cover {cover:.0} % is above {:.0} %", request.max_cloud_cover));
                }
                _ => candidates.push(*best),
            }
        }
        candidates.sort_by(|(a, a_at), (b, b_at)| {
            cost(a, *a_at, request).total_cmp(&cost(b, *b_at, request)).then_with(|| a.id.cmp(&b.id))
        });
        for (place, (item, _)) in candidates.into_iter().enumerate() {
            if place < request.scenes_per_tile {
                choice.used.push(item);
            } else {
                skip(item, format!("{} better scenes of {tile}", request.scenes_per_tile));
            }
        }
    }
    choice.used.sort_by(|a, b| a.acquired().cmp(&b.acquired()).then_with(|| a.id.cmp(&b.id)));
    choice.skipped.sort_by(|a, b| a.id.cmp(&b.id));
    choice
}

/// Parts scenes in order of time into overpasses: positions in `times` that belong together.
pub fn overpasses(times: &[DateTime<Utc>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, at) in times.iter().enumerate() {
        match groups.last_mut() {
            Some(group) if index > 0 && *at - times[index - 1] < SAME_OVERPASS => group.push(index),
            _ => groups.push(vec![index]),
        }
    }
    groups
}

fn version(item: &Item) -> (Option<&str>, Option<DateTime<Utc>>, &str) {
    (item.processing_baseline(), item.properties.created, &item.id)
}

fn cost(item: &Item, at: DateTime<Utc>, request: &SceneRequest) -> f64 {
    let days_away = (at.date_naive() - request.wanted).num_days().unsigned_abs();
    item.properties.cloud_cover.unwrap_or(0.0) + item.properties.nodata_percentage.unwrap_or(0.0) + days_away as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn item(id: &str, tile: &str, datetime: &str, cloud: f64, baseline: &str) -> Item {
        serde_json::from_str(&format!(
            r#"{{"id":"{id}","collection":"sentinel-2-l2a","bbox":[10,40,11,41],"properties":{{"datetime":"{datetime}",
                "eo:cloud_cover":{cloud},"grid:code":"MGRS-{tile}","s2:processing_baseline":"{baseline}"}},"assets":{{}}}}"#
        ))
        .unwrap()
    }

    fn chosen(items: &[Item], scenes_per_tile: usize) -> (Vec<String>, Vec<String>) {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let request = SceneRequest {
            side: FireSide::Pre,
            window: DateWindow { start: day("2025-06-01"), end: day("2025-06-30") },
            wanted: day("2025-06-30"),
            collection: "sentinel-2-l2a",
            bbox: [10.2, 40.2, 10.8, 40.8],
            max_cloud_cover: 60.0,
            scenes_per_tile,
        };
        let choice = choose_scenes(items, &request);
        (
            choice.used.iter().map(|item| item.id.clone()).collect(),
            choice.skipped.iter().map(|scene| format!("{}: {}", scene.id, scene.reason)).collect(),
        )
    }

    #[test]
    fn clear_scenes_near_the_wanted_day_are_best() {
        let items = [
            item("early", "32TPM", "2025-06-02T10:00:00Z", 0.0, "05.11"),
            item("cloudy", "32TPM", "2025-06-28T10:00:00Z", 50.0, "05.11"),
            item("good", "32TPM", "2025-06-20T10:00:00Z", 5.0, "05.11"),
            item("hidden", "32TPM", "2025-06-29T10:00:00Z", 90.0, "05.11"),
            item("july", "32TPM", "2025-07-01T10:00:00Z", 0.0, "05.11"),
        ];
        let (used, skipped) = chosen(&items, 2);
        assert_eq!(used, ["early", "good"]);
        assert_eq!(skipped, ["cloudy: 2 better scenes of MGRS-32TPM", "hidden: cloud cover 90 % is above 60 %"]);
    }

    #[test]
    fn of_duplicates_the_highest_baseline_stays() {
        let items = [
            item("old", "32TPM", "2025-06-20T10:00:00Z", 0.0, "03.01"),
            item("new", "32TPM", "2025-06-20T10:00:05Z", 0.0, "05.11"),
        ];
        assert_eq!(chosen(&items, 3), (vec!["new".to_owned()], vec!["old: duplicate of new".to_owned()]));
    }

    #[test]
    fn every_tile_has_its_own_best() {
        let items = [
            item("a", "32TPM", "2025-06-20T10:00:00Z", 0.0, "05.11"),
            item("b", "32TQM", "2025-06-20T10:00:10Z", 0.0, "05.11"),
        ];
        assert_eq!(chosen(&items, 1).0, ["a", "b"]);
    }

    #[test]
    fn neighbours_of_one_pass_are_one_overpass() {
        let times: Vec<DateTime<Utc>> = ["10:00:00", "10:00:15", "11:40:00"]
            .iter()
            .map(|time| format!("2025-06-20T{time}Z").parse().unwrap())
            .collect();
        assert_eq!(overpasses(&times), [vec![0, 1], vec![2]]);
        assert!(overpasses(&[]).is_empty());
    }
}
