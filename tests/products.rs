//! What a person takes away from a computed map, opened by GDAL.

use std::path::{Path, PathBuf};
use std::ptr::null_mut;

use dragonfly_core::{Empty, Grid, Note, Palette, Thresholds, VALID};
use dragonfly_worker::export::{
    BurnMap, Outlines, class_polygons, classes_geotiff, perimeter, read_area, values_geotiff,
};
use gdal::raster::ColorInterpretation;
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::vector::{
    FieldValue, Geometry, Layer, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType,
};
use gdal::{Dataset, DriverManager, Metadata};
use tempfile::TempDir;

use crate::raster::ReadRaster;
use crate::test_bed::shared;

/// West, south, east, north: hills north of Athens.
const BOX: [f64; 4] = [23.6, 38.1, 23.9, 38.3];

/// A map that looks like a fire: a blob with fingers, noise, cloud and a lake.
struct Burn {
    grid: Grid,
    values: Vec<f32>,
    states: Vec<u8>,
}

impl Burn {
    fn new(zoom: u8) -> Self {
        let grid = Grid::covering(BOX, zoom);
        let (width, height) = (f64::from(grid.width()), f64::from(grid.height()));
        let mut noise = 88_172_645_463_325_252u64;
        let (mut values, mut states) = (Vec::new(), Vec::new());
        for row in 0..grid.height() {
            for column in 0..grid.width() {
                noise ^= noise << 13;
                noise ^= noise >> 7;
                noise ^= noise << 17;
                let (x, y) = (f64::from(column) / width - 0.5, f64::from(row) / height - 0.5);
                let fingers = 0.1 * (y.atan2(x) * 9.0).sin();
                let grain = (noise >> 40) as f64 / f64::from(1 << 24) - 0.5;
                values.push(((0.45 + fingers - x.hypot(y)) * 2.5 + grain * 0.12) as f32);
                states.push(match ((x + 0.2).hypot(y), (x - 0.1).hypot(y + 0.1)) {
                    (cloud, _) if cloud < 0.05 => Empty::Cloud.code(),
                    (_, lake) if lake < 0.03 => Empty::Water.code(),
                    _ => VALID,
                });
            }
        }
        Self { grid, values, states }
    }

    fn map(&self) -> BurnMap<'_> {
        BurnMap::new(&self.grid, &self.values, &self.states).unwrap()
    }
}

fn notes() -> Vec<Note> {
    vec![
        Note { name: "area".to_owned(), text: "Πάρνηθα & \"Attica\" <north>".to_owned() },
        Note { name: "scene before the fire 1".to_owned(), text: "S2A_34SGH".to_owned() },
    ]
}

fn kept(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn bits(values: &[f32]) -> Vec<u32> {
    values
        .iter()
        .map(|value| if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() })
        .collect()
}

#[test]
fn values_open_at_the_right_place_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let burn = Burn::new(12);
    let raster = burn.map().raster();
    let path = kept(&folder, "dnbr.tif", &values_geotiff(&raster, "dNBR", &notes()));
    let opened = ReadRaster::<f32>::read(&path, None);
    assert_eq!((opened.width, opened.height), (raster.width, raster.height()));
    assert_eq!(bits(&opened.pixels), bits(&raster.values));
    assert!(opened.pixels.iter().any(|value| value.is_nan()));
    assert_eq!(opened.system.auth_code().unwrap(), 3857);

    // By way of PROJ, the first inside cell's corner lies within one cell of the box's.
    let transform = CoordTransform::new(&opened.system, &degrees()).unwrap();
    let (mut lon, mut lat) = ([opened.geo_transform[0]], [opened.geo_transform[3]]);
    transform.transform_coords(&mut lon, &mut lat, &mut []).unwrap();
    let cell = 360.0 / 256.0 / f64::from(1 << 12);
    assert!((lon[0] - BOX[0]).abs() <= cell && (lat[0] - BOX[3]).abs() <= cell, "{lon:?} {lat:?}");
    let last = opened.geo_transform[0] + opened.width as f64 * opened.geo_transform[1];
    let expected = burn.grid.metres_from_grid(f64::from(burn.grid.inside_columns().end), 0.0).0;
    assert!((last - expected).abs() < 1e-3);

    let dataset = Dataset::open(&path).unwrap();
    let band = dataset.rasterband(1).unwrap();
    assert!(band.no_data_value().unwrap().is_nan());
    assert_eq!(band.description().unwrap(), "dNBR");
    assert_eq!(dataset.metadata_item("AREA", "").unwrap(), notes()[0].text);
    assert_eq!(dataset.metadata_item("SCENE_BEFORE_THE_FIRE_1", "").unwrap(), "S2A_34SGH");
    assert!(
        dataset.metadata_item("TIFFTAG_IMAGEDESCRIPTION", "").unwrap().contains("area: Πάρνηθα")
    );
    assert_eq!(dataset.metadata_item("COMPRESSION", "IMAGE_STRUCTURE").unwrap(), "DEFLATE");
}

