//! Runs the requests of the page one at a time, and sends the responses.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use crate::{
    BrowserTransport, CatalogueClient, CatalogueError, ComputedMap, Export, GridTarget,
    OffsetGround, RangeFetcher, ResultKey, SceneBytes, SceneOptions, SidePictures, TargetCells,
    Tokens, Transport, UtmGrid, UtmGridError, WEIGH_ABOVE_MB, around, catalogue_error, compute,
    compute_in_utm, corrected, export, found, masked_hosts, nearest, question, scene_bytes,
    windows,
};
use chrono::{DateTime, Utc};
use dragonfly_core::protocol::{
    CACHE_BYTES, ComputeRequest, ComputeResult, DownloadRequest, FileKind, JobError, JobErrorKind,
    JobProgress, JobRequest, JobResponse, JobStep, MAX_CELLS, NoSceneReason, PictureKind,
    RequestMessage, ResponseMessage, SearchRequest, SearchResult, SideResult,
};
use dragonfly_core::stac::{AddressPolicy, FoundItems, Item, ItemCounts, UnrequestedItems};
use dragonfly_core::{
    Area, FireSide, Grid, MapWarning, VERSION, check_sides, distinct, mercator::TILE_SIZE_PX,
};
use futures_util::future::{
    AbortHandle, Either, abortable, join, join_all, select, try_join, try_join_all,
};
use js_sys::{ArrayBuffer, Date, Uint8Array};
use wasm_bindgen_futures::spawn_local;
use web_sys::Url;

use crate::program::byte_store::ByteStore;
use crate::program::cached_results::{CachedResults, Computed, StripPictures};
use crate::program::map_blocks::blocks;
use crate::program::messages::{SpareBuffers, bytes, on_message, receive, scope, send};
use crate::program::pool::{Pool, RemoteScene};
use crate::program::scene_worker::{AT_ONCE_PER_HOST, TargetOptions, is_online};

/// Files that answer more slowly than this are not weighed: the estimate stands.
const WEIGHING_LIMIT: Duration = Duration::from_secs(6);

/// The state of the worker: what it has found and computed.
struct JobRunner {
    pool: Rc<Pool>,
    store: Rc<ByteStore>,
    results: CachedResults,
    progress: Rc<ProgressReporter>,
    tokens: Tokens,
    under_way: RefCell<Option<AbortHandle>>,
    /// Buffers of blocks that the page shows no more.
    spare: SpareBuffers,
    prepared: RefCell<Option<Rc<Prepared>>>,
    /// What was computed last, and of which search.
    computed: RefCell<Option<LastResult>>,
    /// The same, to be cached as soon as the page has it.
    uncached: RefCell<Option<UncachedResult>>,
}

/// The last result, for the files to be written of it.
#[derive(Clone)]
struct LastResult {
    computed: Rc<Computed>,
    prepared: Rc<Prepared>,
    /// GeoJSON of the outline that the reader gave: the fire's perimeter, or the area.
    outline: String,
}

/// A search with its scenes.
struct Prepared {
    search: SearchRequest,
    area: Area,
    pre: Vec<Item>,
    post: Vec<Item>,
    /// What the catalogue did not send of what matches.
    lacking: Vec<ItemCounts>,
    /// What else it sent.
    unrequested: Vec<UnrequestedItems>,
}

/// A result that is not cached yet.
struct UncachedResult {
    key: ResultKey,
    computed: Rc<Computed>,
    pictures: Option<StripPictures>,
}

/// Progress of the request under way.
struct ProgressReporter {
    number: Cell<u32>,
    progress: Cell<JobProgress>,
    cached_bytes: Cell<u64>,
}

