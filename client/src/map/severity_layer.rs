//! A region's tiles: fetched only where they are stored, and painted from their values.

use std::cell::Cell;
use std::rc::Rc;

use dragonfly_core::mercator::{TILE_SIZE_PX, cell_from_lonlat};
use dragonfly_core::metadata::{MapMeta, MarkTiles};
use dragonfly_core::{Empty, Palette, Tile, TileFate, index_from_dnbr};
use js_sys::{Function, Object};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::data::tile_address::{mark_url, tile_url};
use crate::data::tile_source::{TileFetchError, TileSource};
use crate::data::tile_store::Indices;
use crate::map::leaflet::{self, GridLayer, Map, Point, corners, options};
use crate::map::provisional_hatch::hatched;
use crate::map::tile_canvas::{tile_canvas, tile_of};
use crate::map::unseen_pattern::pattern;
use crate::state::filter::Filter;
use crate::state::map_colour::CHANGE_COLOUR;
use crate::state::unseen::unseen;

/// How the cells of a tile are painted.
#[derive(Clone, Copy)]
struct TilePaint {
    /// Red, green, blue, opacity of every palette index.
    colours: [[u8; 4]; 256],
    /// Whether cells with this palette index have the pattern of what was not seen.
    has_pattern: [bool; 256],
    /// Whether ground is painted that changed without a fire.
    shows_change: bool,
    /// Whether provisional ground is left clear.
    hides_provisional: bool,
}

/// The palette indices of a tile, and of the tiles of ground that is marked apart.
struct TileIndices {
    severity: Indices,
    /// Of change without a fire, where it is shown.
    change: Option<Indices>,
    provisional: Option<Indices>,
}

/// The tiles of one run of a region, on the map until it is dropped.
pub struct SeverityLayer {
    layer: GridLayer,
    painter: Rc<TilePainter>,
}

struct TilePainter {
    map: MapMeta,
    /// West, south, east, north of the region, degrees.
    bbox: [f64; 4],
    source: TileSource,
    paint: Cell<TilePaint>,
    on_failure: Box<dyn Fn(&TileFetchError)>,
}

impl SeverityLayer {
    /// Lays a map's tiles, within the box of its region.
    pub fn on(
        map: &Map,
        pane: &str,
        (meta, bbox): (&MapMeta, [f64; 4]),
        source: TileSource,
        on_failure: impl Fn(&TileFetchError) + 'static,
    ) -> Self {
        let layer = leaflet::grid_layer(&options([
            ("pane", pane.into()),
            ("bounds", corners(bbox)),
            ("minNativeZoom", meta.zoom_min.into()),
            ("maxNativeZoom", meta.zoom_max.into()),
        ]));
        let painter = Rc::new(TilePainter {
            map: meta.clone(),
            bbox,
            source,
            paint: Cell::new(TilePaint {
                colours: [[0; 4]; 256],
                has_pattern: [false; 256],
                shows_change: false,
                hides_provisional: false,
            }),
            on_failure: Box::new(on_failure),
        });
        let create_tile =
            Closure::<dyn FnMut(Point, Function) -> Result<HtmlCanvasElement, JsValue>>::new({
                let painter = painter.clone();
                move |point: Point, done: Function| {
                    painter.clone().create_tile(tile_of(&point), done)
                }
            });
        layer.set_create_tile(&awaited(create_tile.into_js_value()));
        let this = Self { layer, painter };
        this.layer.add_to(map);
        this
    }

    /// The run whose tiles these are.
    pub fn run_id(&self) -> &str {
        &self.painter.map.run_id
    }

    /// Paints all tiles in other colours.
    pub fn paint(&self, palette: Palette, filter: Filter) {
        self.painter.paint.set(TilePaint::of(palette, filter));
        self.each_canvas("canvas[data-state=drawn]", |canvas, tile| {
            self.painter.clone().fill(canvas, tile, None)
        });
        self.each_canvas("canvas[data-state=empty]", |canvas, tile| {
            // A canvas that the browser has thrown away needs no paint.
            let _ = self.painter.paint_even(&canvas, tile);
        });
    }

