//! Remote files: their chunks are prefetched, buffered until they are used, and read by GDAL.
//!
//! A night is bound by latency. So bytes of many files are requested at once and fetched by threads
//! that do nothing but wait, while the cores decode what has arrived.

mod buffered;
mod file;
mod pool;
mod request;
mod vsi;

pub(crate) use buffered::buffered_bytes;
pub(crate) use file::RemoteFile;
pub(crate) use pool::set_max_connections;
pub(crate) use vsi::{RegisteredFile, install};
