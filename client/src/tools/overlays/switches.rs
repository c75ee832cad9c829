//! The switches of the layers, in the tools' part of the panel, and their credits below the page's.

use std::rc::Rc;

use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::Element;

use super::Overlays;
use crate::tools::share_words::share_words;

const CREDIT: &str = "overlay-credit";

/// The layers, as views hold them.
type OverlaysHandle = StoredValue<Rc<Overlays>, LocalStorage>;

/// Puts the switches into the panel.
pub fn mount(overlays: &Rc<Overlays>) {
    let container = overlays.page.tools_container();
    let shown = overlays.clone();
    mount_to(container, move || {
        let overlays: OverlaysHandle = StoredValue::new_local(shown);
        view! { <Switches overlays /> }
    })
    .forget();
    // The page builds its panel again in another language, without what others put there.
    let credited = overlays.clone();
    let on_change = Closure::<dyn Fn()>::new(move || show_credits(&credited));
    overlays.page.listen(on_change.into_js_value().unchecked_ref());
}

#[component]
fn Switches(overlays: OverlaysHandle) -> impl IntoView {
    let is_shown = overlays.with_value(|it| it.is_shown);
    Effect::new(move |_| {
        is_shown.track();
        overlays.with_value(|overlays| show_credits(overlays));
    });
    let titles = overlays
        .with_value(|it| it.overlays.iter().map(|one| one.title.clone()).collect::<Vec<_>>());
    let switch = |(index, title): (usize, String)| {
        let toggle = move |event| {
            let is_on = event_target_checked(&event);
            overlays.with_value(|overlays| overlays.switch(index, is_on));
        };
        let checked = move || is_shown.with(|all| all.get(index) == Some(&true));
        view! {
            <label class="choice">
                <input type="checkbox" data-testid="overlay" prop:checked=checked on:change=toggle />
                " "
                {title}
            </label>
        }
    };
    view! {
        <section class="controls" data-testid="overlays" aria-labelledby="overlays-title">
            <h2 id="overlays-title">{move || share_words().overlays}</h2>
            {titles.into_iter().enumerate().map(switch).collect_view()}
        </section>
    }
}

/// The line of credits; `None` before layers are shown.
pub fn credit_line() -> Option<Element> {
    document().query_selector(&format!(".{CREDIT}")).ok()?
}

/// Writes whom the layers shown are due to below what the page itself names.
fn show_credits(overlays: &Overlays) {
    let credits = untrack(|| overlays.credits());
    let line = credit_line().or_else(|| {
        let line = document().create_element("p").ok()?;
        line.set_class_name(&format!("attribution {CREDIT}"));
        line.set_attribute("data-testid", CREDIT).ok()?;
        document().query_selector(".sources").ok()??.append_child(&line).ok()?;
        Some(line)
    });
    if let Some(line) = line {
        line.set_text_content(Some(&credits));
    }
}
