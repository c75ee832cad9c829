//! Whether the backgrounds of the page can be shown: one tile of each server, the header and
//! the list of layers of each extract.

use std::path::Path;

use dragonfly_core::metadata::Basemap;

use super::cors::{check_origin, check_scheme};
use super::extract;
use super::finding::Finding;
use super::http::{Http, ProbeResponse};
use crate::deployment::settings::is_url;
use crate::http::Scope;

const PROBE: &str = "basemap";
/// The whole world in one tile, which every server has.
const PLACES: [(&str, &str); 4] = [("{s}", "a"), ("{z}", "0"), ("{x}", "0"), ("{y}", "0")];
/// How pictures begin: PNG, JPEG, GIF, and WebP or AVIF behind four or eight bytes of length.
const BEGINNINGS: [(usize, &[u8]); 5] =
    [(0, b"\x89PNG"), (0, b"\xff\xd8\xff"), (0, b"GIF8"), (8, b"WEBP"), (4, b"ftypavif")];
const NAME_ANOTHER: &str = "correct `url` in [[basemaps]], or name another server; until then \
    readers see the page's own coasts and borders";

/// A finding for each address of each basemap. `origin` is the site of the page, if it is known.
pub(super) fn basemaps(
    basemaps: &[Basemap],
    root: &Path,
    origin: Option<&str>,
    http: &Http,
) -> Vec<Finding> {
    basemaps
        .iter()
        .flat_map(|basemap| {
            let extract = basemap.file.as_ref().map(|file| extract(&basemap.title, file, root));
            let tiles = basemap.addresses().map(|url| tile(&basemap.title, url, origin, http));
            tiles.chain(extract).collect::<Vec<_>>()
        })
        .collect()
}

fn tile(title: &str, template: &str, origin: Option<&str>, http: &Http) -> Finding {
    if !is_url(template) {
        let words = format!("{title}: {template} is a path of the page's own site");
        return Finding::skipped(PROBE, words);
    }
    let mut url = template.to_owned();
    for (place, value) in PLACES {
        url = url.replace(place, value);
    }
    if let Some(Err(refusal)) = origin.map(|origin| check_scheme(&url, origin)) {
        return Finding::fail(PROBE, format!("{title}: {url}: {refusal}"), NAME_ANOTHER);
    }
    // Public servers answer only requests that state where they come from.
    let site = origin.map(|origin| [("origin", origin), ("referer", origin)]);
    let headers = site.as_ref().map_or(&[][..], |site| &site[..]);
    match http.get_range(&url, Scope::Configured, headers) {
        Err(error) => {
            Finding::fail(PROBE, format!("{title}: {url} is not reachable: {error}"), NAME_ANOTHER)
        }
        Ok(answer) if !matches!(answer.status, 200 | 206) => {
            let words = format!("{title}: {url} is refused: {}", answer.describe());
            Finding::fail(PROBE, words, NAME_ANOTHER)
        }
        Ok(answer) if !is_picture(&answer.body) => {
            Finding::fail(PROBE, format!("{title}: {url} is not an image"), NAME_ANOTHER)
        }
        Ok(answer) => shown(title, &url, origin, &answer),
    }
}

/// A tile that readers see: whether pictures that they save hold it too.
fn shown(title: &str, url: &str, origin: Option<&str>, answer: &ProbeResponse) -> Finding {
    match origin.map(|origin| check_origin(answer, origin)) {
        Some(Err(refusal)) => Finding::warn(
            PROBE,
            format!("{title}: {url} is reachable, and {refusal}"),
            "readers see it; pictures that they save leave it out, unless its server allows copies \
            (CORS)",
        ),
        _ => Finding::ok(PROBE, format!("{title}: {url} is reachable")),
    }
}

fn is_picture(body: &[u8]) -> bool {
    BEGINNINGS
        .iter()
        .any(|(at, beginning)| body.get(*at..).is_some_and(|behind| behind.starts_with(beginning)))
}

fn extract(title: &str, file: &str, root: &Path) -> Finding {
    let path = root.join(file);
    let shown = path.display();
    match extract::fault(&path) {
        Ok(None) => Finding::ok(PROBE, format!("{title}: {shown} is an extract")),
        Ok(Some(fault)) => Finding::fail(
            PROBE,
            format!("{title}: {shown} {fault}"),
            "make it as docs/ground.md describes",
        ),
        Err(error) => Finding::fail(
            PROBE,
            format!("{title}: {shown} cannot be read: {error}"),
            "put the extract there, or correct `file` in [[basemaps]]",
        ),
    }
}
