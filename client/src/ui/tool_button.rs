//! A button of the tools beside the map.

use leptos::prelude::*;

/// A tool: what tests call it, what people call it, and the path of its picture in a square of 24.
/// `pressed` is whether it is in use; `None` for what is done at once.
pub fn tool_button(
    (test_id, words, path): (&'static str, &'static str, &'static str),
    pressed: Option<Signal<bool>>,
    act: Box<dyn Fn()>,
) -> AnyView {
    view! {
        <button
            type="button"
            class="tool"
            data-testid=test_id
            aria-label=words
            title=words
            aria-pressed=move || pressed.map(|pressed| pressed.get().to_string())
            on:click=move |_| act()
        >
            <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path d=path />
            </svg>
        </button>
    }
    .into_any()
}
