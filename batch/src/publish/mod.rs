//! Publishing: rasters, tiles and metadata, so that readers see the whole old map or the whole new
//! one.

pub(crate) mod build;
pub(crate) mod cog;
pub(crate) mod commit;
pub(crate) mod index;
pub(crate) mod json_file;
pub(crate) mod links;
pub(crate) mod map_notes;
pub(crate) mod public_text;
pub(crate) mod raster;
pub(crate) mod region_meta;
pub(crate) mod repair;
pub(crate) mod run;
pub(crate) mod run_end;
pub(crate) mod store;
pub(crate) mod sweep;
pub(crate) mod tiles;
