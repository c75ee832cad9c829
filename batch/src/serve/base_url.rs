//! Where the reader finds this server, so that links lead back the way the request came.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// Scheme, host and mount as the reader sees them, behind however many proxies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BaseUrl {
    /// `http://localhost:8080`; empty where the request names no host.
    origin: String,
    /// `/fires`; empty at the top of a host.
    mount: String,
}

impl BaseUrl {
    /// The whole address of a path here; the path starts with a slash.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.mount)
    }

    /// The same without scheme and host.
    pub(super) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.mount)
    }

    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        let scheme =
            first(headers, &FORWARDED_PROTO).filter(|scheme| *scheme == "https").unwrap_or("http");
        let host = [FORWARDED_HOST, header::HOST]
            .iter()
            .find_map(|name| first(headers, name).filter(is_host));
        let mount = first(headers, &FORWARDED_PREFIX).filter(is_mount).unwrap_or_default();
        Self {
            origin: host.map(|host| format!("{scheme}://{host}")).unwrap_or_default(),
            mount: mount.trim_end_matches('/').to_owned(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for BaseUrl {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::from_headers(&parts.headers))
    }
}

/// The first of a list: each proxy adds its own behind those before it.
fn first<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()?.split(',').next().map(str::trim)
}

/// The longest host with a port; longer ones would make every link long.
const MAX_HOST_BYTES: usize = 262;
const MAX_MOUNT_BYTES: usize = 256;

fn is_host(text: &&str) -> bool {
    (1..=MAX_HOST_BYTES).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

fn is_mount(text: &&str) -> bool {
    text.len() <= MAX_MOUNT_BYTES
        && text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.-_~%".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&'static str, &'static str)], url: &str) {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), value.parse().unwrap())
        };
        let headers: HeaderMap = headers.iter().map(pair).collect();
        assert_eq!(BaseUrl::from_headers(&headers).url("/stac"), url);
    }

    #[test]
    fn links_lead_back_the_way_the_request_came() {
        check(&[("host", "127.0.0.1:8080")], "http://127.0.0.1:8080/stac");
        check(&[("host", "[::1]:8080")], "http://[::1]:8080/stac");
        check(
            &[("host", "inner:80"), ("x-forwarded-host", "fire.example")],
            "http://fire.example/stac",
        );
        check(
            &[
                ("host", "inner"),
                ("x-forwarded-proto", "https, http"),
                ("x-forwarded-prefix", "/fires/"),
            ],
            "https://inner/fires/stac",
        );
        check(&[], "/stac");
    }

    #[test]
    fn what_is_no_host_and_no_mount_is_passed_over() {
        check(&[("host", "inner"), ("x-forwarded-host", "a.example/b?c=")], "http://inner/stac");
        check(&[("host", "inner"), ("x-forwarded-proto", "javascript")], "http://inner/stac");
        check(&[("host", "inner"), ("x-forwarded-prefix", "//elsewhere")], "http://inner/stac");
    }
}
