//! A catalogue in a file: a STAC ItemCollection, or items by lines.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dragonfly_core::stac::{FoundItems, ItemCollection, resolve_reference, scheme};

use super::api::warn_of_unread;
use crate::read::local_file::read_text;

/// The largest file that is read, bytes: some ten thousand items.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// The items of a file, their hrefs made absolute: URLs, or paths.
///
/// # Errors
/// When the file is missing, no regular file, too large, or no ItemCollection.
pub(super) fn read_items(file: &Path) -> Result<FoundItems> {
    let text = read_text(file, MAX_FILE_BYTES).with_context(|| {
        format!(
            "cannot read the catalogue {}: name a STAC ItemCollection, or an API by its http(s) \
            address, with --stac",
            file.display()
        )
    })?;
    let mut collection = ItemCollection::read_file(&text)
        .with_context(|| format!("the catalogue {} cannot be used", file.display()))?;
    drop(text);
    warn_of_unread(&collection, &file.display().to_string());
    let lacking = collection.lacking();
    if collection.has_next() && lacking.is_none() {
        tracing::warn!(
            "the catalogue {} is one page of a search and links to a next one, which is not read: \
            join all pages in the file",
            file.display()
        );
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    for item in &mut collection.features {
        let own = item.own_address().map(str::to_owned);
        for href in item.hrefs_mut() {
            *href = absolute(folder, own.as_deref(), href);
        }
    }
    Ok(FoundItems { items: collection.features, lacking, unrequested: None })
}

/// An href as a URL or a path. A relative one is that of a file beside the catalogue, or else
/// leads on from the item's own address.
fn absolute(folder: &Path, own: Option<&str>, href: &str) -> String {
    if let Some(address) = resolve_reference("", href) {
        return address;
    }
    match scheme(href) {
        Some(scheme) if scheme.eq_ignore_ascii_case("file") => {
            let path = href[scheme.len()..].trim_start_matches(':');
            existing(Path::new(path.strip_prefix("//").unwrap_or(path))).display().to_string()
        }
        Some(_) => href.to_owned(),
        None => {
            let path = existing(&folder.join(href.strip_prefix("./").unwrap_or(href)));
            let base = if href.starts_with("//") { Some("https:") } else { own };
            match base.and_then(|base| resolve_reference(base, href)) {
                Some(address) if !path.exists() => address,
                _ => path.display().to_string(),
            }
        }
    }
}

/// The path of a local file: as written, or else with its percent signs decoded where that is a
/// file. An href is a URI reference, so a space in it may be written as `%20`.
fn existing(path: &Path) -> PathBuf {
    let decoded = path.to_str().filter(|_| !path.exists()).and_then(percent_decoded);
    decoded.map(PathBuf::from).filter(|decoded| decoded.exists()).unwrap_or_else(|| path.to_owned())
}

/// A text with each `%` and its two hexadecimal digits as the byte that they stand for; `None` where
/// that is no text.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let digits = more.get(..2).filter(|_| *first == b'%');
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &more[2..] } else { more };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hrefs_may_be_relative_absolute_or_urls() {
        let absolute = |href| absolute(Path::new("/data/fire"), None, href);
        assert_eq!(absolute("./scenes/B8A.tif"), "/data/fire/scenes/B8A.tif");
        assert_eq!(absolute("B8A.tif"), "/data/fire/B8A.tif");
        assert_eq!(absolute("/elsewhere/B8A.tif"), "/elsewhere/B8A.tif");
        assert_eq!(absolute("file:///elsewhere/B8A.tif"), "/elsewhere/B8A.tif");
        assert_eq!(absolute("https://host/B8A.tif"), "https://host/B8A.tif");
        assert_eq!(absolute("HTTPS://host/my scene.tif"), "https://host/my%20scene.tif");
        assert_eq!(absolute("//host/B8A.tif"), "https://host/B8A.tif");
        assert_eq!(absolute("s3://bucket/B8A.tif"), "s3://bucket/B8A.tif");
    }

    #[test]
    fn a_relative_href_leads_on_from_the_item_where_no_such_file_is_beside_the_catalogue() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("here.tif"), "").unwrap();
        let absolute = |href| absolute(folder.path(), Some("https://h/items/a"), href);
        assert_eq!(absolute("./there.tif"), "https://h/items/there.tif");
        let here = folder.path().join("here.tif").display().to_string();
        assert_eq!(absolute("./here.tif"), here);
    }

    #[test]
    fn an_href_may_be_percent_encoded() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        for name in ["my scene ü.tif", "100%.tif", "a%20b.tif"] {
            std::fs::write(path(name), "").unwrap();
        }
        let absolute = |href: &str| absolute(folder.path(), None, href);
        assert_eq!(absolute("./my%20scene%20%C3%BC.tif"), path("my scene ü.tif"));
        let url = format!("file://{}", path("my%20scene%20%c3%bc.tif"));
        assert_eq!(absolute(&url), path("my scene ü.tif"));
        for literal in ["100%.tif", "a%20b.tif", "not%20there.tif", "%FF.tif", "%.tif", "%zz.tif"] {
            assert_eq!(absolute(literal), path(literal));
        }
    }

    #[test]
    fn a_file_may_hold_items_by_lines() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("items.ndjson");
        let item = |id: &str| {
            format!(r#"{{"id":"{id}","properties":{{}},"assets":{{"nir08":{{"href":"n.tif"}}}}}}"#)
        };
        std::fs::write(&file, format!("{}\n{}\n", item("a"), item("b"))).unwrap();
        let items = read_items(&file).unwrap().items;
        assert_eq!(items.len(), 2);
        let href = &items[1].assets["nir08"].href;
        assert_eq!(*href, folder.path().join("n.tif").display().to_string());
    }

    #[test]
    fn a_file_that_holds_one_page_of_a_search_lacks_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("items.json");
        let page = r#"{"features":[{"id":"a","properties":{}}],"numberMatched":2}"#;
        std::fs::write(&file, page).unwrap();
        let lacking = read_items(&file).unwrap().lacking.unwrap();
        assert_eq!((lacking.matched, lacking.received), (2, 1));
    }
}
