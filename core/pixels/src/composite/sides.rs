//! From several views of a cell to one NBR per side, and from two sides to a dNBR.

use chrono::NaiveDate;

use crate::geo::cell::{Empty, VALID, WATER_AFTER};
use crate::resample::observation::{CellQuality, Observation};

/// How the views of one side become one NBR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Composite {
    /// The median of the clear observations; of an even count the mean of the middle two.
    Median,
    /// The latest clear observation, which the one before it confirms. On the post side of a rolling
    /// window, or a new fire would drown in older images.
    Latest,
    /// The median after a fire of which the last smoky day is known: images until then count only
    /// where no later one decides.
    AfterSmoke {
        /// Last day on which smoke may lie over the ground.
        last_smoky_day: NaiveDate,
    },
}

/// The composite of a cell on one side of the fire.
#[derive(Clone, Copy, Debug)]
pub struct SideComposite {
    /// NBR; NaN without a clear observation.
    pub nbr: f32,
    /// What confirms that the ground burnt: the greener of the last two clear observations that are
    /// not too bright for burnt ground; without smoke the NBR itself. NaN where nothing does.
    pub greener: f32,
    /// The best quality that any overpass had.
    pub best: CellQuality,
    /// Clear views, those of water too dark for an NBR included.
    pub clear_count: u32,
    /// Most observations of the surface show water.
    pub is_water: bool,
    /// The last two observations of the surface show water, and none looks like a dark scar.
    pub ends_in_water: bool,
}

impl Composite {
    /// One side of a cell, from its observations in order of time, of which the first `smoky` were
    /// taken while smoke may have lain there. `scratch` is reused to save allocations.
    pub fn side(
        self,
        views: impl Iterator<Item = Observation>,
        smoky: usize,
        scratch: &mut Vec<f32>,
    ) -> SideComposite {
        scratch.clear();
        let mut best = CellQuality::Unobserved;
        let (mut seen_count, mut water_count) = (0, 0);
        let mut last_two_wet = [false, false];
        let mut smoky_clear = 0;
        // Of the last two clear views that are not too bright for burnt ground.
        let mut last_two = [f32::NAN; 2];
        for (place, view) in views.enumerate() {
            best = best.max(view.quality);
            if view.quality < CellQuality::DarkWater {
                continue;
            }
            seen_count += 1;
            water_count += u32::from(view.quality < CellQuality::Land);
            last_two_wet = [last_two_wet[1], is_wet(view)];
            if view.quality.is_clear() {
                scratch.push(view.nbr);
                if view.quality != CellQuality::BrightLand {
                    last_two = [last_two[1], view.nbr];
                }
                smoky_clear += usize::from(place < smoky);
            }
        }
        let [last_but_one, last] = last_two;
        let greener = if last_but_one.is_nan() { f32::NAN } else { last_but_one.max(last) };
        let (nbr, greener) = match self {
            Self::Median => (median(scratch), greener),
            Self::Latest => (scratch.last().copied().unwrap_or(f32::NAN), greener),
            Self::AfterSmoke { .. } => without_smoke(scratch, smoky_clear),
        };
        SideComposite {
            nbr,
            greener,
            best,
            clear_count: seen_count,
            is_water: water_count * 2 > seen_count,
            ends_in_water: last_two_wet == [true, true],
        }
    }
}

/// The median of clear observations in order of time, of which the first `smoky` may show smoke, and
/// what confirms it: the same, or NaN.
///
/// Smoke makes NBR lower, as fire does, and classifications call it unclassified, vegetation or bare
/// ground, as they call fresh burns: no class separates both. Later views can: where they
/// outnumber the others, the median takes no smoke; where they do not, they count alone; and where
/// there is none, burnt ground is not confirmed.
fn without_smoke(clear: &mut [f32], smoky: usize) -> (f32, f32) {
    let later = clear.len() - smoky;
    let used = match later {
        0 => return (median(clear), f32::NAN),
        _ if later > smoky => clear,
        _ => &mut clear[smoky..],
    };
    let nbr = median(used);
    (nbr, nbr)
}

