//! The plan: what to compute, and how it is shown.

use chrono::{Days, NaiveDate};
use dragonfly_core::mercator::MAX_LATITUDE;
use dragonfly_core::metadata::{Assessment, MapMeta};
use dragonfly_core::protocol::{COMPUTE_ZOOM, PictureKind};
use dragonfly_core::{DateWindow, Index, Thresholds};

use super::polygons::AreaPolygons;

/// Days of a window where nothing else is known.
const WINDOW_DAYS: u64 = 30;

/// The ring of unburned ground reaches 2 km beyond a perimeter, rounded up to cells.
const AROUND_M: f64 = 2_500.0;
const METRES_PER_DEGREE: f64 = 111_000.0;
/// Where the divider between two pictures is at first.
pub const DIVIDER_PERCENT: u8 = 50;

/// Everything that determines a result and its style.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Where; `None` for the part of the map in view.
    pub area: Option<AreaPolygons>,
    /// The fire's perimeter, where the reader drew it; the area then reaches beyond it, to find
    /// unburned ground.
    pub perimeter: Option<AreaPolygons>,
    /// Days before the fire.
    pub pre: DateWindow,
    /// Days after the fire.
    pub post: DateWindow,
    /// How scenes are weighed; `None` where the reader changed the days of a region, or there is
    /// none.
    pub assessment: Option<Assessment>,
    /// Ids of the scenes to use; empty for the best.
    pub scenes: Vec<String>,
    /// The collection that holds those scenes; `None` where no address names it.
    pub collection: Option<String>,
    /// Zoom of the cells.
    pub zoom: u8,
    /// What is shown.
    pub index: Index,
    /// The thresholds of the classes; `None` for a ramp without classes.
    pub thresholds: Option<Thresholds>,
    /// Whether the dNBR of unburned ground is subtracted.
    pub dnbr_offset: bool,
    /// Pictures beside the numbers.
    pub picture: Option<PictureKind>,
    /// Where the divider between the pictures is, percent; `None` while severity is shown.
    pub divider_percent: Option<u8>,
    /// Whether severity lies over the pictures.
    pub severity_over: bool,
}

impl Plan {
    /// The days of a region's map; without one the last days against the same a year earlier.
    pub fn at_start(map: Option<&MapMeta>, today: NaiveDate) -> Self {
        let (pre, post) = match map {
            Some(map) => (
                DateWindow { start: map.pre_start, end: map.pre_end },
                DateWindow { start: map.post_start, end: map.post_end },
            ),
            None => {
                let post = DateWindow { start: today - Days::new(WINDOW_DAYS), end: today };
                let year = Days::new(365);
                (DateWindow { start: post.start - year, end: post.end - year }, post)
            }
        };
        Self {
            area: None,
            perimeter: None,
            pre,
            post,
            assessment: map.map(|map| map.assessment),
            scenes: Vec::new(),
            collection: None,
            zoom: COMPUTE_ZOOM,
            index: Index::default(),
            thresholds: Thresholds::for_index(Index::default()),
            dnbr_offset: false,
            picture: None,
            divider_percent: None,
            severity_over: false,
        }
    }

    /// Whether the area and the days can be used.
    ///
    /// # Errors
    /// When they cannot.
    pub fn check(&self) -> Result<(), PlanError> {
        let is_beyond_map = |area: &AreaPolygons| {
            let [_, south, _, north] = area.bbox();
            south >= MAX_LATITUDE || north <= -MAX_LATITUDE
        };
        if self.area.as_ref().is_some_and(is_beyond_map) {
            Err(PlanError::BeyondMap)
        } else if self.pre.start > self.pre.end || self.post.start > self.post.end {
            Err(PlanError::Backwards)
        } else if self.pre.end >= self.post.end {
            Err(PlanError::AfterIsNotLater)
        } else {
            Ok(())
        }
    }

    /// Sets another area, or the view; the scenes are chosen again.
    pub fn set_area(&mut self, area: Option<AreaPolygons>) {
        (self.area, self.perimeter) = (area, None);
        self.scenes.clear();
    }

    /// Uses the area as the fire's perimeter and adds the ground around it, or undoes that.
    pub fn set_is_perimeter(&mut self, is_perimeter: bool) {
        match (is_perimeter, self.perimeter.take()) {
            (true, None) => {
                let perimeter = self.area.take();
                self.area = perimeter
                    .as_ref()
                    .map(|perimeter| AreaPolygons::from_box(widened(perimeter.bbox())));
                self.dnbr_offset = perimeter.is_some();
                self.perimeter = perimeter;
            }
            (true, before) => self.perimeter = before,
            (false, Some(before)) => self.area = Some(before),
            (false, None) => {}
        }
        self.scenes.clear();
    }

