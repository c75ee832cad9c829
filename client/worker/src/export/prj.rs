//! The coordinate system of a shapefile: its `.prj` (WKT 1, as ESRI or OGC write it) as a PROJ
//! string.
//!
//! Written here and not by the crate `proj4wkt`, which brings a start function of its own into
//! every wasm that it is linked into, and reads GRS80 as WGS 84 where the datum states otherwise
//! (Greece).

/// A system that a `.prj` describes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct System {
    /// In PROJ's words.
    pub(crate) words: String,
    /// Whether the words hold a shift to WGS 84; otherwise it counts as lying on WGS 84.
    pub(crate) is_shifted: bool,
    /// The name of a datum whose shift is not known here: off by up to some hundred metres.
    pub(crate) unknown_datum: Option<String>,
}

/// Why a `.prj` describes no system. The message completes a sentence that names the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PrjError {
    #[error("is not a description of a coordinate system (WKT)")]
    NotWkt,
    #[error("describes its coordinate system in WKT 2")]
    Wkt2,
    #[error("names the projection {0}, which is not known here")]
    UnknownProjection(String),
    #[error("lacks the {0} of its coordinate system")]
    Without(&'static str),
}

/// Reads the text of a `.prj`.
pub(crate) fn system(text: &str) -> Result<System, PrjError> {
    let root = WktNode::parse(text).ok_or(PrjError::NotWkt)?;
    match root.name.as_str() {
        "GEOGCS" => geographic(&root),
        "PROJCS" => projected(&root),
        // A system with heights holds the one without first.
        "COMPD_CS" => {
            let flat = root
                .child("PROJCS")
                .map(projected)
                .or_else(|| root.child("GEOGCS").map(geographic));
            flat.unwrap_or(Err(PrjError::Without("ground plan")))
        }
        "PROJCRS" | "GEOGCRS" | "GEODCRS" | "COMPOUNDCRS" | "BOUNDCRS" => Err(PrjError::Wkt2),
        _ => Err(PrjError::NotWkt),
    }
}

fn geographic(node: &WktNode) -> Result<System, PrjError> {
    let datum = Datum::of(node)?;
    Ok(datum.system("+proj=longlat".to_owned()))
}

fn projected(node: &WktNode) -> Result<System, PrjError> {
    let geographic = node.child("GEOGCS").ok_or(PrjError::Without("geographic system"))?;
    let name =
        node.child("PROJECTION").and_then(WktNode::text).ok_or(PrjError::Without("projection"))?;
    let metres =
        node.child("UNIT").and_then(WktNode::number).filter(|metres| *metres > 0.0).unwrap_or(1.0);
    let projection = ProjString::of(name, &Parameters::of(node))?;
    let longitude =
        parameter(node, &["central_meridian", "longitude_of_center", "longitude_of_origin"])
            .unwrap_or(0.0);
    let (x_0, y_0) = (
        parameter(node, &["false_easting"]).unwrap_or(0.0) * metres,
        parameter(node, &["false_northing"]).unwrap_or(0.0) * metres,
    );
    let words =
        format!("{} +lon_0={longitude} +x_0={x_0} +y_0={y_0} +to_meter={metres}", projection.text);
    if projection.is_on_sphere {
        return Ok(System {
            words: format!("{words} +a=6378137 +b=6378137"),
            is_shifted: false,
            unknown_datum: None,
        });
    }
    Ok(Datum::of(geographic)?.system(words))
}

/// The value of a projection's parameter, under any of its names.
fn parameter(node: &WktNode, names: &[&str]) -> Option<f64> {
    let named = |child: &&WktNode| {
        child.name == "PARAMETER"
            && child.text().is_some_and(|text| names.contains(&text.to_ascii_lowercase().as_str()))
    };
    node.children().find(named).and_then(WktNode::number)
}

/// The parameters that choose among projections; degrees.
struct Parameters {
    lat_0: f64,
    lat_1: f64,
    lat_2: f64,
    scale: f64,
    /// OGC's WKT 1 has no other sign of Web Mercator than its name.
    is_pseudo_mercator: bool,
}

