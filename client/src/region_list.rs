//! The list of regions.

use dragonfly_core::metadata::Status;
use leptos::prelude::*;

use crate::region_entry::{MetaState, RegionEntry};
use crate::words;

/// The regions, each a way to its place; `on_choose` hears the box of the one chosen.
/// `missing` says that there is nothing to wait for.
#[component]
pub fn RegionList(
    #[prop(into)] regions: Signal<Option<Vec<RegionEntry>>>,
    #[prop(into)] missing: Signal<bool>,
    chosen: RwSignal<Option<String>>,
    on_choose: impl Fn([f64; 4]) + Copy + Send + 'static,
) -> impl IntoView {
    let items = move || match regions.get() {
        None if missing.get() => view! { <p class="quiet">{words::REGIONS_MISSING}</p> }.into_any(),
        None => view! { <p class="quiet">{words::LOADING_REGIONS}</p> }.into_any(),
        Some(entries) if entries.is_empty() => view! { <p class="quiet">{words::NO_REGIONS}</p> }.into_any(),
        Some(entries) => {
            let item = |entry| view! { <RegionItem entry chosen on_choose /> };
            view! { <ul>{entries.into_iter().map(item).collect_view()}</ul> }.into_any()
        }
    };
    view! {
        <section class="regions" data-testid="region-list" aria-labelledby="regions-title">
            <h2 id="regions-title">{words::REGIONS}</h2>
            {items}
        </section>
    }
}

#[component]
fn RegionItem(
    entry: RegionEntry,
    chosen: RwSignal<Option<String>>,
    on_choose: impl Fn([f64; 4]) + Send + 'static,
) -> impl IntoView {
    let (bbox, name) = (entry.bbox(), entry.line.name.clone());
    let is_chosen = {
        let name = name.clone();
        move || chosen.with(|chosen| chosen.as_ref() == Some(&name)).then_some("true")
    };
    let state = match &entry.meta {
        MetaState::Loading => "loading",
        MetaState::Broken => "failed",
        MetaState::Ready(meta) => match meta.last_status {
            Status::Success => "success",
            Status::Failed => "failed",
            Status::Waiting => "waiting",
            Status::Pending => "pending",
        },
    };
    let map = entry.map().map(|map| {
        view! {
            <span class="burnt">
                <strong>{words::burnt(map)}</strong>
                " "
                {words::burnt_label(map)}
            </span>
            <span class="dates" aria-label=words::pre_and_post_spoken(map)>
                {words::pre_and_post(map)}
            </span>
        }
    });
    view! {
        <li>
            <button
                type="button"
                class="region"
                data-testid="region-item"
                data-region=name.clone()
                aria-current=is_chosen
                data-state=state
                on:click=move |_| {
                    chosen.set(Some(name.clone()));
                    on_choose(bbox);
                }
            >
                <span class="title">{entry.line.title.clone()}</span>
                {map}
                <span class="status">{words::status(&entry)}</span>
            </button>
        </li>
    }
}
