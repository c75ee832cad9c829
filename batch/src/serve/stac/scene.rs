//! An item of the catalogue: what searches compare, and as it is sent.

use std::ops::Range;

use dragonfly_core::stac::{Item, Properties};
use serde_json::{Map, Value};

use super::link;
use super::local_files::{Href, LocalFiles, href_of};
use crate::serve::base_url::BaseUrl;

/// An item, of which only what searches compare is kept beside its text.
#[derive(Debug)]
pub(super) struct StacScene {
    /// What a search compares.
    pub(super) item: Item,
    /// Where its text lies in that of the catalogue.
    pub(super) text: Range<usize>,
}

/// Longer ids would make every link long.
const MAX_ID_BYTES: usize = 256;
const MAX_ASSETS: usize = 1000;

/// Why an item is left out of the catalogue.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadItemError {
    /// It is no item.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// Its id, or that of its collection, is too long.
    #[error("an id of more than {MAX_ID_BYTES} bytes")]
    LongId,
    /// It has too many files.
    #[error("more than {MAX_ASSETS} assets")]
    ManyAssets,
}

impl StacScene {
    /// Reads an item, which lies in the catalogue's text at `place`; gives its files' addresses
    /// too.
    ///
    /// # Errors
    /// When it is no item, or one without measure.
    pub(super) fn read(
        text: &str,
        place: Range<usize>,
    ) -> Result<(Self, Vec<String>), BadItemError> {
        let mut item: Item = serde_json::from_str(text)?;
        if item.id.len().max(item.collection.as_ref().map_or(0, String::len)) > MAX_ID_BYTES {
            return Err(BadItemError::LongId);
        }
        if item.assets.len() > MAX_ASSETS {
            return Err(BadItemError::ManyAssets);
        }
        let hrefs =
            std::mem::take(&mut item.assets).into_values().map(|asset| asset.href).collect();
        let Properties { datetime, start_datetime, .. } = item.properties;
        item.properties = Properties { datetime, start_datetime, ..Properties::default() };
        item.bbox = item.bbox().map_or_else(Vec::new, |bbox| bbox.to_vec());
        item.footprint = None;
        Ok((Self { item, text: place }, hrefs))
    }

    /// The item whole, with addresses in place of local paths and links into this API. Files that
    /// the catalogue may not give out are left out, and `on_left_out` is called with their keys.
    ///
    /// # Errors
    /// When the text is not that of the item.
    pub(super) fn published(
        &self,
        text: &str,
        files: &LocalFiles,
        base: &BaseUrl,
        mut on_left_out: impl FnMut(&str, String),
    ) -> Result<Value, serde_json::Error> {
        let mut json: Map<String, Value> = serde_json::from_str(text)?;
        let assets = json.entry("assets").or_insert_with(|| Map::new().into());
        if let Value::Object(assets) = assets {
            assets.retain(|key, asset| match self.published_href(key, asset, files, base) {
                Ok(href) => {
                    remove_local_paths(asset);
                    asset["href"] = href.into();
                    true
                }
                Err(why) => {
                    on_left_out(key, why);
                    false
                }
            });
        } else {
            *assets = Map::new().into();
        }
        let links = self.links(json.get("links"), base);
        for (_, value) in json
            .iter_mut()
            .filter(|(key, _)| !["id", "collection", "assets"].contains(&key.as_str()))
        {
            remove_local_paths(value);
        }
        json.insert("links".to_owned(), links.into());
        Ok(json.into())
    }

    /// Where readers find an asset; why they do not otherwise.
    fn published_href(
        &self,
        key: &str,
        asset: &Value,
        files: &LocalFiles,
        base: &BaseUrl,
    ) -> Result<String, String> {
        let href = asset.get("href").and_then(Value::as_str).ok_or("it has no href")?;
        match (href_of(href), LocalFiles::name(href)) {
            (Href::Url, _) => Ok(href.to_owned()),
            (Href::Local(_), None) => Err("its href names no file".to_owned()),
            (Href::Local(_), Some(name)) => {
                files.open(href).map_err(|error| error.to_string())?;
                Ok(link::asset(base, &self.item.id, key, name))
            }
        }
    }

    /// Links to other servers stay; those of a catalogue of files would lead nowhere here.
    fn links(&self, own: Option<&Value>, base: &BaseUrl) -> Vec<Value> {
        let place = ["self", "root", "parent", "collection"];
        let leads_elsewhere = |link: &&Value| {
            let text = |key: &str| link.get(key).and_then(Value::as_str).unwrap_or_default();
            href_of(text("href")) == Href::Url && !place.contains(&text("rel"))
        };
        let own = own.and_then(Value::as_array);
        let mut links: Vec<Value> =
            own.into_iter().flatten().filter(leads_elsewhere).cloned().collect();
        links.iter_mut().for_each(remove_local_paths);
        links.push(link::root(base));
        if let Some(collection) = &self.item.collection {
            links.push(link::to(
                base,
                "self",
                super::GEOJSON,
                &link::item_path(collection, &self.item.id),
            ));
            links.push(link::to(
                base,
                "collection",
                super::JSON,
                &link::collection_path(collection),
            ));
            links.push(link::to(base, "parent", super::JSON, &link::collection_path(collection)));
        }
        links
    }
}

