//! All facts of a region and its map, the most requested first.

use chrono::{DateTime, Utc};
use dragonfly_core::metadata::{
    Assessment, EarlierRun, MapMeta, RegionMeta, RunStatus, SceneDates, UsedScene,
};
use dragonfly_core::{LEGEND, MapLayer, MapWarning};

use crate::i18n::Words;
use crate::state::empty_fractions::by_reason;
use crate::state::region_entry::{counted_hectares, summary_of};
use crate::ui::markup::{Markup, copy_button, tag, text};

/// Marks a button that shows the earlier map of a run; the newest one where it is empty.
pub const RUN: &str = "data-run";

/// The cells of high resolution, metres.
const HIGHRES_CELL_M: f64 = 20.0;

/// Where the page and the metadata of a region are.
#[derive(Clone, Copy, Debug)]
pub struct Addresses<'a> {
    /// Scheme and host of the page.
    pub origin: &'a str,
    /// The page, as the browser's address has it.
    pub page: &'a str,
    /// The metadata.
    pub meta: &'a str,
}

/// The facts in the metadata of a region at a moment.
pub fn region_facts(
    words: Words,
    meta: &RegionMeta,
    addresses: Addresses<'_>,
    now: DateTime<Utc>,
) -> Vec<Markup> {
    let mut parts = Vec::new();
    parts.extend(trouble(words, meta));
    let Some(map) = &meta.map else {
        return parts;
    };
    parts.extend(warnings(words, &map.warnings));
    parts.push(first_facts(words, map, now));
    parts.extend(low_resolution(words, map));
    if let Some(note) = words.open_map_note(map) {
        let testid = match map.assessment {
            Assessment::Rolling => "rolling-note",
            _ => "burning-note",
        };
        parts.push(text("p", &note).with("class", "note").with("data-testid", testid));
    }
    if let Some(note) = words.change_note(map) {
        parts.push(text("p", &note).with("class", "note").with("data-testid", "change-note"));
    }
    parts.push(images(words, map).with("open", ""));
    parts.extend(earlier_maps(words, meta));
    parts.extend([
        areas(words, map),
        scenes(words, map),
        emptiness(words, map),
        quality(words, map, now),
    ]);
    parts.push(links(words, map, addresses));
    let citation = words.cite_map(meta, map, addresses.page, now);
    let copy = copy_button(&citation, words.cite);
    parts.push(
        fold("citation", words.cite).add(text("p", &citation).with("class", "message")).add(copy),
    );
    parts
}

/// That finer cells can be computed, where they are finer.
fn low_resolution(words: Words, map: &MapMeta) -> Option<Markup> {
    let cell = words.number(map.cell_size_m, 0);
    let is_coarse = map.cell_size_m.round() > HIGHRES_CELL_M;
    is_coarse.then(|| text("p", &words.low_res.fill([&cell])).with("class", "quiet"))
}

fn first_facts(words: Words, map: &MapMeta, now: DateTime<Utc>) -> Markup {
    let last = map.post_window.last;
    let images = format!("{} ({})", words.date(last), words.images_age(last, now));
    let cell = format!("{} m", words.number(map.cell_size_m, 0));
    let burnt = format!("{}, {}", words.burnt_area(&summary_of(map)), words.hectares_cells(map));
    let provisional_ha = map.provisional_hectares.burnt();
    let provisional = (provisional_ha > 0.0).then(|| {
        let value = words.provisional.fill([&words.area(provisional_ha)]);
        fact("provisional", words.provisional_title, &value)
    });
    let first = facts()
        .add(fact("latest-image", words.latest_image, &images))
        .add(fact("burnt-total", words.burnt_total(map), &burnt))
        .add(fact("cell-size", words.cell_size, &cell));
    provisional.into_iter().fold(first, Markup::add)
}

