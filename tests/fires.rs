//! Real fires at full resolution, against maps that others made of the same images.

use dragonfly_core::{ClassTable, Severity, Thresholds, nbr, rdnbr};
use serde_json::{Value, json};

use crate::raster::{ReadRaster, agreement};
use crate::test_bed::{TestBed, shared};

/// The Madre fire, July 2025. The post scene carries the +1000 of its baseline, and its metadata
/// states it.
pub(crate) fn madre(zoom_max: u8) -> TestBed {
    let catalogue = shared("data/madre/items.json");
    let regions = json!([{
        "name": "madre", "bbox": [-120.07, 35.01, -119.67, 35.24], "zoom_min": 6, "zoom_max": zoom_max,
        "pre": { "start": "2025-06-01", "end": "2025-07-01" },
        "post": { "start": "2025-07-20", "end": "2025-08-20" }
    }]);
    TestBed::new(&catalogue, &regions)
}

/// The Las Conchas fire, June 2011, in a continental Albers projection and without masks.
pub(crate) fn las_conchas(zoom_max: u8, south: f64) -> TestBed {
    las_conchas_with(zoom_max, south, &json!({}))
}

/// The same with more keys for its region.
fn las_conchas_with(zoom_max: u8, south: f64, keys: &Value) -> TestBed {
    let catalogue = shared("data/las-conchas/items.json");
    let mut region = json!({
        "name": "las_conchas", "bbox": [-106.75, south, -106.15, 36.15], "zoom_min": 6, "zoom_max": zoom_max,
        "collection": "mtbs-reflectance",
        "pre": { "start": "2011-06-01", "end": "2011-06-25" },
        "post": { "start": "2012-06-01", "end": "2012-07-01" }
    });
    region.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    let regions = json!([region]);
    TestBed::new(&catalogue, &regions)
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn madre_agrees_with_its_authors_map() {
    let bed = madre(13);
    bed.succeed(&["update", "madre"]);
    let ours: ReadRaster<f32> =
        ReadRaster::read(&bed.published("raster/madre_lowres_dnbr.tif"), None);
    let reference: ReadRaster<u8> =
        ReadRaster::read(&shared("data/madre/author_classes_20m.tif"), None);
    let clear = ours.pixels.iter().zip(reference.nearest_on(&ours)).filter_map(|(dnbr, class)| {
        // The author's map calls all regrowth unburned (3), and is 0 outside.
        let ours = dragonfly_core::Breaks::USGS.classify(*dnbr)?.max(Severity::Unburned);
        class.filter(|class| *class != 0).map(|class| ours as u8 == class)
    });
    let same: Vec<bool> = clear.collect();
    let share = same.iter().filter(|same| **same).count() as f64 / same.len() as f64;
    println!("Madre, zoom 13: {} cells, class agreement {share:.4}", same.len());
    assert!(same.len() > 1_000_000 && share >= 0.95);

    let map = bed.map("madre");
    let offsets: Vec<_> =
        map.scenes.iter().map(|scene| (scene.id.as_str(), scene.offset)).collect();
    assert_eq!(offsets, [("S2B_10SGD_20250617_0_L2A", 0.0), ("S2A_10SGD_20250806_0_L2A", -1000.0)]);
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn las_conchas_agrees_with_mtbs() {
    let bed = las_conchas(12, 35.65);
    bed.succeed(&["update", "las_conchas"]);
    let ours: ReadRaster<f32> =
        ReadRaster::read(&bed.published("raster/las_conchas_lowres_dnbr.tif"), None);
    let reference: ReadRaster<f32> =
        ReadRaster::read(&shared("data/las-conchas/mtbs_dnbr_smoothed_60m.tif"), None);
    let pairs: Vec<(f32, f32)> = ours
        .pixels
        .iter()
        .zip(reference.nearest_on(&ours))
        .filter_map(|(dnbr, reference)| {
            let reference = reference.filter(|value| *value > -32_768.0)? / 1000.0;
            (!dnbr.is_nan()).then_some((*dnbr, reference))
        })
        .collect();
    let found = agreement(&pairs);
    println!("Las Conchas, zoom 12, against MTBS dNBR: {found:?}");
    assert!(found.count > 1_000_000);
    assert!(found.r_squared >= 0.995 && found.bias.abs() <= 0.002 && found.same_class >= 0.975);
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn las_conchas_agrees_with_the_rdnbr_of_mtbs() {
    let perimeter = shared("data/las-conchas/perimeter.geojson");
    let keys = json!({ "dnbr_offset": true, "perimeter_path": perimeter });
    let bed = las_conchas_with(12, 35.65, &keys);
    bed.succeed(&["update", "las_conchas"]);
    let folder = shared("data/las-conchas");
    let ours: ReadRaster<f32> =
        ReadRaster::read(&bed.published("raster/las_conchas_lowres_dnbr.tif"), None);
    let reference: ReadRaster<f32> =
        ReadRaster::read(&folder.join("mtbs_rdnbr_smoothed_60m.tif"), None);
    let band = |name: &str| ReadRaster::<u8>::read(&folder.join(name), None).nearest_on(&ours);
    let nir = band("LT05_las-conchas_20110624_nir08.tif");
    let swir = band("LT05_las-conchas_20110624_swir22.tif");
    let nbr_pre =
        nir.into_iter().zip(swir).map(|(nir, swir)| Some(nbr(f32::from(nir?), f32::from(swir?))));
    let cells = ours.pixels.iter().zip(nbr_pre).zip(reference.nearest_on(&ours));
    let pairs: Vec<(f32, f32)> = cells
        .filter_map(|((dnbr, pre), reference)| {
            let reference = reference.filter(|value| *value > -32_768.0)? / 1000.0;
            // Near 0 the divisor magnifies what little the two maps differ.
            let pre = pre.filter(|pre| pre.abs() > 0.15)?;
            (!dnbr.is_nan()).then(|| (rdnbr(pre, *dnbr), reference))
        })
        .collect();
    let found = agreement(&pairs);
    let offset = bed.map("las_conchas").dnbr_offset.unwrap();
    println!("Las Conchas, zoom 12, against MTBS RdNBR: {found:?}, {offset:?}");
    assert!(found.count > 500_000);
    assert!(found.r_squared >= 0.99 && found.bias.abs() <= 0.005);
    let breaks = Thresholds::published(ClassTable::MillerThode);
    let same = pairs.iter().filter(|(own, mtbs)| breaks.place(*own) == breaks.place(*mtbs)).count();
    let same = same as f64 / pairs.len() as f64;
    println!("Las Conchas, zoom 12, classes of RdNBR: {same:.4} the same");
    assert!(same >= 0.97);
}

/// Hectares of classes 1 to 7 over the whole of the pair's images, each pixel 60 m × 60 m in an
/// equal-area projection, without the 3 % of the later image's pixels, scattered all over it, whose
/// bands together reflect less than 0.04.
const LAS_CONCHAS_HECTARES: [f64; 7] = [2384.0, 8933.0, 84279.0, 17529.0, 9933.0, 9992.0, 3564.0];

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn las_conchas_has_its_true_hectares() {
    // The images reach south to 35.634°; a box that ends at 35.65° leaves out 1,170 ha of them.
    let bed = las_conchas(12, 35.6);
    bed.succeed(&["update", "las_conchas"]);
    let hectares = bed.map("las_conchas").hectares;
    for (class, expected) in Severity::ALL.into_iter().zip(LAS_CONCHAS_HECTARES) {
        let ratio = hectares.of(class) / expected;
        println!(
            "Las Conchas, {}: {:.0} ha, {expected} expected",
            class.name(),
            hectares.of(class)
        );
        assert!((0.99..=1.01).contains(&ratio), "{class:?}: {ratio}");
    }
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn a_box_counts_the_hectares_inside_it_and_no_other() {
    let bed = las_conchas(12, 35.65);
    bed.succeed(&["update", "las_conchas"]);
    let hectares = bed.map("las_conchas").hectares;
    let folder = shared("data/las-conchas");
    let band = |name: &str| ReadRaster::<u8>::read(&folder.join(name), None);
    let bands = [
        "LT05_las-conchas_20110624_nir08.tif",
        "LT05_las-conchas_20110624_swir22.tif",
        "LE07_las-conchas_20120618_nir08.tif",
        "LE07_las-conchas_20120618_swir22.tif",
    ]
    .map(band);
    let mut lonlat = gdal::spatial_ref::SpatialRef::from_epsg(4326).unwrap();
    lonlat.set_axis_mapping_strategy(gdal::spatial_ref::AxisMappingStrategy::TraditionalGisOrder);
    let transform = gdal::spatial_ref::CoordTransform::new(&bands[0].system, &lonlat).unwrap();
    let mut expected = [0.0; 7];
    for row in 0..bands[0].height {
        for column in 0..bands[0].width {
            let [nir_pre, swir_pre, nir_post, swir_post] = [0, 1, 2, 3]
                .map(|band| f32::from(bands[band].pixels[row * bands[0].width + column]));
            let (x, y) = gdal::GeoTransformEx::apply(
                &bands[0].geo_transform,
                column as f64 + 0.5,
                row as f64 + 0.5,
            );
            let (mut x, mut y) = ([x], [y]);
            transform.transform_coords(&mut x, &mut y, &mut []).unwrap();
            let inside = (-106.75..-106.15).contains(&x[0]) && (35.65..36.15).contains(&y[0]);
            // Of a scale of 0.0025, below 0.04 of both bands: hidden as too dark.
            let is_lit = nir_pre + swir_pre >= 16.0 && nir_post + swir_post >= 16.0;
            let has_data = [nir_pre, swir_pre, nir_post, swir_post].iter().all(|dn| *dn > 0.0);
            if inside && is_lit && has_data {
                let dnbr = (nir_pre - swir_pre) / (nir_pre + swir_pre)
                    - (nir_post - swir_post) / (nir_post + swir_post);
                expected[dragonfly_core::Breaks::USGS.classify(dnbr).unwrap().index()] += 0.36;
            }
        }
    }
    for (class, expected) in Severity::ALL.into_iter().zip(expected) {
        let ratio = hectares.of(class) / expected;
        assert!(
            (0.995..=1.005).contains(&ratio),
            "{class:?}: {:.0} of {expected:.0} ha",
            hectares.of(class)
        );
    }
}
