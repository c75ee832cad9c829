//! The browser's reader of Cloud-Optimized GeoTIFFs beside GDAL: the same pixels, places and
//! errors.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use dragonfly_tiff::{Crs, Level, Pixels};
use dragonfly_worker::{ByteCache, Cog, NoCache};
use gdal::Dataset;
use gdal::raster::{GdalDataType, RasterBand};

use crate::test_bed::shared;
use files::Files;
use layouts::{Interleave, Layout};

pub(crate) mod files;
mod layouts;
pub(crate) mod projection;

type NearCog = Cog<Files, NoCache>;

fn open(files: &Files, path: &Path) -> NearCog {
    let url = path.to_str().unwrap();
    let opened = pollster::block_on(Cog::open(files.far(), Rc::new(NoCache), url));
    opened.unwrap_or_else(|error| panic!("{error}"))
}

/// A rectangle of one band, put together from blocks as they come: bits that can be compared.
fn read(
    cog: &NearCog,
    level: &Level,
    (left, top): (u32, u32),
    (width, height): (u32, u32),
    band: u16,
) -> Vec<u32> {
    let mut window = vec![None; (width * height) as usize];
    let (columns, rows, bands) = (left..left + width, top..top + height, [band]);
    let read = cog.read(level, &columns, &rows, &bands, |block| {
        assert_eq!(block.band, band);
        let own = bits(block.pixels);
        for row in block.rows.start.max(top)..block.rows.end.min(top + height) {
            for column in block.columns.start.max(left)..block.columns.end.min(left + width) {
                let from = (row - block.rows.start) as usize * block.columns.len()
                    + (column - block.columns.start) as usize;
                let to = ((row - top) * width + column - left) as usize;
                assert!(window[to].replace(own[from]).is_none(), "a pixel came twice");
            }
        }
    });
    pollster::block_on(read).unwrap_or_else(|error| panic!("{error}"));
    window.into_iter().map(|pixel| pixel.expect("a pixel never came")).collect()
}

fn bits(pixels: Pixels) -> Vec<u32> {
    match pixels {
        Pixels::U8(pixels) => pixels.into_iter().map(u32::from).collect(),
        Pixels::U16(pixels) => pixels.into_iter().map(u32::from).collect(),
        Pixels::I16(pixels) => {
            pixels.into_iter().map(|pixel| i32::from(pixel).cast_unsigned()).collect()
        }
        Pixels::F32(pixels) => pixels.into_iter().map(f32::to_bits).collect(),
    }
}

/// The same rectangle by GDAL.
fn read_by_gdal(band: &RasterBand, at: (u32, u32), size: (u32, u32)) -> Vec<u32> {
    let (at, size) = ((at.0 as isize, at.1 as isize), (size.0 as usize, size.1 as usize));
    let bits = match band.band_type() {
        GdalDataType::UInt8 => {
            Pixels::U8(band.read_as(at, size, size, None).unwrap().data().to_vec())
        }
        GdalDataType::UInt16 => {
            Pixels::U16(band.read_as(at, size, size, None).unwrap().data().to_vec())
        }
        GdalDataType::Int16 => {
            Pixels::I16(band.read_as(at, size, size, None).unwrap().data().to_vec())
        }
        GdalDataType::Float32 => {
            Pixels::F32(band.read_as(at, size, size, None).unwrap().data().to_vec())
        }
        other => panic!("{other:?}"),
    };
    self::bits(bits)
}

/// Every level and band of a file, whole and in windows, and all that its head states.
fn check_against_gdal(path: &Path) -> usize {
    let files = Files::default();
    let cog = open(&files, path);
    let (image, name) = (cog.image(), path.display());
    let dataset = Dataset::open(path).unwrap();
    assert_eq!(image.geo_transform.map(|found| found.0), dataset.geo_transform().ok(), "{name}");
    assert_eq!(image.no_data, dataset.rasterband(1).unwrap().no_data_value(), "{name}");
    let code = dataset.spatial_ref().ok().and_then(|system| system.auth_code().ok());
    match (&image.crs, code) {
        (Crs::Epsg(found), Some(code)) => assert_eq!(i32::from(*found), code, "{name}"),
        (Crs::Parameters(_) | Crs::Undefined, None) => {}
        (found, code) => panic!("{name}: {found:?} is not EPSG {code:?}"),
    }
    assert_eq!(usize::from(image.full().bands), dataset.raster_count(), "{name}");
    let mut pixels = 0;
    for (index, level) in image.levels().iter().enumerate() {
        for number in 0..level.bands {
            let band = dataset.rasterband(usize::from(number) + 1).unwrap();
            assert_eq!(band.overview_count().unwrap() as usize + 1, image.levels().len(), "{name}");
            let band = match index {
                0 => band,
                _ => dataset
                    .rasterband(usize::from(number) + 1)
                    .unwrap()
                    .overview(index - 1)
                    .unwrap(),
            };
            let size = (level.width, level.height);
            assert_eq!((size.0 as usize, size.1 as usize), band.size(), "{name}");
            for (at, size) in windows(size) {
                let (own, theirs) =
                    (read(&cog, level, at, size, number), read_by_gdal(&band, at, size));
                assert!(own == theirs, "{name}, level {index}, band {number}, {size:?} at {at:?}");
                pixels += own.len();
            }
        }
    }
    pixels
}

