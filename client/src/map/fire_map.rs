//! The Leaflet map and all that lies on it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use dragonfly_core::Palette;
use dragonfly_core::metadata::{Basemap, MapMeta};
use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::data::tile_source::{TileFetchError, TileSource};
use crate::i18n::words;
use crate::map::label_placement::{Title, with_room};
use crate::map::land_layer::{
    COARSE_WORLD_URL, FINE_FROM_ZOOM, FINE_WORLD_URL, LandLayer, fetch_world,
};
use crate::map::leaflet::{self, GridLayer, Layer, Map, MouseEvent, corners, options, place};
use crate::map::obscured::ObscuredArea;
use crate::map::patch_dots::{DOTS_BELOW_ZOOM, Dot, dots, passes, surroundings, width_px};
use crate::map::place_names::PlaceNames;
use crate::map::severity_layer::SeverityLayer;
use crate::panel::legend_row::css_colour;
use crate::state::address::Centre;
use crate::state::coverage::Coverage;
use crate::state::filter::Filter;
use crate::state::key;
use crate::state::map_state::ReaderPosition;
use crate::state::map_state::View;
use crate::state::region_entry::RegionEntry;

const LAND_PANE: &str = "land";
/// Beneath the tiles, so that a hatching never hides what burnt.
const COVERAGE_PANE: &str = "coverage";
const SEVERITY_PANE: &str = "severity";
/// The whole world on a phone.
const MIN_ZOOM: u8 = 1;
const MAX_ZOOM: u8 = 17;
/// Until the regions are known.
const START_ZOOM: u8 = 3;
/// Closest look at a region that the page itself takes.
const FIT_MAX_ZOOM: u8 = 12;
/// A box narrower than this on the screen is marked by a dot.
const SPECK_PX: f64 = 14.0;
/// The least size of what fingers touch.
const DOT_TARGET_PX: u8 = 24;
/// Space between what is shown and the edges of the free part of the map.
const FIT_MARGIN_PX: f64 = 28.0;

/// Hears the name of a region, its run, and why one of its tiles cannot be shown.
type TileFailureHook = Rc<dyn Fn(&str, &str, &TileFetchError)>;

/// Hears longitude and latitude beneath the pointer, or that it left.
type PointerHook = Box<dyn Fn(Option<(f64, f64)>)>;

/// What the map tells the page.
pub struct Hooks {
    /// A click at longitude and latitude.
    pub on_click: Box<dyn Fn(f64, f64)>,
    /// The pointer is at longitude and latitude, or elsewhere.
    pub on_pointer: PointerHook,
    /// Another part of the world is seen.
    pub on_view: Box<dyn Fn(View, Centre)>,
    /// A burnt patch was chosen; its surroundings.
    pub on_patch: Rc<dyn Fn([f64; 4])>,
    /// A tile cannot be shown.
    pub on_tile_failure: TileFailureHook,
    /// The outlines of the land cannot be drawn.
    pub on_land_failure: Rc<dyn Fn()>,
    /// Tiles of the basemap with this title cannot be shown.
    pub on_basemap_failure: Rc<dyn Fn(&str)>,
}

/// The map.
pub struct FireMap {
    map: Map,
    land: LandLayer,
    names: Rc<PlaceNames>,
    severity_pane: HtmlElement,
    detail: Cell<Detail>,
    on_land_failure: Rc<dyn Fn()>,
    on_basemap_failure: Rc<dyn Fn(&str)>,
    on_tile_failure: TileFailureHook,
    on_patch: Rc<dyn Fn([f64; 4])>,
    source: TileSource,
    paint: Cell<(Palette, Filter)>,
    swipe_percent: Cell<Option<u8>>,
    dots: RefCell<Vec<Layer>>,
    regions: RefCell<BTreeMap<String, RegionLayers>>,
    basemap: RefCell<Option<GridLayer>>,
    mark: RefCell<Option<Layer>>,
    here: RefCell<Vec<Layer>>,
}

/// What lies on the map for one region.
struct RegionLayers {
    bbox: [f64; 4],
    coverage: Coverage,
    map: Option<Rc<MapMeta>>,
    title_letters: usize,
    note: Option<&'static str>,
    outline: Layer,
    label: Layer,
    tiles: Option<SeverityLayer>,
}

/// How fine the outlines of the land are, or are about to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    None,
    Coarse,
    Fine,
}

