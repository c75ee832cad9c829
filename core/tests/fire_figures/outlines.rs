//! Figures 1, 3 and 4: outlines by points against perimeters that people mapped.

use dragonfly_core::{Detection, FireOutline};

use crate::nights::{containing, one_night};
use crate::perimeter::{Raster, Ring, overlap};
use crate::real_data::{RealData, minute};
use crate::table::Table;

/// Why the final perimeter of Thomas is not reached.
const THOMAS_GREW: &str = "the points end on 14 December; a sixth of it burnt later";

/// What an outline must reach.
struct Expected {
    /// Target of the overlap, and what was reached.
    iou: (f64, f64),
    /// Least share of the perimeter in the mask.
    covered: f64,
    /// Largest distance of the centres, km.
    distance_km: f64,
}

pub(crate) fn palisades(data: &RealData, table: &mut Table) {
    let night = one_night(&data.usa(), "2025-01-21T23:59:00Z");
    let fire = containing(&night, (-118.56, 34.07)).expect("Palisades is found");
    let rings = data.rings("perimeters/palisades_2025.geojson");
    let expected = Expected { iou: (0.68, 0.68), covered: 0.97, distance_km: 1.5 };
    judge(table, "Palisades, three VIIRS", (&fire.outline, &rings), &expected);
    let start = fire.detections[0].minute - minute("2025-01-07T18:30:00Z");
    table.at_most("4 Palisades: start after the alarm, h", f64::from(start) / 60.0, 12.0);
}

pub(crate) fn thomas(data: &RealData, table: &mut Table) {
    let place = (-119.07, 34.41);
    let rings = data.rings("perimeters/thomas_2017.geojson");
    let viirs = data.thomas_viirs();
    let night = one_night(&viirs, "2017-12-17T00:00:00Z");
    let fire = containing(&night, place).expect("Thomas is found");
    let expected = Expected { iou: (0.80, 0.765), covered: 0.94, distance_km: 2.05 };
    judge(table, "Thomas, Suomi NPP", (&fire.outline, &rings), &expected);
    let start = fire.detections[0].minute - minute("2017-12-05T02:26:00Z");
    table.at_most("4 Thomas: start after the alarm, h", f64::from(start) / 60.0, 12.0);

    let both: Vec<Detection> = viirs.iter().chain(&data.thomas_modis()).copied().collect();
    let night = one_night(&both, "2017-12-17T00:00:00Z");
    let fire = containing(&night, place).expect("Thomas is found");
    let expected = Expected { iou: (0.80, 0.79), covered: 0.955, distance_km: 1.65 };
    judge(table, "Thomas, Suomi NPP and MODIS", (&fire.outline, &rings), &expected);
    dated_perimeters(data, table, &fire.detections);
    let dated = data.infrared_perimeters();
    let (_, last) = dated.last().expect("there are dated perimeters");
    let (last, last_of_all) = Raster::pair(last, &rings);
    let share = overlap(&last, &last_of_all).covered;
    println!("  the last dated perimeter, 12 December, holds {share:.3} of the final one");
}

/// A fire's outline against its perimeter: overlap, mask, centre.
fn judge(
    table: &mut Table,
    name: &str,
    (outline, rings): (&FireOutline, &[Ring]),
    expected: &Expected,
) {
    let (ours, theirs) = Raster::pair(&rings_of(outline), rings);
    let what = format!("1 {name}: IoU of the outline");
    table.at_least_so_far(&what, overlap(&ours, &theirs).iou, expected.iou, THOMAS_GREW);
    let what = format!("3 {name}: share of the perimeter in the mask");
    let covered = overlap(&ours.grown(1500.0), &theirs).covered;
    table.at_least_so_far(&what, covered, (0.97, expected.covered), THOMAS_GREW);
    let what = format!("4 {name}: distance of the centres, km");
    let distance_km = ours.centre_distance_km(&theirs);
    table.at_most_so_far(&what, distance_km, (1.5, expected.distance_km), THOMAS_GREW);
    println!("  outline {:.0} ha, perimeter {:.0} ha", outline.hectares, theirs.hectares());
}

/// The outlines at the times of perimeters from the air.
fn dated_perimeters(data: &RealData, table: &mut Table, points: &[Detection]) {
    let (mut ious, mut masks) = (Vec::new(), Vec::new());
    for (time, rings) in data.infrared_perimeters() {
        let until = points.partition_point(|point| point.minute <= time);
        let (ours, theirs) = Raster::pair(&rings_of(&FireOutline::of(&points[..until])), &rings);
        ious.push(overlap(&ours, &theirs).iou);
        masks.push(overlap(&ours.grown(1500.0), &theirs).covered);
    }
    println!("  dated perimeters: IoU {ious:.3?}, in the mask {masks:.3?}");
    let mean = ious[1..].iter().sum::<f64>() / (ious.len() - 1) as f64;
    table.at_least("1 Thomas: mean IoU of 12 infrared perimeters (peers: FEDS 0.71)", mean, 0.78);
    let least = masks.iter().copied().fold(1.0, f64::min);
    table.at_least("3 Thomas: least share of a dated perimeter in the mask", least, 0.95);
}

/// All rings of an outline, for the even-odd rule.
pub(crate) fn rings_of(outline: &FireOutline) -> Vec<Ring> {
    outline.polygons.iter().flatten().cloned().collect()
}
