//! Panes, styles and markers.

use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::map::leaflet::{self, Layer, Map, options};

/// A pane of the map that the pointer passes through.
pub fn pane(map: &Map, name: &str, z_index: u32) -> HtmlElement {
    let pane = map.create_pane(name);
    set_style(&pane, "z-index", &z_index.to_string());
    set_style(&pane, "pointer-events", "none");
    pane
}

/// Sets a property of an element's style.
pub fn set_style(element: &HtmlElement, property: &str, value: &str) {
    // A known property with a plain value can always be set.
    let _ = web_sys::HtmlElement::style(element).set_property(property, value);
}

/// A shape that the style sheet paints, and that the pointer passes through.
pub fn still_shape(class: &str, [more]: [(&str, JsValue); 1]) -> js_sys::Object {
    options([("className", class.into()), ("interactive", false.into()), more])
}

/// A marker that the pointer passes through.
pub fn still_marker(at: JsValue, icon: JsValue) -> Layer {
    leaflet::marker(
        &at,
        &options([("icon", icon), ("interactive", false.into()), ("keyboard", false.into())]),
    )
}
