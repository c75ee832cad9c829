//! What grows, burns and greens again at every spot of a region, before and after the fire.

use rayon::prelude::*;

use super::band::{Reflectances, blend};
use super::fire::Fire;
use super::noise::{Noise, soft_step};
use super::parcel::Patchwork;
use super::region::SampleRegion;
use super::relief::{LocalRelief, Relief, Terrain, Water};
use super::spot::Spot;
use super::tile::{SampleLattice, SampleTile};

/// The land of a region: a function of the seed and of longitude and latitude alone.
pub(crate) struct Land {
    region: &'static SampleRegion,
    flora: Flora,
    relief: Relief,
    fires: Vec<Fire>,
    old_scars: Vec<Fire>,
    fields: Patchwork,
    logging: Patchwork,
    stands: Noise,
    shrubs: Noise,
    texture: Noise,
}

/// The ground at one spot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroundCover {
    pub(crate) pre: [f32; 5],
    pub(crate) post: [f32; 5],
    pub(crate) slope_east: f32,
    pub(crate) slope_north: f32,
    /// How far it follows the season, 0 (rock, water) to 1 (grass).
    pub(crate) seasonal: f32,
    /// The share that burnt, 0–1.
    pub(crate) burnt: f32,
    pub(crate) is_water: bool,
}

/// The plain covers a region's ground is mixed from.
struct Flora {
    tree: Reflectances,
    shrub: Reflectances,
    grass: Reflectances,
    rock: Reflectances,
    /// Moves the balance of trees and open ground.
    tree_bias: f64,
}

const SIERRA: Flora = Flora {
    tree: [0.020, 0.036, 0.025, 0.300, 0.070],
    shrub: [0.034, 0.058, 0.055, 0.255, 0.140],
    grass: [0.055, 0.090, 0.098, 0.265, 0.195],
    rock: [0.105, 0.130, 0.150, 0.245, 0.275],
    tree_bias: 0.72,
};
const EVIA: Flora = Flora {
    tree: [0.026, 0.045, 0.034, 0.285, 0.082],
    shrub: [0.036, 0.060, 0.058, 0.250, 0.135],
    grass: [0.065, 0.100, 0.115, 0.270, 0.215],
    rock: [0.140, 0.170, 0.195, 0.300, 0.310],
    tree_bias: 0.56,
};
const CHAR: Reflectances = [0.036, 0.043, 0.054, 0.108, 0.220];
const OLD_SCAR: Reflectances = [0.060, 0.080, 0.095, 0.205, 0.205];
const GREENING_SCAR: Reflectances = [0.040, 0.068, 0.062, 0.258, 0.148];
const CROP: Reflectances = [0.032, 0.068, 0.042, 0.390, 0.120];
const STUBBLE: Reflectances = [0.080, 0.110, 0.140, 0.265, 0.265];
const LAKE: Reflectances = [0.028, 0.030, 0.020, 0.016, 0.009];
const DEEP_SEA: Reflectances = [0.040, 0.030, 0.012, 0.011, 0.007];
const SHALLOW_SEA: Reflectances = [0.070, 0.072, 0.030, 0.022, 0.010];

