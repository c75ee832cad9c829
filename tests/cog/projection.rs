//! The browser's projections and placements beside PROJ's.

use std::path::Path;
use std::rc::Rc;

use dragonfly_core::{
    CellFootprint, GeoTransform, Grid, ImageFrame, Placement, Projection, mercator,
};
use dragonfly_tiff::Crs;
use dragonfly_worker::{Cog, CrsProjection, NoCache};
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::{Dataset, DriverManager};

use super::files::Files;
use crate::test_bed::shared;

/// PROJ, through GDAL.
pub(crate) struct Proj {
    image_from_mercator: CoordTransform,
    mercator_from_image: CoordTransform,
}

impl Proj {
    pub(crate) fn new(mut system: SpatialRef) -> Self {
        let mut web_mercator = SpatialRef::from_epsg(3857).unwrap();
        system.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        web_mercator.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        Self {
            image_from_mercator: CoordTransform::new(&web_mercator, &system).unwrap(),
            mercator_from_image: CoordTransform::new(&system, &web_mercator).unwrap(),
        }
    }
}

fn transformed(transform: &CoordTransform, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let (mut x, mut y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let _ = transform.transform_coords(&mut x, &mut y, &mut []);
    x.into_iter().zip(y).collect()
}

impl Projection for Proj {
    fn image_from_mercator(&self, points_m: &[(f64, f64)]) -> Vec<(f64, f64)> {
        transformed(&self.image_from_mercator, points_m)
    }

    fn mercator_from_image(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        transformed(&self.mercator_from_image, points)
    }
}

/// The largest difference between two lists of points along an axis.
fn worst(a: &[(f64, f64)], b: &[(f64, f64)]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a.0 - b.0).abs().max((a.1 - b.1).abs())).fold(
        0.0,
        |worst, next| {
            assert!(next.is_finite());
            next.max(worst)
        },
    )
}

/// Mercator metres of a net of points.
fn net(lon: (f64, f64), lat: (f64, f64)) -> Vec<(f64, f64)> {
    net_of(40, lon, lat)
}

/// Mercator metres of a net of points, so many steps along a side.
fn net_of(steps: u32, lon: (f64, f64), lat: (f64, f64)) -> Vec<(f64, f64)> {
    let along = |range: (f64, f64), step: u32| {
        range.0 + (range.1 - range.0) * f64::from(step) / f64::from(steps)
    };
    let places = (0..=steps).flat_map(|x| (0..=steps).map(move |y| (along(lon, x), along(lat, y))));
    places.map(|(lon, lat)| mercator::metres_from_lonlat(lon, lat)).collect()
}

/// The worst difference of both ways, in units of the system and in metres.
fn check(crs: &Crs, system: SpatialRef, points: &[(f64, f64)]) -> (f64, f64) {
    let (own, proj) = (CrsProjection::new(crs).unwrap(), Proj::new(system));
    let there = proj.image_from_mercator(points);
    (
        worst(&own.image_from_mercator(points), &there),
        worst(&own.mercator_from_image(&there), &proj.mercator_from_image(&there)),
    )
}

#[test]
fn every_utm_zone_is_projected_as_proj_does() {
    let mut all = (0.0f64, 0.0f64);
    for zone in 1..=60u16 {
        // Scenes reach over their zone's edge: the tiles overlap, and a tile is 1° wide far from
        // the pole.
        let middle = f64::from(zone) * 6.0 - 183.0;
        let lon = ((middle - 4.5).max(-180.0), (middle + 4.5).min(180.0));
        for (epsg, lat) in [(32_600 + zone, (0.0, 84.0)), (32_700 + zone, (-80.0, 0.0))] {
            let found = check(
                &Crs::Epsg(epsg),
                SpatialRef::from_epsg(u32::from(epsg)).unwrap(),
                &net(lon, lat),
            );
            all = (all.0.max(found.0), all.1.max(found.1));
        }
    }
    println!(
        "all UTM zones beside PROJ: at worst {:.1e} m in the zone, {:.1e} m in Web Mercator",
        all.0, all.1
    );
    assert!(all.0 <= 1e-6 && all.1 <= 1e-5);
}

