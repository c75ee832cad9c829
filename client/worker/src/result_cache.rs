//! A finished result as bytes for the reader's own machine: found by what it was computed from,
//! believed only whole.
//!
//! ```text
//! CRC-32 of all that follows │ length of the head │ head (JSON) │ planes of each strip of 256 rows, from the north
//! ```
//! The head holds what does not follow from the cells: their sums are computed again. A strip's
//! planes are dNBR, NBR before the fire and state, then with pictures RGBA before and after. Each
//! is the length and the bytes of a zlib stream; of length 0 where a side has no picture. Lengths
//! take 4 bytes. Numbers are little-endian.

use std::ops::Range;

use dragonfly_core::mercator::TILE_SIZE_PX;
use dragonfly_core::metadata::{Assessment, UsedScene};
use dragonfly_core::protocol::{ComputeRequest, ComputeResult, PictureKind, SearchRequest};
use dragonfly_core::stac::Item;
use dragonfly_core::{DateWindow, DnbrOffset, FireSide, Grid, MapWarning, MaskRules, crc32};
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde::{Deserialize, Serialize};

use crate::compute::engine::{ComputedMap, SidePictures};
use crate::compute::scene::PixelGrid;
use dragonfly_tiff::Compression;

/// Goes up when these bytes are laid out in another way, or other cells are part of a result.
const LAYOUT: u32 = 2;
/// The quickest level: a higher one makes numbers hardly smaller.
const LEVEL: u8 = 1;

/// All that a result is computed from. Equal keys mean equal bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultKey(String);

#[derive(Serialize)]
struct ResultOrigin<'a> {
    layout: u32,
    core_version: &'a str,
    area: &'a str,
    zoom: u8,
    pre: DateWindow,
    post: DateWindow,
    assessment: Option<Assessment>,
    #[serde(rename = "sky")]
    mask_rules: &'a MaskRules,
    dnbr_offset: bool,
    perimeter: Option<&'a str>,
    picture: Option<PictureKind>,
    /// With all that the catalogue states of them: it may correct itself.
    scenes: &'a [(FireSide, Item)],
}

impl ResultKey {
    /// The key of a request over a search, by a version of core. The scenes are in the order
    /// of the result's, their addresses as the catalogue gave them, without tokens. `None` where
    /// they cannot be serialized.
    pub fn new(
        search: &SearchRequest,
        request: &ComputeRequest,
        scenes: &[(FireSide, Item)],
        core_version: &str,
    ) -> Option<Self> {
        let origin = ResultOrigin {
            layout: LAYOUT,
            core_version,
            area: &search.area,
            zoom: request.zoom.unwrap_or(search.zoom),
            pre: search.pre,
            post: search.post,
            assessment: search.assessment,
            mask_rules: &search.mask_rules,
            dnbr_offset: request.dnbr_offset,
            perimeter: request.perimeter.as_deref(),
            picture: request.picture,
            scenes,
        };
        serde_json::to_string(&origin).ok().map(Self)
    }

    /// The bucket of the result. Other keys may have the same bucket: the result names its own.
    pub fn bucket(&self) -> u32 {
        crc32(self.0.as_bytes())
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    key: String,
    scenes: Vec<UsedScene>,
    masks: String,
    dnbr_offset: Option<DnbrOffset>,
    warnings: Vec<MapWarning>,
    pixel_grids: Vec<PixelGrid>,
}

/// Turns a result into bytes, strip by strip.
#[derive(Debug)]
pub struct ResultWriter {
    bytes: Vec<u8>,
}

impl ResultWriter {
    /// Begins with all but the cells; `None` where it cannot be serialized.
    pub fn new(key: &ResultKey, done: &ComputeResult, pixel_grids: &[PixelGrid]) -> Option<Self> {
        let ComputeResult { scenes, masks, dnbr_offset, warnings, .. } = done.clone();
        let pixel_grids = pixel_grids.to_vec();
        let head = Head { key: key.0.clone(), scenes, masks, dnbr_offset, warnings, pixel_grids };
        let head = serde_json::to_string(&head).ok()?;
        // The sum comes last.
        let mut writer = Self { bytes: vec![0; 4] };
        writer.add(head.as_bytes());
        Some(writer)
    }

    /// Adds the next 256 rows; with pictures where they are requested.
    pub fn strip(&mut self, map: &ComputedMap, rows: Range<u32>, pictures: Option<&SidePictures>) {
        let width = map.grid.width() as usize;
        let cells = rows.start as usize * width..rows.end as usize * width;
        for numbers in [&map.dnbr, &map.pre_nbr] {
            let bytes: Vec<u8> =
                numbers[cells.clone()].iter().flat_map(|number| number.to_le_bytes()).collect();
            self.plane(&bytes);
        }
        self.plane(&map.state[cells]);
        for rgba in pictures.iter().flat_map(|pictures| [&pictures.pre, &pictures.post]) {
            self.plane(rgba);
        }
    }

