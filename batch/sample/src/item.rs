//! Describes the invented scenes as a STAC catalogue, and the regions they cover.

use anyhow::{Context, Result};
use chrono::{DateTime, SecondsFormat, TimeDelta};
use serde_json::{Value, json};

use super::band::BANDS;
use super::region::{Overpass, SampleRegion, SwathEdge};
use super::scene::SampleScene;
use super::tile::{PIXEL_SIZE_M, SampleLattice, SampleTile};

/// Catalogues learn of a scene some hours after the satellite passed.
const HOURS_TO_THE_CATALOGUE: i64 = 5;
const BASELINE: &str = "05.11";

/// The id of a scene, which is also the name of its folder.
pub(crate) fn scene_id(tile: &SampleTile, overpass: &Overpass) -> String {
    let day: String = overpass.datetime.chars().take(10).filter(char::is_ascii_digit).collect();
    format!("S2{}_{}_{day}_0_L2A", overpass.satellite, tile.mgrs)
}

/// A STAC item shaped like those of Earth Search's `sentinel-2-l2a`.
pub(crate) fn item(
    region: &SampleRegion,
    tile: &SampleTile,
    lattice: &SampleLattice,
    overpass: &Overpass,
    scene: &SampleScene,
) -> Result<Value> {
    let id = scene_id(tile, overpass);
    let passed = DateTime::parse_from_rfc3339(overpass.datetime)
        .with_context(|| format!("reading the date of {id}"))?;
    let catalogued = (passed.to_utc() + TimeDelta::hours(HOURS_TO_THE_CATALOGUE))
        .to_rfc3339_opts(SecondsFormat::Secs, true);
    let footprint = footprint(region, tile, lattice, overpass.swath_edge);
    Ok(json!({
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [
            "https://stac-extensions.github.io/projection/v1.1.0/schema.json",
            "https://stac-extensions.github.io/eo/v1.1.0/schema.json",
            "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
        ],
        "id": id,
        "collection": "sentinel-2-l2a",
        "bbox": bounds(&footprint),
        "geometry": { "type": "Polygon", "coordinates": [footprint] },
        "properties": {
            "title": format!("INVENTED scene over {}", tile.mgrs),
            "description": super::INVENTED,
            "datetime": overpass.datetime,
            "created": catalogued,
            "updated": catalogued,
            "platform": format!("sentinel-2{}", overpass.satellite.to_ascii_lowercase()),
            "constellation": "sentinel-2",
            "instruments": ["msi"],
            "eo:cloud_cover": scene.cloud_percent(),
            "grid:code": format!("MGRS-{}", tile.mgrs),
            "proj:epsg": tile.epsg,
            "view:sun_azimuth": overpass.sun_azimuth_deg,
            "view:sun_elevation": overpass.sun_elevation_deg,
            "s2:processing_baseline": BASELINE,
            "s2:nodata_pixel_percentage": scene.no_data_percent(),
            "earthsearch:boa_offset_applied": !overpass.offset_left_in,
        },
        "links": [],
        "assets": assets(&id, tile),
    }))
}

/// All items in one file.
pub(crate) fn item_collection(items: Vec<Value>) -> Value {
    json!({
        "type": "FeatureCollection",
        "description": super::INVENTED,
        "numberMatched": items.len(),
        "numberReturned": items.len(),
        "links": [],
        "features": items,
    })
}

/// A region the way the configuration names it.
pub(crate) fn region_config(region: &SampleRegion) -> Value {
    let window = |[start, end]: [&str; 2]| json!({ "start": start, "end": end });
    json!({
        "name": region.name,
        "title": region.title,
        "group": "sample",
        "bbox": region.bbox,
        "priority": 1,
        "zoom_min": 6,
        "zoom_max": region.zoom_max,
        "pre": window(region.pre),
        "post": window(region.post),
    })
}

