//! The catalogue's pages by the browser's `fetch`.

use std::time::Duration;

use dragonfly_core::stac::Page;
use dragonfly_worker::{BrowserTransport, Transport, Unreachable, Web, WebAnswer};
use gloo_net::http::Request;

/// Asks by `fetch`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BrowserWeb;

impl Web for BrowserWeb {
    async fn ask(&self, page: &Page) -> Result<WebAnswer, Unreachable> {
        let unreachable = |error: gloo_net::Error| Unreachable(error.to_string());
        let answer = match page {
            Page::Get { url } => Request::get(url).send().await,
            Page::Post { url, body } => Request::post(url).json(body).map_err(unreachable)?.send().await,
        };
        let answer = answer.map_err(unreachable)?;
        let (status, retry_after) = (answer.status(), answer.headers().get("retry-after"));
        Ok(WebAnswer { status, text: answer.text().await.map_err(unreachable)?, retry_after })
    }

    async fn pause(&self, time: Duration) {
        BrowserTransport::default().pause(time).await;
    }
}
