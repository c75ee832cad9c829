//! The published maps, as far as they are loaded, and how they are loaded.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use dragonfly_core::metadata::{ClientConfig, RegionMeta};
use dragonfly_core::page_config::PageConfig;
use dragonfly_core::{ListedFire, dnbr_from_index};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::data::fetch::{self, FileFetchError};
use crate::data::published::{self, CONFIG_URL, INDEX_URL, PublishedFileError, ReadFires};
use crate::data::tile_address::{mark_url, pixel_at, tile_url};
use crate::data::tile_source::{TileFetchError, TileSource};
use crate::state::coverage::STALE_AFTER_DAYS;
use crate::state::earlier_map::{meta_url, run_of};
use crate::state::fires::{
    Fires, entry_of, fire_of, is_listed, maps_in_view, square_degrees, title_of,
};
use crate::state::problem::{self, LoadError};
use crate::state::reading::{Lookup, Reading, holds, look_up, region_at};
use crate::state::region_entry::{MetaState, RegionEntry, entries_from_index};
use crate::state::region_in_view::to_load;
use crate::state::view::View;
use crate::ui::effect::effect;
use dragonfly_core::distinct;

/// Along a meridian.
const METRES_PER_DEGREE: f64 = 111_195.0;

/// The published maps, as far as they are loaded. A copy is the same atlas.
#[derive(Clone, Copy)]
pub struct Atlas {
    /// The regions; `None` until the index is loaded.
    pub regions: RwSignal<Option<Vec<RegionEntry>>>,
    /// The published fires; `None` until it is known whether there are any.
    pub fires: RwSignal<Option<Fires>>,
    /// The fires that were chosen or are in view, as regions.
    fire_maps: RwSignal<Option<Vec<RegionEntry>>>,
    /// Every map: those of regions and of fires.
    pub maps: RwSignal<Option<Vec<RegionEntry>>>,
    /// The earlier map that is shown in place of a newest one, as `earlier_map` names it.
    earlier: RwSignal<Option<String>>,
    /// Whether the site has further layers.
    pub has_overlays: RwSignal<bool>,
    /// The settings of the site.
    pub config: RwSignal<Option<ClientConfig>>,
    /// What could not be loaded.
    pub problems: RwSignal<Vec<LoadError>>,
    /// Runs whose metadata was read again because a tile was missing.
    reread: StoredValue<Rc<RefCell<Vec<String>>>, LocalStorage>,
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
    /// An atlas that has loaded nothing yet, and will show an earlier map, if any.
    pub fn new(earlier: Option<String>) -> Self {
        let [regions, fire_maps, maps] = [(); 3].map(|()| RwSignal::new(None));
        effect(move || {
            let of_regions: Option<Vec<RegionEntry>> = regions.get();
            let all = of_regions.into_iter().chain(fire_maps.get()).flatten();
            maps.set(Some(all.collect()));
        });
        Self {
            regions,
            fires: RwSignal::new(None),
            fire_maps,
            maps,
            earlier: RwSignal::new(earlier),
            has_overlays: RwSignal::new(false),
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
                Ok((config, has_overlays)) => {
                    self.has_overlays.set(has_overlays);
                    let fires_url = config.fires_url.clone();
                    self.config.set(Some(config));
                    self.load_fire_list(fires_url).await;
                }
                Err(_) => {
                    self.fires.update(|fires| *fires = Some(fires.take().unwrap_or_default()));
                    self.report(LoadError::Config);
                }
            }
        });
        spawn_local(async move {
            match fetch_index().await {
                Ok(index) => self.set_index(index),
                Err(_) => self.report(LoadError::Index),
            }
        });
    }

    /// The site's own name, links and first view.
    pub fn page(self) -> PageConfig {
        let config = self.config.read();
        config.as_ref().and_then(|config| config.page.clone()).unwrap_or_default()
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

    /// The title of a region, where it is known.
    pub fn title_of(self, name: &str) -> Option<String> {
        self.regions.with(|entries| find_entry(entries, name).map(|entry| entry.line.title.clone()))
    }

    /// Adds to what could not be loaded.
    pub fn report(self, problem: LoadError) {
        self.problems.update(|problems| problem::add(problems, problem));
    }

    fn is_first_failure(self, run_id: &str) -> bool {
        self.reread.with_value(|reread| {
            let mut reread = reread.borrow_mut();
            let is_first = !reread.iter().any(|one| one == run_id);
            if is_first {
                reread.push(run_id.to_owned());
            }
            is_first
        })
    }

    /// Reports a tile that could not be shown. A tile that is gone means that a newer map may have
    /// been published: the metadata is read again, once a run.
    pub fn on_tile_failure(self, name: &str, run_id: &str, failure: &TileFetchError) {
        if !failure.is_not_found() {
            self.report_tiles(name);
        } else if self.is_first_failure(run_id) {
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

    /// Loads the list of fires. Where none is published, or the file is gone, there are none.
    async fn load_fire_list(self, url: Option<String>) {
        let loaded = match &url {
            Some(url) => fetch_fires(url).await,
            None => Ok(ReadFires::default()),
        };
        match loaded {
            Ok(fires) => {
                if fires.broken > 0 {
                    self.report(LoadError::FireLines(fires.broken));
                }
                // The maps that are needed are loaded again: there may be newer ones.
                self.fire_maps.set(None);
                let outlines = self.fires.get_untracked().unwrap_or_default().outlines;
                self.fires.set(Some(Fires { list: Arc::new(fires), outlines }));
            }
            Err(_) => {
                self.fires.update(|fires| *fires = Some(fires.take().unwrap_or_default()));
                self.report(LoadError::Fires);
            }
        }
    }

    /// The fire of an id; for a part of another fire, that one.
    pub fn fire(self, id: &str) -> Option<ListedFire> {
        self.fires.with(|fires| fire_of(&fires.as_ref()?.list.fires, id).cloned())
    }

    /// Title and distance, metres, of the fire nearest to a place (longitude, latitude); where no
    /// fire is listed, of the region whose middle is the nearest.
    pub fn nearest(self, place: (f64, f64)) -> Option<(String, f64)> {
        let fires = self.fires.read();
        let fires = fires.iter().flat_map(|fires| fires.list.fires.iter());
        let fires = fires.filter(|fire| is_listed(fire));
        let of_fires = nearest_of(fires.map(|it| (title_of(it), (it.lon, it.lat))), place);
        let regions = self.regions.read();
        of_fires.or_else(|| {
            let regions = regions.iter().flatten().map(|entry| {
                let [west, south, east, north] = entry.bbox();
                (entry.line.title.as_str(), ((west + east) / 2.0, (south + north) / 2.0))
            });
            nearest_of(regions, place)
        })
    }

    /// Loads the maps of the chosen fire and of those in view, unless they are loaded or loading.
    pub fn load_fires(self, chosen: Option<&str>, view: View) {
        let list = self.fires.get().unwrap_or_default().list;
        let fires = &list.fires[..];
        let chosen = chosen.and_then(|id| fire_of(fires, id));
        let seen = chosen.into_iter().chain(maps_in_view(fires, view));
        let is_new = |fire: &&ListedFire| untrack(|| self.find(&fire.id, |_| ()).is_none());
        for fire in seen.filter(is_new) {
            self.add_fire(fire);
        }
    }

    /// Loads the outlines of a fire.
    pub fn load_outlines(self, id: String) {
        spawn_local(async move {
            let text = fetch::fresh_text(&outlines_url(&id)).await.ok();
            // Without outlines the panel and the map show all the rest.
            let outlines = text.and_then(|text| published::outlines_from_json(&id, &text));
            self.fires.update(|fires| {
                if let Some(fires) = fires {
                    fires.outlines = outlines.map(Arc::new);
                }
            });
        });
    }

    fn add_fire(self, fire: &ListedFire) {
        let (id, has_map) = (fire.id.clone(), fire.map.is_some());
        self.fire_maps.update(|maps| maps.get_or_insert_default().push(entry_of(fire)));
        if has_map {
            self.start_loading_one(id);
        }
    }

    /// The value of the map at a place.
    pub async fn read(self, source: &TileSource, lon: f64, lat: f64) -> Reading {
        self.load_regions_at(lon, lat).await;
        let lookup = self.maps.with_untracked(|maps| {
            let Some(region) = region_at(maps.as_deref().unwrap_or_default(), lon, lat) else {
                return Err(Reading::OutsideRegions);
            };
            match (&region.meta, region.map()) {
                (_, Some(map)) => {
                    let (tile, pixel) = pixel_at(lon, lat, map.zoom_max);
                    let mark = |tiles: &Option<_>| Some((mark_url(tiles.as_ref(), tile)?, pixel));
                    let change = mark(&map.changed_tiles).map(|mark| (mark, map.points_since));
                    let severity = (look_up(map, lon, lat), map.run_tile_url_template.clone());
                    Ok((severity, change, mark(&map.provisional_tiles)))
                }
                (MetaState::Ready(_) | MetaState::Unpublished, None) => Err(Reading::NoMap),
                (MetaState::Listed | MetaState::Loading | MetaState::Broken, None) => {
                    Err(Reading::Unavailable)
                }
            }
        });
        let (severity, change, provisional) = match lookup {
            Err(reading) => return reading,
            Ok(lookup) => lookup,
        };
        if let Some(((url, pixel), since)) = change {
            let Some(index) = index_at(source, &url, pixel).await else {
                return Reading::Unavailable;
            };
            if let Some(dnbr) = dnbr_from_index(index) {
                return Reading::Changed { dnbr, since };
            }
        }
        let reading = match severity {
            (Lookup::Known(reading), _) => reading,
            (Lookup::Pixel(tile, pixel), template) => {
                let index = index_at(source, &tile_url(&template, tile), pixel).await;
                index.map_or(Reading::Unavailable, Reading::from_index)
            }
        };
        let (Reading::Value { dnbr, class, .. }, Some((url, pixel))) = (reading, provisional)
        else {
            return reading;
        };
        let Some(index) = index_at(source, &url, pixel).await else { return Reading::Unavailable };
        Reading::Value { dnbr, class, is_provisional: dnbr_from_index(index).is_some() }
    }

    fn set_index(self, index: published::ReadIndex) {
        if index.broken > 0 {
            self.report(LoadError::IndexLines(index.broken));
        }
        let known = self.regions.get_untracked().unwrap_or_default();
        let entries = entries_from_index(index.regions, &known);
        let is_needed = |entry: &&RegionEntry| {
            !matches!(entry.meta, MetaState::Unpublished | MetaState::Listed)
        };
        let published = entries.iter().filter(is_needed);
        let names: Vec<_> = published.map(|entry| entry.line.name.clone()).collect();
        self.regions.set(Some(entries));
        self.start_loading(names);
    }

    /// Loads the maps of the chosen region, of the described one, and of those in view, unless they
    /// are loaded or loading.
    pub fn load_regions(self, named: &[Option<String>], view: View) {
        let needed = self.regions.with(|entries| {
            let entries = entries.as_deref().unwrap_or_default();
            let is_named =
                |entry: &&RegionEntry| named.iter().flatten().any(|it| *it == entry.line.name);
            let named =
                entries.iter().filter(is_named).filter(|it| matches!(it.meta, MetaState::Listed));
            let names = named.chain(to_load(entries, view)).map(|entry| entry.line.name.clone());
            distinct(names.collect())
        });
        if needed.is_empty() {
            return;
        }
        self.mark_loading(&needed);
        self.start_loading(needed);
    }

    /// Loads the maps of the regions around a place, unless they are loaded or loading.
    async fn load_regions_at(self, lon: f64, lat: f64) {
        let needed = self.regions.with_untracked(|entries| {
            let around = entries.iter().flatten().filter(|entry| {
                matches!(entry.meta, MetaState::Listed) && holds(entry.bbox(), lon, lat)
            });
            distinct(around.map(|entry| entry.line.name.clone()).collect())
        });
        if needed.is_empty() {
            return;
        }
        self.mark_loading(&needed);
        for name in &needed {
            self.load_region(name).await;
        }
    }

    fn mark_loading(self, names: &[String]) {
        self.regions.update(|entries| {
            let named = entries.iter_mut().flatten().filter(|it| names.contains(&it.line.name));
            named.for_each(|entry| entry.meta = MetaState::Loading);
        });
    }

    /// Shows an earlier map in place of the newest one of its region or fire; with `None` the newest
    /// everywhere.
    pub fn show_earlier(self, earlier: Option<String>) {
        let before = self.earlier.get_untracked();
        if before != earlier {
            self.earlier.set(earlier.clone());
            for changed in [before, earlier].into_iter().flatten() {
                let name = changed.split('/').next().unwrap_or_default();
                self.start_loading_one(name.to_owned());
            }
        }
    }

    /// The run of the earlier map that is shown of a region or fire.
    pub fn earlier_run(self, name: &str) -> Option<String> {
        Some(run_of(self.earlier.read().as_deref()?, name)?.to_owned())
    }

    /// Loads the maps of regions and fires.
    fn start_loading(self, names: Vec<String>) {
        for name in names {
            self.start_loading_one(name);
        }
    }

    fn start_loading_one(self, name: String) {
        spawn_local(async move { self.load_region(&name).await });
    }

    async fn load_region(self, name: &str) {
        let line = |entry: &RegionEntry| (entry.line.meta_url.clone(), entry.line.title.clone());
        let Some((newest_url, title)) = self.find(name, line) else {
            return;
        };
        let earlier_url = || {
            let earlier = self.earlier.get_untracked()?;
            run_of(&earlier, name).map(|_| meta_url(&earlier))
        };
        let earlier = earlier_url();
        let loaded = fetch_region(earlier.as_deref().unwrap_or(&newest_url)).await;
        // Another map of it may have been chosen meanwhile.
        if earlier_url() != earlier {
            return;
        }
        if loaded.is_err() {
            self.report(LoadError::Region(title));
            // Its files may have been removed: the newest map is shown, with the message.
            if earlier.is_some() {
                return self.show_earlier(None);
            }
        }
        let update = move |entry: &mut RegionEntry| match loaded {
            Ok((meta, text)) => {
                entry.meta = MetaState::Ready(Arc::new(meta));
                entry.text = text.into();
            }
            // An old map is better than none.
            Err(_) if entry.map().is_none() => entry.meta = MetaState::Broken,
            Err(_) => {}
        };
        let is_named = |entry: &&mut RegionEntry| entry.line.name == name;
        let is_fire = self.fire_maps.with_untracked(|maps| find_entry(maps, name).is_some());
        let entries = if is_fire { self.fire_maps } else { self.regions };
        entries.update(|entries| {
            if let Some(entry) = entries.iter_mut().flatten().find(is_named) {
                update(entry);
            }
        });
    }

    fn report_tiles(self, name: &str) {
        if let Some(title) = self.find(name, |entry| entry.line.title.clone()) {
            self.report(LoadError::Tiles(title));
        }
    }

    fn find<T>(self, name: &str, get: impl FnOnce(&RegionEntry) -> T) -> Option<T> {
        let is_region = self.regions.with_untracked(|entries| find_entry(entries, name).is_some());
        let entries = if is_region { self.regions } else { self.fire_maps };
        entries.with_untracked(|entries| find_entry(entries, name).map(get))
    }
}

/// Title and distance, metres, of the nearest of some titled places.
fn nearest_of<'a>(
    titled: impl Iterator<Item = (&'a str, (f64, f64))>,
    place: (f64, f64),
) -> Option<(String, f64)> {
    let measured = titled.map(|(title, at)| (title, square_degrees(at, place)));
    let (title, nearest) = measured.min_by(|one, other| one.1.total_cmp(&other.1))?;
    Some((title.to_owned(), nearest.sqrt() * METRES_PER_DEGREE))
}

/// The settings, and whether they name further layers.
async fn fetch_config() -> Result<(ClientConfig, bool), PublishedError> {
    let text = fetch::fresh_text(CONFIG_URL).await?;
    Ok((published::config_from_json(&text)?, published::names_overlays(&text)))
}

fn find_entry<'a>(entries: &'a Option<Vec<RegionEntry>>, name: &str) -> Option<&'a RegionEntry> {
    entries.iter().flatten().find(|entry| entry.line.name == name)
}

