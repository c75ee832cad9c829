use super::*;
use crate::fires::detection::{Confidence, HeatSource, Processing, Satellite};
use crate::fires::points::sample_files::{LAYOUTS, dbase};
use crate::fires::points::{
    StoredPointsReader, points_csv, points_csv_parts, read_points_archive, unique_detections,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn read(text: &str) -> Result<ReadPoints, PointsError> {
    read_points("points.csv", text.as_bytes(), "2026-07-26T00:00:00Z".parse().unwrap())
}

fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn every_layout_is_read_by_the_names_of_its_columns() {
    for (text, expected) in LAYOUTS {
        let points = read(text).unwrap();
        assert_eq!((points.rows, points.broken), (1, 0), "{text}");
        let point = points.detections[0];
        let time = point.time().format("%Y-%m-%dT%H:%M");
        let found = format!(
            "{} {} {time} {:?} {:?} {} {}×{} {:?} {:?}",
            point.lat_e5,
            point.lon_e5,
            point.satellite,
            point.processing,
            point.version_e2,
            point.scan_m,
            point.track_m,
            point.confidence,
            point.source
        );
        assert_eq!(found, expected);
    }
}

#[test]
fn what_is_no_table_is_refused_in_words() {
    let landsat = "latitude,longitude,scan,track,acq_date,acq_time,satellite,instrument,confidence,daynight\n\
         41.083673,-76.799052,5910,6547,2025-01-07,1551,L8,OLI,L,D";
    for (text, expected) in [
        ("", "is empty"),
        ("\u{feff}\r\n", "is empty"),
        ("<!DOCTYPE html><html>", "a web page (HTML)"),
        ("Invalid MAP_KEY.", "the key is wrong, or its quota"),
        ("{\"error\": {\"code\": 400, \"message\": \"Invalid URL\"}}", "Invalid URL"),
        ("Invalid day range. Expects [1..5].", "instead of a table of points"),
        ("Service unavailable, please try again. Thanks", "instead of a table of points"),
        ("lat,lon,date\n1,2,3", "no column `latitude`"),
        ("latitude,longitude,acq_date\n1,2,2025-01-01", "no column `acq_time`"),
        (landsat, "Landsat"),
        ("PK\u{3}\u{4}", "a ZIP archive"),
    ] {
        let message = refusal(text);
        assert!(message.starts_with("points.csv: "), "{message}");
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_header_alone_is_a_quiet_day() {
    let header = LAYOUTS[0].0.lines().next().unwrap();
    assert_eq!(read(header).unwrap(), ReadPoints::default());
}

/// A table of 200 sound rows and the given ones.
fn among_sound_rows(rows: &[&str]) -> String {
    let mut text = "latitude,longitude,scan,track,acq_date,acq_time,frp\n".to_owned();
    (0..200).for_each(|row| text += &format!("{row}.5e-1,1,0.4,0.4,2026-07-25,1200,1\n"));
    text + &rows.join("\n")
}

#[test]
fn broken_rows_are_counted_and_named() {
    for (row, expected) in [
        ("NaN,1,0.4,0.4,2026-07-25,1200,1", "line 202: latitude `NaN` is not within ±90°"),
        ("90.1,1,0.4,0.4,2026-07-25,1200,1", "line 202: latitude `90.1` is not within ±90°"),
        ("1,181,0.4,0.4,2026-07-25,1200,1", "line 202: longitude `181` is not within ±180°"),
        ("1,1,5910,0.4,2026-07-25,1200,1", "line 202: scan `5910` is not a size of up to 10 km"),
        ("1,1,0.4,-1,2026-07-25,1200,1", "line 202: track `-1` is not a size of up to 10 km"),
        ("1,1,0.4,0.4,2026-07-26,0301,1", "line 202: acq_date `2026-07-26` lies in the future"),
        ("1,1,0.4,0.4,2026-02-30,0301,1", "line 202: acq_date `2026-02-30` is not a date"),
        ("1,1,0.4,0.4,2026-07-25,2460,1", "line 202: acq_time `2460` is not a time"),
        ("1,1,0.4", "line 202: 3 of 7 columns"),
    ] {
        let points = read(&among_sound_rows(&[row])).unwrap();
        assert_eq!((points.rows, points.broken, points.detections.len()), (201, 1, 200));
        assert_eq!(points.broken_rows[0].to_string(), expected);
    }
    let is_in_time = "1,1,0.4,0.4,2026-07-26,0300,1";
    assert_eq!(read(&among_sound_rows(&[is_in_time])).unwrap().broken, 0);
    let message = refusal(&among_sound_rows(&["x", "y", "z"]));
    assert!(message.contains("3 of 203 rows cannot be read, the first in line 202"), "{message}");
}

#[test]
fn duplicates_keep_the_latest_processing() {
    let header = LAYOUTS[3].0.lines().next().unwrap();
    let row = |version: &str, source: &str| {
        format!("1.00000,2,300,0.4,0.4,2025-01-07,0643,N20,VIIRS,n,{version},261,1.7,N,{source}\n")
    };
    let versions = ["2.0URT", "2.0RT", "2.0NRT", "2.1NRT", "2"];
    for best in 0..versions.len() {
        for first in 0..=best {
            let (a, b) = (row(versions[first], ""), row(versions[best], ""));
            for text in [format!("{header}\n{a}{b}"), format!("{header}\n{b}{a}{b}")] {
                let unique = unique_detections(read(&text).unwrap().detections);
                let expected = read(&format!("{header}\n{b}")).unwrap().detections;
                assert_eq!(unique, expected, "{text}");
            }
        }
    }
    let text = format!("{header}\n{}{}", row("2.0NRT", ""), row("2", "2"));
    let unique = unique_detections(read(&text).unwrap().detections);
    assert_eq!(unique.len(), 1);
    assert_eq!(unique[0].processing, Processing::Standard);
    assert_eq!(unique[0].source, Some(HeatSource::StaticLand));
}

#[test]
fn stored_points_are_read_as_they_were() {
    for (text, _) in LAYOUTS {
        let points = read(text).unwrap().detections;
        assert_eq!(read(&points_csv(&points)).unwrap().detections, points);
    }
    let mut point = read(LAYOUTS[0].0).unwrap().detections[0];
    (point.lat_e5, point.lon_e5) = (-5, -9_000_001);
    (point.satellite, point.processing) = (Satellite::Other, Processing::UltraRealTime);
    point.confidence = Confidence::High;
    assert_eq!(read(&points_csv(&[point])).unwrap().detections, [point]);
}

fn read_stored<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Vec<Detection>, String> {
    let mut reader = StoredPointsReader::default();
    for line in lines {
        reader.add_line(line).map_err(|problem| problem.to_string())?;
    }
    reader.finish().map_err(|problem| problem.to_string())
}

#[test]
fn more_points_than_a_part_of_the_stored_table_holds_are_read_as_they_were() {
    let first = read(LAYOUTS[0].0).unwrap().detections[0];
    let points: Vec<Detection> = (0..20_000)
        .map(|number| Detection {
            minute: first.minute + number / 7,
            lat_e5: (number - 10_000) * 450,
            lon_e5: 18_000_000 - number * 1_799,
            ..first
        })
        .collect();
    let parts: Vec<String> = points_csv_parts(&points).collect();
    assert!(parts.len() > 3);
    assert_eq!(read_stored(parts.concat().lines()).unwrap(), points);
    assert_eq!(read_stored(points_csv(&[]).lines()).unwrap(), []);
}

#[test]
fn a_stored_table_is_read_whatever_the_clock_states_and_refused_with_one_broken_row() {
    // Stored by a clock that was set back since: longer ago than a file may be ahead.
    let point = Detection { minute: i32::MAX - 7, ..read(LAYOUTS[0].0).unwrap().detections[0] };
    let table = points_csv(&vec![point; 300]);
    assert!(read(&table).is_err());
    assert_eq!(read_stored(table.lines()).unwrap().len(), 300);
    for (from, to) in [(",N", ",N,,,,,,,,,,,,,,,,,"), ("-", "x"), (".", "x")] {
        let row = table.lines().nth(200).unwrap().replace(from, to);
        let lines: Vec<&str> = table.lines().take(200).chain([row.as_str()]).collect();
        let message = read_stored(lines).map(|points| points.len()).unwrap_err();
        assert!(message.contains("the first in line 201"), "{message}");
    }
    assert!(read_stored([]).unwrap_err().contains("empty"));
    assert!(read_stored(["<html>"]).unwrap_err().contains("latitude"));
}

#[test]
fn lines_may_end_in_any_way() {
    let text = LAYOUTS[0].0;
    let expected = read(text).unwrap();
    for end in ["\r\n", "\r"] {
        assert_eq!(read(&text.replace('\n', end)).unwrap(), expected, "{end:?}");
    }
}

#[test]
fn a_table_that_was_cut_down_to_few_columns_is_none_of_landsat() {
    let text =
        "latitude,longitude,scan,track,acq_date,acq_time\n40.1,-120.2,0.4,0.37,2025-01-07,12\n";
    assert_eq!(read(text).unwrap().detections.len(), 1);
    let landsat = text.replace("0.4,0.37", "5172,3001");
    assert!(refusal(&landsat).contains("Landsat"));
}

#[test]
fn the_table_of_a_shapefile_is_read_and_a_cut_one_refused() {
    let now = "2026-07-26T00:00:00Z".parse().unwrap();
    let names = [
        "LATITUDE",
        "LONGITUDE",
        "SCAN",
        "TRACK",
        "ACQ_DATE",
        "ACQ_TIME",
        "SATELLITE",
        "FRP",
        "TYPE",
    ];
    let row = ["8.70014", "105.132408", "0.53", "0.42", "20190412", "0600", "N", "5.8", "0"];
    let bytes = dbase(&names, &[&row, &row]);
    let points = read_points_archive("a.dbf", &bytes, now).unwrap();
    assert_eq!((points.rows, points.detections.len()), (2, 2));
    let point = points.detections[0];
    assert_eq!((point.lat_e5, point.lon_e5, point.scan_m), (870_014, 10_513_241, 530));
    assert_eq!(point.time().to_rfc3339(), "2019-04-12T06:00:00+00:00");
    assert_eq!(point.source, Some(HeatSource::Vegetation));
    for end in 0..bytes.len() {
        let message = read_points_archive("a.dbf", &bytes[..end], now).unwrap_err().to_string();
        assert!(message.starts_with("a.dbf: "), "{message}");
    }
}
