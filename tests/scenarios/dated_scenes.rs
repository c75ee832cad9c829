//! Invented scenes of one place at several dates, pixel by pixel.

use std::path::PathBuf;

use dragonfly_core::Grid;
use gdal::DriverManager;
use gdal::cpl::CslStringList;
use gdal::raster::Buffer;
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::raster::ReadRaster;

/// Side of a pixel, metres.
pub(super) const PIXEL_M: f64 = 20.0;
/// North-west corner of every scene in UTM zone 10 north, metres.
const CORNER_M: (f64, f64) = (520_000.0, 4_000_000.0);

/// What a pixel of a scene shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScenePixel {
    pub(super) nir: u16,
    pub(super) swir: u16,
    /// Class of the Scene Classification Layer.
    pub(super) scl: u16,
}

impl ScenePixel {
    /// Woodland.
    pub(super) const GREEN: Self = Self { nir: 3200, swir: 1100, scl: 4 };
    /// An opaque cloud that the classification finds.
    pub(super) const CLOUD: Self = Self { nir: 5200, swir: 3900, scl: 9 };
    /// Woodland after a fire.
    pub(super) const BURNT: Self = Self { nir: 1200, swir: 2400, scl: 5 };
}

/// Scenes of one place, in a catalogue.
pub(super) struct DatedScenes {
    pub(super) folder: TempDir,
    side_px: usize,
    baseline: &'static str,
    /// Height of the sun in the scenes that are added next, degrees.
    pub(super) sun_elevation: f64,
    items: Vec<Value>,
}

impl DatedScenes {
    /// No scenes yet, of so many pixels along a side.
    pub(super) fn new(side_px: usize) -> Self {
        Self::of_baseline("03.01", side_px)
    }

    /// The same of another processing baseline; the numbers carry no offset.
    pub(super) fn of_baseline(baseline: &'static str, side_px: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, side_px, baseline, sun_elevation: 60.0, items: Vec::new() }
    }

    /// Adds a scene of a day: its pixels row by row from the north-west.
    pub(super) fn add(&mut self, day: &str, cloud_cover: f64, pixels: &[ScenePixel]) {
        assert_eq!(pixels.len(), self.side_px * self.side_px);
        let compact = day.replace('-', "");
        let assets: serde_json::Map<String, Value> = [
            ("nir08", "AVERAGE", (|pixel: &ScenePixel| pixel.nir) as fn(&ScenePixel) -> u16),
            ("swir22", "AVERAGE", |pixel| pixel.swir),
            ("scl", "MODE", |pixel| pixel.scl),
        ]
        .into_iter()
        .map(|(key, resampling, plane)| {
            let name = format!("{compact}_{key}.tif");
            self.write(&name, resampling, pixels.iter().map(plane).collect());
            (key.to_owned(), json!({ "href": name }))
        })
        .collect();
        let [west, south, east, north] = self.bbox();
        self.items.push(json!({
            "type": "Feature", "stac_version": "1.0.0", "id": format!("S2B_10SGD_{compact}_0_L2A"),
            "collection": "sentinel-2-l2a", "bbox": [west, south, east, north],
            "properties": {
                "datetime": format!("{day}T18:49:00Z"), "eo:cloud_cover": cloud_cover,
                "s2:processing_baseline": self.baseline, "grid:code": "MGRS-10SGD",
                "earthsearch:boa_offset_applied": true, "view:sun_elevation": self.sun_elevation,
            },
            "links": [], "assets": assets,
        }));
    }

    /// The catalogue's file.
    pub(super) fn catalogue(&self) -> PathBuf {
        let path = self.folder.path().join("items.json");
        let page = json!({ "type": "FeatureCollection", "features": self.items });
        std::fs::write(&path, page.to_string()).unwrap();
        path
    }

    /// Largest box within the scenes, degrees.
    pub(super) fn bbox(&self) -> [f64; 4] {
        let side_m = self.side_px as f64 * PIXEL_M;
        let mut degrees = SpatialRef::from_epsg(4326).unwrap();
        degrees.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        let transform =
            CoordTransform::new(&SpatialRef::from_epsg(32_610).unwrap(), &degrees).unwrap();
        let (west, east) = (CORNER_M.0, CORNER_M.0 + side_m);
        let (south, north) = (CORNER_M.1 - side_m, CORNER_M.1);
        let (mut x, mut y) = ([west, east, west, east], [south, south, north, north]);
        transform.transform_coords(&mut x, &mut y, &mut []).unwrap();
        [x[0].max(x[2]), y[0].max(y[1]), x[1].min(x[3]), y[2].min(y[3])]
    }

    /// What is true of every pixel, as a raster over the scenes.
    pub(super) fn truth<T>(&self, pixels: Vec<T>) -> ReadRaster<T> {
        let mut system = SpatialRef::from_epsg(32_610).unwrap();
        system.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        let geo_transform = [CORNER_M.0, PIXEL_M, 0.0, CORNER_M.1, 0.0, -PIXEL_M];
        ReadRaster { width: self.side_px, height: self.side_px, pixels, geo_transform, system }
    }

    /// The pixel under each cell of a grid, row by row; `None` outside the grid's box.
    pub(super) fn pixels_of_cells(&self, grid: &Grid) -> Vec<Option<usize>> {
        let mut degrees = SpatialRef::from_epsg(3857).unwrap();
        degrees.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        let transform =
            CoordTransform::new(&degrees, &SpatialRef::from_epsg(32_610).unwrap()).unwrap();
        let cells = (0..grid.height()).flat_map(|row| (0..grid.width()).map(move |at| (at, row)));
        let pixel_of = |(column, row): (u32, u32)| {
            let (x, y) = grid.metres_from_grid(f64::from(column) + 0.5, f64::from(row) + 0.5);
            let (mut x, mut y) = ([x], [y]);
            transform.transform_coords(&mut x, &mut y, &mut []).unwrap();
            let across = ((x[0] - CORNER_M.0) / PIXEL_M) as usize;
            let down = ((CORNER_M.1 - y[0]) / PIXEL_M) as usize;
            grid.is_inside(column, row).then_some(down * self.side_px + across)
        };
        cells.map(pixel_of).collect()
    }

    pub(super) fn write(&self, name: &str, resampling: &str, pixels: Vec<u16>) {
        let options: CslStringList =
            ["TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=DEFLATE", "PREDICTOR=2"]
                .into_iter()
                .collect();
        let size = (self.side_px, self.side_px);
        let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
        let path = self.folder.path().join(name);
        let mut dataset = driver
            .create_with_band_type_with_options::<u16, _>(&path, size.0, size.1, 1, &options)
            .unwrap();
        dataset.set_spatial_ref(&SpatialRef::from_epsg(32_610).unwrap()).unwrap();
        dataset.set_geo_transform(&[CORNER_M.0, PIXEL_M, 0.0, CORNER_M.1, 0.0, -PIXEL_M]).unwrap();
        let mut band = dataset.rasterband(1).unwrap();
        band.set_no_data_value(Some(0.0)).unwrap();
        band.write((0, 0), size, &mut Buffer::new(size, pixels)).unwrap();
        dataset.build_overviews(resampling, &[2, 4, 8, 16], &[]).unwrap();
        dataset.close().unwrap();
    }
}

/// Numbers that are the same in every run.
pub(super) struct SceneRandom(u64);

impl SceneRandom {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 0 to 1.
    pub(super) fn fraction(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}