/// Starts the worker.
pub(crate) fn start() {
    let nothing = JobProgress { step: JobStep::Searching, done: 0, of: 0, bytes: 0 };
    let progress = Rc::new(ProgressReporter {
        number: Cell::new(0),
        progress: Cell::new(nothing),
        cached_bytes: Cell::new(0),
    });
    let received = Rc::clone(&progress);
    let store = Rc::new(ByteStore::new(|_| {}));
    let runner = Rc::new(JobRunner {
        pool: Rc::new(Pool::start(move |bytes, cached| received.received(bytes, cached))),
        results: CachedResults::new(Rc::clone(&store)),
        store,
        progress,
        tokens: Tokens::default(),
        under_way: RefCell::default(),
        spare: SpareBuffers::default(),
        prepared: RefCell::default(),
        computed: RefCell::default(),
        uncached: RefCell::default(),
    });
    on_message(move |event| {
        if let Some((message, buffers)) = receive::<RequestMessage>(&event) {
            runner.start_job(message, buffers);
        }
    });
    report(0, JobResponse::Ready, &[]);
}

fn report(number: u32, response: JobResponse, buffers: &[ArrayBuffer]) {
    send(&scope(), &ResponseMessage { number, response }, buffers);
}

impl JobRunner {
    /// Ends what is under way, and starts a request.
    fn start_job(
        self: &Rc<Self>,
        RequestMessage { number, request }: RequestMessage,
        buffers: Vec<ArrayBuffer>,
    ) {
        if let Some(under_way) = self.under_way.take() {
            under_way.abort();
            self.pool.clear();
            self.spare.take_all();
        }
        // Computing needs the processor, and what is cleared must not come back.
        if matches!(request, JobRequest::Compute(_) | JobRequest::ClearCache) {
            self.results.stop();
        }
        self.progress.begin(number);
        let runner = Rc::clone(self);
        let (work, handle) = abortable(async move {
            let result = match request {
                JobRequest::Search(search) => runner.search(*search).await.map(alone),
                JobRequest::Compute(request) => {
                    runner.spare.add(buffers);
                    runner.compute(&request).await.map(alone)
                }
                JobRequest::Download(request) => runner.download(&request).await,
                JobRequest::ReadArea { name } => read_area(&name, &buffers).map(alone),
                JobRequest::Cancel => Ok(alone(JobResponse::Cancelled)),
                JobRequest::ClearCache => {
                    runner.pool.drop_pending().await;
                    runner.store.drop_pending().await;
                    runner.store.limit(0).await;
                    Ok(alone(JobResponse::Cleared))
                }
            };
            let (response, buffers) = result.unwrap_or_else(|error| {
                if error.kind == JobErrorKind::Forbidden {
                    // The bucket may have rejected a token that should still be valid: the next
                    // request fetches another.
                    runner.tokens.take();
                }
                (JobResponse::Error(error), Vec::new())
            });
            report(number, response, &buffers);
            if let Some(UncachedResult { key, computed, pictures }) = runner.uncached.take() {
                runner.results.write(key, computed, pictures);
            }
            runner.pool.clear();
            runner.spare.take_all();
            runner.store.write().await;
        });
        *self.under_way.borrow_mut() = Some(handle);
        spawn_local(async {
            // An aborted job has no receiver.
            let _ = work.await;
        });
    }

    async fn search(&self, search: SearchRequest) -> Result<JobResponse, JobError> {
        let area = area(&search.area)?;
        let catalogue = self.catalogue(&search);
        let job_error = |error: CatalogueError| catalogue_error(&error, is_online());
        let (pre, post) = self.find_scenes(&search, &area, &catalogue).await.map_err(job_error)?;
        let mut lacking: Vec<ItemCounts> = pre.lacking.into_iter().chain(post.lacking).collect();
        lacking.dedup();
        let unrequested = pre.unrequested.into_iter().chain(post.unrequested).collect();
        let (pre, post) = (pre.items, post.items);
        let mut result = found(&search, &area, (&pre, &post));
        for (side, found, window) in [
            (FireSide::Pre, &mut result.pre, search.pre),
            (FireSide::Post, &mut result.post, search.post),
        ] {
            if let Some(NoSceneReason::NoScene { nearest: days }) = &mut found.without {
                let items = catalogue
                    .find(&question(&search, &area, around(window)), |_| {})
                    .await
                    .map_err(job_error)?;
                *days = nearest(&search, &items.items, side);
            }
        }
        let prepared = Rc::new(Prepared { search, area, pre, post, lacking, unrequested });
        result.kept = self.cached(&prepared, &result).await;
        if result.kept.is_empty() && weighs_much(&result) {
            let samples = self.weigh_in_time(&prepared, &result).await;
            corrected(&mut result, &samples);
        }
        *self.prepared.borrow_mut() = Some(prepared);
        Ok(JobResponse::Found(Box::new(result)))
    }

