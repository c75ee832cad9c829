//! Zip files: what they hold, and its bytes.

use miniz_oxide::inflate::decompress_to_vec_with_limit;
use rawzip::{CompressionMethod, ZipArchive, ZipSliceArchive, ZipVerification};

use super::AreaFileError;
use crate::crc32::crc32;

/// Files in a zip file that are examined.
const MAX_FILES: usize = 1000;

/// A zip file and the names in it.
pub struct ZippedFiles<'a> {
    file: &'a str,
    archive: ZipSliceArchive<&'a [u8]>,
    names: Vec<String>,
}

impl<'a> ZippedFiles<'a> {
    /// Reads the names.
    ///
    /// # Errors
    /// When it is no sound zip file, or holds too many files.
    pub fn open(file: &'a str, bytes: &'a [u8]) -> Result<Self, AreaFileError> {
        let broken = |cause: rawzip::Error| AreaFileError {
            file: file.to_owned(),
            problem: format!("is not a sound zip file ({cause}); zip it again"),
        };
        let archive = ZipArchive::from_slice(bytes).map_err(broken)?;
        let mut names = Vec::new();
        let mut entries = archive.entries();
        while let Some(entry) = entries.next_entry().map_err(broken)? {
            if names.len() == MAX_FILES {
                let problem = format!("holds more than {MAX_FILES} files; zip the area alone");
                return Err(AreaFileError { file: file.to_owned(), problem });
            }
            names.push(String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned());
        }
        Ok(Self { file, archive, names })
    }

    /// The name of the zip file.
    pub fn file(&self) -> &str {
        self.file
    }

    /// The files whose names end so, in any case; without the shadow that macOS puts beside each.
    pub fn ending(&self, ending: &str) -> Vec<&str> {
        let is_shadow = |name: &str| {
            name.starts_with("__MACOSX/")
                || name.rsplit('/').next().is_some_and(|last| last.starts_with("._"))
        };
        let names = self.names.iter().map(String::as_str);
        names.filter(|name| ends_with(name, ending) && !is_shadow(name)).collect()
    }

    /// The name of a file beside another that is called `stem` without its ending.
    pub fn beside(&self, stem: &str, ending: &str) -> Option<&str> {
        let found = self.names.iter().find(|name| {
            ends_with(name, ending) && name[..name.len() - ending.len()].eq_ignore_ascii_case(stem)
        });
        found.map(String::as_str)
    }

    /// A file's bytes, `max_bytes` of them at most.
    ///
    /// # Errors
    /// When it is larger, encrypted, packed in an unusual way, or broken.
    pub fn unpack(&self, name: &str, max_bytes: usize) -> Result<Vec<u8>, AreaFileError> {
        let problem =
            |problem: String| AreaFileError { file: format!("{name} in {}", self.file), problem };
        let broken = || problem("is not sound; zip it again".to_owned());
        let place = self.names.iter().position(|found| found == name).ok_or_else(broken)?;
        let mut entries = self.archive.entries();
        for _ in 0..place {
            entries.next_entry().map_err(|_| broken())?;
        }
        let record = entries.next_entry().ok().flatten().ok_or_else(broken)?;
        if record.flags().is_encrypted() {
            return Err(problem("is encrypted; zip it without a password".to_owned()));
        }
        let entry = self.archive.get_entry(record.wayfinder()).map_err(|_| broken())?;
        let expected = entry.claim_verifier();
        if expected.uncompressed_size > max_bytes as u64 {
            return Err(problem(format!(
                "is larger than {} kB; simplify the area first",
                max_bytes >> 10
            )));
        }
        let bytes = match record.compression_method() {
            CompressionMethod::STORE if entry.data().len() <= max_bytes => entry.data().to_vec(),
            CompressionMethod::DEFLATE => {
                decompress_to_vec_with_limit(entry.data(), max_bytes).map_err(|_| broken())?
            }
            _ => return Err(problem("is packed in an unusual way; zip it again".to_owned())),
        };
        let found = ZipVerification { crc: crc32(&bytes), uncompressed_size: bytes.len() as u64 };
        expected.valid(found).map_err(|_| broken())?;
        Ok(bytes)
    }
}

fn ends_with(name: &str, ending: &str) -> bool {
    name.len()
        .checked_sub(ending.len())
        .and_then(|at| name.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(ending))
}
