//! Files of invented scenes: a burnt square in the middle of quiet ground, in any layout.

use std::path::Path;

use gdal::config::{clear_thread_local_config_option, set_thread_local_config_option};
use gdal::cpl::CslStringList;
use gdal::raster::{Buffer, ColorInterpretation};
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::{Dataset, DriverManager, GeoTransform, GeoTransformEx, Metadata};

/// Pixels along a side of a scene, and their side in metres.
const SIZE: usize = 300;
const PIXEL_M: f64 = 20.0;
/// Middle of the scene in UTM zone 10 north, metres.
const MIDDLE_M: (f64, f64) = (520_000.0, 3_992_000.0);
/// Half of the side of the burnt square, metres.
const HALF_BURNT_M: f64 = 1_000.0;

/// What a band of a file holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Plane {
    Nir,
    Swir,
    Scl,
    /// Values of a mask: of clear land, and of the cloud in the west.
    Classes {
        land: u16,
        cloud: u16,
    },
}

/// How a file states which pixels hold data.
#[derive(Clone, Debug)]
pub(super) enum Validity {
    /// A no-data value that no pixel has.
    Value(u16),
    /// A no-data value, which the pixels in the west have.
    ValueInWest(u16),
    /// The same, without stating it.
    UnstatedInWest(u16),
    /// A mask inside the file that hides the west.
    Mask,
    /// The same in a file beside it.
    MaskBeside,
    /// An alpha band that hides the west.
    Alpha,
}

/// Where the pixels of a file lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Clockwise turn about the middle.
    degrees: f64,
    rows_run_south: bool,
    pixel_is_point: bool,
}

impl Frame {
    pub(super) fn upright() -> Self {
        Self { degrees: 0.0, rows_run_south: true, pixel_is_point: false }
    }

    pub(super) fn south_up() -> Self {
        Self { rows_run_south: false, ..Self::upright() }
    }

    /// Turned by many angles, in either direction of the rows, and with positions of pixel centres.
    pub(super) fn all_directions() -> Vec<Self> {
        let turned = |degrees: u16| Self { degrees: f64::from(degrees), ..Self::upright() };
        let mirrored = |degrees: u16| Self { rows_run_south: false, ..turned(degrees) };
        let point = |frame: Self| Self { pixel_is_point: true, ..frame };
        let turns = [0, 10, 45, 90, 100, 135, 170, 180, 200, 225, 270, 300, 350];
        let mut frames: Vec<Self> = turns.map(turned).to_vec();
        frames.extend([0, 90, 120, 270].map(mirrored));
        frames.extend([turned(0), mirrored(0), turned(135)].map(point));
        frames
    }

    fn geo_transform(&self) -> GeoTransform {
        let down_m = if self.rows_run_south { -PIXEL_M } else { PIXEL_M };
        turn(self.degrees, PIXEL_M, down_m, (SIZE, SIZE), MIDDLE_M)
    }
}

/// The georeference of an image of a size in pixels, turned clockwise about its middle. `across_m`
/// and `down_m` are the steps of an upright one.
pub(super) fn turn(
    degrees: f64,
    across_m: f64,
    down_m: f64,
    (width, height): (usize, usize),
    middle_m: (f64, f64),
) -> GeoTransform {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let turned = [cos * across_m, sin * down_m, -sin * across_m, cos * down_m];
    let half = (width as f64 / 2.0, height as f64 / 2.0);
    [
        middle_m.0 - half.0 * turned[0] - half.1 * turned[1],
        turned[0],
        turned[1],
        middle_m.1 - half.0 * turned[2] - half.1 * turned[3],
        turned[2],
        turned[3],
    ]
}

/// Writes the files of one date.
pub(super) struct SceneWriter<'a> {
    pub(super) folder: &'a Path,
    pub(super) prefix: &'a str,
    pub(super) is_burnt: bool,
}

