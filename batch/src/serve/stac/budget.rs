//! The memory and the processors that answers of the API may take, however many readers there are
//! and however slow.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::api_error::ApiError;

/// Memory of all answers that readers have not taken yet, KiB.
const MAX_ANSWERS_KIB: u32 = 64 * 1024;
/// Answers that are computed at a time; further ones wait.
const MAX_COMPUTATIONS: usize = 4;
/// Longer than any reader that goes on reading keeps others waiting.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// What is left of memory and processors.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    memory: Arc<Semaphore>,
    computations: Arc<Semaphore>,
    /// How long an answer waits for memory.
    max_wait: Duration,
}

/// Bytes of an answer, counted until the last reader has them.
struct CountedBytes {
    bytes: Vec<u8>,
    _memory: OwnedSemaphorePermit,
}

impl Budget {
    /// All of it.
    pub(super) fn new() -> Self {
        Self {
            memory: Arc::new(Semaphore::new(MAX_ANSWERS_KIB as usize)),
            computations: Arc::new(Semaphore::new(MAX_COMPUTATIONS)),
            max_wait: MAX_WAIT,
        }
    }

    /// Computes a piece of an answer on a thread that may wait for files; gives it with what else
    /// was computed.
    ///
    /// # Errors
    /// Those of `compute`, and where readers leave no memory for it.
    pub(super) async fn compute<T: Send + 'static>(
        &self,
        compute: impl FnOnce() -> Result<(Vec<u8>, T), ApiError> + Send + 'static,
    ) -> Result<(Bytes, T), ApiError> {
        let _turn = self.computations.acquire().await.map_err(|_| ApiError::busy())?;
        let (bytes, more) =
            tokio::task::spawn_blocking(compute).await.map_err(|_| ApiError::failed())??;
        Ok((self.counted(bytes).await?, more))
    }

    async fn counted(&self, bytes: Vec<u8>) -> Result<Bytes, ApiError> {
        let kib = u32::try_from(bytes.len().div_ceil(1024))
            .unwrap_or(MAX_ANSWERS_KIB)
            .min(MAX_ANSWERS_KIB);
        let memory =
            tokio::time::timeout(self.max_wait, Arc::clone(&self.memory).acquire_many_owned(kib))
                .await;
        match memory {
            Ok(Ok(memory)) => Ok(Bytes::from_owner(CountedBytes { bytes, _memory: memory })),
            _ => Err(ApiError::busy()),
        }
    }
}

impl AsRef<[u8]> for CountedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_without_memory_is_refused_until_others_were_taken() {
        let budget = Budget { max_wait: Duration::ZERO, ..Budget::new() };
        let large = || Ok((vec![0; 48 << 20], ()));
        let (first, ()) = budget.compute(large).await.unwrap();
        assert!(budget.compute(large).await.is_err());
        drop(first);
        assert!(budget.compute(large).await.is_ok());
    }
}
