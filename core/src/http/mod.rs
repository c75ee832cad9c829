//! What HTTP responses mean, and when a request is sent again: the same natively and in the
//! browser.

mod range;
mod retry;
mod retry_after;
mod status;

pub use range::{PartialContent, RangeHead, RangeHeadError, read_range_head};
pub use retry::{RetryPauses, RetryPolicy};
pub use retry_after::parse_retry_after;
pub use status::StatusKind;
