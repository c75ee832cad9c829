//! Waiting without blocking the page.

use leptos::prelude::window;
use wasm_bindgen::JsValue;

/// Resolves after some milliseconds; with 0 the browser handles its events first.
pub async fn sleep_ms(milliseconds: i32) {
    let slept = js_sys::Promise::new(&mut |resolve, _| {
        // Without a timer the promise would never resolve.
        if window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds)
            .is_err()
        {
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    let _ = wasm_bindgen_futures::JsFuture::from(slept).await;
}

/// Lets the browser handle its events before a long computation goes on.
pub async fn yield_now() {
    sleep_ms(0).await;
}
