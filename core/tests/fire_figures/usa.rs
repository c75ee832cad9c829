//! Figures 4, 5 and 6: the United States in January 2025.

use std::collections::HashMap;

use dragonfly_core::{Detection, FireState, FiresUpdate, FoundFire, HeatSource};

use crate::nights::{containing, one_night};
use crate::outlines::rings_of;
use crate::perimeter::{Raster, overlap};
use crate::real_data::{KnownFire, RealData, minute};
use crate::table::Table;

/// The last minute of the points.
const END: &str = "2025-01-21T23:59:00Z";

pub(crate) fn usa(data: &RealData, table: &mut Table) {
    let points = data.usa();
    let night = one_night(&points, END);
    for (name, place) in [("Palisades", (-118.56, 34.07)), ("Eaton", (-118.09, 34.20))] {
        let known = data.calfire(name).expect("its perimeter is known");
        let fire = containing(&night, place).expect("it is found");
        mapped_fire(table, name, (fire, &known), parts_of(&night, &known));
    }
    hurst(table, &night);
    kenneth(table, &night, &points);
    static_share(&points, table);
}

/// Fires that cover more than a small part of a perimeter.
fn parts_of(night: &FiresUpdate, known: &KnownFire) -> usize {
    let (lon, lat) = known.rings[0][0];
    let is_part = |fire: &&FoundFire| {
        let [west, south, east, north] = fire.outline.bbox;
        let is_near =
            west < lon + 0.5 && east > lon - 0.5 && south < lat + 0.5 && north > lat - 0.5;
        is_near && {
            let (ours, theirs) = Raster::pair(&rings_of(&fire.outline), &known.rings);
            overlap(&ours, &theirs).covered > 0.02
        }
    };
    night.found.iter().filter(is_part).count()
}

/// A fire whose perimeter and passes are known.
fn mapped_fire(
    table: &mut Table,
    name: &str,
    (fire, known): (&FoundFire, &KnownFire),
    parts: usize,
) {
    table.at_most(&format!("5 {name}: fires in its perimeter"), parts as f64, 1.0);
    let hours = |ours: i32, theirs: i32| f64::from((ours - theirs).abs()) / 60.0;
    let (first, last) = (fire.detections[0].minute, fire.detections.last().unwrap().minute);
    let what = format!("5 {name}: start, hours from the first pass");
    table.at_most(&what, hours(first, known.first_minute), 12.0);
    // The points end before some fires do.
    if known.last_minute <= minute(END) {
        let what = format!("4 {name}: last seen, hours from the last pass");
        table.at_most(&what, hours(last, known.last_minute), 0.1);
    }
    let (ours, theirs) = Raster::pair(&rings_of(&fire.outline), &known.rings);
    // FireCast's outline of the same fire, a convex hull of its points.
    let what = format!("1 {name}: IoU of the outline (target: FireCast)");
    table.at_least(&what, overlap(&ours, &theirs).iou, known.peer_iou);
}

/// Hurst burnt on one day, 2 km from a landfill whose gas is flared every night.
fn hurst(table: &mut Table, night: &FiresUpdate) {
    let fire = containing(night, (-118.485, 34.33)).expect("Hurst is found");
    let (first, last) = (fire.detections[0].minute, fire.detections.last().unwrap().minute);
    let start = first - minute("2025-01-08T06:29:00Z");
    table.at_most("5 Hurst: start after the alarm, h", f64::from(start) / 60.0, 12.0);
    let days = f64::from(last - first) / 1440.0;
    table.at_most("5 Hurst: days, with the landfill beside it 14", days, 1.0);
    let beside = fire.detections.iter().filter(|point| point.lon() < -118.505).count();
    table.at_most("5 Hurst: detections of the landfill in it", beside as f64, 0.0);
}

/// Kenneth was seen in one night by six detections, which are no fire of 100 ha.
fn kenneth(table: &mut Table, night: &FiresUpdate, points: &[Detection]) {
    let is_of_kenneth = |point: &&Detection| {
        (-118.70..-118.66).contains(&point.lon()) && (34.16..34.20).contains(&point.lat())
    };
    let seen: Vec<&Detection> = points.iter().filter(is_of_kenneth).collect();
    let (first, last) = (seen[0].time(), seen[seen.len() - 1].time());
    println!("  Kenneth: {} detections, {first} to {last}", seen.len());
    let cause = "six detections within 77 minutes are below 20 and two days";
    let is_listed = containing(night, (-118.68, 34.178)).is_some();
    let listed = f64::from(u8::from(is_listed));
    table.at_least_so_far("5 Kenneth is found", listed, (1.0, 0.0), cause);
    let holders =
        night.found.iter().filter(|fire| fire.detections.iter().any(|p| is_of_kenneth(&p)));
    let joined = holders.count() - usize::from(is_listed);
    table.at_most("5 Kenneth: other fires that hold its detections", joined as f64, 0.0);
}

/// Listed fires that NASA's column `type`, which the night does not see, calls static.
fn static_share(points: &[Detection], table: &mut Table) {
    let cell = |point: &Detection| (point.lat_e5 / 1000, point.lon_e5 / 1000);
    let typed: HashMap<(i32, i32), HeatSource> =
        points.iter().filter_map(|point| Some((cell(point), point.source?))).collect();
    let untyped: Vec<Detection> =
        points.iter().map(|point| Detection { source: None, ..*point }).collect();
    let night = one_night(&untyped, END);
    let is_listed = |found: &&FoundFire| night.state.fires[&found.id].state != FireState::Dismissed;
    let listed: Vec<&FoundFire> = night.found.iter().filter(is_listed).collect();
    let is_static = |found: &&&FoundFire| {
        let types = found.detections.iter().filter_map(|point| typed.get(&cell(point)));
        let (all, of_static) = types.fold((0, 0), |(all, of_static), source| {
            (all + 1, of_static + usize::from(source.is_static()))
        });
        of_static * 2 > all
    };
    let wrong: Vec<&&FoundFire> = listed.iter().filter(is_static).collect();
    for fire in &wrong {
        let count = fire.detections.len();
        println!("  static: {} {:.0} ha, {count} points", fire.id, fire.outline.hectares);
    }
    let is_large = |fire: &&&FoundFire| fire.outline.hectares >= 200.0;
    println!(
        "  USA: {} fires listed, {} of 200 ha, {} dismissed as static",
        listed.len(),
        listed.iter().filter(is_large).count(),
        night.state.fires.len() - listed.len()
    );
    let what = "6 USA: share of the listed that is static";
    let share = wrong.len() as f64 / listed.len() as f64;
    table.at_most(what, share, 0.01);
    let large = wrong.iter().map(|fire| **fire).filter(|fire| is_large(&fire)).count();
    table.at_most("6 USA: static ones of 200 ha", large as f64, 0.0);
}
