//! The sources of points in a night: which could be read, and what each observed.

use chrono::{DateTime, TimeDelta, Utc};
use dragonfly_core::{Coverage, Detection, FireList, PointSource, read_points};

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
    pub(crate) coverage: Vec<Coverage>,
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
        let mut night = Self { detections: Vec::new(), coverage: Vec::new(), sources: Vec::new() };
        for file in read_point_files(sources, gap, client) {
            let before = last.and_then(|list| {
                list.points.iter().find(|source| source.source == file.source).cloned()
            });
            night.add(file, before, now);
        }
        night
    }

    /// Reads all sources as a night without a gap does, and compares them with no other night.
    pub(crate) fn read_recent(sources: &[String], client: &Client, now: DateTime<Utc>) -> Self {
        let mut night = Self { detections: Vec::new(), coverage: Vec::new(), sources: Vec::new() };
        for file in read_point_files(sources, Some(TimeDelta::zero()), client) {
            night.add(file, None, now);
        }
        night
    }

    /// Whether any source could be read.
    pub(crate) fn is_sighted(&self) -> bool {
        self.sources.iter().any(|source| source.error.is_none())
    }

    fn add(&mut self, file: PointFile, before: Option<PointSource>, now: DateTime<Utc>) {
        let source = file.source.clone();
        match detections_of(file, before.as_ref(), now) {
            Ok(read) => {
                let newest = read.iter().map(Detection::time).max();
                self.coverage.extend(Coverage::of(&read, area_of(&source, &read)));
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

fn detections_of(
    file: PointFile,
    before: Option<&PointSource>,
    now: DateTime<Utc>,
) -> Result<Vec<Detection>, String> {
    let bytes = file.bytes.map_err(|error| format!("{error:#}"))?;
    let read = read_points(&file.source, &bytes, now).map_err(|error| error.to_string())?;
    for row in &read.broken_rows {
        tracing::warn!("{}: {row}: left out", file.source);
    }
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

/// The ground that a source observes: the world by its name, else the box of its points.
fn area_of(source: &str, read: &[Detection]) -> Option<[f64; 4]> {
    if source.contains(WORLD) {
        return None;
    }
    let start = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    Some(read.iter().fold(start, |[west, south, east, north], point| {
        let (lon, lat) = (point.lon(), point.lat());
        [west.min(lon), south.min(lat), east.max(lon), north.max(lat)]
    }))
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
        night.add(file, Some(before), "2025-08-11T04:00:00Z".parse().unwrap());
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
}
