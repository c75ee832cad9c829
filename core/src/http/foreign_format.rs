//! What a file is that does not begin as a TIFF, by its first bytes.

/// A format that is met instead of a GeoTIFF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignFormat {
    /// A web page, such as one that asks for a login.
    Html,
    /// The error of a bucket, or another XML document.
    Xml,
    /// JSON, as APIs answer.
    Json,
    /// Compressed by gzip, as a whole or on the way.
    Gzip,
    /// A ZIP archive.
    Zip,
    /// JPEG 2000, boxed or as a bare codestream.
    Jpeg2000,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// HDF5, which NetCDF 4 is written in.
    Hdf5,
    /// NetCDF 3.
    NetCdf,
    /// HDF4.
    Hdf4,
    /// GRIB.
    Grib,
    /// PDF.
    Pdf,
    /// A pointer of Git LFS instead of the file.
    GitLfs,
    /// No bytes at all.
    Empty,
}

/// Bytes at the beginning of a file that are enough to recognize its format.
pub const FORMAT_BYTES: usize = 256;

/// First bytes of formats, the longer ones first where one begins as another.
const SIGNATURES: [(&[u8], ForeignFormat); 14] = [
    (b"\0\0\0\x0cjP  \r\n\x87\n", ForeignFormat::Jpeg2000),
    (b"\0\0\0\x0cjP  ", ForeignFormat::Jpeg2000),
    (b"\xff\x4f\xff\x51", ForeignFormat::Jpeg2000),
    (b"\x1f\x8b", ForeignFormat::Gzip),
    (b"PK\x03\x04", ForeignFormat::Zip),
    (b"PK\x05\x06", ForeignFormat::Zip),
    (b"\x89PNG\r\n\x1a\n", ForeignFormat::Png),
    (b"\xff\xd8\xff", ForeignFormat::Jpeg),
    (b"\x89HDF\r\n\x1a\n", ForeignFormat::Hdf5),
    (b"CDF", ForeignFormat::NetCdf),
    (b"\x0e\x03\x13\x01", ForeignFormat::Hdf4),
    (b"GRIB", ForeignFormat::Grib),
    (b"%PDF-", ForeignFormat::Pdf),
    (b"version https://git-lfs", ForeignFormat::GitLfs),
];

impl ForeignFormat {
    /// The format of a file that begins so, in its first [`FORMAT_BYTES`]; `None` where it is a
    /// TIFF, or unknown.
    pub fn of(start: &[u8]) -> Option<Self> {
        if start.is_empty() {
            return Some(Self::Empty);
        }
        let signed = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature));
        signed.map(|(_, format)| *format).or_else(|| Self::of_text(start))
    }

    /// The format of a text that begins so.
    fn of_text(start: &[u8]) -> Option<Self> {
        let start = start.get(..FORMAT_BYTES).unwrap_or(start);
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let text = start.trim_ascii_start().to_ascii_lowercase();
        let holds = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
        match text.first()? {
            b'<' if holds(b"<!doctype html") || holds(b"<html") || holds(b"<head>") => {
                Some(Self::Html)
            }
            b'<' if text.starts_with(b"<!--") || holds(b"<body") || holds(b"<title") => {
                Some(Self::Html)
            }
            b'<' if text.get(1).is_some_and(|next| next.is_ascii_alphabetic() || *next == b'?') => {
                Some(Self::Xml)
            }
            b'{' | b'[' if std::str::from_utf8(&text[..text.len().min(16)]).is_ok() => {
                Some(Self::Json)
            }
            _ => None,
        }
    }

    /// What the file is, as the end of a sentence that begins with "it is".
    pub fn name(self) -> &'static str {
        match self {
            Self::Html => "a web page (HTML)",
            Self::Xml => "an XML document, as buckets send with an error",
            Self::Json => "JSON, as an API sends",
            Self::Gzip => "compressed by gzip",
            Self::Zip => "a ZIP archive",
            Self::Jpeg2000 => "JPEG 2000",
            Self::Png => "a PNG picture",
            Self::Jpeg => "a JPEG picture",
            Self::Hdf5 => "HDF5 or NetCDF 4",
            Self::NetCdf => "NetCDF 3",
            Self::Hdf4 => "HDF4",
            Self::Grib => "GRIB",
            Self::Pdf => "a PDF document",
            Self::GitLfs => "a pointer of Git LFS, not the file itself",
            Self::Empty => "empty",
        }
    }

    /// What helps.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Html => {
                "open the address in a browser: the server may ask for a login, or the file is gone"
            }
            Self::Xml | Self::Json => {
                "open the address in a browser to see the error: the file may be gone, or ask for \
                 a login"
            }
            Self::Gzip => {
                "let its server send it as it is (no Content-Encoding), or store it unpacked"
            }
            Self::Zip => "name the GeoTIFF inside, unpacked",
            Self::Jpeg2000 => {
                "use a collection of GeoTIFFs, such as sentinel-2-l2a of Earth Search \
                 (https://earth-search.aws.element84.com/v1), or convert it by gdal_translate -of \
                 COG"
            }
            Self::Png | Self::Jpeg | Self::Pdf => {
                "name the asset with the numbers of the band, not its picture"
            }
            Self::Hdf5 | Self::NetCdf | Self::Hdf4 | Self::Grib => {
                "convert its band by gdal_translate -of COG"
            }
            Self::GitLfs => "fetch the files by git lfs pull",
            Self::Empty => "upload it again, or take its item out of the catalogue",
        }
    }
}

