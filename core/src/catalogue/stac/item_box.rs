//! The box of an item, whatever a catalogue states at the antimeridian.

use super::{Footprint, Item, overlap};

impl Item {
    /// West, south, east, north; east lies beyond 180 where the box crosses the antimeridian.
    /// Where box and geometry disagree, the box of the geometry. `None` where the item has
    /// neither.
    pub fn bbox(&self) -> Option<[f64; 4]> {
        let stated = match self.bbox[..] {
            [west, south, east, north] | [west, south, _, east, north, _] => {
                Some([west, south, east, north])
            }
            _ => None,
        };
        let own = self.footprint.as_ref().map(Footprint::bounds);
        match (stated.map(unrolled), own) {
            (Some(stated), Some(own)) if holds(stated, own) => Some(stated),
            (_, Some(own)) => Some(own),
            (stated, None) => stated,
        }
    }

    /// Whether the item's box and an area share some ground.
    pub fn touches(&self, area: [f64; 4]) -> bool {
        self.bbox().is_some_and(|own| overlap(own, area).is_some())
    }
}

/// A box whose east lies beyond its west.
fn unrolled([west, south, east, north]: [f64; 4]) -> [f64; 4] {
    if west > east {
        return [west, south, east + 360.0, north];
    }
    if east - west <= 180.0 {
        return [west, south, east, north];
    }
    // No scene is so wide: the least and greatest longitude of one that crosses the antimeridian.
    // Where one is the antimeridian itself, it is unknown how far the scene reaches beyond.
    if west > -180.0 && east < 180.0 {
        [east, south, west + 360.0, north]
    } else {
        [-180.0, south, 180.0, north]
    }
}

/// Degrees by which a box may be smaller than the geometry that it agrees with: rounded numbers.
const BOX_TOLERANCE_DEGREES: f64 = 0.05;

/// Whether a box agrees with the bounds of the geometry: it holds them, and is no box around the
/// world.
fn holds(stated: [f64; 4], own: [f64; 4]) -> bool {
    let tolerance = BOX_TOLERANCE_DEGREES;
    let turn = ((stated[0] + stated[2] - own[0] - own[2]) / 720.0).round() * 360.0;
    stated[2] - stated[0] <= 180.0
        && stated[0] - tolerance <= own[0] + turn
        && stated[1] - tolerance <= own[1]
        && own[2] + turn <= stated[2] + tolerance
        && own[3] <= stated[3] + tolerance
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn item() -> Item {
        serde_json::from_str(r#"{"id":"a","properties":{}}"#).unwrap()
    }

    #[test]
    fn a_box_across_the_antimeridian_runs_on() {
        let of = |bbox: &[f64]| Item { bbox: bbox.to_vec(), ..item() };
        assert_eq!(of(&[178.0, 1.0, -179.0, 2.0]).bbox(), Some([178.0, 1.0, 181.0, 2.0]));
        assert_eq!(of(&[-179.0, 1.0, 178.0, 2.0]).bbox(), Some([178.0, 1.0, 181.0, 2.0]));
        assert_eq!(of(&[1.0, 2.0, 0.0, 3.0, 4.0, 9.0]).bbox(), Some([1.0, 2.0, 3.0, 4.0]));
        assert!(of(&[-179.0, 1.0, 178.0, 2.0]).touches([-180.0, 0.0, -170.0, 3.0]));
        assert!(!of(&[-179.0, 1.0, 178.0, 2.0]).touches([-10.0, 0.0, 10.0, 3.0]));
        assert_eq!(of(&[]).bbox(), None);
        // It is unknown how far it reaches on either side.
        for area in [[179.4, 1.0, 179.9, 2.0], [-180.0, 1.0, -179.9, 2.0]] {
            assert!(of(&[-180.0, 1.0, 180.0, 2.0]).touches(area));
            assert!(of(&[-179.73, 1.0, 180.0, 2.0]).touches(area));
        }
    }

    #[test]
    fn where_box_and_geometry_disagree_the_geometry_decides() {
        let part = |west: f64, east: f64| {
            format!("[[[{west},-18],[{east},-18],[{east},-17],[{west},-17],[{west},-18]]]")
        };
        let cut = format!("[{},{}]", part(179.3, 180.0), part(-180.0, -179.73));
        let geometry = format!(r#"{{"type":"MultiPolygon","coordinates":{cut}}}"#);
        let of = |bbox: [f64; 4]| Item {
            bbox: bbox.to_vec(),
            footprint: Footprint::from_geometry(&geometry),
            ..item()
        };
        let boxes = [
            [-180.0, -18.0, 180.0, -17.0],
            [-179.73, -18.0, 180.0, -17.0],
            [-180.0, -18.0, 179.3, -17.0],
            [-179.73, -18.0, 179.3, -17.0],
            [179.3, -18.0, -179.73, -17.0],
            [-18.0, -180.0, -17.0, 180.0],
            [0.0, 0.0, 1.0, 1.0],
        ];
        for bbox in boxes {
            let own = of(bbox).bbox().unwrap();
            assert!((own[0] - 179.3).abs() < 1e-9 && (own[2] - 180.27).abs() < 1e-9, "{bbox:?}");
            for (area, is_shared) in [
                ([179.42, -17.6, 179.95, -17.1], true),
                ([-180.0, -17.6, -179.8, -17.1], true),
                ([179.42, -17.6, 180.2, -17.1], true),
                ([-179.7, -17.6, -179.0, -17.1], false),
                ([10.0, -17.6, 11.0, -17.1], false),
            ] {
                assert_eq!(of(bbox).touches(area), is_shared, "{bbox:?} {area:?}");
            }
        }
    }
}
