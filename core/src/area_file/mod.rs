//! Areas in files that people draw, download or configure: GeoJSON, KML, KMZ.

pub(crate) mod file_text;
mod foreign_area;
mod kml;
mod zipped_files;

pub use file_text::{TextEncoding, decode_text};
pub use zipped_files::ZippedFiles;

use dragonfly_pixels::{Area, AreaError};
use foreign_area::foreign_area;

/// An area read from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaFile {
    /// The area.
    pub area: Area,
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
/// Corners of an area at most: MTBS's perimeters have tens of thousands.
pub const MAX_CORNERS: usize = 200_000;
/// What a zip file may hold besides a shapefile.
const AREA_ENDINGS: [&str; 5] = [".kml", ".geojson", ".json", ".geojsonl", ".geojsons"];

/// Reads the area in a file by what it holds and not by what it is called: GeoJSON, also by lines or
/// as a sequence, KML, or a zip file with one of them, as KMZ is.
///
/// # Errors
/// When it is none of them, holds no polygon, has corners that are no degrees, or is too large.
pub fn read_area_file(file: &str, bytes: &[u8]) -> Result<AreaFile, AreaFileError> {
    let problem = |problem: String| AreaFileError { file: file.to_owned(), problem };
    if bytes.len() > MAX_BYTES {
        return Err(problem("is larger than 32 MB; simplify the area first".to_owned()));
    }
    match bytes {
        [b'P', b'K', ..] => read_zipped(&ZippedFiles::open(file, bytes)?),
        [b'S', b'Q', b'L', b'i', b't', b'e', b' ', ..] => Err(problem(
            "is a GeoPackage, which only the page reads; export the area as GeoJSON or KML"
                .to_owned(),
        )),
        [0, 0, 0x27, 0x0a, ..] => {
            Err(problem("is a part of a shapefile; zip it together with its .prj".to_owned()))
        }
        _ => read_text(bytes).map_err(problem),
    }
}

/// Reads the KML or GeoJSON in a zip file.
fn read_zipped(archive: &ZippedFiles<'_>) -> Result<AreaFile, AreaFileError> {
    let found: Vec<&str> = AREA_ENDINGS.iter().flat_map(|ending| archive.ending(ending)).collect();
    // The file of a KMZ that programs open first (OGC 12-007r2, annex C).
    let first = found.iter().find(|name| **name == "doc.kml").or(found.first());
    let Some(&name) = first else {
        let problem = if archive.ending(".shp").is_empty() {
            "holds neither KML, nor GeoJSON, nor a shapefile (.shp); zip the file of the area, a \
            .shp together with its .prj"
        } else {
            "holds a shapefile, which only the page reads; export the area as GeoJSON or KML"
        };
        return Err(AreaFileError { file: archive.file().to_owned(), problem: problem.to_owned() });
    };
    let read = read_text(&archive.unpack(name, MAX_BYTES)?).map_err(|problem| AreaFileError {
        file: format!("{name} in {}", archive.file()),
        problem,
    })?;
    let others = found.len() - 1;
    let only = (others > 0).then(|| {
        format!("only {name} was read, and not {others} other files of {}", archive.file())
    });
    let notes: Vec<String> = only.into_iter().chain(read.note).collect();
    Ok(AreaFile { note: (!notes.is_empty()).then(|| notes.join("; ")), ..read })
}

