//! The figures that fires by points reach on real data: `cargo test -p dragonfly-core --test
//! fire_figures -- --nocapture`. Skipped where the data does not lie beside the project.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and reads files, the environment and the clock"
)]

mod invented_points;
mod nights;
mod perimeter;
mod real_data;

use dragonfly_core::{Detection, FireOutline, FireState, FiresState, HeatSource};

use nights::{containing, one_night, update};
use perimeter::{Raster, Ring, overlap};
use real_data::{RealData, minute};

/// Prints a line of the table, and records what is missed.
struct Table {
    missed: Vec<String>,
}

impl Table {
    fn line(&mut self, what: &str, measured: f64, target: f64, is_reached: bool) {
        let mark = if is_reached { "" } else { "  MISSED" };
        println!("{what:<64} {measured:>9.3} {target:>9.3}{mark}");
        if !is_reached {
            self.missed.push(what.to_owned());
        }
    }

    fn at_least(&mut self, what: &str, measured: f64, target: f64) {
        self.line(what, measured, target, measured >= target);
    }

    fn at_most(&mut self, what: &str, measured: f64, target: f64) {
        self.line(what, measured, target, measured <= target);
    }
}

#[test]
fn fire_figures() {
    let Some(data) = RealData::find() else {
        println!("skipped: the real fires do not lie beside the project (data/fires)");
        return;
    };
    let mut table = Table { missed: Vec::new() };
    println!("{:<64} {:>9} {:>9}", "figure", "measured", "target");
    usa(&data, &mut table);
    palisades(&data, &mut table);
    ninety_one(&data, &mut table);
    thomas_nights(&data, &mut table);
    long_fire(&mut table);
    thomas(&data, &mut table);
    println!("missed: {:?}", table.missed);
}

/// A fire's outline against its perimeter: IoU, mask, centre.
fn judge(table: &mut Table, name: &str, outline: &FireOutline, rings: &[Ring], iou: f64) {
    let ours: Vec<Ring> = outline.polygons.iter().flatten().cloned().collect();
    let (a, b) = Raster::pair(&ours, rings);
    let grown = a.grown(1500.0);
    table.at_least(&format!("1 {name}: IoU of the outline"), overlap(&a, &b).iou, iou);
    table.at_least(
        &format!("3 {name}: share of the perimeter in the mask"),
        overlap(&grown, &b).covered,
        0.97,
    );
    table.at_most(&format!("4 {name}: distance of the centres, km"), a.centre_distance_km(&b), 1.5);
    println!("  {name}: outline {:.0} ha, perimeter {:.0} ha", outline.hectares, b.hectares());
}

fn palisades(data: &RealData, table: &mut Table) {
    let points = data.usa();
    let night = one_night(&points, "2025-01-21T23:59:00Z");
    let fire = containing(&night, (-118.56, 34.07)).expect("Palisades is found");
    judge(
        table,
        "Palisades, three VIIRS",
        &fire.outline,
        &data.rings("perimeters/palisades_2025.geojson"),
        0.68,
    );
    let start = fire.detections[0].minute - minute("2025-01-07T18:30:00Z");
    table.at_most("4 Palisades: start after the alarm, h", f64::from(start) / 60.0, 12.0);
}

