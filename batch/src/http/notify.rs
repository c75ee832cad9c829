//! Notifying a monitor: one GET, whose answer is of no interest.

use std::time::Duration;

use dragonfly_core::stac::AddressPolicy;

use super::client::{Client, HttpRequest, Scope};
use super::error::HttpError;
use super::limits::RequestLimits;
use crate::nightly::deadline::Deadline;

/// For the whole notification.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Sends a GET to an address of the configuration.
///
/// # Errors
/// When there is no answer, or none of success.
pub(crate) fn notify(url: &str) -> Result<(), HttpError> {
    // An address that is not understood here is the operator's own all the same.
    let policy =
        AddressPolicy::of_api(url, &[], false).unwrap_or_else(|_| AddressPolicy::of_file());
    let client = Client::new(policy, Deadline::after(TIMEOUT), RequestLimits::BRIEF, 1);
    let answer = client.send(&HttpRequest::get(Scope::Configured, url))?;
    if (200..300).contains(&answer.status()) { Ok(()) } else { Err(answer.status_error()) }
}
