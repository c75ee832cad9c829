//! High resolution: the reader's own browser finds scenes, reads what it needs of them, and
//! computes.
//!
//! [`plan`], [`phase`], [`look`] and [`words`] think; [`session`] speaks to the worker; [`blocks`]
//! keep what comes, [`on_map`] lays it there by [`overlay`] and [`pictures`]; the views ask and
//! tell.

mod antimeridian;
mod area_drawing;
mod area_view;
mod ask_view;
mod blocks;
mod dates_view;
mod look;
mod on_map;
mod overlay;
mod phase;
mod pictures;
mod plan;
mod result_view;
mod save_view;
mod scenes_view;
mod section;
mod session;
mod words;

use std::cell::RefCell;
use std::rc::Rc;

use chrono::{DateTime, NaiveDate};
use dragonfly_core::Tile;
use dragonfly_core::metadata::{ClientConfig, HighresConfig};
use dragonfly_core::protocol::{
    ComputeRequest, ComputeResult, DownloadRequest, FileKind, JobError, JobErrorKind, JobRequest,
    JobResponse, SearchRequest, SearchResult,
};
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use crate::data::fetch;
use crate::data::published::{CONFIG_URL, config_from_json, region_from_json};
use crate::map::leaflet::{Map, corners, options};
use crate::map::obscured::Covered;
use crate::state::address::Address;
use crate::toolbar::bridge::PageBridge;
use blocks::Blocks;
use look::ResultStyle;
use overlay::Overlay;
use phase::{Next, Phase};
use pictures::Pictures;
use plan::{Plan, Polygons};
use session::Session;

/// Most cloud of a scene, percent, and more where the reader says so.
const MAX_CLOUD_COVER: f64 = 60.0;
/// Where no region names another.
const COLLECTION: &str = "sentinel-2-l2a";
/// Scenes a side and tile: those beyond the first fill in for clouds.
const SCENES_PER_TILE: usize = 2;
/// Milliseconds after which a moved map is computed, when the reader wants that.
const FOLLOW_AFTER_MS: i32 = 700;

/// High resolution on a page. What it tells is kept in signals.
pub struct Highres {
    page: PageBridge,
    map: Map,
    /// What the region in view proposes.
    start: RefCell<Plan>,
    session: RefCell<Option<Rc<Session>>>,
    /// What was searched last.
    collection: RefCell<Option<String>>,
    blocks: Rc<Blocks>,
    overlay: RefCell<Option<Overlay>>,
    pictures: RefCell<Option<Pictures>>,
    told: HighresSignals,
}

/// What views show and change. A copy is the same.
#[derive(Clone, Copy)]
pub struct HighresSignals {
    /// What is wanted.
    pub plan: RwSignal<Plan>,
    /// How far it is.
    pub phase: RwSignal<Phase>,
    /// What the last search found.
    pub found: RwSignal<Option<SearchResult>>,
    /// Scenes that are used: those found best, or the reader's own choice.
    pub selected: RwSignal<Vec<String>>,
    /// Whether pictures are shown instead of severity.
    pub shows_pictures: RwSignal<bool>,
    /// Where the divider between the pictures stands.
    pub swipe: RwSignal<Option<u8>>,
    /// Whether the map is computed wherever it is moved.
    pub follows: RwSignal<bool>,
    /// Whether cloudy scenes are taken too.
    pub takes_cloudy: RwSignal<bool>,
    /// A sentence beside the buttons.
    pub note: RwSignal<Option<String>>,
    /// The site's settings; `None` until they are here.
    pub config: RwSignal<Option<HighresSettings>>,
    /// The map's zoom.
    pub zoom: RwSignal<f64>,
    /// What the page shows.
    pub address: RwSignal<Address>,
    /// Goes up with every block, and when all are gone.
    pub change: RwSignal<u32>,
}

/// What the site says of high resolution.
#[derive(Clone, Debug)]
pub struct HighresSettings {
    /// The settings of the page.
    pub client: ClientConfig,
    /// Those of the computing.
    pub highres: HighresConfig,
}

/// Shows high resolution in the room that the page gives.
pub fn show(page: PageBridge) -> Rc<Highres> {
    let owner = Owner::new();
    let (room, highres) = (page.room(), owner.with(|| Highres::on(page)));
    let shown = highres.clone();
    mount_to(room, move || {
        let highres: HighresHandle = StoredValue::new_local(shown);
        view! { <section::Section highres /> }
    })
    .forget();
    // Its signals live as long as the page.
    std::mem::forget(owner);
    highres
}

/// High resolution, as views hold it.
pub type HighresHandle = StoredValue<Rc<Highres>, LocalStorage>;

