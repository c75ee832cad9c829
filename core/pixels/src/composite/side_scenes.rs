//! The scenes of one side of the fire, in the order that decides between them.

use chrono::{DateTime, Utc};

use crate::composite::mosaic::{Overpasses, SceneObservations, SideObservations};
use crate::composite::sides::Composite;
use crate::order::ordered;

/// Scenes in order of time, then id, with their overpasses. Where two scenes of an overpass show
/// the same cell equally well, the first counts.
#[derive(Clone, Debug)]
pub struct SideScenes<S> {
    scenes: Vec<S>,
    overpasses: Overpasses,
}

impl<S> SideScenes<S> {
    /// The scenes in whatever order; `time_and_id` are those of a scene.
    pub fn new(
        scenes: Vec<S>,
        composite: Composite,
        time_and_id: impl Fn(&S) -> (DateTime<Utc>, &str),
    ) -> Self {
        let scenes = ordered(scenes, &|one, other| time_and_id(one).cmp(&time_and_id(other)));
        let times: Vec<DateTime<Utc>> = scenes.iter().map(|scene| time_and_id(scene).0).collect();
        Self { overpasses: Overpasses::new(composite, &times), scenes }
    }

    /// The scenes in order.
    pub fn scenes(&self) -> &[S] {
        &self.scenes
    }

    /// The scenes in order, to be changed; their times stay.
    pub fn scenes_mut(&mut self) -> &mut [S] {
        &mut self.scenes
    }

    /// What the side observed of a strip: `scenes` are the observations of each scene, in order.
    pub fn observations<'a>(&'a self, scenes: &'a [SceneObservations]) -> SideObservations<'a> {
        SideObservations { overpasses: &self.overpasses, scenes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn scenes_are_in_order_of_time_then_id() {
        let scene = |minutes: i64, id| (DateTime::from_timestamp(minutes * 60, 0).unwrap(), id);
        let scenes = vec![scene(9000, "a"), scene(0, "c"), scene(0, "b")];
        let side = SideScenes::new(scenes, Composite::Median, |(time, id)| (*time, id));
        let ids: Vec<&str> = side.scenes().iter().map(|(_, id)| *id).collect();
        assert_eq!(ids, ["b", "c", "a"]);
    }
}
