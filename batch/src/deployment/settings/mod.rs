//! The settings of a deployment: `dragonfly.toml`, overridden by the environment and by flags.

mod fires;
mod list;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dragonfly_core::attribution::site_attribution;
use dragonfly_core::basemap::check_basemaps;
use dragonfly_core::metadata::{ClientConfig, HighresConfig};
use dragonfly_core::overlay::{OverlayConfig, check_overlays};
use dragonfly_core::stac::AddressPolicy;
use dragonfly_core::{MaskRules, Region, regions_from_json};

use crate::publish::public_text::without_credentials;
use crate::read::local_file::read_configuration;

#[cfg(test)]
pub(crate) use fires::FireArea;
pub(crate) use fires::{FiresSettings, MAP_KEY_VARIABLE};
pub(crate) use list::{Overrides, Settings};

/// The file of the settings when none is named.
const DEFAULT_FILE: &str = "config/dragonfly.toml";

impl Settings {
    /// The file's settings under the overrides. Without a named file the default one is read where
    /// it exists.
    pub(crate) fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self> {
        let default_file = Some(Path::new(DEFAULT_FILE)).filter(|file| file.exists());
        let settings = match file.or(default_file) {
            Some(file) => Self::from_file(file)?,
            None => Self::default(),
        };
        let mut merged = serde_json::to_value(settings).context("reading the settings")?;
        if let (Some(merged), serde_json::Value::Object(flags)) =
            (merged.as_object_mut(), serde_json::to_value(overrides).context("reading the flags")?)
        {
            merged.extend(flags);
        }
        serde_json::from_value(merged).context("joining the settings and the flags")
    }

    fn from_file(file: &Path) -> Result<Self> {
        let text = read_configuration(file).with_context(|| {
            format!("cannot read the settings {}: name another file with --config", file.display())
        })?;
        let mut settings: Self = toml::from_str(&text)
            .with_context(|| format!("the settings {} cannot be used", file.display()))?;
        check_basemaps(&settings.basemaps)
            .with_context(|| format!("the settings {} cannot be used", file.display()))?;
        if let Some(page) = &settings.page {
            page.check(settings.basemaps.iter().map(|basemap| basemap.title.as_str()))
                .with_context(|| format!("the settings {} cannot be used", file.display()))?;
        }
        check_overlays(&settings.overlays)
            .with_context(|| format!("the settings {} cannot be used", file.display()))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        settings.root = folder.join(&settings.root);
        if settings.has_regions() {
            settings.regions = folder.join(&settings.regions);
        }
        let beside = |path: String| {
            if is_url(&path) { path } else { folder.join(path).display().to_string() }
        };
        settings.fire_zone_mask = settings.fire_zone_mask.map(beside);
        settings.stac = settings.stac.map(beside);
        if let Some(fires) = &mut settings.fires {
            fires.beside(folder);
        }
        Ok(settings)
    }

    /// Where the catalogue may lead.
    ///
    /// # Errors
    /// When its address cannot be requested.
    pub(crate) fn address_policy(&self) -> Result<AddressPolicy> {
        match self.stac.as_deref().filter(|stac| is_url(stac)) {
            Some(root) => {
                AddressPolicy::of_api(root, &self.catalogue_hosts, self.allow_private_addresses)
                    // It may contain a password.
                    .context("the catalogue that `stac` names cannot be used")
            }
            None => Ok(AddressPolicy::of_file()),
        }
    }

    /// The catalogue's file; `None` where it is an API, or none is set.
    pub(crate) fn catalogue_file(&self) -> Option<&Path> {
        self.stac.as_deref().filter(|stac| !is_url(stac)).map(Path::new)
    }

    /// The mask of a region's fire zone: its own, relative to the file of the regions, or the
    /// deployment's.
    pub(crate) fn fire_mask_of(&self, region: &Region) -> Option<String> {
        let own = region.fire_mask_path.as_deref().map(|path| {
            if is_url(path) {
                path.to_owned()
            } else {
                self.beside_regions(path).display().to_string()
            }
        });
        own.or_else(|| self.fire_zone_mask.clone())
    }

    /// The perimeter of a region's fire, relative to the file of the regions.
    pub(crate) fn perimeter_of(&self, region: &Region) -> Option<PathBuf> {
        region.perimeter_path.as_deref().map(|path| self.beside_regions(path))
    }

