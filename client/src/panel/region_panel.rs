//! The panel of a region, or of a place outside all of them: a card on a wide window, a sheet on a
//! phone.

use dragonfly_core::Palette;
use leptos::ev::{self, KeyboardEvent, MouseEvent};
use leptos::html::{Aside, Div};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::i18n::words;
use crate::panel::region_facts::RUN;
use crate::panel::region_panel_content::{
    HIGH_RES, RETRY, describe_region, map_read, outside_regions, readout, source,
};
use crate::state::atlas::Atlas;
use crate::state::map_state::SelectedPoint;
use crate::state::page_state::PageState;
use crate::state::selection::{Selection, select};
use crate::ui::clipboard;
use crate::ui::effect::effect;
use crate::ui::event_target::clicked;
use crate::ui::markup::fill;

/// Computes a map of a place (longitude, latitude) in high resolution.
pub type HighRes = Callback<(f64, f64)>;

/// Where the page has the keyboard when nothing else does.
const MAP: &str = ".map";

/// Describes the place in `point`, else the region named in `about`; closed while there is neither.
/// Where the site names a catalogue, high resolution is offered outside all regions.
#[component]
pub fn RegionPanel(
    state: PageState,
    about: RwSignal<Option<String>>,
    toast: RwSignal<Option<String>>,
    high_res: HighRes,
    on_retry: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let PageState { atlas, display, map_state, .. } = state;
    let (point, palette) = (map_state.point, display.palette);
    let panel = NodeRef::<Aside>::new();
    let selection = Memo::new(move |_| {
        let place = point.get().map(SelectedPoint::lon_lat);
        let maps = atlas.maps.read();
        select(maps.as_deref().unwrap_or_default(), about.read().as_deref(), place)
    });
    let is_open = Memo::new(move |_| selection.with(Option::is_some));
    let opener = focus_when_opened(panel, about, is_open);
    let close = move || {
        let had_focus = panel
            .get_untracked()
            .is_some_and(|panel| panel.contains(document().active_element().as_deref()));
        point.set(None);
        about.set(None);
        if had_focus {
            return_focus(opener.get_value());
        }
    };
    close_on_escape(selection, close);
    let on_click = move |event: MouseEvent| {
        let Some(button) = clicked(&event, "button") else {
            return;
        };
        if let Some(text) = button.get_attribute("data-copy") {
            copy(text, toast);
        } else if let Some(run_id) = button.get_attribute(RUN) {
            let selection = selection.get_untracked();
            if let Some(entry) = selection.as_ref().and_then(Selection::region) {
                state.show_run(entry, Some(run_id).filter(|run_id| !run_id.is_empty()));
            }
        } else if button.has_attribute(RETRY) {
            on_retry();
        } else if let (true, Some(at)) = (button.has_attribute(HIGH_RES), point.get_untracked()) {
            high_res.run(at.lon_lat());
        }
    };
    view! {
        <aside
            class="region-panel"
            data-testid="region-panel"
            aria-labelledby="region-panel-title"
            tabindex="-1"
            node_ref=panel
            hidden=move || selection.with(Option::is_none)
            on:click=on_click
        >
            <h2 id="region-panel-title">{move || title(&selection.read())}</h2>
            <button type="button" class="close" aria-label=words().close on:click=move |_| close()>
                "×"
            </button>
            <PanelBody atlas point palette selection />
        </aside>
    }
}

fn title(selection: &Option<Selection>) -> String {
    match selection.as_ref().and_then(Selection::region) {
        Some(entry) => entry.line.title.clone(),
        None => words().outside_regions.to_owned(),
    }
}

/// The value at the chosen place, and what is known of the region around it.
#[component]
fn PanelBody(
    atlas: Atlas,
    point: RwSignal<Option<SelectedPoint>>,
    palette: RwSignal<Palette>,
    selection: Memo<Option<Selection>>,
) -> impl IntoView {
    let (place, region) = (NodeRef::<Div>::new(), NodeRef::<Div>::new());
    effect(move || {
        if let Some(element) = place.get() {
            let source = source(atlas, point.get(), &selection.read());
            let readout = point
                .get()
                .map(|point| readout(point, palette.get(), (map_read(atlas, point), source)));
            fill(&element, readout.as_slice());
        }
    });
    effect(move || {
        if let (Some(element), Some(selection)) = (region.get(), selection.get()) {
            let region = selection.region();
            let place = || point.get().map(SelectedPoint::lon_lat).unwrap_or_default();
            let parts = region.map_or_else(
                || outside_regions(atlas, place()),
                |entry| describe_region(entry, atlas),
            );
            fill(&element, &parts);
        }
    });
    view! {
        // Scrolling by keyboard needs something that takes the focus.
        <div class="region-panel-body" tabindex="0" role="group" aria-labelledby="region-panel-title">
            <div role="status" node_ref=place></div>
            <div node_ref=region></div>
        </div>
    }
}

/// Opened by name the panel takes the focus; a click leaves it with the map. Returns the element
/// that had the focus before.
fn focus_when_opened(
    panel: NodeRef<Aside>,
    about: RwSignal<Option<String>>,
    is_open: Memo<bool>,
) -> StoredValue<Option<HtmlElement>, LocalStorage> {
    let opener = StoredValue::new_local(None::<HtmlElement>);
    effect(move || {
        // A fire is named before its map is requested, and cannot be described until then.
        if about.read().is_some()
            && is_open.get()
            && let Some(panel) = panel.get()
        {
            let before = document()
                .active_element()
                .and_then(|focused| focused.dyn_into::<HtmlElement>().ok());
            if let Some(before) = before.filter(|before| !panel.contains(Some(before))) {
                opener.set_value(Some(before));
            }
            let _ = panel.focus();
        }
    });
    opener
}

fn close_on_escape(
    selection: Memo<Option<Selection>>,
    close: impl Fn() + Copy + Send + Sync + 'static,
) {
    let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        let closes = event.key() == "Escape" && !event.default_prevented() && !is_dialog_open();
        if closes && selection.with_untracked(Option::is_some) {
            close();
        }
    });
    on_cleanup(move || listener.remove());
}

fn copy(text: String, toast: RwSignal<Option<String>>) {
    spawn_local(async move {
        let message =
            if clipboard::copy(&text).await { words().copied } else { words().copy_failed };
        toast.set(Some(message.to_owned()));
    });
}

fn is_dialog_open() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// The focus goes back to what opened the panel; where that cannot take it, as in the closed sheet
/// of a phone, to the map.
fn return_focus(opener: Option<HtmlElement>) {
    let map = || document().query_selector(MAP).ok()??.dyn_into::<HtmlElement>().ok();
    for element in opener.into_iter().chain(map()) {
        // What cannot take the focus leaves it where it was.
        let _ = element.focus();
        if element.contains(document().active_element().as_deref()) {
            return;
        }
    }
}
