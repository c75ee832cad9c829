//! What the map half of the page says.

use crate::coverage::Coverage;

pub const SHARE: &str = "Copy a link to this view";
pub const SHARED: &str = "The link was copied.";
pub const NOT_SHARED: &str = "The link could not be copied: please copy the address of the page.";
pub const COMPARE: &str = "Compare with the background";
pub const DIVIDER: &str = "Divider: burn severity to its left, background to its right";
pub const RANGE: &str = "dNBR";
pub const RANGE_LEAST: &str = "Least dNBR shown";
pub const RANGE_END: &str = "Greatest dNBR shown";
pub const LEGEND_USE: &str = "Nightly and high-res maps share these classes. Press one to hide or show it.";
pub const TOOLS: &str = "Tools";

/// What is to be said of a region beside its title on the map; nothing when all is well.
pub fn coverage_note(coverage: Coverage) -> Option<&'static str> {
    match coverage {
        Coverage::Fresh => None,
        Coverage::Due => Some("update due"),
        Coverage::Stale => Some("old map"),
        Coverage::Pending => Some("not mapped yet"),
        Coverage::Failed => Some("update failed"),
        Coverage::Broken => Some("not readable"),
    }
}

/// A limit of the range of dNBR, hundredths.
pub fn limit(hundredths: Option<i16>, open: &str) -> String {
    hundredths.map_or(open.to_owned(), |it| format!("{:.2}", f64::from(it) / 100.0).replace('-', "−"))
}

/// Whose hectares the legend tells.
pub fn hectares_of(title: &str) -> String {
    format!("Hectares of {title}")
}

/// A burnt patch, for those who point at its dot or listen.
pub fn patch(hectares: &str, worst: &str) -> String {
    format!("Burnt patch of {hectares}, worst class: {worst}. Go there.")
}
