//! Whether a scene has the data that its item promises over a map.

use std::ops::Range;

use dragonfly_pixels::{CellQuality, Grid, NearestPixels, SceneObservations};

use crate::catalogue::stac::{Footprint, Item, overlap};

/// The ground on which an item states to have data.
#[derive(Clone, Debug)]
pub struct PromisedGround {
    footprint: Footprint,
    /// Fraction of the scene's pixels without data, as the item states.
    nodata_share: f64,
}

/// How much of the promised ground of a map a scene has data on, counted on a sample of the cells.
#[derive(Clone, Debug)]
pub struct PromisedGroundCount {
    promised: Option<PromisedGround>,
    /// Fraction of the footprint's cells on the map that have data at least, wherever the share
    /// without data lies.
    certain_share: f64,
    wanted_count: u64,
    promised_count: u64,
    observed_count: u64,
}

/// Every so many columns and rows a cell is sampled: a map of 10⁸ cells takes a second, and an area
/// of 100 × 100 cells still has 144 samples.
const SAMPLE_STEP: u32 = 8;
/// Fraction of the promised cells that may lack data: footprints are simplified, and a mask or a
/// gap in the scan takes some. More than a fifth is a hole that the item does not state.
const MAX_LACKING_SHARE: f64 = 0.2;
/// A scene that is promised to show less of the map is not judged: along the edge of a scene a
/// simplified footprint is all that is compared.
const MIN_PROMISED_SHARE: f64 = 0.1;
/// Samples below which nothing is judged.
const MIN_SAMPLES: u64 = 20;
/// Points across and down by which the part of a footprint on the map is estimated.
const POINTS: u32 = 24;

impl PromisedGround {
    /// Of an item; `None` where it states no geometry.
    pub fn of(item: &Item) -> Option<Self> {
        let nodata_percent = item.properties.nodata_percentage.unwrap_or(0.0).clamp(0.0, 100.0);
        Some(Self { footprint: item.footprint.clone()?, nodata_share: nodata_percent / 100.0 })
    }

    /// Fraction of the footprint that lies in a box; 1 where it is too small to be estimated.
    fn share_in(&self, bbox: [f64; 4]) -> f64 {
        let [west, south, east, north] = self.footprint.bounds();
        let step = |from: f64, to: f64, at: u32| {
            from + (to - from) * (f64::from(at) + 0.5) / f64::from(POINTS)
        };
        let (mut all, mut inside) = (0, 0);
        for place in 0..POINTS * POINTS {
            let lon = step(west, east, place % POINTS);
            let lat = step(south, north, place / POINTS);
            if self.footprint.contains(lon, lat) {
                all += 1;
                inside += u32::from(overlap([lon, lat, lon, lat], bbox).is_some());
            }
        }
        if inside == 0 { 1.0 } else { f64::from(inside) / f64::from(all) }
    }
}

impl PromisedGroundCount {
    /// Nothing counted yet of a scene on a grid. Without a promise nothing will be.
    pub fn new(promised: Option<PromisedGround>, grid: &Grid) -> Self {
        let (columns, rows) = (grid.inside_columns(), grid.inside_rows());
        let (west, north) = grid.lonlat_from_grid(columns.start.into(), rows.start.into());
        let (east, south) = grid.lonlat_from_grid(columns.end.into(), rows.end.into());
        let certain_share = promised.as_ref().map_or(0.0, |promised| {
            let share = promised.share_in([west, south, east, north]);
            (1.0 - promised.nodata_share / share).max(0.0)
        });
        Self { promised, certain_share, wanted_count: 0, promised_count: 0, observed_count: 0 }
    }

