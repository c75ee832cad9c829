//! The result: hectares by class, the value at the chosen point, and what it was made of.

use dragonfly_core::metadata::UsedScene;
use dragonfly_core::protocol::ComputeResult;
use dragonfly_core::{DnbrOffset, EmptyShare, FireSide, Index, MapWarning};
use leptos::portal::Portal;
use leptos::prelude::*;

use super::legend::days;
use super::on_map::AtPoint;
use super::save_view::SaveView;
use super::scenes_view::ScenesView;
use super::signals::offer_at;
use super::style_view::StyleView;
use super::words::{HighresWords, area, fill, number};
use super::{HighresHandle, HighresSignals};
use crate::i18n::Words;
use crate::map::swipe_view::SwipeView;
use crate::panel::legend_row::css_colour;
use crate::state::empty_fractions::by_reason;
use crate::state::map_colour::map_colour;

/// The result.
#[component]
pub fn ResultView(
    highres: HighresHandle,
    words: &'static HighresWords,
    done: ComputeResult,
) -> impl IntoView {
    let signals = highres.with_value(|highres| highres.signals());
    let close = move |_| highres.get_value().close_result();
    let scenes = done.scenes.clone();
    view! {
        <div class="result" data-testid="highres-summary">
            <h3>{words.result}</h3>
            {warnings(&done.warnings)}
            <p class="hint">{cells_and_bytes(signals, &done, words)}</p>
            <HectaresView highres words />
            <p class="hint" data-testid="highres-hectares-cell">{hectares_cell(signals, &done, words)}</p>
            <p class="hint" data-testid="highres-counted">{move || counted_inside(signals, words)}</p>
            <p class="hint">{words.maps_differ}</p>
            <p class="hint">{empty_sentence(&done.empty_share, words)}</p>
            <p class="hint" data-testid="highres-offset">{offset_note(signals, done.dnbr_offset, words)}</p>
            <p role="status" data-testid="highres-readout">{move || readout(highres, words)}</p>
            <p class="hint">{words.same_legend} " " {words.kept}</p>
        </div>
        <StyleView highres words />
        // In the body: inside the panel it would be placed there.
        <Portal>
            <SwipeView percent=signals.swipe_percent />
            {picture_dates(signals, &scenes, crate::i18n::words())}
        </Portal>
        <SaveView highres words />
        {used_scenes(&done)}
        <ScenesView highres words />
        <div class="row">
            <button type="button" data-testid="highres-close" on:click=close>{words.put_away}</button>
        </div>
    }
}

/// The days of the pictures, on either side of their divider.
fn picture_dates(
    signals: HighresSignals,
    scenes: &[UsedScene],
    page: Words,
) -> impl IntoView + use<> {
    let label = |side, title: &str| format!("{title}: {}", days(scenes, side).unwrap_or_default());
    let before = label(FireSide::Pre, page.before);
    let after = label(FireSide::Post, page.after);
    let is_hidden = move || !signals.shows_pictures.get() || signals.swipe_percent.get().is_none();
    let percent = move || signals.swipe_percent.get().unwrap_or_default().to_string();
    view! {
        <div class="picture-dates" style:--percent=percent hidden=is_hidden>
            <p data-testid="picture-before">{before}</p>
            <p data-testid="picture-after">{after}</p>
        </div>
    }
}

/// The size of the cells that the hectares are counted from.
fn hectares_cell(
    signals: HighresSignals,
    done: &ComputeResult,
    words: &'static HighresWords,
) -> Option<String> {
    let offer = offer_at(signals, done.zoom)?;
    Some(fill(words.counted_from, &[&number(offer.cell_m, 0)]))
}

fn cells_and_bytes(
    signals: HighresSignals,
    done: &ComputeResult,
    words: &'static HighresWords,
) -> String {
    let offer = offer_at(signals, done.zoom);
    let cell = offer.map_or_else(|| "?".to_owned(), |offer| number(offer.cell_m, 0));
    let fetched = words.megabytes(done.bytes as f64 / 1e6);
    let cached = words.megabytes(done.cached_bytes as f64 / 1e6);
    match done.is_kept {
        true => fill(words.result_kept, &[&cell, &cached]),
        false => fill(words.result_about, &[&cell, &fetched, &cached]),
    }
}

/// What makes the result doubtful.
fn warnings(warnings: &[MapWarning]) -> impl IntoView + use<> {
    let sentence = |warning: &MapWarning| {
        let known = crate::i18n::words().warning(warning.why);
        view! { <li>{known.unwrap_or_else(|| warning.text.clone())}</li> }
    };
    let sentences: Vec<_> = warnings.iter().map(sentence).collect();
    (!sentences.is_empty())
        .then(|| view! { <ul class="trouble" data-testid="highres-warnings">{sentences}</ul> })
}

fn offset_note(
    signals: HighresSignals,
    offset: Option<DnbrOffset>,
    words: &'static HighresWords,
) -> impl Fn() -> Option<String> + Clone + 'static {
    let found = offset.map(|DnbrOffset { mean, sd, count, .. }| {
        fill(words.offset_found, &[&number(mean, 3), &number(sd, 3), &count.to_string()])
    });
    move || {
        let was_sought =
            signals.computed.with(|plan| plan.as_ref().is_some_and(|plan| plan.dnbr_offset));
        let note = match &found {
            _ if !was_sought => words.offset_later,
            Some(found) => found,
            None => words.offset_none,
        };
        signals.plan.with(|plan| plan.dnbr_offset).then(|| note.to_owned())
    }
}

