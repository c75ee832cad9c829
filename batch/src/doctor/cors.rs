//! What a browser, showing the page on another site, may request of the catalogue and of the
//! images.

use dragonfly_core::stac::{AssetBand, Item};
use serde_json::json;

use super::asset::map_bands;
use super::finding::Finding;
use super::http::{Http, ProbeResponse};
use crate::deployment::settings::is_url;
use crate::http::Scope;

const CATALOGUE: &str = "catalogue cors";
const ASSETS: &str = "assets cors";

/// Whether the page may search: the browser sends a preflight first, as the body is JSON.
pub(super) fn catalogue(root: &str, origin: &str, http: &Http) -> Finding {
    let url = format!("{root}/search");
    let check = || -> Result<(), String> {
        check_scheme(&url, origin)?;
        let preflight = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type"),
        ];
        let preflight = http.options(&url, &preflight)?;
        // POST needs no permission of its own; its content type does.
        if !(200..300).contains(&preflight.status) {
            return Err(format!("its preflight (OPTIONS) is answered {}", preflight.describe()));
        }
        check_origin(&preflight, origin)
            .map_err(|refusal| format!("its preflight (OPTIONS) {refusal}"))?;
        if !preflight.lists("access-control-allow-headers", "content-type") {
            return Err("its preflight (OPTIONS) does not list content-type in \
                Access-Control-Allow-Headers"
                .to_owned());
        }
        let answer =
            http.post_json(&url, &[("origin", origin)], &json!({ "limit": 1 }).to_string())?;
        check_origin(&answer, origin).map_err(|refusal| format!("its answer to POST {refusal}"))
    };
    match check() {
        Ok(()) => Finding::ok(CATALOGUE, format!("a page on {origin} may search {url}")),
        Err(refusal) => Finding::fail(
            CATALOGUE,
            format!("a page on {origin} may not search {url}: {refusal}"),
            "ask its operator to allow any site, or name in `stac` a proxy of yours that does; \
            high resolution in the browser is all that needs it. `proxy_base` is the same for \
            the images",
        ),
    }
}

/// Whether the page may read the images, through `proxy_base` where it is set.
pub(super) fn assets(item: &Item, proxy_base: Option<&str>, origin: &str, http: &Http) -> Finding {
    let bands = match map_bands(item) {
        Ok(bands) => bands,
        Err(error) => return Finding::skipped(ASSETS, error.to_string()),
    };
    let mut hides_range = false;
    let mut last = String::new();
    for (name, AssetBand { asset, .. }) in bands {
        if !is_url(&asset.href) {
            return Finding::skipped(
                ASSETS,
                "the images lie on this machine: `serve` hands them to its own page",
            );
        }
        let url = format!("{}{}", proxy_base.unwrap_or_default(), asset.href);
        let check = || -> Result<ProbeResponse, String> {
            check_scheme(&url, origin)?;
            // The proxy is the operator's own.
            let scope = if proxy_base.is_some() { Scope::Configured } else { Scope::File };
            let answer = http.get_range(&url, scope, &[("origin", origin)])?;
            if answer.status != 206 {
                return Err(format!("it answers {}", answer.describe()));
            }
            check_origin(&answer, origin)?;
            Ok(answer)
        };
        match check() {
            Ok(answer) => {
                hides_range |= !answer.lists("access-control-expose-headers", "content-range")
            }
            Err(refusal) => {
                let advice = match proxy_base {
                    None => {
                        "name in `proxy_base` a proxy that passes these files on and allows any \
                        site; the page puts it before their addresses. Nightly maps need none"
                    }
                    Some(_) => {
                        "the proxy of `proxy_base` must pass Range on, and answer with \
                        Access-Control-Allow-Origin: *"
                    }
                };
                let words = format!("a page on {origin} may not read the {name} {url}: {refusal}");
                return Finding::fail(ASSETS, words, advice);
            }
        }
        last = url;
    }
    if hides_range {
        return Finding::warn(
            ASSETS,
            format!("a page on {origin} may read {last}, but not see its Content-Range"),
            "the length of a file is unknown to the page: let the bucket expose it \
            (Access-Control-Expose-Headers: Content-Range), or name a proxy that does in \
            `proxy_base`",
        );
    }
    Finding::ok(ASSETS, format!("a page on {origin} may read {last} in ranges"))
}

/// A page that came over https may request nothing over http, other than this machine.
pub(super) fn check_scheme(url: &str, origin: &str) -> Result<(), String> {
    let is_local =
        ["http://127.0.0.1", "http://localhost"].iter().any(|local| url.starts_with(local));
    if origin.starts_with("https://") && url.starts_with("http://") && !is_local {
        return Err("a page over https may request nothing over http".to_owned());
    }
    Ok(())
}

pub(super) fn check_origin(answer: &ProbeResponse, origin: &str) -> Result<(), String> {
    match answer.header("access-control-allow-origin").map(str::trim) {
        Some(allowed) if allowed == "*" || allowed == origin => Ok(()),
        Some(other) => Err(format!("allows {other} only (Access-Control-Allow-Origin)")),
        None => Err("has no Access-Control-Allow-Origin".to_owned()),
    }
}

/// A site as browsers name it: scheme, host and perhaps port, nothing behind.
///
/// # Errors
/// When it is no such thing; with an example.
pub(crate) fn parse_origin(text: &str) -> Result<String, String> {
    let origin = text.strip_suffix('/').unwrap_or(text);
    let host = origin.split_once("://").map(|(_, host)| host).unwrap_or_default();
    if !is_url(origin) || host.is_empty() || host.contains(['/', '?', '#', ' ']) {
        return Err("write scheme and host alone, such as https://maps.example.org".to_owned());
    }
    Ok(origin.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_and_host() {
        assert_eq!(
            parse_origin("https://Maps.example.org/"),
            Ok("https://maps.example.org".to_owned())
        );
        assert_eq!(parse_origin("http://localhost:8080"), Ok("http://localhost:8080".to_owned()));
        for wrong in
            ["maps.example.org", "https://", "https://a.example/page", "ftp://a.example", ""]
        {
            assert!(parse_origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn https_may_not_request_http() {
        let check = |url, origin| check_scheme(url, origin).is_ok();
        assert!(check("https://a.example/search", "https://maps.example"));
        assert!(check("http://a.example/search", "http://maps.example"));
        assert!(check("http://127.0.0.1:80/search", "https://maps.example"));
        assert!(!check("http://a.example/search", "https://maps.example"));
    }
}
