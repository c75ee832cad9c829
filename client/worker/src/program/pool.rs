//! The pool of scene workers, as the worker that runs the page's requests uses it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::ops::Range;
use std::rc::Rc;

use crate::{ObservationUnit, PixelGrid, SceneOptions, SceneSource, SceneStrip};
use dragonfly_core::metadata::UsedScene;
use dragonfly_core::protocol::{JobError, JobErrorKind};
use dragonfly_core::stac::Item;
use dragonfly_core::{
    CellQuality, CellWindow, Lattice, MaskKind, NearestPixels, Observations, PromisedGround,
};
use futures_channel::oneshot;
use futures_util::future::join_all;
use js_sys::{ArrayBuffer, Float32Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::program::messages::{SpareBuffers, pairs, receive, scope, send};
use crate::program::scene_worker::{NAME, Opening, SceneEvent, SceneTask, TargetOptions};

/// Fewest workers, so that both sides of a fire are read at the same time, and most.
const WORKERS: (usize, usize) = (2, 6);

/// The workers.
pub(crate) struct Pool {
    workers: Vec<Rc<SceneWorker>>,
    next_ticket: Cell<u32>,
    /// Which worker reads a scene, by its id: it also holds the scene's bytes that are to be
    /// cached.
    worker_indices: RefCell<HashMap<String, usize>>,
}

struct SceneWorker {
    worker: Worker,
    /// Buffers that it fills again.
    spare: SpareBuffers,
    waiting: RefCell<HashMap<u32, oneshot::Sender<EventWithBuffers>>>,
}

type EventWithBuffers = (SceneEvent, Vec<ArrayBuffer>);

/// A scene that a worker has opened.
pub(crate) struct RemoteScene {
    used: UsedScene,
    mask_kinds: Vec<MaskKind>,
    /// The grid of its own pixels.
    pub(crate) pixel_grid: Option<PixelGrid>,
    nearest: Option<NearestPixels>,
    promised_ground: Option<PromisedGround>,
    worker: Rc<SceneWorker>,
    scene: u32,
    tickets: Rc<Pool>,
}

impl Pool {
    /// Starts a worker for each processor. `on_received` receives counts of bytes from the network
    /// and from the cache.
    pub(crate) fn start(on_received: impl Fn(u64, u64) + Clone + 'static) -> Self {
        let count =
            (scope().navigator().hardware_concurrency() as usize).clamp(WORKERS.0, WORKERS.1);
        let workers = (0..count).filter_map(|_| SceneWorker::start(on_received.clone())).collect();
        Self { workers, next_ticket: Cell::new(0), worker_indices: RefCell::default() }
    }

    /// Opens a scene in one of the workers; `None` where it covers no cell.
    pub(crate) async fn open(
        self: &Rc<Self>,
        item: Item,
        options: SceneOptions,
        area: String,
        cells: TargetOptions,
    ) -> Result<Option<RemoteScene>, JobError> {
        let ticket = self.ticket();
        let Some(worker) = self.workers.get(self.worker_index(&item.id)).map(Rc::clone) else {
            let message = "the browser starts no workers";
            return Err(JobError::new(
                JobErrorKind::Memory,
                message,
                "close other tabs, or try another browser",
            ));
        };
        let mask_kinds = item.mask_kinds();
        let promised_ground = PromisedGround::of(&item);
        let opening = Box::new(Opening { ticket, item, options, area, cells });
        let (opened, lattice) = worker.request(ticket, &SceneTask::Open(opening)).await?;
        let SceneEvent::Opened { used: Some(used), pixel_grid, nearest, .. } = opened else {
            return Ok(None);
        };
        let nearest = nearest.zip(lattice.first()).map(|([cells, pixels], positions)| {
            let lattice = Lattice::new(&cells, pairs(positions));
            NearestPixels::new(cells, pixels, lattice)
        });
        Ok(Some(RemoteScene {
            used,
            mask_kinds,
            pixel_grid,
            nearest,
            promised_ground,
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
            send(&worker.worker, &SceneTask::Clear, &[]);
        }
    }

    /// Drops the bytes that wait to be cached.
    pub(crate) async fn drop_pending(&self) {
        let forget = self.workers.iter().map(|worker| {
            let ticket = self.ticket();
            worker.request(ticket, &SceneTask::DropPending { ticket })
        });
        // A worker that stopped caches nothing either.
        join_all(forget.collect::<Vec<_>>()).await;
    }

    /// Index of the worker that reads a scene: always the same, and new scenes go to each in turn.
    fn worker_index(&self, id: &str) -> usize {
        let mut worker_indices = self.worker_indices.borrow_mut();
        let next = worker_indices.len() % self.workers.len().max(1);
        *worker_indices.entry(id.to_owned()).or_insert(next)
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
        // Fetched and compiled once: the others receive the code.
        worker.post_message(&wasm_bindgen::module()).ok()?;
        let this =
            Rc::new(Self { worker, spare: SpareBuffers::default(), waiting: RefCell::default() });
        let listener = Rc::clone(&this);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event| {
            match receive::<SceneEvent>(&event) {
                Some((SceneEvent::Received { bytes, cached }, _)) => on_received(bytes, cached),
                Some((event, buffers)) => listener.on_event(event, buffers),
                None => {}
            }
        });
        this.worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        let listener = Rc::clone(&this);
        // Dropping the senders ends the requests to a worker that stopped.
        let on_error = Closure::<dyn FnMut()>::new(move || listener.waiting.borrow_mut().clear());
        this.worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        on_error.forget();
        Some(this)
    }

    fn on_event(&self, event: SceneEvent, buffers: Vec<ArrayBuffer>) {
        let ticket = match &event {
            SceneEvent::Opened { ticket, .. }
            | SceneEvent::Observed { ticket, .. }
            | SceneEvent::NoCells { ticket }
            | SceneEvent::Dropped { ticket }
            | SceneEvent::Failed { ticket, .. } => *ticket,
            SceneEvent::Received { .. } => return,
        };
        if let Some(waiting) = self.waiting.borrow_mut().remove(&ticket) {
            // The request may have been aborted.
            let _ = waiting.send((event, buffers));
        }
    }

    /// Sends a task at once; the future resolves to its event.
    fn request(
        &self,
        ticket: u32,
        task: &SceneTask,
    ) -> impl Future<Output = Result<EventWithBuffers, JobError>> + use<> {
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().insert(ticket, sender);
        send(&self.worker, task, &self.spare.take_all());
        async {
            match receiver.await {
                Ok((SceneEvent::Failed { error, .. }, _)) => Err(error),
                Ok(heard) => Ok(heard),
                Err(oneshot::Canceled) => {
                    let message = "a worker of the page ended, probably because memory ran out";
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

    fn mask_kinds(&self) -> &[MaskKind] {
        &self.mask_kinds
    }

    fn nearest(&self) -> Option<&NearestPixels> {
        self.nearest.as_ref()
    }

    fn promised_ground(&self) -> Option<&PromisedGround> {
        self.promised_ground.as_ref()
    }

    fn observe(
        &self,
        rows: Range<u32>,
        unit: ObservationUnit,
    ) -> impl Future<Output = Result<SceneStrip, JobError>> {
        let ticket = self.tickets.ticket();
        let worker = Rc::clone(&self.worker);
        let response =
            worker.request(ticket, &SceneTask::Observe { ticket, scene: self.scene, rows, unit });
        async move {
            let (SceneEvent::Observed { columns, rows, .. }, buffers) = response.await? else {
                return Ok(SceneStrip::default());
            };
            let [nbr, qualities, rgba] = &buffers[..] else { return Ok(SceneStrip::default()) };
            let quality = CellQuality::from_codes(Uint8Array::new(qualities).to_vec());
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
