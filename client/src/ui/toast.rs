//! What the page has just done, in a sentence that goes again.

use std::time::Duration;

use leptos::prelude::*;

use crate::ui::effect::follow;

/// Long enough to be read twice.
const STAYS: Duration = Duration::from_secs(7);

/// The sentence in `said`, which is emptied after some seconds.
#[component]
pub fn SaidView(said: RwSignal<Option<String>>) -> impl IntoView {
    let pending = StoredValue::new(None::<TimeoutHandle>);
    follow(move || {
        let is_said = said.read().is_some();
        if let Some(earlier) = pending.get_value() {
            earlier.clear();
        }
        let handle = is_said.then(|| set_timeout_with_handle(move || said.set(None), STAYS).ok());
        pending.set_value(handle.flatten());
    });
    view! { <p class="said" role="status" data-testid="said">{move || said.get()}</p> }
}
