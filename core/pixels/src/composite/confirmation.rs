//! Two views agree: what a single view shows burnt is provisional.
//!
//! Where the mask misses a cloud, one view of quiet ground looks burnt. Clouds move: it is unlikely
//! that the next view of the same ground has one that was missed, too. Smoke of a fire that burns on
//! can lie over the same ground in both; like most clouds it is too bright for burnt ground, and such
//! views confirm nothing.

use crate::geo::cell::{PROVISIONAL, VALID};
use crate::severity::classes::{Breaks, Severity};

/// The dNBR of a cell and the code of its state, from the dNBR of the latest clear view and that of
/// the greener of the last two that are not too bright for burnt ground, NaN where there are not two.
///
/// Ground that the latest view shows unburnt is so. Ground that both show burnt has the lower dNBR of
/// both. Ground that the latest shows burnt alone has the dNBR of the latest, and is provisional:
/// a fire may have come between both views.
#[inline]
pub(crate) fn confirmed(of_latest: f32, of_greener: f32) -> (f32, u8) {
    match (is_burnt(of_latest), is_burnt(of_greener)) {
        (false, _) => (of_latest, VALID),
        (true, true) => (of_greener, VALID),
        (true, false) => (of_latest, PROVISIONAL),
    }
}

/// Of low severity or worse; false for NaN.
#[inline]
fn is_burnt(dnbr: f32) -> bool {
    Breaks::USGS.classify(dnbr).is_some_and(Severity::is_burnt)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_greener_of_two_burnt_views_counts() {
        assert_eq!(confirmed(0.7, 0.5), (0.5, VALID));
        assert_eq!(confirmed(0.10, 0.10), (0.10, VALID));
    }

    #[test]
    fn what_one_view_shows_burnt_is_painted_and_provisional() {
        assert_eq!(confirmed(0.7, f32::NAN), (0.7, PROVISIONAL));
        assert_eq!(confirmed(0.7, 0.09), (0.7, PROVISIONAL));
    }

    #[test]
    fn unburnt_ground_needs_no_second_view() {
        assert_eq!(confirmed(0.05, f32::NAN), (0.05, VALID));
        assert_eq!(confirmed(0.05, -0.2), (0.05, VALID));
        assert_eq!(confirmed(-0.3, -0.4), (-0.3, VALID));
    }
}