impl FireMap {
    /// A map of the whole world in an element.
    pub fn in_element(element: HtmlElement, source: TileSource, hooks: Hooks) -> Rc<Self> {
        let map = leaflet::map(
            &element,
            &options([
                ("zoomControl", false.into()),
                // Leaflet takes attributions as markup; the page names its sources as text instead.
                ("attributionControl", false.into()),
                ("minZoom", MIN_ZOOM.into()),
                ("maxZoom", MAX_ZOOM.into()),
                ("center", place(10.0, 25.0)),
                ("zoom", START_ZOOM.into()),
                ("worldCopyJump", true.into()),
                ("maxBounds", corners([-100_000.0, -85.06, 100_000.0, 85.06])),
                ("maxBoundsViscosity", 1.into()),
                ("zoomAnimation", (!prefers_calm()).into()),
                ("fadeAnimation", (!prefers_calm()).into()),
            ]),
        );
        pane(&map, LAND_PANE, 150);
        pane(&map, COVERAGE_PANE, 220);
        let severity_pane = pane(&map, SEVERITY_PANE, 250);
        leaflet::zoom_control(&options([("position", "bottomright".into())])).add_to(&map);
        leaflet::scale_control(&options([
            ("position", "bottomright".into()),
            ("imperial", false.into()),
        ]))
        .add_to(&map);

        let this = Rc::new(Self {
            land: LandLayer::on(&map, LAND_PANE),
            names: PlaceNames::on(&map),
            map,
            severity_pane,
            detail: Cell::new(Detail::None),
            on_land_failure: hooks.on_land_failure,
            on_basemap_failure: hooks.on_basemap_failure,
            on_tile_failure: hooks.on_tile_failure,
            on_patch: hooks.on_patch,
            source,
            paint: Cell::default(),
            swipe_percent: Cell::default(),
            dots: RefCell::default(),
            regions: RefCell::default(),
            basemap: RefCell::default(),
            mark: RefCell::default(),
            here: RefCell::default(),
        });
        this.listen(hooks.on_view);
        this.listen_to_pointer(hooks.on_click, hooks.on_pointer);
        this.refine_land();
        this
    }

    /// Shows these regions: their outlines, their titles, and the tiles of those that have a map.
    pub fn show_regions(
        &self,
        entries: &[RegionEntry],
        coverage_of: impl Fn(&RegionEntry) -> Coverage,
    ) {
        let mut regions = self.regions.borrow_mut();
        regions.retain(|name, layers| {
            let stays = entries.iter().any(|entry| {
                let coverage = coverage_of(entry);
                let is_same = entry.line.name == *name
                    && entry.bbox() == layers.bbox
                    && coverage == layers.coverage;
                is_same && words().coverage_note(coverage) == layers.note
            });
            if !stays {
                layers.outline.remove();
                layers.label.remove();
            }
            stays
        });
        for entry in entries {
            let layers = regions
                .entry(entry.line.name.clone())
                .or_insert_with(|| self.outline(entry, coverage_of(entry)));
            let shown_run = layers.tiles.as_ref().map(|tiles| tiles.run_id().to_owned());
            if entry.map().map(|map| map.run_id.clone()) != shown_run {
                layers.tiles = self.tiles(entry);
                layers.map = entry.map().map(|map| Rc::new(map.clone()));
            }
        }
        drop(regions);
        self.arrange_titles();
        self.show_dots();
    }

    /// Paints all tiles and dots in other colours, and leaves out what the filter does.
    pub fn paint(&self, palette: Palette, filter: Filter) {
        self.paint.set((palette, filter));
        self.each_tile_layer(|tiles| tiles.paint(palette, filter));
        self.show_dots();
    }

    /// Shows the tiles to the left of a divider alone, or everywhere.
    pub fn set_swipe(&self, percent: Option<u8>) {
        self.swipe_percent.set(percent);
        self.clip();
    }

    /// Panes move with the map, so what is cut off is found anew at every move.
    fn clip(&self) {
        let path = match self.swipe_percent.get() {
            None => "none".to_owned(),
            Some(percent) => ObscuredArea::by_panel().left_of_divider(&self.map, percent),
        };
        set_style(&self.severity_pane, "clip-path", &path);
    }

    /// Goes to a place at once.
    pub fn go_to(&self, centre: Centre) {
        let still = options([("animate", false.into())]);
        self.map.set_view(&place(centre.lon, centre.lat), centre.zoom.min(MAX_ZOOM.into()), &still);
    }

