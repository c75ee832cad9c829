//! Scheme and host of an address.

/// Scheme and host of an address, as a policy writes them; `None` for a path on this server and
/// what cannot be written. `{s}.` at the start of a host, as in the addresses of basemaps, stands
/// for any subdomain.
pub(super) fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let host = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
    let (wildcard, name) = match host.strip_prefix("{s}.").or_else(|| host.strip_prefix("*.")) {
        Some(name) => ("*.", name),
        None => ("", host.as_str()),
    };
    let is_written = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    // A policy may name all ports of a host.
    let written = name.strip_suffix(":*").unwrap_or(name);
    let is_host = !written.is_empty() && name.len() <= 255 && written.bytes().all(is_written);
    (matches!(&*scheme, "http" | "https") && is_host)
        .then(|| format!("{scheme}://{wildcard}{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_and_host() {
        let check = |url: &str, origin: Option<&str>| {
            assert_eq!(origin_of(url).as_deref(), origin, "{url}")
        };
        check("https://Bucket.Example/a/b?c#d", Some("https://bucket.example"));
        check("http://127.0.0.1:8080", Some("http://127.0.0.1:8080"));
        check("http://127.0.0.1:*", Some("http://127.0.0.1:*"));
        check("http://[::1]:80/x", Some("http://[::1]:80"));
        check("https://*.blob.core.windows.net", Some("https://*.blob.core.windows.net"));
        check("https://{s}.tiles.example/{z}/{x}/{y}.png", Some("https://*.tiles.example"));
        check("https://proxy.example?url=https://other.example", Some("https://proxy.example"));
        for url in [
            "/streets/{z}/{x}/{y}.png",
            "s3://bucket/a.tif",
            "https://",
            "https://a b/",
            "https://a;script-src *",
            "https://a.example, https://b.example",
            "https://user@host/",
            "https://*/",
            "https://a.*.example/",
            "javascript:alert(1)",
        ] {
            check(url, None);
        }
    }
}