#[test]
fn classes_open_with_their_colours() {
    let folder = tempfile::tempdir().unwrap();
    let burn = Burn::new(12);
    let raster = burn.map().raster();
    let thresholds = Thresholds::default();
    let palette = Palette::Customary;
    let path =
        kept(&folder, "classes.tif", &classes_geotiff(&raster, &thresholds, palette, &notes()));
    let opened = ReadRaster::<u8>::read(&path, None);
    let expected: Vec<u8> = raster
        .values
        .iter()
        .map(|value| thresholds.classify(*value).map_or(0, |class| class.number))
        .collect();
    assert_eq!(opened.pixels, expected);
    assert!((1..=7).all(|class| expected.contains(&class)), "the map has every class");

    let dataset = Dataset::open(&path).unwrap();
    let band = dataset.rasterband(1).unwrap();
    assert_eq!(band.no_data_value(), Some(0.0));
    assert_eq!(band.color_interpretation(), ColorInterpretation::PaletteIndex);
    let table = band.color_table().unwrap();
    for class in thresholds.classes() {
        let found = table.entry_as_rgb(usize::from(class.number)).unwrap();
        assert_eq!(
            [found.r, found.g, found.b],
            class.colour(palette).map(i16::from),
            "{}",
            class.name
        );
        let number = class.number;
        assert_eq!(dataset.metadata_item(&format!("CLASS_{number}"), "").unwrap(), class.name);
    }
}

fn degrees() -> SpatialRef {
    let mut system = SpatialRef::from_epsg(4326).unwrap();
    system.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    system
}

/// A polygon by what distinguishes it: class, cells, and the cells from the map's corner to its
/// own.
type ClassPolygon = (i32, [i64; 5]);

/// The polygons of a layer in the map's projection, sorted.
fn polygons(layer: &mut Layer, class_field: &str, map: &ReadRaster<u8>) -> Vec<ClassPolygon> {
    let cell = map.geo_transform[1];
    let mut found: Vec<ClassPolygon> = layer
        .features()
        .map(|feature| {
            let place = feature.field_index(class_field).unwrap();
            let class = match feature.field(place).unwrap() {
                Some(FieldValue::IntegerValue(class)) => class,
                other => panic!("{other:?}"),
            };
            let mut geometry = feature.geometry().unwrap().clone();
            if geometry.spatial_ref().is_some_and(|system| system.is_geographic()) {
                let transform = CoordTransform::new(&degrees(), &map.system).unwrap();
                geometry.set_spatial_ref(degrees());
                geometry.transform_inplace(&transform).unwrap();
            }
            let envelope = geometry.envelope();
            let (west, north) = (map.geo_transform[0], map.geo_transform[3]);
            let numbers = [
                geometry.area() / cell / cell,
                (envelope.MinX - west) / cell,
                (envelope.MaxX - west) / cell,
                (north - envelope.MaxY) / cell,
                (north - envelope.MinY) / cell,
            ];
            (class, numbers.map(|number| number.round() as i64))
        })
        .collect();
    found.sort_unstable();
    found
}

