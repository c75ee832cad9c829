//! What a response of the worker changes on the page: performs the effects of [`Phase::after`].

use std::rc::Rc;

use dragonfly_core::protocol::{ComputeResult, JobResponse, PictureKind};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::Element;

use super::fault::capitalised;
use super::phase::{PhaseEffect, PhaseNote};
use super::plan::Plan;
use super::polygons::AreaPolygons;
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
        self.explain_missing_pictures(&mut pinned);
        self.signals.computed.set(Some(pinned));
        self.show_end();
    }

    /// Shows severity, and why, where the images lack the bands of the pictures that were wanted.
    fn explain_missing_pictures(&self, pinned: &mut Plan) {
        let HighresSignals { plan, shows_pictures, swipe_percent, note, .. } = self.signals;
        let Some(picture) = pinned.picture.filter(|_| !self.blocks.have_pictures()) else {
            return;
        };
        let title = match picture {
            PictureKind::True => words().pictures_true,
            PictureKind::False => words().pictures_false,
        };
        note.set(Some(format!("{}: {}.", capitalised(title), words().no_pictures)));
        pinned.picture = None;
        plan.update(|plan| plan.picture = None);
        shows_pictures.set(false);
        swipe_percent.set(None);
    }

    /// Shows that the result is there, and where.
    fn show_end(&self) {
        if self.signals.computes_on_move.get_untracked() {
            return;
        }
        let message = format!("{} · {}", words().title, words().result);
        self.page.show_message(Some(&message));
        // The view of the result is built after this.
        request_animation_frame(|| {
            let summary = document().query_selector("[data-testid=highres-summary]");
            if let Ok(Some(summary)) = summary
                && let Ok(Some(panel)) = summary.closest(".panel-body")
            {
                let top = |element: &Element| element.get_bounding_client_rect().top();
                let below_px = top(&summary) - top(&panel);
                panel.set_scroll_top(panel.scroll_top() + below_px as i32);
            }
        });
    }

    /// Computes in another area from now on, and shows all of it.
    pub fn use_area(&self, area: AreaPolygons) {
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
        PhaseNote::Error(error) => {
            let fault = words().fault(&error);
            Some(format!("{} {}", fault.sentence, fault.detail))
        }
        PhaseNote::Text(text) => Some(text),
        PhaseNote::CacheCleared => Some(words().cache_cleared.to_owned()),
    }
}
