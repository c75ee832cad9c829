//! `meta/fires.json`, field by field.

use dragonfly_core::{FireMapKind, FireState};

pub(super) const FIRE_STATES: [(&str, FireState); 8] = [
    ("burning", FireState::Burning),
    ("woken", FireState::Woken),
    ("quiet", FireState::Quiet),
    ("out", FireState::Out),
    ("season", FireState::Season),
    ("settled", FireState::Settled),
    ("merged", FireState::Merged),
    ("dismissed", FireState::Dismissed),
];

pub(super) const FIRE_MAPS: [(&str, FireMapKind); 3] = [
    ("so_far", FireMapKind::SoFar),
    ("initial", FireMapKind::Initial),
    ("season", FireMapKind::Season),
];
