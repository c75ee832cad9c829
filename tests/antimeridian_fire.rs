//! A fire on both sides of the 180° meridian is mapped on one.

use std::fs;

use dragonfly_core::FireList;
use serde_json::{Value, json};

use crate::test_bed::TestBed;

/// Points of three days in columns from 179.96° to -179.985°.
fn points() -> String {
    let mut points =
        "latitude,longitude,scan,track,acq_date,acq_time,satellite,confidence,version\n".to_owned();
    for (day, column) in (0..12).map(|column| (8 + column / 4, column)) {
        for row in 0..8 {
            let (lon, lat) = (179.96 + f64::from(column) * 0.005, 52.0 + f64::from(row) * 0.003);
            let lon = if lon > 180.0 { lon - 360.0 } else { lon };
            points += &format!("{lat:.4},{lon:.4},0.39,0.36,2025-08-{day:02},1230,N20,n,2.0NRT\n");
        }
    }
    points
}

#[test]
fn a_fire_across_the_antimeridian_is_mapped_on_its_larger_side() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::write(file("items.json"), r#"{"type":"FeatureCollection","features":[]}"#).unwrap();
    fs::write(file("points.csv"), points()).unwrap();
    let settings = "[fires]\npoints = [\"points.csv\"]\nareas = [\"everywhere\"]\n";
    fs::write(file("dragonfly.toml"), settings).unwrap();
    let bed = TestBed::new(&file("items.json"), &json!([]));
    let settings = file("dragonfly.toml").display().to_string();
    let run = |arguments: &[&str]| {
        let now = ["--config", &settings, "--now", "2025-08-12T04:00:00Z"];
        let output = bed.run(&[&now, arguments].concat());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let json = |path: String| -> Value {
        serde_json::from_slice(&fs::read(bed.published(&path)).unwrap()).unwrap()
    };
    run(&["fires", "update"]);
    let list: FireList = serde_json::from_value(json("meta/fires.json".to_owned())).unwrap();
    let [fire] = &list.fires[..] else { panic!("one fire is expected: {list:?}") };
    let [west, _, east, _] = fire.bbox.unwrap();
    assert!(west < 180.0 && east > 180.0 && east - west < 0.1, "{:?}", fire.bbox);
    // The catalogue has no image; what is asked of it lies on one side.
    let messages = run(&["fires", "map", &fire.id]);
    assert!(messages.contains("its larger side is mapped"), "{messages}");
    assert!(messages.contains("from -180.000°"), "{messages}");
    let outline = json(format!("fires/{}/outline.geojson", fire.id));
    let corners = outline["coordinates"].as_array().unwrap().iter();
    let corners = corners.flat_map(|polygon| polygon[0].as_array().unwrap());
    let lons: Vec<f64> = corners.map(|corner| corner[0].as_f64().unwrap()).collect();
    assert!(lons.iter().all(|lon| (179.9..=180.0).contains(lon)), "{lons:?}");
    assert!(lons.contains(&180.0), "{lons:?}");
}
