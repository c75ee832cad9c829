//! Where an answer redirects to, and how that is requested.

use dragonfly_core::stac::shown;
use ureq::http::{HeaderMap, Method};
use url::Url;

use super::error::HttpError;

/// The request that a redirect leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Redirect {
    pub(super) method: Method,
    pub(super) url: String,
}

/// The redirect of an answer to a request; `None` for any other answer.
///
/// 303 is followed by GET (RFC 9110, section 15.4.4). 301, 302, 307 and 308 keep the method and its
/// body: for 301 and 302 the RFC leaves it open, and a search sent by GET instead would be another.
///
/// # Errors
/// When it does not state where to.
pub(super) fn redirect(
    status: u16,
    headers: &HeaderMap,
    method: &Method,
    url: &str,
) -> Result<Option<Redirect>, HttpError> {
    let method = match status {
        303 => Method::GET,
        301 | 302 | 307 | 308 => method.clone(),
        _ => return Ok(None),
    };
    let location = headers.get("location").and_then(|location| location.to_str().ok());
    let joined =
        location.and_then(|location| joined(url, location)).ok_or(HttpError::RedirectNowhere)?;
    Ok(Some(Redirect { method, url: joined }))
}

/// An address relative to another; `None` where there is none.
pub(crate) fn joined(base: &str, reference: &str) -> Option<String> {
    let mut url = Url::parse(base).ok()?.join(reference).ok()?;
    url.set_fragment(None);
    Some(url.into())
}

/// The part of an address that may be published: the rest is what a server sent.
pub(super) fn shown_origin(url: &str) -> String {
    let origin = Url::parse(url).ok().map(|url| url.origin());
    match origin.filter(|origin| origin.is_tuple()) {
        Some(origin) => shown(&origin.ascii_serialization()),
        None => "an address that is not http".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, location: &str, expected: Option<(Method, &str)>) {
        let mut headers = HeaderMap::new();
        headers.insert("location", location.parse().unwrap());
        let redirect =
            redirect(status, &headers, &Method::POST, "https://a.example/v1/search").unwrap();
        let expected = expected.map(|(method, url)| Redirect { method, url: url.to_owned() });
        assert_eq!(redirect, expected, "{status} {location}");
    }

    #[test]
    fn a_redirect_keeps_its_method_but_for_303() {
        check(200, "/x", None);
        check(304, "/x", None);
        check(303, "/x", Some((Method::GET, "https://a.example/x")));
        for status in [301, 302, 307, 308] {
            check(
                status,
                "more?page=2#top",
                Some((Method::POST, "https://a.example/v1/more?page=2")),
            );
        }
        check(307, "//b.example/", Some((Method::POST, "https://b.example/")));
        check(307, "http:\\\\127.1\\x", Some((Method::POST, "http://127.0.0.1/x")));
        check(302, "file:///etc/passwd", Some((Method::POST, "file:///etc/passwd")));
    }

    #[test]
    fn of_a_refused_address_only_its_origin_is_shown() {
        assert_eq!(shown_origin("https://b.example:8443/SECRET?x"), "https://b.example:8443");
        assert_eq!(shown_origin("file:///SECRET"), "an address that is not http");
        assert_eq!(shown_origin("SECRET"), "an address that is not http");
    }

    #[test]
    fn a_redirect_that_leads_nowhere_is_an_error() {
        let to_nowhere = redirect(302, &HeaderMap::new(), &Method::GET, "https://a.example/");
        assert!(matches!(to_nowhere, Err(HttpError::RedirectNowhere)));
    }
}
