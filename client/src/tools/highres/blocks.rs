//! The tiles of a result, as received. Their cells stay outside of this program's memory, which
//! never shrinks.

use std::cell::{Cell as Slot, RefCell};
use std::collections::BTreeMap;

use dragonfly_core::mercator::{TILE_SIZE_PX, cell_area_ha, lonlat_from_cell};
use dragonfly_core::{Empty, MapCell, PROVISIONAL, Thresholds, Tile, has_value};
use js_sys::{ArrayBuffer, Float32Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;

use super::style::{Cell, ResultStyle};
use crate::data::tile_address::pixel_at;

/// Which side of the fire a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before.
    Before,
    /// After.
    After,
}

/// One tile, row by row from the north.
struct Block {
    dnbr: Float32Array,
    pre: Float32Array,
    codes: Uint8Array,
    pictures: Option<[Uint8Array; 2]>,
}

/// The tiles received, all of one zoom.
#[derive(Default)]
pub struct Blocks {
    zoom: Slot<u8>,
    blocks: RefCell<BTreeMap<(u32, u32), Block>>,
}

impl Blocks {
    /// Stores a tile from the buffers of its response; one without buffers is ignored.
    pub fn insert(&self, tile: Tile, buffers: &[JsValue]) {
        let array =
            |index: usize| buffers.get(index).and_then(|buffer| buffer.dyn_ref::<ArrayBuffer>());
        let (Some(dnbr), Some(pre), Some(codes)) = (array(0), array(1), array(2)) else {
            return;
        };
        let pictures = array(3)
            .zip(array(4))
            .map(|(before, after)| [Uint8Array::new(before), Uint8Array::new(after)]);
        let block = Block {
            dnbr: Float32Array::new(dnbr),
            pre: Float32Array::new(pre),
            codes: Uint8Array::new(codes),
            pictures,
        };
        self.zoom.set(tile.z);
        self.blocks.borrow_mut().insert((tile.x, tile.y), block);
    }

    /// Removes all tiles, and returns their buffers for reuse.
    pub fn clear(&self) -> Vec<JsValue> {
        let blocks = self.blocks.take().into_values();
        let buffers = blocks.flat_map(|Block { dnbr, pre, codes, pictures }| {
            let pictures = pictures.into_iter().flatten().map(|picture| picture.buffer());
            [dnbr.buffer(), pre.buffer(), codes.buffer()].into_iter().chain(pictures)
        });
        buffers.map(JsValue::from).collect()
    }

    /// The zoom of all tiles.
    pub fn zoom(&self) -> u8 {
        self.zoom.get()
    }

    /// Whether no tile has come.
    pub fn is_empty(&self) -> bool {
        self.blocks.borrow().is_empty()
    }

    /// The tiles received.
    pub fn tiles(&self) -> Vec<Tile> {
        let z = self.zoom();
        self.blocks.borrow().keys().map(|(x, y)| Tile { z, x: *x, y: *y }).collect()
    }

    /// Red, green, blue, opacity of a tile's cells; `None` where it is not received.
    pub fn painted(&self, tile: Tile, style: &ResultStyle) -> Option<Vec<u8>> {
        let blocks = self.blocks.borrow();
        let block = self.block(&blocks, tile)?;
        let cells = block.dnbr.to_vec().into_iter().zip(block.pre.to_vec());
        let side = TILE_SIZE_PX as usize;
        let colour = |(at, ((dnbr, pre), code)): (usize, ((f32, f32), u8))| match code {
            code if has_value(code) => {
                style.cell_colour(Cell { dnbr, pre }, code, (at % side, at / side))
            }
            code => style.empty_colour(code, (at % side, at / side)),
        };
        Some(cells.zip(block.codes.to_vec()).enumerate().flat_map(colour).collect())
    }

    /// Whether there are pictures of both sides: of images without the bands all pixels are clear.
    pub fn have_pictures(&self) -> bool {
        let blocks = self.blocks.borrow();
        [0, 1].into_iter().all(|side| {
            let pictures = blocks.values().filter_map(|block| block.pictures.as_ref());
            pictures.map(|sides| sides[side].to_vec()).any(|rgba| has_opaque_pixel(&rgba))
        })
    }

    /// Red, green, blue, opacity of a tile's picture, brightened; `None` where none is received.
    pub fn picture(&self, tile: Tile, when: When) -> Option<Vec<u8>> {
        let blocks = self.blocks.borrow();
        let [before, after] = self.block(&blocks, tile)?.pictures.as_ref()?;
        let mut pixels = match when {
            When::Before => before.to_vec(),
            When::After => after.to_vec(),
        };
        brighten(&mut pixels);
        Some(pixels)
    }

