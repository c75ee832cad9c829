//! Rasters read whole, and read by position.

use std::path::Path;

use gdal::raster::GdalType;
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::{Dataset, GeoTransform, GeoTransformEx};

/// A raster in memory.
pub(crate) struct ReadRaster<T> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<T>,
    pub(crate) geo_transform: GeoTransform,
    pub(crate) system: SpatialRef,
}

impl<T: Copy + GdalType> ReadRaster<T> {
    /// Band 1 of a file, or one of its overviews.
    pub(crate) fn read(file: &Path, overview: Option<usize>) -> Self {
        let dataset =
            Dataset::open(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let band = dataset.rasterband(1).unwrap();
        let band =
            overview.map_or(band, |index| dataset.rasterband(1).unwrap().overview(index).unwrap());
        let (width, height) = band.size();
        let pixels = band
            .read_as::<T>((0, 0), (width, height), (width, height), None)
            .unwrap()
            .data()
            .to_vec();
        let mut geo_transform = dataset.geo_transform().unwrap();
        let (full_width, full_height) = dataset.raster_size();
        geo_transform[1] *= full_width as f64 / width as f64;
        geo_transform[5] *= full_height as f64 / height as f64;
        let mut system = dataset.spatial_ref().unwrap();
        system.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        Self { width, height, pixels, geo_transform, system }
    }
}

impl<T: Copy> ReadRaster<T> {
    /// This raster's pixel under the centre of each cell of another; `None` outside.
    pub(crate) fn nearest_on<U>(&self, other: &ReadRaster<U>) -> Vec<Option<T>> {
        let transform = CoordTransform::new(&other.system, &self.system).unwrap();
        let inverse = self.geo_transform.invert().unwrap();
        (0..other.height)
            .flat_map(|row| {
                let centres = (0..other.width)
                    .map(|column| other.geo_transform.apply(column as f64 + 0.5, row as f64 + 0.5));
                let (mut x, mut y): (Vec<f64>, Vec<f64>) = centres.unzip();
                transform.transform_coords(&mut x, &mut y, &mut []).unwrap();
                let row: Vec<_> =
                    x.into_iter().zip(y).map(|(x, y)| self.at(inverse.apply(x, y))).collect();
                row
            })
            .collect()
    }

    fn at(&self, (column, row): (f64, f64)) -> Option<T> {
        let inside =
            (0.0..self.width as f64).contains(&column) && (0.0..self.height as f64).contains(&row);
        inside.then(|| self.pixels[row as usize * self.width + column as usize])
    }
}

/// How well values agree with a reference.
#[derive(Debug)]
pub(crate) struct Agreement {
    pub(crate) count: usize,
    /// Coefficient of determination: 1 − residual / total sum of squares.
    pub(crate) r_squared: f64,
    /// Mean of value − reference.
    pub(crate) bias: f64,
    /// Share of pairs in the same severity class.
    pub(crate) same_class: f64,
}

/// Compares pairs of value and reference.
pub(crate) fn agreement(pairs: &[(f32, f32)]) -> Agreement {
    let count = pairs.len();
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / count as f64;
    let reference_mean = mean(&mut pairs.iter().map(|(_, reference)| f64::from(*reference)));
    let residual =
        mean(&mut pairs.iter().map(|(value, reference)| f64::from(value - reference).powi(2)));
    let total = mean(
        &mut pairs.iter().map(|(_, reference)| (f64::from(*reference) - reference_mean).powi(2)),
    );
    let breaks = dragonfly_core::Breaks::USGS;
    let same = pairs
        .iter()
        .filter(|(value, reference)| breaks.classify(*value) == breaks.classify(*reference))
        .count();
    Agreement {
        count,
        r_squared: 1.0 - residual / total,
        bias: mean(&mut pairs.iter().map(|(value, reference)| f64::from(value - reference))),
        same_class: same as f64 / count as f64,
    }
}
