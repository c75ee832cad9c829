//! A scene as the engine observes it, wherever its pixels are read.

use std::future::Future;
use std::ops::Range;

use dragonfly_core::metadata::UsedScene;
use dragonfly_core::protocol::JobError;
use dragonfly_core::{MaskKind, NearestPixels, PromisedGround};

use crate::compute::scene::{ObservationUnit, SceneStrip};

/// A scene that is observed strip by strip: here, or in a worker of its own.
pub trait SceneSource {
    /// Its entry in the list of scenes used.
    fn used(&self) -> &UsedScene;

    /// How its masks are written; none where every pixel with data counts as clear.
    fn mask_kinds(&self) -> &[MaskKind];

    /// The nearest pixel of each cell, where that one alone decides the cell.
    fn nearest(&self) -> Option<&NearestPixels>;

    /// The ground on which its item states to have data; `None` where it does not.
    fn promised_ground(&self) -> Option<&PromisedGround> {
        None
    }

    /// Observes the cells in a strip of rows, or their pixels. Strips come from north to south.
    ///
    /// A worker starts at once; here the work is done when the future is polled.
    fn observe(
        &self,
        rows: Range<u32>,
        unit: ObservationUnit,
    ) -> impl Future<Output = Result<SceneStrip, JobError>>;
}
