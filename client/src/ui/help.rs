//! What the map shows and what it does not, in a dialog one tap away.

use leptos::html::{Dialog, Div};
use leptos::prelude::*;

use crate::i18n::words;
use crate::ui::effect::effect;
use crate::ui::markup::{fill, text};

/// A button and the dialog that it opens. The browser itself keeps the focus in the dialog and
/// gives it back.
#[component]
pub fn Help() -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let open = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // Only a dialog that is open already cannot be opened.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let explanations = NodeRef::<Div>::new();
    effect(move || {
        if let Some(explanations) = explanations.get() {
            let parts = words()
                .explanations
                .into_iter()
                .flat_map(|(heading, body)| [text("h3", heading), text("p", body)]);
            fill(&explanations, &parts.collect::<Vec<_>>());
        }
    });
    // A click beside the dialog falls on the dialog's own element, whose content fills it.
    let click_beside = move |event: leptos::ev::MouseEvent| {
        if event.target() == event.current_target() {
            close();
        }
    };
    view! {
        <button type="button" class="help" data-testid="help" aria-haspopup="dialog" on:click=open>
            {words().help}
        </button>
        <dialog node_ref=dialog data-testid="help-dialog" aria-labelledby="help-title" on:click=click_beside>
            <div class="explanations">
                <h2 id="help-title">{words().help_title}</h2>
                <p class="caveat">{words().caveat}</p>
                <div node_ref=explanations></div>
                <button type="button" class="close" aria-label=words().close on:click=move |_| close()>
                    "×"
                </button>
                // After the button: the dialog gives the focus to the first of them and scrolls it
                // into view.
                <a href="notices.html" data-testid="third-party-notices">{words().third_party_notices}</a>
            </div>
        </dialog>
    }
}
