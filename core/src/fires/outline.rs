//! The outline of a fire by its detections.

use dragonfly_pixels::{ClassCells, trace};

use crate::fires::closing::BinaryRaster;
use crate::fires::detection::Detection;
use crate::fires::footprints::FireGrid;

/// Gaps up to twice this distance between footprints are filled, km …
const CLOSING_KM: f64 = 0.75;
/// … and up to twice this where at most one satellite with fine pixels saw the fire: it passes twice
/// a day, and what burns between two passes leaves wider gaps. Of Thomas, which one saw, the overlap
/// with the final perimeter is 0.77 by this, 0.74 by the other; of Palisades and Eaton, which three
/// saw, it is 0.01 less.
const SPARSE_CLOSING_KM: f64 = 1.0;
/// Larger pixels are coarse, metres.
const COARSE_PIXEL_M: u16 = 550;
/// A coarse pixel counts as a whole when no finer pass saw the fire within this time, minutes …
const FINER_PASS_MINUTES: i32 = 6 * 60;
/// … and otherwise only its part within this distance of the centre of a fine pixel, km.
const FINE_PIXEL_KM: f64 = 0.5;
/// Digits of published degrees: a metre.
const DECIMALS: usize = 5;

/// The ground of a fire by its detections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FireOutline {
    /// Polygons in degrees, each an outer ring and its holes; the last corner joins the first.
    /// They are cut at the 180° meridian, as RFC 7946 wants.
    pub polygons: Vec<Vec<Vec<(f64, f64)>>>,
    /// Its area.
    pub hectares: f64,
    /// Centre of area, degrees.
    pub centre: (f64, f64),
    /// West, south, east, north in degrees; west and east may pass ±180.
    pub bbox: [f64; 4],
}

/// The cells of a fire by its detections.
#[derive(Clone, Debug)]
pub(super) struct FireCells {
    grid: FireGrid,
    raster: BinaryRaster,
}

impl FireCells {
    /// The ground under detections in order of time; `None` without any.
    pub(super) fn of(points: &[Detection]) -> Option<Self> {
        let closing_km = closing_km(points);
        let grid = FireGrid::around(points, closing_km)?;
        let raster = painted(&grid, points).closed(grid.cells_in(closing_km));
        Some(Self { grid, raster })
    }

    /// Its area.
    pub(super) fn hectares(&self) -> f64 {
        let rows = self.raster.cells.chunks_exact(self.raster.width).enumerate();
        let row_ha = |(row, cells): (usize, &[u8])| {
            let count = cells.iter().map(|cell| u32::from(*cell)).sum::<u32>();
            if count == 0 { 0.0 } else { f64::from(count) * self.grid.cell_area_ha(row) }
        };
        rows.map(row_ha).sum()
    }

    /// The lines around it.
    pub(super) fn outline(&self) -> FireOutline {
        let grid = &self.grid;
        let mut outline = FireOutline {
            hectares: self.hectares(),
            centre: self.centre(),
            bbox: [f64::MAX, f64::MAX, f64::MIN, f64::MIN],
            ..FireOutline::default()
        };
        let Some(column) = grid.antimeridian_column() else {
            self.trace(&self.raster.cells, 0.0, &mut outline);
            return outline;
        };
        // Longitudes of the one side are beyond ±180.
        let is_east_beyond = grid.lonlat_of_corner(column, 0).0 > 0.0;
        let (west, east) = if is_east_beyond { (0.0, -360.0) } else { (360.0, 0.0) };
        for (columns, turn) in [(0..column, west), (column..grid.width, east)] {
            let mut cells = vec![0; self.raster.cells.len()];
            let rows = self.raster.cells.chunks_exact(grid.width);
            for (of_side, row) in cells.chunks_exact_mut(grid.width).zip(rows) {
                of_side[columns.clone()].copy_from_slice(&row[columns.clone()]);
            }
            self.trace(&cells, turn, &mut outline);
        }
        outline
    }

    /// Adds the polygons of cells, turned by degrees of longitude, and widens the box by them as
    /// they lie.
    fn trace(&self, cells: &[u8], turn: f64, outline: &mut FireOutline) {
        let cells = ClassCells { width: self.grid.width, classes: cells };
        // A grid has fewer corners than the tracer allows.
        let Ok(traced) = trace(cells, |row| self.grid.cell_area_ha(row)) else { return };
        let first = outline.polygons.len();
        outline.polygons.resize(first + traced.pieces.len(), Vec::new());
        for ring in &traced.rings {
            let corners = traced.corners[ring.corners.clone()].iter().map(|corner| {
                let corner = *corner as usize;
                let (lon, lat) = self.grid.lonlat_of_corner(
                    corner % traced.corners_across,
                    corner / traced.corners_across,
                );
                let [west, south, east, north] = outline.bbox;
                outline.bbox = [west.min(lon), south.min(lat), east.max(lon), north.max(lat)];
                (lon + turn, lat)
            });
            let corners = corners.collect();
            outline.polygons[first + ring.piece].push(corners);
        }
    }

