//! An item of the catalogue: as Dragonfly reads it, as it is given out, and where its files are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dragonfly_core::stac::Item;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::link;
use crate::serve::base_url::BaseUrl;

/// An item and its local files.
#[derive(Debug)]
pub(super) struct Scene {
    /// What a search looks at.
    pub(super) item: Item,
    /// All of the item's fields.
    json: Map<String, Value>,
    /// The local files by asset key.
    files: BTreeMap<String, PathBuf>,
}

impl Scene {
    /// An item whose relative hrefs start at `folder`.
    pub(super) fn new(json: &Value, folder: &Path) -> Result<Self, serde_json::Error> {
        let item = Item::deserialize(json)?;
        let local = |href: &str| local_path(href, folder);
        let files = item.assets.iter().filter_map(|(key, asset)| Some((key.clone(), local(&asset.href)?))).collect();
        Ok(Self { item, json: Map::deserialize(json)?, files })
    }

    /// The local file of an asset.
    pub(super) fn file(&self, asset: &str) -> Option<&Path> {
        self.files.get(asset).map(PathBuf::as_path)
    }

    /// The item whole, with addresses in place of local paths and links into this API.
    pub(super) fn published(&self, base: &BaseUrl) -> Value {
        let mut json = self.json.clone();
        for (key, file) in &self.files {
            let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            json["assets"][key]["href"] = link::asset(base, &self.item.id, key, &name).into();
        }
        json.insert("links".to_owned(), self.links(base).into());
        json.into()
    }

    /// Links to elsewhere stay; those of a catalogue of files would lead nowhere here.
    fn links(&self, base: &BaseUrl) -> Vec<Value> {
        let place = ["self", "root", "parent", "collection"];
        let leads_elsewhere = |link: &&Value| {
            let text = |key: &str| link[key].as_str().unwrap_or_default();
            text("href").contains("://") && !place.contains(&text("rel"))
        };
        let own = self.json.get("links").and_then(Value::as_array);
        let mut links: Vec<Value> = own.into_iter().flatten().filter(leads_elsewhere).cloned().collect();
        links.push(link::root(base));
        if let Some(collection) = &self.item.collection {
            links.push(link::to(base, "self", super::GEOJSON, &link::item_path(collection, &self.item.id)));
            links.push(link::to(base, "collection", super::JSON, &link::collection_path(collection)));
            links.push(link::to(base, "parent", super::JSON, &link::collection_path(collection)));
        }
        links
    }
}

/// The file that an href names on this machine; `None` for a URL.
fn local_path(href: &str, folder: &Path) -> Option<PathBuf> {
    let path = href.strip_prefix("file://").unwrap_or(href);
    if path.contains("://") || path.starts_with("/vsi") {
        return None;
    }
    let path = folder.join(path);
    path.file_name().is_some().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(href: &str, path: Option<&str>) {
        assert_eq!(local_path(href, Path::new("/data")), path.map(PathBuf::from), "{href}");
    }

    #[test]
    fn an_href_is_a_path_or_a_url() {
        check("./B8A.tif", Some("/data/B8A.tif"));
        check("../B8A.tif", Some("/data/../B8A.tif"));
        check("/scenes/B8A.tif", Some("/scenes/B8A.tif"));
        check("file:///scenes/B8A.tif", Some("/scenes/B8A.tif"));
        check("https://bucket.example/B8A.tif", None);
        check("s3://bucket/B8A.tif", None);
        check("/vsicurl/https://bucket.example/B8A.tif", None);
        check("..", None);
    }
}
