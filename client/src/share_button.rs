//! A button that copies the address of what is seen.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::address::Address;
use crate::address_bar;
use crate::tool_button::tool_button;
use crate::words_map;

#[wasm_bindgen]
extern "C" {
    // Absent on pages that came without encryption, which the caller hears as an error.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "clipboard"], js_name = writeText)]
    fn write_text(text: &str) -> Result<js_sys::Promise, JsValue>;
}

/// Copies the address and says so in `said`.
#[component]
pub fn ShareButton(#[prop(into)] address: Signal<Address>, said: RwSignal<Option<String>>) -> impl IntoView {
    let share = move || {
        let url = address_bar::write(&address.get_untracked());
        spawn_local(async move {
            let is_copied = match write_text(&url) {
                Ok(promise) => JsFuture::from(promise).await.is_ok(),
                Err(_) => false,
            };
            let words = if is_copied || copy_by_hand(&url) { words_map::SHARED } else { words_map::NOT_SHARED };
            said.set(Some(words.to_owned()));
        });
    };
    let picture = "M9.5 14.5l5-5M8 11l-2.5 2.5a3.5 3.5 0 0 0 5 5L13 16M11 8l2.5-2.5a3.5 3.5 0 0 1 5 5L16 13";
    tool_button(("share", words_map::SHARE, picture), None, Box::new(share))
}

/// The old way, which needs a text that is selected.
fn copy_by_hand(text: &str) -> bool {
    let copied = || {
        let area = document().create_element("textarea").ok()?.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?;
        area.set_value(text);
        document().body()?.append_child(&area).ok()?;
        area.select();
        let document = document().dyn_into::<web_sys::HtmlDocument>().ok()?;
        let is_copied = document.exec_command("copy").unwrap_or(false);
        area.remove();
        Some(is_copied)
    };
    copied().unwrap_or(false)
}
