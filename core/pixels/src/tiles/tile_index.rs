//! Which tiles of a region are stored, so that none is requested that is not there.

use serde::{Deserialize, Serialize};

use crate::geo::cell::Empty;
use crate::geo::tile::{Tile, TileRange};
use crate::severity::classes::{Breaks, Severity};
use crate::tiles::tile_code::class_from_index;

/// What became of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileFate {
    /// Stored.
    Stored,
    /// Not stored: it has valid cells, and all of them are unburned.
    Unburned,
    /// Not stored: all of it is empty, mostly for this reason.
    Empty(Empty),
}

impl TileFate {
    /// The fate of a tile, by its palette indices. With `skip_unburned` wholly unburned tiles are
    /// not stored; regrowth is kept. A tile in which some ground was seen and some was not is
    /// stored, so that the map shows which.
    pub fn of(indices: &[u8], skip_unburned: bool) -> Self {
        let mut counts = [0usize; 256];
        for index in indices {
            counts[usize::from(*index)] += 1;
        }
        let mut any_valid = false;
        let mut any_change = false;
        for (index, _) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let class = class_from_index(index as u8, &Breaks::USGS);
            any_valid |= class.is_some();
            any_change |= class.is_some_and(|class| class != Severity::Unburned);
        }
        let kinds = kinds_of_empty(&counts);
        let any_unseen = kinds.not_seen || kinds.outside_zone;
        match (any_valid, any_change) {
            (false, _) if kinds.are_mixed() => Self::Stored,
            (false, _) => Self::Empty(commonest_reason(&counts)),
            (true, false) if skip_unburned && !any_unseen => Self::Unburned,
            _ => Self::Stored,
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Stored => 's',
            Self::Unburned => 'u',
            Self::Empty(Empty::OutsideBox) => 'o',
            Self::Empty(Empty::OutsideZone) => 'z',
            Self::Empty(Empty::NeverObserved) => 'n',
            Self::Empty(Empty::Cloud) => 'c',
            Self::Empty(Empty::Water) => 'w',
            Self::Empty(Empty::NoData) => 'd',
        }
    }

    fn from_letter(letter: char) -> Option<Self> {
        [Self::Stored, Self::Unburned]
            .into_iter()
            .chain(Empty::ALL.map(Self::Empty))
            .find(|fate| fate.letter() == letter)
    }
}

/// Which kinds of empty cells a tile has; maps show each in its own way.
struct KindsOfEmpty {
    not_seen: bool,
    outside_zone: bool,
    water: bool,
}

impl KindsOfEmpty {
    fn are_mixed(&self) -> bool {
        [self.not_seen, self.outside_zone, self.water].into_iter().filter(|any| *any).count() > 1
    }
}

fn kinds_of_empty(counts: &[usize; 256]) -> KindsOfEmpty {
    let any = |reason: Empty| counts[usize::from(reason.code())] > 0;
    KindsOfEmpty {
        not_seen: [Empty::NeverObserved, Empty::Cloud, Empty::NoData].into_iter().any(any),
        outside_zone: any(Empty::OutsideZone),
        water: any(Empty::Water),
    }
}

/// The commonest reason in an all-empty tile. What lies outside the box only counts when nothing
/// else is there.
fn commonest_reason(counts: &[usize; 256]) -> Empty {
    Empty::ALL
        .into_iter()
        .filter(|reason| *reason != Empty::OutsideBox && counts[usize::from(reason.code())] > 0)
        .max_by_key(|reason| counts[usize::from(reason.code())])
        .unwrap_or(Empty::OutsideBox)
}

/// The fates of all tiles of one zoom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoomIndex {
    /// The tiles that the region's box touches.
    #[serde(flatten)]
    pub tiles: TileRange,
    /// Run lengths row by row from the north-west, such as `3o12s`: `s` stored, `u` unburned, and
    /// empty because `o` outside the box, `z` outside the fire zone, `n` never observed, `c` cloud,
    /// `w` water, `d` no data.
    pub runs: String,
}

/// The fates of a region's tiles, one entry per zoom, ascending.
///
/// ```
/// use dragonfly_pixels::{Empty, Tile, TileFate, TileIndex, TileRange, ZoomIndex};
///
/// let tiles = TileRange { z: 9, x_start: 85, y_start: 201, x_end: 87, y_end: 202 };
/// let zoom = ZoomIndex::new(tiles, &[TileFate::Stored, TileFate::Empty(Empty::Water)]);
/// assert_eq!(zoom.runs, "1s1w");
/// let index = TileIndex(vec![zoom]);
/// assert_eq!(index.fate(Tile { z: 9, x: 85, y: 201 }), Some(TileFate::Stored));
/// assert_eq!(index.fate(Tile { z: 9, x: 99, y: 201 }), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TileIndex(pub Vec<ZoomIndex>);

