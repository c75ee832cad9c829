//! What a cell of the map holds: a dNBR, or why it is empty.

/// Why a cell holds no dNBR. The numbers are the palette indices of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Empty {
    /// The centre of the cell lies outside the region's box.
    OutsideBox = 0,
    /// Outside the fire zone.
    OutsideZone = 251,
    /// No scene covers the cell on one side of the fire.
    NeverObserved = 252,
    /// Cloud, shadow, snow or flames in every image of one side, or light too dim.
    Cloud = 253,
    /// Water before the fire; in tiles also where land before it is water since
    /// ([`WATER_AFTER`]).
    Water = 254,
    /// Scenes cover the cell, but recorded nothing usable.
    NoData = 255,
}

/// The code of a cell that holds a dNBR, where states are stored beside the values.
pub const VALID: u8 = 1;
/// The code of a cell that holds a dNBR of burnt ground which a single view shows burnt: no other
/// confirms it yet.
pub const PROVISIONAL: u8 = 2;
/// The code of a cell without a dNBR: land before the fire, and water in the last two clear views
/// after it.
pub const WATER_AFTER: u8 = 3;

/// The code of a cell that holds a dNBR of burnt-looking ground where no fire was seen: it changed,
/// as a field that was harvested. Only in maps of regions whose active-fire points are known.
pub const CHANGED: u8 = 4;

/// Whether a cell of a state holds a dNBR.
#[inline]
pub fn has_value(state: u8) -> bool {
    matches!(state, VALID | PROVISIONAL | CHANGED)
}

/// A cell of a map, from its dNBR and its state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MapCell {
    /// A dNBR.
    Value(f32),
    /// A dNBR that a single view shows.
    Provisional(f32),
    /// A dNBR of burnt-looking ground where no fire was seen.
    Changed(f32),
    /// Land before the fire, water after it.
    WaterAfter,
    /// Nothing, and why.
    Empty(Empty),
}

impl MapCell {
    /// The cell of a dNBR and the code of its state.
    #[inline]
    pub fn new(dnbr: f32, state: u8) -> Self {
        match state {
            VALID => Self::Value(dnbr),
            PROVISIONAL => Self::Provisional(dnbr),
            CHANGED => Self::Changed(dnbr),
            WATER_AFTER => Self::WaterAfter,
            code => Self::Empty(Empty::from_code(code).unwrap_or(Empty::NoData)),
        }
    }

    /// Whether a single view shows what it holds.
    #[inline]
    pub fn is_provisional(self) -> bool {
        matches!(self, Self::Provisional(_))
    }

    /// Its dNBR, or why files show none.
    #[inline]
    pub fn value(self) -> Result<f32, Empty> {
        match self {
            Self::Value(dnbr) | Self::Provisional(dnbr) | Self::Changed(dnbr) => Ok(dnbr),
            Self::WaterAfter => Err(Empty::Water),
            Self::Empty(reason) => Err(reason),
        }
    }
}

impl MapCell {
    /// What the tiles of severity show of it. Of ground that changed without a fire they show the
    /// highest value that is not burnt.
    #[inline]
    pub fn severity(self) -> Result<f32, Empty> {
        match self {
            Self::Changed(dnbr) => Ok(dnbr.min(HIGHEST_UNBURNED)),
            other => other.value(),
        }
    }

    /// What the tiles of change without a fire show of it: its dNBR, and nothing of other ground,
    /// which is [`Empty::NoData`].
    #[inline]
    pub fn change(self) -> Result<f32, Empty> {
        match self {
            Self::Changed(dnbr) => Ok(dnbr),
            _ => Err(Empty::NoData),
        }
    }

    /// What the tiles of provisional ground show of it: its dNBR, and nothing of other ground, which
    /// is [`Empty::NoData`] where it has a dNBR of its own.
    #[inline]
    pub fn provisional(self) -> Result<f32, Empty> {
        match self {
            Self::Provisional(dnbr) => Ok(dnbr),
            Self::Value(_) | Self::Changed(_) => Err(Empty::NoData),
            Self::WaterAfter | Self::Empty(_) => Err(Empty::OutsideBox),
        }
    }
}

/// The highest dNBR below class low (Key & Benson 2006).
const HIGHEST_UNBURNED: f32 = 0.1_f32.next_down();