    /// The local files that the configuration names for a region and that are not there, each with
    /// the key that names it.
    pub(crate) fn missing_files_of(&self, region: &Region) -> Vec<String> {
        let mask = self.fire_mask_of(region).filter(|path| !is_url(path)).map(|path| {
            ("the fire-zone mask", PathBuf::from(path), "`fire_mask_path` or `fire_zone_mask`")
        });
        let perimeter =
            self.perimeter_of(region).map(|path| ("the perimeter", path, "`perimeter_path`"));
        let missing = mask.into_iter().chain(perimeter).filter_map(|(what, path, key)| {
            let error = std::fs::metadata(&path).err()?;
            let path = path.display();
            let problem = match error.kind() {
                std::io::ErrorKind::NotFound => "does not exist".to_owned(),
                _ => format!("cannot be read ({error})"),
            };
            Some(format!("{what} {path} {problem}: put it there, or correct {key}"))
        });
        missing.collect()
    }

    fn beside_regions(&self, path: &str) -> PathBuf {
        self.regions.parent().unwrap_or(Path::new("")).join(path)
    }

    /// Whether a file of regions is named.
    fn has_regions(&self) -> bool {
        !self.regions.as_os_str().is_empty()
    }

    /// All regions of the configuration; none where `regions` is empty.
    pub(crate) fn regions(&self) -> Result<Vec<Region>> {
        if !self.has_regions() {
            return Ok(Vec::new());
        }
        let file = self.regions.display();
        let text = read_configuration(&self.regions).with_context(|| {
            format!("cannot read the regions {file}: name another file with --regions")
        })?;
        regions_from_json(&text).with_context(|| format!("the regions {file} cannot be used"))
    }

    /// What the page needs of the settings, where it shows maps of these regions. User names and
    /// passwords in addresses stay here.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub(crate) fn client_config(&self, regions: &[Region]) -> Result<ClientConfig> {
        let public = |url: &Option<String>| url.as_deref().map(without_credentials);
        let highres = HighresConfig {
            token_url: public(&self.token_url),
            catalogue_hosts: self.catalogue_hosts.clone(),
            own_attribution: self.attribution.clone(),
            allow_private_addresses: self.allow_private_addresses,
            mask_rules: MaskRules {
                masks: self.masks.clone(),
                cloud_buffer_m: self.cloud_buffer_m,
            },
        };
        let overlays = OverlayConfig { overlays: self.overlays.clone() };
        let fields = |value| serde_json::from_value::<BTreeMap<_, _>>(value);
        let highres = serde_json::to_value(highres).and_then(fields);
        let overlays = serde_json::to_value(overlays).and_then(fields);
        let mut other = highres.context("writing what the browser's own computing needs")?;
        other.extend(overlays.context("writing the layers of the page")?);
        Ok(ClientConfig {
            stac_url: public(&self.stac).filter(|stac| is_url(stac)),
            proxy_base: public(&self.proxy_base),
            highres_zoom: self.highres_zoom,
            basemaps: self.basemaps.clone(),
            stale_after_days: self.stale_after_days,
            fires_url: None,
            geocoder_url: public(&self.geocoder_url),
            page: self.page.clone(),
            attribution: site_attribution(
                &self.attribution,
                regions.iter().map(|region| region.collection.as_str()),
            ),
            other,
        })
    }
}

