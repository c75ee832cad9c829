//! The tools that load when they are first used, as the page has them.

pub mod bridge;
pub(crate) mod tool_menu;
pub(crate) mod toolbox;
pub(crate) mod toolbox_buttons;
