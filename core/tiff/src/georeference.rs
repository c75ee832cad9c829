//! The georeference that a GeoTIFF's tags describe: a coordinate system and a geotransform (OGC
//! 19-008r4).

use dragonfly_core::GeoTransform;

use crate::crs::Crs;
use crate::directory::{Directory, TiffError};

/// Values that real files hold: a dozen and a half keys, a few parameters, two control points.
const MAX_VALUES: u64 = 1024;
/// A key whose value follows from other keys.
const USER_DEFINED: u16 = 32_767;

/// The keys of a GeoKeyDirectory.
#[derive(Debug, Default)]
pub(crate) struct GeoKeys {
    shorts: Vec<(u16, u16)>,
    doubles: Vec<(u16, f64)>,
}

impl GeoKeys {
    pub(crate) fn read(directory: &Directory) -> Result<Self, TiffError> {
        const NAME: &str = "geokeys";
        let count = directory.count(34_735);
        if count > MAX_VALUES {
            return Err(TiffError::TooLarge { name: NAME, value: count, most: MAX_VALUES });
        }
        if count == 0 {
            return Ok(Self::default());
        }
        let numbers = directory.numbers(34_735, count, NAME)?;
        let parameters = directory.floats(34_736, MAX_VALUES, "parameters of geokeys")?;
        let mut keys = Self::default();
        // A header of four, then four numbers each key: its number, the tag of its value, count,
        // value.
        for entry in numbers.chunks_exact(4).skip(1) {
            let key = entry[0] as u16;
            match entry[1] {
                0 => keys.shorts.push((key, entry[3] as u16)),
                34_736 => keys
                    .doubles
                    .extend(parameters.get(entry[3] as usize).map(|value| (key, *value))),
                _ => {}
            }
        }
        Ok(keys)
    }

    fn short(&self, key: u16) -> Option<u16> {
        self.shorts.iter().find(|(found, _)| *found == key).map(|(_, value)| *value)
    }

    fn double(&self, key: u16) -> Option<f64> {
        self.doubles.iter().find(|(found, _)| *found == key).map(|(_, value)| *value)
    }

    /// The coordinate system.
    pub(crate) fn crs(&self) -> Crs {
        let known = |key| self.short(key).filter(|code| *code != USER_DEFINED && *code != 0);
        match (self.short(1024), known(3072), known(2048)) {
            (Some(1), Some(code), _) | (Some(2), _, Some(code)) => Crs::Epsg(code),
            (Some(1), None, _) => self.user_defined(),
            _ => Crs::Undefined,
        }
    }

    /// A projected system that is described by its parameters.
    fn user_defined(&self) -> Crs {
        // Units other than metres are rare enough to be told instead of guessed.
        if !matches!(self.short(3076), None | Some(9001))
            || !matches!(self.short(2054), None | Some(9102))
        {
            return Crs::Undefined;
        }
        let Some(ellipsoid) = self.ellipsoid() else { return Crs::Undefined };
        if let Some(conversion @ (16_001..=16_060 | 16_101..=16_160)) = self.short(3074) {
            let south = if conversion > 16_100 { " +south" } else { "" };
            return Crs::Parameters(format!(
                "+proj=utm +zone={}{south} {ellipsoid} +units=m",
                conversion % 100
            ));
        }
        let first = |keys: &[u16]| keys.iter().find_map(|key| self.double(*key));
        let (Some(lat_0), Some(lon_0)) = (first(&[3081, 3085, 3089]), first(&[3080, 3084, 3088]))
        else {
            return Crs::Undefined;
        };
        let (x_0, y_0) =
            (first(&[3082, 3086, 3090]).unwrap_or(0.0), first(&[3083, 3087, 3091]).unwrap_or(0.0));
        let scale = first(&[3092, 3093]).unwrap_or(1.0);
        let parallels = self.double(3078).zip(self.double(3079));
        let projection = match (self.short(3075), parallels) {
            (Some(1), _) => format!("+proj=tmerc +k={scale}"),
            (Some(8), Some((lat_1, lat_2))) => format!("+proj=lcc +lat_1={lat_1} +lat_2={lat_2}"),
            (Some(11), Some((lat_1, lat_2))) => format!("+proj=aea +lat_1={lat_1} +lat_2={lat_2}"),
            _ => return Crs::Undefined,
        };
        Crs::Parameters(format!(
            "{projection} +lat_0={lat_0} +lon_0={lon_0} +x_0={x_0} +y_0={y_0} {ellipsoid} +units=m"
        ))
    }

    /// The ellipsoid in PROJ's words; `None` where it lies otherwise in space than WGS 84 does.
    fn ellipsoid(&self) -> Option<String> {
        // WGS 84, NAD83 and ETRS89 agree to a metre; datums of other ellipsoids would be off by
        // hundreds.
        match (self.short(2048), self.short(2050)) {
            (Some(4326), _) | (_, Some(6326)) => Some("+ellps=WGS84".to_owned()),
            (Some(4269 | 4258 | 4283 | 7844), _) | (_, Some(6269 | 6258 | 6283)) => {
                Some("+ellps=GRS80".to_owned())
            }
            (None | Some(USER_DEFINED), None | Some(USER_DEFINED)) => {
                let (axis_m, flattening) = (self.double(2057)?, self.double(2059)?);
                let like_wgs84 =
                    (axis_m - 6_378_137.0).abs() < 1.0 && (flattening - 298.257).abs() < 0.001;
                like_wgs84.then(|| format!("+a={axis_m} +rf={flattening}"))
            }
            _ => None,
        }
    }

    /// Whether positions mean the middles of pixels.
    fn pixel_is_point(&self) -> bool {
        self.short(1025) == Some(2)
    }
}

/// From pixels to the coordinate system; `None` where the file does not say.
///
/// The origin is the north-west corner of the first pixel, also where the file gives its middle.
pub(crate) fn geo_transform(
    directory: &Directory,
    keys: &GeoKeys,
) -> Result<Option<GeoTransform>, TiffError> {
    let scale = directory.floats(33_550, MAX_VALUES, "pixel scale")?;
    let tie = directory.floats(33_922, MAX_VALUES, "tie point")?;
    let matrix = directory.floats(34_264, MAX_VALUES, "transformation")?;
    let mut numbers = match (&scale[..], &tie[..], &matrix[..]) {
        ([across, down, ..], [column, row, _, x, y, _], _) if *across != 0.0 && *down != 0.0 => {
            let down = -down.abs();
            [x - column * across, *across, 0.0, y - row * down, 0.0, down]
        }
        (_, _, m) if m.len() >= 16 => [m[3], m[0], m[1], m[7], m[4], m[5]],
        _ => return Ok(None),
    };
    if keys.pixel_is_point() {
        numbers[0] -= 0.5 * (numbers[1] + numbers[2]);
        numbers[3] -= 0.5 * (numbers[4] + numbers[5]);
    }
    Ok(numbers.iter().all(|number| number.is_finite()).then_some(GeoTransform(numbers)))
}
