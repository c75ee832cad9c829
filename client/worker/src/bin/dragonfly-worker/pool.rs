//! The workers that look at scenes, as the worker that takes orders sees them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::ops::Range;
use std::rc::Rc;

use dragonfly_core::metadata::UsedScene;
use dragonfly_core::protocol::{JobError, JobErrorKind};
use dragonfly_core::stac::Item;
use dragonfly_core::{CellQuality, CellWindow, Lattice, MaskKind, NearestPixels, Observations};
use dragonfly_worker::{ObservationUnit, PixelGrid, SceneOptions, SceneSource, SceneStrip};
use futures_channel::oneshot;
use futures_util::future::join_all;
use js_sys::{ArrayBuffer, Float32Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::message::{SpareBuffers, heard, pairs, scope, tell};
use crate::scene_worker::{NAME, Opening, Reporter, SceneTask, TargetOptions};

/// Workers at least, so that both sides of a fire are looked at side by side, and at most.
const WORKERS: (usize, usize) = (2, 6);

/// The workers.
pub(crate) struct Pool {
    workers: Vec<Rc<SceneWorker>>,
    next_ticket: Cell<u32>,
    /// Which worker looks at a scene, by its id: there lies also what waits to be kept of it.
    homes: RefCell<HashMap<String, usize>>,
}

struct SceneWorker {
    worker: Worker,
    /// What it is to fill again.
    spare: SpareBuffers,
    waiting: RefCell<HashMap<u32, oneshot::Sender<SceneWorkerResponse>>>,
}

type SceneWorkerResponse = (Reporter, Vec<ArrayBuffer>);

/// A scene that a worker has opened.
pub(crate) struct RemoteScene {
    used: UsedScene,
    mask_kind: Option<MaskKind>,
    /// The grid of its own pixels.
    pub(crate) pixel_grid: Option<PixelGrid>,
    nearest: Option<NearestPixels>,
    worker: Rc<SceneWorker>,
    scene: u32,
    tickets: Rc<Pool>,
}

impl Pool {
    /// Starts a worker for each processor. `on_received` hears of bytes from the network, and of
    /// bytes kept.
    pub(crate) fn start(on_received: impl Fn(u64, u64) + Clone + 'static) -> Self {
        let count =
            (scope().navigator().hardware_concurrency() as usize).clamp(WORKERS.0, WORKERS.1);
        let workers = (0..count).filter_map(|_| SceneWorker::start(on_received.clone())).collect();
        Self { workers, next_ticket: Cell::new(0), homes: RefCell::default() }
    }

    /// Opens a scene in one of the workers; `None` where it covers no cell.
    pub(crate) async fn open(
        self: &Rc<Self>,
        item: Item,
        wish: SceneOptions,
        area: String,
        cells: TargetOptions,
    ) -> Result<Option<RemoteScene>, JobError> {
        let ticket = self.ticket();
        let Some(worker) = self.workers.get(self.home(&item.id)).map(Rc::clone) else {
            let message = "the browser starts no workers";
            return Err(JobError::new(
                JobErrorKind::Memory,
                message,
                "close other tabs, or try another browser",
            ));
        };
        let mask_kind = item.mask().map(|(kind, _)| kind);
        let opening = Box::new(Opening { ticket, item, wish, area, cells });
        let (opened, lattice) = worker.ask(ticket, &SceneTask::Open(opening)).await?;
        let Reporter::Opened { used: Some(used), pixel_grid, nearest, .. } = opened else {
            return Ok(None);
        };
        let nearest = nearest.zip(lattice.first()).map(|([cells, pixels], positions)| {
            let lattice = Lattice::new(&cells, pairs(positions));
            NearestPixels::new(cells, pixels, lattice)
        });
        Ok(Some(RemoteScene {
            used,
            mask_kind,
            pixel_grid,
            nearest,
            worker,
            scene: ticket,
            tickets: Rc::clone(self),
        }))
    }

    /// Ends all that is under way.
    pub(crate) fn clear(&self) {
        for worker in &self.workers {
            worker.waiting.borrow_mut().clear();
            worker.spare.take_all();
            tell(&worker.worker, &SceneTask::Clear, &[]);
        }
    }

    /// Keeps nothing of what waits to be written.
    pub(crate) async fn forget(&self) {
        let forget = self.workers.iter().map(|worker| {
            let ticket = self.ticket();
            worker.ask(ticket, &SceneTask::Forget { ticket })
        });
        // A worker that died keeps nothing either.
        join_all(forget.collect::<Vec<_>>()).await;
    }

    /// The place of the worker that looks at a scene: always the same, and new scenes go to each in
    /// turn.
    fn home(&self, id: &str) -> usize {
        let mut homes = self.homes.borrow_mut();
        let next = homes.len() % self.workers.len().max(1);
        *homes.entry(id.to_owned()).or_insert(next)
    }

    fn ticket(&self) -> u32 {
        self.next_ticket.replace(self.next_ticket.get().wrapping_add(1))
    }
}

impl SceneWorker {
    fn start(on_received: impl Fn(u64, u64) + 'static) -> Option<Rc<Self>> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(NAME);
        let worker = Worker::new_with_options(&scope().location().href(), &options).ok()?;
        // Fetched and compiled once: the others are handed the code.
        worker.post_message(&wasm_bindgen::module()).ok()?;
        let this =
            Rc::new(Self { worker, spare: SpareBuffers::default(), waiting: RefCell::default() });
        let listener = Rc::clone(&this);
        let on_message =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event| match heard::<Reporter>(&event) {
                Some((Reporter::Received { bytes, kept }, _)) => on_received(bytes, kept),
                Some((what, buffers)) => listener.hear(what, buffers),
                None => {}
            });
        this.worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        let listener = Rc::clone(&this);
        // Whoever waits for a worker that died is told by its silence.
        let on_error = Closure::<dyn FnMut()>::new(move || listener.waiting.borrow_mut().clear());
        this.worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        on_error.forget();
        Some(this)
    }

    fn hear(&self, what: Reporter, buffers: Vec<ArrayBuffer>) {
        let ticket = match &what {
            Reporter::Opened { ticket, .. }
            | Reporter::Seen { ticket, .. }
            | Reporter::Unseen { ticket }
            | Reporter::Forgotten { ticket }
            | Reporter::Failed { ticket, .. } => *ticket,
            Reporter::Received { .. } => return,
        };
        if let Some(waiting) = self.waiting.borrow_mut().remove(&ticket) {
            // Whoever asked may have been aborted.
            let _ = waiting.send((what, buffers));
        }
    }

    /// Asks at once; the answer comes when it is waited for.
    fn ask(
        &self,
        ticket: u32,
        task: &SceneTask,
    ) -> impl Future<Output = Result<SceneWorkerResponse, JobError>> + use<> {
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().insert(ticket, sender);
        tell(&self.worker, task, &self.spare.take_all());
        async {
            match receiver.await {
                Ok((Reporter::Failed { fault, .. }, _)) => Err(fault),
                Ok(heard) => Ok(heard),
                Err(oneshot::Canceled) => {
                    let message = "a worker of the page died, probably for want of memory";
                    Err(JobError::new(
                        JobErrorKind::Memory,
                        message,
                        "close other tabs, or choose a smaller area",
                    ))
                }
            }
        }
    }
}

