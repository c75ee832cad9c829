//! Tokens with which the files of some catalogues open: who hands them out, and where they belong.

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// Catalogues whose files need a token: host of the catalogue, and the endpoint, behind whose
/// address `/{collection}` is written.
const TOKEN_ENDPOINTS: [(&str, &str); 1] = [(
    "planetarycomputer.microsoft.com",
    "https://planetarycomputer.microsoft.com/api/sas/v1/token",
)];
/// The hosts that require a token: Azure's storage.
const SIGNED_HOSTS: &str = ".blob.core.windows.net";

/// Who hands out tokens: `GET {endpoint}/{collection}`, free and without an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEndpoint(String);

/// The endpoint of a catalogue, by the root of its API; `None` where files open without a token.
pub fn token_endpoint(catalogue: &str) -> Option<TokenEndpoint> {
    let host = host(catalogue)?;
    TOKEN_ENDPOINTS.iter().find(|(name, _)| *name == host).map(|(_, url)| TokenEndpoint::at(url))
}

impl TokenEndpoint {
    /// An endpoint at an address of its own.
    pub fn at(url: &str) -> Self {
        Self(url.trim_end_matches('/').to_owned())
    }

    /// Where the token of a collection is requested.
    pub fn url(&self, collection: &str) -> String {
        format!("{}/{collection}", self.0)
    }
}

/// What the endpoint answers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Token {
    /// When it ends, about an hour after it was given.
    #[serde(rename = "msft:expiry")]
    pub expiry: DateTime<Utc>,
    /// A query string, such as `st=…&se=…&sig=…`.
    pub token: String,
}

impl Token {
    /// An address with the token behind it; unchanged where the host requires none, or it is signed
    /// already.
    pub fn signed(&self, href: &str) -> String {
        if !asks_for_token(href) || without_token(href) != href {
            return href.to_owned();
        }
        let joint = if href.contains('?') { '&' } else { '?' };
        format!("{href}{joint}{}", self.token)
    }
}

/// An address as it may be shown and kept: without a token behind it. A proxy's address may hold a
/// question mark of its own before the file's.
pub fn without_token(href: &str) -> &str {
    match href.rsplit_once('?') {
        Some((path, query)) if query.split('&').any(is_signature) => path,
        _ => href,
    }
}

/// Whether a part of a query signs it, as Azure (`sig`), Amazon (`X-Amz-Signature`) and others name
/// it.
fn is_signature(part: &str) -> bool {
    let name = part.split('=').next().unwrap_or_default().to_ascii_lowercase();
    name == "sig" || name.ends_with("signature")
}

/// Whether a file opens only with a token.
pub(super) fn asks_for_token(href: &str) -> bool {
    host(href).is_some_and(|host| host.ends_with(SIGNED_HOSTS))
}

/// The host of an http(s) address, in lower case.
fn host(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    (scheme == "http" || scheme == "https").then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn planetary_computer_has_an_endpoint_and_earth_search_has_none() {
        let endpoint =
            token_endpoint("https://planetarycomputer.microsoft.com/api/stac/v1").unwrap();
        assert_eq!(
            endpoint.url("landsat-c2-l2"),
            "https://planetarycomputer.microsoft.com/api/sas/v1/token/landsat-c2-l2"
        );
        assert_eq!(token_endpoint("https://earth-search.aws.element84.com/v1"), None);
        assert_eq!(token_endpoint("https://evil.example/planetarycomputer.microsoft.com"), None);
        assert_eq!(token_endpoint("items.json"), None);
    }

    #[test]
    fn only_the_files_of_the_storage_are_signed_and_only_once() {
        let token: Token = serde_json::from_str(
            r#"{"msft:expiry":"2026-01-01T00:45:00Z","token":"se=1&sig=x%3D"}"#,
        )
        .unwrap();
        let file = "https://sentinel2l2a01.blob.core.windows.net/sentinel2-l2/B8A.tif";
        let signed = token.signed(file);
        assert_eq!(signed, format!("{file}?se=1&sig=x%3D"));
        assert_eq!(token.signed(&signed), signed);
        assert_eq!(
            token.signed(&format!("{file}?version=2")),
            format!("{file}?version=2&se=1&sig=x%3D")
        );
        assert_eq!(without_token(&signed), file);
        let proxied = "https://proxy.example/?https://sentinel2l2a01.blob.core.windows.net/B8A.tif";
        assert_eq!(without_token(&format!("{proxied}?se=1&sig=x%3D")), proxied);
        assert_eq!(
            without_token("https://a.example/B8A.tif?X-Amz-Date=1&X-Amz-Signature=x"),
            "https://a.example/B8A.tif"
        );
        for other in [proxied, "https://a.example/B8A.tif?version=2"] {
            assert_eq!(without_token(other), other);
        }
        for other in [
            "https://sentinel-cogs.s3.us-west-2.amazonaws.com/B8A.tif",
            "s3://eodata/B8A.jp2",
            "B8A.tif",
        ] {
            assert_eq!(token.signed(other), other);
            assert_eq!(without_token(other), other);
        }
    }
}
