//! The id of a fire, from its founding detection.

use crate::fires::detection::{Detection, date_of_minute};

/// Letters of a geohash.
const GEOHASH_LETTERS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
/// Letters in an id: a place of about 1 km.
const ID_LETTERS: usize = 6;
/// Letters of the longest id, when others are used: a place of about 4 m.
const MAX_ID_LETTERS: usize = 9;

/// The id of a fire by its founding detection, as `f20250107_9q5c2v`; with more letters where
/// `is_used` states that another fire has it.
pub(super) fn fire_id(founding: &Detection, is_used: impl Fn(&str) -> bool) -> String {
    let date = date_of_minute(founding.minute).format("%Y%m%d");
    let id =
        |letters: usize| format!("f{date}_{}", geohash(founding.lon(), founding.lat(), letters));
    let free = (ID_LETTERS..=MAX_ID_LETTERS).map(id).find(|id| !is_used(id));
    // Two detections of a satellite are never so close.
    free.unwrap_or_else(|| format!("{}_{}", id(MAX_ID_LETTERS), founding.minute))
}

/// Halves of longitude and latitude in turn, five to a letter.
fn geohash(lon: f64, lat: f64, letters: usize) -> String {
    let mut ranges = [(lon, -180.0, 180.0), (lat, -90.0, 90.0)];
    let mut axis = 0;
    let letter = |_| {
        let mut number = 0;
        for _ in 0..5 {
            let (value, low, high) = &mut ranges[axis];
            let middle = 0.5 * (*low + *high);
            let is_upper = *value >= middle;
            *(if is_upper { low } else { high }) = middle;
            number = number << 1 | usize::from(is_upper);
            axis = 1 - axis;
        }
        char::from(GEOHASH_LETTERS[number])
    };
    (0..letters).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_geohash_is_the_one_that_others_compute() {
        // The example of the article that describes the code, Wikipedia "Geohash".
        assert_eq!(geohash(10.40744, 57.64911, 11), "u4pruydqqvj");
        assert_eq!(geohash(-5.6, 42.6, 5), "ezs42");
    }
}
