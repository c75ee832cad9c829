//! An index of places by cubes of space.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::fires::sphere::SpherePoint;

/// Numbers and minutes of detections, by the cube in which each lies; in a cube in the order of
/// insertion. The minute lies beside the number because those of a cube are far apart elsewhere.
#[derive(Clone, Debug)]
pub(super) struct CubeIndex {
    cube_km: f64,
    numbers: HashMap<[i32; 3], usize, BuildHasherDefault<CubeHasher>>,
    cubes: Vec<Vec<(u32, i32)>>,
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

    /// Adds a detection at a place.
    pub(super) fn insert(&mut self, place: &SpherePoint, number: u32, minute: i32) {
        let cube = self.cube_at(place);
        self.insert_into(cube, number, minute);
    }

    /// Adds a detection to its cube, see [`Self::cube_at`].
    pub(super) fn insert_into(&mut self, cube: usize, number: u32, minute: i32) {
        self.cubes[cube].push((number, minute));
    }

    /// The cube of a place, which may hold none yet.
    pub(super) fn cube_at(&mut self, place: &SpherePoint) -> usize {
        let count = self.cubes.len();
        let cube = *self.numbers.entry(self.cube_of(place)).or_insert(count);
        if cube == count {
            self.cubes.push(Vec::new());
        }
        cube
    }

    /// The cubes of all places, see [`Self::cube_at`], that touch each of them.
    pub(super) fn adjacent_cubes(&self) -> AdjacentCubes {
        let mut by_number = vec![[0; 3]; self.cubes.len()];
        self.numbers.iter().for_each(|(cube, number)| by_number[*number] = *cube);
        let mut adjacent = AdjacentCubes { ends: Vec::new(), cubes: Vec::new() };
        for cube in by_number {
            self.collect_around(cube, 1, |cube| adjacent.cubes.push(cube as u32));
            adjacent.ends.push(adjacent.cubes.len() as u32);
        }
        adjacent
    }

    /// Collects the cubes that hold a place within a distance, and some farther away.
    pub(super) fn collect_near(&self, place: &SpherePoint, reach_km: f64, cubes: &mut Vec<usize>) {
        if self.cubes.is_empty() {
            return;
        }
        let ring = (reach_km / self.cube_km).ceil() as i32;
        self.collect_around(self.cube_of(place), ring, |cube| cubes.push(cube));
    }

    fn collect_around(&self, [x, y, z]: [i32; 3], ring: i32, mut collect: impl FnMut(usize)) {
        for dx in -ring..=ring {
            for dy in -ring..=ring {
                for dz in -ring..=ring {
                    if let Some(cube) = self.numbers.get(&[x + dx, y + dy, z + dz]) {
                        collect(*cube);
                    }
                }
            }
        }
    }

    /// Numbers and minutes of the detections in a cube.
    pub(super) fn detections(&self, cube: usize) -> &[(u32, i32)] {
        &self.cubes[cube]
    }

    fn cube_of(&self, place: &SpherePoint) -> [i32; 3] {
        [place.x, place.y, place.z].map(|km| (km / self.cube_km).floor() as i32)
    }
}

/// The cubes that touch each cube, and the cube itself.
#[derive(Clone, Debug)]
pub(super) struct AdjacentCubes {
    /// Where those of a cube end in `cubes`.
    ends: Vec<u32>,
    cubes: Vec<u32>,
}

impl AdjacentCubes {
    /// Those of one cube.
    pub(super) fn of(&self, cube: usize) -> &[u32] {
        let start = cube.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.cubes[start as usize..self.ends[cube] as usize]
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
