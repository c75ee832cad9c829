//! A catalogue behind a STAC API: searched page by page.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, Utc};
use dragonfly_core::stac::{
    FoundItems, Item, ItemCollection, ItemSearch, MAX_PAGE_BYTES, SearchPage, SearchPages, Token,
    TokenEndpoint, find_collection_ignoring_case, shown, token_endpoint, without_token,
};
use ureq::http::Method;

use crate::http::{self, Client, HttpError, HttpRequest, Response, Retries, Scope};
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
    /// The requested collection as the catalogue spells it, where that differs in case.
    spelling: OnceLock<Option<String>>,
}

/// A page of the catalogue, as it came.
struct ApiPage {
    /// Where it came from, after redirects.
    from: String,
    /// The header `Link`.
    link: Option<String>,
    body: Vec<u8>,
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
            spelling: OnceLock::new(),
        }
    }

    /// All items that answer a search, their addresses absolute, and signed where files open only
    /// with a token. Where none does, those of a collection whose name differs only in case.
    pub(super) fn find(&self, search: &ItemSearch) -> Result<FoundItems> {
        let found = self.find_named(search)?;
        let [name] = &search.collections[..] else { return Ok(found) };
        if !found.items.is_empty() || found.lacking.is_some() {
            return Ok(found);
        }
        let Some(spelling) = self.spelling.get_or_init(|| self.spelling_of(name)) else {
            return Ok(found);
        };
        tracing::warn!(
            "the catalogue {} has no collection `{name}`, but `{spelling}`: that one is searched; \
            write it so in the regions",
            shown(&self.root)
        );
        self.find_named(&ItemSearch { collections: vec![spelling.clone()], ..search.clone() })
    }

    /// A collection as the catalogue spells it, where it lists one that differs in case.
    fn spelling_of(&self, name: &str) -> Option<String> {
        let list = self.page(&SearchPage::Get { url: format!("{}/collections", self.root) });
        find_collection_ignoring_case(&list.ok()?.body, name)
    }

    fn find_named(&self, search: &ItemSearch) -> Result<FoundItems> {
        let mut pages = SearchPages::of(search, &self.root, self.client.policy().clone());
        let mut items = Vec::new();
        while let Some(page) = pages.next_page().map_err(|error| self.explained(error.into()))? {
            let url = shown(page.url());
            let read = self.retries.run(self.client.deadline(), page.url(), || self.page(&page));
            let ApiPage { from, body, link } = match read {
                Err(HttpError::Deadline(over)) => {
                    return Err(over)
                        .with_context(|| format!("no answer of the catalogue {url} in time"));
                }
                read => read.with_context(|| format!("the catalogue {url} cannot be searched"))?,
            };
            let mut answer = ItemCollection::read(&body).map_err(|error| {
                tracing::warn!(url, "{error}: it begins {}", beginning(&body));
                anyhow!("the catalogue {url} does not answer as STAC does: {error}")
            })?;
            drop(body);
            link.into_iter().for_each(|link| answer.add_link_header(&link));
            warn_of_unread(&answer, &url);
            pages.answered(&mut answer, &from)?;
            items.extend(answer.features);
        }
        self.sign(&mut items)?;
        Ok(pages.found(items))
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

    fn page(&self, page: &SearchPage) -> Result<ApiPage, HttpError> {
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
        let (from, link) = (answer.url().to_owned(), answer.link());
        Ok(ApiPage { from, link, body: answer.read_body(MAX_PAGE_BYTES as u64)? })
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
