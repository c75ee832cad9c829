//! Which column of a table holds what, by name.

use super::refusal::PointsErrorCause;
use crate::catalogue::stac::shown;

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
        };
        // Landsat's points have neither a brightness, nor a power, nor a version.
        let is_measured = ["bright_ti4", "brightness", "frp", "version"];
        if columns.scan.is_some() && !is_measured.into_iter().any(|name| get(name).is_some()) {
            return Err(PointsErrorCause::Landsat);
        }
        Ok(columns)
    }
}
