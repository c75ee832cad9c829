//! What is below the tiles: the outlines of the land with names of towns, or a raster basemap.

use std::rc::Rc;

use dragonfly_core::metadata::Basemap;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use super::{FireMap, MAX_ZOOM};
use crate::map::land_layer::{
    COARSE_WORLD_URL, FINE_FROM_ZOOM, FINE_WORLD_URL, SKETCHED_WORLD_URL, fetch_world,
};
use crate::map::leaflet::{self, options};

/// How fine the outlines of the land are, or will be once they are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LandDetail {
    None,
    Coarse,
    Fine,
}

impl FireMap {
    /// Shows a raster basemap instead of the plain background; `None` shows the plain one.
    pub fn set_basemap(&self, basemap: Option<&Basemap>) {
        if let Some(before) = self.basemap.borrow_mut().take() {
            before.remove();
        }
        let layer = basemap.map(|basemap| {
            let fine =
                options([("maxNativeZoom", basemap.max_zoom.into()), ("maxZoom", MAX_ZOOM.into())]);
            let layer = leaflet::tile_layer(&basemap.url, &fine);
            let (title, on_failure) = (basemap.title.clone(), self.on_basemap_failure.clone());
            let failed = Closure::<dyn FnMut()>::new(move || on_failure(&title));
            layer.on_event("tileerror", failed.into_js_value().unchecked_ref());
            layer.add_to(&self.map);
            layer
        });
        self.names.set_hidden(layer.is_some());
        *self.basemap.borrow_mut() = layer;
        self.arrange_titles();
    }

    /// Fetches the outlines that the zoom calls for, unless they are loaded or loading.
    pub fn refine_land(self: &Rc<Self>) {
        let wanted =
            if self.map.zoom() >= FINE_FROM_ZOOM { LandDetail::Fine } else { LandDetail::Coarse };
        if self.land_detail.get() >= wanted {
            return;
        }
        let before = self.land_detail.replace(wanted);
        let url = if wanted == LandDetail::Fine { FINE_WORLD_URL } else { COARSE_WORLD_URL };
        let this = self.clone();
        spawn_local(async move {
            if before == LandDetail::None
                && let Ok(world) = fetch_world(SKETCHED_WORLD_URL).await
                && this.land_detail.get() == wanted
            {
                this.land.show(world);
            }
            match fetch_world(url).await {
                // Finer outlines may have been requested meanwhile.
                Ok(world) if this.land_detail.get() == wanted => this.land.show(world),
                Ok(_) => {}
                Err(_) => {
                    this.land_detail.set(before);
                    (this.on_land_failure)();
                }
            }
            // Names come after the land that they stand on.
            let named = this.clone();
            this.names.load(move || named.arrange_titles());
        });
    }
}
