//! Dots for the fires, and for the burnt patches while the map is too far away to show their tiles.

use dragonfly_core::BurntPatch;
use wasm_bindgen::prelude::*;

use super::FireMap;
use super::shapes::set_style;
use crate::data::decimal::pixels;
use crate::i18n::words;
use crate::map::leaflet::{self, Layer, options, place};
use crate::map::patch_dots::{DOTS_BELOW_ZOOM, Dot, dots, passes, surroundings, width_px};
use crate::state::key;

/// The least size of a target for fingers.
const DOT_TARGET_PX: u8 = 24;

impl FireMap {
    /// Marks fires, and burnt patches where the map is seen from afar. Each region that is loaded
    /// leads here: dots that are still the same stay.
    pub fn show_dots(&self) {
        let is_far = self.map.zoom() < DOTS_BELOW_ZOOM;
        let mut in_view = self.dots_of_fires(is_far);
        let (_, filter) = self.paint.get();
        let regions = self.regions.borrow();
        let patches = regions.iter().flat_map(|layers| &layers.patches);
        let passing = patches.filter(|patch| is_far && passes(patch, filter));
        in_view.extend(passing.filter_map(|patch| {
            Some(Dot { patch: *patch, at_px: self.pixel_in_view(patch)?, fire: None })
        }));
        let dots = dots(in_view);
        let mut drawn = self.dots.borrow_mut();
        if drawn.0 != dots {
            for layer in drawn.1.drain(..) {
                layer.remove();
            }
            let layers = dots.iter().map(|dot| self.dot(dot)).collect();
            *drawn = (dots, layers);
        }
    }

    /// Removes all dots.
    pub fn remove_dots(&self) {
        let (_, layers) = self.dots.take();
        for layer in layers {
            layer.remove();
        }
    }

    /// The longitude of a place in the copy of the world that is in view.
    fn lon_in_view(&self, lon: f64) -> f64 {
        lon + 360.0 * ((self.map.centre().lng() - lon) / 360.0).round()
    }

    /// Where a place is on the screen; `None` out of view.
    pub fn pixel_in_view(&self, patch: &BurntPatch) -> Option<[f64; 2]> {
        let at = self.map.container_point(&place(self.lon_in_view(patch.lon), patch.lat));
        let size = self.map.size();
        let is_seen = (0.0..=size.x()).contains(&at.x()) && (0.0..=size.y()).contains(&at.y());
        is_seen.then(|| [at.x(), at.y()])
    }

    fn dot(&self, dot: &Dot) -> Layer {
        let patch = dot.patch;
        let fire = self.fire_of(dot);
        let title = match &fire {
            Some(fire) => words().fire_dot(fire),
            None => words().patch.fill([&words().area(patch.hectares), words().class(patch.worst)]),
        };
        let icon = leaflet::div_icon(&options([
            ("className", "burnt-patch".into()),
            ("iconSize", js_sys::Array::of2(&DOT_TARGET_PX.into(), &DOT_TARGET_PX.into()).into()),
        ]));
        let described = options([
            ("icon", icon),
            ("title", title.as_str().into()),
            ("alt", title.as_str().into()),
        ]);
        let marker = leaflet::marker(&place(self.lon_in_view(patch.lon), patch.lat), &described)
            .add_to(&self.map);
        let chosen = Closure::<dyn FnMut(JsValue)>::new({
            let (on_patch, on_fire) = (self.on_patch.clone(), self.on_fire.clone());
            let id = fire.as_ref().map(|fire| fire.id.clone());
            move |event: JsValue| {
                let original =
                    js_sys::Reflect::get(&event, &"originalEvent".into()).unwrap_or_default();
                let pressed = js_sys::Reflect::get(&original, &"key".into())
                    .ok()
                    .and_then(|key| key.as_string());
                if pressed.is_none_or(|key| key == "Enter") {
                    match &id {
                        Some(id) => on_fire(id),
                        None => on_patch(surroundings(&patch)),
                    }
                }
            }
        });
        marker.on_event("click keypress", chosen.into_js_value().unchecked_ref());
        if let Some(element) = marker.element() {
            // Attributes with plain names can always be set.
            let testid = if fire.is_some() { "fire-dot" } else { "burnt-patch" };
            let _ = element.set_attribute("data-testid", testid);
            match &fire {
                Some(fire) => drop(element.set_attribute("data-fire", &fire.id)),
                None => drop(element.set_attribute("data-class", key::of_class(patch.worst))),
            }
            let _ = element.set_attribute("aria-label", &title);
            set_style(&element, "--width", &pixels(width_px(patch.hectares)));
        }
        marker
    }
}
