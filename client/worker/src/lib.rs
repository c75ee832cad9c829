//! What the page's Web Worker does: reads satellite images by HTTP ranges and computes in the
//! browser. The library compiles natively too, for tests beside GDAL and the batch program.

mod compute;
pub mod export;
mod fetch;
mod job_error;
#[cfg(target_arch = "wasm32")]
pub mod program;
mod result_cache;
mod search;

pub use compute::*;
pub use export::download::Export;
pub use fetch::*;
pub use job_error::{catalogue_error, scene_error};
pub use result_cache::{ResultKey, ResultReader, ResultWriter};
pub use search::*;
