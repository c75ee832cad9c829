//! Files under a folder, whole or in ranges, and nothing outside it.

// Opening.
mod regular_file;

// Answering.
mod conditions;
mod encoding;
mod range;
mod send;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rustix::io::Errno;

use encoding::ContentEncoding;
pub(super) use regular_file::RegularFile;
pub(super) use send::send;

/// A folder of which anybody may read the visible files, or those of one kind.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    /// Without symlinks, so that the true path of a file shows whether it lies inside.
    real_path: PathBuf,
    /// Which of the files are public.
    public: Public,
}

#[derive(Clone, Copy, Debug)]
enum Public {
    /// Every visible file.
    All,
    /// Those with one of these extensions, in folders too.
    Extension(&'static [&'static str]),
    /// Those with that extension, in no folder.
    ExtensionAtTop(&'static str),
}

impl Folder {
    /// A folder that exists, with all of its files.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let real_path =
            fs::canonicalize(path).with_context(|| format!("opening {}", path.display()))?;
        Ok(Self { real_path, public: Public::All })
    }

    /// Files with these extensions in a folder inside this one, which may come into being later.
    pub(super) fn room(&self, name: &str, extensions: &'static [&'static str]) -> Self {
        Self { real_path: self.real_path.join(name), public: Public::Extension(extensions) }
    }

    /// The same without files in further folders.
    pub(super) fn flat_room(&self, name: &str, extension: &'static str) -> Self {
        Self { real_path: self.real_path.join(name), public: Public::ExtensionAtTop(extension) }
    }

    /// The file at a path with its percent signs already decoded, or "not found". Where the reader
    /// takes it, the compressed file that the build left beside it.
    pub(super) async fn answer(&self, path: &str, request: Request) -> Response {
        let media_type = mime_guess::from_path(path).first_or_octet_stream();
        let (folder, path) = (self.clone(), path.to_owned());
        let accepted = encoding::accepted(request.headers());
        let found = tokio::task::spawn_blocking(move || {
            let file = folder.find(&path)?;
            let compressed =
                accepted.into_iter().find_map(|encoding| folder.compressed(&path, &file, encoding));
            Ok(compressed.unwrap_or((file, None)))
        });
        match found.await {
            Ok(Ok((file, encoding))) => {
                let mut response = send(file, media_type.as_ref(), &request.into_parts().0);
                if let Some(encoding) = encoding.filter(|_| response.status() == StatusCode::OK) {
                    let name = HeaderValue::from_static(encoding.name());
                    response.headers_mut().insert(header::CONTENT_ENCODING, name);
                }
                response
            }
            Ok(Err(error)) if is_absence(&error) => not_found(),
            Ok(Err(error)) => unreadable(request.uri().path(), &error),
            Err(error) => unreadable(request.uri().path(), &error.into()),
        }
    }

    /// A file of the page, compressed when it was built; `None` where there is none, or an older
    /// one.
    fn compressed(
        &self,
        path: &str,
        file: &RegularFile,
        encoding: ContentEncoding,
    ) -> Option<(RegularFile, Option<ContentEncoding>)> {
        if !matches!(self.public, Public::All) {
            return None;
        }
        let compressed = self.find(&format!("{path}.{}", encoding.extension())).ok()?;
        (compressed.modified >= file.modified).then_some((compressed, Some(encoding)))
    }

    /// A public file inside the folder, links followed as long as they stay inside.
    ///
    /// # Errors
    /// `NotFound` for what is not there or not public; others where the file cannot be opened.
    pub(super) fn find(&self, path: &str) -> io::Result<RegularFile> {
        if !path.split('/').all(is_visible_name) || !self.public.includes(path) {
            return Err(ErrorKind::NotFound.into());
        }
        let file = fs::canonicalize(self.real_path.join(path))?;
        if !file.starts_with(&self.real_path) {
            return Err(ErrorKind::NotFound.into());
        }
        RegularFile::open(&file)
    }
}

