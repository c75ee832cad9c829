//! The map in its element, kept in step with what the page knows.

use std::rc::Rc;

use chrono::DateTime;
use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::data::tile_source::TileSource;
use crate::i18n::words;
use crate::map::fire_map::{FireMap, Hooks};
use crate::map::obscured::ObscuredArea;
use crate::map::swipe_view::SwipeView;
use crate::map::ticks_view::TicksView;
use crate::state::atlas::Atlas;
use crate::state::coverage::{Coverage, STALE_AFTER_DAYS};
use crate::state::map_state::SelectedPoint;
use crate::state::map_state::{DisplayOptions, MapState};
use crate::state::problem::LoadError;
use crate::state::reading::{Reading, region_at};
use crate::state::region_entry::{MetaState, union_of_boxes};
use crate::ui::effect::effect;

/// The map. It goes where `at` asks, and puts there what was clicked and what is seen.
#[component]
pub fn MapView(
    atlas: Atlas,
    display: DisplayOptions,
    at: MapState,
    retries: RwSignal<u32>,
) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    let source = StoredValue::new_local(TileSource::new());
    let read = move |lon, lat| read_point(atlas, source.get_value(), at.point, (lon, lat));
    let is_claimed = move || at.claimed.with_untracked(Option::is_some);

    effect(move || {
        let Some(element) = element.get() else {
            return;
        };
        let hooks = Hooks {
            on_click: Box::new(move |lon, lat| {
                if !is_claimed() {
                    read(lon, lat);
                }
            }),
            on_pointer: Box::new(move |place| at.pointer.set(place)),
            on_view: Box::new(move |seen, centre| {
                at.view.set(seen);
                at.centre.set(Some(centre));
            }),
            on_patch: Rc::new(move |bbox| at.destination.set(Some(bbox))),
            on_tile_failure: Rc::new(move |name, run_id, failure| {
                atlas.hear_of_tile(name, run_id, failure)
            }),
            on_land_failure: Rc::new(move || atlas.report(LoadError::Land)),
            on_basemap_failure: Rc::new(move |title| {
                atlas.report(LoadError::Basemap(title.to_owned()))
            }),
        };
        let fire_map = FireMap::in_element(element.into(), source.get_value(), hooks);
        keep_in_step(&fire_map, atlas, display, at, retries);
        at.map.set(Some(fire_map.leaflet()));
    });
    effect(move || {
        if let Some((lon, lat)) = at.asked.get() {
            read(lon, lat);
        }
    });
    // A place from the address is read as soon as the region around it is known.
    effect(move || {
        atlas.regions.track();
        if let Some(SelectedPoint { lon, lat, reading: None | Some(Reading::Unavailable) }) =
            at.point.get_untracked()
            && is_known(atlas, lon, lat)
        {
            read(lon, lat);
        }
    });

    // While the map has the keyboard, a crosshair in its middle is the pointer.
    let press = move |event: KeyboardEvent| {
        if event.target() != event.current_target() || is_claimed() {
            return;
        }
        match event.key().as_str() {
            "Enter" => {
                if let Some(centre) = at.centre.get_untracked() {
                    read(centre.lon, centre.lat);
                }
            }
            "Escape" => at.point.set(None),
            _ => {}
        }
    };
    // Without a pointer, the place beneath the crosshair.
    let coordinates = move || {
        let centre = at.centre.get().map(|centre| (centre.lon, centre.lat));
        at.pointer.get().or(centre).map(|(lon, lat)| words().coordinates(lon, lat))
    };
    view! {
        <main class="map-frame" aria-label=move || words().map>
            <Patterns />
            <div class="map" data-testid="map" node_ref=element on:keydown=press></div>
            <div class="crosshair" aria-hidden="true"></div>
            <SwipeView percent=display.swipe_percent />
            <TicksView view=at.view />
            <p class="coordinates" data-testid="coordinates">{coordinates}</p>
        </main>
    }
}

