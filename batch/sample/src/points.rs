//! Active-fire points of the invented fires, a gas flare and a farm, as NASA FIRMS publishes them.

use std::fmt::Write;

use chrono::{Days, NaiveDate};

use super::land::Land;
use super::noise::Noise;
use super::region::{REGIONS, SampleRegion};
use super::spot::Spot;

const HEADER: &str = "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,\
    confidence,version,bright_ti5,frp,daynight\n";
/// Side of a pixel of VIIRS, kilometres.
const PIXEL_KM: f64 = 0.375;
/// Pixels from a region's centre to each side that are looked at.
const REACH: i32 = 60;
/// The first day of the fires, after the last images before them.
const FIRST_DAY: &str = "2025-08-08";
/// Days that a fire takes to cross the land.
const FIRE_DAYS: u64 = 7;
/// Nights on which the flare burns.
const FLARE_DAYS: u64 = 40;
/// Passes of a satellite a day: satellite, local hour, and day or night.
const PASSES: [(&str, u32, &str); 2] = [("N20", 12, "D"), ("N21", 0, "N")];

/// One point.
struct Point {
    lat: f64,
    lon: f64,
    day: NaiveDate,
    pass: usize,
}

/// All points as CSV, in order of time.
pub(crate) fn csv(seed: u64) -> String {
    let mut points = Vec::new();
    for region in &REGIONS {
        points.extend(of_fires(seed, region));
        points.extend(of_flare(region));
        points.extend(of_farm(region));
    }
    points.sort_by(|one, other| {
        (one.day, one.pass).cmp(&(other.day, other.pass)).then(one.lat.total_cmp(&other.lat))
    });
    let mut text = HEADER.to_owned();
    for Point { lat, lon, day, pass } in points {
        let (satellite, local_hour, daynight) = PASSES[pass];
        // Local noon and midnight in hours of UTC.
        let hour = (f64::from(local_hour) - lon / 15.0).rem_euclid(24.0) as u32;
        let _ = writeln!(
            text,
            "{lat:.5},{lon:.5},345.2,0.39,0.36,{day},{hour:02}30,{satellite},nominal,2.0NRT,301.4,\
             12.6,{daynight}"
        );
    }
    text
}

fn first_day() -> NaiveDate {
    FIRST_DAY.parse().unwrap_or_default()
}

fn point(region: &SampleRegion, spot: Spot, days: u64, pass: usize) -> Point {
    let [lon, lat] = region.lonlat_from_spot(spot);
    Point { lat, lon, day: first_day() + Days::new(days), pass }
}

/// Pixels of burnt ground, on the day on which the fire reaches them and for some the next pass.
fn of_fires(seed: u64, region: &'static SampleRegion) -> Vec<Point> {
    let land = Land::new(seed, region);
    let chance = Noise::new(seed, &format!("{}: points", region.name));
    let mut points = Vec::new();
    for (column, row) in
        (-REACH..=REACH).flat_map(|row| (-REACH..=REACH).map(move |column| (column, row)))
    {
        let spot =
            Spot { east_km: f64::from(column) * PIXEL_KM, north_km: f64::from(row) * PIXEL_KM };
        let Some(progress) = land.fire_progress(spot) else { continue };
        let days = (progress * FIRE_DAYS as f64).min(FIRE_DAYS as f64 - 1.0) as u64;
        let lot = chance.of_cell(column, row);
        // Smoke and canopy hide a part of what burns.
        if lot < 0.75 {
            points.push(point(region, spot, days, usize::from(lot < 0.4)));
        }
        if lot < 0.2 {
            points.push(point(region, spot, days, 0));
        }
    }
    points
}

/// A gas flare beside the land that burns: one pixel, every night.
fn of_flare(region: &SampleRegion) -> impl Iterator<Item = Point> {
    let spot = Spot { east_km: 16.0, north_km: -14.0 };
    (0..FLARE_DAYS).map(move |day| point(region, spot, day, 1))
}

/// Stubble that a farmer burns on one afternoon: some pixels.
fn of_farm(region: &SampleRegion) -> impl Iterator<Item = Point> {
    (0..4).map(move |number| {
        let east_km = -17.0 + PIXEL_KM * f64::from(number % 2);
        let north_km = 15.0 + PIXEL_KM * f64::from(number / 2);
        point(region, Spot { east_km, north_km }, 3, 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fires_the_flare_and_the_farm_have_points() {
        let text = csv(7);
        assert_eq!(text.lines().next(), Some(HEADER.trim_end()));
        let days: std::collections::BTreeSet<&str> =
            text.lines().skip(1).filter_map(|line| line.split(',').nth(5)).collect();
        assert_eq!(days.len() as u64, FLARE_DAYS);
        let on = |day: &str| text.lines().filter(|line| line.contains(day)).count();
        assert!(on("2025-08-10") > 50 && on("2025-09-01") == 2, "{} points", text.lines().count());
        assert_eq!(text, csv(7));
    }
}
