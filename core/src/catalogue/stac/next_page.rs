//! The link of a page of a search to the next page.

use serde::Deserializer;
use serde_json::Value;

use super::lenient;

/// The link of a page to the next.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NextPage {
    pub(super) url: String,
    pub(super) is_post: bool,
    /// What is sent; null where the link states nothing.
    pub(super) body: Value,
    /// Whether the body is merged into the first request's.
    pub(super) is_merged: bool,
}

impl NextPage {
    /// The first link that leads on. Links of a foreign kind lead nowhere.
    pub(super) fn of_links<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
        let links: Vec<Value> = lenient::list(from)?;
        Ok(links.into_iter().find_map(|mut link| {
            let text = |key: &str| link.get(key).and_then(Value::as_str);
            let (url, method) =
                (text("href").filter(|_| text("rel") == Some("next"))?, text("method"));
            Some(Self {
                url: url.to_owned(),
                is_post: method.is_some_and(|method| method.eq_ignore_ascii_case("post")),
                is_merged: link.get("merge").and_then(Value::as_bool).unwrap_or(false),
                body: link.get_mut("body").map(Value::take).unwrap_or_default(),
            })
        }))
    }
}
