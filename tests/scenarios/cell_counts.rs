//! What a map shows of the cells on some kind of ground.

use dragonfly_core::{Grid, MapCell, WarningReason};
use serde_json::{Value, json};

use super::dated_scenes::DatedScenes;
use crate::engine::{EngineTask, check_same_bits, warnings};

/// dNBR from which ground is of low severity, and of high.
pub(super) const LOW: f32 = 0.10;
pub(super) const HIGH: f32 = 0.66;

/// A computed map, and the pixel under each cell.
pub(super) struct ScenarioMap {
    cells: Vec<MapCell>,
    pixels: Vec<Option<usize>>,
    /// Why the map is doubtful.
    pub(super) warnings: Vec<WarningReason>,
}

/// Shares of the cells on some kind of ground.
#[derive(Debug)]
pub(super) struct CellShares {
    /// Cells on that ground.
    pub(super) cells: usize,
    /// With a value.
    pub(super) seen: f64,
    /// Burnt, as a second view confirms.
    pub(super) confirmed: f64,
    /// Burnt in a single view.
    pub(super) provisional: f64,
    /// Of high severity.
    pub(super) high: f64,
    /// Water after the fire.
    pub(super) water_after: f64,
}

impl ScenarioMap {
    /// Computes a region over the whole of the scenes in both engines, which must agree. `days` are
    /// `pre` and `post`, or nothing for a rolling map.
    pub(super) fn compute(scenes: &DatedScenes, zoom: u8, days: &Value) -> Self {
        let mut region =
            json!({ "name": "area", "bbox": scenes.bbox(), "zoom_min": 8, "zoom_max": zoom });
        region.as_object_mut().unwrap().extend(days.as_object().unwrap().clone());
        let catalogue = scenes.catalogue();
        let task = EngineTask { catalogue, region, mask_rules: Default::default() };
        let batch = check_same_bits(&task, 100);
        let grid = Grid::covering(scenes.bbox(), zoom);
        let cells = batch.dnbr.iter().zip(&batch.state);
        Self {
            cells: cells.map(|(dnbr, state)| MapCell::new(*dnbr, *state)).collect(),
            pixels: scenes.pixels_of_cells(&grid),
            warnings: warnings(&batch).into_iter().map(|warning| warning.why).collect(),
        }
    }

    /// The shares of the cells over pixels on some kind of ground.
    pub(super) fn shares(&self, is_wanted: impl Fn(usize) -> bool) -> CellShares {
        let over = self.cells.iter().zip(&self.pixels);
        let cells: Vec<MapCell> = over
            .filter(|(_, pixel)| pixel.is_some_and(&is_wanted))
            .map(|(cell, _)| *cell)
            .collect();
        let share = |condition: &dyn Fn(&MapCell) -> bool| {
            cells.iter().filter(|cell| condition(cell)).count() as f64 / cells.len() as f64
        };
        let is_from = |cell: &MapCell, least: f32| cell.value().is_ok_and(|dnbr| dnbr >= least);
        CellShares {
            cells: cells.len(),
            seen: share(&|cell| cell.value().is_ok()),
            confirmed: share(&|cell| matches!(cell, MapCell::Value(dnbr) if *dnbr >= LOW)),
            provisional: share(&|cell| matches!(cell, MapCell::Provisional(_))),
            high: share(&|cell| is_from(cell, HIGH)),
            water_after: share(&|cell| matches!(cell, MapCell::WaterAfter)),
        }
    }
}
