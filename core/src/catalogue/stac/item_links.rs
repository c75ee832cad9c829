//! The links of an item: its own address, and the collection that it belongs to.

use serde::{Deserialize, Deserializer};

use super::lenient;

/// What is read of an item's links.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemLinks {
    /// Its own address, against which the hrefs of its files are relative.
    pub(super) own: Option<String>,
    /// The last part of the address of its collection.
    pub(super) collection: Option<String>,
}

#[derive(Deserialize)]
struct Link {
    #[serde(default, deserialize_with = "lenient::text")]
    rel: Option<String>,
    #[serde(default, deserialize_with = "lenient::address")]
    href: Option<String>,
}

impl ItemLinks {
    /// Of a list of links; none of anything else.
    pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let links: Vec<Link> = lenient::list(from)?;
        let mut read = Self::default();
        for link in links {
            match link.rel.as_deref() {
                Some("self") => read.own = read.own.or(link.href),
                Some("collection") => {
                    read.collection = read.collection.or(link.href.and_then(name_of_address));
                }
                _ => {}
            }
        }
        Ok(read)
    }

    /// Memory that they take, bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        [&self.own, &self.collection].into_iter().flatten().map(String::len).sum()
    }
}

/// The id at the end of a collection's address. The name of a file is no id.
fn name_of_address(href: String) -> Option<String> {
    let path = href.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_id = !name.is_empty()
        && name.len() <= lenient::MAX_TEXT_BYTES
        && !name.contains(['%', ':'])
        && !name.ends_with(".json")
        && !matches!(name, "." | "..");
    is_id.then(|| name.to_owned())
}
