//! Fractal noise, of which land, fires and clouds are made.
//!
//! Only sums, products and comparisons, so that a seed gives the same picture on every machine.

/// A noise of its own for one purpose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    seed: u32,
}

impl Noise {
    /// The same seed and purpose always make the same noise; two purposes share nothing.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        // FNV-1a, over the seed and then the name.
        let bytes = seed.to_le_bytes().into_iter().chain(purpose.bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { seed: (hash ^ (hash >> 32)) as u32 }
    }

    /// A number from 0 to 1 for a cell of a whole-numbered grid, unlike that of its neighbours.
    #[inline]
    pub(crate) fn of_cell(self, column: i32, row: i32) -> f64 {
        f64::from(self.hash(column, row)) / f64::from(u32::MAX)
    }

    /// A number of nearly normal distribution for a cell, mean 0, standard deviation 1: a sum of
    /// four bytes.
    #[inline]
    pub(crate) fn normal(self, column: i32, row: i32) -> f32 {
        let sum: u16 = self.hash(column, row).to_le_bytes().into_iter().map(u16::from).sum();
        // The mean of a byte is 127.5, its variance (256² − 1) / 12.
        (f32::from(sum) - 510.0) / 147.8
    }

    /// Gradient noise after Perlin: hills about one unit wide, mean 0, nearly always within -1 to
    /// 1.
    #[inline]
    pub(crate) fn smooth(self, x: f64, y: f64) -> f64 {
        let (west, south) = (x.floor(), y.floor());
        let (column, row) = (west as i32, south as i32);
        let (x, y) = (x - west, y - south);
        let (across, up) = (fade(x), fade(y));
        let corner = |east: i32, north: i32| {
            let [slope_x, slope_y] =
                DIRECTIONS[(self.hash(column + east, row + north) >> 28) as usize];
            slope_x * (x - f64::from(east)) + slope_y * (y - f64::from(north))
        };
        let south = mix(corner(0, 0), corner(1, 0), across);
        let north = mix(corner(0, 1), corner(1, 1), across);
        1.5 * mix(south, north, up)
    }

    /// Smooth noise with ever smaller noise on it, each octave half as wide and half as high.
    pub(crate) fn fractal(self, x: f64, y: f64, octaves: u32) -> f64 {
        self.octaves(x, y, octaves).map(|(height, value)| height * value).sum()
    }

    /// Sharp branching crests, 0 in the hollows to about 1 on the crests.
    pub(crate) fn crests(self, x: f64, y: f64, octaves: u32) -> f64 {
        let sum: f64 = self
            .octaves(x, y, octaves)
            .map(|(height, value)| height * (1.0 - value.abs()) * (1.0 - value.abs()))
            .sum();
        sum / 2.0
    }

    /// Heights worn by water, 0 in the valleys to about 1: valleys meet in valleys, each narrower
    /// the further up, while the floors of the great ones stay smooth.
    pub(crate) fn eroded(self, x: f64, y: f64, octaves: u32) -> f64 {
        let add = |(sum, exposed): (f64, f64), (height, value): (f64, f64)| {
            let above_stream = value.abs();
            (sum + height * exposed * above_stream, exposed * (0.25 + 1.9 * above_stream).min(1.0))
        };
        self.octaves(x, y, octaves).fold((0.0, 1.0), add).0
    }

    /// The height of each octave and the noise in it.
    #[inline]
    fn octaves(self, x: f64, y: f64, octaves: u32) -> impl Iterator<Item = (f64, f64)> {
        let mut place = [x, y];
        let mut height = 1.0;
        (0..octaves).map(move |octave| {
            let here = Self { seed: self.seed.wrapping_add(octave.wrapping_mul(0x9e37_79b9)) };
            let value = (height, here.smooth(place[0], place[1]));
            // Each octave is turned (by a 3-4-5 triangle), or the grids would line up and show.
            place = [1.6 * place[0] - 1.2 * place[1], 1.2 * place[0] + 1.6 * place[1]];
            height *= 0.5;
            value
        })
    }

    #[inline]
    fn hash(self, column: i32, row: i32) -> u32 {
        let mut hash = self.seed
            ^ (column as u32).wrapping_mul(0x85eb_ca6b)
            ^ (row as u32).wrapping_mul(0xc2b2_ae35).rotate_left(13);
        hash = (hash ^ (hash >> 16)).wrapping_mul(0x7feb_352d);
        hash = (hash ^ (hash >> 15)).wrapping_mul(0x846c_a68b);
        hash ^ (hash >> 16)
    }
}

/// Sixteen ways the land can fall, evenly round the compass.
const DIRECTIONS: [[f64; 2]; 16] = {
    const A: f64 = 0.923_879_532_511;
    const B: f64 = std::f64::consts::FRAC_1_SQRT_2;
    const C: f64 = 0.382_683_432_365;
    [
        [1.0, 0.0],
        [A, C],
        [B, B],
        [C, A],
        [0.0, 1.0],
        [-C, A],
        [-B, B],
        [-A, C],
        [-1.0, 0.0],
        [-A, -C],
        [-B, -B],
        [-C, -A],
        [0.0, -1.0],
        [C, -A],
        [B, -B],
        [A, -C],
    ]
};

#[inline]
fn fade(t: f64) -> f64 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

/// The value a fraction of the way from one to another.
#[inline]
pub(crate) fn mix(from: f64, to: f64, share: f64) -> f64 {
    from + (to - from) * share
}

/// 0 up to `low`, 1 from `high` on, and a soft slope between.
#[inline]
pub(crate) fn soft_step(low: f64, high: f64, value: f64) -> f64 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_purpose_fix_the_noise() {
        let at = |seed, purpose| Noise::new(seed, purpose).fractal(12.3, -4.5, 5);
        assert_eq!(at(1, "relief"), at(1, "relief"));
        assert_ne!(at(1, "relief"), at(2, "relief"));
        assert_ne!(at(1, "relief"), at(1, "clouds"));
    }

    #[test]
    fn noise_keeps_to_its_range_and_its_mean() {
        let noise = Noise::new(7, "range");
        let values: Vec<f64> = (0..10_000)
            .map(|i| noise.smooth(f64::from(i % 100) * 0.37, f64::from(i / 100) * 0.41))
            .collect();
        assert!(values.iter().all(|value| value.abs() < 1.2));
        assert!((values.iter().sum::<f64>() / 10_000.0).abs() < 0.1);
    }
}