#[test]
fn other_systems_are_projected_as_proj_does() {
    for (epsg, lon, lat) in [
        (3857, (-170.0, 170.0), (-80.0, 80.0)),
        (4326, (-170.0, 170.0), (-80.0, 80.0)),
        (26_913, (-109.0, -101.0), (20.0, 60.0)),
        (25_832, (5.0, 13.0), (35.0, 70.0)),
        (5070, (-125.0, -67.0), (24.0, 50.0)),
        (3338, (-165.0, -135.0), (55.0, 70.0)),
        (3577, (113.0, 153.0), (-43.0, -10.0)),
    ] {
        let found = check(
            &Crs::Epsg(epsg),
            SpatialRef::from_epsg(u32::from(epsg)).unwrap(),
            &net(lon, lat),
        );
        println!("EPSG:{epsg} beside PROJ: at worst {found:?}");
        assert!(found.0 <= 1e-6 && found.1 <= 1e-5, "EPSG:{epsg}: {found:?}");
    }
}

/// A part of a pixel of 20 m that a position may be off: realisations of one datum differ, and PROJ
/// knows some of their shifts.
const MAX_PART_OF_PIXEL: f64 = 0.05;
const PIXEL_M: f64 = 20.0;

/// Every system that is known by its number lies where PROJ puts it, in the middle of its own area
/// and at its corners.
#[test]
fn every_known_system_is_placed_as_proj_does() {
    let (mut count, mut worst_m, mut far_off) = (0, (0.0f64, 0), Vec::new());
    for epsg in 1025..=u16::MAX {
        let crs = Crs::Epsg(epsg);
        let Ok(words) = crs.proj_string() else { continue };
        let unit_m = if words.contains("longlat") { 111_320.0 } else { 1.0 };
        let system = SpatialRef::from_epsg(u32::from(epsg)).unwrap();
        let area = system.area_of_use().unwrap();
        let (west, mut east) = (area.west_lon_degree, area.east_lon_degree);
        if east < west {
            east = 180.0;
        }
        // Polar systems are used far from their edges, and zones around their middle.
        let inner = |from: f64, to: f64| (from + 0.05 * (to - from), to - 0.05 * (to - from));
        let lat = inner(area.south_lat_degree.max(-85.0), area.north_lat_degree.min(85.0));
        let points = net_of(6, inner(west, east), lat);
        let found = check(&crs, system, &points);
        count += 1;
        let off_m = found.0 * unit_m;
        if off_m > worst_m.0 {
            worst_m = (off_m, epsg);
        }
        let limit_m = MAX_PART_OF_PIXEL * PIXEL_M;
        if off_m > limit_m {
            far_off.push(format!("EPSG:{epsg} is {off_m:.2} m off"));
        }
    }
    assert!(far_off.is_empty(), "{far_off:?}");
    println!("{count} systems, at worst {:.3} m off (EPSG:{})", worst_m.0, worst_m.1);
    assert!(count > 500, "{count}");
}

/// A file as the browser and as GDAL read it.
fn both(path: &Path) -> (ImageFrame, CrsProjection, Proj) {
    let cog = pollster::block_on(Cog::open(
        Files::default().far(),
        Rc::new(NoCache),
        path.to_str().unwrap(),
    ))
    .unwrap();
    let projection = CrsProjection::new(&cog.image().crs).unwrap();
    let dataset = Dataset::open(path).unwrap();
    let frame = ImageFrame {
        size: dataset.raster_size(),
        geo_transform: GeoTransform(dataset.geo_transform().unwrap()),
    };
    assert_eq!(cog.image().frame(), Some(frame));
    (frame, projection, Proj::new(dataset.spatial_ref().unwrap()))
}

