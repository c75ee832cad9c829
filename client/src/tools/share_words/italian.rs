//! Pictures and further layers in Italian.

use super::ShareWords;

pub static WORDS: ShareWords = ShareWords {
    view: "Questa vista",
    wide: "Larga, 16:9",
    square: "Quadrata",
    a4: "Pagina A4 da stampare",
    north: "N",
    overlays: "Altri livelli",
    overlay_failed: "Impossibile caricare il livello «{}».",
};
