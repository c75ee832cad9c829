//! Pictures and further layers in Greek.

use super::ShareWords;

pub static WORDS: ShareWords = ShareWords {
    view: "Αυτή η προβολή",
    wide: "Πλατιά, 16:9",
    square: "Τετράγωνη",
    a4: "Σελίδα A4 για εκτύπωση",
    north: "Β",
    overlays: "Άλλα επίπεδα",
    overlay_failed: "Το επίπεδο «{}» δεν φορτώθηκε.",
};
