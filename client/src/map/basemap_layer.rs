//! A background from a server or an extract, and the names that it has above severity.

use std::cell::RefCell;
use std::rc::Rc;

use dragonfly_core::metadata::Basemap;
use js_sys::{Array, Function, Object};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use crate::map::leaflet::{GridLayer, Map, options};

#[wasm_bindgen]
extern "C" {
    /// The layers of a basemap; an error where they cannot be had. See client/ground.js.
    #[wasm_bindgen(catch, js_namespace = dragonfly, js_name = ground)]
    async fn layers(
        basemap: &Object,
        on_shown: &Function,
        on_failure: &Function,
    ) -> Result<JsValue, JsValue>;
}

/// The layers of a basemap, on the map until they are dropped.
pub struct BasemapLayer {
    /// None before they are loaded.
    layers: Rc<RefCell<Vec<GridLayer>>>,
}

impl BasemapLayer {
    /// Lays tiles below severity, and names into the pane `labels_pane`. Calls `on_shown` once there
    /// is something to see, `on_failure` when a tile or all of it cannot be had.
    pub fn on(
        map: &Map,
        basemap: &Basemap,
        (labels_pane, max_zoom): (&str, u8),
        on_shown: impl Fn() + 'static,
        on_failure: impl Fn() + 'static,
    ) -> Self {
        let this = Self { layers: Rc::default() };
        let basemap = options([
            ("url", basemap.url.as_str().into()),
            ("labels", basemap.labels.as_deref().into()),
            ("file", basemap.file.as_deref().into()),
            ("labelsPane", labels_pane.into()),
            ("maxNativeZoom", basemap.max_zoom.into()),
            ("maxZoom", max_zoom.into()),
        ]);
        let (map, added) = (map.clone(), Rc::downgrade(&this.layers));
        let on_shown: Function = callback(on_shown);
        let on_failure: Function = callback(on_failure);
        spawn_local(async move {
            let loaded = layers(&basemap, &on_shown, &on_failure).await;
            // Another may be shown by now.
            let Some(added) = added.upgrade() else { return };
            let Ok(loaded) = loaded else {
                // The function is this program's own.
                let _ = on_failure.call0(&JsValue::NULL);
                return;
            };
            for layer in Array::from(&loaded).iter() {
                let layer: GridLayer = layer.unchecked_into();
                layer.add_to(&map);
                added.borrow_mut().push(layer);
            }
        });
        this
    }

    /// Requests all tiles again.
    pub fn redraw(&self) {
        self.layers.borrow().iter().for_each(|layer| drop(layer.redraw()));
    }
}

impl Drop for BasemapLayer {
    fn drop(&mut self) {
        self.layers.borrow().iter().for_each(|layer| drop(layer.remove()));
    }
}

fn callback(act: impl Fn() + 'static) -> Function {
    Closure::<dyn Fn()>::new(act).into_js_value().unchecked_into()
}