    /// The bytes, after all strips.
    pub fn finish(mut self) -> Vec<u8> {
        let sum = crc32(&self.bytes[4..]);
        self.bytes[..4].copy_from_slice(&sum.to_le_bytes());
        self.bytes
    }

    fn plane(&mut self, plane: &[u8]) {
        match plane.is_empty() {
            true => self.add(&[]),
            false => self.add(&compress_to_vec_zlib(plane, LEVEL)),
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        // What is too long for its length is never whole again, and so never believed.
        self.bytes.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(bytes);
    }
}

/// Turns bytes into a result again, strip by strip.
#[derive(Debug)]
pub struct ResultReader<'a> {
    rest: &'a [u8],
    head: Head,
    map: ComputedMap,
    has_pictures: bool,
    next_row: u32,
}

impl<'a> ResultReader<'a> {
    /// Begins with all but the cells. `None` where the bytes are broken, or of another key; `grid`
    /// and `has_pictures` are those of the key.
    pub fn open(bytes: &'a [u8], key: &ResultKey, grid: &Grid, has_pictures: bool) -> Option<Self> {
        let (sum, rest) = bytes.split_first_chunk()?;
        if crc32(rest) != u32::from_le_bytes(*sum) {
            return None;
        }
        let (head, rest) = part(rest)?;
        // As text, as messages are: the worker is smaller for it.
        let head: Head = serde_json::from_str(str::from_utf8(head).ok()?).ok()?;
        if head.key != key.0 {
            return None;
        }
        let cells = grid.width() as usize * grid.height() as usize;
        let mut map = ComputedMap {
            grid: grid.clone(),
            dnbr: Vec::new(),
            pre_nbr: Vec::new(),
            state: Vec::new(),
        };
        map.dnbr.try_reserve_exact(cells).ok()?;
        map.pre_nbr.try_reserve_exact(cells).ok()?;
        map.state.try_reserve_exact(cells).ok()?;
        Some(Self { rest, head, map, has_pictures, next_row: 0 })
    }

    /// The next 256 rows, with their pictures; their numbers are in the [map](Self::map) then.
    /// `None` after the last, and where the bytes are broken.
    pub fn strip(&mut self) -> Option<(Range<u32>, SidePictures)> {
        let rows = self.next_row..self.next_row + TILE_SIZE_PX;
        if rows.end > self.map.grid.height() {
            return None;
        }
        let cells = self.map.grid.width() as usize * rows.len();
        for numbers in [&mut self.map.dnbr, &mut self.map.pre_nbr] {
            let bytes = plane(&mut self.rest, cells * 4)?;
            numbers.extend(bytes.as_chunks().0.iter().map(|number| f32::from_le_bytes(*number)));
        }
        self.map.state.extend(plane(&mut self.rest, cells)?);
        let mut pictures = SidePictures::default();
        if self.has_pictures {
            for rgba in [&mut pictures.pre, &mut pictures.post] {
                *rgba = picture(&mut self.rest, cells * 4)?;
            }
        }
        self.next_row = rows.end;
        Some((rows, pictures))
    }

    /// What has been read so far.
    pub fn map(&self) -> &ComputedMap {
        &self.map
    }

