//! What a search asks of a catalogue.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Item;

/// What a search requests: the body of `POST /search`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ItemSearch {
    /// Collections; all when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<String>,
    /// Ids; all when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// West, south, east, north.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bbox: Option<[f64; 4]>,
    /// A moment, or an interval `start/end` with `..` for an open end, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datetime: Option<String>,
    /// Most items on a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Where the page starts; set by the links of an earlier page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<usize>,
}

/// First and last moment of a search; `None` at an open end.
pub type Interval = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// A `datetime` that is no moment and no interval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "datetime `{0}` is no RFC 3339 moment or interval: write \
    2025-06-01T00:00:00Z/2025-07-01T23:59:59Z, with .. for an open end"
)]
pub struct DatetimeError(String);

impl ItemSearch {
    /// The interval requested; `None` at an open end.
    ///
    /// # Errors
    /// When `datetime` cannot be read.
    pub fn interval(&self) -> Result<Interval, DatetimeError> {
        let Some(text) = self.datetime.as_deref() else { return Ok((None, None)) };
        let bad = || DatetimeError(text.to_owned());
        let moment = |part: &str| match part {
            "" | ".." => Ok(None),
            part => part.parse::<DateTime<Utc>>().map(Some).map_err(|_| bad()),
        };
        match text.split_once('/') {
            Some((start, end)) => Ok((moment(start)?, moment(end)?)),
            None => moment(text).and_then(|at| at.ok_or_else(bad)).map(|at| (Some(at), Some(at))),
        }
    }

    /// The search with its box in the longitudes that catalogues know, −180 to 180: west is greater
    /// than east where it crosses the antimeridian (RFC 7946).
    pub fn with_known_longitudes(mut self) -> Self {
        self.bbox = self.bbox.map(|[west, south, east, north]| {
            if (-180.0 <= west && east <= 180.0) || west > east {
                return [west, south, east, north];
            }
            if east - west >= 360.0 {
                return [-180.0, south, 180.0, north];
            }
            let turns = ((west + 180.0) / 360.0).floor() * 360.0;
            let (west, east) = (west - turns, east - turns);
            [west, south, if east > 180.0 { east - 360.0 } else { east }, north]
        });
        self
    }

    /// Whether an item answers the search, `limit` and `token` aside.
    ///
    /// # Errors
    /// When `datetime` cannot be read.
    pub fn matches(&self, item: &Item) -> Result<bool, DatetimeError> {
        let (start, end) = self.interval()?;
        let in_time = match item.acquired() {
            Some(at) => start.is_none_or(|start| start <= at) && end.is_none_or(|end| at <= end),
            None => self.datetime.is_none(),
        };
        Ok(in_time
            && (self.collections.is_empty()
                || self.collections.iter().any(|name| item.is_of_collection(name)))
            && (self.ids.is_empty() || self.ids.contains(&item.id))
            && self.bbox.is_none_or(|area| item.touches(area)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(search: &str, matches: bool) {
        let item: Item = serde_json::from_str(
            r#"{"id":"S2A_10TFK_20250612_0_L2A","collection":"sentinel-2-l2a","bbox":[-121.5,39.5,-121,40],
                "properties":{"datetime":"2025-06-12T18:50:00Z"}}"#,
        )
        .unwrap();
        let search: ItemSearch = serde_json::from_str(search).unwrap();
        assert_eq!(search.matches(&item), Ok(matches), "{search:?}");
    }

    #[test]
    fn a_search_asks_for_place_time_and_collection() {
        check("{}", true);
        check(r#"{"bbox":[-121.2,39.8,-120,41]}"#, true);
        check(r#"{"bbox":[-121.0,39.8,-120,41]}"#, false);
        check(r#"{"datetime":"2025-06-01T00:00:00Z/2025-06-30T00:00:00Z"}"#, true);
        check(r#"{"datetime":"../2025-06-01T00:00:00Z"}"#, false);
        check(r#"{"datetime":"2025-06-12T18:50:00Z"}"#, true);
        check(r#"{"collections":["landsat-c2-l2"]}"#, false);
        check(r#"{"collections":["Sentinel-2-L2A"]}"#, true);
        check(r#"{"collections":["sentinel-2-l2a"],"ids":["S2A_10TFK_20250612_0_L2A"]}"#, true);
    }

    #[test]
    fn a_box_beyond_the_antimeridian_is_requested_in_known_longitudes() {
        let check = |west, east, expected: [f64; 2]| {
            let bbox = Some([west, -18.0, east, -17.0]);
            let search = ItemSearch { bbox, ..ItemSearch::default() }.with_known_longitudes();
            let [west, south, east, north] = search.bbox.unwrap();
            assert_eq!(([west, east], south, north), (expected, -18.0, -17.0));
        };
        check(179.4, 180.0, [179.4, 180.0]);
        check(-180.0, -179.5, [-180.0, -179.5]);
        check(179.4, 180.5, [179.4, -179.5]);
        check(-180.5, -179.5, [179.5, -179.5]);
        check(180.5, 181.5, [-179.5, -178.5]);
        check(-480.75, -480.25, [-120.75, -120.25]);
        check(179.4, -179.5, [179.4, -179.5]);
        check(-190.0, 200.0, [-180.0, 180.0]);
    }

    #[test]
    fn a_datetime_that_is_none_is_an_error() {
        let search = ItemSearch { datetime: Some("last week".to_owned()), ..ItemSearch::default() };
        assert!(search.interval().unwrap_err().to_string().starts_with("datetime `last week`"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_an_interval_or_an_error(text in "[0-9TZ:./ +-]{0,45}|.{0,20}") {
            let _ = ItemSearch { datetime: Some(text), ..ItemSearch::default() }.interval();
        }

        #[test]
        fn an_interval_is_read_as_it_is_written(start in 0..4_000_000_000i64, end in 0..4_000_000_000i64) {
            let moment = |seconds| DateTime::from_timestamp(seconds, 0);
            for (start, end) in [(moment(start), moment(end)), (None, moment(end)), (moment(start), None)] {
                let text = |at: Option<DateTime<Utc>>| at.map_or("..".to_owned(), |at| at.to_rfc3339());
                let datetime = Some(format!("{}/{}", text(start), text(end)));
                prop_assert_eq!(ItemSearch { datetime, ..ItemSearch::default() }.interval(), Ok((start, end)));
            }
        }
    }
}
