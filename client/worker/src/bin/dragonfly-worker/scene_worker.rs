//! A worker that looks at scenes: reads their blocks, and brings them to the cells of the grid.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use dragonfly_core::metadata::UsedScene;
use dragonfly_core::protocol::{JobError, JobErrorKind};
use dragonfly_core::stac::Item;
use dragonfly_core::{Area, CellWindow};
use dragonfly_worker::{
    BrowserTransport, CogScene, GridTarget, ObservationUnit, PixelGrid, RangeFetcher, SceneOptions,
    SceneStrip, Spawn, TargetCells, UtmGrid, scene_error,
};
use futures_util::future::{AbortHandle, abortable};
use js_sys::{ArrayBuffer, Date};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use wasm_bindgen_futures::spawn_local;

use crate::message::{SpareBuffers, heard, on_message, pairs_buffer, scope, tell};
use crate::store::Store;

/// The name of such a worker.
pub(crate) const NAME: &str = "scene";
/// Requests to one host at a time: half of what browsers allow over HTTP/1.1, for both sides of a
/// fire are looked at side by side, and neither must wait behind the other.
const AT_ONCE_PER_HOST: usize = 3;
/// Milliseconds after which the coming of bytes is told again.
const TELL_MS: f64 = 100.0;

/// What a scene worker is asked to do.
#[derive(Serialize, Deserialize)]
pub(crate) enum SceneTask {
    /// Opens a scene. Answered by [`Reporter::Opened`].
    Open(Box<Opening>),
    /// Looks at the cells of some rows, or at their pixels. Answered by [`Reporter::Seen`]. Buffers:
    /// earlier answers', to be filled again.
    Observe { ticket: u32, scene: u32, rows: Range<u32>, unit: ObservationUnit },
    /// Lets go of all scenes, whatever is under way, and writes what is to be kept.
    Clear,
    /// Keeps nothing of what waits to be written. Answered by [`Reporter::Forgotten`].
    Forget { ticket: u32 },
}

/// A scene to be opened.
#[derive(Serialize, Deserialize)]
pub(crate) struct Opening {
    /// Number of the task, and of the scene from then on.
    pub(crate) ticket: u32,
    pub(crate) item: Item,
    pub(crate) wish: SceneOptions,
    /// GeoJSON.
    pub(crate) area: String,
    pub(crate) cells: TargetOptions,
}

/// The grid on which an area is computed.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) enum TargetOptions {
    /// The map's, at a zoom.
    Zoom(u8),
    /// That of a scene's own pixels.
    Pixels(PixelGrid),
}

/// What a scene worker tells.
#[derive(Serialize, Deserialize)]
pub(crate) enum Reporter {
    /// A scene is open; nothing is told of one that covers no cell. Where each cell takes the
    /// nearest pixel, it is told which cells, which pixels, and as float64 in a buffer where the
    /// lattice of the cells lies.
    Opened {
        ticket: u32,
        used: Option<UsedScene>,
        pixel_grid: Option<PixelGrid>,
        nearest: Option<[CellWindow; 2]>,
    },
    /// What was seen, over these columns and rows. Buffers: NBR as float32, qualities by code, and
    /// RGBA, which may be empty.
    Seen { ticket: u32, columns: Range<u32>, rows: Range<u32> },
    /// The scene has no cell there.
    Unseen { ticket: u32 },
    /// Nothing waits to be written.
    Forgotten { ticket: u32 },
    /// It cannot be done.
    Failed { ticket: u32, fault: JobError },
    /// Bytes came from the network, or were kept.
    Received { bytes: u64, kept: u64 },
}

/// What the worker holds.
struct SceneWorkerState {
    far: Rc<RangeFetcher<BrowserTransport>>,
    store: Rc<Store>,
    begin: Spawn,
    received: Rc<Received>,
    spare: SpareBuffers,
    scenes: RefCell<HashMap<u32, OpenScene>>,
    under_way: RefCell<Vec<AbortHandle>>,
}

type OpenScene = Rc<Mutex<CogScene<BrowserTransport, Store>>>;

/// Bytes that came and are not told yet.
#[derive(Default)]
struct Received {
    bytes: Cell<u64>,
    kept: Cell<u64>,
    told_ms: Cell<f64>,
}

/// Starts the worker.
pub(crate) fn start() {
    let received = Rc::new(Received::default());
    let (by_network, by_store) = (Rc::clone(&received), Rc::clone(&received));
    let bench = Rc::new(SceneWorkerState {
        far: Rc::new(RangeFetcher::new(
            BrowserTransport::default(),
            AT_ONCE_PER_HOST,
            move |bytes| by_network.add(bytes, 0),
        )),
        store: Rc::new(Store::new(move |bytes| by_store.add(0, bytes))),
        begin: Rc::new(spawn_local),
        received,
        spare: SpareBuffers::default(),
        scenes: RefCell::default(),
        under_way: RefCell::default(),
    });
    on_message(move |event| {
        if let Some((task, buffers)) = heard(&event) {
            bench.spare.add(buffers);
            bench.begin(task);
        }
    });
}