/// Whether a view shows water. Water absorbs SWIR more than NIR, char NIR more than SWIR: a scar that
/// was classified as water has a negative NBR.
#[inline]
fn is_wet(view: Observation) -> bool {
    match view.quality {
        CellQuality::DarkWater => true,
        CellQuality::Water => view.nbr >= 0.0,
        _ => false,
    }
}

/// The median; (a + b) × 0.5 of an even count, NaN of none. Sorts its input.
pub fn median(values: &mut [f32]) -> f32 {
    values.sort_unstable_by(f32::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f32::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => (values[middle - 1] + values[middle]) * 0.5,
    }
}

/// The code of a cell inside box and zone: [`VALID`], or that of why it has no dNBR. `worst` is the
/// worse of the best qualities of both sides.
///
/// Water is decided before the fire: ground classified as water once afterwards is a dark scar.
#[inline]
pub fn state_of(is_water_before: bool, worst: CellQuality) -> u8 {
    // One after the other, so that processors take several cells at once.
    let state = if worst.is_clear() { VALID } else { Empty::NeverObserved.code() };
    let state = if worst == CellQuality::NoData { Empty::NoData.code() } else { state };
    let is_hidden = (worst == CellQuality::Hidden) | (worst == CellQuality::DarkWater);
    let state = if is_hidden { Empty::Cloud.code() } else { state };
    if is_water_before { Empty::Water.code() } else { state }
}

