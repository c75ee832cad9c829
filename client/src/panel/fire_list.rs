//! The list of fires.

use dragonfly_core::ListedFire;
use leptos::ev::MouseEvent;
use leptos::html::Ul;
use leptos::prelude::*;

use crate::data::published::state_key;
use crate::i18n::{Words, words};
use crate::panel::region_list::{FoundItems, MAX_SHOWN, on_key, update_list};
use crate::state::atlas::Atlas;
use crate::state::fires::{FireOrder, found, hectares, is_listed, title_of, unchecked_since};
use crate::state::map_state::MapState;
use crate::state::preferences;
use crate::ui::event_target::clicked;
use crate::ui::markup::{Markup, tag, text};

/// The fires, first in the panel; nothing where none are published. `on_choose` receives the id of
/// the fire chosen.
#[component]
pub fn FireList(
    atlas: Atlas,
    map_state: MapState,
    on_choose: impl Fn(&str) + Copy + Send + 'static,
) -> impl IntoView {
    let list = NodeRef::<Ul>::new();
    let (search, order, in_view) =
        (RwSignal::new(String::new()), RwSignal::new(FireOrder::Date), RwSignal::new(false));
    let shown = Memo::new(move |_| {
        let view = in_view.get().then(|| map_state.view.get());
        let around = if order.get() == FireOrder::Near { map_state.centre.get() } else { None };
        let around = around.map_or((0.0, 0.0), |centre| (centre.lon, centre.lat));
        let fires = atlas.fires.get().unwrap_or_default();
        let found = found(&fires.fires, &search.read(), view, (order.get(), around));
        FoundItems {
            items: found.iter().take(MAX_SHOWN).map(|fire| item(words(), fire)).collect(),
            found: found.len(),
            all: fires.fires.iter().filter(|fire| is_listed(fire)).count(),
        }
    });
    update_list(list, shown, map_state.fire.into());
    let is_published =
        move || atlas.fires.with(|it| it.as_ref().is_some_and(|it| it.checked_at.is_some()));
    let on_click = move |event: MouseEvent| {
        if let Some(id) = clicked(&event, "button").and_then(|it| it.get_attribute("data-region")) {
            on_choose(&id);
        }
    };
    let on_order = move |event| {
        let value = event_target_value(&event);
        order.set(FireOrder::ALL.into_iter().find(|it| it.key() == value).unwrap_or_default());
    };
    let option = |(order, title): (FireOrder, &'static str)| view! { <option value=order.key()>{title}</option> };
    let orders = FireOrder::ALL.into_iter().zip(words().fire_orders).map(option).collect_view();
    view! {
        <section class="regions fires" data-testid="fire-list" aria-labelledby="fires-title" hidden=move || !is_published() on:keydown=on_key>
            <h2 id="fires-title">{words().fires}</h2>
            <div class="choices" hidden=move || shown.with(|shown| shown.all < 2)>
                <input
                    type="search"
                    class="find"
                    data-testid="fire-search"
                    autocomplete="off"
                    placeholder=words().find_fire
                    aria-label=words().find_fire
                    aria-controls="fires"
                    on:input=move |event| search.set(event_target_value(&event))
                />
                <select data-testid="fire-sort" aria-label=words().fire_order on:change=on_order>{orders}</select>
                <label>
                    <input type="checkbox" data-testid="fire-in-view" on:change=move |event| in_view.set(event_target_checked(&event)) />
                    {words().fires_in_view}
                </label>
            </div>
            <ul id="fires" node_ref=list on:click=on_click></ul>
            <p class="quiet" role="status" data-testid="fire-note">{move || note(atlas, shown)}</p>
        </section>
    }
}

/// How many fires were found, and since when the points were not read.
fn note(atlas: Atlas, shown: Memo<FoundItems>) -> String {
    let words = words();
    let (found, all) = shown.with(|shown| (shown.found, shown.all));
    let counted = match found {
        _ if all == 0 => words.no_fires.to_owned(),
        0 => words.no_fire_matches.to_owned(),
        _ if found > MAX_SHOWN => words.more_fires.fill([&words.count(found - MAX_SHOWN)]),
        _ if found < all => words.fires_found.fill([&words.count(found), &words.count(all)]),
        _ => String::new(),
    };
    let now = preferences::now();
    let unchecked = atlas.fires.with(|fires| unchecked_since(fires.as_ref()?, now));
    let checked = unchecked.map(|since| {
        words.fires_checked.fill([&words.date(since.date_naive()), &words.age(since, now)])
    });
    [counted, checked.unwrap_or_default()].join(" ").trim().to_owned()
}

fn item(words: Words, fire: &ListedFire) -> Markup {
    let mut dates = words.fire_dates(fire);
    if fire.burnt_hectares.is_none() {
        dates = format!("{dates} · {}", words.by_detections);
    }
    let area = tag("span").with("class", "burnt").add(text("strong", &words.area(hectares(fire))));
    let area = if fire.burnt_hectares.is_some() { area.text(" ").text(words.burnt) } else { area };
    let button = tag("button")
        .with("type", "button")
        .with("class", "region")
        .with("data-testid", "fire-item")
        .with("data-region", &fire.id)
        .with("data-state", state_key(fire.state))
        .add(text("span", title_of(fire)).with("class", "title"))
        .text(" ")
        .add(area)
        .text(" ")
        .add(text("span", &dates).with("class", "dates"))
        .text(" ")
        .add(text("span", words.fire_state(fire.state)).with("class", "status"));
    tag("li").add(button)
}
