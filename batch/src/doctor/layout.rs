//! How the files of a scene are laid out, beside the layout that reading is fast for; and whether
//! their pixels come.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use dragonfly_core::stac::{AssetBand, Item, MaskSidecar, without_token};
use dragonfly_core::{DnCounts, Grid, Region, choose_level};
use gdal::{Dataset, Metadata};

use super::asset::map_bands;
use super::finding::Finding;
use crate::deployment::settings::is_url;
use crate::http::Client;
use crate::read::image::{Image, ImageAsset};
use crate::read::placement::GdalPlacement;

/// What the bucket `sentinel-cogs` stores, which Dragonfly was measured with.
const BLOCK_PX: usize = 512;
const OVERVIEW_BLOCK_PX: usize = 256;
const OVERVIEW_FACTORS: [f64; 4] = [2.0, 4.0, 8.0, 16.0];
/// Full-resolution pixels that are read over the network to see the darkest, where there is no
/// overview.
const MAX_PIXELS: usize = 2048 * 2048;

/// How many pixels of the coarsest overview of the short-wave infrared have each digital number;
/// `None` where that would be too much to read.
pub(super) type Coarsest = Option<DnCounts>;

/// The contents of the directories of a file.
#[derive(Clone, Debug, PartialEq)]
struct FileLayout {
    /// GDAL's word; `None` for none.
    compression: Option<String>,
    predictor: Option<String>,
    width_px: usize,
    /// Across and down.
    block_px: (usize, usize),
    /// Full-resolution pixels that a pixel of each overview spans, and its blocks.
    overviews: Vec<(f64, (usize, usize))>,
    no_data: Option<f64>,
    has_mask: bool,
}

/// Reads a little of every file as a run would, and names what is unexpected and what it costs.
pub(super) fn layout(item: &Item, region: &Region, client: &Client) -> (Finding, Coarsest) {
    match inspect(item, region, client) {
        Ok((surprises, coarsest)) if surprises.is_empty() => {
            let words = "Deflate with predictor 2, blocks of 512 pixels, overviews by 2, 4, 8 and \
                16 in blocks of 256";
            (Finding::ok("layout", words), coarsest)
        }
        Ok((surprises, coarsest)) => {
            let lines = surprises
                .into_iter()
                .map(|(surprise, names)| format!("{}: {surprise}", names.join(", ")));
            let words = lines.collect::<Vec<_>>().join("; ");
            let advice = "maps are right, and take longer; where the files are yours, rewrite them with \
                gdal_translate -of COG -co COMPRESS=DEFLATE -co PREDICTOR=2";
            (Finding::warn("layout", words, advice), coarsest)
        }
        Err(error) => {
            let advice = "fetch the file again, or report it to the catalogue's operator; a run goes on \
                without such a scene";
            (Finding::fail("layout", format!("scene {}: {error:#}", item.id), advice), None)
        }
    }
}

/// What is unexpected, each with the files that it is true of.
type LayoutSurprises = BTreeMap<String, Vec<&'static str>>;

/// Names a mask beside a file that a run reads only where the scene that it checks has one too.
fn surprise_of_mask_beside(image: &Image, sidecar: &MaskSidecar) -> Result<Option<String>> {
    if !image.has_mask_file() || sidecar.is_requested(image.stated_validity()?) {
        return Ok(None);
    }
    Ok(Some(format!(
        "its mask lies beside it, in {}, and the item does not list it: a run requests such a mask \
        of one scene of each side, and reads the others only where that is there; list the masks \
        among the assets of the items",
        without_token(&sidecar.href)
    )))
}