/// The code of a cell with this state, where the last two observations after the fire may show water:
/// land that is flooded did not burn.
#[inline]
pub(crate) fn state_after_flood(state: u8, is_land_before: bool, ends_in_water: bool) -> u8 {
    let is_computed = (state == VALID) | (state == Empty::Cloud.code());
    if is_computed & is_land_before & ends_in_water { WATER_AFTER } else { state }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn land(nbr: f32) -> Observation {
        Observation { nbr, quality: CellQuality::Land }
    }

    fn water(nbr: f32) -> Observation {
        Observation { nbr, quality: CellQuality::Water }
    }

    fn empty(quality: CellQuality) -> Observation {
        Observation { nbr: f32::NAN, quality }
    }

    fn side(composite: Composite, views: &[Observation]) -> SideComposite {
        composite.side(views.iter().copied(), 0, &mut Vec::new())
    }

    #[test]
    fn smoke_counts_where_no_later_view_is_clear_and_confirms_nothing() {
        let composite = Composite::AfterSmoke { last_smoky_day: NaiveDate::MIN };
        let check = |views: &[Observation], smoky, nbr: f32, is_confirmed: bool| {
            let side = composite.side(views.iter().copied(), smoky, &mut Vec::new());
            assert_eq!((side.nbr, side.greener.is_nan()), (nbr, !is_confirmed), "{views:?}");
        };
        let cloud = empty(CellQuality::Hidden);
        check(&[land(0.1), land(0.6)], 1, 0.6, true);
        check(&[land(0.1), cloud], 1, 0.1, false);
        check(&[cloud, land(0.6)], 1, 0.6, true);
        check(&[land(0.1), land(0.2), land(0.6)], 2, 0.6, true);
        // Outnumbered, it only makes the median firmer: here against a cloud that was missed.
        check(&[land(0.5), land(0.6), land(-0.2)], 1, 0.5, true);
        check(&[land(0.1), land(0.2)], 2, 0.15, false);
        check(&[land(0.5), land(0.25)], 0, 0.375, true);
    }

    #[test]
    fn the_median_passes_over_holes_and_outliers() {
        let views = [land(0.5), empty(CellQuality::Hidden), land(-0.9), land(0.4)];
        assert_eq!(side(Composite::Median, &views).nbr, 0.4);
        assert_eq!(side(Composite::Median, &views).clear_count, 3);
        assert_eq!(side(Composite::Median, &[land(0.5), land(0.25)]).nbr, 0.375);
    }

    #[test]
    fn the_latest_clear_view_is_not_drowned_by_older_ones() {
        let views = [land(0.6), land(0.6), land(-0.2), empty(CellQuality::Hidden)];
        assert_eq!(side(Composite::Latest, &views).nbr, -0.2);
    }

    #[test]
    fn the_greener_of_the_last_two_clear_views_confirms() {
        let views = [land(0.9), land(0.6), empty(CellQuality::Hidden), land(-0.2)];
        assert_eq!(side(Composite::Latest, &views).greener, 0.6);
        assert!(side(Composite::Latest, &[land(-0.2)]).greener.is_nan());
    }

    #[test]
    fn clouds_and_smoke_that_the_mask_misses_neither_confirm_nor_stand_in_the_way() {
        let bright = |nbr| Observation { nbr, quality: CellQuality::BrightLand };
        let check = |views: &[Observation], nbr: f32, greener: f32| {
            let side = side(Composite::Latest, views);
            assert_eq!((side.nbr, side.greener.to_bits()), (nbr, greener.to_bits()), "{views:?}");
            assert!(!side.is_water);
        };
        check(&[bright(0.2), bright(0.1)], 0.1, f32::NAN);
        check(&[land(0.6), bright(0.2), bright(0.1)], 0.1, f32::NAN);
        check(&[land(0.6), bright(0.2), land(-0.2)], -0.2, 0.6);
        check(&[land(-0.1), bright(0.2), land(-0.2)], -0.2, -0.1);
        check(&[land(-0.1), land(-0.2), bright(0.2)], 0.2, -0.1);
    }

    #[test]
    fn land_flooded_in_two_views_is_water_and_a_dark_scar_is_not() {
        let ends_in_water = |post: &[Observation]| side(Composite::Latest, post).ends_in_water;
        assert!(ends_in_water(&[land(0.5), water(0.25), water(0.0)]));
        assert!(ends_in_water(&[water(0.25), empty(CellQuality::DarkWater)]));
        assert!(!ends_in_water(&[water(0.25), water(-0.1)]));
        assert!(!ends_in_water(&[water(0.25), land(0.5)]));
        assert!(!ends_in_water(&[water(0.25)]));
        assert_eq!(state_after_flood(VALID, true, true), WATER_AFTER);
        assert_eq!(state_after_flood(Empty::Cloud.code(), true, true), WATER_AFTER);
        assert_eq!(state_after_flood(Empty::Water.code(), false, true), Empty::Water.code());
        assert_eq!(state_after_flood(Empty::OutsideZone.code(), true, true), 251);
    }

    #[test]
    fn a_lake_too_dark_for_a_ratio_is_water() {
        let dark = empty(CellQuality::DarkWater);
        check(&[dark, dark, land(0.5)], &[land(0.5)], Some(Empty::Water));
        check(&[dark], &[dark], Some(Empty::Water));
        check(&[land(0.5)], &[dark], Some(Empty::Cloud));
    }

    #[test]
    fn no_clear_view_is_a_hole_with_the_best_reason() {
        let hidden =
            side(Composite::Median, &[empty(CellQuality::NoData), empty(CellQuality::Hidden)]);
        assert!(hidden.nbr.is_nan() && hidden.best == CellQuality::Hidden);
        assert_eq!(side(Composite::Latest, &[]).best, CellQuality::Unobserved);
    }

    fn check(pre: &[Observation], post: &[Observation], expected: Option<Empty>) {
        let (pre, post) = (side(Composite::Median, pre), side(Composite::Median, post));
        assert_eq!(Empty::from_code(state_of(pre.is_water, pre.best.min(post.best))), expected);
    }

    #[test]
    fn water_is_decided_before_the_fire() {
        check(&[water(0.5), water(0.5), land(0.5)], &[land(0.1)], Some(Empty::Water));
        check(&[land(0.5)], &[water(-0.25)], None);
        check(&[water(0.5), land(0.5)], &[land(0.5)], None);
    }

    #[test]
    fn the_worse_side_gives_the_reason() {
        check(&[land(0.5)], &[empty(CellQuality::Hidden)], Some(Empty::Cloud));
        check(&[empty(CellQuality::NoData)], &[empty(CellQuality::Hidden)], Some(Empty::NoData));
        check(&[land(0.5)], &[], Some(Empty::NeverObserved));
    }
}