/// Why there is no newer map, or none at all.
fn trouble(words: Words, meta: &RegionMeta) -> Option<Markup> {
    let mut sentences = vec![match meta.last_status {
        RunStatus::Success => return None,
        RunStatus::Pending => words.pending_detail.to_owned(),
        RunStatus::Waiting if meta.map.is_none() => words.waiting_detail.to_owned(),
        RunStatus::Waiting => words.last_run_waits.to_owned(),
        RunStatus::Failed => words.last_run_failed.fill([words.failure(meta.failure)]),
    }];
    let is_failed = meta.last_status == RunStatus::Failed;
    if meta.consecutive_failures > 1 {
        sentences
            .push(words.failures_in_a_row.fill([&words.count(meta.consecutive_failures as usize)]));
    }
    if is_failed && meta.map.is_some() {
        sentences.push(words.old_map_stays.to_owned());
    }
    if let Some(at) = meta.last_run_at {
        sentences.push(format!("{}: {}.", words.last_attempt, words.date(at.date_naive())));
    }
    let notice = tag("div")
        .with("class", "trouble")
        .with("data-testid", "trouble")
        .add(text("p", &sentences.join(" ")));
    Some(match &meta.last_error {
        Some(message) if is_failed => {
            let message = english("p", message).with("class", "message");
            notice.add(fold("technical-message", words.technical_message).add(message))
        }
        _ => notice,
    })
}

/// What makes the map doubtful; `None` where nothing does.
fn warnings(words: Words, warnings: &[MapWarning]) -> Option<Markup> {
    let sentence = |warning: &MapWarning| match words.warning(warning.why) {
        Some(sentence) => text("li", &sentence),
        None => english("li", &warning.text),
    };
    let sentences = list().all(warnings.iter().map(sentence).collect());
    (!warnings.is_empty()).then(|| {
        tag("div").with("class", "trouble").with("data-testid", "map-warnings").add(sentences)
    })
}

fn areas(words: Words, map: &MapMeta) -> Markup {
    let row = |(title, entry): (&'static str, &dragonfly_core::LegendEntry)| {
        (
            title,
            words.area(entry.classes.iter().map(|class| counted_hectares(map).of(*class)).sum()),
        )
    };
    let rows = words.legend_titles.into_iter().zip(&LEGEND).rev().map(row).collect();
    let title = format!("{}, {}", words.areas, words.hectares_cells(map));
    fold("class-areas", &title).add(table(rows))
}

/// The earlier maps whose files are kept, by the days of their images; `None` without any. Those of
/// an earlier map are those of its time, of which some may be gone.
fn earlier_maps(words: Words, meta: &RegionMeta) -> Option<Markup> {
    let item = |run: &EarlierRun| {
        let days = words.dates(run.post_window?);
        let button = text("button", &days).with("type", "button").with("class", "copy");
        Some(tag("li").add(button.with("data-testid", "earlier-run").with(RUN, &run.run_id)))
    };
    let items: Vec<_> = meta.earlier_runs.iter().filter_map(item).collect();
    (!items.is_empty()).then(|| fold("earlier-runs", words.earlier_maps).add(list().all(items)))
}

fn images(words: Words, map: &MapMeta) -> Markup {
    let side = |title, used, first, last| {
        let searched = words.searched.fill([&words.dates(SceneDates { first, last })]);
        fact("side", title, &words.dates(used)).add(text("dd", &searched).with("class", "quiet"))
    };
    fold("images", words.images).add(
        facts()
            .add(side(words.before, map.pre_window, map.pre_start, map.pre_end))
            .add(side(words.after, map.post_window, map.post_start, map.post_end))
            .add(fact("window-reason", words.why_windows, &words.window_reason(map))),
    )
}

fn scenes(words: Words, map: &MapMeta) -> Markup {
    let used = list().all(map.scenes.iter().map(|used| scene(words, used)).collect());
    let section = fold("scenes", &words.scenes.fill([&words.count(map.scenes.len())])).add(used);
    if map.scenes_skipped.is_empty() {
        return section;
    }
    let skipped =
        map.scenes_skipped.iter().map(|skipped| match words.skip_reason(skipped.why.as_ref()) {
            Some(reason) => text("li", &format!("{}: {reason}", skipped.id)),
            None => english("li", &format!("{}: {}", skipped.id, skipped.reason)),
        });
    let title = words.scenes_unused.fill([&words.count(map.scenes_skipped.len())]);
    section.add(text("p", &title).with("class", "subtitle")).add(list().all(skipped.collect()))
}

