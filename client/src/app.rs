//! The page as a whole: a map that fills the window, and a panel beside it.

use leptos::mount::mount_to;
use leptos::prelude::*;

use crate::i18n::{NAME, words};
use crate::map::locate_button::LocateButton;
use crate::map::map_view::MapView;
use crate::map::swipe_view::SwipeButton;
use crate::panel::legend_row::Areas;
use crate::panel::region_panel::RegionPanel;
use crate::panel::side_panel::{Panel, sources};
use crate::state::address::{Address, Centre};
use crate::state::address_bar;
use crate::state::fires::title_of;
use crate::state::page_state::PageState;
use crate::state::preferences;
use crate::state::problem::LoadError;
use crate::state::region_entry::RegionEntry;
use crate::toolbar::tool_menu::ToolMenu;
use crate::toolbar::toolbox::{PageSignals, Toolbox};
use crate::toolbar::toolbox_buttons::{HighresButton, MeasureButton, SaveButton};
use crate::tools::{FIND, HIGHRES, HIGHRES_OPEN, OVERLAYS};
use crate::ui::effect::effect;
use crate::ui::notice::Notice;
use crate::ui::share_button::ShareButton;
use crate::ui::site;
use crate::ui::toast::Toast;

/// Where a place is computed, the map goes as near as this.
const HIGHRES_ZOOM: f64 = 12.0;

/// The title of the page while nothing is chosen, as in `index.html`.
const TITLE: &str = "Dragonfly · burn severity from space";

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let opened_with = address_bar::read();
    let is_without_address = opened_with == Address::default();
    let state = PageState::new(opened_with);
    let PageState { atlas, display, map_state, .. } = state;
    let address = Signal::derive(move || state.address());
    address_bar::keep(address, move |address| state.open(address));
    atlas.load();

    let region_in_view = state.region_in_view();
    let toast = RwSignal::new(None::<String>);
    let signals = PageSignals {
        address,
        region: Signal::derive(move || region_in_view.get().map(|region| region.text)),
        sources: Memo::new(move |_| sources(atlas, display, map_state)).into(),
        toast,
        problems: atlas.problems,
    };
    let toolbox = Toolbox::new(map_state, signals);
    show_highres_when_near(state, toolbox);
    show_overlays(state, toolbox);
    state.leave_earlier_on_change();

    let retries = RwSignal::new(0u32);
    effect(move || {
        if let Some(language) = preferences::missing_language() {
            atlas.report(LoadError::Language(language.name()));
        }
    });
    let retry = move || {
        atlas.load();
        preferences::retry();
        toolbox.retry();
        retries.update(|count| *count += 1);
    };
    let opened = OpenedPanels { region: RwSignal::new(None), panel: RwSignal::new(false) };
    open_chosen_fire(state, opened.region, toast);
    load_needed_regions(state, opened.region);
    name_page(state);
    // All but the map is built again when the language or the units change.
    let mut shown = None;
    effect(move || {
        words();
        drop(shown.take());
        let around_map = move || {
            view! { <AroundMap state region_in_view toolbox address toast opened on_retry=retry /> }
        };
        shown = document().body().map(|body| mount_to(body, around_map));
    });
    follow_site(state, is_without_address);
    site::keep_full_map_link(address);
    view! { <MapView atlas display map_state retries /> }
}

/// What is open beside the map; it stays open when the language changes.
#[derive(Clone, Copy)]
struct OpenedPanels {
    /// Name of the region that the region panel describes.
    region: RwSignal<Option<String>>,
    /// Whether the panel is expanded on a phone.
    panel: RwSignal<bool>,
}

/// The panels, buttons and messages around the map.
#[component]
fn AroundMap(
    state: PageState,
    region_in_view: Memo<Option<RegionEntry>>,
    toolbox: Toolbox,
    address: Signal<Address>,
    toast: RwSignal<Option<String>>,
    opened: OpenedPanels,
    on_retry: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let PageState { atlas, display, map_state, .. } = state;
    let run = move |command: &'static str| toolbox.run(command);
    let on_unfound =
        Callback::new(move |text: String| toolbox.run_quietly(&format!("{FIND}{text}")));
    let areas = Signal::derive(move || {
        let region = region_in_view.get()?;
        Areas::of(region.described()?)
    });
    let high_res = Callback::new(move |(lon, lat)| {
        map_state.jump_to.set(Some(Centre { zoom: HIGHRES_ZOOM, lon, lat }));
        run(HIGHRES_OPEN);
    });
    let OpenedPanels { region: about, panel: open } = opened;
    view! {
        // Before the panel: by keyboard it follows the map, where the place that it describes is chosen.
        <RegionPanel state about toast high_res on_retry />
        <Panel atlas display map_state about open areas tools=toolbox.container() on_unfound on_retry />
        <ToolMenu locate=view! { <LocateButton map_state toast /> }.into_any()>
            <HighresButton run />
            <MeasureButton claimed=map_state.claimed run />
            <SwipeButton percent=display.swipe_percent />
            <ShareButton address toast />
            <SaveButton run />
        </ToolMenu>
        <Toast message=toast />
        <Notice problems=atlas.problems on_retry />
    }
}

