//! The panel: what the map shows, and where it can be had. A card on a wide window, a sheet on a phone.

use leptos::html::Div;
use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::app::Drawing;
use crate::atlas::Atlas;
use crate::basemap_select::BasemapSelect;
use crate::brand::Brand;
use crate::dnbr_filter::DnbrFilter;
use crate::legend_view::{Areas, LegendView};
use crate::opacity_slider::OpacitySlider;
use crate::palette_select::PaletteSelect;
use crate::problem::Problem;
use crate::region_list::RegionList;
use crate::words;

/// The panel. `room` is the part of it that belongs to the tools; `on_choose` hears the box of a region that was chosen.
#[component]
pub fn Panel(
    atlas: Atlas,
    drawing: Drawing,
    chosen: RwSignal<Option<String>>,
    areas: Signal<Option<Areas>>,
    room: Option<HtmlElement>,
    on_choose: impl Fn([f64; 4]) + Copy + Send + 'static,
) -> impl IntoView {
    // Matters on a phone alone: on a wide window the style sheet shows everything.
    let open = RwSignal::new(false);
    let choose = move |bbox| {
        open.set(false);
        on_choose(bbox);
    };
    let basemaps = Signal::derive(move || atlas.config.get().map(|config| config.basemaps).unwrap_or_default());
    let missing = Signal::derive(move || atlas.problems.with(|problems| problems.contains(&Problem::Index)));
    let tools = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let (Some(tools), Some(room)) = (tools.get(), &room) {
            // An element can always be put into an empty one.
            let _ = tools.append_child(room);
        }
    });
    view! {
        <aside class="panel" class:open=move || open.get() aria-label=words::NAME>
            <button
                class="handle"
                type="button"
                aria-expanded=move || open.get().to_string()
                aria-label=move || if open.get() { words::HIDE_PANEL } else { words::SHOW_PANEL }
                on:click=move |_| open.update(|open| *open = !*open)
            ></button>
            <Brand />
            <div class="panel-body">
                <RegionList regions=atlas.regions missing chosen on_choose=choose />
                <LegendView palette=drawing.palette filter=drawing.filter areas />
                <div node_ref=tools></div>
                <section class="controls">
                    <PaletteSelect palette=drawing.palette />
                    <DnbrFilter filter=drawing.filter />
                    <OpacitySlider percent=drawing.opacity_percent />
                    <BasemapSelect basemaps chosen=drawing.basemap />
                </section>
                <footer class="sources">
                    <p class="caveat">{words::CAVEAT}</p>
                    <p class="attribution">{move || sources(atlas, drawing)}</p>
                </footer>
            </div>
        </aside>
    }
}

/// Whose work the map shows.
pub fn sources(atlas: Atlas, drawing: Drawing) -> String {
    let of_site = atlas.config.get().map(|config| config.attribution).unwrap_or_default();
    let of_basemap = drawing.basemap.get().map(|basemap| basemap.attribution).unwrap_or_default();
    let land = if drawing.basemap.get().is_none() { words::NATURAL_EARTH } else { "" };
    let parts = [of_site.as_str(), of_basemap.as_str(), land];
    parts.into_iter().filter(|source| !source.is_empty()).collect::<Vec<_>>().join(" · ")
}
