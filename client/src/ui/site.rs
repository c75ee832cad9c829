//! The site's own name, logo, colour, links and help, and the link from a frame to the whole page. Set
//! on elements that are there, since views that follow signals would make the page larger.

use dragonfly_core::page_config::PageConfig;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::i18n::words;
use crate::state::address::Address;
use crate::ui::effect::effect;
use crate::ui::markup::{Markup, tag, text};

/// Marks what is of the site: nothing is added twice.
const OF_SITE: &str = "of-site";

/// Shows what a site set of itself in a panel that was just built.
pub fn show(page: &PageConfig) {
    if find(".of-site").is_some() {
        return;
    }
    set_text(".brand h1", page.title.as_deref());
    set_text(".brand p", page.tagline.as_deref());
    if let Some(logo) = &page.logo {
        add(".brand", "afterbegin", tag("img").with("alt", "").with("src", logo));
    }
    if let Some(help) = &page.help_text {
        add(".explanations .caveat", "afterend", text("p", help));
    }
    let link = |title: &str, test_id: &str, url: &str| {
        text("a", title).with("data-testid", test_id).with("href", url)
    };
    if let Some(url) = &page.damage_map_url {
        // On a phone the panel of a region or fire lies over the caveat.
        for (part, place) in
            [("[data-testid=caveat]", "beforeend"), (".region-panel h2", "afterend")]
        {
            add(part, place, link(words().damage_map, "damage-map", url));
        }
    }
    if let Some(url) = &page.privacy_url {
        add(".help", "afterend", link(words().privacy, "privacy", url));
    }
    if let Some(url) = &page.imprint_url {
        add(".help", "afterend", link(words().imprint, "imprint", url));
    }
    let root = document().document_element().and_then(|root| root.dyn_into().ok());
    if let (Some(root), Some(accent)) = (root, &page.accent) {
        // A colour that was checked can be set.
        let _ = HtmlElement::style(&root).set_property("--accent", accent);
    }
}

/// Keeps the link of `index.html` to the whole page, which only a frame shows, at what is shown.
pub fn keep_full_map_link(address: Signal<Address>) {
    effect(move || {
        if let Some(link) = find(".full-map a") {
            link.set_text_content(Some(words().open_full_map));
            // An attribute with a plain name can always be set.
            let _ = link.set_attribute("href", &format!("/#{}", address.get().to_fragment()));
        }
    });
}

fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

fn set_text(selector: &str, text: Option<&str>) {
    if let (Some(element), Some(text)) = (find(selector), text) {
        element.set_text_content(Some(text));
    }
}

fn add(selector: &str, place: &str, part: Markup) {
    let part = part.with("class", OF_SITE);
    if let (Some(element), Some(part)) = (find(selector), part.element()) {
        // An element that was just made can be put beside another.
        let _ = element.insert_adjacent_element(place, &part);
    }
}
