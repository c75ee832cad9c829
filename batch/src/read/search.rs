//! The search for the scenes of both sides, without those that cannot be read.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, Utc};
use dragonfly_core::stac::{self, FoundItems, Item, ItemCounts, UnrequestedItems};
use dragonfly_core::{
    Composite, DateWindow, FireSide, Grid, LeftOutItems, Region, RunFailure, SceneChoice,
    SceneOrder, SceneRequest, SearchWindows, SideGround, SideScenes, SkipReason, SkippedScene,
    check_sides, choose_scenes,
};
use rayon::prelude::*;

use crate::deployment::settings::Settings;
use crate::http::Client;
use crate::nightly::failure::RunError;
use crate::read::catalogue::SceneCatalogue;
use crate::read::scene::{GridScene, OpenedScene, RequestedScene, SceneReadError, SidecarChecks};
use crate::read::zone::FireZone;

/// Scenes that are named because they may not be read.
const MAX_NAMED_REFUSED: usize = 100;

/// Scenes of those that an error names.
const MAX_LISTED_REFUSED: usize = 3;
/// Scenes whose coarsest overviews are in memory at a time.
const OPENED_TOGETHER: usize = 64;

/// No scene yet, in a window that is still open: not a failure.
#[derive(Debug, thiserror::Error)]
#[error("waiting: no scene on the {side} side yet, and {window} is not over")]
pub(crate) struct NoSceneYetError {
    side: FireSide,
    window: DateWindow,
}

/// The search for a region's scenes.
pub(crate) struct SceneSearch<'a> {
    settings: &'a Settings,
    region: &'a Region,
    grid: &'a Grid,
    zone: Option<&'a FireZone>,
    now: DateTime<Utc>,
    catalogue: SceneCatalogue,
    client: Client,
    /// Which hosts have masks beside their files.
    sidecars: SidecarChecks,
    tried: BTreeSet<String>,
    broken: Vec<SkippedScene>,
    /// Scenes whose files lie where the catalogue may not lead.
    refused: Vec<SkippedScene>,
    /// What the catalogue did not send of what matches.
    lacking: Vec<ItemCounts>,
    /// What else the catalogue sent.
    unrequested: Vec<UnrequestedItems>,
    /// Why the last search found no scene.
    left_out: Option<LeftOutItems>,
}

/// The scenes of both sides, opened.
pub(crate) struct FoundScenes {
    pub(crate) pre: SideScenes<GridScene>,
    pub(crate) post: SideScenes<GridScene>,
    /// Where they were searched for in the end.
    pub(crate) windows: SearchWindows,
    /// In the windows, but not used.
    pub(crate) skipped: Vec<SkippedScene>,
    /// What the catalogue did not send of what matches, of each search that lacks some.
    pub(crate) lacking: Vec<ItemCounts>,
    /// What else it sent, of each search with such scenes.
    pub(crate) unrequested: Vec<UnrequestedItems>,
}

/// Scenes of one side, and the days they were found in.
type FoundSide = (Vec<GridScene>, DateWindow);