    /// Marks burnt patches where the map is seen from afar.
    fn show_dots(&self) {
        for dot in self.dots.borrow_mut().drain(..) {
            dot.remove();
        }
        if self.map.zoom() >= DOTS_BELOW_ZOOM {
            return;
        }
        let (_, filter) = self.paint.get();
        let size = self.map.size();
        let regions = self.regions.borrow();
        let patches = regions
            .values()
            .filter_map(|layers| layers.map.as_ref())
            .flat_map(|map| &map.burnt_patches);
        let in_view = patches.filter(|patch| passes(patch, filter)).filter_map(|patch| {
            let at = self.map.container_point(&place(patch.lon, patch.lat));
            let is_seen = (0.0..=size.x()).contains(&at.x()) && (0.0..=size.y()).contains(&at.y());
            is_seen.then(|| Dot { patch: *patch, at_px: [at.x(), at.y()] })
        });
        *self.dots.borrow_mut() = dots(in_view.collect()).iter().map(|dot| self.dot(dot)).collect();
    }

    fn dot(&self, dot: &Dot) -> Layer {
        let (palette, _) = self.paint.get();
        let patch = dot.patch;
        let title = words().patch.fill([&words().area(patch.hectares), words().class(patch.worst)]);
        let icon = leaflet::div_icon(&options([
            ("className", "burnt-patch".into()),
            ("iconSize", js_sys::Array::of2(&DOT_TARGET_PX.into(), &DOT_TARGET_PX.into()).into()),
        ]));
        let described = options([
            ("icon", icon),
            ("title", title.as_str().into()),
            ("alt", title.as_str().into()),
        ]);
        let marker = leaflet::marker(&place(patch.lon, patch.lat), &described).add_to(&self.map);
        let chosen = Closure::<dyn FnMut(JsValue)>::new({
            let on_patch = self.on_patch.clone();
            move |event: JsValue| {
                let original =
                    js_sys::Reflect::get(&event, &"originalEvent".into()).unwrap_or_default();
                let pressed = js_sys::Reflect::get(&original, &"key".into())
                    .ok()
                    .and_then(|key| key.as_string());
                if pressed.is_none_or(|key| key == "Enter") {
                    on_patch(surroundings(&patch));
                }
            }
        });
        marker.on_event("click keypress", chosen.into_js_value().unchecked_ref());
        if let Some(element) = marker.element() {
            // Attributes with plain names can always be set.
            let _ = element.set_attribute("data-testid", "burnt-patch");
            let _ = element.set_attribute("data-class", key::of_class(patch.worst));
            let _ = element.set_attribute("aria-label", &title);
            set_style(&element, "--width", &format!("{:.0}px", width_px(patch.hectares)));
            set_style(&element, "--colour", &css_colour(Some(palette.colour(patch.worst))));
        }
        marker
    }

    /// Makes the tiles more or less opaque.
    pub fn set_opacity(&self, percent: u8) {
        set_style(&self.severity_pane, "opacity", &format!("{:.2}", f64::from(percent) / 100.0));
    }

    /// Puts a raster basemap in the place of the plain background, or takes it away again.
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

    /// Shows a box at once.
    pub fn fit(&self, bbox: [f64; 4], obscured: ObscuredArea) {
        self.map.fit_bounds(&corners(bbox), &beside(obscured, false));
    }

    /// Travels to a box.
    pub fn fly_to(&self, bbox: [f64; 4], obscured: ObscuredArea) {
        if prefers_calm() {
            self.fit(bbox, obscured);
        } else {
            self.map.fly_to_bounds(&corners(bbox), &beside(obscured, true));
        }
    }

    /// Marks a place, or none.
    pub fn mark(&self, at: Option<(f64, f64)>) {
        if let Some(before) = self.mark.borrow_mut().take() {
            before.remove();
        }
        *self.mark.borrow_mut() = at.map(|(lon, lat)| {
            let icon = leaflet::div_icon(&options([
                ("className", "point-mark".into()),
                ("iconSize", js_sys::Array::of2(&18.into(), &18.into()).into()),
            ]));
            still_marker(place(lon, lat), icon).add_to(&self.map)
        });
    }

    /// Marks where the reader is, and the circle in which that is meant.
    pub fn mark_here(&self, here: Option<ReaderPosition>) {
        for layer in self.here.borrow_mut().drain(..) {
            layer.remove();
        }
        if let Some(ReaderPosition { lon, lat, within_m }) = here {
            let circle = still_shape("here", [("radius", within_m.into())]);
            let dot = still_shape("here here-dot", [("radius", 7.into())]);
            *self.here.borrow_mut() = vec![
                leaflet::circle(&place(lon, lat), &circle).add_to(&self.map),
                leaflet::circle_marker(&place(lon, lat), &dot).add_to(&self.map),
            ];
        }
    }

