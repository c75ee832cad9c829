//! Opening a file that is known by its real path, and no other one that takes its place.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
use rustix::io::Errno;

/// A regular file, open for reading.
#[derive(Debug)]
pub(in crate::serve) struct RegularFile {
    file: File,
    /// Bytes.
    pub(in crate::serve) len: u64,
    /// When it was last changed; `None` where the file system does not record it.
    pub(in crate::serve) modified: Option<SystemTime>,
}

impl RegularFile {
    /// Opens the file at a path without symbolic links, without waiting for anybody.
    ///
    /// # Errors
    /// When there is none, a part of the path is a symbolic link, or it is a folder, a pipe, a
    /// socket or a device.
    pub(in crate::serve) fn open(real_path: &Path) -> io::Result<Self> {
        let file = File::from(open_without_links(real_path)?);
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok(Self { file, len: metadata.len(), modified: metadata.modified().ok() })
    }

    /// Fills the buffer with the bytes from a position on.
    ///
    /// # Errors
    /// When the file cannot be read or ends before.
    pub(in crate::serve) fn read_exact_at(
        &self,
        buffer: &mut [u8],
        position: u64,
    ) -> io::Result<()> {
        self.file.read_exact_at(buffer, position)
    }

    /// All bytes of a file.
    ///
    /// # Errors
    /// When it cannot be read, or holds more than `max_bytes`.
    pub(in crate::serve) fn read_whole(&self, max_bytes: u64) -> io::Result<Vec<u8>> {
        let too_large = || {
            let message = format!("it holds {} bytes, and at most {max_bytes} are read", self.len);
            io::Error::new(io::ErrorKind::FileTooLarge, message)
        };
        let len = usize::try_from(self.len)
            .ok()
            .filter(|_| self.len <= max_bytes)
            .ok_or_else(too_large)?;
        let mut bytes = vec![0; len];
        self.read_exact_at(&mut bytes, 0)?;
        Ok(bytes)
    }
}

fn open_without_links(path: &Path) -> Result<OwnedFd, Errno> {
    // A pipe opens at once, instead of when somebody writes to it, and is then found to be none of
    // ours.
    let flags =
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW;
    match openat2(
        CWD,
        path,
        flags,
        Mode::empty(),
        ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS,
    ) {
        // Kernels before 5.6, and containers that do not allow the call.
        Err(Errno::NOSYS | Errno::PERM) => rustix::fs::open(path, flags, Mode::empty()),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    #[test]
    fn only_a_regular_file_without_links_in_its_path_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(root.join("real")).unwrap();
        fs::write(root.join("real/file"), "12345").unwrap();
        symlink("real", root.join("link")).unwrap();
        symlink("file", root.join("real/link")).unwrap();
        assert!(Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success());

        assert_eq!(RegularFile::open(&root.join("real/file")).unwrap().len, 5);
        for path in ["link/file", "real/link", "real", "pipe", "absent"] {
            assert!(RegularFile::open(&root.join(path)).is_err(), "{path}");
        }
        assert!(RegularFile::open(Path::new("/dev/null")).is_err());
    }

    #[test]
    fn a_file_is_read_whole_up_to_a_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(folder.path()).unwrap().join("file");
        fs::write(&path, "12345").unwrap();
        let file = RegularFile::open(&path).unwrap();
        assert_eq!(file.read_whole(5).unwrap(), b"12345");
        assert_eq!(file.read_whole(4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
