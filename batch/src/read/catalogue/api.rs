//! A catalogue behind a STAC API: searched page by page.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, Utc};
use dragonfly_core::stac::{
    Item, ItemCollection, ItemSearch, MAX_PAGE_BYTES, SearchPage, SearchPages, Token,
    TokenEndpoint, shown, token_endpoint, without_token,
};
use ureq::http::Method;

use crate::http::{self, Client, HttpError, HttpRequest, Response, Retries, Scope, joined};
use crate::nightly::deadline::DeadlineError;

/// The largest answer of a token endpoint that is read, bytes.
const MAX_TOKEN_BYTES: u64 = 64 << 10;

/// A STAC API.
pub(crate) struct ApiCatalogue {
    root: String,
    /// Where the files open only with a token.
    tokens: Option<TokenEndpoint>,
    client: Client,
    retries: Retries,
}

/// A token that was not given.
#[derive(Debug, thiserror::Error)]
enum TokenError {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("it answers, but not with a token; the log shows the beginning of the answer")]
    NoToken,
    #[error("its token ended at {0}: is this machine's clock right?")]
    TokenOver(DateTime<Utc>),
}

impl From<DeadlineError> for TokenError {
    fn from(over: DeadlineError) -> Self {
        Self::Http(over.into())
    }
}

impl http::RetryableError for TokenError {
    fn attempts(&self, passing: usize) -> usize {
        match self {
            Self::Http(error) => error.attempts(passing),
            Self::NoToken => 1,
            // A cache that is behind.
            Self::TokenOver(_) => passing,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Http(error) => error.retry_after(),
            Self::NoToken | Self::TokenOver(_) => None,
        }
    }
}

impl ApiCatalogue {
    /// An API by its root. Its token endpoint is known, unless another is named.
    pub(super) fn new(root: &str, token_url: Option<&str>, client: Client) -> Self {
        Self {
            root: root.trim_end_matches('/').to_owned(),
            tokens: token_url.map(TokenEndpoint::at).or_else(|| token_endpoint(root)),
            client,
            retries: Retries::CATALOGUE,
        }
    }

    /// All items that answer a search, their addresses absolute, and signed where files open only
    /// with a token.
    pub(super) fn find(&self, search: &ItemSearch) -> Result<Vec<Item>> {
        let mut pages = SearchPages::of(search, &self.root, self.client.policy().clone());
        let mut items = Vec::new();
        while let Some(page) = pages.next_page().map_err(|error| self.explained(error.into()))? {
            let url = shown(page.url());
            let read = self.retries.run(self.client.deadline(), page.url(), || self.page(&page));
            let (from, body) = match read {
                Err(HttpError::Deadline(over)) => return Err(over.into()),
                read => read.with_context(|| format!("the catalogue {url} cannot be searched"))?,
            };
            let mut answer = ItemCollection::read(&body).map_err(|error| {
                tracing::warn!(url, "{error}: it begins {}", beginning(&body));
                anyhow!("the catalogue {url} does not answer as STAC does: {error}")
            })?;
            drop(body);
            warn_of_unread(&answer, &url);
            pages.answered(&mut answer)?;
            for href in answer.features.iter_mut().flat_map(Item::hrefs_mut) {
                if is_relative(href)
                    && let Some(absolute) = joined(&from, href)
                {
                    *href = absolute;
                }
            }
            items.extend(answer.features);
        }
        self.sign(&mut items)?;
        Ok(items)
    }

    /// An error with the catalogue's name.
    fn explained(&self, error: anyhow::Error) -> anyhow::Error {
        error.context(format!("the search of {} stops", shown(&self.root)))
    }

    /// Signs the addresses that need it, with a token for each collection: new for every search, as
    /// tokens last an hour. Returns the last address that
    /// one was requested from.
    pub(super) fn sign(&self, items: &mut [Item]) -> Result<Option<String>> {
        let Some(endpoint) = &self.tokens else { return Ok(None) };
        let mut requested = None;
        let mut tokens: BTreeMap<String, Token> = BTreeMap::new();
        for item in items.iter_mut().filter(|item| item.asks_for_token()) {
            let collection = item.collection.clone().unwrap_or_default();
            let token = match tokens.entry(collection) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let url = endpoint.url(place.key());
                    let token = match self.token(&url) {
                        Err(TokenError::Http(HttpError::Deadline(over))) => return Err(over.into()),
                        token => token.with_context(|| {
                            format!(
                                "{url} gives no token, and without one the catalogue's files \
                                do not open"
                            )
                        })?,
                    };
                    requested = Some(url);
                    place.insert(token)
                }
            };
            for href in item.hrefs_mut() {
                *href = token.signed(href);
            }
        }
        Ok(requested)
    }

    fn token(&self, url: &str) -> Result<Token, TokenError> {
        self.retries.run(self.client.deadline(), url, || {
            let answer = succeeded(self.client.send(&HttpRequest::get(Scope::Configured, url))?)?;
            let body = answer.read_body(MAX_TOKEN_BYTES)?;
            // No part of the answer is shown: a token may stand where none is expected.
            let token: Token = serde_json::from_slice(&body).map_err(|_| TokenError::NoToken)?;
            if token.expiry > Utc::now() {
                Ok(token)
            } else {
                Err(TokenError::TokenOver(token.expiry))
            }
        })
    }

    /// Where a page came from in the end, and its text.
    fn page(&self, page: &SearchPage) -> Result<(String, Vec<u8>), HttpError> {
        let headers = [("content-type", "application/json")];
        let request = match page {
            SearchPage::Get { url } => HttpRequest::get(Scope::Catalogue, url),
            SearchPage::Post { url, body } => HttpRequest {
                scope: Scope::Catalogue,
                method: &Method::POST,
                url,
                headers: &headers,
                body,
            },
        };
        let answer = succeeded(self.client.send(&request)?)?;
        let from = answer.url().to_owned();
        Ok((from, answer.read_body(MAX_PAGE_BYTES as u64)?))
    }
}