impl SceneSource for RemoteScene {
    fn used(&self) -> &UsedScene {
        &self.used
    }

    fn mask_kind(&self) -> Option<MaskKind> {
        self.mask_kind
    }

    fn nearest(&self) -> Option<&NearestPixels> {
        self.nearest.as_ref()
    }

    fn observe(
        &self,
        rows: Range<u32>,
        unit: ObservationUnit,
    ) -> impl Future<Output = Result<SceneStrip, JobError>> {
        let ticket = self.tickets.ticket();
        let worker = Rc::clone(&self.worker);
        let asked =
            worker.ask(ticket, &SceneTask::Observe { ticket, scene: self.scene, rows, unit });
        async move {
            let (Reporter::Seen { columns, rows, .. }, buffers) = asked.await? else {
                return Ok(SceneStrip::default());
            };
            let [nbr, qualities, rgba] = &buffers[..] else { return Ok(SceneStrip::default()) };
            let qualities = Uint8Array::new(qualities).to_vec();
            let quality = qualities
                .into_iter()
                .map(|code| CellQuality::from_code(code).unwrap_or_default())
                .collect();
            let view = Some((
                CellWindow { columns, rows },
                Observations { nbr: Float32Array::new(nbr).to_vec(), quality },
            ));
            let rgba = Uint8Array::new(rgba).to_vec();
            worker.spare.add(buffers);
            Ok(SceneStrip { view, rgba })
        }
    }
}
