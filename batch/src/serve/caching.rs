//! How long a reader may keep an answer without a new request.

use crate::publish::run::is_run_id;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// Hexadecimal digits of the hash that trunk puts into the names of the page's files.
const TRUNK_HASH_DIGITS: std::ops::RangeInclusive<usize> = 8..=16;

/// Adds `Cache-Control` to every answer.
pub(super) async fn say_how_long(request: Request, next: Next) -> Response {
    let how_long = if never_changes(request.uri().path()) { FOREVER } else { ASK_AGAIN };
    let mut response = next.run(request).await;
    let status = response.status();
    let is_the_file = status.is_success() || status == StatusCode::NOT_MODIFIED;
    let value = HeaderValue::from_static(if is_the_file { how_long } else { ASK_AGAIN });
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}

/// Whether the path names one version of a file: a run's tiles and raster, hashed files of the
/// page.
fn never_changes(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match parts[..] {
        ["tiles", _region, run_id, "dnbr" | "changed" | "provisional", ..] => is_run_id(run_id),
        ["raster", _region, run_id, _layer] => is_run_id(run_id),
        ["raster", _region, file] => file.strip_suffix(".tif").is_some_and(is_run_id),
        ["tiles" | "raster" | "ground" | "meta" | "stac", ..] => false,
        [.., file] => has_trunk_hash(file),
        [] => false,
    }
}

/// `name-0123456789abcdef.js`, `name-0123456789abcdef_bg.wasm`.
fn has_trunk_hash(file: &str) -> bool {
    let Some((stem, _extension)) = file.rsplit_once('.') else { return false };
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    stem.rsplit_once('-').is_some_and(|(_name, hash)| {
        TRUNK_HASH_DIGITS.contains(&hash.len()) && is_hexadecimal(hash)
    })
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, forever: bool) {
        assert_eq!(never_changes(path), forever, "{path}");
    }

    #[test]
    fn a_version_is_kept_forever() {
        check("/tiles/madre/20250822T030000Z1a2b/dnbr/6/10/25.png", true);
        check("/tiles/madre/20250822T030000Z1a2b/changed/6/10/25.png", true);
        check("/tiles/madre/20250822T030000Z1a2b/provisional/6/10/25.png", true);
        check("/raster/madre/20250822T030000Z1a2b.tif", true);
        check("/raster/madre/20250822T030000Z1a2b/pre_date.tif", true);
        check("/dragonfly-client-0123456789abcdef.js", true);
        check("/dragonfly-client-0123456789abcdef_bg.wasm", true);
        check("/fonts/text-0123456789abcdef.woff2", true);
    }

    #[test]
    fn what_moves_on_is_asked_for_again() {
        check("/", false);
        check("/index.html", false);
        check("/worker.js", false);
        check("/meta/madre.json", false);
        check("/meta/region-0123456789abcdef.json", false);
        check("/tiles/madre/dnbr/6/10/25.png", false);
        check("/tiles/madre/20250822/dnbr/6/10/25.png", false);
        check("/raster/madre_lowres_dnbr.tif", false);
        check("/raster/madre_lowres_pre_date.tif", false);
        check("/stac/assets/S2A-0123456789abcdef/nir08/B8A-0123456789abcdef.tif", false);
        // The folder's hash distinguishes wasm-bindgen's versions, not those of its files.
        check("/snippets/dragonfly-client-0123456789abcdef/inline0.js", false);
    }
}
