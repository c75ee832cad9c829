//! The catalogue of scenes: a STAC API, searched page by page, patiently.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dragonfly_core::stac::{Circle, Item, ItemCollection, Page, Pages, Search, Token, TokenEndpoint, token_endpoint};
use serde_json::Value;

use crate::cache::ByteCache;
use crate::transport::Unreachable;

/// Asks for pages of text: by the browser, or by a double in tests.
pub trait Web {
    /// Asks for a page; done when all of it is there, whatever its status.
    fn ask(&self, page: &Page) -> impl Future<Output = Result<WebAnswer, Unreachable>>;

    /// Lets time pass.
    fn pause(&self, time: Duration) -> impl Future<Output = ()>;
}

/// A page's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebAnswer {
    /// Such as 200.
    pub status: u16,
    /// The body.
    pub text: String,
    /// Retry-After, where visible.
    pub retry_after: Option<String>,
}

/// A catalogue that does not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// No answer.
    #[error("the catalogue {url}: {cause}")]
    Unreachable {
        /// Address.
        url: String,
        /// What the browser says.
        cause: Unreachable,
    },
    /// An answer other than 200, also after several attempts.
    #[error("the catalogue {url} answers with status {status}{}", said(.text))]
    Status {
        /// Address.
        url: String,
        /// Status.
        status: u16,
        /// Body.
        text: String,
    },
    /// Something else than STAC.
    #[error("the catalogue {url} does not answer as STAC does: {cause}")]
    NotStac {
        /// Address.
        url: String,
        /// Why.
        cause: String,
    },
    /// Pages that do not end.
    #[error(transparent)]
    Circle(#[from] Circle),
    /// The token endpoint answers something else.
    #[error("{url} answers without a token: {cause}")]
    WithoutToken {
        /// Address.
        url: String,
        /// Why.
        cause: String,
    },
    /// A token that opens nothing any more.
    #[error("the token of {url} ended at {expiry}: perhaps the clock of this device is wrong")]
    TokenOver {
        /// Address.
        url: String,
        /// When.
        expiry: DateTime<Utc>,
    },
    /// No token, for one of these causes.
    #[error("the files open only with a token, and there is none: {0}")]
    NoToken(Box<CatalogueError>),
}

/// Tokens in hand, by the address that gave them. They are never written anywhere.
pub type Tokens = RefCell<BTreeMap<String, Token>>;

/// A STAC API. What it answered is kept, for when the reader is offline.
pub struct Catalogue<W, C> {
    web: W,
    cache: Rc<C>,
    root: String,
    tokens: Option<TokenEndpoint>,
}

/// Attempts for a page.
const ATTEMPTS: u32 = 5;
/// The pause after the first failure; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// No server may ask to wait longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// A token that ends sooner is not used again: nobody knows how long a reader's line takes.
const TOKEN_LASTS: TimeDelta = TimeDelta::minutes(15);

impl<W: Web, C: ByteCache> Catalogue<W, C> {
    /// An API by its root. Its token endpoint is known, unless another is named.
    pub fn new(web: W, cache: Rc<C>, root: &str, token_url: Option<&str>) -> Self {
        let tokens = token_url.map(TokenEndpoint::at).or_else(|| token_endpoint(root));
        Self { web, cache, root: root.to_owned(), tokens }
    }

    /// All items that answer a search. `on_page` hears how many there are so far.
    ///
    /// # Errors
    /// When the catalogue does not answer, or not as STAC does.
    pub async fn find(&self, search: &Search, mut on_page: impl FnMut(usize)) -> Result<Vec<Item>, CatalogueError> {
        let mut pages = Pages::of(search, &self.root);
        let mut items = Vec::new();
        while let Some(page) = pages.next_page()? {
            let not_stac = |cause: String| CatalogueError::NotStac { url: page.url().to_owned(), cause };
            let text = self.text(&page).await?;
            let answer: Value = serde_json::from_str(&text).map_err(|error| not_stac(error.to_string()))?;
            pages.answered(&answer);
            let read: ItemCollection = serde_json::from_value(answer).map_err(|error| not_stac(error.to_string()))?;
            items.extend(read.features);
            on_page(items.len());
        }
        Ok(items)
    }

