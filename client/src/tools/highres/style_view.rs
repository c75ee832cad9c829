//! How a result is shown: severity or pictures, the index, the classes, the dNBR offset.

use dragonfly_core::protocol::PictureKind;
use dragonfly_core::{ClassTable, Index, Thresholds};
use leptos::prelude::*;

use super::HighresHandle;
use super::plan::{DIVIDER_PERCENT, Plan};
use super::plan_part::{RAMP, index_word, table_word};
use super::signals::offer_at;
use super::words::{HighresWords, fill};

/// All choices.
#[component]
pub fn StyleView(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let plan = highres.with_value(|highres| highres.signals().plan);
    let set_offset = move |event| {
        plan.update(|plan| plan.dnbr_offset = event_target_checked(&event));
        if event_target_checked(&event) {
            highres.get_value().compute();
        }
    };
    view! {
        <PictureSelect highres words />
        <IndexSelect plan words />
        <ClassesSelect plan words />
        <BreaksView plan words />
        <label class="check">
            <input
                type="checkbox"
                data-testid="highres-take-offset"
                prop:checked=move || plan.with(|plan| plan.dnbr_offset)
                on:change=set_offset
            />
            {words.offset}
        </label>
    }
}

/// Severity, or the pictures before and after; those are computed when they are first chosen.
#[component]
fn PictureSelect(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    const SEVERITY: &str = "severity";
    let signals = highres.with_value(|highres| highres.signals());
    let plan = signals.plan;
    let kinds = [
        ("true", PictureKind::True, words.pictures_true),
        ("false", PictureKind::False, words.pictures_false),
    ];
    let on_change = move |event| {
        let value = event_target_value(&event);
        let chosen = kinds.into_iter().find(|(key, ..)| *key == value);
        let picture = chosen.map(|(_, picture, _)| picture);
        let before = plan.with_untracked(|plan| plan.picture);
        signals.shows_pictures.set(picture.is_some());
        signals.swipe_percent.set(picture.map(|_| DIVIDER_PERCENT));
        if picture.is_some() && picture != before {
            plan.update(|plan| plan.picture = picture);
            highres.get_value().compute();
        }
    };
    let shown = move || {
        let picture = plan.with(|plan| plan.picture).filter(|_| signals.shows_pictures.get());
        let shown = kinds.into_iter().find(|(_, kind, _)| Some(*kind) == picture);
        shown.map_or(SEVERITY, |(key, ..)| key)
    };
    let offer = offer_at(signals, plan.with_untracked(|plan| plan.zoom));
    let options = kinds.map(|(key, picture, title)| {
        let label = offer.map_or_else(
            || title.to_owned(),
            |offer| fill(words.more, &[title, &words.megabytes(offer.picture_megabytes(picture))]),
        );
        // What the images lack weighs nothing.
        let is_missing = offer.is_some_and(|offer| offer.picture_megabytes(picture) <= 0.0);
        let label = if is_missing { format!("{title}: {}", words.no_pictures) } else { label };
        view! { <option value=key disabled=is_missing>{label}</option> }
    });
    let set_over =
        move |event| plan.update(|plan| plan.severity_over = event_target_checked(&event));
    view! {
        <label>
            {words.show}
            <select data-testid="highres-show" prop:value=shown on:change=on_change>
                <option value=SEVERITY>{words.severity}</option>
                {options}
            </select>
        </label>
        <label class="check" hidden=move || !signals.shows_pictures.get()>
            <input
                type="checkbox"
                data-testid="highres-over"
                prop:checked=move || plan.with(|plan| plan.severity_over)
                on:change=set_over
            />
            {words.severity}
        </label>
    }
}

#[component]
fn IndexSelect(plan: RwSignal<Plan>, words: &'static HighresWords) -> impl IntoView {
    let on_change = move |event| {
        let word = event_target_value(&event);
        if let Some(index) = Index::ALL.into_iter().find(|index| index_word(*index) == word) {
            plan.update(|plan| *plan = plan.clone().with_index(index));
        }
    };
    let shown = move || plan.with(|plan| index_word(plan.index));
    let options =
        Index::ALL.map(|index| view! { <option value=index_word(index)>{index.name()}</option> });
    view! {
        <label>
            {words.index}
            <select data-testid="index-select" prop:value=shown on:change=on_change>
                {options.collect_view()}
            </select>
        </label>
    }
}

/// A published table of classes, or the ramp without classes.
#[component]
fn ClassesSelect(plan: RwSignal<Plan>, words: &'static HighresWords) -> impl IntoView {
    let on_change = move |event| {
        let word = event_target_value(&event);
        let table = ClassTable::ALL.into_iter().find(|table| table_word(*table) == word);
        plan.update(|plan| plan.thresholds = table.map(Thresholds::published));
    };
    let shown = move || {
        plan.with(|plan| {
            plan.thresholds.as_ref().map_or(RAMP, |thresholds| table_word(thresholds.table()))
        })
    };
    let options = ClassTable::ALL
        .map(|table| view! { <option value=table_word(table)>{table.title()}</option> });
    view! {
        <label>
            {words.classes}
            <select data-testid="highres-classes" prop:value=shown on:change=on_change>
                {options.collect_view()}
                <option value=RAMP>{words.ramp}</option>
            </select>
        </label>
    }
}

/// The thresholds, to edit.
#[component]
fn BreaksView(plan: RwSignal<Plan>, words: &'static HighresWords) -> impl IntoView {
    let is_invalid = RwSignal::new(false);
    let inputs = move || {
        let thresholds = plan.with(|plan| plan.thresholds.clone())?;
        let table = thresholds.table();
        let input = |index: usize| {
            let thresholds = thresholds.clone();
            let on_change = move |event| {
                let mut breaks = thresholds.breaks().to_vec();
                let typed = event_target_value(&event).parse().ok();
                let own = typed.and_then(|value| {
                    *breaks.get_mut(index)? = value;
                    Thresholds::own(table, &breaks).ok()
                });
                is_invalid.set(own.is_none());
                if own.is_some() {
                    plan.update(|plan| plan.thresholds = own);
                }
            };
            let value = plan.with_untracked(|plan| {
                plan.thresholds.as_ref().and_then(|own| own.breaks().get(index).copied())
            });
            view! {
                <input
                    type="number"
                    step="0.01"
                    aria-label=words.class(table, index + 1)
                    prop:value=value.map(|value| value.to_string())
                    on:change=on_change
                />
            }
        };
        Some((0..thresholds.breaks().len()).map(input).collect_view())
    };
    view! {
        <details class="breaks">
            <summary>{words.own}</summary>
            <div class="row">{inputs}</div>
            <p class="hint" role="status">{move || is_invalid.get().then_some(words.bad_breaks)}</p>
        </details>
    }
}
