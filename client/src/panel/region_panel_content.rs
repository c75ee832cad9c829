//! What the panel of a region contains.

use chrono::{DateTime, Utc};
use dragonfly_core::metadata::MapMeta;
use dragonfly_core::{Palette, Severity};
use leptos::prelude::*;

use crate::data::decimal;
use crate::i18n::{Words, words};
use crate::panel::fire_facts::fire_facts;
use crate::panel::legend_row::css_colour;
use crate::panel::region_facts::{Addresses, RUN, region_facts};
use crate::state::atlas::Atlas;
use crate::state::coverage::{RegionCoverage, images_key};
use crate::state::map_colour::map_colour;
use crate::state::map_state::SelectedPoint;
use crate::state::preferences;
use crate::state::reading::{Reading, region_at};
use crate::state::region_entry::{MetaState, RegionEntry};
use crate::state::selection::Selection;
use crate::state::unseen::{Unseen, unseen};
use crate::ui::markup::{COLOUR, Markup, copy_button, tag, text};

/// Marks the button that loads the regions again.
pub const RETRY: &str = "data-retry";
/// Marks the button that computes the place in high resolution.
pub const HIGH_RES: &str = "data-high-res";

/// The title of the region whose map was read, where it is not the selected one: a pending region
/// may lie within the map of a larger one.
pub fn source(
    atlas: Atlas,
    point: Option<SelectedPoint>,
    selection: &Option<Selection>,
) -> Option<String> {
    let point = point?;
    let selected = selection.as_ref()?.region()?;
    let maps = atlas.maps.read();
    let read = region_at(maps.as_deref().unwrap_or_default(), point.lon, point.lat)?;
    (read.line.name != selected.line.name).then(|| read.line.title.clone())
}

/// Which map the value at a place is read from, and how wide its cells are; `None` where it is read
/// from none.
pub fn map_read(atlas: Atlas, point: SelectedPoint) -> Option<String> {
    let has_map = |reading| !matches!(reading, Reading::OutsideRegions | Reading::NoMap);
    point.reading.filter(|reading| has_map(*reading))?;
    let maps = atlas.maps.read();
    let read = region_at(maps.as_deref().unwrap_or_default(), point.lon, point.lat)?;
    Some(words().nightly_cells.fill([&words().number(read.map()?.cell_size_m, 0)]))
}

/// The value at a place, out of a map that `map` describes.
pub fn readout(
    point: SelectedPoint,
    palette: Palette,
    (map, source): (Option<String>, Option<String>),
) -> Markup {
    let words = words();
    let colour = |class| tag("i").with(COLOUR, &css_colour(Some(map_colour(palette, class))));
    let fill = match point.reading {
        Some(Reading::Value { class, .. }) => colour(class),
        Some(Reading::UnburnedTile) => colour(Severity::Unburned),
        Some(Reading::Empty(reason) | Reading::EmptyTile(reason)) => {
            tag("i").with("class", unseen(reason).map_or("clear", Unseen::key))
        }
        _ => tag("i").with("class", "clear"),
    };
    let place = words.coordinates(point.lon, point.lat);
    let title = point
        .reading
        .map_or(words.reading_loading.to_owned(), |reading| words.reading_title(reading));
    let detail = point.reading.map(|reading| words.reading_detail(reading)).unwrap_or_default();
    let mut readout = tag("div")
        .with("class", "readout")
        .with("data-testid", "point-readout")
        .add(tag("span").with("class", "swatch").with("aria-hidden", "true").add(fill))
        .add(text("p", &title).with("class", "title"))
        .add(text("p", &detail).with("class", "detail"));
    if let Some(map) = map {
        readout = readout.add(text("p", &map).with("class", "detail"));
    }
    if let Some(source) = source {
        readout = readout.add(text("p", &words.read_from.fill([&source])).with("class", "detail"));
    }
    let copied = [point.lat, point.lon].map(|angle| decimal::write(angle, 5)).join(", ");
    readout
        .add(text("p", &place).with("class", "place").text(" ").add(copy_button(&copied, &place)))
}

