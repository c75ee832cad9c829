//! Computing: from the scenes of both sides to the rasters of a run and their statistics.

pub(crate) mod dnbr_offset;
pub(crate) mod fire_parting;
pub(crate) mod lowres;
pub(crate) mod map_meta;
pub(crate) mod memory;
pub(crate) mod mosaic;
pub(crate) mod scene_dates;
pub(crate) mod statistics;
