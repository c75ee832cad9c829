//! The list of fires.

use dragonfly_core::ListedFire;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement};

use crate::data::published::state_key;
use crate::i18n::{Words, words};
use crate::panel::item_list::{ItemList, ListMatches, ListNames, MAX_SHOWN, item_list};
use crate::state::atlas::Atlas;
use crate::state::fires::{FireOrder, found, hectares, is_listed, title_of, unchecked_since};
use crate::state::map_state::MapState;
use crate::state::preferences;
use crate::ui::markup::{Markup, tag, text};

/// The fires, first in the panel; nothing where none are published. `on_choose` receives the id of
/// the fire chosen.
pub fn fire_list(atlas: Atlas, map_state: MapState, on_choose: Box<dyn Fn(&str)>) -> AnyView {
    let search = RwSignal::new(String::new());
    let (order, in_view) = (RwSignal::new(0usize), RwSignal::new(false));
    let shown = Memo::new(move |_| {
        let order = FireOrder::ALL.get(order.get()).copied().unwrap_or_default();
        let view = in_view.get().then(|| map_state.view.get());
        let around = if order == FireOrder::Near { map_state.centre.get() } else { None };
        let around = around.map_or((0.0, 0.0), |centre| (centre.lon, centre.lat));
        let fires = atlas.fires.get().unwrap_or_default();
        let found = found(&fires.list.fires, &search.read(), view, (order, around));
        ListMatches {
            items: found.iter().take(MAX_SHOWN).map(|fire| item(words(), fire)).collect(),
            found: found.len(),
            all: fires.list.fires.iter().filter(|fire| is_listed(fire)).count(),
        }
    });
    // The value of a choice is that of its element, of whichever kind that is.
    let on_input = move |event: &Event| {
        let Some(target) = event.target() else {
            return;
        };
        match target.dyn_ref::<HtmlInputElement>() {
            Some(check) => in_view.set(check.checked()),
            None => {
                let word = event_target_value(event);
                let chosen = FireOrder::ALL.into_iter().position(|order| order.key() == word);
                order.set(chosen.unwrap_or_default());
            }
        }
    };
    let on_click = move |button: &Element| {
        if let Some(id) = button.get_attribute("data-region") {
            on_choose(&id);
        }
    };
    item_list(ItemList {
        names: ListNames {
            class: "regions fires",
            test_ids: ["fire-list", "fire-search", "fire-note"],
            ids: ["fires", "fires-title"],
            words: [words().fires, words().find_fire],
        },
        shown,
        chosen: map_state.fire,
        search,
        choices: choices(words()),
        on_input: Box::new(on_input),
        on_click: Box::new(on_click),
        note: Box::new(move || note(atlas, shown)),
        hidden: Box::new(move || {
            atlas.fires.with(|fires| fires.as_ref().is_none_or(|it| it.list.checked_at.is_none()))
        }),
    })
}

/// The order of the list, and whether it holds only what is in view.
fn choices(words: Words) -> Vec<Markup> {
    let option =
        |(order, title): (FireOrder, &str)| text("option", title).with("value", order.key());
    let orders = FireOrder::ALL.into_iter().zip(words.fire_orders).map(option).collect();
    let in_view = tag("input").with("type", "checkbox").with("data-testid", "fire-in-view");
    vec![
        tag("select")
            .with("data-testid", "fire-sort")
            .with("aria-label", words.fire_order)
            .all(orders),
        tag("label").add(in_view).text(words.fires_in_view),
    ]
}

/// How many fires were found, and since when the points were not read.
fn note(atlas: Atlas, shown: Memo<ListMatches>) -> String {
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
    let unchecked = atlas.fires.with(|fires| unchecked_since(&fires.as_ref()?.list, now));
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
