//! Where the files of fires lie: `fires/` below the root, which is not served, and `meta/fires/`.

use std::path::PathBuf;

use crate::deployment::layout::RootLayout;

/// The files of all fires.
pub(crate) struct FiresLayout {
    private: PathBuf,
    public: PathBuf,
}

/// The files by which a fire is mapped.
pub(crate) struct FireFiles {
    /// Where they lie.
    pub(crate) folder: PathBuf,
    /// Its outline and points, as they are known.
    pub(crate) ground: PathBuf,
    /// Its outline by points, GeoJSON.
    pub(crate) outline: PathBuf,
    /// Its zone, GeoTIFF.
    pub(crate) zone: PathBuf,
}

impl FiresLayout {
    pub(crate) fn of(layout: &RootLayout) -> Self {
        let root = layout.root();
        Self { private: root.join("fires"), public: root.join("meta").join("fires") }
    }

    /// The folder that is not served.
    pub(crate) fn private(&self) -> &PathBuf {
        &self.private
    }

    /// What passes from night to night.
    pub(crate) fn state(&self) -> PathBuf {
        self.private.join("state.json")
    }

    /// The points of the last days.
    pub(crate) fn points(&self) -> PathBuf {
        self.private.join("points.csv")
    }

    /// The points of the last months, and the times for which they are known.
    pub(crate) fn history(&self) -> PathBuf {
        self.private.join("history")
    }

    /// The files by which a fire is mapped.
    pub(crate) fn files_of(&self, id: &str) -> FireFiles {
        let folder = self.private.join(id);
        FireFiles {
            ground: folder.join("ground.json"),
            outline: folder.join("outline.geojson"),
            zone: folder.join("zone.tif"),
            folder,
        }
    }

    /// The burnt area of a map, by the name of the map.
    pub(crate) fn burnt_area(&self, map: &str) -> PathBuf {
        self.private.join("maps").join(format!("{map}.json"))
    }

    /// The published outlines of a fire.
    pub(crate) fn outlines(&self, id: &str) -> PathBuf {
        self.public.join(format!("{id}.geojson"))
    }
}
