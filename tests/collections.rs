//! The same ground as Sentinel-2, HLS and Landsat store it: other numbers, other masks, one map.

use std::fs;
use std::path::{Path, PathBuf};

use dragonfly_core::metadata::MapMeta;
use gdal::DriverManager;
use gdal::raster::{Buffer, GdalType, RasterCreationOptions};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::raster::ReadRaster;
use crate::test_bed::{TestBed, invented_scenes};

/// Ground of the post scene that is made too dark for its sensor, pixels across and down.
const DARK: std::ops::Range<usize> = 600..680;

/// How a catalogue stores a band and its mask.
struct EncodedItem<T> {
    collection: &'static str,
    /// Near infrared, short-wave infrared, mask.
    assets: [&'static str; 3],
    fill: T,
    /// From ten-thousandths of reflectance.
    number: fn(i32) -> T,
    /// From a class of SCL.
    mask: fn(u8) -> u16,
}

const SENTINEL: EncodedItem<u16> = EncodedItem {
    collection: "sentinel-2-l2a",
    assets: ["nir08", "swir22", "scl"],
    fill: 0,
    // Zero means no data here, so the darkest value is 1.
    number: |reflectance| reflectance.max(1) as u16,
    mask: u16::from,
};

const HLS: EncodedItem<i16> = EncodedItem {
    collection: "HLSS30.v2.0",
    assets: ["B8A", "B12", "Fmask"],
    fill: -9999,
    number: |reflectance| reflectance as i16,
    mask: |scl| match scl {
        0 | 1 => 255,
        3 => 1 << 3,
        6 => 1 << 5,
        8..=10 => 1 << 1,
        11 => 1 << 4,
        // Low aerosol; high aerosol is hidden as smoke.
        _ => 0b0100_0000,
    },
};

const LANDSAT: EncodedItem<u16> = EncodedItem {
    collection: "landsat-c2-l2",
    assets: ["nir08", "swir22", "qa_pixel"],
    fill: 0,
    number: |reflectance| ((f64::from(reflectance) * 1e-4 + 0.2) / 2.75e-5).round() as u16,
    mask: |scl| match scl {
        0 | 1 => 1,
        3 => 0b0101_1101_0101_0000,
        6 => 1 << 7 | 1 << 6,
        8 | 9 => 1 << 3,
        10 => 1 << 2,
        11 => 1 << 5,
        _ => 0b0101_0101_0100_0000,
    },
};

fn write<T: GdalType + Copy, U>(
    file: &Path,
    like: &ReadRaster<U>,
    fill: Option<f64>,
    pixels: Vec<T>,
) {
    let size = (like.width, like.height);
    let options = RasterCreationOptions::from_iter(["TILED=YES", "COMPRESS=DEFLATE"]);
    let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
    let mut file = driver
        .create_with_band_type_with_options::<T, _>(file, size.0, size.1, 1, &options)
        .unwrap();
    file.set_spatial_ref(&like.system).unwrap();
    file.set_geo_transform(&like.geo_transform).unwrap();
    let mut band = file.rasterband(1).unwrap();
    band.set_no_data_value(fill).unwrap();
    band.write((0, 0), size, &mut Buffer::new(size, pixels)).unwrap();
    file.close().unwrap();
}

/// The Sierra's scene of a day before and of one after the fire, kept in a catalogue's way.
fn write_encoded<T: GdalType + Copy + Into<f64>>(encoding: &EncodedItem<T>) -> (TempDir, TestBed) {
    let folder = tempfile::tempdir().unwrap();
    let sample = invented_scenes();
    let read: Value =
        serde_json::from_slice(&fs::read(sample.join("items.json")).unwrap()).unwrap();
    let mut items = Vec::new();
    for day in ["20250612", "20250910"] {
        let from = read["features"].as_array().unwrap().iter().find(|item| {
            let id = item["id"].as_str().unwrap();
            id.contains(day) && id.contains("10TFK")
        });
        let from = from.unwrap();
        let id = from["id"].as_str().unwrap();
        let source =
            |key: &str| -> PathBuf { sample.join(from["assets"][key]["href"].as_str().unwrap()) };
        let mut assets = json!({});
        for (key, asset) in ["nir08", "swir22"].into_iter().zip(encoding.assets) {
            let band = ReadRaster::<u16>::read(&source(key), None);
            let number = |(place, dn): (usize, &u16)| {
                let (column, row) = (place % band.width, place / band.width);
                let is_dark = key == "nir08"
                    && day == "20250910"
                    && DARK.contains(&column)
                    && DARK.contains(&row);
                if *dn == 0 {
                    encoding.fill
                } else {
                    (encoding.number)(if is_dark { -50 } else { i32::from(*dn) })
                }
            };
            let pixels = band.pixels.iter().enumerate().map(number).collect();
            write(
                &folder.path().join(format!("{id}_{asset}.tif")),
                &band,
                Some(encoding.fill.into()),
                pixels,
            );
            assets[asset] = json!({ "href": format!("{id}_{asset}.tif") });
        }
        let scl = ReadRaster::<u8>::read(&source("scl"), None);
        let [_, _, mask] = encoding.assets;
        let pixels = scl.pixels.iter().map(|class| (encoding.mask)(*class)).collect();
        write(&folder.path().join(format!("{id}_{mask}.tif")), &scl, None, pixels);
        assets[mask] = json!({ "href": format!("{id}_{mask}.tif") });
        let properties = json!({ "datetime": from["properties"]["datetime"], "s2:processing_baseline": "03.01" });
        items.push(json!({ "type": "Feature", "id": id, "collection": encoding.collection, "bbox": from["bbox"],
            "geometry": from["geometry"], "properties": properties, "assets": assets }));
    }
    let catalogue = folder.path().join("items.json");
    fs::write(&catalogue, json!({ "type": "FeatureCollection", "features": items }).to_string())
        .unwrap();
    let mut regions: Value =
        serde_json::from_slice(&fs::read(sample.join("regions.json")).unwrap()).unwrap();
    regions[0]["collection"] = json!(encoding.collection);
    let bed = TestBed::new(&catalogue, &json!([regions[0]]));
    (folder, bed)
}

fn mapped<T: GdalType + Copy + Into<f64>>(encoding: &EncodedItem<T>) -> (MapMeta, ReadRaster<f32>) {
    let (_folder, bed) = write_encoded(encoding);
    bed.succeed(&["update", "sample_sierra"]);
    let map = bed.map("sample_sierra");
    let raster = ReadRaster::read(&bed.published(&map.raster_url[1..]), None);
    (map, raster)
}

/// The share of the cells that two maps both show or both leave empty, and the greatest difference
/// where both show.
fn compare(one: &ReadRaster<f32>, other: &ReadRaster<f32>) -> (f64, f32) {
    let pairs = || one.pixels.iter().zip(&other.pixels);
    let alike = pairs().filter(|(a, b)| a.is_nan() == b.is_nan()).count();
    let differences = pairs().map(|(a, b)| (a - b).abs()).filter(|difference| !difference.is_nan());
    (alike as f64 / one.pixels.len() as f64, differences.fold(0.0, f32::max))
}

#[test]
fn hls_and_landsat_make_the_map_of_sentinel() {
    let (sentinel_map, sentinel) = mapped(&SENTINEL);
    let (hls_map, hls) = mapped(&HLS);
    let (landsat_map, landsat) = mapped(&LANDSAT);
    assert!(sentinel.pixels.iter().filter(|dnbr| !dnbr.is_nan()).count() > 1000);
    // The ground too dark for the sensor is shown, as HLS writes it below zero and Sentinel-2 as 1.
    assert!(hls.pixels.iter().filter(|dnbr| **dnbr > 1.4).count() >= 4);
    let (alike, difference) = compare(&hls, &sentinel);
    assert!(alike == 1.0 && difference < 0.005, "HLS: {alike} alike, {difference}");
    let (alike, difference) = compare(&landsat, &sentinel);
    assert!(alike == 1.0 && difference < 0.02, "Landsat: {alike} alike, {difference}");
    for (map, attribution) in [
        (&sentinel_map, "Contains modified Copernicus Sentinel data 2025"),
        (
            &hls_map,
            "HLSS30 v2.0 data courtesy of NASA LP DAAC, contains modified Copernicus Sentinel \
            data 2025",
        ),
        (&landsat_map, "Landsat Collection 2 data courtesy of the U.S. Geological Survey"),
    ] {
        assert_eq!(map.attribution, attribution);
    }
    for (map, words, reason) in [
        (&sentinel_map, "SCL classes: 0 no data", "baseline below 04.00"),
        (&hls_map, "Fmask bits: 1 cloud", "neither item nor collection has an offset"),
        (&landsat_map, "QA_PIXEL bits: 0 fill", "offset of the collection"),
    ] {
        assert!(
            map.masks.starts_with(words) && map.masks.ends_with("widened by 40 m"),
            "{}",
            map.masks
        );
        assert!(map.scenes.iter().all(|scene| scene.offset_reason == reason), "{:?}", map.scenes);
    }
}
