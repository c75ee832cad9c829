//! A body that keeps something until it was sent or given up.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// A body beside a value that is dropped with it.
pub(super) struct GuardedBody<T> {
    body: Body,
    _guard: T,
}

impl<T: Send + Unpin + 'static> GuardedBody<T> {
    /// The same body; `guard` is dropped when it ends.
    pub(super) fn wrap(body: Body, guard: T) -> Body {
        Body::new(Self { body, _guard: guard })
    }
}

impl<T: Unpin> HttpBody for GuardedBody<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