impl<'a> SceneSearch<'a> {
    pub(crate) fn new(
        settings: &'a Settings,
        region: &'a Region,
        grid: &'a Grid,
        zone: Option<&'a FireZone>,
        (catalogue, client): (SceneCatalogue, Client),
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            settings,
            region,
            grid,
            zone,
            now,
            catalogue,
            client,
            sidecars: SidecarChecks::default(),
            tried: BTreeSet::new(),
            broken: Vec::new(),
            refused: Vec::new(),
            lacking: Vec::new(),
            unrequested: Vec::new(),
            left_out: None,
        }
    }

    /// Chooses and opens the best scenes of both sides.
    ///
    /// # Errors
    /// [`NoSceneYetError`] while an open window has no scene; else when a side has none, or too
    /// many are broken.
    pub(crate) fn find(&mut self) -> Result<FoundScenes> {
        let mut windows = SearchWindows::of(self.region, self.now.date_naive());
        let mut skipped = Vec::new();
        self.lacking.clear();
        self.unrequested.clear();
        let (post, post_searched) =
            self.side(FireSide::Post, &windows, windows.wanted_post(), &mut skipped)?;
        let masked_hosts = self.sidecars.masked_host_count();
        let latest_post = post
            .iter()
            .map(|scene| scene.used.datetime.date_naive())
            .max()
            .unwrap_or(windows.post.end);
        let preferred_pre = windows.wanted_pre(latest_post);
        let (pre, pre_searched) =
            self.side(FireSide::Pre, &windows, preferred_pre, &mut skipped)?;
        if self.sidecars.masked_host_count() > masked_hosts {
            // The other side is opened again, with its masks.
            return self.find();
        }
        let names = |scenes: &[GridScene]| {
            scenes.iter().flat_map(GridScene::band_names).collect::<Vec<_>>()
        };
        check_sides(&names(&pre), &names(&post))?;
        let pre = side_scenes(pre, windows.composite(FireSide::Pre));
        let post = side_scenes(post, windows.composite(FireSide::Post));
        (windows.pre, windows.post) = (pre_searched, post_searched);
        skipped.extend(self.broken.iter().chain(&self.refused).cloned());
        let (lacking, unrequested) = (self.lacking.clone(), self.unrequested.clone());
        Ok(FoundScenes { pre, post, windows, skipped, lacking, unrequested })
    }

    /// Goes on without a scene; the next best may replace it.
    ///
    /// # Errors
    /// When too many scenes failed, or the deadline has passed.
    pub(crate) fn give_up_on(&mut self, failed: SceneReadError) -> Result<()> {
        // By then every scene fails.
        let SceneReadError { id, read, .. } = &failed;
        self.client.deadline().check().with_context(|| format!("scene {id}: {read}"))?;
        tracing::warn!(region = self.region.name, "{failed}; going on without it");
        self.broken.push(SkippedScene {
            id: failed.id,
            reason: failed.cause,
            why: Some(SkipReason::Unreadable),
        });
        let (broken, tried) = (self.broken.len(), self.tried.len().max(1));
        if broken as f64 <= self.settings.max_failed_share * tried as f64 {
            return Ok(());
        }
        let message = format!(
            "{broken} of {tried} scenes could not be read, more than max_failed_share allows: {}",
            self.describe_broken()
        );
        Err(self.unreadable(message).into())
    }

    /// Searches the scenes of a side, once more over twice the window where there is none.
    fn side(
        &mut self,
        side: FireSide,
        windows: &SearchWindows,
        preferred_day: NaiveDate,
        skipped: &mut Vec<SkippedScene>,
    ) -> Result<FoundSide> {
        let mut last = windows.side(side);
        let mut passed_over = Vec::new();
        for window in [Some(last), windows.widened(side)].into_iter().flatten() {
            let (scenes, mut passed) =
                self.open(side, window, preferred_day, windows.order(side))?;
            if !scenes.is_empty() {
                skipped.append(&mut passed);
                return Ok((scenes, window));
            }
            passed_over = passed;
            last = window;
        }
        if !self.broken.is_empty() || !self.refused.is_empty() {
            let message = format!(
                "no scene that can be read on the {side} side from {last}: {}",
                self.describe_broken()
            );
            return Err(self.unreadable(message).into());
        }
        if last.end >= self.now.date_naive() {
            bail!(NoSceneYetError { side, window: last });
        }
        let mut message = format!(
            "no scene on the {side} side: collection `{}` has none from {last} over {:?} that is \
            clear enough ({} passed over); widen the window or raise max_cloud_cover",
            self.region.collection,
            self.region.bbox,
            passed_over.len(),
        );
        if let Some(SkippedScene { id, reason, .. }) = passed_over.first() {
            message += &format!("; {id}: {reason}");
        }
        if let Some(left_out) = &self.left_out {
            message += &format!("; {left_out}");
        }
        if let Some(ItemCounts { matched, received }) = self.lacking.last() {
            message += &format!(
                "; the catalogue states {matched} matching scenes and sent {received}: use one \
                whose pages are linked"
            );
        }
        if let Some(unrequested) = self.unrequested.last() {
            message += &format!("; the catalogue may ignore what is searched for: {unrequested}");
        }
        Err(RunError::no_scene(side, message).into())
    }

    fn unreadable(&self, message: String) -> RunError {
        let (unreadable, tried) = (self.broken.len() as u64, self.tried.len() as u64);
        RunError { failure: RunFailure::UnreadableScenes { unreadable, tried }, message }
    }

    /// Opens the best scenes of a window; broken ones are dropped and others chosen instead.
    fn open(
        &mut self,
        side: FireSide,
        window: DateWindow,
        preferred_day: NaiveDate,
        order: SceneOrder,
    ) -> Result<(Vec<GridScene>, Vec<SkippedScene>)> {
        let region = self.region;
        let search = stac::ItemSearch {
            collections: vec![region.collection.clone()],
            bbox: Some(region.bbox),
            datetime: Some(window.to_stac_interval()),
            ..stac::ItemSearch::default()
        };
        let FoundItems { mut items, lacking, unrequested } = self.catalogue.find(&search)?;
        self.unrequested.extend(unrequested.filter(|more| !self.unrequested.contains(more)));
        self.lacking.extend(lacking.filter(|counts| !self.lacking.contains(counts)));
        self.refuse(&mut items);
        let mut opened = BTreeMap::new();
        loop {
            self.client.deadline().check()?;
            items.retain(|item| !self.broken.iter().any(|broken| broken.id == item.id));
            let request = SceneRequest {
                side,
                window,
                wanted: preferred_day,
                collection: &region.collection,
                bbox: region.bbox,
                max_cloud_cover: region.max_cloud_cover,
                scenes_per_tile: region.scenes_per_tile,
                order,
            };
            let SceneChoice { used, mut skipped } = choose_scenes(&items, &request);
            let ground = SideGround { collection: &region.collection, bbox: region.bbox, window };
            self.left_out = LeftOutItems::of(&items, &ground);
            self.tried.extend(used.iter().map(|item| item.id.clone()));
            let failures = self.open_items(side, &used, &mut opened);
            if failures.is_empty() {
                let mut scenes = Vec::new();
                for item in used {
                    match opened.remove(&item.id).flatten() {
                        Some(scene) => scenes.push(scene),
                        None => skipped.push(elsewhere(&item.id)),
                    }
                }
                return Ok((scenes, skipped));
            }
            for failure in failures {
                self.give_up_on(failure)?;
            }
        }
    }

    /// Opens the items that are not opened yet; returns the failures.
    fn open_items(
        &mut self,
        side: FireSide,
        items: &[&Item],
        opened: &mut BTreeMap<String, Option<GridScene>>,
    ) -> Vec<SceneReadError> {
        let (grid, zone) = (self.grid, self.zone);
        let (masks, buffer_m) = (&self.settings.masks, self.settings.cloud_buffer_m);
        // All are requested before the first is waited for.
        let checks = self.sidecars.request(side, items, &self.client);
        let new = items.iter().filter(|item| !opened.contains_key(&item.id));
        let mut requested: Vec<(&str, RequestedScene)> =
            new.map(|item| (item.id.as_str(), RequestedScene::of(item, &self.client))).collect();
        self.sidecars.wait(checks);
        requested.iter_mut().for_each(|(_, scene)| scene.request_masks(&self.sidecars));
        // So many at a time that what decides their offsets takes little memory.
        let mut results = Vec::new();
        let mut requested = requested.into_iter();
        loop {
            let some: Vec<_> = requested.by_ref().take(OPENED_TOGETHER).collect();
            if some.is_empty() {
                break;
            }
            let open = |(id, scene)| (id, OpenedScene::open(scene, grid));
            let opened: Vec<(&str, Result<_, _>)> = some.into_par_iter().map(open).collect();
            let plan = |scene: OpenedScene| scene.plan(side, zone, masks, buffer_m);
            let plan = |(id, opened): (_, Result<Option<OpenedScene>, _>)| {
                (id, opened.and_then(|opened| opened.map(plan).transpose()))
            };
            results.extend(opened.into_par_iter().map(plan).collect::<Vec<_>>());
        }
        let mut failures = Vec::new();
        for (id, result) in results {
            match result {
                Ok(scene) => drop(opened.insert(id.to_owned(), scene)),
                Err(failure) => failures.push(failure),
            }
        }
        failures
    }

    /// Leaves out the items whose files lie where the catalogue may not lead, and names them.
    fn refuse(&mut self, items: &mut Vec<Item>) {
        let policy = self.client.policy();
        items.retain(|item| {
            let refusal = policy.check_item(item).err();
            if let Some(error) = refusal
                && self.refused.len() < MAX_NAMED_REFUSED
                && !self.refused.iter().any(|refused| refused.id == item.id)
            {
                tracing::warn!(
                    region = self.region.name,
                    scene = item.id,
                    "{error}; going on without it"
                );
                self.refused.push(SkippedScene {
                    id: item.id.clone(),
                    reason: error.to_string(),
                    why: Some(SkipReason::Refused),
                });
            }
            refusal.is_none()
        });
    }

    fn describe_broken(&self) -> String {
        let refused = self.refused.iter().take(MAX_LISTED_REFUSED);
        let scenes = self
            .broken
            .iter()
            .chain(refused)
            .map(|scene| format!("scene {}: {}", scene.id, scene.reason));
        scenes.collect::<Vec<_>>().join("; ")
    }
}

/// A scene whose files cover no cell of the region, though its item does.
fn elsewhere(id: &str) -> SkippedScene {
    let reason = "its files cover no cell of the region: compare their georeference with the item";
    tracing::info!(scene = id, "{reason}");
    SkippedScene { id: id.to_owned(), reason: reason.to_owned(), why: None }
}

fn side_scenes(scenes: Vec<GridScene>, composite: Composite) -> SideScenes<GridScene> {
    SideScenes::new(scenes, composite, |scene| (scene.used.datetime, &scene.used.id))
}
