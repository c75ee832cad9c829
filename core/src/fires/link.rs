//! Detections that belong together: connected components in space and time.
//!
//! Two detections are linked when they are within `link_km`, or within twice the size of the
//! larger pixel, and within `link_days`. New detections only join components and never part them,
//! so the result depends on the set of detections alone.

use crate::fires::cubes::{AdjacentCubes, CubeIndex};
use crate::fires::detection::{Detection, MINUTES_PER_DAY};
use crate::fires::settings::FireSettings;
use crate::fires::sphere::SpherePoint;
use crate::fires::union::DisjointSets;

/// Links are never longer, whatever the size of a pixel, km.
const MAX_LINK_KM: f64 = 5.0;
/// Pixel sizes to which a link is wide at least: a gap of one pixel is bridged.
const PIXELS_TO_LINK: f64 = 2.0;
/// Detections from which a component counts as a fire that may have been listed; or two days.
pub(super) const ESTABLISHED_DETECTIONS: u32 = 20;

/// Detections in components.
#[derive(Clone, Debug, Default)]
pub(super) struct Linked {
    /// Detections of each component in order of time; components in the order of their first.
    pub(super) components: Vec<Vec<u32>>,
    /// Components that were established when they were joined with an older one.
    pub(super) mergers: Vec<Merger>,
}

/// Two established components became one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Merger {
    /// First detection of the younger one.
    pub(super) younger: u32,
    /// Minute of the detection that joined them.
    pub(super) minute: i32,
}

/// Links detections, which are sorted.
pub(super) fn link(points: &[Detection], settings: &FireSettings) -> Linked {
    let mut linking = Linking::new(points, settings);
    let adjacent = linking.fine.adjacent_cubes();
    for at in 0..points.len() as u32 {
        linking.add(at, &adjacent);
    }
    let mut components: Vec<Vec<u32>> = Vec::new();
    let mut numbers = vec![0; points.len()];
    for at in 0..points.len() as u32 {
        // A root is the first detection of its component.
        let root = linking.sets.root(at);
        if root == at {
            numbers[at as usize] = components.len();
            components.push(Vec::new());
        }
        components[numbers[root as usize]].push(at);
    }
    Linked { components, mergers: linking.mergers }
}

/// Detections in order of time, each linked with those before it.
struct Linking<'a> {
    points: &'a [Detection],
    places: Vec<SpherePoint>,
    sets: DisjointSets,
    spans: Vec<ComponentSpan>,
    mergers: Vec<Merger>,
    fine: CubeIndex,
    /// The cube of each fine detection, and [`COARSE`] for a coarse one.
    fine_cubes: Vec<u32>,
    coarse: CubeIndex,
    /// Empty between two detections.
    cubes: Vec<usize>,
    link_km: f64,
    link_minutes: i32,
}

/// In place of a cube: links of the detection may pass adjacent cubes.
const COARSE: u32 = u32::MAX;

/// What makes a component established.
#[derive(Clone, Copy, Debug)]
struct ComponentSpan {
    detections: u32,
    first_day: i32,
    last_day: i32,
}

impl ComponentSpan {
    fn is_established(&self) -> bool {
        self.detections >= ESTABLISHED_DETECTIONS || self.last_day > self.first_day
    }

    fn joined(self, other: Self) -> Self {
        Self {
            detections: self.detections + other.detections,
            first_day: self.first_day.min(other.first_day),
            last_day: self.last_day.max(other.last_day),
        }
    }
}

impl<'a> Linking<'a> {
    fn new(points: &'a [Detection], settings: &FireSettings) -> Self {
        let link_km = settings.link_km.clamp(0.1, MAX_LINK_KM);
        let minutes = i64::from(settings.link_days) * i64::from(MINUTES_PER_DAY);
        let span = |point: &Detection| {
            let day = point.day();
            ComponentSpan { detections: 1, first_day: day, last_day: day }
        };
        let places: Vec<SpherePoint> = points.iter().map(SpherePoint::of).collect();
        // Twice the largest pixel of VIIRS, 0.8 km, still reaches into adjacent cubes only.
        let mut fine = CubeIndex::new(link_km * 1.1);
        let fine_cube = |(point, place): (&Detection, &SpherePoint)| {
            let is_fine = link_of_pixel_km(point.pixel_m(), link_km) <= fine.cube_km();
            if is_fine { fine.cube_at(place) as u32 } else { COARSE }
        };
        let fine_cubes = points.iter().zip(&places).map(fine_cube).collect();
        Self {
            points,
            places,
            sets: DisjointSets::new(points.len()),
            spans: points.iter().map(span).collect(),
            mergers: Vec::new(),
            fine,
            fine_cubes,
            cubes: Vec::new(),
            coarse: CubeIndex::new(MAX_LINK_KM),
            link_km,
            link_minutes: i32::try_from(minutes).unwrap_or(i32::MAX),
        }
    }

    fn add(&mut self, at: u32, adjacent: &AdjacentCubes) {
        let (place, minute) = (self.places[at as usize], self.points[at as usize].minute);
        let reach_km = link_of_pixel_km(self.points[at as usize].pixel_m(), self.link_km);
        match self.fine_cubes[at as usize] {
            COARSE => {
                let mut cubes = std::mem::take(&mut self.cubes);
                self.fine.collect_near(&place, reach_km, &mut cubes);
                cubes.drain(..).for_each(|cube| self.link_with_cube(at, false, cube));
                self.cubes = cubes;
                self.link_with_coarse(at);
                self.coarse.insert(&place, at, minute);
            }
            cube => {
                for near in adjacent.of(cube as usize) {
                    self.link_with_cube(at, false, *near as usize);
                }
                self.link_with_coarse(at);
                self.fine.insert_into(cube as usize, at, minute);
            }
        }
    }

    /// Links a detection with coarse ones, by the size of their pixels.
    fn link_with_coarse(&mut self, at: u32) {
        let mut cubes = std::mem::take(&mut self.cubes);
        self.coarse.collect_near(&self.places[at as usize], MAX_LINK_KM, &mut cubes);
        cubes.drain(..).for_each(|cube| self.link_with_cube(at, true, cube));
        self.cubes = cubes;
    }

    /// Links a detection with those in a cube, the latest first.
    fn link_with_cube(&mut self, at: u32, is_coarse: bool, cube: usize) {
        let index = if is_coarse { &self.coarse } else { &self.fine };
        let (point, place) = (&self.points[at as usize], &self.places[at as usize]);
        let mut root = self.sets.root(at);
        for (other, minute) in index.detections(cube).iter().rev() {
            if point.minute.saturating_sub(*minute) > self.link_minutes {
                break;
            }
            let other_root = self.sets.root(*other);
            if other_root == root {
                continue;
            }
            let earlier = &self.points[*other as usize];
            let link_km = link_of_pixel_km(point.pixel_m().max(earlier.pixel_m()), self.link_km);
            if place.squared_chord(&self.places[*other as usize]) <= link_km * link_km {
                let (older, younger) = (root.min(other_root), root.max(other_root));
                let spans = [older, younger].map(|root| self.spans[root as usize]);
                if spans.iter().all(ComponentSpan::is_established) {
                    self.mergers.push(Merger { younger, minute: point.minute });
                }
                self.spans[older as usize] = spans[0].joined(spans[1]);
                self.sets.join_roots(older, younger);
                root = older;
            }
        }
    }
}

/// The length of a link by a pixel, km.
pub(super) fn link_of_pixel_km(pixel_m: u16, link_km: f64) -> f64 {
    (PIXELS_TO_LINK * f64::from(pixel_m) / 1000.0).max(link_km).min(MAX_LINK_KM)
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
