//! A fire as a region to map: its box, zone, windows and zoom.

use std::path::PathBuf;

use anyhow::{Context, Result};
use chrono::Days;
use dragonfly_core::{
    Area, DateWindow, FireMapKind, FireOutline, FireRecord, FireZoneCells, PlannedFireMap, Region,
    regions_from_json, widened,
};
use gdal::DriverManager;
use gdal::raster::{Buffer, RasterCreationOptions};
use serde_json::json;

use crate::deployment::Deployment;
use crate::deployment::settings::FiresSettings;
use crate::fires::layout::FiresLayout;
use crate::publish::store::{LocalStore, PublishStore};
use crate::read::geotiff::{FailureWatch, web_mercator};

/// The name of a fire's map in paths.
pub(crate) fn map_name(id: &str, kind: FireMapKind) -> String {
    match kind {
        FireMapKind::SoFar | FireMapKind::Initial => id.to_owned(),
        FireMapKind::Season => format!("{id}_season"),
    }
}

/// The kinds of maps that have a name of their own.
pub(crate) const MAP_KINDS: [FireMapKind; 2] = [FireMapKind::Initial, FireMapKind::Season];

/// Makes the region of a planned map, and writes the files that it names: outline and zone. The
/// outline lies on one side of the 180° meridian.
///
/// # Errors
/// When the outline is no area, or a file cannot be written.
pub(crate) fn make_region(
    deployment: &Deployment,
    settings: &FiresSettings,
    (fire, outline): (&FireRecord, &FireOutline),
    planned: &PlannedFireMap,
) -> Result<Region> {
    let [west, south, east, north] = widened(outline.bbox, settings.buffer_m);
    let area = Area::from_polygons(outline.polygons.clone())
        .context("the outline of the fire is no area")?;
    let files = FiresLayout::of(&deployment.layout).files_of(&fire.id);
    // What a region names is relative to the file of the regions.
    let [zone, perimeter] = [&files.zone, &files.outline].map(std::path::absolute);
    let store = LocalStore::of(&deployment.layout);
    store.write(&files.outline, area.to_geojson().as_bytes())?;
    write_zone(&files.zone, &FireZoneCells::around(&area, settings.buffer_m))?;

    let mut region = json!({
        "name": map_name(&fire.id, planned.kind),
        "title": title(fire),
        "bbox": [west, south, east, north],
        "zoom_max": planned.zoom_max,
        "collection": settings.collection,
        "fire_mask_path": zone?,
        "perimeter_path": perimeter?,
        "dnbr_offset": true,
    });
    if let (Some(region), serde_json::Value::Object(windows)) =
        (region.as_object_mut(), windows(planned))
    {
        region.extend(windows);
    }
    let regions = regions_from_json(&json!([region]).to_string())
        .context("the fire makes no region that can be mapped")?;
    regions.into_iter().next().context("the fire makes no region")
}

fn title(fire: &FireRecord) -> String {
    let name = fire.name.as_ref().or(fire.place.as_ref());
    name.map_or_else(|| fire.id.clone(), |name| format!("Fire, {name}"))
}

/// The keys of the region that set its windows. Around a date they may widen where there is no
/// clear image, and of a fire that burns the latest images win.
fn windows(planned: &PlannedFireMap) -> serde_json::Value {
    let PlannedFireMap { kind, pre, post, .. } = planned;
    let mut windows = json!({
        "event_date": pre.end + Days::new(1),
        "pre_window_days": day_count(*pre),
        "post_window_days": day_count(*post),
    });
    match kind {
        FireMapKind::SoFar => {}
        FireMapKind::Initial => windows["event_end"] = json!(post.start - Days::new(1)),
        FireMapKind::Season => windows = json!({ "pre": pre, "post": post }),
    }
    windows
}

/// Days of a window, both ends included.
fn day_count(window: DateWindow) -> i64 {
    (window.end - window.start).num_days() + 1
}

/// Writes a zone as a mask: 1 inside, 0 outside.
fn write_zone(file: &PathBuf, zone: &FireZoneCells) -> Result<()> {
    let writing = || format!("writing the zone of the fire {}", file.display());
    let watch = FailureWatch::begin();
    let write = || -> Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let grid = &zone.grid;
        let size = (grid.width() as usize, grid.height() as usize);
        let options = RasterCreationOptions::from_iter([
            "TILED=YES",
            "BLOCKXSIZE=256",
            "BLOCKYSIZE=256",
            "COMPRESS=DEFLATE",
        ]);
        let mut raster = DriverManager::get_driver_by_name("GTiff")?
            .create_with_band_type_with_options::<u8, _>(file, size.0, size.1, 1, &options)?;
        raster.set_spatial_ref(&web_mercator()?)?;
        let (west, north) = grid.metres_from_grid(0.0, 0.0);
        let cell = grid.cell_size_m();
        raster.set_geo_transform(&[west, cell, 0.0, north, 0.0, -cell])?;
        let cells = zone.is_inside.iter().map(|inside| u8::from(*inside)).collect();
        raster.rasterband(1)?.write((0, 0), size, &mut Buffer::new(size, cells))?;
        raster.flush_cache()?;
        Ok(raster.close()?)
    };
    write().with_context(writing)?;
    watch.check().with_context(writing)
}