fn scene(words: Words, scene: &UsedScene) -> Markup {
    let cloud = scene
        .cloud_cover
        .map_or(words.cloud_unknown.to_owned(), |percent| words.fraction(percent / 100.0));
    let described = format!(
        "{} · {} · {} {cloud} · {} {} (",
        words.side_of_fire(scene.side),
        words.date(scene.datetime.date_naive()),
        words.cloud,
        words.offset,
        words.number(f64::from(scene.offset), 0),
    );
    let decision = text("span", &described)
        .with("class", "quiet")
        .add(match words.offset_reason(scene.offset_kind) {
            Some(reason) => text("span", reason),
            None => english("span", &scene.offset_reason),
        })
        .text(")");
    tag("li")
        .with("data-testid", "scene")
        .add(text("span", &scene.id).with("class", "id"))
        .add(decision)
}

fn emptiness(words: Words, map: &MapMeta) -> Markup {
    let fractions = by_reason(map.empty_share);
    let total: f64 = fractions.iter().map(|(_, fraction)| fraction).sum();
    let total_note = if total > 0.0 {
        words.of_the_region.fill([&words.fraction(total)])
    } else {
        words.nothing_empty.to_owned()
    };
    let rows = fractions.into_iter().filter(|(_, fraction)| *fraction > 0.0);
    let rows =
        rows.map(|(reason, fraction)| (words.reason(reason), words.fraction(fraction))).collect();
    fold("empty-share", &format!("{}: {total_note}", words.empty_part)).add(table(rows))
}

fn quality(words: Words, map: &MapMeta, now: DateTime<Utc>) -> Markup {
    let made = format!(
        "{}, {}",
        words.date(map.generated_at.date_naive()),
        words.age(map.generated_at, now)
    );
    let mut facts_list = facts().add(fact("last-update", words.last_update, &made)).add(fact(
        "implausible",
        words.implausible,
        &words.fraction(map.implausible_share),
    ));
    if let Some(background) = map.background_dnbr {
        let (median, spread) =
            (words.number(background.median, 3), words.number(background.mad, 3));
        facts_list = facts_list.add(fact(
            "background",
            words.background,
            &words.background_value.fill([&median, &spread]),
        ));
    }
    let views = words.number(map.clear_observations_mean, 1);
    let masks = tag("div").add(text("dt", words.masks)).add(english("dd", &map.masks));
    fold("quality", words.quality)
        .add(facts_list.add(fact("clear-views", words.clear_views, &views)).add(masks))
}

fn links(words: Words, map: &MapMeta, addresses: Addresses<'_>) -> Markup {
    let whole = |url: &str| {
        if url.starts_with('/') { format!("{}{url}", addresses.origin) } else { url.to_owned() }
    };
    let link = |testid, title, url: &str| {
        let url = whole(url);
        let shown = match is_web(&url) {
            true => {
                text("a", title).with("href", &url).with("target", "_blank").with("rel", "noopener")
            }
            false => text("span", title),
        };
        tag("li").with("data-testid", testid).add(shown).add(copy_button(&url, title))
    };
    let tiles = whole(&map.tile_url_template);
    let template = tag("span").text(words.tiles_link).add(text("code", &tiles));
    let tiles = tag("li")
        .with("data-testid", "tiles-link")
        .add(template)
        .add(copy_button(&tiles, words.tiles_link));
    let list = tag("ul")
        .with("class", "links")
        .add(link("metadata-link", words.metadata_link, addresses.meta))
        .add(link("raster-link", words.raster_link, &map.raster_url))
        .add(tiles);
    let layers = map.layers.iter().flat_map(|layers| {
        let titled = MapLayer::ALL.into_iter().zip(words.layer_links);
        titled.map(|(layer, title)| link("layer-link", title, layers.url(layer)))
    });
    let list = list.all(layers.collect());
    fold("links", words.links).add(list)
}