impl Parameters {
    fn of(node: &WktNode) -> Self {
        let lat_0 = parameter(node, &["latitude_of_origin", "latitude_of_center"]).unwrap_or(0.0);
        let lat_1 = parameter(node, &["standard_parallel_1"]).unwrap_or(lat_0);
        Self {
            lat_0,
            lat_1,
            lat_2: parameter(node, &["standard_parallel_2"]).unwrap_or(lat_1),
            scale: parameter(node, &["scale_factor"]).unwrap_or(1.0),
            is_pseudo_mercator: node.text().is_some_and(|name| name.contains("Pseudo-Mercator")),
        }
    }
}

/// A projection in PROJ's words, without its origin.
struct ProjString {
    text: String,
    is_on_sphere: bool,
}

impl ProjString {
    fn of(name: &str, parameters: &Parameters) -> Result<Self, PrjError> {
        let Parameters { lat_0, lat_1, lat_2, scale, is_pseudo_mercator } = *parameters;
        let on_sphere = Self { text: "+proj=merc".to_owned(), is_on_sphere: true };
        let text = match name.to_ascii_lowercase().as_str() {
            "transverse_mercator" | "gauss_kruger" => {
                format!("+proj=tmerc +lat_0={lat_0} +k={scale}")
            }
            "lambert_conformal_conic"
            | "lambert_conformal_conic_1sp"
            | "lambert_conformal_conic_2sp" => {
                format!("+proj=lcc +lat_0={lat_0} +lat_1={lat_1} +lat_2={lat_2} +k_0={scale}")
            }
            "albers" | "albers_conic_equal_area" => {
                format!("+proj=aea +lat_0={lat_0} +lat_1={lat_1} +lat_2={lat_2}")
            }
            "equidistant_conic" => {
                format!("+proj=eqdc +lat_0={lat_0} +lat_1={lat_1} +lat_2={lat_2}")
            }
            "lambert_azimuthal_equal_area" => format!("+proj=laea +lat_0={lat_0}"),
            "mercator_auxiliary_sphere" => return Ok(on_sphere),
            "mercator_1sp" if is_pseudo_mercator => return Ok(on_sphere),
            "mercator" | "mercator_2sp" => format!("+proj=merc +lat_ts={lat_1}"),
            "mercator_1sp" => format!("+proj=merc +k={scale}"),
            "stereographic_north_pole" => format!("+proj=stere +lat_0=90 +lat_ts={lat_1}"),
            "stereographic_south_pole" => format!("+proj=stere +lat_0=-90 +lat_ts={lat_1}"),
            "double_stereographic" | "oblique_stereographic" => {
                format!("+proj=sterea +lat_0={lat_0} +k={scale}")
            }
            "cylindrical_equal_area" => format!("+proj=cea +lat_ts={lat_1}"),
            "sinusoidal" => "+proj=sinu".to_owned(),
            _ => return Err(PrjError::UnknownProjection(name.to_owned())),
        };
        Ok(Self { text, is_on_sphere: false })
    }
}

/// Where an ellipsoid lies.
struct Datum {
    words: String,
    is_shifted: bool,
    unknown: Option<String>,
}

/// Datums that agree with WGS 84 to a few metres, by the beginnings of their names without `D_`.
const LIKE_WGS84: [&str; 20] = [
    "wgs_1984",
    "wgs_84",
    "north_american_1983",
    "north_american_datum_1983",
    "nad_1983",
    "nad83",
    "etrs_1989",
    "european_terrestrial_reference_system_1989",
    "gda",
    "geocentric_datum_of_australia",
    "sirgas",
    "sistema_de_referencia_geocentrico",
    "nzgd_2000",
    "new_zealand_geodetic_datum_2000",
    "jgd",
    "japanese_geodetic_datum",
    "rgf_1993",
    "itrf",
    "hartebeesthoek",
    "china_2000",
];

