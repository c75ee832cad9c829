//! What was found, when the reader has to decide: much to fetch, cells to make coarser, a side
//! without scenes.

use chrono::{Days, NaiveDate};
use dragonfly_core::DateWindow;
use dragonfly_core::protocol::{NoSceneReason, PictureKind, SideResult, ZoomOffer};
use leptos::prelude::*;

use super::HighresHandle;
use super::phase::has_both_sides;
use super::plan::Plan;
use super::scenes_view::ScenesView;
use super::words::{HighresWords, fill, number};

/// Days on either side of the one that the reader chooses.
const AROUND_DAYS: u64 = 3;

/// What was found, and the buttons to continue.
#[component]
pub fn ConfirmView(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let signals = highres.with_value(|highres| highres.signals());
    let found = signals.found.get_untracked();
    let Some(found) = found else {
        return ().into_any();
    };
    let (zoom, picture) = signals.plan.with_untracked(|plan| (plan.zoom, plan.picture));
    let count = signals.selected.with_untracked(Vec::len);
    let requested = found.zooms.iter().find(|offer| offer.zoom == zoom).copied();
    let about = requested.map(|offer| {
        let (megabytes, cell) =
            (words.megabytes(offer.megabytes_with(picture)), number(offer.cell_m, 0));
        fill(words.scenes_found, &[&count.to_string(), &megabytes, &cell])
    });
    let ways = if has_both_sides(&found) {
        ways(highres, requested, &found.zooms, picture, words).into_any()
    } else {
        ().into_any()
    };
    view! {
        <div class="asked" data-testid="highres-found">
            <p>{about}</p>
            {side(highres, words.before, &found.pre, |plan| &mut plan.pre, words)}
            {side(highres, words.after, &found.post, |plan| &mut plan.post, words)}
            {ways}
            <ScenesView highres words />
        </div>
    }
    .into_any()
}

/// The ways on where both sides have scenes.
fn ways(
    highres: HighresHandle,
    requested: Option<ZoomOffer>,
    zooms: &[ZoomOffer],
    picture: Option<PictureKind>,
    words: &'static HighresWords,
) -> impl IntoView + use<> {
    let go_on = requested.filter(|offer| offer.fits).map(|offer| {
        let label = fill(words.go_on, &[&words.megabytes(offer.megabytes_with(picture))]);
        view! {
            <button type="button" class="primary" data-testid="highres-go-on" on:click=move |_| highres.get_value().compute()>
                {label}
            </button>
        }
    });
    let too_large = requested.filter(|offer| !offer.fits).map(|offer| {
        let sentence = fill(words.too_large, &[&number(offer.cell_m, 0)]);
        view! { <p data-testid="highres-too-large">{sentence}</p> }
    });
    let coarser = zooms.iter().filter(|offer| Some(**offer) != requested && offer.fits).copied();
    let coarser: Vec<_> = coarser
        .map(|offer| {
            let label =
                fill(words.coarser, &[&number(offer.cell_m, 0), &words.megabytes(offer.megabytes_with(picture))]);
            let take = move |_| {
                let highres = highres.get_value();
                highres.signals().plan.update(|plan| plan.zoom = offer.zoom);
                highres.compute();
            };
            view! { <button type="button" data-testid="highres-coarser" on:click=take>{label}</button> }
        })
        .collect();
    view! {
        {too_large}
        <div class="row">{go_on} {coarser}</div>
    }
}

/// Why a side has no scene, and the ways on.
fn side(
    highres: HighresHandle,
    title: &'static str,
    found: &SideResult,
    window: fn(&mut Plan) -> &mut DateWindow,
    words: &'static HighresWords,
) -> Option<AnyView> {
    let signals = highres.with_value(|highres| highres.signals());
    let again = move |change: &dyn Fn(&mut Plan)| {
        signals.plan.update(|plan| change(plan));
        highres.get_value().search();
    };
    let ways = match found.without.clone()? {
        NoSceneReason::NoScene { nearest } => {
            let days: Vec<_> = nearest
                .into_iter()
                .map(|day| {
                    let take = move |_| again(&|plan| *window(plan) = around(day));
                    let label = fill(words.take_day, &[&crate::i18n::words().date(day)]);
                    view! { <button type="button" data-testid="highres-nearest" on:click=take>{label}</button> }
                })
                .collect();
            let hint = (!days.is_empty()).then_some(words.nearest);
            view! { <p>{title} ": " {words.no_scene} " " {hint}</p> <div class="row">{days}</div> }
                .into_any()
        }
        NoSceneReason::AllCloudy { least_cloud_cover } => {
            let take = move |_| {
                signals.includes_cloudy.set(true);
                again(&|_| ());
            };
            let sentence = fill(words.all_cloudy, &[&number(least_cloud_cover, 0)]);
            view! {
                <p>{title} ": " {sentence}</p>
                <div class="row">
                    <button type="button" data-testid="highres-cloudy" on:click=take>{words.take_cloudy}</button>
                </div>
            }
            .into_any()
        }
        NoSceneReason::PinnedGone { ids } => {
            let take = move |_| again(&|plan| plan.scenes.clear());
            let sentence = fill(words.pinned_gone, &[&ids.join(", ")]);
            view! {
                <p>{title} ": " {sentence}</p>
                <div class="row"><button type="button" on:click=take>{words.take_best}</button></div>
            }
            .into_any()
        }
    };
    Some(ways)
}

/// Some days around one that has a scene.
fn around(day: NaiveDate) -> DateWindow {
    DateWindow { start: day - Days::new(AROUND_DAYS), end: day + Days::new(AROUND_DAYS) }
}
