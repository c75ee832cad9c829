//! The section of high resolution in the panel: the form, the progress, the result.

use dragonfly_core::protocol::{COMPUTE_ZOOM, JobError};
use leptos::prelude::*;

use super::area_view::AreaView;
use super::confirm_view::ConfirmView;
use super::dates_view::DatesView;
use super::fault::FaultText;
use super::phase::Phase;
use super::plan::PlanError;
use super::result_view::ResultView;
use super::words::{HighresWords, words};
use super::{HighresHandle, HighresSignals};

/// The whole section.
#[component]
pub fn Section(highres: HighresHandle) -> impl IntoView {
    let signals = highres.with_value(|highres| highres.signals());
    adopt_styles();
    let has_catalogue = move || {
        let config = signals.config.read();
        config.as_ref().is_some_and(|config| config.client.stac_url.is_some())
    };
    move || {
        let words = words();
        let content = move || {
            if has_catalogue() {
                view! { <ComputeView highres words /> }.into_any()
            } else {
                let is_loaded = signals.config.with(Option::is_some);
                is_loaded.then(|| view! { <p class="hint">{words.no_catalogue}</p> }).into_any()
            }
        };
        view! {
            <section class="highres" data-testid="highres" aria-labelledby="highres-title">
                <h2 id="highres-title">{words.title}</h2>
                {content}
            </section>
        }
    }
}

/// What to compute, and below it what the current request came to.
#[component]
fn ComputeView(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let HighresSignals { plan, phase, computes_on_move, note, .. } =
        highres.with_value(|highres| highres.signals());
    view! {
        <p class="hint">{words.about}</p>
        <AreaView highres words />
        <DatesView plan words />
        <ComputeButtons highres words />
        <label class="check">
            <input
                type="checkbox"
                data-testid="highres-follow"
                prop:checked=move || computes_on_move.get()
                on:change=move |event| computes_on_move.set(event_target_checked(&event))
            />
            {words.follow}
        </label>
        <div role="status" aria-live="polite">
            <Show when=move || phase.with(Phase::is_busy)>{move || progress(phase, words)}</Show>
            <p class="hint">{move || note.get()}</p>
        </div>
        {move || match phase.get() {
            Phase::Confirming => view! { <ConfirmView highres words /> }.into_any(),
            Phase::Failed(error) => failed(highres, &error, words).into_any(),
            Phase::Done(done) => view! { <ResultView highres words done=*done /> }.into_any(),
            Phase::Idle | Phase::Searching(_) | Phase::Computing(_) => ().into_any(),
        }}
    }
}

/// Starts and cancels, and why the plan cannot be computed.
#[component]
fn ComputeButtons(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let HighresSignals { plan, phase, drawing, .. } =
        highres.with_value(|highres| highres.signals());
    let is_drawing = move || drawing.with(Option::is_some);
    let is_busy = move || phase.with(Phase::is_busy);
    let has_area = move || {
        plan.with(|plan| plan.area.is_some()) || highres.with_value(|highres| highres.is_near())
    };
    let error = move || plan.with(|plan| plan.check().err());
    let compute = move |_| {
        plan.update(|plan| {
            plan.scenes.clear();
            plan.zoom = COMPUTE_ZOOM;
        });
        highres.get_value().search();
    };
    let cancel = move |_| highres.get_value().cancel();
    view! {
        <p class="hint" role="status">
            {move || match error() {
                _ if is_drawing() => Some(words.unfinished),
                Some(PlanError::BeyondMap) => Some(words.beyond_map),
                Some(PlanError::Backwards) => Some(words.backwards),
                Some(PlanError::AfterIsNotLater) => Some(words.not_later),
                None => (!has_area()).then_some(words.too_far),
            }}
        </p>
        <div class="row">
            <button
                type="button"
                class="primary"
                data-testid="highres-compute"
                disabled=move || is_busy() || is_drawing() || error().is_some() || !has_area()
                on:click=compute
            >
                {words.compute}
            </button>
            <Show when=is_busy>
                <button type="button" data-testid="highres-cancel" on:click=cancel>{words.cancel}</button>
            </Show>
        </div>
    }
}

fn progress(phase: RwSignal<Phase>, words: &'static HighresWords) -> impl IntoView {
    let current = move || phase.with(Phase::progress);
    let text = move || match (current(), phase.with(|phase| matches!(phase, Phase::Searching(_)))) {
        (Some(progress), _) => words.progress(&progress),
        (None, true) => words.searching.to_owned(),
        (None, false) => words.opening.to_owned(),
    };
    let counted = move || current().filter(|progress| progress.of > 0);
    let max = move || counted().map(|progress| progress.of.to_string());
    let value = move || counted().map(|progress| progress.done.to_string());
    view! {
        <div data-testid="highres-progress">
            <progress max=max value=value aria-label=text></progress>
            <p class="hint">{text}</p>
        </div>
    }
}

fn failed(
    highres: HighresHandle,
    error: &JobError,
    words: &'static HighresWords,
) -> impl IntoView + use<> {
    let FaultText { sentence, detail, is_technical } = words.fault(error);
    let HighresSignals { found, selected, .. } = highres.with_value(|highres| highres.signals());
    let can_leave_out = found.with_untracked(Option::is_some);
    let leave_out = error.scene.clone().filter(|_| can_leave_out).map(|scene| {
        let compute_without = move |_| {
            selected.update(|ids| ids.retain(|id| *id != scene.id));
            highres.get_value().compute();
        };
        view! { <button type="button" on:click=compute_without>{words.without_scene}</button> }
    });
    view! {
        <div class="notice" role="alert" data-testid="highres-fault">
            <p>{sentence}</p>
            {(!detail.is_empty()).then(|| match is_technical {
                true => folded(detail).into_any(),
                false => view! { <p>{detail}</p> }.into_any(),
            })}
            <div class="row">
                <button type="button" on:click=move |_| highres.get_value().search()>{words.again}</button>
                {leave_out}
            </div>
        </div>
    }
}

/// What the worker reports, for those who run the site.
fn folded(detail: String) -> impl IntoView {
    view! {
        <details>
            <summary>{crate::i18n::words().technical_message}</summary>
            <p class="hint">{detail}</p>
        </details>
    }
}

/// Applies the styles, which come with the tools: a strict Content-Security-Policy allows them in
/// this way alone.
fn adopt_styles() {
    const STYLES: &str = include_str!("highres.css");
    if let Ok(sheet) = web_sys::CssStyleSheet::new()
        && sheet.replace_sync(STYLES).is_ok()
    {
        let sheets = document().adopted_style_sheets();
        sheets.push(&sheet);
    }
}
