//! The published fires: which of them a list shows in which order, and which maps are loaded.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dragonfly_core::metadata::{IndexedRegion, RunStatus};
use dragonfly_core::{FireMapKind, FireState, ListedFire};

use crate::data::published::{FireOutlines, ReadFires};
use crate::map::graticule::wrapped;
use crate::search::folding::fold;
use crate::state::region_entry::{MetaState, RegionEntry};
use crate::state::region_in_view::{overlap, widest_in_view};
use crate::state::view::View;
use dragonfly_core::ordered;

/// A fire narrower than this on the screen is a dot, and its map is not loaded, pixels.
const MIN_WIDTH_PX: f64 = 16.0;
/// Points older than this are stated, hours.
const MAX_POINTS_AGE_HOURS: i64 = 48;
/// Fires that lead to each other in turn are not followed for ever.
const MAX_MERGERS: usize = 100;

/// What is published of the fires.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fires {
    /// The list.
    pub list: Arc<ReadFires>,
    /// The outlines of the fire that was chosen last.
    pub outlines: Option<Arc<FireOutlines>>,
}

/// The order of a list of fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FireOrder {
    /// The one seen last comes first.
    #[default]
    Date,
    /// The largest comes first.
    Size,
    /// The one nearest to the middle of the map comes first.
    Near,
}

impl FireOrder {
    /// All orders, as a choice offers them.
    pub const ALL: [Self; 3] = [Self::Date, Self::Size, Self::Near];

    /// The word by which the page's elements know it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Size => "size",
            Self::Near => "near",
        }
    }
}

/// Area of a fire: by its map, else by its points.
pub fn hectares(fire: &ListedFire) -> f64 {
    fire.burnt_hectares.unwrap_or(fire.outline_hectares)
}

/// The box of a fire; where none is published, some kilometres around its centre.
pub fn bbox_of(fire: &ListedFire) -> [f64; 4] {
    fire.bbox.unwrap_or([fire.lon - 0.03, fire.lat - 0.03, fire.lon + 0.03, fire.lat + 0.03])
}

/// What people call a fire, or where it is; without either, its id.
pub fn title_of(fire: &ListedFire) -> &str {
    fire.name.as_deref().or(fire.place.as_deref()).unwrap_or(&fire.id)
}

/// Whether a fire stands in lists and on the map: a part of another fire does not.
pub fn is_listed(fire: &ListedFire) -> bool {
    !matches!(fire.state, FireState::Merged | FireState::Dismissed)
}

/// The fire of an id; for a part of another fire, that one.
pub fn fire_of<'a>(fires: &'a [ListedFire], id: &str) -> Option<&'a ListedFire> {
    let find = |id: &str| fires.iter().find(|fire| fire.id == id);
    let mut found = find(id)?;
    for _ in 0..MAX_MERGERS {
        match &found.merged_into {
            Some(into) => found = find(into)?,
            None => return Some(found),
        }
    }
    None
}

/// The listed fires that have every word of a search in their name, place or id, and that are in
/// view where `view` is given, in an order around a place (longitude, latitude).
pub fn found<'a>(
    fires: &'a [ListedFire],
    search: &str,
    view: Option<View>,
    (order, around): (FireOrder, (f64, f64)),
) -> Vec<&'a ListedFire> {
    let search = fold(search);
    let words: Vec<&str> = search.split_whitespace().collect();
    let matches = |fire: &ListedFire| {
        let [name, place] = [&fire.name, &fire.place].map(|it| it.as_deref().unwrap_or_default());
        let text = fold(&format!("{name} {place} {}", fire.id));
        words.iter().all(|word| text.contains(word))
    };
    let found: Vec<_> = fires
        .iter()
        .filter(|fire| is_listed(fire))
        .filter(|fire| view.is_none_or(|view| overlap(bbox_of(fire), view) > 0.0))
        .filter(|fire| words.is_empty() || matches(fire))
        .collect();
    ordered(found, &|one: &&ListedFire, other: &&ListedFire| match order {
        FireOrder::Date => other.last_seen_at.cmp(&one.last_seen_at),
        FireOrder::Size => hectares(other).total_cmp(&hectares(one)),
        FireOrder::Near => distance(one, around).total_cmp(&distance(other, around)),
    })
}

/// A measure that grows with the distance of a fire: square degrees of latitude.
fn distance(fire: &ListedFire, around: (f64, f64)) -> f64 {
    square_degrees((fire.lon, fire.lat), around)
}

/// The square of the distance of two places (longitude, latitude), in degrees of latitude.
pub fn square_degrees((lon, lat): (f64, f64), (other_lon, other_lat): (f64, f64)) -> f64 {
    let across = wrapped(lon - other_lon) * ((lat + other_lat) / 2.0).to_radians().cos();
    across.powi(2) + (lat - other_lat).powi(2)
}

/// The fires with a map that are large enough in a view to be seen in it, the widest first.
pub fn maps_in_view(fires: &[ListedFire], view: View) -> Vec<&ListedFire> {
    let listed = fires.iter().filter(|fire| fire.map.is_some() && is_listed(fire));
    widest_in_view(listed.map(|fire| (fire, bbox_of(fire))), view, MIN_WIDTH_PX)
}

/// A fire as a region: its map is read and shown as a region's is.
pub fn entry_of(fire: &ListedFire) -> RegionEntry {
    let season = if fire.map == Some(FireMapKind::Season) { "_season" } else { "" };
    RegionEntry {
        line: IndexedRegion {
            name: fire.id.clone(),
            title: title_of(fire).to_owned(),
            group: None,
            bbox: bbox_of(fire),
            priority: 0,
            generated_at: None,
            last_status: RunStatus::Pending,
            last_success_at: None,
            update_interval_days: 0,
            first_seen_at: None,
            meta_url: format!("/meta/{}{season}.json", fire.id),
            map: None,
        },
        meta: if fire.map.is_some() { MetaState::Loading } else { MetaState::Unpublished },
        text: Arc::default(),
        fire: Some(Arc::new(fire.clone())),
    }
}

