//! The bands of an invented scene, and how their reflectances mix.

use super::noise::mix;

/// One band of Sentinel-2, at 20 m like the others here.
pub(crate) struct SampleBand {
    /// Earth Search's name of the asset.
    pub(crate) asset: &'static str,
    /// The name of the file in the bucket.
    pub(crate) file: &'static str,
    pub(crate) title: &'static str,
}

/// In the order of [`Reflectances`].
pub(crate) const BANDS: [SampleBand; 5] = [
    SampleBand { asset: "blue", file: "B02.tif", title: "Blue (band 2)" },
    SampleBand { asset: "green", file: "B03.tif", title: "Green (band 3)" },
    SampleBand { asset: "red", file: "B04.tif", title: "Red (band 4)" },
    SampleBand { asset: "nir08", file: "B8A.tif", title: "NIR 2 (band 8A)" },
    SampleBand { asset: "swir22", file: "B12.tif", title: "SWIR 2 (band 12)" },
];

/// Surface reflectance, 0–1, of blue, green, red, nir08 and swir22.
pub(crate) type Reflectances = [f64; 5];

pub(crate) const RED: usize = 2;
pub(crate) const NIR: usize = 3;

/// Light from two surfaces side by side in one pixel, `share` of it from the second.
#[inline]
pub(crate) fn blend(first: Reflectances, second: Reflectances, share: f64) -> Reflectances {
    std::array::from_fn(|band| mix(first[band], second[band], share))
}
