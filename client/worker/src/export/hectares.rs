//! Hectares per class of a computed map, by whatever thresholds.

use std::collections::BTreeMap;

use dragonfly_core::{Empty, Thresholds};

use crate::export::burn_map::BurnMap;

/// True hectares of the cells inside the box.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassHectares {
    /// Of each class, in the order of [`Thresholds::classes`], without provisional ground.
    pub classes: Vec<f64>,
    /// Of all classes that count as burnt, without provisional ground.
    pub burnt: f64,
    /// Of burnt ground that a single view shows so.
    pub provisional: f64,
    /// Of cells without a value, by reason; reasons that no cell has are left out.
    pub empty: BTreeMap<Empty, f64>,
}

impl ClassHectares {
    /// Adds up a map's cells.
    pub fn of(map: &BurnMap, thresholds: &Thresholds) -> Self {
        let table = thresholds.classes();
        let mut classes = vec![0.0; table.len()];
        let mut provisional = 0.0;
        let mut empty = BTreeMap::new();
        for row in map.rows() {
            // Cells of one row are alike, so they are counted.
            let mut counts = vec![0u32; table.len()];
            let mut holes = [0u32; Empty::ALL.len()];
            let mut provisional_count = 0u32;
            for cell in map.row(row) {
                let place = |value| thresholds.place(value).ok_or(Empty::NoData);
                match cell.value().and_then(place) {
                    Ok(place) if cell.is_provisional() && table[place].is_burnt => {
                        provisional_count += 1;
                    }
                    Ok(place) => counts[place] += 1,
                    Err(reason) => holes[reason.index()] += 1,
                }
            }
            let area_ha = map.grid().cell_area_ha(row);
            provisional += f64::from(provisional_count) * area_ha;
            classes
                .iter_mut()
                .zip(counts)
                .for_each(|(sum, count)| *sum += f64::from(count) * area_ha);
            for (reason, count) in Empty::ALL.into_iter().zip(holes).filter(|(_, count)| *count > 0)
            {
                *empty.entry(reason).or_default() += f64::from(count) * area_ha;
            }
        }
        let burnt = table
            .iter()
            .zip(&classes)
            .filter(|(class, _)| class.is_burnt)
            .map(|(_, hectares)| hectares)
            .sum();
        Self { classes, burnt, provisional, empty }
    }
}

#[cfg(test)]
mod tests {
    use dragonfly_core::{ClassTable, Grid, PROVISIONAL, VALID};

    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_cell_of_the_box_counts_once() {
        let grid = Grid::covering([10.0, 40.0, 10.4, 40.3], 9);
        let cells = (grid.width() * grid.height()) as usize;
        let values: Vec<f32> =
            (0..cells).map(|cell| (cell * 37 % 200) as f32 / 100.0 - 0.6).collect();
        let states: Vec<u8> = (0..cells)
            .map(|cell| match cell % 11 {
                0 => Empty::Water.code(),
                1 => PROVISIONAL,
                _ => VALID,
            })
            .collect();
        let map = BurnMap::new(&grid, &values, &states).unwrap();
        let all: f64 =
            map.rows().map(|row| map.columns().len() as f64 * grid.cell_area_ha(row)).sum();
        for table in ClassTable::ALL {
            let hectares = ClassHectares::of(&map, &Thresholds::published(table));
            let with_value = hectares.classes.iter().sum::<f64>() + hectares.provisional;
            let sum = with_value + hectares.empty.values().sum::<f64>();
            assert!((sum - all).abs() < 1e-6 * all, "{table:?}");
            assert_eq!(hectares.empty.keys().copied().collect::<Vec<_>>(), [Empty::Water]);
            assert!(hectares.burnt > 0.0 && hectares.burnt < sum);
            assert!(hectares.provisional > 0.0 && hectares.provisional < hectares.burnt);
        }
    }
}
