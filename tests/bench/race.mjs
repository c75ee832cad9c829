// What runs in the page of `near`: Dragonfly's worker and geotiff.js in turn, in a browser that nobody watches, for a
// debugger would take part of the processor. Every function is handed to the page as its text.
import { startWorker } from "../browser/worker_page.mjs";

/** Begins a picture, and paints cells of dNBR into it, `width` across. Both contenders use it. */
function paint() {
  // The colour of every two hundredth part of a dNBR: all classes end at one. Nothing is painted where there is none.
  const classes = [[-2, 0xff37877a], [-0.25, 0xff4dbeac], [-0.1, 0], [0.1, 0xff0bf7ff], [0.27, 0xff38afff], [0.44, 0xff1b64ff], [0.66, 0xffd61fa4]];
  const colours = new Uint32Array(1024);
  classes.forEach(([start, colour]) => colours.fill(colour, Math.round(start * 200) + 401));
  const [images, pictures] = [{}, {}];
  let picture;
  window.begin = (width, height) => {
    // Filled again and again, as a page has its pictures.
    picture = pictures[`${width} × ${height}`] ??= new OffscreenCanvas(width, height).getContext("2d");
  };
  window.paint = (dnbr, width, x, y) => {
    const image = (images[width] ??= new ImageData(width, dnbr.length / width));
    const pixels = new Uint32Array(image.data.buffer);
    for (let at = 0; at < dnbr.length; at += 1) pixels[at] = colours[(dnbr[at] * 200 + 401) & 1023];
    picture.putImageData(image, x, y);
  };
}

/** Computes what was found, and paints each tile as it comes; milliseconds. */
async function ours(search, scenes, { west, north, across, down }) {
  await window.send(search);
  const begun = performance.now();
  window.begin(across * 256, down * 256);
  let painted;
  window.onBlock = ({ x, y, buffers }) => {
    window.paint(new Float32Array(buffers[0]), 256, (x - west) * 256, (y - north) * 256);
    painted = performance.now();
  };
  // The page, too, gives back what it shows no more.
  const answer = await window.send({ kind: "compute", scenes }, window.spare ?? []);
  if (answer.kind !== "done") throw new Error(JSON.stringify(answer));
  window.tiles = Object.fromEntries(window.blocks.map(({ x, y, buffers }) => [`${x}/${y}`, new Float32Array(buffers[0])]));
  window.spare = window.blocks.flatMap((block) => block.buffers);
  // What is being kept must neither help the next run nor hinder the peer's.
  await window.send({ kind: "clear_cache" });
  return painted - begun;
}

/**
 * The same reads and arithmetic by geotiff.js with its pool; milliseconds. Painted are the scenes' own pixels, or,
 * where tiles are given by the places of their corners in the image, the map's, as a map page would need them.
 */
async function theirs({ files, window: [left, top, right, bottom], blockSize, tiles }) {
  const { fromUrl, Pool } = window.GeoTIFF;
  window.pool ??= new Pool();
  const begun = performance.now();
  const read = async (url) => {
    const tiff = await fromUrl(url, blockSize ? { blockSize } : {});
    const image = await tiff.getImage();
    return (await image.readRasters({ window: [left, top, right, bottom], pool: window.pool }))[0];
  };
  const [preNir, preSwir, preScl, postNir, postSwir, postScl] = await Promise.all(files.map(read));
  const clear = [0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0];
  const [width, height] = [right - left, bottom - top];
  const dnbr = new Float32Array(width * height);
  for (let at = 0; at < dnbr.length; at += 1) {
    const seen = clear[preScl[at]] && clear[postScl[at]] && preNir[at] && preSwir[at] && postNir[at] && postSwir[at];
    const nbr = (nir, swir) => (nir - swir) / (nir + swir);
    dnbr[at] = seen ? nbr(preNir[at], preSwir[at]) - nbr(postNir[at], postSwir[at]) : NaN;
  }
  if (!tiles) {
    window.begin(width, height);
    window.paint(dnbr, width, 0, 0);
    return performance.now() - begun;
  }
  const side = 256;
  window.begin(tiles.across * side, tiles.down * side);
  const cells = new Float32Array(side * side);
  for (const { x: column, y: row, corners: [nw, ne, sw, se] } of tiles.all) {
    const mix = (a, b, share) => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
    for (let line = 0; line < side; line += 1) {
      const [west, east] = [mix(nw, sw, (line + 0.5) / side), mix(ne, se, (line + 0.5) / side)];
      const [stepX, stepY] = [(east[0] - west[0]) / side, (east[1] - west[1]) / side];
      let [x, y] = [west[0] - left + stepX / 2, west[1] - top + stepY / 2];
      for (let at = line * side; at < (line + 1) * side; at += 1) {
        cells[at] = x >= 0 && x < width && y >= 0 && y < height ? dnbr[(y | 0) * width + (x | 0)] : NaN;
        x += stepX;
        y += stepY;
      }
    }
    window.paint(cells, side, (column - tiles.west) * side, (row - tiles.north) * side);
    window.compares?.(`${column}/${row}`, cells);
  }
  return performance.now() - begun;
}

/** Lets the contenders race in turn; milliseconds of each, and the share of cells that are alike. */
async function race({ search, peer, tiles, runs }) {
  const found = await window.send(search);
  const scenes = ["pre", "post"].flatMap((side) => found[side].scenes.filter((scene) => scene.chosen).map(({ id }) => id));
  const contenders = {
    dragonfly: () => ours(search, scenes, tiles),
    "geotiff.js, onto the map's tiles, blocks of 256 KB": () => theirs({ ...peer, tiles, blockSize: 256 << 10 }),
    "geotiff.js, its own pixels, blocks of 256 KB": () => theirs({ ...peer, blockSize: 256 << 10 }),
    "geotiff.js, its own pixels, blocks of 1 MB": () => theirs({ ...peer, blockSize: 1 << 20 }),
    "geotiff.js, its own pixels, blocks as it likes": () => theirs(peer),
  };
  const alike = { both: 0, same: 0 };
  window.compares = (name, cells) => {
    const own = window.tiles[name] ?? [];
    for (let at = 0; at < own.length; at += 1) {
      alike.both += own[at] === own[at] && cells[at] === cells[at];
      alike.same += Math.abs(own[at] - cells[at]) < 1e-6;
    }
  };
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let run = 0; run <= runs; run += 1) {
    for (const [name, contender] of Object.entries(contenders)) {
      const took = await contender();
      // The first run warms up.
      if (run > 0) times[name].push(took);
      await new Promise((done) => setTimeout(done, 200));
    }
    window.compares = undefined;
  }
  return { times, alike: alike.same / alike.both };
}

/** The page: it runs by itself, and posts what came out. */
export function racePage(course, results) {
  return `<!doctype html><title>race</title><script src="/peer/geotiff.js"></script><script type="module">
    ${[startWorker, paint, ours, theirs, race].join("\n")}
    const result = await (async () => {
      await startWorker();
      paint();
      return race(${JSON.stringify(course)});
    })().catch((error) => ({ error: String(error) }));
    await fetch(${JSON.stringify(results)}, { method: "POST", mode: "no-cors", body: JSON.stringify(result) });
  </script>`;
}
