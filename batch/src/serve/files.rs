//! Files under a folder, whole or in ranges, and nothing outside it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeFile;

/// A folder of which anybody may read every visible file.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    /// Without symlinks, so that the true path of a file tells whether it lies inside.
    real_path: PathBuf,
}

impl Folder {
    /// A folder that exists.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let real_path = fs::canonicalize(path).with_context(|| format!("opening {}", path.display()))?;
        Ok(Self { real_path })
    }

    /// A folder inside this one, which may come into being later.
    pub(super) fn room(&self, name: &str) -> Self {
        Self { real_path: self.real_path.join(name) }
    }

    /// The file at a path with its percent signs already decoded, or "not found".
    pub(super) async fn answer(&self, path: &str, request: Request) -> Response {
        let (folder, path) = (self.clone(), path.to_owned());
        match tokio::task::spawn_blocking(move || folder.find(&path)).await {
            Ok(Some(file)) => send(&file, request).await,
            _ => not_found(),
        }
    }

    /// The true path of a visible file inside the folder, links followed as long as they stay inside.
    pub(super) fn find(&self, path: &str) -> Option<PathBuf> {
        if !path.split('/').all(is_visible_name) {
            return None;
        }
        let file = fs::canonicalize(self.real_path.join(path)).ok()?;
        (file.starts_with(&self.real_path) && file.is_file()).then_some(file)
    }
}

/// Whether a part of a path names one entry of a folder, and not a hidden one.
fn is_visible_name(part: &str) -> bool {
    !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '\0'])
}

/// A file the caller has found to be public; the range, the method and the conditions are the request's.
pub(super) async fn send(file: &Path, mut request: Request) -> Response {
    if !honours_range(request.headers()) {
        request.headers_mut().remove(header::RANGE);
    }
    match ServeFile::new(file).ignore_multi_range_requests(true).try_call(request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => unreadable(file, &error),
    }
}

/// `ServeFile` knows neither `If-Range` nor other units than bytes. Then the whole file is always right.
fn honours_range(headers: &HeaderMap) -> bool {
    let in_bytes = headers.get(header::RANGE).is_some_and(|range| range.as_bytes().starts_with(b"bytes="));
    in_bytes && !headers.contains_key(header::IF_RANGE)
}

fn unreadable(file: &Path, error: &std::io::Error) -> Response {
    if error.kind() == ErrorKind::NotFound {
        return not_found();
    }
    tracing::error!("cannot read {}: {error}", file.display());
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

    /// The layout of a published root, and links that lead where nobody may look.
    fn published() -> (tempfile::TempDir, Folder) {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        fs::create_dir_all(at("raster/madre")).unwrap();
        fs::create_dir_all(at("meta/.hidden")).unwrap();
        for file in ["secret.txt", "raster/madre/run.tif", "meta/index.json", "meta/.health", "meta/.hidden/x"] {
            fs::write(at(file), file).unwrap();
        }
        symlink("madre/run.tif", at("raster/madre_lowres_dnbr.tif")).unwrap();
        symlink("../secret.txt", at("raster/out.txt")).unwrap();
        symlink("/etc", at("raster/etc")).unwrap();
        let folder = Folder::open(root.path()).unwrap();
        (root, folder)
    }

    fn check(room: &str, path: &str, found: bool) {
        let (_root, folder) = published();
        assert_eq!(folder.room(room).find(path).is_some(), found, "{room}: {path}");
    }

    #[test]
    fn files_and_links_inside_are_found() {
        check("raster", "madre/run.tif", true);
        check("raster", "madre_lowres_dnbr.tif", true);
        check("meta", "index.json", true);
    }

    #[test]
    fn what_is_outside_hidden_or_a_folder_is_not() {
        for path in ["out.txt", "etc/passwd", "../secret.txt", "madre/../../secret.txt", "/etc/passwd"] {
            check("raster", path, false);
        }
        for path in [".health", ".hidden/x", "", ".", "index.json/", "index.json\0", "..\\secret.txt", "absent.json"] {
            check("meta", path, false);
        }
        check("raster", "madre", false);
        check("tiles", "madre/dnbr/6/10/25.png", false);
    }
}