impl Highres {
    /// Sets to work in the room that the page gives.
    pub fn on(page: PageBridge) -> Rc<Self> {
        let map = page.map();
        let today = today();
        let start = start_plan(&page, today);
        let plan =
            page.part().map_or_else(|| start.clone(), |part| Plan::from_part(&part, start.clone()));
        let told = HighresSignals {
            plan: RwSignal::new(plan),
            phase: RwSignal::default(),
            found: RwSignal::default(),
            selected: RwSignal::default(),
            shows_pictures: RwSignal::default(),
            swipe: RwSignal::new(None),
            follows: RwSignal::default(),
            takes_cloudy: RwSignal::default(),
            note: RwSignal::default(),
            config: RwSignal::default(),
            zoom: RwSignal::new(map.zoom()),
            address: RwSignal::new(Address::from_fragment(&page.address())),
            change: RwSignal::default(),
        };
        let this = Rc::new(Self {
            page,
            map,
            start: RefCell::new(start),
            session: RefCell::default(),
            collection: RefCell::default(),
            blocks: Rc::default(),
            overlay: RefCell::default(),
            pictures: RefCell::default(),
            told,
        });
        this.listen();
        this.follow_looks();
        this.load_config();
        this
    }

    /// What views show and change.
    pub fn told(&self) -> HighresSignals {
        self.told
    }

    /// The page around.
    pub fn page(&self) -> &PageBridge {
        &self.page
    }

    /// Whether the map is near enough for its view to be computed.
    pub fn is_near(&self) -> bool {
        let least = self
            .told
            .config
            .with(|config| config.as_ref().map(|config| f64::from(config.client.highres_zoom)));
        least.is_some_and(|least| self.told.zoom.get() >= least)
    }

    /// Looks for scenes of the plan, and computes them when that is little.
    pub fn compute(self: &Rc<Self>) {
        let HighresSignals { plan, phase, found, note, .. } = self.told;
        note.set(None);
        let Some(search) = self.search() else {
            return;
        };
        found.set(None);
        phase.set(Phase::Searching(None));
        self.collection.replace(Some(search.collection.clone()));
        self.order(JobRequest::Search(Box::new(search)), &[]);
        self.page.set_part(Some(&plan.with_untracked(Plan::to_part)));
    }

    /// Computes what was found, whatever it weighs.
    pub fn go_on(self: &Rc<Self>) {
        let spare = self.put_tiles_away();
        self.told.phase.set(Phase::Computing(None));
        self.order(JobRequest::Compute(self.wish()), &spare);
    }

    /// What is wanted of the scenes that are used.
    fn wish(&self) -> ComputeRequest {
        let HighresSignals { selected, plan, .. } = self.told;
        plan.with_untracked(|plan| ComputeRequest {
            scenes: selected.get_untracked(),
            zoom: Some(plan.zoom),
            dnbr_offset: plan.dnbr_offset,
            perimeter: plan
                .perimeter
                .as_ref()
                .map(|perimeter| perimeter.on_one_side().polygons.to_geojson()),
            picture: plan.picture,
        })
    }

    /// Ends what is under way, at once.
    pub fn cancel(self: &Rc<Self>) {
        self.told.phase.set(Phase::Idle);
        self.order(JobRequest::Cancel, &[]);
    }

    /// Puts the result away: the nightly map shows again.
    pub fn put_away(self: &Rc<Self>) {
        if self.told.phase.with_untracked(Phase::is_busy) {
            self.cancel();
        }
        self.put_tiles_away();
        self.told.phase.set(Phase::Idle);
        self.told.found.set(None);
        self.told.plan.update(|plan| plan.scenes.clear());
        self.page.set_part(None);
    }

    /// Orders something of the worker, which is started first, if need be.
    pub fn order(self: &Rc<Self>, request: JobRequest, buffers: &[JsValue]) {
        if self.session.borrow().is_none() {
            let hear = {
                let this = Rc::downgrade(self);
                move |answer, buffers| {
                    if let Some(this) = this.upgrade() {
                        this.hear(answer, buffers);
                    }
                }
            };
            let failed = {
                let this = Rc::downgrade(self);
                move || {
                    if let Some(this) = this.upgrade() {
                        this.lose_worker();
                    }
                }
            };
            match Session::start(hear, failed) {
                Ok(session) => *self.session.borrow_mut() = Some(session),
                Err(_) => return self.lose_worker(),
            }
        }
        if let Some(session) = self.session.borrow().as_ref() {
            session.order(request, buffers);
        }
    }

