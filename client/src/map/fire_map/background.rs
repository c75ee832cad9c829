//! What is below the tiles: the outlines of the land with names of towns, or a basemap.

use std::cell::Cell;
use std::rc::Rc;

use dragonfly_core::metadata::Basemap;

use super::{FireMap, LABELS_PANE, MAX_ZOOM};
use crate::map::basemap_layer::BasemapLayer;

impl FireMap {
    /// Shows a basemap above the plain background, as soon as its tiles come; `None` shows the plain
    /// one, whose coasts nobody sees below a basemap of the whole world.
    pub fn set_basemap(self: &Rc<Self>, basemap: Option<&Basemap>) {
        drop(self.basemap.borrow_mut().take());
        if basemap.is_none_or(|basemap| basemap.file.is_some()) {
            self.land.show_coasts();
        }
        let Some(basemap) = basemap else { return self.show_names() };
        let (map, is_shown) = (Rc::downgrade(self), Rc::new(Cell::new(false)));
        // It has names of its own.
        let on_shown = {
            let (map, is_shown) = (map.clone(), is_shown.clone());
            move || {
                is_shown.set(true);
                if let Some(map) = map.upgrade() {
                    map.names.set_hidden(true);
                    map.arrange_titles();
                }
            }
        };
        let (title, on_failure) = (basemap.title.clone(), self.on_basemap_failure.clone());
        let on_failure = move || {
            if let Some(map) = map.upgrade().filter(|_| !is_shown.get()) {
                map.land.show_coasts();
                map.show_names();
            }
            on_failure(&title);
        };
        let panes = (LABELS_PANE, MAX_ZOOM);
        let layer = BasemapLayer::on(&self.map, basemap, panes, on_shown, on_failure);
        *self.basemap.borrow_mut() = Some(layer);
    }

    /// Shows the names of towns, which are fetched first.
    fn show_names(self: &Rc<Self>) {
        self.names.set_hidden(false);
        self.arrange_titles();
        let named = self.clone();
        self.names.load(move || named.arrange_titles());
    }
}
