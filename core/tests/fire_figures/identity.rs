//! Figures 7 to 9: what stays one fire, and what stays apart, over nights.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dragonfly_core::{Detection, FiresState, FiresUpdate, time_of_minute};

use crate::nights::{invented_long_fire, one_night, update};
use crate::real_data::RealData;
use crate::table::Table;

pub(crate) fn thomas_nights(data: &RealData, table: &mut Table) {
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
    let bytes =
        |result: &FiresUpdate| serde_json::to_string(&(&result.list, &result.state)).unwrap();
    table.at_least(
        "8 Thomas nights: rows reversed, same bytes",
        f64::from(u8::from(bytes(&every) == bytes(&shuffled))),
        1.0,
    );
    let (_, skipped) = run(&[0, 3], false);
    table.at_least(
        "8 Thomas nights: two left out, same bytes",
        f64::from(u8::from(bytes(&every) == bytes(&skipped))),
        1.0,
    );
}

pub(crate) fn ninety_one(data: &RealData, table: &mut Table) {
    let (points, owners) = data.hull_corners();
    let result = one_night(&points, "2025-02-01T00:00:00Z");
    let owner: HashMap<(i32, i32, i32), &str> = points
        .iter()
        .zip(&owners)
        .map(|(p, owner)| ((p.minute, p.lat_e5, p.lon_e5), owner.as_str()))
        .collect();
    let mut total = BTreeMap::<&str, usize>::new();
    owners.iter().for_each(|owner| *total.entry(owner).or_default() += 1);
    let mut largest = BTreeMap::<&str, usize>::new();
    let mut pairs = BTreeSet::new();
    for fire in &result.found {
        let mut parts = BTreeMap::<&str, usize>::new();
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

pub(crate) fn long_fire(table: &mut Table) {
    let points = invented_long_fire(63);
    let (mut state, mut kept, mut ids) = (FiresState::default(), Vec::new(), BTreeSet::new());
    let mut last = None;
    for night in 1..=63 {
        let until = points[0].minute + night * 1440;
        let read: Vec<Detection> = points
            .iter()
            .filter(|point| point.minute < until && point.minute >= until - 2880)
            .copied()
            .collect();
        let now = time_of_minute(until).to_rfc3339();
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
