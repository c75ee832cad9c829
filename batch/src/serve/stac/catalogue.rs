//! The items of a catalogue's file, read again whenever the file changes.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, Result, anyhow};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::local_files::LocalFiles;
use super::scene::{StacScene, asset_href};
use crate::serve::base_url::BaseUrl;
use crate::serve::files::RegularFile;
use crate::serve::origin::origin_of;

/// Items, the newest first.
#[derive(Debug)]
pub(super) struct ServedCatalogue {
    /// The file, in which the items lie.
    text: String,
    scenes: Vec<StacScene>,
    place_by_id: HashMap<String, usize>,
    files: LocalFiles,
    /// Scheme and host of files that lie elsewhere.
    origins: BTreeSet<String>,
    /// Whether it was logged already that files are left out.
    has_warned: AtomicBool,
}

/// The file is kept in memory, beside its next version while that is read.
const MAX_FILE_BYTES: u64 = 64 << 20;
const MAX_ITEMS: usize = 50_000;
/// A scene's item has some tens of kilobytes.
const MAX_ITEM_BYTES: usize = 256 * 1024;
const MAX_COLLECTIONS: usize = 100;
const MAX_ORIGINS: usize = 64;
/// Items that cannot be used are named one by one up to here, then counted.
const MAX_NAMED: usize = 20;

impl ServedCatalogue {
    /// Every item, the newest first and, at the same moment, by id.
    pub(super) fn scenes(&self) -> &[StacScene] {
        &self.scenes
    }

    /// The item of that id.
    pub(super) fn scene(&self, id: &str) -> Option<&StacScene> {
        self.scenes.get(*self.place_by_id.get(id)?)
    }

    /// The ids of all collections that an item belongs to.
    pub(super) fn collections(&self) -> BTreeSet<&str> {
        self.scenes.iter().filter_map(|scene| scene.item.collection.as_deref()).collect()
    }

    /// An item as it is given out.
    ///
    /// # Errors
    /// When its text cannot be read.
    pub(super) fn published(
        &self,
        scene: &StacScene,
        base: &BaseUrl,
    ) -> Result<Value, serde_json::Error> {
        let warn = |key: &str, why: String| {
            if !self.has_warned.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    "asset {key} of item {} is left out, and others may be: {why}. Only TIFF \
                    files in the catalogue's own folder are given out: put them there, not \
                    links to them",
                    scene.item.id
                );
            }
        };
        scene.published(self.text_of(scene), &self.files, base, warn)
    }

    /// The local file of an asset with that file name, opened; `None` where there is none that may
    /// be given out.
    pub(super) fn open_asset(&self, item: &str, asset: &str, name: &str) -> Option<RegularFile> {
        let href = asset_href(self.text_of(self.scene(item)?), asset)?;
        if LocalFiles::name(&href) != Some(name) {
            return None;
        }
        let opened = self.files.open(&href);
        opened
            .inspect_err(|error| {
                tracing::debug!("asset {asset} of item {item} is not given out: {error}")
            })
            .ok()
    }

    fn text_of(&self, scene: &StacScene) -> &str {
        self.text.get(scene.text.clone()).unwrap_or_default()
    }

    /// Reads an ItemCollection; relative hrefs start at the file's own folder.
    fn read(file: &RegularFile, path: &Path) -> Result<Self> {
        let next_step = || {
            format!(
                "reading the catalogue {}: give a STAC ItemCollection with --stac",
                path.display()
            )
        };
        let text = file.read_whole(MAX_FILE_BYTES).with_context(next_step)?;
        let text = String::from_utf8(text)
            .map_err(|_| anyhow!("it is not in UTF-8"))
            .with_context(next_step)?;
        Self::parse(text, path.parent().unwrap_or(Path::new(""))).with_context(next_step)
    }

    /// An item that cannot be read is left out, and so is a second one of the same id: the
    /// addresses of files name an item by its id alone.
    ///
    /// # Errors
    /// When the text is no ItemCollection, or one of too many items.
    pub(super) fn parse(text: String, folder: &Path) -> Result<Self, serde_json::Error> {
        let mut read = ItemReader::default();
        let collection: ItemTexts = serde_json::from_str(&text)?;
        for (number, item) in collection.features.0.iter().enumerate() {
            read.add(number, item.get(), item.get().as_ptr() as usize - text.as_ptr() as usize);
        }
        if read.left_out > MAX_NAMED {
            tracing::warn!("{} items are left out of the catalogue", read.left_out);
        }
        let ItemReader { mut scenes, origins, .. } = read;
        scenes.sort_by(|a, b| {
            b.item.acquired().cmp(&a.item.acquired()).then_with(|| a.item.id.cmp(&b.item.id))
        });
        let place_by_id = scenes
            .iter()
            .enumerate()
            .map(|(place, scene)| (scene.item.id.clone(), place))
            .collect();
        let has_warned = AtomicBool::new(false);
        Ok(Self { text, scenes, place_by_id, files: LocalFiles::new(folder), origins, has_warned })
    }
}

