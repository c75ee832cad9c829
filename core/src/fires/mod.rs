//! Fires found from active-fire points: pure, the same natively and in a browser.
//!
//! `points` reads tables of detections. `link` joins detections to components, `groups` adds what
//! begins again where a fire burnt, `births` gives ids. `outline` computes the ground by points,
//! `static_sources` and `returning_heat` what is no wildfire, `state_machine` the state of each
//! fire, `plan` its maps, `list` what is published. `history` keeps points for months; with them
//! `connected_ground` parts fire from other change on the map of a region. `update` is the one
//! entry: state and points in, state, list and plan out.

mod antimeridian;
mod births;
pub(crate) mod burnt_area;
mod cell_polygons;
mod closing;
mod connected_ground;
mod coverage;
mod cubes;
mod detection;
mod disc_rows;
mod discs;
mod enclosed;
mod excluded;
pub(crate) mod fire_zone;
mod footprints;
mod groups;
mod history;
mod identity;
mod link;
mod list;
mod neighbour_distance;
mod outline;
mod plan;
mod points;
mod record;
mod returning_heat;
mod settings;
mod sphere;
mod state_machine;
mod static_sources;
mod union;
mod update;

#[cfg(test)]
mod tests;

pub use antimeridian::{BeyondAntimeridian, lon_near};
pub use burnt_area::{BurntAreaRules, burnt_area};
pub use cell_polygons::{CellPolygons, trace_cells};
pub use connected_ground::{ConnectedGround, GroundConnector};
pub use coverage::{CoverageLog, PointCoverage};
pub use detection::{
    Confidence, Detection, HeatSource, Processing, Satellite, minute_of_time, time_of_minute,
};
pub use enclosed::with_enclosed;
pub use excluded::ExcludedCircles;
pub use fire_zone::{FireZoneCells, widened};
pub use history::{
    KnownBox, MonthPoint, PointMonth, PointMonthError, PointTimes, month_of, months_between,
    surrounds,
};
pub use list::{FireList, ListedFire, NoFireMap, PointSource, listed_fire};
pub use outline::FireOutline;
pub use plan::{FireTurn, PlannedFireMap, plan_map, plan_maps};
pub use points::{
    BrokenRow, MAX_POINTS_BYTES, PointsError, PointsErrorCause, ReadPoints, StoredPointsReader,
    points_csv, points_csv_parts, read_points, read_points_archive, unique_detections,
};
pub use record::{
    Dismissal, FireFailure, FireMapKind, FireMapRecord, FireRecord, FireState, FiresState,
    MergedFire,
};
pub use settings::FireSettings;
pub use static_sources::StaticCells;
pub use update::{FireNight, FiresUpdate, FoundFire, update_fires};
