//! Which column of a table holds what, by name.

use super::refusal::PointsErrorCause;
use crate::catalogue::stac::shown;

/// Larger pixels than any scanner has, km.
pub(super) const MAX_PIXEL_KM: f64 = 10.0;

/// Places of the columns in a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct PointColumns {
    pub(super) latitude: usize,
    pub(super) longitude: usize,
    pub(super) date: usize,
    pub(super) time: usize,
    pub(super) scan: Option<usize>,
    pub(super) track: Option<usize>,
    pub(super) satellite: Option<usize>,
    pub(super) confidence: Option<usize>,
    pub(super) version: Option<usize>,
    pub(super) source: Option<usize>,
    /// Columns of the header.
    pub(super) count: usize,
    /// Landsat's points have neither a brightness, nor a power, nor a version; a table of others
    /// that was cut down to few columns has none of them either.
    may_be_landsat: bool,
}

impl PointColumns {
    /// The columns of a header whose names are `names`, in any case.
    pub(super) fn find(names: &[&str]) -> Result<Self, PointsErrorCause> {
        let get = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        let need = |column: &'static str| {
            let header = || shown(&names.join(","));
            get(column).ok_or_else(|| PointsErrorCause::NoColumn { column, header: header() })
        };
        let columns = Self {
            latitude: need("latitude")?,
            longitude: need("longitude")?,
            date: need("acq_date")?,
            time: need("acq_time")?,
            scan: get("scan"),
            track: get("track"),
            satellite: get("satellite"),
            confidence: get("confidence"),
            version: get("version"),
            source: get("type"),
            count: names.len(),
            may_be_landsat: MEASURED.into_iter().all(|name| get(name).is_none()),
        };
        Ok(columns)
    }

    /// Whether a row is one of Landsat: its scan and track are places in an image.
    pub(super) fn is_landsat(&self, fields: &[&str]) -> bool {
        let is_place = |column: Option<usize>| {
            let value = column.and_then(|column| fields.get(column)?.trim().parse::<f64>().ok());
            value.is_some_and(|value| value > MAX_PIXEL_KM)
        };
        self.may_be_landsat && is_place(self.scan) && is_place(self.track)
    }
}

/// What other satellites measure of a fire, as columns.
const MEASURED: [&str; 4] = ["bright_ti4", "brightness", "frp", "version"];
