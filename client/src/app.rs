//! The page as a whole: a map that fills the window, and a panel beside it.

use leptos::mount::mount_to;
use leptos::prelude::*;

use crate::i18n::words;
use crate::map::locate_button::LocateButton;
use crate::map::map_view::MapView;
use crate::map::swipe_view::SwipeButton;
use crate::panel::legend_view::Areas;
use crate::panel::panel::{Panel, sources};
use crate::panel::region_panel::RegionPanel;
use crate::state::address::{Address, Centre};
use crate::state::address_bar;
use crate::state::atlas::Atlas;
use crate::state::map_state::SelectedPoint;
use crate::state::map_state::{DisplayOptions, MapState};
use crate::state::region_in_view::region_in_view;
use crate::toolbar::toolbox::{PageSignals, Toolbox};
use crate::toolbar::toolbox_buttons::{HighresButton, MeasureButton, SaveButton};
use crate::tools::{HIGHRES, HIGHRES_OPEN};
use crate::ui::effect::effect;
use crate::ui::notice::Notice;
use crate::ui::share_button::ShareButton;
use crate::ui::toast::Toast;

/// Where a place is computed, the map goes as near as this.
const HIGHRES_ZOOM: f64 = 12.0;

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let atlas = Atlas::new();
    let start = address_bar::read();
    let display = DisplayOptions {
        palette: RwSignal::new(start.palette),
        filter: RwSignal::new(start.filter),
        opacity_percent: RwSignal::new(start.opacity_percent),
        basemap: RwSignal::default(),
        swipe_percent: RwSignal::new(start.swipe_percent),
    };
    let at = MapState {
        centre: RwSignal::default(),
        view: RwSignal::default(),
        region: RwSignal::new(start.region),
        point: RwSignal::new(start.point.map(unread)),
        asked: RwSignal::default(),
        destination: RwSignal::default(),
        here: RwSignal::default(),
        pointer: RwSignal::default(),
        claimed: RwSignal::default(),
        part: RwSignal::new(start.part),
        map: RwSignal::new_local(None),
        jump: RwSignal::new(start.centre),
    };
    // A basemap is known by its title until the settings of the site are here.
    let basemap_title = RwSignal::new(start.basemap);
    effect(move || {
        let title = basemap_title.get();
        if let Some(config) = atlas.config.get() {
            display.basemap.set(
                config.basemaps.into_iter().find(|basemap| Some(&basemap.title) == title.as_ref()),
            );
        }
    });
    let address = Signal::derive(move || address_of(display, at, basemap_title, atlas));
    address_bar::keep(address, move |asked| open(asked, display, at, basemap_title, atlas));

    let retries = RwSignal::new(0u32);
    let toast = RwSignal::new(None::<String>);
    atlas.load();

    // The legend speaks of one region.
    let in_view = Memo::new(move |_| {
        let (chosen, view) = (at.region.get(), at.view.get());
        atlas.regions.with(|regions| {
            region_in_view(regions.as_deref().unwrap_or_default(), chosen.as_deref(), view).cloned()
        })
    });
    let areas = Signal::derive(move || {
        let region = in_view.get()?;
        Some(Areas { hectares: region.map()?.hectares, title: region.line.title })
    });
    let told = PageSignals {
        address,
        region: Signal::derive(move || in_view.get().map(|region| region.text)),
        sources: Signal::derive(move || sources(atlas, display)),
        toast,
        problems: atlas.problems,
    };
    let toolbox = Toolbox::new(at, told);
    let run = move |command| toolbox.run(command);
    // High resolution comes by itself where the map is near enough for it.
    let is_near = Memo::new(move |_| {
        let least = atlas.config.with(|config| {
            config
                .as_ref()
                .filter(|config| config.stac_url.is_some())
                .map(|config| f64::from(config.highres_zoom))
        });
        least.zip(at.centre.get()).is_some_and(|(least, centre)| centre.zoom >= least)
    });
    Effect::new(move |_| {
        if is_near.get() {
            toolbox.run_quietly(HIGHRES);
        }
    });
    let retry = move || {
        atlas.load();
        toolbox.retry();
        retries.update(|count| *count += 1);
    };
    let about = RwSignal::new(None::<String>);
    let open = RwSignal::new(false);
    let high_res = Callback::new(move |(lon, lat)| {
        at.jump.set(Some(Centre { zoom: HIGHRES_ZOOM, lon, lat }));
        run(HIGHRES_OPEN);
    });
    let around_the_map = move || {
        view! {
            <Panel atlas display at about open areas room=toolbox.container() on_retry=retry />
            <section class="tools" aria-label=words().tools>
                <LocateButton at toast />
                <HighresButton run />
                <MeasureButton claimed=at.claimed run />
                <SwipeButton percent=display.swipe_percent />
                <ShareButton address toast />
                <SaveButton run />
            </section>
            <Toast message=toast />
            <Notice problems=atlas.problems on_retry=retry />
            <RegionPanel atlas point=at.point about palette=display.palette toast high_res on_retry=retry />
        }
    };
    // All but the map is made anew when the page speaks otherwise.
    let mut shown = None;
    effect(move || {
        words();
        drop(shown.take());
        shown = document().body().map(|body| mount_to(body, around_the_map));
    });
    view! { <MapView atlas display at retries /> }
}

fn unread((lon, lat): (f64, f64)) -> SelectedPoint {
    SelectedPoint { lon, lat, reading: None }
}

fn address_of(
    display: DisplayOptions,
    at: MapState,
    basemap_title: RwSignal<Option<String>>,
    atlas: Atlas,
) -> Address {
    let basemap = display.basemap.get().map(|basemap| basemap.title);
    Address {
        centre: at.centre.get(),
        region: at.region.get(),
        point: at.point.get().map(|point| (point.lon, point.lat)),
        palette: display.palette.get(),
        filter: display.filter.get(),
        opacity_percent: display.opacity_percent.get(),
        basemap: if atlas.config.with(Option::is_some) { basemap } else { basemap_title.get() },
        swipe_percent: display.swipe_percent.get(),
        part: at.part.get(),
    }
}

fn open(
    asked: Address,
    display: DisplayOptions,
    at: MapState,
    basemap_title: RwSignal<Option<String>>,
    atlas: Atlas,
) {
    display.palette.set(asked.palette);
    display.filter.set(asked.filter);
    display.opacity_percent.set(asked.opacity_percent);
    display.swipe_percent.set(asked.swipe_percent);
    basemap_title.set(asked.basemap);
    at.part.set(asked.part);
    if at.point.get_untracked().map(|point| (point.lon, point.lat)) != asked.point {
        at.point.set(asked.point.map(unread));
    }
    match asked.centre {
        Some(centre) => at.jump.set(Some(centre)),
        None => at.destination.set(asked.region.as_deref().and_then(|name| atlas.bbox_of(name))),
    }
    at.region.set(asked.region);
}
