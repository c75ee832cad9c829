//! The facts beside the prose of the metadata. They are optional: one that this page does not know,
//! or cannot read, leaves the map readable, and the prose is shown instead.

use dragonfly_core::{
    FireSide, MapWarning, OffsetReason, RunFailure, SkipReason, WarningReason, WindowReason,
};

use crate::data::fields::Fields;

/// Sides of the fire.
pub const SIDES: [(&str, FireSide); 2] = [("pre", FireSide::Pre), ("post", FireSide::Post)];

/// Reasons for the offset of a scene.
pub const OFFSET_REASONS: [(&str, OffsetReason); 12] = [
    ("raster_bands", OffsetReason::RasterBands),
    ("no_offset", OffsetReason::NoOffset),
    ("collection", OffsetReason::Collection),
    ("baseline_below_04_00", OffsetReason::BaselineBelow0400),
    ("boa_offset_applied", OffsetReason::BoaOffsetApplied),
    ("doubted_boa_offset_applied", OffsetReason::DoubtedBoaOffsetApplied),
    ("as_delivered", OffsetReason::AsDelivered),
    ("dark_pixels", OffsetReason::DarkPixels),
    ("unverified_raster_bands", OffsetReason::UnverifiedRasterBands),
    ("unverified_baseline", OffsetReason::UnverifiedBaseline),
    ("raster_bands_in_dn", OffsetReason::RasterBandsInDn),
    ("unverified_no_offset", OffsetReason::UnverifiedNoOffset),
];

/// Why the windows of a map are what they are; `None` for a reason newer than this page.
pub fn window_reason(reason: Fields<'_>) -> Option<WindowReason> {
    Some(match reason.text("kind")?.as_str() {
        "around_fire" => {
            WindowReason::AroundFire { first: reason.day("first")?, last: reason.day("last")? }
        }
        "since_fire" => WindowReason::SinceFire { first: reason.day("first")? },
        "configured" => WindowReason::Configured,
        "rolling" => WindowReason::Rolling { days: reason.small_count("days")? },
        "chosen" => WindowReason::Chosen,
        _ => return None,
    })
}

/// Why a run failed; [`RunFailure::Other`] for a cause newer than this page.
pub fn run_failure(failure: Fields<'_>) -> RunFailure {
    let read = || -> Option<RunFailure> {
        Some(match failure.text("kind")?.as_str() {
            "no_scene" => RunFailure::NoScene { side: failure.word("side", &SIDES)? },
            "unreadable_scenes" => RunFailure::UnreadableScenes {
                unreadable: failure.count("unreadable")?,
                tried: failure.count("tried")?,
            },
            "too_little_observed" => RunFailure::TooLittleObserved {
                observed_share: failure.number("observed_share")?,
                min_share: failure.number("min_share")?,
            },
            "disk_full" => RunFailure::DiskFull,
            "took_too_long" => {
                RunFailure::TookTooLong { max_minutes: failure.number("max_minutes")? }
            }
            "killed" => RunFailure::Killed,
            "catalogue" => RunFailure::Catalogue,
            _ => return None,
        })
    };
    read().unwrap_or(RunFailure::Other)
}

/// Why a scene was not used; [`SkipReason::Other`] for a reason newer than this page.
pub fn skip_reason(why: Fields<'_>) -> SkipReason {
    let read = || -> Option<SkipReason> {
        Some(match why.text("kind")?.as_str() {
            "duplicate" => SkipReason::Duplicate { of: why.text("of")? },
            "too_cloudy" => SkipReason::TooCloudy {
                cloud_cover: why.number("cloud_cover")?,
                max_cloud_cover: why.number("max_cloud_cover")?,
            },
            "better_scenes" => SkipReason::BetterScenes {
                count: why.small_count("count")?,
                tile: why.text("tile")?,
            },
            "unreadable" => SkipReason::Unreadable,
            "refused" => SkipReason::Refused,
            _ => return None,
        })
    };
    read().unwrap_or(SkipReason::Other)
}

/// A reason to doubt a map; [`WarningReason::Other`] for one newer than this page.
pub fn map_warning(warning: Fields<'_>) -> Option<MapWarning> {
    let why = warning.part("why").and_then(warning_reason).unwrap_or_default();
    Some(MapWarning { text: warning.text("text")?, why })
}

fn warning_reason(why: Fields<'_>) -> Option<WarningReason> {
    let scenes = || why.count("scenes");
    let thousandths = || why.number("thousandths").map(|number| number as i32);
    Some(match why.text("kind")?.as_str() {
        "incomplete_search" => WarningReason::IncompleteSearch {
            matched: why.count("matched")?,
            received: why.count("received")?,
        },
        "unrequested_scenes" => WarningReason::UnrequestedScenes {
            unrequested: why.count("unrequested")?,
            received: why.count("received")?,
        },
        "unmasked" => WarningReason::Unmasked { scenes: scenes()? },
        "other_mask" => WarningReason::OtherMask { scenes: scenes()? },
        "mostly_burnt" => WarningReason::MostlyBurnt { percent: why.count("percent")? },
        "mostly_regrown" => WarningReason::MostlyRegrown { percent: why.count("percent")? },
        "less_seen" => WarningReason::LessSeen { scenes: scenes()? },
        "no_fire_for_offset" => WarningReason::NoFireForOffset,
        "small_offset_ring" => WarningReason::SmallOffsetRing { cells: why.count("cells")? },
        "background_drift" => WarningReason::BackgroundDrift { thousandths: thousandths()? },
        "sparse_vegetation" => WarningReason::SparseVegetation { thousandths: thousandths()? },
        "uncertain_offset" => WarningReason::UncertainOffset { scenes: scenes()? },
        "low_sun" => WarningReason::LowSun { scenes: scenes()? },
        "drifting_orbit" => WarningReason::DriftingOrbit { scenes: scenes()? },
        _ => return None,
    })
}
