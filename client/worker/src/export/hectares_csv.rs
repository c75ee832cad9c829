//! Hectares per class as a table that spreadsheets open (RFC 4180).

use dragonfly_core::{Empty, Thresholds};

use crate::export::burn_map::BurnMap;
use crate::export::hectares::ClassHectares;
use dragonfly_core::Note;

/// One line per class with its hectares, the burnt total, what of the rest a single view shows
/// burnt, why the others are empty, then the notes.
///
/// Every line has the six fields `class, name, at_least, below, hectares, note`; where one has
/// nothing to say it is empty. ASCII except for what names bring along; then UTF-8. Lines end with
/// CR LF.
pub fn hectares_csv(map: &BurnMap, thresholds: &Thresholds, notes: &[Note]) -> String {
    let hectares = ClassHectares::of(map, thresholds);
    let mut table = line(["class", "name", "at_least", "below", "hectares", "note"]);
    let amount = |hectares: f64| format!("{hectares:.2}");
    for (place, class) in thresholds.classes().iter().enumerate() {
        let (least, below) = thresholds.range(place);
        let limit = |value: Option<f32>| value.map_or(String::new(), |value| value.to_string());
        let number = class.number.to_string();
        table += &line([
            &number,
            class.name,
            &limit(least),
            &limit(below),
            &amount(hectares.classes[place]),
            "",
        ]);
    }
    table += &line(["", "burnt in all", "", "", &amount(hectares.burnt), ""]);
    table += &line(["", "provisional", "", "", &amount(hectares.provisional), PROVISIONAL_NOTE]);
    // Ground outside what was requested is not missing.
    for (reason, missing) in
        hectares.empty.iter().filter(|(reason, _)| **reason != Empty::OutsideBox)
    {
        table += &line(["", reason.name(), "", "", &amount(*missing), ""]);
    }
    for note in notes {
        table += &line(["", &text(&note.name), "", "", "", &text(&note.text)]);
    }
    table
}

/// What the line `provisional` counts.
const PROVISIONAL_NOTE: &str =
    "burnt ground that a single view shows and no other confirms; in no class";

fn line(fields: [&str; 6]) -> String {
    fields.map(quoted).join(",") + "\r\n"
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// Text that a spreadsheet cannot take for a formula.
fn text(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use dragonfly_core::{Grid, PROVISIONAL, Summary, VALID};

    use super::*;
    use crate::export::invented_provenance::invented;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn table(notes: &[Note]) -> (String, Summary) {
        let grid = Grid::covering([10.0, 40.0, 10.4, 40.3], 9);
        let cells = (grid.width() * grid.height()) as usize;
        let values: Vec<f32> =
            (0..cells).map(|cell| (cell * 37 % 200) as f32 / 100.0 - 0.6).collect();
        let states: Vec<u8> = (0..cells)
            .map(|cell| match cell % 11 {
                0 => Empty::Cloud.code(),
                1 => PROVISIONAL,
                _ => VALID,
            })
            .collect();
        let map = BurnMap::new(&grid, &values, &states).unwrap();
        let mut summary = Summary::default();
        map.rows().for_each(|row| summary.add_row(map.row(row), grid.cell_area_ha(row)));
        (hectares_csv(&map, &Thresholds::default(), notes), summary)
    }

    #[test]
    fn hectares_are_those_of_the_summary() {
        let (table, summary) = table(&[]);
        let hectares = summary.hectares();
        assert!(table.contains(&format!("4,low,0.1,0.27,{:.2},\r\n", hectares.low)), "{table}");
        assert!(table.contains(&format!(
            "\"enhanced regrowth, high\",,-0.25,{:.2},\r\n",
            hectares.regrowth_high
        )));
        assert!(table.contains(&format!("7,high,0.66,,{:.2},\r\n", hectares.high)));
        assert!(table.contains(&format!(",burnt in all,,,{:.2},\r\n", hectares.burnt())));
        let provisional = summary.provisional_hectares().burnt();
        assert!(provisional > 0.0);
        assert!(
            table.contains(&format!(",provisional,,,{provisional:.2},burnt ground")),
            "{table}"
        );
        assert!(table.contains(",\"cloud, shadow or snow\",,,"));
    }

    #[test]
    fn every_line_has_six_fields_and_no_formula() {
        let mut notes = invented().notes();
        notes.push(Note {
            name: "scene".to_owned(),
            text: "=HYPERLINK(\"http://x\")\r\n,".to_owned(),
        });
        let (table, _) = table(&notes);
        let mut in_quotes = false;
        let mut fields = vec![1];
        for character in table.trim_end().chars() {
            match character {
                '"' => in_quotes = !in_quotes,
                ',' if !in_quotes => *fields.last_mut().unwrap() += 1,
                '\n' if !in_quotes => fields.push(1),
                _ => {}
            }
        }
        assert!(fields.len() > notes.len() && fields.iter().all(|count| *count == 6), "{fields:?}");
        assert!(table.contains(",\"'=HYPERLINK(\"\"http://x\"\")\r\n,\"\r\n"), "{table}");
        assert!(table.contains("\"Madre & \"\"Río\"\"\""));
    }
}
