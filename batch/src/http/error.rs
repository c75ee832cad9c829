//! Why a request has no usable response. Quotes nothing that a server sent: errors are published,
//! and logs are not.

use std::io;
use std::time::Duration;

use dragonfly_core::stac::{AddressError, shown};

use super::limits::RequestLimits;
use crate::nightly::deadline::{Deadline, DeadlineError};

/// A request without a usable response, by what may be done about it.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error(transparent)]
    Deadline(#[from] DeadlineError),
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("its address is none that can be requested")]
    BadAddress,
    #[error("nobody knows its name (DNS)")]
    UnknownHost,
    #[error("the connection was refused")]
    ConnectionRefused,
    #[error("it cannot be reached ({0})")]
    Unreachable(io::ErrorKind),
    #[error("the connection broke ({0})")]
    Lost(io::ErrorKind),
    #[error("no answer within {0} seconds")]
    NoAnswer(u64),
    #[error(
        "its answer comes too slowly: {bytes_per_s} bytes a second, and {min_bytes_per_s} are \
        needed at least; try again later, or name a faster copy"
    )]
    TooSlow { bytes_per_s: u64, min_bytes_per_s: u64 },
    #[error("its answer takes longer than {0} seconds")]
    TooLong(u64),
    #[error("its answer was cut short")]
    Cut,
    #[error(
        "no secure connection: its certificate is not accepted; check this machine's clock and \
        ca-certificates"
    )]
    Certificate,
    #[error("it does not answer as HTTP does")]
    NotHttp,
    #[error(
        "the proxy of this machine's environment (https_proxy, http_proxy, all_proxy) does not \
        connect"
    )]
    Proxy,
    #[error("it redirects more than {0} times: name the address where its redirects end")]
    RedirectLoop(usize),
    #[error("it redirects, and does not say where to")]
    RedirectNowhere,
    #[error(
        "it redirects elsewhere (status {status}, to {to}), and {cause}; the log names the address"
    )]
    Redirect {
        status: u16,
        /// Scheme, host and port.
        to: String,
        cause: AddressError,
    },
    #[error("its answer is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
    #[error(
        "its answer is compressed (Content-Encoding: {0}), which was not requested: let its server \
        send it as it is"
    )]
    Compressed(&'static str),
    #[error("it answers {status}{}", what_helps(*status))]
    Status { status: u16, retry_after: Option<Duration> },
}

/// The next step after a status; nothing where the status alone suggests none.
fn what_helps(status: u16) -> &'static str {
    match status {
        401 | 403 | 407 => {
            ": it asks for a login, or refuses this machine; name one that is public"
        }
        404 | 410 => ": nothing is there; check the address",
        429 | 500..=599 => " (too busy, or broken: try again later)",
        204 | 205 | 300..=399 => ": check the address",
        _ => "",
    }
}

impl HttpError {
    /// What an error of the library means.
    pub(super) fn of(
        error: ureq::Error,
        url: &str,
        deadline: &Deadline,
        limits: &RequestLimits,
    ) -> Self {
        if let Err(over) = deadline.check() {
            return over.into();
        }
        tracing::debug!(url, "{}", shown(&error.to_string()));
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
                Self::NoAnswer(limits.connect.as_secs())
            }
            ureq::Error::Timeout(ureq::Timeout::Global) => Self::NoAnswer(limits.total.as_secs()),
            ureq::Error::Timeout(ureq::Timeout::RecvBody) => Self::TooLong(limits.body.as_secs()),
            ureq::Error::Timeout(_) => Self::NoAnswer(limits.answer.as_secs()),
            ureq::Error::HostNotFound => Self::UnknownHost,
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => Self::BadAddress,
            ureq::Error::Io(error) => Self::of_io(error.kind()),
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => Self::Certificate,
            ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => Self::NotHttp,
            ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => Self::Proxy,
            ureq::Error::Other(error) => match error.downcast::<AddressError>() {
                Ok(refused) => Self::Address(*refused),
                Err(_) => Self::Lost(io::ErrorKind::Other),
            },
            _ => Self::Lost(io::ErrorKind::Other),
        }
    }

    fn of_io(kind: io::ErrorKind) -> Self {
        use io::ErrorKind as Kind;
        match kind {
            Kind::ConnectionRefused => Self::ConnectionRefused,
            Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
            | Kind::AddrNotAvailable => Self::Unreachable(kind),
            // As rustls reports what it does not accept.
            Kind::InvalidData => Self::Certificate,
            Kind::UnexpectedEof => Self::Cut,
            kind => Self::Lost(kind),
        }
    }
}
