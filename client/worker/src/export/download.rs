//! The files that are exported from a computed map.

use dragonfly_core::attribution::map_attribution;
use dragonfly_core::{DnbrOffset, Index, Note, Provenance, Thresholds};

use crate::compute::engine::ComputedMap;
use crate::compute::utm_grid::UtmGrid;
use crate::export::{
    BurnMap, Outlines, Product, class_polygons, classes_geotiff, file_name, hectares_csv,
    perimeter, values_geotiff,
};
use dragonfly_core::metadata::UsedScene;
use dragonfly_core::protocol::{
    ComputeResult, DownloadRequest, FileInfo, FileKind, JobError, JobErrorKind, SearchRequest,
};

/// What a file is made of.
#[derive(Clone, Copy)]
pub struct Export<'a> {
    /// What was searched.
    pub search: &'a SearchRequest,
    /// GeoJSON of the outline that the reader gave, inside which all is counted.
    pub outline: &'a str,
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

/// A file before it has a name.
struct ProductFile {
    product: Product,
    media_type: &'static str,
    bytes: Vec<u8>,
}

impl Export<'_> {
    /// Writes a file.
    ///
    /// # Errors
    /// When the index has no table of classes, or the file needs another grid than was computed.
    pub fn write(&self, request: &DownloadRequest) -> Result<(FileInfo, Vec<u8>), JobError> {
        let thresholds =
            request.thresholds.clone().or_else(|| Thresholds::for_index(request.index));
        let provenance = self.provenance(request, thresholds.clone());
        let notes = provenance.notes();
        let file = match request.file {
            FileKind::Values { utm: true } => self.values_in_utm(request, &notes)?,
            _ => self.map_file(request, thresholds.as_ref(), &notes)?,
        };
        let name = file_name(&provenance, file.product);
        Ok((FileInfo { name, media_type: file.media_type.to_owned() }, file.bytes))
    }

    fn provenance(&self, request: &DownloadRequest, thresholds: Option<Thresholds>) -> Provenance {
        Provenance {
            area: request.area_name.clone(),
            outline: self.outline.to_owned(),
            index: request.index,
            thresholds,
            pre: self.search.pre,
            post: self.search.post,
            collection: self.search.collection.clone(),
            attribution: map_attribution(
                &request.attribution,
                &self.search.collection,
                &self.done.scenes.iter().map(UsedScene::year).collect(),
            ),
            cells: match request.file {
                FileKind::Values { utm: true } => "those of the scenes' own pixels".to_owned(),
                _ => format!("zoom {} (Web Mercator)", self.done.zoom),
            },
            masks: self.done.masks.clone(),
            dnbr_offset: self.offset(request),
            scenes: self.done.scenes.clone(),
        }
    }

    fn offset(&self, request: &DownloadRequest) -> Option<DnbrOffset> {
        self.done.dnbr_offset.filter(|_| request.corrected)
    }

    /// Values of the requested index, by NBR before the fire and dNBR.
    fn values(&self, request: &DownloadRequest, pre_nbr: &[f32], dnbr: &[f32]) -> Vec<f32> {
        let offset = self.offset(request);
        let corrected = |dnbr: f32| offset.map_or(dnbr, |offset| offset.correct(dnbr));
        let cells = pre_nbr.iter().zip(dnbr);
        cells.map(|(pre_nbr, dnbr)| request.index.of_dnbr(*pre_nbr, corrected(*dnbr))).collect()
    }

    fn values_in_utm(
        &self,
        request: &DownloadRequest,
        notes: &[Note],
    ) -> Result<ProductFile, JobError> {
        let own = self
            .in_utm
            .ok_or_else(|| not_written("nothing was computed on the scenes' own grid"))?;
        let raster = own.grid.raster(self.values(request, &own.pre_nbr, &own.dnbr));
        let bytes = values_geotiff(&raster, request.index.name(), notes);
        Ok(ProductFile { product: Product::ValuesInUtm, media_type: GEOTIFF, bytes })
    }

    /// A file of the cells of the map's own grid.
    fn map_file(
        &self,
        request: &DownloadRequest,
        thresholds: Option<&Thresholds>,
        notes: &[Note],
    ) -> Result<ProductFile, JobError> {
        let index = request.index;
        let values = self.values(request, &self.map.pre_nbr, &self.map.dnbr);
        let map = BurnMap::new(&self.map.grid, &values, &self.map.state)
            .map_err(|error| not_written(error.to_string()))?;
        let classes = || thresholds.ok_or_else(|| without_classes(index));
        let many = |error: dragonfly_core::TooManyVerticesError| not_written(error.to_string());
        let (product, media_type, bytes) = match request.file {
            FileKind::Values { .. } => {
                (Product::Values, GEOTIFF, values_geotiff(&map.raster(), index.name(), notes))
            }
            FileKind::Classes => (
                Product::Classes,
                GEOTIFF,
                classes_geotiff(&map.raster(), classes()?, request.palette, notes),
            ),
            FileKind::ClassPolygons { detail_m } => {
                let text =
                    class_polygons(&map, classes()?, outlines(detail_m), notes).map_err(many)?;
                (Product::ClassPolygons, GEOJSON, text.into_bytes())
            }
            FileKind::Perimeter { detail_m } => {
                let text = perimeter(&map, classes()?, outlines(detail_m), notes).map_err(many)?;
                (Product::Perimeter, GEOJSON, text.into_bytes())
            }
            FileKind::Hectares => {
                (Product::Hectares, CSV, hectares_csv(&map, classes()?, notes).into_bytes())
            }
        };
        Ok(ProductFile { product, media_type, bytes })
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
