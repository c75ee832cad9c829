// The backgrounds below the maps. The page loads this module when one is first shown.

/**
 * The layers of a background, which are not on the map yet: tiles of pictures at `url`, and of names at `labels` for the
 * pane `labelsPane`, or those of an extract. Calls `onShown` once there is something to see, `onFailure` when a tile
 * cannot be had. An error where an extract cannot be had.
 */
export async function layers({ url, labels, file, labelsPane, maxZoom, maxNativeZoom }, onShown, onFailure) {
  if (file) {
    const { extract } = await dragonfly.load("extract");
    const drawn = await extract(`/${file}`, labelsPane, maxZoom);
    onShown();
    return drawn;
  }
  const layer = (template, pane) =>
    // Pictures that readers save hold only tiles that may be copied.
    followed(L.tileLayer(template, { pane, maxZoom, maxNativeZoom, crossOrigin: true }), onShown, onFailure);
  return [layer(url, "tilePane"), ...(labels ? [layer(labels, labelsPane)] : [])];
}

/**
 * Calls `onShown` and `onFailure` for a layer of tiles. Where the first tile fails, its server may allow no copies: it is
 * requested once more without them, and so are all others if that succeeds.
 */
function followed(layer, onShown, onFailure) {
  let [isShown, isTrying, isDecided] = [false, false, false];
  layer.on("tileload", () => {
    if (!isShown) onShown();
    isShown = true;
  });
  layer.on("tileerror", ({ tile }) => {
    if (isTrying) return;
    if (isShown || isDecided) return onFailure();
    isTrying = true;
    const decide = (act) => () => {
      [isTrying, isDecided] = [false, true];
      act();
    };
    const withoutCopies = () => {
      layer.options.crossOrigin = false;
      layer.redraw();
    };
    Object.assign(new Image(), { onload: decide(withoutCopies), onerror: decide(onFailure), src: tile.src });
  });
  return layer;
}