    /// Centre of area, degrees.
    fn centre(&self) -> (f64, f64) {
        let (grid, raster) = (&self.grid, &self.raster);
        let (mut lon_sum, mut lat_sum, mut hectares) = (0.0, 0.0, 0.0);
        for (row, line) in raster.cells.chunks(raster.width).enumerate() {
            let mut columns = (0..line.len()).filter(|column| line[*column] == 1);
            let Some(first) = columns.next() else { continue };
            let (count, sum) = columns.fold((1, first), |(n, sum), column| (n + 1, sum + column));
            let (area_ha, count) = (grid.cell_area_ha(row), f64::from(count));
            let (lon, lat) = grid.lonlat_of_centre(row);
            lon_sum += area_ha * (count * lon + sum as f64 * grid.lon_step());
            lat_sum += area_ha * count * lat;
            hectares += area_ha * count;
        }
        (lon_sum / hectares, lat_sum / hectares)
    }
}

impl FireOutline {
    /// The outline of detections in order of time; empty without any.
    pub fn of(points: &[Detection]) -> Self {
        FireCells::of(points).map_or_else(Self::default, |ground| ground.outline())
    }

    /// The area of the outline of detections in order of time, hectares, without its lines.
    pub fn hectares_of(points: &[Detection]) -> f64 {
        FireCells::of(points).map_or(0.0, |ground| ground.hectares())
    }

    /// A GeoJSON MultiPolygon; outer rings run counterclockwise (RFC 7946).
    pub fn to_geojson(&self) -> String {
        let corner = |(lon, lat): &(f64, f64)| format!("[{lon:.DECIMALS$},{lat:.DECIMALS$}]");
        let ring = |ring: &Vec<(f64, f64)>| {
            let corners: Vec<String> = ring.iter().chain(ring.first()).map(corner).collect();
            format!("[{}]", corners.join(","))
        };
        let polygon = |rings: &Vec<Vec<(f64, f64)>>| {
            format!("[{}]", rings.iter().map(ring).collect::<Vec<_>>().join(","))
        };
        let polygons: Vec<String> = self.polygons.iter().map(polygon).collect();
        format!("{{\"type\":\"MultiPolygon\",\"coordinates\":[{}]}}", polygons.join(","))
    }
}

fn closing_km(points: &[Detection]) -> f64 {
    let mut fine = points.iter().map(|point| point.satellite).filter(|it| it.has_fine_pixels());
    let first = fine.next();
    if fine.any(|other| Some(other) != first) { CLOSING_KM } else { SPARSE_CLOSING_KM }
}

/// Footprints of the detections that count.
fn painted(grid: &FireGrid, points: &[Detection]) -> BinaryRaster {
    let is_coarse = |point: &&Detection| point.pixel_m() > COARSE_PIXEL_M;
    let mut raster = BinaryRaster::new(grid.width, grid.height);
    let mut centres = raster.clone();
    let mut fine_minutes = Vec::new();
    for point in points.iter().filter(|point| !is_coarse(point)) {
        grid.paint(point, &mut raster.cells);
        let (column, row) = grid.centre(point);
        centres.cells[row * grid.width + column] = 1;
        fine_minutes.push(point.minute);
    }
    fine_minutes.sort_unstable();
    let mut confirmed = BinaryRaster::new(grid.width, grid.height);
    for point in points.iter().filter(is_coarse) {
        let from = point.minute.saturating_sub(FINER_PASS_MINUTES);
        let next = fine_minutes.partition_point(|minute| *minute < from);
        let has_finer_pass = fine_minutes
            .get(next)
            .is_some_and(|minute| *minute <= point.minute.saturating_add(FINER_PASS_MINUTES));
        let painted = if has_finer_pass { &mut confirmed } else { &mut raster };
        grid.paint(point, &mut painted.cells);
    }
    if !confirmed.cells.contains(&1) {
        return raster;
    }
    let near_fine = centres.dilated(grid.cells_in(FINE_PIXEL_KM));
    for (cell, (confirmed, near)) in
        raster.cells.iter_mut().zip(confirmed.cells.iter().zip(&near_fine.cells))
    {
        *cell |= confirmed & near;
    }
    raster
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fires::detection::Satellite;
    use crate::fires::tests::seen;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn fronts_of_two_passes_are_one_ground_where_one_satellite_passes() {
        // Two lines of 10 km, 1.8 km apart: with the ground between them 1,800 ha.
        let front =
            |hour, east_km| (0..40).map(move |at| seen(hour, east_km, f64::from(at) * 0.25));
        let one: Vec<Detection> = front(0, 0.0).chain(front(12, 1.8)).collect();
        let by_second = |satellite| {
            let mut points = one.clone();
            points[40..].iter_mut().for_each(|point| point.satellite = satellite);
            FireOutline::hectares_of(&points)
        };
        let alone = FireOutline::hectares_of(&one);
        assert!((1_700.0..2_100.0).contains(&alone), "{alone}");
        assert!(by_second(Satellite::Noaa21) < 0.3 * alone);
        // MODIS adds passes, but no fine pixels.
        assert_eq!(by_second(Satellite::Aqua), alone);
    }
}
