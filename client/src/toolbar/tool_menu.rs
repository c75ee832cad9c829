//! The tools beside the map: a column, which a phone folds into one button.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::i18n::words;
use crate::ui::tool_button::{ToolState, tool_button};

const TOGGLE: &str = "[data-testid=tools-open]";

/// `locate` is always in view. The button beside it, which only a phone has, shows the other tools
/// until one of them is chosen. The style sheet folds them while the button is not expanded.
#[component]
pub fn ToolMenu(locate: AnyView, children: Children) -> impl IntoView {
    let is_open = RwSignal::new(false);
    // The focus would be lost with the button that has it.
    let fold = move || {
        if is_open.get_untracked() {
            is_open.set(false);
            let toggle = document().query_selector(TOGGLE).ok().flatten();
            if let Some(toggle) = toggle.and_then(|toggle| toggle.dyn_into::<HtmlElement>().ok()) {
                let _ = toggle.focus();
            }
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            fold();
        }
    };
    let on_focus_out = move |event: FocusEvent| {
        let next = event.related_target().and_then(|next| next.dyn_into::<Element>().ok());
        if next.is_some_and(|next| next.closest(".tools").is_ok_and(|tools| tools.is_none())) {
            is_open.set(false);
        }
    };
    let dots = "M5.5 12h1M11.5 12h1M17.5 12h1";
    let toggle = move || is_open.update(|is_open| *is_open = !*is_open);
    view! {
        <section class="tools" aria-label=words().tools on:keydown=on_key on:focusout=on_focus_out>
            {locate}
            {tool_button(("tools-open", words().tools, dots), ToolState::Expanded(is_open), Box::new(toggle))}
            <div class="menu" on:click:capture=move |_| fold()>
                {children()}
            </div>
        </section>
    }
}
