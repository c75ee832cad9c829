//! The site's further layers: their switches in the panel, and the layers themselves on the map.

mod geojson;
mod layer;
mod switches;

use std::cell::RefCell;
use std::rc::Rc;

use dragonfly_core::overlay::{OverlayKind, SiteOverlay, check_overlays};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::data::fetch;
use crate::data::published::CONFIG_URL;
use crate::state::address::Address;
use crate::toolbar::bridge::PageBridge;
use crate::tools::highres::words::fill;
use crate::tools::share_words::share_words;
use layer::{ShownLayer, pane};

/// The layers of a site, and which of them are shown.
pub struct Overlays {
    page: PageBridge,
    overlays: Vec<SiteOverlay>,
    /// Whether each is switched on.
    is_shown: RwSignal<Vec<bool>>,
    /// What is on the map of each.
    layers: RefCell<Vec<Option<ShownLayer>>>,
}

impl Overlays {
    /// Loads the site's layers, and shows them with their switches; nothing where there are none.
    pub fn load(page: PageBridge, shown: Rc<RefCell<Option<Rc<Self>>>>) {
        spawn_local(async move {
            let Ok(text) = fetch::text(CONFIG_URL).await else { return };
            let overlays = read(&text);
            // The command may have come twice meanwhile.
            if !overlays.is_empty() && shown.borrow().is_none() {
                *shown.borrow_mut() = Some(Self::show(page, overlays));
            }
        });
    }

    fn show(page: PageBridge, overlays: Vec<SiteOverlay>) -> Rc<Self> {
        pane(&page.map());
        let owner = Owner::new();
        let this = owner.with(|| {
            Rc::new(Self {
                is_shown: RwSignal::new(shown_by(&page, &overlays)),
                page,
                layers: RefCell::new(overlays.iter().map(|_| None).collect()),
                overlays,
            })
        });
        switches::mount(&this);
        let arranged = this.clone();
        owner.with(|| {
            Effect::new(move |_| {
                arranged.is_shown.track();
                arranged.arrange();
            });
        });
        // Another address may show others.
        let opened = this.clone();
        let on_change = Closure::<dyn Fn()>::new(move || {
            let shown = shown_by(&opened.page, &opened.overlays);
            if opened.is_shown.with_untracked(|is_shown| *is_shown != shown) {
                opened.is_shown.set(shown);
            }
        });
        this.page.listen(on_change.into_js_value().unchecked_ref());
        // Its signals live as long as the page.
        std::mem::forget(owner);
        this
    }

    /// Switches a layer on or off, and writes it into the page's address.
    pub fn switch(&self, index: usize, is_on: bool) {
        self.is_shown.update(|all| {
            if let Some(shown) = all.get_mut(index) {
                *shown = is_on;
            }
        });
        let layers = self.is_shown.with_untracked(|is_shown| layers_of(&self.overlays, is_shown));
        self.page.set_layers(layers.as_deref());
    }

    /// Adds what is switched on, and removes the rest. What failed before is requested again.
    pub fn arrange(self: &Rc<Self>) {
        let is_shown = self.is_shown.get_untracked();
        for (index, is_shown) in is_shown.into_iter().enumerate() {
            let is_drawn = self.layers.borrow().get(index).is_some_and(Option::is_some);
            match (is_shown, is_drawn) {
                (true, false) => self.add(index),
                (false, true) => self.put(index, None),
                _ => {}
            }
        }
    }

    fn add(self: &Rc<Self>, index: usize) {
        let Some(overlay) = self.overlays.get(index).cloned() else { return };
        let map = self.page.map();
        if overlay.kind != OverlayKind::GeoJson {
            let this = Rc::downgrade(self);
            let on_failure = move || {
                if let Some(this) = this.upgrade() {
                    this.report_failure(index);
                }
            };
            return self.put(index, Some(ShownLayer::of_tiles(&map, &overlay, on_failure)));
        }
        let this = self.clone();
        spawn_local(async move {
            let shapes = match fetch::text(&overlay.url).await {
                Ok(text) => geojson::shapes(&text),
                Err(_) => None,
            };
            let Some(shapes) = shapes else { return this.report_failure(index) };
            let is_wanted = this.is_shown.with_untracked(|all| all.get(index) == Some(&true));
            let is_drawn = this.layers.borrow().get(index).is_some_and(Option::is_some);
            if is_wanted && !is_drawn {
                let layer = ShownLayer::of_shapes(&map, &overlay, &shapes);
                this.put(index, Some(layer));
            }
        });
    }

    fn put(&self, index: usize, layer: Option<ShownLayer>) {
        if let Some(place) = self.layers.borrow_mut().get_mut(index) {
            *place = layer;
        }
    }

    fn report_failure(&self, index: usize) {
        let Some(overlay) = self.overlays.get(index) else { return };
        let sentence = fill(share_words().overlay_failed, &[&overlay.title]);
        self.page.report_error(Some(&sentence));
    }

    /// Whom the page names for the layers shown; `None` where there are none.
    pub fn shown_credits() -> Option<String> {
        switches::credit_line()?.text_content().filter(|credits| !credits.is_empty())
    }

    fn credits(&self) -> String {
        let shown = self.is_shown.get();
        let credits = self.overlays.iter().zip(shown).filter(|(_, shown)| *shown);
        let credits: Vec<_> = credits.map(|(overlay, _)| overlay.attribution.as_str()).collect();
        credits.join(" · ")
    }
}

/// Which layers the page's address shows.
fn shown_by(page: &PageBridge, overlays: &[SiteOverlay]) -> Vec<bool> {
    let layers = Address::from_fragment(&page.address()).layers;
    let is_shown = |overlay: &SiteOverlay| match &layers {
        Some(layers) => layers.lines().any(|title| title == overlay.title),
        None => overlay.shown,
    };
    overlays.iter().map(is_shown).collect()
}

/// What the address holds for these switches: a title in each line; `None` where they are the site's.
fn layers_of(overlays: &[SiteOverlay], is_shown: &[bool]) -> Option<String> {
    let switched = overlays.iter().zip(is_shown);
    if switched.clone().all(|(overlay, is_shown)| overlay.shown == *is_shown) {
        return None;
    }
    let titles: Vec<_> =
        switched.filter(|(_, shown)| **shown).map(|(overlay, _)| overlay.title.as_str()).collect();
    Some(titles.join("\n"))
}

/// The layers of `meta/client.json`. What the page cannot show is left out: the map matters more.
fn read(text: &str) -> Vec<SiteOverlay> {
    let config: Value = serde_json::from_str(text).unwrap_or_default();
    let listed = config.get("overlays").and_then(Value::as_array).into_iter().flatten();
    let read = listed.filter_map(|overlay| serde_json::from_value(overlay.clone()).ok());
    read.filter(|it: &SiteOverlay| check_overlays(std::slice::from_ref(it)).is_ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_that_cannot_be_shown_hides_no_other() {
        let text = r##"{"overlays":[
            {"title":"Perimeters","kind":"geojson","url":"/p.geojson","attribution":"x","colour":"#c0392b"},
            {"title":"Script","kind":"geojson","url":"javascript:0","attribution":"x"},
            {"title":"Later","kind":"vector","url":"/l.pmtiles","attribution":"x"}, 7]}"##;
        let titles: Vec<_> = read(text).into_iter().map(|overlay| overlay.title).collect();
        assert_eq!(titles, ["Perimeters"]);
        assert!(read("{}").is_empty() && read("").is_empty());
    }
}
