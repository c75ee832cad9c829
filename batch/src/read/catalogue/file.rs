//! A catalogue in a file: a STAC ItemCollection.

use std::path::Path;

use anyhow::{Context, Result};
use dragonfly_core::stac::{Item, ItemCollection};

use super::api::warn_of_unread;
use crate::deployment::settings::is_url;
use crate::read::local_file::read_text;

/// The largest file that is read, bytes: some ten thousand items.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// The items of a file, their hrefs made absolute: URLs, or paths.
///
/// # Errors
/// When the file is missing, no regular file, too large, or no ItemCollection.
pub(super) fn read_items(file: &Path) -> Result<Vec<Item>> {
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
    let folder = file.parent().unwrap_or(Path::new(""));
    for href in collection.features.iter_mut().flat_map(Item::hrefs_mut) {
        *href = absolute(folder, href);
    }
    Ok(collection.features)
}

fn absolute(folder: &Path, href: &str) -> String {
    let has_scheme = href
        .split_once("://")
        .is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
    match href.strip_prefix("file://") {
        Some(path) => path.to_owned(),
        None if is_url(href) || has_scheme => href.to_owned(),
        None => folder.join(href.strip_prefix("./").unwrap_or(href)).display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hrefs_may_be_relative_absolute_or_urls() {
        let absolute = |href| absolute(Path::new("/data/fire"), href);
        assert_eq!(absolute("./scenes/B8A.tif"), "/data/fire/scenes/B8A.tif");
        assert_eq!(absolute("B8A.tif"), "/data/fire/B8A.tif");
        assert_eq!(absolute("/elsewhere/B8A.tif"), "/elsewhere/B8A.tif");
        assert_eq!(absolute("file:///elsewhere/B8A.tif"), "/elsewhere/B8A.tif");
        assert_eq!(absolute("https://host/B8A.tif"), "https://host/B8A.tif");
        assert_eq!(absolute("s3://bucket/B8A.tif"), "s3://bucket/B8A.tif");
    }
}
