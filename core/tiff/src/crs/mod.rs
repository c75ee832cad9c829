//! The coordinate system that an image names.

mod national_grids;
mod other_datums;
mod utm_zones;

use std::fmt;

use other_datums::name_of_other_datum;
use utm_zones::utm_zone;

/// A coordinate system as a GeoTIFF states it.
#[derive(Clone, Debug, PartialEq)]
pub enum Crs {
    /// By its number in the EPSG's list.
    Epsg(u16),
    /// By its parameters, in PROJ's words.
    Parameters(String),
    /// Not at all, or in a way that is not understood.
    Undefined,
}

/// Why positions in a coordinate system cannot be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrsError {
    /// The file does not define its coordinates.
    #[error("CRS without a definition: the file's coordinates cannot be placed on the map")]
    Undefined,
    /// A number that is not in the table here.
    #[error("EPSG:{0} is not among the coordinate systems known here")]
    NotKnown(u16),
    /// A number whose datum lies elsewhere than WGS 84 by an amount that is not known well enough.
    #[error(
        "EPSG:{code} lies on {datum}, whose shift to WGS 84 is known here to many metres only: \
        reproject the file with gdalwarp"
    )]
    OtherDatum {
        /// The number.
        code: u16,
        /// The datum's name.
        datum: &'static str,
    },
    /// Parameters that make no projection.
    #[error("the coordinate system {0} makes no projection")]
    Senseless(String),
}

/// The shift of NAD83(CSRS) and NAD83(HARN) to WGS 84 that PROJ applies: a metre and a half.
const SHIFT_OF_CSRS: &str = " +towgs84=-0.991,1.9072,0.5129,0.0257899075194932,\
    0.0096500989602704,0.0116599432323421,0";

/// WGS 72 and its shift to WGS 84 (EPSG:1238).
const ELLIPSOID_OF_WGS72: &str = "+ellps=WGS72 +towgs84=0,0,4.5,0,0,0.554,0.2263";

/// Whether a number is a system on NAD83(CSRS) or NAD83(HARN).
fn is_on_csrs(code: u16) -> bool {
    matches!(
        code,
        2955..=2962 | 3153..=3160 | 3162 | 3348 | 3402 | 3403 | 3761 | 3979 | 4617 | 6622
            | 9709 | 9713
    ) || matches!(code, 3311 | 3740..=3749)
}

impl Crs {
    /// The system in PROJ's words.
    ///
    /// Known are geographic coordinates, Web Mercator, the UTM zones of the datums like WGS 84,
    /// NAD83 and ETRS89, and national grids. They count as WGS 84 on the ground, as the datums
    /// differ by less than two metres; others state their shift as `+towgs84`.
    ///
    /// # Errors
    /// When it has no definition that is known.
    pub fn proj_string(&self) -> Result<String, CrsError> {
        let code = match self {
            Self::Parameters(parameters) => return Ok(parameters.clone()),
            Self::Undefined => return Err(CrsError::Undefined),
            Self::Epsg(code) => *code,
        };
        let shift = if is_on_csrs(code) { SHIFT_OF_CSRS } else { "" };
        Ok(unshifted(code)? + shift)
    }
}

/// A system in PROJ's words, without its shift to WGS 84 where that is that of NAD83(CSRS).
fn unshifted(code: u16) -> Result<String, CrsError> {
    if let Some((zone, is_south)) = utm_zone(code) {
        let south = if is_south { " +south" } else { "" };
        let ellipsoid = match code {
            32_201..=32_360 => ELLIPSOID_OF_WGS72,
            32_601..=32_760 => "+ellps=WGS84",
            _ => "+ellps=GRS80",
        };
        return Ok(format!("+proj=utm +zone={zone} {ellipsoid} +units=m{south}"));
    }
    match code {
        4326 => Ok("+proj=longlat +ellps=WGS84".to_owned()),
        // ETRS89, NAD83 and its realisations, GDA94, GDA2020, SIRGAS 2000, RGF93, NZGD2000.
        4258 | 4269 | 4617 | 4759 | 6318 | 4283 | 7844 | 4674 | 4171 | 4167 => {
            Ok("+proj=longlat +ellps=GRS80".to_owned())
        }
        3857 => Ok("+proj=merc +a=6378137 +b=6378137 +units=m".to_owned()),
        code => national_grids::proj_string(code).ok_or_else(|| {
            let datum = name_of_other_datum(code);
            datum.map_or(CrsError::NotKnown(code), |datum| CrsError::OtherDatum { code, datum })
        }),
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epsg(code) => write!(text, "EPSG:{code}"),
            Self::Parameters(parameters) => text.write_str(parameters),
            Self::Undefined => text.write_str("an undefined coordinate system"),
        }
    }
}
