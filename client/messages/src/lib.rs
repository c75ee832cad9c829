//! Messages between the page, its worker and the worker's own workers: `{ json, buffers }`.

use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

/// A message that is ready to be posted.
#[derive(Clone, Debug)]
pub struct Message {
    /// The object to post.
    pub object: JsValue,
    /// The buffers in it, to be transferred.
    pub buffers: Array,
}

/// A message with a content and buffers.
pub fn encode<B: AsRef<JsValue>>(content: &impl Serialize, buffers: &[B]) -> Message {
    // Our own types: always JSON.
    let json = serde_json::to_string(content).unwrap_or_default();
    let buffers: Array = buffers.iter().map(|buffer| buffer.as_ref()).collect();
    let object = Object::new();
    // A new object takes any property.
    let _ = Reflect::set(&object, &"json".into(), &json.into());
    let _ = Reflect::set(&object, &"buffers".into(), &buffers);
    Message { object: object.into(), buffers }
}

/// The content and the buffers of a message; `None` where the object is no such message.
pub fn decode<T: DeserializeOwned>(object: &JsValue) -> Option<(T, Vec<JsValue>)> {
    let part = |name: &str| Reflect::get(object, &name.into()).ok();
    let content = serde_json::from_str(&part("json")?.as_string()?).ok()?;
    let buffers = part("buffers").filter(Array::is_array);
    let buffers = buffers.map(|buffers| Array::from(&buffers).iter().collect()).unwrap_or_default();
    Some((content, buffers))
}
