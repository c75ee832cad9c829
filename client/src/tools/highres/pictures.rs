//! The pictures before and after the fire, one over the other with a divider between them.

use std::rc::Rc;

use dragonfly_core::Tile;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::blocks::{Blocks, When};
use super::overlay::Overlay;
use crate::map::leaflet::Map;
use crate::map::obscured::ObscuredArea;

const AFTER_PANE: &str = "highres-after";
const BEFORE_PANE: &str = "highres-before";

/// Both pictures on the map, until dropped.
pub struct Pictures {
    map: Map,
    before_pane: HtmlElement,
    after_pane: HtmlElement,
    before: Overlay,
    after: Overlay,
}

impl Pictures {
    /// Adds the pictures of blocks to a map, below its severity.
    pub fn on(map: &Map, blocks: &Rc<Blocks>) -> Self {
        let (after_pane, before_pane) = (pane(map, AFTER_PANE, 240), pane(map, BEFORE_PANE, 241));
        let add = |pane: &str, when: When| {
            let own = blocks.clone();
            Overlay::on(map, pane, blocks, Box::new(move |tile| own.picture(tile, when)))
        };
        let (before, after) = (add(BEFORE_PANE, When::Before), add(AFTER_PANE, When::After));
        Self { map: map.clone(), before_pane, after_pane, before, after }
    }

    /// Shows or hides both.
    pub fn show(&self, shows: bool) {
        for pane in [&self.before_pane, &self.after_pane] {
            // A style with a plain name can always be set.
            let _ = pane.style().set_property("display", if shows { "block" } else { "none" });
        }
    }

    /// Shows the picture before to the left of the divider alone. Panes move with the map, so this
    /// computes_on_move each move.
    pub fn clip(&self, percent: Option<u8>) {
        let path = ObscuredArea::by_panel().left_of_divider(&self.map, percent.unwrap_or(100));
        let _ = self.before_pane.style().set_property("clip-path", &path);
    }

    /// Paints a new tile.
    pub fn paint_tile(&self, tile: Tile) {
        self.before.paint_tile(tile);
        self.after.paint_tile(tile);
    }
}

fn pane(map: &Map, name: &str, z_index: u16) -> HtmlElement {
    let known = map.container().query_selector(&format!(".leaflet-{name}-pane")).ok().flatten();
    let pane = known.and_then(|pane| pane.dyn_into().ok()).unwrap_or_else(|| map.create_pane(name));
    let _ = pane.style().set_property("z-index", &z_index.to_string());
    pane
}
