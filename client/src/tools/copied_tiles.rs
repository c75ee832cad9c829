//! Copies of the tiles of another site that the map shows, which may be drawn and read.

use js_sys::{Array, Promise};
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Element, HtmlImageElement};

use super::highres::timer::sleep_ms;

/// Copies of tiles are awaited this long, together.
const COPY_TIMEOUT_MS: i32 = 8_000;

/// A tile, and a copy of it that may be drawn.
pub struct CopiedTile {
    /// The tile on the page.
    pub tile: HtmlImageElement,
    /// What may be drawn; `None` where its server does not allow copies.
    pub copy: Option<HtmlImageElement>,
}

impl CopiedTile {
    /// A tile that may be drawn as it is.
    fn itself(tile: HtmlImageElement) -> Self {
        Self { copy: Some(tile.clone()), tile }
    }
}

/// The pictures of a pane of tiles. Those of another site whose server did not allow copies are
/// requested once more, as it may do so by now: what is seen without permission may not be drawn.
///
/// # Errors
///
/// Whatever the browser refuses.
pub async fn copied_tiles(pane: &str) -> Result<Vec<CopiedTile>, JsValue> {
    let origin = format!("{}/", window().location().origin()?);
    let mut requested = Vec::new();
    each(&format!("{pane} img.leaflet-tile-loaded"), |tile| {
        let tile: HtmlImageElement = tile.dyn_into()?;
        if tile.src().starts_with(&origin) || tile.cross_origin().is_some() {
            requested.push((tile, None));
            return Ok(());
        }
        let copy = HtmlImageElement::new()?;
        copy.set_cross_origin(Some("anonymous"));
        copy.set_src(&tile.src());
        let decoded = copy.decode();
        requested.push((tile, Some((copy, decoded))));
        Ok(())
    })?;
    if requested.iter().all(|(_, copy)| copy.is_none()) {
        return Ok(requested.into_iter().map(|(tile, _)| CopiedTile::itself(tile)).collect());
    }
    let deadline = future_to_promise(async {
        sleep_ms(COPY_TIMEOUT_MS).await;
        Err(JsValue::NULL)
    });
    // All are awaited at once: one that fails meanwhile must not count as an error of the page.
    let requested = requested.into_iter().map(|(tile, copy)| {
        let copy = copy.map(|(copy, decoded)| {
            let decoded = Promise::race(&Array::of2(&decoded, &deadline));
            (copy, JsFuture::from(decoded))
        });
        (tile, copy)
    });
    let mut tiles = Vec::new();
    for (tile, copy) in requested.collect::<Vec<_>>() {
        tiles.push(match copy {
            None => CopiedTile::itself(tile),
            Some((copy, decoded)) => CopiedTile { tile, copy: decoded.await.ok().map(|_| copy) },
        });
    }
    Ok(tiles)
}

/// Calls a function for each element that a selector finds, until it fails.
///
/// # Errors
///
/// That of the function.
pub fn each(
    selector: &str,
    mut act: impl FnMut(Element) -> Result<(), JsValue>,
) -> Result<(), JsValue> {
    let found = document().query_selector_all(selector)?;
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).try_for_each(&mut act)
}