impl Land {
    pub(crate) fn new(seed: u64, region: &'static SampleRegion) -> Self {
        let named = |kind: &str, number: usize| format!("{} {kind} {number}", region.name);
        let noise = |purpose: &str| Noise::new(seed, &format!("{}: {purpose}", region.name));
        let fire =
            |(number, runs): (usize, &&'static [_])| Fire::new(seed, &named("fire", number), runs);
        let old_scar =
            |(number, run)| Fire::new(seed, &named("old scar", number), std::slice::from_ref(run));
        Self {
            region,
            flora: match region.shape {
                Terrain::Mountains => SIERRA,
                Terrain::Island => EVIA,
            },
            relief: Relief::new(seed, region.shape),
            fires: region.fires.iter().enumerate().map(fire).collect(),
            old_scars: region.old_scars.iter().enumerate().map(old_scar).collect(),
            fields: Patchwork::new(seed, "fields", 0.24, 0.42),
            logging: Patchwork::new(seed, "logging", 0.5, 0.6),
            stands: noise("stands"),
            shrubs: noise("shrubs"),
            texture: noise("texture"),
        }
    }

    /// The ground under every pixel of a tile, row by row from the north.
    pub(crate) fn survey(&self, tile: &SampleTile, lattice: &SampleLattice) -> Vec<GroundCover> {
        (0..tile.width_px * tile.height_px)
            .into_par_iter()
            .with_min_len(tile.width_px)
            .map(|pixel| {
                let (column, row) =
                    ((pixel % tile.width_px) as f64 + 0.5, (pixel / tile.width_px) as f64 + 0.5);
                self.at(lattice.lonlat_from_pixel(column, row))
            })
            .collect()
    }

    /// The ground at a longitude and latitude.
    pub(crate) fn at(&self, lonlat: [f64; 2]) -> GroundCover {
        let spot = self.region.spot_from_lonlat(lonlat);
        let lie = self.relief.at(spot);
        match lie.water {
            Some(water) => ground_of_water(water),
            None => self.dry_ground(spot, &lie),
        }
    }

    /// How late a fire reaches a spot, 0 to 1; `None` where nothing burns.
    pub(crate) fn fire_progress(&self, spot: Spot) -> Option<f64> {
        const MIN_BURNT: f64 = 0.15;
        let lie = self.relief.at(spot);
        let fires = self.fires.iter().filter(|fire| fire.severity(spot, &lie) > MIN_BURNT);
        fires.map(|fire| fire.progress(spot)).min_by(f64::total_cmp)
    }

    fn dry_ground(&self, spot: Spot, lie: &LocalRelief) -> GroundCover {
        let cover = self.cover(spot, lie);
        let old = self.old_scars.iter().map(|scar| scar.severity(spot, lie)).fold(0.0, f64::max)
            * cover.fuel;
        let burnt =
            self.fires.iter().map(|fire| fire.severity(spot, lie)).fold(0.0, f64::max) * cover.fuel;
        let pre = blend(cover.pre, OLD_SCAR, old);
        let post = blend(blend(cover.post, GREENING_SCAR, old), CHAR, burnt);
        // Crowns, rocks and tussocks of about a pixel's size.
        let grain =
            1.0 + 0.035 * self.texture.fractal(spot.east_km / 0.11, spot.north_km / 0.11, 2);
        GroundCover {
            pre: pre.map(|value| (value * grain) as f32),
            post: post.map(|value| (value * grain) as f32),
            slope_east: lie.slope_east as f32,
            slope_north: lie.slope_north as f32,
            seasonal: cover.seasonal as f32,
            burnt: burnt as f32,
            is_water: false,
        }
    }

    fn cover(&self, spot: Spot, lie: &LocalRelief) -> Cover {
        let wild = self.wild_cover(spot, lie);
        let farmed = soft_step(0.45, 0.6, lie.plain);
        if farmed == 0.0 {
            return wild;
        }
        let field = self.field(spot);
        Cover {
            pre: blend(wild.pre, field.pre, farmed),
            post: blend(wild.post, field.post, farmed),
            fuel: wild.fuel * (1.0 - farmed) + field.fuel * farmed,
            seasonal: wild.seasonal * (1.0 - farmed) + field.seasonal * farmed,
        }
    }

    /// Trees on shaded slopes, shrub and grass between them, rock where it is steep or high.
    fn wild_cover(&self, spot: Spot, lie: &LocalRelief) -> Cover {
        let (x, y) = (spot.east_km, spot.north_km);
        let stands = self.stands.fractal(x / 2.6, y / 2.6, 6);
        let high = soft_step(1900.0, 2500.0, lie.height_m);
        let density = self.flora.tree_bias + 0.5 * stands
            - 0.55 * lie.slope_north
            - 0.4 * high
            - 0.35 * lie.plain;
        let trees = soft_step(0.12, 0.72, density) * (1.0 - self.logged(spot));
        let rocky = lie.slope() - 0.78
            + 0.35 * high
            + 0.4 * self.shrubs.fractal(x / 0.8 + 50.0, y / 0.8, 4);
        let rock = soft_step(0.0, 0.35, rocky) * (1.0 - 0.7 * trees);
        let shrub = soft_step(-0.35, 0.35, self.shrubs.fractal(x / 1.4, y / 1.4, 5));
        let low = blend(self.flora.grass, self.flora.shrub, shrub);
        let colour = blend(blend(low, self.flora.tree, trees), self.flora.rock, rock);
        Cover {
            pre: colour,
            post: colour,
            fuel: 1.0 - 0.85 * rock,
            seasonal: (1.0 - rock) * (1.0 - 0.75 * trees) * (1.0 - 0.5 * shrub),
        }
    }

    /// The fraction of the trees that was felled, 0–1.
    fn logged(&self, spot: Spot) -> f64 {
        let district = self.shrubs.smooth(spot.east_km / 9.0 - 20.0, spot.north_km / 9.0);
        if self.region.shape != Terrain::Mountains || district < 0.12 {
            return 0.0;
        }
        let block = self.logging.at(spot);
        if block.lot < 0.16 {
            (0.15 + 0.75 * block.vigour) * soft_step(0.0, 60.0, block.edge_m)
        } else {
            0.0
        }
    }

    fn field(&self, spot: Spot) -> Cover {
        let field = self.fields.at(spot);
        let crop = blend(self.flora.grass, CROP, 0.45 + 0.55 * field.vigour);
        let stubble = blend(self.flora.grass, STUBBLE, field.vigour);
        let pasture = blend(self.flora.grass, self.flora.shrub, 0.5 * field.vigour);
        let (pre, post, seasonal) = match field.lot {
            _ if field.edge_m < 9.0 => (self.flora.shrub, self.flora.shrub, 0.3),
            lot if lot < 0.30 => (crop, crop, 0.1),
            lot if lot < 0.34 => (crop, stubble, 0.1),
            lot if lot < 0.37 => (stubble, crop, 0.1),
            lot if lot < 0.65 => (stubble, stubble, 0.3),
            _ => (pasture, pasture, 0.7),
        };
        Cover { pre, post, fuel: 0.35, seasonal }
    }
}

/// What covers a spot, before any fire.
struct Cover {
    pre: Reflectances,
    post: Reflectances,
    /// The share that can burn, 0–1.
    fuel: f64,
    seasonal: f64,
}

fn ground_of_water(water: Water) -> GroundCover {
    let colour = match water {
        Water::Lake => LAKE,
        Water::Sea { depth } => blend(SHALLOW_SEA, DEEP_SEA, depth),
    };
    let colour = colour.map(|value| value as f32);
    GroundCover {
        pre: colour,
        post: colour,
        slope_east: 0.0,
        slope_north: 0.0,
        seasonal: 0.0,
        burnt: 0.0,
        is_water: true,
    }
}

#[cfg(test)]
mod tests {
    use gdal::spatial_ref::CoordTransform;

