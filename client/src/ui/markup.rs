//! Static parts of the page as plain data: small in the download, and every text is inserted as
//! text.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::i18n::words;

/// The colour of an element, set as if it were an attribute.
pub const COLOUR: &str = "background-color";

/// The namespace of pictures.
const SVG: &str = "http://www.w3.org/2000/svg";

/// An element with its attributes and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markup {
    tag: &'static str,
    attributes: Vec<(&'static str, String)>,
    inside: Vec<Inside>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Inside {
    Text(String),
    Part(Markup),
}

/// An element that holds nothing yet.
pub fn tag(tag: &'static str) -> Markup {
    Markup { tag, attributes: Vec::new(), inside: Vec::new() }
}

/// An element that holds a text.
pub fn text(name: &'static str, text: &str) -> Markup {
    tag(name).text(text)
}

/// A button that copies a text when its panel receives the click; `what` names the text for screen
/// readers.
pub fn copy_button(text: &str, what: &str) -> Markup {
    tag("button")
        .with("type", "button")
        .with("class", "copy")
        .with("data-testid", "copy")
        .with("data-copy", text)
        .with("aria-label", &words().copy_what.fill([what]))
        .text(words().copy)
}

impl Markup {
    /// With an attribute.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, value.to_owned()));
        self
    }

    /// With a text after what it holds.
    pub fn text(mut self, text: &str) -> Self {
        self.inside.push(Inside::Text(text.to_owned()));
        self
    }

    /// With an element after what it holds.
    pub fn add(mut self, part: Self) -> Self {
        self.inside.push(Inside::Part(part));
        self
    }

    /// With elements after what it holds.
    pub fn all(self, parts: Vec<Self>) -> Self {
        parts.into_iter().fold(self, Self::add)
    }

    /// The element itself; `None` where the browser refuses to make it.
    pub fn element(&self) -> Option<Element> {
        let element = match self.tag {
            "svg" | "path" => document().create_element_ns(Some(SVG), self.tag).ok()?,
            tag => document().create_element(tag).ok()?,
        };
        for (name, value) in &self.attributes {
            match (*name, element.dyn_ref::<HtmlElement>()) {
                // A strict Content-Security-Policy refuses the attribute, not the property.
                (COLOUR, Some(element)) => {
                    HtmlElement::style(element).set_property(COLOUR, value).ok()?
                }
                _ => element.set_attribute(name, value).ok()?,
            }
        }
        for inside in &self.inside {
            let node = match inside {
                Inside::Text(text) => document().create_text_node(text).into(),
                Inside::Part(part) => web_sys::Node::from(part.element()?),
            };
            element.append_child(&node).ok()?;
        }
        Some(element)
    }

    /// As it would be written down; for tests.
    #[cfg(test)]
    pub fn written(&self) -> String {
        let escaped =
            |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let attributes =
            self.attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escaped(value)));
        let inside = self.inside.iter().map(|inside| match inside {
            Inside::Text(text) => escaped(text),
            Inside::Part(part) => part.written(),
        });
        format!(
            "<{0}{1}>{2}</{0}>",
            self.tag,
            attributes.collect::<String>(),
            inside.collect::<String>()
        )
    }
}

/// Puts parts in the place of all that an element holds.
pub fn fill(element: &Element, parts: &[Markup]) {
    element.set_text_content(None);
    for part in parts.iter().filter_map(Markup::element) {
        // An element that was just made can be put into another.
        let _ = element.append_child(&part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_holds_texts_and_parts_in_order() {
        let part =
            tag("p").with("class", "a\"b").text("one ").add(text("b", "<i>two</i>")).text(" three");
        assert_eq!(part.written(), "<p class=\"a&quot;b\">one <b>&lt;i>two&lt;/i></b> three</p>");
    }
}
