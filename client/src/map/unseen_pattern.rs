//! How cells without a value are painted: hatched where nothing was seen, dotted where nothing was
//! searched. Neither can be taken for unburned ground, which is filled.

use dragonfly_core::Empty;

use crate::state::unseen::{Unseen, unseen};

/// Visible on light and on dark ground alike.
const GREY: [u8; 3] = [0x78, 0x80, 0x84];
/// Cells from one stripe to the next.
const PERIOD: usize = 6;
/// Cells across a stripe.
const STRIPE: usize = 2;
const STRIPE_OPACITY: u8 = 220;
/// In the dark each dot has a light edge, as all of a map has: fainter, so that severity stands out.
const DOT_OPACITY: u8 = 130;
/// Between the stripes, so that a single cell shows wherever it lies.
const TINT_OPACITY: u8 = 70;
/// Between the dots.
const FAINT_OPACITY: u8 = 28;

/// Red, green, blue, opacity of a cell without a value, by its palette index and its place in the
/// tile; clear for water and outside the region.
pub fn pattern(code: u8, column: usize, row: usize) -> [u8; 4] {
    let opacity = match Empty::from_code(code).and_then(unseen) {
        Some(Unseen::NotSeen) if (column + row) % PERIOD < STRIPE => STRIPE_OPACITY,
        Some(Unseen::NotSeen) => TINT_OPACITY,
        Some(Unseen::OutsideZone) if column % PERIOD < STRIPE && row % PERIOD < STRIPE => {
            DOT_OPACITY
        }
        Some(Unseen::OutsideZone) => FAINT_OPACITY,
        None => return [0; 4],
    };
    let [red, green, blue] = GREY;
    [red, green, blue, opacity]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opacities(reason: Empty) -> Vec<u8> {
        let cells = (0..PERIOD * PERIOD).map(|cell| (cell % PERIOD, cell / PERIOD));
        cells.map(|(column, row)| pattern(reason.code(), column, row)[3]).collect()
    }

    #[test]
    fn what_was_not_seen_is_hatched_in_every_cell() {
        for reason in [Empty::Cloud, Empty::NeverObserved, Empty::NoData] {
            let opacities = opacities(reason);
            assert!(opacities.iter().all(|opacity| *opacity > 0), "{reason:?}");
            assert!(opacities.contains(&STRIPE_OPACITY) && opacities.contains(&TINT_OPACITY));
        }
    }

    #[test]
    fn ground_outside_the_zone_differs_from_what_was_not_seen_and_water_is_clear() {
        assert_ne!(opacities(Empty::OutsideZone), opacities(Empty::Cloud));
        assert!(opacities(Empty::OutsideZone).iter().all(|opacity| *opacity > 0));
        for reason in [Empty::Water, Empty::OutsideBox] {
            assert!(opacities(reason).iter().all(|opacity| *opacity == 0), "{reason:?}");
        }
        assert_eq!(pattern(128, 0, 0), [0; 4]);
    }
}
