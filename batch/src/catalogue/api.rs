//! A catalogue behind a STAC API: searched page by page, patiently.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use anyhow::{Context, Result};
use backon::{BlockingRetryable, ExponentialBuilder};
use chrono::{DateTime, Utc};
use dragonfly_core::stac::{Item, ItemCollection, Page, Pages, Search, Token, TokenEndpoint, token_endpoint};
use serde_json::Value;

/// Attempts after the first.
const RETRIES: usize = 6;
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
const TIMEOUT: Duration = Duration::from_secs(60);
/// The largest page that is read, bytes.
const LARGEST_PAGE: u64 = 256 << 20;

/// A STAC API.
pub(crate) struct Api {
    root: String,
    /// Where the files open only with a token.
    tokens: Option<TokenEndpoint>,
    agent: ureq::Agent,
    first_pause: Duration,
}

/// A request that brought nothing.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}")]
    Transport(#[from] ureq::Error),
    #[error("it answers {status}{}", said(.text))]
    Status { status: u16, text: String, retry_after: Option<Duration> },
    #[error("it does not answer with a token, but{}", said(.0))]
    NoToken(String),
    #[error("its token ended at {0}: is this machine's clock right?")]
    TokenOver(DateTime<Utc>),
}

impl Fault {
    fn is_passing(&self) -> bool {
        match self {
            Self::Transport(error) => !matches!(error, ureq::Error::BadUri(_) | ureq::Error::BodyExceedsLimit(_)),
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::NoToken(_) => false,
            // A cache that is behind.
            Self::TokenOver(_) => true,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Transport(_) | Self::NoToken(_) | Self::TokenOver(_) => None,
            Self::Status { retry_after, .. } => *retry_after,
        }
    }
}

impl Api {
    /// An API by its root. Its token endpoint is known, unless another is named.
    pub(super) fn new(root: &str, token_url: Option<&str>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("dragonfly/", env!("CARGO_PKG_VERSION"), " (burn-severity maps)"))
            .build();
        Self {
            root: root.trim_end_matches('/').to_owned(),
            tokens: token_url.map(TokenEndpoint::at).or_else(|| token_endpoint(root)),
            agent: agent.into(),
            first_pause: Duration::from_secs(1),
        }
    }

    /// All items that answer a search, their addresses signed where files open only with a token.
    pub(super) fn find(&self, search: &Search) -> Result<Vec<Item>> {
        let mut pages = Pages::of(search, &self.root);
        let mut items = Vec::new();
        while let Some(page) = pages.next_page()? {
            let url = page.url().to_owned();
            let text = self
                .patiently(&url, || self.fetch_once(&page))
                .with_context(|| format!("the catalogue {url} does not answer"))?;
            let answer: Value = serde_json::from_str(&text)
                .with_context(|| format!("the catalogue {url} does not answer in JSON, but{}", said(&text)))?;
            pages.answered(&answer);
            let read: ItemCollection = serde_path_to_error::deserialize(answer)
                .with_context(|| format!("the catalogue {url} does not answer as STAC does"))?;
            for unread in read.unread {
                tracing::warn!(url, "{unread}; going on without it");
            }
            items.extend(read.features);
        }
        self.sign(&mut items)?;
        Ok(items)
    }

    /// Signs the addresses that need it, with a token for each collection: new for every search, as tokens last an
    /// hour. Gives the last address that was asked for one.
    pub(super) fn sign(&self, items: &mut [Item]) -> Result<Option<String>> {
        let Some(endpoint) = &self.tokens else { return Ok(None) };
        let mut asked = None;
        let mut tokens: BTreeMap<String, Token> = BTreeMap::new();
        for item in items.iter_mut().filter(|item| item.asks_for_token()) {
            let collection = item.collection.clone().unwrap_or_default();
            let token = match tokens.entry(collection) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let url = endpoint.url(place.key());
                    let token = self.token(&url).with_context(|| {
                        format!("{url} gives no token, and without one the catalogue's files do not open")
                    })?;
                    asked = Some(url);
                    place.insert(token)
                }
            };
            for href in item.hrefs_mut() {
                *href = token.signed(href);
            }
        }
        Ok(asked)
    }

    fn token(&self, url: &str) -> Result<Token, Fault> {
        let page = Page::Get { url: url.to_owned() };
        self.patiently(url, || {
            let text = self.fetch_once(&page)?;
            let token: Token = serde_json::from_str(&text).map_err(|_| Fault::NoToken(text))?;
            if token.expiry > Utc::now() { Ok(token) } else { Err(Fault::TokenOver(token.expiry)) }
        })
    }

    /// Asks, and asks again after what passes: lost connections, 408, 425, 429, 5xx.
    fn patiently<T>(&self, url: &str, once: impl Fn() -> Result<T, Fault>) -> Result<T, Fault> {
        let pauses = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(self.first_pause)
            .with_max_delay(LONGEST_PAUSE)
            .with_max_times(RETRIES);
        once.retry(pauses)
            .when(Fault::is_passing)
            .notify(|fault: &Fault, pause| {
                let asked_for = fault.retry_after().unwrap_or_default().max(pause);
                tracing::warn!(url, "{fault}; asking again in {:.1} s", asked_for.as_secs_f64());
                // backon sleeps its own pause; what the server asks for beyond it is slept here.
                std::thread::sleep(asked_for - pause);
            })
            .call()
    }

    fn fetch_once(&self, page: &Page) -> Result<String, Fault> {
        let mut answer = match page {
            Page::Get { url } => self.agent.get(url).call()?,
            Page::Post { url, body } => {
                self.agent.post(url).header("content-type", "application/json").send(body.to_string())?
            }
        };
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get("retry-after").and_then(|value| pause_from_header(value.to_str().ok()?));
        let text = answer.body_mut().with_config().limit(LARGEST_PAGE).read_to_string()?;
        if status == 200 { Ok(text) } else { Err(Fault::Status { status, text, retry_after }) }
    }
}

