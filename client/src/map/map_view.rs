//! The map in its element, connected to the signals of the page.

use std::rc::Rc;

use dragonfly_core::metadata::{Basemap, ClientConfig};
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
use crate::state::coverage::RegionCoverage;
use crate::state::fires::{bbox_of, entry_of, is_listed};
use crate::state::map_state::{DisplayOptions, MapState, SelectedPoint};
use crate::state::preferences;
use crate::state::problem::LoadError;
use crate::state::reading::{Reading, region_at};
use crate::state::region_entry::{MetaState, union_of_boxes};
use crate::ui::effect::effect;

/// The map. It goes where `map_state` sends it, and writes there what was clicked and what is in
/// view.
#[component]
pub fn MapView(
    atlas: Atlas,
    display: DisplayOptions,
    map_state: MapState,
    retries: RwSignal<u32>,
) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    let reader = PointReader {
        atlas,
        source: StoredValue::new_local(TileSource::new()),
        point: map_state.point,
        read_from: RwSignal::default(),
    };
    effect(move || {
        if let Some(element) = element.get() {
            let source = reader.source.get_value();
            let map = FireMap::in_element(element.into(), source, hooks(atlas, map_state, reader));
            connect(&map, atlas, display, map_state, retries);
            map_state.map.set(Some(map.leaflet()));
        }
    });
    reader.read_on_change(map_state);
    // While the map has the keyboard, a crosshair in its middle is the pointer.
    let on_key = move |event: KeyboardEvent| {
        if event.target() != event.current_target() || is_claimed(map_state) {
            return;
        }
        match event.key().as_str() {
            "Enter" => {
                if let Some(centre) = map_state.centre.get_untracked() {
                    reader.read(centre.lon, centre.lat);
                }
            }
            "Escape" => map_state.point.set(None),
            _ => {}
        }
    };
    // Without a pointer, the place below the crosshair.
    let coordinates = move || {
        let centre = map_state.centre.get().map(|centre| (centre.lon, centre.lat));
        map_state.pointer.get().or(centre).map(|(lon, lat)| words().coordinates(lon, lat))
    };
    view! {
        <main class="map-frame" aria-label=move || words().map>
            <Patterns />
            <div class="map" data-testid="map" node_ref=element on:keydown=on_key></div>
            <div class="crosshair" aria-hidden="true"></div>
            <SwipeView percent=display.swipe_percent />
            <TicksView view=map_state.view />
            <p class="coordinates" data-testid="coordinates">{coordinates}</p>
            {move || display.basemap.get().map(credit)}
        </main>
    }
}

/// Whom a basemap names, on the map itself, as the terms of most require.
fn credit(basemap: Basemap) -> impl IntoView {
    view! {
        <a class="basemap-credit" data-testid="basemap-credit" href=basemap.link target="_blank" rel="noopener">
            {basemap.attribution}
        </a>
    }
}

fn is_claimed(map_state: MapState) -> bool {
    map_state.claimed.with_untracked(Option::is_some)
}

fn hooks(atlas: Atlas, map_state: MapState, reader: PointReader) -> Hooks {
    Hooks {
        on_click: Box::new(move |lon, lat| {
            if !is_claimed(map_state) {
                reader.read(lon, lat);
            }
        }),
        on_pointer: Box::new(move |place| map_state.pointer.set(place)),
        on_view: Box::new(move |view, centre| {
            map_state.view.set(view);
            map_state.centre.set(Some(centre));
        }),
        on_patch: Rc::new(move |bbox| map_state.fly_to.set(Some(bbox))),
        on_fire: Rc::new(move |id| map_state.choose_fire(atlas, id)),
        on_tile_failure: Rc::new(move |name, run_id, failure| {
            atlas.on_tile_failure(name, run_id, failure)
        }),
        on_land_failure: Rc::new(move || atlas.report(LoadError::Land)),
        on_basemap_failure: Rc::new(move |title| {
            // Without a network the site's own choice gives way to the plain background.
            let is_first = atlas.config.with_untracked(|config| {
                config
                    .as_ref()
                    .and_then(ClientConfig::first_basemap)
                    .is_some_and(|it| it.title == title)
            });
            if !is_first {
                atlas.report(LoadError::Basemap(title.to_owned()));
            }
        }),
    }
}

