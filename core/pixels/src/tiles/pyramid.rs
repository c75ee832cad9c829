//! Lower zooms: a cell averages the dNBR of all the finest cells below, each valid one once.

use crate::geo::cell::Empty;
use crate::geo::mercator::TILE_SIZE_PX;
use crate::tiles::tile_code::index_from_cell;

/// What lies below one cell of a lower zoom.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ChildCells {
    /// Sum of the valid dNBR.
    dnbr_sum: f64,
    /// Number of valid cells.
    valid: u32,
    /// Number of empty cells, by [`Empty::index`].
    empty: [u32; Empty::ALL.len()],
}

impl ChildCells {
    /// One finest cell.
    pub(crate) fn of(cell: Result<f32, Empty>) -> Self {
        let mut one = Self::default();
        one.add_finest(cell);
        one
    }

    fn add_finest(&mut self, cell: Result<f32, Empty>) {
        match cell {
            Ok(dnbr) => {
                self.dnbr_sum += f64::from(dnbr);
                self.valid += 1;
            }
            Err(reason) => self.empty[reason.index()] += 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.dnbr_sum += other.dnbr_sum;
        self.valid += other.valid;
        for (count, other) in self.empty.iter_mut().zip(other.empty) {
            *count += other;
        }
    }

    /// The mean of the valid cells where they are at least as many as those of other ground, else
    /// nothing.
    fn cell_of_majority(&self) -> Result<f32, Empty> {
        let is_majority = self.valid > 0 && self.valid >= self.empty[Empty::NoData.index()];
        if is_majority { self.cell() } else { Err(Empty::OutsideBox) }
    }

    /// The mean of the valid cells; without any, the commonest reason below.
    pub(crate) fn cell(&self) -> Result<f32, Empty> {
        if self.valid > 0 {
            return Ok((self.dnbr_sum / f64::from(self.valid)) as f32);
        }
        Err(commonest(self.empty))
    }
}

/// The commonest reason; the first in [`Empty::ALL`] of several, and outside the box of none.
fn commonest(counts: [u32; Empty::ALL.len()]) -> Empty {
    let most = counts.into_iter().max().unwrap_or(0);
    Empty::ALL
        .into_iter()
        .find(|reason| counts[reason.index()] == most)
        .unwrap_or(Empty::OutsideBox)
}

/// The cells of one tile, row by row, with what lies below each.
#[derive(Clone, Debug)]
pub struct TileCells(Cells);

#[derive(Clone, Debug)]
enum Cells {
    /// Of the finest zoom: nothing lies below but the cell itself.
    Finest(Vec<Result<f32, Empty>>),
    Joined(Vec<ChildCells>),
}

const SIDE: usize = TILE_SIZE_PX as usize;

impl TileCells {
    /// A tile of the finest zoom, from its 256 × 256 cells.
    pub fn finest(cells: impl Iterator<Item = Result<f32, Empty>>) -> Self {
        Self(Cells::Finest(cells.collect()))
    }

    /// A tile of a lower zoom from the tiles below (north-west, north-east, south-west,
    /// south-east), `None` where there is none.
    pub fn joined(children: &[Option<Self>; 4]) -> Self {
        let outside = ChildCells::of(Err(Empty::OutsideBox));
        let mut cells = vec![ChildCells::default(); SIDE * SIDE];
        for (row, cells) in cells.chunks_exact_mut(SIDE).enumerate() {
            for (half, cells) in cells.chunks_exact_mut(SIDE / 2).enumerate() {
                let child = &children[row / (SIDE / 2) * 2 + half];
                let first_below = row % (SIDE / 2) * 2 * SIDE;
                for (column, cell) in cells.iter_mut().enumerate() {
                    let below = first_below + column * 2;
                    for below in [below, below + 1, below + SIDE, below + SIDE + 1] {
                        match child {
                            Some(Self(Cells::Finest(finest))) => cell.add_finest(finest[below]),
                            Some(Self(Cells::Joined(joined))) => cell.add(&joined[below]),
                            None => cell.add(&outside),
                        }
                    }
                }
            }
        }
        Self(Cells::Joined(cells))
    }

