//! Scenes for benchmarks: as many and as large as those of a night, of noise that compresses like
//! real bands, without the places and fires of the sample.

mod field;
mod item;
mod scene;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use rayon::prelude::*;

use super::geotiff::{self, Overviews};
use super::item::item_collection;
use super::raster_layout::{OVERVIEW_FACTORS, RasterLayout};
use field::SceneFields;
use scene::{BenchScene, pixels_of};

/// The coarsest overview has more pixels across than this.
const MIN_OVERVIEW_PX: usize = 128;
/// The zone of all scenes, and the north-west corner of the first tile.
const EPSG: u32 = 32610;
const FIRST_WEST_M: f64 = 499_980.0;
const FIRST_NORTH_M: f64 = 4_500_000.0;

/// How many scenes a benchmark reads, and how large they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BenchLayout {
    /// Tiles from west to east.
    pub columns: usize,
    /// Tiles from north to south.
    pub rows: usize,
    /// Overpasses per tile and side of the fire.
    pub dates: usize,
    /// Pixels across a tile, which is square.
    pub width_px: usize,
    /// The side of a pixel, metres.
    pub pixel_size_m: f64,
    /// Pixels of the full image along one of the finest level of the bands that holds pixels. Finer
    /// levels of theirs are stored empty: maps of the benchmark read the masks at them alone.
    pub band_factor: usize,
    /// From a tile's west edge to that of the next, metres: tiles overlap.
    pub spacing_m: f64,
}

impl BenchLayout {
    /// The names that [`Self::named`] accepts.
    pub const NAMES: [&str; 6] = ["wide", "wide_16", "wide_256", "masks", "fine", "near"];

    /// The layout of a benchmark: `wide` a night over 64 MGRS tiles whose full image is the 160 m
    /// overview, `wide_16` and `wide_256` the same over 16 and 256, `masks` the same with masks of
    /// 20 m, `fine` two tiles of 20 m, `near` one for the browser.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (columns, rows, dates, width_px, pixel_size_m, band_factor) = match name {
            "wide" => (8, 8, 2, 686, 160.0, 1),
            "wide_16" => (4, 4, 2, 686, 160.0, 1),
            "wide_256" => (16, 16, 2, 686, 160.0, 1),
            "masks" => (8, 8, 2, 5490, 20.0, 8),
            "fine" => (2, 1, 2, 5490, 20.0, 1),
            "near" => (1, 1, 1, 5490, 20.0, 1),
            _ => return None,
        };
        let spacing_m = 100_000.0;
        Some(Self { columns, rows, dates, width_px, pixel_size_m, band_factor, spacing_m })
    }

    /// At most two tiles, at most 686 pixels across: enough to show that a benchmark runs.
    #[must_use]
    pub fn small(self) -> Self {
        let divisor = self.width_px.div_ceil(686);
        Self {
            columns: self.columns.min(2),
            rows: 1,
            width_px: self.width_px / divisor,
            band_factor: 1,
            spacing_m: self.spacing_m / divisor as f64,
            ..self
        }
    }

    /// The grid of a tile's files.
    fn raster_layout(&self, column: usize, row: usize) -> RasterLayout {
        let west = FIRST_WEST_M + column as f64 * self.spacing_m;
        let north = FIRST_NORTH_M - row as f64 * self.spacing_m;
        let has_overview =
            |factor: &i32| self.width_px > MIN_OVERVIEW_PX * usize::try_from(*factor).unwrap_or(1);
        RasterLayout {
            epsg: EPSG,
            geo_transform: [west, self.pixel_size_m, 0.0, north, 0.0, -self.pixel_size_m],
            width_px: self.width_px,
            height_px: self.width_px,
            overview_factors: OVERVIEW_FACTORS.into_iter().filter(has_overview).collect(),
        }
    }

    fn scenes(&self) -> impl Iterator<Item = BenchScene> {
        let Self { columns, rows, dates, .. } = *self;
        let tiles = (0..rows).flat_map(move |row| (0..columns).map(move |column| (column, row)));
        tiles.flat_map(move |(column, row)| {
            let place = row * columns + column;
            [false, true].into_iter().flat_map(move |is_after_fire| {
                (0..dates).map(move |date| BenchScene { column, row, place, date, is_after_fire })
            })
        })
    }
}

/// Writes the scenes and their catalogue `items.json`; the same layout gives the same pixels.
/// `on_scene` is called with the id of each scene once its files are complete.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(folder: &Path, layout: &BenchLayout, on_scene: &mut dyn FnMut(&str)) -> Result<()> {
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot create {}: name a writable folder", folder.display()))?;
    let fields = SceneFields::new(layout.width_px, layout.band_factor);
    let mut items = Vec::new();
    for scene in layout.scenes() {
        let raster = layout.raster_layout(scene.column, scene.row);
        let cloud_share = write_scene(folder, &scene, (&raster, layout.band_factor), &fields)?;
        items.push(item::item(&scene, &raster, cloud_share)?);
        on_scene(&scene.id());
    }
    let path = folder.join("items.json");
    let text = super::pretty(&item_collection(items))?;
    fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
}