#[expect(unsafe_code, reason = "the crate gdal does not wrap this function")]
fn polygonized_by_gdal(classes: &Path) -> Dataset {
    let raster = Dataset::open(classes).unwrap();
    let band = raster.rasterband(1).unwrap();
    let mut polygons =
        DriverManager::get_driver_by_name("Memory").unwrap().create_vector_only("").unwrap();
    let system = raster.spatial_ref().unwrap();
    let layer = polygons
        .create_layer(LayerOptions {
            srs: Some(&system),
            ty: OGRwkbGeometryType::wkbPolygon,
            ..Default::default()
        })
        .unwrap();
    layer.create_defn_fields(&[("class", OGRFieldType::OFTInteger)]).unwrap();
    // The band masks itself, as its no-data value is 0.
    let result = unsafe {
        let band = band.c_rasterband();
        gdal_sys::GDALPolygonize(band, band, layer.c_layer(), 0, null_mut(), None, null_mut())
    };
    assert_eq!(result, gdal_sys::CPLErr::CE_None);
    polygons
}

#[test]
fn class_polygons_are_those_of_gdal() {
    let folder = tempfile::tempdir().unwrap();
    let burn = Burn::new(12);
    let thresholds = Thresholds::default();
    let classes = kept(
        &folder,
        "classes.tif",
        &classes_geotiff(&burn.map().raster(), &thresholds, Palette::default(), &[]),
    );
    let text = class_polygons(&burn.map(), &thresholds, Outlines::Exact, &notes()).unwrap();
    let geojson = kept(&folder, "classes.geojson", text.as_bytes());
    let map = ReadRaster::<u8>::read(&classes, None);

    let theirs = polygons(&mut polygonized_by_gdal(&classes).layer(0).unwrap(), "class", &map);
    let ours = polygons(&mut Dataset::open(&geojson).unwrap().layer(0).unwrap(), "class", &map);
    assert!(theirs.len() > 1000, "{}", theirs.len());
    assert_eq!(ours, theirs);
}

fn check_valid(folder: &TempDir, text: &str) -> usize {
    let dataset = Dataset::open(kept(folder, "outlines.geojson", text.as_bytes())).unwrap();
    let mut layer = dataset.layer(0).unwrap();
    assert_eq!(layer.spatial_ref().unwrap().auth_code().unwrap(), 4326);
    layer
        .features()
        .map(|feature| {
            let geometry = feature.geometry().unwrap();
            assert!(geometry.is_valid(), "{}", geometry.wkt().unwrap());
            (0..geometry.geometry_count())
                .map(|ring| geometry.get_geometry(ring).point_count())
                .sum::<usize>()
        })
        .sum()
}

#[test]
fn every_outline_is_valid_and_simplified_ones_are_short() {
    let folder = tempfile::tempdir().unwrap();
    let burn = Burn::new(11);
    let (map, thresholds) = (burn.map(), Thresholds::default());
    let corners = |outlines: Outlines| {
        let classes =
            check_valid(&folder, &class_polygons(&map, &thresholds, outlines, &[]).unwrap());
        (classes, check_valid(&folder, &perimeter(&map, &thresholds, outlines, &[]).unwrap()))
    };
    let exact = corners(Outlines::Exact);
    let simple = corners(Outlines::Simplified { detail_m: 120.0 });
    // Many pieces are single cells, which have no corner to lose.
    assert!(simple.0 * 4 < exact.0 * 3 && simple.1 * 4 < exact.1 * 3, "{simple:?} of {exact:?}");
}

/// A square around a place, written by GDAL as a zipped shapefile in a system.
fn shapefile_by_gdal(folder: &TempDir, epsg: u32, (lon, lat): (f64, f64)) -> Vec<u8> {
    let corners = [(-0.1, -0.1), (-0.1, 0.1), (0.1, 0.1), (0.1, -0.1), (-0.1, -0.1)];
    let corners: Vec<String> =
        corners.iter().map(|(x, y)| format!("{} {}", lon + x, lat + y)).collect();
    let mut square = Geometry::from_wkt(&format!("POLYGON(({}))", corners.join(","))).unwrap();
    let mut system = SpatialRef::from_epsg(epsg).unwrap();
    system.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    square.set_spatial_ref(degrees());
    square.transform_inplace(&CoordTransform::new(&degrees(), &system).unwrap()).unwrap();
    let path = folder.path().join(format!("{epsg}.shz"));
    {
        let driver = DriverManager::get_driver_by_name("ESRI Shapefile").unwrap();
        let mut dataset = driver.create_vector_only(&path).unwrap();
        let options = LayerOptions {
            name: "area",
            srs: Some(&system),
            ty: OGRwkbGeometryType::wkbPolygon,
            ..Default::default()
        };
        dataset.create_layer(options).unwrap().create_feature(square).unwrap();
        dataset.close().unwrap();
    }
    std::fs::read(path).unwrap()
}

