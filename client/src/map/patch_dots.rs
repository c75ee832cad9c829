//! Which burnt patches are marked by a dot: where the map is seen from so far that averaging hides
//! small fires.

use dragonfly_core::BurntPatch;

use crate::state::filter::Filter;
use dragonfly_core::ordered;

/// From this zoom on the tiles show what burnt.
pub const DOTS_BELOW_ZOOM: f64 = 8.0;
/// So many dots still pan smoothly, and still can be taken in.
const MAX_DOTS: usize = 60;
/// A dot needs this much space around it to be touched, pixels.
const ROOM_PX: f64 = 26.0;
/// Along a meridian.
const METRES_PER_DEGREE: f64 = 111_195.0;

/// A patch with its place on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// The patch.
    pub patch: BurntPatch,
    /// Its place in pixels.
    pub at_px: [f64; 2],
    /// Index of the fire that is marked; `None` for a burnt patch.
    pub fire: Option<usize>,
}

/// The dots to draw out of those in view: fires first, then the largest patches, none upon another.
pub fn dots(in_view: Vec<Dot>) -> Vec<Dot> {
    let in_view = ordered(in_view, &|one: &Dot, other: &Dot| {
        let by_size = || other.patch.hectares.total_cmp(&one.patch.hectares);
        one.fire.is_none().cmp(&other.fire.is_none()).then_with(by_size)
    });
    let mut shown: Vec<Dot> = Vec::new();
    for dot in in_view {
        let is_free = |other: &Dot| {
            let [across, down] = [0, 1].map(|axis| (dot.at_px[axis] - other.at_px[axis]).abs());
            across >= ROOM_PX || down >= ROOM_PX
        };
        if shown.len() < MAX_DOTS && shown.iter().all(is_free) {
            shown.push(dot);
        }
    }
    shown
}

/// Whether a patch has a dot under a filter: its worst class is painted.
pub fn passes(patch: &BurntPatch, filter: Filter) -> bool {
    filter.shows(patch.worst)
}

/// Width of a dot, pixels: its area grows with that of the patch, within what can be seen and stays
/// out of the way.
pub fn width_px(hectares: f64) -> f64 {
    (hectares.max(0.0).sqrt() / 4.0).clamp(8.0, 22.0)
}

/// The box to fly to: the patch as a square, and as much again on every side.
pub fn surroundings(patch: &BurntPatch) -> [f64; 4] {
    let half_side_m = (patch.hectares.max(1.0) * 10_000.0).sqrt() * 1.5;
    let degrees = half_side_m / METRES_PER_DEGREE;
    let widened = degrees / patch.lat.to_radians().cos().max(0.05);
    [patch.lon - widened, patch.lat - degrees, patch.lon + widened, patch.lat + degrees]
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::Severity;

    fn dot(x: f64, hectares: f64) -> Dot {
        Dot {
            patch: BurntPatch { lon: 0.0, lat: 35.0, hectares, worst: Severity::High },
            at_px: [x, 0.0],
            fire: None,
        }
    }

    #[test]
    fn the_larger_patch_is_shown_where_two_would_touch() {
        let shown: Vec<_> = dots(vec![dot(0.0, 10.0), dot(20.0, 500.0), dot(60.0, 3.0)]);
        assert_eq!(shown.iter().map(|dot| dot.patch.hectares).collect::<Vec<_>>(), [500.0, 3.0]);
    }

    #[test]
    fn a_fire_is_shown_before_a_larger_patch() {
        let fire = Dot { fire: Some(0), ..dot(0.0, 10.0) };
        let shown = dots(vec![dot(20.0, 500.0), fire]);
        assert_eq!(shown, [fire]);
    }

    #[test]
    fn the_number_of_dots_is_bounded() {
        let many = (0..4000).map(|place| dot(f64::from(place) * 30.0, f64::from(place))).collect();
        let shown = dots(many);
        assert_eq!((shown.len(), shown[0].patch.hectares), (MAX_DOTS, 3999.0));
    }

    #[test]
    fn a_dot_is_hidden_with_its_class() {
        let patch = dot(0.0, 10.0).patch;
        assert!(passes(&patch, Filter::default()));
        assert!(!passes(&patch, Filter::default().with_classes(&[Severity::High], true)));
        assert!(!passes(&patch, Filter::default().with_range(None, Some(44))));
    }

    #[test]
    fn dots_grow_with_the_patch_within_bounds() {
        assert_eq!([0.0, 3_600.0, 1e9].map(width_px), [8.0, 15.0, 22.0]);
    }

    #[test]
    fn the_patch_fills_a_third_of_its_surroundings() {
        // 10,000 ha are a square of 10 km.
        let [west, south, east, north] = surroundings(&dot(0.0, 10_000.0).patch);
        let (width_m, height_m) =
            ((east - west) * 111_195.0 * 35f64.to_radians().cos(), (north - south) * 111_195.0);
        assert!(
            (width_m - 30_000.0).abs() < 1.0 && (height_m - 30_000.0).abs() < 1.0,
            "{width_m} {height_m}"
        );
    }
}
