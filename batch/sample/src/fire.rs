//! A wildfire: how far it ran with the wind, and how badly it burnt each spot.

use super::noise::{Noise, soft_step};
use super::relief::LocalRelief;
use super::spot::Spot;

/// A run of a fire under one wind, before noise frays it.
pub(crate) struct SampleOutline {
    /// The middle of the run.
    pub(crate) east_km: f64,
    pub(crate) north_km: f64,
    /// Half its length.
    pub(crate) length_km: f64,
    /// Half its width at the middle; it is narrower where it began and wider at the front.
    pub(crate) width_km: f64,
    /// Where the wind drove it, clockwise from north.
    pub(crate) heading_deg: f64,
}

/// A fire of one or more runs.
pub(crate) struct Fire {
    runs: &'static [SampleOutline],
    /// East and north part of the first run's heading.
    heading: [f64; 2],
    fingers: Noise,
    edge: Noise,
    patches: Noise,
    islands: Noise,
}

impl Fire {
    /// `name` sets the noise of this fire apart from that of the others.
    pub(crate) fn new(seed: u64, name: &str, runs: &'static [SampleOutline]) -> Self {
        let noise = |purpose: &str| Noise::new(seed, &format!("{name}: {purpose}"));
        Self {
            runs,
            heading: runs.first().map_or([0.0, 1.0], SampleOutline::heading),
            fingers: noise("fingers"),
            edge: noise("edge"),
            patches: noise("patches"),
            islands: noise("islands"),
        }
    }

    /// The fraction of the vegetation that burnt, 0–1.
    pub(crate) fn severity(&self, spot: Spot, lie: &LocalRelief) -> f64 {
        let core = self.runs.iter().map(|run| run.warmth(spot)).fold(f64::MIN, f64::max);
        if core < -0.8 || lie.water.is_some() {
            return 0.0;
        }
        let (x, y) = (spot.east_km, spot.north_km);
        // Noise stretched along the wind makes fingers that point with it.
        let along = x * self.heading[0] + y * self.heading[1];
        let across = x * self.heading[1] - y * self.heading[0];
        let fingers = self.fingers.fractal(along / 4.2, across / 1.5, 5);
        let fray = self.edge.fractal(x / 1.1, y / 1.1, 5);
        let warmth = core + 0.36 * fingers + 0.15 * fray - 0.5 * lie.plain;
        if warmth <= 0.0 {
            return 0.0;
        }
        // Fire climbs: it is fiercer on steep slopes that face the afternoon sun, weaker in the
        // shade.
        let sunny = (lie.slope_north + 0.6 * lie.slope_east).clamp(-0.6, 0.6);
        let patches = self.patches.fractal(x / 2.3, y / 2.3, 6);
        let wanted = 0.5 + 0.4 * warmth.min(0.8) + 0.64 * patches + 0.34 * sunny;
        let spared = soft_step(0.4, 0.55, self.islands.fractal(x / 1.3, y / 1.3, 4));
        soft_step(0.0, 0.16, warmth) * wanted.clamp(0.14, 1.0) * (1.0 - spared)
    }
}

impl Fire {
    /// How late the fire reaches a spot, from 0, where its first run begins, to 1.
    pub(crate) fn progress(&self, spot: Spot) -> f64 {
        let Some(first) = self.runs.first() else { return 0.0 };
        let [east, north] = self.heading;
        let (x, y) = (
            spot.east_km - first.east_km + first.length_km * east,
            spot.north_km - first.north_km + first.length_km * north,
        );
        let reach_km: f64 = self.runs.iter().map(|run| 1.5 * run.length_km).sum();
        ((x * x + y * y).sqrt() / reach_km).min(1.0)
    }
}

impl SampleOutline {
    /// 1 in the middle, 0 on the edge, less outside.
    fn warmth(&self, spot: Spot) -> f64 {
        let [east, north] = self.heading();
        let (x, y) = (spot.east_km - self.east_km, spot.north_km - self.north_km);
        let along = (x * east + y * north) / self.length_km;
        let width_km = self.width_km * (0.8 + 0.35 * along.clamp(-1.0, 1.0));
        let across = (x * north - y * east) / width_km;
        1.0 - (along * along + across * across).sqrt()
    }

    fn heading(&self) -> [f64; 2] {
        let (east, north) = self.heading_deg.to_radians().sin_cos();
        [east, north]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::REGIONS;

    const SLOPE: LocalRelief =
        LocalRelief { height_m: 900.0, slope_east: 0.0, slope_north: 0.1, plain: 0.0, water: None };

    #[test]
    fn a_fire_burns_in_every_degree_and_leaves_islands() {
        for seed in 1..=5 {
            let fire = Fire::new(seed, "fire", REGIONS[0].fires[0]);
            let mut counts = [0; 6];
            for (column, row) in
                (-100..100).flat_map(|column| (-100..100).map(move |row| (column, row)))
            {
                let spot =
                    Spot { east_km: f64::from(column) * 0.1, north_km: f64::from(row) * 0.1 };
                counts[(fire.severity(spot, &SLOPE) * 5.0).ceil() as usize] += 1;
            }
            assert!(counts.iter().all(|count| *count > 500), "seed {seed}: {counts:?}");
        }
    }

    #[test]
    fn water_never_burns() {
        let fire = Fire::new(1, "fire", REGIONS[0].fires[0]);
        let lake = LocalRelief { water: Some(crate::relief::Water::Lake), ..SLOPE };
        let middle = Spot { east_km: -3.5, north_km: -1.5 };
        assert_eq!(fire.severity(middle, &lake), 0.0);
    }
}