/// Others whose shift is well known, in PROJ's words.
const SHIFTED: [(&str, &str); 8] = [
    ("ggrs_1987", "+datum=GGRS87"),
    ("greek_geodetic_reference_system_1987", "+datum=GGRS87"),
    ("osgb_1936", "+datum=OSGB36"),
    ("ordnance_survey_of_great_britain_1936", "+datum=OSGB36"),
    ("deutsches_hauptdreiecksnetz", "+datum=potsdam"),
    // Means over Europe and over the contiguous United States.
    ("european_1950", "+ellps=intl +towgs84=-87,-98,-121"),
    ("european_datum_1950", "+ellps=intl +towgs84=-87,-98,-121"),
    ("north_american_1927", "+ellps=clrk66 +towgs84=-8,160,176"),
];

impl Datum {
    fn of(geographic: &WktNode) -> Result<Self, PrjError> {
        let degree =
            geographic.child("UNIT").and_then(WktNode::number).unwrap_or(1f64.to_radians());
        if (degree - 1f64.to_radians()).abs() > 1e-9 {
            return Err(PrjError::Without("degrees (it counts in other angles)"));
        }
        let datum = geographic.child("DATUM").ok_or(PrjError::Without("datum"))?;
        let spheroid = datum.child("SPHEROID").ok_or(PrjError::Without("ellipsoid"))?;
        let size: Vec<f64> = spheroid.numbers().collect();
        let [axis_m, flattening, ..] = size[..] else {
            return Err(PrjError::Without("size of the ellipsoid"));
        };
        let ellipsoid = if flattening > 0.0 {
            format!("+a={axis_m} +rf={flattening}")
        } else {
            format!("+a={axis_m} +b={axis_m}")
        };
        let meridian =
            geographic.child("PRIMEM").and_then(WktNode::number).filter(|lon| *lon != 0.0);
        let meridian = meridian.map_or(String::new(), |lon| format!(" +pm={lon}"));
        let name = datum.text().unwrap_or_default().to_ascii_lowercase().replace([' ', '-'], "_");
        let name = name.strip_prefix("d_").unwrap_or(&name);

        let shift: Vec<String> = datum
            .child("TOWGS84")
            .map(|node| node.numbers().map(|part| part.to_string()).collect())
            .unwrap_or_default();
        let stated = matches!(shift.len(), 3 | 7)
            .then(|| format!("{ellipsoid} +towgs84={}", shift.join(",")));
        let known = || {
            SHIFTED
                .iter()
                .find(|(known, _)| name.starts_with(known))
                .map(|(_, words)| (*words).to_owned())
        };
        let (words, is_shifted) = match stated.or_else(known) {
            Some(words) => (words, true),
            None => (ellipsoid, false),
        };
        let is_known = is_shifted || LIKE_WGS84.iter().any(|known| name.starts_with(known));
        let unknown = (!is_known).then(|| datum.text().unwrap_or("without a name").to_owned());
        Ok(Self { words: words + &meridian, is_shifted, unknown })
    }

    fn system(self, projection: String) -> System {
        System {
            words: format!("{projection} {}", self.words),
            is_shifted: self.is_shifted,
            unknown_datum: self.unknown,
        }
    }
}

/// One bracket of WKT: a name and what it holds.
struct WktNode {
    /// Upper case.
    name: String,
    items: Vec<WktItem>,
}

enum WktItem {
    Text(String),
    Number(f64),
    WktNode(WktNode),
}

/// Real systems nest five deep.
const MAX_DEPTH: usize = 16;

