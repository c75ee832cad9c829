//! What a benchmark's scene shows: vegetation, burnt ground after the fire, clouds.

use rayon::prelude::*;

use super::field::SceneFields;
use crate::noise::Noise;

/// Classes of the scene classification.
const VEGETATION: u8 = 4;
const CLOUD: u8 = 9;
/// Digital numbers of clouds.
const CLOUD_NIR: f32 = 7000.0;
const CLOUD_SWIR: f32 = 5000.0;
/// Standard deviation of the sensor's noise, digital numbers.
const SENSOR_NOISE: f32 = 25.0;
/// Standard deviation of what differs from pixel to pixel, digital numbers.
const DETAIL: f32 = 150.0;
/// Above this value of the field of fires the ground burns.
const FIRE_EDGE: f32 = 0.9;
/// Above this value of the field of clouds a pixel is cloud.
const CLOUD_EDGE: f32 = 1.2;

/// A tile on a day.
#[derive(Clone, Copy)]
pub(super) struct BenchScene {
    pub(super) column: usize,
    pub(super) row: usize,
    /// The number of the tile, from the north-west row by row.
    pub(super) place: usize,
    pub(super) date: usize,
    pub(super) is_after_fire: bool,
}

impl BenchScene {
    pub(super) fn id(&self) -> String {
        let side = if self.is_after_fire { "post" } else { "pre" };
        format!("T{}{}_{side}_{}", self.row, self.column, self.date)
    }

    pub(super) fn file(&self, asset: &str) -> String {
        format!("{}_{asset}.tif", self.id())
    }

    pub(super) fn datetime(&self) -> String {
        let month = if self.is_after_fire { 9 } else { 7 };
        format!("2024-{month:02}-{:02}T18:50:00Z", 1 + 5 * self.date)
    }
}

/// Digital numbers and classes, row by row from the north.
pub(super) struct ScenePixels {
    pub(super) nir: Vec<u16>,
    pub(super) swir: Vec<u16>,
    pub(super) scl: Vec<u8>,
}

impl ScenePixels {
    pub(super) fn cloud_share(&self) -> f64 {
        let cloudy = self.scl.iter().filter(|class| **class == CLOUD).count();
        cloudy as f64 / self.scl.len() as f64
    }
}

/// The pixels of a scene: those of the mask may be finer than those of the bands.
pub(super) fn pixels_of(scene: &BenchScene, fields: &SceneFields) -> ScenePixels {
    let width_px = fields.detail.width_px;
    let noise = ["nir08", "swir22"]
        .map(|band| Noise::new(scene.place as u64, &format!("{} {band}", scene.id())));
    let pixels: Vec<(u16, u16)> = (0..width_px * width_px)
        .into_par_iter()
        .with_min_len(width_px)
        .map(|pixel| pixel_of(scene, fields, noise, [pixel / width_px, pixel % width_px]))
        .collect();
    let (nir, swir) = pixels.into_iter().unzip();
    let mask_px = fields.cloud.width_px;
    let class_of = |pixel: usize| {
        let is_cloud = is_cloud(scene, fields, [pixel / mask_px, pixel % mask_px]);
        if is_cloud { CLOUD } else { VEGETATION }
    };
    let mask = (0..mask_px * mask_px).into_par_iter().with_min_len(mask_px);
    ScenePixels { nir, swir, scl: mask.map(class_of).collect() }
}

/// Whether a pixel of the mask is cloud.
fn is_cloud(scene: &BenchScene, fields: &SceneFields, at: [usize; 2]) -> bool {
    let overpass = 1000 * scene.date + if scene.is_after_fire { 0 } else { 500 };
    fields.cloud.shifted(at, [0, overpass]) > CLOUD_EDGE
}

/// Both bands of one pixel.
fn pixel_of(
    scene: &BenchScene,
    fields: &SceneFields,
    [nir_noise, swir_noise]: [Noise; 2],
    at @ [row, column]: [usize; 2],
) -> (u16, u16) {
    let place = 37 * scene.place + 11 * scene.date;
    let sensor = |noise: Noise| SENSOR_NOISE * noise.normal(column as i32, row as i32);
    let mask_px_per_pixel = fields.cloud.width_px.div_ceil(fields.detail.width_px);
    if is_cloud(scene, fields, at.map(|along| along * mask_px_per_pixel)) {
        return (CLOUD_NIR as u16, CLOUD_SWIR as u16);
    }
    let vegetation = fields.vegetation.shifted(at, [0, place]);
    let mut nir =
        2600.0 + 700.0 * vegetation + DETAIL * fields.detail.shifted(at, [scene.date + 5, 0]);
    let mut swir =
        1400.0 - 450.0 * vegetation + DETAIL * fields.detail.shifted(at, [0, scene.date + 9]);
    if scene.is_after_fire {
        let severity = ((fields.fire.shifted(at, [place, 0]) - FIRE_EDGE) / 1.2).clamp(0.0, 1.0);
        nir *= 1.0 - 0.65 * severity;
        swir *= 1.0 + 1.1 * severity;
    }
    let dn = |value: f32| value.clamp(1.0, 16_000.0) as u16;
    (dn(nir + sensor(nir_noise)), dn(swir + sensor(swir_noise)))
}
