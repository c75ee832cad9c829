//! The backgrounds of the page beside its own coasts and borders.

use serde::{Deserialize, Serialize};

use super::page_config::is_page_link;

/// Finest zoom of a basemap that states none.
const DEFAULT_MAX_ZOOM: u8 = 19;
/// Finest zoom that any tile server has.
const MAX_ZOOM: u8 = 24;
/// The folder of extracts, below that of the published files.
const FILE_FOLDER: &str = "ground/";
/// Extension of an extract.
const FILE_EXTENSION: &str = ".pmtiles";

/// `[[basemaps]]` of the settings: tiles of pictures at `url`, or one file of vector tiles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basemap {
    /// What people read.
    pub title: String,
    /// Template with `{z}`, `{x}`, `{y}`; empty where there is a `file`.
    #[serde(default)]
    pub url: String,
    /// Template of transparent tiles of names, which are drawn above severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<String>,
    /// An extract in the published folder, such as `ground/greece.pmtiles`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whom to name.
    pub attribution: String,
    /// Where the credit leads: a URL, or a path of this site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Finest zoom it has.
    #[serde(default = "default_max_zoom")]
    pub max_zoom: u8,
}

fn default_max_zoom() -> u8 {
    DEFAULT_MAX_ZOOM
}

/// A basemap that the page cannot show; the first field of each is its title.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BasemapError {
    /// Without a name.
    #[error("one of [[basemaps]] has no `title`: write what readers choose it by")]
    Title,
    /// Two of one name.
    #[error("two of [[basemaps]] have the `title` {0}: readers and links choose by it")]
    Twice(String),
    /// No address of tiles.
    #[error(
        "`{key}` of the basemap {title} is `{value}`, which is no address of tiles: write one with \
        {{z}}, {{x}} and {{y}}, such as https://tile.example/{{z}}/{{x}}/{{y}}.png, or a path of \
        this site"
    )]
    Address {
        /// The basemap.
        title: String,
        /// `url` or `labels`.
        key: &'static str,
        /// What it holds.
        value: String,
    },
    /// Both kinds, or none.
    #[error("the basemap {0} needs either `url`, for tiles, or `file`, for an extract")]
    Source(String),
    /// No extract.
    #[error(
        "`file` of the basemap {title} is `{value}`: write an extract in the published folder, such \
        as ground/region.pmtiles"
    )]
    File {
        /// The basemap.
        title: String,
        /// What it holds.
        value: String,
    },
    /// Nobody is named.
    #[error("the basemap {0} has no `attribution`: write the credit that its terms require")]
    Attribution(String),
    /// No link.
    #[error(
        "`link` of the basemap {title} is `{value}`, which is neither an http(s) address nor a path \
        of this site"
    )]
    Link {
        /// The basemap.
        title: String,
        /// What it holds.
        value: String,
    },
    /// Finer than any.
    #[error("`max_zoom` of the basemap {title} is {zoom}: write a zoom of 0 to {MAX_ZOOM}")]
    Zoom {
        /// The basemap.
        title: String,
        /// What it holds.
        zoom: u8,
    },
}

impl Basemap {
    /// Whether the page can show it.
    ///
    /// # Errors
    /// The first of its settings that the page cannot follow.
    pub fn check(&self) -> Result<(), BasemapError> {
        let title = || self.title.clone();
        if self.title.trim().is_empty() {
            return Err(BasemapError::Title);
        }
        match (self.url.is_empty(), &self.file) {
            (false, None) => self.check_address("url", &self.url)?,
            (true, Some(file)) if is_extract(file) => {}
            (true, Some(file)) => {
                return Err(BasemapError::File { title: title(), value: file.clone() });
            }
            _ => return Err(BasemapError::Source(title())),
        }
        if let Some(labels) = &self.labels {
            self.check_address("labels", labels)?;
        }
        if self.attribution.trim().is_empty() {
            return Err(BasemapError::Attribution(title()));
        }
        if let Some(link) = self.link.as_ref().filter(|link| !is_page_link(link)) {
            return Err(BasemapError::Link { title: title(), value: link.clone() });
        }
        if self.max_zoom > MAX_ZOOM {
            return Err(BasemapError::Zoom { title: title(), zoom: self.max_zoom });
        }
        Ok(())
    }

