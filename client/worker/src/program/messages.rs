//! Messages between the page, the worker and its own workers: a JSON text with buffers that are
//! handed over.

use std::cell::RefCell;

use dragonfly_messages::{Message, decode, encode};
use js_sys::{ArrayBuffer, Float32Array, Float64Array, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, Worker};

/// The worker that this code runs in.
pub(crate) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// The other end of a channel of messages.
pub(crate) trait MessageTarget {
    /// Posts a message and transfers its buffers.
    fn post(&self, message: &JsValue, buffers: &JsValue) -> Result<(), JsValue>;
}

impl MessageTarget for DedicatedWorkerGlobalScope {
    fn post(&self, message: &JsValue, buffers: &JsValue) -> Result<(), JsValue> {
        self.post_message_with_transfer(message, buffers)
    }
}

impl MessageTarget for Worker {
    fn post(&self, message: &JsValue, buffers: &JsValue) -> Result<(), JsValue> {
        self.post_message_with_transfer(message, buffers)
    }
}

/// Sends `{ json, buffers }`; the buffers are transferred.
pub(crate) fn send(target: &impl MessageTarget, content: &impl Serialize, buffers: &[ArrayBuffer]) {
    let Message { object, buffers } = encode(content, buffers);
    // Posting fails only to a worker that has stopped, and then nothing awaits its response.
    let _ = target.post(&object, &buffers);
}

/// Reads `{ json, buffers }` from an event; `None` where it is no such message.
pub(crate) fn receive<T: DeserializeOwned>(event: &MessageEvent) -> Option<(T, Vec<ArrayBuffer>)> {
    let (content, buffers) = decode(&event.data())?;
    Some((content, buffers.into_iter().filter_map(|buffer| buffer.dyn_into().ok()).collect()))
}

/// Calls `receive` with every message to this worker, until it ends.
pub(crate) fn on_message(receive: impl FnMut(MessageEvent) + 'static) {
    let closure = Closure::<dyn FnMut(MessageEvent)>::new(receive);
    scope().set_onmessage(Some(closure.as_ref().unchecked_ref()));
    closure.forget();
}

/// Bytes as a buffer of their own.
pub(crate) fn bytes(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}

/// Pairs of numbers as a buffer of their own.
pub(crate) fn pairs_buffer(pairs: &[(f64, f64)]) -> ArrayBuffer {
    let numbers: Vec<f64> = pairs.iter().flat_map(|(first, second)| [*first, *second]).collect();
    Float64Array::from(&numbers[..]).buffer()
}

/// The pairs of numbers of a buffer.
pub(crate) fn pairs(buffer: &ArrayBuffer) -> Vec<(f64, f64)> {
    let numbers = Float64Array::new(buffer).to_vec();
    numbers.as_chunks::<2>().0.iter().map(|[first, second]| (*first, *second)).collect()
}

/// Buffers that have been read, to be filled again: for a new one the browser fetches and clears
/// memory.
#[derive(Default)]
pub(crate) struct SpareBuffers(RefCell<Vec<ArrayBuffer>>);

impl SpareBuffers {
    /// Adds buffers that are read no more.
    pub(crate) fn add(&self, buffers: Vec<ArrayBuffer>) {
        self.0.borrow_mut().extend(buffers);
    }

    /// All of them.
    pub(crate) fn take_all(&self) -> Vec<ArrayBuffer> {
        self.0.take()
    }

    /// Numbers in a buffer.
    pub(crate) fn floats(&self, numbers: &[f32]) -> ArrayBuffer {
        let buffer = self.of_bytes(size_of_val(numbers));
        Float32Array::new(&buffer).copy_from(numbers);
        buffer
    }

    /// Bytes in a buffer.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> ArrayBuffer {
        let buffer = self.of_bytes(bytes.len());
        Uint8Array::new(&buffer).copy_from(bytes);
        buffer
    }

    fn of_bytes(&self, length: usize) -> ArrayBuffer {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        let mut spare = self.0.borrow_mut();
        let index = spare.iter().position(|buffer| buffer.byte_length() == length);
        index.map_or_else(|| ArrayBuffer::new(length), |index| spare.swap_remove(index))
    }
}