/// Where the cells lie that are counted, where more was computed.
fn counted_inside(signals: HighresSignals, words: &'static HighresWords) -> Option<&'static str> {
    let has_perimeter =
        signals.computed.with(|plan| plan.as_ref().is_some_and(|plan| plan.perimeter.is_some()));
    has_perimeter.then_some(words.counted_inside)
}

/// The scenes that the result was made of, with the offset decided for each.
fn used_scenes(done: &ComputeResult) -> impl IntoView + use<> {
    let item = |scene: &UsedScene| {
        let day = scene.datetime.format("%Y-%m-%d").to_string();
        let known = crate::i18n::words().offset_reason(scene.offset_kind);
        let reason = known.map_or_else(|| scene.offset_reason.clone(), str::to_owned);
        view! { <li>{day} " " <small>{scene.id.clone()}</small> " " {reason}</li> }
    };
    let scenes: Vec<_> = done.scenes.iter().map(item).collect();
    view! {
        <details>
            <summary>{crate::i18n::words().scenes.fill([&scenes.len().to_string()])}</summary>
            <ul class="used">{scenes}</ul>
            <p class="hint">{done.masks.clone()}</p>
        </details>
    }
}

/// Hectares of each class of the thresholds chosen, and of what a single image shows burnt.
#[component]
fn HectaresView(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let style = Memo::new(move |_| highres.with_value(|highres| highres.style()));
    let counted = highres.with_value(|highres| highres.signals().hectares);
    let rows = move || {
        let style = style.get();
        let Some(thresholds) = &style.thresholds else {
            return view! { <tr><td colspan="3">{words.ramp}</td></tr> }.into_any();
        };
        let row = |(index, class): (usize, &dragonfly_core::TableClass)| {
            let hectares =
                counted.with(|hectares| hectares.get(index).map(|hectares| area(*hectares)));
            let colour = css_colour(Some(map_colour(style.palette, class.colour_of)));
            view! {
                <tr data-class=class.number.to_string()>
                    <td><i class="swatch" style:background-color=colour></i></td>
                    <th scope="row">{words.class(thresholds.table(), index)} " " <small>{range(thresholds.range(index))}</small></th>
                    <td class="area">{hectares}</td>
                </tr>
            }
        };
        let of_classes = thresholds.classes().iter().enumerate().map(row).collect_view();
        let seen_once = counted.with(|hectares| hectares.get(thresholds.classes().len()).copied());
        let seen_once = seen_once.filter(|hectares| *hectares > 0.0).map(|hectares| {
            view! {
                <tr data-testid="highres-provisional">
                    <td><span class="swatch"><i class="provisional"></i></span></td>
                    <th scope="row">{words.seen_once}</th>
                    <td>{area(hectares)}</td>
                </tr>
            }
        });
        (of_classes, seen_once).into_any()
    };
    let note = move || (style.read().index == Index::Rdnbr).then_some(words.rdnbr_note);
    view! {
        <table class="hectares" data-testid="highres-hectares"><tbody>{rows}</tbody></table>
        <p class="hint">{note}</p>
    }
}

fn readout(highres: HighresHandle, words: &'static HighresWords) -> Option<String> {
    let highres = highres.try_get_value()?;
    let style = highres.style();
    match highres.at_point()? {
        AtPoint::Value { value, .. } if value.is_nan() => Some(words.no_rdnbr_here.to_owned()),
        AtPoint::Value { value, is_provisional } => {
            let class = style.thresholds.as_ref().and_then(|thresholds| {
                Some(words.class(thresholds.table(), thresholds.place(value)?).to_lowercase())
            });
            let shown = number(f64::from(value), 2);
            let here =
                fill(words.here, &[style.index.name(), &shown, class.as_deref().unwrap_or("–")]);
            Some(if is_provisional { format!("{here}. {}.", words.seen_once) } else { here })
        }
        AtPoint::Empty(reason) => Some(fill(words.here_empty, &[words.reason(reason)])),
    }
}

fn empty_sentence(fractions: &EmptyShare, words: &'static HighresWords) -> Option<String> {
    let fractions = by_reason(*fractions);
    let sum: f64 = fractions.iter().map(|(_, fraction)| fraction).sum();
    let reasons: Vec<String> = fractions
        .iter()
        .filter(|(_, fraction)| *fraction > 0.0005)
        .map(|(reason, fraction)| {
            format!("{} {} %", words.reason(*reason), number(fraction * 100.0, 1))
        })
        .collect();
    (!reasons.is_empty())
        .then(|| fill(words.empty, &[&number(sum * 100.0, 1), &reasons.join(", ")]))
}

fn range((min, end): (Option<f32>, Option<f32>)) -> String {
    let number = |value: f32| number(f64::from(value), 2);
    match (min, end) {
        (None, Some(end)) => format!("< {}", number(end)),
        (Some(min), None) => format!("≥ {}", number(min)),
        (Some(min), Some(end)) => format!("{} – {}", number(min), number(end)),
        (None, None) => String::new(),
    }
}