/// The href of an asset in an item's text.
pub(super) fn asset_href(text: &str, key: &str) -> Option<String> {
    let mut item: Item = serde_json::from_str(text).ok()?;
    Some(item.assets.remove(key)?.href)
}

/// Removes texts that are absolute paths of this machine, wherever they stand.
fn remove_local_paths(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !is_local_path(member));
            members.values_mut().for_each(remove_local_paths);
        }
        Value::Array(elements) => {
            elements.retain(|element| !is_local_path(element));
            elements.iter_mut().for_each(remove_local_paths);
        }
        value if is_local_path(value) => *value = Value::Null,
        _ => {}
    }
}

fn is_local_path(value: &Value) -> bool {
    let Value::String(text) = value else { return false };
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    text.starts_with('/') || scheme.eq_ignore_ascii_case("file")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use axum::http::HeaderMap;
    use serde_json::json;

    use super::*;

    fn published(item: &Value, folder: &std::path::Path) -> (Value, Vec<String>) {
        let text = item.to_string();
        let (scene, _) = StacScene::read(&text, 0..text.len()).unwrap();
        let mut left_out = Vec::new();
        let base = BaseUrl::from_headers(&HeaderMap::new());
        let files = LocalFiles::new(folder);
        let json =
            scene.published(&text, &files, &base, |key, _| left_out.push(key.to_owned())).unwrap();
        (json, left_out)
    }

    #[test]
    fn no_path_of_this_machine_is_published() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.tif"), b"II*\0").unwrap();
        let path = folder.path().join("a.tif").display().to_string();
        let item = json!({
            "id": "a", "collection": "c", "bbox": [0, 0, 1, 1],
            "properties": { "datetime": "2025-06-01T00:00:00Z", "source": path, "notes": ["/home/user/x", "kept"] },
            "assets": {
                "good": { "href": "a.tif", "alternate": { "local": { "href": path }, "s3": { "href": "s3://b/a.tif" } } },
                "absolute": { "href": path },
                "far": { "href": "https://bucket.example/a.tif" },
                "passwd": { "href": "/etc/passwd" },
                "url": { "href": "file:///etc/passwd" },
                "above": { "href": "../../../../../../../etc/passwd" },
                "gdal": { "href": "/vsizip//home/user/a.zip/a.tif" },
                "number": { "href": 5 },
                "text": "/etc/passwd",
            },
            "links": [{ "rel": "via", "href": "file:///home/user/a.json" }, { "rel": "via", "href": "https://a.example" }],
        });
        let (json, left_out) = published(&item, folder.path());
        let text = json.to_string();
        for part in ["passwd\"", "/home/", folder.path().to_str().unwrap(), "file:", "/vsi"] {
            let without_keys = text.replace("\"passwd\":", "");
            assert!(!without_keys.contains(part), "{part} in {text}");
        }
        assert_eq!(left_out, ["above", "gdal", "number", "passwd", "text", "url"]);
        assert_eq!(json["assets"]["good"]["href"], "/stac/assets/a/good/a.tif");
        assert_eq!(json["assets"]["good"]["alternate"]["s3"]["href"], "s3://b/a.tif");
        assert_eq!(json["assets"]["absolute"]["href"], "/stac/assets/a/absolute/a.tif");
        assert_eq!(json["assets"]["far"]["href"], "https://bucket.example/a.tif");
        assert_eq!(json["properties"]["notes"], json!(["kept"]));
        assert_eq!(json["links"][0]["href"], "https://a.example");
        assert_eq!((&json["id"], &json["bbox"]), (&item["id"], &item["bbox"]));
    }

    #[test]
    fn an_item_without_measure_is_left_out() {
        let read = |item: Value| {
            StacScene::read(&item.to_string(), 0..0).map(|_| ()).unwrap_err().to_string()
        };
        assert!(read(json!({ "id": "a".repeat(300), "properties": {} })).contains("256 bytes"));
        let assets: Map<String, Value> =
            (0..2000).map(|n| (n.to_string(), json!({ "href": "a" }))).collect();
        assert!(
            read(json!({ "id": "a", "properties": {}, "assets": assets })).contains("1000 entries")
        );
    }
}