/// Since when no points were read, where a reader should know it: for two days, or a source of
/// points is missing.
pub fn unchecked_since(fires: &ReadFires, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let checked_at = fires.checked_at?;
    let is_old = (now - checked_at).num_hours() >= MAX_POINTS_AGE_HOURS;
    (is_old || fires.is_source_missing).then_some(checked_at)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn fire(id: &str, (lon, lat): (f64, f64), hectares: f64) -> ListedFire {
        ListedFire {
            id: id.to_owned(),
            started_at: "2025-09-03T10:00:00Z".parse().unwrap(),
            last_seen_at: "2025-09-09T10:00:00Z".parse().unwrap(),
            bbox: Some([lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1]),
            outline_hectares: hectares,
            lon,
            lat,
            ..ListedFire::default()
        }
    }

    fn mapped(id: &str, place: (f64, f64), hectares: f64) -> ListedFire {
        ListedFire { map: Some(FireMapKind::SoFar), ..fire(id, place, hectares) }
    }

    fn ids(fires: &[&ListedFire]) -> Vec<String> {
        fires.iter().map(|fire| fire.id.clone()).collect()
    }

    #[test]
    fn fires_are_ordered_by_date_size_and_nearness_and_filtered_by_text_and_view() {
        let mut late = fire("late", (179.9, 10.0), 200.0);
        late.last_seen_at = "2025-09-20T10:00:00Z".parse().unwrap();
        late.place = Some("Ístiaia, Greece".to_owned());
        let mut large = fire("large", (20.0, 38.0), 100.0);
        large.burnt_hectares = Some(900.0);
        let part = ListedFire { state: FireState::Merged, ..fire("part", (20.0, 38.0), 5.0) };
        let fires = [fire("small", (21.0, 38.0), 50.0), late, large, part];
        let check = |search, view, order, around, expected: &[&str]| {
            assert_eq!(ids(&found(&fires, search, view, (order, around))), expected);
        };
        check("", None, FireOrder::Date, (0.0, 0.0), &["late", "small", "large"]);
        check("", None, FireOrder::Size, (0.0, 0.0), &["large", "late", "small"]);
        check("", None, FireOrder::Near, (-179.0, 10.0), &["late", "small", "large"]);
        check("ISTI gree", None, FireOrder::Date, (0.0, 0.0), &["late"]);
        check("part", None, FireOrder::Date, (0.0, 0.0), &[]);
        let view = View { bbox: [19.0, 37.0, 20.5, 39.0], ..View::default() };
        check("", Some(view), FireOrder::Date, (0.0, 0.0), &["large"]);
    }

    #[test]
    fn a_part_of_a_fire_leads_to_it_and_a_circle_to_none() {
        let into = |id: &str, into: &str| ListedFire {
            merged_into: Some(into.to_owned()),
            ..fire(id, (0.0, 0.0), 1.0)
        };
        let fires = [into("a", "b"), into("b", "c"), fire("c", (0.0, 0.0), 1.0), into("d", "d")];
        assert_eq!(fire_of(&fires, "a").unwrap().id, "c");
        for id in ["d", "gone"] {
            assert_eq!(fire_of(&fires, id), None);
        }
    }

    #[test]
    fn only_the_maps_that_can_be_seen_are_loaded_and_not_all_of_many() {
        let mut fires: Vec<_> =
            (0..40).map(|index| mapped(&format!("f{index}"), (20.0, 38.0), 1.0)).collect();
        fires.push(fire("unmapped", (20.0, 38.0), 1.0));
        fires.push(mapped("elsewhere", (90.0, 38.0), 1.0));
        let view = |bbox| View { bbox, width_px: 1000.0, ..View::default() };
        assert_eq!(maps_in_view(&fires, view([19.0, 37.0, 21.0, 39.0])).len(), 12);
        assert_eq!(ids(&maps_in_view(&fires, view([89.0, 37.0, 91.0, 39.0]))), ["elsewhere"]);
        assert!(maps_in_view(&fires, view([-180.0, -80.0, 180.0, 80.0])).is_empty());
        assert!(maps_in_view(&fires, View::default()).is_empty());
    }

    #[test]
    fn a_fire_is_a_region_with_the_map_of_its_season() {
        let mut season = mapped("f1", (20.0, 38.0), 1.0);
        season.map = Some(FireMapKind::Season);
        let entry = entry_of(&season);
        assert_eq!((entry.line.name.as_str(), entry.line.title.as_str()), ("f1", "f1"));
        assert_eq!(entry.line.meta_url, "/meta/f1_season.json");
        assert!(matches!(entry_of(&fire("f2", (0.0, 0.0), 1.0)).meta, MetaState::Unpublished));
    }

    #[test]
    fn old_points_and_missing_sources_are_stated() {
        let now: DateTime<Utc> = "2025-09-10T10:00:00Z".parse().unwrap();
        let check = |checked: &str, is_source_missing, is_stated| {
            let checked_at = Some(checked.parse().unwrap());
            let fires = ReadFires { checked_at, is_source_missing, ..ReadFires::default() };
            assert_eq!(unchecked_since(&fires, now).is_some(), is_stated, "{checked}");
        };
        check("2025-09-09T10:00:00Z", false, false);
        check("2025-09-09T10:00:00Z", true, true);
        check("2025-09-08T10:00:00Z", false, true);
    }
}