    /// The palette indices of the tile.
    pub fn indices(&self) -> Vec<u8> {
        match &self.0 {
            Cells::Finest(cells) => cells.iter().map(|cell| index_from_cell(*cell)).collect(),
            Cells::Joined(cells) => {
                cells.iter().map(|children| index_from_cell(children.cell())).collect()
            }
        }
    }
}

impl TileCells {
    /// The palette indices of a tile that shows some ground alone, and that only where it is half of
    /// a cell or more: what is rare would else cover a lower zoom. Other ground, to which it is
    /// compared, is [`Empty::NoData`].
    pub fn majority_indices(&self) -> Vec<u8> {
        let outside = Err(Empty::OutsideBox);
        match &self.0 {
            Cells::Finest(cells) => {
                cells.iter().map(|cell| index_from_cell(cell.or(outside))).collect()
            }
            Cells::Joined(cells) => {
                cells.iter().map(|cell| index_from_cell(cell.cell_of_majority())).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiles::tile_code::{class_from_index, index_from_dnbr};
    use crate::{Breaks, Severity};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn tile(cell: impl Fn(usize, usize) -> Result<f32, Empty>) -> TileCells {
        TileCells::finest((0..SIDE * SIDE).map(|index| cell(index / SIDE, index % SIDE)))
    }

    #[test]
    fn values_are_averaged_and_then_classified() {
        // Classes 3, 3, 3, 7: their mean class would be 4; their mean value is 0.225, low.
        let child = tile(|row, column| Ok(if (row % 2, column % 2) == (0, 0) { 0.9 } else { 0.0 }));
        let joined = TileCells::joined(&[Some(child), None, None, None]);
        let index = joined.indices()[0];
        assert_eq!(index, index_from_dnbr(0.225).unwrap());
        assert_eq!(class_from_index(index, &Breaks::USGS), Some(Severity::Low));
    }

    #[test]
    fn what_is_rare_does_not_cover_a_lower_zoom() {
        let child = tile(|row, column| match (row, column) {
            (0, 0) => Ok(0.5),
            (0, 2..4) | (1, 4) => Ok(0.3),
            // Beside the only cell that has a value.
            (0..2, 4..6) => Err(Empty::OutsideBox),
            _ => Err(Empty::NoData),
        });
        let seen = index_from_dnbr(0.3).unwrap();
        let finest = child.majority_indices();
        assert_eq!((finest[2], finest[1], finest[SIDE * 2]), (seen, 0, 0));
        let indices = TileCells::joined(&[Some(child), None, None, None]).majority_indices();
        assert_eq!(indices[..4], [0, seen, seen, 0]);
        assert_eq!(indices[SIDE / 2], 0, "no tile below");
    }

    #[test]
    fn each_valid_cell_counts_once_however_deep() {
        // One valid cell of 0.8 beside three of 0.0 in the next block: a mean of means would be
        // 0.4.
        let child = tile(|row, column| match (row, column) {
            (0, 0) => Ok(0.8),
            (0..2, 0..2) => Err(Empty::Cloud),
            _ => Ok(0.0),
        });
        let once = TileCells::joined(&[Some(child), None, None, None]);
        assert_eq!(once.indices()[0], index_from_dnbr(0.8).unwrap());
        let twice = TileCells::joined(&[Some(once), None, None, None]);
        assert_eq!(twice.indices()[0], index_from_dnbr(0.8 / 13.0).unwrap());
    }

    #[test]
    fn an_empty_cell_takes_the_commonest_reason() {
        let child = tile(|row, column| match (row % 2, column % 2) {
            (0, 0) => Err(Empty::Water),
            (0, 1) => Err(Empty::OutsideBox),
            _ => Err(Empty::Cloud),
        });
        let joined = TileCells::joined(&[None, Some(child), None, None]);
        assert_eq!(joined.indices()[SIDE / 2], Empty::Cloud.code());
        assert_eq!(joined.indices()[0], Empty::OutsideBox.code());
    }

    #[test]
    fn children_lie_where_their_names_say() {
        let flat = |dnbr: f32| Some(tile(|_, _| Ok(dnbr)));
        let indices = TileCells::joined(&[flat(0.1), flat(0.2), flat(0.3), flat(0.4)]).indices();
        let corners =
            [0, SIDE - 1, SIDE * (SIDE - 1), SIDE * SIDE - 1].map(|corner| indices[corner]);
        assert_eq!(corners, [0.1, 0.2, 0.3, 0.4].map(|dnbr| index_from_dnbr(dnbr).unwrap()));
    }
}
