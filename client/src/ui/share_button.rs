//! A button that copies the address of what is seen.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::i18n::words;
use crate::state::address::Address;
use crate::state::address_bar;
use crate::ui::clipboard;
use crate::ui::tool_button::{ToolState, tool_button};

/// Copies the address and shows a status message in `toast`.
#[component]
pub fn ShareButton(
    #[prop(into)] address: Signal<Address>,
    toast: RwSignal<Option<String>>,
) -> impl IntoView {
    let share = move || {
        let url = address_bar::write(&address.get_untracked());
        spawn_local(async move {
            let words =
                if clipboard::copy(&url).await { words().shared } else { words().not_shared };
            toast.set(Some(words.to_owned()));
        });
    };
    let picture =
        "M9.5 14.5l5-5M8 11l-2.5 2.5a3.5 3.5 0 0 0 5 5L13 16M11 8l2.5-2.5a3.5 3.5 0 0 1 5 5L16 13";
    tool_button(("share", words().share, picture), ToolState::Once, Box::new(share))
}