fn thomas(data: &RealData, table: &mut Table) {
    let points = data.thomas_viirs();
    let night = one_night(&points, "2017-12-17T00:00:00Z");
    let fire = containing(&night, (-119.07, 34.41)).expect("Thomas is found");
    judge(
        table,
        "Thomas, Suomi NPP",
        &fire.outline,
        &data.rings("perimeters/thomas_2017.geojson"),
        0.80,
    );
    let parts = night.found.iter().filter(|other| {
        (other.outline.centre.0 + 119.2).abs() < 0.6 && (other.outline.centre.1 - 34.45).abs() < 0.3
    });
    for part in parts {
        println!(
            "  near Thomas: {} {:.0} ha, {} points, {} to {}",
            part.id,
            part.outline.hectares,
            part.detections.len(),
            part.detections[0].time(),
            part.detections.last().unwrap().time()
        );
    }
    let start = fire.detections[0].minute - minute("2017-12-05T02:26:00Z");
    table.at_most("4 Thomas: start after the alarm, h", f64::from(start) / 60.0, 12.0);
    let both: Vec<Detection> = points.iter().chain(&data.thomas_modis()).copied().collect();
    let with_modis = one_night(&both, "2017-12-17T00:00:00Z");
    let fire_of_both = containing(&with_modis, (-119.07, 34.41)).unwrap();
    judge(
        table,
        "Thomas, Suomi NPP and MODIS",
        &fire_of_both.outline,
        &data.rings("perimeters/thomas_2017.geojson"),
        0.80,
    );
    let (mut ious, mut masks) = (Vec::new(), Vec::new());
    for (time, rings) in data.infrared_perimeters() {
        let until = fire_of_both.detections.partition_point(|point| point.minute <= time);
        let outline = FireOutline::of(&fire_of_both.detections[..until]);
        let ours: Vec<Ring> = outline.polygons.iter().flatten().cloned().collect();
        let (a, b) = Raster::pair(&ours, &rings);
        println!(
            "  infrared {time}: IoU {:.3}, {:.0} of {:.0} ha, {until} points",
            overlap(&a, &b).iou,
            a.hectares(),
            b.hectares()
        );
        ious.push(overlap(&a, &b).iou);
        masks.push(overlap(&a.grown(1500.0), &b).covered);
    }
    let mean = ious[1..].iter().sum::<f64>() / (ious.len() - 1) as f64;
    table.at_least("1 Thomas: mean IoU of 12 infrared perimeters", mean, 0.78);
    let least = masks.iter().copied().fold(1.0, f64::min);
    println!("  masks of infrared perimeters: {masks:.3?}");
    table.at_least("3 Thomas: least share of a dated perimeter in the mask", least, 0.95);
}

fn usa(data: &RealData, table: &mut Table) {
    let points = data.usa();
    let night = one_night(&points, "2025-01-21T23:59:00Z");
    for (name, place) in [
        ("Palisades", (-118.56, 34.07)),
        ("Eaton", (-118.09, 34.20)),
        ("Hurst", (-118.47, 34.33)),
        ("Kenneth", (-118.67, 34.17)),
    ] {
        let Some(known) = data.calfire(name) else { continue };
        let Some(fire) = containing(&night, place) else {
            table.at_least(&format!("5 {name} is found"), 0.0, 1.0);
            continue;
        };
        let ours: Vec<Ring> = fire.outline.polygons.iter().flatten().cloned().collect();
        let (a, b) = Raster::pair(&ours, &known.rings);
        let pieces = night.found.iter().filter(|other| {
            let [west, south, east, north] = other.outline.bbox;
            let (lon, lat) = place;
            if west > lon + 0.3 || east < lon - 0.3 || south > lat + 0.3 || north < lat - 0.3 {
                return false;
            }
            let rings: Vec<Ring> = other.outline.polygons.iter().flatten().cloned().collect();
            let (a, b) = Raster::pair(&rings, &known.rings);
            overlap(&a, &b).covered > 0.02
        });
        table.at_most(&format!("5 {name}: fires in its perimeter"), pieces.count() as f64, 1.0);
        let hours = |ours: i32, theirs: i32| f64::from((ours - theirs).abs()) / 60.0;
        let (first, last) = (fire.detections[0].minute, fire.detections.last().unwrap().minute);
        table.at_most(
            &format!("5 {name}: start, hours from the first pass"),
            hours(first, known.first_minute),
            12.0,
        );
        // The points end before some fires do.
        if known.last_minute <= minute("2025-01-21T23:59:00Z") {
            table.at_most(
                &format!("4 {name}: last seen, hours from the last pass"),
                hours(last, known.last_minute),
                0.1,
            );
        }
        println!(
            "  {name}: {}, IoU {:.3} (FireCast {:.3}), {} points, {:.1} days",
            fire.id,
            overlap(&a, &b).iou,
            known.peer_iou,
            fire.detections.len(),
            f64::from(last - first) / 1440.0
        );
    }
    static_share(&points, table);
}

