//! An area that a person drops onto the page: GeoJSON, or a zipped shapefile.

use dragonfly_core::{Area, AreaError};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use proj4rs::Proj;
use proj4rs::transform::transform;
use rawzip::{CompressionMethod, ZipArchive, ZipSliceArchive, ZipVerification};

use crate::export::prj::{self, PrjError};
use crate::export::shapefile::{self, MAX_CORNERS, ShapefileError, Vertex, VertexPolygon};

/// An area read from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaFile {
    /// The area.
    pub area: Area,
    /// The same as a GeoJSON MultiPolygon in longitude and latitude.
    pub geojson: String,
    /// A note for the reader; `None` when all is well.
    pub note: Option<String>,
}

/// A file that holds no area that can be used. Names the file and states what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} {problem}")]
pub struct AreaFileError {
    /// The file, also where it lies within a zip file.
    pub file: String,
    /// What is wrong with it, and what to do; goes on after the name.
    pub problem: String,
}

/// More than this no drawn area needs.
const MAX_BYTES: usize = 32 << 20;
const MAX_PRJ_BYTES: usize = 64 << 10;
/// Files in a zip file that are examined.
const MAX_FILES: usize = 1000;

/// Reads the area in a file that a person chose, by what it holds and not by what it is called.
///
/// Shapefiles come zipped, with the `.prj` beside the `.shp`; without one, degrees are assumed
/// where the numbers allow it.
///
/// # Errors
/// When it is neither, holds no polygon, cannot be placed, or is too large.
pub fn read_area(file_name: &str, bytes: &[u8]) -> Result<AreaFile, AreaFileError> {
    let problem =
        |problem: &str| AreaFileError { file: file_name.to_owned(), problem: problem.to_owned() };
    if bytes.len() > MAX_BYTES {
        return Err(problem("is larger than 32 MB; simplify the area first"));
    }
    match bytes {
        [b'P', b'K', ..] => read_shapefile(file_name, bytes),
        [0, 0, 0x27, 0x0a, ..] => Err(problem(
            "is a part of a shapefile; drop a zip file that holds it together with its .prj",
        )),
        _ => read_geojson(file_name, bytes),
    }
}

fn read_geojson(file: &str, bytes: &[u8]) -> Result<AreaFile, AreaFileError> {
    let problem = |problem: String| AreaFileError { file: file.to_owned(), problem };
    let text = std::str::from_utf8(bytes).unwrap_or_default().trim_start_matches('\u{feff}').trim();
    if !text.starts_with('{') {
        return Err(problem(
            "is neither GeoJSON nor a zipped shapefile; export the area as one of them".to_owned(),
        ));
    }
    // Each corner has a bracket of its own.
    if text.bytes().filter(|byte| *byte == b'[').count() > MAX_CORNERS {
        return Err(problem(format!(
            "has more than {MAX_CORNERS} corners; simplify the area first"
        )));
    }
    let area = Area::from_geojson(text).map_err(|error| {
        problem(match error {
            AreaError::NotGeoJson(cause) => format!(
                "is not sound GeoJSON ({cause}); export it \
                again"
            ),
            AreaError::NoPolygon => "holds no polygon; export the area as polygons".to_owned(),
            AreaError::NotDegrees(corner) => {
                format!(
                    "has a corner at {corner}, which are no degrees; export it in longitude and \
                    latitude (EPSG:4326)"
                )
            }
        })
    })?;
    Ok(AreaFile { geojson: area.to_geojson(), area, note: None })
}

fn read_shapefile(file: &str, bytes: &[u8]) -> Result<AreaFile, AreaFileError> {
    let archive = Archive::open(file, bytes)?;
    let shp = archive.only_shp()?;
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
    let geojson = geojson(&polygons, &placing);
    let Some(area) = geojson.and_then(|text| Area::from_geojson(&text).ok()) else {
        let advice = "has corners that lie nowhere on earth; add the right .prj, or export it in \
            WGS 84 (EPSG:4326)";
        return Err(problem(shp, advice.to_owned()));
    };
    Ok(AreaFile { geojson: area.to_geojson(), area, note })
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
}

/// The polygons in degrees; `None` when one corner has none.
fn geojson(polygons: &[VertexPolygon], placing: &Placing) -> Option<String> {
    let ring = |ring: &Vec<Vertex>| -> Option<String> {
        let corner = |point: &Vertex| {
            placing.lonlat(*point).map(|(lon, lat)| format!("[{lon:.7},{lat:.7}]"))
        };
        let corners: Option<Vec<String>> = ring.iter().map(corner).collect();
        Some(format!("[{}]", corners?.join(",")))
    };
    let polygon = |rings: &VertexPolygon| -> Option<String> {
        let rings: Option<Vec<String>> = rings.iter().map(ring).collect();
        Some(format!("[{}]", rings?.join(",")))
    };
    let polygons: Option<Vec<String>> = polygons.iter().map(polygon).collect();
    Some(format!("{{\"type\":\"MultiPolygon\",\"coordinates\":[{}]}}", polygons?.join(",")))
}

const SHP: &str = ".shp";

/// A zip file and the names in it.
struct Archive<'a> {
    file: &'a str,
    archive: ZipSliceArchive<&'a [u8]>,
    names: Vec<String>,
}