/// The palette index of a pixel of a tile; `None` where it could not be loaded.
async fn index_at(source: &TileSource, url: &str, pixel: usize) -> Option<u8> {
    source.indices(url).await.ok()?.get(pixel).copied()
}

async fn fetch_fires(url: &str) -> Result<ReadFires, PublishedError> {
    match fetch::fresh_text(url).await {
        Ok(text) => Ok(published::fires_from_json(&text)?),
        Err(FileFetchError::NotFound { .. }) => Ok(ReadFires::default()),
        Err(error) => Err(error.into()),
    }
}

/// Where the outlines of a fire are.
pub fn outlines_url(id: &str) -> String {
    format!("/meta/fires/{id}.geojson")
}

async fn fetch_index() -> Result<published::ReadIndex, PublishedError> {
    Ok(published::index_from_json(&fetch::fresh_text(INDEX_URL).await?)?)
}

/// The metadata, and its text.
async fn fetch_region(meta_url: &str) -> Result<(RegionMeta, String), PublishedError> {
    let text = fetch::fresh_text(meta_url).await?;
    Ok((published::region_from_json(&text)?, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_place_is_found_across_the_antimeridian_with_its_distance() {
        let places = [("far", (170.0, 0.0)), ("near", (-179.5, 0.0))];
        let (title, distance_m) = nearest_of(places.into_iter(), (179.5, 0.0)).unwrap();
        assert_eq!(title, "near");
        assert!((distance_m - 111_195.0).abs() < 100.0, "{distance_m}");
        assert_eq!(nearest_of(std::iter::empty(), (0.0, 0.0)), None);
    }
}
