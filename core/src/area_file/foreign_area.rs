//! Files of areas in formats that are not read, named with the next step.

/// Marks of formats, and what is wrong with a file in one. The message completes a sentence that
/// names the file.
const FORMATS: [(&str, &str); 6] = [
    ("\"rings\"", "is Esri JSON, not GeoJSON; request or export it as GeoJSON (f=geojson)"),
    ("\"topology\"", "is TopoJSON, not GeoJSON; export it as GeoJSON"),
    ("opengis.net/gml", "is GML; export it as GeoJSON or KML"),
    ("<gpx", "is GPX, which holds points and lines; export the area as polygons in GeoJSON or KML"),
    ("<html", "is a web page (HTML); save the file that it links to"),
    ("polygon", "is text, perhaps WKT; export the area as GeoJSON or KML"),
];
/// Bytes at the beginning of a text in which marks are searched for.
const SEARCHED_BYTES: usize = 4096;

/// What is wrong with a text from which no area can be read, where its format is recognized.
pub(super) fn foreign_area(text: &str) -> Option<&'static str> {
    let end = (0..=SEARCHED_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    let start = text.get(..end?)?.to_ascii_lowercase();
    if start.contains("<kml") {
        return None;
    }
    let is_marked = start.starts_with(['{', '<']);
    let found = FORMATS.iter().find(|(mark, _)| start.contains(mark));
    // GeoJSON and KML name polygons too.
    found.filter(|(mark, _)| *mark != "polygon" || !is_marked).map(|(_, message)| *message)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn formats_that_are_not_read_are_named() {
        for (text, part) in [
            (
                r#"{"geometryType":"esriGeometryPolygon","features":[{"geometry":{"rings":[]}}]}"#,
                "Esri",
            ),
            (r#"{"type":"Topology","arcs":[]}"#, "TopoJSON"),
            ("<a xmlns:gml=\"http://www.opengis.net/gml/3.2\"/>", "GML"),
            ("<?xml version=\"1.0\"?><gpx/>", "GPX"),
            ("<!doctype html><html>", "web page"),
            ("MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", "WKT"),
        ] {
            assert!(foreign_area(text).unwrap().contains(part), "{text}");
        }
        let geojson = r#"{"type":"Polygon","coordinates":7}"#;
        let kml = "<kml><description><![CDATA[<html>]]></description><Polygon/></kml>";
        for text in [geojson, kml, "", "no area"] {
            assert_eq!(foreign_area(text), None, "{text}");
        }
    }
}