fn static_share(points: &[Detection], table: &mut Table) {
    let typed: std::collections::HashMap<(i32, i32), HeatSource> = points
        .iter()
        .filter_map(|point| Some(((point.lat_e5 / 1000, point.lon_e5 / 1000), point.source?)))
        .collect();
    let untyped: Vec<Detection> =
        points.iter().map(|point| Detection { source: None, ..*point }).collect();
    let night = one_night(&untyped, "2025-01-21T23:59:00Z");
    let listed: Vec<_> = night
        .found
        .iter()
        .filter(|found| night.state.fires[&found.id].state != FireState::Dismissed)
        .collect();
    let is_static = |found: &&&dragonfly_core::FoundFire| {
        let types: Vec<bool> = found
            .detections
            .iter()
            .filter_map(|point| typed.get(&(point.lat_e5 / 1000, point.lon_e5 / 1000)))
            .map(|source| source.is_static())
            .collect();
        types.iter().filter(|is_static| **is_static).count() * 2 > types.len()
    };
    let wrong: Vec<_> = listed.iter().filter(is_static).collect();
    for fire in &wrong {
        println!(
            "  static: {} {:.0} ha, {} points",
            fire.id,
            fire.outline.hectares,
            fire.detections.len()
        );
    }
    println!(
        "  USA: {} fires listed, {} of 200 ha, {} dismissed as static",
        listed.len(),
        listed.iter().filter(|f| f.outline.hectares >= 200.0).count(),
        night.state.fires.len() - listed.len()
    );
    table.at_most(
        "6 USA: share of the listed that is static",
        wrong.len() as f64 / listed.len() as f64,
        0.01,
    );
    table.at_most(
        "6 USA: static ones of 200 ha",
        wrong.iter().filter(|fire| fire.outline.hectares >= 200.0).count() as f64,
        0.0,
    );
}

fn thomas_nights(data: &RealData, table: &mut Table) {
    let files = data.thomas_nights();
    let times = [
        "2017-12-11T12:00:00Z",
        "2017-12-12T12:00:00Z",
        "2017-12-13T12:00:00Z",
        "2017-12-14T23:00:00Z",
    ];
    let run = |nights: &[usize], reversed: bool| {
        let (mut state, mut kept, mut ids, mut last) =
            (FiresState::default(), Vec::new(), Vec::new(), None);
        for night in nights {
            let mut read = files[*night].clone();
            if reversed {
                read.reverse();
            }
            let result = update(state, kept, read, times[*night]);
            ids.extend(result.found.iter().map(|fire| fire.id.clone()));
            (state, kept) = (result.state.clone(), result.kept.clone());
            last = Some(result);
        }
        (ids, last.unwrap())
    };
    let (ids, every) = run(&[0, 1, 2, 3], false);
    let lost = ids.iter().filter(|id| every.state.resolve(id).is_none()).count();
    table.at_most("8 Thomas nights: ids lost without a redirect", lost as f64, 0.0);
    let (_, shuffled) = run(&[0, 1, 2, 3], true);
    let bytes = |result: &dragonfly_core::FiresUpdate| {
        serde_json::to_string(&(&result.list, &result.state)).unwrap()
    };
    table.at_least(
        "8 Thomas nights: rows reversed, same bytes",
        f64::from(u8::from(bytes(&every) == bytes(&shuffled))),
        1.0,
    );
    let (_, skipped) = run(&[0, 3], false);
    let same = |a: &dragonfly_core::FiresUpdate, b: &dragonfly_core::FiresUpdate| {
        let ids: Vec<_> = a.found.iter().map(|fire| &fire.id).collect();
        let others: Vec<_> = b.found.iter().map(|fire| &fire.id).collect();
        println!(
            "  ids {} and {}, only in one: {:?}",
            ids.len(),
            others.len(),
            ids.iter()
                .filter(|id| !others.contains(id))
                .chain(others.iter().filter(|id| !ids.contains(id)))
                .collect::<Vec<_>>()
        );
        f64::from(u8::from(ids == others))
    };
    table.at_least("8 Thomas nights: two left out, same ids", same(&every, &skipped), 1.0);
    table.at_least(
        "8 Thomas nights: two left out, same bytes",
        f64::from(u8::from(bytes(&every) == bytes(&skipped))),
        1.0,
    );
    let fire = containing(&every, (-119.07, 34.41)).unwrap();
    println!(
        "  Thomas after four nights: {}, {:.0} ha, merged {}",
        fire.id,
        fire.outline.hectares,
        every.state.merged.len()
    );
}

