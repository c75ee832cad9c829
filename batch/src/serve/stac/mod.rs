//! A STAC API 1.0.0 over one file of items, which also gives out the rasters that the items name.

// What is there.
mod catalogue;
mod local_files;
mod scene;

// What is requested.
mod area;
mod search;

// What is answered.
mod api_error;
mod budget;
mod description;
mod link;
mod page_stream;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Path, Query, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::base_url::BaseUrl;
use super::files;
use api_error::ApiError;
use budget::Budget;
pub(super) use catalogue::CatalogueFile;
use catalogue::ServedCatalogue;
use page_stream::PageStream;
use search::PagedSearch;

const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";

/// Bytes of a search's body.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// How long the body of a search may take to arrive.
const MAX_BODY_TIME: Duration = Duration::from_secs(10);

type ApiResponse = Result<Response, ApiError>;

/// The API over one catalogue.
#[derive(Clone)]
struct StacApi {
    file: Arc<CatalogueFile>,
    budget: Budget,
}

impl StacApi {
    /// Answers with JSON computed from the items as they are now.
    async fn answer(
        &self,
        media_type: &'static str,
        compute: impl FnOnce(&ServedCatalogue) -> Result<Value, ApiError> + Send + 'static,
    ) -> ApiResponse {
        let file = Arc::clone(&self.file);
        let computed = self
            .budget
            .compute(move || Ok((compute(&file.current())?.to_string().into_bytes(), ())));
        let (body, ()) = computed.await?;
        Ok(with_type(media_type, Body::from(body)))
    }

    /// Answers a search; `next_link` leads to the page that begins at an item.
    async fn page(
        &self,
        base: BaseUrl,
        find: impl FnOnce(&ServedCatalogue) -> Result<search::ItemPage, ApiError> + Send + 'static,
        next_link: impl FnOnce(&BaseUrl, usize) -> Value + Send + 'static,
    ) -> ApiResponse {
        let file = Arc::clone(&self.file);
        let first = self.budget.compute(move || {
            let catalogue = file.current();
            let page = find(&catalogue)?;
            let next = page.next.map(|next| next_link(&base, next));
            let links = [link::root(&base)].into_iter().chain(next).collect();
            let mut page = PageStream::new(catalogue, base, page, links);
            Ok((page.write_piece()?, page))
        });
        let (piece, page) = first.await?;
        Ok(page_stream::answer(piece, page, self.budget.clone()))
    }
}

/// Everything under `/stac`.
pub(super) fn router(catalogue: Arc<CatalogueFile>) -> Router {
    Router::new()
        .route("/stac", get(landing))
        .route("/stac/", get(landing))
        .route(
            "/stac/api",
            get(async || with_type("application/vnd.oai.openapi+json;version=3.0", OPENAPI)),
        )
        .route(
            "/stac/conformance",
            get(async || Json(json!({ "conformsTo": description::CONFORMS_TO }))),
        )
        .route("/stac/collections", get(collections))
        .route("/stac/collections/{collection}", get(collection))
        .route("/stac/collections/{collection}/items", get(collection_items))
        .route("/stac/collections/{collection}/items/{item}", get(item))
        .route("/stac/search", get(search_by_query).post(search_by_body))
        .route("/stac/assets/{item}/{asset}/{file}", get(asset))
        .with_state(StacApi { file: catalogue, budget: Budget::new() })
}

const OPENAPI: &str = include_str!("openapi.json");

async fn landing(State(api): State<StacApi>, base: BaseUrl) -> ApiResponse {
    api.answer(JSON, move |catalogue| Ok(description::landing(catalogue, &base))).await
}

async fn collections(State(api): State<StacApi>, base: BaseUrl) -> ApiResponse {
    api.answer(JSON, move |catalogue| Ok(description::collections(catalogue, &base))).await
}

async fn collection(
    State(api): State<StacApi>,
    base: BaseUrl,
    Path(id): Path<String>,
) -> ApiResponse {
    api.answer(JSON, move |catalogue| {
        description::collection(catalogue, &id, &base).ok_or_else(|| ApiError::no_collection(&id))
    })
    .await
}

async fn collection_items(
    State(api): State<StacApi>,
    base: BaseUrl,
    Path(id): Path<String>,
    Query(parameters): Query<Vec<(String, String)>>,
    request: Request,
) -> ApiResponse {
    let search = PagedSearch::from_query(&parameters)?.in_collection(&id);
    let (path, query) = (link::items_path(&id), request.uri().query().map(str::to_owned));
    let find =
        move |catalogue: &ServedCatalogue| match catalogue.collections().contains(id.as_str()) {
            true => Ok(search.page(catalogue)),
            false => Err(ApiError::no_collection(&id)),
        };
    api.page(base, find, move |base, next| link::next_by_get(base, &path, query.as_deref(), next))
        .await
}

async fn item(
    State(api): State<StacApi>,
    base: BaseUrl,
    Path((collection, id)): Path<(String, String)>,
) -> ApiResponse {
    api.answer(GEOJSON, move |catalogue| {
        let scene = catalogue
            .scene(&id)
            .filter(|scene| scene.item.collection.as_ref() == Some(&collection));
        let scene = scene
            .ok_or_else(|| ApiError::not_found(format!("there is no item {id} in {collection}")))?;
        catalogue.published(scene, &base).map_err(|_| ApiError::failed())
    })
    .await
}

async fn search_by_query(
    State(api): State<StacApi>,
    base: BaseUrl,
    Query(parameters): Query<Vec<(String, String)>>,
    request: Request,
) -> ApiResponse {
    let search = PagedSearch::from_query(&parameters)?;
    let query = request.uri().query().map(str::to_owned);
    let next_link =
        move |base: &BaseUrl, next| link::next_by_get(base, link::SEARCH, query.as_deref(), next);
    api.page(base, move |catalogue| Ok(search.page(catalogue)), next_link).await
}

async fn search_by_body(
    State(api): State<StacApi>,
    base: BaseUrl,
    request: Request,
) -> ApiResponse {
    let search = PagedSearch::from_body(&body_of(request).await?)?;
    api.page(base, move |catalogue| Ok(search.page(catalogue)), link::next_by_post).await
}

/// The whole body of a search.
async fn body_of(request: Request) -> Result<Bytes, ApiError> {
    let too_large = || {
        let kib = MAX_BODY_BYTES / 1024;
        ApiError::too_large(format!(
            "the body has more than {kib} KiB: search by bbox instead of a long geometry"
        ))
    };
    let body = request.into_body();
    if body.size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Err(too_large());
    }
    match tokio::time::timeout(MAX_BODY_TIME, axum::body::to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(ApiError::too_slow(format!(
            "the body did not arrive within {} seconds",
            MAX_BODY_TIME.as_secs()
        ))),
    }
}

/// A raster that an item names; the item and the key choose it, the rest of the path only has to
/// agree.
async fn asset(
    State(api): State<StacApi>,
    Path((item, asset, name)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let opened =
        tokio::task::spawn_blocking(move || api.file.current().open_asset(&item, &asset, &name));
    match opened.await {
        Ok(Some(file)) => files::send(file, "image/tiff", &request.into_parts().0),
        _ => files::not_found(),
    }
}

fn with_type(media_type: &'static str, body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}