/// The texts of a file's items.
#[derive(Deserialize)]
struct ItemTexts<'a> {
    #[serde(borrow)]
    features: FeatureTexts<'a>,
}

struct FeatureTexts<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for FeatureTexts<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(FeaturesVisitor).map(Self)
    }
}

struct FeaturesVisitor;

impl<'de> Visitor<'de> for FeaturesVisitor {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut texts = Vec::new();
        while let Some(item) = items.next_element()? {
            if texts.len() == MAX_ITEMS {
                return Err(A::Error::custom(format!(
                    "more than {MAX_ITEMS} items: serve them by a STAC API"
                )));
            }
            texts.push(item);
        }
        Ok(texts)
    }
}

/// What was read of a file so far.
#[derive(Default)]
struct ItemReader {
    scenes: Vec<StacScene>,
    ids: BTreeSet<String>,
    collections: BTreeSet<String>,
    origins: BTreeSet<String>,
    left_out: usize,
}

impl ItemReader {
    /// Takes the item that lies at a position of the file, or leaves it out and logs why.
    fn add(&mut self, number: usize, text: &str, position: usize) {
        if let Err((name, why)) = self.read(number, text, position) {
            self.left_out += 1;
            if self.left_out <= MAX_NAMED {
                tracing::warn!("item {name} is left out of the catalogue: {why}");
            }
        }
    }

    fn read(&mut self, number: usize, text: &str, position: usize) -> Result<(), (String, String)> {
        let by_number = || format!("number {number}");
        if text.len() > MAX_ITEM_BYTES {
            return Err((by_number(), format!("it has more than {} KiB", MAX_ITEM_BYTES / 1024)));
        }
        let place = position..position + text.len();
        let (scene, hrefs) =
            StacScene::read(text, place).map_err(|error| (by_number(), error.to_string()))?;
        let id = &scene.item.id;
        if !self.ids.insert(id.clone()) {
            return Err((id.clone(), "another one has the same id".to_owned()));
        }
        if let Some(collection) =
            scene.item.collection.as_ref().filter(|id| !self.collections.contains(*id))
        {
            if self.collections.len() == MAX_COLLECTIONS {
                return Err((
                    id.clone(),
                    format!("there are more than {MAX_COLLECTIONS} collections"),
                ));
            }
            self.collections.insert(collection.clone());
        }
        // No file lies on all hosts of a domain.
        for origin in
            hrefs.iter().filter_map(|href| origin_of(href)).filter(|origin| !origin.contains('*'))
        {
            if self.origins.len() < MAX_ORIGINS {
                self.origins.insert(origin);
            }
        }
        self.scenes.push(scene);
        Ok(())
    }
}

/// A catalogue's file, and its contents when last checked.
#[derive(Debug)]
pub(in crate::serve) struct CatalogueFile {
    path: PathBuf,
    last: Mutex<(Option<CatalogueVersion>, Arc<ServedCatalogue>)>,
}

/// Distinguishes one state of a file from the next: its time, length and place on the disk.
type CatalogueVersion = (SystemTime, u64, u64);

impl CatalogueFile {
    /// Reads the file for the first time.
    pub(in crate::serve) fn open(path: &Path) -> Result<Self> {
        // Absolute, so that relative hrefs stay valid when the working folder changes.
        let path = std::path::absolute(path)
            .with_context(|| format!("finding the catalogue {}", path.display()))?;
        // The version first: a change in between is then seen at the next check.
        let version = version_of(&path).ok();
        let catalogue = read(&path)?;
        Ok(Self { path, last: Mutex::new((version, Arc::new(catalogue))) })
    }

