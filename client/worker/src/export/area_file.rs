//! An area that a person drops onto the page: GeoJSON, KML, KMZ, or a zipped shapefile.

use dragonfly_core::{Area, AreaError, AreaRing, ZippedFiles, read_area_file};
pub use dragonfly_core::{AreaFile, AreaFileError};
use proj4rs::Proj;
use proj4rs::transform::transform;

use crate::export::prj::{self, PrjError};
use crate::export::shapefile::{self, ShapefileError, Vertex};

/// The name of a part of a shapefile without its ending: the part that has the shapes.
const SHP: &str = ".shp";
const MAX_BYTES: usize = 32 << 20;
const MAX_PRJ_BYTES: usize = 64 << 10;

/// Reads the area in a file that a person chose, by what it holds and not by what it is called.
///
/// Shapefiles come zipped, with the `.prj` beside the `.shp`; without one, degrees are assumed
/// where the numbers allow it.
///
/// # Errors
/// When it is none of them, holds no polygon, cannot be placed, or is too large.
pub fn read_area(file_name: &str, bytes: &[u8]) -> Result<AreaFile, AreaFileError> {
    if bytes.starts_with(b"PK") && bytes.len() <= MAX_BYTES {
        let archive = ZippedFiles::open(file_name, bytes)?;
        if !archive.ending(SHP).is_empty() {
            return read_shapefile(file_name, &archive);
        }
    }
    read_area_file(file_name, bytes)
}

fn read_shapefile(file: &str, archive: &ZippedFiles<'_>) -> Result<AreaFile, AreaFileError> {
    let shp = match archive.ending(SHP)[..] {
        [only] => only,
        ref found => {
            let count = found.len();
            let problem = format!("holds {count} shapefiles; zip the one to be mapped alone");
            return Err(AreaFileError { file: file.to_owned(), problem });
        }
    };
    let problem =
        |name: &str, problem: String| AreaFileError { file: format!("{name} in {file}"), problem };
    let polygons = shapefile::polygons(&archive.unpack(shp, MAX_BYTES)?)
        .map_err(|bad: ShapefileError| problem(shp, bad.to_string()))?;

    let stem = &shp[..shp.len() - SHP.len()];
    let (placing, note) = match archive.beside(stem, ".prj") {
        Some(name) => {
            let text = archive.unpack(name, MAX_PRJ_BYTES)?;
            let placed = Placing::by_prj(&String::from_utf8_lossy(&text));
            placed.map_err(|bad| {
                problem(name, format!("{bad}; export the shapefile in WGS 84 (EPSG:4326)"))
            })?
        }
        None => {
            let note =
                format!("{shp} has no .prj beside it: its numbers were taken for degrees (WGS 84)");
            (Placing::Degrees, Some(note))
        }
    };
    let placed: Option<Vec<Vec<AreaRing>>> = polygons
        .iter()
        .map(|rings| rings.iter().map(|ring| placing.ring(ring)).collect())
        .collect();
    let area = match placed.map(Area::from_polygons) {
        Some(Ok(area)) => area,
        Some(Err(error @ AreaError::Swapped(_))) => return Err(problem(shp, error.to_string())),
        Some(Err(_)) | None => {
            let advice = "has corners that lie nowhere on earth; add the right .prj, or export it \
                in WGS 84 (EPSG:4326)";
            return Err(problem(shp, advice.to_owned()));
        }
    };
    Ok(AreaFile { area, note })
}

/// How a shapefile's numbers become longitude and latitude.
enum Placing {
    /// They are.
    Degrees,
    /// Through a projection, perhaps with a shift of the datum.
    Projected { from: Box<Proj>, to: Box<Proj> },
}