/// An answer with status 200. The beginning of any other goes to the log alone.
fn succeeded(answer: Response) -> Result<Response, HttpError> {
    if answer.status() == 200 {
        return Ok(answer);
    }
    let error = answer.status_error();
    let url = shown(without_token(answer.url()));
    let mut body = Vec::new();
    // The outcome does not matter: the answer is an error already.
    let mut answer = answer;
    let _ = answer.read_into(&mut body, SHOWN_BYTES as u64);
    tracing::warn!(url, "{error}: it begins {}", beginning(&body));
    Err(error)
}

/// Bytes of an answer of which the log shows the beginning.
const SHOWN_BYTES: usize = 512;

/// The beginning of an answer, for the log.
fn beginning(body: &[u8]) -> String {
    shown(&String::from_utf8_lossy(&body[..body.len().min(SHOWN_BYTES)]))
}

/// Logs the items that cannot be read.
pub(super) fn warn_of_unread(answer: &ItemCollection, catalogue: &str) {
    for unread in &answer.unread {
        tracing::warn!(catalogue, "{unread}; going on without it");
    }
    let more = answer.unread_count - answer.unread.len();
    if more > 0 {
        tracing::warn!(catalogue, "{more} more items cannot be read; going on without them");
    }
}

/// Makes the hrefs absolute that are relative to the page that names them.
pub(crate) fn resolve_hrefs(items: &mut [Item], page_url: &str) {
    for href in items.iter_mut().flat_map(Item::hrefs_mut) {
        if is_relative(href)
            && let Some(absolute) = joined(page_url, href)
        {
            *href = absolute;
        }
    }
}

/// Whether an href is relative to its page: a path without a scheme that does not begin at the root
/// of a machine.
fn is_relative(href: &str) -> bool {
    !href.is_empty() && !href.starts_with(['/', '\\']) && !href.contains(':')
}

#[cfg(test)]
mod tests {
    use dragonfly_core::stac::AddressPolicy;

    use super::*;
    use crate::http::RequestLimits;
    use crate::http::loopback::{ReceivedRequests, answers};
    use crate::nightly::deadline::Deadline;

    const ITEM: &str = r#"{"id":"a","properties":{"datetime":"2025-06-12T18:50:00Z"}}"#;

    /// What a server with these answers received, and the outcome.
    fn search_with(given: &[(&str, &str)]) -> (Vec<String>, Result<Vec<Item>>) {
        let (root, received) = answers(given);
        let found = api(&root, None).find(&search());
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
        ItemSearch { collections: vec!["sentinel-2-l2a".to_owned()], ..ItemSearch::default() }
    }

    fn page(links: &str) -> String {
        format!(r#"{{"type":"FeatureCollection","features":[{ITEM}],"links":[{links}]}}"#)
    }

    #[test]
    fn pages_are_followed_by_get_and_by_post() {
        let by_post = page(
            r#"{"rel":"next","href":"{root}/search","method":"POST","body":{"token":"x2"},"merge":true}"#,
        );
        let by_get = page(r#"{"rel":"next","href":"{root}/search?token=x3"}"#);
        let (received, found) =
            search_with(&[("200 OK", &by_post), ("200 OK", &by_get), ("200 OK", &page(""))]);
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
    fn a_transient_error_is_retried() {
        let answers = [
            ("503 Service Unavailable", "busy"),
            ("429 Too Many Requests\r\nRetry-After: 0", ""),
            ("200 OK", &page("")),
        ];
        let (received, found) = search_with(&answers);
        assert_eq!((received.len(), found.unwrap().len()), (3, 1));
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
        check(
            ("302 Found\r\nLocation: file:///SECRET", "SECRET"),
            &["/search", "redirects elsewhere"],
        );
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
        let item = api(&format!("{root}/v1"), None).find(&search()).unwrap().remove(0);
        let href = |key: &str| item.assets[key].href.clone();
        assert_eq!(href("nir08"), format!("{root}/scenes/B8A.tif"));
        for (key, kept) in [
            ("swir22", "/etc/passwd"),
            ("scl", "file:///etc/passwd"),
            ("red", "/vsicurl/http://x/y"),
        ] {
            assert_eq!(href(key), kept, "no path of this machine becomes an address");
        }
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
            format!(
                r#"{{"rel":"next","href":"{other}/admin","method":"POST","body":{{"cmd":"x"}}}}"#
            ),
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
        let found = api(&root, Some(&format!("{token_root}/sas/v1/token/"))).find(&search());
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
}
