//! A file of a scene, and what its numbers mean.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::lenient;

/// A file of a scene. STAC 1.0 and 1.1.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Asset {
    /// Where it is: a URL, or a path relative to the catalogue's file.
    pub href: String,
    /// What it is for people.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is for programs, such as `cloud`.
    #[serde(default, deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Names of the bands, STAC 1.0.
    #[serde(default, rename = "eo:bands", deserialize_with = "lenient::list")]
    pub eo_bands: Vec<RasterBand>,
    /// Scale, offset and no-data value, STAC 1.0.
    #[serde(default, rename = "raster:bands", deserialize_with = "lenient::list")]
    pub raster_bands: Vec<RasterBand>,
    /// Names, scale, offset and no-data value, STAC 1.1.
    #[serde(default, deserialize_with = "lenient::list")]
    pub bands: Vec<RasterBand>,
    /// Scale of the whole asset, STAC 1.1.
    #[serde(default, rename = "raster:scale", deserialize_with = "lenient::number")]
    pub scale: Option<f64>,
    /// Offset of the whole asset, STAC 1.1.
    #[serde(default, rename = "raster:offset", deserialize_with = "lenient::number")]
    pub offset: Option<f64>,
    /// No-data value of the whole asset, STAC 1.1.
    #[serde(default, rename = "nodata", deserialize_with = "lenient::number")]
    pub no_data: Option<f64>,
    /// Meanings of a mask's values (classification extension).
    #[serde(default, rename = "classification:classes", deserialize_with = "lenient::list")]
    pub classes: Vec<MaskMeaning>,
    /// Meanings of a mask's bits (classification extension).
    #[serde(default, rename = "classification:bitfields", deserialize_with = "lenient::list")]
    pub bit_fields: Vec<MaskMeaning>,
}

/// A band of a file, as an item describes it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RasterBand {
    /// Name, such as `B8A`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// Common name of the electro-optical extension, such as `nir08`.
    #[serde(default, alias = "eo:common_name", deserialize_with = "lenient::text")]
    pub common_name: Option<String>,
    /// Middle of the wavelengths that it measures, µm.
    #[serde(default, alias = "eo:center_wavelength", deserialize_with = "lenient::number")]
    pub center_wavelength: Option<f64>,
    /// Multiplied with the digital number.
    #[serde(default, alias = "raster:scale", deserialize_with = "lenient::number")]
    pub scale: Option<f64>,
    /// Added after the scale, in reflectance.
    #[serde(default, alias = "raster:offset", deserialize_with = "lenient::number")]
    pub offset: Option<f64>,
    /// The pixel value that stands for no data.
    #[serde(default, rename = "nodata", deserialize_with = "lenient::number")]
    pub no_data: Option<f64>,
    /// Meanings of its values, where it is a mask (classification extension).
    #[serde(default, rename = "classification:classes", deserialize_with = "lenient::list")]
    pub classes: Vec<MaskMeaning>,
    /// Meanings of its bits, where it is a mask (classification extension).
    #[serde(default, rename = "classification:bitfields", deserialize_with = "lenient::list")]
    pub bit_fields: Vec<MaskMeaning>,
}

/// A value of a mask, or a group of its bits.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MaskMeaning {
    /// The value, or the first of the bits, counted from 0.
    #[serde(default, alias = "offset", deserialize_with = "lenient::number")]
    pub value: Option<f64>,
    /// What it means.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// The same for people, where it is short.
    #[serde(default, deserialize_with = "MaskMeaning::short_text")]
    pub description: Option<String>,
}

impl MaskMeaning {
    /// A text; `None` where it is too long, so that the rest of the meaning can be read.
    fn short_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        let raw = Box::<RawValue>::deserialize(from)?;
        Ok(lenient::text(&*raw).unwrap_or_default())
    }

    fn memory_bytes(&self) -> usize {
        let texts = [&self.name, &self.description];
        size_of::<Self>() + texts.into_iter().flatten().map(String::len).sum::<usize>()
    }
}

impl RasterBand {
    /// Its names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        [&self.name, &self.common_name].into_iter().flatten().map(String::as_str)
    }

    fn memory_bytes(&self) -> usize {
        let meanings = self.classes.iter().chain(&self.bit_fields);
        size_of::<Self>()
            + self.names().map(str::len).sum::<usize>()
            + meanings.map(MaskMeaning::memory_bytes).sum::<usize>()
    }
}

impl Asset {
    /// The lists of its bands, each in the order of the file.
    pub(super) fn lists(&self) -> impl Iterator<Item = &Vec<RasterBand>> {
        [&self.raster_bands, &self.bands, &self.eo_bands].into_iter()
    }

    /// How many bands the item lists; 0 where it lists none.
    pub(super) fn band_count(&self) -> usize {
        self.lists().map(Vec::len).max().unwrap_or(0)
    }

    /// Memory that it takes beside its own size, bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        let meanings = self.classes.iter().chain(&self.bit_fields);
        self.href.len()
            + self.title.as_ref().map_or(0, String::len)
            + self.roles.iter().map(|role| size_of::<String>() + role.len()).sum::<usize>()
            + self.lists().flatten().map(RasterBand::memory_bytes).sum::<usize>()
            + meanings.map(MaskMeaning::memory_bytes).sum::<usize>()
    }
}
