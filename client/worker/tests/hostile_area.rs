//! Broken and hostile files that a person may drop end in errors: never in a panic or a hang.
//!
//! The replay changes each file of `corpus_area/` in many ways: files as they are, and shapes and
//! systems put into a sound zip file, so that the changes reach behind its checksums. For longer,
//! `DRAGONFLY_FUZZ_SECONDS=600 cargo test --locked --release -p dragonfly-worker --test
//! hostile_area -- --ignored --nocapture` goes on from inputs that ended otherwise than any before.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use dragonfly_worker::export::read_area;
use rawzip::ZipArchiveWriter;

/// How a file of the corpus comes to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// As it is.
    Whole,
    /// As the `.shp` of a zipped shapefile.
    Shape,
    /// As the `.prj` of one.
    System,
}

type CorpusFile = (Kind, Vec<u8>);

/// The reader may take so long, also on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

fn corpus() -> Vec<CorpusFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus_area");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let kind = |path: &Path| match path.extension().and_then(|ending| ending.to_str()) {
        Some("shp") => Kind::Shape,
        Some("prj") => Kind::System,
        _ => Kind::Whole,
    };
    paths.into_iter().map(|path| (kind(&path), std::fs::read(path).unwrap())).collect()
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut zip);
    for (name, bytes) in files {
        let (mut entry, config) = archive.new_file(name).start().unwrap();
        let mut writer = config.wrap(&mut entry);
        writer.write_all(bytes).unwrap();
        let (_, descriptor) = writer.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    zip
}

/// Reads a file; states how it ended.
fn exercise((kind, bytes): &CorpusFile, shape: &[u8], system: &[u8]) -> String {
    let read = match kind {
        Kind::Whole => read_area("file", bytes),
        Kind::Shape => read_area("file", &zipped(&[("a.shp", bytes), ("a.prj", system)])),
        Kind::System => read_area("file", &zipped(&[("a.shp", shape), ("a.prj", bytes)])),
    };
    match read {
        Ok(read) => {
            let bounds = read.area.bbox();
            assert!(
                bounds.iter().all(|degrees| degrees.is_finite() && degrees.abs() <= 180.0),
                "{bounds:?}"
            );
            format!("an area, {:?}", read.note)
        }
        Err(error) => {
            let words = error.to_string();
            assert!(words.contains("file") && words.len() < 1000, "{words}");
            words
        }
    }
}

/// Numbers without a library: xorshift64*.
struct AreaMutations(u64);

impl AreaMutations {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides.max(1)
    }
}

/// Bits of text at which the readers may stumble.
const WORDS: [&str; 16] = [
    "[",
    "]",
    "\"",
    ",",
    "(",
    "1e308",
    "-1e308",
    "0",
    "NaN",
    "90",
    "-90",
    "1e-300",
    "PARAMETER[",
    "TOWGS84[1,2,3]",
    "PRIMEM[\"x\",1e9]",
    "Albers",
];
const NUMBERS: [u64; 9] =
    [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 63, u64::MAX, 0x7FF0 << 48, 0x7FF8 << 48, 0x7FE << 52];

