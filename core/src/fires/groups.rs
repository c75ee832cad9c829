//! Fires of the detections at hand: components, and those that begin again where one burnt.

use std::collections::BTreeMap;

use crate::fires::cubes::CubeIndex;
use crate::fires::detection::{Detection, MINUTES_PER_DAY};
use crate::fires::link::{ESTABLISHED_DETECTIONS, Linked, Merger, link, link_of_pixel_km};
use crate::fires::outline::{FireCells, FireOutline};
use crate::fires::returning_heat::returns_to_its_ground;
use crate::fires::settings::FireSettings;
use crate::fires::sphere::SpherePoint;
use crate::fires::static_sources::{extent_km, stays_in_place};

/// A fire wakes when it is seen again within so many days.
pub(super) const WAKE_DAYS: i32 = 30;

/// Detections that are one fire.
#[derive(Clone, Debug)]
pub(super) struct FireGroup {
    /// In order of time.
    pub(super) detections: Vec<Detection>,
    /// Its outline; none where it is too small or too short to be a fire.
    pub(super) outline: Option<FireOutline>,
    /// Whether it is a static source.
    pub(super) is_static: bool,
    /// Founding detections of established parts that joined it, with the minute of the merger.
    pub(super) joined: Vec<(Detection, i32)>,
    /// The diagonal of the box around its detections, km.
    pub(super) extent_km: f64,
}

impl FireGroup {
    /// Whether it is large and long enough to be listed.
    pub(super) fn is_fire(&self, settings: &FireSettings) -> bool {
        self.outline.as_ref().is_some_and(|outline| outline.hectares >= settings.min_hectares)
    }

    fn is_established(&self) -> bool {
        let [Some(first), Some(last)] = [self.detections.first(), self.detections.last()] else {
            return false;
        };
        self.detections.len() >= ESTABLISHED_DETECTIONS as usize || last.day() > first.day()
    }

    /// Whether its outline can be so large: it lies within the box around its footprints.
    fn may_cover(&self, hectares: f64) -> bool {
        let pixel_m = self.detections.iter().map(Detection::pixel_m).max().unwrap_or_default();
        let side_km =
            self.extent_km * std::f64::consts::FRAC_1_SQRT_2 + f64::from(pixel_m) / 1000.0;
        side_km * side_km * 100.0 >= hectares
    }

    fn examine(&mut self, settings: &FireSettings) {
        if self.is_established() && self.may_cover(settings.min_hectares) {
            // Most are too small, and no line is traced around them.
            let ground = FireCells::of(&self.detections);
            let ground = ground.filter(|ground| ground.hectares() >= settings.min_hectares);
            self.outline = ground.map(|ground| ground.outline());
            self.is_static =
                stays_in_place(&self.detections) || returns_to_its_ground(&self.detections);
        }
    }
}

/// The groups of sorted detections, in the order of their founding.
pub(super) fn fire_groups(points: Vec<Detection>, settings: &FireSettings) -> Vec<FireGroup> {
    let mut groups = linked_groups(&points, settings);
    drop(points);
    groups.iter_mut().for_each(|group| group.examine(settings));
    join_woken(groups, settings)
}

fn linked_groups(points: &[Detection], settings: &FireSettings) -> Vec<FireGroup> {
    let Linked { components, mergers } = link(points, settings);
    let group = |component: &Vec<u32>| {
        let detections: Vec<Detection> = component.iter().map(|at| points[*at as usize]).collect();
        let extent_km = extent_km(&detections);
        FireGroup { detections, outline: None, is_static: false, joined: Vec::new(), extent_km }
    };
    let mut groups: Vec<FireGroup> = components.iter().map(group).collect();
    add_mergers(&mut groups, &components, &mergers, points);
    groups
}

fn add_mergers(
    groups: &mut [FireGroup],
    components: &[Vec<u32>],
    mergers: &[Merger],
    points: &[Detection],
) {
    let founded: BTreeMap<u32, Merger> =
        mergers.iter().map(|merger| (merger.younger, *merger)).collect();
    for (group, component) in groups.iter_mut().zip(components) {
        let found = component.iter().filter_map(|at| founded.get(at));
        group.joined = found.map(|m| (points[m.younger as usize], m.minute)).collect();
    }
}

/// Joins each group with the oldest fire near whose detections it begins, within [`WAKE_DAYS`]
/// after that fire was last seen.
fn join_woken(groups: Vec<FireGroup>, settings: &FireSettings) -> Vec<FireGroup> {
    let mut burnt = BurntGround::new(settings);
    let mut joined: Vec<FireGroup> = Vec::new();
    for group in groups {
        match burnt.oldest_fire_near(&group, &joined) {
            Some(at) => {
                burnt.add(&group, at);
                let (first, minute) = (group.detections[0], group.detections[0].minute);
                let fire = &mut joined[at];
                if group.is_fire(settings) {
                    fire.joined.push((first, minute));
                }
                fire.joined.extend(group.joined);
                fire.detections.extend(group.detections);
                fire.detections.sort_unstable();
                fire.extent_km = extent_km(&fire.detections);
                fire.outline = None;
            }
            None => {
                if group.is_fire(settings) && !group.is_static {
                    burnt.add(&group, joined.len());
                }
                joined.push(group);
            }
        }
    }
    let changed = joined.iter_mut().filter(|group| group.outline.is_none());
    changed.for_each(|group| group.examine(settings));
    joined
}

/// Detections of fires, to find those near which another begins.
struct BurntGround {
    index: CubeIndex,
    places: Vec<SpherePoint>,
    fires: Vec<usize>,
    link_km: f64,
}

impl BurntGround {
    fn new(settings: &FireSettings) -> Self {
        let link_km = settings.link_km;
        Self { index: CubeIndex::new(link_km), places: Vec::new(), fires: Vec::new(), link_km }
    }

    fn add(&mut self, group: &FireGroup, fire: usize) {
        for point in &group.detections {
            let place = SpherePoint::of(point);
            self.index.insert(&place, self.places.len() as u32, point.minute);
            self.places.push(place);
            self.fires.push(fire);
        }
    }

    fn oldest_fire_near(&self, group: &FireGroup, fires: &[FireGroup]) -> Option<usize> {
        let start = group.detections.first()?.minute;
        let founding = group.detections.iter().take_while(|point| point.minute == start);
        let near = founding.flat_map(|point| self.fires_near(point));
        near.filter(|fire| {
            let last = fires[*fire].detections.last().map_or(i32::MIN, |point| point.minute);
            start.saturating_sub(last) <= WAKE_DAYS * MINUTES_PER_DAY
        })
        .min()
    }

    fn fires_near(&self, point: &Detection) -> Vec<usize> {
        let place = SpherePoint::of(point);
        let reach_km = link_of_pixel_km(point.pixel_m(), self.link_km);
        let mut cubes = Vec::new();
        self.index.collect_near(&place, reach_km, &mut cubes);
        let near = cubes.into_iter().flat_map(|cube| self.index.detections(cube));
        near.filter(|(other, minute)| {
            let is_near = place.squared_chord(&self.places[*other as usize]) <= reach_km * reach_km;
            *minute <= point.minute && is_near
        })
        .map(|(other, _)| self.fires[*other as usize])
        .collect()
    }
}
