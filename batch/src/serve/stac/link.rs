//! Addresses within the API, and the links that carry them.

use serde_json::{Value, json};

use super::{GEOJSON, JSON};
use crate::serve::base_url::BaseUrl;

/// Where searches go.
pub(super) const SEARCH: &str = "/stac/search";

/// A link to a path here.
pub(super) fn to(base: &BaseUrl, rel: &str, media_type: &str, path: &str) -> Value {
    json!({ "rel": rel, "type": media_type, "href": base.url(path) })
}

/// The link to the landing page.
pub(super) fn root(base: &BaseUrl) -> Value {
    to(base, "root", JSON, "/stac")
}

/// The link to the search, by one of its methods.
pub(super) fn search(base: &BaseUrl, method: &str) -> Value {
    json!({ "rel": "search", "type": GEOJSON, "method": method, "href": base.url(SEARCH) })
}

/// The next page of a search by GET: the same parameters, and where to go on.
pub(super) fn next_by_get(base: &BaseUrl, path: &str, query: Option<&str>, next: usize) -> Value {
    let token = format!("token={next}");
    let kept = query
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("token="));
    let query = kept.chain([token.as_str()]).collect::<Vec<_>>().join("&");
    json!({ "rel": "next", "type": GEOJSON, "method": "GET", "href": format!("{}?{query}", base.url(path)) })
}

/// The next page of a search by POST: the same body with this one merged in.
pub(super) fn next_by_post(base: &BaseUrl, next: usize) -> Value {
    json!({
        "rel": "next", "type": GEOJSON, "method": "POST", "href": base.url(SEARCH),
        "body": { "token": next }, "merge": true,
    })
}

/// The address of a local file.
pub(super) fn asset(base: &BaseUrl, item: &str, asset: &str, file_name: &str) -> String {
    base.url(&format!("/stac/assets/{}/{}/{}", segment(item), segment(asset), segment(file_name)))
}

/// Path of a collection.
pub(super) fn collection_path(id: &str) -> String {
    format!("/stac/collections/{}", segment(id))
}

/// Path of a collection's items.
pub(super) fn items_path(collection: &str) -> String {
    format!("{}/items", collection_path(collection))
}

/// Path of an item.
pub(super) fn item_path(collection: &str, id: &str) -> String {
    format!("{}/{}", items_path(collection), segment(id))
}

/// One part of a path, its special characters escaped.
fn segment(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_place() {
        assert_eq!(segment("S2A_10SGD.tif"), "S2A_10SGD.tif");
        assert_eq!(segment("a/b c?é"), "a%2Fb%20c%3F%C3%A9");
    }
}
