//! The worker: one request at a time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use dragonfly_core::protocol::{JobRequest, JobResponse, RequestMessage, ResponseMessage};
use dragonfly_messages::{Message, decode, encode};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

const WORKER_URL: &str = "/worker.js";

type OnMessage = Closure<dyn Fn(MessageEvent)>;

/// A running worker; terminated when dropped.
pub struct Session {
    worker: Worker,
    number: Cell<u32>,
    /// The last request, until the worker is ready.
    pending: RefCell<Option<Message>>,
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
                let Some(this) = this.upgrade() else { return };
                let Some((message, buffers)) = decode::<ResponseMessage>(&event.data()) else {
                    return;
                };
                if message.response == JobResponse::Ready {
                    this.is_ready.set(true);
                    if let Some(message) = this.pending.take() {
                        this.post(&message);
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
        let message = encode(&RequestMessage { number, request }, buffers);
        if self.is_ready.get() {
            self.post(&message);
        } else {
            self.pending.replace(Some(message));
        }
    }

    fn post(&self, message: &Message) {
        // Plain objects can always be cloned.
        let _ = self.worker.post_message_with_transfer(&message.object, &message.buffers);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
