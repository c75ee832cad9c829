//! Reading: the catalogue, the scenes of both sides, their files near and remote, the fire zone.

pub(crate) mod catalogue;
pub(crate) mod decoding;
pub(crate) mod geotiff;
pub(crate) mod image;
pub(crate) mod local_file;
pub(crate) mod placement;
pub(crate) mod remote;
pub(crate) mod scene;
pub(crate) mod search;
pub(crate) mod zone;
