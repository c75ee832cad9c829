//! Areas as core reads them beside what GDAL makes of the same polygons: holes in rings of any
//! direction, in GeoJSON, KML and in the order of a shapefile.

use std::fmt::Write;

use dragonfly_core::{Area, AreaRing, by_containment, read_area_file};
use gdal::raster::{Buffer, rasterize};
use gdal::vector::Geometry;
use gdal::{Dataset, DriverManager};

const CELLS: usize = 160;
const CELL_DEGREES: f64 = 0.01;
const WEST: f64 = 20.0;
const NORTH: f64 = 40.0;

/// Numbers without a library: xorshift64*.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.share() * limit as f64) as usize
    }

    /// A ring around a place whose corners lie at some of the radius, in either direction.
    fn ring(&mut self, (lon, lat): (f64, f64), radius: f64) -> AreaRing {
        // With eight or more, holes of the sizes below lie within their outline.
        let corners = 8 + self.below(12);
        let mut ring: AreaRing = (0..corners)
            .map(|corner| {
                let angle = std::f64::consts::TAU * corner as f64 / corners as f64;
                let distance = radius * (0.75 + 0.25 * self.share());
                (lon + distance * angle.cos(), lat + distance * angle.sin())
            })
            .collect();
        if self.below(2) == 0 {
            ring.reverse();
        }
        if self.below(2) == 0 {
            ring.push(ring[0]);
        }
        ring
    }

    /// A polygon with up to four holes, each of which may hold an island with a hole of its own.
    fn polygons(&mut self) -> Vec<Vec<AreaRing>> {
        let middle = (WEST + 0.8, NORTH - 0.8);
        let mut polygons = vec![vec![self.ring(middle, 0.79)]];
        for (east, north) in [(-0.2, -0.2), (0.2, -0.2), (-0.2, 0.2), (0.2, 0.2)] {
            let place = (middle.0 + east, middle.1 + north);
            if self.below(3) > 0 {
                let hole = self.ring(place, 0.19);
                polygons[0].push(hole);
                if self.below(2) == 0 {
                    polygons.push(vec![self.ring(place, 0.09), self.ring(place, 0.04)]);
                }
            }
        }
        polygons
    }

    fn shuffled(&mut self, mut rings: Vec<AreaRing>) -> Vec<AreaRing> {
        for last in (1..rings.len()).rev() {
            rings.swap(last, self.below(last + 1));
        }
        rings
    }
}

fn joined(ring: &AreaRing, between: &str, separator: &str) -> String {
    let closed = ring.iter().chain(ring.first().filter(|first| ring.last() != Some(first)));
    let corners: Vec<String> =
        closed.map(|(lon, lat)| format!("{lon:?}{between}{lat:?}")).collect();
    corners.join(separator)
}

fn geojson(polygons: &[Vec<AreaRing>]) -> String {
    let ring = |ring: &AreaRing| format!("[[{}]]", joined(ring, ",", "],["));
    let polygon = |rings: &Vec<AreaRing>| {
        format!("[{}]", rings.iter().map(ring).collect::<Vec<_>>().join(","))
    };
    let polygons: Vec<String> = polygons.iter().map(polygon).collect();
    format!(r#"{{"type":"MultiPolygon","coordinates":[{}]}}"#, polygons.join(","))
}

fn kml(polygons: &[Vec<AreaRing>]) -> String {
    let mut text = "<kml><Placemark><MultiGeometry>".to_owned();
    for rings in polygons {
        text += "<Polygon>";
        for (place, ring) in rings.iter().enumerate() {
            let name = if place == 0 { "outerBoundaryIs" } else { "innerBoundaryIs" };
            let corners = joined(ring, ",", " ");
            write!(
                text,
                "<{name}><LinearRing><coordinates>{corners}</coordinates></LinearRing></{name}>"
            )
            .unwrap();
        }
        text += "</Polygon>";
    }
    text + "</MultiGeometry></Placemark></kml>"
}

/// The cells of the raster that GDAL burns, polygon by polygon.
fn cells_by_gdal(polygons: &[Vec<AreaRing>]) -> Vec<bool> {
    let driver = DriverManager::get_driver_by_name("MEM").unwrap();
    let mut raster: Dataset = driver.create_with_band_type::<u8, _>("", CELLS, CELLS, 1).unwrap();
    raster.set_geo_transform(&[WEST, CELL_DEGREES, 0.0, NORTH, 0.0, -CELL_DEGREES]).unwrap();
    for rings in polygons {
        let ring = |ring: &AreaRing| format!("({})", joined(ring, " ", ","));
        let rings: Vec<String> = rings.iter().map(ring).collect();
        let polygon = Geometry::from_wkt(&format!("POLYGON({})", rings.join(","))).unwrap();
        rasterize(&mut raster, &[1], &[polygon], &[1.0], None).unwrap();
    }
    let cells: Buffer<u8> = raster
        .rasterband(1)
        .unwrap()
        .read_as((0, 0), (CELLS, CELLS), (CELLS, CELLS), None)
        .unwrap();
    cells.data().iter().map(|cell| *cell == 1).collect()
}

fn cells_of(area: &Area) -> Vec<bool> {
    let placed = area.projected(|lon, lat| Some((lon, lat))).unwrap();
    let first = WEST + CELL_DEGREES / 2.0;
    let row = |row: usize| {
        let lat = NORTH - (row as f64 + 0.5) * CELL_DEGREES;
        placed.cells_of_row((first, lat), CELL_DEGREES, CELLS as u32)
    };
    (0..CELLS).flat_map(row).collect()
}

#[test]
fn areas_with_holes_of_any_direction_hold_the_cells_that_gdal_burns() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for round in 0..200 {
        let polygons = dice.polygons();
        let expected = cells_by_gdal(&polygons);
        let count = expected.iter().filter(|inside| **inside).count();
        assert!(count > 5_000, "{count} cells in round {round}");
        let by_geojson = read_area_file("a", geojson(&polygons).as_bytes()).unwrap().area;
        let by_kml = read_area_file("a", kml(&polygons).as_bytes()).unwrap().area;
        let record = dice.shuffled(polygons.concat());
        let by_shapefile = Area::from_polygons(by_containment(record)).unwrap();
        for (format, area) in
            [("GeoJSON", by_geojson), ("KML", by_kml), ("a shapefile", by_shapefile)]
        {
            let cells = cells_of(&area);
            let others = cells.iter().zip(&expected).filter(|(a, b)| a != b).count();
            assert_eq!(others, 0, "round {round} by {format}: {}", geojson(&polygons));
        }
    }
}
