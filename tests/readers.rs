//! Tiles through third-party readers: they read the class colours and the values.

use std::path::Path;

use dragonfly_core::{Breaks, Palette, TileFate, class_from_index, colours, decode_tile};
use gdal::Dataset;

use crate::test_bed::{Serving, TestBed};

const REGION: &str = "sample_sierra";

/// A test bed with a map, and its stored tile in the middle of the finest zoom.
fn with_a_tile() -> (TestBed, std::path::PathBuf) {
    let bed = TestBed::invented();
    bed.succeed(&["update", REGION]);
    let map = bed.map(REGION);
    let finest = map.tile_index.0.last().unwrap();
    let stored: Vec<_> =
        finest.tiles.tiles().filter(|tile| finest.fate(*tile) == Some(TileFate::Stored)).collect();
    let tile = stored[stored.len() / 2];
    let file = bed.published(&format!("tiles/{REGION}/dnbr/{}/{}/{}.png", tile.z, tile.x, tile.y));
    (bed, file)
}

/// Red, green, blue, opacity of every pixel, as core would paint it.
fn painted(file: &Path) -> Vec<u8> {
    let table = colours(Palette::default(), &Breaks::USGS);
    let indices = decode_tile(&std::fs::read(file).unwrap()).unwrap();
    let classes = indices.iter().filter_map(|index| class_from_index(*index, &Breaks::USGS));
    let mut seen: Vec<_> = classes.collect();
    seen.sort_unstable();
    seen.dedup();
    assert!(seen.len() >= 4, "the tile shows {seen:?} only");
    indices.iter().flat_map(|index| table[usize::from(*index)]).collect()
}

#[test]
fn gdal_reads_the_values_and_the_colours() {
    let (_bed, file) = with_a_tile();
    let dataset = Dataset::open(&file).unwrap();
    assert_eq!(dataset.driver().short_name(), "PNG");
    let band = dataset.rasterband(1).unwrap();
    let indices = band.read_as::<u8>((0, 0), (256, 256), (256, 256), None).unwrap();
    assert_eq!(indices.data(), decode_tile(&std::fs::read(&file).unwrap()).unwrap());
    let table = band.color_table().unwrap();
    let seen: Vec<u8> = indices
        .data()
        .iter()
        .flat_map(|index| {
            let colour = table.entry_as_rgb(usize::from(*index)).unwrap();
            [colour.r, colour.g, colour.b, colour.a].map(|part| part as u8)
        })
        .collect();
    assert!(seen == painted(&file));
}

#[test]
fn an_image_library_reads_the_colours() {
    let (_bed, file) = with_a_tile();
    let image = image::open(&file).unwrap();
    assert!(image.to_rgba8().into_raw() == painted(&file));
}

#[test]
fn an_xyz_layer_shows_the_map() {
    let (bed, file) = with_a_tile();
    let server = Serving::start(&bed);
    let map = bed.map(REGION);
    // What QGIS does with an XYZ address, by GDAL's own reader of such services.
    let service = format!(
        "<GDAL_WMS><Service \
        name='TMS'><ServerUrl>{}{}</ServerUrl></Service><DataWindow><UpperLeftX>-20037508.34</UpperLeftX><UpperLeftY>20037508.34</UpperLeftY><LowerRightX>20037508.34</LowerRightX><LowerRightY>-20037508.34</LowerRightY><TileLevel>{}</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY><YOrigin>top</YOrigin></DataWindow><Projection>EPSG:3857</Projection><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>4</BandsCount><ZeroBlockHttpCodes>404</ZeroBlockHttpCodes></GDAL_WMS>",
        server.address,
        map.tile_url_template.replace("{z}", "${z}").replace("{x}", "${x}").replace("{y}", "${y}"),
        map.zoom_max
    );
    let dataset = Dataset::open(&service).unwrap();
    let parts: Vec<u32> = file
        .with_extension("")
        .iter()
        .rev()
        .take(2)
        .map(|part| part.to_str().unwrap().parse().unwrap())
        .collect();
    let (y, x) = (parts[0] as isize * 256, parts[1] as isize * 256);
    let seen: Vec<Vec<u8>> = (1..=4)
        .map(|band| {
            dataset
                .rasterband(band)
                .unwrap()
                .read_as::<u8>((x, y), (256, 256), (256, 256), None)
                .unwrap()
                .data()
                .to_vec()
        })
        .collect();
    let seen: Vec<u8> =
        (0..65_536).flat_map(|pixel| [0, 1, 2, 3].map(|band: usize| seen[band][pixel])).collect();
    assert!(seen == painted(&file));
}
