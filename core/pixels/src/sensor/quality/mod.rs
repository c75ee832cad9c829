//! Pixel quality: what lies between the satellite and the ground.

use serde::{Deserialize, Serialize};

mod haze;
mod mask;

pub use haze::mark_haze;
pub use mask::{MaskKind, Masks, QualityTable};

/// What a pixel of a scene shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum PixelQuality {
    /// Nothing was recorded, or it was saturated.
    #[default]
    NoData = 0,
    /// Clear view of land.
    Clear = 1,
    /// Clear view of water.
    Water = 2,
    /// Cloud or cirrus.
    Cloud = 3,
    /// Shadow of a cloud.
    Shadow = 4,
    /// Snow or ice.
    Snow = 5,
}

impl PixelQuality {
    /// A clear observation of the surface, be it land or water.
    #[inline]
    pub fn is_clear(self) -> bool {
        matches!(self, Self::Clear | Self::Water)
    }

    /// Cloud, its shadow, or snow: something hides the ground.
    #[inline]
    pub fn is_hidden(self) -> bool {
        matches!(self, Self::Cloud | Self::Shadow | Self::Snow)
    }
}

/// Default reach of [`dilate_clouds`], metres on the ground: two pixels of Sentinel-2's 20 m bands.
pub const CLOUD_BUFFER_M: f32 = 40.0;

/// What of a scene counts as hidden: the same for the nightly maps and in the browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MaskRules {
    /// What of a scene's mask hides the ground.
    pub masks: Masks,
    /// Reach of clouds, shadows and snow beyond what the mask states, metres.
    #[serde(rename = "cloud_margin_m")]
    pub cloud_buffer_m: f32,
}

impl Default for MaskRules {
    fn default() -> Self {
        Self { masks: Masks::default(), cloud_buffer_m: CLOUD_BUFFER_M }
    }
}

/// A reach in whole pixels, rounded up, so that a coarse level never masks less.
pub fn buffer_px(margin_m: f32, pixel_size_m: f32) -> usize {
    (margin_m / pixel_size_m).ceil() as usize
}

/// Dilates clouds, shadows and snow by `margin` pixels in every direction, corners included.
///
/// `quality` holds rows of `width` pixels. The rims of clouds are thin, those of snow are patchy, and
/// both are classified as clear. Pixels without data stay so. A cloud wins over a shadow, and both
/// over snow.
pub fn dilate_clouds(quality: &mut [PixelQuality], width: usize, margin: usize) {
    if margin == 0 || width == 0 {
        return;
    }
    for kind in [PixelQuality::Snow, PixelQuality::Shadow, PixelQuality::Cloud] {
        dilate(quality, width, margin, kind);
    }
}

/// Dilates one kind. Rows are changed once those that reach them have been looked at, so that few
/// rows are at hand at a time.
fn dilate(quality: &mut [PixelQuality], width: usize, margin: usize, kind: PixelQuality) {
    let height = quality.len() / width;
    let spares_shadow = kind == PixelQuality::Snow;
    let mut near: Vec<ReachedRow> = Vec::new();
    near.resize_with(margin.saturating_mul(2).saturating_add(1).min(height), || {
        ReachedRow::new(width)
    });
    let count = near.len();
    let mut reached = vec![false; width];
    let mut next = 0;
    for row in 0..height {
        let seen =
            row.saturating_sub(margin)..row.saturating_add(margin).saturating_add(1).min(height);
        for other in next..seen.end {
            let pixels = &quality[other * width..(other + 1) * width];
            near[other % count].look_along(pixels, kind, margin);
        }
        next = seen.end;
        let mut others = seen.map(|other| &near[other % count]).filter(|other| other.is_any);
        let Some(first) = others.next() else { continue };
        reached.copy_from_slice(&first.reached);
        others.for_each(|other| join(&mut reached, &other.reached));
        for (pixel, reached) in quality[row * width..].iter_mut().zip(&reached) {
            let is_changed = reached
                & (*pixel != PixelQuality::NoData)
                & (*pixel != PixelQuality::Cloud)
                & !(spares_shadow & (*pixel == PixelQuality::Shadow));
            *pixel = if is_changed { kind } else { *pixel };
        }
    }
}

/// Where a pixel of a kind lies within a margin of columns, in one row.
struct ReachedRow {
    is_any: bool,
    is_kind: Vec<bool>,
    reached: Vec<bool>,
}

impl ReachedRow {
    fn new(width: usize) -> Self {
        Self { is_any: false, is_kind: vec![false; width], reached: vec![false; width] }
    }

