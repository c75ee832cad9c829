//! What is below the tiles: the outlines of the land with names of towns, or a basemap.

use std::rc::Rc;

use dragonfly_core::metadata::Basemap;

use super::{FireMap, LABELS_PANE, MAX_ZOOM};
use crate::map::basemap_layer::{BasemapHooks, BasemapLayer};

impl FireMap {
    /// Shows a basemap above the plain background, as soon as its tiles come; `None` shows the plain
    /// one.
    pub fn set_basemap(self: &Rc<Self>, basemap: Option<&Basemap>) {
        drop(self.basemap.borrow_mut().take());
        self.show_names();
        let Some(basemap) = basemap else { return };
        let shown = Rc::downgrade(self);
        let (title, on_failure) = (basemap.title.clone(), self.on_basemap_failure.clone());
        let hooks = BasemapHooks {
            // It has names of its own.
            on_shown: Rc::new(move || {
                if let Some(map) = shown.upgrade() {
                    map.names.set_hidden(true);
                    map.arrange_titles();
                }
            }),
            on_failure: Rc::new(move || on_failure(&title)),
        };
        let layer = BasemapLayer::on(&self.map, basemap, (LABELS_PANE, MAX_ZOOM), &hooks);
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
