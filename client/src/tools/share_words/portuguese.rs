//! Pictures and further layers in Portuguese.

use super::ShareWords;

pub static WORDS: ShareWords = ShareWords {
    view: "Esta vista",
    wide: "Larga, 16:9",
    square: "Quadrada",
    a4: "Página A4 para imprimir",
    north: "N",
    overlays: "Mais camadas",
    overlay_failed: "Não foi possível carregar a camada «{}».",
};
