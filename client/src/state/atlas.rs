//! The published maps, as far as they are loaded, and how they are loaded.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use dragonfly_core::metadata::{ClientConfig, RegionMeta};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::data::fetch::{self, FileFetchError};
use crate::data::published::{self, CONFIG_URL, INDEX_URL, PublishedFileError};
use crate::data::tile_address::tile_url;
use crate::data::tile_source::{TileFetchError, TileSource};
use crate::state::coverage::STALE_AFTER_DAYS;
use crate::state::problem::{self, LoadError};
use crate::state::reading::{Lookup, Reading, look_up, region_at};
use crate::state::region_entry::{MetaState, RegionEntry, entries_from_index};

/// The published maps, as far as they are loaded. A copy is the same atlas.
#[derive(Clone, Copy)]
pub struct Atlas {
    /// The regions; `None` until the index is loaded.
    pub regions: RwSignal<Option<Vec<RegionEntry>>>,
    /// The settings of the site.
    pub config: RwSignal<Option<ClientConfig>>,
    /// What could not be loaded.
    pub problems: RwSignal<Vec<LoadError>>,
    /// Runs whose metadata was read again because a tile was missing.
    reread: StoredValue<Rc<RefCell<BTreeSet<String>>>, LocalStorage>,
}

/// A published file that cannot be fetched or read.
#[derive(Debug, thiserror::Error)]
enum PublishedError {
    #[error(transparent)]
    Fetch(#[from] FileFetchError),
    #[error(transparent)]
    Broken(#[from] PublishedFileError),
}

impl Atlas {
    /// An atlas that has loaded nothing yet.
    pub fn new() -> Self {
        Self {
            regions: RwSignal::new(None),
            config: RwSignal::new(None),
            problems: RwSignal::default(),
            reread: StoredValue::new_local(Rc::default()),
        }
    }

    /// Loads everything that is published, again where it was loaded before.
    pub fn load(self) {
        self.problems.set(Vec::new());
        spawn_local(async move {
            match fetch_config().await {
                Ok(config) => self.config.set(Some(config)),
                Err(_) => self.report(LoadError::Config),
            }
        });
        spawn_local(async move {
            match fetch_index().await {
                Ok(index) => self.set_index(index),
                Err(_) => self.report(LoadError::Index),
            }
        });
    }

    /// Days after which a map is stale, by the site's settings.
    pub fn stale_after_days(self) -> u32 {
        let config = self.config.read();
        config.as_ref().map_or(STALE_AFTER_DAYS, |config| config.stale_after_days)
    }

    /// The zoom from which on the site offers high resolution; `None` where it does not, or is not
    /// known to.
    pub fn highres_zoom(self) -> Option<f64> {
        let config = self.config.read();
        let config = config.as_ref().filter(|config| config.stac_url.is_some())?;
        Some(f64::from(config.highres_zoom))
    }

    /// The box of a region, where it is known.
    pub fn bbox_of(self, name: &str) -> Option<[f64; 4]> {
        self.find(name, RegionEntry::bbox)
    }

    /// Adds to what could not be loaded.
    pub fn report(self, problem: LoadError) {
        self.problems.update(|problems| problem::add(problems, problem));
    }

    /// Reports a tile that could not be shown. A tile that is gone means that a newer map may have
    /// been published: the metadata is read again, once a run.
    pub fn on_tile_failure(self, name: &str, run_id: &str, failure: &TileFetchError) {
        if !failure.is_not_found() {
            self.report_tiles(name);
        } else if self.reread.with_value(|reread| reread.borrow_mut().insert(run_id.to_owned())) {
            let (name, run_id) = (name.to_owned(), run_id.to_owned());
            spawn_local(async move {
                self.load_region(&name).await;
                let is_unchanged =
                    |entry: &RegionEntry| entry.map().is_some_and(|map| map.run_id == run_id);
                if self.find(&name, is_unchanged) == Some(true) {
                    self.report_tiles(&name);
                }
            });
        }
    }

    /// The value of the map at a place.
    pub async fn read(self, source: &TileSource, lon: f64, lat: f64) -> Reading {
        let lookup = self.regions.with_untracked(|regions| {
            let Some(region) = region_at(regions.as_deref().unwrap_or_default(), lon, lat) else {
                return Err(Reading::OutsideRegions);
            };
            match (&region.meta, region.map()) {
                (_, Some(map)) => Ok((look_up(map, lon, lat), map.run_tile_url_template.clone())),
                (MetaState::Ready(_) | MetaState::Unpublished, None) => Err(Reading::NoMap),
                (MetaState::Loading | MetaState::Broken, None) => Err(Reading::Unavailable),
            }
        });
        match lookup {
            Err(reading) | Ok((Lookup::Known(reading), _)) => reading,
            Ok((Lookup::Pixel(tile, pixel), template)) => {
                match source.indices(&tile_url(&template, tile)).await {
                    Ok(indices) => indices
                        .get(pixel)
                        .map_or(Reading::Unavailable, |index| Reading::from_index(*index)),
                    Err(_) => Reading::Unavailable,
                }
            }
        }
    }

    fn set_index(self, index: published::ReadIndex) {
        if index.broken > 0 {
            self.report(LoadError::IndexLines(index.broken));
        }
        let known = self.regions.get_untracked().unwrap_or_default();
        let entries = entries_from_index(index.regions, &known);
        let published =
            entries.iter().filter(|entry| !matches!(entry.meta, MetaState::Unpublished));
        let names: Vec<_> = published.map(|entry| entry.line.name.clone()).collect();
        self.regions.set(Some(entries));
        for name in names {
            spawn_local(async move { self.load_region(&name).await });
        }
    }

    async fn load_region(self, name: &str) {
        let line = |entry: &RegionEntry| (entry.line.meta_url.clone(), entry.line.title.clone());
        let Some((meta_url, title)) = self.find(name, line) else {
            return;
        };
        let loaded = fetch_region(&meta_url).await;
        if loaded.is_err() {
            self.report(LoadError::Region(title));
        }
        self.regions.update(|regions| {
            let entry = regions.iter_mut().flatten().find(|entry| entry.line.name == name);
            match (entry, loaded) {
                (Some(entry), Ok((meta, text))) => {
                    entry.meta = MetaState::Ready(Arc::new(meta));
                    entry.text = text.into();
                }
                // An old map is better than none.
                (Some(entry), Err(_)) if entry.map().is_none() => entry.meta = MetaState::Broken,
                _ => {}
            }
        });
    }

    fn report_tiles(self, name: &str) {
        if let Some(title) = self.find(name, |entry| entry.line.title.clone()) {
            self.report(LoadError::Tiles(title));
        }
    }

    fn find<T>(self, name: &str, get: impl FnOnce(&RegionEntry) -> T) -> Option<T> {
        self.regions.with_untracked(|regions| {
            regions.iter().flatten().find(|entry| entry.line.name == name).map(get)
        })
    }
}

async fn fetch_config() -> Result<ClientConfig, PublishedError> {
    Ok(published::config_from_json(&fetch::fresh_text(CONFIG_URL).await?)?)
}

async fn fetch_index() -> Result<published::ReadIndex, PublishedError> {
    Ok(published::index_from_json(&fetch::fresh_text(INDEX_URL).await?)?)
}

/// The metadata, and its text.
async fn fetch_region(meta_url: &str) -> Result<(RegionMeta, String), PublishedError> {
    let text = fetch::fresh_text(meta_url).await?;
    Ok((published::region_from_json(&text)?, text))
}
