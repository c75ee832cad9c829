//! High resolution in the panel: what is wanted, how far it is, what came of it.

use dragonfly_core::protocol::{COMPUTE_ZOOM, JobError};
use leptos::prelude::*;

use super::area_view::AreaView;
use super::ask_view::AskView;
use super::dates_view::DatesView;
use super::phase::Phase;
use super::plan::PlanError;
use super::result_view::ResultView;
use super::words::{HighresWords, words};
use super::{HighresHandle, HighresSignals};

/// The whole section.
#[component]
pub fn Section(highres: HighresHandle) -> impl IntoView {
    let told = highres.with_value(|highres| highres.told());
    adopt_styles();
    move || {
        let words = words();
        view! {
            <section class="highres" data-testid="highres" aria-labelledby="highres-title">
                <h2 id="highres-title">{words.title}</h2>
                {move || if can_compute(told) { wanted(highres, words).into_any() } else { why_not(told, words).into_any() }}
            </section>
        }
    }
}

fn can_compute(told: HighresSignals) -> bool {
    told.config
        .with(|config| config.as_ref().is_some_and(|config| config.client.stac_url.is_some()))
}

fn why_not(told: HighresSignals, words: &'static HighresWords) -> impl IntoView {
    let is_known = told.config.with(Option::is_some);
    is_known.then(|| view! { <p class="hint">{words.no_catalogue}</p> })
}

fn wanted(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let told = highres.with_value(|highres| highres.told());
    let HighresSignals { plan, phase, follows, note, .. } = told;
    let is_busy = move || phase.with(Phase::is_busy);
    let has_place = move || {
        plan.with(|plan| plan.area.is_some()) || highres.with_value(|highres| highres.is_near())
    };
    let trouble = move || plan.with(|plan| plan.trouble());
    let compute = move |_| {
        plan.update(|plan| {
            plan.scenes.clear();
            plan.zoom = COMPUTE_ZOOM;
        });
        highres.get_value().compute();
    };
    view! {
        <p class="hint">{words.about}</p>
        <AreaView highres words />
        <DatesView plan words />
        <p class="hint" role="status">
            {move || match trouble() {
                Some(PlanError::BeyondMap) => Some(words.beyond_map),
                Some(PlanError::Backwards) => Some(words.backwards),
                Some(PlanError::AfterIsNotLater) => Some(words.not_later),
                None => (!has_place()).then_some(words.too_far),
            }}
        </p>
        <div class="row">
            <button
                type="button"
                class="primary"
                data-testid="highres-compute"
                disabled=move || is_busy() || trouble().is_some() || !has_place()
                on:click=compute
            >
                {words.compute}
            </button>
            <Show when=is_busy>
                <button type="button" data-testid="highres-cancel" on:click=move |_| highres.get_value().cancel()>
                    {words.cancel}
                </button>
            </Show>
        </div>
        <label class="check">
            <input
                type="checkbox"
                data-testid="highres-follow"
                prop:checked=move || follows.get()
                on:change=move |event| follows.set(event_target_checked(&event))
            />
            {words.follow}
        </label>
        <div role="status" aria-live="polite">
            <Show when=is_busy>{move || progress(phase, words)}</Show>
            <p class="hint">{move || note.get()}</p>
        </div>
        {move || matches!(phase.get(), Phase::Asking).then(|| view! { <AskView highres words /> })}
        {move || match phase.get() {
            Phase::Failed(fault) => Some(failed(highres, &fault, words)),
            _ => None,
        }}
        {move || match phase.get() {
            Phase::Done(done) => Some(view! { <ResultView highres words done=*done /> }),
            _ => None,
        }}
    }
}

fn progress(phase: RwSignal<Phase>, words: &'static HighresWords) -> impl IntoView {
    let told = move || phase.with(Phase::progress);
    let text = move || match phase
        .with(|phase| (phase.progress(), matches!(phase, Phase::Searching(_))))
    {
        (Some(progress), _) => words.progress(&progress),
        (None, true) => words.searching.to_owned(),
        (None, false) => words.opening.to_owned(),
    };
    let most =
        move || told().filter(|progress| progress.of > 0).map(|progress| progress.of.to_string());
    let value =
        move || told().filter(|progress| progress.of > 0).map(|progress| progress.done.to_string());
    view! {
        <div data-testid="highres-progress">
            <progress max=most value=value aria-label=text></progress>
            <p class="hint">{text}</p>
        </div>
    }
}

fn failed(
    highres: HighresHandle,
    fault: &JobError,
    words: &'static HighresWords,
) -> impl IntoView + use<> {
    let (message, advice) = (fault.message.clone(), fault.advice.clone());
    let scene = fault.scene.clone();
    let HighresSignals { found, selected, .. } = highres.with_value(|highres| highres.told());
    let can_leave_out = found.with_untracked(Option::is_some);
    let leave_out = scene.filter(|_| can_leave_out).map(|scene| {
        let without = move |_| {
            selected.update(|ids| ids.retain(|id| *id != scene.id));
            highres.get_value().go_on();
        };
        view! { <button type="button" on:click=without>{words.without_scene}</button> }
    });
    view! {
        <div class="notice" role="alert" data-testid="highres-fault">
            <p>{message} ". " {advice} "."</p>
            <div class="row">
                <button type="button" on:click=move |_| highres.get_value().compute()>{words.again}</button>
                {leave_out}
            </div>
        </div>
    }
}

/// The styles come with the tools; a page with a strict policy takes them in this way alone.
fn adopt_styles() {
    const STYLES: &str = include_str!("highres.css");
    if let Ok(sheet) = web_sys::CssStyleSheet::new()
        && sheet.replace_sync(STYLES).is_ok()
    {
        let sheets = document().adopted_style_sheets();
        sheets.push(&sheet);
    }
}
