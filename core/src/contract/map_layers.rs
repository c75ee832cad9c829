//! The rasters beside the dNBR: how each cell came about.

use dragonfly_pixels::{Empty, NO_DATE, NO_VIEW_COUNT};
use serde::{Deserialize, Serialize};

/// A raster beside the dNBR, on the same cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapLayer {
    /// Day of the latest clear view before the fire that was used.
    PreDate,
    /// The same after the fire.
    PostDate,
    /// Number of clear views of both sides.
    Views,
    /// Whether a cell holds a dNBR, or why not.
    State,
}

/// The addresses of the layers of a map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapLayers {
    /// Of [`MapLayer::PreDate`].
    pub pre_date: String,
    /// Of [`MapLayer::PostDate`].
    pub post_date: String,
    /// Of [`MapLayer::Views`].
    pub views: String,
    /// Of [`MapLayer::State`].
    pub state: String,
}

impl MapLayer {
    /// All layers.
    pub const ALL: [Self; 4] = [Self::PreDate, Self::PostDate, Self::Views, Self::State];

    /// The name in files and metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreDate => "pre_date",
            Self::PostDate => "post_date",
            Self::Views => "views",
            Self::State => "state",
        }
    }

    /// The value of cells without one.
    pub fn no_data(self) -> f64 {
        match self {
            Self::PreDate | Self::PostDate => NO_DATE.into(),
            Self::Views => NO_VIEW_COUNT.into(),
            Self::State => Empty::OutsideBox.code().into(),
        }
    }

    /// What its numbers are, as text.
    pub fn describe(self) -> String {
        let date = |side| {
            format!(
                "days since 1970-01-01 of the latest clear view {side} the fire that was used; \
                {NO_DATE} without one"
            )
        };
        match self {
            Self::PreDate => date("before"),
            Self::PostDate => date("after"),
            Self::Views => format!(
                "clear views before and after the fire together, at most {}; {NO_VIEW_COUNT} \
                outside the region and the fire zone",
                NO_VIEW_COUNT - 1
            ),
            Self::State => {
                let reasons: Vec<String> = Empty::ALL
                    .iter()
                    .map(|reason| format!("{} {}", reason.code(), reason.name()))
                    .collect();
                format!(
                    "{} a dNBR, {} a dNBR that a single view shows burnt, {} land before the fire \
                    and water after it, {} a dNBR of burnt-looking ground where no fire was seen; \
                    {}",
                    crate::VALID,
                    crate::PROVISIONAL,
                    crate::WATER_AFTER,
                    crate::CHANGED,
                    reasons.join(", ")
                )
            }
        }
    }
}

impl MapLayers {
    /// The addresses, by layer.
    pub fn new(url: impl Fn(MapLayer) -> String) -> Self {
        Self {
            pre_date: url(MapLayer::PreDate),
            post_date: url(MapLayer::PostDate),
            views: url(MapLayer::Views),
            state: url(MapLayer::State),
        }
    }

    /// The address of a layer.
    pub fn url(&self, layer: MapLayer) -> &str {
        match layer {
            MapLayer::PreDate => &self.pre_date,
            MapLayer::PostDate => &self.post_date,
            MapLayer::Views => &self.views,
            MapLayer::State => &self.state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn layers_are_published_under_their_names() {
        let layers = MapLayers::new(|layer| format!("/{}.tif", layer.name()));
        let json = serde_json::to_value(&layers).unwrap();
        assert_eq!(json.as_object().unwrap().len(), MapLayer::ALL.len());
        for layer in MapLayer::ALL {
            assert_eq!(json[layer.name()], layers.url(layer));
        }
    }

    #[test]
    fn every_code_of_the_state_is_described() {
        let words = MapLayer::State.describe();
        assert!(words.starts_with("1 a dNBR, 2 a dNBR that a single view shows burnt"), "{words}");
        assert!(words.contains("253 cloud, shadow or snow"), "{words}");
    }
}
