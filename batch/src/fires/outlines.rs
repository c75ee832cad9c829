//! `meta/fires/<id>.geojson`: the outline of a fire by points and by map, its perimeter, and its
//! growth by day.

use anyhow::Result;
use dragonfly_core::{CellPolygons, FireRecord};
use serde_json::{Value, json};

use crate::deployment::Deployment;
use crate::fires::burnt_area::MapOfFire;
use crate::fires::fire_region::map_name;
use crate::fires::ground::GroundByPoints;
use crate::fires::layout::FiresLayout;
use crate::publish::json_file::write_json;
use crate::publish::store::store_of;

/// Publishes the outlines of a fire.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn write_outlines(
    deployment: &Deployment,
    fire: &FireRecord,
    ground: &GroundByPoints,
) -> Result<()> {
    let layout = FiresLayout::of(&deployment.layout);
    let mut features = vec![feature(
        &json!({ "kind": "outline_by_points", "hectares": rounded(fire.outline_hectares) }),
        &multi_polygon(&closed(&ground.outline().polygons)),
    )];
    if let Some((kind, map)) = fire.shown_map()
        && let Ok(measured) = MapOfFire::read(&layout.burnt_area(&map_name(&fire.id, kind)))
    {
        features.push(feature(
            &json!({
                "kind": "outline_by_map",
                "map": kind,
                "run_id": measured.run_id,
                "hectares": rounded(map.burnt_hectares),
                "images_until": measured.newest_scene,
            }),
            &measured.area,
        ));
        features.extend(measured.perimeter.map(|perimeter| {
            feature(
                &json!({ "kind": "perimeter_by_map", "hectares": rounded(perimeter.hectares) }),
                &perimeter.area,
            )
        }));
    }
    features.extend(ground.growth.iter().map(|(day, hectares)| {
        feature(
            &json!({ "kind": "growth", "day": day, "hectares": rounded(*hectares) }),
            &Value::Null,
        )
    }));
    let collection = json!({
        "type": "FeatureCollection",
        "fire": { "id": fire.id, "state": fire.state, "place": fire.place },
        "features": features,
    });
    write_json(&store_of(deployment), &layout.outlines(&fire.id), &collection)
}

fn feature(properties: &Value, geometry: &Value) -> Value {
    json!({ "type": "Feature", "properties": properties, "geometry": geometry })
}

/// Whole hectares are as fine as points are.
fn rounded(hectares: f64) -> f64 {
    hectares.round()
}

fn multi_polygon(polygons: &CellPolygons) -> Value {
    json!({ "type": "MultiPolygon", "coordinates": polygons })
}

/// The rings with their first corner repeated at the end, as GeoJSON requires.
fn closed(polygons: &CellPolygons) -> CellPolygons {
    let ring = |ring: &Vec<(f64, f64)>| ring.iter().chain(ring.first()).copied().collect();
    polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect()
}
