//! Why bytes of a remote file could not be fetched.

use dragonfly_core::http::{ReplacedError, StatusKind};

/// Why bytes could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No answer.
    #[error(transparent)]
    Unreachable(#[from] TransportError),
    /// No answer within so many seconds.
    #[error("the server does not answer within {0} seconds, also after several attempts")]
    NoAnswer(u64),
    /// So many bytes a second.
    #[error("the server sends too slowly ({0} bytes a second), also after several attempts")]
    TooSlow(u64),
    /// Status 401 or 403.
    #[error("access refused (status {0}): the bucket wants a login, or the link has expired")]
    Forbidden(u16),
    /// A web page instead of the file, after a redirect to this address.
    #[error("the bucket asks for a login: it redirects to {0}, which is a web page (HTML)")]
    Login(String),
    /// A web page instead of the file.
    #[error(
        "the server sends a web page (HTML) instead of the file: it asks for a login, or the file \
        is gone"
    )]
    WebPage,
    /// An encoding of the body on the way.
    #[error(
        "the server compresses the file on the way (Content-Encoding: {0}), by which no part of it \
        can be read"
    )]
    Compressed(String),
    /// Status 404 or 410.
    #[error("there is no such file (status {0}): the catalogue names one that is gone")]
    NotFound(u16),
    /// Status 416, or a range past the end.
    #[error("the file is cut short: it ends before byte {0}")]
    PastTheEnd(u64),
    /// Status 429 or 5xx, even after several attempts.
    #[error(
        "the server is too busy or broken (status {0}), also after several attempts: try again \
        later"
    )]
    Busy(u16),
    /// Another status.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// Status 200: the whole file instead of a part.
    #[error(
        "the server sends whole files instead of parts (no range requests): the file would be \
        read entirely"
    )]
    NoRanges,
    /// Bytes of another range than requested.
    #[error("the server sent other bytes than asked for ({0})")]
    WrongRange(String),
    /// The body broke off, also after several attempts.
    #[error("the transfer broke off, also after several attempts: try again later")]
    BrokenOff,
    /// Another version under the same address than before.
    #[error("the file changed while it was read: another version replaced it")]
    Changed,
}

impl FetchError {
    /// Whether it may be the answer to a request for a file that does not exist: a page with words
    /// for people does as well, and browsers hide answers without headers for CORS, which servers
    /// often add to files alone.
    pub(crate) fn is_absent(&self) -> bool {
        match self {
            Self::NotFound(status) | Self::Forbidden(status) => StatusKind::of(*status).is_absent(),
            Self::Login(_) | Self::WebPage | Self::Unreachable(_) => true,
            _ => false,
        }
    }
}

impl From<ReplacedError> for FetchError {
    fn from(_: ReplacedError) -> Self {
        Self::Changed
    }
}

/// No answer, or one that broke off: offline, or a bucket that refuses browsers (CORS). Browsers
/// hide which, and also that a page came that asks for a login, or a body that cannot be unpacked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no answer ({0}): either the network is down, or the bucket does not allow browsers (CORS), \
    asks for a login, or compresses its files on the way"
)]
pub struct TransportError(pub String);
