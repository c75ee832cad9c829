//! What the operator of a site sets of its page.

use serde::{Deserialize, Serialize};

/// Tags of the languages that the page has.
pub const PAGE_LANGUAGES: [&str; 7] = ["en", "de", "el", "es", "fr", "it", "pt"];
/// Finest zoom of the page's map.
const MAX_ZOOM: u8 = 17;
/// Latitude at which web maps end, degrees.
const MAX_LATITUDE: f64 = 85.0;

/// `[page]` of the settings, and `page` of `meta/client.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageConfig {
    /// Name of the site, in place of "Dragonfly".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Sentence below the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tagline: Option<String>,
    /// Picture beside the name: a URL, or a path of this site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Colour of buttons and links, `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// Longitude and latitude of the first view, degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centre: Option<[f64; 2]>,
    /// Zoom of the first view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoom: Option<u8>,
    /// Title of the basemap that is shown at the start, in place of the first; empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basemap: Option<String>,
    /// Language of readers whose browser prefers none of the page's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Who runs the site: a URL, or a path of this site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imprint_url: Option<String>,
    /// What happens to readers' data: a URL, or a path of this site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// Official map of damage to buildings: a URL, or a path of this site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damage_map_url: Option<String>,
    /// Paragraph at the top of the help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_text: Option<String>,
}

/// A setting of the page that it cannot follow.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PageConfigError {
    /// Neither a URL nor a path.
    #[error(
        "`{key}` of [page] is `{value}`, which is neither an http(s) address nor a path of this \
        site: write one such as https://site.example/file or /file"
    )]
    Link {
        /// The setting.
        key: &'static str,
        /// What it holds.
        value: String,
    },
    /// No colour.
    #[error("`accent` of [page] is `{0}`, which is no colour: write one such as #14666d")]
    Accent(String),
    /// Not on the map.
    #[error(
        "`centre` of [page] is not on the map: write longitude, -180 to 180, and latitude, -85 to \
        85, such as [23.5, 38.9]"
    )]
    Centre,
    /// Finer than the map.
    #[error("`zoom` of [page] is {0}: write a zoom of 0 to {MAX_ZOOM}")]
    Zoom(u8),
    /// Only one of the two.
    #[error("[page] has only one of `centre` and `zoom`: set both, or none")]
    HalfView,
    /// A language that the page lacks.
    #[error(
        "`language` of [page] is `{0}`, which the page does not have: write one of {known}",
        known = PAGE_LANGUAGES.join(", ")
    )]
    Language(String),
    /// A basemap that is not set.
    #[error(
        "`basemap` of [page] is `{0}`, but no [[basemaps]] has this title: write the title of one, \
        or \"\" for the plain background"
    )]
    Basemap(String),
}

impl PageConfig {
    /// Checks all settings; `basemaps` are the titles of the site's basemaps.
    ///
    /// # Errors
    /// The first setting that the page cannot follow.
    pub fn check<'a>(
        &self,
        mut basemaps: impl Iterator<Item = &'a str>,
    ) -> Result<(), PageConfigError> {
        let links = [
            ("logo", &self.logo),
            ("imprint_url", &self.imprint_url),
            ("privacy_url", &self.privacy_url),
            ("damage_map_url", &self.damage_map_url),
        ];
        for (key, link) in links {
            if let Some(value) = link.as_ref().filter(|link| !is_page_link(link)) {
                return Err(PageConfigError::Link { key, value: value.clone() });
            }
        }
        if let Some(accent) = self.accent.as_ref().filter(|accent| !is_colour(accent)) {
            return Err(PageConfigError::Accent(accent.clone()));
        }
        if self.centre.is_some() != self.zoom.is_some() {
            return Err(PageConfigError::HalfView);
        }
        if self.centre.is_some_and(|centre| !is_on_map(centre)) {
            return Err(PageConfigError::Centre);
        }
        if let Some(zoom) = self.zoom.filter(|zoom| *zoom > MAX_ZOOM) {
            return Err(PageConfigError::Zoom(zoom));
        }
        if let Some(tag) = self.language.as_ref()
            && !PAGE_LANGUAGES.contains(&tag.as_str())
        {
            return Err(PageConfigError::Language(tag.clone()));
        }
        match &self.basemap {
            Some(title) if !title.is_empty() && !basemaps.any(|one| one == title) => {
                Err(PageConfigError::Basemap(title.clone()))
            }
            _ => Ok(()),
        }
    }

    /// The first view: longitude and latitude, degrees, and zoom.
    pub fn first_view(&self) -> Option<([f64; 2], u8)> {
        let view = self.centre.zip(self.zoom);
        view.filter(|(centre, zoom)| is_on_map(*centre) && *zoom <= MAX_ZOOM)
    }
}