    /// The scenes of both sides that lie in their windows.
    async fn find_scenes(
        &self,
        search: &SearchRequest,
        area: &Area,
        catalogue: &CatalogueClient<BrowserTransport, ByteStore>,
    ) -> Result<(FoundItems, FoundItems), CatalogueError> {
        let (in_pre, in_post) = (Cell::new(0), Cell::new(0));
        let report_found =
            || self.progress.step(JobStep::Searching, in_pre.get() + in_post.get(), 0);
        report_found();
        let (pre_search, post_search) =
            (question(search, area, search.pre), question(search, area, search.post));
        let find_pre = catalogue.find(&pre_search, |count| {
            in_pre.set(count as u64);
            report_found();
        });
        let find_post = catalogue.find(&post_search, |count| {
            in_post.set(count as u64);
            report_found();
        });
        let (mut pre, mut post) = try_join(find_pre, find_post).await?;
        // A catalogue may return more than was requested.
        for (found, window) in [(&mut pre, search.pre), (&mut post, search.post)] {
            found.items.retain(|item| item.acquired().is_some_and(|at| window.contains(at)));
        }
        Ok((pre, post))
    }

    /// Requests over the chosen scenes whose results are cached.
    async fn cached(&self, prepared: &Prepared, found: &SearchResult) -> Vec<ComputeRequest> {
        let sides = found.pre.scenes.iter().chain(&found.post.scenes);
        let scenes: Vec<String> =
            sides.filter(|scene| scene.chosen).map(|scene| scene.id.clone()).collect();
        let Ok(chosen) = prepared.chosen(&scenes) else { return Vec::new() };
        let mut cached = Vec::new();
        for picture in [None, Some(PictureKind::True), Some(PictureKind::False)] {
            for dnbr_offset in [false, true] {
                let zoom = Some(prepared.search.zoom);
                let request = ComputeRequest {
                    scenes: scenes.clone(),
                    zoom,
                    dnbr_offset,
                    perimeter: None,
                    picture,
                };
                let key = ResultKey::new(&prepared.search, &request, &chosen, VERSION);
                if let Some(key) = key
                    && self.results.has(&key).await
                {
                    cached.push(request);
                }
            }
        }
        cached
    }

    async fn compute(&self, request: &ComputeRequest) -> Result<JobResponse, JobError> {
        let Some(prepared) = self.prepared.borrow().clone() else {
            return Err(JobError::new(
                JobErrorKind::NoScene,
                "nothing has been searched yet",
                "search for images first",
            ));
        };
        let zoom = request.zoom.unwrap_or(prepared.search.zoom);
        let grid = Grid::covering(prepared.area.bbox(), zoom);
        check_size(&grid)?;
        // What was computed before needs its memory no more.
        self.computed.take();
        self.uncached.take();
        let chosen = prepared.chosen(&request.scenes)?;
        let key = ResultKey::new(&prepared.search, request, &chosen, VERSION);
        let number = self.progress.number.get();
        let has_pictures = request.picture.is_some();
        if let Some(key) = &key
            && let Some(cached) = self.results.find(key, &grid, has_pictures, &self.spare).await
        {
            for (at, buffers) in cached.blocks {
                report(number, JobResponse::Block(at), &buffers);
            }
            return Ok(self.done(cached.computed, prepared, request).1);
        }
        let (computed, pictures) = self.compute_strips(request, &prepared, &grid, chosen).await?;
        let (computed, response) = self.done(computed, prepared, request);
        *self.uncached.borrow_mut() = key.map(|key| UncachedResult { key, computed, pictures });
        let store = Rc::clone(&self.store);
        spawn_local(async move { store.limit(CACHE_BYTES).await });
        Ok(response)
    }

