//! Measuring: its button, and what the outline that was drawn encloses.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::outline::Outline;
use crate::tool_button::tool_button;
use crate::{words, words_map};

/// Begins or ends measuring.
#[component]
pub fn MeasureButton(outline: RwSignal<Option<Outline>>) -> impl IntoView {
    let toggle = move || {
        outline.update(|outline| *outline = if outline.is_some() { None } else { Some(Outline::default()) });
        if outline.with_untracked(Option::is_some)
            && let Ok(Some(map)) = document().query_selector(".map")
            && let Ok(map) = map.dyn_into::<web_sys::HtmlElement>()
        {
            // The map hears the keys from now on; without the focus it still hears clicks.
            let _ = map.focus();
        }
    };
    let pressed = Signal::derive(move || outline.with(Option::is_some));
    tool_button(("measure", words_map::MEASURE, "M5 8l8-3 6 6-3 8-9-2z"), Some(pressed), Box::new(toggle))
}

/// The size of what was drawn; nothing while nobody measures.
#[component]
pub fn MeasureReadout(outline: RwSignal<Option<Outline>>) -> impl IntoView {
    let size = move || {
        outline.read().as_ref().map(|outline| {
            if outline.corners().len() < 2 {
                words_map::MEASURE.to_owned()
            } else if outline.corners().len() == 2 {
                words_map::length(outline.length_m() / 2.0)
            } else if outline.crosses_itself() {
                words_map::MEASURE_CROSSED.to_owned()
            } else {
                words_map::area(&words::hectares(outline.hectares()), &words::hectares(outline.acres()))
            }
        })
    };
    let around = move || {
        let outline = outline.read();
        outline
            .as_ref()
            .filter(|outline| outline.corners().len() > 2)
            .map(|outline| words_map::around(&words_map::length(outline.length_m())))
    };
    let next = move || {
        let is_done = outline.read().as_ref().is_some_and(Outline::is_done);
        if is_done { words_map::MEASURE_DONE } else { words_map::MEASURE_HOW }
    };
    view! {
        <Show when=move || outline.with(Option::is_some)>
            <div class="readouts">
                <div class="readout measured" data-testid="measure-readout">
                    <div role="status">
                        <p class="title">{size}</p>
                        <p class="detail">{around}</p>
                    </div>
                    <p class="place">{next}</p>
                    <button type="button" class="close" aria-label=words::CLOSE on:click=move |_| outline.set(None)>
                        "×"
                    </button>
                </div>
            </div>
        </Show>
    }
}
