//! The page as a whole: a map that fills the window, and a panel beside it.

use dragonfly_core::Palette;
use dragonfly_core::metadata::Basemap;
use leptos::prelude::*;

use crate::atlas::Atlas;
use crate::map_view::MapView;
use crate::notice::Notice;
use crate::panel::Panel;
use crate::point_readout::{Point, PointReadout};

/// How the reader wants the map drawn. A copy is the same choice.
#[derive(Clone, Copy)]
pub struct Drawing {
    /// Colours of the classes.
    pub palette: RwSignal<Palette>,
    /// Opacity of the tiles, percent.
    pub opacity_percent: RwSignal<u8>,
    /// Raster basemap; `None` for the plain background.
    pub basemap: RwSignal<Option<Basemap>>,
}

/// Opaque, so that the map has the very colours of the legend.
const OPACITY_AT_START_PERCENT: u8 = 100;

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let atlas = Atlas::new();
    let drawing = Drawing {
        palette: RwSignal::default(),
        opacity_percent: RwSignal::new(OPACITY_AT_START_PERCENT),
        basemap: RwSignal::default(),
    };
    let destination = RwSignal::new(None::<[f64; 4]>);
    let point = RwSignal::new(None::<Point>);
    let retries = RwSignal::new(0u32);
    atlas.load();

    let retry = move || {
        atlas.load();
        retries.update(|count| *count += 1);
    };
    view! {
        <MapView atlas drawing destination point retries />
        <Panel atlas drawing on_choose=move |bbox| destination.set(Some(bbox)) />
        <Notice problems=atlas.problems on_retry=retry />
        <PointReadout point palette=drawing.palette />
    }
}