impl Placing {
    /// From the text of a `.prj`, with a note for the reader.
    fn by_prj(text: &str) -> Result<(Self, Option<String>), PrjError> {
        let system = prj::system(text)?;
        let proj =
            |words: &str| Proj::from_proj_string(words).map(Box::new).map_err(|_| PrjError::NotWkt);
        let from = proj(&system.words)?;
        // Without a shift the way goes to degrees on the same ellipsoid.
        let is_ellipsoid =
            |word: &&str| ["+a=", "+b=", "+rf="].iter().any(|key| word.starts_with(key));
        let ellipsoid: Vec<&str> = system.words.split(' ').filter(is_ellipsoid).collect();
        let to = if system.is_shifted {
            proj("+proj=longlat +datum=WGS84")?
        } else {
            proj(&format!("+proj=longlat {}", ellipsoid.join(" ")))?
        };
        let note = system.unknown_datum.map(|datum| {
            format!(
                "the shift of the datum {datum} is not known here: the area may lie some \
                hundred metres off"
            )
        });
        Ok((Self::Projected { from, to }, note))
    }

    fn lonlat(&self, (x, y): Vertex) -> Option<Vertex> {
        let Self::Projected { from, to } = self else { return Some((x, y)) };
        let mut point =
            if from.is_latlong() { (x.to_radians(), y.to_radians(), 0.0) } else { (x, y, 0.0) };
        transform(from, to, &mut point).ok()?;
        let (lon, lat) = (point.0.to_degrees(), point.1.to_degrees());
        (lon.is_finite() && lat.is_finite()).then_some((lon, lat))
    }

