//! Putting a text where it can be pasted.

use leptos::prelude::document;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    // Absent on pages that came without encryption, which is an error for the caller.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "clipboard"], js_name = writeText)]
    fn write_text(text: &str) -> Result<js_sys::Promise, JsValue>;
}

/// Copies a text; false where the browser refuses.
pub async fn copy(text: &str) -> bool {
    let is_copied = match write_text(text) {
        Ok(promise) => JsFuture::from(promise).await.is_ok(),
        Err(_) => false,
    };
    is_copied || copy_by_hand(text)
}

/// The old way, which needs a text that is selected. The focus goes back to where it was.
fn copy_by_hand(text: &str) -> bool {
    let copied = || {
        let before = document()
            .active_element()
            .and_then(|focused| focused.dyn_into::<web_sys::HtmlElement>().ok());
        let area = document()
            .create_element("textarea")
            .ok()?
            .dyn_into::<web_sys::HtmlTextAreaElement>()
            .ok()?;
        area.set_value(text);
        document().body()?.append_child(&area).ok()?;
        area.select();
        let document = document().dyn_into::<web_sys::HtmlDocument>().ok()?;
        let is_copied = document.exec_command("copy").unwrap_or(false);
        area.remove();
        if let Some(before) = before {
            before.focus().ok()?;
        }
        Some(is_copied)
    };
    copied().unwrap_or(false)
}
