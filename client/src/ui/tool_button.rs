//! A button of the tools beside the map.

use leptos::prelude::*;

/// What assistive technology states of a tool besides its name.
#[derive(Clone, Copy)]
pub enum ToolState {
    /// Nothing: it acts once.
    Once,
    /// Whether it is in use.
    Pressed(Signal<bool>),
    /// Whether it shows what belongs to it.
    Expanded(RwSignal<bool>),
}

/// A tool: what tests call it, what people call it, and the path of its picture in a square of 24.
pub fn tool_button(
    (test_id, words, path): (&'static str, &'static str, &'static str),
    state: ToolState,
    act: Box<dyn Fn()>,
) -> AnyView {
    let pressed = move || match state {
        ToolState::Pressed(pressed) => Some(pressed.get().to_string()),
        _ => None,
    };
    let expanded = move || match state {
        ToolState::Expanded(expanded) => Some(expanded.get().to_string()),
        _ => None,
    };
    view! {
        <button
            type="button"
            class="tool"
            data-testid=test_id
            aria-label=words
            title=words
            aria-pressed=pressed
            aria-expanded=expanded
            on:click=move |_| act()
        >
            <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path d=path />
            </svg>
        </button>
    }
    .into_any()
}
