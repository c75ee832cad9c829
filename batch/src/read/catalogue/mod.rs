//! The catalogue of scenes: a STAC API, or an ItemCollection in a file.

use std::path::Path;

use anyhow::{Result, bail};
use dragonfly_core::stac::{FoundItems, Item, ItemSearch};

use crate::deployment::settings::is_url;
use crate::http::Client;

mod api;
mod file;

#[cfg(test)]
mod fixtures;

/// Where scenes are found.
pub(crate) enum SceneCatalogue {
    /// All items of a file.
    File(FoundItems),
    /// An API that searches.
    Api(Box<api::ApiCatalogue>),
}

impl SceneCatalogue {
    /// Reads a file, or prepares to search an API through a client whose policy is that of the API.
    /// `token_url` replaces the token endpoint known for it.
    ///
    /// # Errors
    /// When none is set, or the file cannot be read.
    pub(crate) fn open(
        stac: Option<&str>,
        token_url: Option<&str>,
        client: &Client,
    ) -> Result<Self> {
        match stac {
            None => bail!(
                "no catalogue is set: name a STAC API or an ItemCollection with --stac, or set \
                `stac` in dragonfly.toml"
            ),
            Some(root) if is_url(root) => {
                Ok(Self::Api(Box::new(api::ApiCatalogue::new(root, token_url, client.clone()))))
            }
            Some(path) => Ok(Self::File(file::read_items(Path::new(path))?)),
        }
    }

    /// The items that answer a search; of a file all of them, those without a collection as of the
    /// one requested.
    ///
    /// # Errors
    /// When the API does not answer, or not as STAC does. Names URL and cause.
    pub(crate) fn find(&self, search: &ItemSearch) -> Result<FoundItems> {
        match self {
            Self::File(found) => {
                let mut found = found.clone();
                for item in &mut found.items {
                    item.complete_collection(&search.collections);
                }
                Ok(found)
            }
            Self::Api(api) => api.find(search),
        }
    }

    /// Signs the addresses of items whose files open only with a token; returns where the token
    /// came from.
    ///
    /// # Errors
    /// When no token is given. Names the endpoint and the cause.
    pub(crate) fn sign(&self, items: &mut [Item]) -> Result<Option<String>> {
        match self {
            Self::File(_) => Ok(None),
            Self::Api(api) => api.sign(items),
        }
    }
}
