//! GDAL, set up for this program: opening and projecting.

// Failures that GDAL reports without returning them.
mod failure;
// What may be opened.
mod header;
mod limits;
// Where the blocks of a file lie.
mod block_ranges;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use dragonfly_core::http::{FORMAT_BYTES, ForeignFormat};
use gdal::config::{set_config_option, set_error_handler};
use gdal::errors::{CplErrType, GdalError};
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};

use crate::deployment::settings::is_url;
use crate::http::{Client, Scope};
use crate::read::local_file::{LocalFileError, open_regular};
use crate::read::remote::{self, RegisteredFile, RemoteFile};

use header::check_header;

pub(crate) use block_ranges::BlockRanges;
pub(crate) use failure::{FailureWatch, mark_thread};
pub(crate) use header::ReadAt;
pub(crate) use limits::{HeaderLimits, block_bytes};

/// A GeoTIFF, open.
pub(crate) struct GeoTiff {
    pub(crate) dataset: Dataset,
    /// Bytes of the whole file.
    pub(crate) file_bytes: u64,
}

/// Installs the file system for remote files, and sends failures to the log instead of the screen.
/// Call once, first.
pub(crate) fn set_up_gdal() -> Result<()> {
    let options = [
        // Only the named files exist: no listing of folders, no sidecar files.
        ("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR"),
        // Blocks are kept by this program as long as they are needed; GDAL's own cache only smooths
        // the reading: the blocks across two files.
        ("GDAL_CACHEMAX", "24"),
    ];
    for (key, value) in options {
        set_config_option(key, value).with_context(|| format!("setting GDAL's {key}"))?;
    }
    remote::install()?;
    report_failures();
    Ok(())
}

/// Notes GDAL's failures in the thread in which they are reported, and logs them.
fn report_failures() {
    set_error_handler(|kind, number, message| {
        tracing::debug!(target: "gdal", ?kind, number, message);
        if matches!(kind, CplErrType::Failure | CplErrType::Fatal) {
            failure::note(message);
        }
    });
}

/// Opens a GeoTIFF at a path or URL of the configuration for reading.
///
/// # Errors
/// When it is missing, is none, or exceeds the limits. Names it.
pub(crate) fn open(location: &str, client: &Client, limits: HeaderLimits) -> Result<GeoTiff> {
    if is_url(location) {
        open_remote(&RemoteFile::open(location, Scope::Configured, client)?, limits)
    } else {
        // GDAL reads masks beside them too.
        open_beside(location, &masks_beside(Path::new(location)), limits)
    }
}

/// Opens a remote GeoTIFF, once its head has arrived.
///
/// # Errors
/// When it does not arrive, is none, or exceeds the limits. Names it.
pub(crate) fn open_remote(file: &Arc<RemoteFile>, limits: HeaderLimits) -> Result<GeoTiff> {
    file.wait_for_head()?;
    let opened = open_named(&RegisteredFile::of(file).path(), file.address(), &**file, &[], limits);
    // Why bytes did not arrive explains more than that they are missing.
    file.check()?;
    opened
}

/// Opens a GeoTIFF on this machine, and nothing beside it.
///
/// # Errors
/// When it is missing, is none, or exceeds the limits. Names it.
pub(crate) fn open_local(path: &str, limits: HeaderLimits) -> Result<GeoTiff> {
    open_beside(path, &[], limits)
}

fn open_beside(path: &str, siblings: &[String], limits: HeaderLimits) -> Result<GeoTiff> {
    if path.contains("://") {
        bail!(
            "{path} can be read neither as a file nor over http: give the catalogue http(s) \
            addresses"
        );
    }
    match open_regular(Path::new(path)) {
        Ok(file) => open_named(path, path, &file, siblings, limits),
        Err(LocalFileError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("{path} does not exist: check the catalogue's hrefs")
        }
        Err(error) => bail!("{path} cannot be opened: {error}"),
    }
}

/// Names of the file and of the masks beside it, as GDAL writes them; empty where there is none.
fn masks_beside(path: &Path) -> Vec<String> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let masks = [".msk", ".msk.ovr"].map(|ending| format!("{name}{ending}"));
    let mut found: Vec<String> =
        masks.into_iter().filter(|mask| path.with_file_name(mask).is_file()).collect();
    if !found.is_empty() {
        found.insert(0, name.to_owned());
    }
    found
}

/// Opens what GDAL finds under a name. `file` is the same file, `siblings` the names in its folder
/// that GDAL may read beside it.
fn open_named(
    name: &str,
    location: &str,
    file: &impl ReadAt,
    siblings: &[String],
    limits: HeaderLimits,
) -> Result<GeoTiff> {
    mark_thread();
    if let Some(format) = foreign_format(file) {
        bail!("{location} cannot be opened as a GeoTIFF: {format}");
    }
    check_header(file, limits.max_place_bytes())
        .with_context(|| format!("{location} cannot be read as a GeoTIFF"))?;
    let siblings: Vec<&str> = siblings.iter().map(String::as_str).collect();
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_READONLY,
        allowed_drivers: Some(&["GTiff"]),
        sibling_files: (!siblings.is_empty()).then_some(&siblings[..]),
        ..DatasetOptions::default()
    };
    let dataset = Dataset::open_ex(name, options).map_err(|error| {
        let cause = match error {
            GdalError::NullPointer { msg, .. } if !msg.is_empty() => msg.replace(name, location),
            GdalError::NullPointer { .. } => "it does not begin as one".to_owned(),
            other => other.to_string(),
        };
        anyhow!(
            "{location} cannot be opened as a GeoTIFF: {cause}; fetch it again, or take its item \
            out of the catalogue"
        )
    })?;
    limits.check(&dataset).with_context(|| format!("{location} cannot be read"))?;
    Ok(GeoTiff { dataset, file_bytes: file.length() })
}

/// What a file is instead of a TIFF, as far as its first bytes show it.
fn foreign_format(file: &impl ReadAt) -> Option<ForeignFormat> {
    let mut start = [0; FORMAT_BYTES];
    let known = &mut start[..file.length().min(FORMAT_BYTES as u64) as usize];
    file.read_at(0, known)?;
    ForeignFormat::of(known)
}

/// A transformation between two systems, x east and y north in both.
pub(crate) fn transform(from: &SpatialRef, to: &SpatialRef) -> Result<CoordTransform> {
    mark_thread();
    let (mut from, mut to) = (from.clone(), to.clone());
    from.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    to.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    CoordTransform::new(&from, &to).context("the coordinate system cannot be projected")
}

/// Web Mercator.
pub(crate) fn web_mercator() -> Result<SpatialRef> {
    SpatialRef::from_epsg(3857).context("PROJ does not know EPSG:3857: is its database installed?")
}

/// Transforms points; those without an answer become infinite.
pub(crate) fn project(transform: &CoordTransform, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    mark_thread();
    let (mut x, mut y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    // PROJ answers for the points it can, and marks the others infinite.
    let _ = transform.transform_coords(&mut x, &mut y, &mut []);
    x.into_iter().zip(y).collect()
}
