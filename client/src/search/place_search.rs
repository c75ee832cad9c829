//! The search: regions, coordinates, and the places of an offline list that is loaded on first use.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html::Ul;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::data::fetch;
use crate::i18n::words;
use crate::search::find::{AxisOrder, SearchOption, find};
use crate::search::places::{PLACES_URL, Places};
use crate::state::preferences;
use crate::state::region_entry::RegionEntry;
use crate::ui::effect::effect;
use crate::ui::markup::{Markup, fill, tag, text};

/// How far the list of places has come.
#[derive(Clone, Default)]
enum PlaceList {
    #[default]
    NotAsked,
    Loading,
    Here(Arc<Places>),
    Missing,
}

/// A field that finds; `on_choose` hears what was chosen.
#[component]
pub fn PlaceSearch(
    #[prop(into)] regions: Signal<Option<Vec<RegionEntry>>>,
    on_choose: impl Fn(SearchOption) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let options = NodeRef::<Ul>::new();
    let list = RwSignal::new(PlaceList::default());
    let search = RwSignal::new(String::new());
    let is_open = RwSignal::new(false);
    let active = RwSignal::new(0usize);

    let load = move || {
        if matches!(list.get_untracked(), PlaceList::NotAsked | PlaceList::Missing) {
            list.set(PlaceList::Loading);
            spawn_local(async move {
                let text = fetch::text(PLACES_URL).await.ok();
                let places = text.and_then(|text| Places::from_json(&text).ok());
                list.set(
                    places.map_or(PlaceList::Missing, |places| PlaceList::Here(Arc::new(places))),
                );
            });
        }
    };
    let found = Memo::new(move |_| {
        let places = match list.get() {
            PlaceList::Here(places) => Some(places),
            _ => None,
        };
        regions.with(|regions| {
            find(&search.read(), regions.as_deref().unwrap_or_default(), places.as_deref())
        })
    });
    let is_shown = move || is_open.get() && !search.read().trim().is_empty();
    let has_options = move || is_shown() && found.with(|found| !found.is_empty());
    let choose = move |place: usize| {
        if let Some(chosen) = found.with_untracked(|found| found.options.get(place).cloned()) {
            search.set(name(&chosen));
            is_open.set(false);
            on_choose(chosen);
        }
    };
    let press = move |event: KeyboardEvent| {
        let count = found.with_untracked(|found| found.options.len());
        let (at, is_shown) = (active.get_untracked(), untrack(is_shown));
        match event.key().as_str() {
            "ArrowDown" if !is_shown => is_open.set(true),
            "ArrowDown" if count > 0 => active.set((at + 1) % count),
            "ArrowUp" if count > 0 => active.set((at + count - 1) % count),
            "Enter" if is_shown => choose(at),
            "Escape" if is_shown => is_open.set(false),
            "Escape" if !search.read_untracked().is_empty() => search.set(String::new()),
            _ => return,
        }
        event.prevent_default();
    };
    let type_in = move |event| {
        load();
        search.set(event_target_value(&event));
        active.set(0);
        is_open.set(true);
    };
    let note = move || {
        if !is_shown() {
            return String::new();
        }
        let hint = found.with(|found| found.hint());
        let (is_loading, is_missing) = list
            .with(|list| (matches!(list, PlaceList::Loading), matches!(list, PlaceList::Missing)));
        match found.with(|found| found.options.len()) {
            _ if hint.is_some() => hint.unwrap_or_default().to_owned(),
            _ if is_loading => words().loading_places.to_owned(),
            _ if is_missing => words().places_missing.to_owned(),
            0 => words().nothing_found.to_owned(),
            count => words().results_found.fill([&words().count(count)]),
        }
    };
    effect(move || {
        if let Some(options) = options.get() {
            let active = active.get();
            let shown =
                if is_shown() { found.with(|found| found.options.clone()) } else { Vec::new() };
            let parts: Vec<_> = shown
                .iter()
                .enumerate()
                .map(|(place, found)| option(place, found, place == active))
                .collect();
            fill(&options, &parts);
        }
    });
    let click = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let option = target.and_then(|target| target.closest("[data-place]").ok().flatten());
        if let Some(place) =
            option.and_then(|option| option.get_attribute("data-place")?.parse().ok())
        {
            choose(place);
        }
    };
    view! {
        <div class="search" role="search">
            <input
                type="text"
                class="find"
                data-testid="place-search"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="search"
                placeholder=words().search_placeholder
                aria-label=words().search
                aria-autocomplete="list"
                aria-controls="found"
                aria-describedby="found-note"
                aria-expanded=move || has_options().to_string()
                aria-activedescendant=move || has_options().then(|| format!("found-{}", active.get()))
                prop:value=move || search.get()
                on:focus=move |_| load()
                on:input=type_in
                on:keydown=press
                on:blur=move |_| is_open.set(false)
            />
            <div class="found" hidden=move || !is_shown()>
                <ul
                    id="found"
                    role="listbox"
                    aria-label=words().search_results
                    hidden=move || !has_options()
                    node_ref=options
                    // Before the field loses the focus and the list closes.
                    on:mousedown=move |event| event.prevent_default()
                    on:click=click
                ></ul>
                <p id="found-note" class="quiet" role="status" data-testid="search-note">{note}</p>
                <p class="quiet sources-note">{words().geonames}</p>
            </div>
        </div>
    }
}

fn option(place: usize, found: &SearchOption, is_active: bool) -> Markup {
    tag("li")
        .with("id", &format!("found-{place}"))
        .with("role", "option")
        .with("data-testid", "search-option")
        .with("data-place", &place.to_string())
        .with("aria-selected", if is_active { "true" } else { "false" })
        .add(text("span", &name(found)).with("class", "title"))
        .text(" ")
        .add(text("span", &detail(found)).with("class", "quiet"))
}

fn name(found: &SearchOption) -> String {
    match found {
        SearchOption::Region { title, .. } => title.clone(),
        SearchOption::LonLat { at, .. } => words().coordinates(at.lon, at.lat),
        SearchOption::Place(place) => place.name.clone(),
    }
}

fn detail(found: &SearchOption) -> String {
    match found {
        SearchOption::Region { .. } => words().a_region.to_owned(),
        SearchOption::LonLat { order: AxisOrder::Told, .. } => words().a_position.to_owned(),
        SearchOption::LonLat { order: AxisOrder::LatitudeFirst, .. } => {
            words().latitude_first.to_owned()
        }
        SearchOption::LonLat { order: AxisOrder::LongitudeFirst, .. } => {
            words().longitude_first.to_owned()
        }
        SearchOption::Place(place) => {
            let country = preferences::country(words(), &place.country);
            let land = if place.state.is_empty() {
                country
            } else {
                format!("{}, {country}", place.state)
            };
            format!(
                "{land} · {}",
                words().inhabitants.fill([&words().count(place.population as usize)])
            )
        }
    }
}