impl WktNode {
    fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim_start_matches('\u{feff}').trim();
        let node = Self::parse_next(&mut rest, 0)?;
        // ESRI may write the heights' system behind, which does not matter here.
        (rest.is_empty() || rest.starts_with(',')).then_some(node)
    }

    fn parse_next(rest: &mut &str, depth: usize) -> Option<Self> {
        let end = rest.find(['[', '('])?;
        let name = rest[..end].trim();
        if depth > MAX_DEPTH
            || name.is_empty()
            || !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        {
            return None;
        }
        let name = name.to_ascii_uppercase();
        *rest = rest[end + 1..].trim_start();
        let mut items = Vec::new();
        loop {
            if let Some(quoted) = rest.strip_prefix('"') {
                let end = quoted.find('"')?;
                items.push(WktItem::Text(quoted[..end].to_owned()));
                *rest = &quoted[end + 1..];
            } else {
                let end = rest.find(['[', '(', ',', ']', ')'])?;
                if rest[end..].starts_with(['[', '(']) {
                    items.push(WktItem::WktNode(Self::parse_next(rest, depth + 1)?));
                } else {
                    // Words without quotes, such as directions of axes, do not matter.
                    items.extend(
                        rest[..end]
                            .trim()
                            .parse()
                            .ok()
                            .filter(|value: &f64| value.is_finite())
                            .map(WktItem::Number),
                    );
                    *rest = &rest[end..];
                }
            }
            *rest = rest.trim_start();
            let (separator, after) = (rest.chars().next()?, rest.get(1..)?);
            *rest = after.trim_start();
            match separator {
                ',' => {}
                ']' | ')' => return Some(Self { name, items }),
                _ => return None,
            }
        }
    }

    fn children(&self) -> impl Iterator<Item = &Self> {
        self.items
            .iter()
            .filter_map(|item| if let WktItem::WktNode(node) = item { Some(node) } else { None })
    }

    fn child(&self, name: &str) -> Option<&Self> {
        self.children().find(|node| node.name == name)
    }

    fn text(&self) -> Option<&str> {
        self.items.iter().find_map(|item| {
            if let WktItem::Text(text) = item { Some(text.as_str()) } else { None }
        })
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.items.iter().filter_map(|item| {
            if let WktItem::Number(number) = item { Some(*number) } else { None }
        })
    }

    fn number(&self) -> Option<f64> {
        self.numbers().next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const UTM_11: &str = r#"PROJCS["WGS_1984_UTM_Zone_11N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-117.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;

    #[test]
    fn a_utm_zone_is_a_transverse_mercator() {
        let words = "+proj=tmerc +lat_0=0 +k=0.9996 +lon_0=-117 +x_0=500000 +y_0=0 +to_meter=1 \
            +a=6378137 +rf=298.257223563";
        let expected = System { words: words.to_owned(), is_shifted: false, unknown_datum: None };
        assert_eq!(system(UTM_11), Ok(expected.clone()));
        // Blanks, line ends and round brackets mean the same.
        let loose = UTM_11.replace('[', " (\n").replace(']', ") ").replace(',', " ,\t");
        assert_eq!(system(&loose), Ok(expected));
    }

    #[test]
    fn the_greek_grid_is_shifted_though_its_ellipsoid_is_not() {
        let greek = UTM_11.replace("D_WGS_1984", "D_GGRS_1987");
        assert!(system(&greek).unwrap().words.contains("+datum=GGRS87"));
        let strange = UTM_11.replace("D_WGS_1984", "D_Lisboa");
        assert_eq!(system(&strange).unwrap().unknown_datum.as_deref(), Some("D_Lisboa"));
    }

    #[test]
    fn what_is_no_system_is_told() {
        assert_eq!(system(""), Err(PrjError::NotWkt));
        assert_eq!(system("EPSG:4326"), Err(PrjError::NotWkt));
        assert_eq!(system(&"A[".repeat(100_000)), Err(PrjError::NotWkt));
        assert_eq!(system("PROJCRS[\"x\"]"), Err(PrjError::Wkt2));
        let unknown = UTM_11.replace("Transverse_Mercator", "Bonne");
        assert_eq!(system(&unknown), Err(PrjError::UnknownProjection("Bonne".to_owned())));
        for end in 0..UTM_11.len() {
            assert!(system(&UTM_11[..end]).is_err());
        }
    }
}