/// Systems without a number, which a file describes by their parameters.
#[test]
fn systems_that_a_file_describes_are_projected_as_proj_does() {
    let folder = tempfile::tempdir().unwrap();
    for (name, words, place) in [
        ("laea", "+proj=laea +lat_0=45 +lon_0=-100 +x_0=100 +y_0=200 +datum=WGS84", (-105.0, 40.0)),
        ("poly", "+proj=poly +lat_0=0 +lon_0=-54 +x_0=5e6 +y_0=1e7 +datum=WGS84", (-50.0, -10.0)),
        ("lcc", "+proj=lcc +lat_1=40 +lat_0=40 +lon_0=-98 +k_0=0.9996 +datum=NAD83", (-99.0, 41.0)),
        ("aea", "+proj=aea +lat_1=-20 +lat_2=-30 +lat_0=0 +lon_0=25 +datum=WGS84", (24.0, -25.0)),
        ("tmerc", "+proj=tmerc +lat_0=10 +lon_0=77 +k=0.9999 +datum=WGS84", (78.0, 12.0)),
    ] {
        let path = folder.path().join(format!("{name}.tif"));
        let mut raster = DriverManager::get_driver_by_name("GTiff")
            .unwrap()
            .create_with_band_type::<u8, _>(&path, 16, 16, 1)
            .unwrap();
        raster.set_spatial_ref(&SpatialRef::from_proj4(words).unwrap()).unwrap();
        raster.set_geo_transform(&[1000.0, 20.0, 0.0, 2000.0, 0.0, -20.0]).unwrap();
        raster.close().unwrap();
        let (_, own, proj) = both(&path);
        let points = net_of(6, (place.0 - 1.0, place.0 + 1.0), (place.1 - 1.0, place.1 + 1.0));
        let off_m = worst(&own.image_from_mercator(&points), &proj.image_from_mercator(&points));
        assert!(off_m <= 1e-5, "{name} is {off_m} m off");
    }
}

/// Whether a position is rounded to a part of a pixel by less than two libraries may differ.
fn is_tie(position: f64, parts: f64) -> bool {
    ((position * parts).rem_euclid(1.0) - 0.5).abs() < 1e-6 * parts
}

/// Positions that decide pixels: the centre to 1/1024 px, the edges of the box to 1/16 px, as
/// core's warp rounds.
fn decided(footprint: CellFootprint) -> [(f64, f64); 6] {
    let CellFootprint { column, row, width, height } = footprint;
    [
        (column, 1024.0),
        (row, 1024.0),
        (column - width * 0.5, 16.0),
        (column + width * 0.5, 16.0),
        (row - height * 0.5, 16.0),
        (row + height * 0.5, 16.0),
    ]
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn both_placements_choose_the_same_pixels_but_for_ties() {
    for (name, bbox, zoom) in [
        ("data/madre/S2B_10SGD_20250617_0_L2A_nir08.tif", [-120.07, 35.01, -119.67, 35.24], 13),
        (
            "data/las-conchas/LE07_las-conchas_20120618_nir08.tif",
            [-106.75, 35.6, -106.15, 36.15],
            12,
        ),
        (
            "data/cog-fixtures/HLS.S30.T13RCN.2024128T173909.v2.0.Fmask.tif",
            [-107.2, 28.8, -106.0, 29.8],
            12,
        ),
        (
            "data/cog-fixtures/HLS.L30.T06WVS.2024120T211159.v2.0.Fmask.tif",
            [-149.2, 63.9, -146.7, 65.0],
            12,
        ),
    ] {
        let path = shared(name);
        let (frame, own, proj) = both(&path);
        let grid = Grid::covering(bbox, zoom);
        let own = Placement::of(&frame, &grid, &own).unwrap().unwrap();
        let proj = Placement::of(&frame, &grid, &proj).unwrap().unwrap();
        assert_eq!(own.cells, proj.cells, "{name}");
        let (mut cells, mut same) = (0u32, 0u32);
        for row in own.cells.rows.clone() {
            let mut theirs = Vec::new();
            proj.lattice.visit_row(row, own.cells.columns.clone(), |_, footprint| {
                theirs.push(footprint.unwrap())
            });
            let mut theirs = theirs.into_iter();
            own.lattice.visit_row(row, own.cells.columns.clone(), |_, footprint| {
                let (own, theirs) = (decided(footprint.unwrap()), decided(theirs.next().unwrap()));
                let differing = own
                    .iter()
                    .zip(&theirs)
                    .filter(|((a, parts), (b, _))| (a * parts).round() != (b * parts).round());
                let ties: Vec<bool> =
                    differing.map(|((position, parts), _)| is_tie(*position, *parts)).collect();
                assert!(ties.iter().all(|tie| *tie), "{name}: {own:?} and {theirs:?}");
                cells += 1;
                same += u32::from(ties.is_empty());
            });
        }
        let share = f64::from(same) / f64::from(cells);
        println!("{name}: {cells} cells, {} ties, share placed alike {share:.7}", cells - same);
        assert!(cells > 100_000 && share >= 0.999, "{name}: {share}");
    }
}
