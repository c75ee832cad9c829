//! The list of regions.

use std::time::Duration;

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html::Ul;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::i18n::{Words, words};
use crate::search::region_search::matching;
use crate::state::coverage::{Coverage, images_key};
use crate::state::preferences;
use crate::state::region_entry::RegionEntry;
use crate::ui::effect::effect;
use crate::ui::event_target::clicked;
use crate::ui::markup::{Markup, fill, tag, text};

/// More regions or fires than this are not shown at once: nobody reads them, and each costs time.
pub const MAX_SHOWN: usize = 60;
/// After this long a note states that loading takes longer than usual.
const SLOW_AFTER: Duration = Duration::from_secs(8);

/// The regions or fires that a search finds.
#[derive(Clone, PartialEq)]
pub struct FoundItems {
    /// The items to show, at most [`MAX_SHOWN`].
    pub items: Vec<Markup>,
    /// How many the search finds.
    pub found: usize,
    /// How many there are.
    pub all: usize,
}

/// The list of regions. `on_choose` receives the name of the region chosen, `on_about` of the one
/// whose panel is opened. `missing` is true when the regions cannot be loaded.
#[component]
pub fn RegionList(
    #[prop(into)] regions: Signal<Option<Vec<RegionEntry>>>,
    #[prop(into)] missing: Signal<bool>,
    #[prop(into)] stale_after_days: Signal<u32>,
    #[prop(into)] chosen: Signal<Option<String>>,
    on_choose: impl Fn(&str) + Copy + Send + 'static,
    on_about: impl Fn(&str) + Copy + Send + 'static,
    on_retry: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let list = NodeRef::<Ul>::new();
    let search = RwSignal::new(String::new());
    let is_slow = slow_timer();
    let shown = Memo::new(move |_| {
        regions.with(|entries| {
            find(entries.as_deref().unwrap_or_default(), &search.read(), stale_after_days.get())
        })
    });
    update_list(list, shown, chosen);
    let is_loaded = move || regions.with(Option::is_some);
    let note = move || match shown.with(|shown| (shown.found, shown.all)) {
        _ if !is_loaded() && missing.get() => words().regions_missing.to_owned(),
        _ if !is_loaded() && is_slow.get() => words().slow_regions.to_owned(),
        _ if !is_loaded() => words().loading_regions.to_owned(),
        counts => count_note(counts),
    };
    let on_click = move |event: MouseEvent| {
        let Some(button) = clicked(&event, "button") else {
            return;
        };
        if let Some(name) = button.get_attribute("data-region") {
            on_choose(&name);
        } else if let Some(name) = button.get_attribute("data-about") {
            on_about(&name);
        }
    };
    view! {
        <section class="regions" data-testid="region-list" aria-labelledby="regions-title" on:keydown=on_key>
            <h2 id="regions-title">{words().regions}</h2>
            <input
                type="search"
                class="find"
                data-testid="region-search"
                autocomplete="off"
                placeholder=words().find_region
                aria-label=words().find_region
                aria-controls="regions"
                hidden=move || shown.with(|shown| shown.all < 2)
                on:input=move |event| search.set(event_target_value(&event))
            />
            <ul id="regions" node_ref=list on:click=on_click></ul>
            <p class="quiet" role="status" data-testid="region-note">{note}</p>
            <button
                type="button"
                class="retry"
                hidden=move || is_loaded() || !(missing.get() || is_slow.get())
                on:click=move |_| on_retry()
            >
                {words().retry}
            </button>
        </section>
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

/// Keeps the items and the mark of the chosen one up to date.
pub fn update_list(list: NodeRef<Ul>, shown: Memo<FoundItems>, chosen: Signal<Option<String>>) {
    effect(move || {
        if let Some(list) = list.get() {
            show(&list, &shown.read().items);
        }
    });
    effect(move || {
        shown.track();
        let chosen = chosen.get();
        for item in list.get().iter().flat_map(|list| elements(list, ".region")) {
            let is_chosen = chosen.is_some() && item.get_attribute("data-region") == chosen;
            // An attribute with a plain name can always be set.
            let _ = if is_chosen {
                item.set_attribute("aria-current", "true")
            } else {
                item.remove_attribute("aria-current")
            };
        }
    });
}

/// How many regions were found, of how many; empty where all are shown.
fn count_note((found, all): (usize, usize)) -> String {
    let words = words();
    match found {
        _ if all == 0 => words.no_regions.to_owned(),
        0 => words.no_region_matches.to_owned(),
        _ if found > MAX_SHOWN => words.more_regions.fill([&words.count(found - MAX_SHOWN)]),
        _ if found < all => words.regions_found.fill([&words.count(found), &words.count(all)]),
        _ => String::new(),
    }
}

fn find(entries: &[RegionEntry], search: &str, stale_after_days: u32) -> FoundItems {
    let now = preferences::now();
    let found = matching(entries, search);
    let items = found.iter().take(MAX_SHOWN).map(|entry| {
        let coverage = Coverage::of(entry, stale_after_days, now);
        let item = item(words(), entry, coverage, &words().status(entry, coverage, now));
        match images_key(entry, stale_after_days, now) {
            Some(key) => item.with("data-images", key),
            None => item,
        }
    });
    FoundItems { items: items.collect(), found: found.len(), all: entries.len() }
}

fn item(words: Words, entry: &RegionEntry, coverage: Coverage, status: &str) -> Markup {
    let line = &entry.line;
    let mut region = tag("button")
        .with("type", "button")
        .with("class", "region")
        .with("data-testid", "region-item")
        .with("data-region", &line.name)
        .with("data-state", coverage.key())
        .add(text("span", &line.title).with("class", "title"));
    if let Some(map) = entry.map() {
        let area = tag("span").with("class", "burnt").add(text("strong", &words.burnt_area(map)));
        let dates = text("span", &words.pre_and_post(map)).with("aria-hidden", "true");
        let sentence = text("span", &words.pre_and_post_sentence(map)).with("class", "spoken");
        region = region
            .text(" ")
            .add(area.text(" ").text(words.burnt_label(map)))
            .text(" ")
            .add(tag("span").with("class", "dates").add(dates).add(sentence));
    }
    region = region.text(" ").add(text("span", status).with("class", "status"));
    if let Some(group) = &line.group {
        region = region.text(" ").add(text("span", group).with("class", "group"));
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

/// Shows the items; the one that had the focus gets it back.
fn show(list: &HtmlElement, items: &[Markup]) {
    let focused = |list: &HtmlElement| {
        let focused = document().active_element().filter(|focused| list.contains(Some(focused)))?;
        Some((
            focused.get_attribute("data-testid")?,
            focused.parent_element()?.first_element_child()?.get_attribute("data-region")?,
        ))
    };
    let before = focused(list);
    fill(list, items);
    if let Some((testid, name)) = before {
        for item in elements(list, ".region")
            .filter(|item| item.get_attribute("data-region").as_deref() == Some(&name))
        {
            let stop = if testid == "region-info" {
                item.next_element_sibling()
            } else {
                Some(item.into())
            };
            if let Some(stop) = stop.and_then(|stop| stop.dyn_into::<HtmlElement>().ok()) {
                let _ = stop.focus();
            }
        }
    }
}

fn elements(within: &Element, selector: &str) -> impl Iterator<Item = HtmlElement> + use<> {
    let found = within.query_selector_all(selector).ok();
    found.into_iter().flat_map(|found| {
        (0..found.length()).filter_map(move |index| found.get(index)?.dyn_into().ok())
    })
}

/// Arrow keys go from region to region, Home and End to the ends; up from the first leads back to
/// the search.
pub fn on_key(event: KeyboardEvent) {
    let Some(section) =
        event.current_target().and_then(|section| section.dyn_into::<Element>().ok())
    else {
        return;
    };
    let stops: Vec<HtmlElement> = elements(&section, "input[type=search], .region").collect();
    let focused = document().active_element();
    let at = stops.iter().position(|stop| focused.as_deref() == Some(stop.as_ref()));
    let is_in_search = at == Some(0);
    let next = match (event.key().as_str(), at) {
        ("ArrowDown", Some(at)) => at + 1,
        ("ArrowUp", Some(at)) => at.saturating_sub(1),
        ("Home", Some(_)) if !is_in_search => 1,
        ("End", Some(_)) if !is_in_search => stops.len().saturating_sub(1),
        _ => return,
    };
    if let Some(stop) = stops.get(next) {
        event.prevent_default();
        // An element that cannot take the focus leaves it where it is.
        let _ = stop.focus();
    }
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
            item(GERMAN, &entry_with_map("Madre", BBOX, "1s"), Coverage::Due, "überfällig")
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
        let written = item(ENGLISH, &hostile, Coverage::Pending, "").written();
        assert!(!written.contains("<img") && !written.contains("<script"), "{written}");
    }
}
