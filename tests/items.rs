//! Every real item of the shared data: what is read of it, and which offset its numbers are stated
//! to carry.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::Datelike;
use dragonfly_core::stac::{Baseline, Item, ItemCollection};
use dragonfly_core::{
    BandRole, DnCounts, MaskKind, OffsetRule, Scaling, nbr, offset_from_pixels, offset_rule,
};
use serde_json::{Value, json};

use crate::test_bed;

/// What is expected of an item.
#[derive(Clone, Copy, Debug, PartialEq)]
enum ExpectedScene {
    /// The item settles the offset, in digital numbers.
    Offset(f32),
    /// The pixels are inspected; without proof this offset stands.
    Look(f32),
    /// Bands that Dragonfly does not read.
    NoBands,
}
use ExpectedScene::{Look, NoBands, Offset};

const NONE: ExpectedScene = Offset(0.0);
const DELIVERED: ExpectedScene = Offset(-1000.0);
const LANDSAT: ExpectedScene = Offset((-0.2 / 2.75e-5) as f32);

/// File, then id and expectation of each of its items in turn.
const ITEMS: &[(&str, &[(&str, ExpectedScene)])] = &[
    ("earth-search-v0/S2A_28QCH_20200714_0_L2A.json", &[("S2A_28QCH_20200714_0_L2A", NONE)]),
    ("earth-search-v0/S2A_29RKH_20200219_0_L2A.json", &[("S2A_29RKH_20200219_0_L2A", NONE)]),
    ("earth-search-v0/S2A_31NBJ_20190524_0_L2A.json", &[("S2A_31NBJ_20190524_0_L2A", NONE)]),
    (
        "earth-search-v1-c1/item-collection-13TDE-2024.json",
        &[
            ("S2A_T13TDE_20240422T174753_L2A", DELIVERED),
            ("S2B_T13TDE_20240420T175329_L2A", DELIVERED),
            ("S2B_T13TDE_20240417T174407_L2A", DELIVERED),
            ("S2A_T13TDE_20240415T180048_L2A", DELIVERED),
            ("S2A_T13TDE_20240412T175055_L2A", DELIVERED),
            ("S2B_T13TDE_20240410T175332_L2A", DELIVERED),
            ("S2B_T13TDE_20240407T174209_L2A", DELIVERED),
            ("S2A_T13TDE_20240405T175934_L2A", DELIVERED),
            ("S2A_T13TDE_20240402T174230_L2A", DELIVERED),
            ("S2B_T13TDE_20240331T175111_L2A", DELIVERED),
        ],
    ),
    ("earth-search-v1/S2A_12RWT_20240106_0_L2A.json", &[("S2A_12RWT_20240106_0_L2A", NONE)]),
    ("earth-search-v1/S2A_32TMS_20221207_0_L2A.json", &[("S2A_32TMS_20221207_0_L2A", NONE)]),
    ("earth-search-v1/S2A_33TWN_20161202_0_L2A.json", &[("S2A_33TWN_20161202_0_L2A", NONE)]),
    ("earth-search-v1/S2A_33TWN_20171005_0_L2A.json", &[("S2A_33TWN_20171005_0_L2A", NONE)]),
    ("earth-search-v1/S2A_33TWN_20181119_0_L2A.json", &[("S2A_33TWN_20181119_0_L2A", NONE)]),
    ("earth-search-v1/S2A_33TWN_20190707_1_L2A.json", &[("S2A_33TWN_20190707_1_L2A", NONE)]),
    ("earth-search-v1/S2A_33TWN_20200202_0_L2A.json", &[("S2A_33TWN_20200202_0_L2A", NONE)]),
    ("earth-search-v1/S2A_33TWN_20210328_0_L2A.json", &[("S2A_33TWN_20210328_0_L2A", NONE)]),
    ("earth-search-v1/S2A_33TWN_20210629_0_L2A.json", &[("S2A_33TWN_20210629_0_L2A", NONE)]),
    ("earth-search-v1/S2A_33TWN_20220122_0_L2A.json", &[("S2A_33TWN_20220122_0_L2A", NONE)]),
    (
        "earth-search-v1/S2A_OPER_MSI_L2A_TL_2APS_20230602T025701_A041483_T01WCR.json",
        &[("S2A_OPER_MSI_L2A_TL_2APS_20230602T025701_A041483_T01WCR", DELIVERED)],
    ),
    ("earth-search-v1/S2B_33TWN_20180521_1_L2A.json", &[("S2B_33TWN_20180521_1_L2A", NONE)]),
    ("earth-search-v1/S2B_33TWN_20180806_0_L2A.json", &[("S2B_33TWN_20180806_0_L2A", NONE)]),
    ("earth-search-v1/S2B_33TWN_20181005_0_L2A.json", &[("S2B_33TWN_20181005_0_L2A", NONE)]),
    ("earth-search-v1/S2B_33TWN_20181104_0_L2A.json", &[("S2B_33TWN_20181104_0_L2A", NONE)]),
    ("earth-search-v1/S2B_33TWN_20190503_0_L2A.json", &[("S2B_33TWN_20190503_0_L2A", NONE)]),
    ("earth-search-v1/S2B_33TWN_20220130_0_L2A.json", &[("S2B_33TWN_20220130_0_L2A", NONE)]),
    (
        "earth-search-v1/S2B_33TWN_20220226_0_L2A.json",
        &[("S2B_33TWN_20220226_0_L2A", Look(-1000.0))],
    ),
    (
        "earth-search-v1/pystac-client-search-response-2.json",
        &[("S2A_13TDE_20231008_0_L2A", NONE), ("LC08_L2SP_033032_20231008_02_T1", LANDSAT)],
    ),
    (
        "earth-search-v1/pystac-client-search-response-5.json",
        &[
            ("S2B_24MVV_20250731_0_L2A", NONE),
            ("S2B_24MVV_20250731_0_L1C", Look(-1000.0)),
            ("S2B_T24MWV_20250731T130245_L2A", DELIVERED),
            ("S2B_24MWV_20250731_0_L2A", NONE),
            ("S2B_24MWV_20250731_0_L1C", Look(-1000.0)),
            ("S2B_T24MXV_20250731T130245_L2A", DELIVERED),
            ("S2B_24MXV_20250731_0_L2A", NONE),
            ("S2B_24MXV_20250731_0_L1C", Look(-1000.0)),
            ("S2B_T24MUA_20250731T130245_L2A", DELIVERED),
            ("S2B_24MUA_20250731_0_L2A", NONE),
        ],
    ),
    ("other/HLS-VI_stac_item.json", &[("HLS-VI.L30.T06WVS.2024120T211159.v2.0", NoBands)]),
    (
        "other/S2C_MSIL2A_20250330T100051_N0511_R122_T33UWP_20250330T145914_cdse_stac_v110.json",
        &[("S2C_MSIL2A_20250330T100051_N0511_R122_T33UWP_20250330T145914", DELIVERED)],
    ),
    (
        "other/mapchete-local-hrefs-S2A_33TWM_20230818_0_L2A.json",
        &[("S2A_33TWM_20230818_0_L2A", NONE)],
    ),
    (
        "other/mapchete-local-hrefs-S2B_33TWM_20230820_0_L2A.json",
        &[("S2B_33TWM_20230820_0_L2A", NONE)],
    ),
    (
        "other/usgs-LC08_L2SP_001062_20201031_SR_stac.json",
        &[("LC08_L2SP_001062_20201031_20201106_02_T2", NoBands)],
    ),
    (
        "other/usgs-landsatlook-LC09_L2SP_092068_20230607_SR.json",
        &[("LC09_L2SP_092068_20230607_20230609_02_T1_SR", LANDSAT)],
    ),
    (
        "planetary-computer/LC08_L2SP_028030_20200114_20200824_02_T1_SR.json",
        &[("LC08_L2SP_028030_20200114_20200824_02_T1_SR", LANDSAT)],
    ),
    (
        "planetary-computer/LC08_L2SR_081119_20200101_20200823_02_T2.json",
        &[("LC08_L2SR_081119_20200101_20200823_02_T2", NoBands)],
    ),
    (
        "planetary-computer/LE07_L2SP_044033_20210329_20210424_02_T1_SR.json",
        &[("LE07_L2SP_044033_20210329_20210424_02_T1_SR", LANDSAT)],
    ),
    (
        "planetary-computer/S2B_MSIL2A_20190629T212529_R043_T06VVN_20201006T080531.json",
        &[("S2B_MSIL2A_20190629T212529_R043_T06VVN_20201006T080531", NONE)],
    ),
    (
        "planetary-computer/S2B_MSIL2A_20190629T212529_R043_T06VVN_20201006T080531_raster_ext.json",
        &[("S2B_MSIL2A_20190629T212529_R043_T06VVN_20201006T080531", NONE)],
    ),
    (
        "planetary-computer/landsat-c2-l2-pc.json",
        &[
            ("LC09_L2SP_089090_20240417_02_T1", LANDSAT),
            ("LC09_L2SP_089089_20240417_02_T1", LANDSAT),
            ("LC09_L2SP_089088_20240417_02_T2", LANDSAT),
            ("LC09_L2SP_089087_20240417_02_T2", LANDSAT),
        ],
    ),
    (
        "planetary-computer/sentinel-2-l2a-pc.json",
        &[
            ("S2B_MSIL2A_20240419T095549_R122_T47XML_20240419T123458", DELIVERED),
            ("S2B_MSIL2A_20240419T095549_R122_T47XMJ_20240419T122756", DELIVERED),
            ("S2B_MSIL2A_20240419T095549_R122_T46XES_20240419T123824", DELIVERED),
            ("S2B_MSIL2A_20240419T095549_R122_T46XER_20240419T124342", DELIVERED),
        ],
    ),
];

