//! An index of places by cubes of space.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::fires::sphere::Place;

/// Numbers of places, by the cube in which each lies; in a cube in the order of insertion.
#[derive(Clone, Debug)]
pub(super) struct CubeIndex {
    cube_km: f64,
    numbers: HashMap<[i32; 3], usize, BuildHasherDefault<CubeHasher>>,
    cubes: Vec<Vec<u32>>,
}

impl CubeIndex {
    /// An index of cubes of a size.
    pub(super) fn new(cube_km: f64) -> Self {
        Self { cube_km, numbers: HashMap::default(), cubes: Vec::new() }
    }

    /// Side of a cube, km.
    pub(super) fn cube_km(&self) -> f64 {
        self.cube_km
    }

    /// Adds a place by its number.
    pub(super) fn insert(&mut self, place: &Place, number: u32) {
        let count = self.cubes.len();
        let cube = *self.numbers.entry(self.cube_of(place)).or_insert(count);
        if cube == count {
            self.cubes.push(Vec::new());
        }
        self.cubes[cube].push(number);
    }

    /// Collects the cubes that hold a place within a distance, and some farther away.
    pub(super) fn collect_near(&self, place: &Place, reach_km: f64, cubes: &mut Vec<usize>) {
        if self.cubes.is_empty() {
            return;
        }
        let ring = (reach_km / self.cube_km).ceil() as i32;
        let [x, y, z] = self.cube_of(place);
        for dx in -ring..=ring {
            for dy in -ring..=ring {
                for dz in -ring..=ring {
                    cubes.extend(self.numbers.get(&[x + dx, y + dy, z + dz]));
                }
            }
        }
    }

    /// The places in a cube.
    pub(super) fn detections(&self, cube: usize) -> &[u32] {
        &self.cubes[cube]
    }

    fn cube_of(&self, place: &Place) -> [i32; 3] {
        [place.x, place.y, place.z].map(|km| (km / self.cube_km).floor() as i32)
    }
}

/// Mixes the numbers of a cube; the standard hasher takes most of the time of a link.
#[derive(Clone, Copy, Debug, Default)]
struct CubeHasher(u64);

impl Hasher for CubeHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_i32(i32::from(*byte)));
    }

    fn write_i32(&mut self, number: i32) {
        let mixed = self.0.rotate_left(23) ^ u64::from(number.cast_unsigned());
        self.0 = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