    /// Leaflet's own map.
    pub fn leaflet(&self) -> Map {
        self.map.clone()
    }

    /// Tries again what failed.
    pub fn retry(self: &Rc<Self>) {
        self.each_tile_layer(SeverityLayer::retry);
        if let Some(basemap) = self.basemap.borrow().as_ref() {
            basemap.redraw();
        }
        self.refine_land();
    }

    fn each_tile_layer(&self, act: impl Fn(&SeverityLayer)) {
        self.regions.borrow().values().filter_map(|layers| layers.tiles.as_ref()).for_each(act);
    }

    fn listen_to_pointer(&self, on_click: Box<dyn Fn(f64, f64)>, on_pointer: PointerHook) {
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

    fn listen(self: &Rc<Self>, on_view: Box<dyn Fn(View, Centre)>) {
        let moved = Closure::<dyn FnMut()>::new({
            let this = Rc::downgrade(self);
            move || {
                if let Some(this) = this.upgrade() {
                    let centre = this.map.centre().wrap();
                    this.clip();
                    on_view(
                        this.view(),
                        Centre { zoom: this.map.zoom(), lon: centre.lng(), lat: centre.lat() },
                    );
                }
            }
        });
        self.map.on("move resize", moved.into_js_value().unchecked_ref());

        let zoomed = Closure::<dyn FnMut()>::new({
            let this = Rc::downgrade(self);
            move || {
                if let Some(this) = this.upgrade() {
                    this.refine_land();
                }
            }
        });
        self.map.on("zoomend", zoomed.into_js_value().unchecked_ref());

        let stopped = Closure::<dyn FnMut()>::new({
            let this = Rc::downgrade(self);
            move || {
                if let Some(this) = this.upgrade() {
                    this.show_dots();
                    this.arrange_titles();
                }
            }
        });
        self.map.on("moveend", stopped.into_js_value().unchecked_ref());

        let inked = Closure::<dyn FnMut()>::new({
            let land = self.land.clone();
            move || land.redraw()
        });
        if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
            query.set_onchange(Some(inked.into_js_value().unchecked_ref()));
        }
    }

    fn view(&self) -> View {
        let (bounds, size) = (self.map.bounds(), self.map.size());
        View {
            bbox: [bounds.west(), bounds.south(), bounds.east(), bounds.north()],
            width_px: size.x(),
            height_px: size.y(),
            zoom: self.map.zoom(),
        }
    }

    /// Fetches the outlines that the zoom calls for, unless they are here or on their way.
    fn refine_land(self: &Rc<Self>) {
        let wanted = if self.map.zoom() >= FINE_FROM_ZOOM { Detail::Fine } else { Detail::Coarse };
        if self.detail.get() >= wanted {
            return;
        }
        let before = self.detail.replace(wanted);
        let url = if wanted == Detail::Fine { FINE_WORLD_URL } else { COARSE_WORLD_URL };
        let this = self.clone();
        spawn_local(async move {
            match fetch_world(url).await {
                // Finer outlines may have been asked for meanwhile.
                Ok(world) if this.detail.get() == wanted => this.land.show(world),
                Ok(_) => {}
                Err(_) => {
                    this.detail.set(before);
                    (this.on_land_failure)();
                }
            }
            // Names come after the land that they stand on.
            let named = this.clone();
            this.names.load(move || named.arrange_titles());
        });
    }

    /// Shows the titles that have room, and a dot where a box is too small to be seen.
    fn arrange_titles(&self) {
        let regions = self.regions.borrow();
        let corner = |lon: f64, lat: f64| self.map.container_point(&place(lon, lat));
        let width_px = self.map.size().x();
        let titles: Vec<_> = regions
            .values()
            .map(|layers| {
                let [west, _, _, north] = layers.bbox;
                let anchor = corner(west, north);
                Title { left_px: anchor.x(), bottom_px: anchor.y(), letters: layers.title_letters }
                    .on_map(width_px)
            })
            .collect();
        for ((layers, title), has_room) in regions.values().zip(&titles).zip(with_room(&titles)) {
            let [west, south, east, north] = layers.bbox;
            let west_px = corner(west, north).x();
            let is_speck = corner(east, south).x() - west_px < SPECK_PX;
            if let Some(label) = layers.label.element() {
                set_style(&label, "--shift", &format!("{:.0}px", title.left_px - west_px));
                // Adding a class with a plain name cannot fail.
                let _ = label.class_list().toggle_with_force("crowded", !has_room);
                let _ = label.class_list().toggle_with_force("speck", is_speck);
            }
        }
        self.names.arrange(self.view(), &titles);
    }

