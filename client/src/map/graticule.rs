//! Lines of whole degrees, or of simple parts of one, for orientation where no coast is in quality.

use crate::state::view::View;
use dragonfly_core::mercator::{HALF_WORLD_M, MAX_LATITUDE, TILE_SIZE_PX, metres_from_lonlat};

/// The distances between two lines, in millionths of a degree: whole, so that every line has one
/// name.
const STEPS: [i64; 16] = [
    90_000_000, 60_000_000, 30_000_000, 20_000_000, 10_000_000, 5_000_000, 2_000_000, 1_000_000,
    500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000,
];
const MILLION: f64 = 1_000_000.0;
/// Two lines are at least this far apart at the equator.
const MIN_DISTANCE_PX: f64 = 140.0;

/// The pole itself is infinitely far up the map.
const NEAREST_TO_POLE: f64 = 89.999_999;

/// The graticule of a zoom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Graticule {
    step: i64,
}

/// Degrees of longitude that a pixel spans.
pub fn degrees_per_px(zoom: f64) -> f64 {
    360.0 / (f64::from(TILE_SIZE_PX) * zoom.exp2())
}

/// A line that meets the edge of the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// Degrees.
    pub degrees: f64,
    /// Where, in pixels from the left or the top.
    pub at_px: f64,
}

impl Graticule {
    /// The lines that suit a zoom.
    pub fn at_zoom(zoom: f64) -> Self {
        let pixels_per_degree = f64::from(TILE_SIZE_PX) * zoom.exp2() / 360.0;
        let wide_enough =
            |step: &i64| *step as f64 / MILLION * pixels_per_degree >= MIN_DISTANCE_PX;
        Self { step: STEPS.into_iter().rev().find(wide_enough).unwrap_or(STEPS[0]) }
    }

    /// The lines between two angles, ascending, in degrees.
    pub fn lines(self, from: f64, to: f64) -> impl Iterator<Item = f64> {
        let step = self.step as f64 / MILLION;
        let numbers = (from / step).ceil() as i64..=(to / step).floor() as i64;
        numbers.map(move |number| (number * self.step) as f64 / MILLION)
    }

    /// Decimals that distinguish two lines.
    pub fn decimals(self) -> usize {
        match self.step {
            1_000_000.. => 0,
            100_000.. => 1,
            10_000.. => 2,
            _ => 3,
        }
    }

    /// Where meridians meet the upper or lower edge.
    pub fn longitude_ticks(self, view: View) -> Vec<Tick> {
        let [west, _, east, _] = view.bbox;
        let scale = view.width_px / (east - west);
        self.lines(west, east)
            .map(|degrees| Tick { degrees, at_px: (degrees - west) * scale })
            .collect()
    }

    /// Where parallels meet the left or right edge.
    pub fn latitude_ticks(self, view: View) -> Vec<Tick> {
        let [_, south, _, north] = view.bbox.map(|angle| angle.clamp(-MAX_LATITUDE, MAX_LATITUDE));
        let northing = |lat: f64| metres_from_lonlat(0.0, lat).1;
        let pixels_per_m = f64::from(TILE_SIZE_PX) * view.zoom.exp2() / (2.0 * HALF_WORLD_M);
        // On a small map the screen reaches beyond the world, so its edge is not clamped like the
        // lines are.
        let top = northing(view.bbox[3].min(NEAREST_TO_POLE));
        let mut ticks: Vec<_> = self
            .lines(south, north)
            .map(|degrees| Tick { degrees, at_px: (top - northing(degrees)) * pixels_per_m })
            .collect();
        ticks.reverse();
        ticks
    }
}

/// A longitude beyond 180° as the world names it.
pub fn wrapped(lon: f64) -> f64 {
    (lon + 180.0).rem_euclid(360.0) - 180.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_never_crowded_and_never_lost() {
        for zoom in 3..=17 {
            let graticule = Graticule::at_zoom(f64::from(zoom));
            let pixels = graticule.step as f64 / MILLION * 256.0 * f64::from(1 << zoom) / 360.0;
            assert!((MIN_DISTANCE_PX..MIN_DISTANCE_PX * 2.6).contains(&pixels), "{zoom}: {pixels}");
        }
    }

    #[test]
    fn lines_have_simple_names() {
        let lines: Vec<_> = Graticule { step: 200_000 }.lines(-120.07, -119.5).collect();
        assert_eq!(lines, [-120.0, -119.8, -119.6]);
        let decimals = [30_000_000, 1_000_000, 500_000, 100_000, 20_000, 5_000]
            .map(|step| Graticule { step }.decimals());
        assert_eq!(decimals, [0, 0, 1, 1, 2, 3]);
    }

    #[test]
    fn ticks_lie_where_the_lines_meet_the_edge() {
        let view =
            View { bbox: [-10.0, -10.0, 10.0, 10.0], width_px: 200.0, height_px: 201.0, zoom: 3.0 };
        let at: Vec<_> = Graticule { step: 10_000_000 }
            .longitude_ticks(view)
            .iter()
            .map(|tick| tick.at_px)
            .collect();
        assert_eq!(at, [0.0, 100.0, 200.0]);
        let latitudes = Graticule { step: 10_000_000 }.latitude_ticks(view);
        assert_eq!(
            latitudes.iter().map(|tick| tick.degrees).collect::<Vec<_>>(),
            [10.0, 0.0, -10.0]
        );
        // Ten degrees of latitude at the equator are 2048 px / 360° × 10.05 at zoom 3.
        assert!((latitudes[1].at_px - 57.2).abs() < 0.1, "{latitudes:?}");
    }

    #[test]
    fn ticks_stay_on_their_lines_where_the_screen_reaches_beyond_the_world() {
        // At zoom 1 the world is 512 px high; 89.6° lies 205 px above its edge.
        let view =
            View { bbox: [-10.0, -85.0, 10.0, 89.6], width_px: 28.0, height_px: 670.0, zoom: 1.0 };
        let ticks = Graticule { step: 30_000_000 }.latitude_ticks(view);
        let equator = ticks.iter().find(|tick| tick.degrees == 0.0).unwrap();
        assert!((equator.at_px - 461.0).abs() < 0.1, "{equator:?}");
    }

    #[test]
    fn longitudes_are_named_within_the_world() {
        assert_eq!(wrapped(190.0), -170.0);
        assert_eq!(wrapped(-190.0), 170.0);
        assert_eq!(wrapped(12.5), 12.5);
    }
}
