//! A page of a search, written item by item as its reader takes it.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::GEOJSON;
use super::api_error::ApiError;
use super::budget::Budget;
use super::catalogue::ServedCatalogue;
use super::search::ItemPage;
use crate::serve::base_url::BaseUrl;

/// Bytes after which a piece of the answer is sent.
const PIECE_BYTES: usize = 64 * 1024;

/// A FeatureCollection of which some items were written.
pub(super) struct PageStream {
    catalogue: Arc<ServedCatalogue>,
    base: BaseUrl,
    page: ItemPage,
    links: Vec<Value>,
    /// Items that were written.
    written: usize,
    is_complete: bool,
}

impl PageStream {
    /// A page of which nothing was written yet.
    pub(super) fn new(
        catalogue: Arc<ServedCatalogue>,
        base: BaseUrl,
        page: ItemPage,
        links: Vec<Value>,
    ) -> Self {
        Self { catalogue, base, page, links, written: 0, is_complete: false }
    }

    /// The next piece.
    ///
    /// # Errors
    /// When an item cannot be written.
    pub(super) fn write_piece(&mut self) -> Result<Vec<u8>, ApiError> {
        let mut piece = Vec::new();
        if self.written == 0 {
            piece.extend_from_slice(br#"{"type":"FeatureCollection","features":["#);
        }
        while piece.len() < PIECE_BYTES {
            let Some(scene) = self
                .page
                .places
                .get(self.written)
                .and_then(|place| self.catalogue.scenes().get(*place))
            else {
                self.is_complete = true;
                piece.extend_from_slice(self.end().as_bytes());
                break;
            };
            if self.written > 0 {
                piece.push(b',');
            }
            let item =
                self.catalogue.published(scene, &self.base).map_err(|_| ApiError::failed())?;
            serde_json::to_writer(&mut piece, &item).map_err(|_| ApiError::failed())?;
            self.written += 1;
        }
        Ok(piece)
    }

    fn end(&self) -> String {
        let (links, matched) = (Value::from(self.links.clone()), self.page.matched_count);
        format!(
            r#"],"links":{links},"numberMatched":{matched},"numberReturned":{}}}"#,
            self.written
        )
    }
}

/// The answer that begins with `piece` and goes on with the rest of the page.
pub(super) fn answer(piece: Bytes, page: PageStream, budget: Budget) -> Response {
    let body = if page.is_complete {
        Body::from(piece)
    } else {
        let rest = stream::try_unfold((page, budget), |(mut page, budget)| async move {
            if page.is_complete {
                return Ok(None);
            }
            let computed =
                budget.compute(move || page.write_piece().map(|piece| (piece, page))).await;
            // The status was sent already: to break off is all that is left.
            let (piece, page) =
                computed.map_err(|error| std::io::Error::other(error.description))?;
            Ok(Some((piece, (page, budget))))
        });
        Body::from_stream(stream::once(async { Ok::<_, std::io::Error>(piece) }).chain(rest))
    };
    ([(header::CONTENT_TYPE, GEOJSON)], body).into_response()
}