#[test]
fn a_shapefile_in_any_usual_system_lies_where_gdal_puts_it() {
    let folder = tempfile::tempdir().unwrap();
    let (greece, california, australia) = ((23.7, 38.2), (-120.0, 37.5), (148.5, -35.5));
    // Systems that agree with WGS 84, within 3 m, as PROJ knows some shifts of that size.
    let alike = [
        (4326, greece),
        (4258, greece),
        (4269, california),
        (3857, greece),
        (32_634, greece),
        (32_755, australia),
        (26_911, california),
        (25_834, greece),
        (3035, greece),
        (3310, california),
        (2227, california),
        (5070, california),
        (3978, (-115.0, 55.0)),
        (3005, (-122.0, 51.0)),
        (3338, (-150.0, 64.0)),
        (3577, australia),
        (28_355, australia),
        (7855, australia),
        (2193, (172.5, -42.0)),
        (2154, (5.5, 43.5)),
        (3763, (-8.0, 40.0)),
        (31_982, (-50.0, -25.0)),
    ];
    // Others, whose shift is an average.
    let shifted = [
        (2100, greece),
        (27_700, (-2.0, 54.0)),
        (31_467, (9.5, 50.0)),
        (23_030, (-3.5, 40.0)),
        (26_711, california),
    ];
    let tolerances =
        alike.map(|place| (place, 3.0)).into_iter().chain(shifted.map(|place| (place, 20.0)));
    for ((epsg, (lon, lat)), tolerance_m) in tolerances {
        let read = read_area("area.shz", &shapefile_by_gdal(&folder, epsg, (lon, lat))).unwrap();
        assert_eq!(read.note, None, "EPSG:{epsg}");
        let expected = [lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1];
        let off =
            read.area.bbox().iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
                * 111_320.0;
        assert!(off <= tolerance_m, "EPSG:{epsg} is {off:.1} m off");
    }
}

#[test]
fn a_system_that_is_not_known_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = read_area("ch.zip", &shapefile_by_gdal(&folder, 2056, (8.0, 47.0)))
        .unwrap_err()
        .to_string();
    assert!(error.contains("area.prj in ch.zip") && error.contains("EPSG:4326"), "{error}");
    let lisbon = read_area("pt.zip", &shapefile_by_gdal(&folder, 20_790, (-8.0, 40.0))).unwrap();
    assert!(lisbon.note.unwrap().contains("D_Lisbon"));
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn real_perimeters_survive_the_way_through_a_shapefile() {
    let perimeter = shared("data/las-conchas/perimeter.geojson");
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("perimeter.shz");
    {
        let source = Dataset::open(&perimeter).unwrap();
        let driver = DriverManager::get_driver_by_name("ESRI Shapefile").unwrap();
        source
            .create_copy(&driver, &zip, &gdal::cpl::CslStringList::new())
            .unwrap()
            .close()
            .unwrap();
    }
    let direct = read_area("perimeter.geojson", &std::fs::read(&perimeter).unwrap()).unwrap();
    let zipped = read_area("perimeter.shz", &std::fs::read(&zip).unwrap()).unwrap();
    assert_eq!(zipped.note, None);
    let grid = Grid::covering(direct.area.bbox(), 11);
    let cells = |area: &dragonfly_core::Area| {
        let inside = |row| area.cells_of_row(&grid, row).iter().filter(|inside| **inside).count();
        grid.inside_rows().map(inside).sum::<usize>()
    };
    let (direct, zipped) = (cells(&direct.area), cells(&zipped.area));
    assert!(
        direct > 1000 && direct.abs_diff(zipped) <= 2,
        "{direct} cells, {zipped} through a shapefile"
    );
}
