//! The figures that fires by points reach on real data, in a table, against their targets and what
//! others reach: `cargo test --release -p dragonfly-core --test fire_figures -- --nocapture`. The
//! data lies beside the project, or in the folder that `DRAGONFLY_SHARED` names; without it the
//! figures are skipped.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and reads files, the environment and the clock"
)]

mod fine_detection;
mod identity;
mod nights;
mod outlines;
mod perimeter;
mod real_data;
mod table;
mod usa;

use real_data::RealData;
use table::Table;

#[test]
fn fire_figures() {
    let Some(data) = RealData::find() else {
        println!("skipped: the real fires do not lie beside the project (data/fires)");
        return;
    };
    let mut table = Table::start();
    outlines::palisades(&data, &mut table);
    outlines::thomas(&data, &mut table);
    usa::usa(&data, &mut table);
    identity::long_fire(&mut table);
    identity::thomas_nights(&data, &mut table);
    identity::ninety_one(&data, &mut table);
    table.end();
}

#[test]
fn every_real_file_is_read_or_refused() {
    let Some(data) = RealData::find() else {
        println!("skipped: the real fires do not lie beside the project (data/fires)");
        return;
    };
    for (file, rows) in [
        ("thomas-2017/fire_nrt_V1_22535.csv", Some(12_718)),
        ("thomas-2017/fire_archive_M6_22534.csv.gz", Some(12_676)),
        ("la-2025/J1_VIIRS_C2.csv", Some(10_440)),
        ("la-2025/LANDSAT_first399.csv", None),
        ("answers/area_api_firms_n20.csv", Some(21)),
        ("answers/area_api_firms_error.txt", None),
        ("answers/area_api_bad_day_range.txt", None),
        ("answers/wfigs_error_body.json", None),
        ("global-day-2023-11-09/J1_VIIRS_C2_Global_VJ114IMGTDL_NRT_2023313.txt.gz", Some(47_906)),
        ("vietnam-colombia/DL_FIRE_SV-C2_236710_viirs_snpp_vietnam.zip", Some(7_648)),
        ("vietnam-colombia/DL_FIRE_M-C61_236708_modis_vietnam.zip", Some(2_085)),
        ("vietnam-colombia/modis_2022_Colombia_first5000.csv", Some(4_999)),
    ] {
        match data.archive(file) {
            Ok(read) => {
                println!("{file}: {} rows, {} broken", read.rows, read.broken);
                assert_eq!((Some(read.rows), read.broken), (rows, 0), "{file}");
            }
            Err(error) => {
                println!("{error}");
                assert_eq!(rows, None, "{error}");
            }
        }
    }
}
