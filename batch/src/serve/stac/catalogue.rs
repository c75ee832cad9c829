//! The items of a catalogue's file, read again whenever the file changes.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use super::refusal::Refusal;
use super::scene::Scene;

/// Items, the newest first.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    scenes: Vec<Scene>,
}

impl Catalogue {
    /// Every item, the newest first and, at the same moment, by id.
    pub(super) fn scenes(&self) -> &[Scene] {
        &self.scenes
    }

    /// The item of that id.
    pub(super) fn scene(&self, id: &str) -> Option<&Scene> {
        self.scenes.iter().find(|scene| scene.item.id == id)
    }

    /// The ids of all collections that an item belongs to.
    pub(super) fn collections(&self) -> BTreeSet<&str> {
        self.scenes.iter().filter_map(|scene| scene.item.collection.as_deref()).collect()
    }

    /// Reads an ItemCollection; relative hrefs start at the file's own folder.
    fn read(path: &Path) -> Result<Self> {
        let next_step = || format!("reading the catalogue {}: give a STAC ItemCollection with --stac", path.display());
        let text = fs::read(path).with_context(next_step)?;
        let collection: Value = serde_json::from_slice(&text).with_context(next_step)?;
        let Some(features) = collection["features"].as_array() else {
            return Err(anyhow!("it has no list `features`").context(next_step()));
        };
        Ok(Self::new(features, path.parent().unwrap_or(Path::new(""))))
    }

    /// An item that cannot be read is left out, and so is a second one of the same id: the addresses
    /// of files name an item by its id alone.
    pub(super) fn new(features: &[Value], folder: &Path) -> Self {
        let mut ids = HashSet::new();
        let mut scenes: Vec<Scene> = Vec::new();
        for (index, json) in features.iter().enumerate() {
            let name = json["id"].as_str().map_or_else(|| format!("number {index}"), str::to_owned);
            match Scene::new(json, folder) {
                Ok(scene) if ids.insert(scene.item.id.clone()) => scenes.push(scene),
                Ok(_) => tracing::warn!("item {name} is left out of the catalogue: another one has the same id"),
                Err(error) => tracing::warn!("item {name} is left out of the catalogue: {error}"),
            }
        }
        scenes.sort_by(|a, b| b.item.acquired().cmp(&a.item.acquired()).then_with(|| a.item.id.cmp(&b.item.id)));
        Self { scenes }
    }
}

/// A catalogue's file, and what it held when last looked at.
#[derive(Debug)]
pub(in crate::serve) struct CatalogueFile {
    path: PathBuf,
    last: Mutex<(Option<Version>, Arc<Catalogue>)>,
}

/// Tells one state of a file from the next.
type Version = (SystemTime, u64);

impl CatalogueFile {
    /// Reads the file for the first time.
    pub(in crate::serve) fn open(path: &Path) -> Result<Self> {
        // Absolute, so that relative hrefs hold whatever the working folder becomes.
        let path = std::path::absolute(path).with_context(|| format!("finding the catalogue {}", path.display()))?;
        // The version first: a change in between is then seen at the next look.
        let version = version_of(&path).ok();
        let catalogue = Catalogue::read(&path)?;
        Ok(Self { path, last: Mutex::new((version, Arc::new(catalogue))) })
    }

    /// The items as they are in the file now; a file that is half written leaves those before it.
    pub(super) async fn current(self: &Arc<Self>) -> Result<Arc<Catalogue>, Refusal> {
        let file = Arc::clone(self);
        tokio::task::spawn_blocking(move || file.refreshed()).await.map_err(|_| Refusal::failed())
    }

    fn refreshed(&self) -> Arc<Catalogue> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = version_of(&self.path).ok();
        if now.is_some() && now != last.0 {
            last.0 = now;
            match Catalogue::read(&self.path) {
                Ok(catalogue) => last.1 = Arc::new(catalogue),
                Err(error) => tracing::warn!("the catalogue stays as it was: {error:#}"),
            }
        }
        Arc::clone(&last.1)
    }
}

fn version_of(path: &Path) -> io::Result<Version> {
    let metadata = fs::metadata(path)?;
    Ok((metadata.modified()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(id: &str, datetime: &str) -> Value {
        json!({ "id": id, "collection": "c", "bbox": [0, 0, 1, 1], "properties": { "datetime": datetime } })
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
        let catalogue = Catalogue::new(&features, Path::new("/data"));
        let ids: Vec<&str> = catalogue.scenes().iter().map(|scene| scene.item.id.as_str()).collect();
        assert_eq!(ids, ["c", "a", "b"]);
    }

    #[test]
    fn a_changed_file_is_read_again_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("items.json");
        let write = |features: &[Value]| fs::write(&path, json!({ "features": features }).to_string()).unwrap();
        write(&[]);
        let file = CatalogueFile::open(&path).unwrap();
        assert_eq!(file.refreshed().scenes().len(), 0);
        write(&[item("a", "2025-06-01T00:00:00Z")]);
        assert_eq!(file.refreshed().scenes().len(), 1);
        fs::write(&path, "{").unwrap();
        assert_eq!(file.refreshed().scenes().len(), 1);
    }
}
