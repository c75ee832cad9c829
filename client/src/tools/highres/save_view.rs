//! Saving the result as files.

use dragonfly_core::protocol::{FileInfo, FileKind, JobRequest};
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};

use super::HighresHandle;
use super::words::HighresWords;
use crate::tools::save::{self, ShownResult};

/// Details smaller than a square of this side are left out of simplified outlines, metres.
const DETAIL_M: f64 = 20.0;

/// The buttons.
#[component]
pub fn SaveView(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let simplifies = RwSignal::new(false);
    let download = move |file: FileKind| {
        let highres = highres.get_value();
        let request = untrack(|| highres.download_request(file));
        highres.send(JobRequest::Download(request), &[]);
    };
    let save_picture = move |_| {
        highres.with_value(|highres| {
            let (about, legend) = (highres.provenance(), highres.shown_legend());
            save::save_view(highres.page(), ShownResult { about, legend })
        })
    };
    let clear_cache = move |_| highres.get_value().send(JobRequest::ClearCache, &[]);
    let files = FILES.map(|(testid, label, file)| {
        let on_click = move |_| {
            download(file(if simplifies.get_untracked() { DETAIL_M } else { 0.0 }));
        };
        view! { <button type="button" data-testid=testid on:click=on_click>{label(words)}</button> }
    });
    view! {
        <fieldset class="save">
            <legend>{words.save}</legend>
            <div class="row">
                {files}
                <button type="button" data-testid="highres-download-png" on:click=save_picture>{words.png}</button>
            </div>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || simplifies.get()
                    on:change=move |event| simplifies.set(event_target_checked(&event))
                />
                {words.simplify}
            </label>
            <button type="button" data-testid="highres-clear-cache" on:click=clear_cache>{words.clear_cache}</button>
        </fieldset>
    }
}

/// A file: the name of its button in tests, its label, and its kind for a detail in metres.
type FileButton = (&'static str, fn(&HighresWords) -> &'static str, fn(f64) -> FileKind);

/// The files that the worker writes.
const FILES: [FileButton; 6] = [
    ("highres-download-geotiff", |words| words.geotiff, |_| FileKind::Values { utm: false }),
    ("highres-download-geotiff-utm", |words| words.geotiff_utm, |_| FileKind::Values { utm: true }),
    ("highres-download-classes", |words| words.geotiff_classes, |_| FileKind::Classes),
    (
        "highres-download-geojson",
        |words| words.geojson,
        |detail_m| FileKind::ClassPolygons { detail_m },
    ),
    (
        "highres-download-perimeter",
        |words| words.perimeter,
        |detail_m| FileKind::Perimeter { detail_m },
    ),
    ("highres-download-csv", |words| words.csv, |_| FileKind::Hectares),
];

/// Saves the bytes of a file through the browser.
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
    if let Err(error) = saved() {
        leptos::logging::error!("the file cannot be saved: {error:?}");
    }
}