    /// The result; `None` where it is not whole.
    pub fn finish(self) -> Option<(ComputedMap, ComputeResult, Vec<PixelGrid>)> {
        if self.next_row != self.map.grid.height() || !self.rest.is_empty() {
            return None;
        }
        let Head { scenes, masks, dnbr_offset, warnings, pixel_grids, .. } = self.head;
        let done = ComputeResult { warnings, ..self.map.sum_up(scenes, masks, dnbr_offset) };
        Some((self.map, done, pixel_grids))
    }
}

/// The first part of some bytes, and what follows it.
fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// A plane of so many bytes, taken from the front.
fn plane(rest: &mut &[u8], length: usize) -> Option<Vec<u8>> {
    let (packed, after) = part(rest)?;
    *rest = after;
    Compression::Deflate.decompress(packed, length).ok()
}

/// A picture of so many bytes, which may be none.
fn picture(rest: &mut &[u8], length: usize) -> Option<Vec<u8>> {
    match part(rest)? {
        ([], after) => {
            *rest = after;
            Some(Vec::new())
        }
        _ => plane(rest, length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::{Empty, VALID};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const SEARCH: &str = r#"{"area":"{}","zoom":10,"pre":{"start":"2025-06-01","end":"2025-06-30"},
        "post":{"start":"2025-07-17","end":"2025-08-15"},"stac_url":"http://catalogue","collection":"sentinel-2-l2a",
        "max_cloud_cover":60,"scenes_per_tile":1}"#;
    const ITEM: &str = r#"{"id":"a","properties":{"datetime":"2025-06-12T18:00:00Z","proj:code":"EPSG:32610"},
        "assets":{"nir08":{"href":"https://bucket/a/nir08.tif"}}}"#;

    fn search() -> SearchRequest {
        serde_json::from_str(SEARCH).unwrap()
    }

    type ResultScenes = Vec<(FireSide, Item)>;

    fn scenes() -> ResultScenes {
        vec![(FireSide::Pre, serde_json::from_str(ITEM).unwrap())]
    }

    fn key() -> ResultKey {
        ResultKey::new(&search(), &ComputeRequest::default(), &scenes(), "1.0").unwrap()
    }

    fn grid() -> Grid {
        Grid::covering([10.0, 40.0, 10.3, 40.3], 10)
    }

    fn used() -> UsedScene {
        let text = r#"{"id":"a","side":"pre","datetime":"2025-06-12T18:55:03Z","cloud_cover":4.379814508506616,
            "processing_baseline":"05.11","offset":-1000.1,"offset_reason":"known"}"#;
        serde_json::from_str(text).unwrap()
    }

    /// A result with holes, signed zeros and a NaN of its own, and pictures of which a strip has
    /// only one.
    fn result() -> (ComputedMap, ComputeResult, Vec<SidePictures>) {
        let grid = grid();
        let cells = (grid.width() * grid.height()) as usize;
        let number = |cell: usize| match cell % 7 {
            0 => f32::NAN,
            1 => -0.0,
            2 => f32::from_bits(0x7fc0_1234),
            rest => rest as f32 / 7.0 - cell as f32 * 1e-6,
        };
        let state = |cell: usize| if cell.is_multiple_of(7) { Empty::Cloud.code() } else { VALID };
        let strips = grid.height() / TILE_SIZE_PX;
        let rgba = vec![17; (grid.width() * TILE_SIZE_PX * 4) as usize];
        let pictures = (0..strips)
            .map(|strip| SidePictures {
                pre: rgba.clone(),
                post: if strip == 0 { Vec::new() } else { rgba.clone() },
            })
            .collect();
        let map = ComputedMap {
            dnbr: (0..cells).map(number).collect(),
            pre_nbr: (0..cells).rev().map(number).collect(),
            state: (0..cells).map(state).collect(),
            grid,
        };
        let offset = DnbrOffset { mean: 0.1 + 0.2, sd: 0.1, count: 7, mad: None };
        let done = map.sum_up(vec![used()], "cloud".to_owned(), Some(offset));
        (map, done, pictures)
    }

    const PIXELS: PixelGrid =
        PixelGrid { epsg: 32_632, corner_m: (600_000.0, 4_500_000.0), pixel_m: 20.0 };

    fn written() -> Vec<u8> {
        let (map, done, pictures) = result();
        let mut writer = ResultWriter::new(&key(), &done, &[PIXELS]).unwrap();
        for (strip, pictures) in (0..).zip(&pictures) {
            writer.strip(&map, strip * TILE_SIZE_PX..(strip + 1) * TILE_SIZE_PX, Some(pictures));
        }
        writer.finish()
    }

    type Whole = (ComputedMap, ComputeResult, Vec<PixelGrid>, Vec<SidePictures>);

    fn read(bytes: &[u8], key: &ResultKey, has_pictures: bool) -> Option<Whole> {
        let mut reader = ResultReader::open(bytes, key, &grid(), has_pictures)?;
        let pictures =
            std::iter::from_fn(|| reader.strip()).map(|(_, pictures)| pictures).collect();
        let (map, done, pixel_grids) = reader.finish()?;
        Some((map, done, pixel_grids, pictures))
    }

