//! The georeference that a GeoTIFF's tags describe: a coordinate system and a geotransform (OGC
//! 19-008r4).

use dragonfly_core::GeoTransform;

use crate::crs::Crs;
use crate::directory::{Directory, TiffError};
use crate::tag::{self, geo_key};

/// Values that real files hold: a dozen and a half keys, a few parameters, two control points.
const MAX_VALUES: u64 = 1024;

/// The keys of a GeoKeyDirectory.
#[derive(Debug, Default)]
pub(crate) struct GeoKeys {
    shorts: Vec<(u16, u16)>,
    doubles: Vec<(u16, f64)>,
}

impl GeoKeys {
    pub(crate) fn read(directory: &Directory) -> Result<Self, TiffError> {
        let count = directory.count(tag::GEO_KEY_DIRECTORY);
        if count > MAX_VALUES {
            let name = tag::GEO_KEY_DIRECTORY.name;
            return Err(TiffError::TooLarge { name, value: count, most: MAX_VALUES });
        }
        if count == 0 {
            return Ok(Self::default());
        }
        let numbers = directory.numbers(tag::GEO_KEY_DIRECTORY, count)?;
        let parameters = directory.floats(tag::GEO_DOUBLE_PARAMS, MAX_VALUES)?;
        let mut keys = Self::default();
        // A header of four, then four numbers each key: its number, the tag of its value, count,
        // value.
        for entry in numbers.chunks_exact(4).skip(1) {
            let key = entry[0] as u16;
            match entry[1] {
                0 => keys.shorts.push((key, entry[3] as u16)),
                from if from == u64::from(tag::GEO_DOUBLE_PARAMS.number) => keys
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
        let known =
            |key| self.short(key).filter(|code| *code != geo_key::USER_DEFINED && *code != 0);
        match (
            self.short(geo_key::MODEL_TYPE),
            known(geo_key::PROJECTED_CRS),
            known(geo_key::GEODETIC_CRS),
        ) {
            (Some(geo_key::MODEL_PROJECTED), Some(code), _)
            | (Some(geo_key::MODEL_GEOGRAPHIC), _, Some(code)) => Crs::Epsg(code),
            (Some(geo_key::MODEL_PROJECTED), None, _) => self.user_defined(),
            _ => Crs::Undefined,
        }
    }

    /// A projected system that is described by its parameters.
    fn user_defined(&self) -> Crs {
        // Units other than metres are rare enough to be reported instead of guessed.
        if !matches!(self.short(geo_key::LINEAR_UNITS), None | Some(geo_key::METRE))
            || !matches!(self.short(geo_key::ANGULAR_UNITS), None | Some(geo_key::DEGREE))
        {
            return Crs::Undefined;
        }
        let Some(ellipsoid) = self.ellipsoid() else { return Crs::Undefined };
        if let Some(conversion @ (16_001..=16_060 | 16_101..=16_160)) =
            self.short(geo_key::PROJECTION)
        {
            let south = if conversion > 16_100 { " +south" } else { "" };
            return Crs::Parameters(format!(
                "+proj=utm +zone={}{south} {ellipsoid} +units=m",
                conversion % 100
            ));
        }
        let first = |keys: &[u16]| keys.iter().find_map(|key| self.double(*key));
        let (Some(lat_0), Some(lon_0)) = (
            first(&[geo_key::NAT_ORIGIN_LAT, geo_key::FALSE_ORIGIN_LAT, geo_key::CENTER_LAT]),
            first(&[geo_key::NAT_ORIGIN_LONG, geo_key::FALSE_ORIGIN_LONG, geo_key::CENTER_LONG]),
        ) else {
            return Crs::Undefined;
        };
        let (x_0, y_0) = (
            first(&[
                geo_key::FALSE_EASTING,
                geo_key::FALSE_ORIGIN_EASTING,
                geo_key::CENTER_EASTING,
            ])
            .unwrap_or(0.0),
            first(&[
                geo_key::FALSE_NORTHING,
                geo_key::FALSE_ORIGIN_NORTHING,
                geo_key::CENTER_NORTHING,
            ])
            .unwrap_or(0.0),
        );
        let scale = first(&[geo_key::SCALE_AT_NAT_ORIGIN, geo_key::SCALE_AT_CENTER]).unwrap_or(1.0);
        let parallels =
            self.double(geo_key::STD_PARALLEL_1).zip(self.double(geo_key::STD_PARALLEL_2));
        let projection = match (self.short(geo_key::PROJECTION_METHOD), parallels) {
            (Some(1), _) => format!("+proj=tmerc +k={scale}"),
            (Some(9), _) => format!("+proj=lcc +lat_1={lat_0} +k_0={scale}"),
            (Some(10), _) => "+proj=laea".to_owned(),
            (Some(22), _) => "+proj=poly".to_owned(),
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
        match (self.short(geo_key::GEODETIC_CRS), self.short(geo_key::GEODETIC_DATUM)) {
            (Some(4326), _) | (_, Some(6326)) => Some("+ellps=WGS84".to_owned()),
            // NAD83 and its realisations, ETRS89, GDA94, GDA2020, SIRGAS 2000, RGF93, NZGD2000.
            (Some(4269 | 4759 | 6318 | 4258 | 4283 | 7844 | 4674 | 4171 | 4167), _)
            | (_, Some(6269 | 6759 | 1116 | 6258 | 6283 | 1168 | 6674 | 6171 | 6167)) => {
                Some("+ellps=GRS80".to_owned())
            }
            (None | Some(geo_key::USER_DEFINED), None | Some(geo_key::USER_DEFINED)) => {
                let (axis_m, flattening) = (
                    self.double(geo_key::SEMI_MAJOR_AXIS)?,
                    self.double(geo_key::INVERSE_FLATTENING)?,
                );
                let like_wgs84 =
                    (axis_m - 6_378_137.0).abs() < 1.0 && (flattening - 298.257).abs() < 0.001;
                like_wgs84.then(|| format!("+a={axis_m} +rf={flattening}"))
            }
            _ => None,
        }
    }

    /// Whether positions mean the middles of pixels.
    fn pixel_is_point(&self) -> bool {
        self.short(geo_key::RASTER_TYPE) == Some(geo_key::PIXEL_IS_POINT)
    }
}

/// From pixels to the coordinate system; `None` where the file does not state it.
///
/// The origin is the north-west corner of the first pixel, also where the file gives its middle.
pub(crate) fn geo_transform(
    directory: &Directory,
    keys: &GeoKeys,
) -> Result<Option<GeoTransform>, TiffError> {
    let scale = directory.floats(tag::MODEL_PIXEL_SCALE, MAX_VALUES)?;
    let tie = directory.floats(tag::MODEL_TIEPOINT, MAX_VALUES)?;
    let matrix = directory.floats(tag::MODEL_TRANSFORMATION, MAX_VALUES)?;
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