    fn outline(&self, entry: &RegionEntry, coverage: Coverage) -> RegionLayers {
        let bbox = entry.bbox();
        let line = options([
            ("pane", COVERAGE_PANE.into()),
            ("className", format!("region-outline coverage-{}", coverage.key()).into()),
            ("interactive", false.into()),
            ("fill", false.into()),
            ("weight", 1.5.into()),
        ]);
        let (title, note) = (&entry.line.title, words().coverage_note(coverage));
        RegionLayers {
            bbox,
            coverage,
            map: None,
            note,
            title_letters: title.chars().count() + note.map_or(0, |note| note.chars().count()),
            outline: leaflet::rectangle(&corners(bbox), &line).add_to(&self.map),
            label: still_marker(place(bbox[0], bbox[3]), title_icon(title, note)).add_to(&self.map),
            tiles: None,
        }
    }

    fn tiles(&self, entry: &RegionEntry) -> Option<SeverityLayer> {
        let map = entry.map()?;
        let (name, run_id) = (entry.line.name.clone(), map.run_id.clone());
        let on_failure = self.on_tile_failure.clone();
        let tiles = SeverityLayer::on(
            &self.map,
            SEVERITY_PANE,
            (map, entry.bbox()),
            self.source.clone(),
            move |problem| {
                on_failure(&name, &run_id, problem);
            },
        );
        let (palette, filter) = self.paint.get();
        tiles.paint(palette, filter);
        Some(tiles)
    }
}

fn pane(map: &Map, name: &str, z_index: u32) -> HtmlElement {
    let pane = map.create_pane(name);
    set_style(&pane, "z-index", &z_index.to_string());
    set_style(&pane, "pointer-events", "none");
    pane
}

fn set_style(element: &HtmlElement, property: &str, value: &str) {
    // A known property with a plain value can always be set.
    let _ = web_sys::HtmlElement::style(element).set_property(property, value);
}

fn beside(obscured: ObscuredArea, animated: bool) -> js_sys::Object {
    let corner = |x: f64, y: f64| JsValue::from(js_sys::Array::of2(&x.into(), &y.into()));
    options([
        ("paddingTopLeft", corner(obscured.left_px + FIT_MARGIN_PX, FIT_MARGIN_PX * 2.0)),
        ("paddingBottomRight", corner(FIT_MARGIN_PX, obscured.bottom_px + FIT_MARGIN_PX)),
        ("maxZoom", FIT_MAX_ZOOM.into()),
        ("animate", animated.into()),
        ("duration", 0.9.into()),
    ])
}

/// A shape that the style sheet paints, and that the pointer passes through.
fn still_shape(class: &str, [more]: [(&str, JsValue); 1]) -> js_sys::Object {
    options([("className", class.into()), ("interactive", false.into()), more])
}

fn still_marker(at: JsValue, icon: JsValue) -> Layer {
    leaflet::marker(
        &at,
        &options([("icon", icon), ("interactive", false.into()), ("keyboard", false.into())]),
    )
}

/// A title on the map, set as text: a title with markup in it stays a title. The note beside it is
/// never cut off.
fn title_icon(title: &str, note: Option<&str>) -> JsValue {
    let text = |class: &str, text: &str| {
        let span = document().create_element("span")?;
        span.set_class_name(class);
        span.set_text_content(Some(text));
        Ok::<_, JsValue>(span)
    };
    let label = || {
        let label = text("label", "")?;
        label.append_child(&*text("title", title)?)?;
        if let Some(note) = note {
            label.append_child(&*text("note", &format!("\u{a0}· {note}"))?)?;
        }
        Ok::<_, JsValue>(label.into())
    };
    leaflet::div_icon(&options([
        ("className", "region-label".into()),
        ("html", label().unwrap_or(JsValue::FALSE)),
        ("iconSize", JsValue::NULL),
    ]))
}

fn prefers_calm() -> bool {
    window()
        .match_media("(prefers-reduced-motion: reduce)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}