/// The hatchings of regions whose map is not as it should be, for the style sheet to fill with.
#[component]
fn Patterns() -> impl IntoView {
    view! {
        <svg class="patterns" aria-hidden="true" focusable="false">
            <defs>
                <pattern id="hatch" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <path d="M0 0v9" />
                </pattern>
                <pattern id="cross" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <path d="M0 0v9M0 0h9" />
                </pattern>
                <pattern id="dots" width="9" height="9" patternUnits="userSpaceOnUse">
                    <circle cx="4.500" cy="4.500" r="1.200" />
                </pattern>
            </defs>
        </svg>
    }
}

fn keep_in_step(
    fire_map: &Rc<FireMap>,
    atlas: Atlas,
    display: DisplayOptions,
    at: MapState,
    retries: RwSignal<u32>,
) {
    let map = fire_map.clone();
    effect(move || {
        if let Some(centre) = at.jump.get() {
            map.go_to(centre);
        }
    });
    let map = fire_map.clone();
    let mut is_fitted = false;
    effect(move || {
        let regions = atlas.regions.get().unwrap_or_default();
        is_fitted |= at.jump.with_untracked(Option::is_some);
        let chosen = at.region.get_untracked().and_then(|name| atlas.bbox_of(&name));
        let first_look = chosen.or_else(|| union_of_boxes(&regions)).filter(|_| !is_fitted);
        if let Some(bbox) = first_look {
            map.fit(bbox, ObscuredArea::by_panel());
        }
        let stale_after_days = atlas.config.with(|config| {
            config.as_ref().map_or(STALE_AFTER_DAYS, |config| config.stale_after_days)
        });
        let now = DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default();
        map.show_regions(&regions, |entry| Coverage::of(entry, stale_after_days, now));
        is_fitted |= first_look.is_some();
    });
    let map = fire_map.clone();
    effect(move || map.paint(display.palette.get(), display.filter.get()));
    let map = fire_map.clone();
    effect(move || map.set_opacity(display.opacity_percent.get()));
    let map = fire_map.clone();
    effect(move || map.set_swipe(display.swipe_percent.get()));
    let map = fire_map.clone();
    effect(move || map.set_basemap(display.basemap.get().as_ref()));
    let map = fire_map.clone();
    effect(move || {
        if let Some(bbox) = at.destination.get() {
            map.fly_to(bbox, ObscuredArea::by_panel());
        }
    });
    let map = fire_map.clone();
    effect(move || map.mark_point(at.point.get().map(|point| (point.lon, point.lat))));
    let map = fire_map.clone();
    effect(move || map.mark_position(at.here.get()));
    effect(move || {
        if at.claimed.with(Option::is_some) {
            at.point.set(None);
        }
    });
    let map = fire_map.clone();
    effect(move || {
        if retries.get() > 0 {
            map.retry();
        }
    });
}

/// Whether there is nothing to wait for before a place is read.
fn is_known(atlas: Atlas, lon: f64, lat: f64) -> bool {
    atlas.regions.with_untracked(|regions| {
        regions.as_deref().is_some_and(|regions| {
            region_at(regions, lon, lat)
                .is_none_or(|region| !matches!(region.meta, MetaState::Loading))
        })
    })
}

/// Shows the place at once, and what the map says of it as soon as that is known.
fn read_point(
    atlas: Atlas,
    source: TileSource,
    point: RwSignal<Option<SelectedPoint>>,
    (lon, lat): (f64, f64),
) {
    let asked = SelectedPoint { lon, lat, reading: None };
    point.set(Some(asked));
    spawn_local(async move {
        let reading = atlas.read(&source, lon, lat).await;
        // The reader may have clicked elsewhere meanwhile.
        if point.get_untracked() == Some(asked) {
            point.set(Some(SelectedPoint { reading: Some(reading), ..asked }));
        }
    });
}
