//! A UTM tile of Sentinel-2's 20 m grid, and where on Earth its pixels lie.

use anyhow::{Context, Result};
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};

use super::raster_layout::{OVERVIEW_FACTORS, RasterLayout};

/// The pixel size of B8A, B12 and SCL.
pub(crate) const PIXEL_SIZE_M: f64 = 20.0;
/// Between nodes this far apart the projection bends by less than a centimetre.
const NODE_SPACING_PX: usize = 32;

/// A part of an MGRS tile.
#[derive(Clone, Debug)]
pub(crate) struct SampleTile {
    /// The MGRS name, such as `10TFK`.
    pub(crate) mgrs: &'static str,
    pub(crate) epsg: u32,
    /// Easting of the west edge.
    pub(crate) west_m: f64,
    /// Northing of the north edge.
    pub(crate) north_m: f64,
    pub(crate) width_px: usize,
    pub(crate) height_px: usize,
}

impl SampleTile {
    /// The grid of its files, with all overviews.
    pub(crate) fn raster_layout(&self) -> RasterLayout {
        RasterLayout {
            epsg: self.epsg,
            geo_transform: [self.west_m, PIXEL_SIZE_M, 0.0, self.north_m, 0.0, -PIXEL_SIZE_M],
            width_px: self.width_px,
            height_px: self.height_px,
            overview_factors: OVERVIEW_FACTORS.to_vec(),
        }
    }

    pub(crate) fn crs(&self) -> Result<SpatialRef> {
        crs_from_epsg(self.epsg)
    }

    /// Where the pixels lie.
    pub(crate) fn lattice(&self) -> Result<SampleLattice> {
        let nodes = |pixels: usize| pixels.div_ceil(NODE_SPACING_PX) + 1;
        let (columns, rows) = (nodes(self.width_px), nodes(self.height_px));
        let metres = |node: usize| (node * NODE_SPACING_PX) as f64 * PIXEL_SIZE_M;
        let mut lon: Vec<f64> =
            (0..rows * columns).map(|i| self.west_m + metres(i % columns)).collect();
        let mut lat: Vec<f64> =
            (0..rows * columns).map(|i| self.north_m - metres(i / columns)).collect();
        CoordTransform::new(&self.crs()?, &crs_from_epsg(4326)?)?
            .transform_coords(&mut lon, &mut lat, &mut [])
            .with_context(|| format!("finding longitude and latitude of tile {}", self.mgrs))?;
        Ok(SampleLattice {
            columns,
            lonlat: lon.into_iter().zip(lat).map(|(lon, lat)| [lon, lat]).collect(),
        })
    }
}

/// Longitude and latitude at every 32nd pixel corner of a tile, and between them by interpolation.
pub(crate) struct SampleLattice {
    columns: usize,
    lonlat: Vec<[f64; 2]>,
}

impl SampleLattice {
    /// Longitude and latitude of a place counted in pixels from the tile's north-west corner.
    #[inline]
    pub(crate) fn lonlat_from_pixel(&self, column: f64, row: f64) -> [f64; 2] {
        let (x, y) = (column / NODE_SPACING_PX as f64, row / NODE_SPACING_PX as f64);
        let (west, north) = (x.floor().min((self.columns - 2) as f64), y.floor());
        let first = north as usize * self.columns + west as usize;
        // A place on the south edge has no node below it, nor needs one.
        let second = (first + self.columns).min(self.lonlat.len() - 2);
        let (x, y) = (x - west, y - north);
        let at = |axis: usize| {
            let node = |index: usize| self.lonlat[index][axis];
            let above = node(first) + (node(first + 1) - node(first)) * x;
            let below = node(second) + (node(second + 1) - node(second)) * x;
            above + (below - above) * y
        };
        [at(0), at(1)]
    }
}

/// A CRS whose axes run east, then north, whatever its authority states.
pub(crate) fn crs_from_epsg(epsg: u32) -> Result<SpatialRef> {
    let mut crs = SpatialRef::from_epsg(epsg).with_context(|| format!("looking up EPSG:{epsg}"))?;
    crs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(crs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_agrees_with_the_projection() {
        let tile = SampleTile {
            mgrs: "10TFK",
            epsg: 32610,
            west_m: 633_400.0,
            north_m: 4_438_700.0,
            width_px: 100,
            height_px: 100,
        };
        let lattice = tile.lattice().unwrap();
        let back =
            CoordTransform::new(&crs_from_epsg(4326).unwrap(), &tile.crs().unwrap()).unwrap();
        for (column, row) in [(0.5, 0.5), (15.5, 47.5), (99.5, 80.5), (100.0, 100.0)] {
            let [lon, lat] = lattice.lonlat_from_pixel(column, row);
            let (mut x, mut y) = ([lon], [lat]);
            back.transform_coords(&mut x, &mut y, &mut []).unwrap();
            assert!((x[0] - (tile.west_m + column * PIXEL_SIZE_M)).abs() < 0.02);
            assert!((y[0] - (tile.north_m - row * PIXEL_SIZE_M)).abs() < 0.02);
        }
    }
}
