//! A search that a reader sends, checked, and the page that answers it.

use std::collections::HashSet;

use dragonfly_core::stac::ItemSearch;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::api_error::ApiError;
use super::area::{box_around, boxes};
use super::catalogue::ServedCatalogue;
use super::scene::StacScene;

const USUAL_LIMIT: usize = 10;
const GREATEST_LIMIT: usize = 1000;
/// As many as a catalogue may have.
const MAX_COLLECTIONS: usize = 100;

/// A search that can be answered.
#[derive(Debug, PartialEq)]
pub(super) struct PagedSearch {
    /// An item that answers any of them answers the whole: a box over the antimeridian makes two.
    alternatives: Vec<ItemSearch>,
    /// All when empty. Apart from the searches, since there may be thousands.
    ids: HashSet<String>,
    limit: usize,
    start: usize,
}

/// A part of what a search finds.
pub(super) struct ItemPage {
    /// The places of this page's items among those of the catalogue.
    pub(super) places: Vec<usize>,
    /// Items on all pages.
    pub(super) matched_count: usize,
    /// Where the next page starts.
    pub(super) next: Option<usize>,
}

/// A search as it is written: the body of a POST, or the parameters of a GET.
#[derive(Default, Deserialize)]
#[serde(default)]
struct RequestedPage {
    collections: Option<Vec<String>>,
    ids: Option<Vec<String>>,
    bbox: Option<Vec<f64>>,
    intersects: Option<Value>,
    datetime: Option<String>,
    limit: Option<i64>,
    token: Option<usize>,
    query: Option<Value>,
    filter: Option<Value>,
    sortby: Option<Value>,
}

impl PagedSearch {
    /// The search in the body of a POST.
    pub(super) fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let not_a_search =
            |error| ApiError::bad_request(format!("the body is no search in JSON: {error}"));
        // An object first: serde would take a list for a struct's fields in their order.
        let members: Map<String, Value> = serde_json::from_slice(body).map_err(not_a_search)?;
        let page = RequestedPage::deserialize(Value::Object(members)).map_err(not_a_search)?;
        Self::checked(page)
    }

    /// The search in the parameters of a GET.
    pub(super) fn from_query(parameters: &[(String, String)]) -> Result<Self, ApiError> {
        let mut page = RequestedPage::default();
        for (name, text) in parameters.iter().filter(|(_, text)| !text.is_empty()) {
            let list = || text.split(',').map(|part| part.trim().to_owned());
            match name.as_str() {
                "collections" => page.collections.get_or_insert_default().extend(list()),
                "ids" => page.ids.get_or_insert_default().extend(list()),
                "bbox" => {
                    page.bbox =
                        Some(list().map(|part| number(name, &part)).collect::<Result<_, _>>()?)
                }
                "intersects" => page.intersects = Some(geometry(text)?),
                "datetime" => page.datetime = Some(text.clone()),
                "limit" => page.limit = Some(number(name, text)?),
                "token" => page.token = Some(number(name, text)?),
                "query" => page.query = Some(Value::Null),
                "filter" => page.filter = Some(Value::Null),
                "sortby" => page.sortby = Some(Value::Null),
                _ => {}
            }
        }
        Self::checked(page)
    }

    /// The same search among the items of one collection.
    pub(super) fn in_collection(mut self, id: &str) -> Self {
        for search in &mut self.alternatives {
            search.collections = vec![id.to_owned()];
        }
        self
    }

    /// The items found, from `start` on and at most `limit` of them.
    pub(super) fn page(&self, catalogue: &ServedCatalogue) -> ItemPage {
        let end = self.start.saturating_add(self.limit);
        let mut page = ItemPage { places: Vec::new(), matched_count: 0, next: None };
        for (place, _) in
            catalogue.scenes().iter().enumerate().filter(|(_, scene)| self.matches(scene))
        {
            if (self.start..end).contains(&page.matched_count) {
                page.places.push(place);
            }
            page.matched_count += 1;
        }
        page.next = (end < page.matched_count).then_some(end);
        page
    }

    fn matches(&self, scene: &StacScene) -> bool {
        if !self.ids.is_empty() && !self.ids.contains(&scene.item.id) {
            return false;
        }
        // The datetime was read once already, so no item can fail on it.
        self.alternatives.iter().any(|search| search.matches(&scene.item).unwrap_or(false))
    }

    fn checked(page: RequestedPage) -> Result<Self, ApiError> {
        refuse_extensions(&page)?;
        let search = ItemSearch {
            collections: page.collections.unwrap_or_default(),
            datetime: page.datetime,
            ..ItemSearch::default()
        };
        if search.collections.len() > MAX_COLLECTIONS {
            return Err(ApiError::bad_request(format!(
                "more than {MAX_COLLECTIONS} collections: search without them"
            )));
        }
        check_datetime(&search)?;
        let boxes = match (page.bbox, page.intersects) {
            (None, None) => vec![None],
            (Some(bbox), None) => boxes(&bbox)?.into_iter().map(Some).collect(),
            (None, Some(geometry)) => vec![Some(box_around(&geometry)?)],
            (Some(_), Some(_)) => {
                return Err(ApiError::bad_request("give either bbox or intersects, not both"));
            }
        };
        let limit = match page.limit {
            None => USUAL_LIMIT,
            Some(limit) if limit < 1 => {
                return Err(ApiError::bad_request(format!(
                    "limit {limit} is below 1: give 1 to {GREATEST_LIMIT}"
                )));
            }
            Some(limit) => usize::try_from(limit).unwrap_or(GREATEST_LIMIT).min(GREATEST_LIMIT),
        };
        let alternatives =
            boxes.into_iter().map(|bbox| ItemSearch { bbox, ..search.clone() }).collect();
        let ids = page.ids.unwrap_or_default().into_iter().collect();
        Ok(Self { alternatives, ids, limit, start: page.token.unwrap_or(0) })
    }
}

