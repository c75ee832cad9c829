//! Exported files of a computed map, and the import of an area from a file. Bytes in, bytes out.

// A computed map, and what it was made of.
mod burn_map;
pub(crate) mod download;
mod hectares;
#[cfg(test)]
mod invented_provenance;

// Exported files.
mod file_name;
mod geotiff;
mod hectares_csv;
mod polygons;
mod simplify;

#[cfg(test)]
mod random_classes;

// The imported area.
mod area_file;
mod prj;
mod shapefile;

pub use area_file::{AreaFile, AreaFileError, read_area};
pub use burn_map::{BurnMap, MapSizeError};
pub use file_name::{Product, file_name};
pub use geotiff::{classes_geotiff, values_geotiff};
pub use hectares::ClassHectares;
pub use hectares_csv::hectares_csv;
pub use polygons::{Outlines, class_polygons, perimeter};
