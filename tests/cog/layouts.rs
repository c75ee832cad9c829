//! GeoTIFFs of every layout, written by GDAL.

use std::path::Path;

use gdal::config::{clear_thread_local_config_option, set_thread_local_config_option};
use gdal::raster::{Buffer, GdalDataType, RasterCreationOptions};
use gdal::spatial_ref::SpatialRef;
use gdal::{Dataset, DatasetOptions, DriverManager, GdalOpenFlags, Metadata};

/// How bands lie in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Interleave {
    Pixel,
    Band,
}

/// What a file is like.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) size: (usize, usize),
    pub(super) kind: GdalDataType,
    pub(super) bands: usize,
    pub(super) interleave: Interleave,
    pub(super) compression: &'static str,
    pub(super) predictor: u8,
    /// Side of a tile; strips where `None`.
    pub(super) block: Option<usize>,
    pub(super) strip_rows: usize,
    pub(super) is_big_tiff: bool,
    pub(super) is_big_endian: bool,
    pub(super) is_sparse: bool,
    pub(super) has_mask: bool,
    pub(super) overviews: &'static [i32],
    pub(super) no_data: Option<f64>,
    pub(super) epsg: u32,
    pub(super) geo_transform: [f64; 6],
    pub(super) pixel_is_point: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            size: (331, 277),
            kind: GdalDataType::UInt16,
            bands: 1,
            interleave: Interleave::Pixel,
            compression: "DEFLATE",
            predictor: 1,
            block: Some(64),
            strip_rows: 13,
            is_big_tiff: false,
            is_big_endian: false,
            is_sparse: false,
            has_mask: false,
            overviews: &[],
            no_data: None,
            epsg: 32_610,
            geo_transform: [767_600.0, 20.0, 0.0, 3_903_580.0, 0.0, -20.0],
            pixel_is_point: false,
        }
    }
}

const KINDS: [GdalDataType; 4] =
    [GdalDataType::UInt8, GdalDataType::UInt16, GdalDataType::Int16, GdalDataType::Float32];

impl Layout {
    /// Kinds, compressions, predictors, blocks, orders and sizes crossed; the rest one by one.
    // Long: one row for each layout of a file.
    pub(super) fn all() -> Vec<Self> {
        let mut layouts = Vec::new();
        for kind in KINDS {
            for compression in ["NONE", "DEFLATE", "LZW", "ZSTD"] {
                for predictor in 1..=3 {
                    let fits = predictor == 1
                        || (compression != "NONE"
                            && (predictor == 2 || kind == GdalDataType::Float32));
                    for block in [None, Some(64), Some(256)] {
                        for (is_big_tiff, is_big_endian) in
                            [(false, false), (true, false), (false, true), (true, true)]
                        {
                            let plain = Self {
                                kind,
                                compression,
                                predictor,
                                block,
                                is_big_tiff,
                                is_big_endian,
                                ..Self::default()
                            };
                            layouts.extend(fits.then_some(plain));
                        }
                    }
                }
            }
            for (bands, interleave) in
                [(3, Interleave::Pixel), (3, Interleave::Band), (2, Interleave::Pixel)]
            {
                for (block, predictor) in [(Some(128), 1), (Some(128), 2), (None, 2)] {
                    layouts.push(Self {
                        kind,
                        bands,
                        interleave,
                        block,
                        predictor,
                        overviews: &[3],
                        ..Self::default()
                    });
                }
            }
            for overviews in [&[2, 4][..], &[3, 7], &[5]] {
                for has_mask in [false, true] {
                    layouts.push(Self {
                        kind,
                        overviews,
                        has_mask,
                        predictor: 2,
                        ..Self::default()
                    });
                }
            }
            for no_data in [0.0, 255.0, 7.0] {
                layouts.push(Self {
                    kind,
                    no_data: Some(no_data),
                    is_sparse: true,
                    ..Self::default()
                });
            }
            layouts.push(Self { kind, is_sparse: true, block: None, ..Self::default() });
            for side in [512, 1024] {
                layouts.push(Self {
                    kind,
                    block: Some(side),
                    size: (1100, 700),
                    predictor: 2,
                    ..Self::default()
                });
            }
        }
        layouts.push(Self {
            no_data: Some(-9999.0),
            kind: GdalDataType::Int16,
            is_sparse: true,
            ..Self::default()
        });
        layouts.push(Self {
            no_data: Some(f64::from(f32::MIN)),
            kind: GdalDataType::Float32,
            ..Self::default()
        });
        layouts.push(Self { strip_rows: 1, block: None, ..Self::default() });
        layouts.push(Self { strip_rows: 277, block: None, ..Self::default() });
        layouts.push(Self { size: (1, 1), block: None, ..Self::default() });
        for epsg in [4326, 3857, 32_733, 26_913, 5070, 3577, 25_832] {
            layouts.push(Self { epsg, ..Self::default() });
        }
        for pixel_is_point in [false, true] {
            layouts.push(Self { pixel_is_point, ..Self::default() });
            let turned = [1000.0, 3.0, 4.0, 2000.0, 4.0, -3.0];
            layouts.push(Self { pixel_is_point, geo_transform: turned, ..Self::default() });
        }
        layouts
    }

