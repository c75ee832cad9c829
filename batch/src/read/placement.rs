//! Where a grid's cells lie in an image, by GDAL's projections.

use anyhow::{Context, Result, anyhow};
use dragonfly_core::{Grid, Projection};
use gdal::spatial_ref::CoordTransform;

use crate::read::geotiff;
use crate::read::image::Image;

/// Places the images that GDAL has opened.
pub(crate) enum GdalPlacement {}

impl GdalPlacement {
    /// Places a grid's cells in an image; `None` when it covers none of them.
    pub(crate) fn of(image: &Image, grid: &Grid) -> Result<Option<dragonfly_core::Placement>> {
        // GDAL states no cause.
        let source = image.dataset.spatial_ref().map_err(|_| {
            anyhow!(
                "{} has no coordinate system: write it into the file (gdal_edit.py -a_srs), or take \
                its item out of the catalogue",
                image.location
            )
        })?;
        let mercator = geotiff::web_mercator()?;
        let projection = GdalProjection {
            image_from_mercator: geotiff::transform(&mercator, &source)?,
            mercator_from_image: geotiff::transform(&source, &mercator)?,
        };
        dragonfly_core::Placement::of(&image.frame(), grid, &projection)
            .with_context(|| format!("{} cannot be placed", image.location))
    }
}

struct GdalProjection {
    image_from_mercator: CoordTransform,
    mercator_from_image: CoordTransform,
}

impl Projection for GdalProjection {
    fn image_from_mercator(&self, points_m: &[(f64, f64)]) -> Vec<(f64, f64)> {
        geotiff::project(&self.image_from_mercator, points_m)
    }

    fn mercator_from_image(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        geotiff::project(&self.mercator_from_image, points)
    }
}
