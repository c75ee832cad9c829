//! The pages of a search: how each is requested, by the links of the one before.

use serde_json::{Map, Value};

use super::{AddressError, AddressPolicy, ItemCollection, ItemSearch, shown};

/// Items requested on a page.
const PAGE_ITEMS: usize = 100;
/// More pages than any area needs: a chain that long does not end.
const MAX_PAGES: usize = 500;
/// Items of all pages together: some twenty for each tile of the widest region.
const MAX_ITEMS: usize = 20_000;
/// Memory that the items of all pages may take, bytes.
const MAX_ITEMS_BYTES: usize = 48 << 20;
/// The largest page, bytes of its text. A client reads no more.
pub const MAX_PAGE_BYTES: usize = 32 << 20;

/// One request of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchPage {
    /// By `GET`.
    Get {
        /// Address.
        url: String,
    },
    /// By `POST`.
    Post {
        /// Address.
        url: String,
        /// JSON.
        body: String,
    },
}

/// The requests of one search, from page to page.
#[derive(Clone, Debug)]
pub struct SearchPages {
    policy: AddressPolicy,
    /// The body of the first request.
    search: Map<String, Value>,
    requested: Vec<SearchPage>,
    next: Option<SearchPage>,
    item_count: usize,
    items_bytes: usize,
}

/// Pages that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchPagesError {
    /// They do not end.
    #[error("the catalogue {url} leads in a circle: its pages do not end after {count}")]
    Circle {
        /// Where it closes.
        url: String,
        /// Pages until then.
        count: usize,
    },
    /// They lead elsewhere.
    #[error("the catalogue's next page is not requested: {0}")]
    Address(AddressError),
    /// They hold too much.
    #[error(
        "the catalogue answers with more than {MAX_ITEMS} scenes, or with more than {} MiB of \
        them: make the region smaller, or its windows shorter",
        MAX_ITEMS_BYTES >> 20
    )]
    TooMany,
}

impl From<AddressError> for SearchPagesError {
    fn from(error: AddressError) -> Self {
        Self::Address(error)
    }
}

impl SearchPage {
    /// Address.
    pub fn url(&self) -> &str {
        match self {
            Self::Get { url } | Self::Post { url, .. } => url,
        }
    }
}

impl SearchPages {
    /// The pages of a search of an API by its root, as far as they lie where the policy permits.
    pub fn of(search: &ItemSearch, root: &str, policy: AddressPolicy) -> Self {
        let search = ItemSearch { limit: Some(PAGE_ITEMS), ..search.clone() };
        // Strings, numbers and lists: always an object.
        let search = match serde_json::to_value(search) {
            Ok(Value::Object(search)) => search,
            _ => Map::new(),
        };
        let url = format!("{}/search", root.trim_end_matches('/'));
        let first = SearchPage::Post { url, body: Value::Object(search.clone()).to_string() };
        Self {
            policy,
            search,
            requested: Vec::new(),
            next: Some(first),
            item_count: 0,
            items_bytes: 0,
        }
    }

    /// The page to request now; `None` after the last.
    ///
    /// # Errors
    /// When it may not be requested, was requested before, or too many were.
    pub fn next_page(&mut self) -> Result<Option<SearchPage>, SearchPagesError> {
        let Some(page) = self.next.take() else { return Ok(None) };
        self.policy.check_page(page.url())?;
        if self.requested.len() >= MAX_PAGES || self.requested.contains(&page) {
            return Err(SearchPagesError::Circle {
                url: shown(page.url()),
                count: self.requested.len(),
            });
        }
        self.requested.push(page.clone());
        Ok(Some(page))
    }