    /// Fetches again what failed.
    pub fn retry(&self) {
        self.each_canvas("canvas[data-state=failed]", |canvas, tile| {
            self.painter.clone().fill(canvas, tile, None)
        });
    }

    fn each_canvas(&self, selector: &str, act: impl Fn(HtmlCanvasElement, Tile)) {
        let found = self
            .layer
            .container()
            .and_then(|container| container.query_selector_all(selector).ok());
        let Some(found) = found else {
            return;
        };
        for canvas in (0..found.length()).filter_map(|index| found.get(index)) {
            if let Ok(canvas) = canvas.dyn_into::<HtmlCanvasElement>()
                && let Some(tile) =
                    canvas.get_attribute("data-tile").as_deref().and_then(tile_from_name)
            {
                act(canvas, tile);
            }
        }
    }
}

impl Drop for SeverityLayer {
    fn drop(&mut self) {
        self.layer.remove();
    }
}

impl TilePainter {
    fn create_tile(
        self: Rc<Self>,
        tile: Tile,
        done: Function,
    ) -> Result<HtmlCanvasElement, JsValue> {
        let (canvas, _) = tile_canvas("df-tile", TILE_SIZE_PX)?;
        canvas.set_attribute("data-tile", &tile_name(tile))?;
        if self.is_stored(tile) || mark_url(self.map.changed_tiles.as_ref(), tile).is_some() {
            canvas.set_attribute("data-state", "loading")?;
            self.fill(canvas.clone(), tile, Some(done));
        } else {
            canvas.set_attribute("data-state", "empty")?;
            self.paint_even(&canvas, tile)?;
            // Leaflet must have the canvas before `done` is called.
            let canvas = canvas.clone();
            spawn_local(async move { call(&done, &canvas) });
        }
        Ok(canvas)
    }

    fn is_stored(&self, tile: Tile) -> bool {
        self.map.tile_index.fate(tile) == Some(TileFate::Stored)
    }

    /// The palette indices of a tile of those that are marked apart; `None` where none is stored.
    async fn marks(
        &self,
        tiles: Option<&MarkTiles>,
        tile: Tile,
    ) -> Result<Option<Indices>, TileFetchError> {
        match mark_url(tiles, tile) {
            Some(url) => self.source.indices(&url).await.map(Some),
            None => Ok(None),
        }
    }

    /// The palette indices of a tile.
    async fn indices(&self, tile: Tile) -> Result<TileIndices, TileFetchError> {
        let fate = self.map.tile_index.fate(tile);
        let severity = match fate.and_then(even_index) {
            Some(index) => even_indices(tile, self.bbox, index).into(),
            None if self.is_stored(tile) => {
                self.source.indices(&tile_url(&self.map.run_tile_url_template, tile)).await?
            }
            None => even_indices(tile, self.bbox, 0).into(),
        };
        let changed = self.map.changed_tiles.as_ref().filter(|_| self.paint.get().shows_change);
        Ok(TileIndices {
            severity,
            change: self.marks(changed, tile).await?,
            provisional: self.marks(self.map.provisional_tiles.as_ref(), tile).await?,
        })
    }

    /// Paints a tile that is not stored, since all its cells are alike.
    fn paint_even(&self, canvas: &HtmlCanvasElement, tile: Tile) -> Result<(), JsValue> {
        match self.map.tile_index.fate(tile).and_then(even_index) {
            Some(index) => {
                let severity = even_indices(tile, self.bbox, index).into();
                let indices = TileIndices { severity, change: None, provisional: None };
                paint(canvas, &indices, &self.paint.get())
            }
            None => Ok(()),
        }
    }

    fn fill(self: Rc<Self>, canvas: HtmlCanvasElement, tile: Tile, done: Option<Function>) {
        spawn_local(async move {
            let state = match self.indices(tile).await {
                Ok(indices) => match paint(&canvas, &indices, &self.paint.get()) {
                    Ok(()) => "drawn",
                    Err(_) => "failed",
                },
                Err(problem) => {
                    (self.on_failure)(&problem);
                    "failed"
                }
            };
            // An attribute with a plain name can always be set.
            let _ = canvas.set_attribute("data-state", state);
            if let Some(done) = done {
                call(&done, &canvas);
            }
        });
    }
}

