//! The fractions of cells without a value, by reason.

use dragonfly_core::{Empty, EmptyShare};

/// The reasons with their fractions, in core's order; water is what was water before the fire or is
/// since. A new field of core does not compile here.
pub fn by_reason(fractions: EmptyShare) -> [(Empty, f64); 5] {
    let EmptyShare { outside_zone, never_observed, cloud, water, water_after, no_data } = fractions;
    [
        (Empty::OutsideZone, outside_zone),
        (Empty::NeverObserved, never_observed),
        (Empty::Cloud, cloud),
        (Empty::Water, water + water_after),
        (Empty::NoData, no_data),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_inside_the_box_has_a_fraction() {
        let reasons = by_reason(EmptyShare::default()).map(|(reason, _)| reason);
        let inside = Empty::ALL.into_iter().filter(|reason| *reason != Empty::OutsideBox);
        assert!(inside.eq(reasons));
    }
}
