//! A catalogue in a file: a STAC ItemCollection.

use std::path::Path;

use anyhow::{Context, Result};
use dragonfly_core::stac::{Item, ItemCollection};

use crate::settings::is_url;

/// The items of a file, their hrefs made absolute: URLs, or paths.
///
/// # Errors
/// When the file is missing or is no ItemCollection.
pub(super) fn read_items(file: &Path) -> Result<Vec<Item>> {
    let text = std::fs::read_to_string(file).with_context(|| {
        format!("cannot read the catalogue {}: name a STAC ItemCollection with --stac", file.display())
    })?;
    let mut collection: ItemCollection = serde_json::from_str(&text)
        .with_context(|| format!("the catalogue {} is no STAC ItemCollection", file.display()))?;
    for unread in &collection.unread {
        tracing::warn!(catalogue = %file.display(), "{unread}; going on without it");
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    for href in collection.features.iter_mut().flat_map(Item::hrefs_mut) {
        *href = absolute(folder, href);
    }
    Ok(collection.features)
}

fn absolute(folder: &Path, href: &str) -> String {
    let has_scheme =
        href.split_once("://").is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
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