/// Whether an address may be a link or a picture of the page: it runs no script, and names its host
/// or lies on this site.
pub fn is_page_link(address: &str) -> bool {
    let is_path = address.starts_with('/') && !address.starts_with("//");
    let is_url = address.starts_with("https://") || address.starts_with("http://");
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<');
    (is_path || is_url) && address.bytes().all(is_plain)
}

/// Whether a text is a colour: `#rrggbb`.
pub fn is_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn is_on_map([lon, lat]: [f64; 2]) -> bool {
    lon.abs() <= 180.0 && lat.abs() <= MAX_LATITUDE
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(json: &str) -> Result<(), PageConfigError> {
        let page: PageConfig = serde_json::from_str(json).unwrap();
        page.check(["Streets"].into_iter())
    }

    #[test]
    fn what_the_page_cannot_follow_is_refused_with_the_key() {
        let refused = [
            (r#"{"logo":"javascript:alert(1)"}"#, "`logo`"),
            (r#"{"logo":"//evil.example/a.svg"}"#, "`logo`"),
            (r#"{"logo":"logo.svg"}"#, "`logo`"),
            (r#"{"imprint_url":"/im print"}"#, "`imprint_url`"),
            (r#"{"privacy_url":"ftp://a.example"}"#, "`privacy_url`"),
            (r#"{"damage_map_url":"javascript:void 0"}"#, "`damage_map_url`"),
            (r#"{"accent":"red; background: url(x)"}"#, "`accent`"),
            (r#"{"accent":"123456"}"#, "`accent`"),
            (r#"{"centre":[23.5,88],"zoom":6}"#, "`centre`"),
            (r#"{"centre":[23.5,38.9],"zoom":18}"#, "`zoom`"),
            (r#"{"centre":[23.5,38.9]}"#, "only one"),
            (r#"{"language":"tlh"}"#, "`language`"),
            (r#"{"basemap":"Roads"}"#, "`basemap`"),
        ];
        for (json, key) in refused {
            let message = check(json).unwrap_err().to_string();
            assert!(message.contains(key) && message.contains(": "), "{message}");
        }
    }

    #[test]
    fn what_the_page_can_follow_is_kept() {
        check("{}").unwrap();
        check(r#"{"basemap":""}"#).unwrap();
        check(
            r##"{"title":"Our fires","logo":"https://a.example/l.svg","accent":"#14666D",
            "centre":[23.5,38.9],"zoom":8,"basemap":"Streets","language":"el",
            "imprint_url":"/imprint.html"}"##,
        )
        .unwrap();
        assert!(serde_json::from_str::<PageConfig>(r#"{"titel":"x"}"#).is_err());
        let published = serde_json::to_string(&PageConfig::default()).unwrap();
        assert_eq!(published, "{}");
    }

    #[test]
    fn a_view_that_is_not_on_the_map_is_none() {
        let view = |centre, zoom| PageConfig { centre, zoom, ..PageConfig::default() }.first_view();
        assert_eq!(view(Some([23.5, 38.9]), Some(8)), Some(([23.5, 38.9], 8)));
        assert_eq!(view(Some([f64::NAN, 38.9]), Some(8)), None);
        assert_eq!(view(Some([23.5, 38.9]), Some(99)), None);
        assert_eq!(view(Some([23.5, 38.9]), None), None);
    }
}
