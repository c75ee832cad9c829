//! Ranges of files and pages of the catalogue by the browser's own `fetch`, in a page, a worker or
//! Node.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use dragonfly_core::http::parse_retry_after;
use dragonfly_core::stac::{MAX_PAGE_BYTES, SearchPage};
use gloo_net::http::{Request, RequestBuilder};
use js_sys::{ArrayBuffer, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, ReadableStream, ReadableStreamByobReader, ReadableStreamDefaultReader,
    RequestCache, Response,
};

use crate::fetch::page_transport::{PageResponse, PageTransport};
use crate::fetch::transport::{RangeResponse, ResponseHead, Transport, TransportError};

#[wasm_bindgen]
extern "C" {
    // In the global scope of pages and of workers alike, which web-sys keeps apart.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(done: &js_sys::Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timeout: &JsValue);
}

/// Bytes that are taken from the browser at once at most.
const PIECE_BYTES: u32 = 512 << 10;

/// Asks by `fetch`.
#[derive(Clone, Debug, Default)]
pub struct BrowserTransport {
    buffers: Buffers,
}

/// Buffers that the browser fills again and again: taking in bytes that way costs half of what new
/// buffers do.
type Buffers = Rc<RefCell<Vec<ArrayBuffer>>>;

/// An answer of `fetch`. Dropping it before its end aborts the transfer.
pub struct BrowserResponse {
    head: ResponseHead,
    /// Where it came from, after redirects.
    url: String,
    body: Option<Body>,
    _abort: AbortOnDrop,
}

enum Body {
    /// Fills buffers of ours.
    Filling(ReadableStreamByobReader, Buffers),
    /// Comes in the browser's own, where it fills no others.
    Handing(ReadableStreamDefaultReader),
}

struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        // Without effect when the answer has ended.
        self.0.abort();
    }
}

impl Transport for BrowserTransport {
    type Response = BrowserResponse;

    async fn request_range(
        &self,
        url: &str,
        range: Range<u64>,
    ) -> Result<BrowserResponse, TransportError> {
        let request = Request::get(url)
            // Chromium's own cache lets only one range of a file through at a time, and ours keeps
            // what is needed.
            .cache(RequestCache::NoStore)
            .header("Range", &format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        self.send(request, None).await
    }

    async fn pause(&self, time: Duration) {
        let mut timeout = ClearOnDrop(JsValue::UNDEFINED);
        let wait = Promise::new(&mut |done, _| {
            timeout.0 = set_timeout(&done, time.as_secs_f64() * 1000.0);
        });
        // A timer never fails.
        let _ = JsFuture::from(wait).await;
    }

    async fn timer(&self, limit: Duration) {
        Transport::pause(self, limit).await;
    }
}

/// A timer of the browser, cleared when nothing waits for it any more: it would keep Node alive.
struct ClearOnDrop(JsValue);

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        clear_timeout(&self.0);
    }
}

impl PageTransport for BrowserTransport {
    async fn request_page(&self, page: &SearchPage) -> Result<PageResponse, TransportError> {
        let mut answer = match page {
            SearchPage::Get { url } => self.send(Request::get(url), None).await?,
            SearchPage::Post { url, body } => {
                let request = Request::post(url).header("Content-Type", "application/json");
                self.send(request, Some(body.as_str())).await?
            }
        };
        let mut body = Vec::new();
        while answer.read(&mut body).await? {
            if body.len() > MAX_PAGE_BYTES {
                return Err(TransportError("its answer is too large".to_owned()));
            }
        }
        let ResponseHead { status, retry_after, link, redirected_to, .. } = answer.head;
        let is_redirected = redirected_to.is_some();
        Ok(PageResponse { status, url: answer.url, body, retry_after, link, is_redirected })
    }

    async fn pause(&self, time: Duration) {
        Transport::pause(self, time).await;
    }
}

impl BrowserTransport {
    /// Sends a request; done when the head of the answer is there.
    async fn send(
        &self,
        request: RequestBuilder,
        body: Option<&str>,
    ) -> Result<BrowserResponse, TransportError> {
        let abort = AbortOnDrop(AbortController::new().map_err(unreachable)?);
        let request = request.abort_signal(Some(&abort.0.signal()));
        let request = match body {
            Some(body) => request.body(body),
            None => request.build(),
        };
        let failed = |error: gloo_net::Error| TransportError(error.to_string());
        let response: Response = request.map_err(failed)?.send().await.map_err(failed)?.into();
        let header = |name| response.headers().get(name).ok().flatten();
        Ok(BrowserResponse {
            head: ResponseHead {
                status: response.status(),
                content_range: header("content-range"),
                content_length: header("content-length")
                    .and_then(|length| length.trim().parse().ok()),
                retry_after: header("retry-after").and_then(|text| parse_retry_after(&text, now())),
                etag: header("etag"),
                last_modified: header("last-modified"),
                content_type: header("content-type"),
                content_encoding: header("content-encoding"),
                link: header("link"),
                redirected_to: response.redirected().then(|| response.url()),
            },
            url: response.url(),
            body: response.body().and_then(|body| Body::of(&body, &self.buffers)),
            _abort: abort,
        })
    }
}

impl RangeResponse for BrowserResponse {
    fn head(&self) -> &ResponseHead {
        &self.head
    }

    async fn read(&mut self, into: &mut Vec<u8>) -> Result<bool, TransportError> {
        let Some(body) = &self.body else { return Ok(false) };
        let step = JsFuture::from(body.next()).await.map_err(unreachable)?;
        let Ok(piece) = Reflect::get(&step, &JsValue::from_str("value"))
            .and_then(JsCast::dyn_into::<Uint8Array>)
        else {
            return Ok(false);
        };
        let before = into.len();
        into.resize(before + piece.length() as usize, 0);
        piece.copy_to(&mut into[before..]);
        if let Body::Filling(_, buffers) = body {
            buffers.borrow_mut().push(piece.buffer());
        }
        Ok(into.len() > before)
    }
}

impl Body {
    fn of(body: &ReadableStream, buffers: &Buffers) -> Option<Self> {
        match ReadableStreamByobReader::new(body) {
            Ok(reader) => Some(Self::Filling(reader, Rc::clone(buffers))),
            Err(_) => body.get_reader().dyn_into().ok().map(Self::Handing),
        }
    }

    fn next(&self) -> Promise {
        match self {
            Self::Filling(reader, buffers) => {
                let spare = buffers.borrow_mut().pop();
                let buffer = spare.unwrap_or_else(|| ArrayBuffer::new(PIECE_BYTES));
                reader.read_with_array_buffer_view(&Uint8Array::new(&buffer))
            }
            Self::Handing(reader) => reader.read(),
        }
    }
}

/// The time by the clock of the reader's machine.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

fn unreachable(error: JsValue) -> TransportError {
    let message = Reflect::get(&error, &JsValue::from_str("message"))
        .ok()
        .and_then(|message| message.as_string());
    TransportError(message.unwrap_or_else(|| "without a reason".to_owned()))
}

#[cfg(test)]
mod tests {
    use futures_util::future::{Either, select};
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    async fn a_timer_ends_when_its_limit_has_passed_and_not_before() {
        let transport = BrowserTransport::default();
        let (short, long) = (Duration::from_millis(1), Duration::from_secs(600));
        let first = select(Box::pin(transport.timer(long)), Box::pin(transport.timer(short))).await;
        assert!(matches!(first, Either::Right(_)));
    }
}
