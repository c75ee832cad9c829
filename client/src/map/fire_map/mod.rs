//! The Leaflet map and everything on it, by subject.
//!
//! [`events`]: what the map reports. [`travel`]: where it goes. [`regions`] and [`titles`]:
//! outlines, tiles and titles of the regions. [`dots`]: burnt patches seen from afar. [`fires`]: dots
//! and the outline of fires. [`background`]: the land, or a basemap. [`marks`]: the chosen place and the reader's
//! position. [`shapes`]: panes, styles and markers that several of them use.

mod background;
mod dots;
mod events;
mod fires;
mod marks;
mod regions;
mod shapes;
mod titles;
mod travel;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use dragonfly_core::Palette;
use web_sys::HtmlElement;

use crate::data::published::ReadFires;
use crate::data::tile_source::TileSource;
use crate::map::basemap_layer::BasemapLayer;
use crate::map::land_layer::LandLayer;
use crate::map::leaflet::{self, Layer, Map, corners, options, place};
use crate::map::patch_dots::Dot;
use crate::map::place_names::PlaceNames;
use crate::map::severity_layer::SeverityLayer;
use crate::state::filter::Filter;
pub use events::Hooks;
use events::{BasemapFailureHook, FireHook, PatchHook, TileFailureHook};
use regions::RegionLayers;
use shapes::pane;
use travel::prefers_reduced_motion;

const LAND_PANE: &str = "land";
/// Below the tiles, so that a hatching never hides what burnt.
const COVERAGE_PANE: &str = "coverage";
const SEVERITY_PANE: &str = "severity";
/// Names that a basemap has above severity.
const LABELS_PANE: &str = "labels";
/// The whole world on a phone.
const MIN_ZOOM: u8 = 1;
const MAX_ZOOM: u8 = 17;
/// Until the regions are known.
const START_ZOOM: u8 = 3;

/// The map.
pub struct FireMap {
    map: Map,
    land: Rc<LandLayer>,
    names: Rc<PlaceNames>,
    severity_pane: HtmlElement,
    on_basemap_failure: BasemapFailureHook,
    on_tile_failure: TileFailureHook,
    on_patch: PatchHook,
    on_fire: FireHook,
    source: TileSource,
    paint: Cell<(Palette, Filter)>,
    swipe_percent: Cell<Option<u8>>,
    /// The dots that are drawn, and a layer for each.
    dots: RefCell<(Vec<Dot>, Vec<Layer>)>,
    fires: RefCell<Option<Arc<ReadFires>>>,
    fire_outline: RefCell<Option<Layer>>,
    /// By name, ascending.
    regions: RefCell<Vec<RegionLayers>>,
    basemap: RefCell<Option<BasemapLayer>>,
    point_mark: RefCell<Option<Layer>>,
    position_marks: RefCell<Vec<Layer>>,
}

impl FireMap {
    /// A map of the whole world in an element.
    pub fn in_element(element: HtmlElement, source: TileSource, hooks: Hooks) -> Rc<Self> {
        let map = leaflet_map(&element);
        let severity_pane = pane(&map, SEVERITY_PANE, 250);

        let this = Rc::new(Self {
            land: LandLayer::on(&map, LAND_PANE, hooks.on_land_failure),
            names: PlaceNames::on(&map),
            map,
            severity_pane,
            on_basemap_failure: hooks.on_basemap_failure,
            on_tile_failure: hooks.on_tile_failure,
            on_patch: hooks.on_patch,
            on_fire: hooks.on_fire,
            source,
            paint: Cell::default(),
            swipe_percent: Cell::default(),
            dots: RefCell::default(),
            fires: RefCell::default(),
            fire_outline: RefCell::default(),
            regions: RefCell::default(),
            basemap: RefCell::default(),
            point_mark: RefCell::default(),
            position_marks: RefCell::default(),
        });
        this.on_map_events(hooks.on_view);
        this.on_pointer_events(hooks.on_click, hooks.on_pointer);
        this
    }

    /// Leaflet's own map.
    pub fn leaflet(&self) -> Map {
        self.map.clone()
    }

    /// Loads again what could not be loaded.
    pub fn retry(&self) {
        self.each_tile_layer(SeverityLayer::retry);
        if let Some(basemap) = self.basemap.borrow().as_ref() {
            basemap.redraw();
        }
        self.land.retry();
    }
}

/// Leaflet's map with its panes and controls.
fn leaflet_map(element: &HtmlElement) -> Map {
    let animates = !prefers_reduced_motion();
    let map = leaflet::map(
        element,
        &options([
            ("zoomControl", false.into()),
            // Leaflet inserts attributions as markup; the page lists its sources as text instead.
            ("attributionControl", false.into()),
            ("minZoom", MIN_ZOOM.into()),
            ("maxZoom", MAX_ZOOM.into()),
            ("center", place(10.0, 25.0)),
            ("zoom", START_ZOOM.into()),
            ("worldCopyJump", true.into()),
            ("maxBounds", corners([-100_000.0, -85.06, 100_000.0, 85.06])),
            ("maxBoundsViscosity", 1.into()),
            ("zoomAnimation", animates.into()),
            ("fadeAnimation", animates.into()),
        ]),
    );
    pane(&map, LAND_PANE, 150);
    pane(&map, COVERAGE_PANE, 220);
    pane(&map, LABELS_PANE, 260);
    leaflet::zoom_control(&options([("position", "bottomright".into())])).add_to(&map);
    leaflet::scale_control(&options([
        ("position", "bottomright".into()),
        ("imperial", false.into()),
    ]))
    .add_to(&map);
    map
}
