//! What went wrong, in friendly words, with a way to try again.

use leptos::prelude::*;

use crate::i18n::words;
use crate::state::problem::LoadError;

/// A notice while there are problems; nothing otherwise.
#[component]
pub fn Notice(
    problems: RwSignal<Vec<LoadError>>,
    on_retry: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let sentence = move || words().notice(&problems.read());
    let body = move || {
        sentence().map(|sentence| {
            view! {
                <div class="notice" data-testid="notice">
                    <p>{sentence}</p>
                    <button type="button" class="retry" on:click=move |_| on_retry()>{words().retry}</button>
                    <button
                        type="button"
                        class="close"
                        aria-label=words().dismiss
                        on:click=move |_| problems.set(Vec::new())
                    >
                        "×"
                    </button>
                </div>
            }
        })
    };
    view! { <div class="notices" role="status">{body}</div> }
}
