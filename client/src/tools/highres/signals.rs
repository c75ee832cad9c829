//! The signals that the views of high resolution show and change.

use dragonfly_core::metadata::{ClientConfig, HighresConfig};
use dragonfly_core::protocol::{SearchResult, ZoomOffer};
use leptos::prelude::*;

use super::area_drawing::DrawnShape;
use super::phase::Phase;
use super::plan::Plan;
use crate::state::address::Address;

/// All signals. A copy holds the same ones.
#[derive(Clone, Copy)]
pub struct HighresSignals {
    /// What to compute.
    pub plan: RwSignal<Plan>,
    /// The plan of the result on the map, with its area, zoom and scenes; `None` without one.
    pub computed: RwSignal<Option<Plan>>,
    /// The area that is being drawn, and not finished yet.
    pub drawing: RwSignal<Option<DrawnShape>>,
    /// Where the current request stands.
    pub phase: RwSignal<Phase>,
    /// The result of the last search.
    pub found: RwSignal<Option<SearchResult>>,
    /// Ids of the scenes to use: the best ones found, or the reader's own choice.
    pub selected: RwSignal<Vec<String>>,
    /// Whether pictures are shown instead of severity.
    pub shows_pictures: RwSignal<bool>,
    /// Position of the divider between the pictures, percent; `None` while there is none.
    pub swipe_percent: RwSignal<Option<u8>>,
    /// Whether the map is computed again wherever it is moved.
    pub computes_on_move: RwSignal<bool>,
    /// Whether cloudy scenes are used too.
    pub includes_cloudy: RwSignal<bool>,
    /// A line beside the buttons.
    pub note: RwSignal<Option<String>>,
    /// The site's settings; `None` until they are loaded.
    pub config: RwSignal<Option<HighresSettings>>,
    /// The map's zoom.
    pub zoom: RwSignal<f64>,
    /// What the page shows.
    pub address: RwSignal<Address>,
    /// Hectares of each class of the style, in the order of the classes, then of provisional ground;
    /// empty until counted.
    pub hectares: RwSignal<Vec<f64>>,
    /// Incremented with every tile, and when all are removed.
    pub tiles_version: RwSignal<u32>,
}

impl HighresSignals {
    /// The signals at the start.
    pub fn new(plan: Plan, zoom: f64, address: Address) -> Self {
        Self {
            phase: RwSignal::default(),
            found: RwSignal::default(),
            selected: RwSignal::default(),
            shows_pictures: RwSignal::new(plan.divider_percent.is_some()),
            swipe_percent: RwSignal::new(plan.divider_percent),
            computed: RwSignal::new(None),
            drawing: RwSignal::new(None),
            computes_on_move: RwSignal::default(),
            includes_cloudy: RwSignal::default(),
            note: RwSignal::default(),
            config: RwSignal::default(),
            zoom: RwSignal::new(zoom),
            address: RwSignal::new(address),
            hectares: RwSignal::default(),
            tiles_version: RwSignal::default(),
            plan: RwSignal::new(plan),
        }
    }
}

/// The site's settings for high resolution.
#[derive(Clone, Debug)]
pub struct HighresSettings {
    /// Those that the page reads too.
    pub client: ClientConfig,
    /// Those of the computing alone.
    pub highres: HighresConfig,
}

/// Sets a signal, unless it holds that value already.
pub fn set_if_new<T: PartialEq + Clone + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|before| *before != value) {
        signal.set(value);
    }
}

/// What the last search offered at a zoom.
pub fn offer_at(signals: HighresSignals, zoom: u8) -> Option<ZoomOffer> {
    signals.found.with_untracked(|found| {
        found.as_ref()?.zooms.iter().find(|offer| offer.zoom == zoom).copied()
    })
}
