//! GDAL, set up for this program: opening, projecting, and noticing what it only mutters.

use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, anyhow, bail};
use gdal::config::{set_config_option, set_error_handler};
use gdal::errors::{CplErrType, GdalError};
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};

use crate::far::{self, FarFile};
use crate::http::{Client, Scope};
use crate::settings::is_url;

/// The last failure that GDAL reported, for calls whose result does not tell.
static LAST_FAILURE: Mutex<Option<String>> = Mutex::new(None);

/// A file system for files far away, and failures into the log instead of onto the screen. Call once, first.
pub(crate) fn set_up_gdal() -> Result<()> {
    let options = [
        // Only the files named exist for us: no listing of folders, no sidecar files.
        ("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR"),
        // Blocks are kept by us as long as they are needed; GDAL's own cache only smooths the reading.
        ("GDAL_CACHEMAX", "64"),
    ];
    for (key, value) in options {
        set_config_option(key, value).with_context(|| format!("setting GDAL's {key}"))?;
    }
    far::install()?;
    set_error_handler(|kind, number, message| {
        tracing::debug!(target: "gdal", ?kind, number, message);
        if matches!(kind, CplErrType::Failure | CplErrType::Fatal)
            && let Ok(mut last) = LAST_FAILURE.lock()
        {
            *last = Some(message.to_owned());
        }
    });
    Ok(())
}

/// Forgets the last failure, to watch what follows.
pub(crate) fn forget_failure() {
    if let Ok(mut last) = LAST_FAILURE.lock() {
        *last = None;
    }
}

/// An error when GDAL reported a failure since [`forget_failure`].
pub(crate) fn check_failure() -> Result<()> {
    match LAST_FAILURE.lock() {
        Ok(mut last) => last.take().map_or(Ok(()), |message| Err(anyhow!(message))),
        Err(_) => bail!("a thread died while writing"),
    }
}

/// Opens a GeoTIFF at a path or URL of the configuration for reading.
///
/// # Errors
/// When it is missing or is none. Names it.
pub(crate) fn open(location: &str, client: &Client) -> Result<Dataset> {
    if is_url(location) { open_far(&FarFile::ask(location, Scope::Configured, client)?) } else { open_near(location) }
}

/// Opens a GeoTIFF far away, once its head is here.
///
/// # Errors
/// When it does not come or is none. Names it.
pub(crate) fn open_far(file: &Arc<FarFile>) -> Result<Dataset> {
    file.wait_for_head()?;
    open_named(&file.offer().path(), file.address())
}

/// Opens a GeoTIFF on this machine.
///
/// # Errors
/// When it is missing or is none. Names it.
pub(crate) fn open_near(path: &str) -> Result<Dataset> {
    if path.contains("://") {
        bail!("{path} can be read neither as a file nor over http: give the catalogue http(s) addresses");
    }
    if !Path::new(path).exists() {
        bail!("{path} does not exist: check the catalogue's hrefs");
    }
    open_named(path, path)
}

fn open_named(name: &str, location: &str) -> Result<Dataset> {
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_READONLY,
        allowed_drivers: Some(&["GTiff"]),
        ..DatasetOptions::default()
    };
    Dataset::open_ex(name, options).map_err(|error| {
        let cause = match error {
            GdalError::NullPointer { msg, .. } if !msg.is_empty() => msg.replace(name, location),
            GdalError::NullPointer { .. } => "it does not begin as one".to_owned(),
            other => other.to_string(),
        };
        anyhow!(
            "{location} cannot be opened as a GeoTIFF: {cause}; fetch it again, or take its item out of the catalogue"
        )
    })
}

/// A transformation between two systems, x east and y north in both.
pub(crate) fn transform(from: &SpatialRef, to: &SpatialRef) -> Result<CoordTransform> {
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
    let (mut x, mut y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    // PROJ answers for the points it can, and marks the others infinite.
    let _ = transform.transform_coords(&mut x, &mut y, &mut []);
    x.into_iter().zip(y).collect()
}