/// The hatchings of regions whose map is not as it should be, for the style sheet to fill with.
#[component]
fn Patterns() -> impl IntoView {
    view! {
        <svg class="patterns" aria-hidden="true" focusable="false">
            <defs>
                <pattern id="cross" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <path d="M0 0v9M0 0h9" />
                </pattern>
                <pattern id="dots" width="9" height="9" patternUnits="userSpaceOnUse">
                    <circle cx="4.5" cy="4.5" r="1.2" />
                </pattern>
            </defs>
        </svg>
    }
}

/// Shows on the map what the signals hold.
fn connect(
    map: &Rc<FireMap>,
    atlas: Atlas,
    display: DisplayOptions,
    map_state: MapState,
    retries: RwSignal<u32>,
) {
    // A jump comes before the regions, which are not fitted then.
    on_change(map, move |map| {
        if let Some(centre) = map_state.jump_to.get() {
            map.go_to(centre);
        }
    });
    show_regions(map, atlas, map_state);
    show_fires(map, atlas, map_state);
    on_change(map, move |map| map.paint(display.palette.get(), display.filter.get()));
    on_change(map, move |map| map.set_opacity(display.opacity_percent()));
    on_change(map, move |map| map.set_swipe(display.swipe_percent.get()));
    show_basemap(map, atlas, display);
    on_change(map, move |map| {
        if let Some(bbox) = map_state.fly_to.get() {
            // The panel of what is flown to opens at the same time.
            let map = map.clone();
            request_animation_frame(move || map.fly_to(bbox, ObscuredArea::by_all()));
        }
    });
    on_change(map, move |map| map.mark_point(map_state.point.get().map(SelectedPoint::lon_lat)));
    on_change(map, move |map| map.mark_position(map_state.reader_position.get()));
    effect(move || {
        if map_state.claimed.with(Option::is_some) {
            map_state.point.set(None);
        }
    });
    on_change(map, move |map| {
        if retries.get() > 0 {
            map.retry();
        }
    });
}

fn on_change(map: &Rc<FireMap>, act: impl Fn(&Rc<FireMap>) + 'static) {
    let map = map.clone();
    effect(move || act(&map));
}

/// Shows the chosen basemap once it is known where the map goes: none of its tiles is requested for
/// another place.
fn show_basemap(map: &Rc<FireMap>, atlas: Atlas, display: DisplayOptions) {
    let is_placed = Memo::new(move |_| {
        let are_known = atlas.regions.with(Option::is_some) && atlas.fires.with(Option::is_some);
        are_known || !atlas.problems.with(Vec::is_empty)
    });
    on_change(map, move |map| {
        let basemap = display.basemap.get();
        if is_placed.get() {
            let map = map.clone();
            // The map is fitted in the next frame.
            request_animation_frame(move || {
                request_animation_frame(move || map.set_basemap(basemap.as_ref()));
            });
        }
    });
}

/// Shows the regions, and fits the map to the chosen one, or to all, when they are first known.
fn show_regions(map: &Rc<FireMap>, atlas: Atlas, map_state: MapState) {
    let map = map.clone();
    let mut is_fitted = false;
    effect(move || {
        let maps = atlas.maps.get().unwrap_or_default();
        is_fitted |= map_state.jump_to.with_untracked(Option::is_some);
        // Which part of the world to show first is known once regions and fires are.
        let is_known = atlas.fires.with(Option::is_some);
        let fire = untrack(|| map_state.fire.get().and_then(|id| atlas.fire(&id)));
        let region = map_state.region.get_untracked().and_then(|name| atlas.bbox_of(&name));
        let chosen = fire.as_ref().map(bbox_of).or(region);
        let start = chosen
            .or_else(|| union_of_boxes(&maps))
            .or_else(|| untrack(|| box_of_fires(atlas)))
            .filter(|_| is_known && !is_fitted);
        if let Some(bbox) = start {
            map.fit(bbox, ObscuredArea::by_panel());
            let map = map.clone();
            request_animation_frame(move || map.fit(bbox, ObscuredArea::by_all()));
        }
        let stale_after_days = atlas.stale_after_days();
        let now = preferences::now();
        map.show_regions(&maps, |entry| RegionCoverage::of(entry, stale_after_days, now));
        is_fitted |= start.is_some();
    });
}