    /// Signs the addresses that need it, with a token for each collection: one in hand, while it lasts.
    ///
    /// # Errors
    /// [`CatalogueError::NoToken`] when there is none to be had.
    pub async fn sign(&self, items: &mut [Item], tokens: &Tokens, now: DateTime<Utc>) -> Result<(), CatalogueError> {
        let Some(endpoint) = &self.tokens else { return Ok(()) };
        tokens.borrow_mut().retain(|_, token| token.expiry - now > TOKEN_LASTS);
        // What ends soon is good for this order.
        let mut own: BTreeMap<String, Token> = tokens.borrow().clone();
        for item in items.iter_mut().filter(|item| item.asks_for_token()) {
            let url = endpoint.url(item.collection.as_deref().unwrap_or_default());
            let token = match own.entry(url) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let token = self.token(place.key(), now).await;
                    place.insert(token.map_err(|error| CatalogueError::NoToken(Box::new(error)))?)
                }
            };
            item.hrefs_mut().for_each(|href| *href = token.signed(href));
        }
        tokens.replace(own);
        Ok(())
    }

    async fn token(&self, url: &str, now: DateTime<Utc>) -> Result<Token, CatalogueError> {
        let read = |text: String| {
            let token: Token = serde_json::from_str(&text).map_err(|error| {
                // JSON may hold a token where it is not looked for, and a token is not shown.
                let is_json = text.trim_start().starts_with('{');
                let cause = if is_json { error.to_string() } else { format!("{error}{}", said(&text)) };
                CatalogueError::WithoutToken { url: url.to_owned(), cause }
            })?;
            match token.expiry > now {
                true => Ok(token),
                false => Err(CatalogueError::TokenOver { url: url.to_owned(), expiry: token.expiry }),
            }
        };
        self.patiently(&Page::Get { url: url.to_owned() }, read).await
    }

    /// The text of a page; the one kept from before when there is no answer.
    async fn text(&self, page: &Page) -> Result<String, CatalogueError> {
        let key = match page {
            Page::Get { url } => url.clone(),
            Page::Post { url, body } => format!("{url}#{body}"),
        };
        // Kept as a range without end: nobody knows how long the text is.
        let whole = 0..u64::MAX;
        match self.patiently(page, Ok).await {
            Ok(text) => {
                self.cache.put(&key, &whole, text.as_bytes()).await;
                Ok(text)
            }
            Err(error @ CatalogueError::Unreachable { .. }) => {
                let kept = self.cache.get(&key, &whole).await;
                kept.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Asks, reads what is answered, and asks again after what passes.
    async fn patiently<T>(
        &self,
        page: &Page,
        read: impl Fn(String) -> Result<T, CatalogueError>,
    ) -> Result<T, CatalogueError> {
        let mut pause = FIRST_PAUSE;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let url = || page.url().to_owned();
            let (outcome, retry_after) = match self.web.ask(page).await {
                Ok(WebAnswer { status: 200, text, .. }) => (read(text), None),
                Ok(WebAnswer { status, text, retry_after }) => {
                    (Err(CatalogueError::Status { url: url(), status, text }), retry_after)
                }
                Err(cause) => (Err(CatalogueError::Unreachable { url: url(), cause }), None),
            };
            match outcome {
                Err(error) if attempt < error.attempts() => {}
                ended => return ended,
            }
            let asked_for = retry_after.and_then(|seconds| seconds.trim().parse().ok().map(Duration::from_secs));
            self.web.pause(asked_for.unwrap_or(pause).min(LONGEST_PAUSE)).await;
            pause *= 2;
        }
    }
}

impl CatalogueError {
    /// How often is asked before one gives up: often after what passes, twice for a lost connection.
    fn attempts(&self) -> u32 {
        match self {
            Self::Status { status: 408 | 425 | 429 | 500.., .. } | Self::TokenOver { .. } => ATTEMPTS,
            Self::Unreachable { .. } => 2,
            _ => 1,
        }
    }
}

/// The beginning of what a server said, on one line.
fn said(text: &str) -> String {
    const LONGEST: usize = 120;
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    if line.is_empty() { String::new() } else { format!(": {line}") }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::{HashMap, VecDeque};
    use std::ops::Range;

    use pollster::block_on;

    use super::*;

    /// Answers as written down beforehand; silent when there are no more.
    #[derive(Default)]
    struct Script {
        answers: RefCell<VecDeque<WebAnswer>>,
        asked: RefCell<Vec<Page>>,
        pauses: RefCell<Vec<Duration>>,
    }

    impl Web for Rc<Script> {
        async fn ask(&self, page: &Page) -> Result<WebAnswer, Unreachable> {
            self.asked.borrow_mut().push(page.clone());
            self.answers.borrow_mut().pop_front().ok_or(Unreachable("offline".to_owned()))
        }

        async fn pause(&self, time: Duration) {
            self.pauses.borrow_mut().push(time);
        }
    }

    #[derive(Default)]
    struct Kept(RefCell<HashMap<String, Vec<u8>>>);

    impl ByteCache for Kept {
        async fn get(&self, url: &str, _range: &Range<u64>) -> Option<Vec<u8>> {
            self.0.borrow().get(url).cloned()
        }

        async fn put(&self, url: &str, _range: &Range<u64>, bytes: &[u8]) {
            self.0.borrow_mut().insert(url.to_owned(), bytes.to_vec());
        }
    }

    fn page(id: &str, next: &str) -> WebAnswer {
        let item = format!(r#"{{"id":"{id}","properties":{{"datetime":"2025-06-12T18:50:00Z"}},"assets":{{}}}}"#);
        let links = if next.is_empty() { String::new() } else { format!(r#"{{"rel":"next","href":"{next}"}}"#) };
        WebAnswer { status: 200, text: format!(r#"{{"features":[{item}],"links":[{links}]}}"#), retry_after: None }
    }

    fn status(status: u16, retry_after: Option<&str>) -> WebAnswer {
        WebAnswer { status, text: "so it is".to_owned(), retry_after: retry_after.map(str::to_owned) }
    }

    fn found(script: &Rc<Script>, kept: &Rc<Kept>, answers: &[WebAnswer]) -> Result<Vec<String>, CatalogueError> {
        script.answers.borrow_mut().extend(answers.iter().cloned());
        let catalogue = Catalogue::new(Rc::clone(script), Rc::clone(kept), "http://catalogue/", None);
        let items = block_on(catalogue.find(&Search::default(), |_| {}))?;
        Ok(items.into_iter().map(|item| item.id).collect())
    }

    #[test]
    fn pages_are_followed_patiently_and_found_again_offline() {
        let (script, kept) = (Rc::new(Script::default()), Rc::new(Kept::default()));
        let answers = [page("a", "http://catalogue/2"), status(503, None), status(429, Some("7")), page("b", "")];
        assert_eq!(found(&script, &kept, &answers).unwrap(), ["a", "b"]);
        assert_eq!(script.pauses.take(), [FIRST_PAUSE, Duration::from_secs(7)]);
        assert_eq!(script.asked.borrow()[3].url(), "http://catalogue/2");
        assert_eq!(found(&script, &kept, &[]).unwrap(), ["a", "b"]);
    }

    fn check_error(answers: &[WebAnswer], part: &str) {
        let error = found(&Rc::default(), &Rc::default(), answers).unwrap_err().to_string();
        assert!(error.contains("http://catalogue/search") && error.contains(part), "{error}");
    }

    fn answer(text: &str) -> WebAnswer {
        WebAnswer { status: 200, text: text.to_owned(), retry_after: None }
    }

    fn token(expiry: &str) -> WebAnswer {
        answer(&format!(r#"{{"msft:expiry":"2026-07-01T{expiry}:00Z","token":"se={expiry}&sig=x"}}"#))
    }

    /// Where two scenes of a collection lie, signed at a time with what the endpoint answers.
    fn signed(
        script: &Rc<Script>,
        tokens: &Tokens,
        now: &str,
        answers: &[WebAnswer],
    ) -> Result<Vec<String>, CatalogueError> {
        script.answers.borrow_mut().extend(answers.iter().cloned());
        let (kept, endpoint) = (Rc::new(Kept::default()), Some("http://sas/token/"));
        let catalogue = Catalogue::new(Rc::clone(script), Rc::clone(&kept), "http://catalogue/", endpoint);
        let item = r#"{"id":"a","collection":"landsat-c2-l2","properties":{},"assets":{
            "nir08":{"href":"https://a.blob.core.windows.net/B5.TIF"},"b":{"href":"https://example.org/B5.TIF"}}}"#;
        let mut items: Vec<Item> = vec![serde_json::from_str(item).unwrap(), serde_json::from_str(item).unwrap()];
        let now = format!("2026-07-01T{now}:00Z").parse().unwrap();
        let outcome = block_on(catalogue.sign(&mut items, tokens, now));
        assert!(kept.0.borrow().is_empty(), "a token is written nowhere");
        outcome.map(|()| items.iter_mut().flat_map(Item::hrefs_mut).map(|href| href.clone()).collect())
    }

    #[test]
    fn a_collection_has_one_token_while_it_lasts() {
        let (script, tokens) = (Rc::new(Script::default()), Tokens::default());
        let sign = |now, answers: &[WebAnswer]| signed(&script, &tokens, now, answers).unwrap();
        let with = |expiry: &str| {
            let own = format!("https://a.blob.core.windows.net/B5.TIF?se={expiry}&sig=x");
            let one = ["https://example.org/B5.TIF".to_owned(), own];
            let mut two = [one.clone(), one].concat();
            two.sort();
            two
        };
        let sorted = |mut hrefs: Vec<String>| {
            hrefs.sort();
            hrefs
        };
        assert_eq!(sorted(sign("10:00", &[status(503, None), token("09:00"), token("11:00")])), with("11:00"));
        assert_eq!(sorted(sign("10:30", &[])), with("11:00"));
        assert_eq!(sorted(sign("10:50", &[token("10:55")])), with("10:55"), "one that ends soon is used once");
        assert_eq!(sorted(sign("10:50", &[token("12:00")])), with("12:00"));
        let asked = script.asked.borrow();
        assert_eq!(asked.len(), 5);
        assert!(asked.iter().all(|page| page.url() == "http://sas/token/landsat-c2-l2"));
    }

    #[test]
    fn an_endpoint_without_a_token_is_named_and_no_token_shown() {
        let check = |answers: &[WebAnswer], part: &str| {
            let error = signed(&Rc::default(), &Tokens::default(), "10:00", answers).unwrap_err().to_string();
            assert!(error.contains("only with a token") && error.contains("http://sas/token/landsat-c2-l2"), "{error}");
            assert!(error.contains(part) && !error.contains("sig="), "{error}");
        };
        check(&[status(404, None)], "status 404: so it is");
        check(&[], "no answer (offline)");
        check(&[answer("<html>Welcome</html>")], "<html>Welcome");
        check(&[answer(r#"{"token":"se=1&sig=x"}"#)], "msft:expiry");
        check(&vec![token("09:00"); 5], "ended at 2026-07-01 09:00:00 UTC");
    }

    #[test]
    fn a_catalogue_that_does_not_answer_is_named() {
        check_error(&[], "no answer (offline)");
        check_error(&[status(404, None)], "status 404: so it is");
        check_error(&vec![status(500, None); 5], "status 500");
        check_error(&[WebAnswer { status: 200, text: "<html>".to_owned(), retry_after: None }], "not answer as STAC");
        check_error(&[WebAnswer { status: 200, text: "{}".to_owned(), retry_after: None }], "features");
    }
}
