//! Drift between the two sides, of season or haze: the dNBR offset must take it off, whatever its
//! size, with a perimeter and without one.

use dragonfly_core::{MaskRules, Severity};
use serde_json::json;

use super::dated_scenes::{DatedScenes, ScenePixel, SceneRandom};
use crate::engine::{EngineTask, check_same_bits};
use crate::raster::ReadRaster;
use crate::test_bed::TestBed;

/// Pixels along a side: 16 km.
const SIDE_PX: usize = 800;
/// Sum of both bands, in digital numbers: NBR has steps of 1/5000.
const SUM_DN: f64 = 5000.0;
/// dNBR of the fire.
const FIRE: f64 = 0.55;

/// Half of the fire's width: it is 4 km wide, in the middle.
const FIRE_RADIUS_PX: f64 = 100.0;

/// Distance from the middle of the fire, in pixels.
fn off_centre(column: usize, row: usize) -> f64 {
    let off = |place: usize| place as f64 + 0.5 - SIDE_PX as f64 / 2.0;
    off(column).hypot(off(row))
}

/// NBR before the fire: forest in the north, grass in the south; the fire is two thirds forest.
fn nbr_before(row: usize) -> f64 {
    if row < SIDE_PX / 2 + 30 { 0.55 } else { 0.25 }
}

/// Forest drifts twice as much as grass.
fn drift_of(row: usize, drift: f64) -> f64 {
    if nbr_before(row) > 0.4 { drift } else { drift / 2.0 }
}

fn scene(seed: u64, nbr: impl Fn(usize, usize) -> f64) -> Vec<ScenePixel> {
    let mut random = SceneRandom::new(seed);
    let mut pixels = Vec::with_capacity(SIDE_PX * SIDE_PX);
    for row in 0..SIDE_PX {
        for column in 0..SIDE_PX {
            // Nearly normal, with a standard deviation of 0.02.
            let noise: f64 = (0..3).map(|_| random.fraction() - 0.5).sum::<f64>() * 0.04;
            let nir = SUM_DN * (1.0 + nbr(column, row) + noise) / 2.0;
            let (nir, swir) = (nir.round() as u16, (SUM_DN - nir).round() as u16);
            pixels.push(ScenePixel { nir, swir, scl: 4 });
        }
    }
    pixels
}

/// Scenes before and after a fire, after which unburned forest has drifted.
fn scenes(drift: f64) -> DatedScenes {
    let mut scenes = DatedScenes::new(SIDE_PX);
    scenes.add("2025-06-17", 0.0, &scene(1, |_, row| nbr_before(row)));
    let after = scene(2, |column, row| {
        let burnt = if off_centre(column, row) < FIRE_RADIUS_PX { FIRE } else { 0.0 };
        nbr_before(row) - drift_of(row, drift) - burnt
    });
    scenes.add("2025-08-06", 0.0, &after);
    scenes
}

/// The fire's outline: an ellipse in degrees around the middle of the scenes' box.
fn perimeter(scenes: &DatedScenes) -> serde_json::Value {
    let [west, south, east, north] = scenes.bbox();
    // The box ends within the scenes, so 2 km are a little more than an eighth of it.
    let (across, down) = ((east - west) * 0.1265, (north - south) * 0.1265);
    let corner = |corner: u32| {
        let turn = f64::from(corner % 64) / 64.0 * std::f64::consts::TAU;
        let (x, y) = (turn.cos() * across, turn.sin() * down);
        [(west + east) / 2.0 + x, (south + north) / 2.0 + y]
    };
    let corners: Vec<[f64; 2]> = (0..=64).map(corner).collect();
    json!({ "type": "Polygon", "coordinates": [corners] })
}

