//! Where: the view, an outline that is drawn, or one out of a file.

use std::rc::Rc;

use dragonfly_core::protocol::{JobRequest, JobResponse};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, File, HtmlInputElement};

use super::area_drawing::{DrawnShape, how};
use super::geopackage::{as_shapefile, is_geopackage};
use super::phase::Phase;
use super::polygons::AreaPolygons;
use super::words::HighresWords;
use super::{Highres, HighresHandle};
use crate::data::published::region_from_json;

/// Endings of the files that can be opened as areas.
const AREA_ENDINGS: &str = ".json,.geojson,.geojsonl,.geojsons,.ndjson,.kml,.kmz,.gpkg,.zip,.shz";

/// The choice of an area.
#[component]
pub fn AreaView(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let plan = highres.with_value(|highres| highres.signals().plan);
    let has_area = move || plan.with(|plan| plan.area.is_some());
    let set_is_perimeter =
        move |event| plan.update(|plan| plan.set_is_perimeter(event_target_checked(&event)));
    on_drop(highres);
    view! {
        <p class="area-now">
            {words.area} ": "
            {move || if has_area() { words.area_drawn } else { words.area_view }}
        </p>
        <ShapeButtons highres words />
        <Show when=has_area>
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="aoi-is-perimeter"
                    prop:checked=move || plan.with(|plan| plan.perimeter.is_some())
                    on:change=set_is_perimeter
                />
                {words.is_perimeter}
            </label>
        </Show>
        <FileInput highres words />
    }
}

/// Starts and ends drawing, takes the box of the chosen region, or goes back to the view.
#[component]
fn ShapeButtons(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let plan = highres.with_value(|highres| highres.signals().plan);
    let has_area = move || plan.with(|plan| plan.area.is_some());
    let shape = highres.with_value(|highres| highres.signals().drawing);
    let draw = move |wanted: DrawnShape| {
        move |_| {
            if let Some(drawing) = highres.with_value(|highres| highres.drawing.get().cloned()) {
                drawing.toggle(wanted);
            }
        }
    };
    let chosen = {
        let address = highres.with_value(|highres| highres.signals().address);
        Memo::new(move |_| address.with(|it| (it.region.clone(), it.fire.clone())))
    };
    // The box of the chosen region or fire, where one is.
    let region =
        move || highres.with_value(|highres| region_from_json(&highres.page().region()?).ok());
    let region_title = move || match chosen.get() {
        (None, None) => None,
        _ => region().map(|region| region.title),
    };
    let use_region = move |_| {
        if let Some(region) = region() {
            highres.get_value().use_area(AreaPolygons::from_box(region.bbox));
        }
    };
    let pressed = move |wanted: DrawnShape| move || (shape.get() == Some(wanted)).to_string();
    view! {
        <div class="row">
            <button
                type="button"
                data-testid="aoi-draw"
                aria-pressed=pressed(DrawnShape::Polygon)
                on:click=draw(DrawnShape::Polygon)
            >
                {words.draw}
            </button>
            <button type="button" data-testid="aoi-box" aria-pressed=pressed(DrawnShape::Box) on:click=draw(DrawnShape::Box)>
                {words.draw_box}
            </button>
            {move || region_title().map(|title| view! {
                <button type="button" data-testid="aoi-region" on:click=use_region>{title}</button>
            })}
            <Show when=has_area>
                <button type="button" on:click=move |_| plan.update(|plan| plan.set_area(None))>{words.whole_view}</button>
            </Show>
        </div>
        <p class="hint" role="status">
            {move || shape.get().map(|shape| how(Some(shape)))}
        </p>
    }
}

#[component]
fn FileInput(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let on_change = move |event: leptos::ev::Event| {
        let input: Option<HtmlInputElement> =
            event.target().and_then(|target| target.dyn_into().ok());
        if let Some(input) = input
            && let Some(file) = input.files().and_then(|files| files.get(0))
        {
            read(highres.get_value(), file);
            // The same file may be chosen once more.
            input.set_value("");
        }
    };
    view! {
        <label class="file">
            {words.file}
            <input type="file" data-testid="aoi-file" accept=AREA_ENDINGS on:change=on_change />
        </label>
    }
}

/// A file may be dropped anywhere on the map.
fn on_drop(highres: HighresHandle) {
    let container = highres.with_value(|highres| highres.map.container());
    let over = Closure::<dyn Fn(DragEvent)>::new(|event: DragEvent| event.prevent_default());
    let dropped = Closure::<dyn Fn(DragEvent)>::new(move |event: DragEvent| {
        let file =
            event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0));
        if let (Some(file), Some(highres)) = (file, highres.try_get_value()) {
            event.prevent_default();
            read(highres, file);
        }
    });
    // A listener can always be added.
    let _ = container
        .add_event_listener_with_callback("dragover", over.into_js_value().unchecked_ref());
    let _ =
        container.add_event_listener_with_callback("drop", dropped.into_js_value().unchecked_ref());
}

fn read(highres: Rc<Highres>, file: File) {
    spawn_local(async move {
        // A file that cannot be read comes as an empty one, which the worker explains.
        let bytes = JsFuture::from(file.array_buffer())
            .await
            .unwrap_or_else(|_| ArrayBuffer::new(0).into());
        if highres.signals().phase.with_untracked(Phase::is_busy) {
            highres.signals().phase.set(Phase::Idle);
        }
        let name = file.name();
        let buffer: &ArrayBuffer = bytes.unchecked_ref();
        let readable =
            if is_geopackage(buffer) { as_shapefile(&name, buffer).await } else { Ok(bytes) };
        match readable {
            Ok(bytes) => highres.send(JobRequest::ReadArea { name }, &[bytes]),
            Err(error) => highres.on_response(JobResponse::Error(error), &[]),
        }
    });
}
