//! What burnt inside a fire's zone: changed ground that is connected to where satellites saw it burn.

use dragonfly_pixels::Grid;

use crate::fires::discs::Discs;

/// How changed ground is connected to active-fire points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurntAreaRules {
    /// Lowest dNBR of burnt ground.
    pub min_dnbr: f32,
    /// Burnt ground this near a point is a start, metres: a pixel of VIIRS.
    pub near_m: f64,
    /// Burnt ground that joins a start, at most this far from a point, metres.
    pub reach_m: f64,
    /// Smaller patches are left out, hectares.
    pub min_patch_ha: f64,
}

impl BurntAreaRules {
    /// Of a fire that is out.
    pub const OUT: Self = Self { min_dnbr: 0.1, near_m: 375.0, reach_m: 2000.0, min_patch_ha: 1.0 };
    /// Of a fire that burns: it spreads on after the last point.
    pub const BURNING: Self = Self { reach_m: 3000.0, ..Self::OUT };
}

/// The cells of a map that burnt in the fire that active-fire points witness.
///
/// `dnbr` holds the map's cells row by row, NaN where nothing was seen; `points` are longitudes and
/// latitudes in degrees. Cells connect at sides and corners. A hole of unburned or unseen ground
/// stays a hole. Empty points give no cell.
pub fn burnt_area(
    grid: &Grid,
    dnbr: &[f32],
    points: &[(f64, f64)],
    rules: BurntAreaRules,
) -> Vec<bool> {
    let near = Discs::around(grid, points, rules.near_m);
    let reach = Discs::around(grid, points, rules.reach_m);
    let is_candidate: Vec<bool> = dnbr
        .iter()
        .zip(&reach.is_covered)
        .map(|(dnbr, within_reach)| *within_reach && *dnbr >= rules.min_dnbr)
        .collect();
    let mut is_burnt = vec![false; dnbr.len()];
    let mut is_visited = vec![false; dnbr.len()];
    let mut patch = Vec::new();
    for start in 0..dnbr.len() {
        if !is_candidate[start] || is_visited[start] {
            continue;
        }
        patch.clear();
        patch.push(start);
        is_visited[start] = true;
        let (mut next, mut is_witnessed, mut hectares) = (0, false, 0.0);
        while let Some(&cell) = patch.get(next) {
            next += 1;
            is_witnessed |= near.is_covered[cell];
            hectares += near.cell_areas_ha[cell / grid.width() as usize];
            neighbours(cell, grid, |neighbour| {
                if is_candidate[neighbour] && !is_visited[neighbour] {
                    is_visited[neighbour] = true;
                    patch.push(neighbour);
                }
            });
        }
        if is_witnessed && hectares >= rules.min_patch_ha {
            patch.iter().for_each(|cell| is_burnt[*cell] = true);
        }
    }
    is_burnt
}

/// Visits the cells that share a side or a corner with a cell.
fn neighbours(cell: usize, grid: &Grid, mut visit: impl FnMut(usize)) {
    let (width, height) = (grid.width() as usize, grid.height() as usize);
    let (column, row) = (cell % width, cell / width);
    for row in row.saturating_sub(1)..=(row + 1).min(height - 1) {
        for column in column.saturating_sub(1)..=(column + 1).min(width - 1) {
            let neighbour = row * width + column;
            if neighbour != cell {
                visit(neighbour);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fires::lon_near;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const BOX: [f64; 4] = [-120.02, 35.0, -119.98, 35.03];

    /// The box's map at zoom 13, dNBR by longitude and latitude, and the burnt cells' hectares.
    fn hectares(
        dnbr: impl Fn(f64, f64) -> f32,
        points: &[(f64, f64)],
        rules: BurntAreaRules,
    ) -> f64 {
        let grid = Grid::covering(BOX, 13);
        let cells: Vec<f32> = (0..grid.height())
            .flat_map(|row| (0..grid.width()).map(move |column| (column, row)))
            .map(|(column, row)| {
                let (lon, lat) =
                    grid.lonlat_from_grid(f64::from(column) + 0.5, f64::from(row) + 0.5);
                dnbr(lon, lat)
            })
            .collect();
        let burnt = burnt_area(&grid, &cells, points, rules);
        (burnt.iter().enumerate().filter(|(_, burnt)| **burnt))
            .map(|(cell, _)| grid.cell_area_ha(cell as u32 / grid.width()))
            .sum()
    }

    /// A field of some degrees around a place.
    fn field(lon: f64, lat: f64, at: (f64, f64), half: f64) -> bool {
        (lon - at.0).abs() < half && (lat - at.1).abs() < half
    }

    #[test]
    fn changed_ground_without_a_point_is_no_fire() {
        let (fire, harvest) = ((-120.0, 35.01), (-119.985, 35.025));
        let map = |lon, lat| {
            if field(lon, lat, fire, 0.002) || field(lon, lat, harvest, 0.002) { 0.5 } else { 0.0 }
        };
        let burnt = hectares(map, &[fire], BurntAreaRules::OUT);
        // 0.004° of longitude and latitude at 35° N.
        let expected = 364.8 * 443.8 / 10_000.0;
        assert!((burnt - expected).abs() < 1.5, "{burnt} of {expected}");
        assert_eq!(hectares(map, &[], BurntAreaRules::OUT), 0.0);
        assert_eq!(hectares(map, &[(-120.019, 35.029)], BurntAreaRules::OUT), 0.0);
    }

    #[test]
    fn burnt_ground_grows_from_a_point_to_the_reach_and_small_patches_are_left_out() {
        let everything = |_, _| 0.5;
        let rules = BurntAreaRules { reach_m: 1000.0, ..BurntAreaRules::OUT };
        let disc = hectares(everything, &[(-120.0, 35.015)], rules);
        let expected = std::f64::consts::PI * 1000.0 * 1000.0 / 10_000.0;
        assert!((disc - expected).abs() < expected * 0.02, "{disc} of {expected}");

        let speck = |lon, lat| if field(lon, lat, (-120.0, 35.015), 0.0003) { 0.5 } else { 0.0 };
        assert_eq!(hectares(speck, &[(-120.0, 35.015)], BurntAreaRules::OUT), 0.0);
    }

    #[test]
    fn what_was_not_seen_stays_a_hole() {
        let at = (-120.0, 35.015);
        let map = |lon, lat| {
            if field(lon, lat, at, 0.001) {
                f32::NAN
            } else if field(lon, lat, at, 0.003) {
                0.3
            } else {
                0.0
            }
        };
        let burnt = hectares(map, &[at], BurntAreaRules::OUT);
        let square = |half: f64| 4.0 * half * half * 91_191.0 * 110_941.0 / 10_000.0;
        assert!((burnt - (square(0.003) - square(0.001))).abs() < 3.0, "{burnt}");
    }

    #[test]
    fn a_point_beyond_the_antimeridian_witnesses_the_ground_on_this_side() {
        let grid = Grid::covering([179.9, 52.0, 180.0, 52.1], 11);
        let dnbr = vec![0.4; (grid.width() * grid.height()) as usize];
        let count = |lon| {
            let is_burnt = burnt_area(&grid, &dnbr, &[(lon, 52.05)], BurntAreaRules::OUT);
            is_burnt.into_iter().filter(|burnt| *burnt).count()
        };
        assert!(count(lon_near(-179.998, 179.95)) > 100);
        assert_eq!(count(-179.998), 0);
    }
}