    /// Computes the chosen scenes, and sends every strip's blocks as they are done.
    async fn compute_strips(
        &self,
        request: &ComputeRequest,
        prepared: &Prepared,
        grid: &Grid,
        chosen: Vec<(FireSide, Item)>,
    ) -> Result<(Computed, Option<StripPictures>), JobError> {
        let Prepared { search, area, .. } = prepared;
        let number = self.progress.number.get();
        let cells = TargetOptions::Zoom(grid.zoom());
        let scenes = self.open(search, request.picture, chosen, cells).await?;
        let pixel_grids = scenes.iter().filter_map(|scene| scene.pixel_grid).collect();
        let perimeter = request.perimeter.as_deref().map(self::area).transpose()?;
        let ring = match (request.dnbr_offset, &perimeter) {
            (false, _) => OffsetGround::Nowhere,
            (true, None) => OffsetGround::RoundBurnt,
            (true, Some(perimeter)) => OffsetGround::RoundPerimeter(perimeter),
        };
        let target = GridTarget::of(area.clone(), grid.zoom()).within(perimeter.clone());
        let strips = u64::from(grid.height() / TILE_SIZE_PX);
        self.progress.step(JobStep::Computing, 0, strips);
        let mut pictures = request.picture.map(|_| StripPictures::new());
        let on_strip = |map: &ComputedMap, rows: Range<u32>, strip: &SidePictures| {
            for (at, buffers) in
                blocks(map, &rows, pictures.is_some().then_some(strip), &self.spare)
            {
                report(number, JobResponse::Block(at), &buffers);
            }
            if let Some(pictures) = &mut pictures {
                pictures
                    .push([Uint8Array::from(&strip.pre[..]), Uint8Array::from(&strip.post[..])]);
            }
            self.progress.step(JobStep::Computing, u64::from(rows.end / TILE_SIZE_PX), strips);
        };
        let (map, mut done) =
            compute(&target, &windows(search), scenes, ring, &search.mask_rules, on_strip).await?;
        (done.bytes, done.cached_bytes) =
            (self.progress.progress.get().bytes, self.progress.cached_bytes.get());
        Ok((Computed { map, done, pixel_grids }, pictures))
    }

    /// Stores what was computed, for the files to be written of it.
    fn done(
        &self,
        mut computed: Computed,
        prepared: Rc<Prepared>,
        request: &ComputeRequest,
    ) -> (Rc<Computed>, JobResponse) {
        let warnings = &mut computed.done.warnings;
        // A result that was cached may be of an earlier search.
        warnings.retain(|warning| !warning.why.is_of_search());
        warnings.extend(prepared.search_warnings());
        let response = JobResponse::Done(Box::new(computed.done.clone()));
        let computed = Rc::new(computed);
        let outline = request.perimeter.as_ref().unwrap_or(&prepared.search.area).clone();
        let last = LastResult { computed: Rc::clone(&computed), prepared, outline };
        *self.computed.borrow_mut() = Some(last);
        (computed, response)
    }

