//! High resolution: the browser finds scenes, reads the parts of them that it needs, and computes.
//!
//! - Pure and tested natively: [`plan`], [`polygons`] and [`antimeridian`] (what to compute),
//!   [`plan_part`] (its form in an address), [`phase`] (the state machine), [`style`] (colours),
//!   [`words`] (phrases).
//! - The worker: [`session`] sends and receives messages, [`requests`] builds them, [`responses`]
//!   performs what [`phase`] decides.
//! - The map: [`blocks`] stores the tiles received, [`on_map`] draws them with [`overlay`] and
//!   [`pictures`]; [`area_drawing`] draws the area.
//! - The page: [`signals`], [`page_events`], its address ([`link`]), its [`legend`], and the views, of which [`section`] is the outermost.

mod antimeridian;
mod area_drawing;
mod area_view;
mod blocks;
mod confirm_view;
mod dates_view;
mod fault;
mod geopackage;
mod legend;
mod link;
mod on_map;
mod overlay;
mod page_events;
mod phase;
mod pictures;
mod plan;
mod plan_part;
pub(crate) mod polygons;
mod requests;
mod responses;
mod result_view;
mod save_view;
mod scenes_view;
mod section;
mod session;
mod signals;
mod style;
mod style_view;
pub(super) mod timer;
pub(crate) mod words;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use dragonfly_core::attribution::map_attribution;
use dragonfly_core::metadata::UsedScene;
use dragonfly_core::protocol::ComputeResult;
use leptos::mount::mount_to;
use leptos::prelude::*;

use crate::map::leaflet::Map;
use crate::state::address::Address;
use crate::toolbar::bridge::PageBridge;
use area_drawing::AreaDrawing;
use blocks::Blocks;
use overlay::Overlay;
use page_events::start_plan;
use phase::Phase;
use pictures::Pictures;
use plan::Plan;
use session::Session;
pub use signals::HighresSignals;

/// High resolution on a page.
pub struct Highres {
    page: PageBridge,
    map: Map,
    /// The plan that the region in view proposes.
    start: RefCell<Plan>,
    session: RefCell<Option<Rc<Session>>>,
    /// The plan of the computation requested last.
    requested: RefCell<Option<Plan>>,
    /// What this has written into the address, or read from it.
    own_part: RefCell<Option<String>>,
    /// The collection searched last.
    collection: RefCell<Option<String>>,
    blocks: Rc<Blocks>,
    overlay: RefCell<Option<Overlay>>,
    pictures: RefCell<Option<Pictures>>,
    drawing: OnceCell<Rc<AreaDrawing>>,
    signals: HighresSignals,
}

/// High resolution, as views hold it.
pub type HighresHandle = StoredValue<Rc<Highres>, LocalStorage>;

/// Shows high resolution in the page's element for the tools.
pub fn show(page: PageBridge) -> Rc<Highres> {
    let owner = Owner::new();
    let (container, highres) = (page.tools_container(), owner.with(|| Highres::new(page)));
    let shown = highres.clone();
    mount_to(container, move || {
        let highres: HighresHandle = StoredValue::new_local(shown);
        view! { <section::Section highres /> }
    })
    .forget();
    // Its signals live as long as the page.
    std::mem::forget(owner);
    highres
}

impl Highres {
    /// High resolution with the plan of the address, or of the region in view.
    pub fn new(page: PageBridge) -> Rc<Self> {
        let map = page.map();
        let start = start_plan(&page);
        let part = page.part();
        let plan = part
            .as_deref()
            .map_or_else(|| start.clone(), |part| Plan::from_part(part, start.clone()));
        let signals =
            HighresSignals::new(plan, map.zoom(), Address::from_fragment(&page.address()));
        let this = Rc::new(Self {
            page,
            map,
            start: RefCell::new(start),
            session: RefCell::default(),
            requested: RefCell::default(),
            own_part: RefCell::new(part),
            collection: RefCell::default(),
            blocks: Rc::default(),
            overlay: RefCell::default(),
            pictures: RefCell::default(),
            drawing: OnceCell::new(),
            signals,
        });
        this.subscribe();
        this.repaint_on_change();
        this.count_on_change();
        this.show_legend_on_change();
        this.link_on_change();
        // It is set once.
        let _ = this.drawing.set(AreaDrawing::on(&this));
        this.load_config();
        this
    }

    /// The signals that views show and change.
    pub fn signals(&self) -> HighresSignals {
        self.signals
    }

    /// The page that this is a part of.
    pub fn page(&self) -> &PageBridge {
        &self.page
    }

    /// Whether the map is near enough for its view to be computed.
    pub fn is_near(&self) -> bool {
        let min_zoom = self
            .signals
            .config
            .with(|config| config.as_ref().map(|config| f64::from(config.client.highres_zoom)));
        min_zoom.is_some_and(|min_zoom| self.signals.zoom.get() >= min_zoom)
    }

    /// Where the numbers of the result on the map come from, and whom it names; `None` without a
    /// result.
    pub fn provenance(&self) -> Option<String> {
        self.signals.phase.with_untracked(|phase| match phase {
            Phase::Done(done) => {
                Some(format!("{} {}", words::words().provenance(done), self.attribution(done)))
            }
            _ => None,
        })
    }

    /// Whom a result names.
    fn attribution(&self, done: &ComputeResult) -> String {
        let own_text = self.own_attribution();
        let collection = self.collection.borrow().clone().unwrap_or_default();
        let years = done.scenes.iter().map(UsedScene::year).collect();
        map_attribution(&own_text, &collection, &years)
    }

    /// The site's own attribution.
    fn own_attribution(&self) -> String {
        let config = self.signals.config;
        config
            .with_untracked(|config| Some(config.as_ref()?.highres.own_attribution.clone()))
            .unwrap_or_default()
    }
}