fn inspect(item: &Item, region: &Region, client: &Client) -> Result<(LayoutSurprises, Coarsest)> {
    let grid = Grid::covering(region.bbox, region.zoom_max);
    let mut surprises = LayoutSurprises::new();
    let mut coarsest = None;
    let [_, offset_band] = item.mapped_bands()?;
    for (name, asset_band) in map_bands(item)? {
        let AssetBand { asset, index } = asset_band;
        let sidecar = item.mask_sidecar(&asset_band);
        let requested = ImageAsset::request(name, asset_band, sidecar.in_any_case(), client)?;
        let image = Image::open(requested)?;
        if let Some(surprise) = surprise_of_mask_beside(&image, &sidecar)? {
            surprises.entry(surprise).or_default().push(name);
        }
        let cell_size_px =
            GdalPlacement::of(&image, &grid)?.map_or(1.0, |placed| placed.cell_size_px);
        let layout = FileLayout::of(&image.dataset)
            .with_context(|| format!("{} cannot be read", image.location))?;
        for surprise in layout.surprises(cell_size_px) {
            surprises.entry(surprise).or_default().push(name);
        }
        if let Some((file, item)) = image.no_data().disagreement() {
            let surprise = format!(
                "{file} stands for no data in the file and {item} in its item: both count as no data"
            );
            surprises.entry(surprise).or_default().push(name);
        }
        let size = image.size;
        let mut band = image.at_level(0)?;
        // The last block: a file that was cut short ends before it.
        let (across, down) = band.block_size()?;
        let last = |size: usize, block: usize| ((size - 1) / block * block) as i64..size as i64;
        band.read_prefetched(&last(size.0, across), &last(size.1, down))?;
        if !layout.overviews.is_empty() || size.0 * size.1 <= MAX_PIXELS || !is_url(&asset.href) {
            let counts = band.count_coarsest()?;
            if (&asset.href, index) == (&offset_band.asset.href, offset_band.index) {
                coarsest = Some(counts);
            }
        }
    }
    Ok((surprises, coarsest))
}

impl FileLayout {
    fn of(dataset: &Dataset) -> Result<Self> {
        let structure = |key: &str| dataset.metadata_item(key, "IMAGE_STRUCTURE");
        let band = dataset.rasterband(1)?;
        let width_px = band.size().0;
        let overviews = (0..band.overview_count()?.max(0) as usize)
            .map(|index| {
                let overview = band.overview(index)?;
                Ok((width_px as f64 / overview.size().0.max(1) as f64, overview.block_size()))
            })
            .collect::<gdal::errors::Result<_>>()?;
        Ok(Self {
            compression: structure("COMPRESSION"),
            predictor: structure("PREDICTOR"),
            width_px,
            block_px: band.block_size(),
            overviews,
            no_data: band.no_data_value(),
            has_mask: band.mask_flags()?.is_per_dataset(),
        })
    }

    /// What is unexpected, and what it costs. `cell_size_px`: side of a map's cell in
    /// full-resolution pixels.
    fn surprises(&self, cell_size_px: f64) -> Vec<String> {
        let mut surprises = Vec::new();
        match self.compression.as_deref() {
            Some("DEFLATE") => {}
            None => surprises
                .push("not compressed: reading fetches two to three times the bytes".to_owned()),
            Some(other) => surprises
                .push(format!("{other} instead of Deflate: browsers may not be able to decode it")),
        }
        // Without compression there is nothing to predict.
        if self.compression.is_some() && self.predictor.as_deref() != Some("2") {
            let found = self.predictor.as_deref().filter(|found| *found != "1");
            let found =
                found.map_or("no predictor".to_owned(), |found| format!("predictor {found}"));
            surprises.push(format!(
                "{found} instead of predictor 2: files are larger than they need be"
            ));
        }
        surprises.extend(surprise_of_blocks("the image", self.block_px, BLOCK_PX, self.width_px));
        if let Some((factor, block_px)) = self.overviews.first() {
            let width_px = (self.width_px as f64 / factor) as usize;
            surprises.extend(surprise_of_blocks(
                "the overviews",
                *block_px,
                OVERVIEW_BLOCK_PX,
                width_px,
            ));
        }
        surprises.extend(self.surprise_of_overviews(cell_size_px));
        if self.no_data != Some(0.0) {
            let found = self
                .no_data
                .map_or("no no-data value".to_owned(), |value| format!("no-data value {value}"));
            surprises.push(format!(
                "{found} instead of 0: other programs may take the frame around the \
                    image for ground"
            ));
        }
        if self.has_mask {
            surprises.push(
                "a mask inside the file: it is read too, which takes more requests".to_owned(),
            );
        }
        surprises
    }