    /// The items as they are in the file now; a file that is half written leaves those before it.
    /// Reads the file where it has changed.
    pub(super) fn current(&self) -> Arc<ServedCatalogue> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = version_of(&self.path).ok();
        if now.is_some() && now != last.0 {
            last.0 = now;
            match read(&self.path) {
                Ok(catalogue) => last.1 = Arc::new(catalogue),
                Err(error) => tracing::warn!("the catalogue stays as it was: {error:#}"),
            }
        }
        Arc::clone(&last.1)
    }

    /// Scheme and host of files that lie elsewhere, by the items as they are now.
    pub(in crate::serve) fn origins(&self) -> BTreeSet<String> {
        self.current().origins.clone()
    }
}

fn read(path: &Path) -> Result<ServedCatalogue> {
    let opened = fs::canonicalize(path).and_then(|real_path| RegularFile::open(&real_path));
    let file = opened.with_context(|| {
        format!("reading the catalogue {}: give a STAC ItemCollection with --stac", path.display())
    })?;
    ServedCatalogue::read(&file, path)
}

fn version_of(path: &Path) -> io::Result<CatalogueVersion> {
    let metadata = fs::metadata(path)?;
    Ok((metadata.modified()?, metadata.len(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(id: &str, datetime: &str) -> Value {
        json!({ "id": id, "collection": "c", "bbox": [0, 0, 1, 1], "properties": { "datetime": datetime } })
    }

    fn parse(features: &[Value]) -> Result<ServedCatalogue, serde_json::Error> {
        ServedCatalogue::parse(json!({ "features": features }).to_string(), Path::new("/data"))
    }

    #[test]
    fn the_newest_comes_first_and_the_unreadable_not_at_all() {
        let features = [
            item("b", "2025-06-01T00:00:00Z"),
            item("a", "2025-06-01T00:00:00Z"),
            json!({ "id": "broken" }),
            item("c", "2025-07-01T00:00:00Z"),
            item("a", "2025-08-01T00:00:00Z"),
        ];
        let catalogue = parse(&features).unwrap();
        let ids: Vec<&str> =
            catalogue.scenes().iter().map(|scene| scene.item.id.as_str()).collect();
        assert_eq!(ids, ["c", "a", "b"]);
    }

    #[test]
    fn an_items_text_is_found_again() {
        let features = [item("é", "2025-06-01T00:00:00Z"), item("b", "2025-07-01T00:00:00Z")];
        let catalogue = parse(&features).unwrap();
        for (id, expected) in [("é", &features[0]), ("b", &features[1])] {
            let text = catalogue.text_of(catalogue.scene(id).unwrap());
            assert_eq!(&serde_json::from_str::<Value>(text).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_too_large_is_left_out() {
        let mut large = item("large", "2025-06-01T00:00:00Z");
        large["properties"]["text"] = "x".repeat(MAX_ITEM_BYTES).into();
        assert_eq!(parse(&[large, item("a", "2025-06-01T00:00:00Z")]).unwrap().scenes().len(), 1);

        let many: Vec<Value> = (0..2 * MAX_COLLECTIONS)
            .map(|number| json!({ "id": number.to_string(), "collection": number.to_string(), "properties": {} }))
            .collect();
        assert_eq!(parse(&many).unwrap().collections().len(), MAX_COLLECTIONS);

        let error = parse(&vec![json!(0); MAX_ITEMS + 1]).unwrap_err().to_string();
        assert!(error.contains("more than 50000 items"), "{error}");
    }

    #[test]
    fn a_changed_file_is_read_again_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("items.json");
        let write = |features: &[Value]| {
            fs::write(&path, json!({ "features": features }).to_string()).unwrap()
        };
        write(&[]);
        let file = CatalogueFile::open(&path).unwrap();
        assert_eq!(file.current().scenes().len(), 0);
        write(&[item("a", "2025-06-01T00:00:00Z")]);
        assert_eq!(file.current().scenes().len(), 1);
        fs::write(&path, "{").unwrap();
        assert_eq!(file.current().scenes().len(), 1);
    }

    #[test]
    fn a_catalogue_without_measure_or_of_another_kind_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("items.json");
        fs::File::create(&path).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
        let message = format!("{:#}", CatalogueFile::open(&path).unwrap_err());
        assert!(message.contains("at most 67108864 are read"), "{message}");
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let message = format!("{:#}", CatalogueFile::open(&path).unwrap_err());
        assert!(message.contains("not a regular file"), "{message}");
        fs::remove_file(&path).unwrap();
        fs::write(&path, r#"{"links":[]}"#).unwrap();
        let message = format!("{:#}", CatalogueFile::open(&path).unwrap_err());
        assert!(message.contains("missing field `features`"), "{message}");
    }
}