    async fn download(
        &self,
        request: &DownloadRequest,
    ) -> Result<(JobResponse, Vec<ArrayBuffer>), JobError> {
        let Some(LastResult { computed, prepared, outline }) = self.computed.borrow().clone()
        else {
            return Err(JobError::new(
                JobErrorKind::Result,
                "nothing has been computed yet",
                "compute an area first",
            ));
        };
        let Computed { map, done, pixel_grids } = &*computed;
        let no_grid = |error: UtmGridError| {
            JobError::new(JobErrorKind::Result, error.to_string(), "choose another file")
        };
        let own_grid = match request.file {
            FileKind::Values { utm: true } => {
                let area = self::area(&outline)?;
                Some(UtmGrid::over(&area, pixel_grids.iter().copied()).map_err(no_grid)?)
            }
            _ => None,
        };
        let in_utm = match &own_grid {
            Some(grid) => Some(self.compute_in_utm(grid, &prepared, &outline, done).await?),
            None => None,
        };
        self.progress.step(JobStep::Writing, 0, 1);
        let export = Export {
            search: &prepared.search,
            outline: &outline,
            map,
            done,
            in_utm: in_utm.as_ref(),
        };
        let (name, file) = export.write(request)?;
        Ok((JobResponse::File(name), vec![bytes(&file)]))
    }