/// Loads the maps of the regions that are chosen, described or in view.
fn load_needed_regions(state: PageState, about: RwSignal<Option<String>>) {
    let PageState { atlas, map_state, .. } = state;
    effect(move || {
        let named = [map_state.region.get(), about.get()];
        atlas.load_regions(&named, map_state.view.get());
    });
}

/// The chosen fire is described in the panel.
fn open_chosen_fire(
    state: PageState,
    about: RwSignal<Option<String>>,
    toast: RwSignal<Option<String>>,
) {
    let PageState { atlas, map_state, .. } = state;
    let are_known = Memo::new(move |_| atlas.fires.with(Option::is_some));
    let mut shown = None;
    effect(move || {
        let (chosen, are_known) = (map_state.fire.get(), are_known.get());
        let fire = chosen.as_deref().and_then(|id| untrack(|| atlas.fire(id)));
        match (chosen, fire) {
            // An address may name a fire that became a part of another.
            (Some(id), Some(fire)) if id != fire.id => map_state.fire.set(Some(fire.id)),
            (Some(_), Some(fire)) => {
                atlas.load_outlines(fire.id.clone());
                about.set(Some(fire.id.clone()));
                shown = Some(fire.id);
            }
            (Some(_), None) if are_known => {
                toast.set(Some(untrack(words).fire_gone.to_owned()));
                map_state.fire.set(None);
            }
            (Some(_), None) => {}
            (None, _) => {
                let closed = shown.take();
                if closed.is_some() && about.with_untracked(|about| *about == closed) {
                    about.set(None);
                }
            }
        }
    });
}

/// The chosen fire or region gives the page its title.
fn name_page(state: PageState) {
    let PageState { atlas, map_state, .. } = state;
    effect(move || {
        let fire = map_state.fire.get().and_then(|id| atlas.fire(&id));
        let region = map_state.region.get().and_then(|name| atlas.title_of(&name));
        let chosen = fire.as_ref().map(|fire| title_of(fire).to_owned()).or(region);
        let of_site = atlas.page().title;
        let name = of_site.as_deref().unwrap_or(NAME);
        let title = chosen.map(|chosen| format!("{chosen} · {name}"));
        document().set_title(title.as_deref().or(of_site.as_deref()).unwrap_or(TITLE));
    });
}

/// The site's own look and language, and its first view for a reader who came without an address.
fn follow_site(state: PageState, is_without_address: bool) {
    let mut is_first = is_without_address;
    effect(move || {
        // Another language builds the panel again.
        words();
        if state.atlas.config.with(Option::is_none) {
            return;
        }
        let page = state.atlas.page();
        let look = page.clone();
        // Once the panel is there.
        request_animation_frame(move || site::show(&look));
        if let Some(tag) = &page.language {
            preferences::set_default_language(tag);
        }
        if std::mem::take(&mut is_first) {
            state.open_first_view(&page);
        }
    });
}

/// High resolution is in the panel without a click where the map is near enough for it.
fn show_highres_when_near(state: PageState, toolbox: Toolbox) {
    let PageState { atlas, map_state, .. } = state;
    let is_near = Memo::new(move |_| {
        let near = atlas.highres_zoom().zip(map_state.centre.get());
        near.is_some_and(|(min_zoom, centre)| centre.zoom >= min_zoom)
    });
    Effect::new(move |_| {
        if is_near.get() {
            toolbox.run_quietly(HIGHRES);
        }
    });
}

/// The site's further layers, where it has any, are shown by the tools.
fn show_overlays(state: PageState, toolbox: Toolbox) {
    let PageState { atlas, map_state, .. } = state;
    effect(move || {
        if atlas.has_overlays.get() && map_state.map.with(Option::is_some) {
            toolbox.run_quietly(OVERLAYS);
        }
    });
}
