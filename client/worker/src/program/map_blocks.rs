//! A map as the tiles that the page draws.

use std::ops::Range;

use crate::{ComputedMap, SidePictures};
use dragonfly_core::Empty;
use dragonfly_core::mercator::TILE_SIZE_PX;
use dragonfly_core::protocol::BlockAddress;
use js_sys::ArrayBuffer;

use crate::program::messages::SpareBuffers;

/// The tiles of some rows with their buffers; none for a tile wholly outside the area.
pub(crate) fn blocks(
    map: &ComputedMap,
    rows: &Range<u32>,
    pictures: Option<&SidePictures>,
    spare: &SpareBuffers,
) -> impl Iterator<Item = (BlockAddress, Vec<ArrayBuffer>)> {
    let tiles = map.grid.tiles();
    let width = map.grid.width() as usize;
    let side = TILE_SIZE_PX as usize;
    (0..tiles.width()).filter_map(move |x| {
        let starts = rows.clone().map(|row| row as usize * width + x as usize * side);
        let state = cut(&map.state, starts.clone());
        if state.iter().all(|code| *code == Empty::OutsideBox.code()) {
            return None;
        }
        let at = BlockAddress {
            z: map.grid.zoom(),
            x: tiles.x_start + x,
            y: tiles.y_start + rows.start / TILE_SIZE_PX,
        };
        let has_outside = state.contains(&Empty::OutsideBox.code());
        let inside = |plane: &[f32]| {
            let mut cells = cut(plane, starts.clone());
            // Around a perimeter the offset needs numbers, but they are not of the result.
            let outside = cells.iter_mut().zip(if has_outside { &state[..] } else { &[] });
            for (number, _) in outside.filter(|(_, code)| **code == Empty::OutsideBox.code()) {
                *number = f32::NAN;
            }
            cells
        };
        let (dnbr, pre_nbr) = (inside(&map.dnbr), inside(&map.pre_nbr));
        let mut buffers = vec![spare.floats(&dnbr), spare.floats(&pre_nbr), spare.bytes(&state)];
        let first = rows.start as usize * width;
        for rgba in pictures.iter().flat_map(|pictures| [&pictures.pre, &pictures.post]) {
            let (cells, _) = rgba.as_chunks::<4>();
            let own = match cells.is_empty() {
                true => vec![[0; 4]; side * side],
                false => cut(cells, starts.clone().map(|start| start - first)),
            };
            buffers.push(spare.bytes(own.as_flattened()));
        }
        Some((at, buffers))
    })
}

/// A tile's cells, whose rows start at indices of the map.
fn cut<N: Copy>(plane: &[N], starts: impl Iterator<Item = usize>) -> Vec<N> {
    let side = TILE_SIZE_PX as usize;
    let mut cells = Vec::with_capacity(side * side);
    starts.for_each(|start| cells.extend_from_slice(&plane[start..start + side]));
    cells
}
