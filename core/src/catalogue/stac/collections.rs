//! The list of a catalogue's collections.

use serde::Deserialize;

use super::lenient;

#[derive(Deserialize)]
struct CollectionList {
    #[serde(default, deserialize_with = "ids")]
    collections: Vec<String>,
}

/// The collection of the answer to `GET /collections` whose id differs from a name in nothing but
/// case; `None` where there is none, or one with exactly this name.
pub fn find_collection_ignoring_case(list: &[u8], name: &str) -> Option<String> {
    let list: CollectionList = serde_json::from_str(std::str::from_utf8(list).ok()?).ok()?;
    if list.collections.iter().any(|id| id == name) {
        return None;
    }
    list.collections.into_iter().find(|id| id.eq_ignore_ascii_case(name))
}

/// The ids of a list of collections, however long each of them is.
fn ids<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(default, deserialize_with = "lenient::text")]
        id: Option<String>,
    }
    let list = Option::<Vec<Named>>::deserialize(from)?.unwrap_or_default();
    Ok(list.into_iter().filter_map(|collection| collection.id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_name_in_other_case_is_found() {
        let list = br#"{"collections":[{"id":"landsat-c2-l2"},{"id":"sentinel-2-l2a","x":{}}]}"#;
        let find = |name| find_collection_ignoring_case(list, name);
        assert_eq!(find("Sentinel-2-L2A").as_deref(), Some("sentinel-2-l2a"));
        assert_eq!(find("sentinel-2-l2a"), None);
        assert_eq!(find("sentinel-2"), None);
        for other in [&b"<html>"[..], b"{}", b"7", br#"{"collections":7}"#] {
            assert_eq!(find_collection_ignoring_case(other, "x"), None);
        }
    }
}
