//! A catalogue in a file: a STAC ItemCollection.

use std::path::Path;

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
    let mut collection = ItemCollection::read(text.as_bytes())
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
            path.strip_prefix("//").unwrap_or(path).to_owned()
        }
        Some(_) => href.to_owned(),
        None => {
            let path = folder.join(href.strip_prefix("./").unwrap_or(href));
            let base = if href.starts_with("//") { Some("https:") } else { own };
            match base.and_then(|base| resolve_reference(base, href)) {
                Some(address) if !path.exists() => address,
                _ => path.display().to_string(),
            }
        }
    }
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
    fn a_file_that_holds_one_page_of_a_search_lacks_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("items.json");
        let page = r#"{"features":[{"id":"a","properties":{}}],"numberMatched":2}"#;
        std::fs::write(&file, page).unwrap();
        let lacking = read_items(&file).unwrap().lacking.unwrap();
        assert_eq!((lacking.matched, lacking.received), (2, 1));
    }
}
