//! The list of regions.

use std::time::Duration;

use leptos::prelude::*;
use web_sys::Element;

use crate::i18n::{Words, words};
use crate::panel::item_list::{ItemList, ListMatches, ListNames, MAX_SHOWN, item_list};
use crate::search::region_search::matching;
use crate::state::coverage::{RegionCoverage, images_key};
use crate::state::preferences;
use crate::state::region_entry::RegionEntry;
use crate::ui::markup::{Markup, tag, text};

/// After this long a note states that loading takes longer than usual.
const SLOW_AFTER: Duration = Duration::from_secs(8);

/// The list of regions. `on_choose` receives the name of the region chosen, `on_about` of the one
/// whose panel is opened. `missing` is true when the list of regions, or a line of it, cannot be read.
#[component]
pub fn RegionList(
    #[prop(into)] regions: Signal<Option<Vec<RegionEntry>>>,
    #[prop(into)] missing: Signal<bool>,
    #[prop(into)] stale_after_days: Signal<u32>,
    chosen: RwSignal<Option<String>>,
    on_choose: impl Fn(&str) + Copy + Send + 'static,
    on_about: impl Fn(&str) + Copy + Send + 'static,
    on_retry: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let is_slow = slow_timer();
    let shown = Memo::new(move |_| {
        regions.with(|entries| {
            find(entries.as_deref().unwrap_or_default(), &search.read(), stale_after_days.get())
        })
    });
    let is_loaded = move || regions.with(Option::is_some);
    let note = move || match shown.with(|shown| (shown.found, shown.all)) {
        _ if !is_loaded() && missing.get() => words().regions_missing.to_owned(),
        _ if !is_loaded() && is_slow.get() => words().slow_regions.to_owned(),
        _ if !is_loaded() => words().loading_regions.to_owned(),
        counts => count_note(counts, missing.get()),
    };
    let on_click = move |button: &Element| {
        if let Some(name) = button.get_attribute("data-region") {
            on_choose(&name);
        } else if let Some(name) = button.get_attribute("data-about") {
            on_about(&name);
        }
    };
    let list = item_list(ItemList {
        names: ListNames {
            class: "regions",
            test_ids: ["region-list", "region-search", "region-note"],
            ids: ["regions", "regions-title"],
            words: [words().regions, words().find_region],
        },
        shown,
        chosen,
        search,
        choices: Vec::new(),
        on_input: Box::new(|_| {}),
        on_click: Box::new(on_click),
        note: Box::new(note),
        hidden: Box::new(|| false),
    });
    view! {
        {list}
        <button
            type="button"
            class="retry"
            hidden=move || is_loaded() || !(missing.get() || is_slow.get())
            on:click=move |_| on_retry()
        >
            {words().retry}
        </button>
    }
}

/// True after [`SLOW_AFTER`].
fn slow_timer() -> RwSignal<bool> {
    let is_slow = RwSignal::new(false);
    let pending = set_timeout_with_handle(move || is_slow.set(true), SLOW_AFTER);
    on_cleanup(move || {
        if let Ok(pending) = pending {
            pending.clear();
        }
    });
    is_slow
}

/// How many regions were found, of how many; empty where all are shown. A list of broken lines alone
/// is not empty.
fn count_note((found, all): (usize, usize), has_broken: bool) -> String {
    let words = words();
    match found {
        _ if all == 0 && has_broken => words.regions_missing.to_owned(),
        _ if all == 0 => words.no_regions.to_owned(),
        0 => words.no_region_matches.to_owned(),
        _ if found > MAX_SHOWN => words.more_regions.fill([&words.count(found - MAX_SHOWN)]),
        _ if found < all => words.regions_found.fill([&words.count(found), &words.count(all)]),
        _ => String::new(),
    }
}

fn find(entries: &[RegionEntry], search: &str, stale_after_days: u32) -> ListMatches {
    let now = preferences::now();
    let found = matching(entries, search);
    let items = found.iter().take(MAX_SHOWN).map(|entry| {
        let coverage = RegionCoverage::of(entry, stale_after_days, now);
        let item = item(words(), entry, coverage, &words().status(entry, coverage, now));
        match images_key(entry, stale_after_days, now) {
            Some(key) => item.with("data-images", key),
            None => item,
        }
    });
    ListMatches { items: items.collect(), found: found.len(), all: entries.len() }
}

fn item(words: Words, entry: &RegionEntry, coverage: RegionCoverage, status: &str) -> Markup {
    let line = &entry.line;
    let mut region = tag("button")
        .with("type", "button")
        .with("class", "region")
        .with("data-testid", "region-item")
        .with("data-region", &line.name)
        .with("data-state", coverage.key())
        .add(text("span", &line.title).with("class", "title"));
    if let Some(map) = entry.summary() {
        let area = tag("span").with("class", "burnt").add(text("strong", &words.burnt_area(&map)));
        let dates = text("span", &words.pre_and_post(&map)).with("aria-hidden", "true");
        let sentence = text("span", &words.pre_and_post_sentence(&map)).with("class", "spoken");
        region = region
            .text(" ")
            .add(area.text(" ").text(words.burnt_label(&map)))
            .text(" ")
            .add(tag("span").with("class", "dates").add(dates).add(sentence));
    }
    region = region.text(" ").add(text("span", status).with("class", "status"));
    if let Some(group) = &line.group {
        region =
            region.text(" ").add(text("span", &words.group.fill([group])).with("class", "group"));
    }
    let about = words.about_region.fill([&line.title]);
    let about = text("button", "i")
        .with("type", "button")
        .with("class", "about")
        .with("data-testid", "region-info")
        .with("data-about", &line.name)
        .with("title", &about)
        .with("aria-label", &about);
    tag("li").with("data-coverage", coverage.key()).add(region).add(about)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{ENGLISH, GERMAN};
    use crate::state::region_entry::tests::{entry, entry_with_map};

    const BBOX: [f64; 4] = [-120.07, 35.01, -119.67, 35.24];

    #[test]
    fn an_item_has_title_area_dates_and_status() {
        let written =
            item(GERMAN, &entry_with_map("Madre", BBOX, "1s"), RegionCoverage::Due, "überfällig")
                .written();
        for expected in [
            "Madre",
            "1.234 ha",
            "verbrannt",
            "24. Juli 2025",
            "überfällig",
            "Über Madre",
            "\"due\"",
        ] {
            assert!(written.contains(expected), "{expected} in {written}");
        }
    }

    #[test]
    fn a_hostile_name_stays_text() {
        let mut hostile = entry("r", BBOX);
        hostile.line.title = "<img src=x onerror=alert(1)>".to_owned();
        hostile.line.group = Some("</li><script>".to_owned());
        let written = item(ENGLISH, &hostile, RegionCoverage::Pending, "").written();
        assert!(!written.contains("<img") && !written.contains("<script"), "{written}");
    }
}