fn mutate(bytes: &mut Vec<u8>, other: &[u8], dice: &mut AreaMutations) {
    let length = bytes.len();
    let at = dice.roll(length);
    match dice.roll(9) {
        0 if length > 0 => bytes[at] ^= 1 << dice.roll(8),
        1 if length > 0 => bytes[at] = dice.roll(256) as u8,
        2 => bytes.truncate(at),
        3 => {
            let end = (at + dice.roll(64)).min(length);
            bytes.drain(at..end);
        }
        4 => {
            let end = (at + dice.roll(200)).min(length);
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
        5 => {
            let from = dice.roll(other.len());
            let end = (from + dice.roll(100)).min(other.len());
            bytes.splice(at..at, other[from..end].iter().copied());
        }
        6 => {
            bytes.splice(at..at, WORDS[dice.roll(WORDS.len())].bytes());
        }
        _ => {
            let number = NUMBERS[dice.roll(NUMBERS.len())].to_le_bytes();
            let number = if dice.roll(3) == 0 { dice.roll(200).to_le_bytes() } else { number };
            let width = (1 << dice.roll(4)).min(length - at);
            bytes[at..at + width].copy_from_slice(&number[..width]);
        }
    }
}

/// Tries changed files until it must stop; returns how many, and how many ends there were.
fn try_hard(seed: u64, mut goes_on: impl FnMut(u64) -> bool) -> (u64, usize) {
    let mut dice = AreaMutations(seed);
    let mut files = corpus();
    let first = |kind| files.iter().find(|(found, _)| *found == kind).unwrap().1.clone();
    let (shape, system) = (first(Kind::Shape), first(Kind::System));
    let mut ends: HashSet<String> = HashSet::new();
    let mut tries = 0;
    while goes_on(tries) {
        let mut file = files[dice.roll(files.len())].clone();
        let other = dice.roll(files.len());
        for _ in 0..=dice.roll(5) {
            mutate(&mut file.1, &files[other].1, &mut dice);
        }
        file.1.truncate(1 << 20);
        let began = Instant::now();
        let ended = std::panic::catch_unwind(|| exercise(&file, &shape, &system));
        let Ok(ended) = ended
            .map_err(|_| ())
            .and_then(|ended| if began.elapsed() < LONGEST { Ok(ended) } else { Err(()) })
        else {
            let path = std::env::temp_dir().join("dragonfly-hostile-area");
            std::fs::write(&path, &file.1).unwrap();
            panic!("a panic or a hang in {}, a {:?}", path.display(), file.0);
        };
        let is_new =
            ends.insert(ended.chars().filter(|letter| !letter.is_ascii_digit()).take(60).collect());
        if is_new && files.len() < 5000 {
            files.push(file);
        }
        tries += 1;
    }
    (tries, ends.len())
}

#[test]
fn the_corpus_reads_without_error() {
    let files = corpus();
    let first = |kind| files.iter().find(|(found, _)| *found == kind).unwrap().1.clone();
    let system =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus_area/32634.prj")).unwrap();
    for file in files.iter().filter(|(kind, _)| *kind != Kind::System) {
        assert_eq!(exercise(file, &first(Kind::Shape), &system), "an area, None");
    }
}

#[test]
fn changed_files_end_in_errors() {
    let (tries, ends) = try_hard(1, |tries| tries < 20_000);
    println!("{tries} changed files came to {ends} different ends");
    assert!(ends > 50, "the changes hardly reach the reader: {ends}");
}

/// A short file that would unpack to gigabytes.
#[test]
fn a_bomb_is_refused() {
    let bytes = vec![0u8; 200 << 20];
    let packed = miniz_oxide::deflate::compress_to_vec(&bytes, 6);
    let mut zip = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut zip);
    let method = rawzip::CompressionMethod::DEFLATE;
    let (mut entry, config) = archive.new_file("a.shp").compression_method(method).start().unwrap();
    let mut writer = config.wrap(&mut entry);
    // The checksum and size are those of the packed bytes: the archive lies about what it holds.
    writer.write_all(&packed).unwrap();
    let (_, descriptor) = writer.finish().unwrap();
    entry.finish(descriptor).unwrap();
    archive.finish().unwrap();
    assert!(zip.len() < 1 << 20);
    let error = read_area("bomb.zip", &zip).unwrap_err().to_string();
    assert!(error.starts_with("a.shp in bomb.zip is not sound"), "{error}");
}

#[test]
#[ignore = "runs for DRAGONFLY_FUZZ_SECONDS"]
fn changed_files_end_in_errors_for_long() {
    let number =
        |name: &str, default| std::env::var(name).map_or(default, |value| value.parse().unwrap());
    let end = Instant::now() + Duration::from_secs(number("DRAGONFLY_FUZZ_SECONDS", 600));
    let (tries, ends) = try_hard(number("DRAGONFLY_FUZZ_SEED", 2), |_| Instant::now() < end);
    println!("{tries} changed files came to {ends} different ends");
}