impl Public {
    fn includes(self, path: &str) -> bool {
        let has = |extension: &str| Path::new(path).extension().is_some_and(|own| own == extension);
        match self {
            Self::All => true,
            Self::Extension(extensions) => extensions.iter().any(|extension| has(extension)),
            Self::ExtensionAtTop(extension) => has(extension) && !path.contains('/'),
        }
    }
}

/// Whether a part of a path names one entry of a folder, and not a hidden one.
fn is_visible_name(part: &str) -> bool {
    !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '\0'])
}

/// Whether there is no file to be had at a path, rather than one that cannot be opened.
pub(super) fn is_absence(error: &io::Error) -> bool {
    let kinds = [
        ErrorKind::NotFound,
        ErrorKind::NotADirectory,
        ErrorKind::InvalidInput,
        ErrorKind::InvalidFilename,
    ];
    // A link in a place where there was none a moment ago, and a socket.
    let codes = [Errno::LOOP, Errno::NXIO];
    kinds.contains(&error.kind())
        || Errno::from_io_error(error).is_some_and(|code| codes.contains(&code))
}

fn unreadable(path: &str, error: &io::Error) -> Response {
    tracing::error!("cannot read the file of {path}: {error}");
    (StatusCode::INTERNAL_SERVER_ERROR, "cannot read the file\n").into_response()
}

/// The answer for all that is not there, or not to be seen.
pub(super) fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "not found\n").into_response()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// The layout of a published root, and links that lead outside.
    fn published() -> (tempfile::TempDir, Folder) {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        fs::create_dir_all(at("raster/madre")).unwrap();
        for folder in ["meta/.hidden", "meta/further", "raster/madre.tif"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        for file in [
            "secret.tif",
            "raster/madre/run.tif",
            "raster/madre/run.json",
            "meta/index.json",
            "meta/index.json.new",
            "meta/.health.json",
            "meta/.hidden/x.json",
            "meta/further/x.json",
        ] {
            fs::write(at(file), file).unwrap();
        }
        symlink("madre/run.tif", at("raster/madre_lowres_dnbr.tif")).unwrap();
        symlink("../secret.tif", at("raster/out.tif")).unwrap();
        symlink("/etc", at("raster/etc")).unwrap();
        let folder = Folder::open(root.path()).unwrap();
        (root, folder)
    }

    fn check(room: &str, path: &str, found: bool) {
        let (_root, folder) = published();
        let room = match room {
            "meta" => folder.flat_room("meta", "json"),
            "raster" => folder.room("raster", &["tif", "json"]),
            _ => folder.room(room, &["png"]),
        };
        match room.find(path) {
            Ok(_) => assert!(found, "{path}"),
            Err(error) => assert!(!found && is_absence(&error), "{path}: {error}"),
        }
    }

    #[test]
    fn files_and_links_inside_are_found() {
        check("raster", "madre/run.tif", true);
        check("raster", "madre_lowres_dnbr.tif", true);
        check("raster", "madre/run.json", true);
        check("meta", "index.json", true);
    }

    #[test]
    fn what_is_outside_hidden_or_a_folder_is_not() {
        for path in [
            "out.tif",
            "etc/passwd",
            "etc/x.tif",
            "../secret.tif",
            "madre/../../secret.tif",
            "/secret.tif",
        ] {
            check("raster", path, false);
        }
        for path in [
            ".health.json",
            ".hidden/x.json",
            "",
            ".",
            "index.json/",
            "index.json\0",
            "..\\secret.json",
        ] {
            check("meta", path, false);
        }
        check("raster", "madre", false);
        check("raster", "madre.tif", false);
        check("tiles", "madre/dnbr/6/10/25.png", false);
    }

    #[test]
    fn of_each_room_only_the_published_kind_is_public() {
        check("meta", "index.json.new", false);
        check("meta", "further/x.json", false);
    }
}
