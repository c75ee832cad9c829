//! The catalogue of scenes: a STAC API, searched page by page, patiently.

use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

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
}

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

    /// Signs the addresses that need it, with a token for each collection: new every time, as tokens last an hour.
    ///
    /// # Errors
    /// When there is no token to be had.
    pub async fn sign(&self, items: &mut [Item]) -> Result<(), CatalogueError> {
        let Some(endpoint) = &self.tokens else { return Ok(()) };
        let mut tokens: BTreeMap<String, Token> = BTreeMap::new();
        for item in items.iter_mut().filter(|item| item.asks_for_token()) {
            let collection = item.collection.clone().unwrap_or_default();
            if !tokens.contains_key(&collection) {
                let url = endpoint.url(&collection);
                let text = self.text(&Page::Get { url: url.clone() }).await?;
                let not_stac =
                    |_| CatalogueError::NotStac { url, cause: format!("there is no token in it{}", said(&text)) };
                tokens.insert(collection.clone(), serde_json::from_str(&text).map_err(not_stac)?);
            }
            if let Some(token) = tokens.get(&collection) {
                item.hrefs_mut().for_each(|href| *href = token.signed(href));
            }
        }
        Ok(())
    }

    /// The text of a page; the one kept from before when there is no answer.
    async fn text(&self, page: &Page) -> Result<String, CatalogueError> {
        let key = match page {
            Page::Get { url } => url.clone(),
            Page::Post { url, body } => format!("{url}#{body}"),
        };
        // Kept as a range without end: nobody knows how long the text is.
        let whole = 0..u64::MAX;
        match self.patiently(page).await {
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

    /// Asks, and asks again after what passes: 408, 425, 429, 5xx; a lost connection once.
    async fn patiently(&self, page: &Page) -> Result<String, CatalogueError> {
        let mut pause = FIRST_PAUSE;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let url = || page.url().to_owned();
            match self.web.ask(page).await {
                Ok(WebAnswer { status: 200, text, .. }) => return Ok(text),
                Ok(WebAnswer { status, text, retry_after }) => {
                    if attempt == ATTEMPTS || !matches!(status, 408 | 425 | 429 | 500..) {
                        return Err(CatalogueError::Status { url: url(), status, text });
                    }
                    let asked_for =
                        retry_after.and_then(|seconds| seconds.trim().parse().ok().map(Duration::from_secs));
                    self.web.pause(asked_for.unwrap_or(pause).min(LONGEST_PAUSE)).await;
                }
                Err(cause) if attempt > 1 => return Err(CatalogueError::Unreachable { url: url(), cause }),
                Err(_) => self.web.pause(pause).await,
            }
            pause *= 2;
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

    #[test]
    fn a_catalogue_that_does_not_answer_is_named() {
        check_error(&[], "no answer (offline)");
        check_error(&[status(404, None)], "status 404: so it is");
        check_error(&vec![status(500, None); 5], "status 500");
        check_error(&[WebAnswer { status: 200, text: "<html>".to_owned(), retry_after: None }], "not answer as STAC");
        check_error(&[WebAnswer { status: 200, text: "{}".to_owned(), retry_after: None }], "features");
    }
}
