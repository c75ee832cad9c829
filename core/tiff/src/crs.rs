//! The coordinate system that an image names.

use std::fmt;

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
    /// Parameters that make no projection.
    #[error("the coordinate system {0} makes no projection")]
    Senseless(String),
}

impl Crs {
    /// The system in PROJ's words.
    ///
    /// Known are geographic coordinates, Web Mercator, the UTM zones on WGS 84, NAD83 and ETRS89,
    /// and the equal-area projections in which national archives are kept. All count as WGS 84 on
    /// the ground: the datums differ by less than two metres.
    ///
    /// # Errors
    /// When it has no definition that is known.
    pub fn proj_string(&self) -> Result<String, CrsError> {
        let code = match self {
            Self::Parameters(parameters) => return Ok(parameters.clone()),
            Self::Undefined => return Err(CrsError::Undefined),
            Self::Epsg(code) => *code,
        };
        let utm = |zone: u16, ellipsoid: &str| {
            format!("+proj=utm +zone={zone} +ellps={ellipsoid} +units=m")
        };
        let albers = |parameters: &str| format!("+proj=aea {parameters} +ellps=GRS80 +units=m");
        Ok(match code {
            4326 => "+proj=longlat +ellps=WGS84".to_owned(),
            4258 | 4269 => "+proj=longlat +ellps=GRS80".to_owned(),
            3857 => "+proj=merc +a=6378137 +b=6378137 +units=m".to_owned(),
            32_601..=32_660 => utm(code - 32_600, "WGS84"),
            32_701..=32_760 => format!("{} +south", utm(code - 32_700, "WGS84")),
            26_901..=26_923 => utm(code - 26_900, "GRS80"),
            25_828..=25_838 => utm(code - 25_800, "GRS80"),
            5070 => albers("+lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-96 +x_0=0 +y_0=0"),
            3338 => albers("+lat_1=55 +lat_2=65 +lat_0=50 +lon_0=-154 +x_0=0 +y_0=0"),
            3577 => albers("+lat_1=-18 +lat_2=-36 +lat_0=0 +lon_0=132 +x_0=0 +y_0=0"),
            code => return Err(CrsError::NotKnown(code)),
        })
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
