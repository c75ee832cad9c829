//! What came of it: hectares by class, how it is shown, and what it was made of.

use dragonfly_core::protocol::{ComputeResult, PictureKind};
use dragonfly_core::{ClassTable, EmptyShare, Index, Thresholds};
use leptos::portal::Portal;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::HighresHandle;
use super::on_map::AtPoint;
use super::plan::{Plan, index_word, table_word};
use super::save_view::SaveView;
use super::scenes_view::ScenesView;
use super::words::{HighresWords, area, fill, number};
use crate::map::swipe_view::SwipeView;
use crate::panel::legend_row::css_colour;

/// The result.
#[component]
pub fn ResultView(
    highres: HighresHandle,
    words: &'static HighresWords,
    done: ComputeResult,
) -> impl IntoView {
    let told = highres.with_value(|highres| highres.told());
    let plan = told.plan;
    let offers = told.found.with_untracked(|found| {
        found.as_ref().map(|found| found.zooms.clone()).unwrap_or_default()
    });
    let cell =
        offers.iter().find(|offer| offer.zoom == done.zoom).map(|offer| number(offer.cell_m, 0));
    let cell = cell.as_deref().unwrap_or("?");
    let (came, kept) =
        (words.megabytes(done.bytes as f64 / 1e6), words.megabytes(done.cached_bytes as f64 / 1e6));
    let about = match done.is_kept {
        true => fill(words.result_kept, &[cell, &kept]),
        false => fill(words.result_about, &[cell, &came, &kept]),
    };
    let empty = empty_sentence(&done.empty_share, words);
    let offset = done.dnbr_offset.map(|offset| {
        let numbers = [number(offset.mean, 3), number(offset.sd, 3), offset.count.to_string()];
        fill(words.offset_found, &numbers.each_ref().map(String::as_str))
    });
    let offset_told = move || {
        plan.with(|plan| plan.dnbr_offset)
            .then(|| offset.clone().unwrap_or_else(|| words.offset_none.to_owned()))
    };
    let used: Vec<_> = done
        .scenes
        .iter()
        .map(|scene| {
            let when = scene.datetime.format("%Y-%m-%d").to_string();
            view! { <li>{when} " " <small>{scene.id.clone()}</small> " " {scene.offset_reason.clone()}</li> }
        })
        .collect();
    view! {
        <div class="result" data-testid="highres-summary">
            <h3>{words.result}</h3>
            <p class="hint">{about}</p>
            <HectaresView highres words />
            <p class="hint">{empty}</p>
            <p class="hint" data-testid="highres-offset">{offset_told}</p>
            <p role="status" data-testid="highres-readout">{move || readout(highres, words)}</p>
            <p class="hint">{words.same_legend} " " {words.kept}</p>
        </div>
        <LookView highres words />
        // Beside the map: within the panel it would stand there.
        <Portal>
            <SwipeView percent=told.swipe />
        </Portal>
        <SaveView highres words />
        <details>
            <summary>{words.scenes} " (" {used.len()} ")"</summary>
            <ul class="used">{used}</ul>
            <p class="hint">{done.masks}</p>
        </details>
        <ScenesView highres words />
        <div class="row">
            <button type="button" data-testid="highres-close" on:click=move |_| highres.get_value().put_away()>
                {words.put_away}
            </button>
        </div>
    }
}

