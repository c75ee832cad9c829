use super::*;
use crate::fires::detection::{Confidence, HeatSource, Processing, Satellite};
use crate::fires::points::{points_csv, read_points_archive, unique_detections};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn read(text: &str) -> Result<ReadPoints, PointsError> {
    read_points("points.csv", text.as_bytes(), "2026-07-26T00:00:00Z".parse().unwrap())
}

fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

/// The first row of each of NASA's layouts, as the services send it.
const LAYOUTS: [(&str, &str); 8] = [
    (
        "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,version,bright_ti5,frp,daynight\n\
         19.34852,-155.05531,329.3,0.6,0.7,2017-12-04,18,N,nominal,1.0NRT,300.2,26.9,D",
        "1934852 -15505531 2017-12-04T00:18 SuomiNpp NearRealTime 100 600×700 Nominal None",
    ),
    (
        "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,daynight\n\
         17.893,-92.491,301.6,2.7,1.6,2017-12-04,355,T,42,6.0NRT,290.2,17.7,N",
        "1789300 -9249100 2017-12-04T03:55 Terra NearRealTime 600 2700×1600 Nominal None",
    ),
    (
        "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight\n\
         38.92123,-9.00895,319.19,0.39,0.36,2026-07-24,230,N20,VIIRS,n,2.0NRT,295.82,2.22,N",
        "3892123 -900895 2026-07-24T02:30 Noaa20 NearRealTime 200 390×360 Nominal None",
    ),
    (
        "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_t31,frp,daynight,type\n\
         40.15351,-74.769,319.16,0.4,0.37,2025-01-07,0643,N20,VIIRS,n,2,261.48,1.78,N,2",
        "4015351 -7476900 2025-01-07T06:43 Noaa20 Standard 200 400×370 Nominal Some(StaticLand)",
    ),
    (
        "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_t31,frp,daynight,type\n\
         4.5698,-69.2416,303,1.1,1,2022-01-01,0252,Terra,MODIS,80,6.03,292.6,3.7,N,0",
        "456980 -6924160 2022-01-01T02:52 Terra Standard 603 1100×1000 High Some(Vegetation)",
    ),
    (
        "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,version,bright_ti5,frp,daynight\n\
         13.72419,31.55051,297.62,0.62,0.54,2023-11-09,00:00,1,nominal,2.0NRT,282.59,1.77,N",
        "1372419 3155051 2023-11-09T00:00 Noaa20 NearRealTime 200 620×540 Nominal None",
    ),
    (
        "country_id,latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight\n\
         PRT,38.9212,-9.01222,308.08,0.48,0.65,2026-07-24,137,N21,VIIRS,l,2.0NRT,291.33,1.88,N",
        "3892120 -901222 2026-07-24T01:37 Noaa21 NearRealTime 200 480×650 Low None",
    ),
    (
        "\u{feff}LATITUDE,LONGITUDE,BRIGHTNESS,SCAN,TRACK,ACQ_DATE,ACQ_TIME,SATELLITE,INSTRUMENT,CONFIDENCE,VERSION,BRIGHT_T31,FRP\r\n\
         35.141,-118.847,323.7,1.1,1.1,2000-11-07,1911,Aqua,MODIS,29,6.1,293.7,22.2\r",
        "3514100 -11884700 2000-11-07T19:11 Aqua Standard 610 1100×1100 Low None",
    ),
];

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

/// A dBASE table of text fields, as shapefiles hold it.
fn dbase(names: &[&str], rows: &[&[&str]]) -> Vec<u8> {
    const WIDTH: u8 = 12;
    let mut bytes = vec![0; 32];
    bytes[0] = 3;
    bytes[4..8].copy_from_slice(&(rows.len() as u32).to_le_bytes());
    bytes[8..10].copy_from_slice(&(33 + 32 * names.len() as u16).to_le_bytes());
    bytes[10..12].copy_from_slice(&(1 + u16::from(WIDTH) * names.len() as u16).to_le_bytes());
    for name in names {
        let mut field = [0; 32];
        field[..name.len()].copy_from_slice(name.as_bytes());
        (field[11], field[16]) = (b'C', WIDTH);
        bytes.extend(field);
    }
    bytes.push(0x0d);
    for row in rows {
        bytes.push(b' ');
        row.iter().for_each(|value| bytes.extend(format!("{value:<12}").bytes()));
    }
    bytes
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