    /// The bytes with a sum that fits them.
    fn summed(mut bytes: Vec<u8>) -> Vec<u8> {
        let sum = crc32(&bytes[4..]);
        bytes[..4].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    #[test]
    fn a_result_comes_back_to_the_bit_and_smaller_than_it_was() {
        let (map, done, pictures) = result();
        assert!(pictures.len() > 1);
        let bytes = written();
        let read = read(&bytes, &key(), true).unwrap();
        let bits =
            |numbers: &[f32]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        assert!(
            bits(&read.0.dnbr) == bits(&map.dnbr) && bits(&read.0.pre_nbr) == bits(&map.pre_nbr)
        );
        assert!(read.0.state == map.state && read.0.grid == map.grid);
        assert_eq!((read.1, read.2), (done, vec![PIXELS]));
        let sides =
            |pictures: Vec<SidePictures>| pictures.into_iter().map(|strip| (strip.pre, strip.post));
        assert!(sides(read.3).eq(sides(pictures)));
        assert!(bytes.len() < map.state.len() * 17 / 2, "{} bytes", bytes.len());
    }

    #[test]
    fn what_decides_a_result_changes_its_key_and_what_only_led_to_its_scenes_does_not() {
        let of = |change: &dyn Fn(&mut SearchRequest, &mut ComputeRequest, &mut ResultScenes)| {
            let (mut search, mut request, mut scenes) =
                (search(), ComputeRequest::default(), scenes());
            change(&mut search, &mut request, &mut scenes);
            ResultKey::new(&search, &request, &scenes, "1.0").unwrap()
        };
        let others = [
            of(&|search, _, _| search.area.push(' ')),
            of(&|search, _, _| search.pre.end = search.pre.start),
            of(&|search, _, _| search.post.end = search.post.start),
            of(&|search, _, _| search.assessment = Some(Assessment::Initial)),
            of(&|search, _, _| search.mask_rules.cloud_buffer_m += 1.0),
            of(&|_, request, _| request.zoom = Some(9)),
            of(&|_, request, _| request.dnbr_offset = true),
            of(&|_, request, _| request.perimeter = Some("{}".to_owned())),
            of(&|_, request, _| request.picture = Some(PictureKind::True)),
            of(&|_, request, _| request.picture = Some(PictureKind::False)),
            of(&|_, _, scenes| scenes[0].0 = FireSide::Post),
            of(&|_, _, scenes| scenes[0].1.hrefs_mut().for_each(|href| href.push('2'))),
            of(&|_, _, scenes| scenes.extend_from_within(..)),
            ResultKey::new(&search(), &ComputeRequest::default(), &scenes(), "1.1").unwrap(),
        ];
        for (place, other) in others.iter().enumerate() {
            assert!(*other != key() && other.bucket() != key().bucket(), "{place}");
            assert!(!others[..place].contains(other), "{place}");
            assert!(read(&written(), other, true).is_none(), "{place}");
        }
        let same = of(&|search, request, _| {
            (search.stac_url, search.max_cloud_cover, search.scenes_per_tile) =
                ("http://other".to_owned(), 90.0, 3);
            (search.pinned, request.scenes, request.zoom) =
                (vec!["a".to_owned()], vec!["a".to_owned()], Some(10));
        });
        assert_eq!(same, key());
    }

    #[test]
    fn cut_changed_and_lengthened_bytes_count_as_absent() {
        let bytes = written();
        let cuts = (0..600).chain((600..bytes.len()).step_by(997)).chain([bytes.len() - 1]);
        for cut in cuts {
            assert!(read(&bytes[..cut], &key(), true).is_none(), "cut at {cut}");
        }
        for at in (0..600).chain((600..bytes.len()).step_by(997)) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            assert!(read(&changed, &key(), true).is_none(), "changed at {at}");
        }
        let longer = [&bytes[..], b"x"].concat();
        assert!(
            read(&longer, &key(), true).is_none() && read(&summed(longer), &key(), true).is_none()
        );
    }

    #[test]
    fn hostile_bytes_whose_sum_fits_neither_panic_nor_take_other_planes_for_theirs() {
        let bytes = written();
        assert!(read(&bytes, &key(), false).is_none(), "pictures that nobody asked for");
        let head = 8 + u32::from_le_bytes(*bytes[4..].first_chunk().unwrap()) as usize;
        for cut in (4..head).step_by(7).chain((head..bytes.len()).step_by(4999)) {
            assert!(read(&summed(bytes[..cut].to_vec()), &key(), true).is_none(), "cut at {cut}");
        }
        for at in (4..8).chain(head..head + 40).chain((head..bytes.len()).step_by(20_011)) {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = value;
                let cells = read(&summed(changed), &key(), true).map(|(map, ..)| map.dnbr.len());
                assert!(
                    cells.is_none_or(|cells| cells == result().0.dnbr.len()),
                    "{value} at {at}"
                );
            }
        }
        for lengths in [[u32::MAX, 0], [0, u32::MAX], [2, 0]] {
            let hostile =
                [&[0; 4][..], &lengths[0].to_le_bytes(), b"{}", &lengths[1].to_le_bytes()].concat();
            assert!(read(&summed(hostile), &key(), true).is_none());
        }
    }
}