/// Hectares of each class of the thresholds chosen.
#[component]
fn HectaresView(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let look = Memo::new(move |_| highres.with_value(|highres| highres.look()));
    let counted: RwSignal<Vec<f64>> = RwSignal::default();
    Effect::new(move |_| {
        let look = look.get();
        let highres = highres.get_value();
        spawn_local(async move {
            let hectares = highres.hectares(&look).await;
            // Only the count of the look that is still shown.
            if untrack(|| highres.look()) == look {
                counted.set(hectares);
            }
        });
    });
    let rows = move || {
        let look = look.get();
        let Some(thresholds) = &look.thresholds else {
            return view! { <tr><td colspan="3">{words.ramp}</td></tr> }.into_any();
        };
        let row = |(place, class): (usize, &dragonfly_core::TableClass)| {
            let hectares =
                counted.with(|hectares| hectares.get(place).map(|hectares| area(*hectares)));
            let colour = css_colour(Some(class.colour(look.palette)));
            view! {
                <tr data-class=class.number.to_string()>
                    <td><i class="swatch" style:background-color=colour></i></td>
                    <th scope="row">{words.class(thresholds.table(), place)} " " <small>{range(thresholds.range(place))}</small></th>
                    <td class="area">{hectares}</td>
                </tr>
            }
        };
        thresholds.classes().iter().enumerate().map(row).collect_view().into_any()
    };
    view! { <table class="hectares" data-testid="highres-hectares"><tbody>{rows}</tbody></table> }
}

/// Index, classes, offset, pictures.
#[component]
fn LookView(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let told = highres.with_value(|highres| highres.told());
    let plan = told.plan;
    let choose_index = move |event| {
        let word = event_target_value(&event);
        if let Some(index) = Index::ALL.into_iter().find(|index| index_word(*index) == word) {
            plan.update(|plan| *plan = plan.clone().with_index(index));
        }
    };
    let choose_table = move |event| {
        let word = event_target_value(&event);
        let table = ClassTable::ALL.into_iter().find(|table| table_word(*table) == word);
        plan.update(|plan| plan.thresholds = table.map(Thresholds::published));
    };
    let choose_picture = move |event| {
        let picture = match event_target_value(&event).as_str() {
            "true" => Some(PictureKind::True),
            "false" => Some(PictureKind::False),
            _ => None,
        };
        let before = plan.with_untracked(|plan| plan.picture);
        told.shows_pictures.set(picture.is_some());
        if picture.is_none() {
            told.swipe.set(None);
        } else if picture != before {
            plan.update(|plan| plan.picture = picture);
            highres.get_value().go_on();
        }
    };
    let take_offset = move |event| {
        plan.update(|plan| plan.dnbr_offset = event_target_checked(&event));
        if event_target_checked(&event) {
            highres.get_value().go_on();
        }
    };
    let table = move || {
        plan.with(|plan| plan.thresholds.as_ref().map(|thresholds| table_word(thresholds.table())))
    };
    let shown = move || {
        let picture = plan.with(|plan| plan.picture).filter(|_| told.shows_pictures.get());
        match picture {
            Some(PictureKind::True) => "true",
            Some(PictureKind::False) => "false",
            None => "severity",
        }
    };
    let offer = told.found.with_untracked(|found| {
        let zoom = plan.with_untracked(|plan| plan.zoom);
        found
            .as_ref()
            .and_then(|found| found.zooms.iter().find(|offer| offer.zoom == zoom).copied())
    });
    let more = move |label: &str, picture| match offer {
        Some(offer) => {
            fill(words.more, &[label, &words.megabytes(offer.picture_megabytes(picture))])
        }
        None => label.to_owned(),
    };
    let indices =
        Index::ALL.map(|index| view! { <option value=index_word(index)>{index.name()}</option> });
    let tables = ClassTable::ALL
        .map(|table| view! { <option value=table_word(table)>{table.title()}</option> });
    view! {
        <label>
            {words.show}
            <select data-testid="highres-show" prop:value=shown on:change=choose_picture>
                <option value="severity">{words.severity}</option>
                <option value="true">{more(words.pictures_true, PictureKind::True)}</option>
                <option value="false">{more(words.pictures_false, PictureKind::False)}</option>
            </select>
        </label>
        <label>
            {words.index}
            <select data-testid="index-select" prop:value=move || plan.with(|plan| index_word(plan.index)) on:change=choose_index>
                {indices.collect_view()}
            </select>
        </label>
        <label>
            {words.classes}
            <select data-testid="highres-classes" prop:value=move || table().unwrap_or("ramp") on:change=choose_table>
                {tables.collect_view()}
                <option value="ramp">{words.ramp}</option>
            </select>
        </label>
        <BreaksView plan words />
        <label class="check">
            <input
                type="checkbox"
                data-testid="highres-take-offset"
                prop:checked=move || plan.with(|plan| plan.dnbr_offset)
                on:change=take_offset
            />
            {words.offset}
        </label>
    }
}

