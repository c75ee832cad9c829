//! Components that several parts of the page use, and small ones of its frame.

pub mod basemap_select;
pub mod brand;
pub mod clipboard;
pub mod dnbr_filter;
pub mod effect;
pub mod event_target;
pub mod help;
pub mod language_select;
pub mod markup;
pub mod notice;
pub mod opacity_slider;
pub mod palette_select;
pub mod share_button;
pub mod site;
pub mod toast;
pub mod tool_button;
