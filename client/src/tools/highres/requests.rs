//! What high resolution sends to the worker: searches, computations, files.

use std::rc::Rc;

use dragonfly_core::protocol::{
    ComputeRequest, DownloadRequest, FileKind, JobError, JobErrorKind, JobRequest, SearchRequest,
};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::phase::Phase;
use super::plan::Plan;
use super::polygons::AreaPolygons;
use super::session::Session;
use super::style::ResultStyle;
use super::words::words;
use super::{Highres, HighresSignals};
use crate::data::published::region_from_json;
use crate::map::obscured::ObscuredArea;

/// Most cloud of a scene, percent, and more where the reader includes cloudy scenes.
const MAX_CLOUD_COVER: f64 = 60.0;
/// Where no region names another.
const COLLECTION: &str = "sentinel-2-l2a";
/// Scenes a side and tile: those beyond the first fill in for clouds.
const SCENES_PER_TILE: usize = 2;

impl Highres {
    /// Searches scenes for the plan; they are computed at once where the download is small.
    pub fn search(self: &Rc<Self>) {
        let HighresSignals { plan, phase, found, note, .. } = self.signals;
        note.set(None);
        let Some(search) = self.search_request() else {
            return;
        };
        found.set(None);
        phase.set(Phase::Searching(None));
        self.collection.replace(Some(search.collection.clone()));
        self.send(JobRequest::Search(Box::new(search)), &[]);
        self.set_part(Some(plan.with_untracked(Plan::to_part)));
    }

    /// Computes the selected scenes, however large the download is.
    pub fn compute(self: &Rc<Self>) {
        self.signals.computed.set(None);
        *self.requested.borrow_mut() = Some(self.signals.plan.get_untracked());
        let spare_buffers = self.clear_tiles();
        self.signals.phase.set(Phase::Computing(None));
        self.send(JobRequest::Compute(self.compute_request()), &spare_buffers);
    }

    /// Cancels the current request.
    pub fn cancel(self: &Rc<Self>) {
        self.signals.phase.set(Phase::Idle);
        self.send(JobRequest::Cancel, &[]);
    }

    /// Closes the result: the nightly map shows again.
    pub fn close_result(self: &Rc<Self>) {
        let HighresSignals { plan, phase, found, computed, .. } = self.signals;
        computed.set(None);
        if phase.with_untracked(Phase::is_busy) {
            self.cancel();
        }
        self.clear_tiles();
        phase.set(Phase::Idle);
        found.set(None);
        plan.update(|plan| plan.scenes.clear());
        self.set_part(None);
    }

    /// Sends a request to the worker, which is started first if there is none. The buffers are
    /// transferred.
    pub fn send(self: &Rc<Self>, request: JobRequest, buffers: &[JsValue]) {
        if self.session.borrow().is_none() {
            match self.start_session() {
                Ok(session) => *self.session.borrow_mut() = Some(session),
                Err(_) => return self.on_worker_error(),
            }
        }
        if let Some(session) = self.session.borrow().as_ref() {
            session.send(request, buffers);
        }
    }

    fn start_session(self: &Rc<Self>) -> Result<Rc<Session>, JsValue> {
        let on_response = {
            let this = Rc::downgrade(self);
            move |response, buffers: Vec<JsValue>| {
                if let Some(this) = this.upgrade() {
                    this.on_response(response, &buffers);
                }
            }
        };
        let on_error = {
            let this = Rc::downgrade(self);
            move || {
                if let Some(this) = this.upgrade() {
                    this.on_worker_error();
                }
            }
        };
        Session::start(on_response, on_error)
    }

    fn on_worker_error(&self) {
        *self.session.borrow_mut() = None;
        let error = JobError::new(JobErrorKind::Offline, words().worker_failed, "");
        self.signals.phase.set(Phase::Failed(error));
    }

    /// What to compute of the selected scenes.
    pub fn compute_request(&self) -> ComputeRequest {
        let HighresSignals { selected, plan, .. } = self.signals;
        plan.with_untracked(|plan| ComputeRequest {
            scenes: selected.get_untracked(),
            zoom: Some(plan.zoom),
            dnbr_offset: plan.dnbr_offset,
            perimeter: plan
                .perimeter
                .as_ref()
                .map(|perimeter| perimeter.on_one_side().polygons.rounded().to_geojson()),
            picture: plan.picture,
        })
    }

    /// The request for a file of the result in its current style.
    pub fn download_request(&self, file: FileKind) -> DownloadRequest {
        let ResultStyle { index, thresholds, palette, dnbr_offset, .. } = self.style();
        let region = self.page.region().and_then(|text| region_from_json(&text).ok());
        DownloadRequest {
            file,
            index,
            thresholds,
            palette,
            corrected: dnbr_offset.is_some(),
            area_name: region.map(|region| region.title).unwrap_or_default(),
            attribution: self.own_attribution(),
        }
    }

    fn search_request(&self) -> Option<SearchRequest> {
        let HighresSignals { plan, config, includes_cloudy, note, .. } = self.signals;
        let config = config.get_untracked()?;
        let map_meta = self
            .page
            .region()
            .and_then(|text| region_from_json(&text).ok())
            .and_then(|region| region.map);
        plan.with_untracked(|plan| {
            let side = plan.area.clone().unwrap_or_else(|| self.area_in_view()).on_one_side();
            if !side.is_whole {
                note.set(Some(words().one_side.to_owned()));
            }
            // An address that names scenes names their collection, whichever region is in view.
            let pinned = plan.collection.clone().filter(|_| !plan.scenes.is_empty());
            let collection = pinned
                .or(map_meta.map(|map| map.collection))
                .unwrap_or_else(|| COLLECTION.to_owned());
            let max_cloud_cover =
                if includes_cloudy.get_untracked() { 100.0 } else { MAX_CLOUD_COVER };
            Some(SearchRequest {
                area: side.polygons.rounded().to_geojson(),
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
                max_cloud_cover,
                scenes_per_tile: SCENES_PER_TILE,
                pinned: plan.scenes.clone(),
            })
        })
    }

    /// The part of the map that is in view and not obscured.
    pub fn area_in_view(&self) -> AreaPolygons {
        let (obscured, size) = (ObscuredArea::by_panel(), self.map.size());
        let at = |x: f64, y: f64| self.map.place_at(&js_sys::Array::of2(&x.into(), &y.into()));
        let (first, last) =
            (at(obscured.left_px, 0.0), at(size.x(), size.y() - obscured.bottom_px));
        AreaPolygons::from_box([
            first.lng(),
            last.lat().max(-85.0),
            last.lng(),
            first.lat().min(85.0),
        ])
    }
}
