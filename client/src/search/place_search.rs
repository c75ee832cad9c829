//! The search: regions, fires, coordinates, and the places of an offline list that is loaded on first use.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html::Ul;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::data::fetch;
use crate::i18n::words;
use crate::search::find::{AxisOrder, SearchOption, SearchOptions, find};
use crate::search::places::{PLACES_URL, Places};
use crate::search::scripts::{LATIN, script_of, url_of};
use crate::state::fires::Fires;
use crate::state::preferences;
use crate::state::region_entry::RegionEntry;
use crate::ui::effect::effect;
use crate::ui::event_target::clicked;
use crate::ui::markup::{Markup, fill, tag, text};

/// The list of places, as far as it is loaded.
#[derive(Clone, Default)]
enum PlaceList {
    #[default]
    NotRequested,
    Loading,
    Loaded(Arc<Places>),
    Missing,
}

impl PlaceList {
    fn places(&self) -> Option<&Places> {
        match self {
            Self::Loaded(places) => Some(places),
            _ => None,
        }
    }

    async fn load(url: &str) -> Self {
        let text = fetch::text(url).await.ok();
        let places = text.and_then(|text| Places::from_json(&text).ok());
        places.map_or(Self::Missing, |places| Self::Loaded(Arc::new(places)))
    }
}

/// A shorter search has too many further names.
const MIN_LETTERS_OF_FURTHER_NAMES: usize = 4;

/// The state of the search. A copy holds the same signals.
#[derive(Clone, Copy)]
struct SearchState {
    list: RwSignal<PlaceList>,
    /// Further names of one script, which is named.
    names: RwSignal<(&'static str, PlaceList)>,
    search: RwSignal<String>,
    is_open: RwSignal<bool>,
    /// Index of the option that Enter chooses.
    active: RwSignal<usize>,
    found: Memo<SearchOptions>,
    /// Whether the site names a geocoder, which Enter requests where nothing is found.
    has_geocoder: Signal<bool>,
}

impl SearchState {
    fn new(
        regions: Signal<Option<Vec<RegionEntry>>>,
        fires: RwSignal<Option<Fires>>,
        has_geocoder: Signal<bool>,
    ) -> Self {
        let list = RwSignal::new(PlaceList::default());
        let names = RwSignal::new(("", PlaceList::default()));
        let search = RwSignal::new(String::new());
        let found = Memo::new(move |_| {
            let (list, names) = (list.read(), names.read());
            let places: Vec<_> = [list.places(), names.1.places()].into_iter().flatten().collect();
            let (regions, fires) = (regions.read(), fires.read());
            let regions = regions.as_deref().unwrap_or_default();
            let fires = fires.as_ref().map(|fires| fires.list.fires.as_slice());
            find(&search.read(), regions, fires.unwrap_or_default(), &places)
        });
        Self {
            list,
            names,
            search,
            is_open: RwSignal::new(false),
            active: RwSignal::new(0),
            found,
            has_geocoder,
        }
    }

    /// Loads the list of places, unless it is loaded or loading.
    fn load(self) {
        let list = self.list;
        if matches!(list.get_untracked(), PlaceList::NotRequested | PlaceList::Missing) {
            list.set(PlaceList::Loading);
            spawn_local(async move {
                list.set(PlaceList::load(PLACES_URL).await);
                self.load_names();
            });
        }
    }

    /// Loads the further names that the search may mean, unless they are loaded or loading: those of its
    /// script, or Latin ones where no place has exactly its name.
    fn load_names(self) {
        let (search, list) = (self.search.read_untracked(), self.list.read_untracked());
        let is_long = search.trim().chars().count() >= MIN_LETTERS_OF_FURTHER_NAMES;
        let is_other = list.places().is_some_and(|places| !places.holds(&search));
        let Some(script) = script_of(&search).or((is_long && is_other).then_some(LATIN)) else {
            return;
        };
        let names = self.names;
        if names.read_untracked().0 == script {
            return;
        }
        names.set((script, PlaceList::Loading));
        spawn_local(async move {
            let loaded = PlaceList::load(&url_of(script)).await;
            // A search in another script may have begun.
            if names.try_with_untracked(|names| names.0 == script) == Some(true) {
                // What is missing is requested again by the next search.
                let script = if matches!(loaded, PlaceList::Missing) { "" } else { script };
                names.set((script, loaded));
            }
        });
    }

    fn is_shown(self) -> bool {
        self.is_open.get() && !self.search.read().trim().is_empty()
    }

    fn has_options(self) -> bool {
        self.is_shown() && self.found.with(|found| !found.is_empty())
    }

    /// The option at an index, which closes the search.
    fn choose(self, index: usize) -> Option<SearchOption> {
        let chosen = self.found.with_untracked(|found| found.options.get(index).cloned())?;
        self.search.set(name(&chosen));
        self.is_open.set(false);
        Some(chosen)
    }

    fn on_input(self, text: String) {
        self.load();
        self.search.set(text);
        self.load_names();
        self.active.set(0);
        self.is_open.set(true);
    }

