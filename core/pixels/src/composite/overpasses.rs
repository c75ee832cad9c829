//! Scenes of one pass of the satellite.

use chrono::{DateTime, TimeDelta, Utc};

/// Scenes of one overpass lie closer together in time than this; the next pass is 100 minutes away.
pub const SAME_OVERPASS: TimeDelta = TimeDelta::minutes(10);

/// Parts scenes in order of time into overpasses: positions in `times` that belong together.
pub fn overpasses(times: &[DateTime<Utc>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, at) in times.iter().enumerate() {
        match groups.last_mut() {
            Some(group) if index > 0 && *at - times[index - 1] < SAME_OVERPASS => group.push(index),
            _ => groups.push(vec![index]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn neighbours_of_one_pass_are_one_overpass() {
        let times: Vec<DateTime<Utc>> = ["10:00:00", "10:00:15", "11:40:00"]
            .iter()
            .map(|time| format!("2025-06-20T{time}Z").parse().unwrap())
            .collect();
        assert_eq!(overpasses(&times), [vec![0, 1], vec![2]]);
        assert!(overpasses(&[]).is_empty());
    }
}