    fn look_along(&mut self, pixels: &[PixelQuality], kind: PixelQuality, margin: usize) {
        let Self { is_any, is_kind, reached } = self;
        let width = pixels.len();
        *is_any = false;
        for (is_kind, pixel) in is_kind.iter_mut().zip(pixels) {
            *is_kind = *pixel == kind;
            *is_any |= *is_kind;
        }
        if !*is_any {
            return;
        }
        reached.copy_from_slice(is_kind);
        for shift in 1..=margin.min(width - 1) {
            join(&mut reached[shift..], &is_kind[..width - shift]);
            join(&mut reached[..width - shift], &is_kind[shift..]);
        }
    }
}

fn join(reached: &mut [bool], also: &[bool]) {
    for (reached, also) in reached.iter_mut().zip(also) {
        *reached |= also;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_margin_rounds_up_to_whole_pixels() {
        assert_eq!(buffer_px(40.0, 20.0), 2);
        assert_eq!(buffer_px(40.0, 160.0), 1);
        assert_eq!(buffer_px(0.0, 20.0), 0);
    }

    /// Letters: `.` clear, `c` cloud, `s` shadow, `i` snow, `n` no data, `w` water.
    fn picture(rows: &[&str]) -> Vec<PixelQuality> {
        rows.concat()
            .bytes()
            .map(|letter| match letter {
                b'c' => PixelQuality::Cloud,
                b's' => PixelQuality::Shadow,
                b'i' => PixelQuality::Snow,
                b'n' => PixelQuality::NoData,
                b'w' => PixelQuality::Water,
                _ => PixelQuality::Clear,
            })
            .collect()
    }

    fn check(before: &[&str], margin: usize, after: &[&str]) {
        let mut quality = picture(before);
        dilate_clouds(&mut quality, before[0].len(), margin);
        assert_eq!(quality, picture(after));
    }

    #[test]
    fn a_cloud_spreads_to_its_neighbours() {
        check(&[".....", "..c..", ".....", "....."], 1, &[".ccc.", ".ccc.", ".ccc.", "....."]);
        check(&["c.....", "......"], 2, &["ccc...", "ccc..."]);
        check(&["c...c.", "......"], 1, &["cc.ccc", "cc.ccc"]);
    }

    #[test]
    fn a_cloud_wins_over_a_shadow_and_spares_no_data() {
        check(&["s.c.n"], 1, &["scccn"]);
        check(&["sw.w"], 1, &["ss.w"]);
    }

    #[test]
    fn snow_spreads_and_yields_to_cloud_and_shadow() {
        check(&["i..w", "...."], 1, &["ii.w", "ii.."]);
        check(&["s.i.c"], 1, &["ssicc"]);
        check(&["i.n"], 2, &["iin"]);
    }

    #[test]
    fn no_margin_changes_nothing() {
        check(&["s.c.n"], 0, &["s.c.n"]);
    }

    /// What a pixel is once the kinds of `picture` have spread one after the other.
    fn spread_by_looking_around(
        picture: &[PixelQuality],
        width: usize,
        margin: usize,
    ) -> Vec<PixelQuality> {
        let mut spread = picture.to_vec();
        for kind in [PixelQuality::Snow, PixelQuality::Shadow, PixelQuality::Cloud] {
            let before = spread.clone();
            for (index, pixel) in spread.iter_mut().enumerate() {
                let is_near = |other: usize| {
                    (other / width).abs_diff(index / width) <= margin
                        && (other % width).abs_diff(index % width) <= margin
                };
                let stays = match *pixel {
                    PixelQuality::NoData | PixelQuality::Cloud => true,
                    PixelQuality::Shadow => kind == PixelQuality::Snow,
                    _ => false,
                };
                if !stays && (0..before.len()).any(|other| before[other] == kind && is_near(other))
                {
                    *pixel = kind;
                }
            }
        }
        spread
    }

    #[test]
    fn spreading_is_the_same_as_looking_around_every_pixel() {
        let (width, height) = (17, 13);
        let mut state = 7u32;
        let quality: Vec<PixelQuality> = (0..width * height)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                match state >> 24 {
                    0..8 => PixelQuality::Cloud,
                    8..14 => PixelQuality::Shadow,
                    14..20 => PixelQuality::Snow,
                    20..30 => PixelQuality::NoData,
                    30..60 => PixelQuality::Water,
                    _ => PixelQuality::Clear,
                }
            })
            .collect();
        for margin in [1, 2, 3, 6, 12, 40, usize::MAX] {
            let mut widened = quality.clone();
            dilate_clouds(&mut widened, width, margin);
            let expected = spread_by_looking_around(&quality, width, margin);
            assert!(widened == expected, "margin {margin}");
        }
    }
}