    /// Adds the response to the page requested last.
    ///
    /// # Errors
    /// When the pages hold too many items by now.
    pub fn answered(&mut self, answer: &mut ItemCollection) -> Result<(), SearchPagesError> {
        self.item_count += answer.features.len() + answer.unread_count;
        self.items_bytes += answer.items_bytes;
        if self.item_count > MAX_ITEMS || self.items_bytes > MAX_ITEMS_BYTES {
            return Err(SearchPagesError::TooMany);
        }
        self.next =
            answer.next.take().map(|next| match (next.is_post, next.is_merged, next.body) {
                (false, _, _) => SearchPage::Get { url: next.url },
                (true, true, Value::Object(own)) => {
                    let body: Map<_, _> = self.search.clone().into_iter().chain(own).collect();
                    SearchPage::Post { url: next.url, body: Value::Object(body).to_string() }
                }
                (true, _, own) => SearchPage::Post { url: next.url, body: own.to_string() },
            });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn pages() -> SearchPages {
        let search =
            ItemSearch { collections: vec!["sentinel-2-l2a".to_owned()], ..ItemSearch::default() };
        SearchPages::of(
            &search,
            "http://catalogue/",
            AddressPolicy::of_api("http://catalogue/", &[], false).unwrap(),
        )
    }

    fn answer(link: &str) -> ItemCollection {
        ItemCollection::read(format!(r#"{{"features":[],"links":[{link}]}}"#).as_bytes()).unwrap()
    }

    #[test]
    fn links_lead_from_page_to_page() {
        let mut pages = pages();
        let first = pages.next_page().unwrap().unwrap();
        assert_eq!(first.url(), "http://catalogue/search");
        let by_post = r#"{"rel":"next","href":"http://catalogue/search","method":"POST","body":{"token":"x2"},"merge":true}"#;
        pages.answered(&mut answer(by_post)).unwrap();
        let Some(SearchPage::Post { body, .. }) = pages.next_page().unwrap() else {
            panic!("no second page")
        };
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((body["token"].as_str(), body["limit"].as_u64()), (Some("x2"), Some(100)));
        let by_get = r#"{"rel":"self","href":"x"},7,{"rel":"next","href":"http://catalogue/search?token=x3"}"#;
        pages.answered(&mut answer(by_get)).unwrap();
        assert_eq!(
            pages.next_page().unwrap(),
            Some(SearchPage::Get { url: "http://catalogue/search?token=x3".to_owned() })
        );
        pages.answered(&mut answer("")).unwrap();
        assert_eq!(pages.next_page(), Ok(None));
    }

    #[test]
    fn a_circle_is_an_error() {
        let mut pages = pages();
        for _ in 0..2 {
            assert!(pages.next_page().unwrap().is_some());
            pages
                .answered(&mut answer(r#"{"rel":"next","href":"http://catalogue/search?page=1"}"#))
                .unwrap();
        }
        assert!(pages.next_page().unwrap_err().to_string().contains("circle"));
    }

    #[test]
    fn endless_pages_end() {
        let mut pages = pages();
        let mut count = 0;
        while let Ok(page) = pages.next_page() {
            assert!(page.is_some());
            count += 1;
            let next = format!(r#"{{"rel":"next","href":"http://catalogue/search?page={count}"}}"#);
            pages.answered(&mut answer(&next)).unwrap();
        }
        assert_eq!(count, MAX_PAGES);
    }

    #[test]
    fn items_of_all_pages_are_bounded() {
        let items = vec![r#"{"id":"a","properties":{}},7"#; MAX_ITEMS / 8].join(",");
        let page = ItemCollection::read(format!(r#"{{"features":[{items}]}}"#).as_bytes()).unwrap();
        let mut pages = pages();
        let outcomes: Vec<bool> =
            (0..5).map(|_| pages.answered(&mut page.clone()).is_ok()).collect();
        assert_eq!(outcomes, [true, true, true, true, false]);
    }

    #[test]
    fn a_next_page_elsewhere_is_not_requested() {
        for method in ["GET", "POST"] {
            for url in [
                "http://127.0.0.1:8080/admin",
                "http://other/search",
                "file:///etc/passwd",
                "/search?page=2",
            ] {
                let mut pages = pages();
                pages.next_page().unwrap();
                let link = format!(
                    r#"{{"rel":"next","href":"{url}","method":"{method}","body":{{"cmd":"x"}}}}"#
                );
                pages.answered(&mut answer(&link)).unwrap();
                let error = pages.next_page().unwrap_err();
                assert!(
                    matches!(error, SearchPagesError::Address(_))
                        && !error.to_string().contains(url),
                    "{error}"
                );
            }
        }
    }

    #[test]
    fn links_of_a_foreign_kind_lead_nowhere() {
        for links in [
            "null",
            "7",
            r#""next""#,
            r#"{"rel":"next"}"#,
            r#"[[],{"rel":"next"},{"rel":"next","href":7}]"#,
        ] {
            let page = format!(r#"{{"features":[],"links":{links}}}"#);
            assert_eq!(ItemCollection::read(page.as_bytes()).unwrap().next, None, "{links}");
        }
    }
}