    /// A small file of each kind of layout, for the fuzzing to start from.
    pub(super) fn seeds() -> Vec<(String, Self)> {
        let small = Self {
            size: (45, 37),
            block: Some(16),
            strip_rows: 5,
            overviews: &[3],
            ..Self::default()
        };
        let mut seeds = Vec::new();
        for compression in ["NONE", "DEFLATE", "LZW", "ZSTD"] {
            for (kind, predictor) in KINDS.into_iter().zip([1, 2, 2, 3]) {
                let predictor = if compression == "NONE" { 1 } else { predictor };
                let name =
                    format!("{}_{kind}_{predictor}.tif", compression.to_lowercase()).to_lowercase();
                seeds.push((name, Self { kind, compression, predictor, ..small.clone() }));
            }
        }
        for (name, layout) in [
            ("big_tiff", Self { is_big_tiff: true, ..small.clone() }),
            ("big_endian", Self { is_big_endian: true, predictor: 2, ..small.clone() }),
            ("strips", Self { block: None, ..small.clone() }),
            ("masked", Self { has_mask: true, ..small.clone() }),
            ("sparse", Self { is_sparse: true, no_data: Some(7.0), ..small.clone() }),
            ("colours", Self { bands: 3, kind: GdalDataType::UInt8, ..small.clone() }),
            ("planes", Self { bands: 3, interleave: Interleave::Band, ..small.clone() }),
            ("point", Self { pixel_is_point: true, ..small.clone() }),
            (
                "turned",
                Self { geo_transform: [1000.0, 3.0, 4.0, 2000.0, 4.0, -3.0], ..small.clone() },
            ),
        ] {
            seeds.push((format!("{name}.tif"), layout));
        }
        seeds
    }

    /// Writes a file with pixels of a ramp, noise and even ground.
    pub(super) fn write(&self, path: &Path) {
        let options: Vec<String> = [
            format!("COMPRESS={}", self.compression),
            format!("BIGTIFF={}", if self.is_big_tiff { "YES" } else { "NO" }),
            format!("ENDIANNESS={}", if self.is_big_endian { "BIG" } else { "LITTLE" }),
            format!(
                "INTERLEAVE={}",
                if self.interleave == Interleave::Band { "BAND" } else { "PIXEL" }
            ),
            format!("SPARSE_OK={}", if self.is_sparse { "TRUE" } else { "FALSE" }),
        ]
        .into_iter()
        .chain((self.predictor > 1).then(|| format!("PREDICTOR={}", self.predictor)))
        .chain(match self.block {
            Some(side) => vec![
                "TILED=YES".to_owned(),
                format!("BLOCKXSIZE={side}"),
                format!("BLOCKYSIZE={side}"),
            ],
            None => vec![format!("BLOCKYSIZE={}", self.strip_rows)],
        })
        .collect();
        let options = RasterCreationOptions::from_iter(options.iter().map(String::as_str));
        set_thread_local_config_option("GDAL_TIFF_INTERNAL_MASK", "YES").unwrap();
        set_thread_local_config_option("GDAL_TIFF_OVR_BLOCKSIZE", "64").unwrap();
        let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
        self.in_memory().create_copy(&driver, path, &options).unwrap().flush_cache().unwrap();
        if !self.overviews.is_empty() {
            // Into the finished file: directories that lie behind the pixels.
            let update = DatasetOptions {
                open_flags: GdalOpenFlags::GDAL_OF_UPDATE,
                ..DatasetOptions::default()
            };
            let mut file = Dataset::open_ex(path, update).unwrap();
            file.build_overviews("NEAREST", self.overviews, &[]).unwrap();
            file.flush_cache().unwrap();
        }
        clear_thread_local_config_option("GDAL_TIFF_OVR_BLOCKSIZE").unwrap();
        clear_thread_local_config_option("GDAL_TIFF_INTERNAL_MASK").unwrap();
    }

