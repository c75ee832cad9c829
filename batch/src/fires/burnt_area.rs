//! The burnt area of a fire's map, measured by the process that made the map.

use std::path::Path;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use dragonfly_core::metadata::MappedFire;
use dragonfly_core::{
    BeyondAntimeridian, BurntAreaRules, Empty, FireMapKind, FireState, Grid, Hectares, MapCell,
    PROVISIONAL, Region, Severity, Summary, WATER_AFTER, burnt_area, has_value, trace_cells,
    with_enclosed,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::deployment::Deployment;
use crate::deployment::layout::RunFolder;
use crate::fires::layout::FiresLayout;
use crate::publish::json_file::write_json;
use crate::publish::raster::RunReader;
use crate::publish::run::read_record;
use crate::publish::store::LocalStore;

/// The fire that a region's run maps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FireOfRun {
    pub(crate) id: String,
    pub(crate) kind: FireMapKind,
    pub(crate) state: FireState,
    /// Day of the newest image of the map that this one replaces: without a newer image it is not
    /// made.
    pub(crate) newer_than: Option<NaiveDate>,
    /// Longitudes and latitudes of its points; those beyond the 180° meridian pass ±180.
    pub(crate) points: Vec<(f64, f64)>,
    /// What of it lies beyond that meridian, where the map ends.
    #[serde(default)]
    pub(crate) beyond_antimeridian: Option<BeyondAntimeridian>,
}

/// A burning fire of which there is no image that its map does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no image is newer than that of {0}, which the map has: the map stays")]
pub(crate) struct NoNewerImageError(NaiveDate);

/// What a map shows of its fire, for the record of the fire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct MapOfFire {
    /// The run that made the map.
    pub(crate) run_id: String,
    /// Fraction of the zone's cells that were seen, 0 to 1.
    pub(crate) seen_share: f64,
    /// Fraction of those that are burnt, 0 to 1.
    pub(crate) burnt_share: f64,
    /// Burnt area by class.
    pub(crate) hectares: Hectares,
    /// What of it a single image shows, and no other confirms.
    #[serde(default)]
    pub(crate) provisional_hectares: f64,
    /// The worst class of the burnt area.
    pub(crate) worst: Option<Severity>,
    /// Day of the newest image.
    pub(crate) newest_scene: Option<NaiveDate>,
    /// The burnt area: a GeoJSON MultiPolygon.
    pub(crate) area: serde_json::Value,
    /// The same with what it encloses; absent in files of older versions.
    #[serde(default)]
    pub(crate) perimeter: Option<Perimeter>,
}

/// The burnt area with the islands that did not burn, or were not seen: what agencies publish as
/// the perimeter of a fire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Perimeter {
    pub(crate) hectares: f64,
    /// A GeoJSON MultiPolygon.
    pub(crate) area: serde_json::Value,
}

impl Perimeter {
    fn around(grid: &Grid, is_burnt: &[bool]) -> Result<Self> {
        let width = grid.width() as usize;
        let is_within = with_enclosed(is_burnt, width);
        let row_ha = |(row, cells): (u32, &[bool])| {
            cells.iter().filter(|cell| **cell).count() as f64 * grid.cell_area_ha(row)
        };
        let hectares = (0..).zip(is_within.chunks_exact(width)).map(row_ha).sum();
        Ok(Self { hectares, area: multi_polygon(grid, &is_within)? })
    }
}

fn multi_polygon(grid: &Grid, is_marked: &[bool]) -> Result<serde_json::Value> {
    Ok(json!({ "type": "MultiPolygon", "coordinates": trace_cells(grid, is_marked)? }))
}

impl FireOfRun {
    /// Measures the burnt area of a finished run, and adds it to the record of the run.
    ///
    /// # Errors
    /// When a raster or a record cannot be read or written.
    pub(crate) fn measure(
        &self,
        deployment: &Deployment,
        region: &Region,
        folder: &RunFolder,
    ) -> Result<()> {
        let grid = Grid::covering(region.bbox, region.zoom_max);
        let cells = RunReader::open(folder)?
            .cells((0, 0), (grid.width(), grid.height()))
            .context("reading the map of the fire")?;
        let mut record = read_record(folder)?;
        let newest_scene = Some(record.map.post_window.last);
        if let Some(before) = self.newer_than
            && newest_scene <= Some(before)
        {
            return Err(NoNewerImageError(before).into());
        }
        let map = self.measure_cells(&grid, cells, record.map.run_id.clone(), newest_scene)?;
        record.map.fire = Some(MappedFire {
            id: self.id.clone(),
            state: self.state,
            map: self.kind,
            burnt_hectares: map.hectares.burnt(),
            provisional_hectares: map.provisional_hectares,
            hectares: map.hectares,
            beyond_antimeridian: self.beyond_antimeridian,
            outlines_url: format!("/meta/fires/{}.geojson", self.id),
        });
        let store = LocalStore::of(&deployment.layout);
        let layout = FiresLayout::of(&deployment.layout);
        write_json(&store, &layout.burnt_area(&region.name), &map)?;
        write_json(&store, &folder.record(), &record)
    }

    fn measure_cells(
        &self,
        grid: &Grid,
        (dnbr, state): (Vec<f32>, Vec<u8>),
        run_id: String,
        newest_scene: Option<NaiveDate>,
    ) -> Result<MapOfFire> {
        let rules = match self.kind {
            FireMapKind::SoFar => BurntAreaRules::BURNING,
            FireMapKind::Initial | FireMapKind::Season => BurntAreaRules::OUT,
        };
        let is_burnt = burnt_area(grid, &dnbr, &self.points, rules);
        let width = grid.width() as usize;
        let (mut burnt, mut seen, mut zone) = (Summary::default(), 0u64, 0u64);
        let mut provisional_hectares = 0.0;
        for (row, start) in (0..grid.height()).zip((0..dnbr.len()).step_by(width)) {
            let line = start..start + width;
            for state in &state[line.clone()] {
                let reason = Empty::from_code(*state);
                let is_outside = matches!(reason, Some(Empty::OutsideBox | Empty::OutsideZone));
                let is_water = *state == WATER_AFTER || reason == Some(Empty::Water);
                zone += u64::from(!is_outside);
                seen += u64::from(has_value(*state) || is_water);
            }
            let is_provisional = |at: &usize| is_burnt[*at] && state[*at] == PROVISIONAL;
            let provisional = line.clone().filter(is_provisional).count();
            provisional_hectares += provisional as f64 * grid.cell_area_ha(row);
            let of_fire =
                line.filter(|index| is_burnt[*index]).map(|index| MapCell::Value(dnbr[index]));
            burnt.add_row(of_fire, grid.cell_area_ha(row));
        }
        let hectares = burnt.hectares();
        let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        Ok(MapOfFire {
            run_id,
            seen_share: share(seen, zone),
            burnt_share: share(burnt.valid_count(), seen),
            hectares,
            provisional_hectares,
            worst: Severity::ALL.into_iter().rev().find(|class| hectares.of(*class) > 0.0),
            newest_scene,
            area: multi_polygon(grid, &is_burnt)?,
            perimeter: Some(Perimeter::around(grid, &is_burnt)?),
        })
    }
}

impl MapOfFire {
    /// Reads what a run left of its fire.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text =
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is broken", file.display()))
    }
}