    /// Computes an outline once more, from the same scenes, on their own grid: their blocks are
    /// cached on this machine.
    async fn compute_in_utm<'a>(
        &self,
        grid: &'a UtmGrid,
        prepared: &Prepared,
        outline: &str,
        done: &ComputeResult,
    ) -> Result<ComputedMap<&'a UtmGrid>, JobError> {
        let ids = distinct(done.scenes.iter().map(|scene| scene.id.clone()).collect());
        let chosen = prepared.chosen(&ids)?;
        // The grid covers the outline; the area that was searched has the ring of the offset around it.
        let search = SearchRequest { area: outline.to_owned(), ..prepared.search.clone() };
        let cells = TargetOptions::Pixels(grid.pixels());
        let scenes = self.open(&search, None, chosen, cells).await?;
        let height = u64::from(grid.height());
        let on_strip =
            |rows: Range<u32>| self.progress.step(JobStep::Computing, u64::from(rows.end), height);
        compute_in_utm(grid, &windows(&prepared.search), scenes, on_strip).await
    }

    /// Opens scenes: again with the masks beside their files, where their host turns out to have
    /// some.
    async fn open(
        &self,
        search: &SearchRequest,
        picture: Option<PictureKind>,
        scenes: Vec<(FireSide, Item)>,
        cells: TargetOptions,
    ) -> Result<Vec<RemoteScene>, JobError> {
        let names = |side: FireSide| -> Vec<String> {
            let of_side = scenes.iter().filter(|(own, _)| *own == side);
            of_side.flat_map(|(_, item)| item.mapped_band_names()).collect()
        };
        check_sides(&names(FireSide::Pre), &names(FireSide::Post)).map_err(|error| {
            let advice = "choose other images, or days that do not overlap";
            JobError::new(JobErrorKind::Broken, error.to_string(), advice)
        })?;
        let (sides, items): (Vec<FireSide>, Vec<Item>) = scenes.into_iter().unzip();
        let items = self.readable(search, items).await?;
        let mut scenes: Vec<(FireSide, Item)> = sides.into_iter().zip(items).collect();
        let fetcher = RangeFetcher::new(BrowserTransport::default(), AT_ONCE_PER_HOST, |_| {});
        let fetcher = Rc::new(fetcher.of_doubtful_files());
        let hosts = masked_hosts(&fetcher, &self.store, &scenes);
        let open = self.open_as_they_are(search, picture, scenes.clone(), cells);
        let (opened, hosts) = join(open, hosts).await;
        if hosts.is_empty() {
            return opened;
        }
        self.pool.clear();
        scenes.iter_mut().for_each(|(_, item)| item.look_for_masks(&hosts));
        self.open_as_they_are(search, picture, scenes, cells).await
    }

    /// Opens scenes whose files can be requested.
    async fn open_as_they_are(
        &self,
        search: &SearchRequest,
        picture: Option<PictureKind>,
        scenes: Vec<(FireSide, Item)>,
        cells: TargetOptions,
    ) -> Result<Vec<RemoteScene>, JobError> {
        let (opened, count) = (Cell::new(0), scenes.len() as u64);
        self.progress.step(JobStep::Opening, 0, count);
        let opened = &opened;
        let open = scenes.into_iter().map(|(side, item)| async move {
            let options = SceneOptions { side, picture, mask_rules: search.mask_rules.clone() };
            let scene = self.pool.open(item, options, search.area.clone(), cells).await;
            opened.set(opened.get() + 1);
            self.progress.step(JobStep::Opening, opened.get(), count);
            scene
        });
        Ok(try_join_all(open).await?.into_iter().flatten().collect())
    }

    /// What [`Self::weigh`] returns; nothing where files answer too slowly.
    async fn weigh_in_time(
        &self,
        prepared: &Prepared,
        result: &SearchResult,
    ) -> Vec<(Item, SceneBytes)> {
        let transport = BrowserTransport::default();
        let limit = Box::pin(transport.pause(WEIGHING_LIMIT));
        match select(Box::pin(self.weigh(prepared, result)), limit).await {
            Either::Left((samples, _)) => samples,
            Either::Right(_) => Vec::new(),
        }
    }

    /// The bytes that the area takes of a scene of each side; none of those that cannot be read,
    /// which computing explains.
    async fn weigh(&self, prepared: &Prepared, result: &SearchResult) -> Vec<(Item, SceneBytes)> {
        let Prepared { search, area, .. } = prepared;
        let first = |side: &SideResult| {
            let chosen = side.scenes.iter().find(|scene| scene.chosen);
            chosen.map(|scene| scene.id.clone())
        };
        let ids: Vec<String> = [&result.pre, &result.post].into_iter().filter_map(first).collect();
        let Ok(chosen) = prepared.chosen(&ids) else { return Vec::new() };
        let (sides, items): (Vec<FireSide>, Vec<Item>) = chosen.into_iter().unzip();
        let Ok(items) = self.readable(search, items).await else { return Vec::new() };
        let fetcher =
            Rc::new(RangeFetcher::new(BrowserTransport::default(), AT_ONCE_PER_HOST, |_| {}));
        let target = GridTarget::of(area.clone(), search.zoom);
        let (fetcher, target) = (&fetcher, &target);
        let weighed = sides.into_iter().zip(items).map(|(side, item)| async move {
            let mask_rules = search.mask_rules.clone();
            let options = SceneOptions { side, picture: None, mask_rules };
            let bytes = scene_bytes(fetcher, &self.store, &item, &options, target).await;
            Some((item, bytes.ok().flatten()?))
        });
        join_all(weighed).await.into_iter().flatten().collect()
    }

    /// Items whose files can be requested: signed, and through the proxy where there is one.
    async fn readable(
        &self,
        search: &SearchRequest,
        mut items: Vec<Item>,
    ) -> Result<Vec<Item>, JobError> {
        let catalogue = self.catalogue(search);
        match catalogue.sign(&mut items, &self.tokens, now()).await {
            // Cached blocks open without a token.
            Err(CatalogueError::NoToken(_)) if !is_online() => {}
            signed => signed.map_err(|error| catalogue_error(&error, is_online()))?,
        }
        for href in items.iter_mut().flat_map(Item::hrefs_mut) {
            match &search.proxy_base {
                // Where a picture needs such a file, its address is what is wrong.
                _ if !catalogue.may_read(href) => href.clear(),
                Some(proxy) => href.insert_str(0, proxy),
                None => {}
            }
        }
        Ok(items)
    }

    fn catalogue(&self, search: &SearchRequest) -> CatalogueClient<BrowserTransport, ByteStore> {
        let root = absolute_url(&search.stac_url);
        let policy =
            AddressPolicy::of_api(&root, &search.catalogue_hosts, search.allow_private_addresses);
        let web = BrowserTransport::default();
        CatalogueClient::new(
            web,
            Rc::clone(&self.store),
            &root,
            policy,
            search.token_url.as_deref(),
        )
    }
}

/// Whether the download is large enough for its size to be looked up.
fn weighs_much(result: &SearchResult) -> bool {
    let offer = result.zooms.first();
    offer.is_some_and(|offer| offer.megabytes + offer.true_megabytes > WEIGH_ABOVE_MB)
}

