//! Masks in files of their own beside the files of an item: on a disk, behind http, and in the page.

use std::fs;
use std::path::{Path, PathBuf};

use dragonfly_core::metadata::MapMeta;
use gdal::cpl::CslStringList;
use gdal::raster::Buffer;
use gdal::{Dataset, DatasetOptions, DriverManager, GdalOpenFlags};
use serde_json::json;

use super::scene_files::{Frame, Plane, Validity};
use super::{OddCatalogue, check_same_map, usual_assets};
use crate::bucket::{Bucket, Faults};
use crate::cog::files::HOST;
use crate::test_bed::TestBed;

fn catalogue(validity: &Validity) -> OddCatalogue {
    OddCatalogue::new(|writer| usual_assets(writer, &Frame::upright(), validity))
}

fn masked_west() -> OddCatalogue {
    catalogue(&Validity::MaskBeside)
}

/// The scenes of a catalogue behind http, and a region over them.
fn far(catalogue: &OddCatalogue, zoom: u8) -> (Bucket, TestBed) {
    let bucket = Bucket::of(catalogue.folder.path(), Faults::default());
    let bed = TestBed::new(&bucket.catalogue(), &json!([catalogue.task(zoom).region]));
    (bucket, bed)
}

/// The map of scenes behind http.
fn far_map(catalogue: &OddCatalogue, zoom: u8) -> MapMeta {
    let (_bucket, bed) = far(catalogue, zoom);
    bed.succeed(&["update", "area"]);
    bed.map("area")
}

