//! The map in its element, kept in step with what the page knows.

use std::rc::Rc;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::Drawing;
use crate::atlas::Atlas;
use crate::fire_map::{Covered, FireMap, Hooks};
use crate::graticule::View;
use crate::point_readout::Point;
use crate::problem::Problem;
use crate::region_entry::union_of_boxes;
use crate::ticks_view::TicksView;
use crate::tile_source::TileSource;
use crate::words;

/// The map. It travels to `destination` whenever that is set, and puts what was clicked into `point`.
#[component]
pub fn MapView(
    atlas: Atlas,
    drawing: Drawing,
    destination: RwSignal<Option<[f64; 4]>>,
    point: RwSignal<Option<Point>>,
    retries: RwSignal<u32>,
) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    let view = RwSignal::new(View::default());

    Effect::new(move |_| {
        let Some(element) = element.get() else {
            return;
        };
        let source = TileSource::new();
        let hooks = Hooks {
            on_click: Box::new({
                let source = source.clone();
                move |lon, lat| read_point(atlas, source.clone(), point, (lon, lat))
            }),
            on_view: Box::new(move |seen| view.set(seen)),
            on_tile_failure: Rc::new(move |name, run_id, failure| atlas.hear_of_tile(name, run_id, failure)),
            on_land_failure: Rc::new(move || atlas.report(Problem::Land)),
        };
        let fire_map = FireMap::in_element(element.into(), source, hooks);
        keep_in_step(&fire_map, atlas, drawing, destination, point, retries);
    });

    view! {
        <main class="map-frame" aria-label=words::MAP>
            <div class="map" data-testid="map" node_ref=element></div>
            <TicksView view />
        </main>
    }
}

fn keep_in_step(
    fire_map: &Rc<FireMap>,
    atlas: Atlas,
    drawing: Drawing,
    destination: RwSignal<Option<[f64; 4]>>,
    point: RwSignal<Option<Point>>,
    retries: RwSignal<u32>,
) {
    let map = fire_map.clone();
    Effect::new(move |was_fitted: Option<bool>| {
        let regions = atlas.regions.get().unwrap_or_default();
        let is_fitted = was_fitted.unwrap_or(false);
        let union = union_of_boxes(&regions).filter(|_| !is_fitted);
        if let Some(union) = union {
            map.fit(union, covered_by_panel());
        }
        map.show_regions(&regions);
        is_fitted || union.is_some()
    });
    let map = fire_map.clone();
    Effect::new(move |_| map.recolour(drawing.palette.get()));
    let map = fire_map.clone();
    Effect::new(move |_| map.set_opacity(drawing.opacity_percent.get()));
    let map = fire_map.clone();
    Effect::new(move |_| map.set_basemap(drawing.basemap.get().as_ref()));
    let map = fire_map.clone();
    Effect::new(move |_| {
        if let Some(bbox) = destination.get() {
            map.fly_to(bbox, covered_by_panel());
        }
    });
    let map = fire_map.clone();
    Effect::new(move |_| map.mark(point.get().map(|point| (point.lon, point.lat))));
    let map = fire_map.clone();
    Effect::new(move |_| {
        if retries.get() > 0 {
            map.retry();
        }
    });
}

/// Shows the place at once, and what the map says of it as soon as that is known.
fn read_point(atlas: Atlas, source: TileSource, point: RwSignal<Option<Point>>, (lon, lat): (f64, f64)) {
    let asked = Point { lon, lat, reading: None };
    point.set(Some(asked));
    spawn_local(async move {
        let reading = atlas.read(&source, lon, lat).await;
        // The reader may have clicked elsewhere meanwhile.
        if point.get_untracked() == Some(asked) {
            point.set(Some(Point { reading: Some(reading), ..asked }));
        }
    });
}

/// The panel stands at the left of a wide window and at the foot of a narrow one.
fn covered_by_panel() -> Covered {
    let Ok(Some(panel)) = document().query_selector(".panel") else {
        return Covered::default();
    };
    let panel = panel.get_bounding_client_rect();
    let size = |size: Result<wasm_bindgen::JsValue, _>| size.ok().and_then(|size| size.as_f64()).unwrap_or_default();
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    if panel.width() < width * 0.6 {
        Covered { left_px: panel.right(), bottom_px: 0.0 }
    } else {
        Covered { left_px: 0.0, bottom_px: (height - panel.top()).min(height * 0.6) }
    }
}
