//! Why a cell of the map is empty.

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
    /// Cloud, shadow or snow in every image of one side.
    Cloud = 253,
    /// Water before the fire.
    Water = 254,
    /// Scenes cover the cell, but recorded nothing usable.
    NoData = 255,
}

/// The code of a cell that holds a dNBR, where states are stored beside the values.
pub const VALID: u8 = 1;

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

    /// The palette index of a tile, and the value of a state raster.
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
}