    /// Overviews are missing when the one that a map would read is.
    fn surprise_of_overviews(&self, cell_size_px: f64) -> Option<String> {
        let factor = |factors: &[f64]| {
            choose_level(factors, cell_size_px).map_or(1.0, |level| factors[level])
        };
        let own: Vec<f64> =
            [1.0].into_iter().chain(self.overviews.iter().map(|(factor, _)| *factor)).collect();
        let expected: Vec<f64> = [1.0].into_iter().chain(OVERVIEW_FACTORS).collect();
        let times = (factor(&expected) / factor(&own)).powi(2).round();
        let found = match self.overviews.len() {
            0 => "no overviews".to_owned(),
            _ if times > 1.0 => {
                let factors: Vec<String> =
                    own[1..].iter().map(|factor| format!("{factor:.0}")).collect();
                format!("overviews by {} only", factors.join(", "))
            }
            _ => return None,
        };
        Some(if times > 1.0 {
            format!("{found}: a map of this region reads {times} times the pixels")
        } else {
            format!("{found}: coarser maps would read all pixels, and the page too")
        })
    }
}

fn surprise_of_blocks(
    of: &str,
    found_px: (usize, usize),
    expected_px: usize,
    width_px: usize,
) -> Option<String> {
    let (across, down) = found_px;
    if found_px == (expected_px, expected_px) {
        return None;
    }
    Some(if across >= width_px && width_px > expected_px {
        let times = width_px.div_ceil(expected_px);
        format!(
            "{of} in strips of {across}×{down} pixels: a look at any place reads whole rows, \
            {times} times as wide as a block"
        )
    } else if across * down > expected_px * expected_px {
        let times = (across * down) as f64 / (expected_px * expected_px) as f64;
        format!(
            "{of} in blocks of {across}×{down} pixels: a look at any place reads {times:.0} times \
            as many as expected"
        )
    } else {
        format!("{of} in blocks of {across}×{down} pixels: more and smaller requests than expected")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells of 300 m, pixels of 20 m.
    const CELL_PX: f64 = 15.0;

    fn expected() -> FileLayout {
        FileLayout {
            compression: Some("DEFLATE".to_owned()),
            predictor: Some("2".to_owned()),
            width_px: 5490,
            block_px: (512, 512),
            overviews: [2.0, 4.0, 8.0, 15.96].map(|factor| (factor, (256, 256))).to_vec(),
            no_data: Some(0.0),
            has_mask: false,
        }
    }

    fn check(layout: &FileLayout, parts: &[&str]) {
        let surprises = layout.surprises(CELL_PX);
        assert_eq!(surprises.len(), parts.len(), "{surprises:?}");
        for (surprise, part) in surprises.iter().zip(parts) {
            assert!(surprise.contains(part), "`{part}` is not in: {surprise}");
        }
    }

    #[test]
    fn the_expected_layout_is_no_surprise() {
        check(&expected(), &[]);
    }

    #[test]
    fn what_is_unexpected_is_named_with_its_cost() {
        check(
            &FileLayout { compression: None, predictor: None, ..expected() },
            &["not compressed"],
        );
        check(&FileLayout { compression: Some("ZSTD".to_owned()), ..expected() }, &["ZSTD"]);
        check(&FileLayout { predictor: None, ..expected() }, &["no predictor"]);
        check(&FileLayout { block_px: (5490, 1), ..expected() }, &["strips of 5490×1"]);
        check(&FileLayout { block_px: (1024, 1024), ..expected() }, &["reads 4 times"]);
        check(&FileLayout { block_px: (128, 128), ..expected() }, &["more and smaller requests"]);
        check(
            &FileLayout { overviews: vec![], ..expected() },
            &["no overviews: a map of this region reads 64 times"],
        );
        check(
            &FileLayout { overviews: vec![(2.0, (256, 256))], ..expected() },
            &["overviews by 2 only: a map of this region reads 16"],
        );
        check(
            &FileLayout { no_data: None, has_mask: true, ..expected() },
            &["no no-data value", "a mask inside"],
        );
    }

    #[test]
    fn other_factors_that_serve_as_well_are_no_surprise() {
        check(
            &FileLayout {
                overviews: [3.0, 9.0].map(|factor| (factor, (256, 256))).to_vec(),
                ..expected()
            },
            &[],
        );
    }
}