fn read_text(bytes: &[u8]) -> Result<AreaFile, String> {
    let (text, encoding) = decode_text(bytes);
    let text = text.trim_start_matches(['\u{feff}', '\u{1e}']).trim();
    // Each corner has a bracket of its own in GeoJSON, and one comma or two in KML.
    let (is_kml, marks) = match text.chars().next() {
        Some('{') => (false, text.bytes().filter(|byte| *byte == b'[').count()),
        Some('<') => (true, text.bytes().filter(|byte| *byte == b',').count() / 2),
        _ => {
            let unknown = "is neither GeoJSON, nor KML or KMZ, nor a GeoPackage, nor a zipped \
                shapefile; export the area as one of them";
            return Err(foreign_area(text).unwrap_or(unknown).to_owned());
        }
    };
    let too_many = || format!("has more than {MAX_CORNERS} corners; simplify the area first");
    if marks > MAX_CORNERS {
        return Err(too_many());
    }
    let read = if is_kml { kml::area(text) } else { Area::from_geojson(text) };
    let area = read.map_err(|error: AreaError| match foreign_area(text) {
        Some(message) if error.is_of_format() => message.to_owned(),
        _ => error.to_string(),
    })?;
    if area.corner_count() > MAX_CORNERS {
        return Err(too_many());
    }
    let note = (encoding == TextEncoding::AssumedWindows1252).then(|| {
        "the file is not UTF-8 and was read as Windows-1252: letters in its names may be wrong"
            .to_owned()
    });
    Ok(AreaFile { area, note })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const FEATURE: &str = r#"{"type":"Feature","properties":{"name":"Übersberg"},"geometry":{"type":"Polygon","coordinates":[[[10,40],[11,40],[11,41],[10,40]]]}}"#;
    const KML: &str = "<?xml version=\"1.0\"?><kml><Placemark><name>Übersberg</name><Polygon>\
        <outerBoundaryIs><LinearRing><coordinates>10,40 11,40 11,41 10,40</coordinates>\
        </LinearRing></outerBoundaryIs></Polygon></Placemark></kml>";

    fn check(bytes: &[u8], note: Option<&str>) {
        let read = read_area_file("area", bytes).unwrap();
        assert_eq!(read.area.bbox(), [10.0, 40.0, 11.0, 41.0]);
        assert_eq!(read.note.is_some(), note.is_some(), "{:?}", read.note);
        assert!(read.note.unwrap_or_default().contains(note.unwrap_or_default()));
    }

    fn utf16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn geojson_and_kml_are_read_in_every_usual_encoding() {
        for text in [FEATURE, KML] {
            check(text.as_bytes(), None);
            check(format!("\u{feff}\n {text}\n").as_bytes(), None);
            let marked = format!("\u{feff}{text}");
            check(&utf16(&marked, u16::to_le_bytes), None);
            check(&utf16(&marked, u16::to_be_bytes), None);
            check(&utf16(text, u16::to_le_bytes), None);
            let latin: Vec<u8> = text.chars().map(|letter| letter as u32 as u8).collect();
            check(&latin, Some("Windows-1252"));
        }
        let declared = KML.replace("version=\"1.0\"", "version=\"1.0\" encoding=\"ISO-8859-1\"");
        let latin: Vec<u8> = declared.chars().map(|letter| letter as u32 as u8).collect();
        check(&latin, None);
    }

    #[test]
    fn geojson_by_lines_and_as_a_sequence_is_read_whole() {
        let second = FEATURE.replace("[10,40]", "[10.5,40]");
        check(format!("{second}\n{FEATURE}\n").as_bytes(), None);
        check(format!("\u{1e}{second}\n\u{1e}{FEATURE}\n").as_bytes(), None);
        let error = read_area_file("area", format!("{second}\n{{\"type\":").as_bytes());
        assert!(error.unwrap_err().to_string().contains("not sound GeoJSON"));
    }

    #[test]
    fn what_holds_no_area_is_named_with_the_next_step() {
        let check = |bytes: &[u8], words: &[&str]| {
            let error = read_area_file("area.x", bytes).unwrap_err().to_string();
            assert!(words.iter().all(|word| error.contains(word)), "{error}");
        };
        check(b"a,b,c", &["area.x", "neither GeoJSON, nor KML"]);
        check(b"", &["neither GeoJSON"]);
        check(b"SQLite format 3\0", &["a GeoPackage", "export the area as GeoJSON"]);
        check(b"<html><body>Sign in</body></html>", &["a web page"]);
        check(b"<kml></kml>", &["no polygon"]);
        check(br#"{"features":[{"geometry":{"rings":[]}}]}"#, &["Esri JSON", "f=geojson"]);
        check(&[b'{'; MAX_BYTES + 1], &["32 MB"]);
        check(format!("{{{}", "[".repeat(MAX_CORNERS + 1)).as_bytes(), &["simplify"]);
        check(format!("<{}", "1,2 ".repeat(2 * MAX_CORNERS + 2)).as_bytes(), &["simplify"]);
        check(b"PK\x03\x04", &["area.x", "zip it again"]);
    }
}
