//! The lie of the land: heights, slopes, plains, lakes and the sea.

use super::noise::{Noise, mix, soft_step};
use super::spot::Spot;

/// The kind of country a region is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Terrain {
    /// High inland ranges with dammed valleys.
    Mountains,
    /// A ridge between two seas.
    Island,
}

/// Heights everywhere in a region.
pub(crate) struct Relief {
    shape: Terrain,
    warp_east: Noise,
    warp_north: Noise,
    valleys: Noise,
    crests: Noise,
    shore: Noise,
    plains: Noise,
    lakes: Vec<Lake>,
}

/// What the relief is at one spot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalRelief {
    pub(crate) height_m: f64,
    /// Rise in metres per metre towards the east.
    pub(crate) slope_east: f64,
    /// Rise in metres per metre towards the north.
    pub(crate) slope_north: f64,
    /// 0 on hills to 1 on level farmland.
    pub(crate) plain: f64,
    pub(crate) water: Option<Water>,
}

/// Open water.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Water {
    Lake,
    /// The sea, with its depth from 0 (shore) to 1 (deep).
    Sea {
        depth: f64,
    },
}

/// A reservoir: whatever lies below its level near its dam.
struct Lake {
    dam: Spot,
    level_m: f64,
}

/// Slopes are taken over this length, so that they are those a pixel shows.
const SLOPE_STEP_KM: f64 = 0.02;
/// Where the reservoirs and the farmland of the mountains are searched for.
const LAKES: [Spot; 2] =
    [Spot { east_km: -12.0, north_km: 9.5 }, Spot { east_km: 7.0, north_km: -9.0 }];
const MOUNTAIN_PLAIN: Spot = Spot { east_km: 14.0, north_km: -2.5 };

impl Relief {
    pub(crate) fn new(seed: u64, shape: Terrain) -> Self {
        let noise = |purpose| Noise::new(seed, purpose);
        let mut relief = Self {
            shape,
            warp_east: noise("relief: warp east"),
            warp_north: noise("relief: warp north"),
            valleys: noise("relief: valleys"),
            crests: noise("relief: crests"),
            shore: noise("relief: shore"),
            plains: noise("relief: plains"),
            lakes: Vec::new(),
        };
        if shape == Terrain::Mountains {
            relief.lakes = LAKES.iter().map(|place| relief.dammed(*place)).collect();
        }
        relief
    }

    pub(crate) fn at(&self, spot: Spot) -> LocalRelief {
        let (height_m, plain) = self.height_m(spot);
        let rise = |east_km, north_km| {
            let aside =
                Spot { east_km: spot.east_km + east_km, north_km: spot.north_km + north_km };
            (self.height_m(aside).0 - height_m) / (SLOPE_STEP_KM * 1000.0)
        };
        let water = self.water(spot, height_m);
        let (slope_east, slope_north) = match water {
            Some(_) => (0.0, 0.0),
            None => (rise(SLOPE_STEP_KM, 0.0), rise(0.0, SLOPE_STEP_KM)),
        };
        LocalRelief { height_m, slope_east, slope_north, plain, water }
    }

    /// The height, below 0 in the sea, and how much of a plain the spot is.
    fn height_m(&self, spot: Spot) -> (f64, f64) {
        match self.shape {
            Terrain::Mountains => self.mountain_height_m(spot),
            Terrain::Island => self.island_height_m(spot),
        }
    }

    fn mountain_height_m(&self, spot: Spot) -> (f64, f64) {
        let (x, y) = self.warped(spot);
        let ranges = 1450.0 * self.valleys.eroded(x / 8.5, y / 8.5, 7);
        let crests = 420.0 * self.crests.crests(x / 9.0, y / 9.0, 3);
        let away_km =
            distance_km(spot, MOUNTAIN_PLAIN) + 2.4 * self.plains.fractal(x / 4.0, y / 4.0, 4);
        let plain = 1.0 - soft_step(2.6, 4.6, away_km);
        (mix(900.0 + ranges + crests, 1150.0, plain), plain)
    }

    fn island_height_m(&self, spot: Spot) -> (f64, f64) {
        let (x, y) = self.warped(spot);
        // The island runs from north-west to south-east.
        let across = 0.45 * spot.east_km + 0.89 * spot.north_km;
        let inland = 1.0 - (across / 12.5) * (across / 12.5)
            + 0.62 * self.shore.fractal(x / 8.0, y / 8.0, 7);
        let hills = soft_step(0.12, 0.75, inland);
        let ranges = 900.0 * self.valleys.eroded(x / 5.5, y / 5.5, 6);
        let crests = 250.0 * self.crests.crests(x / 6.0, y / 6.0, 3);
        let height_m = 60.0 * inland + hills * (220.0 * inland.min(1.2) + ranges + crests);
        let plain = (1.0 - soft_step(0.2, 0.42, inland))
            * soft_step(-0.15, 0.25, self.plains.fractal(x / 5.0, y / 5.0, 3));
        (height_m, plain)
    }

    fn water(&self, spot: Spot, height_m: f64) -> Option<Water> {
        match self.shape {
            Terrain::Mountains => {
                self.lakes.iter().any(|lake| lake.covers(spot, height_m)).then_some(Water::Lake)
            }
            Terrain::Island => {
                (height_m < 0.0).then(|| Water::Sea { depth: soft_step(0.0, 60.0, -height_m) })
            }
        }
    }

    /// A reservoir in the deepest valley near a place.
    fn dammed(&self, near: Spot) -> Lake {
        let around = (-12..=12).flat_map(|row| {
            (-12..=12).map(move |column| (f64::from(column) * 0.25, f64::from(row) * 0.25))
        });
        let (dam, deepest_m) = around
            .map(|(east_km, north_km)| Spot {
                east_km: near.east_km + east_km,
                north_km: near.north_km + north_km,
            })
            .map(|spot| (spot, self.height_m(spot).0))
            .fold(
                (near, f64::INFINITY),
                |lowest, other| if other.1 < lowest.1 { other } else { lowest },
            );
        Lake { dam, level_m: deepest_m + 130.0 }
    }

    /// Kilometres bent by noise, or valleys would run too smoothly.
    fn warped(&self, spot: Spot) -> (f64, f64) {
        let (x, y) = (spot.east_km, spot.north_km);
        (
            x + 0.6 * self.warp_east.fractal(x / 4.0, y / 4.0, 3),
            y + 0.6 * self.warp_north.fractal(x / 4.0, y / 4.0, 3),
        )
    }
}

impl LocalRelief {
    /// The steepness, metres per metre.
    pub(crate) fn slope(&self) -> f64 {
        (self.slope_east * self.slope_east + self.slope_north * self.slope_north).sqrt()
    }
}

impl Lake {
    /// Its water falls away from the dam, or the far ends would be cut off straight.
    fn covers(&self, spot: Spot, height_m: f64) -> bool {
        height_m < self.level_m - 22.0 * (distance_km(spot, self.dam) - 0.5).max(0.0)
    }
}

fn distance_km(one: Spot, other: Spot) -> f64 {
    let (east, north) = (one.east_km - other.east_km, one.north_km - other.north_km);
    (east * east + north * north).sqrt()
}
