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
    /// The link of a response header `Link` (RFC 8288): `<https://…/search?page=2>; rel="next"`.
    pub(super) fn of_header(header: &str) -> Option<Self> {
        let url = header_links(header).find_map(|(url, parameters)| {
            let is_next = parameters.split(';').any(|parameter| {
                let (name, value) = parameter.split_once('=').unwrap_or_default();
                let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
                name.trim().eq_ignore_ascii_case("rel") && relations.any(is_next)
            });
            is_next.then_some(url)
        })?;
        Some(Self { url: url.to_owned(), is_post: false, body: Value::Null, is_merged: false })
    }

    /// The first link that leads on. Links of a foreign kind lead nowhere.
    pub(super) fn of_links<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
        let links: Vec<Value> = lenient::list(from)?;
        Ok(links.into_iter().find_map(|mut link| {
            let text = |key: &str| link.get(key).and_then(Value::as_str);
            let url = text("href").filter(|_| text("rel").is_some_and(is_next))?;
            let method = text("method");
            Some(Self {
                url: url.to_owned(),
                is_post: method.is_some_and(|method| method.eq_ignore_ascii_case("post")),
                is_merged: link.get("merge").and_then(Value::as_bool).unwrap_or(false),
                body: link.get_mut("body").map(Value::take).unwrap_or_default(),
            })
        }))
    }
}

/// Whether a link of this relation leads on. Registered relations have no case (RFC 8288).
fn is_next(relation: &str) -> bool {
    relation.eq_ignore_ascii_case("next")
}

/// The addresses of a header `Link`, each with the text of its parameters.
fn header_links(header: &str) -> impl Iterator<Item = (&str, &str)> {
    header.split('<').skip(1).filter_map(|link| {
        let (url, parameters) = link.split_once('>')?;
        let url = url.trim();
        (!url.is_empty()).then_some((url, parameters.trim().trim_end_matches(',')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_header_leads_on_by_its_relation() {
        let url = |header: &str| NextPage::of_header(header).map(|next| next.url);
        let page = Some("https://x/search?a=1,2;3&page=2".to_owned());
        for header in [
            r#"<https://x/search?a=1,2;3&page=2>; rel="next""#,
            r#"<https://x/search?a=1,2;3&page=2>;rel=NEXT"#,
            r#"<https://x/>; rel="self", < https://x/search?a=1,2;3&page=2 > ; REL="last next""#,
            r#"<https://x/search?a=1,2;3&page=2>; type="a/b"; rel="next"; title="more", <b>; rel=up"#,
        ] {
            assert_eq!(url(header), page, "{header}");
        }
        for header in
            ["", "next", "<>; rel=next", "<https://x", r#"<https://x>; rel="prev""#, "<a>; next"]
        {
            assert_eq!(url(header), None, "{header}");
        }
    }
}
