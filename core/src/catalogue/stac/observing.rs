//! Under which light and from which orbit a scene was taken, and how well it is placed.

use super::Item;

/// When Landsat 7 left its orbit, 2022-04-06, seconds: its time of day has drifted since.
const LANDSAT_7_LEFT_ORBIT: i64 = 1_649_203_200;

impl Item {
    /// Height of the sun above the horizon, degrees; `None` where it is not stated.
    pub fn sun_elevation(&self) -> Option<f64> {
        let stated = self.properties.sun_elevation;
        stated.or_else(|| self.properties.solar_zenith.map(|zenith| 90.0 - zenith))
    }

    /// Whether Landsat 7 took it after it had left its orbit.
    pub fn has_drifting_orbit(&self) -> bool {
        let platform = self.properties.platform.as_deref().unwrap_or_default();
        let is_landsat_7 =
            ["landsat-7", "landsat_7"].into_iter().any(|name| platform.eq_ignore_ascii_case(name))
                || self.id.starts_with("LE07");
        is_landsat_7 && self.acquired().is_some_and(|at| at.timestamp() >= LANDSAT_7_LEFT_ORBIT)
    }

    /// Whether a Landsat scene is of the first tier, or no Landsat scene: others are placed less
    /// well, by tens of metres, or not yet calibrated.
    pub fn is_first_tier(&self) -> bool {
        let stated = self.properties.landsat_category.as_deref();
        let of_id = || {
            let last = self.id.rsplit('_').find(|part| *part != "SR" && *part != "ST")?;
            self.id.starts_with('L').then_some(last)
        };
        !matches!(stated.or_else(of_id), Some("T2" | "RT"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn item(id: &str, properties: &str) -> Item {
        let text = format!(r#"{{"id":"{id}","properties":{{{properties}}},"assets":{{}}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_height_of_the_sun_has_two_names() {
        assert_eq!(item("a", r#""view:sun_elevation":20.5"#).sun_elevation(), Some(20.5));
        assert_eq!(item("a", r#""s2:mean_solar_zenith":70"#).sun_elevation(), Some(20.0));
        assert_eq!(item("a", "").sun_elevation(), None);
    }

    #[test]
    fn landsat_7_drifts_since_april_2022() {
        let drifts = |id: &str, platform: &str, day: &str| {
            item(id, &format!(r#""platform":"{platform}","datetime":"{day}T17:00:00Z""#))
                .has_drifting_orbit()
        };
        assert!(drifts("a", "landsat-7", "2022-04-06"));
        assert!(drifts("a", "LANDSAT_7", "2023-01-01"));
        assert!(drifts("LE07_L2SP_033034_20230618_20230714_02_T1", "", "2023-06-18"));
        assert!(!drifts("a", "landsat-7", "2021-12-31"));
        assert!(!drifts("a", "landsat-9", "2023-01-01"));
    }

    #[test]
    fn a_tier_is_stated_or_in_the_id() {
        let is_first = |id, properties| item(id, properties).is_first_tier();
        assert!(is_first("LC08_L2SP_042035_20250617_20250624_02_T1", ""));
        assert!(!is_first("LC08_L2SP_042035_20250617_20250624_02_T2", ""));
        assert!(!is_first("LC09_L2SP_042035_20250617_20250624_02_T2_SR", ""));
        assert!(!is_first("LE07_L2SP_042035_20250617_20250624_02_RT", ""));
        assert!(!is_first("a", r#""landsat:collection_category":"RT""#));
        assert!(is_first("LC08_T2", r#""landsat:collection_category":"T1""#));
        assert!(is_first("S2A_10SGD_20250806_0_T2", ""));
    }
}
