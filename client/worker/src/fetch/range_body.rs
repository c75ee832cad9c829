//! The body of an answer: read as it comes, and given up where it comes too slowly.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use crate::fetch::fetch_error::FetchError;
use crate::fetch::transport::{RangeResponse, Transport};

/// A body that brings less than [`MIN_WINDOW_BYTES`] in this time is given up, as batch does.
pub(crate) const BODY_WINDOW: Duration = Duration::from_secs(30);
/// See [`BODY_WINDOW`].
const MIN_WINDOW_BYTES: usize = 16 << 10;

/// How bodies are read.
pub(crate) struct RangeBody<'a, T> {
    pub(crate) transport: &'a T,
    /// Receives the length of every piece, in bytes.
    pub(crate) on_received: &'a dyn Fn(u64),
}

impl<T: Transport> RangeBody<'_, T> {
    /// Appends a body to the bytes until so many are there, or it ends.
    ///
    /// # Errors
    /// When it breaks off, or comes too slowly. What came before stays.
    pub(crate) async fn read(
        &self,
        answer: &mut T::Response,
        bytes: &mut Vec<u8>,
        end: usize,
    ) -> Result<(), FetchError> {
        let mut window = pin!(self.transport.timer(BODY_WINDOW));
        let mut window_start = bytes.len();
        while bytes.len() < end {
            let before = bytes.len();
            let mut window_bytes = before - window_start;
            let has_more = {
                let mut read = pin!(answer.read(bytes));
                loop {
                    match select(read.as_mut(), window.as_mut()).await {
                        Either::Left((has_more, _)) => break has_more,
                        Either::Right(_) if window_bytes < MIN_WINDOW_BYTES => {
                            let bytes_per_s = window_bytes as u64 / BODY_WINDOW.as_secs();
                            return Err(FetchError::TooSlow(bytes_per_s));
                        }
                        Either::Right(_) => {
                            window.set(self.transport.timer(BODY_WINDOW));
                            (window_start, window_bytes) = (before, 0);
                        }
                    }
                }
            };
            if !has_more? {
                return Ok(());
            }
            (self.on_received)((bytes.len() - before) as u64);
        }
        // An answer read to its very end leaves its connection for the next; what fails here is no
        // loss.
        let _ = select(pin!(answer.read(bytes)), window).await;
        Ok(())
    }
}