/// An http or https address rather than a path.
pub(crate) fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use dragonfly_core::Masks;

    use super::*;

    #[test]
    fn the_file_in_config_holds_the_defaults() {
        let text = include_str!("../../../../config/dragonfly.toml");
        let read: Settings = toml::from_str(text).unwrap();
        // Without a file, readers' browsers request nothing from other sites.
        let titles: Vec<_> = read.basemaps.iter().map(|basemap| basemap.title.as_str()).collect();
        assert_eq!(titles, ["OpenTopoMap", "OpenStreetMap"]);
        check_basemaps(&read.basemaps).unwrap();
        assert_eq!(
            format!("{read:?}"),
            format!(
                "{:?}",
                Settings {
                    regions: "regions.json".into(),
                    fires: Some(FiresSettings::default()),
                    basemaps: read.basemaps.clone(),
                    ..Settings::default()
                }
            )
        );
    }

    #[test]
    fn the_page_gets_no_credentials() {
        let secret = |url: &str| Some(url.replace("//", "//alice:secret@"));
        let settings = Settings {
            stac: secret("https://stac.example/v1"),
            proxy_base: secret("https://proxy.example/?"),
            token_url: secret("https://token.example"),
            ..Settings::default()
        };
        let published = serde_json::to_string(&settings.client_config(&[]).unwrap()).unwrap();
        assert!(
            published.contains("https://proxy.example/?") && !published.contains("secret"),
            "{published}"
        );
    }

    #[test]
    fn the_sites_own_page_is_published_and_what_it_cannot_follow_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        let load = |page: &str| {
            std::fs::write(&file, format!("[page]\n{page}")).unwrap();
            Settings::load(Some(&file), &Overrides::default())
        };
        let settings = load("title = 'Our fires'\ncentre = [23, 38.9]\nzoom = 8").unwrap();
        let published = serde_json::to_value(settings.client_config(&[]).unwrap()).unwrap();
        let expected = serde_json::json!({"title": "Our fires", "centre": [23.0, 38.9], "zoom": 8});
        assert_eq!(published["page"], expected);
        let without = serde_json::to_value(Settings::default().client_config(&[]).unwrap());
        assert!(without.unwrap().get("page").is_none());
        for (page, key) in [
            ("logo = 'logo.svg'", "`logo`"),
            ("basemap = 'Roads'", "`basemap`"),
            ("titel = 'x'", "titel"),
            ("[[basemaps]]\ntitle = 'a'\nurl = '/{z}'\nattribution = 'x'", "`url`"),
        ] {
            let message = format!("{:#}", load(page).unwrap_err());
            assert!(message.contains(key) && message.contains("a.toml"), "{message}");
        }
    }

    #[test]
    fn layers_are_published_and_one_that_the_page_cannot_show_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        let load = |url: &str| {
            let text = format!(
                "[[overlays]]\ntitle = 'Perimeters'\nkind = 'geojson'\nattribution = 'x'\nurl = '{url}'"
            );
            std::fs::write(&file, text).unwrap();
            Settings::load(Some(&file), &Overrides::default())
        };
        let settings = load("/perimeters.geojson").unwrap();
        let published = serde_json::to_value(settings.client_config(&[]).unwrap()).unwrap();
        assert_eq!(published["overlays"][0]["url"], "/perimeters.geojson");
        let without = serde_json::to_value(Settings::default().client_config(&[]).unwrap());
        assert!(without.unwrap().get("overlays").is_none());
        let message = format!("{:#}", load("perimeters.geojson").unwrap_err());
        assert!(message.contains("`url`") && message.contains("a.toml"), "{message}");
    }

    #[test]
    fn configuration_with_a_mark_or_in_another_encoding_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let (file, regions) = (folder.path().join("a.toml"), folder.path().join("regions.json"));
        std::fs::write(&file, "\u{feff}stale_after_days = 9\nregions = 'regions.json'").unwrap();
        let settings = Settings::load(Some(&file), &Overrides::default()).unwrap();
        assert_eq!(settings.stale_after_days, 9);
        let text = r#"[{"name":"a","bbox":[0,0,1,1],"title":"Übersberg"}]"#;
        let utf16: Vec<u8> =
            format!("\u{feff}{text}").encode_utf16().flat_map(|unit| unit.to_le_bytes()).collect();
        let latin: Vec<u8> = text.chars().map(|letter| letter as u32 as u8).collect();
        for bytes in [format!("\u{feff}{text}").into_bytes(), utf16, latin] {
            std::fs::write(&regions, bytes).unwrap();
            assert_eq!(settings.regions().unwrap()[0].title(), "Übersberg");
        }
    }

    #[test]
    fn flags_win_over_the_file() {
        let overrides = Overrides {
            root: Some("/srv".into()),
            stale_after_days: Some(9),
            ..Overrides::default()
        };
        let settings = Settings::load(None, &overrides).unwrap();
        assert_eq!((settings.root, settings.stale_after_days), (PathBuf::from("/srv"), 9));
    }

    #[test]
    fn a_misspelt_key_is_named() {
        let message = toml::from_str::<Settings>("rooot = '/srv'").unwrap_err().to_string();
        assert!(message.contains("rooot"), "{message}");
    }

    #[test]
    fn what_masks_is_set_class_by_class() {
        let settings: Settings =
            toml::from_str("[masks]\nscl = [0, 1, 2, 3, 8, 9, 10, 11]").unwrap();
        assert_eq!(
            settings.masks,
            Masks { scl: vec![0, 1, 2, 3, 8, 9, 10, 11], ..Masks::default() }
        );
        let message =
            toml::from_str::<Settings>("[masks]\nqa_pixel = [3, 7]").unwrap_err().to_string();
        assert!(
            message.contains("qa_pixel") && message.contains("7 cannot be masked"),
            "{message}"
        );
    }
}