    fn in_memory(&self) -> Dataset {
        let driver = DriverManager::get_driver_by_name("MEM").unwrap();
        let (width, height) = self.size;
        let mut dataset = match self.kind {
            GdalDataType::UInt8 => {
                driver.create_with_band_type::<u8, _>("", width, height, self.bands)
            }
            GdalDataType::UInt16 => {
                driver.create_with_band_type::<u16, _>("", width, height, self.bands)
            }
            GdalDataType::Int16 => {
                driver.create_with_band_type::<i16, _>("", width, height, self.bands)
            }
            GdalDataType::Float32 => {
                driver.create_with_band_type::<f32, _>("", width, height, self.bands)
            }
            GdalDataType::Float64 => {
                driver.create_with_band_type::<f64, _>("", width, height, self.bands)
            }
            other => panic!("{other:?}"),
        }
        .unwrap();
        dataset.set_spatial_ref(&SpatialRef::from_epsg(self.epsg).unwrap()).unwrap();
        dataset.set_geo_transform(&self.geo_transform).unwrap();
        if self.pixel_is_point {
            dataset.set_metadata_item("AREA_OR_POINT", "Point", "").unwrap();
        }
        for number in 1..=self.bands {
            let mut band = dataset.rasterband(number).unwrap();
            band.set_no_data_value(self.no_data).unwrap();
            band.write((0, 0), self.size, &mut Buffer::new(self.size, self.pixels(number)))
                .unwrap();
        }
        if self.has_mask {
            let mut band = dataset.rasterband(1).unwrap();
            band.create_mask_band(true).unwrap();
            let mask: Vec<u8> =
                (0..width * height).map(|pixel| if pixel % 7 < 3 { 255 } else { 0 }).collect();
            band.open_mask_band()
                .unwrap()
                .write((0, 0), self.size, &mut Buffer::new(self.size, mask))
                .unwrap();
        }
        dataset
    }

    fn pixels(&self, band: usize) -> Vec<f64> {
        let (width, height) = self.size;
        let (low, high) = match self.kind {
            GdalDataType::UInt8 => (0.0, 255.0),
            GdalDataType::UInt16 => (0.0, 65_535.0),
            GdalDataType::Int16 => (-32_768.0, 32_767.0),
            _ => (-3.4e5, 3.4e5),
        };
        let mut state = 12_345u32 + band as u32;
        (0..width * height)
            .map(|pixel| {
                let (column, row) = (pixel % width, pixel / width);
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = f64::from(state >> 8) / f64::from(1 << 24);
                match (column / 50 + row / 40) % 4 {
                    // Left out of the file where that is allowed.
                    _ if self.is_sparse && column >= width / 3 => self.no_data.unwrap_or(0.0),
                    0 => low + (high - low) * noise,
                    1 => (low + (high - low) * (column + row) as f64 / (width + height) as f64)
                        .round(),
                    2 => 7.0,
                    _ => (column * 3 + row + band) as f64 + (noise * 4.0).floor() / 4.0,
                }
            })
            .collect()
    }
}

/// Writes complex numbers, which GDAL's bindings know only as a description.
pub(super) fn write_complex(path: &Path) {
    let text = r#"<VRTDataset rasterXSize="40" rasterYSize="40"><VRTRasterBand dataType="CFloat32" band="1"/></VRTDataset>"#;
    let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
    let described = Dataset::open(text).unwrap();
    described
        .create_copy(&driver, path, &RasterCreationOptions::default())
        .unwrap()
        .flush_cache()
        .unwrap();
}