impl std::fmt::Display for ForeignFormat {
    /// What it is, and what helps.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "it is {}, and no GeoTIFF: {}", self.name(), self.advice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_format_is_recognized_by_its_first_bytes() {
        let check = |start: &[u8], expected| assert_eq!(ForeignFormat::of(start), expected);
        check(b"\0\0\0\x0cjP  \r\n\x87\n\0\0", Some(ForeignFormat::Jpeg2000));
        check(b"\xff\x4f\xff\x51\0\x2f", Some(ForeignFormat::Jpeg2000));
        check(b"\x1f\x8b\x08\0", Some(ForeignFormat::Gzip));
        check(b"PK\x03\x04", Some(ForeignFormat::Zip));
        check(b"\x89HDF\r\n\x1a\n", Some(ForeignFormat::Hdf5));
        check(b"CDF\x01", Some(ForeignFormat::NetCdf));
        check(b"\x89PNG\r\n\x1a\n", Some(ForeignFormat::Png));
        check(b"\xff\xd8\xff\xe0", Some(ForeignFormat::Jpeg));
        check(b"  \n<!DOCTYPE html><title>", Some(ForeignFormat::Html));
        check(b"\xef\xbb\xbf<HTML lang=en>", Some(ForeignFormat::Html));
        check(b"<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC>", Some(ForeignFormat::Html));
        check(b"<?xml version=\"1.0\"?><Error><Code>NoSuchKey", Some(ForeignFormat::Xml));
        check(b"<Error><Code>AccessDenied", Some(ForeignFormat::Xml));
        check(b"{\"code\":\"NotFound\"}", Some(ForeignFormat::Json));
        check(b"version https://git-lfs.github.com/spec/v1", Some(ForeignFormat::GitLfs));
        check(b"", Some(ForeignFormat::Empty));
        for unknown in [&b"II*\0\x08\0\0\0"[..], b"MM\0+", b"\0\0\0\0", b"not a tiff", b"<", b"< 3"]
        {
            check(unknown, None);
        }
    }

    #[test]
    fn a_message_names_the_format_and_what_helps() {
        let message = ForeignFormat::Jpeg2000.to_string();
        assert!(message.contains("JPEG 2000") && message.contains("gdal_translate -of COG"));
        assert!(ForeignFormat::Html.to_string().contains("login"));
    }
}
