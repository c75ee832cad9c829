//! What the map shows, and how.

use dragonfly_core::Palette;
use dragonfly_core::metadata::Basemap;
use leptos::prelude::*;

use crate::map::leaflet::Map;
use crate::state::address::Centre;
use crate::state::filter::Filter;
use crate::state::reading::Reading;

/// How the reader wants the map drawn. A copy is the same choice.
#[derive(Clone, Copy)]
pub struct DisplayOptions {
    /// Colours of the classes.
    pub palette: RwSignal<Palette>,
    /// What is painted.
    pub filter: RwSignal<Filter>,
    /// Opacity of the tiles, percent.
    pub opacity_percent: RwSignal<u8>,
    /// Raster basemap; `None` for the plain background.
    pub basemap: RwSignal<Option<Basemap>>,
    /// Where the swipe divides the free part of the map, percent from the left.
    pub swipe_percent: RwSignal<Option<u8>>,
}

/// Where the reader is, and what was chosen there. A copy is the same place.
#[derive(Clone, Copy)]
pub struct MapState {
    /// The middle of the map, as the map tells it.
    pub centre: RwSignal<Option<Centre>>,
    /// What of the world is seen.
    pub view: RwSignal<View>,
    /// Name of the chosen region.
    pub region: RwSignal<Option<String>>,
    /// The chosen place.
    pub point: RwSignal<Option<SelectedPoint>>,
    /// A place (longitude, latitude) that is chosen and read whenever this is set.
    pub asked: RwSignal<Option<(f64, f64)>>,
    /// A box that the map travels to whenever this is set.
    pub destination: RwSignal<Option<[f64; 4]>>,
    /// Where the reader is, once it was asked for and told.
    pub here: RwSignal<Option<ReaderPosition>>,
    /// Longitude and latitude beneath the pointer, degrees; `None` while it is elsewhere.
    pub pointer: RwSignal<Option<(f64, f64)>>,
    /// The tool that hears clicks and keys on the map in the page's place.
    pub claimed: RwSignal<Option<String>>,
    /// What the address holds for the tools.
    pub part: RwSignal<Option<String>>,
    /// Leaflet's own map, once it is in its element.
    pub map: RwSignal<Option<Map>, LocalStorage>,
    /// A centre that the map goes to at once whenever this is set.
    pub jump: RwSignal<Option<Centre>>,
}

/// What of the world is on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// West, south, east, north in degrees.
    pub bbox: [f64; 4],
    /// Pixels across.
    pub width_px: f64,
    /// Pixels down.
    pub height_px: f64,
    /// Zoom.
    pub zoom: f64,
}

/// Where the reader is.
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
    /// What the map says; `None` while it is looked up.
    pub reading: Option<Reading>,
}
