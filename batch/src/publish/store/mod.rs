//! Where published files and tiles are written: a folder of this machine. Another target, such as a
//! bucket, implements [`PublishStore`] and [`TileSink`], and is chosen in [`store_of`].

mod local;

use std::path::{Path, PathBuf};

use anyhow::Result;
use dragonfly_core::Tile;

use crate::deployment::Deployment;

pub(crate) use local::{LocalStore, TileFolder};

/// A target of published files. Paths are those of
/// [`RootLayout`](crate::deployment::layout::RootLayout), below its root.
pub(crate) trait PublishStore {
    /// Replaces a file: a reader gets the old contents or the new ones, whole, also after a crash.
    ///
    /// # Errors
    /// When it cannot be written. The old contents stay then.
    fn write(&self, file: &Path, contents: &[u8]) -> Result<()> {
        self.write_parts(file, &mut std::iter::once(contents))
    }

    /// The same of contents that are made part by part.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn write_parts<Part: AsRef<[u8]>>(
        &self,
        file: &Path,
        parts: &mut dyn Iterator<Item = Part>,
    ) -> Result<()>;

    /// Moves a file or folder that was built in the work folder to its published name. What an
    /// earlier attempt left under that name is replaced.
    ///
    /// # Errors
    /// When it cannot be moved.
    fn publish(&self, built: &Path, published: &Path) -> Result<()>;

    /// Points a stable name at a target, relative to the folder of the name. The name is never
    /// absent meanwhile.
    ///
    /// # Errors
    /// When it cannot be written.
    fn link(&self, link: &Path, target: &str) -> Result<()>;

    /// Removes a file, a link, or a folder with all that is in it. What is not there is no error.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove(&self, path: &Path) -> Result<()>;

    /// The entries of a folder; none where there is no folder.
    ///
    /// # Errors
    /// When they cannot be read.
    fn list(&self, folder: &Path) -> Result<Vec<StoreEntry>>;

    /// Waits until all that was written so far survives a crash.
    ///
    /// # Errors
    /// When that cannot be ensured.
    fn sync(&self) -> Result<()>;
}

/// A file, link or folder in a folder of a store.
pub(crate) struct StoreEntry {
    pub(crate) path: PathBuf,
    pub(crate) is_folder: bool,
}

impl StoreEntry {
    /// Its last component; `None` where that is not Unicode.
    pub(crate) fn name(&self) -> Option<&str> {
        self.path.file_name()?.to_str()
    }
}

/// Where the tiles of a run are written, from several threads.
pub(crate) trait TileSink: Sync {
    /// Writes a tile.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write(&self, tile: Tile, png: &[u8]) -> Result<()>;
}

/// The store of a deployment.
pub(crate) fn store_of(deployment: &Deployment) -> impl PublishStore {
    LocalStore::of(&deployment.layout)
}
