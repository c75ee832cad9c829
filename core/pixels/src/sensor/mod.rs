//! What the numbers of a satellite image mean: bands, offsets, scaling, pixel quality.

pub mod attribution;
pub(crate) mod band;
pub(crate) mod collection;
pub(crate) mod data_source;
pub(crate) mod no_data;
pub(crate) mod quality;
pub(crate) mod reflectance;
pub(crate) mod reflectance_limits;
pub(crate) mod snow_limits;
pub(crate) mod spectral_index;

pub use band::BandRole;
pub use collection::{Collection, OffsetSource};
pub use data_source::DataSource;
pub use no_data::NoData;
pub use quality::{
    CLOUD_BUFFER_M, MaskKind, MaskRules, Masks, PixelQuality, QualityTable, buffer_px,
    dilate_clouds, mark_haze,
};
pub use reflectance::{SIGNED_FILL_DN, Scaling, dn_from_signed};
pub use snow_limits::SnowLimits;
pub use spectral_index::SpectralIndex;
