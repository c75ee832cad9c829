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
