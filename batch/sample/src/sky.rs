//! Clouds and their shadows over a region during one passage.

use super::noise::{Noise, soft_step};
use super::region::{Half, Overpass, SampleRegion};
use super::spot::Spot;

/// The sky of one passage.
pub(crate) struct CloudField {
    share: Noise,
    cloud: Noise,
    half: Half,
    /// From a cloud to its shadow.
    shadow: Spot,
}

/// What stands between the sun, the ground and the satellite at one spot.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CloudView {
    /// 0 (clear) to 1 (nothing of the ground is observed).
    pub(crate) cloud: f64,
    /// 0 (full sun) to 1 (no direct sun).
    pub(crate) shadow: f64,
}

/// Fair-weather clouds over mountains at mid-morning.
const CLOUD_HEIGHT_KM: f64 = 1.5;
/// The clouds of a half keep this far, in the units of the dividing noise, from the other half.
const DIVIDE_MARGIN: f64 = 0.16;

impl CloudField {
    pub(crate) fn new(seed: u64, region: &SampleRegion, overpass: &Overpass) -> Self {
        let (azimuth_east, azimuth_north) = overpass.sun_azimuth_deg.to_radians().sin_cos();
        let reach_km = CLOUD_HEIGHT_KM / overpass.sun_elevation_deg.to_radians().tan();
        Self {
            share: Noise::new(seed, &format!("{}: halves of the sky", region.name)),
            cloud: Noise::new(seed, &format!("clouds {}", overpass.datetime)),
            half: overpass.clouds,
            shadow: Spot { east_km: -reach_km * azimuth_east, north_km: -reach_km * azimuth_north },
        }
    }

    pub(crate) fn at(&self, spot: Spot) -> CloudView {
        let cloud = self.cloud(spot);
        let above = Spot {
            east_km: spot.east_km - self.shadow.east_km,
            north_km: spot.north_km - self.shadow.north_km,
        };
        CloudView { cloud, shadow: soft_step(0.1, 0.6, self.cloud(above)) }
    }

    fn cloud(&self, spot: Spot) -> f64 {
        let (x, y) = (spot.east_km, spot.north_km);
        // One dividing line for every passage, so that the halves never overlap.
        let east = (x + 0.35 * y) / 14.0 + 0.9 * self.share.smooth(x / 9.0, y / 9.0);
        let inside = match self.half {
            Half::East => east,
            Half::West => -east,
        } - DIVIDE_MARGIN;
        if inside <= 0.0 {
            return 0.0;
        }
        let banks = self.cloud.smooth(x / 8.0, y / 8.0);
        let puffs = self.cloud.fractal(x / 2.4 + 100.0, y / 2.4, 7);
        let density = 0.75 * banks + 0.7 * puffs - 0.5 * (1.0 - soft_step(0.0, 0.3, inside));
        soft_step(0.36, 0.8, density)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::REGIONS;

    #[test]
    fn no_place_is_cloudy_on_all_dates_of_a_side() {
        for region in &REGIONS {
            for side in region.overpasses.chunks(2) {
                let skies: Vec<CloudField> =
                    side.iter().map(|overpass| CloudField::new(1, region, overpass)).collect();
                let mut cloudy = [0; 2];
                for (column, row) in
                    (-100..100).flat_map(|column| (-100..100).map(move |row| (column, row)))
                {
                    let spot =
                        Spot { east_km: f64::from(column) * 0.2, north_km: f64::from(row) * 0.2 };
                    let clouds = [0, 1].map(|date: usize| skies[date].at(spot).cloud > 0.0);
                    assert_ne!(clouds, [true, true]);
                    for date in 0..2 {
                        cloudy[date] += usize::from(clouds[date]);
                    }
                }
                assert!(
                    cloudy.iter().all(|count| *count > 400),
                    "{}: {cloudy:?} of 40000",
                    region.name
                );
            }
        }
    }
}
