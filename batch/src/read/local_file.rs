//! Local files that catalogues and the configuration name: regular files only, and no larger than
//! expected.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use dragonfly_core::{TextEncoding, decode_text};
use rustix::fs::OFlags;

/// Why a local file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LocalFileError {
    /// It cannot be opened or read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// It is a folder, a named pipe, a device or a socket.
    #[error("it is a {0}, and must be a regular file")]
    NotRegular(&'static str),
    /// It is larger than any file of its kind.
    #[error("it has {bytes} bytes, and {max} can be read at most")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// What can be read.
        max: u64,
    },
}

/// Opens a regular file for reading; links are followed. Does not wait, as opening a named pipe
/// would.
///
/// # Errors
/// When it is missing, cannot be read, or is not a regular file.
pub(crate) fn open_regular(path: &Path) -> Result<File, LocalFileError> {
    // Opening a device may already act on it.
    require_regular(std::fs::metadata(path)?.file_type())?;
    // In between it may have been replaced by a named pipe.
    let file =
        OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path)?;
    require_regular(file.metadata()?.file_type())?;
    Ok(file)
}

/// The text of a regular file of at most `max_bytes`, in any usual encoding and without a byte-order
/// mark. An encoding that had to be guessed is logged with what helps.
///
/// # Errors
/// When it is missing, larger, or not a regular file.
pub(crate) fn read_text(path: &Path, max_bytes: u64) -> Result<String, LocalFileError> {
    decoded(path, read_bytes(path, max_bytes)?)
}

/// The text of a file of the configuration, which may also be a pipe; decoded as by [`read_text`].
///
/// # Errors
/// When it is missing, or cannot be read.
pub(crate) fn read_configuration(path: &Path) -> Result<String, LocalFileError> {
    decoded(path, std::fs::read(path)?)
}

fn decoded(path: &Path, bytes: Vec<u8>) -> Result<String, LocalFileError> {
    let (text, encoding) = decode_text(&bytes);
    if encoding == TextEncoding::AssumedWindows1252 {
        tracing::warn!(
            "{} is not UTF-8 and was read as Windows-1252 (Latin-1): letters beyond ASCII may be \
            others; save it as UTF-8",
            path.display()
        );
    }
    let changed = match text {
        Cow::Borrowed(text) if text.len() == bytes.len() => None,
        text => Some(text.into_owned()),
    };
    // A text that stays as it is needs no second copy.
    match changed {
        Some(text) => Ok(text),
        None => String::from_utf8(bytes)
            .map_err(|error| LocalFileError::Io(std::io::Error::other(error))),
    }
}

/// The bytes of a regular file of at most `max_bytes`.
///
/// # Errors
/// When it is missing, larger, or not a regular file.
pub(crate) fn read_bytes(path: &Path, max_bytes: u64) -> Result<Vec<u8>, LocalFileError> {
    let file = open_regular(path)?;
    let bytes = file.metadata()?.len();
    if bytes > max_bytes {
        return Err(LocalFileError::TooLarge { bytes, max: max_bytes });
    }
    let mut content = Vec::new();
    file.take(max_bytes).read_to_end(&mut content)?;
    Ok(content)
}

fn require_regular(kind: std::fs::FileType) -> Result<(), LocalFileError> {
    let name = match kind {
        kind if kind.is_file() => return Ok(()),
        kind if kind.is_dir() => "folder",
        kind if kind.is_fifo() => "named pipe",
        kind if kind.is_socket() => "socket",
        _ => "device",
    };
    Err(LocalFileError::NotRegular(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &Path) -> String {
        open_regular(path)
            .err()
            .map_or_else(|| panic!("{} was opened", path.display()), |error| error.to_string())
    }

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "text").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(read_text(&link, 4).unwrap(), "text");
        for (bytes, text) in [
            (&b"\xEF\xBB\xBF[\xC3\x9C]"[..], "[Ü]"),
            (b"\xFF\xFE[\0\xDC\0]\0", "[Ü]"),
            (b"[\xDC]", "[Ü]"),
        ] {
            std::fs::write(folder.path().join("other"), bytes).unwrap();
            assert_eq!(read_text(&folder.path().join("other"), 10).unwrap(), text);
        }
        assert_eq!(
            read_text(&file, 3).unwrap_err().to_string(),
            "it has 4 bytes, and 3 can be read at most"
        );

        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0)
            .unwrap();
        assert!(refused(&pipe).contains("named pipe"));
        assert!(refused(folder.path()).contains("folder"));
        assert!(refused(Path::new("/dev/zero")).contains("device"));
        assert!(refused(&folder.path().join("missing")).contains("No such file"));
    }
}
