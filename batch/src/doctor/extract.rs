//! Whether the page can draw an extract: its header and its list of layers.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;

/// How an extract begins: PMTiles of version 3, of which
/// <https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md> describes the header.
const BEGINNING: &[u8] = b"PMTiles\x03";
const HEADER_BYTES: usize = 127;
const METADATA_AT: usize = 24;
const COMPRESSION_AT: usize = 97;
const TILE_TYPE_AT: usize = 99;
const UNCOMPRESSED: u8 = 1;
const GZIP: u8 = 2;
const VECTOR_TILES: u8 = 1;
/// No list of layers is longer, uncompressed.
const MAX_METADATA_BYTES: u64 = 16 << 20;

/// Why the page cannot draw the file at `path`; `None` if it can.
///
/// # Errors
///
/// Where the file cannot be read.
pub(super) fn fault(path: &Path) -> io::Result<Option<&'static str>> {
    let mut file = File::open(path)?;
    let mut header = Vec::with_capacity(HEADER_BYTES);
    Read::by_ref(&mut file).take(HEADER_BYTES as u64).read_to_end(&mut header)?;
    if header.len() < HEADER_BYTES || !header.starts_with(BEGINNING) {
        return Ok(Some("is no PMTiles file of version 3"));
    }
    if header[TILE_TYPE_AT] != VECTOR_TILES {
        return Ok(Some("holds pictures, or another kind of tiles, in place of vector tiles"));
    }
    let metadata = metadata(&mut file, &header)?;
    Ok(match metadata {
        Some(metadata) if is_drawn(&metadata) => None,
        Some(_) => Some(
            "has no roads as version 4 of Protomaps describes them: it is of another \
            kind, or of an earlier version, of which roads and names would be missing",
        ),
        None => Some("has a list of layers that cannot be read"),
    })
}

/// The file's description of its tiles; `None` where it is none that a browser reads.
fn metadata(file: &mut File, header: &[u8]) -> io::Result<Option<Value>> {
    let number = |at: usize| {
        let bytes = header[at..at + 8].try_into().unwrap_or_default();
        u64::from_le_bytes(bytes)
    };
    file.seek(SeekFrom::Start(number(METADATA_AT).min(i64::MAX as u64)))?;
    let stored = file.take(number(METADATA_AT + 8).min(MAX_METADATA_BYTES));
    let mut text = Vec::new();
    let read = match header[COMPRESSION_AT] {
        UNCOMPRESSED => { stored }.read_to_end(&mut text),
        GZIP => GzDecoder::new(stored).take(MAX_METADATA_BYTES).read_to_end(&mut text),
        _ => return Ok(None),
    };
    Ok(read.ok().and_then(|_| serde_json::from_slice(&text).ok()))
}

/// Whether its roads are of kinds that the page draws. See `client/extract.js`.
fn is_drawn(metadata: &Value) -> bool {
    let layers = metadata["vector_layers"].as_array().into_iter().flatten();
    layers.filter(|layer| layer["id"] == "roads").any(|roads| !roads["fields"]["kind"].is_null())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use flate2::Compression;
    use flate2::read::GzEncoder;
    use serde_json::json;

    use super::*;

    fn extract(tile_type: u8, compression: u8, metadata: &[u8]) -> Vec<u8> {
        let mut file = BEGINNING.to_vec();
        file.resize(HEADER_BYTES, 0);
        file[METADATA_AT] = HEADER_BYTES as u8;
        file[METADATA_AT + 8..][..8].copy_from_slice(&(metadata.len() as u64).to_le_bytes());
        (file[COMPRESSION_AT], file[TILE_TYPE_AT]) = (compression, tile_type);
        file.extend(metadata);
        file
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        GzEncoder::new(text.as_bytes(), Compression::fast()).read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn of_roads(fields: Value) -> String {
        json!({ "vector_layers": [{ "id": "earth" }, { "id": "roads", "fields": fields }] })
            .to_string()
    }

    #[test]
    fn an_extract_is_drawn_if_its_roads_have_kinds() {
        let current = of_roads(json!({ "kind": "String", "name": "String" }));
        let earlier = of_roads(json!({ "pmap:kind": "String" }));
        let first = json!({ "tilestats": { "layers": [{ "layer": "roads" }] } }).to_string();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("extract.pmtiles");
        for (bytes, part) in [
            (extract(VECTOR_TILES, GZIP, &gzip(&current)), None),
            (extract(VECTOR_TILES, UNCOMPRESSED, current.as_bytes()), None),
            (extract(VECTOR_TILES, GZIP, &gzip(&earlier)), Some("version 4")),
            (extract(VECTOR_TILES, GZIP, &gzip(&first)), Some("version 4")),
            (extract(2, GZIP, &gzip("{}")), Some("pictures")),
            (extract(VECTOR_TILES, 3, b"brotli"), Some("cannot be read")),
            (extract(VECTOR_TILES, GZIP, b"no gzip"), Some("cannot be read")),
            (extract(VECTOR_TILES, UNCOMPRESSED, b"[1"), Some("cannot be read")),
            (b"PMTiles\x03 cut short".to_vec(), Some("no PMTiles")),
            (vec![b'x'; 200], Some("no PMTiles")),
        ] {
            fs::write(&path, bytes).unwrap();
            let fault = fault(&path).unwrap();
            match part {
                Some(part) => assert!(fault.is_some_and(|fault| fault.contains(part)), "{fault:?}"),
                None => assert_eq!(fault, None),
            }
        }
        assert!(fault(&folder.path().join("none.pmtiles")).is_err());
    }
}
