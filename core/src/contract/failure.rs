//! Why a run published no map, as facts: the page states them in the reader's language.

use serde::{Deserialize, Serialize};

use crate::catalogue::dates::FireSide;

/// The cause of a failed run. `last_error` states it as text, with more detail.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum RunFailure {
    /// No image that is clear enough on a side of the fire.
    NoScene {
        /// The side.
        side: FireSide,
    },
    /// Too many images cannot be read.
    UnreadableScenes {
        /// Images that cannot be read.
        unreadable: u64,
        /// Images that were opened in all.
        tried: u64,
    },
    /// Clouds and gaps hide too much of the zone.
    TooLittleObserved {
        /// Fraction of the zone's cells that were observed, 0 to 1.
        observed_share: f64,
        /// The least share that is published, 0 to 1.
        min_share: f64,
    },
    /// The disk is full.
    DiskFull,
    /// The run took longer than it may.
    TookTooLong {
        /// What it may take, minutes.
        max_minutes: f64,
    },
    /// The run was killed, or the machine stopped.
    Killed,
    /// The catalogue does not answer, or not as STAC does.
    Catalogue,
    /// Another cause.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_failure_is_an_object_with_a_kind() {
        let check = |failure: RunFailure, json: &str| {
            assert_eq!(serde_json::to_string(&failure).unwrap(), json);
            assert_eq!(serde_json::from_str::<RunFailure>(json).unwrap(), failure);
        };
        check(RunFailure::NoScene { side: FireSide::Post }, r#"{"kind":"no_scene","side":"post"}"#);
        check(RunFailure::DiskFull, r#"{"kind":"disk_full"}"#);
        check(
            RunFailure::TookTooLong { max_minutes: 180.0 },
            r#"{"kind":"took_too_long","max_minutes":180.0}"#,
        );
        let newer: RunFailure = serde_json::from_str(r#"{"kind":"meteor"}"#).unwrap();
        assert_eq!(newer, RunFailure::Other);
    }
}
