//! What the satellite brings home from one tile: digital numbers and the scene classification.

use rayon::prelude::*;

use super::band::{BANDS, NIR, RED, Reflectances, blend};
use super::land::GroundCover;
use super::noise::{Noise, soft_step};
use super::region::{Overpass, OverpassSide, SampleRegion};
use super::sky::{CloudField, CloudView};
use super::tile::{SampleLattice, SampleTile};

/// Digital numbers of reflectance 1.
const DN_PER_REFLECTANCE: f64 = 10_000.0;
/// What baseline 04.00 and later adds to every digital number.
const OFFSET_DN: f64 = 1000.0;
/// The light of the blue sky that reaches a shaded slope; it hardly reaches into the infrared.
const SKYLIGHT: Reflectances = [0.52, 0.45, 0.40, 0.32, 0.30];
const CLOUD: Reflectances = [0.72, 0.71, 0.72, 0.74, 0.42];

/// Classes of the scene classification.
mod scl {
    pub(crate) const NO_DATA: u8 = 0;
    pub(crate) const CLOUD_SHADOW: u8 = 3;
    pub(crate) const VEGETATION: u8 = 4;
    pub(crate) const BARE: u8 = 5;
    pub(crate) const WATER: u8 = 6;
    pub(crate) const UNCLASSIFIED: u8 = 7;
    pub(crate) const CLOUD_MEDIUM: u8 = 8;
    pub(crate) const CLOUD_HIGH: u8 = 9;
    pub(crate) const CIRRUS: u8 = 10;
}

/// One tile on one day, row by row from the north.
pub(crate) struct SampleScene {
    /// Digital numbers, 0 where there is no data, in the order of [`BANDS`].
    pub(crate) dn: [Vec<u16>; BANDS.len()],
    pub(crate) scl: Vec<u8>,
}

/// What one pixel shows.
type BandValues = ([u16; BANDS.len()], u8);

impl SampleScene {
    /// Looks down on the ground of a tile.
    pub(crate) fn observe(
        seed: u64,
        region: &SampleRegion,
        overpass: &Overpass,
        tile: &SampleTile,
        lattice: &SampleLattice,
        grounds: &[GroundCover],
    ) -> Self {
        let sky = CloudField::new(seed, region, overpass);
        let sensor = Sensor::new(seed, overpass, tile);
        let pixels: Vec<BandValues> = grounds
            .par_iter()
            .enumerate()
            .with_min_len(tile.width_px)
            .map(|(pixel, ground)| {
                let (column, row) = (pixel % tile.width_px, pixel / tile.width_px);
                let spot = region.spot_from_lonlat(
                    lattice.lonlat_from_pixel(column as f64 + 0.5, row as f64 + 0.5),
                );
                if overpass.swath_edge.is_some_and(|edge| edge.km_inside(spot) < 0.0) {
                    return ([0; BANDS.len()], scl::NO_DATA);
                }
                sensor.pixel(column as i32, row as i32, ground, sky.at(spot))
            })
            .collect();
        Self {
            dn: std::array::from_fn(|band| pixels.iter().map(|(dn, _)| dn[band]).collect()),
            scl: pixels.iter().map(|(_, class)| *class).collect(),
        }
    }

    /// The fraction of observed pixels with cloud or cirrus, percent.
    pub(crate) fn cloud_percent(&self) -> f64 {
        let cloudy = self.count(|class| (scl::CLOUD_MEDIUM..=scl::CIRRUS).contains(&class));
        100.0 * cloudy as f64 / self.count(|class| class != scl::NO_DATA).max(1) as f64
    }

    /// The fraction of pixels that were not observed, percent.
    pub(crate) fn no_data_percent(&self) -> f64 {
        100.0 * self.count(|class| class == scl::NO_DATA) as f64 / self.scl.len().max(1) as f64
    }

    fn count(&self, is_meant: impl Fn(u8) -> bool) -> usize {
        self.scl.iter().filter(|class| is_meant(**class)).count()
    }
}

/// The sunlight of one passage and the noise of the instrument.
struct Sensor<'a> {
    overpass: &'a Overpass,
    /// East, north and up, of length 1.
    sun: [f64; 3],
    noise: [Noise; BANDS.len()],
    doubt: Noise,
}

impl<'a> Sensor<'a> {
    fn new(seed: u64, overpass: &'a Overpass, tile: &SampleTile) -> Self {
        let (azimuth_east, azimuth_north) = overpass.sun_azimuth_deg.to_radians().sin_cos();
        let (up, level) = overpass.sun_elevation_deg.to_radians().sin_cos();
        let noise = |purpose: &str| {
            Noise::new(seed, &format!("{} {} {purpose}", tile.mgrs, overpass.datetime))
        };
        Self {
            overpass,
            sun: [level * azimuth_east, level * azimuth_north, up],
            noise: std::array::from_fn(|band| noise(BANDS[band].asset)),
            doubt: noise("doubt"),
        }
    }

