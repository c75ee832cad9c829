//! The polygons of KML (OGC 12-007r2).

use dragonfly_pixels::{Area, AreaError, AreaRing};
use quick_xml::Reader;
use quick_xml::events::Event;

/// The area of all polygons of a KML text; other shapes are left out.
///
/// # Errors
/// When the text is no sound XML, holds no polygon, or coordinates that are no numbers.
pub(super) fn area(text: &str) -> Result<Area, AreaError> {
    let mut reader = Reader::from_str(text);
    let mut polygons = KmlPolygons::default();
    loop {
        let event = reader.read_event().map_err(|error| AreaError::NotKml(error.to_string()))?;
        match event {
            Event::Start(element) => polygons.open(element.local_name().as_ref()),
            Event::Empty(element) => {
                polygons.open(element.local_name().as_ref());
                polygons.close(element.local_name().as_ref())?;
            }
            Event::End(element) => polygons.close(element.local_name().as_ref())?,
            Event::Text(text) => polygons.add_text(&text),
            Event::CData(text) => polygons.add_text(&text),
            Event::Eof => break,
            _ => {}
        }
    }
    if polygons.depth > 0 {
        return Err(AreaError::NotKml("it ends early".to_owned()));
    }
    if polygons.found.is_empty() && polygons.has_link {
        return Err(AreaError::OnlyLink);
    }
    Area::from_polygons(polygons.found)
}

/// The polygons read so far, and where the reader is.
#[derive(Default)]
struct KmlPolygons {
    found: Vec<Vec<AreaRing>>,
    /// Elements that are open.
    depth: usize,
    /// The outline of the polygon that is open, and its holes.
    polygon: Option<(Vec<AreaRing>, Vec<AreaRing>)>,
    is_inner: bool,
    /// The text of the coordinates that are open.
    coordinates: Option<String>,
    has_link: bool,
}

impl KmlPolygons {
    fn open(&mut self, name: &str) {
        self.depth += 1;
        match name {
            "Polygon" => self.polygon = Some(Default::default()),
            "outerBoundaryIs" => self.is_inner = false,
            "innerBoundaryIs" => self.is_inner = true,
            "coordinates" => self.coordinates = Some(String::new()),
            "NetworkLink" => self.has_link = true,
            _ => {}
        }
    }

    fn add_text(&mut self, text: &str) {
        if let Some(coordinates) = &mut self.coordinates {
            coordinates.push_str(text);
        }
    }

    fn close(&mut self, name: &str) -> Result<(), AreaError> {
        self.depth = self.depth.saturating_sub(1);
        match name {
            "coordinates" => {
                let text = self.coordinates.take().unwrap_or_default();
                if let Some((outlines, holes)) = &mut self.polygon {
                    let rings = if self.is_inner { holes } else { outlines };
                    rings.push(ring(&text)?);
                }
            }
            "Polygon" => {
                let (outlines, holes) = self.polygon.take().unwrap_or_default();
                self.is_inner = false;
                self.found.push(outlines.into_iter().chain(holes).collect());
            }
            _ => {}
        }
        Ok(())
    }
}

/// The corners of `longitude,latitude[,height]` with blanks between them; also of files with blanks
/// behind their commas.
fn ring(text: &str) -> Result<AreaRing, AreaError> {
    let mut joined = String::with_capacity(text.len());
    for part in text.split(',') {
        let part = if joined.is_empty() { part.trim() } else { part.trim_start() };
        joined.truncate(joined.trim_end().len());
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(part);
    }
    let corner = |corner: &str| -> Option<(f64, f64)> {
        let mut numbers = corner.split(',').map(|number| number.parse::<f64>().ok());
        let (lon, lat) = (numbers.next()??, numbers.next()??);
        (lon.is_finite() && lat.is_finite()).then_some((lon, lat))
    };
    let corners = joined.split_whitespace().map(|text| {
        corner(text).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            AreaError::NotKml(format!("`{shown}` is no longitude,latitude"))
        })
    });
    corners.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn boundary(kind: &str, coordinates: &str) -> String {
        format!(
            "<{kind}><LinearRing><coordinates>{coordinates}</coordinates></LinearRing></{kind}>"
        )
    }

    fn kml(body: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- <Polygon> -->\
            <kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Placemark>\
            <name>Fire &amp; &#60;smoke&gt;</name><description><![CDATA[<Polygon><b>]]></description>\
            {body}</Placemark></Document></kml>"
        )
    }

    const OUTLINE: &str = "\n 0,0,5 10,0,5\n 10,10,5 0,10,5 0,0,5 ";
    const HOLE: &str = "2,2 4,2 4,4 2,4 2,2";

    fn as_geojson(text: &str) -> String {
        area(text).unwrap().to_geojson()
    }

    #[test]
    fn boundaries_are_outlines_and_holes() {
        let outer = boundary("outerBoundaryIs", OUTLINE);
        let inner = boundary("innerBoundaryIs", HOLE);
        let expected = Area::from_geojson(
            r#"{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,10],[0,0]],
            [[2,2],[4,2],[4,4],[2,4],[2,2]]]}"#,
        );
        let expected = expected.unwrap().to_geojson();
        assert_eq!(as_geojson(&kml(&format!("<Polygon>{outer}{inner}</Polygon>"))), expected);
        // The holes may come first, with a prefix, and blanks behind commas.
        let loose = format!("<Polygon>{inner}{outer}</Polygon>").replace("10,0,5", "10, 0, 5");
        assert_eq!(as_geojson(&kml(&loose)), expected);
        let prefixed = loose.replace("</", "</kml:").replace('<', "<kml:").replace("<kml:/", "</");
        let prefixed = prefixed.replace("</kml:kml:", "</kml:");
        assert_eq!(as_geojson(&kml(&prefixed)), expected);
    }

    #[test]
    fn polygons_of_all_places_are_one_area_and_lines_are_left_out() {
        let polygon = |coordinates: &str| {
            format!("<Polygon>{}</Polygon>", boundary("outerBoundaryIs", coordinates))
        };
        let body = format!(
            "<MultiGeometry>{}<LineString><coordinates>1,2 3,4</coordinates></LineString>\
            <Point><coordinates>50,50</coordinates></Point>{}</MultiGeometry>",
            polygon("0,0 1,0 1,1"),
            polygon("5,5 6,5 6,6")
        );
        assert_eq!(area(&kml(&body)).unwrap().bbox(), [0.0, 0.0, 6.0, 6.0]);
    }

    #[test]
    fn what_holds_no_area_is_told() {
        let message = |text: &str| area(text).unwrap_err().to_string();
        assert!(message(&kml("<Point><coordinates>1,2</coordinates></Point>")).contains("polygon"));
        assert!(message(&kml("<NetworkLink/>")).contains("NetworkLink"));
        assert!(message("<kml><Document>").contains("ends early"));
        assert!(message("<kml></Document>").contains("not sound KML"));
        let polygon = format!("<Polygon>{}</Polygon>", boundary("outerBoundaryIs", "0,0 a,b 1,1"));
        assert!(message(&kml(&polygon)).contains("`a,b`"));
        assert!(message(&kml(&polygon.replace("a,b", "36.06,-120.75"))).contains("look swapped"));
    }
}