impl SceneWorkerState {
    fn begin(self: &Rc<Self>, task: SceneTask) {
        if matches!(task, SceneTask::Clear) {
            self.under_way.borrow_mut().drain(..).for_each(|task| task.abort());
            self.scenes.borrow_mut().clear();
            self.spare.take_all();
            let store = Rc::clone(&self.store);
            return spawn_local(async move { store.write().await });
        }
        let bench = Rc::clone(self);
        let (work, handle) = abortable(async move {
            match task {
                SceneTask::Open(opening) => bench.open(*opening).await,
                SceneTask::Observe { ticket, scene, rows, unit } => {
                    bench.observe(ticket, scene, rows, unit).await
                }
                SceneTask::Forget { ticket } => {
                    bench.store.forget().await;
                    bench.say(&Reporter::Forgotten { ticket }, &[]);
                }
                SceneTask::Clear => {}
            }
        });
        let mut under_way = self.under_way.borrow_mut();
        under_way.retain(|task| !task.is_aborted());
        under_way.push(handle);
        spawn_local(async {
            // Nobody waits for what was aborted.
            let _ = work.await;
        });
    }

    async fn open(&self, opening: Opening) {
        let Opening { ticket, item, wish, area, cells } = opening;
        let wanted = match wanted(&area, cells) {
            Ok(wanted) => wanted,
            Err(why) => {
                let fault = JobError::new(JobErrorKind::Area, why, "draw the area again");
                return self.say(&Reporter::Failed { ticket, fault }, &[]);
            }
        };
        match CogScene::open(&self.far, &self.store, &item, &wish, &*wanted, &self.begin).await {
            Ok(scene) => {
                let used = scene.as_ref().map(|scene| scene.used.clone());
                let pixel_grid = scene.as_ref().and_then(|scene| scene.pixel_grid);
                let nearest = scene.as_ref().and_then(|scene| scene.nearest.clone());
                if let Some(scene) = scene {
                    self.scenes.borrow_mut().insert(ticket, Rc::new(Mutex::new(scene)));
                }
                let lattice =
                    nearest.as_ref().map(|nearest| pairs_buffer(nearest.lattice().positions()));
                let nearest =
                    nearest.map(|nearest| [nearest.cells().clone(), nearest.pixels().clone()]);
                self.say(
                    &Reporter::Opened { ticket, used, pixel_grid, nearest },
                    lattice.as_slice(),
                );
            }
            Err(error) => {
                let fault = scene_error(&item.id, wish.side, &error, is_online());
                self.say(&Reporter::Failed { ticket, fault }, &[]);
            }
        }
    }

    async fn observe(&self, ticket: u32, scene: u32, rows: Range<u32>, unit: ObservationUnit) {
        let Some(scene) = self.scenes.borrow().get(&scene).map(Rc::clone) else { return };
        let mut scene = scene.lock().await;
        match scene.observe(&rows, unit).await {
            Ok(look) => self.say_seen(ticket, look),
            Err(error) => {
                let fault = scene_error(&scene.used.id, scene.used.side, &error, is_online());
                self.say(&Reporter::Failed { ticket, fault }, &[]);
            }
        }
    }

    fn say_seen(&self, ticket: u32, SceneStrip { view, rgba }: SceneStrip) {
        let Some((window, cells)) = view else {
            return self.say(&Reporter::Unseen { ticket }, &[]);
        };
        let qualities: Vec<u8> = cells.quality.into_iter().map(|quality| quality as u8).collect();
        let seen = Reporter::Seen { ticket, columns: window.columns, rows: window.rows };
        self.say(
            &seen,
            &[self.spare.floats(&cells.nbr), self.spare.bytes(&qualities), self.spare.bytes(&rgba)],
        );
    }

    fn say(&self, what: &Reporter, buffers: &[ArrayBuffer]) {
        self.received.say();
        tell(&scope(), what, buffers);
    }
}

fn wanted(area: &str, cells: TargetOptions) -> Result<Box<dyn TargetCells>, String> {
    let area = Area::from_geojson(area).map_err(|error| error.to_string())?;
    Ok(match cells {
        TargetOptions::Zoom(zoom) => Box::new(GridTarget::of(area, zoom)),
        TargetOptions::Pixels(own) => {
            Box::new(UtmGrid::over(&area, [own].into_iter()).map_err(|error| error.to_string())?)
        }
    })
}

impl Received {
    fn add(&self, bytes: u64, kept: u64) {
        self.bytes.set(self.bytes.get() + bytes);
        self.kept.set(self.kept.get() + kept);
        let now = Date::now();
        // A clock may be set back.
        if (now - self.told_ms.get()).abs() >= TELL_MS {
            self.told_ms.set(now);
            self.say();
        }
    }

    fn say(&self) {
        let (bytes, kept) = (self.bytes.take(), self.kept.take());
        if bytes + kept > 0 {
            tell(&scope(), &Reporter::Received { bytes, kept }, &[]);
        }
    }
}

/// Whether the browser believes to be online.
pub(crate) fn is_online() -> bool {
    scope().navigator().on_line()
}