    /// Handles a key; the index of the option that it chooses.
    fn on_key(self, event: &KeyboardEvent) -> Option<usize> {
        let count = self.found.with_untracked(|found| found.options.len());
        let (at, is_shown) = (self.active.get_untracked(), untrack(|| self.is_shown()));
        let mut chosen = None;
        match event.key().as_str() {
            "ArrowDown" if !is_shown => self.is_open.set(true),
            "ArrowDown" if count > 0 => self.active.set((at + 1) % count),
            "ArrowUp" if count > 0 => self.active.set((at + count - 1) % count),
            "Enter" if is_shown => chosen = Some(at),
            "Escape" if is_shown => self.is_open.set(false),
            "Escape" if !self.search.read_untracked().is_empty() => self.search.set(String::new()),
            _ => return None,
        }
        event.prevent_default();
        chosen
    }

    /// The line below the options.
    fn note(self) -> String {
        if !self.is_shown() {
            return String::new();
        }
        let words = words();
        let (hint, count) = self.found.with(|found| (found.hint(), found.options.len()));
        let (list, names) = (self.list.read(), self.names.read());
        let is_loading = [&*list, &names.1].iter().any(|list| matches!(list, PlaceList::Loading));
        match (hint, &*list, count) {
            (Some(hint), ..) => hint.to_owned(),
            _ if is_loading => words.loading_places.to_owned(),
            (_, PlaceList::Missing, _) => words.places_missing.to_owned(),
            (.., 0) if self.has_geocoder.get() => words.press_enter.to_owned(),
            (.., 0) => words.nothing_found.to_owned(),
            (.., count) => words.results_found.fill([&words.count(count)]),
        }
    }
}

/// The search field; `on_choose` receives the option chosen, `on_unfound` a text of which nothing was
/// found, at Enter.
#[component]
pub fn PlaceSearch(
    #[prop(into)] regions: Signal<Option<Vec<RegionEntry>>>,
    fires: RwSignal<Option<Fires>>,
    on_choose: impl Fn(SearchOption) + Copy + Send + Sync + 'static,
    on_unfound: Callback<String>,
    has_geocoder: Signal<bool>,
) -> impl IntoView {
    let state = SearchState::new(regions, fires, has_geocoder);
    let SearchState { search, is_open, active, .. } = state;
    let has_options = move || state.has_options();
    let on_key =
        move |event: KeyboardEvent| match state.on_key(&event).map(|index| state.choose(index)) {
            Some(Some(chosen)) => on_choose(chosen),
            Some(None) => {
                // What is found, or not, is a message that the open list would cover.
                is_open.set(false);
                on_unfound.run(search.get_untracked());
            }
            None => {}
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
                on:focus=move |_| state.load()
                on:input=move |event| state.on_input(event_target_value(&event))
                on:keydown=on_key
                on:blur=move |_| is_open.set(false)
            />
            <Options state on_choose />
        </div>
    }
}

/// What was found, and a line on how many.
#[component]
fn Options(
    state: SearchState,
    on_choose: impl Fn(SearchOption) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let list = NodeRef::<Ul>::new();
    effect(move || {
        if let Some(list) = list.get() {
            let active = state.active.get();
            let found = state.found.read();
            let shown = if state.is_shown() { found.options.as_slice() } else { &[] };
            let parts: Vec<_> = shown
                .iter()
                .enumerate()
                .map(|(index, found)| option(index, found, index == active))
                .collect();
            fill(&list, &parts);
        }
    });
    let on_click = move |event: MouseEvent| {
        let option = clicked(&event, "[data-place]");
        let index = option.and_then(|option| option.get_attribute("data-place")?.parse().ok());
        if let Some(chosen) = index.and_then(|index| state.choose(index)) {
            on_choose(chosen);
        }
    };
    view! {
        <div class="found" hidden=move || !state.is_shown()>
            <ul
                id="found"
                role="listbox"
                aria-label=words().search_results
                hidden=move || !state.has_options()
                node_ref=list
                // Before the field loses the focus and the list closes.
                on:mousedown=move |event| event.prevent_default()
                on:click=on_click
            ></ul>
            <p id="found-note" class="quiet" role="status" data-testid="search-note">
                {move || state.note()}
            </p>
            <p class="quiet sources-note">{words().geonames}</p>
        </div>
    }
}

fn option(index: usize, found: &SearchOption, is_active: bool) -> Markup {
    tag("li")
        .with("id", &format!("found-{index}"))
        .with("role", "option")
        .with("data-testid", "search-option")
        .with("data-place", &index.to_string())
        .with("aria-selected", if is_active { "true" } else { "false" })
        .add(text("span", &name(found)).with("class", "title"))
        .text(" ")
        .add(text("span", &detail(found)).with("class", "quiet"))
}

fn name(found: &SearchOption) -> String {
    match found {
        SearchOption::Region { title, .. } | SearchOption::Fire { title, .. } => title.clone(),
        SearchOption::LonLat { at, .. } => words().coordinates(at.lon, at.lat),
        SearchOption::Place(place) => place.name.clone(),
    }
}

fn detail(found: &SearchOption) -> String {
    match found {
        SearchOption::Region { .. } => words().a_region.to_owned(),
        SearchOption::Fire { .. } => words().a_fire.to_owned(),
        SearchOption::LonLat { order: AxisOrder::Given, .. } => words().a_position.to_owned(),
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
