//! Noise over a tile, with a spectrum like that of ground.

use rayon::prelude::*;

use crate::noise::{Noise, mix};

const SEED: u64 = 7;

/// What the scenes of all tiles are made of: each tile and date shifts it in its own way.
pub(super) struct SceneFields {
    pub(super) vegetation: Field,
    pub(super) fire: Field,
    pub(super) cloud: Field,
    /// Detail of the size of a pixel, which decides how far a band compresses.
    pub(super) detail: Field,
}

impl SceneFields {
    /// Clouds over `width_px` pixels, the ground over those of the bands, each as long as
    /// `band_factor` of them.
    pub(super) fn new(width_px: usize, band_factor: usize) -> Self {
        let ground_px = width_px.div_ceil(band_factor);
        Self {
            vegetation: Field::new("vegetation", ground_px, 1.23),
            fire: Field::new("fire", ground_px, 1.52),
            cloud: Field::new("cloud", width_px, 1.55),
            detail: Field::new("detail", ground_px, 0.76),
        }
    }
}

/// A square of numbers with mean 0 and standard deviation 1, row by row from the north.
pub(super) struct Field {
    pub(super) width_px: usize,
    values: Vec<f32>,
}

impl Field {
    /// Value noise in octaves, from twice the width down to one pixel. Each octave is `growth` times
    /// as high as the one half as wide: the spectrum falls with the frequency to the power of
    /// 2 + 2 log₂ `growth`.
    fn new(purpose: &str, width_px: usize, growth: f32) -> Self {
        let octaves: Vec<Octave> = (0..=width_px.next_power_of_two().trailing_zeros())
            .scan(1.0, |height, log2_size| {
                let octave = Octave {
                    noise: Noise::new(SEED, &format!("{purpose} {log2_size}")),
                    log2_size,
                    height: *height,
                };
                *height *= growth;
                Some(octave)
            })
            .collect();
        let mut values = vec![0.0; width_px * width_px];
        values.par_chunks_mut(width_px).enumerate().for_each(|(row, line)| {
            octaves.iter().for_each(|octave| octave.add_to(row, line));
        });
        standardize(&mut values);
        Self { width_px, values }
    }

    /// The value of a pixel in the field moved south and east; what leaves it returns on the
    /// opposite side.
    pub(super) fn shifted(&self, [row, column]: [usize; 2], [south, east]: [usize; 2]) -> f32 {
        let moved =
            |at: usize, by: usize| (at + self.width_px - by % self.width_px) % self.width_px;
        self.values[moved(row, south) * self.width_px + moved(column, east)]
    }
}

/// Noise whose nodes are 2^`log2_size` pixels apart.
struct Octave {
    noise: Noise,
    log2_size: u32,
    height: f32,
}

impl Octave {
    fn add_to(&self, row: usize, line: &mut [f32]) {
        let size = 1usize << self.log2_size;
        let share = |at: usize| (at % size) as f64 / size as f64;
        let node_row = row >> self.log2_size;
        let node = |column: usize| {
            let of = |row: usize| f64::from(self.noise.normal(column as i32, row as i32));
            mix(of(node_row), of(node_row + 1), share(row))
        };
        let nodes: Vec<f64> = (0..=(line.len() >> self.log2_size) + 1).map(node).collect();
        for (column, value) in line.iter_mut().enumerate() {
            let west = column >> self.log2_size;
            *value += self.height * mix(nodes[west], nodes[west + 1], share(column)) as f32;
        }
    }
}

fn standardize(values: &mut [f32]) {
    let count = values.len() as f64;
    let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
    let squares =
        values.iter().map(|value| (f64::from(*value) - mean) * (f64::from(*value) - mean));
    let deviation = (squares.sum::<f64>() / count).sqrt();
    for value in values {
        *value = ((f64::from(*value) - mean) / deviation) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_standardized_and_returns_on_the_opposite_side() {
        let field = Field::new("test", 100, 1.2);
        let mean = field.values.iter().sum::<f32>() / 10_000.0;
        let variance = field.values.iter().map(|value| value * value).sum::<f32>() / 10_000.0;
        assert!(mean.abs() < 1e-3 && (variance - 1.0).abs() < 1e-3, "{mean} {variance}");
        assert_eq!(field.shifted([3, 4], [0, 0]), field.values[304]);
        assert_eq!(field.shifted([0, 0], [1, 2]), field.values[9_998]);
        assert_eq!(field.shifted([0, 0], [101, 202]), field.values[9_998]);
    }

    #[test]
    fn the_detail_is_rougher_than_the_vegetation() {
        let fields = SceneFields::new(128, 1);
        let roughness = |field: &Field| {
            let steps = field.values.windows(2).map(|pair| (pair[1] - pair[0]).abs());
            steps.sum::<f32>()
        };
        assert!(roughness(&fields.detail) > 2.0 * roughness(&fields.vegetation));
    }
}