/// Passing over a condition would answer with items that were not requested.
fn refuse_extensions(page: &RequestedPage) -> Result<(), ApiError> {
    let extensions = [("query", &page.query), ("filter", &page.filter), ("sortby", &page.sortby)];
    match extensions.iter().find(|(_, value)| value.is_some()) {
        Some((name, _)) => Err(ApiError::bad_request(format!(
            "{name} is not supported: search by collections, ids, bbox, intersects and datetime"
        ))),
        None => Ok(()),
    }
}

fn check_datetime(search: &ItemSearch) -> Result<(), ApiError> {
    match search.interval() {
        Ok((Some(start), Some(end))) if start > end => Err(ApiError::bad_request(format!(
            "datetime starts at {start}, after its end at {end}"
        ))),
        Ok(_) => Ok(()),
        Err(error) => Err(ApiError::bad_request(error.to_string())),
    }
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, ApiError> {
    text.parse()
        .map_err(|_| ApiError::bad_request(format!("{name} has `{text}` where a number belongs")))
}

fn geometry(text: &str) -> Result<Value, ApiError> {
    serde_json::from_str(text)
        .map_err(|error| ApiError::bad_request(format!("intersects is no JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    /// Three days in June, each a degree further east, the last beyond the antimeridian.
    fn catalogue() -> ServedCatalogue {
        let item = |id: &str, day: u32, west: f64| {
            json!({ "id": id, "collection": "c", "bbox": [west, 0.0, west + 1.0, 1.0],
                "properties": { "datetime": format!("2025-06-{day:02}T12:00:00Z") } })
        };
        let features = [item("a", 1, 178.0), item("b", 2, 179.0), item("c", 3, -180.0)];
        ServedCatalogue::parse(json!({ "features": features }).to_string(), Path::new("/data"))
            .unwrap()
    }

    fn ids(search: &PagedSearch) -> String {
        let catalogue = catalogue();
        search
            .page(&catalogue)
            .places
            .iter()
            .map(|place| catalogue.scenes()[*place].item.id.as_str())
            .collect()
    }

    fn check(body: &Value, found: &str) {
        assert_eq!(
            ids(&PagedSearch::from_body(body.to_string().as_bytes()).unwrap()),
            found,
            "{body}"
        );
    }

    fn check_query(query: &[(&str, &str)], found: &str) {
        let pairs: Vec<_> =
            query.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        assert_eq!(ids(&PagedSearch::from_query(&pairs).unwrap()), found, "{query:?}");
    }

    fn check_refused(body: &str, because: &str) {
        let error = PagedSearch::from_body(body.as_bytes()).unwrap_err();
        assert!(error.description.contains(because), "{body}: {}", error.description);
    }

    #[test]
    fn a_body_asks_for_place_time_and_names() {
        check(&json!({}), "cba");
        check(&json!({ "bbox": null, "limit": 5000 }), "cba");
        check(&json!({ "bbox": [178.5, 0.2, 178.6, 0.4] }), "a");
        check(&json!({ "bbox": [178.5, 0.2, -50, 178.6, 0.4, 9000] }), "a");
        check(&json!({ "bbox": [10, 10, 11, 11] }), "");
        check(&json!({ "bbox": [179.5, 0, -179.5, 1] }), "cb");
        check(&json!({ "datetime": "2025-06-02T00:00:00Z/.." }), "cb");
        check(&json!({ "ids": ["a", "c"], "collections": ["c"] }), "ca");
        check(&json!({ "collections": ["other"] }), "");
        check(&json!({ "intersects": { "type": "Point", "coordinates": [178.5, 0.5] } }), "a");
        let line = json!({ "type": "LineString", "coordinates": [[178.5, 0.5], [179.5, 0.5]] });
        check(
            &json!({ "intersects": { "type": "GeometryCollection", "geometries": [line] } }),
            "ba",
        );
    }

    #[test]
    fn parameters_ask_for_the_same() {
        check_query(&[], "cba");
        check_query(&[("bbox", "178.5,0.2,178.6,0.4"), ("datetime", "")], "a");
        check_query(&[("ids", "a,b"), ("collections", "c")], "ba");
        check_query(&[("limit", "1"), ("token", "2")], "a");
        check_query(&[("intersects", r#"{"type":"Point","coordinates":[179.5,0.5]}"#)], "b");
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let catalogue = catalogue();
        let at = |token: usize| {
            let search =
                PagedSearch::from_body(format!(r#"{{"limit":2,"token":{token}}}"#).as_bytes())
                    .unwrap();
            let page = search.page(&catalogue);
            (page.places.len(), page.matched_count, page.next)
        };
        assert_eq!(at(0), (2, 3, Some(2)));
        assert_eq!(at(2), (1, 3, None));
        assert_eq!(at(7), (0, 3, None));
    }

    #[test]
    fn what_cannot_be_answered_is_refused_with_its_reason() {
        check_refused("{", "no search in JSON");
        check_refused("[]", "no search in JSON");
        check_refused(r#"{"bbox":[1,2,3]}"#, "bbox has 3 numbers");
        check_refused(r#"{"bbox":[]}"#, "bbox has 0 numbers");
        check_refused(r#"{"bbox":[1,3,2,2]}"#, "south 3 above its north 2");
        check_refused(r#"{"bbox":["a",3,2,2]}"#, "no search in JSON");
        check_refused(r#"{"datetime":"last week"}"#, "datetime `last week`");
        check_refused(
            r#"{"datetime":"2025-06-02T00:00:00Z/2025-06-01T00:00:00Z"}"#,
            "after its end",
        );
        let many = json!({ "collections": vec!["c"; 200] });
        check_refused(&many.to_string(), "more than 100 collections");
        check_refused(&format!(r#"{{"intersects":{}}}"#, "[".repeat(10_000)), "no search in JSON");
        check_refused(r#"{"limit":0}"#, "below 1");
        check_refused(r#"{"token":-1}"#, "no search in JSON");
        check_refused(r#"{"intersects":{"type":"Point"}}"#, "no GeoJSON geometry");
        check_refused(r#"{"bbox":[0,0,1,1],"intersects":{}}"#, "not both");
        check_refused(r#"{"query":{"eo:cloud_cover":{"lt":10}}}"#, "query is not supported");
    }
}
