//! The list of all settings: what each is, its default, and its flag and environment variable.

use std::path::PathBuf;

use clap::Args;
use dragonfly_core::metadata::Basemap;
use dragonfly_core::overlay::SiteOverlay;
use dragonfly_core::page_config::PageConfig;
use dragonfly_core::{CLOUD_BUFFER_M, Masks};
use serde::{Deserialize, Serialize};

use super::fires::FiresSettings;

/// The type of a setting; `optional` where it may be absent.
macro_rules! setting_type {
    (optional $($type:tt)+) => { Option<$($type)+> };
    ($($type:tt)+) => { $($type)+ };
}

/// Makes [`Settings`], their defaults and the [`Overrides`] of one list.
///
/// Each entry: the setting's documentation, which is the help of its flag; its name (and `as` the
/// key where that differs); its type, `optional` where it may be absent; its default; and the
/// attributes of its flag, where a flag and the environment can override it.
macro_rules! settings {
    (
        overridable {$(
            $(#[doc = $doc:literal])+
            $name:ident $(as $key:literal)?: $($optional:ident)? ($($type:tt)+) = $default:expr,
                flag($($flag:tt)+);
        )+}
        of_the_file {$(
            $(#[doc = $file_doc:literal])+
            $file_name:ident: ($($file_type:tt)+) = $file_default:expr;
        )+}
    ) => {
        /// Every setting. Paths in the file are relative to its folder.
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct Settings {
            $(
                $(#[doc = $doc])+
                $(#[serde(rename = $key)])?
                pub(crate) $name: setting_type!($($optional)? $($type)+),
            )+
            $(
                $(#[doc = $file_doc])+
                pub(crate) $file_name: $($file_type)+,
            )+
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)+ $($file_name: $file_default,)+ }
            }
        }

        /// The settings that a flag or the environment can override.
        #[derive(Clone, Debug, Default, Args, Serialize)]
        pub(crate) struct Overrides {$(
            $(#[doc = $doc])+
            #[arg($($flag)+, global = true)]
            #[serde($(rename = $key, )? skip_serializing_if = "Option::is_none")]
            pub(super) $name: Option<$($type)+>,
        )+}
    };
}

settings! {
    overridable {
        /// Folder of the published files
        root: (PathBuf) = PathBuf::from("/var/dragonfly"),
            flag(long, value_name = "FOLDER", env = "DRAGONFLY_ROOT");

        /// Catalogue of scenes: the URL of a STAC API, or a path to an ItemCollection
        stac: optional (String) = None,
            flag(long, value_name = "URL|FILE", env = "DRAGONFLY_STAC");

        /// Endpoint of the tokens with which files open, where it is not the catalogue's own
        token_url: optional (String) = None,
            flag(long, value_name = "URL", env = "DRAGONFLY_TOKEN_URL", hide_short_help = true);

        /// Hosts that pages of the catalogue may lie on beside its own, separated by commas
        catalogue_hosts: (Vec<String>) = Vec::new(),
            flag(
                long,
                value_name = "HOSTS",
                value_delimiter = ',',
                env = "DRAGONFLY_CATALOGUE_HOSTS",
                hide_short_help = true
            );

        /// Let a catalogue on a public address lead to private ones
        allow_private_addresses: (bool) = false,
            flag(
                long,
                num_args = 0..=1,
                require_equals = true,
                default_missing_value = "true",
                value_name = "BOOL",
                env = "DRAGONFLY_ALLOW_PRIVATE_ADDRESSES",
                hide_short_help = true
            );

        /// File of the regions
        regions: (PathBuf) = PathBuf::from("config/regions.json"),
            flag(long, value_name = "FILE", env = "DRAGONFLY_REGIONS");

        /// Mask of the fire zone for regions without one of their own
        fire_zone_mask: optional (String) = None,
            flag(
                long,
                value_name = "FILE",
                env = "DRAGONFLY_FIRE_ZONE_MASK",
                hide_short_help = true
            );

        /// Least share of the zone's cells that a new map must have seen, 0 to 1
        min_valid_share: (f64) = 0.2,
            flag(
                long,
                value_name = "SHARE",
                env = "DRAGONFLY_MIN_VALID_SHARE",
                hide_short_help = true
            );

        /// Earlier successful runs that are kept
        keep_runs: (usize) = 2,
            flag(long, value_name = "COUNT", env = "DRAGONFLY_KEEP_RUNS", hide_short_help = true);

        /// Runs that were current within so many hours are kept too
        keep_hours: (u32) = 24,
            flag(long, value_name = "HOURS", env = "DRAGONFLY_KEEP_HOURS", hide_short_help = true);

        /// Minutes after which a run stops itself and counts as failed
        max_run_minutes: (f64) = 180.0,
            flag(
                long,
                value_name = "MINUTES",
                env = "DRAGONFLY_MAX_RUN_MINUTES",
                hide_short_help = true
            );

        /// Share of the scenes that may be broken, 0 to 1; beyond it the run fails
        max_failed_share: (f64) = 0.5,
            flag(
                long,
                value_name = "SHARE",
                env = "DRAGONFLY_MAX_FAILED_SHARE",
                hide_short_help = true
            );

        /// Connections to one host at a time
        max_connections: (usize) = 64,
            flag(
                long,
                value_name = "COUNT",
                env = "DRAGONFLY_MAX_CONNECTIONS",
                hide_short_help = true
            );

        /// Memory that a run may take, MiB
        memory_mb: (u64) = 512,
            flag(long, value_name = "MIB", env = "DRAGONFLY_MEMORY_MB", hide_short_help = true);

        /// Most regions a night
        regions_per_night: (usize) = 2,
            flag(
                long,
                value_name = "COUNT",
                env = "DRAGONFLY_REGIONS_PER_NIGHT",
                hide_short_help = true
            );

        /// Disk space that must stay free, gigabytes
        min_free_gb: (f64) = 5.0,
            flag(long, value_name = "GB", env = "DRAGONFLY_MIN_FREE_GB", hide_short_help = true);

        /// Reach of clouds, shadows and snow beyond those of the mask, metres
        cloud_buffer_m as "cloud_margin_m": (f32) = CLOUD_BUFFER_M,
            flag(
                long = "cloud-margin-m",
                value_name = "METRES",
                env = "DRAGONFLY_CLOUD_MARGIN_M",
                hide_short_help = true
            );

        /// Whom the maps name, in place of the credit of their collection (`{data}`)
        attribution: (String) = String::new(),
            flag(long, value_name = "TEXT", env = "DRAGONFLY_ATTRIBUTION", hide_short_help = true);

        /// From this zoom on the page offers high resolution
        highres_zoom: (u8) = 11,
            flag(long, value_name = "ZOOM", env = "DRAGONFLY_HIGHRES_ZOOM", hide_short_help = true);

        /// Put before the URLs of buckets that answer no other site
        proxy_base: optional (String) = None,
            flag(long, value_name = "URL", env = "DRAGONFLY_PROXY_BASE", hide_short_help = true);

        /// Geocoder of the page's search that answers as Nominatim does
        geocoder_url: optional (String) = None,
            flag(long, value_name = "URL", env = "DRAGONFLY_GEOCODER_URL", hide_short_help = true);

        /// Origins from which the page of `serve` may read images, separated by commas
        image_sources: (Vec<String>) =
            vec!["https://sentinel-cogs.s3.us-west-2.amazonaws.com".to_owned()],
            flag(
                long,
                value_name = "ORIGINS",
                value_delimiter = ',',
                env = "DRAGONFLY_IMAGE_SOURCES",
                hide_short_help = true
            );

        /// Sites that may show the page in a frame, separated by commas: origins, 'self' or *
        frame_ancestors: (Vec<String>) = Vec::new(),
            flag(
                long,
                value_name = "ORIGINS",
                value_delimiter = ',',
                env = "DRAGONFLY_FRAME_ANCESTORS",
                hide_short_help = true
            );

        /// A map older than this is stale, days
        stale_after_days: (u32) = 30,
            flag(
                long,
                value_name = "DAYS",
                env = "DRAGONFLY_STALE_AFTER_DAYS",
                hide_short_help = true
            );
    }
    of_the_file {
        /// What of a scene's mask hides the ground
        masks: (Masks) = Masks::default();

        /// Backgrounds of the page
        basemaps: (Vec<Basemap>) = Vec::new();

        /// Layers of the page above the maps
        overlays: (Vec<SiteOverlay>) = Vec::new();

        /// The site's own name, links and first view
        page: (Option<PageConfig>) = None;

        /// How fires are found from active-fire points; without it none are
        fires: (Option<FiresSettings>) = None;
    }
}
