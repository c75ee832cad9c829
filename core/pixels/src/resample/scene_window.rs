//! The pixels of one scene that cells are averaged from.

use crate::sensor::quality::PixelQuality;

/// The pixels of one scene at one level, or a rectangle of them, row by row from the north.
///
/// The three planes have `width` × `height` pixels. A pixel where either band or the mask has no
/// data is [`PixelQuality::NoData`], so that both bands always average the same ground.
#[derive(Clone, Debug, Default)]
pub struct SceneWindow {
    /// Column of the first pixel in the level's image.
    pub column: i64,
    /// Row of the first pixel in the level's image.
    pub row: i64,
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Digital numbers of the bands of [`MAPPED`](crate::SpectralIndex::MAPPED), in its order.
    pub bands: [Vec<u16>; 2],
    /// What each pixel shows.
    pub quality: Vec<PixelQuality>,
}