    /// Counts cells of a strip by what the scene observed of them.
    pub fn add_cells(
        &mut self,
        grid: &Grid,
        (columns, rows): (&Range<u32>, &Range<u32>),
        is_wanted: impl Fn(u32, u32) -> bool,
        view: &SceneObservations,
    ) {
        let quality = |column: u32, row: u32| {
            let Some((window, observations)) = view else { return CellQuality::Unobserved };
            if !window.columns.contains(&column) || !window.rows.contains(&row) {
                return CellQuality::Unobserved;
            }
            let row_start = (row - window.rows.start) as usize * window.columns.len();
            let place = row_start + (column - window.columns.start) as usize;
            observations.quality.get(place).copied().unwrap_or_default()
        };
        let lons = longitudes(grid, columns);
        for row in sampled(rows) {
            let lat = latitude(grid, row);
            let wanted = lons.iter().filter(|(column, _)| is_wanted(*column, row));
            // Most scenes lie beside most rows of a wide map.
            if !self.is_promised_at(lat) {
                self.wanted_count += wanted.count() as u64;
                continue;
            }
            for (column, lon) in wanted {
                self.add((*lon, lat), quality(*column, row));
            }
        }
    }

    /// Counts cells of a strip by what the scene observed of their nearest pixels. Cells whose
    /// pixels came with an earlier strip are passed over.
    pub fn add_pixels(
        &mut self,
        grid: &Grid,
        rows: &Range<u32>,
        is_wanted: impl Fn(u32, u32) -> bool,
        (nearest, view): (&NearestPixels, &SceneObservations),
    ) {
        let pixels = nearest.pixels();
        let lons = longitudes(grid, &(0..grid.width()));
        for row in sampled(rows) {
            let lat = latitude(grid, row);
            let mut places = vec![usize::MAX; grid.width() as usize];
            if nearest.cells().rows.contains(&row) {
                nearest.visit(row, &pixels.rows, |columns, own| {
                    for (column, place) in columns.zip(own) {
                        places[column as usize] = *place;
                    }
                });
            }
            for (column, lon) in lons.iter().filter(|(column, _)| is_wanted(*column, row)) {
                let place = places[*column as usize];
                let width = pixels.columns.len().max(1);
                let pixel_row = (place / width) as u64 + u64::from(pixels.rows.start);
                let pixel_column = (place % width) as u32 + pixels.columns.start;
                let quality = match view {
                    Some((window, _))
                        if place != usize::MAX && pixel_row < u64::from(window.rows.start) =>
                    {
                        continue;
                    }
                    Some((window, observations))
                        if place != usize::MAX
                            && pixel_row < u64::from(window.rows.end)
                            && window.columns.contains(&pixel_column) =>
                    {
                        let row = (pixel_row - u64::from(window.rows.start)) as usize;
                        let column = (pixel_column - window.columns.start) as usize;
                        let place = row * window.columns.len() + column;
                        observations.quality.get(place).copied().unwrap_or_default()
                    }
                    _ => CellQuality::Unobserved,
                };
                self.add((*lon, lat), quality);
            }
        }
    }

    /// Whether any ground at a latitude may be promised.
    fn is_promised_at(&self, lat: f64) -> bool {
        self.promised.as_ref().is_some_and(|ground| {
            let [_, south, _, north] = ground.footprint.bounds();
            (south..=north).contains(&lat)
        })
    }

    fn add(&mut self, (lon, lat): (f64, f64), quality: CellQuality) {
        self.wanted_count += 1;
        if self.promised.as_ref().is_some_and(|ground| ground.footprint.contains(lon, lat)) {
            self.promised_count += 1;
            let has_data = !matches!(quality, CellQuality::Unobserved | CellQuality::NoData);
            self.observed_count += u64::from(has_data);
        }
    }

    /// Whether the scene lacks data on much of the ground that its item promises. Cloud is data.
    pub fn is_less_seen(&self) -> bool {
        let certain = self.promised_count as f64 * self.certain_share;
        self.promised_count >= MIN_SAMPLES
            && certain >= self.wanted_count as f64 * MIN_PROMISED_SHARE
            && (self.observed_count as f64) < certain * (1.0 - MAX_LACKING_SHARE)
    }
}

/// The columns sampled, each with the longitude of its centre.
fn longitudes(grid: &Grid, columns: &Range<u32>) -> Vec<(u32, f64)> {
    let lon = |column: u32| grid.lonlat_from_grid(f64::from(column) + 0.5, 0.5).0;
    sampled(columns).map(|column| (column, lon(column))).collect()
}

/// The latitude of the centres of a row.
fn latitude(grid: &Grid, row: u32) -> f64 {
    grid.lonlat_from_grid(0.5, f64::from(row) + 0.5).1
}

