//! A GeoPackage that is opened as an area: rewritten as a zipped shapefile before the worker reads it.

use dragonfly_core::protocol::{JobError, JobErrorKind};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

/// What each SQLite database begins with.
const SQLITE: &[u8] = b"SQLite format 3\0";
/// What the worker reads at most; it refuses more with its own error.
const MAX_BYTES: u32 = 32 << 20;

#[wasm_bindgen]
extern "C" {
    /// client/geopackage.js.
    type GeoPackageModule;

    #[wasm_bindgen(catch, js_namespace = dragonfly, js_name = load)]
    async fn load(name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn shapefile(this: &GeoPackageModule, file: &ArrayBuffer) -> Result<JsValue, JsValue>;
}

/// Whether a file is an SQLite database that the worker would not refuse for its size.
pub(super) fn is_geopackage(file: &ArrayBuffer) -> bool {
    let start = Uint8Array::new(&file.slice_with_end(0, SQLITE.len() as u32)).to_vec();
    start == SQLITE && file.byte_length() <= MAX_BYTES
}

/// The polygons of a GeoPackage as a zipped shapefile.
///
/// # Errors
/// When it holds none that can be used, or the module that reads it cannot be loaded.
pub(super) async fn as_shapefile(name: &str, file: &ArrayBuffer) -> Result<JsValue, JobError> {
    let offline = |_| {
        let message = "the reader of GeoPackages could not be loaded";
        JobError::new(JobErrorKind::Offline, message, "connect, and open the file again")
    };
    let module: GeoPackageModule = load("geopackage").await.map_err(offline)?.unchecked_into();
    module.shapefile(file).await.map_err(|thrown| match thrown.as_string() {
        Some(problem) => {
            let message = format!("{name} {problem}");
            JobError::new(JobErrorKind::Area, message, "drop another file, or draw the area")
        }
        None => offline(thrown),
    })
}
