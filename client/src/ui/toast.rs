//! The status message: what the page has just done, shown for some seconds.

use std::time::Duration;

use leptos::prelude::*;

use crate::ui::effect::effect;

/// Long enough to be read twice.
const SHOWN_FOR: Duration = Duration::from_secs(7);

/// The status message; `message` is cleared after some seconds.
#[component]
pub fn Toast(message: RwSignal<Option<String>>) -> impl IntoView {
    let pending = StoredValue::new(None::<TimeoutHandle>);
    effect(move || {
        let is_shown = message.read().is_some();
        if let Some(earlier) = pending.get_value() {
            earlier.clear();
        }
        let clear = move || message.set(None);
        let handle = is_shown.then(|| set_timeout_with_handle(clear, SHOWN_FOR).ok());
        pending.set_value(handle.flatten());
    });
    view! { <p class="said" role="status" data-testid="said">{move || message.get()}</p> }
}
