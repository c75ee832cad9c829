//! The sources of points in a night: which could be read, and what each observed.

use chrono::{DateTime, TimeDelta, Utc};
use dragonfly_core::{Detection, FireList, PointCoverage, PointSource, ReadPoints, read_points};
use rayon::prelude::*;

use crate::fires::point_files::{PointFile, read_point_files};
use crate::http::Client;
use crate::publish::public_text::public_text;

/// A file with fewer rows than this share of its last ones is taken for cut off.
const MIN_ROWS_SHARE: f64 = 0.1;
/// Files that never had more rows may have none.
const FEW_ROWS: usize = 100;
/// A file that has been so short for this time is read as it is, hours: rain ends a season of
/// fires …
const SHORT_FILE_HOURS: i64 = 72;
/// … where its newest point is no older than this, hours: where a file is cut off, the newest are
/// missing.
const FRESH_HOURS: i64 = 24;
/// How a file of the whole world is named.
const WORLD: &str = "Global";

/// What the sources of a night gave.
pub(crate) struct NightPoints {
    pub(crate) detections: Vec<Detection>,
    pub(crate) coverage: Vec<PointCoverage>,
    pub(crate) sources: Vec<PointSource>,
}

impl NightPoints {
    /// Reads all sources. One that cannot be read keeps its last figures and states its error.
    pub(crate) fn read(
        sources: &[String],
        last: Option<&FireList>,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Self {
        let gap = last.map(|list| now - list.checked_at).filter(|gap| *gap >= TimeDelta::zero());
        Self::of(read_point_files(sources, gap, client), last, now)
    }

    /// Reads all sources as a night without a gap does, and compares them with no other night.
    pub(crate) fn read_recent(sources: &[String], client: &Client, now: DateTime<Utc>) -> Self {
        Self::of(read_point_files(sources, Some(TimeDelta::zero()), client), None, now)
    }

    /// Parses files at the same time, and joins them in their order.
    fn of(files: Vec<PointFile>, last: Option<&FireList>, now: DateTime<Utc>) -> Self {
        let parse = |file: PointFile| {
            let is_it = |source: &&PointSource| source.source == file.source;
            let before = last.and_then(|list| list.points.iter().find(is_it).cloned());
            ParsedSource::of(file, before, now)
        };
        let parsed: Vec<ParsedSource> = files.into_par_iter().map(parse).collect();
        let mut night = Self { detections: Vec::new(), coverage: Vec::new(), sources: Vec::new() };
        parsed.into_iter().for_each(|source| night.add(source, now));
        night
    }

    /// Whether any source could be read.
    pub(crate) fn is_sighted(&self) -> bool {
        self.sources.iter().any(|source| source.error.is_none())
    }

    fn add(&mut self, parsed: ParsedSource, now: DateTime<Utc>) {
        let ParsedSource { source, before, read } = parsed;
        match read {
            Ok(read) => {
                let newest = read.iter().map(Detection::time).max();
                self.coverage.extend(coverage_of(&source, &read));
                let rows = read.len();
                self.sources.push(PointSource {
                    source,
                    read_at: Some(now),
                    rows,
                    newest,
                    ..PointSource::default()
                });
                self.detections.extend(read);
            }
            Err(unread) => {
                tracing::warn!("{}", unread.message);
                let before = before.unwrap_or(PointSource { source, ..PointSource::default() });
                let short_since = before.short_since.or_else(|| unread.is_short.then_some(now));
                let error = Some(public_text(&unread.message));
                self.sources.push(PointSource { error, short_since, ..before });
            }
        }
    }
}

/// A file of points that was parsed.
struct ParsedSource {
    source: String,
    /// The source as it was listed last.
    before: Option<PointSource>,
    read: Result<Vec<Detection>, UnreadSource>,
}

/// Why a source is not read.
struct UnreadSource {
    message: String,
    /// Whether it is a table with too few rows.
    is_short: bool,
}

impl From<String> for UnreadSource {
    fn from(message: String) -> Self {
        Self { message, is_short: false }
    }
}

impl ParsedSource {
    fn of(file: PointFile, before: Option<PointSource>, now: DateTime<Utc>) -> Self {
        let source = file.source.clone();
        let read = detections_of(file, before.as_ref(), now);
        Self { source, before, read }
    }
}

fn detections_of(
    file: PointFile,
    before: Option<&PointSource>,
    now: DateTime<Utc>,
) -> Result<Vec<Detection>, UnreadSource> {
    let bytes = file.bytes.map_err(|error| format!("{error:#}"))?;
    let read = read_points(&file.source, &bytes, now).map_err(|error| error.to_string())?;
    report_broken_rows(&file.source, &read);
    let usual = before.map_or(0, |before| before.rows);
    let (source, rows) = (&file.source, read.detections.len());
    if usual > FEW_ROWS && (rows as f64) < usual as f64 * MIN_ROWS_SHARE {
        if !is_whole_though_short(&read, before, now) {
            let message = format!(
                "{source} has {rows} rows, and had {usual} when it was last read: it is taken for \
                cut off, and read again next time"
            );
            return Err(UnreadSource { message, is_short: true });
        }
        tracing::warn!(
            "{source} has had less than a tenth of its {usual} rows for {SHORT_FILE_HOURS} hours, \
            and its {rows} rows are of the last day: it is read as it is. Where more fires burn, \
            check its address"
        );
    }
    Ok(read.detections)
}

/// Whether a file with few rows has had few for days, and its newest are there.
fn is_whole_though_short(
    read: &ReadPoints,
    before: Option<&PointSource>,
    now: DateTime<Utc>,
) -> bool {
    let is_within = |time: DateTime<Utc>, hours| now - time < TimeDelta::hours(hours);
    let short_since = before.and_then(|before| before.short_since);
    short_since.is_some_and(|since| !is_within(since, SHORT_FILE_HOURS))
        && read.newest().is_some_and(|newest| is_within(newest, FRESH_HOURS))
}

/// Warns of the rows that were left out.
pub(crate) fn report_broken_rows(source: &str, read: &ReadPoints) {
    for line in broken_row_lines(read) {
        tracing::warn!("{source}: {line}");
    }
}

/// A line for each row that was left out, as far as they are named, and one that counts the others.
fn broken_row_lines(read: &ReadPoints) -> Vec<String> {
    let mut lines: Vec<String> =
        read.broken_rows.iter().map(|row| format!("{row}: left out")).collect();
    let others = read.broken.saturating_sub(read.broken_rows.len());
    if others > 0 {
        let (broken, rows) = (read.broken, read.rows);
        lines
            .push(format!("{others} more rows are broken and left out, {broken} of {rows} in all"));
    }
    lines
}

/// The times and the ground that a source observed: the world by its name, else the box of its
/// points, where a pause may mean that nothing burnt.
pub(crate) fn coverage_of(source: &str, read: &[Detection]) -> Vec<PointCoverage> {
    match source.contains(WORLD) {
        true => PointCoverage::of_world(read),
        false => PointCoverage::of_box(read).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "latitude,longitude,scan,track,acq_date,acq_time,satellite,confidence,version";

    fn file(rows: usize) -> PointFile {
        let rows: Vec<String> = (0..rows)
            .map(|row| {
                format!("35.{row:03},-120.1,0.4,0.4,2025-08-10,{:04},N20,nominal,2.0NRT", row % 60)
            })
            .collect();
        let text = format!("{HEADER}\n{}\n", rows.join("\n"));
        PointFile { source: "points.csv".to_owned(), bytes: Ok(text.into_bytes()) }
    }

    const READ_BEFORE: &str = "2025-08-10T04:00:00Z";

    fn night(file: PointFile, rows_before: usize) -> NightPoints {
        night_of(file, rows_before, None, "2025-08-11T04:00:00Z")
    }

    fn night_of(
        file: PointFile,
        rows_before: usize,
        short_since: Option<DateTime<Utc>>,
        now: &str,
    ) -> NightPoints {
        let mut night = NightPoints { detections: vec![], coverage: vec![], sources: vec![] };
        let before = PointSource {
            source: "points.csv".to_owned(),
            read_at: Some(READ_BEFORE.parse().unwrap()),
            rows: rows_before,
            short_since,
            ..PointSource::default()
        };
        let now = now.parse().unwrap();
        night.add(ParsedSource::of(file, Some(before), now), now);
        night
    }

    #[test]
    fn a_sound_source_observes_the_box_of_its_points() {
        let night = night(file(30), 20);
        assert!(night.is_sighted());
        assert_eq!((night.detections.len(), night.sources[0].rows), (30, 30));
        assert_eq!(night.coverage[0].area, Some([-120.1, 35.0, -120.1, 35.029]));
    }

    #[test]
    fn a_file_that_is_cut_off_keeps_the_last_figures() {
        let night = night(file(30), 1000);
        assert!(!night.is_sighted() && night.detections.is_empty() && night.coverage.is_empty());
        let source = &night.sources[0];
        assert_eq!((source.rows, source.read_at), (1000, Some(READ_BEFORE.parse().unwrap())));
        let error = source.error.as_deref().unwrap();
        assert!(error.contains("30 rows") && error.contains("1000"), "{error}");
    }

    #[test]
    fn a_file_that_stays_short_is_read_after_three_days_if_its_newest_points_are_there() {
        // The points of the file are of 10 August.
        for (short_since, now, is_sighted) in [
            (None, "2025-08-10T05:00:00Z", false),
            (Some("2025-08-07T06:00:00Z"), "2025-08-10T05:00:00Z", false),
            (Some("2025-08-07T05:00:00Z"), "2025-08-10T05:00:00Z", true),
            (Some("2025-07-01T05:00:00Z"), "2025-08-10T23:00:00Z", true),
            (Some("2025-07-01T05:00:00Z"), "2025-08-11T05:00:00Z", false),
        ] {
            let since = short_since.map(|since| since.parse().unwrap());
            let night = night_of(file(30), 1000, since, now);
            assert_eq!(night.is_sighted(), is_sighted, "{short_since:?}, {now}");
            let source = &night.sources[0];
            assert_eq!(source.rows, if is_sighted { 30 } else { 1000 });
            let expected = since.or_else(|| Some(now.parse().unwrap())).filter(|_| !is_sighted);
            assert_eq!(source.short_since, expected);
        }
    }

    #[test]
    fn a_refused_file_states_why() {
        let refused = PointFile {
            source: "points.csv".to_owned(),
            bytes: Ok(b"<html>maintenance</html>".to_vec()),
        };
        let night = night(refused, 30);
        assert!(night.sources[0].error.as_deref().unwrap().contains("points.csv"));
    }

    #[test]
    fn broken_rows_are_named_and_those_beyond_are_counted() {
        let row = |lat: usize| format!("{lat},-120.1,0.4,0.4,2025-08-10,1200,N20,nominal,2.0NRT");
        let now = "2025-08-11T04:00:00Z".parse().unwrap();
        for (broken, lines) in [(0, 0), (20, 20), (23, 21)] {
            let rows = (0..3000).map(|number| row(if number < broken { 95 } else { 35 }));
            let text = format!("{HEADER}\n{}\n", rows.collect::<Vec<_>>().join("\n"));
            let read = read_points("points.csv", text.as_bytes(), now).unwrap();
            let found = broken_row_lines(&read);
            assert_eq!(found.len(), lines, "{found:?}");
            if broken == 23 {
                let expected = "3 more rows are broken and left out, 23 of 3000 in all";
                assert_eq!(found[20], expected);
            }
        }
    }
}