/// Writes the three files of a scene, the bands without the levels finer than their factor; the
/// share of it that is cloud.
fn write_scene(
    folder: &Path,
    scene: &BenchScene,
    (raster, band_factor): (&RasterLayout, usize),
    fields: &SceneFields,
) -> Result<f64> {
    let pixels = pixels_of(scene, fields);
    let path = |asset: &str| folder.join(scene.file(asset));
    let cloud_share = pixels.cloud_share();
    let write_bands = || {
        [("nir08", pixels.nir), ("swir22", pixels.swir)].into_par_iter().try_for_each(
            |(asset, dn)| match band_factor {
                1 => geotiff::write(&path(asset), raster, super::INVENTED, Overviews::Average, dn),
                factor => geotiff::write_coarse(&path(asset), raster, super::INVENTED, factor, dn),
            },
        )
    };
    let write_classes =
        || geotiff::write(&path("scl"), raster, super::INVENTED, Overviews::Mode, pixels.scl);
    let (bands, classes) = rayon::join(write_bands, write_classes);
    bands.and(classes)?;
    Ok(cloud_share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gdal::Dataset;

    const TINY: BenchLayout = BenchLayout {
        columns: 2,
        rows: 1,
        dates: 1,
        width_px: 300,
        pixel_size_m: 20.0,
        band_factor: 1,
        spacing_m: 5_500.0,
    };

    fn files_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = entries
            .map(|path| {
                (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())
            })
            .collect();
        files.sort();
        files
    }

    #[test]
    fn a_layout_gives_the_same_files_again() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [first, again] = folders.each_ref().map(|folder| {
            let mut ids = Vec::new();
            write(folder.path(), &TINY, &mut |id| ids.push(id.to_owned())).unwrap();
            assert_eq!(ids, ["T00_pre_0", "T00_post_0", "T01_pre_0", "T01_post_0"]);
            files_of(folder.path())
        });
        assert_eq!(first.len(), 4 * 3 + 1);
        assert!(first == again);
    }

    #[test]
    fn files_are_laid_out_as_in_the_bucket() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &BenchLayout { columns: 1, ..TINY }, &mut |_| {}).unwrap();
        for asset in ["nir08", "swir22", "scl"] {
            let file = folder.path().join(format!("T00_post_0_{asset}.tif"));
            let dataset = Dataset::open(&file).unwrap();
            let band = dataset.rasterband(1).unwrap();
            assert_eq!((band.size(), band.block_size()), ((300, 300), (512, 512)));
            assert_eq!(band.no_data_value(), Some(0.0));
            assert_eq!(band.overview_count().unwrap(), 1, "300 pixels have one of 150");
            assert_eq!(band.overview(0).unwrap().block_size(), (256, 256));
        }
    }

    #[test]
    fn bands_can_lack_the_levels_that_only_the_mask_is_read_at() {
        let folder = tempfile::tempdir().unwrap();
        let layout = BenchLayout { columns: 1, width_px: 2060, band_factor: 8, ..TINY };
        write(folder.path(), &layout, &mut |_| {}).unwrap();
        let range = |asset: &str, overview: usize| {
            let file = folder.path().join(format!("T00_post_0_{asset}.tif"));
            let dataset = Dataset::open(&file).unwrap();
            let band = dataset.rasterband(1).unwrap().overview(overview).unwrap();
            let (width, height) = band.size();
            let pixels = band.read_as::<u16>((0, 0), band.size(), band.size(), None).unwrap();
            let mean = pixels.data().iter().map(|dn| u64::from(*dn)).sum::<u64>();
            (width, mean as f64 / (width * height) as f64)
        };
        assert_eq!(range("nir08", 1), (515, 0.0));
        let ((width, mean), (halved, halved_mean)) = (range("nir08", 2), range("nir08", 3));
        assert_eq!((width, halved), (258, 129));
        assert!(mean > 2000.0 && (mean - halved_mean).abs() < 1.0, "{mean} {halved_mean}");
        assert!((1..4).all(|overview| range("scl", overview).1 > 3.9));
    }

    #[test]
    fn a_benchmark_has_the_size_of_a_night() {
        let scenes = |name: &str| BenchLayout::named(name).unwrap().scenes().count();
        assert_eq!(BenchLayout::NAMES.map(scenes), [256, 64, 1024, 256, 8, 2]);
        let overviews = |name: &str| {
            BenchLayout::named(name).unwrap().raster_layout(0, 0).overview_factors.len()
        };
        assert_eq!(BenchLayout::NAMES.map(overviews), [2, 2, 2, 4, 4, 4]);
        assert_eq!(BenchLayout::named("narrow"), None);
    }

    #[test]
    fn small_tiles_still_overlap() {
        for name in BenchLayout::NAMES {
            let small = BenchLayout::named(name).unwrap().small();
            assert!(small.width_px <= 686 && small.scenes().count() <= 8, "{small:?}");
            assert!(small.spacing_m < small.width_px as f64 * small.pixel_size_m, "{small:?}");
        }
    }
}
