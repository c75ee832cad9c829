//! What high resolution does when the page changes, the map moves or the settings arrive.

use std::cell::Cell;
use std::rc::Rc;

use chrono::{DateTime, NaiveDate};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use super::phase::Phase;
use super::plan::Plan;
use super::signals::{HighresSettings, set_if_new};
use super::timer::sleep_ms;
use super::{Highres, HighresSignals};
use crate::data::fetch;
use crate::data::published::{CONFIG_URL, config_from_json, region_from_json};
use crate::state::address::Address;
use crate::toolbar::bridge::PageBridge;

/// Milliseconds after which a moved map is computed, when the reader has enabled that.
const COMPUTE_AFTER_MOVE_MS: i32 = 700;

impl Highres {
    /// Subscribes to changes of the page and to moves of the map.
    pub fn subscribe(self: &Rc<Self>) {
        let on_change = Closure::<dyn Fn()>::new({
            let this = self.clone();
            move || this.on_page_change()
        });
        self.page.listen(on_change.as_ref().unchecked_ref());
        on_change.forget();
        let moves = Rc::new(Cell::new(0_u32));
        let on_move = Closure::<dyn Fn()>::new({
            let this = self.clone();
            move || this.on_map_move(&moves)
        });
        self.map.on("moveend zoomend", on_move.into_js_value().unchecked_ref());
    }

    fn on_page_change(self: &Rc<Self>) {
        let HighresSignals { address, plan, phase, .. } = self.signals;
        set_if_new(address, Address::from_fragment(&self.page.address()));
        self.open_part(self.page.part());
        // Another region brings its own days, unless something was computed or an address set them.
        let start = start_plan(&self.page);
        let is_other = self.start.replace(start.clone()) != start;
        if is_other
            && phase.with_untracked(|phase| *phase == Phase::Idle)
            && self.page.part().is_none()
        {
            plan.update(|plan| {
                (plan.pre, plan.post, plan.assessment) = (start.pre, start.post, start.assessment);
            });
        }
    }

    /// `moves` counts the moves, so that only the last of several is computed.
    fn on_map_move(self: &Rc<Self>, moves: &Rc<Cell<u32>>) {
        let HighresSignals { plan, zoom, swipe_percent, computes_on_move, .. } = self.signals;
        set_if_new(zoom, self.map.zoom());
        if let Some(pictures) = self.pictures.borrow().as_ref() {
            pictures.clip(swipe_percent.get_untracked());
        }
        moves.set(moves.get().wrapping_add(1));
        let is_drawing = self.signals.drawing.with_untracked(Option::is_some);
        if computes_on_move.get_untracked() && !is_drawing && untrack(|| self.is_near()) {
            let (this, moves, at) = (self.clone(), moves.clone(), moves.get());
            spawn_local(async move {
                sleep_ms(COMPUTE_AFTER_MOVE_MS).await;
                if moves.get() == at {
                    plan.update(|plan| plan.set_area(None));
                    this.search();
                }
            });
        }
    }

    /// Loads the site's settings, then computes what the address pins.
    pub fn load_config(self: &Rc<Self>) {
        let this = self.clone();
        spawn_local(async move {
            let text = fetch::fresh_text(CONFIG_URL).await.ok();
            let config = text.and_then(|text| {
                let highres = serde_json::from_str(&text).unwrap_or_default();
                Some(HighresSettings { client: config_from_json(&text).ok()?, highres })
            });
            this.signals.config.set(config);
            // A link to a result names its area.
            if this.signals.plan.with_untracked(|plan| plan.area.is_some()) {
                this.search();
            }
        });
    }
}

/// The plan with the days of the region in view; without one the last weeks are compared.
pub fn start_plan(page: &PageBridge) -> Plan {
    let region = page.region().and_then(|text| region_from_json(&text).ok());
    Plan::at_start(region.and_then(|region| region.map).as_ref(), today())
}

fn today() -> NaiveDate {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default().date_naive()
}