impl From<Result<f32, Empty>> for MapCell {
    fn from(cell: Result<f32, Empty>) -> Self {
        match cell {
            Ok(dnbr) => Self::Value(dnbr),
            Err(reason) => Self::Empty(reason),
        }
    }
}

/// Sets the states of a row of cells before it is computed: [`VALID`] for those that are computed,
/// outside the box the others.
// Not part of its callers, which are compiled for size in the browser.
#[inline(never)]
pub fn start_states(state: &mut [u8], is_computed: &[bool]) {
    for (state, is_computed) in state.iter_mut().zip(is_computed) {
        *state = if *is_computed { VALID } else { Empty::OutsideBox.code() };
    }
}

impl Empty {
    /// All reasons, by code.
    pub const ALL: [Self; 6] = [
        Self::OutsideBox,
        Self::OutsideZone,
        Self::NeverObserved,
        Self::Cloud,
        Self::Water,
        Self::NoData,
    ];

    /// The palette index of a tile, and a value of a state raster.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The reason behind a code; `None` where the code is a value's.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Index in [`Empty::ALL`].
    pub fn index(self) -> usize {
        match self {
            Self::OutsideBox => 0,
            Self::OutsideZone => 1,
            Self::NeverObserved => 2,
            Self::Cloud => 3,
            Self::Water => 4,
            Self::NoData => 5,
        }
    }

    /// The reason as text, lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::OutsideBox => "outside the region",
            Self::OutsideZone => "outside the fire zone",
            Self::NeverObserved => "never observed",
            Self::Cloud => "cloud, shadow or snow",
            Self::Water => "water",
            Self::NoData => "no data",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_code_leads_back_to_its_reason() {
        for (index, reason) in Empty::ALL.into_iter().enumerate() {
            assert_eq!(Empty::from_code(reason.code()), Some(reason));
            assert_eq!(reason.index(), index);
        }
        assert_eq!(Empty::from_code(VALID), None);
        assert_eq!(Empty::from_code(250), None);
    }

    #[test]
    fn only_cells_that_are_computed_begin_valid() {
        let mut state = [77; 3];
        start_states(&mut state, &[true, false, true]);
        assert_eq!(state, [VALID, Empty::OutsideBox.code(), VALID]);
    }

    #[test]
    fn a_state_is_a_value_or_a_reason() {
        assert_eq!(MapCell::new(0.5, VALID).value(), Ok(0.5));
        assert_eq!(MapCell::new(0.5, PROVISIONAL), MapCell::Provisional(0.5));
        assert_eq!(MapCell::new(0.5, PROVISIONAL).value(), Ok(0.5));
        assert_eq!(MapCell::new(f32::NAN, WATER_AFTER).value(), Err(Empty::Water));
        assert_eq!(MapCell::new(0.5, CHANGED).value(), Ok(0.5));
        assert_eq!(MapCell::new(f32::NAN, 77).value(), Err(Empty::NoData));
        for reason in Empty::ALL {
            assert_eq!(MapCell::new(f32::NAN, reason.code()).value(), Err(reason));
        }
    }

    #[test]
    fn changed_ground_is_not_burnt_in_tiles_of_severity_and_stands_alone_in_its_own() {
        use crate::severity::classes::{Breaks, Severity};
        let changed = MapCell::new(0.5, CHANGED);
        let class = changed.severity().ok().and_then(|dnbr| Breaks::USGS.classify(dnbr));
        assert_eq!(class, Some(Severity::Unburned));
        assert_eq!(changed.change(), Ok(0.5));
        for state in [VALID, PROVISIONAL, WATER_AFTER, Empty::Cloud.code()] {
            let cell = MapCell::new(0.5, state);
            assert_eq!((cell.severity(), cell.change()), (cell.value(), Err(Empty::NoData)));
        }
    }

    #[test]
    fn provisional_ground_stands_alone_in_its_tiles_among_ground_with_a_value() {
        assert_eq!(MapCell::new(0.5, PROVISIONAL).provisional(), Ok(0.5));
        for state in [VALID, CHANGED] {
            assert_eq!(MapCell::new(0.5, state).provisional(), Err(Empty::NoData));
        }
        for state in [WATER_AFTER, Empty::Cloud.code(), Empty::OutsideBox.code()] {
            assert_eq!(MapCell::new(f32::NAN, state).provisional(), Err(Empty::OutsideBox));
        }
    }
}
