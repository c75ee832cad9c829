//! Fires over nights: shuffled, left out, merged, silent, blind.

mod blind;
mod histories;
mod states;

use chrono::{DateTime, Utc};

use super::*;

/// Hours since 1970 of the first detection of invented fires, 2025-07-01T09:00Z.
const START_HOUR: i32 = 486_489;

/// A detection at an hour and a place, km east and north of 40° N, 120° W.
pub(super) fn seen(hour: i32, east_km: f64, north_km: f64) -> Detection {
    const E5_PER_KM: f64 = 899.322;
    const COS_40: f64 = 0.766_044;
    Detection {
        minute: (START_HOUR + hour) * 60,
        lat_e5: 4_000_000 + (north_km * E5_PER_KM) as i32,
        lon_e5: -12_000_000 + (east_km * E5_PER_KM / COS_40) as i32,
        satellite: Satellite::Noaa20,
        processing: Processing::NearRealTime,
        version_e2: 200,
        scan_m: 390,
        track_m: 360,
        confidence: Confidence::Nominal,
        source: None,
    }
}

/// The time so many hours after the start.
fn time(hour: i32) -> DateTime<Utc> {
    time_of_minute((START_HOUR + hour) * 60)
}

/// What is stored between nights.
#[derive(Clone, Debug, Default)]
struct StoredNight {
    state: FiresState,
    kept: Vec<Detection>,
}

impl StoredNight {
    /// A night at an hour: points of the days before are read, and the world is observed since.
    fn night(&mut self, all: &[Detection], hour: i32, days: i32) -> FiresUpdate {
        let until = (START_HOUR + hour) * 60;
        let from = (until - days * 1440).max(START_HOUR * 60);
        let is_read = |point: &&Detection| (from..=until).contains(&point.minute);
        let read = all.iter().filter(is_read).copied().collect();
        self.night_of(read, &[PointCoverage { area: None, from, until }], hour)
    }

    /// A night at an hour with points and times of observation.
    fn night_of(
        &mut self,
        read: Vec<Detection>,
        coverage: &[PointCoverage],
        hour: i32,
    ) -> FiresUpdate {
        let night = FireNight {
            kept: std::mem::take(&mut self.kept),
            read,
            coverage,
            sources: Vec::new(),
            is_in_zone: None,
            now: time(hour),
        };
        let previous = std::mem::take(&mut self.state);
        let update = update_fires(previous, night, &FireSettings::default());
        // Stored and read again, as batch does.
        let text = serde_json::to_string(&update.state).unwrap();
        self.state = serde_json::from_str(&text).unwrap();
        let now = "2100-01-01T00:00:00Z".parse().unwrap();
        self.kept =
            read_points("kept", points_csv(&update.kept).as_bytes(), now).unwrap().detections;
        assert_eq!((&self.state, &self.kept), (&update.state, &update.kept));
        update
    }
}

/// A front of 3 km that moves east by 400 m a pass, seen every 12 hours.
fn moving_fire(passes: i32) -> Vec<Detection> {
    let rows = |pass: i32| {
        (0..8).map(move |row| seen(pass * 12, f64::from(pass) * 0.4, f64::from(row) * 0.4))
    };
    (0..passes).flat_map(rows).collect()
}