    /// What the map shows: where its numbers come from. `None` without a result.
    pub fn about(&self) -> Option<String> {
        self.told.phase.with_untracked(|phase| match phase {
            Phase::Done(done) => Some(words::words().about(done)),
            _ => None,
        })
    }

    /// The order of a file, as the result is looked at now.
    pub fn download(&self, file: FileKind) -> DownloadRequest {
        let ResultStyle { index, thresholds, palette, dnbr_offset, .. } = self.look();
        let region = self.page.region().and_then(|text| region_from_json(&text).ok());
        let attribution = self
            .told
            .config
            .with(|config| config.as_ref().map(|config| config.client.attribution.clone()));
        DownloadRequest {
            file,
            index,
            thresholds,
            palette,
            corrected: dnbr_offset.is_some(),
            area_name: region.map(|region| region.title).unwrap_or_default(),
            attribution: attribution.unwrap_or_default(),
        }
    }

    fn search(&self) -> Option<SearchRequest> {
        let HighresSignals { plan, config, takes_cloudy, note, .. } = self.told;
        let config = config.get_untracked()?;
        let map_meta = self
            .page
            .region()
            .and_then(|text| region_from_json(&text).ok())
            .and_then(|region| region.map);
        plan.with_untracked(|plan| {
            let side = plan.area.clone().unwrap_or_else(|| self.view()).on_one_side();
            if !side.is_whole {
                note.set(Some(words::words().one_side.to_owned()));
            }
            // An address that names scenes says where they are, whichever region is in view.
            let pinned = plan.collection.clone().filter(|_| !plan.scenes.is_empty());
            let collection = pinned
                .or(map_meta.map(|map| map.collection))
                .unwrap_or_else(|| COLLECTION.to_owned());
            Some(SearchRequest {
                area: side.polygons.to_geojson(),
                zoom: plan.zoom,
                pre: plan.pre,
                post: plan.post,
                assessment: plan.assessment,
                stac_url: config.client.stac_url.clone()?,
                collection,
                token_url: config.highres.token_url.clone(),
                catalogue_hosts: config.highres.catalogue_hosts.clone(),
                allow_private_addresses: config.highres.allow_private_addresses,
                mask_rules: config.highres.mask_rules.clone(),
                proxy_base: config.client.proxy_base.clone(),
                max_cloud_cover: if takes_cloudy.get_untracked() { 100.0 } else { MAX_CLOUD_COVER },
                scenes_per_tile: SCENES_PER_TILE,
                pinned: plan.scenes.clone(),
            })
        })
    }

    /// The part of the map that the reader sees.
    fn view(&self) -> Polygons {
        let (covered, size) = (Covered::by_panel(), self.map.size());
        let at = |x: f64, y: f64| self.map.place_at(&js_sys::Array::of2(&x.into(), &y.into()));
        let (first, last) = (at(covered.left_px, 0.0), at(size.x(), size.y() - covered.bottom_px));
        Polygons::from_box([first.lng(), last.lat().max(-85.0), last.lng(), first.lat().min(85.0)])
    }

    fn hear(self: &Rc<Self>, answer: JobResponse, buffers: Vec<JsValue>) {
        let HighresSignals { phase, found, selected, note, .. } = self.told;
        match &answer {
            JobResponse::Found(told) => {
                selected.set(phase::chosen(told));
                found.set(Some(told.as_ref().clone()));
            }
            JobResponse::Block(at) => {
                return self.take_block(Tile { z: at.z, x: at.x, y: at.y }, &buffers);
            }
            JobResponse::File(file) => {
                note.set(None);
                return save_view::save(file, &buffers);
            }
            // A file may take a while: the one in the scenes' own grid is computed anew.
            JobResponse::Progress(progress)
                if phase.with_untracked(|phase| matches!(phase, Phase::Done(_))) =>
            {
                return note.set(Some(words::words().progress(progress)));
            }
            JobResponse::Area { geojson, note: about } => {
                note.set(about.clone());
                return self.take_area(geojson);
            }
            JobResponse::Cleared => return note.set(Some(words::words().cache_cleared.to_owned())),
            JobResponse::Done(done) => self.pin(done),
            // A file that cannot be written leaves the result as it is.
            JobResponse::Error(fault)
                if phase.with_untracked(|phase| matches!(phase, Phase::Done(_))) =>
            {
                return note.set(Some(format!("{}. {}.", fault.message, fault.advice)));
            }
            _ => {}
        }
        let (next_phase, next) = phase.get_untracked().after(&answer, &self.wish());
        phase.set(next_phase);
        if next == Next::Compute {
            self.go_on();
        }
    }

