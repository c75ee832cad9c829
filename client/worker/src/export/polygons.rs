//! Class polygons and the burnt perimeter as GeoJSON (RFC 7946).

use std::fmt::Write;

use dragonfly_core::{
    ClassCells, MapCell, NO_CLASS, Note, TableClass, Thresholds, TooManyVerticesError, Traced,
    trace,
};

use crate::export::burn_map::BurnMap;
use crate::export::simplify::simplify;

/// How outlines are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Outlines {
    /// Along the sides of the cells.
    #[default]
    Exact,
    /// Without corners whose triangle with their neighbours is smaller than a square of this side,
    /// metres on the ground. Borders that two polygons share stay shared, and rings stay valid.
    Simplified {
        /// Side of that square: one or two cells make staircases smooth.
        detail_m: f64,
    },
}

/// One polygon per connected piece of a class, with `class`, `name`, `provisional` and `hectares`.
///
/// Burnt ground that a single view shows has polygons of its own, in which `provisional` is true.
/// Cells connect at their sides, not at corners. Hectares are those of the cells, also where the
/// outline is simplified. The notes stand in a member `provenance` of the collection.
///
/// # Errors
/// When there are millions of corners.
pub fn class_polygons(
    map: &BurnMap,
    thresholds: &Thresholds,
    outlines: Outlines,
    notes: &[Note],
) -> Result<String, TooManyVerticesError> {
    let number = |class: &TableClass| class.number;
    let traced = traced(map, thresholds, number, outlines)?;
    Ok(geojson(map, &traced, notes, |class| {
        let name = thresholds
            .classes()
            .iter()
            .find(|found| found.number == class)
            .map_or("", |found| found.name);
        format!("\"class\":{class},\"name\":{}", quoted(name))
    }))
}

/// One polygon per connected piece of burnt ground, of whatever class, with `provisional` and
/// `hectares`; otherwise as [`class_polygons`].
///
/// # Errors
/// When there are millions of corners.
pub fn perimeter(
    map: &BurnMap,
    thresholds: &Thresholds,
    outlines: Outlines,
    notes: &[Note],
) -> Result<String, TooManyVerticesError> {
    let burnt = |class: &TableClass| u8::from(class.is_burnt);
    let traced = traced(map, thresholds, burnt, outlines)?;
    Ok(geojson(map, &traced, notes, |_| "\"name\":\"burnt\"".to_owned()))
}

/// Beside the number of a class: the mark of provisional ground. Numbers of classes are smaller.
const PROVISIONAL_MARK: u8 = 0x80;

/// Traces cells by the numbers of their classes, those of provisional ground marked.
fn traced(
    map: &BurnMap,
    thresholds: &Thresholds,
    number: impl Fn(&TableClass) -> u8,
    outlines: Outlines,
) -> Result<Traced, TooManyVerticesError> {
    let rows = map.rows();
    let number_of = |cell: MapCell| {
        let class = cell.value().ok().and_then(|value| thresholds.classify(value))?;
        let is_marked = cell.is_provisional() && class.is_burnt;
        Some(number(class) | if is_marked { PROVISIONAL_MARK } else { 0 })
    };
    let classes: Vec<u8> = rows
        .clone()
        .flat_map(|row| map.row(row))
        .map(|cell| number_of(cell).unwrap_or(NO_CLASS))
        .collect();
    let area_ha = |row: usize| map.grid().cell_area_ha(rows.start + row as u32);
    let traced = trace(ClassCells { width: map.columns().len(), classes: &classes }, area_ha)?;
    Ok(match outlines {
        Outlines::Exact => traced,
        Outlines::Simplified { detail_m } => {
            let cell_m2 = area_ha(rows.len() / 2) * 10_000.0;
            simplify(traced, detail_m * detail_m / cell_m2)
        }
    })
}