fn assets(id: &str, tile: &SampleTile) -> Value {
    let asset = |file: &str, title: &str, role: &str, band: Value| {
        json!({
            "href": format!("./scenes/{id}/{file}"),
            "type": "image/tiff; application=geotiff; profile=cloud-optimized",
            "title": format!("{title}, invented"),
            "roles": ["data", role],
            "gsd": PIXEL_SIZE_M,
            "proj:shape": [tile.height_px, tile.width_px],
            "proj:transform": [PIXEL_SIZE_M, 0.0, tile.west_m, 0.0, -PIXEL_SIZE_M, tile.north_m],
            "raster:bands": [band],
        })
    };
    // Earth Search names the offset of the baseline even where it has been taken off the pixels.
    let reflectance = json!({
        "nodata": 0,
        "data_type": "uint16",
        "bits_per_sample": 15,
        "spatial_resolution": PIXEL_SIZE_M,
        "scale": 0.0001,
        "offset": -0.1,
    });
    let classes = json!({ "nodata": 0, "data_type": "uint8", "spatial_resolution": PIXEL_SIZE_M, "scale": 1, "offset": 0 });
    let mut assets: serde_json::Map<String, Value> = BANDS
        .iter()
        .map(|band| {
            (
                band.asset.to_owned(),
                asset(band.file, band.title, "reflectance", reflectance.clone()),
            )
        })
        .collect();
    assets.insert(
        "scl".to_owned(),
        asset(super::SCL_FILE, "Scene classification map (SCL)", "reflectance", classes),
    );
    Value::Object(assets)
}

/// The outline of what was observed, longitude and latitude, anticlockwise and closed.
fn footprint(
    region: &SampleRegion,
    tile: &SampleTile,
    lattice: &SampleLattice,
    swath_edge: Option<SwathEdge>,
) -> Vec<[f64; 2]> {
    let (width, height) = (tile.width_px as f64, tile.height_px as f64);
    let corners = [[0.0, 0.0], [0.0, height], [width, height], [width, 0.0]]
        .map(|[column, row]| lattice.lonlat_from_pixel(column, row));
    let mut outline = match swath_edge {
        Some(edge) => clipped(region, &corners, edge),
        None => corners.to_vec(),
    };
    outline.extend(outline.first().copied());
    outline
}

/// The part of a polygon inside the swath, after Sutherland and Hodgman (1974).
fn clipped(region: &SampleRegion, corners: &[[f64; 2]], edge: SwathEdge) -> Vec<[f64; 2]> {
    let inside = |corner: [f64; 2]| edge.km_inside(region.spot_from_lonlat(corner));
    let next = corners.iter().cycle().skip(1);
    let mut outline = Vec::new();
    for (from, to) in corners.iter().zip(next) {
        let (from_km, to_km) = (inside(*from), inside(*to));
        if from_km >= 0.0 {
            outline.push(*from);
        }
        if (from_km >= 0.0) != (to_km >= 0.0) {
            let share = from_km / (from_km - to_km);
            outline
                .push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]);
        }
    }
    outline
}

/// West, south, east, north.
pub(crate) fn bounds(outline: &[[f64; 2]]) -> [f64; 4] {
    outline.iter().fold(
        [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY],
        |[west, south, east, north], [lon, lat]| {
            [west.min(*lon), south.min(*lat), east.max(*lon), north.max(*lat)]
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::REGIONS;

    #[test]
    fn a_swath_edge_cuts_the_footprint() {
        let region = &REGIONS[1];
        let corners = [[24.0, 38.6], [24.5, 38.6], [24.5, 38.7], [24.0, 38.7]];
        let outline = clipped(region, &corners, SwathEdge { east_km: 20.0 });
        let [west, _, east, _] = bounds(&outline);
        assert_eq!(outline.len(), 4);
        assert!(west == 24.0 && east > 24.2 && east < 24.26, "{outline:?}");
    }

    #[test]
    fn an_id_names_satellite_tile_and_day() {
        let region = &REGIONS[0];
        assert_eq!(scene_id(&region.tiles[0], &region.overpasses[0]), "S2A_10TFK_20250612_0_L2A");
    }
}