/// The sampled numbers of a range, the same wherever a strip begins.
fn sampled(range: &Range<u32>) -> impl Iterator<Item = u32> + use<> {
    let half = SAMPLE_STEP / 2;
    let first = (range.start + half - 1) / SAMPLE_STEP * SAMPLE_STEP + half;
    (first..range.end).step_by(SAMPLE_STEP as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_pixels::CellWindow;
    use dragonfly_pixels::Observations;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const BBOX: [f64; 4] = [10.0, 40.0, 11.0, 41.0];

    fn item(west: f64, east: f64, nodata: Option<f64>) -> Item {
        let text = r#"{"id":"a","properties":{}}"#;
        let mut item: Item = serde_json::from_str(text).unwrap();
        item.footprint = Some(Footprint::of_box([west, 40.0, east, 41.0]));
        item.properties.nodata_percentage = nodata;
        item
    }

    /// Whether a scene is found to lack data of which so many percent, from the west, have data
    /// over the box, in strips.
    fn check(item: &Item, seen_percent: f64, quality: CellQuality, expected: bool) {
        let grid = Grid::covering(BBOX, 9);
        let mut count = PromisedGroundCount::new(PromisedGround::of(item), &grid);
        let own = grid.inside_columns();
        let seen = own.start + (own.len() as f64 * seen_percent / 100.0) as u32;
        for start in (0..grid.height()).step_by(16) {
            let rows = start..start + 16;
            let window = CellWindow { columns: 0..grid.width(), rows: rows.clone() };
            let row: Vec<CellQuality> = (0..grid.width())
                .map(|column| if column < seen { CellQuality::Land } else { quality })
                .collect();
            let quality = row.repeat(16);
            let view = Some((window, Observations { nbr: vec![0.0; quality.len()], quality }));
            let is_wanted = |column, row| grid.is_inside(column, row);
            count.add_cells(&grid, (&(0..grid.width()), &rows), is_wanted, &view);
        }
        assert_eq!(count.is_less_seen(), expected, "{seen_percent} {quality:?} {item:?}");
    }

    #[test]
    fn every_sample_is_taken_once_wherever_strips_begin() {
        let whole: Vec<u32> = sampled(&(0..64)).collect();
        let strips: Vec<u32> =
            [0..5, 5..12, 12..13, 13..40, 40..64].iter().flat_map(sampled).collect();
        assert_eq!(whole, strips);
        assert_eq!(whole, [4, 12, 20, 28, 36, 44, 52, 60]);
    }

    #[test]
    fn a_scene_without_much_of_what_it_promises_is_found() {
        let whole = item(9.5, 11.5, None);
        check(&whole, 100.0, CellQuality::NoData, false);
        check(&whole, 85.0, CellQuality::NoData, false);
        check(&whole, 75.0, CellQuality::NoData, true);
        check(&whole, 75.0, CellQuality::Unobserved, true);
        check(&whole, 0.0, CellQuality::Hidden, false);
        // Half of the box was promised, and is there.
        check(&item(9.5, 10.5, None), 50.0, CellQuality::Unobserved, false);
        check(&item(9.5, 10.5, None), 30.0, CellQuality::Unobserved, true);
        // Too little of the box to be judged.
        check(&item(9.5, 10.05, None), 0.0, CellQuality::Unobserved, false);
    }

    #[test]
    fn a_stated_share_without_data_may_lie_anywhere() {
        check(&item(10.0, 11.0, Some(61.0)), 38.0, CellQuality::NoData, false);
        check(&item(10.0, 11.0, Some(61.0)), 20.0, CellQuality::NoData, true);
        // All of the data may lie beside the box.
        check(&item(8.0, 12.0, Some(61.0)), 0.0, CellQuality::NoData, false);
        check(&item(8.0, 12.0, Some(5.0)), 50.0, CellQuality::NoData, true);
    }

    #[test]
    fn an_item_without_geometry_promises_nothing() {
        check(&Item { footprint: None, ..item(0.0, 1.0, None) }, 0.0, CellQuality::NoData, false);
    }
}
