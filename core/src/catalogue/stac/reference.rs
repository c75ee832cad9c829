//! References between documents: resolved against the address that names them.

/// The http(s) address that a reference leads to, seen from the document at `base`; `None` where
/// it leads to another kind of place, or is relative to one.
///
/// Spaces and other characters that an address cannot hold are percent-encoded, the scheme becomes
/// lower case, a fragment is left out. Control characters and backslashes stay, and are refused
/// with the address.
pub fn resolve_reference(base: &str, reference: &str) -> Option<String> {
    let reference = without_fragment(reference.trim_matches(' '));
    if reference.is_empty() {
        return None;
    }
    if let Some(scheme) = scheme(reference) {
        let (scheme, rest) = (scheme.to_ascii_lowercase(), &reference[scheme.len()..]);
        return is_http(&scheme).then(|| encoded(&format!("{scheme}{rest}")));
    }
    let base = without_fragment(base);
    let scheme = scheme(base).map(str::to_ascii_lowercase).filter(|scheme| is_http(scheme))?;
    if reference.starts_with("//") {
        return Some(encoded(&format!("{scheme}:{reference}")));
    }
    let authority_end = authority_end(base);
    let origin = format!("{scheme}{}", base.get(scheme.len()..authority_end)?);
    let base_path = base[authority_end..].split('?').next().unwrap_or_default();
    let path = match reference.as_bytes()[0] {
        b'/' => reference.to_owned(),
        b'?' => format!("{base_path}{reference}"),
        _ => {
            let folder = base_path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{folder}/{reference}")
        }
    };
    Some(encoded(&format!("{origin}{}", without_dots(&path))))
}

/// The scheme of an address, as it is written; `None` for a relative reference.
pub fn scheme(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some(scheme)
}

/// Whether a scheme in lower case is one that is read.
fn is_http(scheme: &str) -> bool {
    scheme == "http" || scheme == "https"
}

fn without_fragment(address: &str) -> &str {
    address.split('#').next().unwrap_or_default()
}

/// Where the path, or the query without one, of an absolute address begins.
fn authority_end(address: &str) -> usize {
    let start = address.find("://").map_or(0, |place| place + 3);
    address[start..].find(['/', '?']).map_or(address.len(), |end| start + end)
}

/// A path without `.` and `..`, its query unchanged (RFC 3986, 5.2.4).
fn without_dots(path: &str) -> String {
    let (path, query) = match path.find('?') {
        Some(place) => path.split_at(place),
        None => (path, ""),
    };
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}{query}", kept.join("/"))
}

/// An address whose path and query hold only characters that they may hold.
fn encoded(address: &str) -> String {
    let (authority, path) = address.split_at(authority_end(address));
    let mut text = authority.to_owned();
    for byte in path.bytes() {
        let must_encode = byte >= 0x80 || b" \"<>`{}|^".contains(&byte);
        if must_encode { push_encoded(&mut text, byte) } else { text.push(char::from(byte)) }
    }
    text
}

/// Appends a byte as `%` and two digits.
pub(super) fn push_encoded(text: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    text.push('%');
    text.push(char::from(DIGITS[usize::from(byte >> 4)]));
    text.push(char::from(DIGITS[usize::from(byte & 15)]));
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(reference: &str, expected: Option<&str>) {
        let base = "https://stac.example/v1/search?token=1#top";
        assert_eq!(resolve_reference(base, reference).as_deref(), expected, "{reference}");
    }

    #[test]
    fn a_relative_reference_is_resolved_against_its_document() {
        check("search?page=2", Some("https://stac.example/v1/search?page=2"));
        check("/v2/search?page=2", Some("https://stac.example/v2/search?page=2"));
        check("?page=2", Some("https://stac.example/v1/search?page=2"));
        check("./a/../b/./B8A.tif", Some("https://stac.example/v1/b/B8A.tif"));
        check("../../../B8A.tif", Some("https://stac.example/B8A.tif"));
        check("..", Some("https://stac.example/"));
        check("//bucket.example/B8A.tif", Some("https://bucket.example/B8A.tif"));
        check("items/a:b.tif", Some("https://stac.example/v1/items/a:b.tif"));
        check("b?at=../x", Some("https://stac.example/v1/b?at=../x"));
        let at_root = |reference| resolve_reference("HTTP://h:8080", reference);
        assert_eq!(at_root("a.tif").as_deref(), Some("http://h:8080/a.tif"));
        assert_eq!(resolve_reference("/data/items.json", "a.tif"), None);
        check("", None);
        check("#top", None);
    }

    #[test]
    fn an_absolute_address_stays_and_is_written_in_one_way() {
        check("HTTPS://Bucket.example/B8A.tif", Some("https://Bucket.example/B8A.tif"));
        check(" http://b.example/my scene.tif ", Some("http://b.example/my%20scene.tif"));
        check("https://b.example/a%20b.tif?x={1}", Some("https://b.example/a%20b.tif?x=%7B1%7D"));
        check("https://b.example/größe.tif", Some("https://b.example/gr%C3%B6%C3%9Fe.tif"));
        check("https://b.example/a/../b", Some("https://b.example/a/../b"));
        for other in ["s3://bucket/B8A.tif", "file:///etc/passwd", "mailto:x"] {
            check(other, None);
        }
    }

    #[test]
    fn what_no_address_may_hold_is_left_for_the_policy() {
        for odd in ["https://b.example\\x/a", "a\tb.tif", "a\r\nHost: evil"] {
            let resolved = resolve_reference("https://stac.example/", odd).unwrap();
            assert!(super::super::Origin::of(&resolved).is_err(), "{resolved}");
        }
    }
}
