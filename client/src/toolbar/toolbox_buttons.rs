//! The buttons of the tools that load when they are first used.

use leptos::prelude::*;

use crate::i18n::words;
use crate::tools::{HIGHRES_OPEN, MEASURE, SAVE_IMAGE};
use crate::ui::tool_button::{ToolState, tool_button};

/// Begins or ends measuring.
#[component]
pub fn MeasureButton(
    claimed: RwSignal<Option<String>>,
    run: impl Fn(&'static str) + 'static,
) -> impl IntoView {
    let pressed = Signal::derive(move || claimed.with(|tool| tool.as_deref() == Some(MEASURE)));
    tool_button(
        ("measure", words().measure, "M5 8l8-3 6 6-3 8-9-2z"),
        ToolState::Pressed(pressed),
        Box::new(move || run(MEASURE)),
    )
}

/// Saves a picture of what is seen.
#[component]
pub fn SaveButton(run: impl Fn(&'static str) + 'static) -> impl IntoView {
    let picture = "M12 4v11M8 11l4 4 4-4M5 19h14";
    tool_button(
        ("save-image", words().save_image, picture),
        ToolState::Once,
        Box::new(move || run(SAVE_IMAGE)),
    )
}

/// Shows high resolution in the panel.
#[component]
pub fn HighresButton(run: impl Fn(&'static str) + 'static) -> impl IntoView {
    let grid = "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM16.5 13v7M13 16.5h7";
    tool_button(
        ("highres-open", words().highres, grid),
        ToolState::Once,
        Box::new(move || run(HIGHRES_OPEN)),
    )
}
