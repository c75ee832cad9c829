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
                    error: None,
                });
                self.detections.extend(read);
            }
            Err(error) => {
                tracing::warn!("{error}");
                let before = before.unwrap_or(PointSource {
                    source,
                    read_at: None,
                    rows: 0,
                    newest: None,
                    error: None,
                });
                self.sources.push(PointSource { error: Some(public_text(&error)), ..before });
            }
        }
    }
}

/// A file of points that was parsed.
struct ParsedSource {
    source: String,
    /// The source as it was listed last.
    before: Option<PointSource>,
    read: Result<Vec<Detection>, String>,
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
) -> Result<Vec<Detection>, String> {
    let bytes = file.bytes.map_err(|error| format!("{error:#}"))?;
    let read = read_points(&file.source, &bytes, now).map_err(|error| error.to_string())?;
    report_broken_rows(&file.source, &read);
    let usual = before.map_or(0, |before| before.rows);
    if usual > FEW_ROWS && (read.detections.len() as f64) < usual as f64 * MIN_ROWS_SHARE {
        return Err(format!(
            "{} has {} rows, and had {usual} when it was last read: it is taken for cut off, and \
            read again next time",
            file.source,
            read.detections.len()
        ));
    }
    Ok(read.detections)
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

/// The time and the ground that a source observed: the world by its name, else the box of its
/// points.
pub(crate) fn coverage_of(source: &str, read: &[Detection]) -> Option<PointCoverage> {
    match source.contains(WORLD) {
        true => PointCoverage::of(read, None),
        false => PointCoverage::of_box(read),
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

    fn night(file: PointFile, rows_before: usize) -> NightPoints {
        let mut night = NightPoints { detections: vec![], coverage: vec![], sources: vec![] };
        let before = PointSource {
            source: "points.csv".to_owned(),
            read_at: Some(DateTime::UNIX_EPOCH),
            rows: rows_before,
            newest: None,
            error: None,
        };
        let now = "2025-08-11T04:00:00Z".parse().unwrap();
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
        assert_eq!((source.rows, source.read_at), (1000, Some(DateTime::UNIX_EPOCH)));
        let error = source.error.as_deref().unwrap();
        assert!(error.contains("30 rows") && error.contains("1000"), "{error}");
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
