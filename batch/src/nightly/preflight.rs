//! What must hold before a run starts, and before its map replaces another.

use anyhow::{Context, Result};
use dragonfly_core::metadata::MapMeta;
use dragonfly_core::{EmptyShare, Grid, MapLayers, Region, RunFailure};

use crate::deployment::Deployment;
use crate::deployment::layout::RootLayout;
use crate::nightly::failure::RunError;

/// Bytes per cell in the work folder: a float, two codes, two days and a count.
const WORK_BYTES_PER_CELL: f64 = 11.0;
/// Bytes per cell when published, where there is no earlier run: compressed raster, overviews,
/// tiles, layers.
const PUBLISHED_BYTES_PER_CELL: f64 = 8.0;
/// Bytes per cell of the layers, which a map of an older version does not count.
const LAYER_BYTES_PER_CELL: f64 = 2.0;
/// A new map may be so much larger than the last.
const GROWTH: f64 = 1.5;

/// The least share of a map that is named among the causes of its emptiness.
const MIN_NAMED_SHARE: f64 = 0.005;

/// Free space of the root's file system, gigabytes.
///
/// # Errors
/// When the file system cannot be read.
pub(crate) fn free_gb(layout: &RootLayout) -> Result<f64> {
    let root = layout.root();
    let stat = rustix::fs::statvfs(root)
        .with_context(|| format!("cannot read the free space of {}", root.display()))?;
    Ok(stat.f_bavail as f64 * stat.f_frsize as f64 / 1e9)
}

/// Whether the disk has room for a run of a region.
///
/// # Errors
/// When it has not; with the figures.
pub(crate) fn check_disk(
    deployment: &Deployment,
    region: &Region,
    last: Option<&MapMeta>,
) -> Result<()> {
    let min_free_gb = deployment.settings.min_free_gb;
    let free_gb = free_gb(&deployment.layout)?;
    let needed_gb = needed_gb(region, last);
    if free_gb - needed_gb >= min_free_gb {
        return Ok(());
    }
    let message = format!(
        "the disk has {free_gb:.1} GB free, this run needs about {needed_gb:.1} GB, and \
        {min_free_gb:.1} GB must stay free: make room, or lower min_free_gb or keep_runs"
    );
    Err(RunError { failure: RunFailure::DiskFull, message }.into())
}

fn needed_gb(region: &Region, last: Option<&MapMeta>) -> f64 {
    let grid = Grid::covering(region.bbox, region.zoom_max);
    let cells = f64::from(grid.width()) * f64::from(grid.height());
    let published_bytes = last.map_or(cells * PUBLISHED_BYTES_PER_CELL, |map| {
        map.disk_usage_mb * 1e6 * GROWTH + uncounted_bytes(cells, map.layers.as_ref())
    });
    (cells * WORK_BYTES_PER_CELL + published_bytes) / 1e9
}

/// Bytes of the layers, where the last map has none.
fn uncounted_bytes(cells: f64, layers: Option<&MapLayers>) -> f64 {
    layers.map_or(cells * LAYER_BYTES_PER_CELL, |_| 0.0)
}

/// Whether a new map has seen enough to replace the published one: a cloudy month must not.
///
/// # Errors
/// When it has not; with both shares.
pub(crate) fn check_valid_share(
    new: &EmptyShare,
    published: Option<&EmptyShare>,
    min_valid_share: f64,
) -> Result<()> {
    let share = observed_share(new);
    if share < min_valid_share {
        let message = format!(
            "only {:.1} % of the zone was seen, and {:.1} % is the least (min_valid_share): the \
            map is not published; {}",
            100.0 * share,
            100.0 * min_valid_share,
            causes_of(new)
        );
        return Err(too_little_observed(share, min_valid_share, message).into());
    }
    if let Some(before) = published.map(observed_share).filter(|before| share < before / 2.0) {
        let message = format!(
            "only {:.1} % of the zone was seen, less than half of the {:.1} % of the published \
            map, which stays",
            100.0 * share,
            100.0 * before
        );
        return Err(too_little_observed(share, before / 2.0, message).into());
    }
    Ok(())
}

