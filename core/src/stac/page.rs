//! The pages of a search: how each is asked for, by the links of the one before.

use serde_json::{Map, Value};

use super::Search;

/// Items asked for on a page.
const PAGE_ITEMS: usize = 100;
/// More pages than any area needs: a chain that long does not end.
const MOST_PAGES: usize = 500;

/// One request of a search.
#[derive(Clone, Debug, PartialEq)]
pub enum Page {
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
        body: Value,
    },
}

/// The requests of one search, from page to page.
#[derive(Clone, Debug)]
pub struct Pages {
    asked: Vec<Page>,
    next: Option<Page>,
}

/// Pages that do not end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the catalogue {url} leads in a circle: its pages do not end after {count}")]
pub struct Circle {
    url: String,
    count: usize,
}

impl Page {
    /// Address.
    pub fn url(&self) -> &str {
        match self {
            Self::Get { url } | Self::Post { url, .. } => url,
        }
    }

    /// The next page by an answer's links. With `merge` its body is merged into the first request's.
    fn after(answer: &Value, first: &Self) -> Option<Self> {
        let links = answer.get("links")?.as_array()?;
        let link = links.iter().find(|link| link.get("rel").and_then(Value::as_str) == Some("next"))?;
        let url = link.get("href")?.as_str()?.to_owned();
        let method = link.get("method").and_then(Value::as_str);
        if !method.is_some_and(|method| method.eq_ignore_ascii_case("post")) {
            return Some(Self::Get { url });
        }
        let own = link.get("body").cloned().unwrap_or_default();
        let merged = link.get("merge").and_then(Value::as_bool).unwrap_or(false);
        let body = match (first, merged, own) {
            (Self::Post { body: Value::Object(first), .. }, true, Value::Object(own)) => {
                Value::Object(first.clone().into_iter().chain(own).collect::<Map<_, _>>())
            }
            (_, _, own) => own,
        };
        Some(Self::Post { url, body })
    }
}

impl Pages {
    /// The pages of a search of an API by its root.
    pub fn of(search: &Search, root: &str) -> Self {
        let search = Search { limit: Some(PAGE_ITEMS), ..search.clone() };
        // Strings, numbers and lists: always JSON.
        let body = serde_json::to_value(search).unwrap_or_default();
        Self {
            asked: Vec::new(),
            next: Some(Page::Post { url: format!("{}/search", root.trim_end_matches('/')), body }),
        }
    }

    /// The page to ask for now; `None` after the last.
    ///
    /// # Errors
    /// When it was asked for before, or too many were.
    pub fn next_page(&mut self) -> Result<Option<Page>, Circle> {
        let Some(page) = self.next.take() else { return Ok(None) };
        if self.asked.contains(&page) || self.asked.len() >= MOST_PAGES {
            return Err(Circle { url: page.url().to_owned(), count: self.asked.len() });
        }
        self.asked.push(page.clone());
        Ok(Some(page))
    }

    /// Takes in what was answered to the page asked for last.
    pub fn answered(&mut self, answer: &Value) {
        self.next = self.asked.first().and_then(|first| Page::after(answer, first));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn pages() -> Pages {
        let search = Search { collections: vec!["sentinel-2-l2a".to_owned()], ..Search::default() };
        Pages::of(&search, "http://catalogue/")
    }

    fn answer(link: &str) -> Value {
        serde_json::from_str(&format!(r#"{{"features":[],"links":[{link}]}}"#)).unwrap()
    }

    #[test]
    fn links_lead_from_page_to_page() {
        let mut pages = pages();
        let first = pages.next_page().unwrap().unwrap();
        assert_eq!(first.url(), "http://catalogue/search");
        pages.answered(&answer(
            r#"{"rel":"next","href":"http://catalogue/search","method":"POST","body":{"token":"x2"},"merge":true}"#,
        ));
        let Some(Page::Post { body, .. }) = pages.next_page().unwrap() else { panic!("no second page") };
        assert_eq!((body["token"].as_str(), body["limit"].as_u64()), (Some("x2"), Some(100)));
        pages.answered(&answer(r#"{"rel":"next","href":"http://catalogue/search?token=x3"}"#));
        assert_eq!(pages.next_page().unwrap(), Some(Page::Get { url: "http://catalogue/search?token=x3".to_owned() }));
        pages.answered(&answer(""));
        assert_eq!(pages.next_page(), Ok(None));
    }

    #[test]
    fn a_circle_is_an_error() {
        let mut pages = pages();
        let circle = answer(r#"{"rel":"next","href":"http://catalogue/search?page=1"}"#);
        for _ in 0..2 {
            assert!(pages.next_page().unwrap().is_some());
            pages.answered(&circle);
        }
        assert!(pages.next_page().unwrap_err().to_string().contains("circle"));
    }
}
