//! Files of active-fire points, from servers and from this machine.

use std::path::Path;

use anyhow::{Context, Result};
use chrono::TimeDelta;

use crate::deployment::settings::{MAP_KEY_VARIABLE, is_url};
use crate::http::{Client, HttpError, HttpRequest, Retries, Scope};
use crate::publish::public_text::public_location;
use crate::read::local_file::read_bytes;

/// Bytes of a file of points; a day of the world has 10 MB.
pub(crate) const MAX_POINT_BYTES: u64 = 200 << 20;
/// Hours that files of 48 hours cover with a reserve: after longer gaps those of seven days are read.
const SHORT_GAP_HOURS: i64 = 40;
/// How the addresses of FIRMS end that hold the last 48 hours, and those that hold seven days.
const SHORT_END: &str = "_48h.csv";
const LONG_END: &str = "_7d.csv";

/// A file of points as it was read.
pub(crate) struct PointFile {
    /// Its address or file name, without credentials.
    pub(crate) source: String,
    /// What it holds.
    pub(crate) bytes: Result<Vec<u8>>,
}

/// Reads files of points. `gap` is the time since the last night whose points were read; `None`
/// where there was none.
pub(crate) fn read_point_files(
    sources: &[String],
    gap: Option<TimeDelta>,
    client: &Client,
) -> Vec<PointFile> {
    let is_long = gap.is_none_or(|gap| gap > TimeDelta::hours(SHORT_GAP_HOURS));
    let read = |source: &String| {
        let source = if is_long { with_long_span(source) } else { source.clone() };
        PointFile { source: public_location(&source), bytes: read_point_file(&source, client) }
    };
    sources.iter().map(read).collect()
}

/// The same points over seven days, where an address has such a neighbour.
fn with_long_span(source: &str) -> String {
    match source.strip_suffix(SHORT_END) {
        Some(start) if is_url(source) => format!("{start}{LONG_END}"),
        _ => source.to_owned(),
    }
}

/// What stands in an address for the key of the FIRMS area API.
const KEY_PLACEHOLDER: &str = "{map_key}";

/// The address with the key in its place.
///
/// # Errors
/// When the address needs a key, and the environment has none.
fn with_key(source: &str) -> Result<String> {
    if !source.contains(KEY_PLACEHOLDER) {
        return Ok(source.to_owned());
    }
    let key = std::env::var(MAP_KEY_VARIABLE).ok().filter(|key| !key.is_empty());
    let key = key.with_context(|| {
        format!("it needs a key: set {MAP_KEY_VARIABLE} in the environment, or use a file without")
    })?;
    Ok(source.replace(KEY_PLACEHOLDER, &key))
}

fn read_point_file(source: &str, client: &Client) -> Result<Vec<u8>> {
    let named = || format!("the points {} cannot be read", public_location(source));
    if !is_url(source) {
        return read_bytes(Path::new(source), MAX_POINT_BYTES).with_context(named);
    }
    let address = with_key(source).with_context(named)?;
    let fetch = || -> Result<Vec<u8>, HttpError> {
        let response = client.send(&HttpRequest::get(Scope::Configured, &address))?;
        match response.status() {
            200 => response.read_body(MAX_POINT_BYTES),
            _ => Err(response.status_error()),
        }
    };
    Retries::CATALOGUE.run(client.deadline(), source, fetch).with_context(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_long_gap_seven_days_are_read_where_there_are_any() {
        let short = "https://a.example/csv/J1_VIIRS_C2_Global_48h.csv";
        assert_eq!(with_long_span(short), "https://a.example/csv/J1_VIIRS_C2_Global_7d.csv");
        for other in ["https://a.example/points.csv", "points_48h.csv"] {
            assert_eq!(with_long_span(other), other);
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_without_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("points.csv");
        std::fs::write(&file, "latitude").unwrap();
        let sources =
            ["points.csv", "absent.csv"].map(|name| folder.path().join(name).display().to_string());
        let read = read_point_files(&sources, None, &Client::of_test());
        assert_eq!(read[0].bytes.as_deref().unwrap(), b"latitude");
        assert_eq!(
            (read[0].source.as_str(), read[1].source.as_str()),
            ("points.csv", "absent.csv")
        );
        let message = format!("{:#}", read[1].bytes.as_ref().unwrap_err());
        assert!(message.starts_with("the points absent.csv cannot be read"), "{message}");
    }
}