    fn check_address(&self, key: &'static str, value: &str) -> Result<(), BasemapError> {
        let has_places = ["{z}", "{x}", "{y}"].iter().all(|place| value.contains(place));
        if !has_places || !is_page_link(value) {
            let (title, value) = (self.title.clone(), value.to_owned());
            return Err(BasemapError::Address { title, key, value });
        }
        Ok(())
    }

    /// The addresses of its tiles and of its names; none of an extract.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        Some(self.url.as_str())
            .into_iter()
            .chain(self.labels.as_deref())
            .filter(|it| !it.is_empty())
    }
}

/// Checks each, and that no two have one title.
///
/// # Errors
/// The first that the page cannot show.
pub fn check_basemaps(basemaps: &[Basemap]) -> Result<(), BasemapError> {
    for (index, basemap) in basemaps.iter().enumerate() {
        basemap.check()?;
        if basemaps[..index].iter().any(|before| before.title == basemap.title) {
            return Err(BasemapError::Twice(basemap.title.clone()));
        }
    }
    Ok(())
}

/// Whether a path is that of an extract: one file of the folder, of plain letters.
pub fn is_extract(path: &str) -> bool {
    let name = path.strip_prefix(FILE_FOLDER).and_then(|file| file.strip_suffix(FILE_EXTENSION));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(is_plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn basemap(json: &str) -> Basemap {
        serde_json::from_str(json).unwrap()
    }

    const STREETS: &str =
        r#""title":"Streets","attribution":"© them","url":"https://t.example/{z}/{x}/{y}.png""#;

    #[test]
    fn what_the_page_cannot_show_is_refused_with_the_key() {
        let refused = [
            (r#"{"title":" ","attribution":"x","url":"https://t.example/{z}/{x}/{y}"}"#, "`title`"),
            (r#"{"title":"a","attribution":"x","url":"https://t.example/{z}/{x}.png"}"#, "`url`"),
            (r#"{"title":"a","attribution":"x","url":"ftp://t.example/{z}/{x}/{y}"}"#, "`url`"),
            (r#"{"title":"a","attribution":" ","url":"/a/{z}/{x}/{y}.png"}"#, "`attribution`"),
            (r#"{"title":"a","attribution":"x"}"#, "either `url`"),
            (r#"{"title":"a","attribution":"x","file":"ground/../x.pmtiles"}"#, "`file`"),
            (r#"{"title":"a","attribution":"x","file":"/srv/x.pmtiles"}"#, "`file`"),
            (r#"{"title":"a","attribution":"x","file":"ground/x.mbtiles"}"#, "`file`"),
        ];
        for (json, key) in refused {
            let message = basemap(json).check().unwrap_err().to_string();
            assert!(message.contains(key), "{message}");
        }
        for (more, key) in [
            (r#""labels":"https://t.example/names.png""#, "`labels`"),
            (r#""link":"javascript:alert(1)""#, "`link`"),
            (r#""max_zoom":25"#, "`max_zoom`"),
            (r#""file":"ground/x.pmtiles""#, "either `url`"),
        ] {
            let message = basemap(&format!("{{{STREETS},{more}}}")).check().unwrap_err();
            assert!(message.to_string().contains(key), "{message}");
        }
        let twice = vec![basemap(&format!("{{{STREETS}}}")); 2];
        assert_eq!(check_basemaps(&twice), Err(BasemapError::Twice("Streets".into())));
    }

    #[test]
    fn what_the_page_can_show_is_kept() {
        for json in [
            &format!("{{{STREETS},\"labels\":\"https://{{s}}.t.example/{{z}}/{{x}}/{{y}}\"}}"),
            r#"{"title":"a","attribution":"x","url":"/streets/{z}/{x}/{y}.png"}"#,
            r#"{"title":"a","attribution":"x","url":"http://127.0.0.1:80/{z}/{x}/{y}.png"}"#,
            r#"{"title":"a","attribution":"x","file":"ground/la-2025.pmtiles","link":"/osm"}"#,
        ] {
            let basemap = basemap(json);
            basemap.check().unwrap();
            assert_eq!(basemap.max_zoom, 19);
            assert_eq!(basemap.addresses().count() == 0, basemap.file.is_some());
        }
    }
}
