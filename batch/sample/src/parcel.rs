//! The patchwork people lay over the land: fields and logging blocks.

use super::noise::Noise;
use super::spot::Spot;

/// A patchwork of parcels in skewed rows.
pub(crate) struct Patchwork {
    bend: Noise,
    draw: Noise,
    row_km: f64,
    column_km: f64,
}

/// One parcel of land and the spot's place in it.
pub(crate) struct Parcel {
    /// 0–1, the lot that decides what the parcel is used for.
    pub(crate) lot: f64,
    /// 0–1, a second lot for how it does.
    pub(crate) vigour: f64,
    /// How far the next boundary is.
    pub(crate) edge_m: f64,
}

impl Patchwork {
    pub(crate) fn new(seed: u64, name: &str, row_km: f64, column_km: f64) -> Self {
        Self {
            bend: Noise::new(seed, &format!("{name}: bend")),
            draw: Noise::new(seed, &format!("{name}: draw")),
            row_km,
            column_km,
        }
    }

    pub(crate) fn at(&self, spot: Spot) -> Parcel {
        let (x, y) = (spot.east_km, spot.north_km);
        let bend = 0.35 * self.column_km * self.bend.fractal(x / 1.7, y / 1.7, 3);
        let along = (0.94 * x + 0.34 * y + bend) / self.column_km;
        let across = (0.94 * y - 0.34 * x + bend) / self.row_km;
        let row = across.floor();
        // Every row is shifted by its own amount, as fences are.
        let along = along + 3.0 * self.draw.of_cell(row as i32, 7919);
        let column = along.floor();
        let edge_km = |place: f64, length_km: f64| {
            (place - place.floor()).min(place.ceil() - place) * length_km
        };
        Parcel {
            lot: self.draw.of_cell(column as i32, row as i32),
            vigour: self.draw.of_cell(column as i32 + 40_000, row as i32),
            edge_m: 1000.0 * edge_km(along, self.column_km).min(edge_km(across, self.row_km)),
        }
    }
}
