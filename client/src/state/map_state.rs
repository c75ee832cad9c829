//! What the map shows, and how.

use dragonfly_core::Palette;
use dragonfly_core::metadata::Basemap;
use leptos::prelude::*;

use crate::map::leaflet::Map;
use crate::state::address::{Address, Centre};
use crate::state::atlas::Atlas;
use crate::state::filter::Filter;
use crate::state::fires::bbox_of;
use crate::state::reading::Reading;
use crate::state::view::View;

/// Roads and names are seen through tiles of this opacity.
const OVER_BASEMAP_PERCENT: u8 = 70;
/// Opaque, so that the map has the very colours of the legend.
const OVER_PLAIN_PERCENT: u8 = 100;

/// How the map is drawn, as the reader chose. A copy holds the same signals.
#[derive(Clone, Copy)]
pub struct DisplayOptions {
    /// Colours of the classes.
    pub palette: RwSignal<Palette>,
    /// What is painted.
    pub filter: RwSignal<Filter>,
    /// Opacity of the tiles that the reader chose, percent.
    pub chosen_opacity: RwSignal<Option<u8>>,
    /// Title of the basemap that the reader chose, empty for the plain background; `None` for the
    /// site's.
    pub chosen_basemap: RwSignal<Option<String>>,
    /// The basemap that is shown; `None` for the plain background.
    pub basemap: RwSignal<Option<Basemap>>,
    /// Where the swipe divides the free part of the map, percent from the left.
    pub swipe_percent: RwSignal<Option<u8>>,
}

/// The part of the world in view, what is selected there, and where the map should go. A copy holds
/// the same signals.
#[derive(Clone, Copy)]
pub struct MapState {
    /// The middle of the map, as the map reports it.
    pub centre: RwSignal<Option<Centre>>,
    /// The part of the world in view.
    pub view: RwSignal<View>,
    /// Name of the chosen region.
    pub region: RwSignal<Option<String>>,
    /// Id of the chosen fire.
    pub fire: RwSignal<Option<String>>,
    /// The chosen place.
    pub point: RwSignal<Option<SelectedPoint>>,
    /// A place (longitude, latitude) that is selected and read whenever this is set.
    pub read_at: RwSignal<Option<(f64, f64)>>,
    /// The place of an address that was opened, which is read as soon as it can be.
    pub opened_at: RwSignal<Option<(f64, f64)>>,
    /// A box that the map flies to whenever this is set.
    pub fly_to: RwSignal<Option<[f64; 4]>>,
    /// The reader's position, once the browser was permitted to determine it.
    pub reader_position: RwSignal<Option<ReaderPosition>>,
    /// Longitude and latitude below the pointer, degrees; `None` while it is elsewhere.
    pub pointer: RwSignal<Option<(f64, f64)>>,
    /// The tool that receives clicks and keys on the map instead of the page.
    pub claimed: RwSignal<Option<String>>,
    /// The further layers that are shown, as the address holds them.
    pub layers: RwSignal<Option<String>>,
    /// What the address holds for the tools.
    pub part: RwSignal<Option<String>>,
    /// The legend of the tools' result, in the format of `panel/result_legend.rs`; `None` while
    /// the nightly maps show.
    pub legend: RwSignal<Option<String>>,
    /// Leaflet's own map, once it is in its element.
    pub map: RwSignal<Option<Map>, LocalStorage>,
    /// A centre that the map goes to at once whenever this is set.
    pub jump_to: RwSignal<Option<Centre>>,
}

impl DisplayOptions {
    /// The options of an address. Its basemap is known once the site's settings are loaded.
    pub fn of_address(address: &Address) -> Self {
        Self {
            palette: RwSignal::new(address.palette),
            filter: RwSignal::new(address.filter),
            chosen_opacity: RwSignal::new(address.opacity_percent),
            chosen_basemap: RwSignal::new(address.basemap.clone()),
            basemap: RwSignal::default(),
            swipe_percent: RwSignal::new(address.swipe_percent),
        }
    }

    /// Opacity of the tiles, percent.
    pub fn opacity_percent(self) -> u8 {
        let is_over_basemap = self.basemap.with(Option::is_some);
        let preset = if is_over_basemap { OVER_BASEMAP_PERCENT } else { OVER_PLAIN_PERCENT };
        self.chosen_opacity.get().unwrap_or(preset)
    }
}

impl MapState {
    /// The map of an address, before it is in its element.
    pub fn of_address(address: &Address) -> Self {
        Self {
            centre: RwSignal::default(),
            view: RwSignal::default(),
            region: RwSignal::new(address.region.clone()),
            fire: RwSignal::new(address.fire.clone()),
            point: RwSignal::new(address.point.map(SelectedPoint::unread)),
            read_at: RwSignal::default(),
            opened_at: RwSignal::default(),
            fly_to: RwSignal::default(),
            reader_position: RwSignal::default(),
            pointer: RwSignal::default(),
            claimed: RwSignal::default(),
            layers: RwSignal::new(address.layers.clone()),
            part: RwSignal::new(address.part.clone()),
            legend: RwSignal::default(),
            map: RwSignal::new_local(None),
            jump_to: RwSignal::new(address.centre),
        }
    }
}

impl MapState {
    /// Opens a fire, and flies to it.
    pub fn choose_fire(self, atlas: Atlas, id: &str) {
        self.point.set(None);
        self.region.set(None);
        if let Some(fire) = untrack(|| atlas.fire(id)) {
            self.fly_to.set(Some(bbox_of(&fire)));
        }
        self.fire.set(Some(id.to_owned()));
    }

    /// Longitude and latitude of the chosen place, unless it is the reader's own position, which no
    /// link carries.
    pub fn public_point(self) -> Option<(f64, f64)> {
        let own = self.reader_position.get().map(|position| (position.lon, position.lat));
        self.point.get().map(SelectedPoint::lon_lat).filter(|point| Some(*point) != own)
    }

    /// Makes a region the chosen one, instead of any fire.
    pub fn choose_region(self, name: &str) {
        self.fire.set(None);
        self.region.set(Some(name.to_owned()));
    }
}

/// The reader's position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReaderPosition {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// The reader is within this many metres, very likely.
    pub within_m: f64,
}

/// A clicked place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelectedPoint {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// The value of the map; `None` while it is looked up.
    pub reading: Option<Reading>,
}

impl SelectedPoint {
    /// A place (longitude, latitude) that is not looked up yet.
    pub fn unread((lon, lat): (f64, f64)) -> Self {
        Self { lon, lat, reading: None }
    }

    /// Longitude and latitude, degrees.
    pub fn lon_lat(self) -> (f64, f64) {
        (self.lon, self.lat)
    }
}
