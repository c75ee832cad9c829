//! The choice of a picture: the view as it is, or a shape for publication.

use leptos::prelude::document;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlDialogElement, MouseEvent};

use super::shape::Shape;
use crate::i18n::words;
use crate::tools::share_words::share_words;
use crate::ui::event_target::clicked;
use crate::ui::markup::{Markup, fill, tag, text};

/// What is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureChoice {
    /// The view as it is, with its legend below.
    View,
    /// A picture for publication.
    Publication(Shape),
}

impl PictureChoice {
    /// All choices, as they are offered.
    const ALL: [Self; 4] = [
        Self::View,
        Self::Publication(Shape::Wide),
        Self::Publication(Shape::Square),
        Self::Publication(Shape::A4),
    ];

    fn test_id(self) -> String {
        match self {
            Self::View => "picture-view".to_owned(),
            Self::Publication(shape) => format!("picture-{}", shape.key()),
        }
    }
}

/// Offers the choices in a dialog, which closes with one of them or without.
///
/// # Errors
///
/// Where the browser has no dialogs.
pub fn choose(on_choice: impl Fn(PictureChoice) + 'static) -> Result<(), JsValue> {
    let dialog: HtmlDialogElement = document().create_element("dialog")?.dyn_into()?;
    dialog.set_attribute("data-testid", "picture-menu")?;
    dialog.set_attribute("aria-labelledby", "picture-menu-title")?;
    fill(&dialog, &[content()]);
    let shown = dialog.clone();
    let on_click = Closure::<dyn FnMut(MouseEvent)>::new(move |event: MouseEvent| {
        let button = clicked(&event, "button");
        let id = button.as_ref().and_then(|button| button.get_attribute("data-testid"));
        let choice = PictureChoice::ALL.into_iter().find(|it| Some(it.test_id()) == id);
        // A click beside the dialog falls on the dialog's own element, whose content fills it.
        if button.is_some() || event.target() == event.current_target() {
            shown.close();
        }
        if let Some(choice) = choice {
            on_choice(choice);
        }
    });
    let on_click = on_click.into_js_value();
    dialog.add_event_listener_with_callback("click", on_click.unchecked_ref())?;
    let closed = dialog.clone();
    let on_close = Closure::once_into_js(move || closed.remove());
    dialog.add_event_listener_with_callback("close", on_close.unchecked_ref())?;
    document().body().ok_or("no page")?.append_child(&dialog)?;
    dialog.show_modal()
}

fn content() -> Markup {
    let words = words();
    let share = share_words();
    let titles = [share.view, share.wide, share.square, share.a4];
    let button = |(choice, title): (PictureChoice, &str)| {
        let button = text("button", title).with("type", "button").with("class", "retry");
        tag("p").add(button.with("data-testid", &choice.test_id()))
    };
    let choices = PictureChoice::ALL.into_iter().zip(titles).map(button).collect();
    let close = text("button", "×").with("type", "button").with("class", "close");
    tag("div")
        .with("class", "explanations pictures")
        .add(text("h2", words.save_image).with("id", "picture-menu-title"))
        .all(choices)
        .add(close.with("aria-label", words.close))
}