/// Whether a new map has seen enough of what burnt in the published one: a night that saw
/// everything but the fire must not take its place.
///
/// # Errors
/// When it has not; with the share.
pub(crate) fn check_burnt_share(share: Option<f64>, min_valid_share: f64) -> Result<()> {
    let Some(share) = share.filter(|share| *share < min_valid_share) else { return Ok(()) };
    let message = format!(
        "only {:.1} % of what is burnt in the published map was seen, and {:.1} % is the least \
        (min_valid_share): the published map stays; wait for clearer images, widen \
        post_window_days, or lower min_valid_share",
        100.0 * share,
        100.0 * min_valid_share
    );
    Err(too_little_observed(share, min_valid_share, message).into())
}

fn too_little_observed(observed_share: f64, min_share: f64, message: String) -> RunError {
    RunError { failure: RunFailure::TooLittleObserved { observed_share, min_share }, message }
}

/// Share of the zone's cells that were seen on both sides, water included.
/// Why ground was not seen, the largest part first, and what helps against that.
fn causes_of(empty: &EmptyShare) -> String {
    let mut parts = [
        (
            empty.never_observed,
            "is covered by no scene of a side",
            "widen its window, or raise scenes_per_tile",
        ),
        (
            empty.cloud,
            "is hidden by cloud or snow, or is too dark or bright",
            "wait for clearer images, or check the scale and offset of the items where they are \
            clear",
        ),
        (
            empty.no_data,
            "has no data in its scenes",
            "check the no-data values of files and items, and their masks",
        ),
    ];
    parts.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    let named: Vec<String> = parts
        .iter()
        .filter(|(share, ..)| *share >= MIN_NAMED_SHARE)
        .map(|(share, cause, _)| format!("{:.0} % {cause}", 100.0 * share))
        .collect();
    let [(_, _, advice), ..] = parts;
    format!("{}: {advice}", named.join(", "))
}

fn observed_share(empty: &EmptyShare) -> f64 {
    let zone = 1.0 - empty.outside_zone;
    if zone <= 0.0 {
        0.0
    } else {
        (zone - empty.never_observed - empty.cloud - empty.no_data) / zone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_need_room_beside_a_map_of_an_older_version() {
        let layers = MapLayers::new(|_| String::new());
        assert_eq!(uncounted_bytes(1e6, Some(&layers)), 0.0);
        assert_eq!(uncounted_bytes(1e6, None), 2e6);
    }

    #[test]
    fn water_is_seen_and_the_outside_does_not_count() {
        let empty = EmptyShare {
            outside_zone: 0.5,
            cloud: 0.1,
            water: 0.1,
            water_after: 0.1,
            never_observed: 0.1,
            no_data: 0.05,
        };
        assert!((observed_share(&empty) - 0.5).abs() < 1e-9);
        assert_eq!(observed_share(&EmptyShare { outside_zone: 1.0, ..EmptyShare::default() }), 0.0);
    }

    #[test]
    fn a_night_that_did_not_see_the_fire_does_not_replace_its_map() {
        for share in [None, Some(0.2), Some(1.0)] {
            assert!(check_burnt_share(share, 0.2).is_ok(), "{share:?}");
        }
        let message = check_burnt_share(Some(0.19), 0.2).unwrap_err().to_string();
        assert!(message.contains("19.0 %") && message.contains("min_valid_share"), "{message}");
    }

    #[test]
    fn a_cloudy_month_must_not_replace_a_good_map() {
        let clouded = |cloud| EmptyShare { cloud, ..EmptyShare::default() };
        let message = |new, published: Option<f64>| {
            let published = published.map(clouded);
            check_valid_share(&clouded(new), published.as_ref(), 0.2)
                .err()
                .map(|error| error.to_string())
        };
        assert_eq!(message(0.7, None), None);
        assert_eq!(message(0.5, Some(0.0)), None);
        let half = message(0.51, Some(0.0)).unwrap();
        assert!(half.contains("49.0 %") && half.contains("100.0 %"), "{half}");
        let least = message(0.81, None).unwrap();
        assert!(least.contains("19.0 %") && least.contains("20.0 %"), "{least}");
    }

    #[test]
    fn why_a_map_saw_too_little_is_named_with_what_helps() {
        let empty = EmptyShare { cloud: 0.2, no_data: 0.7, ..EmptyShare::default() };
        let message = check_valid_share(&empty, None, 0.2).unwrap_err().to_string();
        let parts = ["70 % has no data in its scenes, 20 % is hidden", "check the no-data values"];
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
        let dark = EmptyShare { cloud: 1.0, ..EmptyShare::default() };
        let message = check_valid_share(&dark, None, 0.2).unwrap_err().to_string();
        assert!(message.contains("scale and offset"), "{message}");
    }
}
