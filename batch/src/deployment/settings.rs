//! The settings of a deployment: `dragonfly.toml`, overridden by the environment and by flags.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use dragonfly_core::metadata::{Basemap, ClientConfig, HighresConfig};
use dragonfly_core::stac::AddressPolicy;
use dragonfly_core::{CLOUD_BUFFER_M, MaskRules, Masks, Region, regions_from_json};
use serde::{Deserialize, Serialize};

use crate::publish::public_text::without_credentials;

/// Every setting. Paths in the file are relative to its folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Folder of the published files.
    pub(crate) root: PathBuf,
    /// Catalogue of scenes: the URL of a STAC API, or a path to an ItemCollection.
    pub(crate) stac: Option<String>,
    /// Endpoint of the tokens with which files open; the catalogue's own when `None`.
    pub(crate) token_url: Option<String>,
    /// Hosts that pages of the catalogue may lie on beside its own.
    pub(crate) catalogue_hosts: Vec<String>,
    /// Whether a catalogue on a public address may lead to private ones.
    pub(crate) allow_private_addresses: bool,
    /// File of the regions.
    pub(crate) regions: PathBuf,
    /// Mask of the fire zone for regions without one of their own.
    pub(crate) fire_zone_mask: Option<String>,
    /// Least share of the zone's cells that a new map must have seen, 0 to 1.
    pub(crate) min_valid_share: f64,
    /// Earlier successful runs that are kept.
    pub(crate) keep_runs: usize,
    /// Runs that were current within so many hours are kept too, for readers still at them.
    pub(crate) keep_hours: u32,
    /// Minutes after which a run stops itself and counts as failed.
    pub(crate) max_run_minutes: f64,
    /// Share of the scenes that may be broken, 0 to 1; beyond it the run fails.
    pub(crate) max_failed_share: f64,
    /// Connections to one host at a time.
    pub(crate) max_connections: usize,
    /// Memory that a run may take, MiB.
    pub(crate) memory_mb: u64,
    /// Most regions a night.
    pub(crate) regions_per_night: usize,
    /// Disk space that must stay free, gigabytes.
    pub(crate) min_free_gb: f64,
    /// Reach of clouds and shadows beyond what the mask says, metres.
    #[serde(rename = "cloud_margin_m")]
    pub(crate) cloud_buffer_m: f32,
    /// Whom the maps name.
    pub(crate) attribution: String,
    /// From this zoom on the page offers high resolution.
    pub(crate) highres_zoom: u8,
    /// Put before the URLs of buckets that answer no other site.
    pub(crate) proxy_base: Option<String>,
    /// Origins from which the page may read images, besides the hosts of the other settings.
    pub(crate) image_sources: Vec<String>,
    /// A map older than this is stale, days.
    pub(crate) stale_after_days: u32,
    /// What of a scene's mask hides the ground.
    pub(crate) masks: Masks,
    /// Raster basemaps of the page.
    pub(crate) basemaps: Vec<Basemap>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            root: PathBuf::from("/var/dragonfly"),
            stac: None,
            token_url: None,
            catalogue_hosts: Vec::new(),
            allow_private_addresses: false,
            regions: PathBuf::from("config/regions.json"),
            fire_zone_mask: None,
            min_valid_share: 0.2,
            keep_runs: 2,
            keep_hours: 24,
            max_run_minutes: 180.0,
            max_failed_share: 0.5,
            max_connections: 64,
            memory_mb: 512,
            regions_per_night: 2,
            min_free_gb: 5.0,
            cloud_buffer_m: CLOUD_BUFFER_M,
            attribution: "Contains modified Copernicus Sentinel data".to_owned(),
            highres_zoom: 11,
            proxy_base: None,
            image_sources: vec!["https://sentinel-cogs.s3.us-west-2.amazonaws.com".to_owned()],
            stale_after_days: 30,
            masks: Masks::default(),
            basemaps: Vec::new(),
        }
    }
}

