//! The panel: search, regions, legend and controls. A card in a wide window, a sheet on a phone.

use leptos::html::Div;
use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::i18n::{NAME, words};
use crate::panel::fire_list::fire_list;
use crate::panel::legend_row::Areas;
use crate::panel::legend_view::LegendView;
use crate::panel::region_list::RegionList;
use crate::search::find::SearchOption;
use crate::search::place_search::PlaceSearch;
use crate::state::atlas::Atlas;
use crate::state::attribution::attribution_in_view;
use crate::state::map_state::{DisplayOptions, MapState};
use crate::state::problem::LoadError;
use crate::ui::basemap_select::BasemapSelect;
use crate::ui::brand::Brand;
use crate::ui::dnbr_filter::DnbrFilter;
use crate::ui::effect::effect;
use crate::ui::help::Help;
use crate::ui::language_select::LanguageSelect;
use crate::ui::opacity_slider::OpacitySlider;
use crate::ui::palette_select::PaletteSelect;

/// The panel; on a phone it is expanded while `open`. It moves the map by `map_state`, and opens
/// the panel of a region by `about`; `tools` is the element of the tools, `on_unfound` receives what
/// the search does not find.
#[component]
pub fn Panel(
    atlas: Atlas,
    display: DisplayOptions,
    map_state: MapState,
    about: RwSignal<Option<String>>,
    open: RwSignal<bool>,
    areas: Signal<Option<Areas>>,
    tools: Option<HtmlElement>,
    on_unfound: Callback<String>,
    on_retry: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let on_find = move |found: SearchOption| {
        open.set(false);
        go_to(&found, atlas, map_state);
    };
    let has_geocoder = Signal::derive(move || {
        atlas.config.with(|config| config.as_ref().is_some_and(|it| it.geocoder_url.is_some()))
    });
    let on_fire = move |id: &str| {
        open.set(false);
        map_state.choose_fire(atlas, id);
    };
    view! {
        <aside class="panel" class:open=move || open.get() aria-label=NAME>
            <button
                class="handle"
                type="button"
                aria-expanded=move || open.get().to_string()
                aria-label=move || if open.get() { words().hide_panel } else { words().show_panel }
                on:click=move |_| open.update(|open| *open = !*open)
            ></button>
            <Brand />
            <div class="panel-body">
                <PlaceSearch regions=atlas.regions fires=atlas.fires on_choose=on_find on_unfound has_geocoder />
                {fire_list(atlas, map_state, Box::new(on_fire))}
                <Regions atlas map_state about open on_retry />
                <LegendView palette=display.palette filter=display.filter areas result=map_state.legend />
                <ToolsView tools />
                <DisplayControls atlas display />
                <LanguageSelect />
            </div>
            // Below what scrolls: what the map is not, and whom it is due to, are always in sight.
            <footer class="sources">
                <p class="caveat" data-testid="caveat">{words().caveat}</p>
                <Help />
                <p class="attribution">{move || sources(atlas, display, map_state)}</p>
            </footer>
        </aside>
    }
}

/// Moves the map to what was found.
fn go_to(found: &SearchOption, atlas: Atlas, map_state: MapState) {
    if let SearchOption::Fire { id, .. } = found {
        return map_state.choose_fire(atlas, id);
    }
    if let SearchOption::Region { name, .. } = found {
        map_state.choose_region(name);
    }
    map_state.fly_to.set(Some(found.bbox()));
    if let Some(place) = found.place() {
        map_state.read_at.set(Some(place));
    }
}

/// The list of regions, connected to the map and to the panel of a region.
#[component]
fn Regions(
    atlas: Atlas,
    map_state: MapState,
    about: RwSignal<Option<String>>,
    open: RwSignal<bool>,
    on_retry: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let on_choose = move |name: &str| {
        open.set(false);
        map_state.choose_region(name);
        map_state.fly_to.set(atlas.bbox_of(name));
    };
    let on_about = move |name: &str| {
        open.set(false);
        map_state.point.set(None);
        map_state.fire.set(None);
        about.set(Some(name.to_owned()));
    };
    let stale_after_days = Signal::derive(move || atlas.stale_after_days());
    let missing = Signal::derive(move || {
        atlas.problems.with(|problems| {
            problems.iter().any(|it| matches!(it, LoadError::Index | LoadError::IndexLines(_)))
        })
    });
    view! {
        <RegionList
            regions=atlas.regions
            missing
            stale_after_days
            chosen=map_state.region
            on_choose
            on_about
            on_retry
        />
    }
}

/// The element of the tools, which stays the same however often the panel is built.
#[component]
fn ToolsView(tools: Option<HtmlElement>) -> impl IntoView {
    let container = NodeRef::<Div>::new();
    effect(move || {
        if let (Some(container), Some(tools)) = (container.get(), &tools) {
            // An element can always be put into an empty one.
            let _ = container.append_child(tools);
        }
    });
    view! { <div node_ref=container></div> }
}

/// How the map is drawn.
#[component]
fn DisplayControls(atlas: Atlas, display: DisplayOptions) -> impl IntoView {
    let basemaps = Signal::derive(move || {
        atlas.config.get().map(|config| config.basemaps).unwrap_or_default()
    });
    view! {
        <section class="controls">
            <PaletteSelect palette=display.palette />
            <DnbrFilter filter=display.filter />
            <OpacitySlider display />
            <BasemapSelect basemaps display />
        </section>
    }
}

/// The attribution of what the map shows.
pub fn sources(atlas: Atlas, display: DisplayOptions, map_state: MapState) -> String {
    let of_site = atlas.config.get().map(|config| config.attribution).unwrap_or_default();
    let of_maps = atlas.maps.with(|maps| {
        attribution_in_view(maps.as_deref().unwrap_or_default(), map_state.view.get(), &of_site)
    });
    let of_basemap = display.basemap.get().map(|basemap| basemap.attribution).unwrap_or_default();
    let is_plain = display.basemap.get().is_none();
    let [land, places] = if is_plain { [words().natural_earth, words().geonames] } else { [""; 2] };
    let parts = [of_maps.as_str(), of_basemap.as_str(), land, places];
    parts.into_iter().filter(|source| !source.is_empty()).collect::<Vec<_>>().join(" · ")
}
