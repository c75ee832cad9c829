//! The days before and after the fire.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::plan::Plan;
use super::words::HighresWords;

/// Four days to choose. Each is also shown as the page writes days: browsers write them in an order
/// of their own.
#[component]
pub fn DatesView(plan: RwSignal<Plan>, words: &'static HighresWords) -> impl IntoView {
    view! {
        <fieldset class="days">
            <legend>{words.before}</legend>
            {day(plan, (words.first_day, "date-pre-start"), |plan| &mut plan.pre.start)}
            {day(plan, (words.last_day, "date-pre-end"), |plan| &mut plan.pre.end)}
        </fieldset>
        <fieldset class="days">
            <legend>{words.after}</legend>
            {day(plan, (words.first_day, "date-post-start"), |plan| &mut plan.post.start)}
            {day(plan, (words.last_day, "date-post-end"), |plan| &mut plan.post.end)}
        </fieldset>
    }
}

fn day(
    plan: RwSignal<Plan>,
    (label, testid): (&'static str, &'static str),
    of: fn(&mut Plan) -> &mut NaiveDate,
) -> impl IntoView {
    let shown = move || of(&mut plan.get()).to_string();
    let change = move |event| {
        // A browser gives an empty text while a day is half typed.
        if let Ok(day) = event_target_value(&event).parse() {
            plan.update(|plan| {
                *of(plan) = day;
                // The days are the reader's own now, and so are the scenes.
                plan.assessment = None;
                plan.scenes.clear();
            });
        }
    };
    let in_words = move || crate::i18n::words().date(*of(&mut plan.get()));
    view! {
        <label>
            <span>{label} " " <small>{in_words}</small></span>
            <input type="date" data-testid=testid prop:value=shown on:change=change />
        </label>
    }
}
