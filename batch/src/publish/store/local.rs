//! Published files and tiles in a folder of this machine.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dragonfly_core::Tile;

use super::{PublishStore, StoreEntry, TileSink};
use crate::deployment::layout::RootLayout;
use crate::deployment::ownership::explain;

/// The root of a deployment as a store; the work folder below it too.
pub(crate) struct LocalStore {
    root: PathBuf,
}

impl LocalStore {
    pub(crate) fn of(layout: &RootLayout) -> Self {
        Self { root: layout.root().to_owned() }
    }
}

impl PublishStore for LocalStore {
    /// Writes aside, syncs, and renames over the file.
    fn write_parts<Part: AsRef<[u8]>>(
        &self,
        file: &Path,
        parts: &mut dyn Iterator<Item = Part>,
    ) -> Result<()> {
        let folder = file.parent().unwrap_or(Path::new("."));
        let mut aside = file.as_os_str().to_owned();
        aside.push(".new");
        let aside = PathBuf::from(aside);
        let mut write = || -> Result<()> {
            fs::create_dir_all(folder)?;
            let mut open = File::create(&aside)?;
            for part in &mut *parts {
                open.write_all(part.as_ref())?;
            }
            open.sync_all()?;
            fs::rename(&aside, file)?;
            sync_folder(folder)
        };
        write()
            .map_err(|error| {
                // Half a file helps nobody, and the disk may be full.
                let _ = fs::remove_file(&aside);
                explain(error, file)
            })
            .with_context(|| {
                format!(
                    "cannot write {}: is the root writable, and the disk not full?",
                    file.display()
                )
            })
    }

    fn publish(&self, built: &Path, published: &Path) -> Result<()> {
        let parent = published.parent().unwrap_or(&self.root);
        // Left by an attempt to publish the same run that no metadata names.
        let _ = fs::remove_dir_all(published);
        fs::create_dir_all(parent)
            .and_then(|()| fs::rename(built, published))
            .map_err(|error| explain(error.into(), published))
            .with_context(|| {
                format!("cannot move {} to {}", built.display(), published.display())
            })?;
        sync_folder(parent)
    }

    /// Makes a symbolic link aside, and renames it over the old one.
    fn link(&self, link: &Path, target: &str) -> Result<()> {
        let aside = link.with_extension("new");
        // Left behind by a killed run, if at all.
        let _ = fs::remove_file(&aside);
        symlink(target, &aside)
            .and_then(|()| fs::rename(&aside, link))
            .map_err(|error| explain(error.into(), link))
            .with_context(|| format!("cannot point the link {} at {target}", link.display()))
    }

    fn remove(&self, path: &Path) -> Result<()> {
        let removed = if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
        match removed {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            removed => removed
                .map_err(|error| explain(error.into(), path))
                .with_context(|| format!("cannot remove {}", path.display())),
        }
    }

    fn list(&self, folder: &Path) -> Result<Vec<StoreEntry>> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", folder.display()));
            }
        };
        let entries = entries.filter_map(Result::ok).map(|entry| StoreEntry {
            is_folder: entry.file_type().is_ok_and(|file_type| file_type.is_dir()),
            path: entry.path(),
        });
        Ok(entries.collect())
    }

    fn sync(&self) -> Result<()> {
        let root = File::open(&self.root)
            .with_context(|| format!("cannot open {}", self.root.display()))?;
        rustix::fs::syncfs(&root).with_context(|| format!("cannot sync {}", self.root.display()))
    }
}

/// Syncs the entries of a folder, such as a file renamed into it.
fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|open| open.sync_all())
        .with_context(|| format!("cannot sync {}", folder.display()))
}

/// Tiles in a folder, as {z}/{x}/{y}.png.
pub(crate) struct TileFolder {
    folder: PathBuf,
}

impl TileFolder {
    /// Of a folder that need not exist.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The file of a tile.
    pub(crate) fn file(&self, tile: Tile) -> PathBuf {
        self.folder.join(format!("{}/{}/{}.png", tile.z, tile.x, tile.y))
    }
}

impl TileSink for TileFolder {
    fn write(&self, tile: Tile, png: &[u8]) -> Result<()> {
        let file = self.file(tile);
        let column = file.parent().unwrap_or(&self.folder);
        fs::create_dir_all(column)
            .with_context(|| format!("cannot create {}", column.display()))?;
        fs::write(&file, png).with_context(|| format!("cannot write {}", file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_writes_moves_links_lists_and_removes() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let store = LocalStore::of(&RootLayout::new(root));
        let names = |path: &str| {
            let entries = store.list(&root.join(path)).unwrap();
            let mut names: Vec<String> = entries
                .iter()
                .map(|entry| {
                    let slash = if entry.is_folder { "/" } else { "" };
                    format!("{}{slash}", entry.name().unwrap())
                })
                .collect();
            names.sort();
            names
        };
        assert!(names("meta").is_empty());
        for contents in ["old", "new"] {
            store.write(&root.join("meta/a.json"), contents.as_bytes()).unwrap();
        }
        assert_eq!(fs::read_to_string(root.join("meta/a.json")).unwrap(), "new");
        assert_eq!(names("meta"), ["a.json"]);

        let tile = Tile { z: 3, x: 1, y: 2 };
        let tiles = TileFolder::new(&root.join("work/tiles"));
        tiles.write(tile, b"png").unwrap();
        store.publish(&root.join("work/tiles"), &root.join("tiles/a/run")).unwrap();
        store.link(&root.join("tiles/a/current"), "run").unwrap();
        assert_eq!(fs::read(root.join("tiles/a/current/3/1/2.png")).unwrap(), b"png");
        assert_eq!(names("tiles/a"), ["current", "run/"]);

        store.sync().unwrap();
        for path in ["tiles/a/current", "tiles/a/run", "tiles/a/absent"] {
            store.remove(&root.join(path)).unwrap();
        }
        assert!(names("tiles/a").is_empty());
    }
}
