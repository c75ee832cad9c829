//! A range of dNBR with two handles: what lies outside is not painted.

use leptos::prelude::*;

use crate::data::decimal;
use crate::i18n::{LEGEND_UNIT, words};
use crate::state::filter::{Filter, RANGE_HUNDREDTHS};

/// Two sliders over one track; each is a native one, so that keyboards, fingers and screen readers
/// know it.
#[component]
pub fn DnbrFilter(filter: RwSignal<Filter>) -> impl IntoView {
    let (first, last) = (*RANGE_HUNDREDTHS.start(), *RANGE_HUNDREDTHS.end());
    let least = move || filter.get().range().0.unwrap_or(first);
    let end = move || filter.get().range().1.unwrap_or(last);
    let percent =
        move |hundredths: i16| 100.0 * f64::from(hundredths - first) / f64::from(last - first);
    let min_said = move || words().limit(filter.get().range().0);
    let end_said = move || words().limit(filter.get().range().1);
    let range_said = move || match filter.get().range() {
        (None, None) => words().any_value.to_owned(),
        _ => format!("{} – {}", min_said(), end_said()),
    };
    let slide = move |event, is_least: bool| {
        let Ok(chosen) = event_target_value(&event).parse::<i16>() else {
            return;
        };
        // Neither handle pushes the other along. Both ends are read before the filter is written,
        // which locks it.
        let (least, end) =
            if is_least { (chosen.min(end()), end()) } else { (least(), chosen.max(least())) };
        filter.update(|filter| *filter = filter.with_range(Some(least), Some(end)));
    };
    view! {
        <div class="field range" data-testid="dnbr-filter" role="group" aria-label=LEGEND_UNIT>
            <span>{LEGEND_UNIT}</span>
            <div
                class="handles"
                style:--from=move || [&decimal::write(percent(least()), 1), "%"].concat()
                style:--to=move || [&decimal::write(percent(end()), 1), "%"].concat()
            >
                <input
                    type="range"
                    min=first.to_string()
                    max=last.to_string()
                    prop:value=move || least().to_string()
                    aria-label=words().range_least
                    aria-valuetext=min_said
                    on:input=move |event| slide(event, true)
                />
                <input
                    type="range"
                    min=first.to_string()
                    max=last.to_string()
                    prop:value=move || end().to_string()
                    aria-label=words().range_end
                    aria-valuetext=end_said
                    on:input=move |event| slide(event, false)
                />
            </div>
            <output>{range_said}</output>
        </div>
    }
}