impl TilePaint {
    fn of(palette: Palette, filter: Filter) -> Self {
        let mut has_pattern = [false; 256];
        for reason in Empty::ALL {
            has_pattern[usize::from(reason.code())] =
                unseen(reason).is_some_and(|unseen| !filter.hides_unseen(unseen));
        }
        Self {
            colours: filter.colours(palette),
            has_pattern,
            shows_change: filter.shows_change(),
            hides_provisional: filter.hides_provisional(),
        }
    }

    /// Red, green, blue, opacity of a tile's cells; those that changed without a fire are grey, those
    /// that are provisional hatched or clear.
    fn pixels(&self, indices: &TileIndices) -> Vec<u8> {
        let side = TILE_SIZE_PX as usize;
        let mut pixels = Vec::with_capacity(indices.severity.len() * 4);
        for (at, index) in indices.severity.iter().enumerate() {
            let is_marked = |marks: &Option<Indices>| {
                marks.as_ref().is_some_and(|marks| marks.get(at).is_some_and(|it| *it > 0))
            };
            let colour = self.colours[usize::from(*index)];
            pixels.extend(match self.has_pattern[usize::from(*index)] {
                _ if is_marked(&indices.change) => {
                    let [red, green, blue] = CHANGE_COLOUR;
                    [red, green, blue, 255]
                }
                true => pattern(*index, at % side, at / side),
                false if !is_marked(&indices.provisional) => colour,
                false if self.hides_provisional => [0; 4],
                false => hatched(colour, at % side, at / side),
            });
        }
        pixels
    }
}

/// The palette index of all cells of a tile that is not stored; `None` for one that is, and outside
/// the region.
fn even_index(fate: TileFate) -> Option<u8> {
    match fate {
        TileFate::Stored | TileFate::Empty(Empty::OutsideBox) => None,
        TileFate::Unburned => index_from_dnbr(0.0),
        TileFate::Empty(reason) => Some(reason.code()),
    }
}

/// The cells of a tile that are inside the region's box have the same index, the others none.
fn even_indices(tile: Tile, [west, south, east, north]: [f64; 4], index: u8) -> Vec<u8> {
    let side = f64::from(TILE_SIZE_PX);
    let (left, top) = cell_from_lonlat(tile.z, west, north);
    let (right, bottom) = cell_from_lonlat(tile.z, east, south);
    let inside = |from: f64, to: f64, tile: u32| {
        let centre = move |at: u32| f64::from(tile) * side + f64::from(at) + 0.5;
        move |at: u32| (from..to).contains(&centre(at))
    };
    let (across, down) = (inside(left, right, tile.x), inside(top, bottom, tile.y));
    let row = |row: u32| {
        let is_inside = down(row);
        let cell = |column: u32| if is_inside && across(column) { index } else { 0 };
        (0..TILE_SIZE_PX).map(cell).collect::<Vec<_>>()
    };
    (0..TILE_SIZE_PX).flat_map(row).collect()
}

fn paint(
    canvas: &HtmlCanvasElement,
    indices: &TileIndices,
    tile_paint: &TilePaint,
) -> Result<(), JsValue> {
    let pixels = tile_paint.pixels(indices);
    let image =
        ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), TILE_SIZE_PX, TILE_SIZE_PX)?;
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or("no canvas to draw on")?.dyn_into()?;
    context.put_image_data(&image, 0.0, 0.0)
}

/// Leaflet waits for `done` only if `createTile` declares two arguments, which a closure from Rust
/// does not.
fn awaited(create_tile: JsValue) -> Function {
    let two = options([("value", 2.into())]);
    let function: &Object = create_tile.unchecked_ref();
    Object::define_property(function, &"length".into(), &two).unchecked_into()
}

fn call(done: &Function, canvas: &HtmlCanvasElement) {
    // An error in Leaflet does not concern this tile.
    let _ = done.call2(&JsValue::NULL, &JsValue::NULL, canvas);
}

/// The name of a tile in the attributes of its canvas.
pub fn tile_name(tile: Tile) -> String {
    format!("{}/{}/{}", tile.z, tile.x, tile.y)
}

