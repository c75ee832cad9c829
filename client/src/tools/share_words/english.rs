//! Pictures and further layers in English.

use super::ShareWords;

pub static WORDS: ShareWords = ShareWords {
    view: "This view",
    wide: "Wide, 16:9",
    square: "Square",
    a4: "A4 page for print",
    north: "N",
    overlays: "More layers",
    overlay_failed: "The layer “{}” could not be loaded.",
};