impl SceneWriter<'_> {
    /// Writes a file with some planes, and returns its name.
    pub(super) fn write(
        &self,
        name: &str,
        planes: &[Plane],
        frame: &Frame,
        validity: &Validity,
    ) -> String {
        self.write_with(name, planes, frame, validity, &[2, 4])
    }

    /// The same of one upright plane, without overviews.
    pub(super) fn write_without_overviews(&self, name: &str, plane: Plane) -> String {
        self.write_with(name, &[plane], &Frame::upright(), &Validity::Value(0), &[])
    }

    fn write_with(
        &self,
        name: &str,
        planes: &[Plane],
        frame: &Frame,
        validity: &Validity,
        overviews: &[i32],
    ) -> String {
        let name = format!("{}_{name}.tif", self.prefix);
        let is_alpha = matches!(validity, Validity::Alpha);
        let options: CslStringList =
            ["TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=128", "COMPRESS=DEFLATE", "PREDICTOR=2"]
                .into_iter()
                .collect();
        let bands = planes.len() + usize::from(is_alpha);
        let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
        let path = self.folder.join(&name);
        let mut dataset = driver
            .create_with_band_type_with_options::<u16, _>(&path, SIZE, SIZE, bands, &options)
            .unwrap();
        dataset.set_spatial_ref(&SpatialRef::from_epsg(32_610).unwrap()).unwrap();
        dataset.set_geo_transform(&frame.geo_transform()).unwrap();
        if frame.pixel_is_point {
            dataset.set_metadata_item("AREA_OR_POINT", "Point", "").unwrap();
        }
        for (number, plane) in (1..).zip(planes) {
            let pixels = self.pixels(*plane, frame, validity);
            put(&mut dataset, number, &pixels, stated(validity));
        }
        if is_alpha {
            let alpha: Vec<u16> =
                ground(frame).map(|at| if is_west(at) { 0 } else { 65_535 }).collect();
            put(&mut dataset, bands, &alpha, None);
            let mut band = dataset.rasterband(bands).unwrap();
            band.set_color_interpretation(ColorInterpretation::AlphaBand).unwrap();
        }
        let is_beside = matches!(validity, Validity::MaskBeside);
        let is_inside = if is_beside { "NO" } else { "YES" };
        set_thread_local_config_option("GDAL_TIFF_INTERNAL_MASK", is_inside).unwrap();
        if matches!(validity, Validity::Mask | Validity::MaskBeside) {
            let mut band = dataset.rasterband(1).unwrap();
            band.create_mask_band(true).unwrap();
            let mask = ground(frame).map(|at| if is_west(at) { 0u8 } else { 255 }).collect();
            let mut mask = Buffer::new((SIZE, SIZE), mask);
            band.open_mask_band().unwrap().write((0, 0), (SIZE, SIZE), &mut mask).unwrap();
        }
        if !overviews.is_empty() {
            dataset.build_overviews("NEAREST", overviews, &[]).unwrap();
        }
        dataset.close().unwrap();
        clear_thread_local_config_option("GDAL_TIFF_INTERNAL_MASK").unwrap();
        name
    }

    fn pixels(&self, plane: Plane, frame: &Frame, validity: &Validity) -> Vec<u16> {
        let number = |at: (f64, f64)| {
            let hidden = match validity {
                Validity::ValueInWest(value) | Validity::UnstatedInWest(value) => Some(*value),
                // Numbers that would look burnt, were they read.
                Validity::Mask | Validity::MaskBeside | Validity::Alpha => Some(900),
                Validity::Value(_) => None,
            };
            match (hidden, plane) {
                (_, Plane::Scl) => 4,
                (_, Plane::Classes { land, cloud }) => {
                    if is_west(at) {
                        cloud
                    } else {
                        land
                    }
                }
                (Some(hidden), _) if is_west(at) => hidden,
                (_, plane) => self.reflectance(plane, at),
            }
        };
        ground(frame).map(number).collect()
    }

    /// Digital number of a band at a distance from the middle, metres east and north: it changes
    /// slowly, so that a shift by a pixel shows only at the edges of the square.
    fn reflectance(&self, plane: Plane, (east, north): (f64, f64)) -> u16 {
        let slope = ((east + 2.0 * north) / 400.0).round() as i32;
        let is_burnt = self.is_burnt && east.abs().max(north.abs()) < HALF_BURNT_M;
        let number = match (plane, is_burnt) {
            (Plane::Nir, false) => 3500,
            (Plane::Nir, true) => 1200,
            (_, false) => 1500,
            (_, true) => 2800,
        };
        (number + slope) as u16
    }
}

/// The no-data value that a file states.
fn stated(validity: &Validity) -> Option<f64> {
    match validity {
        Validity::Value(value) | Validity::ValueInWest(value) => Some((*value).into()),
        Validity::UnstatedInWest(_) | Validity::Mask | Validity::MaskBeside | Validity::Alpha => {
            None
        }
    }
}

fn is_west((east, _): (f64, f64)) -> bool {
    east < -700.0
}

/// Distances of the centres of all pixels from the middle of the scene, metres east and north, row
/// by row.
fn ground(frame: &Frame) -> impl Iterator<Item = (f64, f64)> {
    let geo_transform = frame.geo_transform();
    (0..SIZE * SIZE).map(move |pixel| {
        let (column, row) = ((pixel % SIZE) as f64 + 0.5, (pixel / SIZE) as f64 + 0.5);
        let (x, y) = geo_transform.apply(column, row);
        (x - MIDDLE_M.0, y - MIDDLE_M.1)
    })
}

fn put(dataset: &mut Dataset, number: usize, pixels: &[u16], no_data: Option<f64>) {
    let mut band = dataset.rasterband(number).unwrap();
    band.set_no_data_value(no_data).unwrap();
    let mut buffer = Buffer::new((SIZE, SIZE), pixels.to_vec());
    band.write((0, 0), (SIZE, SIZE), &mut buffer).unwrap();
}

/// The box of an upright scene in degrees.
pub(super) fn degrees_from_metres() -> [f64; 4] {
    let half = SIZE as f64 / 2.0 * PIXEL_M;
    let mut degrees = SpatialRef::from_epsg(4326).unwrap();
    degrees.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    let transform = CoordTransform::new(&SpatialRef::from_epsg(32_610).unwrap(), &degrees).unwrap();
    let (mut x, mut y) =
        ([MIDDLE_M.0 - half, MIDDLE_M.0 + half], [MIDDLE_M.1 - half, MIDDLE_M.1 + half]);
    transform.transform_coords(&mut x, &mut y, &mut []).unwrap();
    [x[0], y[0], x[1], y[1]]
}