/// A link in the metadata leads to a web page or nowhere: one that runs a script is only shown.
fn is_web(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

fn fold(testid: &'static str, title: &str) -> Markup {
    tag("details").with("data-testid", testid).add(text("summary", title))
}

/// A list of facts.
pub fn facts() -> Markup {
    tag("dl").with("class", "facts")
}

/// A fact with its title.
pub fn fact(testid: &'static str, title: &str, value: &str) -> Markup {
    tag("div").with("data-testid", testid).add(text("dt", title)).add(text("dd", value))
}

fn list() -> Markup {
    tag("ul").with("class", "plain")
}

fn table(rows: Vec<(&'static str, String)>) -> Markup {
    let row = |(title, value): (&'static str, String)| {
        tag("tr").add(text("th", title).with("scope", "row")).add(text("td", &value))
    };
    tag("table").add(tag("tbody").all(rows.into_iter().map(row).collect()))
}

/// Prose of the metadata, which is English in every language of the page.
fn english(name: &'static str, written: &str) -> Markup {
    text(name, written).with("lang", "en")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{ENGLISH, GERMAN};
    use crate::state::region_entry::tests::entry_with_map;
    use dragonfly_core::{
        FireSide, MapLayers, OffsetReason, RunFailure, SkipReason, SkippedScene, WarningReason,
    };

    const ADDRESSES: Addresses<'static> = Addresses {
        origin: "https://maps.example",
        page: "https://maps.example/#region=madre",
        meta: "/meta/madre.json",
    };

    fn meta() -> RegionMeta {
        let entry = entry_with_map("madre", [-120.07, 35.01, -119.67, 35.24], "1s");
        entry.described().unwrap().clone()
    }

    fn written(words: Words, meta: &RegionMeta) -> String {
        let facts = region_facts(words, meta, ADDRESSES, "2025-08-24T12:00:00Z".parse().unwrap());
        facts.iter().map(Markup::written).collect()
    }

    #[test]
    fn the_age_of_the_images_comes_first_and_the_day_of_the_run_last() {
        let shown = written(ENGLISH, &meta());
        let places: Vec<_> = [
            "24 Jul 2025 (31 days old)",
            "1,234 ha",
            "250 m",
            "For 20 m",
            "21 Aug 2025, 3 days ago",
        ]
        .into_iter()
        .map(|words| shown.find(words).unwrap_or_else(|| panic!("{words} in {shown}")))
        .collect();
        assert!(places.is_sorted(), "{places:?}");
        assert_eq!(shown.matches("counted from cells of 250 m").count(), 2, "{shown}");
        let german = written(GERMAN, &meta());
        assert!(
            german.contains("24. Juli 2025")
                && german.contains("1.234 ha")
                && german.contains("vor 3 Tagen")
        );
    }

    #[test]
    fn links_are_whole_and_lead_to_the_web_alone() {
        let shown = written(ENGLISH, &meta());
        assert!(shown.contains(r#"href="https://maps.example/meta/madre.json""#));
        let mut hostile = meta();
        if let Some(map) = &mut hostile.map {
            map.raster_url = "javascript:alert(1)".to_owned();
        }
        assert!(!written(ENGLISH, &hostile).contains("href=\"javascript"));
        for url in ["javascript:alert(1)", "data:text/html,x", "", "meta/r.json", " https://x"] {
            assert!(!is_web(url), "{url}");
        }
    }

    #[test]
    fn a_failure_is_stated_in_words_with_the_message_behind_it() {
        let mut failed = meta();
        failed.last_status = RunStatus::Failed;
        failed.consecutive_failures = 3;
        failed.failure = Some(RunFailure::NoScene { side: FireSide::Post });
        failed.last_error = Some("no scene on the post side: <img src=x>".to_owned());
        let shown = written(ENGLISH, &failed);
        assert!(shown.contains("there is no clear enough image from after the fire."), "{shown}");
        assert!(shown.contains("3 updates in a row") && shown.contains("the last that succeeded"));
        assert!(shown.contains("&lt;img src=x>") && !shown.contains("<img"));
        failed.map = None;
        assert!(!written(ENGLISH, &failed).contains("the last that succeeded"));
    }

    #[test]
    fn only_a_rolling_map_states_what_changed_between_two_dates() {
        let mut rolling = meta();
        assert!(!written(ENGLISH, &rolling).contains("rolling-note"));
        if let Some(map) = &mut rolling.map {
            map.assessment = Assessment::Rolling;
        }
        let shown = written(ENGLISH, &rolling);
        assert!(shown.contains("what changed between 14–29 Jun 2025 and 24 Jul 2025"), "{shown}");
    }

    #[test]
    fn what_a_single_image_shows_burnt_is_stated_apart() {
        let mut rolling = meta();
        assert!(!written(ENGLISH, &rolling).contains("provisional"));
        if let Some(map) = &mut rolling.map {
            map.provisional_hectares.high = 56.0;
        }
        let shown = written(ENGLISH, &rolling);
        assert!(shown.contains("56 ha burnt in a single image so far"), "{shown}");
        assert!(shown.contains("1,234 ha"), "{shown}");
    }

    #[test]
    fn reasons_are_in_the_readers_language_unless_they_are_unknown() {
        let mut map = meta().map.unwrap();
        let scene = |id: &str, offset_kind| UsedScene {
            id: id.to_owned(),
            side: FireSide::Post,
            datetime: "2025-07-24T18:39:19Z".parse().unwrap(),
            cloud_cover: None,
            processing_baseline: None,
            offset: -1000.0,
            offset_reason: "for a new reason".to_owned(),
            offset_kind,
            is_unmasked: false,
            mask_contradiction: None,
            sun_elevation: None,
            has_drifting_orbit: false,
        };
        map.scenes = vec![scene("a", Some(OffsetReason::AsDelivered)), scene("b", None)];
        let skipped =
            |id: &str, why| SkippedScene { id: id.to_owned(), reason: "by the moon".into(), why };
        map.scenes_skipped = vec![
            skipped("c", Some(SkipReason::Duplicate { of: "a".to_owned() })),
            skipped("d", Some(SkipReason::Other)),
        ];
        let shown = scenes(GERMAN, &map).written();
        assert!(shown.contains("Dateien wie ausgeliefert</span>"), "{shown}");
        assert!(shown.contains(r#"<span lang="en">for a new reason"#), "{shown}");
        assert!(shown.contains("<li>c: Duplikat von a</li>"), "{shown}");
        assert!(shown.contains(r#"<li lang="en">d: by the moon</li>"#), "{shown}");
    }

    #[test]
    fn a_doubtful_map_shows_why_in_the_readers_language() {
        let mut doubtful = meta();
        assert!(!written(ENGLISH, &doubtful).contains("map-warnings"));
        if let Some(map) = &mut doubtful.map {
            map.warnings = vec![
                MapWarning::incomplete_search(20, 10),
                MapWarning { text: "a meteor".to_owned(), why: WarningReason::Other },
            ];
        }
        let shown = written(GERMAN, &doubtful);
        assert!(shown.contains("nennt 20 passende und hat 10 gesendet"), "{shown}");
        assert!(shown.contains(r#"<li lang="en">a meteor</li>"#), "{shown}");
    }

    #[test]
    fn the_layers_of_a_map_can_be_downloaded() {
        let mut mapped = meta();
        assert!(!written(ENGLISH, &mapped).contains("layer-link"), "an older map has none");
        if let Some(map) = &mut mapped.map {
            map.layers = Some(MapLayers::new(|layer| format!("/raster/{}.tif", layer.name())));
        }
        let shown = written(GERMAN, &mapped);
        assert_eq!(shown.matches("layer-link").count(), MapLayer::ALL.len());
        assert!(shown.contains("https://maps.example/raster/post_date.tif"), "{shown}");
        assert!(shown.contains("Aufnahmetag nachher"), "{shown}");
    }

    #[test]
    fn empty_fractions_are_listed_by_reason() {
        let mut clouded = meta();
        assert!(written(ENGLISH, &clouded).contains("every cell has a value"));
        if let Some(map) = &mut clouded.map {
            map.empty_share.cloud = 0.25;
        }
        let shown = written(ENGLISH, &clouded);
        assert!(
            shown.contains("25 % of the region") && shown.contains("cloud, shadow or snow"),
            "{shown}"
        );
    }

    #[test]
    fn earlier_maps_are_listed_by_the_days_of_their_images() {
        let mut meta = meta();
        assert!(!written(ENGLISH, &meta).contains("earlier-run"));
        let days = meta.map.as_ref().map(|map| map.post_window);
        let run = |run_id: &str, post_window| EarlierRun {
            run_id: run_id.to_owned(),
            replaced_at: "2025-08-21T03:09:00Z".parse().unwrap(),
            post_window,
        };
        // The days of a run of an older version are not known.
        meta.earlier_runs =
            vec![run("20250814T030000Z0001", days), run("20250807T030000Z0001", None)];
        let written = written(ENGLISH, &meta);
        assert_eq!(written.matches("data-testid=\"earlier-run\"").count(), 1);
        assert!(written.contains("data-run=\"20250814T030000Z0001\""), "{written}");
        assert!(written.contains(&ENGLISH.dates(days.unwrap())), "{written}");
    }
}
