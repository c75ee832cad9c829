//! What the outline that was drawn encloses.

use std::rc::Rc;

use leptos::prelude::*;

use super::measure::Measure;
use super::outline::Outline;
use crate::i18n::words;

/// The size of what was drawn; nothing while the tool is off.
#[component]
pub fn MeasureReadout(measure: Rc<Measure>) -> impl IntoView {
    let outline = measure.outline();
    let measure = StoredValue::new_local(measure);
    let size = move || {
        outline.read().as_ref().map(|outline| match outline.corners().len() {
            0 | 1 => words().measure.to_owned(),
            2 => words().length(outline.length_m() / 2.0),
            _ if outline.crosses_itself() => words().measure_crossed.to_owned(),
            _ => words().area_in_both(outline.hectares()),
        })
    };
    let around = move || {
        let outline = outline.read();
        let outline = outline.as_ref().filter(|outline| outline.corners().len() > 2)?;
        Some(words().around.fill([&words().length(outline.length_m())]))
    };
    let is_done = move || outline.read().as_ref().is_some_and(Outline::is_done);
    let next = move || if is_done() { words().measure_done } else { words().measure_how };
    // Nobody needs them who has but fingers.
    let keys = move || if is_done() { "" } else { words().measure_keys };
    let readout = move || {
        outline.with(Option::is_some).then(|| {
            view! {
                <section class="readout measured" data-testid="measure-readout" aria-label=move || words().measure>
                    <div role="status">
                        <p class="title">{size}</p>
                        <p class="detail">{around}</p>
                    </div>
                    <p class="place">{next} <span class="keys">" " {keys}</span></p>
                    <button type="button" class="close" aria-label=move || words().close on:click=move |_| measure.get_value().end()>
                        "×"
                    </button>
                </section>
            }
        })
    };
    view! { <div class="readouts">{readout}</div> }
}