    use super::*;
    use crate::region::REGIONS;
    use crate::tile::PIXEL_SIZE_M;

    /// The middle of each pixel of one tile, located in the neighbour's zone and back.
    #[test]
    fn the_land_agrees_across_two_utm_zones() {
        let region = &REGIONS[1];
        let land = Land::new(1, region);
        let [west, east] = [&region.tiles[0], &region.tiles[1]];
        let lattices = [west.lattice().unwrap(), east.lattice().unwrap()];
        let east_from_west =
            CoordTransform::new(&west.crs().unwrap(), &east.crs().unwrap()).unwrap();
        let mut burnt = 0;
        for (column, row) in (1150..1490)
            .step_by(15)
            .flat_map(|column| (100..1400).step_by(15).map(move |row| (column, row)))
        {
            let (column, row) = (f64::from(column) + 0.5, f64::from(row) + 0.5);
            let (mut x, mut y) =
                ([west.west_m + column * PIXEL_SIZE_M], [west.north_m - row * PIXEL_SIZE_M]);
            east_from_west.transform_coords(&mut x, &mut y, &mut []).unwrap();
            let (column_east, row_east) =
                ((x[0] - east.west_m) / PIXEL_SIZE_M, (east.north_m - y[0]) / PIXEL_SIZE_M);
            let here = land.at(lattices[0].lonlat_from_pixel(column, row));
            let there = land.at(lattices[1].lonlat_from_pixel(column_east, row_east));
            assert!((here.burnt - there.burnt).abs() < 0.02, "{here:?} {there:?}");
            burnt += usize::from(here.burnt > 0.5);
        }
        assert!(burnt > 50, "only {burnt} burnt spots compared");
    }

    #[test]
    fn old_scars_turn_greener_and_fires_turn_darker() {
        let region = &REGIONS[0];
        let land = Land::new(1, region);
        let nbr = |[_, _, _, nir, swir]: [f32; 5]| (nir - swir) / (nir + swir);
        let mut differences = Vec::new();
        for (column, row) in
            (-180..180).flat_map(|column| (-180..180).map(move |row| (column, row)))
        {
            let [lon, lat] = region.centre;
            let ground = land.at([lon + f64::from(column) * 0.0011, lat + f64::from(row) * 0.0009]);
            differences.push(nbr(ground.pre) - nbr(ground.post));
        }
        let count = |low: f32, high: f32| {
            differences.iter().filter(|dnbr| (low..high).contains(*dnbr)).count()
        };
        for (low, high) in [
            (-0.5, -0.25),
            (-0.25, -0.1),
            (-0.1, 0.1),
            (0.1, 0.27),
            (0.27, 0.44),
            (0.44, 0.66),
            (0.66, 1.3),
        ] {
            assert!(count(low, high) > 100, "{} of {low}..{high}", count(low, high));
        }
    }
}
