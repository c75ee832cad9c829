//! A search that is redirected: browsers turn a POST into a GET after status 301 and 302, by which
//! the search loses its conditions.

use dragonfly_core::stac::{AddressError, AddressPolicy, SearchPage, shown, without_token};

use crate::fetch::page_transport::{PageResponse, PageTransport};
use crate::fetch::transport::TransportError;

/// A redirect that may not be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageRedirectError {
    /// It leads where the catalogue may not lead.
    #[error("the catalogue {from} redirects to {to}, and {cause}")]
    Elsewhere {
        /// What was requested.
        from: String,
        /// Where it leads.
        to: String,
        /// Why not.
        cause: AddressError,
    },
    /// It leads to another redirect, and so on.
    #[error(
        "the catalogue {from} redirects the search again at {to}: its address should be the one \
        where its redirects end"
    )]
    Again {
        /// What was requested.
        from: String,
        /// Where it led last.
        to: String,
    },
}

/// What comes of requesting a page.
pub(crate) enum Redirected {
    /// The response to the page's own request, of whatever status.
    Page(PageResponse),
    /// A redirect that may not be followed.
    Refused(PageRedirectError),
}

/// Redirects of a search that are followed one after the other.
const MAX_REPEATS: usize = 2;

/// Requests a page, and a search again where it was redirected to: with its method and its body, as
/// batch does. Without a policy any address may be requested.
///
/// # Errors
/// When there is no response.
pub(crate) async fn request_redirected<W: PageTransport>(
    web: &W,
    page: &SearchPage,
    policy: Option<&AddressPolicy>,
) -> Result<Redirected, TransportError> {
    let SearchPage::Post { url: from, body } = page else {
        return web.request_page(page).await.map(Redirected::Page);
    };
    let mut search = page.clone();
    let mut repeats = 0;
    loop {
        let response = web.request_page(&search).await?;
        if !response.is_redirected {
            return Ok(Redirected::Page(response));
        }
        let to = shown(without_token(&response.url));
        let from = without_token(from).to_owned();
        if let Some(Err(cause)) = policy.map(|policy| policy.check_page(&response.url)) {
            return Ok(Redirected::Refused(PageRedirectError::Elsewhere { from, to, cause }));
        }
        if repeats == MAX_REPEATS {
            return Ok(Redirected::Refused(PageRedirectError::Again { from, to }));
        }
        repeats += 1;
        search = SearchPage::Post { url: response.url, body: body.clone() };
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use pollster::block_on;

    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const SEARCH: &str = "https://stac.example/v1/search";

    /// Redirects each address to the next of these; the last answers.
    struct Chain(Vec<&'static str>, RefCell<Vec<SearchPage>>);

    impl PageTransport for Chain {
        async fn request_page(&self, page: &SearchPage) -> Result<PageResponse, TransportError> {
            self.1.borrow_mut().push(page.clone());
            let place = self.0.iter().position(|url| *url == page.url()).unwrap();
            let next = self.0.get(place + 1);
            Ok(PageResponse {
                status: 200,
                url: next.unwrap_or(&self.0[place]).to_string(),
                is_redirected: next.is_some(),
                ..PageResponse::default()
            })
        }

        async fn pause(&self, _time: Duration) {}
    }

    fn request(chain: &[&'static str], page: SearchPage) -> (Redirected, Vec<SearchPage>) {
        let policy = AddressPolicy::of_api("https://stac.example/v1", &[], false).unwrap();
        let web = Chain(chain.to_vec(), RefCell::default());
        let outcome = block_on(request_redirected(&web, &page, Some(&policy))).unwrap();
        (outcome, web.1.take())
    }

    fn search(url: &str) -> SearchPage {
        SearchPage::Post { url: url.to_owned(), body: "{}".to_owned() }
    }

    #[test]
    fn a_redirected_search_is_sent_again_with_its_body() {
        let moved = "https://stac.example/v2/search";
        let (outcome, sent) = request(&[SEARCH, moved], search(SEARCH));
        assert!(matches!(outcome, Redirected::Page(page) if page.url == moved));
        assert_eq!(sent, [search(SEARCH), search(moved)]);
        let (outcome, sent) = request(&[SEARCH], search(SEARCH));
        assert!(matches!(outcome, Redirected::Page(_)) && sent.len() == 1);
        let page = SearchPage::Get { url: SEARCH.to_owned() };
        let (outcome, sent) = request(&[SEARCH, moved], page);
        assert!(matches!(outcome, Redirected::Page(_)) && sent.len() == 1);
    }

    #[test]
    fn a_redirect_elsewhere_or_without_end_names_both_addresses() {
        let refused = |chain: &[&'static str]| {
            let (outcome, sent) = request(chain, search(SEARCH));
            let Redirected::Refused(error) = outcome else { panic!("{chain:?}") };
            (error.to_string(), sent.len())
        };
        let (error, sent) = refused(&[SEARCH, "https://elsewhere.example/search"]);
        assert!(error.contains(SEARCH) && error.contains("https://elsewhere.example/search"));
        assert!(error.contains("catalogue_hosts") && sent == 1, "{error}");
        let [a, b] = ["https://stac.example/a", "https://stac.example/b"];
        let (error, sent) = refused(&[SEARCH, a, b, SEARCH]);
        assert!(error.contains(SEARCH) && sent == MAX_REPEATS + 1, "{error}");
    }
}