    /// Another index, with its own published classes.
    pub fn with_index(mut self, index: Index) -> Self {
        if index != self.index {
            self.thresholds = Thresholds::for_index(index);
        }
        self.index = index;
        self
    }

    /// What a computed plan shows while the reader's choices are those of `chosen`.
    pub fn with_look_of(self, chosen: &Self) -> Self {
        Self {
            index: chosen.index,
            thresholds: chosen.thresholds.clone(),
            dnbr_offset: self.dnbr_offset && chosen.dnbr_offset,
            severity_over: chosen.severity_over && self.picture.is_some(),
            ..self
        }
    }
}

/// A plan that cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// The area lies nearer to a pole than Web Mercator reaches.
    BeyondMap,
    /// A window ends before it begins.
    Backwards,
    /// The days after the fire do not end after those before it.
    AfterIsNotLater,
}

/// A box with the ground around it in which unburned ground is sought.
fn widened([west, south, east, north]: [f64; 4]) -> [f64; 4] {
    let up = AROUND_M / METRES_PER_DEGREE;
    let across = up / south.abs().max(north.abs()).min(85.0).to_radians().cos();
    [west - across, south - up, east + across, north + up]
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::ClassTable;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn plan() -> Plan {
        Plan::at_start(None, day("2025-08-31"))
    }

    #[test]
    fn without_a_region_a_year_is_compared() {
        let plan = plan();
        assert_eq!((plan.post.start, plan.post.end), (day("2025-08-01"), day("2025-08-31")));
        assert_eq!((plan.pre.start, plan.pre.end), (day("2024-08-01"), day("2024-08-31")));
        assert_eq!(plan.check(), Ok(()));
    }

    #[test]
    fn days_that_cannot_be_searched_are_an_error() {
        let mut backwards = plan();
        backwards.pre.start = day("2025-09-01");
        assert_eq!(backwards.check(), Err(PlanError::Backwards));
        let mut swapped = plan();
        (swapped.pre, swapped.post) = (swapped.post, swapped.pre);
        assert_eq!(swapped.check(), Err(PlanError::AfterIsNotLater));
    }

    #[test]
    fn an_area_beyond_the_map_is_an_error() {
        let check = |south: f64, north: f64| {
            Plan { area: Some(AreaPolygons::from_box([10.0, south, 11.0, north])), ..plan() }
                .check()
        };
        let beyond = Err(PlanError::BeyondMap);
        assert_eq!((check(85.1, 86.0), check(-90.0, -85.1)), (beyond, beyond));
        assert_eq!((check(84.0, 86.0), check(-85.0, -84.0)), (Ok(()), Ok(())));
    }

    #[test]
    fn a_perimeter_is_computed_with_the_ground_around_it() {
        let outline = AreaPolygons(vec![vec![vec![[10.0, 60.0], [10.2, 60.0], [10.1, 60.1]]]]);
        let mut plan = plan();
        plan.set_area(Some(outline.clone()));
        let before = plan.clone();
        plan.set_is_perimeter(true);
        assert_eq!((plan.perimeter.as_ref(), plan.dnbr_offset), (Some(&outline), true));
        let [west, south, east, north] = plan.area.as_ref().unwrap().bbox();
        let (across_m, up_m) =
            ((10.0 - west) * 111_320.0 * 60.1_f64.to_radians().cos(), (60.0 - south) * 111_320.0);
        assert!(
            across_m > 2_400.0 && up_m > 2_400.0 && east > 10.24 && north > 60.12,
            "{across_m} {up_m}"
        );
        plan.set_is_perimeter(false);
        assert_eq!(Plan { dnbr_offset: false, ..plan.clone() }, before);
        plan.set_is_perimeter(true);
        plan.set_area(None);
        assert_eq!((plan.area, plan.perimeter), (None, None));
    }

    #[test]
    fn another_index_brings_its_own_classes() {
        assert_eq!(plan().with_index(Index::Rbr).thresholds, None);
        let rdnbr = plan().with_index(Index::Rdnbr);
        assert_eq!(rdnbr.thresholds.as_ref().map(Thresholds::table), Some(ClassTable::MillerThode));
        assert_eq!(rdnbr.with_index(Index::Dnbr), plan());
    }
}