/// The message with which scenes behind http are refused.
fn far_refusal(catalogue: &OddCatalogue) -> String {
    let (_bucket, bed) = far(catalogue, 11);
    let output = bed.run(&["update", "area"]);
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

/// Every mask beside a file.
fn masks(catalogue: &OddCatalogue) -> Vec<PathBuf> {
    let files = fs::read_dir(catalogue.folder.path()).unwrap().map(|file| file.unwrap().path());
    let masks: Vec<_> = files.filter(|file| file.extension().unwrap() == "msk").collect();
    assert!(masks.len() >= 4, "{masks:?}");
    masks
}

/// Those of a side.
fn masks_of(prefix: &str, catalogue: &OddCatalogue) -> Vec<PathBuf> {
    let name = |mask: &PathBuf| mask.file_name().unwrap().to_str().unwrap().to_owned();
    let mut masks = masks(catalogue);
    masks.retain(|mask| name(mask).starts_with(prefix));
    masks
}

/// Gives the bands of a catalogue's scenes a no-data value, which no pixel has.
fn state_no_data(catalogue: &OddCatalogue) {
    for file in ["pre_nir08.tif", "post_nir08.tif", "pre_swir22.tif", "post_swir22.tif"] {
        let options =
            DatasetOptions { open_flags: GdalOpenFlags::GDAL_OF_UPDATE, ..Default::default() };
        let dataset = Dataset::open_ex(catalogue.folder.path().join(file), options).unwrap();
        dataset.rasterband(1).unwrap().set_no_data_value(Some(0.0)).unwrap();
        dataset.close().unwrap();
    }
}

/// Writes a mask again with the same pixels, bit by bit, in strips, without overviews and without
/// GDAL's own metadata.
fn write_bits(mask: &Path) {
    let (pixels, size) = {
        let dataset = Dataset::open(mask).unwrap();
        let size = dataset.raster_size();
        let band = dataset.rasterband(1).unwrap();
        (band.read_as::<u8>((0, 0), size, size, None).unwrap().data().to_vec(), size)
    };
    let options: CslStringList = ["NBITS=1", "COMPRESS=LZW"].into_iter().collect();
    let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
    let dataset = driver
        .create_with_band_type_with_options::<u8, _>(mask, size.0, size.1, 1, &options)
        .unwrap();
    let bits = pixels.into_iter().map(|pixel| u8::from(pixel > 0)).collect();
    let mut bits = Buffer::new(size, bits);
    dataset.rasterband(1).unwrap().write((0, 0), size, &mut bits).unwrap();
    dataset.close().unwrap();
}

#[test]
fn a_mask_beside_a_file_hides_pixels_on_a_disk_behind_http_and_in_the_page() {
    let inside = catalogue(&Validity::Mask);
    let beside = masked_west();
    let bits = masked_west();
    masks(&bits).iter().for_each(|mask| write_bits(mask));
    for zoom in [12, 10] {
        let expected = inside.map(zoom);
        assert!(expected.empty_share.no_data > 0.1, "{:?}", expected.empty_share);
        for odd in [&beside, &bits] {
            check_same_map(&odd.map(zoom), &expected);
            check_same_map(&far_map(odd, zoom), &expected);
        }
    }
}

#[test]
fn a_mask_that_the_item_lists_is_read_whatever_the_file_states_and_must_be_there() {
    let expected = catalogue(&Validity::Mask).map(12);
    let beside = masked_west();
    state_no_data(&beside);
    let listed = beside.with(|item| {
        for band in ["nir08", "swir22"] {
            let mask = format!("{}.msk", item["assets"][band]["href"].as_str().unwrap());
            item["assets"][format!("{band}-mask")] =
                json!({ "href": mask, "roles": ["data-mask"] });
        }
    });
    check_same_map(&listed.map(12), &expected);
    check_same_map(&far_map(&listed, 12), &expected);
    masks(&listed).iter().for_each(|mask| fs::remove_file(mask).unwrap());
    for refusal in [listed.refusal(), far_refusal(&listed)] {
        assert!(refusal.contains(".tif.msk"), "{refusal}");
    }
}

/// The same catalogue where its files have full addresses, as the page reads them.
fn at_addresses(catalogue: OddCatalogue) -> OddCatalogue {
    let folder = catalogue.folder.path().to_owned();
    catalogue.with(|item| {
        for asset in item["assets"].as_object_mut().unwrap().values_mut() {
            let path = folder.join(asset["href"].as_str().unwrap());
            asset["href"] = format!("{HOST}{}", path.display()).into();
        }
    })
}

#[test]
fn a_mask_beside_a_file_with_a_no_data_value_is_found_by_a_few_requests_a_side() {
    let inside = catalogue(&Validity::Mask);
    let expected = inside.map(12);
    let beside = masked_west();
    state_no_data(&beside);
    check_same_map(&beside.map(12), &expected);
    check_same_map(&far_map(&beside, 12), &expected);
    let addressed = at_addresses(beside);
    assert!(addressed.task(12).page_values() == inside.task(12).page_values());
    // Before the fire alone: the other side is opened again.
    let before = masked_west();
    state_no_data(&before);
    masks_of("post", &before).iter().for_each(|mask| fs::remove_file(mask).unwrap());
    let expected = before.map(12);
    assert!(expected.empty_share.no_data > 0.1, "{:?}", expected.empty_share);
    check_same_map(&far_map(&before, 12), &expected);
    // Beside one file of one side alone.
    let single = masked_west();
    state_no_data(&single);
    let is_swir = |mask: &PathBuf| mask.file_name().unwrap().to_str().unwrap().contains("swir22");
    let kept = masks_of("pre", &single).into_iter().find(is_swir).unwrap();
    masks(&single)
        .iter()
        .filter(|mask| **mask != kept)
        .for_each(|mask| fs::remove_file(mask).unwrap());
    let expected = single.map(12);
    assert!(expected.empty_share.no_data > 0.1, "{:?}", expected.empty_share);
    check_same_map(&far_map(&single, 12), &expected);
    // A page for people, and an answer that is no TIFF, are no masks.
    let none = masked_west();
    state_no_data(&none);
    let all = masks(&none);
    all.iter().for_each(|mask| fs::write(mask, "<html>no file</html>").unwrap());
    let found = far_map(&none, 12);
    all.iter().for_each(|mask| fs::remove_file(mask).unwrap());
    check_same_map(&found, &none.map(12));
}

#[test]
fn a_picture_is_transparent_where_a_mask_beside_a_file_hides_it() {
    let with_visible = |validity: &Validity| {
        OddCatalogue::new(|writer| {
            let mut assets = usual_assets(writer, &Frame::upright(), validity);
            for colour in ["red", "green", "blue"] {
                let file = writer.write(colour, &[Plane::Nir], &Frame::upright(), validity);
                assets[colour] = json!({ "href": file });
            }
            assets
        })
    };
    let expected = with_visible(&Validity::Mask).task(12).page_pictures();
    let opaque = |rgba: &[u8]| rgba.chunks_exact(4).filter(|cell| cell[3] > 0).count();
    let all = opaque(&with_visible(&Validity::Value(0)).task(12).page_pictures());
    assert!(opaque(&expected) > all / 4 && opaque(&expected) < all * 9 / 10);
    let beside = with_visible(&Validity::MaskBeside);
    assert!(beside.task(12).page_pictures() == expected);
    assert!(at_addresses(beside).task(12).page_pictures() == expected);
}

#[test]
fn doctor_names_a_mask_beside_a_file_that_its_item_does_not_list() {
    let beside = masked_west();
    state_no_data(&beside);
    let (_bucket, bed) = far(&beside, 12);
    let output = bed.run(&["doctor", "area"]);
    let found = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(found.contains(".tif.msk") && found.contains("list the mask"), "{found}");
}

#[test]
fn a_file_of_another_collection_is_masked_beside_its_no_data_value_too() {
    let other = |validity: &Validity| {
        catalogue(validity).with(|item| {
            item["collection"] = json!("own-scenes");
            for band in ["nir08", "swir22"] {
                item["assets"][band]["raster:bands"] = json!([{ "scale": 0.0001, "offset": 0 }]);
            }
        })
    };
    let region = |catalogue: &OddCatalogue| {
        let mut region = catalogue.task(12).region;
        region["collection"] = json!("own-scenes");
        region
    };
    let map = |catalogue: &OddCatalogue| {
        let bucket = Bucket::of(catalogue.folder.path(), Faults::default());
        let bed = TestBed::new(&bucket.catalogue(), &json!([region(catalogue)]));
        bed.succeed(&["update", "area"]);
        bed.map("area")
    };
    let beside = other(&Validity::MaskBeside);
    state_no_data(&beside);
    check_same_map(&map(&beside), &map(&other(&Validity::Mask)));
}

#[test]
fn files_that_state_a_no_data_value_cost_no_request_each_for_a_mask() {
    let usual = catalogue(&Validity::Value(0));
    let (bucket, bed) = far(&usual, 12);
    bed.succeed(&["update", "area"]);
    let files = bucket.sent().len();
    assert_eq!(files, 6);
    // Those of both bands on each side find out whether there are masks.
    assert!(bucket.requests() <= 2 * files + 4, "{} requests", bucket.requests());

    // Where nothing is stated, one request more for each file.
    let silent = catalogue(&Validity::UnstatedInWest(0));
    let (bucket, bed) = far(&silent, 12);
    bed.succeed(&["update", "area"]);
    assert!(bucket.requests() <= 2 * files + 4 + 4, "{} requests", bucket.requests());
}

#[test]
fn a_mask_that_does_not_fit_its_file_or_is_none_is_refused_by_name() {
    let small = masked_west();
    for mask in masks(&small) {
        let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
        driver.create(&mask, 7, 9, 1).unwrap().close().unwrap();
    }
    let broken = masked_west();
    masks(&broken).iter().for_each(|mask| fs::write(mask, "no TIFF").unwrap());
    for (odd, part) in [(&small, "7 × 9 pixels"), (&broken, "")] {
        for refusal in [odd.refusal(), far_refusal(odd)] {
            assert!(refusal.contains(".tif.msk") && refusal.contains(part), "{refusal}");
        }
    }
}
