//! Further layers of the page, which an operator names: official perimeters, evacuation zones, active
//! fires.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::contract::page_config::{is_colour, is_page_link};

/// A layer above the maps: `[[overlays]]` of the settings, and `overlays` of `meta/client.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteOverlay {
    /// What people read; no two layers have the same.
    pub title: String,
    /// How it is requested and drawn.
    pub kind: OverlayKind,
    /// A URL, or a path of this site: of a file (GeoJSON), with `{z}`, `{x}`, `{y}` (XYZ), or of a
    /// server without its parameters (WMS).
    pub url: String,
    /// Whom to name.
    pub attribution: String,
    /// Whether it shows until the reader switches it off.
    #[serde(default)]
    pub shown: bool,
    /// Colour of lines, areas and points of GeoJSON, `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// Names of the layers of a WMS, separated by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<String>,
    /// Finest zoom of XYZ; 19 when `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_zoom: Option<u8>,
}

/// The part of `meta/client.json` that only the tools of the page read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OverlayConfig {
    /// Layers above the maps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overlays: Vec<SiteOverlay>,
}

/// How a layer is requested and drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OverlayKind {
    /// One file of shapes in WGS 84.
    GeoJson,
    /// Pictures in tiles of Web Mercator.
    Xyz,
    /// Pictures of a Web Map Service 1.3.0 in Web Mercator (EPSG:3857).
    Wms,
}

/// A layer that the page cannot show as it is set.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OverlayError {
    /// A layer without a title, or without a credit.
    #[error("{0} has no `{1}`: write one")]
    Empty(OverlayName, &'static str),
    /// Two layers with one title.
    #[error("two [[overlays]] have the title `{0}`: give each a title of its own")]
    SameTitle(String),
    /// An address that is none.
    #[error(
        "`url` of {0} is `{1}`, which is neither an http(s) address nor a path of this site: write \
        one such as https://site.example/perimeters.geojson or /perimeters.geojson"
    )]
    Url(OverlayName, String),
    /// Tiles without a template.
    #[error(
        "`url` of {0} names no tile: write {{z}}, {{x}} and {{y}} into it, as in \
        https://site.example/{{z}}/{{x}}/{{y}}.png"
    )]
    Template(OverlayName),
    /// A WMS without layers.
    #[error("{0} is a WMS and has no `layers`: write their names, separated by commas")]
    NoLayers(OverlayName),
    /// No colour.
    #[error("`colour` of {0} is `{1}`, which is no colour: write one such as #c0392b")]
    Colour(OverlayName, String),
    /// A key that another kind has.
    #[error("{0} has `{1}`, which its kind does not use: remove it, or correct `kind`")]
    Unused(OverlayName, &'static str),
}

/// A layer in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayName {
    /// Its place in the settings, from 1.
    place: usize,
    title: String,
}

impl std::fmt::Display for OverlayName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "[[overlays]] {} `{}`", self.place, self.title)
    }
}

/// Checks the layers of a site.
///
/// # Errors
/// The first that the page cannot show.
pub fn check_overlays(overlays: &[SiteOverlay]) -> Result<(), OverlayError> {
    let mut titles = BTreeSet::new();
    for (index, overlay) in overlays.iter().enumerate() {
        overlay.check(index + 1)?;
        if !titles.insert(overlay.title.as_str()) {
            return Err(OverlayError::SameTitle(overlay.title.clone()));
        }
    }
    Ok(())
}

impl SiteOverlay {
    fn check(&self, place: usize) -> Result<(), OverlayError> {
        let name = || OverlayName { place, title: self.title.clone() };
        for (text, key) in [(&self.title, "title"), (&self.attribution, "attribution")] {
            if text.trim().is_empty() {
                return Err(OverlayError::Empty(name(), key));
            }
        }
        if !is_page_link(&self.url) {
            return Err(OverlayError::Url(name(), self.url.clone()));
        }
        let has_template = ["{z}", "{x}", "{y}"].iter().all(|part| self.url.contains(part));
        if self.kind == OverlayKind::Xyz && !has_template {
            return Err(OverlayError::Template(name()));
        }
        if self.kind == OverlayKind::Wms && self.layers.as_deref().unwrap_or_default().is_empty() {
            return Err(OverlayError::NoLayers(name()));
        }
        let of_another_kind = [
            ("colour", OverlayKind::GeoJson, self.colour.is_some()),
            ("layers", OverlayKind::Wms, self.layers.is_some()),
            ("max_zoom", OverlayKind::Xyz, self.max_zoom.is_some()),
        ];
        for (key, kind, is_set) in of_another_kind {
            if is_set && self.kind != kind {
                return Err(OverlayError::Unused(name(), key));
            }
        }
        match &self.colour {
            Some(colour) if !is_colour(colour) => Err(OverlayError::Colour(name(), colour.clone())),
            _ => Ok(()),
        }
    }

