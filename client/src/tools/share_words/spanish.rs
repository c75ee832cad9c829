//! Pictures and further layers in Spanish.

use super::ShareWords;

pub static WORDS: ShareWords = ShareWords {
    view: "Esta vista",
    wide: "Ancha, 16:9",
    square: "Cuadrada",
    a4: "Página A4 para imprimir",
    north: "N",
    overlays: "Más capas",
    overlay_failed: "No se pudo cargar la capa «{}».",
};
