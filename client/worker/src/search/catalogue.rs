//! The catalogue of scenes: a STAC API, searched page by page.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dragonfly_core::http::{RetryPolicy, StatusKind};
use dragonfly_core::stac::{
    AddressError, AddressPolicy, FoundItems, Item, ItemCollection, ItemCollectionError, ItemSearch,
    SearchPage, SearchPages, SearchPagesError, Token, TokenEndpoint, find_collection_ignoring_case,
    token_endpoint,
};
use futures_util::future::{Either, select};

use crate::fetch::byte_cache::ByteCache;
use crate::fetch::page_redirect::{PageRedirectError, Redirected, request_redirected};
use crate::fetch::page_transport::{PageResponse, PageTransport};
use crate::fetch::transport::TransportError;

/// A catalogue that does not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// No answer.
    #[error("the catalogue {url}: {cause}")]
    Unreachable {
        /// Address.
        url: String,
        /// What the browser states.
        cause: TransportError,
    },
    /// An answer other than 200, also after several attempts.
    #[error("the catalogue {url} answers with status {status}")]
    Status {
        /// Address.
        url: String,
        /// Status.
        status: u16,
    },
    /// A redirect that may not be followed.
    #[error(transparent)]
    Redirect(#[from] PageRedirectError),
    /// Something else than STAC.
    #[error("the catalogue {url} does not answer as STAC does: {cause}")]
    NotStac {
        /// Address.
        url: String,
        /// Why.
        cause: ItemCollectionError,
    },
    /// Pages that do not end, or that may not be requested.
    #[error(transparent)]
    Pages(#[from] SearchPagesError),
    /// Scenes that may not be read.
    #[error("no scene of the catalogue may be read: {0}")]
    Files(AddressError),
    /// The token endpoint answers something else.
    #[error("{url} answers without a token")]
    WithoutToken {
        /// Address.
        url: String,
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

/// A STAC API. Its responses are cached, for when the reader is offline.
pub struct CatalogueClient<W, C> {
    web: W,
    cache: Rc<C>,
    root: String,
    policy: Result<AddressPolicy, AddressError>,
    tokens: Option<TokenEndpoint>,
}

/// A page of the catalogue, as it came.
struct CataloguePage {
    /// Where it came from, after redirects.
    from: String,
    body: Vec<u8>,
    /// The header `Link`.
    link: Option<String>,
}

/// Up to five attempts for a page.
const RETRIES: RetryPolicy = RetryPolicy {
    attempts: 5,
    first_pause: Duration::from_millis(500),
    max_pause: Duration::from_secs(20),
    max_requested_pause: Duration::from_secs(20),
    max_total_pause: Duration::from_secs(80),
    has_jitter: false,
};
/// A page that is not there by then does not come.
const TIMEOUT: Duration = Duration::from_secs(120);
/// A token that ends sooner is not used again: it is unknown how long a reader's line takes.
const TOKEN_LASTS: TimeDelta = TimeDelta::minutes(15);

impl<W: PageTransport, C: ByteCache> CatalogueClient<W, C> {
    /// An API by its root, and where it may lead. Its token endpoint is known, unless another is
    /// named.
    pub fn new(
        web: W,
        cache: Rc<C>,
        root: &str,
        policy: Result<AddressPolicy, AddressError>,
        token_url: Option<&str>,
    ) -> Self {
        let tokens = token_url.map(TokenEndpoint::at).or_else(|| token_endpoint(root));
        Self { web, cache, root: root.to_owned(), policy, tokens }
    }

    /// Whether a file may be read.
    pub fn may_read(&self, href: &str) -> bool {
        self.policy.as_ref().is_ok_and(|policy| policy.check_file(href).is_ok())
    }

    /// All items that answer a search and may be read; where there are none, those of a collection
    /// whose name differs only in case. `on_page` receives the count so far.
    ///
    /// # Errors
    /// When the catalogue does not answer, or not as STAC does, or leads where it may not.
    pub async fn find(
        &self,
        search: &ItemSearch,
        mut on_page: impl FnMut(usize),
    ) -> Result<FoundItems, CatalogueError> {
        let found = self.find_named(search, &mut on_page).await?;
        let [name] = &search.collections[..] else { return Ok(found) };
        if !found.items.is_empty() || found.lacking.is_some() {
            return Ok(found);
        }
        let Some(spelling) = self.spelling_of(name).await else { return Ok(found) };
        let search = ItemSearch { collections: vec![spelling], ..search.clone() };
        self.find_named(&search, &mut on_page).await
    }

    /// A collection as the catalogue spells it, where it lists one that differs in case.
    async fn spelling_of(&self, name: &str) -> Option<String> {
        let policy = self.policy.as_ref().ok()?;
        let url = format!("{}/collections", self.root.trim_end_matches('/'));
        let list = self.body(&SearchPage::Get { url }, policy).await.ok()?;
        find_collection_ignoring_case(&list.body, name)
    }

    async fn find_named(
        &self,
        search: &ItemSearch,
        on_page: &mut impl FnMut(usize),
    ) -> Result<FoundItems, CatalogueError> {
        let policy = self.policy.clone().map_err(SearchPagesError::from)?;
        let mut pages = SearchPages::of(search, &self.root, policy.clone());
        let mut items = Vec::new();
        let mut refused = None;
        while let Some(page) = pages.next_page()? {
            let CataloguePage { from, body, link } = self.body(&page, &policy).await?;
            let not_stac = |cause| CatalogueError::NotStac { url: page.url().to_owned(), cause };
            let mut answer = ItemCollection::read(&body).map_err(not_stac)?;
            link.iter().for_each(|link| answer.add_link_header(link));
            pages.answered(&mut answer, &from)?;
            for item in answer.features {
                match policy.check_item(&item) {
                    Ok(()) => items.push(item),
                    Err(error) => refused = Some(error),
                }
            }
            on_page(items.len());
        }
        match refused {
            Some(error) if items.is_empty() => Err(CatalogueError::Files(error)),
            _ => Ok(pages.found(items)),
        }
    }

    /// Signs the addresses that need it, with a token for each collection: one in hand, while it
    /// lasts.
    ///
    /// # Errors
    /// [`CatalogueError::NoToken`] when there is none to be had.
    pub async fn sign(
        &self,
        items: &mut [Item],
        tokens: &Tokens,
        now: DateTime<Utc>,
    ) -> Result<(), CatalogueError> {
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
        let read = |answer: PageResponse| {
            // What stands there instead is not shown: it may be a token in an unexpected part.
            let text = std::str::from_utf8(&answer.body).unwrap_or_default();
            let token: Token = serde_json::from_str(text)
                .map_err(|_| CatalogueError::WithoutToken { url: url.to_owned() })?;
            match token.expiry > now {
                true => Ok(token),
                false => {
                    Err(CatalogueError::TokenOver { url: url.to_owned(), expiry: token.expiry })
                }
            }
        };
        self.with_retry(&SearchPage::Get { url: url.to_owned() }, read).await
    }

    /// A page; the cached one when there is no response.
    async fn body(
        &self,
        page: &SearchPage,
        policy: &AddressPolicy,
    ) -> Result<CataloguePage, CatalogueError> {
        let key = match page {
            SearchPage::Get { url } => url.clone(),
            SearchPage::Post { url, body } => format!("{url}#{body}"),
        };
        // Cached as a range without end: it is unknown how long the text is.
        let whole = 0..u64::MAX;
        let read = |answer: PageResponse| {
            // The browser has followed redirects by itself.
            policy.check_page(&answer.url).map_err(SearchPagesError::from)?;
            Ok(CataloguePage { from: answer.url, body: answer.body, link: answer.link })
        };
        let link_key = format!("{key}#link");
        match self.with_retry(page, read).await {
            Ok(page) => {
                self.cache.put(&key, &whole, page.body.clone()).await;
                if let Some(link) = page.link.clone() {
                    self.cache.put(&link_key, &whole, link.into_bytes()).await;
                }
                Ok(page)
            }
            Err(error @ CatalogueError::Unreachable { .. }) => {
                let body = self.cache.get(&key, &whole).await.ok_or(error)?;
                let link = self.cache.get(&link_key, &whole).await;
                let link = link.and_then(|link| String::from_utf8(link).ok());
                Ok(CataloguePage { from: page.url().to_owned(), body, link })
            }
            Err(error) => Err(error),
        }
    }

    /// Requests a page and reads the response; requests it again after a transient failure.
    async fn with_retry<T>(
        &self,
        page: &SearchPage,
        read: impl Fn(PageResponse) -> Result<T, CatalogueError>,
    ) -> Result<T, CatalogueError> {
        let mut pauses = RETRIES.pauses();
        loop {
            let url = || page.url().to_owned();
            let answer = match select(
                pin!(request_redirected(&self.web, page, self.policy.as_ref().ok())),
                pin!(self.web.pause(TIMEOUT)),
            )
            .await
            {
                Either::Left((answer, _)) => answer,
                Either::Right(_) => Err(TransportError("it took too long".to_owned())),
            };
            let (outcome, retry_after) = match answer {
                Ok(Redirected::Refused(refused)) => (Err(refused.into()), None),
                Ok(Redirected::Page(answer)) if answer.status == 200 => (read(answer), None),
                Ok(Redirected::Page(PageResponse { status, retry_after, .. })) => {
                    (Err(CatalogueError::Status { url: url(), status }), retry_after)
                }
                Err(cause) => (Err(CatalogueError::Unreachable { url: url(), cause }), None),
            };
            let error = match outcome {
                Ok(read) => return Ok(read),
                Err(error) => error,
            };
            let Some(pause) = pauses.next(error.max_attempts(), retry_after) else {
                return Err(error);
            };
            self.web.pause(pause).await;
        }
    }
}

impl CatalogueError {
    /// Attempts in all: as the policy permits after what passes, two for a lost connection.
    fn max_attempts(&self) -> usize {
        match self {
            Self::Status { status, .. } if StatusKind::of(*status) == StatusKind::Transient => {
                RETRIES.attempts
            }
            Self::TokenOver { .. } => RETRIES.attempts,
            Self::Unreachable { .. } => 2,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::{HashMap, VecDeque};
    use std::ops::Range;

    use pollster::block_on;

    use super::*;

    const ROOT: &str = "http://catalogue/";

    /// Answers as written down beforehand; silent when there are no more.
    #[derive(Default)]
    struct PageScript {
        answers: RefCell<VecDeque<PageResponse>>,
        asked: RefCell<Vec<SearchPage>>,
        pauses: RefCell<Vec<Duration>>,
    }

    impl PageTransport for Rc<PageScript> {
        async fn request_page(&self, page: &SearchPage) -> Result<PageResponse, TransportError> {
            self.asked.borrow_mut().push(page.clone());
            let answer = self
                .answers
                .borrow_mut()
                .pop_front()
                .ok_or(TransportError("offline".to_owned()))?;
            // Without a redirect.
            let url =
                if answer.url.is_empty() { page.url().to_owned() } else { answer.url.clone() };
            Ok(PageResponse { url, ..answer })
        }

        async fn pause(&self, time: Duration) {
            self.pauses.borrow_mut().push(time);
        }
    }

    #[derive(Default)]
    struct TestCache(RefCell<HashMap<String, Vec<u8>>>);

    impl ByteCache for TestCache {
        async fn get(&self, url: &str, _range: &Range<u64>) -> Option<Vec<u8>> {
            self.0.borrow().get(url).cloned()
        }

        async fn put(&self, url: &str, _range: &Range<u64>, bytes: Vec<u8>) {
            self.0.borrow_mut().insert(url.to_owned(), bytes);
        }
    }

    fn page(id: &str, next: &str) -> PageResponse {
        let item = format!(
            r#"{{"id":"{id}","properties":{{"datetime":"2025-06-12T18:50:00Z"}},"assets":{{}}}}"#
        );
        let links = if next.is_empty() {
            String::new()
        } else {
            format!(r#"{{"rel":"next","href":"{next}"}}"#)
        };
        answer(&format!(r#"{{"features":[{item}],"links":[{links}]}}"#))
    }

    fn status(status: u16, retry_after_s: Option<u64>) -> PageResponse {
        let retry_after = retry_after_s.map(Duration::from_secs);
        PageResponse { status, retry_after, ..answer("SECRET") }
    }

    fn found(
        script: &Rc<PageScript>,
        kept: &Rc<TestCache>,
        answers: &[PageResponse],
    ) -> Result<Vec<String>, CatalogueError> {
        script.answers.borrow_mut().extend(answers.iter().cloned());
        let catalogue = CatalogueClient::new(
            Rc::clone(script),
            Rc::clone(kept),
            ROOT,
            AddressPolicy::of_api(ROOT, &[], false),
            None,
        );
        let items = block_on(catalogue.find(&ItemSearch::default(), |_| {}))?.items;
        Ok(items.into_iter().map(|item| item.id).collect())
    }

    #[test]
    fn a_header_leads_to_the_next_page_also_offline() {
        let (script, kept) = (Rc::new(PageScript::default()), Rc::new(TestCache::default()));
        let link = Some(r#"</search?page=2>; rel="next""#.to_owned());
        let first = PageResponse { link, ..page("a", "") };
        assert_eq!(found(&script, &kept, &[first, page("b", "")]).unwrap(), ["a", "b"]);
        assert_eq!(script.asked.borrow()[1].url(), "http://catalogue/search?page=2");
        assert_eq!(found(&script, &kept, &[]).unwrap(), ["a", "b"]);
    }

    #[test]
    fn pages_are_requested_with_retries_and_found_again_offline() {
        let (script, kept) = (Rc::new(PageScript::default()), Rc::new(TestCache::default()));
        let answers = [page("a", "2"), status(503, None), status(429, Some(7)), page("b", "")];
        assert_eq!(found(&script, &kept, &answers).unwrap(), ["a", "b"]);
        assert_eq!(script.pauses.take(), [RETRIES.first_pause, Duration::from_secs(7)]);
        assert_eq!(script.asked.borrow()[3].url(), "http://catalogue/2");
        assert_eq!(found(&script, &kept, &[]).unwrap(), ["a", "b"]);
    }

    fn search(collection: &str) -> ItemSearch {
        ItemSearch { collections: vec![collection.to_owned()], ..ItemSearch::default() }
    }

    /// What a catalogue with these answers finds, and the addresses that were requested.
    fn found_of(collection: &str, answers: &[PageResponse]) -> (FoundItems, Vec<String>) {
        let script = Rc::new(PageScript::default());
        script.answers.borrow_mut().extend(answers.iter().cloned());
        let policy = AddressPolicy::of_api(ROOT, &[], false);
        let cache = Rc::new(TestCache::default());
        let catalogue = CatalogueClient::new(Rc::clone(&script), cache, ROOT, policy, None);
        let found = block_on(catalogue.find(&search(collection), |_| {})).unwrap();
        let urls = script.asked.borrow().iter().map(|page| page.url().to_owned()).collect();
        (found, urls)
    }

    #[test]
    fn what_the_catalogue_counts_and_does_not_send_is_known() {
        let one = r#"{"features":[{"id":"a","properties":{}}],"context":{"matched":2}}"#;
        let (found, _) = found_of("sentinel-2-l2a", &[answer(one)]);
        let lacking = found.lacking.unwrap();
        assert_eq!((lacking.matched, lacking.received), (2, 1));
        assert_eq!(found.items[0].collection.as_deref(), Some("sentinel-2-l2a"));
    }

    #[test]
    fn a_collection_in_other_case_is_found() {
        let list = r#"{"collections":[{"id":"sentinel-2-l2a"}]}"#;
        let answers = [answer(r#"{"features":[]}"#), answer(list), page("a", "")];
        let (found, urls) = found_of("Sentinel-2-L2A", &answers);
        assert_eq!(found.items.len(), 1);
        assert_eq!(urls[1], "http://catalogue/collections");
    }

    #[test]
    fn hrefs_are_relative_to_the_page_and_not_to_this_program() {
        let item = r#"{"features":[{"id":"a","properties":{},"assets":{
            "nir08":{"href":"/f/my n.tif"},"swir22":{"href":"./s.tif"},
            "scl":{"href":"s3://b/k.tif","alternate":{"https":{"href":"HTTPS://h/k.tif"}}}}}]}"#;
        let (found, _) = found_of("sentinel-2-l2a", &[answer(item)]);
        let href = |key: &str| found.items[0].assets[key].href.clone();
        assert_eq!(href("nir08"), "http://catalogue/f/my%20n.tif");
        assert_eq!(href("swir22"), "http://catalogue/s.tif");
        assert_eq!(href("scl"), "https://h/k.tif");
    }

    fn check_error(answers: &[PageResponse], part: &str) {
        let error = found(&Rc::default(), &Rc::default(), answers).unwrap_err().to_string();
        assert!(error.contains("http://catalogue/search") && error.contains(part), "{error}");
        assert!(!error.contains("SECRET"), "{error}");
    }

    fn answer(text: &str) -> PageResponse {
        PageResponse { status: 200, body: text.as_bytes().to_vec(), ..PageResponse::default() }
    }

    fn token(expiry: &str) -> PageResponse {
        answer(&format!(
            r#"{{"msft:expiry":"2026-07-01T{expiry}:00Z","token":"se={expiry}&sig=x"}}"#
        ))
    }

    /// Where two scenes of a collection lie, signed at a time with what the endpoint answers.
    fn signed(
        script: &Rc<PageScript>,
        tokens: &Tokens,
        now: &str,
        answers: &[PageResponse],
    ) -> Result<Vec<String>, CatalogueError> {
        script.answers.borrow_mut().extend(answers.iter().cloned());
        let (kept, endpoint) = (Rc::new(TestCache::default()), Some("http://sas/token/"));
        let policy = AddressPolicy::of_api(ROOT, &[], false);
        let catalogue =
            CatalogueClient::new(Rc::clone(script), Rc::clone(&kept), ROOT, policy, endpoint);
        let item = r#"{"id":"a","collection":"landsat-c2-l2","properties":{},"assets":{
            "nir08":{"href":"https://a.blob.core.windows.net/B5.TIF"},"b":{"href":"https://example.org/B5.TIF"}}}"#;
        let mut items: Vec<Item> =
            vec![serde_json::from_str(item).unwrap(), serde_json::from_str(item).unwrap()];
        let now = format!("2026-07-01T{now}:00Z").parse().unwrap();
        let outcome = block_on(catalogue.sign(&mut items, tokens, now));
        assert!(kept.0.borrow().is_empty(), "a token is written nowhere");
        outcome
            .map(|()| items.iter_mut().flat_map(Item::hrefs_mut).map(|href| href.clone()).collect())
    }

    #[test]
    fn a_collection_has_one_token_while_it_lasts() {
        let (script, tokens) = (Rc::new(PageScript::default()), Tokens::default());
        let sign = |now, answers: &[PageResponse]| signed(&script, &tokens, now, answers).unwrap();
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
        assert_eq!(
            sorted(sign("10:00", &[status(503, None), token("09:00"), token("11:00")])),
            with("11:00")
        );
        assert_eq!(sorted(sign("10:30", &[])), with("11:00"));
        assert_eq!(
            sorted(sign("10:50", &[token("10:55")])),
            with("10:55"),
            "one that ends soon is used once"
        );
        assert_eq!(sorted(sign("10:50", &[token("12:00")])), with("12:00"));
        let asked = script.asked.borrow();
        assert_eq!(asked.len(), 5);
        assert!(asked.iter().all(|page| page.url() == "http://sas/token/landsat-c2-l2"));
    }

    #[test]
    fn an_endpoint_without_a_token_is_named_and_no_token_shown() {
        let check = |answers: &[PageResponse], part: &str| {
            let error = signed(&Rc::default(), &Tokens::default(), "10:00", answers)
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("only with a token")
                    && error.contains("http://sas/token/landsat-c2-l2"),
                "{error}"
            );
            assert!(error.contains(part) && !error.contains("sig="), "{error}");
        };
        check(&[status(404, None)], "status 404");
        check(&[], "no answer (offline)");
        check(&[answer("<html>Welcome</html>")], "without a token");
        check(&[answer(r#"{"token":"se=1&sig=x"}"#)], "without a token");
        check(&vec![token("09:00"); 5], "ended at 2026-07-01 09:00:00 UTC");
    }

    #[test]
    fn a_catalogue_that_does_not_answer_is_named() {
        check_error(&[], "no answer (offline)");
        check_error(&[status(404, None)], "status 404");
        check_error(&vec![status(500, None); 5], "status 500");
        check_error(&[answer("<html>SECRET")], "not answer as STAC");
        check_error(&[answer(r#"{"features":"SECRET"}"#)], "features");
    }

    #[test]
    fn pages_elsewhere_are_not_read() {
        let check = |answers: &[PageResponse], asked: usize| {
            let script = Rc::new(PageScript::default());
            let error = found(&script, &Rc::default(), answers).unwrap_err();
            assert!(
                matches!(error, CatalogueError::Pages(SearchPagesError::Address(_))),
                "{error}"
            );
            assert_eq!(script.asked.borrow().len(), asked);
        };
        check(&[page("a", "http://127.0.0.1:9/admin")], 1);
        check(&[page("a", "http://elsewhere/search")], 1);
        check(&[page("a", "file:///etc/passwd")], 1);
        check(&[PageResponse { url: "http://elsewhere/search".to_owned(), ..page("a", "") }], 1);
    }

    #[test]
    fn scenes_on_private_addresses_are_left_out() {
        let item = |id: &str, href: &str| {
            format!(
                r#"{{"id":"{id}","properties":{{}},"assets":{{"nir08":{{"href":"{href}"}},"red":{{"href":"x"}}}}}}"#
            )
        };
        let all = |hrefs: &[&str]| {
            let items: Vec<String> =
                hrefs.iter().enumerate().map(|(i, href)| item(&format!("i{i}"), href)).collect();
            found(
                &Rc::default(),
                &Rc::default(),
                &[answer(&format!(r#"{{"features":[{}]}}"#, items.join(",")))],
            )
        };
        let inside = [
            "http://127.0.0.1/B8A.tif",
            "http://0x7f.1/B8A.tif",
            "file:///etc/passwd",
            "s3://../etc/passwd",
        ];
        assert_eq!(all(&[&["https://bucket/B8A.tif"][..], &inside[..]].concat()).unwrap(), ["i0"]);
        assert!(matches!(all(&inside), Err(CatalogueError::Files(_))));
    }
}
