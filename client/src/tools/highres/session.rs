//! The worker, as the page has it: one order at a time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use dragonfly_core::protocol::{JobRequest, JobResponse, RequestMessage, ResponseMessage};
use js_sys::{Array, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::map::leaflet::options;

const WORKER_URL: &str = "/worker.js";

type OnMessage = Closure<dyn Fn(MessageEvent)>;

/// A worker that computes; ended when dropped.
pub struct Session {
    worker: Worker,
    number: Cell<u32>,
    /// The last order, until the worker hears.
    waiting: RefCell<Option<(JsValue, Array)>>,
    is_ready: Cell<bool>,
    on_message: RefCell<Option<OnMessage>>,
}

impl Session {
    /// Starts the worker. `hear` is told what belongs to the last order alone.
    ///
    /// # Errors
    /// When the browser starts none.
    pub fn start(
        hear: impl Fn(JobResponse, Vec<JsValue>) + 'static,
        on_error: impl Fn() + 'static,
    ) -> Result<Rc<Self>, JsValue> {
        let how = WorkerOptions::new();
        how.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(WORKER_URL, &how)?;
        let failed = Closure::<dyn Fn()>::new(on_error);
        worker.set_onerror(Some(failed.into_js_value().unchecked_ref()));
        let this = Rc::new(Self {
            worker,
            number: Cell::default(),
            waiting: RefCell::default(),
            is_ready: Cell::default(),
            on_message: RefCell::default(),
        });
        let told = Closure::<dyn Fn(MessageEvent)>::new({
            let this = Rc::downgrade(&this);
            move |event: MessageEvent| {
                let (Some(this), Some((report, buffers))) = (this.upgrade(), read(&event.data()))
                else {
                    return;
                };
                if report.response == JobResponse::Ready {
                    this.is_ready.set(true);
                    if let Some((message, buffers)) = this.waiting.take() {
                        this.send(&message, &buffers);
                    }
                } else if report.number == this.number.get() {
                    hear(report.response, buffers);
                }
            }
        });
        this.worker.set_onmessage(Some(told.as_ref().unchecked_ref()));
        *this.on_message.borrow_mut() = Some(told);
        Ok(this)
    }

    /// Orders something; what was under way ends. The buffers are handed over.
    pub fn order(&self, request: JobRequest, buffers: &[JsValue]) {
        let number = self.number.get().wrapping_add(1);
        self.number.set(number);
        let buffers: Array = buffers.iter().collect();
        let json = serde_json::to_string(&RequestMessage { number, request }).unwrap_or_default();
        let message = options([("json", json.into()), ("buffers", buffers.clone().into())]);
        if self.is_ready.get() {
            self.send(&message, &buffers);
        } else {
            self.waiting.replace(Some((message.into(), buffers)));
        }
    }

    fn send(&self, message: &JsValue, buffers: &Array) {
        // Plain objects can always be sent.
        let _ = self.worker.post_message_with_transfer(message, buffers);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

fn read(message: &JsValue) -> Option<(ResponseMessage, Vec<JsValue>)> {
    let json = Reflect::get(message, &"json".into()).ok()?.as_string()?;
    let buffers = Reflect::get(message, &"buffers".into()).ok()?;
    let buffers =
        buffers.dyn_ref::<Array>().map(|buffers| buffers.iter().collect()).unwrap_or_default();
    Some((serde_json::from_str(&json).ok()?, buffers))
}
