//! The ground of a fire by points, kept for as long as the fire is known: its points are not.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use dragonfly_core::{Detection, FireOutline, FoundFire};
use serde::{Deserialize, Serialize};

use crate::deployment::layout::RootLayout;
use crate::fires::layout::FiresLayout;
use crate::fires::state_files::read_json;
use crate::publish::json_file::write_json;
use crate::publish::store::LocalStore;

/// Where a fire burnt by points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct GroundByPoints {
    /// Polygons in degrees, each an outer ring and its holes.
    polygons: Vec<Vec<Vec<(f64, f64)>>>,
    hectares: f64,
    centre: (f64, f64),
    bbox: [f64; 4],
    /// Longitudes and latitudes of the points.
    pub(crate) points: Vec<(f64, f64)>,
    /// Area of the outline at the end of each day with points, hectares.
    pub(crate) growth: Vec<(NaiveDate, f64)>,
}

impl GroundByPoints {
    fn of(found: &FoundFire) -> Self {
        let FireOutline { polygons, hectares, centre, bbox } = found.outline.clone();
        let points = found.detections.iter().map(|point| (point.lon(), point.lat())).collect();
        let mut until = 0;
        let growth = by_day(&found.detections).into_iter().map(|(day, of_day)| {
            until += of_day.len();
            (day, FireOutline::hectares_of(&found.detections[..until]))
        });
        Self { growth: growth.collect(), polygons, hectares, centre, bbox, points }
    }

    /// The outline by points.
    pub(crate) fn outline(&self) -> FireOutline {
        FireOutline {
            polygons: self.polygons.clone(),
            hectares: self.hectares,
            centre: self.centre,
            bbox: self.bbox,
        }
    }
}

/// Stores the ground of a fire, and returns it.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_ground(layout: &RootLayout, found: &FoundFire) -> Result<GroundByPoints> {
    let ground = GroundByPoints::of(found);
    let file = FiresLayout::of(layout).files_of(&found.id).ground;
    // Most fires of a night did not change, and a write waits for the disk.
    if read_json(&file).ok().flatten().as_ref() != Some(&ground) {
        write_json(&LocalStore::of(layout), &file, &ground)?;
    }
    Ok(ground)
}

/// Reads the ground of a fire.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(crate) fn read_ground(layout: &RootLayout, id: &str) -> Result<GroundByPoints> {
    let file = FiresLayout::of(layout).files_of(id).ground;
    read_json(&file)?.with_context(|| {
        format!("{} is missing: the outline of the fire is not known", file.display())
    })
}

/// Detections of each day, in order.
fn by_day(detections: &[Detection]) -> BTreeMap<NaiveDate, Vec<Detection>> {
    let mut days: BTreeMap<_, Vec<Detection>> = BTreeMap::new();
    for detection in detections {
        days.entry(detection.time().date_naive()).or_default().push(*detection);
    }
    days
}