/// `Retry-After`: seconds, or a date.
pub(crate) fn pause_from_header(text: &str) -> Option<Duration> {
    let seconds = match text.trim().parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let until = DateTime::parse_from_rfc2822(text.trim()).ok()?;
            u64::try_from((until.with_timezone(&Utc) - Utc::now()).num_seconds()).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// The beginning of what a server said, on one line.
fn said(text: &str) -> String {
    const LONGEST: usize = 120;
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    if line.is_empty() { String::new() } else { format!(": {line}") }
}

#[cfg(test)]
mod tests {
    use super::super::loopback::{Heard, answers};
    use super::*;

    const ITEM: &str = r#"{"id":"a","properties":{"datetime":"2025-06-12T18:50:00Z"}}"#;

    /// What a server with these answers was asked, and the outcome.
    fn asked(given: &[(&str, &str)]) -> (Vec<String>, Result<Vec<Item>>) {
        let (root, heard) = answers(given);
        let found = api(&root, None).find(&search());
        (heard.asked(), found)
    }

    fn api(root: &str, token_url: Option<&str>) -> Api {
        Api { first_pause: Duration::from_millis(1), ..Api::new(&format!("{root}/"), token_url) }
    }

    fn search() -> Search {
        Search { collections: vec!["sentinel-2-l2a".to_owned()], ..Search::default() }
    }

    fn page(links: &str) -> String {
        format!(r#"{{"type":"FeatureCollection","features":[{ITEM}],"links":[{links}]}}"#)
    }

    #[test]
    fn pages_are_followed_by_get_and_by_post() {
        let by_post =
            page(r#"{"rel":"next","href":"{root}/search","method":"POST","body":{"token":"x2"},"merge":true}"#);
        let by_get = page(r#"{"rel":"next","href":"{root}/search?token=x3"}"#);
        let (heard, found) = asked(&[("200 OK", &by_post), ("200 OK", &by_get), ("200 OK", &page(""))]);
        assert_eq!(found.unwrap().len(), 3);
        assert!(heard[0].starts_with("POST /search ") && heard[0].contains("dragonfly/"), "{}", heard[0]);
        assert!(heard[1].contains(r#""token":"x2""#) && heard[1].contains("sentinel-2-l2a"), "{}", heard[1]);
        assert!(heard[2].starts_with("GET /search?token=x3 "), "{}", heard[2]);
    }

    #[test]
    fn what_passes_is_asked_again() {
        let answers = [
            ("503 Service Unavailable", "busy"),
            ("429 Too Many Requests\r\nRetry-After: 0", ""),
            ("200 OK", &page("")),
        ];
        let (heard, found) = asked(&answers);
        assert_eq!((heard.len(), found.unwrap().len()), (3, 1));
    }

    fn check_error(answers: &[(&str, &str)], parts: &[&str]) {
        let message = format!("{:#}", asked(answers).1.unwrap_err());
        for part in parts {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
    }

    #[test]
    fn a_bad_answer_names_url_and_cause() {
        check_error(&[("404 Not Found", "no such page")], &["/search", "404", "no such page"]);
        check_error(&[("200 OK", "<html>Welcome</html>")], &["/search", "JSON", "<html>Welcome"]);
        check_error(&[("200 OK", r#"{"features":[{"#)], &["/search", "JSON"]);
        check_error(&[("200 OK", r#"{"code":"NotFound"}"#)], &["/search", "STAC", "features"]);
        check_error(&[("200 OK", r#"{"features":[{"id":"a"}]}"#)], &["/search", "STAC", "item a", "properties"]);
    }

    #[test]
    fn pages_in_a_circle_end() {
        let circle = page(r#"{"rel":"next","href":"{root}/search?page=1"}"#);
        check_error(&[("200 OK", &circle), ("200 OK", &circle)], &["/search?page=1", "circle"]);
    }

    #[test]
    fn a_pause_is_seconds_or_a_date() {
        assert_eq!(pause_from_header("7"), Some(Duration::from_secs(7)));
        assert_eq!(pause_from_header("100000"), Some(LONGEST_PAUSE));
        assert_eq!(pause_from_header("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(pause_from_header("soon"), None);
    }

    #[test]
    fn an_odd_item_does_not_lose_its_page() {
        let odd = format!(r#"{{"features":[{{"id":"odd","properties":7}},{ITEM}]}}"#);
        let (_, found) = asked(&[("200 OK", &odd)]);
        assert_eq!(found.unwrap().iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["a"]);
    }

    const SIGNED_ITEM: &str = r#"{"features":[{"id":"a","collection":"landsat-c2-l2",
        "properties":{"datetime":"2025-06-12T18:50:00Z"},"assets":{
        "nir08":{"href":"https://landsateuwest.blob.core.windows.net/B5.TIF"},
        "elsewhere":{"href":"https://example.org/B5.TIF"}}}]}"#;
    const TOKEN: &str = r#"{"msft:expiry":"2999-01-01T00:00:00Z","token":"se=2999&sig=x"}"#;
    const TOKEN_OVER: &str = r#"{"msft:expiry":"2021-01-01T00:00:00Z","token":"se=2021&sig=x"}"#;

    /// What the servers of the search and of its tokens were asked, and the outcome.
    fn signed(tokens: &[(&str, &str)]) -> (Heard, Result<Vec<Item>>) {
        let (root, _) = answers(&[("200 OK", SIGNED_ITEM)]);
        let (token_root, heard) = answers(tokens);
        let found = api(&root, Some(&format!("{token_root}/sas/v1/token/"))).find(&search());
        (heard, found)
    }

    #[test]
    fn files_that_open_with_a_token_are_signed_and_no_others() {
        let (heard, found) = signed(&[("200 OK", TOKEN)]);
        let item = found.unwrap().remove(0);
        assert_eq!(item.assets["nir08"].href, "https://landsateuwest.blob.core.windows.net/B5.TIF?se=2999&sig=x");
        assert_eq!(item.assets["elsewhere"].href, "https://example.org/B5.TIF");
        assert!(heard.asked()[0].starts_with("GET /sas/v1/token/landsat-c2-l2 "));
    }

    #[test]
    fn a_token_is_asked_for_as_patiently_as_scenes() {
        let (heard, found) = signed(&[("503 Service Unavailable", ""), ("200 OK", TOKEN_OVER), ("200 OK", TOKEN)]);
        assert_eq!((found.unwrap().len(), heard.asked().len()), (1, 3));
    }

    #[test]
    fn without_a_token_the_error_names_endpoint_and_cause() {
        let check = |answers: &[(&str, &str)], cause: &str| {
            let message = format!("{:#}", signed(answers).1.unwrap_err());
            for part in ["/sas/v1/token/landsat-c2-l2", "do not open", cause] {
                assert!(message.contains(part), "`{part}` is not in: {message}");
            }
        };
        check(&[("404 Not Found", "no such collection")], "404: no such collection");
        check(&[("200 OK", "<html>Welcome</html>")], "no token, and");
        check(&[("200 OK", "<html>Welcome</html>")], "<html>Welcome");
        check(&[("200 OK", TOKEN_OVER); RETRIES + 1], "ended at 2021-01-01");
    }
}