/// The settings that a flag or the environment can override.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub(crate) struct Overrides {
    /// Folder of the published files
    #[arg(long, global = true, value_name = "FOLDER", env = "DRAGONFLY_ROOT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<PathBuf>,

    /// Catalogue of scenes: the URL of a STAC API, or a path to an ItemCollection
    #[arg(long, global = true, value_name = "URL|FILE", env = "DRAGONFLY_STAC")]
    #[serde(skip_serializing_if = "Option::is_none")]
    stac: Option<String>,

    /// Endpoint of the tokens with which files open, where it is not the catalogue's own
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "DRAGONFLY_TOKEN_URL",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    token_url: Option<String>,

    /// Hosts that pages of the catalogue may lie on beside its own, separated by commas
    #[arg(
        long,
        global = true,
        value_name = "HOSTS",
        value_delimiter = ',',
        env = "DRAGONFLY_CATALOGUE_HOSTS",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue_hosts: Option<Vec<String>>,

    /// Let a catalogue on a public address lead to private ones
    #[arg(
        long,
        global = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_name = "BOOL",
        env = "DRAGONFLY_ALLOW_PRIVATE_ADDRESSES",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_private_addresses: Option<bool>,

    /// File of the regions
    #[arg(long, global = true, value_name = "FILE", env = "DRAGONFLY_REGIONS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    regions: Option<PathBuf>,

    /// Mask of the fire zone for regions without one of their own
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "DRAGONFLY_FIRE_ZONE_MASK",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    fire_zone_mask: Option<String>,

    /// Least share of the zone's cells that a new map must have seen, 0 to 1
    #[arg(
        long,
        global = true,
        value_name = "SHARE",
        env = "DRAGONFLY_MIN_VALID_SHARE",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    min_valid_share: Option<f64>,

    /// Earlier successful runs that are kept
    #[arg(
        long,
        global = true,
        value_name = "COUNT",
        env = "DRAGONFLY_KEEP_RUNS",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_runs: Option<usize>,

    /// Runs that were current within so many hours are kept too
    #[arg(
        long,
        global = true,
        value_name = "HOURS",
        env = "DRAGONFLY_KEEP_HOURS",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_hours: Option<u32>,

    /// Minutes after which a run stops itself and counts as failed
    #[arg(
        long,
        global = true,
        value_name = "MINUTES",
        env = "DRAGONFLY_MAX_RUN_MINUTES",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_run_minutes: Option<f64>,

    /// Share of the scenes that may be broken, 0 to 1; beyond it the run fails
    #[arg(
        long,
        global = true,
        value_name = "SHARE",
        env = "DRAGONFLY_MAX_FAILED_SHARE",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_failed_share: Option<f64>,

    /// Connections to one host at a time
    #[arg(
        long,
        global = true,
        value_name = "COUNT",
        env = "DRAGONFLY_MAX_CONNECTIONS",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_connections: Option<usize>,

    /// Memory that a run may take, MiB
    #[arg(
        long,
        global = true,
        value_name = "MIB",
        env = "DRAGONFLY_MEMORY_MB",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_mb: Option<u64>,

    /// Most regions a night
    #[arg(
        long,
        global = true,
        value_name = "COUNT",
        env = "DRAGONFLY_REGIONS_PER_NIGHT",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    regions_per_night: Option<usize>,

    /// Disk space that must stay free, gigabytes
    #[arg(
        long,
        global = true,
        value_name = "GB",
        env = "DRAGONFLY_MIN_FREE_GB",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    min_free_gb: Option<f64>,

    /// Reach of clouds and shadows beyond what the mask says, metres
    #[arg(
        long = "cloud-margin-m",
        global = true,
        value_name = "METRES",
        env = "DRAGONFLY_CLOUD_MARGIN_M",
        hide_short_help = true
    )]
    #[serde(rename = "cloud_margin_m", skip_serializing_if = "Option::is_none")]
    cloud_buffer_m: Option<f32>,

    /// Whom the maps name
    #[arg(
        long,
        global = true,
        value_name = "TEXT",
        env = "DRAGONFLY_ATTRIBUTION",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    attribution: Option<String>,

    /// From this zoom on the page offers high resolution
    #[arg(
        long,
        global = true,
        value_name = "ZOOM",
        env = "DRAGONFLY_HIGHRES_ZOOM",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    highres_zoom: Option<u8>,

    /// Put before the URLs of buckets that answer no other site
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "DRAGONFLY_PROXY_BASE",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_base: Option<String>,

    /// Origins from which the page of `serve` may read images, parted by commas
    #[arg(
        long,
        global = true,
        value_name = "ORIGINS",
        env = "DRAGONFLY_IMAGE_SOURCES",
        value_delimiter = ',',
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    image_sources: Option<Vec<String>>,

    /// A map older than this is stale, days
    #[arg(
        long,
        global = true,
        value_name = "DAYS",
        env = "DRAGONFLY_STALE_AFTER_DAYS",
        hide_short_help = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    stale_after_days: Option<u32>,
}

