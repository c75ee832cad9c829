//! What a response of the worker changes on the page: performs the effects of [`Phase::after`].

use std::rc::Rc;

use dragonfly_core::protocol::{ComputeResult, JobResponse};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::phase::{PhaseEffect, PhaseNote};
use super::polygons::Polygons;
use super::save_view;
use super::signals::set_if_new;
use super::words::words;
use super::{Highres, HighresSignals};
use crate::map::leaflet::{corners, options};
use crate::map::obscured::ObscuredArea;

impl Highres {
    /// Takes the next step after a response to the current request.
    pub fn on_response(self: &Rc<Self>, response: JobResponse, buffers: &[JsValue]) {
        let phase = self.signals.phase;
        let (next, effects) = phase.get_untracked().after(response, || self.compute_request());
        set_if_new(phase, next);
        for effect in effects {
            self.perform(effect, buffers);
        }
    }

    fn perform(self: &Rc<Self>, effect: PhaseEffect, buffers: &[JsValue]) {
        let HighresSignals { found, selected, note, .. } = self.signals;
        match effect {
            PhaseEffect::ShowScenes { found: result, selected: ids } => {
                selected.set(ids);
                found.set(Some(*result));
            }
            PhaseEffect::Compute => self.compute(),
            PhaseEffect::DrawTile(tile) => self.draw_tile(tile, buffers),
            PhaseEffect::PinResult(done) => self.pin(&done),
            PhaseEffect::SaveFile(file) => save_view::save(&file, buffers),
            PhaseEffect::UseArea(area) => self.use_area(area),
            PhaseEffect::ShowNote(shown) => note.set(text_of(shown)),
        }
    }

    /// Keeps the result's area, days and scenes, which the address then holds: a link opens this
    /// very result.
    fn pin(&self, done: &ComputeResult) {
        let requested = self.requested.borrow().clone();
        let mut pinned = requested.unwrap_or_else(|| self.signals.plan.get_untracked());
        pinned.area =
            Some(pinned.area.unwrap_or_else(|| self.area_in_view().on_one_side().polygons));
        pinned.zoom = done.zoom;
        pinned.collection = self.collection.borrow().clone();
        pinned.scenes = done.scenes.iter().map(|scene| scene.id.clone()).collect();
        self.signals.computed.set(Some(pinned));
    }

    fn use_area(&self, area: Polygons) {
        let (obscured, bbox) = (ObscuredArea::by_panel(), area.bbox());
        self.signals.plan.update(|plan| plan.set_area(Some(area)));
        let padding = options([
            ("paddingTopLeft", js_sys::Array::of2(&obscured.left_px.into(), &0.into()).into()),
            (
                "paddingBottomRight",
                js_sys::Array::of2(&0.into(), &obscured.bottom_px.into()).into(),
            ),
        ]);
        self.map.fit_bounds(&corners(bbox), &padding);
    }
}

fn text_of(note: PhaseNote) -> Option<String> {
    match note {
        PhaseNote::Empty => None,
        PhaseNote::Progress(progress) => Some(words().progress(&progress)),
        PhaseNote::Error(error) => Some(format!("{}. {}.", error.message, error.advice)),
        PhaseNote::Text(text) => Some(text),
        PhaseNote::CacheCleared => Some(words().cache_cleared.to_owned()),
    }
}
