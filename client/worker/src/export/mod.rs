//! What a person takes away from a computed map, and the area that one brings along. Bytes in,
//! bytes out.

// A computed map, and what it was made of.
mod burn_map;
pub(crate) mod download;
mod hectares;
mod provenance;

// Files to take away.
mod file_name;
mod geotiff;
mod hectares_csv;
mod outline;
mod polygons;
mod simplify;

// The area that one brings along.
mod area_file;
mod prj;
mod shapefile;

pub use area_file::{AreaFile, AreaFileError, read_area};
pub use burn_map::{BurnMap, MapSizeError};
pub use file_name::{Product, file_name};
pub use geotiff::{classes_geotiff, values_geotiff};
pub use hectares::ClassHectares;
pub use hectares_csv::hectares_csv;
pub use outline::TooManyVerticesError;
pub use polygons::{Outlines, class_polygons, perimeter};
pub use provenance::{Note, Provenance};
