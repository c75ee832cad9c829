//! The worker: one request at a time.

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

/// A running worker; terminated when dropped.
pub struct Session {
    worker: Worker,
    number: Cell<u32>,
    /// The last request, until the worker is ready.
    pending: RefCell<Option<(JsValue, Array)>>,
    is_ready: Cell<bool>,
    on_message: RefCell<Option<OnMessage>>,
}

impl Session {
    /// Starts the worker. `on_response` receives the responses to the last request only.
    ///
    /// # Errors
    /// When the browser cannot start a worker.
    pub fn start(
        on_response: impl Fn(JobResponse, Vec<JsValue>) + 'static,
        on_error: impl Fn() + 'static,
    ) -> Result<Rc<Self>, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(WORKER_URL, &options)?;
        let on_error = Closure::<dyn Fn()>::new(on_error);
        worker.set_onerror(Some(on_error.into_js_value().unchecked_ref()));
        let this = Rc::new(Self {
            worker,
            number: Cell::default(),
            pending: RefCell::default(),
            is_ready: Cell::default(),
            on_message: RefCell::default(),
        });
        let on_message = Closure::<dyn Fn(MessageEvent)>::new({
            let this = Rc::downgrade(&this);
            move |event: MessageEvent| {
                let (Some(this), Some((message, buffers))) = (this.upgrade(), read(&event.data()))
                else {
                    return;
                };
                if message.response == JobResponse::Ready {
                    this.is_ready.set(true);
                    if let Some((message, buffers)) = this.pending.take() {
                        this.post(&message, &buffers);
                    }
                } else if message.number == this.number.get() {
                    on_response(message.response, buffers);
                }
            }
        });
        this.worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        *this.on_message.borrow_mut() = Some(on_message);
        Ok(this)
    }

    /// Sends a request, which ends the one before. The buffers are transferred.
    pub fn send(&self, request: JobRequest, buffers: &[JsValue]) {
        let number = self.number.get().wrapping_add(1);
        self.number.set(number);
        let buffers: Array = buffers.iter().collect();
        let json = serde_json::to_string(&RequestMessage { number, request }).unwrap_or_default();
        let message = options([("json", json.into()), ("buffers", buffers.clone().into())]);
        if self.is_ready.get() {
            self.post(&message, &buffers);
        } else {
            self.pending.replace(Some((message.into(), buffers)));
        }
    }

    fn post(&self, message: &JsValue, buffers: &Array) {
        // Plain objects can always be cloned.
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
