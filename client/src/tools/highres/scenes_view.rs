//! The scenes found, of which the reader may choose others.

use dragonfly_core::protocol::{SceneCandidate, SideResult};
use leptos::prelude::*;

use super::HighresHandle;
use super::words::{HighresWords, fill, number};

/// All scenes of both sides, to be ticked.
#[component]
pub fn ScenesView(highres: HighresHandle, words: &'static HighresWords) -> impl IntoView {
    let signals = highres.with_value(|highres| highres.signals());
    let found = signals.found.get();
    let sides = found.map(|found| {
        view! {
            {side(words.before, &found.pre, signals.selected, words)}
            {side(words.after, &found.post, signals.selected, words)}
        }
    });
    let compute = move |_| highres.get_value().compute();
    view! {
        <details class="scenes" data-testid="highres-scenes">
            <summary>{words.scenes}</summary>
            {sides}
            <button type="button" on:click=compute disabled=move || signals.selected.with(Vec::is_empty)>
                {words.with_these}
            </button>
        </details>
    }
}

fn side(
    title: &'static str,
    found: &SideResult,
    selected: RwSignal<Vec<String>>,
    words: &'static HighresWords,
) -> impl IntoView + use<> {
    let scenes: Vec<_> = found.scenes.iter().map(|scene| entry(scene, selected, words)).collect();
    view! {
        <h3>{title}</h3>
        <ul>{scenes}</ul>
    }
}

fn entry(
    scene: &SceneCandidate,
    selected: RwSignal<Vec<String>>,
    words: &'static HighresWords,
) -> impl IntoView + use<> {
    let id = scene.id.clone();
    let cloud =
        scene.cloud_cover.map(|cloud| format!(" · {} ", fill(words.cloud, &[&number(cloud, 0)])));
    let day = scene.datetime.format("%Y-%m-%d %H:%M").to_string();
    let is_selected = {
        let id = id.clone();
        move || selected.with(|ids| ids.contains(&id))
    };
    let toggle = {
        let id = id.clone();
        move |event| {
            let takes = event_target_checked(&event);
            selected.update(|ids| {
                ids.retain(|other| *other != id);
                if takes {
                    ids.push(id.clone());
                }
            });
        }
    };
    view! {
        <li>
            <label class="check">
                <input type="checkbox" prop:checked=is_selected on:change=toggle />
                <span>{day} {cloud} " " <small>{id}</small></span>
            </label>
        </li>
    }
}