/// The whole of a level, its last pixel, and rectangles across the edges of blocks.
fn windows((width, height): (u32, u32)) -> Vec<((u32, u32), (u32, u32))> {
    let mut windows = vec![((0, 0), (width, height)), ((width - 1, height - 1), (1, 1))];
    for (x, y, across, down) in [(0.1, 0.3, 0.5, 0.2), (0.45, 0.0, 0.1, 1.0), (0.8, 0.7, 0.2, 0.3)]
    {
        let part = |size: u32, share: f64| (f64::from(size) * share) as u32;
        let size = (part(width, across).max(1), part(height, down).max(1));
        windows.push((
            (part(width, x).min(width - size.0), part(height, y).min(height - size.1)),
            size,
        ));
    }
    windows
}

fn geotiffs(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("tif")));
    found.sort();
    found
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn every_real_file_reads_as_gdal_reads_it() {
    let mut count = 0;
    for folder in ["data/las-conchas", "data/madre", "data/cog-fixtures"] {
        let folder = shared(folder);
        for path in geotiffs(&folder) {
            check_against_gdal(&path);
            count += 1;
        }
    }
    println!("{count} real files agree with GDAL to the bit");
    assert!(count >= 35);
}

#[test]
fn every_layout_reads_as_gdal_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let layouts = Layout::all();
    for (index, layout) in layouts.iter().enumerate() {
        let path = folder.path().join(format!("{index}.tif"));
        layout.write(&path);
        let checked = std::panic::catch_unwind(|| check_against_gdal(&path));
        assert!(checked.is_ok(), "{layout:?}");
        std::fs::remove_file(path).unwrap();
    }
    println!("{} layouts agree with GDAL to the bit", layouts.len());
    assert!(layouts.len() > 300);
}

#[test]
fn digital_numbers_are_those_that_gdal_converts_to() {
    let folder = tempfile::tempdir().unwrap();
    for kind in
        [GdalDataType::UInt8, GdalDataType::UInt16, GdalDataType::Int16, GdalDataType::Float32]
    {
        let path = folder.path().join("kind.tif");
        Layout { kind, ..Layout::default() }.write(&path);
        let cog = open(&Files::default(), &path);
        let level = cog.image().full();
        let band = Dataset::open(&path)
            .unwrap()
            .rasterband(1)
            .unwrap()
            .read_as::<u16>(
                (0, 0),
                (level.width as usize, level.height as usize),
                (level.width as usize, level.height as usize),
                None,
            )
            .unwrap();
        pollster::block_on(cog.read(level, &(0..level.width), &(0..level.height), &[0], |block| {
            let (columns, rows) = (block.columns.clone(), block.rows.clone());
            let own = block.pixels.into_digital_numbers();
            for (place, (row, column)) in
                rows.flat_map(|row| columns.clone().map(move |column| (row, column))).enumerate()
            {
                assert_eq!(
                    own[place],
                    band[(row as usize, column as usize)],
                    "{kind:?} at {column}, {row}"
                );
            }
        }))
        .unwrap();
    }
}

