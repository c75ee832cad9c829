//! Files of the result to take away.

use dragonfly_core::protocol::{FileInfo, FileKind, JobRequest};
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};

use super::HighresHandle;
use super::words::HighresWords;
use crate::tools::save;

/// Smaller details of outlines are left out where the reader wants that: the side of a square,
/// metres.
const DETAIL_M: f64 = 20.0;

/// The buttons.
#[component]
pub fn SaveView(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let simplifies = RwSignal::new(false);
    let order = move |file: FileKind| {
        let highres = highres.get_value();
        let download = untrack(|| highres.download(file));
        highres.order(JobRequest::Download(download), &[]);
    };
    let detail_m = move || if simplifies.get_untracked() { DETAIL_M } else { 0.0 };
    let button = |testid: &'static str, label: &'static str, act: Box<dyn Fn()>| {
        view! { <button type="button" data-testid=testid on:click=move |_| act()>{label}</button> }
    };
    view! {
        <fieldset class="save">
            <legend>{words.save}</legend>
            <div class="row">
                {button(
                    "highres-download-geotiff",
                    words.geotiff,
                    Box::new(move || order(FileKind::Values { utm: false })),
                )}
                {button(
                    "highres-download-geotiff-utm",
                    words.geotiff_utm,
                    Box::new(move || order(FileKind::Values { utm: true })),
                )}
                {button("highres-download-classes", words.geotiff_classes, Box::new(move || order(FileKind::Classes)))}
                {button(
                    "highres-download-geojson",
                    words.geojson,
                    Box::new(move || order(FileKind::ClassPolygons { detail_m: detail_m() })),
                )}
                {button(
                    "highres-download-perimeter",
                    words.perimeter,
                    Box::new(move || order(FileKind::Perimeter { detail_m: detail_m() })),
                )}
                {button("highres-download-csv", words.csv, Box::new(move || order(FileKind::Hectares)))}
                {button(
                    "highres-download-png",
                    words.png,
                    Box::new(move || highres.with_value(|highres| save::save(highres.page(), highres.about()))),
                )}
            </div>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || simplifies.get()
                    on:change=move |event| simplifies.set(event_target_checked(&event))
                />
                {words.simplify}
            </label>
            <button
                type="button"
                data-testid="highres-clear-cache"
                on:click=move |_| highres.get_value().order(JobRequest::ClearCache, &[])
            >
                {words.clear_cache}
            </button>
        </fieldset>
    }
}

/// Hands a file to the reader.
pub fn save(file: &FileInfo, buffers: &[JsValue]) {
    let parts: Array = buffers.iter().collect();
    let kind = BlobPropertyBag::new();
    kind.set_type(&file.media_type);
    let saved = || -> Result<(), JsValue> {
        let url = Url::create_object_url_with_blob(
            &Blob::new_with_buffer_source_sequence_and_options(&parts, &kind)?,
        )?;
        let link: HtmlElement = document().create_element("a")?.dyn_into()?;
        link.set_attribute("href", &url)?;
        link.set_attribute("download", &file.name)?;
        link.click();
        Url::revoke_object_url(&url)
    };
    if let Err(refused) = saved() {
        leptos::logging::error!("the file cannot be handed over: {refused:?}");
    }
}
