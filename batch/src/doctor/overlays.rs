//! The site's further layers: can they be requested, are they what they should be, and may a page on
//! another site show them?

use dragonfly_core::Tile;
use dragonfly_core::mercator::metres_from_lonlat;
use dragonfly_core::overlay::{OverlayKind, SiteOverlay};
use serde_json::Value;

use super::cors::{check_origin, check_scheme};
use super::finding::Finding;
use super::http::{Http, ProbeResponse};
use crate::deployment::settings::is_url;
use crate::http::Scope;

const PROBE: &str = "overlays";
/// The whole world: a tile that every server of tiles has.
const WORLD: Tile = Tile { z: 0, x: 0, y: 0 };
const TILE_PX: u32 = 256;
/// Larger files keep readers on slow lines waiting, bytes.
const LARGE_BYTES: usize = 5 << 20;

/// A finding for each layer; `origin` is the site of the page.
pub(super) fn overlays(
    overlays: &[SiteOverlay],
    origin: Option<&str>,
    http: &Http,
) -> Vec<Finding> {
    overlays.iter().map(|overlay| finding(overlay, origin, http)).collect()
}

fn finding(overlay: &SiteOverlay, origin: Option<&str>, http: &Http) -> Finding {
    let title = &overlay.title;
    if !is_url(&overlay.url) {
        let place = "lies on the page's own site: open it there";
        return Finding::skipped(PROBE, format!("`{title}` {place}"));
    }
    let url = requested_url(overlay);
    let fail = |why: String| {
        Finding::fail(
            PROBE,
            format!("the page cannot show `{title}`, {url}: {why}"),
            "correct its [[overlays]], put a copy of the file on this site, or remove it; the maps \
            need none",
        )
    };
    if let Some(Err(why)) = origin.map(|origin| check_scheme(&url, origin)) {
        return fail(why);
    }
    let headers: Vec<_> = origin.iter().map(|origin| ("origin", *origin)).collect();
    let answer = match http.get_whole(&url, Scope::Configured, &headers) {
        Ok(answer) if answer.status == 200 => answer,
        Ok(answer) => return fail(format!("it answers {}", answer.describe())),
        Err(error) => return fail(error),
    };
    let is_sound = match overlay.kind {
        OverlayKind::GeoJson => check_geojson(&answer),
        OverlayKind::Xyz | OverlayKind::Wms => check_picture(&answer),
    };
    if let Err(why) = is_sound {
        return fail(why);
    }
    let cors = origin.map(|origin| check_origin(&answer, origin));
    match (overlay.kind, cors) {
        (OverlayKind::GeoJson, Some(Err(why))) => fail(format!("its answer {why}")),
        (_, Some(Err(why))) => Finding::warn(
            PROBE,
            format!("`{title}` is shown, and left out of saved pictures: {url} {why}"),
            "ask its operator to allow any site (Access-Control-Allow-Origin: *)",
        ),
        _ if answer.body.len() > LARGE_BYTES => Finding::warn(
            PROBE,
            format!("`{title}` has {} MB, {url}", answer.body.len() >> 20),
            "every reader loads all of it: simplify its shapes, or leave out what is far away",
        ),
        (_, Some(Ok(()))) => Finding::ok(PROBE, format!("the page may show `{title}`, {url}")),
        (_, None) => Finding::ok(
            PROBE,
            format!(
                "`{title}` can be requested, {url}; name the page's site with --origin to probe \
                whether it may be shown there"
            ),
        ),
    }
}

/// What the page requests first.
fn requested_url(overlay: &SiteOverlay) -> String {
    match overlay.kind {
        OverlayKind::GeoJson => overlay.url.clone(),
        OverlayKind::Xyz => overlay
            .url
            .replace("{s}", "a")
            .replace("{r}", "")
            .replace("{z}", &WORLD.z.to_string())
            .replace("{x}", &WORLD.x.to_string())
            .replace("{y}", &WORLD.y.to_string()),
        OverlayKind::Wms => {
            let [west, south, east, north] = WORLD.bounds();
            let (left, bottom) = metres_from_lonlat(west, south);
            let (right, top) = metres_from_lonlat(east, north);
            overlay.wms_url([left, bottom, right, top], TILE_PX)
        }
    }
}

fn check_geojson(answer: &ProbeResponse) -> Result<(), String> {
    const KINDS: [&str; 9] = [
        "FeatureCollection",
        "Feature",
        "GeometryCollection",
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
    ];
    let value: Value = serde_json::from_slice(&answer.body)
        .map_err(|error| format!("it is not GeoJSON ({error})"))?;
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    if !KINDS.contains(&kind) {
        return Err(match kind {
            "Topology" => "it is TopoJSON and not GeoJSON: convert it".to_owned(),
            _ => format!("it is not GeoJSON (`type` is `{kind}`)"),
        });
    }
    match value.pointer("/crs/properties/name").and_then(Value::as_str) {
        Some(name) if !name.contains("CRS84") && !name.contains("4326") => {
            Err(format!("its coordinates are in {name}: convert them to longitude and latitude"))
        }
        _ => Ok(()),
    }
}

fn check_picture(answer: &ProbeResponse) -> Result<(), String> {
    let is_picture = [&b"\x89PNG"[..], b"\xff\xd8\xff", b"RIFF", b"GIF8"]
        .iter()
        .any(|start| answer.body.starts_with(start));
    if is_picture { Ok(()) } else { Err(format!("it answers no image: {}", answer.describe())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_requests_is_probed() {
        let check = |json: &str, expected: &str| {
            let overlay: SiteOverlay = serde_json::from_str(json).unwrap();
            let url = requested_url(&overlay);
            assert!(url.starts_with(expected), "{url}");
        };
        check(
            r#"{"title":"P","kind":"geojson","url":"https://a.example/p?f=geojson","attribution":"x"}"#,
            "https://a.example/p?f=geojson",
        );
        check(
            r#"{"title":"T","kind":"xyz","url":"https://{s}.a.example/{z}/{x}/{y}{r}.png","attribution":"x"}"#,
            "https://a.a.example/0/0/0.png",
        );
        check(
            r#"{"title":"W","kind":"wms","url":"https://a.example/wms","attribution":"x","layers":"a"}"#,
            "https://a.example/wms?service=WMS&version=1.3.0&request=GetMap&layers=a&",
        );
    }
}
