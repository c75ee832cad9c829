//! The state that an address holds, as signals: reads it from an address, and writes it to one.

use dragonfly_core::page_config::PageConfig;
use leptos::prelude::*;

use crate::state::address::{Address, Centre};
use crate::state::atlas::Atlas;
use crate::state::earlier_map::{earlier_map, earlier_of_address};
use crate::state::fires::bbox_of;
use crate::state::map_state::{DisplayOptions, MapState, SelectedPoint};
use crate::state::region_entry::RegionEntry;
use crate::state::region_in_view::region_in_view;
use crate::ui::effect::effect;

/// The state of the page. A copy holds the same signals.
#[derive(Clone, Copy)]
pub struct PageState {
    /// The published maps.
    pub atlas: Atlas,
    /// How the map is drawn.
    pub display: DisplayOptions,
    /// Where the map is, and what is selected.
    pub map_state: MapState,
}

impl PageState {
    /// The state of an address.
    pub fn new(address: Address) -> Self {
        let this = Self {
            atlas: Atlas::new(earlier_of_address(&address)),
            display: DisplayOptions::of_address(&address),
            map_state: MapState::of_address(&address),
        };
        effect(move || {
            let chosen = this.display.chosen_basemap.get();
            if let Some(config) = this.atlas.config.get() {
                let named = config.basemaps.iter().find(|it| Some(&it.title) == chosen.as_ref());
                let is_plain = chosen.is_some_and(|title| title.is_empty());
                let of_site = config.first_basemap().filter(|_| !is_plain);
                this.display.basemap.set(named.or(of_site).cloned());
            }
        });
        this
    }

    /// The address of what is shown.
    pub fn address(self) -> Address {
        let Self { atlas, display, map_state } = self;
        let (region, fire) = (map_state.region.get(), map_state.fire.get());
        let chosen = fire.as_ref().or(region.as_ref());
        let run = chosen.and_then(|name| atlas.earlier_run(name));
        Address {
            centre: map_state.centre.get(),
            region,
            fire,
            run,
            point: map_state.public_point(),
            palette: display.palette.get(),
            filter: display.filter.get(),
            opacity_percent: display.chosen_opacity.get(),
            basemap: display.chosen_basemap.get(),
            swipe_percent: display.swipe_percent.get(),
            layers: map_state.layers.get(),
            part: map_state.part.get(),
        }
    }

    /// Shows the first view of the site, to a reader who came without an address.
    pub fn open_first_view(self, page: &PageConfig) {
        if let Some(([lon, lat], zoom)) = page.first_view() {
            let zoom = f64::from(zoom);
            self.map_state.jump_to.set(Some(Centre { zoom, lon, lat }));
        }
    }

    /// Shows what an address holds.
    pub fn open(self, address: Address) {
        let Self { atlas, display, map_state } = self;
        let earlier = earlier_of_address(&address);
        display.palette.set(address.palette);
        display.filter.set(address.filter);
        display.chosen_opacity.set(address.opacity_percent);
        display.swipe_percent.set(address.swipe_percent);
        display.chosen_basemap.set(address.basemap);
        map_state.layers.set(address.layers);
        map_state.part.set(address.part);
        if map_state.point.get_untracked().map(SelectedPoint::lon_lat) != address.point {
            map_state.point.set(address.point.map(SelectedPoint::unread));
            map_state.opened_at.set(address.point);
        }
        match address.centre {
            Some(centre) => map_state.jump_to.set(Some(centre)),
            None => {
                let fire = address.fire.as_deref().and_then(|id| untrack(|| atlas.fire(id)));
                let region = address.region.as_deref().and_then(|name| atlas.bbox_of(name));
                let bbox = fire.as_ref().map(bbox_of).or(region);
                map_state.fly_to.set(bbox);
            }
        }
        map_state.region.set(address.region);
        map_state.fire.set(address.fire);
        atlas.show_earlier(earlier);
    }

    /// Shows an earlier map of a region or fire, which becomes the chosen one; with `None` the newest.
    pub fn show_run(self, entry: &RegionEntry, run_id: Option<String>) {
        let name = entry.line.name.clone();
        match &entry.fire {
            Some(_) => self.map_state.fire.set(Some(name.clone())),
            None => self.map_state.choose_region(&name),
        }
        self.atlas.show_earlier(run_id.map(|run_id| earlier_map(&name, &run_id)));
    }

    /// The newest map is shown again of what is no longer chosen.
    pub fn leave_earlier_on_change(self) {
        let Self { atlas, map_state, .. } = self;
        effect(move || {
            let chosen = map_state.fire.get().or(map_state.region.get()).unwrap_or_default();
            if untrack(|| atlas.earlier_run(&chosen)).is_none() {
                atlas.show_earlier(None);
            }
        });
    }

    /// The region that the legend describes.
    pub fn region_in_view(self) -> Memo<Option<RegionEntry>> {
        let Self { atlas, map_state, .. } = self;
        Memo::new(move |_| {
            let chosen = map_state.fire.get().or(map_state.region.get());
            let view = map_state.view.get();
            let maps = atlas.maps.read();
            region_in_view(maps.as_deref().unwrap_or_default(), chosen.as_deref(), view).cloned()
        })
    }
}