fn ninety_one(data: &RealData, table: &mut Table) {
    let (points, owners) = data.hull_corners();
    let result = one_night(&points, "2025-02-01T00:00:00Z");
    let owner: std::collections::HashMap<(i32, i32, i32), &str> = points
        .iter()
        .zip(&owners)
        .map(|(p, owner)| ((p.minute, p.lat_e5, p.lon_e5), owner.as_str()))
        .collect();
    let mut total = std::collections::BTreeMap::<&str, usize>::new();
    owners.iter().for_each(|owner| *total.entry(owner).or_default() += 1);
    let mut largest = std::collections::BTreeMap::<&str, usize>::new();
    let mut pairs = std::collections::BTreeSet::new();
    for fire in &result.found {
        let mut parts = std::collections::BTreeMap::<&str, usize>::new();
        for point in &fire.detections {
            *parts.entry(owner[&(point.minute, point.lat_e5, point.lon_e5)]).or_default() += 1;
        }
        let names: Vec<&str> = parts.keys().copied().collect();
        for (at, a) in names.iter().enumerate() {
            names[at + 1..].iter().for_each(|b| {
                pairs.insert((*a, *b));
            });
        }
        for (name, count) in parts {
            let most = largest.entry(name).or_default();
            *most = (*most).max(count);
        }
    }
    println!("  joined: {pairs:?}");
    table.at_most("9 91 fires: pairs wrongly joined", pairs.len() as f64, 2.0);
    let shares: Vec<f64> = total
        .iter()
        .map(|(name, count)| largest.get(name).copied().unwrap_or(0) as f64 / *count as f64)
        .collect();
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    table.at_least("9 91 fires: mean share of the main part", mean, 0.80);
}

fn long_fire(table: &mut Table) {
    let points = nights::invented_long_fire(63);
    let (mut state, mut kept, mut ids) =
        (FiresState::default(), Vec::new(), std::collections::BTreeSet::new());
    let mut last = None;
    for night in 1..=63 {
        let until = points[0].minute + night * 1440;
        let read: Vec<Detection> = points
            .iter()
            .filter(|point| point.minute < until && point.minute >= until - 2880)
            .copied()
            .collect();
        let now = dragonfly_core::time_of_minute(until).to_rfc3339();
        let result = update(state, kept, read, &now);
        ids.extend(result.list.fires.iter().map(|fire| fire.id.clone()));
        (state, kept) = (result.state.clone(), result.kept.clone());
        last = Some(result);
    }
    let largest = last.unwrap().found.iter().map(|fire| fire.detections.len()).max().unwrap();
    table.at_least(
        "7 63 nights: share of the points in the fire",
        largest as f64 / points.len() as f64,
        0.985,
    );
    table.at_most("7 63 nights: ids", ids.len() as f64, 1.0);
}

#[test]
fn many_invented_points_are_timed() {
    let points = invented_points::invented_world(200_000);
    let start = std::time::Instant::now();
    let result = update(FiresState::default(), Vec::new(), points, "2025-07-20T00:00:00Z");
    println!(
        "10: 200,000 invented points: {:.2} s in this build, {} fires",
        start.elapsed().as_secs_f64(),
        result.found.len()
    );
}

#[test]
fn every_real_file_is_read_or_refused() {
    let Some(data) = RealData::find() else {
        println!("skipped: the real fires do not lie beside the project (data/fires)");
        return;
    };
    for (file, rows) in [
        ("thomas-2017/fire_nrt_V1_22535.csv", Some(12_718)),
        ("thomas-2017/fire_archive_M6_22534.csv.gz", Some(12_676)),
        ("la-2025/J1_VIIRS_C2.csv", Some(10_440)),
        ("la-2025/LANDSAT_first399.csv", None),
        ("answers/area_api_firms_n20.csv", Some(21)),
        ("answers/area_api_firms_error.txt", None),
        ("answers/area_api_bad_day_range.txt", None),
        ("answers/wfigs_error_body.json", None),
        ("global-day-2023-11-09/J1_VIIRS_C2_Global_VJ114IMGTDL_NRT_2023313.txt.gz", Some(47_906)),
        ("vietnam-colombia/DL_FIRE_SV-C2_236710_viirs_snpp_vietnam.zip", Some(7_648)),
        ("vietnam-colombia/DL_FIRE_M-C61_236708_modis_vietnam.zip", Some(2_085)),
        ("vietnam-colombia/modis_2022_Colombia_first5000.csv", Some(4_999)),
    ] {
        match data.archive(file) {
            Ok(read) => {
                println!("{file}: {} rows, {} broken", read.rows, read.broken);
                assert_eq!((Some(read.rows), read.broken), (rows, 0), "{file}");
            }
            Err(error) => {
                println!("{error}");
                assert_eq!(rows, None, "{error}");
            }
        }
    }
}
