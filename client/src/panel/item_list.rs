//! A list that can be searched: of regions, or of fires.

use leptos::ev::{Event, KeyboardEvent, MouseEvent};
use leptos::html::{Div, Ul};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::ui::effect::effect;
use crate::ui::event_target::clicked;
use crate::ui::markup::{Markup, fill};

/// More items than this are not shown at once: nobody reads them, and each costs time.
pub const MAX_SHOWN: usize = 60;

/// The items that a search finds.
#[derive(Clone, PartialEq)]
pub struct ListMatches {
    /// The items to show, at most [`MAX_SHOWN`].
    pub items: Vec<Markup>,
    /// How many the search finds.
    pub found: usize,
    /// How many there are.
    pub all: usize,
}

/// What a list is called by style sheets and tests, and by people.
#[derive(Clone, Copy)]
pub struct ListNames {
    /// Class of the section.
    pub class: &'static str,
    /// Its test id, that of its search, and that of its note.
    pub test_ids: [&'static str; 3],
    /// Id of the list, and of its title.
    pub ids: [&'static str; 2],
    /// Title, and what its search finds.
    pub words: [&'static str; 2],
}

/// A list of buttons of the class `region`, each with its name in `data-region`.
pub struct ItemList {
    /// What it is called.
    pub names: ListNames,
    /// The items.
    pub shown: Memo<ListMatches>,
    /// Name of the item that is marked.
    pub chosen: RwSignal<Option<String>>,
    /// What is searched.
    pub search: RwSignal<String>,
    /// Choices below the search.
    pub choices: Vec<Markup>,
    /// Receives what was chosen there.
    pub on_input: Box<dyn Fn(&Event)>,
    /// Receives the button that was clicked.
    pub on_click: Box<dyn Fn(&Element)>,
    /// A sentence below the list.
    pub note: Box<dyn Fn() -> String + Send>,
    /// Whether there is nothing to show, not even the note.
    pub hidden: Box<dyn Fn() -> bool + Send>,
}

/// The list. All lists are of one type, so that the page holds their code once.
pub fn item_list(list: ItemList) -> AnyView {
    let ItemList { names, shown, chosen, search, choices, on_input, on_click, note, hidden } = list;
    let ListNames { class, test_ids: [test_id, search_id, note_id], ids, words } = names;
    let (element, below) = (NodeRef::<Ul>::new(), NodeRef::<Div>::new());
    update_list(element, shown, chosen);
    effect(move || {
        if let Some(below) = below.get() {
            fill(&below, &choices);
        }
    });
    let on_click = move |event: MouseEvent| {
        if let Some(button) = clicked(&event, "button") {
            on_click(&button);
        }
    };
    let is_short = move || shown.with(|shown| shown.all < 2);
    view! {
        <section class=class data-testid=test_id aria-labelledby=ids[1] hidden=hidden on:keydown=on_key>
            <h2 id=ids[1]>{words[0]}</h2>
            <input
                type="search"
                class="find"
                data-testid=search_id
                autocomplete="off"
                placeholder=words[1]
                aria-label=words[1]
                aria-controls=ids[0]
                hidden=is_short
                on:input=move |event| search.set(event_target_value(&event))
            />
            <div class="choices" node_ref=below hidden=is_short on:input=move |event| on_input(&event)></div>
            <ul id=ids[0] node_ref=element on:click=on_click></ul>
            <p class="quiet" role="status" data-testid=note_id>{note}</p>
        </section>
    }
    .into_any()
}

/// Keeps the items and the mark of the chosen one up to date.
fn update_list(list: NodeRef<Ul>, shown: Memo<ListMatches>, chosen: RwSignal<Option<String>>) {
    effect(move || {
        if let Some(list) = list.get() {
            show(&list, &shown.read().items);
        }
    });
    effect(move || {
        shown.track();
        let chosen = chosen.get();
        for item in list.get().iter().flat_map(|list| elements(list, ".region")) {
            let is_chosen = chosen.is_some() && item.get_attribute("data-region") == chosen;
            // An attribute with a plain name can always be set.
            let _ = if is_chosen {
                item.set_attribute("aria-current", "true")
            } else {
                item.remove_attribute("aria-current")
            };
        }
    });
}

/// Shows the items; the one that had the focus gets it back.
fn show(list: &HtmlElement, items: &[Markup]) {
    let focused = |list: &HtmlElement| {
        let focused = document().active_element().filter(|focused| list.contains(Some(focused)))?;
        Some((
            focused.get_attribute("data-testid")?,
            focused.parent_element()?.first_element_child()?.get_attribute("data-region")?,
        ))
    };
    let before = focused(list);
    fill(list, items);
    if let Some((testid, name)) = before {
        for item in elements(list, ".region")
            .filter(|item| item.get_attribute("data-region").as_deref() == Some(&name))
        {
            let stop = if testid == "region-info" {
                item.next_element_sibling()
            } else {
                Some(item.into())
            };
            if let Some(stop) = stop.and_then(|stop| stop.dyn_into::<HtmlElement>().ok()) {
                let _ = stop.focus();
            }
        }
    }
}

fn elements(within: &Element, selector: &str) -> impl Iterator<Item = HtmlElement> + use<> {
    let found = within.query_selector_all(selector).ok();
    found.into_iter().flat_map(|found| {
        (0..found.length()).filter_map(move |index| found.get(index)?.dyn_into().ok())
    })
}

/// Arrow keys go from region to region, Home and End to the ends; up from the first leads back to
/// the search.
fn on_key(event: KeyboardEvent) {
    let Some(section) =
        event.current_target().and_then(|section| section.dyn_into::<Element>().ok())
    else {
        return;
    };
    let stops: Vec<HtmlElement> = elements(&section, "input[type=search], .region").collect();
    let focused = document().active_element();
    let at = stops.iter().position(|stop| focused.as_deref() == Some(stop.as_ref()));
    let is_in_search = at == Some(0);
    let next = match (event.key().as_str(), at) {
        ("ArrowDown", Some(at)) => at + 1,
        ("ArrowUp", Some(at)) => at.saturating_sub(1),
        ("Home", Some(_)) if !is_in_search => 1,
        ("End", Some(_)) if !is_in_search => stops.len().saturating_sub(1),
        _ => return,
    };
    if let Some(stop) = stops.get(next) {
        event.prevent_default();
        // An element that cannot take the focus leaves it where it is.
        let _ = stop.focus();
    }
}