    /// A ring in degrees, to a centimetre; `None` when one corner has none.
    fn ring(&self, ring: &[Vertex]) -> Option<AreaRing> {
        let to_a_centimetre = |degrees: f64| (degrees * 1e7).round() / 1e7;
        let corner = |point: &Vertex| {
            let (lon, lat) = self.lonlat(*point)?;
            Some((to_a_centimetre(lon), to_a_centimetre(lat)))
        };
        ring.iter().map(corner).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rawzip::ZipArchiveWriter;

    use super::*;
    use crate::export::shapefile::tests::{shp, square};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const DEGREES: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = Vec::new();
        let mut archive = ZipArchiveWriter::new(&mut zip);
        for (name, bytes) in files {
            let (mut entry, config) = archive.new_file(name).start().unwrap();
            let mut writer = config.wrap(&mut entry);
            writer.write_all(bytes).unwrap();
            let (_, descriptor) = writer.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap();
        zip
    }

    fn check_error(name: &str, bytes: &[u8], words: &[&str]) {
        let error = read_area(name, bytes).unwrap_err().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    }

    #[test]
    fn a_zipped_shapefile_is_an_area() {
        let shp = shp(&[square(10.0, 40.0, 1.0)]);
        let zip = zipped(&[
            ("folder/a.PRJ", DEGREES.as_bytes()),
            ("__MACOSX/folder/._a.shp", b"x"),
            ("folder/a.shp", &shp),
        ]);
        let read = read_area("a.zip", &zip).unwrap();
        assert_eq!(read.area.bbox(), [10.0, 40.0, 11.0, 41.0]);
        assert_eq!(read.note, None);
        assert_eq!(Area::from_geojson(&read.area.to_geojson()).unwrap(), read.area);
    }

    #[test]
    fn without_a_prj_degrees_are_assumed_and_said() {
        let read =
            read_area("a.zip", &zipped(&[("a.shp", &shp(&[square(10.0, 40.0, 1.0)]))])).unwrap();
        assert!(read.note.unwrap().contains("a.shp has no .prj"));
        let swapped = zipped(&[("a.shp", &shp(&[square(40.0, -120.0, 1.0)]))]);
        check_error("a.zip", &swapped, &["a.shp in a.zip", "latitude and longitude look swapped"]);
        let metres = zipped(&[("a.shp", &shp(&[square(500_000.0, 4e6, 1000.0)]))]);
        check_error(
            "a.zip",
            &metres,
            &["a.shp in a.zip", "nowhere on earth", "add the right .prj"],
        );
    }

    #[test]
    fn geojson_keeps_its_polygons_and_nothing_else() {
        let text =
            "\u{feff} {\"type\":\"Polygon\",\"coordinates\":[[[10,40],[11,40],[11,41],[10,40]]]}\n";
        let read = read_area("area.json", text.as_bytes()).unwrap();
        assert_eq!(read.area.bbox(), [10.0, 40.0, 11.0, 41.0]);
        let expected = r#"{"type":"MultiPolygon","coordinates":[[[[10.0,40.0],[11.0,40.0],[11.0,41.0],[10.0,40.0]]]]}"#;
        assert_eq!(read.area.to_geojson(), expected);
    }

    fn kml(name: &str, [west, south, east, north]: [f64; 4]) -> String {
        format!(
            "<kml><Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing>\
            <coordinates>{west},{south} {east},{south} {east},{north} {west},{north}</coordinates>\
            </LinearRing></outerBoundaryIs></Polygon></Placemark></kml>"
        )
    }

    #[test]
    fn kml_and_kmz_are_areas() {
        let (fire, other) =
            (kml("fire", [10.0, 40.0, 11.0, 41.0]), kml("other", [0.0, 0.0, 1.0, 1.0]));
        let read = read_area("fire.kml", fire.as_bytes()).unwrap();
        assert_eq!((read.area.bbox(), read.note), ([10.0, 40.0, 11.0, 41.0], None));
        let zip = zipped(&[("files/icon.png", b"x"), ("doc.kml", fire.as_bytes())]);
        assert_eq!(read_area("fire.kmz", &zip).unwrap().area, read.area);
        let zip = zipped(&[("a.kml", other.as_bytes()), ("doc.kml", fire.as_bytes())]);
        let first = read_area("fire.kmz", &zip).unwrap();
        assert_eq!(first.area, read.area);
        assert!(first.note.unwrap().contains("only doc.kml was read, and not 1 other"));
        check_error(
            "a.kmz",
            &zipped(&[("doc.kml", b"<kml>")]),
            &["doc.kml in a.kmz", "ends early"],
        );
    }

    #[test]
    fn the_holes_of_a_shapefile_are_kept_however_its_rings_turn() {
        let turned = |ring: &[Vertex]| ring.iter().rev().copied().collect::<Vec<_>>();
        let (outline, hole) = (square(10.0, 40.0, 1.0), square(10.0, 40.2, 0.5));
        let centre_is_inside = |rings: &[Vec<Vertex>]| {
            let read = read_area("a.zip", &zipped(&[("a.shp", &shp(rings))])).unwrap();
            let grid = dragonfly_core::Grid::covering([10.2, 40.4, 10.21, 40.41], 12);
            read.area.cells_of_row(&grid, 1)[1]
        };
        for outline in [outline.clone(), turned(&outline)] {
            assert!(centre_is_inside(std::slice::from_ref(&outline)));
            for hole in [hole.clone(), turned(&hole)] {
                assert!(!centre_is_inside(&[outline.clone(), hole.clone()]));
                assert!(!centre_is_inside(&[hole, outline.clone()]));
            }
        }
    }

    #[test]
    fn what_holds_no_area_is_named_with_the_next_step() {
        check_error("a.kml", b"<kml/>", &["a.kml", "no polygon"]);
        check_error("a.shp", &shp(&[]), &["a.shp", "zip it together with its .prj"]);
        check_error("a.json", b"{\"type\":", &["a.json", "export it again"]);
        check_error("a.json", b"{\"type\":\"Point\",\"coordinates\":[1,2]}", &["no polygon"]);
        let metres =
            b"{\"type\":\"Polygon\",\"coordinates\":[[[5e5,4e6],[6e5,4e6],[6e5,5e6],[5e5,4e6]]]}";
        check_error("a.json", metres, &["EPSG:4326"]);

        let shape = shp(&[square(10.0, 40.0, 1.0)]);
        check_error("a.zip", b"PK\x03\x04", &["a.zip", "zip it again"]);
        check_error("a.zip", &zipped(&[("a.txt", b"x")]), &["nor a shapefile (.shp)"]);
        check_error("a.zip", &zipped(&[("a.shp", &shape), ("b.shp", &shape)]), &["2 shapefiles"]);
        check_error(
            "a.zip",
            &zipped(&[("a.shp", &shape), ("a.prj", b"x")]),
            &["a.prj in a.zip", "EPSG:4326"],
        );
        let mut flipped = zipped(&[("a.shp", &shape)]);
        flipped[60] ^= 1;
        check_error("a.zip", &flipped, &["a.shp in a.zip", "not sound"]);
    }
}
