//! The fire zone of a region: read once from a mask in any coordinate system, kept as one bit a cell.

use anyhow::{Context, Result, bail, ensure};
use dragonfly_core::{CellWindow, Grid, Lattice, ZoneWindow, cells_in_zone};
use gdal::{Dataset, GeoTransformEx};

use crate::geotiff;
use crate::http::Client;
use crate::mosaic::STRIP_ROWS;

/// Which cells of a grid may burn.
pub(crate) struct FireZone {
    width: u32,
    bits: Vec<u64>,
    /// Share of the box's cells inside the zone, 0 to 1.
    pub(crate) share: f64,
}

impl FireZone {
    /// Reads a mask: 1 is fire-prone, 0 is not; its no-data value and what lies beyond its edge count as 0.
    ///
    /// # Errors
    /// When the mask is missing, holds other values, or does not touch the region's box.
    pub(crate) fn read(path: &str, grid: &Grid, client: &Client) -> Result<Self> {
        Self::read_unnamed(path, grid, client).with_context(|| format!("the fire-zone mask {path}"))
    }

    fn read_unnamed(path: &str, grid: &Grid, client: &Client) -> Result<Self> {
        let mask = Mask::open(path, client)?;
        let mut zone = Self {
            width: grid.width(),
            bits: vec![0; (grid.width() as usize * grid.height() as usize).div_ceil(64)],
            share: 0.0,
        };
        let (columns, rows) = (grid.inside_columns(), grid.inside_rows());
        let box_cells = (columns.len() * rows.len()).max(1);
        let (mut inside, mut beyond) = (0usize, 0usize);
        let mut start = rows.start;
        while start < rows.end {
            let window = CellWindow { columns: columns.clone(), rows: start..(start + STRIP_ROWS).min(rows.end) };
            start = window.rows.end;
            let (cells, cells_beyond) = mask.cells(grid, &window)?;
            beyond += cells_beyond;
            let places = window.rows.clone().flat_map(|row| columns.clone().map(move |column| (column, row)));
            for (column, row) in places.zip(cells).filter_map(|(place, in_zone)| in_zone.then_some(place)) {
                zone.insert(column, row);
                inside += 1;
            }
        }
        ensure!(
            beyond < box_cells,
            "does not touch the region's box: name a mask of this part of the world in `fire_mask_path`"
        );
        if beyond > 0 {
            let share = 100.0 * beyond as f64 / box_cells as f64;
            tracing::warn!(
                "{share:.1} % of the box lies beyond the mask's edge or has no data there, and counts as outside the fire zone"
            );
        }
        zone.share = inside as f64 / box_cells as f64;
        Ok(zone)
    }

    /// Whether a cell may burn.
    pub(crate) fn contains(&self, column: u32, row: u32) -> bool {
        let bit = self.bit(column, row);
        self.bits.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// Whether any cell of a window may burn.
    pub(crate) fn touches(&self, window: &CellWindow) -> bool {
        window.rows.clone().any(|row| window.columns.clone().any(|column| self.contains(column, row)))
    }

    fn insert(&mut self, column: u32, row: u32) {
        let bit = self.bit(column, row);
        self.bits[bit / 64] |= 1 << (bit % 64);
    }

    fn bit(&self, column: u32, row: u32) -> usize {
        row as usize * self.width as usize + column as usize
    }
}

/// The mask's file.
struct Mask {
    dataset: Dataset,
    no_data: Option<f64>,
}

impl Mask {
    fn open(path: &str, client: &Client) -> Result<Self> {
        let dataset = geotiff::open(path, client)?;
        ensure!(dataset.raster_count() == 1, "has {} bands, and must have one", dataset.raster_count());
        let band = dataset.rasterband(1)?;
        ensure!(
            band.band_type().is_integer(),
            "holds {} pixels, and must hold whole numbers: 1 fire-prone, 0 not",
            band.band_type().name()
        );
        let no_data = band.no_data_value();
        Ok(Self { dataset, no_data })
    }

    /// Whether each cell of a window lies in the zone, and how many lie where the mask knows nothing.
    fn cells(&self, grid: &Grid, window: &CellWindow) -> Result<(Vec<bool>, usize)> {
        let source = self.dataset.spatial_ref().context("has no coordinate system")?;
        let transform = geotiff::transform(&geotiff::web_mercator()?, &source)?;
        let inverse = self.dataset.geo_transform()?.invert()?;
        let points = geotiff::project(&transform, &Lattice::control_points_m(grid, window));
        let lattice = Lattice::new(window, points.into_iter().map(|(x, y)| inverse.apply(x, y)).collect());
        let count = window.columns.len() * window.rows.len();
        let (width, height) = self.dataset.raster_size();
        let Some((columns, rows)) = lattice.pixels_touched(window) else { return Ok((vec![false; count], count)) };
        let columns = columns.start.max(0)..columns.end.min(width as i64);
        let rows = rows.start.max(0)..rows.end.min(height as i64);
        if columns.is_empty() || rows.is_empty() {
            return Ok((vec![false; count], count));
        }
        let size = ((columns.end - columns.start) as usize, (rows.end - rows.start) as usize);
        let origin = (columns.start as isize, rows.start as isize);
        let values = self.dataset.rasterband(1)?.read_as::<i32>(origin, size, size, None).context("cannot be read")?;
        let known: Vec<bool> =
            values.data().iter().map(|value| self.no_data.is_none_or(|no_data| f64::from(*value) != no_data)).collect();
        if let Some(other) =
            values.data().iter().zip(&known).find(|(value, known)| **known && !(0..=1).contains(*value))
        {
            bail!("holds the value {}, and may hold only 1 (fire-prone), 0 (not) and its no-data value", other.0);
        }
        let in_zone = values.data().iter().zip(&known).map(|(value, known)| *known && *value == 1).collect();
        let zone =
            |in_zone| ZoneWindow { column: columns.start, row: rows.start, width: size.0, height: size.1, in_zone };
        let known_cells = cells_in_zone(&lattice, &zone(known), window);
        let beyond = known_cells.iter().filter(|known| !**known).count();
        Ok((cells_in_zone(&lattice, &zone(in_zone), window), beyond))
    }
}