    /// The address of a picture of a WMS for a box in metres of Web Mercator: west, south, east,
    /// north.
    pub fn wms_url(&self, [west, south, east, north]: [f64; 4], side_px: u32) -> String {
        let joint = match self.url.find('?') {
            None => "?",
            Some(_) if self.url.ends_with(['?', '&']) => "",
            Some(_) => "&",
        };
        let layers = self.layers.as_deref().unwrap_or_default();
        format!(
            "{}{joint}service=WMS&version=1.3.0&request=GetMap&layers={}&styles=&format=image/png\
            &transparent=true&crs=EPSG:3857&width={side_px}&height={side_px}\
            &bbox={west},{south},{east},{north}",
            self.url,
            percent_encoded(layers)
        )
    }
}

/// A value of a query; commas stay.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn overlays(json: &str) -> Vec<SiteOverlay> {
        serde_json::from_str(&format!("[{json}]")).unwrap()
    }

    #[test]
    fn what_the_page_cannot_show_is_refused_with_the_key_and_the_layer() {
        let refused = [
            (r#""title":"","kind":"geojson","url":"/a","attribution":"x""#, "`title`"),
            (r#""title":"P","kind":"geojson","url":"/a","attribution":" ""#, "`attribution`"),
            (r#""title":"P","kind":"geojson","url":"a.geojson","attribution":"x""#, "`url`"),
            (r#""title":"P","kind":"geojson","url":"javascript:0","attribution":"x""#, "`url`"),
            (r#""title":"P","kind":"xyz","url":"https://a.example/","attribution":"x""#, "{z}"),
            (r#""title":"P","kind":"wms","url":"/wms","attribution":"x""#, "`layers`"),
            (
                r#""title":"P","kind":"geojson","url":"/a","attribution":"x","colour":"red""#,
                "`colour`",
            ),
            (
                r#""title":"P","kind":"geojson","url":"/a","attribution":"x","max_zoom":9"#,
                "`max_zoom`",
            ),
            (
                r##""title":"P","kind":"wms","url":"/a","attribution":"x","layers":"a","colour":"#aa0000""##,
                "`colour`",
            ),
        ];
        for (json, key) in refused {
            let message =
                check_overlays(&overlays(&format!("{{{json}}}"))).unwrap_err().to_string();
            assert!(message.contains(key) && message.contains("[[overlays]] 1"), "{message}");
        }
        let twice = r#"{"title":"P","kind":"geojson","url":"/a","attribution":"x"}"#;
        let message =
            check_overlays(&overlays(&format!("{twice},{twice}"))).unwrap_err().to_string();
        assert!(message.contains("`P`"), "{message}");
        for unknown in [r#"{"title":"P","kind":"kml"}"#, r#"{"titel":"P"}"#] {
            assert!(serde_json::from_str::<SiteOverlay>(unknown).is_err(), "{unknown}");
        }
    }

    #[test]
    fn what_the_page_can_show_is_kept() {
        let json = r##"{"title":"P","kind":"geojson","url":"https://a.example/p?f=geojson","attribution":"x","shown":true,"colour":"#c0392b"},
            {"title":"T","kind":"xyz","url":"https://{s}.a.example/{z}/{x}/{y}.png","attribution":"x","max_zoom":12},
            {"title":"W","kind":"wms","url":"https://a.example/wms","attribution":"x","layers":"a,b"}"##;
        check_overlays(&overlays(json)).unwrap();
        check_overlays(&[]).unwrap();
    }

    #[test]
    fn a_wms_is_requested_with_its_own_parameters_kept() {
        let check = |url: &str, expected: &str| {
            let mut overlay = overlays(
                r#"{"title":"W","kind":"wms","url":"/wms","attribution":"x","layers":"a b,c"}"#,
            )
            .remove(0);
            overlay.url = url.to_owned();
            let requested = overlay.wms_url([-10.0, 0.0, 10.0, 20.5], 256);
            assert!(requested.starts_with(expected), "{requested}");
            assert!(requested.contains("&layers=a%20b,c&"), "{requested}");
            assert!(requested.ends_with("&bbox=-10,0,10,20.5"), "{requested}");
        };
        check("/wms", "/wms?service=WMS&");
        check("/wms?map=fire", "/wms?map=fire&service=WMS&");
        check("/wms?", "/wms?service=WMS&");
    }
}
