//! A divider across the map: the upper layer is shown only to its left.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::i18n::words;
use crate::map::obscured::ObscuredArea;
use crate::ui::tool_button::{ToolState, tool_button};

/// Percent that a key moves the divider.
const STEP: u8 = 2;

/// The divider, while there is one.
#[component]
pub fn SwipeView(percent: RwSignal<Option<u8>>) -> impl IntoView {
    let on_pointer_down = |event: PointerEvent| {
        event.prevent_default();
        if let Some(handle) =
            event.current_target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok())
        {
            // Without the capture a fast finger leaves the handle behind.
            let _ = handle.set_pointer_capture(event.pointer_id());
            let _ = handle.focus();
        }
    };
    let on_pointer_move = move |event: PointerEvent| {
        if event.buttons() & 1 == 1
            && let Some(width_px) = window().inner_width().ok().and_then(|width| width.as_f64())
        {
            percent.set(Some(
                ObscuredArea::by_panel().divider_percent(width_px, f64::from(event.client_x())),
            ));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let at = percent.get_untracked().unwrap_or_default();
        let next = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => Some(at.saturating_sub(STEP)),
            "ArrowRight" | "ArrowUp" => Some((at + STEP).min(100)),
            "Home" => Some(0),
            "End" => Some(100),
            "Escape" => None,
            _ => return,
        };
        event.prevent_default();
        percent.set(next);
    };
    view! {
        <Show when=move || percent.get().is_some()>
            <div
                class="swipe"
                data-testid="swipe"
                role="slider"
                tabindex="0"
                aria-label=words().divider
                aria-orientation="horizontal"
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || percent.get().unwrap_or_default().to_string()
                style:--percent=move || percent.get().unwrap_or_default().to_string()
                on:pointerdown=on_pointer_down
                on:pointermove=on_pointer_move
                on:keydown=on_key
            ></div>
        </Show>
    }
}

/// Begins or ends the comparison.
#[component]
pub fn SwipeButton(percent: RwSignal<Option<u8>>) -> impl IntoView {
    let toggle = move || {
        percent.update(|percent| *percent = if percent.is_some() { None } else { Some(50) })
    };
    let pressed = Signal::derive(move || percent.get().is_some());
    let picture = "M12 4v16M8 9l-3 3 3 3M16 9l3 3-3 3";
    tool_button(
        ("compare", words().compare, picture),
        ToolState::Pressed(pressed),
        Box::new(toggle),
    )
}
