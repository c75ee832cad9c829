//! A result on the map: draws its tiles and pictures, reads a value, counts hectares.

use std::rc::Rc;

use dragonfly_core::{Empty, Tile};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::overlay::{Overlay, OverlayPainter};
use super::phase::Phase;
use super::pictures::Pictures;
use super::plan::DIVIDER_PERCENT;
use super::style::ResultStyle;
use super::timer::yield_now;
use super::{Highres, HighresSignals};

/// The pane of the nightly tiles, which holds the result and hides them.
const SEVERITY_PANE: &str = "severity";

/// What is read at the chosen point.
pub enum AtPoint {
    /// A value.
    Value {
        /// Of the index that is shown.
        value: f32,
        /// Whether a single image shows the burn, and no other confirms it.
        is_provisional: bool,
    },
    /// Empty, and why.
    Empty(Empty),
}

impl Highres {
    /// What is read at the point that the reader chose on the page.
    pub fn at_point(&self) -> Option<AtPoint> {
        let (lon, lat) = self.signals.address.with(|address| address.point)?;
        self.signals.tiles_version.track();
        Some(match self.blocks.cell_at(lon, lat)? {
            Ok((cell, code)) => {
                let style = self.style();
                let is_provisional = style.is_provisional(cell, code);
                AtPoint::Value { value: style.value(cell), is_provisional }
            }
            Err(reason) => AtPoint::Empty(reason),
        })
    }

    /// How cells are painted now.
    pub fn style(&self) -> ResultStyle {
        let (palette, filter) =
            self.signals.address.with(|address| (address.palette, address.filter));
        let done_offset = self.signals.phase.with(|phase| match phase {
            Phase::Done(done) => done.dnbr_offset,
            _ => None,
        });
        self.signals.plan.with(|plan| ResultStyle {
            index: plan.index,
            thresholds: plan.thresholds.clone(),
            palette,
            filter,
            dnbr_offset: done_offset.filter(|_| plan.dnbr_offset),
        })
    }

    /// Hectares of each class of the style, and last those of provisional ground; counted without
    /// blocking the page.
    pub async fn hectares(&self, style: &ResultStyle) -> Vec<f64> {
        let Some(thresholds) = &style.thresholds else {
            return Vec::new();
        };
        let mut hectares = vec![0.0; thresholds.classes().len() + 1];
        for tiles in self.blocks.tiles().chunks(4) {
            for tile in tiles {
                self.blocks.add_hectares(*tile, style, thresholds, &mut hectares);
            }
            yield_now().await;
        }
        hectares
    }

    /// Stores and draws a tile.
    pub fn draw_tile(&self, tile: Tile, buffers: &[JsValue]) {
        self.blocks.insert(tile, buffers);
        if self.overlay.borrow().is_none() {
            self.add_layers();
        } else {
            if let Some(overlay) = self.overlay.borrow().as_ref() {
                overlay.paint_tile(tile);
            }
            if let Some(pictures) = self.pictures.borrow().as_ref() {
                pictures.paint_tile(tile);
            }
        }
        self.signals.tiles_version.update(|version| *version = version.wrapping_add(1));
    }

    /// Adds the layers of a result to the map.
    fn add_layers(&self) {
        *self.overlay.borrow_mut() = Some(Overlay::on(
            &self.map,
            SEVERITY_PANE,
            &self.blocks,
            self.painter(untrack(|| self.style())),
        ));
        if self.signals.plan.with_untracked(|plan| plan.picture.is_some()) {
            *self.pictures.borrow_mut() = Some(Pictures::on(&self.map, &self.blocks));
            self.arrange();
        }
        set_nightly_hidden(true);
    }

    /// Removes all tiles: the nightly map shows again. Returns their buffers.
    pub fn clear_tiles(&self) -> Vec<JsValue> {
        *self.overlay.borrow_mut() = None;
        *self.pictures.borrow_mut() = None;
        let buffers = self.blocks.clear();
        set_nightly_hidden(false);
        self.signals.tiles_version.update(|version| *version = version.wrapping_add(1));
        buffers
    }

    fn painter(&self, style: ResultStyle) -> OverlayPainter {
        let blocks = self.blocks.clone();
        Box::new(move |tile| blocks.painted(tile, &style))
    }

    /// Paints again when the reader changes the style.
    pub fn repaint_on_change(self: &Rc<Self>) {
        let style = Memo::new({
            let this = StoredValue::new_local(self.clone());
            move |_| this.with_value(|this| this.style())
        });
        let this = self.clone();
        Effect::new(move |_| {
            let style = style.get();
            if let Some(overlay) = this.overlay.borrow().as_ref() {
                overlay.repaint(this.painter(style));
            }
        });
        let this = self.clone();
        Effect::new(move |_| {
            let HighresSignals { shows_pictures, swipe_percent, .. } = this.signals;
            shows_pictures.track();
            swipe_percent.track();
            this.signals.plan.with(|plan| plan.severity_over);
            this.arrange();
        });
    }

    /// Shows severity, or the pictures with their divider.
    fn arrange(&self) {
        let HighresSignals { shows_pictures, swipe_percent, .. } = self.signals;
        let shows = shows_pictures.get_untracked();
        if let Some(pictures) = self.pictures.borrow().as_ref() {
            if shows && swipe_percent.get_untracked().is_none() {
                swipe_percent.set(Some(DIVIDER_PERCENT));
            }
            let is_over = self.signals.plan.with_untracked(|plan| plan.severity_over);
            if let Some(overlay) = self.overlay.borrow().as_ref() {
                overlay.show(!shows || is_over);
            }
            pictures.show(shows);
            pictures.clip(swipe_percent.get_untracked());
        } else if !shows && swipe_percent.get_untracked().is_some() {
            swipe_percent.set(None);
        }
    }
}

/// Below a result of 20 m the nightly tiles would seem to be a part of it.
fn set_nightly_hidden(hidden: bool) {
    if let Ok(Some(pane)) = document().query_selector(".leaflet-severity-pane") {
        // A class with a plain name can always be set.
        let _ = pane.class_list().toggle_with_force("under-highres", hidden);
    }
}
