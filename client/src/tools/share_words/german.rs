//! Pictures and further layers in German.

use super::ShareWords;

pub static WORDS: ShareWords = ShareWords {
    view: "Diese Ansicht",
    wide: "Breit, 16:9",
    square: "Quadratisch",
    a4: "A4-Seite zum Drucken",
    north: "N",
    overlays: "Weitere Ebenen",
    overlay_failed: "Die Ebene „{}“ konnte nicht geladen werden.",
};
