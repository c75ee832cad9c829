//! What the outline that was drawn encloses.

use std::rc::Rc;

use leptos::prelude::*;

use super::measure::Measure;
use super::outline::Outline;
use crate::i18n::words;

/// The size of what was drawn, and the button that finishes it; nothing while the tool is off.
/// `title` and `how` are shown until there is a size, `testid` is the name of the whole, `burnt`
/// states what burnt inside.
#[component]
pub fn MeasureReadout(
    measure: Rc<Measure>,
    testid: &'static str,
    title: fn() -> &'static str,
    how: impl Fn() -> &'static str + Copy + Send + 'static,
    #[prop(optional)] burnt: RwSignal<Option<String>>,
) -> impl IntoView {
    let outline = measure.outline();
    let measure = StoredValue::new_local(measure);
    let size = move || {
        outline.read().as_ref().map(|outline| match outline.corners().len() {
            0 | 1 => title().to_owned(),
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
    let next = move || if is_done() { words().measure_done } else { how() };
    // Nobody needs them who has but fingers.
    let keys = move || if is_done() { "" } else { words().measure_keys };
    let can_finish = move || {
        let outline = outline.read();
        outline.as_ref().is_some_and(|outline| outline.corners().len() > 2 && !outline.is_done())
    };
    let readout = move || {
        outline.with(Option::is_some).then(|| {
            view! {
                <section class="readout measured" data-testid=testid aria-label=title>
                    <div role="status">
                        <p class="title">{size}</p>
                        <p class="detail">{around}</p>
                        <p class="detail" data-testid="measured-burnt">{move || burnt.get()}</p>
                    </div>
                    <p class="place">{next} <span class="keys">" " {keys}</span></p>
                    <Show when=can_finish>
                        <button
                            type="button"
                            class="finish"
                            data-testid="outline-finish"
                            on:click=move |_| measure.get_value().finish()
                        >
                            {move || words().finish}
                        </button>
                    </Show>
                    <button type="button" class="close" aria-label=move || words().close on:click=move |_| measure.get_value().end()>
                        "×"
                    </button>
                </section>
            }
        })
    };
    view! { <div class="readouts">{readout}</div> }
}