/// The items of a file: one, a list, or a collection of them.
fn items(file: &Path) -> Vec<Item> {
    let read: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let features = match &read {
        Value::Array(list) => json!(list),
        Value::Object(map) if map.contains_key("features") => map["features"].clone(),
        item => json!([item]),
    };
    let read: ItemCollection = serde_json::from_value(json!({ "features": features })).unwrap();
    assert!(read.unread.is_empty(), "{}: {:?}", file.display(), read.unread);
    read.features
}

/// Every item with what is expected of it.
fn judged() -> Vec<(Item, ExpectedScene)> {
    let folder = test_bed::shared("data/stac-items");
    let judge = |(file, expected): &(&str, &[(&str, ExpectedScene)])| {
        let items = items(&folder.join(file));
        let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, expected.iter().map(|(id, _)| *id).collect::<Vec<_>>(), "{file}");
        items.into_iter().zip(expected.iter().map(|(_, expected)| *expected)).collect::<Vec<_>>()
    };
    ITEMS.iter().flat_map(judge).collect()
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn every_real_item_is_in_the_table() {
    let folder = test_bed::shared("data/stac-items");
    let mut present = Vec::new();
    for catalogue in fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
    {
        let files = fs::read_dir(catalogue).unwrap().map(|entry| entry.unwrap().path());
        present.extend(
            files.map(|file| file.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned()),
        );
    }
    present.sort();
    let mut listed: Vec<&str> = ITEMS.iter().map(|(file, _)| *file).collect();
    listed.sort_unstable();
    assert_eq!(present, listed);
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn the_offset_of_every_real_item_is_as_the_rules_say() {
    for (item, expected) in judged() {
        let bands = item.band(BandRole::Nir).is_ok() && item.band(BandRole::Swir22).is_ok();
        let found = match offset_rule(&item) {
            _ if !bands => NoBands,
            OffsetRule::Decided(decision) => Offset(decision.offset_dn),
            OffsetRule::LookAtPixels(assumed) => {
                Look(offset_from_pixels(assumed, &DnCounts::default()).offset_dn)
            }
        };
        assert_eq!(found, expected, "{} of {:?}", item.id, item.collection);
    }
}

/// Dark and bright ground as ESA delivers it since 04.00, and as it is where the 1000 have been
/// taken off.
#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn a_look_at_the_pixels_finds_the_shift_whichever_way_the_file_is() {
    let judged = judged();
    let (item, _) = judged.iter().find(|(_, expected)| matches!(expected, Look(_))).unwrap();
    let OffsetRule::LookAtPixels(assumed) = offset_rule(item) else {
        panic!("{} needs a look", item.id)
    };
    let reflectances = (0..4000u16).map(|pixel| 150 + pixel);
    let nbr_of = |shift: u16| {
        let dn: Vec<u16> = reflectances.clone().map(|pixel| pixel + shift).collect();
        let mut counts = DnCounts::default();
        counts.add(&dn, 0);
        let offset_dn = offset_from_pixels(assumed, &counts).offset_dn;
        let scaling = Scaling { scale: item.scale() as f32, offset_dn };
        (offset_dn, nbr(scaling.reflectance(3000 + shift), scaling.reflectance(1000 + shift)))
    };
    assert_eq!((nbr_of(0).0, nbr_of(1000).0), (0.0, -1000.0));
    assert!((nbr_of(0).1 - 0.5).abs() < 1e-6 && (nbr_of(1000).1 - 0.5).abs() < 1e-6);
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn the_mask_and_scale_of_every_real_item_are_known() {
    let judged = judged();
    for (item, expected) in judged.iter().filter(|(_, expected)| *expected != NoBands) {
        let kind = item.mask().map(|(kind, _)| kind);
        let wanted = match (expected, item.collection.as_deref()) {
            (_, Some("sentinel-2-l1c")) => None,
            (expected, _) if *expected == LANDSAT => Some(MaskKind::QaPixel),
            _ if kind == Some(MaskKind::SclSince0400) => {
                let since_2022 = item.acquired().is_some_and(|at| at.year() >= 2022);
                assert!(
                    since_2022 || item.baseline() >= Some(Baseline::WITH_OFFSET),
                    "{}",
                    item.id
                );
                kind
            }
            _ => Some(MaskKind::Scl),
        };
        assert_eq!(kind, wanted, "{}", item.id);
        let scale = if *expected == LANDSAT { 2.75e-5 } else { 1e-4 };
        assert!((item.scale() - scale).abs() < 1e-12, "{}: {}", item.id, item.scale());
    }
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn every_real_item_has_moment_place_and_tile() {
    let judged = judged();
    let mut tiles: BTreeMap<String, usize> = BTreeMap::new();
    for (item, _) in &judged {
        assert!(item.acquired().is_some() && item.footprint.is_some(), "{}", item.id);
        let [west, south, east, north] = item.bbox().unwrap();
        assert!(
            west < east && east - west < 20.0 && south < north && north - south < 4.0,
            "{}",
            item.id
        );
        let [lon, lat] = [(west + east) / 2.0, (south + north) / 2.0];
        assert!(item.touches([lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01]), "{}", item.id);
        *tiles.entry(item.tile_name()).or_default() += 1;
    }
    let count = |tile: &str| tiles.get(tile).copied().unwrap_or(0);
    assert_eq!(
        ["MGRS-33TWN", "MGRS-13TDE", "MGRS-06WVS", "MGRS-28QCH", "WRS2-001062"].map(count),
        [15, 11, 1, 1, 1]
    );
    assert!(
        tiles.keys().all(|tile| tile.starts_with("MGRS-") || tile.starts_with("WRS2-")),
        "{tiles:?}"
    );
}

/// Its catalogue gives the least and the greatest longitude as its box.
#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn the_item_across_the_antimeridian_lies_there_and_nowhere_else() {
    let judged = judged();
    let (item, _) = judged.iter().find(|(item, _)| item.id.ends_with("T01WCR")).unwrap();
    assert!(item.touches([178.5, 67.6, 180.0, 68.0]) && item.touches([-180.0, 67.6, -179.5, 68.0]));
    assert!(!item.touches([0.0, 67.6, 10.0, 68.0]));
    let footprint = item.footprint.as_ref().unwrap();
    assert!(
        footprint.contains(179.5, 68.0)
            && footprint.contains(-179.5, 68.0)
            && !footprint.contains(0.0, 68.0)
    );
}
