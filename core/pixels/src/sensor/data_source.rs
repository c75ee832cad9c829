//! Whose data a collection holds, and the credit that its licence requires.

use std::collections::BTreeSet;

/// Whose data a collection holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataSource {
    /// Copernicus Sentinel-2. Its legal notice requires the years.
    Sentinel2,
    /// Landsat Collection 2 of the USGS.
    Landsat,
    /// Harmonized Landsat and Sentinel-2 of NASA, from Landsat.
    HlsLandsat,
    /// The same, from Sentinel-2.
    HlsSentinel2,
}

impl DataSource {
    /// The credit, for images of these years; without years where they are not known.
    pub fn credit(self, years: &BTreeSet<i32>) -> String {
        let years: Vec<String> = years.iter().map(i32::to_string).collect();
        let years =
            if years.is_empty() { years.concat() } else { format!(" {}", years.join(", ")) };
        match self {
            Self::Sentinel2 => format!("Contains modified Copernicus Sentinel data{years}"),
            Self::Landsat => {
                "Landsat Collection 2 data courtesy of the U.S. Geological Survey".to_owned()
            }
            Self::HlsLandsat => "HLSL30 v2.0 data courtesy of NASA LP DAAC, from Landsat data \
                courtesy of the U.S. Geological Survey"
                .to_owned(),
            Self::HlsSentinel2 => format!(
                "HLSS30 v2.0 data courtesy of NASA LP DAAC, contains modified Copernicus Sentinel \
                data{years}"
            ),
        }
    }
}