    /// The cell at a place with the code of its state, or why it is empty; `None` outside what was
    /// computed.
    pub fn cell_at(&self, lon: f64, lat: f64) -> Option<Result<(Cell, u8), Empty>> {
        let (tile, pixel) = pixel_at(lon, lat, self.zoom());
        let (pixel, blocks) = (u32::try_from(pixel).ok()?, self.blocks.borrow());
        let block = self.block(&blocks, tile)?;
        match block.codes.get_index(pixel) {
            0 => None,
            code => {
                let value = MapCell::new(block.dnbr.get_index(pixel), code).value();
                Some(value.map(|dnbr| (Cell { dnbr, pre: block.pre.get_index(pixel) }, code)))
            }
        }
    }

    /// Adds a tile's hectares to those of each class, in the order of the classes, and last to those
    /// of provisional ground, which is in no class.
    pub fn add_hectares(
        &self,
        tile: Tile,
        style: &ResultStyle,
        thresholds: &Thresholds,
        hectares: &mut [f64],
    ) {
        let blocks = self.blocks.borrow();
        let Some(block) = self.block(&blocks, tile) else {
            return;
        };
        let (dnbr, pre, codes) = (block.dnbr.to_vec(), block.pre.to_vec(), block.codes.to_vec());
        let width = TILE_SIZE_PX as usize;
        let rows = dnbr.chunks(width).zip(pre.chunks(width)).zip(codes.chunks(width));
        for (row, ((dnbr, pre), codes)) in rows.enumerate() {
            let (_, lat) =
                lonlat_from_cell(tile.z, 0.0, f64::from(tile.y * TILE_SIZE_PX) + row as f64 + 0.5);
            let area_ha = cell_area_ha(tile.z, lat);
            for ((dnbr, pre), code) in dnbr.iter().zip(pre).zip(codes) {
                let value = style.value(Cell { dnbr: *dnbr, pre: *pre });
                let place = counted_place(thresholds, value, *code);
                if let Some(sum) = place.and_then(|place| hectares.get_mut(place)) {
                    *sum += area_ha;
                }
            }
        }
    }

    fn block<'a>(&self, blocks: &'a BTreeMap<(u32, u32), Block>, tile: Tile) -> Option<&'a Block> {
        blocks.get(&(tile.x, tile.y)).filter(|_| tile.z == self.zoom())
    }
}

fn has_opaque_pixel(rgba: &[u8]) -> bool {
    rgba.chunks_exact(4).any(|pixel| pixel[3] > 0)
}

/// Screens show light by a power of it, and ground is darker than what the worker maps to white.
const GAMMA: f32 = 1.8;

/// Brightens red, green and blue of each pixel, and leaves its opacity.
fn brighten(rgba: &mut [u8]) {
    let brighter: [u8; 256] = std::array::from_fn(|light| {
        ((light as f32 / 255.0).powf(1.0 / GAMMA) * 255.0).round() as u8
    });
    for pixel in rgba.chunks_exact_mut(4) {
        for channel in &mut pixel[..3] {
            *channel = brighter[usize::from(*channel)];
        }
    }
}

/// The place of a cell in the list of hectares: that of its class, or behind the classes where it is
/// provisional; `None` for an empty cell.
fn counted_place(thresholds: &Thresholds, value: f32, code: u8) -> Option<usize> {
    let place = thresholds.place(value)?;
    let classes = thresholds.classes();
    let is_provisional = code == PROVISIONAL && classes[place].is_burnt;
    Some(if is_provisional { classes.len() } else { place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::VALID;

    #[test]
    fn a_picture_is_brightened_without_losing_black_white_or_what_is_clear() {
        let mut pixels = [0, 255, 64, 255, 10, 10, 10, 0];
        brighten(&mut pixels);
        assert_eq!([pixels[0], pixels[1], pixels[3], pixels[7]], [0, 255, 255, 0]);
        assert!((115..125).contains(&pixels[2]), "{}", pixels[2]);
    }

    #[test]
    fn what_a_single_image_shows_burnt_is_counted_behind_the_classes() {
        let usgs = Thresholds::default();
        let counted = |value, code| counted_place(&usgs, value, code);
        assert_eq!(counted(0.7, VALID), Some(6));
        assert_eq!(counted(0.7, PROVISIONAL), Some(7));
        // After the offset it may be unburned.
        assert_eq!(counted(0.05, PROVISIONAL), Some(2));
        assert_eq!(counted(f32::NAN, Empty::Cloud.code()), None);
    }
}
