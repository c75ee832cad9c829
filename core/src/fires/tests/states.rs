//! States over simulated nights, and the maps that they make due.

use super::{START_HOUR, StoredNight, moving_fire, seen, time};
use crate::fires::{
    Detection, Dismissal, FireMapKind, FireMapRecord, FireNight, FireSettings, FireState, FireTurn,
    FiresState, FiresUpdate, HeatSource, PointCoverage, update_fires,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn only_state(update: &FiresUpdate) -> FireState {
    assert_eq!(update.state.fires.len(), 1);
    update.state.fires.values().next().unwrap().state
}

/// A map that was made at an hour.
fn map(update: &FiresUpdate, hour: i32, seen_share: f64, burnt_share: f64) -> FireMapRecord {
    let fire = update.state.fires.values().next().unwrap();
    FireMapRecord {
        mapped_at: time(hour),
        outline_hectares: fire.outline_hectares,
        ended_on: fire.ended_on,
        seen_share,
        burnt_share,
        burnt_hectares: 2000.0,
        worst: None,
        newest_scene: None,
        beyond_antimeridian: None,
    }
}

#[test]
fn a_fire_burns_is_quiet_and_goes_out() {
    let points = moving_fire(8);
    let mut stored = StoredNight::default();
    let mut states = Vec::new();
    for night in 1..=16 {
        states.push(only_state(&stored.night(&points, night * 24, 2)));
    }
    // The last detection is at hour 84, in the fourth day.
    assert!(states[..8].iter().all(|state| *state == FireState::Burning), "{states:?}");
    assert!(states[8..13].iter().all(|state| *state == FireState::Quiet), "{states:?}");
    assert!(states[13..].iter().all(|state| *state == FireState::Out), "{states:?}");
}

#[test]
fn no_fire_goes_out_unobserved() {
    let points = moving_fire(8);
    let mut stored = StoredNight::default();
    let mut last = stored.night(&points, 4 * 24, 2);
    let elsewhere = Some([100.0, -10.0, 120.0, 10.0]);
    for night in 5..40 {
        let until = (START_HOUR + night * 24) * 60;
        let coverage = PointCoverage { area: elsewhere, from: until - 2880, until };
        last = stored.night_of(Vec::new(), &[coverage], night * 24);
        assert_ne!(only_state(&last), FireState::Out, "night {night}");
    }
    assert_eq!(only_state(&last), FireState::Quiet);
    // Ten observed days later it is out, and its end is its last detection.
    for night in 40..52 {
        last = stored.night(&[], night * 24, 2);
    }
    assert_eq!(only_state(&last), FireState::Out);
    let fire = last.state.fires.values().next().unwrap();
    assert_eq!(fire.ended_on, Some(time(84).date_naive()));
}

#[test]
fn a_fire_wakes_where_it_burnt_and_not_elsewhere() {
    let mut points = moving_fire(8);
    let mut stored = StoredNight::default();
    stored.night(&points, 4 * 24, 4);
    for night in 5..20 {
        stored.night(&points, night * 24, 2);
    }
    assert_eq!(stored.state.fires.values().next().unwrap().state, FireState::Out);
    points.push(seen(20 * 24, 1.0, 1.0));
    points.push(seen(20 * 24, 1.0, 9.0));
    let woken = stored.night(&points, 20 * 24 + 3, 2);
    assert_eq!(only_state(&woken), FireState::Woken);
    assert_eq!(woken.found[0].detections.len(), points.len() - 1);
    assert_eq!(woken.list.fires[0].ended_on, None);
}

#[test]
fn maps_follow_the_states() {
    let points = moving_fire(8);
    let mut stored = StoredNight::default();
    let burning = stored.night(&points, 4 * 24, 4);
    let plan = &burning.plan[0];
    assert_eq!((plan.kind, plan.turn, plan.zoom_max), (FireMapKind::SoFar, FireTurn::New, 13));
    assert_eq!(plan.pre.to_string(), "2025-05-02 to 2025-06-30");
    assert_eq!(plan.post.to_string(), "2025-07-01 to 2025-07-05");
    stored.state.record_map(&plan.id, FireMapKind::SoFar, map(&burning, 4 * 24, 0.9, 0.5));
    assert!(stored.night(&points, 8 * 24, 2).plan.is_empty());

    let mut out = burning.clone();
    for night in 9..=16 {
        out = stored.night(&points, night * 24, 2);
    }
    let plan = &out.plan[0];
    assert_eq!((plan.kind, plan.turn), (FireMapKind::Initial, FireTurn::Ended));
    assert_eq!(plan.post.to_string(), "2025-07-05 to 2025-08-03");
    let id = plan.id.clone();
    stored.state.record_failure(&id, "no scene", time(16 * 24));
    assert!(stored.night(&points, 16 * 24 + 1, 2).plan.is_empty());
    assert_eq!(stored.night(&points, 17 * 24, 2).plan.len(), 1);

    stored.state.record_map(&id, FireMapKind::Initial, map(&out, 17 * 24, 0.9, 0.5));
    assert!(stored.night(&points, 18 * 24, 2).plan.is_empty());
    let again = stored.night(&points, 22 * 24, 2);
    assert_eq!(again.plan[0].post.to_string(), "2025-07-05 to 2025-09-02");
    stored.state.record_map(&id, FireMapKind::Initial, map(&again, 22 * 24, 0.99, 0.5));
    let settled = stored.night(&points, 40 * 24, 2);
    assert_eq!((only_state(&settled), settled.plan.len()), (FireState::Settled, 0));
    let season = stored.night(&points, 330 * 24, 2);
    assert_eq!(only_state(&season), FireState::Season);
    assert_eq!(season.plan[0].pre.to_string(), "2024-06-04 to 2024-08-03");
    assert_eq!(season.plan[0].post.to_string(), "2026-06-04 to 2026-08-03");
    stored.state.record_map(&id, FireMapKind::Season, map(&season, 330 * 24, 0.99, 0.5));
    assert_eq!(only_state(&stored.night(&points, 331 * 24, 2)), FireState::Settled);
}

#[test]
fn a_fire_without_burnt_ground_is_dismissed() {
    let points = moving_fire(8);
    let mut stored = StoredNight::default();
    let mut out = stored.night(&points, 4 * 24, 4);
    for night in 5..=16 {
        out = stored.night(&points, night * 24, 2);
    }
    let id = out.plan[0].id.clone();
    stored.state.record_map(&id, FireMapKind::Initial, map(&out, 16 * 24, 0.99, 0.04));
    let dismissed = stored.night(&points, 17 * 24, 2);
    assert_eq!(dismissed.state.fires[&id].dismissed, Some(Dismissal::NotBurnt));
    assert!(dismissed.list.fires.is_empty());
}

/// A flare of 1.2 km, seen on every day with a jitter.
fn flare(days: i32) -> Vec<Detection> {
    let pixels = |day: i32| {
        (0..16).map(move |at| seen(day * 24, f64::from(at % 4) * 0.4, f64::from(at / 4) * 0.4))
    };
    (0..days).flat_map(pixels).collect()
}

#[test]
fn heat_that_stays_in_place_is_no_fire() {
    let points = flare(8);
    let mut stored = StoredNight::default();
    let first = stored.night(&points, 48, 2);
    assert_eq!(first.list.fires.len(), 1);
    for night in 3..8 {
        stored.night(&points, night * 24, 2);
    }
    let last = stored.night(&points, 8 * 24, 2);
    let fire = last.state.fires.values().next().unwrap();
    assert_eq!(fire.dismissed, Some(Dismissal::StaticSource));
    assert!(last.list.fires.is_empty() && last.plan.is_empty());
}

/// One night over points under settings.
fn one_night(points: &[Detection], settings: &FireSettings) -> FiresUpdate {
    let night = FireNight {
        kept: Vec::new(),
        read: points.to_vec(),
        coverage: &[],
        sources: Vec::new(),
        is_in_zone: None,
        now: time(96),
    };
    update_fires(FiresState::default(), night, settings)
}

#[test]
fn static_cells_circles_and_other_areas_are_left_out() {
    let points = moving_fire(8);
    let default = FireSettings::default();
    assert_eq!(one_night(&points, &default).found.len(), 1);
    let excluding = FireSettings { exclude: vec![[-120.0, 40.0, 20.0]], ..default.clone() };
    assert!(one_night(&points, &excluding).found.is_empty());
    let elsewhere = FireSettings { areas: vec![[0.0, 0.0, 10.0, 10.0]], ..default.clone() };
    assert!(one_night(&points, &elsewhere).found.is_empty());
    let across = FireSettings { areas: vec![[170.0, 30.0, -110.0, 50.0]], ..default.clone() };
    assert_eq!(one_night(&points, &across).found.len(), 1);
    let stated: Vec<Detection> = points
        .iter()
        .map(|point| Detection { source: Some(HeatSource::Volcano), ..*point })
        .collect();
    assert!(one_night(&stated, &default).found.is_empty());
    // The archive states it once; later points without a type lie in the same cells.
    let both: Vec<Detection> = points.iter().chain(&stated).copied().collect();
    assert!(one_night(&both, &default).found.is_empty());
}

#[test]
fn a_cell_that_is_hot_over_months_is_static_and_a_long_fire_is_not() {
    let hot = |months: &[i32]| {
        let mut cells = super::StaticCells::default();
        months.iter().for_each(|month| cells.learn(&[seen(month * 24 * 30, 0.0, 0.0)]));
        cells.holds(&seen(0, 0.0, 0.0))
    };
    assert!(!hot(&[0, 1, 2, 3]));
    assert!(!hot(&[0, 6]));
    assert!(hot(&[0, 3, 6]));
    assert!(hot(&[6, 0, 3]));
    assert!(!hot(&[0, 12, 30]));
}
