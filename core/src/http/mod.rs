//! What HTTP responses mean, and when a request is sent again: the same natively and in the
//! browser.

mod foreign_format;
mod range;
mod remote_version;
mod retry;
mod retry_after;
mod status;

pub use foreign_format::{FORMAT_BYTES, ForeignFormat};
pub use range::{PartialContent, RangeHead, RangeHeadError, read_range_head, stated_length};
pub use remote_version::{RemoteVersion, ReplacedError};
pub use retry::{RetryPauses, RetryPolicy};
pub use retry_after::parse_retry_after;
pub use status::StatusKind;
