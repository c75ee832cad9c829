//! The part of Leaflet that the map uses, as Leaflet names it.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

#[wasm_bindgen]
extern "C" {
    /// The map in its element.
    #[derive(Clone)]
    pub type Map;

    #[wasm_bindgen(js_namespace = L, js_name = map)]
    pub fn map(element: &HtmlElement, options: &Object) -> Map;
    #[wasm_bindgen(method, js_name = createPane)]
    pub fn create_pane(this: &Map, name: &str) -> HtmlElement;
    #[wasm_bindgen(method, js_name = fitBounds)]
    pub fn fit_bounds(this: &Map, bounds: &JsValue, options: &Object) -> Map;
    #[wasm_bindgen(method, js_name = flyToBounds)]
    pub fn fly_to_bounds(this: &Map, bounds: &JsValue, options: &Object) -> Map;
    #[wasm_bindgen(method, js_name = setView)]
    pub fn set_view(this: &Map, centre: &JsValue, zoom: f64, options: &Object) -> Map;
    #[wasm_bindgen(method, js_name = getContainer)]
    pub fn container(this: &Map) -> HtmlElement;
    #[wasm_bindgen(method, js_name = getCenter)]
    pub fn centre(this: &Map) -> LatLng;
    #[wasm_bindgen(method)]
    pub fn on(this: &Map, event: &str, handler: &Function) -> Map;
    #[wasm_bindgen(method, js_name = getZoom)]
    pub fn zoom(this: &Map) -> f64;
    #[wasm_bindgen(method, js_name = getBounds)]
    pub fn bounds(this: &Map) -> LatLngBounds;
    #[wasm_bindgen(method, js_name = getSize)]
    pub fn size(this: &Map) -> Point;
    #[wasm_bindgen(method, js_name = latLngToContainerPoint)]
    pub fn container_point(this: &Map, place: &JsValue) -> Point;
    #[wasm_bindgen(method, js_name = containerPointToLatLng)]
    pub fn place_at(this: &Map, container_point: &JsValue) -> LatLng;
    #[wasm_bindgen(method, js_name = containerPointToLayerPoint)]
    pub fn layer_point(this: &Map, container_point: &JsValue) -> Point;

    #[wasm_bindgen(method, getter, js_name = doubleClickZoom)]
    pub fn double_click_zoom(this: &Map) -> Handler;

    /// A way of using the map that can be turned off.
    pub type Handler;
    #[wasm_bindgen(method)]
    pub fn enable(this: &Handler) -> Handler;
    #[wasm_bindgen(method)]
    pub fn disable(this: &Handler) -> Handler;

    /// A box in degrees.
    pub type LatLngBounds;
    #[wasm_bindgen(method, js_name = getWest)]
    pub fn west(this: &LatLngBounds) -> f64;
    #[wasm_bindgen(method, js_name = getSouth)]
    pub fn south(this: &LatLngBounds) -> f64;
    #[wasm_bindgen(method, js_name = getEast)]
    pub fn east(this: &LatLngBounds) -> f64;
    #[wasm_bindgen(method, js_name = getNorth)]
    pub fn north(this: &LatLngBounds) -> f64;

    /// A place in degrees.
    pub type LatLng;
    #[wasm_bindgen(method, getter)]
    pub fn lat(this: &LatLng) -> f64;
    #[wasm_bindgen(method, getter)]
    pub fn lng(this: &LatLng) -> f64;
    #[wasm_bindgen(method)]
    pub fn wrap(this: &LatLng) -> LatLng;

    /// A click on the map.
    pub type MouseEvent;
    #[wasm_bindgen(method, getter)]
    pub fn latlng(this: &MouseEvent) -> LatLng;

    /// A position in pixels, or the address of a tile.
    pub type Point;
    #[wasm_bindgen(method, getter)]
    pub fn x(this: &Point) -> f64;
    #[wasm_bindgen(method, getter)]
    pub fn y(this: &Point) -> f64;
    #[wasm_bindgen(method, getter)]
    pub fn z(this: &Point) -> f64;

    /// Anything that can be put on the map.
    #[derive(Clone)]
    pub type Layer;
    #[wasm_bindgen(method, js_name = addTo)]
    pub fn add_to(this: &Layer, map: &Map) -> Layer;
    #[wasm_bindgen(method, js_name = on)]
    pub fn on_event(this: &Layer, event: &str, handler: &Function) -> Layer;
    #[wasm_bindgen(method)]
    pub fn remove(this: &Layer) -> Layer;
    #[wasm_bindgen(method, js_name = getElement)]
    pub fn element(this: &Layer) -> Option<HtmlElement>;

    /// A layer of tiles, drawn by its `createTile`.
    #[wasm_bindgen(extends = Layer)]
    #[derive(Clone)]
    pub type GridLayer;
    #[wasm_bindgen(js_namespace = L, js_name = gridLayer)]
    pub fn grid_layer(options: &Object) -> GridLayer;
    #[wasm_bindgen(method, setter, js_name = createTile)]
    pub fn set_create_tile(this: &GridLayer, create_tile: &Function);
    #[wasm_bindgen(method, js_name = getContainer)]
    pub fn container(this: &GridLayer) -> Option<HtmlElement>;
    #[wasm_bindgen(method)]
    pub fn redraw(this: &GridLayer) -> GridLayer;

    #[wasm_bindgen(js_namespace = L, js_name = tileLayer)]
    pub fn tile_layer(url_template: &str, options: &Object) -> GridLayer;
    #[wasm_bindgen(js_namespace = L)]
    pub fn rectangle(bounds: &JsValue, options: &Object) -> Layer;
    #[wasm_bindgen(js_namespace = L)]
    pub fn polygon(corners: &JsValue, options: &Object) -> Layer;
    #[wasm_bindgen(js_namespace = L)]
    pub fn polyline(places: &JsValue, options: &Object) -> Layer;
    #[wasm_bindgen(js_namespace = L)]
    pub fn circle(place: &JsValue, options: &Object) -> Layer;
    #[wasm_bindgen(js_namespace = L, js_name = circleMarker)]
    pub fn circle_marker(place: &JsValue, options: &Object) -> Layer;
    #[wasm_bindgen(js_namespace = L)]
    pub fn marker(place: &JsValue, options: &Object) -> Layer;
    #[wasm_bindgen(js_namespace = L, js_name = divIcon)]
    pub fn div_icon(options: &Object) -> JsValue;
    #[wasm_bindgen(js_namespace = ["L", "control"], js_name = zoom)]
    pub fn zoom_control(options: &Object) -> Layer;
    #[wasm_bindgen(js_namespace = ["L", "control"], js_name = scale)]
    pub fn scale_control(options: &Object) -> Layer;
}

/// An object of options.
pub fn options<const N: usize>(entries: [(&str, JsValue); N]) -> Object {
    let object = Object::new();
    for (key, value) in entries {
        // Setting a property of a plain new object cannot fail.
        let _ = Reflect::set(&object, &key.into(), &value);
    }
    object
}

/// A place, in Leaflet's order: latitude first.
pub fn place(lon: f64, lat: f64) -> JsValue {
    js_sys::Array::of2(&lat.into(), &lon.into()).into()
}

/// A box [west, south, east, north] as Leaflet's two corners.
pub fn corners([west, south, east, north]: [f64; 4]) -> JsValue {
    js_sys::Array::of2(&place(west, south), &place(east, north)).into()
}