/// What is known of a region.
pub fn describe_region(entry: &RegionEntry, atlas: Atlas) -> Vec<Markup> {
    let words = words();
    let now = preferences::now();
    let earlier = atlas.earlier_run(&entry.line.name);
    // Until it is loaded, the map before stays.
    let is_shown = |map: &&MapMeta| earlier.as_ref() == Some(&map.run_id);
    let note = entry.map().filter(is_shown).map(|map| earlier_note(words, map));
    if let Some(fire) = &entry.fire {
        let outlines =
            atlas.fires.get().and_then(|fires| fires.outlines).filter(|it| it.id == fire.id);
        let facts = fire_facts(words, fire, entry.map(), outlines.as_deref());
        let mut parts: Vec<_> = note.into_iter().chain(facts).collect();
        if fire.map.is_some() {
            parts.extend(describe_map(entry, now));
        }
        return parts;
    }
    let stale_after_days = untrack(|| atlas.stale_after_days());
    let coverage = RegionCoverage::of(entry, stale_after_days, now);
    let mut standing = tag("p")
        .with("class", "standing")
        .with("data-coverage", coverage.key())
        .add(text("span", &words.status(entry, coverage, now)).with("class", "status"));
    if let Some(key) = images_key(entry, stale_after_days, now) {
        standing = standing.with("data-images", key);
    }
    if let Some(group) = &entry.line.group {
        standing = standing.add(text("span", &words.group.fill([group])).with("class", "group"));
    }
    let mut parts: Vec<_> = note.into_iter().chain([standing]).collect();
    parts.extend(describe_map(entry, now));
    parts
}

/// That a map is not the newest, and the way to that.
fn earlier_note(words: Words, map: &MapMeta) -> Markup {
    let sentence = words.earlier_map.fill([&words.date(map.post_window.last)]);
    tag("div")
        .with("class", "trouble")
        .with("data-testid", "earlier-map")
        .add(text("p", &sentence))
        .add(button(RUN, words.newest_map))
}

/// What is known of a map, or why there is none.
fn describe_map(entry: &RegionEntry, now: DateTime<Utc>) -> Vec<Markup> {
    let words = words();
    match &entry.meta {
        MetaState::Ready(meta) => {
            let location = window().location();
            let (origin, page) =
                (location.origin().unwrap_or_default(), location.href().unwrap_or_default());
            let addresses = Addresses { origin: &origin, page: &page, meta: &entry.line.meta_url };
            region_facts(words, meta, addresses, now)
        }
        MetaState::Unpublished => {
            vec![text("p", words.pending_detail).with("data-testid", "trouble")]
        }
        MetaState::Listed | MetaState::Loading => {
            vec![text("p", words.region_loading).with("class", "quiet")]
        }
        MetaState::Broken => vec![
            tag("div")
                .with("class", "trouble")
                .add(text("p", words.region_broken))
                .add(button(RETRY, words.retry)),
        ],
    }
}

/// What stands outside all regions: what is nearest to the place, and the offer to compute it.
pub fn outside_regions(atlas: Atlas, place: (f64, f64)) -> Vec<Markup> {
    let offer = match atlas.highres_zoom().is_some() {
        true => button(HIGH_RES, words().high_res_here),
        false => text("p", words().high_res_missing).with("class", "quiet"),
    };
    let nearest = atlas.nearest(place).map(|(title, distance_m)| {
        let sentence = words().nearest.fill([&title, &words().length(distance_m)]);
        text("p", &sentence).with("data-testid", "nearest")
    });
    nearest.into_iter().chain([offer]).collect()
}

fn button(act: &'static str, title: &str) -> Markup {
    text("button", title).with("type", "button").with("class", "retry").with(act, "")
}
