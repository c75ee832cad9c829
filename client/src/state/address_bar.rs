//! The browser's address, updated with what the page shows.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::state::address::Address;
use crate::ui::effect::effect;

/// A browser allows about a hundred changes of address in half a minute.
const PAUSE: Duration = Duration::from_millis(400);

/// The current address.
pub fn read() -> Address {
    Address::from_fragment(&window().location().hash().unwrap_or_default())
}

/// Writes `address` into the browser's whenever it changes, and calls `open` when the reader goes
/// to another one. Another region is a step that "back" undoes; all else replaces the address
/// before.
pub fn keep(address: Signal<Address>, open: impl Fn(Address) + 'static) {
    let pending = StoredValue::new(None::<TimeoutHandle>);
    effect(move || {
        address.track();
        if let Some(earlier) = pending.get_value() {
            earlier.clear();
        }
        let write = move || {
            write(&address.get_untracked());
        };
        pending.set_value(set_timeout_with_handle(write, PAUSE).ok());
    });
    let handle = window_event_listener(ev::hashchange, move |_| open(read()));
    on_cleanup(move || handle.remove());
}

/// Writes the address at once, and returns it whole.
pub fn write(address: &Address) -> String {
    let location = window().location();
    let shown = read();
    let fragment = address.to_fragment();
    if fragment != shown.to_fragment()
        && let Ok(history) = window().history()
    {
        let url = format!("#{fragment}");
        // An address that the browser refuses is not worth a notice: the page still shows what it
        // shows.
        let is_step = shown.region != address.region || shown.fire != address.fire;
        let _ = if is_step && shown != Address::default() {
            history.push_state_with_url(&JsValue::NULL, "", Some(&url))
        } else {
            history.replace_state_with_url(&JsValue::NULL, "", Some(&url))
        };
    }
    location.href().unwrap_or_default()
}
