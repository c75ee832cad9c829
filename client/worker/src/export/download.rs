//! The files that a person takes away from a computed map.

use dragonfly_core::{Index, Thresholds};

use crate::compute::engine::ComputedMap;
use crate::compute::utm_grid::UtmGrid;
use crate::export::{
    BurnMap, Outlines, Product, Provenance, class_polygons, classes_geotiff, file_name,
    hectares_csv, perimeter, values_geotiff,
};
use dragonfly_core::protocol::{
    ComputeResult, DownloadRequest, FileInfo, FileKind, JobError, JobErrorKind, SearchRequest,
};

/// What a file is made of.
#[derive(Clone, Copy)]
pub struct Export<'a> {
    /// What was searched.
    pub search: &'a SearchRequest,
    /// What was computed.
    pub map: &'a ComputedMap,
    /// What it sums up to.
    pub done: &'a ComputeResult,
    /// The same computed on the scenes' own grid, for the file that lies in it.
    pub in_utm: Option<&'a ComputedMap<&'a UtmGrid>>,
}

const GEOTIFF: &str = "image/tiff; application=geotiff";
const GEOJSON: &str = "application/geo+json";
const CSV: &str = "text/csv";

impl Export<'_> {
    /// Writes a file.
    ///
    /// # Errors
    /// When the index has no table of classes, or the file wants another grid than was computed.
    pub fn write(&self, wish: &DownloadRequest) -> Result<(FileInfo, Vec<u8>), JobError> {
        let offset = self.done.dnbr_offset.filter(|_| wish.corrected);
        let index = wish.index;
        let thresholds = wish.thresholds.clone().or_else(|| Thresholds::for_index(index));
        let provenance = Provenance {
            area: wish.area_name.clone(),
            index,
            thresholds: thresholds.clone(),
            pre: self.search.pre,
            post: self.search.post,
            collection: self.search.collection.clone(),
            attribution: wish.attribution.clone(),
            cells: match wish.file {
                FileKind::Values { utm: true } => "those of the scenes' own pixels".to_owned(),
                _ => format!("zoom {} (Web Mercator)", self.done.zoom),
            },
            masks: self.done.masks.clone(),
            dnbr_offset: offset,
            scenes: self.done.scenes.clone(),
        };
        let notes = provenance.notes();
        let index_of = |(pre_nbr, dnbr): (&f32, &f32)| {
            index.of_dnbr(*pre_nbr, offset.map_or(*dnbr, |offset| offset.correct(*dnbr)))
        };
        let values: Vec<f32> = self.map.pre_nbr.iter().zip(&self.map.dnbr).map(index_of).collect();
        let map = BurnMap::new(&self.map.grid, &values, &self.map.state)
            .map_err(|error| not_written(error.to_string()))?;
        let classes = || thresholds.as_ref().ok_or_else(|| without_classes(index));
        let many = |error: crate::export::TooManyVerticesError| not_written(error.to_string());
        let (product, media_type, bytes) = match wish.file {
            FileKind::Values { utm: false } => {
                (Product::Values, GEOTIFF, values_geotiff(&map.raster(), index.name(), &notes))
            }
            FileKind::Values { utm: true } => {
                let own = self
                    .in_utm
                    .ok_or_else(|| not_written("nothing was computed on the scenes' own grid"))?;
                let raster =
                    own.grid.raster(own.pre_nbr.iter().zip(&own.dnbr).map(index_of).collect());
                (Product::ValuesInUtm, GEOTIFF, values_geotiff(&raster, index.name(), &notes))
            }
            FileKind::Classes => (
                Product::Classes,
                GEOTIFF,
                classes_geotiff(&map.raster(), classes()?, wish.palette, &notes),
            ),
            FileKind::ClassPolygons { detail_m } => {
                let text =
                    class_polygons(&map, classes()?, outlines(detail_m), &notes).map_err(many)?;
                (Product::ClassPolygons, GEOJSON, text.into_bytes())
            }
            FileKind::Perimeter { detail_m } => {
                let text = perimeter(&map, classes()?, outlines(detail_m), &notes).map_err(many)?;
                (Product::Perimeter, GEOJSON, text.into_bytes())
            }
            FileKind::Hectares => {
                (Product::Hectares, CSV, hectares_csv(&map, classes()?, &notes).into_bytes())
            }
        };
        Ok((
            FileInfo { name: file_name(&provenance, product), media_type: media_type.to_owned() },
            bytes,
        ))
    }
}

fn outlines(detail_m: f64) -> Outlines {
    if detail_m > 0.0 { Outlines::Simplified { detail_m } } else { Outlines::Exact }
}

fn without_classes(index: Index) -> JobError {
    let message = format!("{} has no table of classes that holds everywhere", index.name());
    JobError::new(JobErrorKind::Result, message, "choose thresholds of your own, or another index")
}

fn not_written(message: impl Into<String>) -> JobError {
    JobError::new(JobErrorKind::Result, message, "choose another file")
}
