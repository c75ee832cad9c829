//! Searches of servers that answer well and badly.

use dragonfly_core::stac::AddressPolicy;

use super::*;
use crate::http::RequestLimits;
use crate::http::loopback::{ReceivedRequests, answers};
use crate::nightly::deadline::Deadline;

const ITEM: &str = r#"{"id":"a","properties":{"datetime":"2025-06-12T18:50:00Z"}}"#;

/// What a server with these answers received, and the outcome.
fn search_with(given: &[(&str, &str)]) -> (Vec<String>, Result<Vec<Item>>) {
    let (root, received) = answers(given);
    let found = api(&root, None).find(&search()).map(|found| found.items);
    (received.all(), found)
}

fn api(root: &str, token_url: Option<&str>) -> ApiCatalogue {
    let policy = AddressPolicy::of_api(root, &[], false).unwrap();
    let client =
        Client::new(policy, Deadline::after(Duration::from_secs(60)), RequestLimits::NIGHT, 4);
    ApiCatalogue {
        retries: Retries::CATALOGUE.without_pauses(),
        ..ApiCatalogue::new(&format!("{root}/"), token_url, client)
    }
}

fn search() -> ItemSearch {
    search_of("sentinel-2-l2a")
}

fn search_of(collection: &str) -> ItemSearch {
    ItemSearch { collections: vec![collection.to_owned()], ..ItemSearch::default() }
}

fn page(links: &str) -> String {
    page_of("a", links)
}