impl<'a> Archive<'a> {
    fn open(file: &'a str, bytes: &'a [u8]) -> Result<Self, AreaFileError> {
        let broken = |cause: rawzip::Error| AreaFileError {
            file: file.to_owned(),
            problem: format!("is not a sound zip file ({cause}); zip it again"),
        };
        let archive = ZipArchive::from_slice(bytes).map_err(broken)?;
        let mut names = Vec::new();
        let mut entries = archive.entries();
        while let Some(entry) = entries.next_entry().map_err(broken)? {
            if names.len() == MAX_FILES {
                let problem = format!("holds more than {MAX_FILES} files; zip the shapefile alone");
                return Err(AreaFileError { file: file.to_owned(), problem });
            }
            names.push(String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned());
        }
        Ok(Self { file, archive, names })
    }

    /// The one shapefile.
    fn only_shp(&self) -> Result<&str, AreaFileError> {
        let is_shp = |name: &&str| {
            // macOS puts a shadow beside each file.
            let shadow = name.starts_with("__MACOSX/")
                || name.rsplit('/').next().is_some_and(|last| last.starts_with("._"));
            !shadow && ends_with(name, SHP)
        };
        let found: Vec<&str> = self.names.iter().map(String::as_str).filter(is_shp).collect();
        let problem = match found[..] {
            [only] => return Ok(only),
            [] => "holds no .shp; zip the shapefile's .shp together with its .prj".to_owned(),
            _ => format!("holds {} shapefiles; zip the one to be mapped alone", found.len()),
        };
        Err(AreaFileError { file: self.file.to_owned(), problem })
    }

    /// The name of a file beside another that is called `stem` without its ending.
    fn beside(&self, stem: &str, ending: &str) -> Option<&str> {
        let found = self.names.iter().find(|name| {
            ends_with(name, ending) && name[..name.len() - ending.len()].eq_ignore_ascii_case(stem)
        });
        found.map(String::as_str)
    }

    /// A file's bytes, `max_bytes` of them at most.
    fn unpack(&self, name: &str, max_bytes: usize) -> Result<Vec<u8>, AreaFileError> {
        let problem =
            |problem: String| AreaFileError { file: format!("{name} in {}", self.file), problem };
        let broken = || problem("is not sound; zip it again".to_owned());
        let place = self.names.iter().position(|found| found == name).ok_or_else(broken)?;
        let mut entries = self.archive.entries();
        for _ in 0..place {
            entries.next_entry().map_err(|_| broken())?;
        }
        let record = entries.next_entry().ok().flatten().ok_or_else(broken)?;
        if record.flags().is_encrypted() {
            return Err(problem("is encrypted; zip it without a password".to_owned()));
        }
        let entry = self.archive.get_entry(record.wayfinder()).map_err(|_| broken())?;
        let expected = entry.claim_verifier();
        if expected.uncompressed_size > max_bytes as u64 {
            return Err(problem(format!(
                "is larger than {} kB; simplify the area first",
                max_bytes >> 10
            )));
        }
        let bytes = match record.compression_method() {
            CompressionMethod::STORE if entry.data().len() <= max_bytes => entry.data().to_vec(),
            CompressionMethod::DEFLATE => {
                decompress_to_vec_with_limit(entry.data(), max_bytes).map_err(|_| broken())?
            }
            _ => return Err(problem("is packed in an unusual way; zip it again".to_owned())),
        };
        let found =
            ZipVerification { crc: checksum(&bytes), uncompressed_size: bytes.len() as u64 };
        expected.valid(found).map_err(|_| broken())?;
        Ok(bytes)
    }
}

/// The CRC-32 of zip files, bit by bit: rawzip's own is faster by tables of 16 KB, which the page
/// would load.
fn checksum(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xEDB8_8320;
    let bit = |crc: u32, _| crc >> 1 ^ if crc & 1 == 1 { POLYNOMIAL } else { 0 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), bit))
}

fn ends_with(name: &str, ending: &str) -> bool {
    name.len()
        .checked_sub(ending.len())
        .and_then(|at| name.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(ending))
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
    fn the_checksum_is_that_of_zip_files() {
        // The check value that every catalogue of CRCs names.
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
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
        assert_eq!(Area::from_geojson(&read.geojson).unwrap(), read.area);
    }

    #[test]
    fn without_a_prj_degrees_are_assumed_and_said() {
        let read =
            read_area("a.zip", &zipped(&[("a.shp", &shp(&[square(10.0, 40.0, 1.0)]))])).unwrap();
        assert!(read.note.unwrap().contains("a.shp has no .prj"));
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
        assert_eq!(read.geojson, expected);
    }

    #[test]
    fn what_holds_no_area_is_named_with_the_next_step() {
        check_error("a.kml", b"<kml/>", &["a.kml", "neither GeoJSON nor a zipped shapefile"]);
        check_error("a.shp", &shp(&[]), &["a.shp", "drop a zip file"]);
        check_error("a.json", b"{\"type\":", &["a.json", "export it again"]);
        check_error("a.json", b"{\"type\":\"Point\",\"coordinates\":[1,2]}", &["no polygon"]);
        let metres =
            b"{\"type\":\"Polygon\",\"coordinates\":[[[5e5,4e6],[6e5,4e6],[6e5,5e6],[5e5,4e6]]]}";
        check_error("a.json", metres, &["EPSG:4326"]);
        check_error("a.json", &[b'{'; MAX_BYTES + 1], &["32 MB"]);
        check_error(
            "a.json",
            format!("{{{}", "[".repeat(MAX_CORNERS + 1)).as_bytes(),
            &["simplify"],
        );

        let shape = shp(&[square(10.0, 40.0, 1.0)]);
        check_error("a.zip", b"PK\x03\x04", &["a.zip", "zip it again"]);
        check_error("a.zip", &zipped(&[("a.txt", b"x")]), &["no .shp"]);
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
