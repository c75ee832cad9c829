//! Describes a benchmark's scene as a STAC item.

use anyhow::{Context, Result};
use gdal::spatial_ref::CoordTransform;
use serde_json::{Value, json};

use super::scene::BenchScene;
use crate::item::bounds;
use crate::raster_layout::RasterLayout;
use crate::tile::crs_from_epsg;

/// A STAC item shaped like those of Earth Search's `sentinel-2-l2a`.
pub(super) fn item(scene: &BenchScene, raster: &RasterLayout, cloud_share: f64) -> Result<Value> {
    let footprint = footprint(raster)
        .with_context(|| format!("finding longitude and latitude of {}", scene.id()))?;
    let datetime = scene.datetime();
    Ok(json!({
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [],
        "id": scene.id(),
        "collection": "sentinel-2-l2a",
        "bbox": bounds(&footprint),
        "geometry": { "type": "Polygon", "coordinates": [footprint] },
        "properties": {
            "description": crate::INVENTED,
            "datetime": datetime,
            "created": datetime,
            "proj:epsg": raster.epsg,
            "eo:cloud_cover": (1000.0 * cloud_share).round() / 10.0,
            "s2:processing_baseline": "05.11",
            "earthsearch:boa_offset_applied": true,
            "grid:code": format!("MGRS-10T{:02}{:02}", scene.row, scene.column),
        },
        "links": [],
        "assets": {
            "nir08": asset(scene, raster, "nir08", "uint16"),
            "swir22": asset(scene, raster, "swir22", "uint16"),
            "scl": asset(scene, raster, "scl", "uint8"),
        },
    }))
}

fn asset(scene: &BenchScene, raster: &RasterLayout, name: &str, data_type: &str) -> Value {
    let [west, pixel_width, _, north, _, pixel_height] = raster.geo_transform;
    json!({
        "href": format!("./{}", scene.file(name)),
        "type": "image/tiff; application=geotiff; profile=cloud-optimized",
        "roles": ["data"],
        "proj:shape": [raster.height_px, raster.width_px],
        "proj:transform": [pixel_width, 0.0, west, 0.0, pixel_height, north],
        "raster:bands": [{ "data_type": data_type, "nodata": 0, "scale": 0.0001, "offset": 0 }],
    })
}

/// Longitude and latitude of the corners, anticlockwise and closed.
fn footprint(raster: &RasterLayout) -> Result<Vec<[f64; 2]>> {
    let [west, pixel_width, _, north, _, pixel_height] = raster.geo_transform;
    let east = west + pixel_width * raster.width_px as f64;
    let south = north + pixel_height * raster.height_px as f64;
    let (mut lon, mut lat) = ([west, west, east, east, west], [north, south, south, north, north]);
    CoordTransform::new(&crs_from_epsg(raster.epsg)?, &crs_from_epsg(4326)?)?.transform_coords(
        &mut lon,
        &mut lat,
        &mut [],
    )?;
    Ok(lon.into_iter().zip(lat).map(|(lon, lat)| [lon, lat]).collect())
}
