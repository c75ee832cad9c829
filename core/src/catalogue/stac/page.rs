//! The pages of a search: how each is requested, by the links of the one before, and when they end.

use serde_json::{Map, Value};

use super::next_page::NextPage;
use super::received_items::{PAGE_ITEMS, ReceivedItems, ReceivedPage};
use super::{
    AddressError, AddressPolicy, FoundItems, Item, ItemCollection, ItemCounts, ItemSearch,
    UnrequestedItems, resolve_reference, shown,
};

/// More pages than any area needs: a chain that long does not end.
const MAX_PAGES: usize = 500;
/// Pages without any item that are followed one after the other. Some catalogues link every page
/// to a next one.
const MAX_EMPTY_PAGES: usize = 5;
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
    /// What is requested.
    wanted: ItemSearch,
    /// The body of the first request.
    search: Map<String, Value>,
    requested: Vec<SearchPage>,
    next: Option<SearchPage>,
    received: ReceivedItems,
    empty_pages: usize,
    items_bytes: usize,
}

/// Pages that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchPagesError {
    /// They do not end.
    #[error(
        "the catalogue {url} leads in a circle: its pages do not end after {count}; its links with \
        rel `next` are wrong, so name another catalogue with `stac`"
    )]
    Circle {
        /// Where it closes.
        url: String,
        /// Pages until then.
        count: usize,
    },
    /// They lead elsewhere.
    #[error("the catalogue's next page is not requested: {0}")]
    Address(AddressError),
    /// They hold other items than requested.
    #[error(
        "the catalogue {url} does not filter: {unrequested}; it ignores conditions, or a redirect \
        turned the request into one without them: name the final address of the API with `stac`"
    )]
    Unfiltered {
        /// The page.
        url: String,
        /// What they are.
        unrequested: UnrequestedItems,
    },
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
        let wanted = search.clone();
        let search = ItemSearch { limit: Some(PAGE_ITEMS), ..search.clone() };
        // Strings, numbers and lists: always an object.
        let search = match serde_json::to_value(search.with_known_longitudes()) {
            Ok(Value::Object(search)) => search,
            _ => Map::new(),
        };
        let url = format!("{}/search", root.trim_end_matches('/'));
        let first = SearchPage::Post { url, body: Value::Object(search.clone()).to_string() };
        Self {
            policy,
            wanted,
            search,
            requested: Vec::new(),
            next: Some(first),
            received: ReceivedItems::default(),
            empty_pages: 0,
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
        let is_repeated = self.requested.contains(&page);
        if is_repeated && self.received.is_complete() == Some(true) {
            return Ok(None);
        }
        if is_repeated || self.requested.len() >= MAX_PAGES {
            return Err(self.circle(page.url()));
        }
        self.requested.push(page.clone());
        Ok(Some(page))
    }

    /// Adds the response to the page requested last, which came from `url`: makes the addresses of
    /// files absolute, adds collections that items do not name, and drops items that were not
    /// requested.
    ///
    /// # Errors
    /// When most items were not requested and more are to come, the pages lead in a circle, or hold
    /// too many items by now.
    pub fn answered(
        &mut self,
        answer: &mut ItemCollection,
        url: &str,
    ) -> Result<(), SearchPagesError> {
        for item in &mut answer.features {
            item.resolve_hrefs(url);
            item.complete_collection(&self.wanted.collections);
        }
        let ReceivedPage { is_new, unfiltered } = self.received.add(answer, &self.wanted);
        // On the last page they are a warning: it may hold all that there is.
        if let Some(unrequested) = unfiltered.filter(|_| answer.has_next()) {
            return Err(SearchPagesError::Unfiltered { url: shown(url), unrequested });
        }
        self.items_bytes += answer.items_bytes;
        if self.received.count() > MAX_ITEMS || self.items_bytes > MAX_ITEMS_BYTES {
            return Err(SearchPagesError::TooMany);
        }
        let is_empty = answer.features.is_empty() && answer.unread_count == 0;
        self.empty_pages = if is_empty { self.empty_pages + 1 } else { 0 };
        answer.features.retain(|item| self.wanted.matches(item).unwrap_or(true));
        let Some(next) = answer.next.take() else { return Ok(()) };
        if !is_empty && !is_new {
            return match self.received.is_complete() {
                Some(true) => Ok(()),
                _ => Err(self.circle(url)),
            };
        }
        if self.empty_pages < MAX_EMPTY_PAGES {
            self.next = Some(self.request_of(next, url));
        }
        Ok(())
    }

    /// What the catalogue did not send of what matches, by its own count; `None` where it sent
    /// all, or states no count.
    pub fn lacking(&self) -> Option<ItemCounts> {
        self.received.lacking()
    }

    /// What the catalogue sent beside what was requested, of all pages so far.
    pub fn unrequested(&self) -> Option<UnrequestedItems> {
        self.received.unrequested()
    }

    /// What the search found, of which these items may be read.
    pub fn found(self, items: Vec<Item>) -> FoundItems {
        FoundItems { items, lacking: self.lacking(), unrequested: self.unrequested() }
    }

    /// The request that a link of the page at `url` leads to.
    fn request_of(&self, next: NextPage, url: &str) -> SearchPage {
        let url = resolve_reference(url, &next.url).unwrap_or(next.url);
        match (next.is_post, next.is_merged, next.body) {
            (false, _, _) => SearchPage::Get { url },
            (true, true, Value::Object(own)) => {
                let body: Map<_, _> = self.search.clone().into_iter().chain(own).collect();
                SearchPage::Post { url, body: Value::Object(body).to_string() }
            }
            (true, _, own) => SearchPage::Post { url, body: own.to_string() },
        }
    }

    fn circle(&self, url: &str) -> SearchPagesError {
        SearchPagesError::Circle { url: shown(url), count: self.requested.len() }
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

    const URL: &str = "http://catalogue/search";

    /// A page with a new item.
    fn answer(link: &str) -> ItemCollection {
        thread_local!(static COUNT: std::cell::Cell<u32> = const { std::cell::Cell::new(0) });
        let count = COUNT.replace(COUNT.get() + 1);
        page(&format!(r#"{{"id":"{count}","properties":{{}}}}"#), link, "")
    }

    fn page(items: &str, link: &str, fields: &str) -> ItemCollection {
        let text = format!(r#"{{"features":[{items}],"links":[{link}]{fields}}}"#);
        ItemCollection::read(text.as_bytes()).unwrap()
    }

    fn next(url: &str) -> String {
        format!(r#"{{"rel":"next","href":"{url}"}}"#)
    }

    #[test]
    fn links_lead_from_page_to_page() {
        let mut pages = pages();
        let first = pages.next_page().unwrap().unwrap();
        assert_eq!(first.url(), "http://catalogue/search");
        let by_post = r#"{"rel":"next","href":"http://catalogue/search","method":"POST","body":{"token":"x2"},"merge":true}"#;
        pages.answered(&mut answer(by_post), URL).unwrap();
        let Some(SearchPage::Post { body, .. }) = pages.next_page().unwrap() else {
            panic!("no second page")
        };
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((body["token"].as_str(), body["limit"].as_u64()), (Some("x2"), Some(100)));
        let by_get = r#"{"rel":"self","href":"x"},7,{"rel":"next","href":"/search?token=x3"}"#;
        pages.answered(&mut answer(by_get), URL).unwrap();
        let get = |url: &str| Ok(Some(SearchPage::Get { url: url.to_owned() }));
        assert_eq!(pages.next_page(), get("http://catalogue/search?token=x3"));
        pages.answered(&mut answer(&next("?token=x4")), "HTTP://catalogue/v2/search").unwrap();
        assert_eq!(pages.next_page(), get("http://catalogue/v2/search?token=x4"));
        pages.answered(&mut answer(""), URL).unwrap();
        assert_eq!((pages.next_page(), pages.lacking()), (Ok(None), None));
    }

    #[test]
    fn a_link_leads_on_in_any_case_and_by_a_header() {
        let mut pages = pages();
        pages.next_page().unwrap();
        pages.answered(&mut answer(r#"{"rel":"NEXT","href":"?page=2"}"#), URL).unwrap();
        let get = |url: &str| Ok(Some(SearchPage::Get { url: url.to_owned() }));
        assert_eq!(pages.next_page(), get("http://catalogue/search?page=2"));
        let mut by_header = answer("");
        by_header.add_link_header(r#"</search?page=3>; rel="next""#);
        pages.answered(&mut by_header, URL).unwrap();
        assert_eq!(pages.next_page(), get("http://catalogue/search?page=3"));
        let mut by_both = answer(&next("?page=4"));
        by_both.add_link_header(r#"</search?page=9>; rel="next""#);
        pages.answered(&mut by_both, URL).unwrap();
        assert_eq!(pages.next_page(), get("http://catalogue/search?page=4"));
    }

    #[test]
    fn a_circle_is_an_error() {
        let mut pages = pages();
        for _ in 0..2 {
            assert!(pages.next_page().unwrap().is_some());
            pages.answered(&mut answer(&next("?page=1")), URL).unwrap();
        }
        assert!(pages.next_page().unwrap_err().to_string().contains("circle"));
    }

    #[test]
    fn the_same_items_again_are_a_circle_unless_all_that_match_came() {
        let items = r#"{"id":"a","properties":{}},{"id":"b","properties":{}}"#;
        let check = |fields: &str, is_error: bool| {
            let mut pages = pages();
            pages.next_page().unwrap();
            pages.answered(&mut page(items, &next("?page=2"), fields), URL).unwrap();
            pages.next_page().unwrap();
            let outcome = pages.answered(&mut page(items, &next("?page=3"), fields), URL);
            assert_eq!(outcome.is_err(), is_error, "{fields}");
            assert_eq!(pages.next_page(), Ok(None), "{fields}");
        };
        check("", true);
        check(r#","numberMatched":3"#, true);
        check(r#","context":{"matched":2}"#, false);
    }

    #[test]
    fn empty_pages_end() {
        let mut pages = pages();
        let mut count = 0;
        while pages.next_page().unwrap().is_some() {
            count += 1;
            let link = next(&format!("?page={count}"));
            let items = if count == 1 { r#"{"id":"a","properties":{}}"# } else { "" };
            pages.answered(&mut page(items, &link, ""), URL).unwrap();
        }
        assert_eq!(count, 1 + MAX_EMPTY_PAGES);
    }

    #[test]
    fn what_the_catalogue_counts_and_does_not_send_is_lacking() {
        let item = r#"{"id":"a","properties":{}}"#;
        let check = |items: &str, fields: &str, lacking: Option<(u64, u64)>| {
            let mut pages = pages();
            pages.next_page().unwrap();
            pages.answered(&mut page(items, "", fields), URL).unwrap();
            let counts = pages.lacking().map(|counts| (counts.matched, counts.received));
            assert_eq!(counts, lacking, "{items} {fields}");
        };
        let matched = r#","numberMatched":2,"numberReturned":1"#;
        check(item, matched, Some((2, 1)));
        check(item, r#","context":{"returned":1,"matched":2}"#, Some((2, 1)));
        check(item, r#","matched":2"#, Some((2, 1)));
        check(item, r#","numberMatched":"2""#, Some((2, 1)));
        check(item, r#","search:metadata":{"matched":2}"#, Some((2, 1)));
        check("", matched, Some((2, 0)));
        // One that cannot be read came too; one that came twice came once.
        check(&format!("{item},7"), matched, None);
        check(&format!("{item},{item}"), matched, Some((2, 1)));
        check(item, r#","numberMatched":"unknown","context":{"matched":null}"#, None);
        check(item, r#","numberMatched":1"#, None);
    }

    #[test]
    fn items_that_were_not_requested_stop_the_search() {
        let item = |id: &str, collection: &str, day: &str, west: f64| {
            format!(
                r#"{{"id":"{id}","collection":"{collection}","bbox":[{west},1,{},2],
                    "properties":{{"datetime":"{day}T10:00:00Z"}}}}"#,
                west + 1.0
            )
        };
        let (s2, day) = ("sentinel-2-l2a", "2025-06-12");
        let pages = || {
            let search = ItemSearch {
                collections: vec![s2.to_owned()],
                bbox: Some([0.5, 1.0, 1.5, 2.0]),
                datetime: Some("2025-06-01T00:00:00Z/2025-06-30T23:59:59Z".to_owned()),
                ..ItemSearch::default()
            };
            let policy = AddressPolicy::of_api("http://catalogue/", &[], false).unwrap();
            SearchPages::of(&search, "http://catalogue/", policy)
        };
        let good = item("good", "Sentinel-2-L2A", day, 0.0);
        for (stray, part) in [
            (item("stray", "landsat-c2-l2", day, 0.0), "collection (requested: sentinel-2-l2a"),
            (item("stray", s2, "2019-01-01", 0.0), "days (requested: 2025-06-01T00"),
            (item("stray", s2, day, 40.0), "box (requested: [0.5, 1.0, 1.5, 2.0]"),
        ] {
            let more = next("?page=3");
            let (mut single, mut first, mut second) = (pages(), pages(), pages());
            let mut mixed = page(&format!("{good},{stray}"), "", "");
            single.answered(&mut mixed, URL).unwrap();
            let ids: Vec<&str> = mixed.features.iter().map(|item| item.id.as_str()).collect();
            assert_eq!(ids, ["good"], "a single stray is dropped");
            assert_eq!(single.unrequested(), None, "all that there is, on one page");
            let many = format!("{good},{}", vec![stray.clone(); PAGE_ITEMS].join(","));
            let mut full = pages();
            full.answered(&mut page(&many, "", ""), URL).unwrap();
            assert_eq!(full.unrequested().unwrap().count, PAGE_ITEMS, "a page full of others");
            let message =
                first.answered(&mut page(&stray, &more, ""), URL).unwrap_err().to_string();
            assert!(message.contains(part) && message.contains("1 of the 1"), "{message}");
            second.answered(&mut page(&good, &next("?page=2"), ""), URL).unwrap();
            let mut last = second.clone();
            last.answered(&mut page(&stray, "", ""), URL).unwrap();
            assert!(last.unrequested().unwrap().to_string().contains("1 of the 2"));
            assert_eq!(second.unrequested(), None);
            assert!(second.answered(&mut page(&stray, &more, ""), URL).is_err());
            let mut only = pages();
            only.answered(&mut page(&stray, "", ""), URL).unwrap();
            let unrequested = only.found(Vec::new()).unrequested.unwrap().to_string();
            assert!(unrequested.contains(part), "nothing more is to come: {unrequested}");
        }
    }

    #[test]
    fn items_without_a_collection_are_of_the_one_requested_and_files_lie_beside_their_item() {
        let item = r#"{"id":"a","properties":{},"links":[{"rel":"self","href":"/v1/items/a"}],
            "assets":{"nir08":{"href":"./B8A.tif"}}}"#;
        let mut answer = page(item, "", "");
        let mut pages = pages();
        pages.answered(&mut answer, URL).unwrap();
        let read = &answer.features[0];
        assert_eq!(read.collection.as_deref(), Some("sentinel-2-l2a"));
        assert_eq!(read.assets["nir08"].href, "http://catalogue/v1/items/B8A.tif");
        let link = r#"{"rel":"collection","href":"https://x/collections/landsat-c2-l2"}"#;
        let other = format!(r#"{{"id":"b","properties":{{}},"links":[{link}]}}"#);
        let outcome = pages.answered(&mut page(&other, &next("?page=2"), ""), URL);
        assert!(outcome.unwrap_err().to_string().contains("has landsat-c2-l2"));
    }

    #[test]
    fn endless_pages_end() {
        let mut pages = pages();
        let mut count = 0;
        while let Ok(page) = pages.next_page() {
            assert!(page.is_some());
            count += 1;
            let link = next(&format!("http://catalogue/search?page={count}"));
            pages.answered(&mut answer(&link), URL).unwrap();
        }
        assert_eq!(count, MAX_PAGES);
    }

    #[test]
    fn items_of_all_pages_are_bounded() {
        let items = vec![r#"{"id":"a","properties":{}},7"#; MAX_ITEMS / 8].join(",");
        let page = ItemCollection::read(format!(r#"{{"features":[{items}]}}"#).as_bytes()).unwrap();
        let mut pages = pages();
        let outcomes: Vec<bool> =
            (0..5).map(|_| pages.answered(&mut page.clone(), URL).is_ok()).collect();
        assert_eq!(outcomes, [true, true, true, true, false]);
    }

    #[test]
    fn a_next_page_elsewhere_is_not_requested() {
        for method in ["GET", "POST"] {
            for url in [
                "http://127.0.0.1:8080/admin",
                "http://other/search",
                "file:///etc/passwd",
                "//other/search?page=2",
            ] {
                let mut pages = pages();
                pages.next_page().unwrap();
                let link = format!(
                    r#"{{"rel":"next","href":"{url}","method":"{method}","body":{{"cmd":"x"}}}}"#
                );
                pages.answered(&mut answer(&link), URL).unwrap();
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
