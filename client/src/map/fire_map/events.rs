//! What the map reports: moves, clicks, the pointer, and what could not be loaded.

use std::rc::Rc;

use leptos::prelude::window;
use wasm_bindgen::prelude::*;

use super::FireMap;
use crate::data::tile_source::TileFetchError;
use crate::map::leaflet::MouseEvent;
use crate::state::address::Centre;
use crate::state::view::View;

/// Receives the name of a region, its run, and why one of its tiles cannot be shown.
pub type TileFailureHook = Rc<dyn Fn(&str, &str, &TileFetchError)>;

/// Receives longitude and latitude below the pointer; `None` when it left the map.
pub type PointerHook = Box<dyn Fn(Option<(f64, f64)>)>;

/// Receives the part of the world in view and the middle of the map.
pub type ViewHook = Box<dyn Fn(View, Centre)>;

/// Receives the surroundings of a burnt patch.
pub type PatchHook = Rc<dyn Fn([f64; 4])>;

/// Receives the id of a fire whose dot was chosen.
pub type FireHook = Rc<dyn Fn(&str)>;

/// Called when the outlines of the land cannot be drawn.
pub type LandFailureHook = Rc<dyn Fn()>;

/// Receives the title of a basemap whose tiles cannot be shown.
pub type BasemapFailureHook = Rc<dyn Fn(&str)>;

/// The callbacks of the map.
pub struct Hooks {
    /// A click at longitude and latitude.
    pub on_click: Box<dyn Fn(f64, f64)>,
    /// The pointer has moved.
    pub on_pointer: PointerHook,
    /// Another part of the world is in view.
    pub on_view: ViewHook,
    /// A burnt patch was chosen.
    pub on_patch: PatchHook,
    /// A fire was chosen.
    pub on_fire: FireHook,
    /// A tile cannot be shown.
    pub on_tile_failure: TileFailureHook,
    /// The land cannot be shown.
    pub on_land_failure: LandFailureHook,
    /// A basemap cannot be shown.
    pub on_basemap_failure: BasemapFailureHook,
}

impl FireMap {
    /// Calls the hooks for clicks and for the pointer.
    pub fn on_pointer_events(&self, on_click: Box<dyn Fn(f64, f64)>, on_pointer: PointerHook) {
        let place_of = |event: &MouseEvent| {
            let at = event.latlng().wrap();
            (at.lng(), at.lat())
        };
        let click = Closure::<dyn FnMut(MouseEvent)>::new(move |event: MouseEvent| {
            let (lon, lat) = place_of(&event);
            on_click(lon, lat);
        });
        self.map.on("click", click.into_js_value().unchecked_ref());
        let on_pointer = Rc::new(on_pointer);
        let left = Closure::<dyn FnMut()>::new({
            let on_pointer = on_pointer.clone();
            move || on_pointer(None)
        });
        self.map.on("mouseout", left.into_js_value().unchecked_ref());
        let pointed =
            Closure::<dyn FnMut(MouseEvent)>::new(move |event| on_pointer(Some(place_of(&event))));
        self.map.on("mousemove", pointed.into_js_value().unchecked_ref());
    }

    /// Calls the hook of the view, and arranges what depends on it.
    pub fn on_map_events(self: &Rc<Self>, on_view: ViewHook) {
        self.on("move resize", move |map| {
            let centre = map.map.centre().wrap();
            map.clip();
            on_view(
                map.view(),
                Centre { zoom: map.map.zoom(), lon: centre.lng(), lat: centre.lat() },
            );
        });
        self.on("moveend", |map| {
            map.show_dots();
            map.arrange_titles();
        });
        let on_colour_scheme = Closure::<dyn FnMut()>::new({
            let land = self.land.clone();
            move || land.redraw()
        });
        if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
            query.set_onchange(Some(on_colour_scheme.into_js_value().unchecked_ref()));
        }
    }

    fn on(self: &Rc<Self>, events: &str, act: impl Fn(&Rc<Self>) + 'static) {
        let this = Rc::downgrade(self);
        let handler = Closure::<dyn FnMut()>::new(move || {
            if let Some(this) = this.upgrade() {
                act(&this);
            }
        });
        self.map.on(events, handler.into_js_value().unchecked_ref());
    }

    /// The part of the world in view.
    pub fn view(&self) -> View {
        let (bounds, size) = (self.map.bounds(), self.map.size());
        View {
            bbox: [bounds.west(), bounds.south(), bounds.east(), bounds.north()],
            width_px: size.x(),
            height_px: size.y(),
            zoom: self.map.zoom(),
        }
    }
}
