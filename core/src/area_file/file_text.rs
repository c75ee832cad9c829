//! The text of a file in any of the encodings that editors and programs save: UTF-8, UTF-16 and
//! Windows-1252.

use std::borrow::Cow;

/// How the bytes of a text were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, perhaps with a byte-order mark.
    Utf8,
    /// UTF-16, in either order of bytes.
    Utf16,
    /// Windows-1252, of which Latin-1 is a part, as the text itself declares.
    DeclaredWindows1252,
    /// Windows-1252, as the bytes are no UTF-8: letters beyond ASCII may be others.
    AssumedWindows1252,
}

/// Bytes in which an XML declaration ends.
const MAX_DECLARATION_BYTES: usize = 256;

/// The letters of the bytes 0x80 to 0x9F in Windows-1252; five of them have none and keep their
/// number.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of a file without its byte-order mark: by that mark, by its XML declaration, as UTF-8,
/// or else as Windows-1252.
pub fn decode_text(bytes: &[u8]) -> (Cow<'_, str>, TextEncoding) {
    match bytes {
        [0xEF, 0xBB, 0xBF, text @ ..] => return of_eight_bits(text),
        [0xFF, 0xFE, text @ ..] => return (utf16(text, u16::from_le_bytes), TextEncoding::Utf16),
        [0xFE, 0xFF, text @ ..] => return (utf16(text, u16::from_be_bytes), TextEncoding::Utf16),
        // What is read here begins with an ASCII letter.
        [1..=127, 0, ..] => return (utf16(bytes, u16::from_le_bytes), TextEncoding::Utf16),
        [0, 1..=127, 0, ..] => return (utf16(bytes, u16::from_be_bytes), TextEncoding::Utf16),
        _ => {}
    }
    if declares_windows_1252(bytes) {
        return (windows_1252(bytes), TextEncoding::DeclaredWindows1252);
    }
    of_eight_bits(bytes)
}

fn of_eight_bits(bytes: &[u8]) -> (Cow<'_, str>, TextEncoding) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), TextEncoding::Utf8),
        Err(_) => (windows_1252(bytes), TextEncoding::AssumedWindows1252),
    }
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Cow<'static, str> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let letters = char::decode_utf16(units);
    Cow::Owned(letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

fn windows_1252(bytes: &[u8]) -> Cow<'static, str> {
    let letter = |byte: &u8| match byte {
        0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(*byte),
    };
    Cow::Owned(bytes.iter().map(letter).collect())
}

/// Whether an XML declaration states Windows-1252 or Latin-1.
fn declares_windows_1252(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    if !start.starts_with(b"<?xml") {
        return false;
    }
    let start = &start[..start.len().min(MAX_DECLARATION_BYTES)];
    let declaration = start.split(|byte| *byte == b'>').next().unwrap_or_default();
    let declaration = String::from_utf8_lossy(declaration).to_ascii_lowercase();
    ["windows-1252", "cp1252", "iso-8859-1\"", "iso-8859-1'", "iso-8859-15", "latin1", "latin-1"]
        .iter()
        .any(|name| declaration.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(bytes: &[u8], text: &str, encoding: TextEncoding) {
        assert_eq!(decode_text(bytes), (Cow::Borrowed(text), encoding));
    }

    #[test]
    fn a_text_is_read_in_its_encoding_and_without_its_mark() {
        check("{\"Ü\"}".as_bytes(), "{\"Ü\"}", TextEncoding::Utf8);
        check("\u{feff}{Ü}".as_bytes(), "{Ü}", TextEncoding::Utf8);
        let units: Vec<u16> = "{Ü😀}".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        check(&little, "{Ü😀}", TextEncoding::Utf16);
        check(&big, "{Ü😀}", TextEncoding::Utf16);
        check(&[&[0xFF, 0xFE], &little[..]].concat(), "{Ü😀}", TextEncoding::Utf16);
        check(&[&[0xFE, 0xFF], &big[..]].concat(), "{Ü😀}", TextEncoding::Utf16);
        check(b"{\x80\xDC}", "{€Ü}", TextEncoding::AssumedWindows1252);
        let declared = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xDC</a>";
        check(
            declared,
            "<?xml version='1.0' encoding='ISO-8859-1'?><a>Ü</a>",
            TextEncoding::DeclaredWindows1252,
        );
        check(b"", "", TextEncoding::Utf8);
        check(b"\x00", "\0", TextEncoding::Utf8);
    }
}