fn page_of(id: &str, links: &str) -> String {
    let item = ITEM.replace("\"a\"", &format!("\"{id}\""));
    format!(r#"{{"type":"FeatureCollection","features":[{item}],"links":[{links}]}}"#)
}

#[test]
fn pages_are_followed_by_get_and_by_post() {
    let by_post = page(
        r#"{"rel":"next","href":"{root}/search","method":"POST","body":{"token":"x2"},"merge":true}"#,
    );
    let by_get = page_of("b", r#"{"rel":"next","href":"search?token=x3"}"#);
    let (received, found) =
        search_with(&[("200 OK", &by_post), ("200 OK", &by_get), ("200 OK", &page_of("c", ""))]);
    assert_eq!(found.unwrap().len(), 3);
    assert!(
        received[0].starts_with("POST /search ") && received[0].contains("dragonfly/"),
        "{}",
        received[0]
    );
    assert!(
        received[1].contains(r#""token":"x2""#) && received[1].contains("sentinel-2-l2a"),
        "{}",
        received[1]
    );
    assert!(received[2].starts_with("GET /search?token=x3 "), "{}", received[2]);
}

#[test]
fn a_page_is_followed_by_a_link_in_any_case_and_by_the_header() {
    let by_case = page(r#"{"rel":"NEXT","href":"search?page=2"}"#);
    let header = "200 OK\r\nLink: <{root}/>; rel=self\r\nLink: </search?page=3>; rel=\"Next\"";
    let (received, found) = search_with(&[
        ("200 OK", &by_case),
        (header, &page_of("b", "")),
        ("200 OK", &page_of("c", "")),
    ]);
    assert_eq!(found.unwrap().len(), 3);
    assert!(received[1].starts_with("GET /search?page=2 "), "{}", received[1]);
    assert!(received[2].starts_with("GET /search?page=3 "), "{}", received[2]);
}

#[test]
fn scenes_of_the_last_page_that_were_not_requested_are_known() {
    let stray =
        page_of("b", "").replace(r#""properties""#, r#""collection":"landsat-c2-l2","properties""#);
    let (root, _) =
        answers(&[("200 OK", &page(r#"{"rel":"next","href":"?page=2"}"#)), ("200 OK", &stray)]);
    let found = api(&root, None).find(&search()).unwrap();
    let unrequested = found.unrequested.unwrap();
    assert_eq!((found.items.len(), unrequested.count, unrequested.of), (1, 1, 2));
}

#[test]
fn a_transient_error_is_retried() {
    let answers = [
        ("503 Service Unavailable", "busy"),
        ("429 Too Many Requests\r\nRetry-After: 0", ""),
        ("200 OK", &page("")),
    ];
    let (received, found) = search_with(&answers);
    assert_eq!((received.len(), found.unwrap().len()), (3, 1));
}

#[test]
fn what_the_catalogue_counts_and_does_not_send_is_known() {
    let (root, _) =
        answers(&[("200 OK", &page("").replace("\"links\"", "\"numberMatched\":2,\"links\""))]);
    let lacking = api(&root, None).find(&search()).unwrap().lacking.unwrap();
    assert_eq!((lacking.matched, lacking.received), (2, 1));
}

#[test]
fn a_collection_in_other_case_is_found() {
    let nothing = r#"{"features":[]}"#;
    let list = r#"{"collections":[{"id":"Sentinel-2-L2A"}]}"#;
    let (received, found) =
        search_with(&[("200 OK", nothing), ("200 OK", list), ("200 OK", &page(""))]);
    assert_eq!(found.unwrap().len(), 1);
    assert!(received[1].starts_with("GET /collections "), "{}", received[1]);
    assert!(received[2].contains("Sentinel-2-L2A"), "{}", received[2]);
}

fn check_error(answers: &[(&str, &str)], parts: &[&str]) {
    let message = format!("{:#}", search_with(answers).1.unwrap_err());
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn a_bad_answer_names_url_and_cause_and_quotes_nothing() {
    let check = |answer: (&str, &str), parts: &[&str]| {
        let message = format!("{:#}", search_with(&[answer]).1.unwrap_err());
        for part in parts {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
        assert!(!message.contains("SECRET"), "{message}");
    };
    check(("404 SECRET\r\nX-Secret: SECRET", "SECRET"), &["/search", "404"]);
    check(("200 OK", "<html>SECRET</html>"), &["/search", "JSON", "line 1"]);
    check(("200 OK", r#"{"features":[{"SECRET"#), &["/search", "JSON"]);
    check(("200 OK", r#"{"code":"SECRET"}"#), &["/search", "STAC", "features"]);
    check(("200 OK", r#"{"features":"SECRET"}"#), &["/search", "STAC", "features"]);
    check(
        ("200 OK", r#"{"features":[{"id":"SECRET"}]}"#),
        &["/search", "STAC", "none of its items", "properties"],
    );
    check(("200 OK\r\nContent-Encoding: gzip", "SECRET"), &["/search", "compressed"]);
    check(("302 Found\r\nLocation: file:///SECRET", "SECRET"), &["/search", "redirects elsewhere"]);
    check(("302 Found", "SECRET"), &["/search", "does not say where to"]);
}

#[test]
fn pages_in_a_circle_end() {
    let circle = page(r#"{"rel":"next","href":"{root}/search?page=1"}"#);
    check_error(&[("200 OK", &circle), ("200 OK", &circle)], &["/search?page=1", "circle"]);
}

#[test]
fn hrefs_may_be_relative_to_their_page() {
    let item = r#"{"id":"a","properties":{},"assets":{"nir08":{"href":"../scenes/B8A.tif"},
        "swir22":{"href":"/etc/passwd"},"scl":{"href":"file:///etc/passwd"},"red":{"href":"/vsicurl/http://x/y"}}}"#;
    let (root, _) = answers(&[("200 OK", &format!(r#"{{"features":[{item}]}}"#))]);
    let item = api(&format!("{root}/v1"), None).find(&search()).unwrap().items.remove(0);
    let href = |key: &str| item.assets[key].href.clone();
    assert_eq!(href("nir08"), format!("{root}/scenes/B8A.tif"));
    // What looks like a path of this machine is one of the catalogue's server.
    assert_eq!(href("swir22"), format!("{root}/etc/passwd"));
    assert_eq!(href("red"), "http://x/y");
    assert_eq!(href("scl"), "file:///etc/passwd");
}

#[test]
fn a_permanent_error_is_not_retried() {
    for answer in [
        "400 Bad Request",
        "403 Forbidden",
        "302 Found\r\nLocation: http://127.0.0.2:1/",
        "204 No Content",
    ] {
        let (received, found) = search_with(&[(answer, ""), ("200 OK", &page(""))]);
        assert!(found.is_err() && received.len() == 1, "{answer}: {received:?}");
    }
}

#[test]
fn redirects_on_the_own_origin_are_followed_but_not_without_end() {
    let to = |place: &str| format!("307 Temporary Redirect\r\nLocation: {place}");
    let (received, found) = search_with(&[
        (&to("/v2/search"), ""),
        ("303 See Other\r\nLocation: result?id=7", ""),
        ("200 OK", &page("")),
    ]);
    assert_eq!(found.unwrap().len(), 1);
    assert!(
        received[1].starts_with("POST /v2/search ") && received[1].contains("sentinel-2-l2a"),
        "{}",
        received[1]
    );
    assert!(received[2].starts_with("GET /v2/result?id=7 "), "{}", received[2]);
    let again = to("/search");
    let (received, found) = search_with(&[(again.as_str(), ""); 20]);
    assert!(
        format!("{:#}", found.unwrap_err()).contains("redirects more than 5 times")
            && received.len() == 6
    );
}

#[test]
fn a_next_page_on_another_host_is_not_requested() {
    let (other, received) = answers(&[("200 OK", "SECRET")]);
    for link in [
        format!(r#"{{"rel":"next","href":"{other}/admin","method":"POST","body":{{"cmd":"x"}}}}"#),
        format!(r#"{{"rel":"next","href":"{other}/latest/meta-data"}}"#),
    ] {
        let (_, found) = search_with(&[("200 OK", &page(&link))]);
        let message = format!("{:#}", found.unwrap_err());
        assert!(message.contains("catalogue_hosts") && !message.contains(&other), "{message}");
    }
    let redirect = format!("302 Found\r\nLocation: {other}/");
    assert!(
        format!("{:#}", search_with(&[(&redirect, "")]).1.unwrap_err())
            .contains("redirects elsewhere")
    );
    assert_eq!(received.all(), [""; 0]);
}

#[test]
fn an_odd_item_does_not_lose_its_page() {
    let odd = format!(r#"{{"features":[{{"id":"odd","properties":7}},{ITEM}]}}"#);
    let (_, found) = search_with(&[("200 OK", &odd)]);
    assert_eq!(found.unwrap().iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["a"]);
}

const SIGNED_ITEM: &str = r#"{"features":[{"id":"a","collection":"landsat-c2-l2",
    "properties":{"datetime":"2025-06-12T18:50:00Z"},"assets":{
    "nir08":{"href":"https://landsateuwest.blob.core.windows.net/B5.TIF"},
    "swir22":{"href":"https://example.org/B5.TIF"}}}]}"#;
const TOKEN: &str = r#"{"msft:expiry":"2999-01-01T00:00:00Z","token":"se=2999&sig=x"}"#;
const TOKEN_OVER: &str = r#"{"msft:expiry":"2021-01-01T00:00:00Z","token":"se=2021&sig=x"}"#;

/// What the server of the tokens received, and the outcome of the search.
fn signed(tokens: &[(&str, &str)]) -> (ReceivedRequests, Result<Vec<Item>>) {
    let (root, _) = answers(&[("200 OK", SIGNED_ITEM)]);
    let (token_root, received) = answers(tokens);
    let catalogue = api(&root, Some(&format!("{token_root}/sas/v1/token/")));
    let found = catalogue.find(&search_of("landsat-c2-l2")).map(|found| found.items);
    (received, found)
}

#[test]
fn files_that_open_with_a_token_are_signed_and_no_others() {
    let (received, found) = signed(&[("200 OK", TOKEN)]);
    let item = found.unwrap().remove(0);
    assert_eq!(
        item.assets["nir08"].href,
        "https://landsateuwest.blob.core.windows.net/B5.TIF?se=2999&sig=x"
    );
    assert_eq!(item.assets["swir22"].href, "https://example.org/B5.TIF");
    assert!(received.all()[0].starts_with("GET /sas/v1/token/landsat-c2-l2 "));
}

#[test]
fn a_token_request_is_retried_as_a_search_is() {
    let (received, found) =
        signed(&[("503 Service Unavailable", ""), ("200 OK", TOKEN_OVER), ("200 OK", TOKEN)]);
    assert_eq!((found.unwrap().len(), received.all().len()), (1, 3));
}

#[test]
fn without_a_token_the_error_names_endpoint_and_cause() {
    let check = |answers: &[(&str, &str)], cause: &str| {
        let message = format!("{:#}", signed(answers).1.unwrap_err());
        for part in ["/sas/v1/token/landsat-c2-l2", "do not open", cause] {
            assert!(
                message.contains(part) && !message.contains("SECRET"),
                "`{part}` is not in: {message}"
            );
        }
    };
    check(&[("404 Not Found", "no such collection")], "it answers 404");
    check(&[("200 OK", "<html>SECRET</html>")], "not with a token");
    check(&[("200 OK", r#"{"msft:expiry":"SECRET","token":"SECRET"}"#)], "not with a token");
    check(&[("200 OK", TOKEN_OVER); 7], "ended at 2021-01-01");
}
