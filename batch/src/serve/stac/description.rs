//! The description of the API and of its collections.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::catalogue::ServedCatalogue;
use super::scene::StacScene;
use super::{GEOJSON, JSON, link};
use crate::serve::base_url::BaseUrl;

const STAC_VERSION: &str = "1.0.0";

/// What a client may rely on.
pub(super) const CONFORMS_TO: [&str; 6] = [
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/ogcapi-features",
    "https://api.stacspec.org/v1.0.0/item-search",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
];

/// The landing page.
pub(super) fn landing(catalogue: &ServedCatalogue, base: &BaseUrl) -> Value {
    let mut links = vec![
        link::to(base, "self", JSON, "/stac"),
        link::root(base),
        link::to(base, "service-desc", "application/vnd.oai.openapi+json;version=3.0", "/stac/api"),
        link::to(base, "conformance", JSON, "/stac/conformance"),
        link::to(base, "data", JSON, "/stac/collections"),
        link::search(base, "GET"),
        link::search(base, "POST"),
    ];
    links.extend(
        catalogue
            .collections()
            .iter()
            .map(|id| link::to(base, "child", JSON, &link::collection_path(id))),
    );
    json!({
        "type": "Catalog",
        "stac_version": STAC_VERSION,
        "id": "dragonfly",
        "title": "Scenes of this Dragonfly server",
        "description": "The scenes of a local catalogue, newest first. An item lies in an area \
            when their bounding boxes share some ground; `intersects` counts as the box around \
            its geometry.",
        "conformsTo": CONFORMS_TO,
        "links": links,
    })
}

/// All collections.
pub(super) fn collections(catalogue: &ServedCatalogue, base: &BaseUrl) -> Value {
    let ids = catalogue.collections();
    json!({
        "collections": ids.iter().filter_map(|id| collection(catalogue, id, base)).collect::<Vec<_>>(),
        "links": [link::to(base, "self", JSON, "/stac/collections"), link::root(base)],
    })
}

/// One collection; `None` where no item belongs to it.
pub(super) fn collection(catalogue: &ServedCatalogue, id: &str, base: &BaseUrl) -> Option<Value> {
    let scenes: Vec<&StacScene> = catalogue
        .scenes()
        .iter()
        .filter(|scene| scene.item.collection.as_deref() == Some(id))
        .collect();
    if scenes.is_empty() {
        return None;
    }
    Some(json!({
        "type": "Collection",
        "stac_version": STAC_VERSION,
        "id": id,
        "description": format!("Items of {id} in a local catalogue"),
        // The file does not state it; "various" is STAC 1.0's word for "see the items".
        "license": "various",
        "extent": { "spatial": { "bbox": [box_of(&scenes)] }, "temporal": { "interval": [interval_of(&scenes)] } },
        "links": [
            link::to(base, "self", JSON, &link::collection_path(id)),
            link::root(base),
            link::to(base, "parent", JSON, "/stac"),
            link::to(base, "items", GEOJSON, &link::items_path(id)),
        ],
    }))
}

/// The box around all items; the whole Earth where none has one.
fn box_of(scenes: &[&StacScene]) -> [f64; 4] {
    let boxes = scenes.iter().filter_map(|scene| scene.item.bbox());
    let around =
        |a: [f64; 4], b: [f64; 4]| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])];
    boxes.reduce(around).unwrap_or([-180.0, -90.0, 180.0, 90.0])
}

/// The first and the last moment; null where no item has one.
fn interval_of(scenes: &[&StacScene]) -> [Option<String>; 2] {
    let moments = || scenes.iter().filter_map(|scene| scene.item.acquired());
    [moments().min(), moments().max()]
        .map(|at| at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
}