    /// Lets the address open this very result: its area, days and scenes.
    fn pin(&self, done: &ComputeResult) {
        let mut pinned = self.told.plan.get_untracked();
        pinned.area = Some(pinned.area.unwrap_or_else(|| self.view().on_one_side().polygons));
        pinned.zoom = done.zoom;
        pinned.collection = self.collection.borrow().clone();
        pinned.scenes = done.scenes.iter().map(|scene| scene.id.clone()).collect();
        self.page.set_part(Some(&pinned.to_part()));
    }

    fn take_area(&self, geojson: &str) {
        if let Some(area) = Polygons::from_geojson(geojson).map(Polygons::joined) {
            let (covered, bbox) = (Covered::by_panel(), area.bbox());
            self.told.plan.update(|plan| plan.take_area(Some(area)));
            let free = options([
                ("paddingTopLeft", js_sys::Array::of2(&covered.left_px.into(), &0.into()).into()),
                (
                    "paddingBottomRight",
                    js_sys::Array::of2(&0.into(), &covered.bottom_px.into()).into(),
                ),
            ]);
            self.map.fit_bounds(&corners(bbox), &free);
            self.told.phase.set(Phase::Idle);
        }
    }

    fn lose_worker(&self) {
        *self.session.borrow_mut() = None;
        let words = words::words();
        self.told.phase.set(Phase::Failed(JobError {
            kind: JobErrorKind::Offline,
            message: words.worker_failed.to_owned(),
            advice: String::new(),
            scene: None,
        }));
    }

    /// Hears the page and the map.
    fn listen(self: &Rc<Self>) {
        let heard = Closure::<dyn Fn()>::new({
            let this = self.clone();
            move || {
                let HighresSignals { address, plan, phase, .. } = this.told;
                set_if_new(address, Address::from_fragment(&this.page.address()));
                // Another region brings its own days, unless the reader is at something.
                let start = start_plan(&this.page, today());
                let is_other = this.start.replace(start.clone()) != start;
                if is_other
                    && phase.with_untracked(|phase| *phase == Phase::Idle)
                    && this.page.part().is_none()
                {
                    plan.update(|plan| {
                        (plan.pre, plan.post, plan.assessment) =
                            (start.pre, start.post, start.assessment);
                    });
                }
            }
        });
        self.page.listen(heard.as_ref().unchecked_ref());
        heard.forget();
        let moves = Rc::new(std::cell::Cell::new(0_u32));
        let moved = Closure::<dyn Fn()>::new({
            let this = self.clone();
            move || {
                set_if_new(this.told.zoom, this.map.zoom());
                if let Some(pictures) = this.pictures.borrow().as_ref() {
                    pictures.clip(this.told.swipe.get_untracked());
                }
                moves.set(moves.get().wrapping_add(1));
                if this.told.follows.get_untracked() && untrack(|| this.is_near()) {
                    let (this, moves, at) = (this.clone(), moves.clone(), moves.get());
                    spawn_local(async move {
                        breathe(FOLLOW_AFTER_MS).await;
                        if moves.get() == at {
                            this.told.plan.update(|plan| plan.take_area(None));
                            this.compute();
                        }
                    });
                }
            }
        });
        self.map.on("moveend zoomend", moved.into_js_value().unchecked_ref());
    }

    fn load_config(self: &Rc<Self>) {
        let this = self.clone();
        spawn_local(async move {
            let text = fetch::fresh_text(CONFIG_URL).await.ok();
            let config = text.and_then(|text| {
                let highres = serde_json::from_str(&text).unwrap_or_default();
                Some(HighresSettings { client: config_from_json(&text).ok()?, highres })
            });
            this.told.config.set(config);
            // A link to a result names its area.
            if this.told.plan.with_untracked(|plan| plan.area.is_some()) {
                this.compute();
            }
        });
    }
}

/// The region in view brings its days; without one the last weeks are compared.
fn start_plan(page: &PageBridge, today: NaiveDate) -> Plan {
    let region = page.region().and_then(|text| region_from_json(&text).ok());
    Plan::at_start(region.and_then(|region| region.map).as_ref(), today)
}

fn today() -> NaiveDate {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default().date_naive()
}

fn set_if_new<T: PartialEq + Clone + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|before| *before != value) {
        signal.set(value);
    }
}

/// Lets the browser do something else for some milliseconds.
async fn breathe(milliseconds: i32) {
    let waited = js_sys::Promise::new(&mut |resolve, _| {
        // Without a timer the wait would never end.
        if window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds)
            .is_err()
        {
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    let _ = wasm_bindgen_futures::JsFuture::from(waited).await;
}
