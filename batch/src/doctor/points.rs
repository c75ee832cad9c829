//! The files of active-fire points: can they be read, and are they what they should be?

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::Finding;
use crate::deployment::settings::FiresSettings;
use crate::fires::sources::NightPoints;
use crate::http::Client;

/// Points older than this are no news: a satellite passes twice a day.
const MAX_AGE: TimeDelta = TimeDelta::hours(36);

/// A finding for each source of points; none where no fires are looked for.
pub(super) fn points(
    fires: Option<&FiresSettings>,
    client: &Client,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    const PROBE: &str = "points";
    let Some(fires) = fires else { return Vec::new() };
    if fires.points.is_empty() {
        let advice = "name files of active-fire points in `points` of [fires]";
        return vec![Finding::fail(PROBE, "[fires] names no points", advice)];
    }
    // Of the last 48 hours: the longer files are large.
    let read = NightPoints::read_recent(&fires.points, client, now);
    let finding = |source: &dragonfly_core::PointSource| match (&source.error, source.newest) {
        (Some(error), _) => Finding::fail(
            PROBE,
            error.clone(),
            "correct `points` of [fires]; until then no new fire is found by this source",
        ),
        (None, Some(newest)) if now - newest > MAX_AGE => Finding::warn(
            PROBE,
            format!("{}: {} points, the newest of {newest}", source.source, source.rows),
            "the satellite may have stopped: name the file of another one beside it",
        ),
        (None, Some(newest)) => Finding::ok(
            PROBE,
            format!("{}: {} points, the newest of {newest}", source.source, source.rows),
        ),
        (None, None) => Finding::warn(
            PROBE,
            format!("{}: a header and no point", source.source),
            "an area without fire is quiet; the world never is: check the address",
        ),
    };
    read.sources.iter().map(finding).collect()
}
