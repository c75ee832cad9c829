//! Writing the last result as a file.

use serde::{Deserialize, Serialize};

use crate::{Index, Palette, Thresholds};

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DownloadRequest {
    /// Which.
    pub file: FileKind,
    /// What its values are.
    #[serde(default)]
    pub index: Index,
    /// What separates the classes; `None` for those published for the index.
    #[serde(default)]
    pub thresholds: Option<Thresholds>,
    /// Colours of classes.
    #[serde(default)]
    pub palette: Palette,
    /// Whether the dNBR offset found is taken off.
    pub corrected: bool,
    /// What people call the area; empty where it has no name.
    #[serde(default)]
    pub area_name: String,
    /// The site's own attribution (`own_attribution` of `meta/client.json`); empty for the credit
    /// of the collection.
    #[serde(default)]
    pub attribution: String,
}

/// Files that can be written of a result.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FileKind {
    /// GeoTIFF of the index, float32, NaN where empty.
    Values {
        /// In the scenes' own UTM grid, such as 20 m, instead of Web Mercator.
        utm: bool,
    },
    /// GeoTIFF of the classes' numbers, 0 where empty.
    Classes,
    /// GeoJSON of the classes' polygons, hectares in their properties.
    ClassPolygons {
        /// Details smaller than a square of this side are left out, metres; 0 keeps every corner.
        detail_m: f64,
    },
    /// GeoJSON of what burnt, hectares in its properties.
    Perimeter {
        /// Details smaller than a square of this side are left out, metres; 0 keeps every corner.
        detail_m: f64,
    },
    /// CSV of hectares per class.
    Hectares,
}

/// How a file is to be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileInfo {
    /// Proposed name with its ending.
    pub name: String,
    /// Media type.
    pub media_type: String,
}
