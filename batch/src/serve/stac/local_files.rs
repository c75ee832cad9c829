//! The files that a catalogue may give out: rasters in its own folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::serve::files::RegularFile;

/// Files that items name by paths.
#[derive(Clone, Debug)]
pub(super) struct LocalFiles {
    /// Where relative paths start.
    folder: PathBuf,
}

/// How an item names a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Href<'a> {
    /// On this machine; a path, or what only GDAL reads here.
    Local(&'a str),
    /// Elsewhere.
    Url,
}

/// Why a file is not given out.
#[derive(Debug, thiserror::Error)]
pub(super) enum CatalogueFileError {
    /// Its real path, with all links followed, lies elsewhere.
    #[error("it lies outside the catalogue's folder")]
    Outside,
    /// It is of another kind.
    #[error("it is no TIFF")]
    NotTiff,
    /// It is not there, cannot be read, or is no regular file.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl LocalFiles {
    /// Those of a catalogue in that folder, an absolute path.
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The raster that an href names, opened.
    ///
    /// # Errors
    /// When the catalogue may not give it out, or it cannot be opened.
    pub(super) fn open(&self, href: &str) -> Result<RegularFile, CatalogueFileError> {
        let real_folder = fs::canonicalize(&self.folder)?;
        let real_path = fs::canonicalize(self.path(href)?)?;
        if !real_path.starts_with(&real_folder) {
            return Err(CatalogueFileError::Outside);
        }
        let file = RegularFile::open(&real_path)?;
        if is_tiff(&file)? { Ok(file) } else { Err(CatalogueFileError::NotTiff) }
    }

    /// Where the file should lie.
    fn path(&self, href: &str) -> Result<PathBuf, CatalogueFileError> {
        match href_of(href) {
            Href::Local(path) if !path.starts_with("/vsi") => Ok(self.folder.join(path)),
            _ => Err(CatalogueFileError::Outside),
        }
    }

    /// The last part of the file's path.
    pub(super) fn name(href: &str) -> Option<&str> {
        match href_of(href) {
            Href::Local(path) => Path::new(path).file_name()?.to_str(),
            Href::Url => None,
        }
    }
}

/// Whether an href is a path or a URL.
pub(super) fn href_of(href: &str) -> Href<'_> {
    match href.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => {
            Href::Local(rest.strip_prefix("//").unwrap_or(rest))
        }
        Some((scheme, rest)) if is_scheme(scheme) && rest.starts_with("//") => Href::Url,
        _ => Href::Local(href),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
}

/// Classic TIFF and BigTIFF, in either order of bytes.
fn is_tiff(file: &RegularFile) -> io::Result<bool> {
    let mut magic = [0; 4];
    match file.read_exact_at(&mut magic, 0) {
        Ok(()) => Ok(matches!(&magic, b"II*\0" | b"MM\0*" | b"II+\0" | b"MM\0+")),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    const TIFF: &[u8] = b"II*\0rest";

    #[test]
    fn an_href_is_a_path_or_a_url() {
        for path in [
            "./B8A.tif",
            "../B8A.tif",
            "/scenes/B8A.tif",
            "a:b.tif",
            "/vsizip/a.zip/b.tif",
            "1://a",
        ] {
            assert_eq!(href_of(path), Href::Local(path), "{path}");
        }
        for href in ["file:///scenes/B8A.tif", "FILE:///scenes/B8A.tif", "file:/scenes/B8A.tif"] {
            assert_eq!(href_of(href), Href::Local("/scenes/B8A.tif"), "{href}");
        }
        for url in ["https://bucket.example/B8A.tif", "s3://bucket/B8A.tif"] {
            assert_eq!(href_of(url), Href::Url, "{url}");
        }
    }

    #[test]
    // Long: one row for each way out of the folder.
    fn only_rasters_whose_real_path_lies_in_the_folder_are_given_out() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("catalogue");
        for sub in ["catalogue/scenes", "catalogue-2", "elsewhere"] {
            fs::create_dir_all(root.path().join(sub)).unwrap();
        }
        for (path, content) in [
            ("catalogue/scenes/a.tif", TIFF),
            ("catalogue/big.tif", b"MM\0+rest"),
            ("catalogue/text.tif", b"no raster"),
            ("catalogue/empty.tif", b""),
            ("catalogue-2/b.tif", TIFF),
            ("elsewhere/c.tif", TIFF),
        ] {
            fs::write(root.path().join(path), content).unwrap();
        }
        symlink("scenes/a.tif", folder.join("inner-link.tif")).unwrap();
        symlink("../elsewhere/c.tif", folder.join("outer-link.tif")).unwrap();
        symlink("../elsewhere", folder.join("outer-folder")).unwrap();
        symlink("/etc/passwd", folder.join("passwd.tif")).unwrap();
        symlink("catalogue", root.path().join("catalogue-link")).unwrap();
        assert!(Command::new("mkfifo").arg(folder.join("pipe.tif")).status().unwrap().success());

        let absolute = |path: &str| root.path().join(path).display().to_string();
        for through in ["catalogue", "catalogue-link"] {
            let files = LocalFiles::new(&root.path().join(through));
            for href in [
                "scenes/a.tif",
                "./big.tif",
                "scenes/../inner-link.tif",
                &absolute("catalogue/scenes/a.tif"),
                &absolute("catalogue-link/scenes/a.tif"),
                &format!("file://{}", absolute("catalogue/scenes/a.tif")),
            ] {
                assert!(files.open(href).is_ok(), "{href}: {:?}", files.open(href));
            }
            for href in [
                "text.tif",
                "empty.tif",
                "pipe.tif",
                "passwd.tif",
                "outer-link.tif",
                "outer-folder/c.tif",
                "../elsewhere/c.tif",
                "../catalogue-2/b.tif",
                "/etc/passwd",
                "file:///etc/passwd",
                "scenes",
                "absent.tif",
                ".",
                "..",
                "",
                "/dev/zero",
                "a\0.tif",
                &absolute("elsewhere/c.tif"),
                &format!("/vsisubfile/0_8,{}", absolute("catalogue/scenes/a.tif")),
                "https://bucket.example/a.tif",
            ] {
                assert!(files.open(href).is_err(), "{href}");
            }
        }
    }
}
