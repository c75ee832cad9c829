//! A background from a server or an extract, and the names that it has above severity.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use dragonfly_core::metadata::Basemap;
use js_sys::{Array, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::HtmlImageElement;

use crate::map::leaflet::{self, GridLayer, Map, TileErrorEvent, options};

#[wasm_bindgen]
extern "C" {
    /// The layers of an extract; an error where it cannot be had. See start.js.
    #[wasm_bindgen(catch, js_namespace = dragonfly, js_name = ground)]
    async fn extract(url: &str, labels_pane: &str, max_zoom: u8) -> Result<JsValue, JsValue>;
}

/// The layers of a basemap, on the map until they are dropped.
pub struct BasemapLayer {
    /// None before an extract is loaded.
    layers: Rc<RefCell<Vec<GridLayer>>>,
}

/// What becomes of a basemap.
#[derive(Clone)]
pub struct BasemapHooks {
    /// Its first tile is shown.
    pub on_shown: Rc<dyn Fn()>,
    /// A tile cannot be had.
    pub on_failure: Rc<dyn Fn()>,
}

impl BasemapLayer {
    /// Lays tiles below severity, and names into the pane `labels_pane`.
    pub fn on(
        map: &Map,
        basemap: &Basemap,
        (labels_pane, max_zoom): (&'static str, u8),
        hooks: &BasemapHooks,
    ) -> Self {
        let panes = [(Some(&basemap.url), "tilePane"), (basemap.labels.as_ref(), labels_pane)];
        let layers = panes.into_iter().filter_map(|(url, pane)| {
            let layer = leaflet::tile_layer(
                url.filter(|url| !url.is_empty())?,
                &options([
                    ("pane", pane.into()),
                    ("maxNativeZoom", basemap.max_zoom.into()),
                    ("maxZoom", max_zoom.into()),
                    // Pictures that readers save hold only tiles that may be copied.
                    ("crossOrigin", true.into()),
                ]),
            );
            follow(&layer, hooks);
            layer.add_to(map);
            Some(layer)
        });
        let this = Self { layers: Rc::new(RefCell::new(layers.collect())) };
        if let Some(file) = &basemap.file {
            this.load(map, format!("/{file}"), (labels_pane, max_zoom), hooks);
        }
        this
    }

    /// Adds the layers of an extract once they are loaded, if this is still on the map then.
    fn load(
        &self,
        map: &Map,
        url: String,
        (labels_pane, max_zoom): (&'static str, u8),
        hooks: &BasemapHooks,
    ) {
        let (map, layers, hooks) = (map.clone(), Rc::downgrade(&self.layers), hooks.clone());
        spawn_local(async move {
            let loaded = extract(&url, labels_pane, max_zoom).await;
            let Some(layers) = layers.upgrade() else { return };
            let Ok(loaded) = loaded else { return (hooks.on_failure)() };
            for layer in Array::from(&loaded).iter() {
                let layer: GridLayer = layer.unchecked_into();
                layer.add_to(&map);
                layers.borrow_mut().push(layer);
            }
            (hooks.on_shown)();
        });
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

/// Calls the hooks. Where the first tile fails, its server may allow no copies: it is requested once
/// more without them, and so are all others if that succeeds.
fn follow(layer: &GridLayer, hooks: &BasemapHooks) {
    let is_shown = Rc::new(Cell::new(false));
    let on_load = Closure::<dyn FnMut()>::new({
        let (is_shown, on_shown) = (is_shown.clone(), hooks.on_shown.clone());
        move || {
            if !is_shown.replace(true) {
                on_shown();
            }
        }
    });
    layer.on_event("tileload", on_load.into_js_value().unchecked_ref());
    let trial = Rc::new(Cell::new(Trial::Copies));
    let (of_layer, on_failure) = (layer.clone(), hooks.on_failure.clone());
    let on_error =
        Closure::<dyn FnMut(TileErrorEvent)>::new(move |event: TileErrorEvent| match trial.get() {
            Trial::Copies if !is_shown.get() => {
                try_without_copies(&event.tile(), &of_layer, &trial, &on_failure);
            }
            Trial::Copies | Trial::Done => on_failure(),
            Trial::WithoutCopies => {}
        });
    layer.on_event("tileerror", on_error.into_js_value().unchecked_ref());
}

/// How tiles are requested.
#[derive(Clone, Copy)]
enum Trial {
    /// As copies.
    Copies,
    /// As copies failed, one is requested without.
    WithoutCopies,
    /// Without copies, or they failed in both ways.
    Done,
}

fn try_without_copies(
    tile: &HtmlImageElement,
    layer: &GridLayer,
    trial: &Rc<Cell<Trial>>,
    on_failure: &Rc<dyn Fn()>,
) {
    // Without a document there is no map either.
    let Ok(image) = HtmlImageElement::new() else { return };
    trial.set(Trial::WithoutCopies);
    let (layer, is_done) = (layer.clone(), trial.clone());
    let on_load = Closure::once_into_js(move || {
        is_done.set(Trial::Done);
        // An option of a layer can always be set.
        let _ = Reflect::set(&layer.options(), &"crossOrigin".into(), &false.into());
        layer.redraw();
    });
    let (on_failure, is_done) = (on_failure.clone(), trial.clone());
    let on_error = Closure::once_into_js(move || {
        is_done.set(Trial::Done);
        on_failure();
    });
    image.set_onload(Some(on_load.unchecked_ref()));
    image.set_onerror(Some(on_error.unchecked_ref()));
    image.set_src(&tile.src());
}