/// The thresholds, to be moved.
#[component]
fn BreaksView(plan: RwSignal<Plan>, words: &'static HighresWords) -> impl IntoView {
    let is_bad = RwSignal::new(false);
    let inputs = move || {
        let thresholds = plan.with(|plan| plan.thresholds.clone())?;
        let table = thresholds.table();
        let input = |place: usize| {
            let thresholds = thresholds.clone();
            let change = move |event| {
                let mut breaks = thresholds.breaks().to_vec();
                let typed = event_target_value(&event).parse().ok();
                let own = typed.and_then(|value| {
                    *breaks.get_mut(place)? = value;
                    Thresholds::own(table, &breaks).ok()
                });
                is_bad.set(own.is_none());
                if own.is_some() {
                    plan.update(|plan| plan.thresholds = own);
                }
            };
            let value = plan.with_untracked(|plan| {
                plan.thresholds.as_ref().and_then(|own| own.breaks().get(place).copied())
            });
            view! {
                <input
                    type="number"
                    step="0.01"
                    aria-label=words.class(table, place + 1)
                    prop:value=value.map(|value| value.to_string())
                    on:change=change
                />
            }
        };
        Some((0..thresholds.breaks().len()).map(input).collect_view())
    };
    view! {
        <details class="breaks">
            <summary>{words.own}</summary>
            <div class="row">{inputs}</div>
            <p class="hint" role="status">{move || is_bad.get().then_some(words.bad_breaks)}</p>
        </details>
    }
}

fn readout(highres: HighresHandle, words: &'static HighresWords) -> Option<String> {
    let highres = highres.try_get_value()?;
    let look = highres.look();
    match highres.at_point()? {
        AtPoint::Value(value) => {
            let place = look.thresholds.as_ref().and_then(|thresholds| {
                Some(words.class(thresholds.table(), thresholds.place(value)?).to_lowercase())
            });
            let told = number(f64::from(value), 2);
            Some(fill(words.here, &[look.index.name(), &told, place.as_deref().unwrap_or("–")]))
        }
        AtPoint::Empty(reason) => Some(fill(words.here_empty, &[words.reason(reason)])),
    }
}

fn empty_sentence(share: &EmptyShare, words: &'static HighresWords) -> Option<String> {
    let shares = [
        (dragonfly_core::Empty::OutsideZone, share.outside_zone),
        (dragonfly_core::Empty::NeverObserved, share.never_observed),
        (dragonfly_core::Empty::Cloud, share.cloud),
        (dragonfly_core::Empty::Water, share.water),
        (dragonfly_core::Empty::NoData, share.no_data),
    ];
    let sum: f64 = shares.iter().map(|(_, share)| share).sum();
    let reasons: Vec<String> = shares
        .iter()
        .filter(|(_, share)| *share > 0.0005)
        .map(|(reason, share)| format!("{} {} %", words.reason(*reason), number(share * 100.0, 1)))
        .collect();
    (!reasons.is_empty())
        .then(|| fill(words.empty, &[&number(sum * 100.0, 1), &reasons.join(", ")]))
}

fn range((least, end): (Option<f32>, Option<f32>)) -> String {
    let number = |value: f32| number(f64::from(value), 2);
    match (least, end) {
        (None, Some(end)) => format!("< {}", number(end)),
        (Some(least), None) => format!("≥ {}", number(least)),
        (Some(least), Some(end)) => format!("{} – {}", number(least), number(end)),
        (None, None) => String::new(),
    }
}
