//! The burnt area of a fire that was found by its points, beside the perimeter of an agency.

use std::fs;
use std::path::PathBuf;

use chrono::{Days, NaiveDate};
use dragonfly_core::{Area, FireList, FireState, Grid};
use serde_json::{Value, json};

use crate::test_bed::{TestBed, shared};

/// The fire burnt from 26 June to 1 August 2011; the early image is of 28 September.
const IGNITION: NaiveDate = NaiveDate::from_ymd_opt(2011, 6, 26).unwrap();
const DAYS: u32 = 36;
/// 60 days after the last point, when the long window of the map is over.
const SETTLED: &str = "2011-10-05T04:00:00Z";
/// By MTBS, hectares: 150,874 acres.
const OFFICIAL_HECTARES: f64 = 61_057.0;
const BOX: [f64; 4] = [-106.75, 35.65, -106.15, 36.15];

fn perimeter() -> Area {
    let text = fs::read_to_string(shared("data/las-conchas/perimeter.geojson")).unwrap();
    Area::from_geojson(&text).unwrap()
}

/// Points as satellites would have seen the fire: pixels of 375 m in its perimeter, from west to
/// east over its days. Others far away prove that the time after it was observed.
fn points() -> String {
    let (area, grid) = (perimeter(), Grid::covering(BOX, 11));
    let mut rows =
        vec!["latitude,longitude,scan,track,acq_date,acq_time,satellite,confidence,version".into()];
    let mut add = |lon: f64, lat: f64, day: NaiveDate| {
        rows.push(format!("{lat:.5},{lon:.5},0.39,0.36,{day},1230,N20,nominal,2.0NRT"));
    };
    // A cell of zoom 11 is 62 m on the ground there: each sixth is a pixel.
    let is_inside: Vec<Vec<bool>> =
        (0..grid.height()).step_by(6).map(|row| area.cells_of_row(&grid, row)).collect();
    let columns = |column: &u32| is_inside.iter().any(|row| row[*column as usize]);
    let hot: Vec<u32> = (0..grid.width()).step_by(6).filter(columns).collect();
    for (place, column) in (0..).zip(&hot) {
        let day = IGNITION + Days::new(u64::from(place * DAYS / hot.len() as u32));
        for (row, _) in is_inside.iter().enumerate().filter(|(_, row)| row[*column as usize]) {
            let (lon, lat) =
                grid.lonlat_from_grid(f64::from(*column) + 0.5, row as f64 * 6.0 + 0.5);
            add(lon, lat, day);
        }
    }
    let observed = NaiveDate::from_ymd_opt(2011, 10, 4).unwrap();
    for (number, day) in (0..).zip(IGNITION.iter_days().take_while(|day| *day <= observed)) {
        add(-119.0 + f64::from(number % 10), 41.5, day);
    }
    rows.join("\n") + "\n"
}

/// The outline by map and the perimeter that were published for the only fire, each with the
/// properties of its feature.
fn outlines_by_map() -> [(Area, Value); 2] {
    let bed = TestBed::new(&shared("data/las-conchas/items.json"), &json!([]));
    let file = |name: &str| -> PathBuf { bed.published("").parent().unwrap().join(name) };
    // A file of the whole world is named so.
    fs::write(file("Global.csv"), points()).unwrap();
    let settings = "[fires]\npoints = [\"Global.csv\"]\nareas = [\"everywhere\"]\n\
                    collection = \"mtbs-reflectance\"\n";
    fs::write(file("dragonfly.toml"), settings).unwrap();
    let settings = file("dragonfly.toml").display().to_string();
    let run = |arguments: &[&str]| {
        bed.succeed(&[&["--config", &settings, "--now", SETTLED], arguments].concat());
    };
    run(&["fires", "update"]);
    let list: FireList =
        serde_json::from_slice(&fs::read(bed.published("meta/fires.json")).unwrap()).unwrap();
    let mut fires = list.fires.iter().filter(|fire| fire.state != FireState::Merged);
    let (fire, other) = (fires.next().unwrap(), fires.next());
    assert_eq!(other, None);
    run(&["fires", "map", &fire.id]);
    let outlines = bed.published(&format!("meta/fires/{}.geojson", fire.id));
    let outlines: Value = serde_json::from_slice(&fs::read(outlines).unwrap()).unwrap();
    ["outline_by_map", "perimeter_by_map"].map(|kind| {
        let mut features = outlines["features"].as_array().unwrap().iter();
        let feature = features.find(|feature| feature["properties"]["kind"] == kind).unwrap();
        (Area::from_geojson(&feature.to_string()).unwrap(), feature["properties"].clone())
    })
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn the_outline_by_map_of_las_conchas_is_its_official_perimeter() {
    let [(ours, properties), (perimeter_by_map, of_perimeter)] = outlines_by_map();
    assert_eq!(properties["images_until"], "2011-09-28");
    let (official, grid) = (perimeter(), Grid::covering(BOX, 12));
    let rows = |area: &Area| -> Vec<bool> {
        (0..grid.height()).flat_map(|row| area.cells_of_row(&grid, row)).collect()
    };
    let official = rows(&official);
    let [with_holes, whole] =
        [&ours, &perimeter_by_map].map(|ours| OutlineOverlap::of(&grid, &rows(ours), &official));
    println!(
        "Las Conchas, outline by map beside the official perimeter of {OFFICIAL_HECTARES} ha: \
         IoU {:.3} and {:.0} ha; perimeter by map {:.3} and {:.0} ha",
        with_holes.iou, with_holes.hectares, whole.iou, whole.hectares
    );
    // The official perimeter holds the islands that did not burn, and has no hole.
    for (properties, overlap) in [(properties, &with_holes), (of_perimeter, &whole)] {
        let published = properties["hectares"].as_f64().unwrap();
        assert!((published - overlap.hectares).abs() < 5.0, "{published}, {overlap:?}");
    }
    assert!(whole.iou >= 0.90, "{whole:?}");
    assert!((whole.hectares / OFFICIAL_HECTARES - 1.0).abs() <= 0.08, "{whole:?}");
}

/// How marked cells lie beside others.
#[derive(Debug)]
struct OutlineOverlap {
    /// Intersection over union.
    iou: f64,
    hectares: f64,
}

impl OutlineOverlap {
    fn of(grid: &Grid, marked: &[bool], others: &[bool]) -> Self {
        let sum = |is_counted: &dyn Fn(usize) -> bool| -> f64 {
            let cells = (0..marked.len()).filter(|cell| is_counted(*cell));
            cells.map(|cell| grid.cell_area_ha(cell as u32 / grid.width())).sum()
        };
        let both = sum(&|cell| marked[cell] && others[cell]);
        let either = sum(&|cell| marked[cell] || others[cell]);
        Self { iou: both / either, hectares: sum(&|cell| marked[cell]) }
    }
}