/// The box around all fires; `None` without any.
fn box_of_fires(atlas: Atlas) -> Option<[f64; 4]> {
    let fires = atlas.fires.get()?;
    let fires: Vec<_> = fires.list.fires.iter().filter(|it| is_listed(it)).map(entry_of).collect();
    union_of_boxes(&fires)
}

/// Marks the fires, and shows the outline of the chosen one and the maps of those in view.
fn show_fires(map: &Rc<FireMap>, atlas: Atlas, map_state: MapState) {
    on_change(map, move |map| {
        words();
        map.show_fires(atlas.fires.get().map(|fires| fires.list));
    });
    on_change(map, move |map| {
        let chosen = map_state.fire.get();
        let outlines = atlas.fires.get().and_then(|fires| fires.outlines);
        let outlines = outlines.filter(|it| chosen.as_ref() == Some(&it.id));
        map.show_outline(outlines.as_deref());
    });
    effect(move || atlas.load_fires(map_state.fire.get().as_deref(), map_state.view.get()));
}

/// Reads the value of the map at a place. A copy reads into the same signal.
#[derive(Clone, Copy)]
struct PointReader {
    atlas: Atlas,
    source: StoredValue<TileSource, LocalStorage>,
    point: RwSignal<Option<SelectedPoint>>,
    /// The run that the value was read from; `None` where it was read from none.
    read_from: RwSignal<Option<String>>,
}

impl PointReader {
    /// Selects the place at once, and reads its value as soon as that is known.
    fn read(self, lon: f64, lat: f64) {
        let selected = SelectedPoint::unread((lon, lat));
        self.read_from.set(self.run_at(lon, lat));
        self.point.set(Some(selected));
        spawn_local(async move {
            let reading = self.atlas.read(&self.source.get_value(), lon, lat).await;
            // The reader may have clicked elsewhere meanwhile.
            if self.point.get_untracked() == Some(selected) {
                self.point.set(Some(SelectedPoint { reading: Some(reading), ..selected }));
            }
        });
    }

    /// Reads the place that `map_state` requests, and that of an address as soon as the region
    /// around it is known.
    fn read_on_change(self, map_state: MapState) {
        effect(move || {
            if let Some((lon, lat)) = map_state.read_at.get() {
                self.read(lon, lat);
            }
        });
        effect(move || {
            self.atlas.maps.track();
            map_state.opened_at.track();
            let Some(SelectedPoint { lon, lat, reading }) = self.point.get_untracked() else {
                return;
            };
            let is_unread = matches!(reading, None | Some(Reading::Unavailable));
            // The map of a fire is loaded once it is in view.
            let is_other_map = || self.run_at(lon, lat) != self.read_from.get_untracked();
            if self.is_known(lon, lat) && (is_unread || is_other_map()) {
                self.read(lon, lat);
            }
        });
    }

    /// The run of the map that a place is read from.
    fn run_at(self, lon: f64, lat: f64) -> Option<String> {
        self.atlas.maps.with_untracked(|maps| {
            Some(region_at(maps.as_deref().unwrap_or_default(), lon, lat)?.map()?.run_id.clone())
        })
    }

    /// Whether the index, and the metadata of the region around a place, are loaded.
    fn is_known(self, lon: f64, lat: f64) -> bool {
        let is_loaded = self.atlas.regions.with_untracked(Option::is_some);
        is_loaded
            && self.atlas.maps.with_untracked(|maps| {
                region_at(maps.as_deref().unwrap_or_default(), lon, lat)
                    .is_none_or(|region| !matches!(region.meta, MetaState::Loading))
            })
    }
}