/// An address that may be relative to the page's, such as `/stac`.
fn absolute_url(url: &str) -> String {
    Url::new_with_base(url, &scope().location().href())
        .map_or_else(|_| url.to_owned(), |url| url.href())
}

/// By the clock of the reader's machine.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(Date::now() as i64).unwrap_or_default()
}

impl Prepared {
    /// What makes results of the search doubtful.
    fn search_warnings(&self) -> impl Iterator<Item = MapWarning> {
        let lacking = self.lacking.iter();
        lacking
            .map(|counts| MapWarning::incomplete_search(counts.matched, counts.received))
            .chain(MapWarning::unrequested_scenes(&self.unrequested))
    }

    /// The scenes of these ids, before the fire and then after it.
    fn chosen(&self, ids: &[String]) -> Result<Vec<(FireSide, Item)>, JobError> {
        let mut chosen: Vec<(FireSide, Item)> = Vec::new();
        for (side, items) in [(FireSide::Pre, &self.pre), (FireSide::Post, &self.post)] {
            for id in ids {
                chosen.extend(
                    items.iter().find(|item| item.id == *id).map(|item| (side, item.clone())),
                );
            }
        }
        if let Some(unknown) = ids.iter().find(|id| chosen.iter().all(|(_, item)| item.id != **id))
        {
            let message = format!("the image {unknown} was not found");
            return Err(JobError::new(
                JobErrorKind::NoScene,
                message,
                "search again, and choose among the images found",
            ));
        }
        Ok(chosen)
    }
}

/// Refuses a grid of more cells than are computed.
fn check_size(grid: &Grid) -> Result<(), JobError> {
    let cells = grid.inside_columns().len() as u64 * grid.inside_rows().len() as u64;
    if cells <= MAX_CELLS {
        return Ok(());
    }
    let [millions, most] = [cells, MAX_CELLS].map(|cells| cells as f64 / 1e6);
    let message = format!(
        "the area has {millions:.0} million cells at zoom {}, and {most:.0} million are the most",
        grid.zoom()
    );
    Err(JobError::new(JobErrorKind::TooLarge, message, "choose a smaller area, or larger cells"))
}

fn area(geojson: &str) -> Result<Area, JobError> {
    let job_error = |error: dragonfly_core::AreaError| {
        JobError::new(
            JobErrorKind::Area,
            format!("the area {error}"),
            "draw it, or drop a file with polygons in degrees",
        )
    };
    Area::from_geojson(geojson).map_err(job_error)
}

fn read_area(name: &str, buffers: &[ArrayBuffer]) -> Result<JobResponse, JobError> {
    let file = buffers.first().map(|buffer| Uint8Array::new(buffer).to_vec()).unwrap_or_default();
    let read = export::read_area(name, &file).map_err(|error| {
        JobError::new(JobErrorKind::Area, error.to_string(), "drop another file, or draw the area")
    })?;
    Ok(JobResponse::Area { geojson: read.area.to_geojson(), note: read.note })
}

/// A response without buffers.
fn alone(response: JobResponse) -> (JobResponse, Vec<ArrayBuffer>) {
    (response, Vec::new())
}

impl ProgressReporter {
    fn begin(&self, number: u32) {
        self.number.set(number);
        self.progress.set(JobProgress { step: JobStep::Searching, done: 0, of: 0, bytes: 0 });
        self.cached_bytes.set(0);
    }

    fn step(&self, step: JobStep, done: u64, of: u64) {
        self.progress.set(JobProgress { step, done, of, ..self.progress.get() });
        self.send();
    }

    fn received(&self, bytes: u64, cached: u64) {
        let progress = self.progress.get();
        self.progress.set(JobProgress { bytes: progress.bytes + bytes, ..progress });
        self.cached_bytes.set(self.cached_bytes.get() + cached);
        self.send();
    }

    fn send(&self) {
        report(self.number.get(), JobResponse::Progress(self.progress.get()), &[]);
    }
}