/// The mean error of dNBR within the fire, and the share of burnt cells off it.
fn errors(bed: &TestBed, scenes: &DatedScenes) -> (f64, f64) {
    let map: ReadRaster<f32> =
        ReadRaster::read(&bed.published("raster/area_lowres_dnbr.tif"), None);
    let places = (0..SIDE_PX * SIDE_PX).map(|place| off_centre(place % SIDE_PX, place / SIDE_PX));
    let off = scenes.truth(places.collect()).nearest_on(&map);
    let (mut inside, mut outside, mut burnt) = ((0.0, 0u32), 0u32, 0u32);
    for (dnbr, off) in map.pixels.iter().zip(off).filter(|(dnbr, _)| !dnbr.is_nan()) {
        match off {
            // A coarse cell at the edge is of both.
            Some(off) if off < FIRE_RADIUS_PX - 10.0 => {
                inside = (inside.0 + f64::from(*dnbr) - FIRE, inside.1 + 1);
            }
            Some(off) if off > FIRE_RADIUS_PX + 10.0 => {
                outside += 1;
                burnt += u32::from(*dnbr >= 0.1);
            }
            _ => {}
        }
    }
    (inside.0 / f64::from(inside.1), f64::from(burnt) / f64::from(outside))
}

#[test]
fn drift_of_any_size_is_taken_off() {
    for drift in [-0.1, 0.0, 0.1, 0.2] {
        let scenes = scenes(drift);
        let outline = scenes.folder.path().join("fire.geojson");
        std::fs::write(&outline, perimeter(&scenes).to_string()).unwrap();
        for (zoom, with_perimeter) in [(12, true), (12, false), (10, false)] {
            let [west, south, east, north] = scenes.bbox();
            let mut region = json!({
                "name": "area", "bbox": [west, south, east, north], "zoom_min": 8,
                "zoom_max": zoom, "dnbr_offset": true,
                "pre": { "start": "2025-06-01", "end": "2025-06-30" },
                "post": { "start": "2025-08-01", "end": "2025-08-30" },
            });
            if with_perimeter {
                region["perimeter_path"] = json!(outline);
            }
            let task = EngineTask {
                catalogue: scenes.catalogue(),
                region,
                mask_rules: MaskRules::default(),
            };
            let bed = TestBed::new(&task.catalogue, &json!([task.region]));
            bed.succeed(&["update", "area"]);
            let (bias, burnt_outside) = errors(&bed, &scenes);
            let map = bed.map("area");
            println!(
                "drift {drift:+.2}, zoom {zoom}, perimeter {with_perimeter}: bias {bias:+.4}, \
                 {burnt_outside:.4} burnt outside, {:?}, background {:?}",
                map.dnbr_offset, map.background_dnbr
            );
            assert!(bias.abs() <= 0.01 && burnt_outside <= 0.01);
            let bins = map.dnbr_offset_bins;
            assert!(bins.len() >= 2 && bins.iter().map(|bin| bin.fire_count).sum::<u64>() > 200);
            if drift == 0.2 && zoom == 10 {
                check_same_bits(&task, 1000);
            }
        }
    }
}

#[test]
fn without_an_offset_a_drift_is_warned_of_and_without_a_fire_the_run_succeeds() {
    let mut quiet = DatedScenes::new(SIDE_PX);
    quiet.add("2025-06-17", 0.0, &scene(1, |_, row| nbr_before(row)));
    quiet.add("2025-08-06", 0.0, &scene(2, |_, row| nbr_before(row) - 0.12));
    let [west, south, east, north] = quiet.bbox();
    let region = json!({
        "name": "area", "bbox": [west, south, east, north], "zoom_min": 8, "zoom_max": 11,
        "dnbr_offset": true,
        "pre": { "start": "2025-06-01", "end": "2025-06-30" },
        "post": { "start": "2025-08-01", "end": "2025-08-30" },
    });
    let task =
        EngineTask { catalogue: quiet.catalogue(), region, mask_rules: MaskRules::default() };
    check_same_bits(&task, 1000);
    let bed = TestBed::new(&task.catalogue, &json!([task.region]));
    bed.succeed(&["update", "area"]);
    let map = bed.map("area");
    let whys: Vec<String> = map
        .warnings
        .iter()
        .map(|warning| serde_json::to_value(warning.why).unwrap()["kind"].to_string())
        .collect();
    assert_eq!(map.dnbr_offset, None);
    assert_eq!(whys, [r#""background_drift""#, r#""mostly_burnt""#, r#""no_fire_for_offset""#]);
    assert!(map.hectares.of(Severity::Low) > 1000.0, "the drift looks burnt");
    let median = map.background_dnbr.unwrap().median;
    assert!((median - 0.12).abs() < 0.005, "{median}");
}
