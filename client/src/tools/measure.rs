//! Drawing an area, to measure or to compute: clicks and keys on the map set the corners of an
//! outline.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::KeyboardEvent;

use super::outline::Outline;
use crate::map::graticule::degrees_per_px;
use crate::map::leaflet::{self, Layer, Map, MouseEvent, options, place};
use crate::toolbar::bridge::PageBridge;

/// Clicks closer than this to the last corner set no other.
const MIN_EDGE_PX: f64 = 4.0;
/// As near to the first corner a finger closes the outline.
const CLOSE_PX: f64 = 16.0;

/// What is being drawn, and how it lies on the map.
pub struct Measure {
    /// The tool that draws, as it claims the map.
    tool: &'static str,
    page: PageBridge,
    map: Map,
    outline: RwSignal<Option<Outline>>,
    layers: RefCell<Vec<Layer>>,
}

impl Measure {
    /// Subscribes to the map; nothing is drawn yet.
    pub fn on(page: PageBridge, tool: &'static str) -> Rc<Self> {
        let map = page.map();
        let this = Rc::new(Self {
            tool,
            page,
            map,
            outline: RwSignal::new(None),
            layers: RefCell::default(),
        });
        let clicked = Closure::<dyn Fn(MouseEvent)>::new({
            let this = this.clone();
            move |event: MouseEvent| {
                let at = event.latlng().wrap();
                this.set_corner(at.lng(), at.lat());
            }
        });
        this.map.on("click", clicked.into_js_value().unchecked_ref());
        let ended = Closure::<dyn Fn()>::new({
            let this = this.clone();
            move || this.change(Outline::done)
        });
        this.map.on("dblclick", ended.into_js_value().unchecked_ref());
        let pressed = Closure::<dyn Fn(KeyboardEvent)>::new({
            let this = this.clone();
            move |event: KeyboardEvent| this.press(&event)
        });
        // A listener can always be added.
        let _ = this
            .map
            .container()
            .add_event_listener_with_callback("keydown", pressed.into_js_value().unchecked_ref());
        let on_change = Closure::<dyn Fn()>::new({
            let this = this.clone();
            move || {
                if this.page.claimed().as_deref() != Some(this.tool) {
                    this.put_away();
                }
            }
        });
        this.page.listen(on_change.as_ref().unchecked_ref());
        on_change.forget();
        this
    }

    /// What is being drawn; `None` while the tool is off.
    pub fn outline(&self) -> ReadSignal<Option<Outline>> {
        self.outline.read_only()
    }

    /// Begins or ends.
    pub fn toggle(&self) {
        if self.is_on() { self.end() } else { self.begin() }
    }

    /// Closes the outline, if it encloses anything.
    pub fn finish(&self) {
        self.change(Outline::done);
    }

    /// Ends, and gives the map back.
    pub fn end(&self) {
        self.put_away();
        self.page.claim(None);
    }

    fn begin(&self) {
        self.page.claim(Some(self.tool));
        self.map.double_click_zoom().disable();
        self.outline.set(Some(Outline::default()));
        // The map receives the keys from now on; without the focus it still receives clicks.
        let _ = self.map.container().focus();
    }

    fn is_on(&self) -> bool {
        self.outline.with_untracked(Option::is_some)
    }

    fn put_away(&self) {
        if self.is_on() {
            self.map.double_click_zoom().enable();
            self.outline.set(None);
            self.draw();
        }
    }

    fn change(&self, act: impl FnOnce(Outline) -> Outline) {
        self.outline.update(|outline| *outline = outline.take().map(act));
        self.draw();
    }

    fn set_corner(&self, lon: f64, lat: f64) {
        let degrees_per_px = degrees_per_px(self.map.zoom());
        self.change(|outline| match outline.closes_at(lon, lat, CLOSE_PX * degrees_per_px) {
            // The second click of a double one sets no corner of another outline.
            true => outline.done(),
            false => outline.with_corner(lon, lat, MIN_EDGE_PX * degrees_per_px),
        });
    }

    /// While the map has the keyboard, a crosshair in its middle is the pointer.
    fn press(&self, event: &KeyboardEvent) {
        if !self.is_on() || event.target() != event.current_target() {
            return;
        }
        match event.key().as_str() {
            " " => {
                let centre = self.map.centre().wrap();
                self.set_corner(centre.lng(), centre.lat());
            }
            "Backspace" => self.change(Outline::without_last),
            "Enter" => self.change(Outline::done),
            "Escape" => self.end(),
            _ => return,
        }
        event.prevent_default();
    }

    fn draw(&self) {
        let mut layers = self.layers.borrow_mut();
        layers.drain(..).for_each(|layer| {
            layer.remove();
        });
        self.outline.with_untracked(|outline| {
            let Some(outline) = outline else {
                return;
            };
            let places = outline.corners().iter().map(|[lon, lat]| place(*lon, *lat));
            let class = if outline.is_done() { "outline" } else { "outline open" };
            let polygon = leaflet::polygon(
                &places.clone().collect::<js_sys::Array>().into(),
                &shape(class, 2.5),
            );
            let corners =
                places.map(|place| leaflet::circle_marker(&place, &shape("outline corner", 2.0)));
            layers.extend(
                std::iter::once(polygon).chain(corners).map(|layer| layer.add_to(&self.map)),
            );
        });
    }
}

/// A shape that the style sheet paints, and that the pointer passes through.
fn shape(class: &str, weight_px: f64) -> js_sys::Object {
    options([
        ("className", class.into()),
        ("interactive", false.into()),
        ("weight", weight_px.into()),
        ("radius", 4.into()),
    ])
}
