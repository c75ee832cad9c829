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

pub const LOADING_TOOLS: &str = "Loading this tool…";
pub const LOCATE: &str = "Show where I am";
pub const LOCATING: &str = "Finding where you are…";
pub const NOT_LOCATED_IN_THE_OPEN: &str =
    "Browsers tell where you are only to pages that came over https. Ask whoever runs this site.";
pub const HIGHRES: &str = "High resolution";
pub const MEASURE: &str = "Measure an area";
pub const MEASURE_HOW: &str = "Click corners; a double click ends. By keyboard: arrows move the map, Space sets a \
    corner at the crosshair, Backspace takes one back, Enter ends, Escape leaves.";
pub const MEASURE_DONE: &str = "True area on the ground. The next click begins another; Escape leaves.";
pub const MEASURE_CROSSED: &str = "The outline crosses itself, so it has no area.";
pub const SAVE: &str = "Save a picture of this view";
pub const SAVED: &str = "The picture was saved.";
pub const SAVED_PLAIN: &str =
    "The picture was saved without its background: browsers allow no copy of another site's pictures.";
pub const NOT_SAVED: &str = "The browser could not make a picture of this view. A smaller window may help.";

/// What a picture shows.
pub fn picture_of(title: &str, dates: &str) -> String {
    format!("{title}. Images before and after: {dates}.")
}

/// Who made a picture, and when.
pub fn picture_made(name: &str, date: &str) -> String {
    format!("Made with {name} on {date}.")
}

/// Found, to within a length.
pub fn located(within: &str) -> String {
    format!("You are here, to within {within}. The link of this page does not mark it.")
}

/// Why the reader was not found, by the number that browsers give.
pub fn not_located(code: u16) -> &'static str {
    match code {
        1 => "Your browser was asked not to tell where you are. Allow it for this page, and try again.",
        3 => "It took too long to find where you are. Try again, perhaps under open sky.",
        _ => "Your device could not tell where you are. See whether its location service is on.",
    }
}

/// An area in both units.
pub fn area(hectares: &str, acres: &str) -> String {
    format!("{hectares} · {}", acres.replace(" ha", " acres"))
}

/// The way around an area.
pub fn around(length: &str) -> String {
    format!("{length} around")
}

/// A length on the ground.
pub fn length(length_m: f64) -> String {
    match length_m {
        ..1_000.0 => format!("{length_m:.0} m"),
        ..100_000.0 => format!("{:.2} km", length_m / 1_000.0),
        _ => format!("{:.0} km", length_m / 1_000.0),
    }
}

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