#[test]
fn the_level_is_chosen_by_scale_where_masks_lie_between() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("masked.tif");
    Layout { has_mask: true, overviews: &[7, 3], ..Layout::default() }.write(&path);
    let cog = open(&Files::default(), &path);
    let image = cog.image();
    let chosen = |cell_px: f64| {
        (f64::from(image.full().width) / f64::from(image.level_for(cell_px).width)).round()
    };
    assert_eq!(
        (chosen(1.0), chosen(4.0), chosen(5.0), chosen(9.0), chosen(20.0)),
        (1.0, 1.0, 3.0, 3.0, 7.0)
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.tif");
    let refusal = |write: &dyn Fn(&Path)| {
        write(&path);
        let opened = pollster::block_on(Cog::open(
            Files::default().far(),
            Rc::new(NoCache),
            path.to_str().unwrap(),
        ));
        opened.err().map(|error| error.to_string()).unwrap_or_default()
    };
    let packed =
        refusal(&|path| Layout { compression: "PACKBITS", ..Layout::default() }.write(path));
    assert!(packed.contains("PackBits compression cannot be read"), "{packed}");
    let double =
        refusal(&|path| Layout { kind: GdalDataType::Float64, ..Layout::default() }.write(path));
    assert!(double.contains("pixels of 64 bits (floating-point) cannot be read"), "{double}");
    let complex = refusal(&layouts::write_complex);
    assert!(complex.contains("(complex) cannot be read"), "{complex}");
    let jpeg = refusal(&|path| {
        Layout { compression: "JPEG", kind: GdalDataType::UInt8, ..Layout::default() }.write(path)
    });
    assert!(jpeg.contains("JPEG compression cannot be read"), "{jpeg}");
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn only_the_blocks_of_a_window_are_fetched_and_none_twice() {
    let folder = shared("data/madre");
    let files = Files::default();
    let cog = open(&files, &folder.join("S2B_10SGD_20250617_0_L2A_nir08.tif"));
    assert_eq!(files.asked().len(), 1, "the head wants one request");
    let level = cog.image().full();
    for ((left, top), (width, height)) in windows((level.width, level.height)) {
        files.forget();
        read(&cog, level, (left, top), (width, height), 0);
        let needed: u64 = level
            .blocks(&(left..left + width), &(top..top + height), &[0])
            .into_iter()
            .filter_map(|block| level.byte_range(block))
            .map(|range| range.end - range.start)
            .sum();
        let asked = files.asked();
        let fetched: u64 = asked.iter().map(|range| range.end - range.start).sum();
        assert!(fetched as f64 <= needed as f64 * 1.2, "{fetched} bytes for {needed}");
        let mut sorted = asked.clone();
        sorted.sort_by_key(|range| range.start);
        assert!(
            sorted.windows(2).all(|pair| pair[0].end <= pair[1].start),
            "fetched twice: {asked:?}"
        );
    }
}

/// Stores everything in memory.
#[derive(Default)]
struct MemoryCache(RefCell<HashMap<Range<u64>, Vec<u8>>>);

impl ByteCache for MemoryCache {
    async fn get(&self, _url: &str, range: &Range<u64>) -> Option<Vec<u8>> {
        self.0.borrow().get(range).cloned()
    }

    async fn put(&self, _url: &str, range: &Range<u64>, bytes: Vec<u8>) {
        self.0.borrow_mut().insert(range.clone(), bytes);
    }
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn what_is_kept_is_not_fetched_again() {
    let folder = shared("data/madre");
    let path = folder.join("S2B_10SGD_20250617_0_L2A_swir22.tif");
    let (files, memory) = (Files::default(), Rc::new(MemoryCache::default()));
    let read_columns = |columns: Range<u32>| {
        let opened =
            pollster::block_on(Cog::open(files.far(), Rc::clone(&memory), path.to_str().unwrap()))
                .unwrap();
        let (rows, mut sum) = (0..600, 0u64);
        pollster::block_on(opened.read(opened.image().full(), &columns, &rows, &[0], |block| {
            sum += block.pixels.into_digital_numbers().into_iter().map(u64::from).sum::<u64>();
        }))
        .unwrap();
        sum
    };
    let first = read_columns(0..600);
    files.forget();
    assert_eq!(read_columns(0..600), first);
    assert!(files.asked().is_empty(), "asked again for {:?}", files.asked());
    // A neighbour: only its own blocks.
    read_columns(0..1500);
    let fetched: u64 = files.asked().iter().map(|range| range.end - range.start).sum();
    let kept: u64 = memory.0.borrow().values().map(|bytes| bytes.len() as u64).sum();
    assert!(fetched > 0 && fetched < kept / 2, "{fetched} of {kept} bytes");
}

#[test]
fn a_head_longer_than_the_first_request_is_fetched_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.tif");
    // One row a strip: the places of 4,000 strips fill more than the first request.
    let layout = Layout {
        size: (50, 4000),
        block: None,
        strip_rows: 1,
        overviews: &[3],
        ..Layout::default()
    };
    Layout { compression: "LZW", interleave: Interleave::Band, bands: 3, ..layout }.write(&path);
    let files = Files::default();
    let cog = open(&files, &path);
    assert!(files.asked().len() > 1);
    assert_eq!(cog.image().full().block_count(), 12_000);
    check_against_gdal(&path);
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn a_file_cut_short_says_so() {
    let folder = shared("data/madre");
    let whole = std::fs::read(folder.join("S2B_10SGD_20250617_0_L2A_scl.tif")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.tif");
    for length in [0, 7, 100, 1500, whole.len() / 2, whole.len() - 9] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let cog = pollster::block_on(Cog::open(
            Files::default().far(),
            Rc::new(NoCache),
            path.to_str().unwrap(),
        ));
        let error = match cog {
            Err(error) => error.to_string(),
            Ok(cog) => {
                let level = cog.image().full();
                let (columns, rows) = (0..level.width, 0..level.height);
                pollster::block_on(cog.read(level, &columns, &rows, &[0], |_| {}))
                    .unwrap_err()
                    .to_string()
            }
        };
        assert!(
            error.contains("cut short") && error.contains("cut.tif"),
            "{length} bytes: {error}"
        );
    }
}

/// Writes the small files from which the fuzzing starts: `cargo test --locked --release -p
/// dragonfly-batch --test it -- --ignored seeds`.
#[test]
#[ignore = "writes into the repository"]
fn seeds_for_fuzzing_are_renewed() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/worker/corpus");
    std::fs::create_dir_all(&corpus).unwrap();
    for (name, layout) in Layout::seeds() {
        layout.write(&corpus.join(name));
    }
}