/// The tile with this name.
pub fn tile_from_name(name: &str) -> Option<Tile> {
    let mut parts = name.split('/');
    Some(Tile {
        z: parts.next()?.parse().ok()?,
        x: parts.next()?.parse().ok()?,
        y: parts.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::unseen::Unseen;

    fn pixel(index: u8, filter: Filter) -> [u8; 4] {
        let indices = TileIndices { severity: vec![index].into(), change: None, provisional: None };
        let pixels = TilePaint::of(Palette::default(), filter).pixels(&indices);
        [pixels[0], pixels[1], pixels[2], pixels[3]]
    }

    #[test]
    fn what_was_not_seen_is_painted_otherwise_than_unburned_ground() {
        let unburned = pixel(even_index(TileFate::Unburned).unwrap(), Filter::EVERYTHING);
        let cloud = even_index(TileFate::Empty(Empty::Cloud)).unwrap();
        assert!(unburned[3] == 255 && pixel(cloud, Filter::default())[3] > 0);
        assert_ne!(unburned, pixel(cloud, Filter::EVERYTHING));
        let hidden = Filter::default().with_unseen(Unseen::NotSeen, true);
        assert_eq!(pixel(cloud, hidden), [0; 4]);
        assert_eq!(pixel(Empty::Water.code(), Filter::EVERYTHING), [0; 4]);
    }

    #[test]
    fn ground_that_changed_without_a_fire_is_grey_where_it_is_shown() {
        let paint = TilePaint::of(Palette::default(), Filter::default().with_change(true));
        let unburned = index_from_dnbr(0.095).unwrap();
        let pixels = paint.pixels(&TileIndices {
            severity: vec![unburned; 2].into(),
            change: Some(vec![150, 0].into()),
            provisional: None,
        });
        let [red, green, blue] = CHANGE_COLOUR;
        assert_eq!(pixels[..4], [red, green, blue, 255]);
        assert_eq!(pixels[4..], pixel(unburned, Filter::default()));
    }

    #[test]
    fn provisional_ground_is_hatched_above_its_severity_or_hidden_with_it() {
        let high = index_from_dnbr(0.8).unwrap();
        let row = TILE_SIZE_PX as usize;
        let painted = |filter| {
            let pixels = TilePaint::of(Palette::default(), filter).pixels(&TileIndices {
                severity: vec![high; row].into(),
                change: None,
                provisional: Some([vec![150; row / 2], vec![0; row / 2]].concat().into()),
            });
            pixels.chunks_exact(4).map(|pixel| pixel.try_into().unwrap()).collect::<Vec<[u8; 4]>>()
        };
        let shown = painted(Filter::default());
        let plain = pixel(high, Filter::default());
        let (provisional, confirmed) = shown.split_at(row / 2);
        assert!(confirmed.iter().all(|pixel| *pixel == plain));
        assert!(
            provisional
                .windows(3)
                .all(|three| { three.iter().filter(|pixel| **pixel == plain).count() == 2 })
        );
        let hidden = painted(Filter::default().with_provisional(true));
        assert_eq!((hidden[0], hidden[row - 1]), ([0; 4], plain));
        let class_hidden = Filter::default().with_classes(&dragonfly_core::Severity::ALL, true);
        assert!(painted(class_hidden).iter().all(|pixel| pixel[3] == 0));
    }

    #[test]
    fn an_even_tile_ends_where_its_region_does() {
        let tile = Tile { z: 9, x: 85, y: 202 };
        let [west, south, east, north] = tile.bounds();
        let whole = even_indices(tile, [west - 1.0, south - 1.0, east + 1.0, north + 1.0], 253);
        assert!(whole.len() == 256 * 256 && whole.iter().all(|index| *index == 253));
        let half = even_indices(tile, [west - 1.0, south, (west + east) / 2.0, north], 253);
        assert_eq!(half.iter().filter(|index| **index == 253).count(), 256 * 128);
        assert_eq!((half[127], half[128]), (253, 0));
    }

    #[test]
    fn a_tile_is_read_from_its_name() {
        assert_eq!(tile_from_name("9/85/202"), Some(Tile { z: 9, x: 85, y: 202 }));
        assert_eq!(tile_from_name("9/85"), None);
        assert_eq!(tile_from_name("a/b/c"), None);
    }
}
