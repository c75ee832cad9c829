//! Pictures and further layers in French.

use super::ShareWords;

pub static WORDS: ShareWords = ShareWords {
    view: "Cette vue",
    wide: "Large, 16:9",
    square: "Carrée",
    a4: "Page A4 à imprimer",
    north: "N",
    overlays: "Autres couches",
    overlay_failed: "La couche « {} » n’a pas pu être chargée.",
};
