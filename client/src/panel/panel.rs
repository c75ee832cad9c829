//! The panel: what the map shows, and where it can be had. A card on a wide window, a sheet on a
//! phone.

use leptos::html::Div;
use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::i18n::{NAME, words};
use crate::panel::legend_view::{Areas, LegendView};
use crate::panel::region_list::RegionList;
use crate::search::find::SearchOption;
use crate::search::place_search::PlaceSearch;
use crate::state::atlas::Atlas;
use crate::state::coverage::STALE_AFTER_DAYS;
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

/// The panel, drawn up on a phone while `open`. It travels by `at`, and opens the panel of a region
/// by `about`; `room` is the part of it that belongs to the tools.
#[component]
pub fn Panel(
    atlas: Atlas,
    display: DisplayOptions,
    at: MapState,
    about: RwSignal<Option<String>>,
    open: RwSignal<bool>,
    areas: Signal<Option<Areas>>,
    room: Option<HtmlElement>,
    on_retry: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let go_to_region = move |name: &str| {
        open.set(false);
        at.region.set(Some(name.to_owned()));
        at.destination.set(atlas.bbox_of(name));
    };
    let tell_of_region = move |name: &str| {
        open.set(false);
        at.point.set(None);
        about.set(Some(name.to_owned()));
    };
    let go_to_found = move |found: SearchOption| {
        open.set(false);
        if let SearchOption::Region { name, .. } = &found {
            at.region.set(Some(name.clone()));
        }
        at.destination.set(Some(found.bbox()));
        if let Some(place) = found.place() {
            at.asked.set(Some(place));
        }
    };
    let stale_after_days = Signal::derive(move || {
        atlas.config.with(|config| {
            config.as_ref().map_or(STALE_AFTER_DAYS, |config| config.stale_after_days)
        })
    });
    let basemaps = Signal::derive(move || {
        atlas.config.get().map(|config| config.basemaps).unwrap_or_default()
    });
    let missing = Signal::derive(move || {
        atlas.problems.with(|problems| problems.contains(&LoadError::Index))
    });
    let tools = NodeRef::<Div>::new();
    effect(move || {
        if let (Some(tools), Some(room)) = (tools.get(), &room) {
            // An element can always be put into an empty one.
            let _ = tools.append_child(room);
        }
    });
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
                <PlaceSearch regions=atlas.regions on_choose=go_to_found />
                <RegionList
                    regions=atlas.regions
                    missing
                    stale_after_days
                    chosen=at.region
                    on_choose=go_to_region
                    on_about=tell_of_region
                    on_retry
                />
                <LegendView palette=display.palette filter=display.filter areas />
                <div node_ref=tools></div>
                <section class="controls">
                    <PaletteSelect palette=display.palette />
                    <DnbrFilter filter=display.filter />
                    <OpacitySlider percent=display.opacity_percent />
                    <BasemapSelect basemaps chosen=display.basemap />
                </section>
                <LanguageSelect />
                <footer class="sources">
                    <p class="caveat" data-testid="caveat">{words().caveat}</p>
                    <Help />
                    <p class="attribution">{move || sources(atlas, display)}</p>
                </footer>
            </div>
        </aside>
    }
}

/// Whose work the map shows.
pub fn sources(atlas: Atlas, display: DisplayOptions) -> String {
    let of_site = atlas.config.get().map(|config| config.attribution).unwrap_or_default();
    let of_basemap = display.basemap.get().map(|basemap| basemap.attribution).unwrap_or_default();
    let is_plain = display.basemap.get().is_none();
    let [land, places] = if is_plain { [words().natural_earth, words().geonames] } else { [""; 2] };
    let parts = [of_site.as_str(), of_basemap.as_str(), land, places];
    parts.into_iter().filter(|source| !source.is_empty()).collect::<Vec<_>>().join(" · ")
}