    fn pixel(&self, column: i32, row: i32, ground: &GroundCover, view: CloudView) -> BandValues {
        let surface = self.lit(ground, view);
        // Clouds are lumpy: thick parts are brighter.
        let cloud = CLOUD.map(|value| value * (0.7 + 0.45 * view.cloud));
        let seen = blend(surface, cloud, view.cloud);
        let dn = std::array::from_fn(|band| {
            let noise = self.noise[band].of_cell(column, row)
                + self.noise[band].of_cell(row, column.wrapping_add(1 << 20))
                - 1.0;
            self.dn(seen[band] + noise * (0.0004 + 0.006 * seen[band]))
        });
        (dn, self.class(column, row, ground, surface, view))
    }

    /// The ground as the sun of the day lights it.
    fn lit(&self, ground: &GroundCover, view: CloudView) -> Reflectances {
        let colour = match self.overpass.side {
            OverpassSide::Pre => ground.pre,
            OverpassSide::Post => ground.post,
        };
        let colour = self.in_season(colour.map(f64::from), f64::from(ground.seasonal));
        let (east, north) = (f64::from(ground.slope_east), f64::from(ground.slope_north));
        let [sun_east, sun_north, sun_up] = self.sun;
        let incidence = (sun_up - east * sun_east - north * sun_north)
            / (1.0 + east * east + north * north).sqrt();
        let direct = (incidence / sun_up).clamp(0.12, 1.5) * (1.0 - 0.85 * view.shadow);
        std::array::from_fn(|band| {
            colour[band] * (SKYLIGHT[band] + (1.0 - SKYLIGHT[band]) * direct)
        })
    }

    /// As grass dries, it turns yellow: less near infrared, more red and shortwave infrared.
    fn in_season(&self, colour: Reflectances, seasonal: f64) -> Reflectances {
        let drying = (self.overpass.dryness - 0.5) * (0.12 + 0.88 * seasonal);
        let change = [0.06, 0.02, 0.15, -0.12, 0.16];
        std::array::from_fn(|band| colour[band] * (1.0 + change[band] * drying))
    }

    /// A digital number is never 0 where something was observed: 0 means no data.
    fn dn(&self, reflectance: f64) -> u16 {
        let offset = if self.overpass.offset_left_in { OFFSET_DN } else { 0.0 };
        (reflectance * DN_PER_REFLECTANCE + offset).round().max(1.0) as u16
    }

    fn class(
        &self,
        column: i32,
        row: i32,
        ground: &GroundCover,
        surface: Reflectances,
        view: CloudView,
    ) -> u8 {
        let ndvi = (surface[NIR] - surface[RED]) / (surface[NIR] + surface[RED]);
        // Fresh burns puzzle the classifier in small clumps.
        let doubt = self.doubt.smooth(f64::from(column) / 3.0, f64::from(row) / 3.0);
        let fresh = self.overpass.side == OverpassSide::Post && ground.burnt > 0.0;
        match view {
            _ if view.cloud > 0.6 => scl::CLOUD_HIGH,
            _ if view.cloud > 0.25 => scl::CLOUD_MEDIUM,
            _ if view.cloud > 0.01 => scl::CIRRUS,
            _ if view.shadow > 0.12 => scl::CLOUD_SHADOW,
            _ if ground.is_water => scl::WATER,
            _ if fresh && surface[NIR] < 0.105 => scl::UNCLASSIFIED,
            _ if fresh && doubt > 0.75 - 0.45 * soft_step(0.2, 0.9, f64::from(ground.burnt)) => {
                scl::UNCLASSIFIED
            }
            _ if ndvi > 0.42 + 0.05 * doubt => scl::VEGETATION,
            _ => scl::BARE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::land::Land;
    use crate::region::REGIONS;

    fn small_tile() -> SampleTile {
        // Some kilometres in the middle of the fire that crosses the meridian of 24°.
        SampleTile {
            west_m: 756_000.0,
            north_m: 4_286_000.0,
            width_px: 300,
            height_px: 300,
            ..REGIONS[1].tiles[0].clone()
        }
    }

    fn observed(seed: u64, overpass: usize) -> SampleScene {
        let (region, tile) = (&REGIONS[1], small_tile());
        let lattice = tile.lattice().unwrap();
        let grounds = Land::new(seed, region).survey(&tile, &lattice);
        SampleScene::observe(seed, region, &region.overpasses[overpass], &tile, &lattice, &grounds)
    }

    #[test]
    fn a_seed_gives_the_same_pixels_again() {
        let (one, again, other) = (observed(1, 2), observed(1, 2), observed(2, 2));
        assert!(one.dn == again.dn && one.scl == again.scl);
        assert!(one.dn != other.dn);
    }

    #[test]
    fn seen_pixels_are_never_0() {
        let scene = observed(1, 0);
        for band in &scene.dn {
            assert!(
                band.iter()
                    .zip(&scene.scl)
                    .all(|(dn, class)| (*dn == 0) == (*class == scl::NO_DATA))
            );
        }
    }

    #[test]
    fn an_offset_left_in_lifts_every_pixel() {
        let region = &REGIONS[0];
        let tile = SampleTile { width_px: 64, height_px: 64, ..region.tiles[0].clone() };
        let lattice = tile.lattice().unwrap();
        let grounds = Land::new(1, region).survey(&tile, &lattice);
        let left_in = region.overpasses.iter().find(|overpass| overpass.offset_left_in).unwrap();
        let scene = SampleScene::observe(1, region, left_in, &tile, &lattice, &grounds);
        assert!(scene.dn.iter().flatten().all(|dn| *dn > 1000));
    }
}