fn geojson(
    map: &BurnMap,
    traced: &Traced,
    notes: &[Note],
    properties: impl Fn(u8) -> String,
) -> String {
    // Seven decimals are a centimetre (RFC 7946, 11.2). Each column and row is written once.
    let degrees = |value: f64| format!("{value:.7}");
    let (columns, rows) = (map.columns(), map.rows());
    let (grid, west, north) = (map.grid(), f64::from(columns.start), f64::from(rows.start));
    let lons: Vec<String> = (0..=columns.len())
        .map(|column| degrees(grid.lonlat_from_grid(west + column as f64, north).0))
        .collect();
    let lats: Vec<String> = (0..=rows.len())
        .map(|row| degrees(grid.lonlat_from_grid(west, north + row as f64).1))
        .collect();

    let mut text = "{\"type\":\"FeatureCollection\",\"provenance\":{".to_owned();
    for (number, note) in notes.iter().enumerate() {
        let comma = if number > 0 { "," } else { "" };
        text += &format!("{comma}{}:{}", quoted(&note.name), quoted(&note.text));
    }
    text += "},\"features\":[";
    let mut rings = traced.rings.iter().peekable();
    for (number, piece) in traced.pieces.iter().enumerate() {
        text += if number > 0 { ",\n" } else { "\n" };
        let properties = properties(piece.class & !PROVISIONAL_MARK);
        let is_provisional = piece.class & PROVISIONAL_MARK != 0;
        let hectares = piece.hectares;
        text += &format!(
            "{{\"type\":\"Feature\",\"properties\":{{{properties},\
            \"provisional\":{is_provisional},\"hectares\":{hectares:.4}}},"
        );
        text += "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[";
        let mut comma = "";
        while let Some(ring) = rings.next_if(|ring| ring.piece == number) {
            text += comma;
            comma = ",";
            let corners = &traced.corners[ring.corners.clone()];
            for (place, corner) in corners.iter().chain(corners.first()).enumerate() {
                let (row, column) = (
                    *corner as usize / traced.corners_across,
                    *corner as usize % traced.corners_across,
                );
                let opening = if place == 0 { "[" } else { "," };
                // Writing to a string cannot fail.
                let _ = write!(text, "{opening}[{},{}]", lons[column], lats[row]);
            }
            text += "]";
        }
        text += "]}}";
    }
    text + "\n]}\n"
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character < ' ' => quoted += &format!("\\u{:04x}", character as u32),
            character => quoted.push(character),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use dragonfly_core::{Area, Empty, Grid, PROVISIONAL, Summary, VALID};

    use super::*;
    use crate::export::invented_provenance::invented;
    use crate::export::random_classes::random_classes;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    struct Invented {
        grid: Grid,
        values: Vec<f32>,
        states: Vec<u8>,
    }

    /// Classes strewn over a grid, with holes.
    fn strewn(seed: u64) -> Invented {
        let grid = Grid::covering([10.0, 40.0, 10.12, 40.08], 9);
        let cells = (grid.width() * grid.height()) as usize;
        let classes = random_classes(seed, cells, 5);
        let values =
            classes.iter().map(|class| [0.0, 0.0, 0.2, 0.5, 0.8][usize::from(*class)]).collect();
        let states = classes
            .iter()
            .map(|class| if *class == 0 { Empty::Cloud.code() } else { VALID })
            .collect();
        Invented { grid, values, states }
    }

    /// Features: properties, and the geometry as text.
    fn features(geojson: &str) -> Vec<(serde_json::Value, String)> {
        let parsed: serde_json::Value = serde_json::from_str(geojson).unwrap();
        let features = parsed["features"].as_array().unwrap();
        features
            .iter()
            .map(|feature| (feature["properties"].clone(), feature["geometry"].to_string()))
            .collect()
    }

    #[test]
    fn every_cell_lies_in_exactly_its_own_polygon() {
        for seed in 0..4 {
            let Invented { grid, values, states } = strewn(seed);
            let map = BurnMap::new(&grid, &values, &states).unwrap();
            let thresholds = Thresholds::default();
            let text =
                class_polygons(&map, &thresholds, Outlines::Exact, &invented().notes()).unwrap();
            let mut found = vec![Vec::new(); values.len()];
            for (properties, geometry) in features(&text) {
                let area = Area::from_geojson(&geometry).unwrap();
                for row in map.rows() {
                    let inside = area.cells_of_row(&grid, row);
                    let classes =
                        &mut found[row as usize * grid.width() as usize..][..grid.width() as usize];
                    for (class, _) in classes.iter_mut().zip(inside).filter(|(_, inside)| *inside) {
                        class.push(properties["class"].as_u64().unwrap());
                    }
                }
            }
            for row in map.rows() {
                for column in map.columns() {
                    let expected: Vec<u64> = map
                        .cell(column, row)
                        .value()
                        .ok()
                        .and_then(|value| thresholds.classify(value))
                        .iter()
                        .map(|class| u64::from(class.number))
                        .collect();
                    assert_eq!(
                        found[(row * grid.width() + column) as usize],
                        expected,
                        "{column}, {row}"
                    );
                }
            }
        }
    }

    #[test]
    fn hectares_are_those_of_the_cells_however_the_outline_is_drawn() {
        let Invented { grid, values, states } = strewn(9);
        let map = BurnMap::new(&grid, &values, &states).unwrap();
        let mut summary = Summary::default();
        map.rows().for_each(|row| summary.add_row(map.row(row), grid.cell_area_ha(row)));
        let thresholds = Thresholds::default();
        for outlines in [Outlines::Exact, Outlines::Simplified { detail_m: 400.0 }] {
            let text = class_polygons(&map, &thresholds, outlines, &[]).unwrap();
            let features = features(&text);
            for (class, expected) in [
                (3, summary.hectares().unburned),
                (4, summary.hectares().low),
                (7, summary.hectares().high),
            ] {
                let sum: f64 = features
                    .iter()
                    .filter(|(properties, _)| properties["class"] == class)
                    .map(|(properties, _)| properties["hectares"].as_f64().unwrap())
                    .sum();
                assert!(
                    (sum - expected).abs() < 1e-4 * features.len() as f64,
                    "{sum} of {expected}"
                );
            }
            let burnt: f64 = self::features(&perimeter(&map, &thresholds, outlines, &[]).unwrap())
                .iter()
                .map(|(properties, _)| properties["hectares"].as_f64().unwrap())
                .sum();
            assert!((burnt - summary.hectares().burnt()).abs() < 1e-4 * features.len() as f64);
        }
    }

    #[test]
    fn what_a_single_view_shows_burnt_has_polygons_of_its_own() {
        let Invented { grid, values, mut states } = strewn(5);
        let every_third = states.iter_mut().step_by(3).filter(|state| **state == VALID);
        every_third.for_each(|state| *state = PROVISIONAL);
        let map = BurnMap::new(&grid, &values, &states).unwrap();
        let mut summary = Summary::default();
        map.rows().for_each(|row| summary.add_row(map.row(row), grid.cell_area_ha(row)));
        let thresholds = Thresholds::default();
        let polygons = class_polygons(&map, &thresholds, Outlines::Exact, &[]).unwrap();
        let burnt = perimeter(&map, &thresholds, Outlines::Exact, &[]).unwrap();
        let hectares = |text: &str, is_provisional: bool| -> f64 {
            let features = features(text).into_iter().map(|(properties, _)| properties);
            let of_kind = features.filter(|properties| {
                properties["provisional"] == is_provisional && properties["class"] != 3
            });
            of_kind.map(|properties| properties["hectares"].as_f64().unwrap()).sum()
        };
        for text in [&polygons, &burnt] {
            for (is_provisional, expected) in
                [(false, summary.hectares()), (true, summary.provisional_hectares())]
            {
                let sum = hectares(text, is_provisional);
                assert!(expected.burnt() > 0.0 && (sum - expected.burnt()).abs() < 0.2, "{sum}");
            }
        }
        let unburned = features(&polygons).into_iter().map(|(properties, _)| properties);
        let mut unburned = unburned.filter(|properties| properties["class"] == 3);
        assert!(unburned.all(|properties| properties["provisional"] == false));
    }

    #[test]
    fn rings_are_closed_and_the_notes_come_along() {
        let Invented { grid, values, states } = strewn(3);
        let map = BurnMap::new(&grid, &values, &states).unwrap();
        let notes = invented().notes();
        let text = class_polygons(&map, &Thresholds::default(), Outlines::Exact, &notes).unwrap();
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        for note in &notes {
            assert_eq!(parsed["provenance"][&note.name], note.text);
        }
        for feature in parsed["features"].as_array().unwrap() {
            for ring in feature["geometry"]["coordinates"].as_array().unwrap() {
                let ring = ring.as_array().unwrap();
                assert!(ring.len() >= 5 && ring.first() == ring.last());
            }
            let outer = feature["geometry"]["coordinates"][0].as_array().unwrap();
            let degree = |place: usize, axis: usize| outer[place][axis].as_f64().unwrap();
            let doubled = |place| {
                degree(place, 0) * degree(place + 1, 1) - degree(place + 1, 0) * degree(place, 1)
            };
            assert!(
                (0..outer.len() - 1).map(doubled).sum::<f64>() > 0.0,
                "an outer ring runs clockwise"
            );
        }
    }

    #[test]
    fn a_map_without_a_value_has_no_polygon() {
        let Invented { grid, values, .. } = strewn(1);
        let states = vec![Empty::Cloud.code(); values.len()];
        let map = BurnMap::new(&grid, &values, &states).unwrap();
        let text = class_polygons(&map, &Thresholds::default(), Outlines::Exact, &[]).unwrap();
        assert_eq!(features(&text).len(), 0);
    }
}