impl ZoomIndex {
    /// The index of a zoom, from the fates row by row.
    pub fn new(tiles: TileRange, fates: &[TileFate]) -> Self {
        let mut runs = String::new();
        for run in fates.chunk_by(|one, other| one == other) {
            if let Some(first) = run.first() {
                runs.push_str(&run.len().to_string());
                runs.push(first.letter());
            }
        }
        Self { tiles, runs }
    }

    /// What became of a tile; `None` outside the region, or where the index cannot be read.
    pub fn fate(&self, tile: Tile) -> Option<TileFate> {
        let mut left = self.tiles.position(tile)?;
        let mut length = 0usize;
        for letter in self.runs.chars() {
            if let Some(digit) = letter.to_digit(10) {
                length = length.checked_mul(10)?.checked_add(digit as usize)?;
                continue;
            }
            let fate = TileFate::from_letter(letter)?;
            if left < length {
                return Some(fate);
            }
            left -= length;
            length = 0;
        }
        None
    }
}

impl TileIndex {
    /// What became of a tile; `None` where the region has no such tile.
    pub fn fate(&self, tile: Tile) -> Option<TileFate> {
        self.0.iter().find(|zoom| zoom.tiles.z == tile.z)?.fate(tile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiles::tile_code::index_from_dnbr;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const RANGE: TileRange = TileRange { z: 9, x_start: 85, y_start: 201, x_end: 88, y_end: 203 };

    fn check(values: &[f32], reasons: &[Empty], skip_unburned: bool, fate: TileFate) {
        let indices: Vec<u8> = values
            .iter()
            .map(|value| index_from_dnbr(*value).unwrap())
            .chain(reasons.iter().map(|reason| reason.code()))
            .collect();
        assert_eq!(TileFate::of(&indices, skip_unburned), fate);
    }

    #[test]
    fn only_tiles_with_a_change_are_stored() {
        let unchanged = [0.0, 0.099];
        check(&unchanged, &[Empty::Water, Empty::OutsideBox], true, TileFate::Unburned);
        check(&[0.0, 0.1], &[], true, TileFate::Stored);
        check(&[0.0, -0.3], &[], true, TileFate::Stored);
        check(&[0.0], &[], false, TileFate::Stored);
    }

    #[test]
    fn a_tile_that_was_seen_in_part_is_stored() {
        use Empty::{Cloud, NeverObserved, NoData, OutsideZone, Water};
        for unseen in [Cloud, NeverObserved, NoData, OutsideZone] {
            check(&[0.0], &[unseen], true, TileFate::Stored);
            check(&[], &[unseen, Water, Water], true, TileFate::Stored);
        }
        check(&[], &[OutsideZone, OutsideZone, Cloud], true, TileFate::Stored);
    }

    #[test]
    fn an_empty_tile_says_mostly_why() {
        use Empty::{Cloud, NoData, OutsideBox};
        check(&[], &[Cloud, NoData, NoData], true, TileFate::Empty(NoData));
        check(&[], &[OutsideBox, OutsideBox, Cloud], true, TileFate::Empty(Cloud));
        check(&[], &[OutsideBox], true, TileFate::Empty(OutsideBox));
    }

    #[test]
    fn fates_survive_the_run_lengths() {
        let mut fates = vec![TileFate::Stored; 6];
        fates[2] = TileFate::Empty(Empty::Water);
        fates[3] = TileFate::Unburned;
        let index = ZoomIndex::new(RANGE, &fates);
        assert_eq!(index.runs, "2s1w1u2s");
        let read: Vec<_> = RANGE.tiles().filter_map(|tile| index.fate(tile)).collect();
        assert_eq!(read, fates);
        let all = TileIndex(vec![index]);
        assert_eq!(all.fate(Tile { z: 9, x: 87, y: 201 }), Some(TileFate::Empty(Empty::Water)));
        assert_eq!(all.fate(Tile { z: 8, x: 42, y: 100 }), None);
    }

    #[test]
    fn a_broken_index_knows_nothing_and_does_not_fail() {
        for runs in ["", "99999999999999999999999999s", "2q", "s", "5"] {
            let index = ZoomIndex { tiles: RANGE, runs: runs.to_owned() };
            assert_eq!(index.fate(Tile { z: 9, x: 87, y: 202 }), None, "{runs}");
        }
    }

    #[test]
    fn the_index_is_one_flat_object_a_zoom() {
        let index = TileIndex(vec![ZoomIndex::new(RANGE, &[TileFate::Stored; 6])]);
        let text = serde_json::to_string(&index).unwrap();
        assert_eq!(
            text,
            r#"[{"z":9,"x_start":85,"y_start":201,"x_end":88,"y_end":203,"runs":"6s"}]"#
        );
        assert_eq!(serde_json::from_str::<TileIndex>(&text).unwrap(), index);
    }
}
