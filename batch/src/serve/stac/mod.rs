//! A STAC API 1.0.0 over one file of items, which also gives out the files that the items name.

// What is there.
mod catalogue;
mod scene;

// What is asked.
mod area;
mod search;

// What is answered.
mod description;
mod link;
mod refusal;

use std::ffi::OsStr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::base_url::BaseUrl;
use super::files;
pub(super) use catalogue::CatalogueFile;
use refusal::Refusal;
use search::{Page, PagedSearch};

const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";

type Answer = Result<Response, Refusal>;
type Catalogues = State<Arc<CatalogueFile>>;

/// Everything under `/stac`.
pub(super) fn router(catalogue: Arc<CatalogueFile>) -> Router {
    Router::new()
        .route("/stac", get(landing))
        .route("/stac/", get(landing))
        .route("/stac/api", get(async || with_type("application/vnd.oai.openapi+json;version=3.0", OPENAPI)))
        .route("/stac/conformance", get(async || Json(json!({ "conformsTo": description::CONFORMS_TO }))))
        .route("/stac/collections", get(collections))
        .route("/stac/collections/{collection}", get(collection))
        .route("/stac/collections/{collection}/items", get(collection_items))
        .route("/stac/collections/{collection}/items/{item}", get(item))
        .route("/stac/search", get(search_by_query).post(search_by_body))
        .route("/stac/assets/{item}/{asset}/{file}", get(asset))
        .with_state(catalogue)
}

const OPENAPI: &str = include_str!("openapi.json");

async fn landing(State(file): Catalogues, base: BaseUrl) -> Answer {
    Ok(Json(description::landing(&*file.current().await?, &base)).into_response())
}

async fn collections(State(file): Catalogues, base: BaseUrl) -> Answer {
    Ok(Json(description::collections(&*file.current().await?, &base)).into_response())
}

async fn collection(State(file): Catalogues, base: BaseUrl, Path(id): Path<String>) -> Answer {
    let collection = description::collection(&*file.current().await?, &id, &base);
    Ok(Json(collection.ok_or_else(|| Refusal::no_collection(&id))?).into_response())
}

async fn collection_items(
    State(file): Catalogues,
    base: BaseUrl,
    Path(id): Path<String>,
    Query(parameters): Query<Vec<(String, String)>>,
    request: Request,
) -> Answer {
    let catalogue = file.current().await?;
    if !catalogue.collections().contains(id.as_str()) {
        return Err(Refusal::no_collection(&id));
    }
    let search = PagedSearch::from_query(&parameters)?.in_collection(&id);
    let path = link::items_path(&id);
    Ok(feature_collection(&search.page(&catalogue), &base, |next| {
        link::next_by_get(&base, &path, request.uri().query(), next)
    }))
}

async fn item(State(file): Catalogues, base: BaseUrl, Path((collection, id)): Path<(String, String)>) -> Answer {
    let catalogue = file.current().await?;
    let scene = catalogue.scene(&id).filter(|scene| scene.item.collection.as_ref() == Some(&collection));
    let scene = scene.ok_or_else(|| Refusal::not_found(format!("there is no item {id} in {collection}")))?;
    Ok(geojson(&scene.published(&base)))
}

async fn search_by_query(
    State(file): Catalogues,
    base: BaseUrl,
    Query(parameters): Query<Vec<(String, String)>>,
    request: Request,
) -> Answer {
    let search = PagedSearch::from_query(&parameters)?;
    Ok(feature_collection(&search.page(&*file.current().await?), &base, |next| {
        link::next_by_get(&base, link::SEARCH, request.uri().query(), next)
    }))
}

async fn search_by_body(State(file): Catalogues, base: BaseUrl, body: Bytes) -> Answer {
    let search = PagedSearch::from_body(&body)?;
    Ok(feature_collection(&search.page(&*file.current().await?), &base, |next| link::next_by_post(&base, next)))
}

/// A file that an item names; the item and the key choose it, the rest of the path only has to agree.
async fn asset(
    State(file): Catalogues,
    Path((item, asset, name)): Path<(String, String, String)>,
    request: Request,
) -> Answer {
    let catalogue = file.current().await?;
    let path = catalogue.scene(&item).and_then(|scene| scene.file(&asset));
    let path = path.filter(|path| path.file_name() == Some(OsStr::new(&name)) && path.is_file());
    Ok(match path {
        Some(path) => files::send(path, request).await,
        None => files::not_found(),
    })
}

fn feature_collection(page: &Page, base: &BaseUrl, next_link: impl Fn(usize) -> Value) -> Response {
    let links = [link::root(base)].into_iter().chain(page.next.map(next_link));
    geojson(&json!({
        "type": "FeatureCollection",
        "features": page.scenes.iter().map(|scene| scene.published(base)).collect::<Vec<_>>(),
        "links": links.collect::<Vec<_>>(),
        "numberMatched": page.matched_count,
        "numberReturned": page.scenes.len(),
    }))
}

fn geojson(value: &Value) -> Response {
    with_type(GEOJSON, value.to_string())
}

fn with_type(media_type: &'static str, body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}