/// Where the settings are looked for when no file is named.
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
        let text = std::fs::read_to_string(file).with_context(|| {
            format!("cannot read the settings {}: name another file with --config", file.display())
        })?;
        let mut settings: Self = toml::from_str(&text)
            .with_context(|| format!("the settings {} cannot be used", file.display()))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        settings.root = folder.join(&settings.root);
        settings.regions = folder.join(&settings.regions);
        let beside = |path: String| {
            if is_url(&path) { path } else { folder.join(path).display().to_string() }
        };
        settings.fire_zone_mask = settings.fire_zone_mask.map(beside);
        if let Some(stac) = settings.stac.take() {
            settings.stac =
                Some(if is_url(&stac) { stac } else { folder.join(stac).display().to_string() });
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
                    // It may hold a password.
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

    fn beside_regions(&self, path: &str) -> PathBuf {
        self.regions.parent().unwrap_or(Path::new("")).join(path)
    }

    /// All regions of the configuration.
    pub(crate) fn regions(&self) -> Result<Vec<Region>> {
        let file = self.regions.display();
        let text = std::fs::read_to_string(&self.regions).with_context(|| {
            format!("cannot read the regions {file}: name another file with --regions")
        })?;
        regions_from_json(&text).with_context(|| format!("the regions {file} cannot be used"))
    }

    /// What the page needs of the settings. User names and passwords in addresses stay here.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub(crate) fn client_config(&self) -> Result<ClientConfig> {
        let public = |url: &Option<String>| url.as_deref().map(without_credentials);
        let highres = HighresConfig {
            token_url: public(&self.token_url),
            catalogue_hosts: self.catalogue_hosts.clone(),
            allow_private_addresses: self.allow_private_addresses,
            mask_rules: MaskRules {
                masks: self.masks.clone(),
                cloud_buffer_m: self.cloud_buffer_m,
            },
        };
        let highres = serde_json::to_value(highres).and_then(serde_json::from_value);
        Ok(ClientConfig {
            stac_url: public(&self.stac).filter(|stac| is_url(stac)),
            proxy_base: public(&self.proxy_base),
            highres_zoom: self.highres_zoom,
            basemaps: self.basemaps.clone(),
            stale_after_days: self.stale_after_days,
            attribution: self.attribution.clone(),
            other: highres.context("writing what the browser's own computing needs")?,
        })
    }
}

/// An http or https address rather than a path.
pub(crate) fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_in_config_holds_the_defaults() {
        let text = include_str!("../../../config/dragonfly.toml");
        let read: Settings = toml::from_str(text).unwrap();
        assert_eq!(
            format!("{read:?}"),
            format!("{:?}", Settings { regions: "regions.json".into(), ..Settings::default() })
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
        let published = serde_json::to_string(&settings.client_config().unwrap()).unwrap();
        assert!(
            published.contains("https://proxy.example/?") && !published.contains("secret"),
            "{published}"
        );
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
