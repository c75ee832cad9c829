//! From chosen scenes to dNBR: strip by strip, each passed on as it is done.

use std::collections::BTreeSet;
use std::future::Future;
use std::ops::Range;

use dragonfly_core::metadata::UsedScene;
use dragonfly_core::{
    Area, BurntPreNbr, CellQuality, DnbrHistogram, DnbrOffset, Empty, FireGround, FireSide, Grid,
    JoinedPixels, MapWarning, MaskKind, MaskRules, NearestPixels, NoOffsetReason, OffsetRing,
    PreNbrCode, RowCompositor, STRIP_ROWS, SceneObservations, SearchWindows, SideObservations,
    SideScenes, Summary, VALID, start_states, strips,
};
use futures_util::future::{try_join, try_join_all};

use crate::compute::ground_counts::GroundCounts;
use crate::compute::scene::{ObservationUnit, SceneStrip};
use crate::compute::scene_source::SceneSource;
use crate::compute::target::{GridTarget, TargetCells};
use crate::compute::utm_grid::UtmGrid;
use dragonfly_core::protocol::{ComputeResult, JobError, JobErrorKind};

/// A computed area: cells of its whole grid, row by row.
#[derive(Clone, Debug)]
pub struct ComputedMap<G = Grid> {
    /// The grid.
    pub grid: G,
    /// dNBR without any offset taken off; NaN where empty.
    pub dnbr: Vec<f32>,
    /// NBR before the fire; NaN where empty.
    pub pre_nbr: Vec<f32>,
    /// The code of a cell's state: [`VALID`], [`PROVISIONAL`](dragonfly_core::PROVISIONAL), or why a
    /// cell is empty.
    pub state: Vec<u8>,
}

/// Where unburned ground is searched for the dNBR offset.
#[derive(Clone, Copy, Debug)]
pub enum OffsetGround<'a> {
    /// Nowhere: no offset is requested.
    Nowhere,
    /// Round the burnt patches.
    RoundBurnt,
    /// Round the fire's perimeter.
    RoundPerimeter(&'a Area),
}

/// Pictures of a strip before and after the fire: RGBA of all its cells; empty where no picture is
/// requested.
#[derive(Clone, Debug, Default)]
pub struct SidePictures {
    /// Before the fire.
    pub pre: Vec<u8>,
    /// After it.
    pub post: Vec<u8>,
}

/// Computes an area, whose scenes were masked by `mask_rules`. `on_strip` receives the map down to
/// the rows that are done, those rows, and their pictures.
///
/// # Errors
/// When a side has no scene over the area, or one cannot be read.
pub async fn compute<V: SceneSource>(
    target: &GridTarget,
    windows: &SearchWindows,
    scenes: Vec<V>,
    ring: OffsetGround<'_>,
    mask_rules: &MaskRules,
    on_strip: impl FnMut(&ComputedMap, Range<u32>, &SidePictures),
) -> Result<(ComputedMap, ComputeResult), JobError> {
    let counts = GroundCounts::new(target, &scenes);
    let on_views = |side: &SideScenes<&V>, rows: &Range<u32>, views: &[SceneObservations], unit| {
        counts.add_strip(target, side, (rows, unit), views);
    };
    let mut map =
        fill(target.grid().clone(), target, windows, &scenes, (on_views, on_strip)).await?;
    let (offset, no_offset) = match map.dnbr_offset(ring, target.bbox()).transpose() {
        Ok(offset) => (offset, None),
        Err(reason) => (None, Some(MapWarning::no_offset(reason))),
    };
    map.clear_excluded();
    let kinds: BTreeSet<MaskKind> =
        scenes.iter().flat_map(SceneSource::mask_kinds).copied().collect();
    let masks = mask_rules.masks.describe_map(&kinds, mask_rules.cloud_buffer_m);
    let used: Vec<UsedScene> = scenes.iter().map(|scene| scene.used().clone()).collect();
    let of_scenes = MapWarning::of_scenes(&used).into_iter().chain(counts.warning());
    let mut done = map.sum_up(used, masks, offset);
    done.warnings.splice(..0, of_scenes);
    done.warnings.extend(no_offset);
    done.warnings.extend(offset.and_then(MapWarning::large_offset));
    Ok((map, done))
}

/// Computes an area on the scenes' own grid. `on_strip` receives the rows that are done.
///
/// # Errors
/// When a side has no scene over the area, or one cannot be read.
pub async fn compute_in_utm<'a, V: SceneSource>(
    grid: &'a UtmGrid,
    windows: &SearchWindows,
    scenes: Vec<V>,
    mut on_strip: impl FnMut(Range<u32>),
) -> Result<ComputedMap<&'a UtmGrid>, JobError> {
    let on_strip =
        |_: &ComputedMap<&'a UtmGrid>, rows: Range<u32>, _: &SidePictures| on_strip(rows);
    fill(grid, grid, windows, &scenes, (|_: &_, _: &_, _: &_, _| {}, on_strip)).await
}

async fn fill<G, V: SceneSource>(
    grid: G,
    target: &dyn TargetCells,
    windows: &SearchWindows,
    scenes: &[V],
    (on_views, mut on_strip): (
        impl Fn(&SideScenes<&V>, &Range<u32>, &[SceneObservations], ObservationUnit),
        impl FnMut(&ComputedMap<G>, Range<u32>, &SidePictures),
    ),
) -> Result<ComputedMap<G>, JobError> {
    let pre = side_scenes(FireSide::Pre, scenes, windows)?;
    let post = side_scenes(FireSide::Post, scenes, windows)?;
    let mut map = ComputedMap::empty(grid, target)?;
    let strips: Vec<Range<u32>> = strips(target.height(), STRIP_ROWS).collect();
    let joined = same_pixels(scenes).cloned().map(JoinedPixels::new);
    let unit = if joined.is_some() { ObservationUnit::Pixel } else { ObservationUnit::Cell };
    let mut compositor = StripCompositor::new(target, joined);
    let observe_sides =
        |rows: &Range<u32>| try_join(observe(&pre, rows, unit), observe(&post, rows, unit));
    let mut next = strips.first().map(observe_sides);
    for (index, rows) in strips.iter().enumerate() {
        let Some(observed) = next.take() else { break };
        let (pre_strips, post_strips) = observed.await?;
        // The scenes observe the next strip while this one is computed.
        next = strips.get(index + 1).map(observe_sides);
        let pictures = SidePictures {
            pre: picture(target, rows, &pre_strips),
            post: picture(target, rows, &post_strips),
        };
        let (pre_views, post_views) = (views(pre_strips), views(post_strips));
        on_views(&pre, rows, &pre_views, unit);
        on_views(&post, rows, &post_views, unit);
        let sides = (pre.observations(&pre_views), post.observations(&post_views));
        compositor.add_strip(rows, sides, &mut map);
        on_strip(&map, rows.clone(), &pictures);
    }
    Ok(map)
}

fn views(strips: Vec<SceneStrip>) -> Vec<SceneObservations> {
    strips.into_iter().map(|strip| strip.view).collect()
}

/// Computes rows of cells from the observations of a strip, and adds them to a map.
struct StripCompositor<'a> {
    target: &'a dyn TargetCells,
    /// Pixels of all scenes, where cells have the value of one pixel; otherwise cells are composed.
    joined: Option<JoinedPixels>,
    rows: RowCompositor,
    // One row; it goes to the map when it is whole.
    dnbr: Vec<f32>,
    pre_nbr: Vec<f32>,
    state: Vec<u8>,
}

impl<'a> StripCompositor<'a> {
    fn new(target: &'a dyn TargetCells, joined: Option<JoinedPixels>) -> Self {
        let width = target.width() as usize;
        Self {
            target,
            joined,
            rows: RowCompositor::default(),
            dnbr: vec![0.0; width],
            pre_nbr: vec![0.0; width],
            state: vec![VALID; width],
        }
    }

    fn add_strip<G>(
        &mut self,
        rows: &Range<u32>,
        sides: (SideObservations, SideObservations),
        map: &mut ComputedMap<G>,
    ) {
        let Self { target, joined, rows: compositor, dnbr, pre_nbr, state } = self;
        if let Some(joined) = joined {
            joined.add_strip(rows, sides, compositor);
        }
        for row in rows.clone() {
            start_states(state, &target.row(row));
            match joined {
                Some(joined) => joined.take(row, dnbr, pre_nbr, state),
                None => {
                    compositor.compute_row(sides, row, &(0..target.width()), dnbr, state);
                    compositor.take_pre_nbr(pre_nbr, state);
                }
            }
            exclude(target.counted(row), state);
            map.dnbr.extend_from_slice(dnbr);
            map.pre_nbr.extend_from_slice(pre_nbr);
            map.state.extend_from_slice(state);
        }
    }
}

/// Marks the cells that are not part of the result.
fn exclude(counted: Option<Vec<bool>>, state: &mut [u8]) {
    for (state, is_counted) in state.iter_mut().zip(counted.into_iter().flatten()) {
        if !is_counted {
            *state = Empty::OutsideBox.code();
        }
    }
}

/// The nearest pixels, where they are the same in all scenes: then the scenes are joined pixel by
/// pixel, and cells get their values afterwards.
fn same_pixels<V: SceneSource>(scenes: &[V]) -> Option<&NearestPixels> {
    let first = scenes.first()?.nearest()?;
    scenes.iter().all(|scene| scene.nearest() == Some(first)).then_some(first)
}

/// The scenes of a side.
fn side_scenes<'a, V: SceneSource>(
    side: FireSide,
    scenes: &'a [V],
    windows: &SearchWindows,
) -> Result<SideScenes<&'a V>, JobError> {
    let scenes: Vec<&V> = scenes.iter().filter(|scene| scene.used().side == side).collect();
    if scenes.is_empty() {
        let message = format!("no image of the {side} side covers the area");
        let advice = "choose another image, or widen its days";
        return Err(JobError::new(JobErrorKind::NoScene, message, advice));
    }
    Ok(SideScenes::new(scenes, windows.composite(side), |scene| {
        (scene.used().datetime, &scene.used().id)
    }))
}

/// Starts the observation of a strip by every scene of a side.
fn observe<'a, V: SceneSource>(
    side: &SideScenes<&'a V>,
    rows: &Range<u32>,
    unit: ObservationUnit,
) -> impl Future<Output = Result<Vec<SceneStrip>, JobError>> + use<'a, V> {
    let scenes = side.scenes().iter().map(|scene| scene.observe(rows.clone(), unit));
    try_join_all(scenes.collect::<Vec<_>>())
}

impl<G> ComputedMap<G> {
    fn empty(grid: G, target: &dyn TargetCells) -> Result<Self, JobError> {
        let cells = target.width() as usize * target.height() as usize;
        let no_memory = |_| {
            let message =
                format!("the browser gives no memory for {:.0} million cells", cells as f64 / 1e6);
            JobError::new(
                JobErrorKind::Memory,
                message,
                "close other tabs, choose a smaller area, or larger cells",
            )
        };
        let mut map = Self { grid, dnbr: Vec::new(), pre_nbr: Vec::new(), state: Vec::new() };
        map.dnbr.try_reserve_exact(cells).map_err(no_memory)?;
        map.pre_nbr.try_reserve_exact(cells).map_err(no_memory)?;
        map.state.try_reserve_exact(cells).map_err(no_memory)?;
        Ok(map)
    }
}

impl ComputedMap {
    /// What season and haze changed on unburned ground around the fire, or why that is unknown;
    /// `None` where it is not requested.
    fn dnbr_offset(
        &self,
        around: OffsetGround,
        bbox: [f64; 4],
    ) -> Option<Result<DnbrOffset, NoOffsetReason>> {
        let perimeter = match around {
            OffsetGround::Nowhere => return None,
            OffsetGround::RoundBurnt => None,
            OffsetGround::RoundPerimeter(perimeter) => Some(perimeter),
        };
        let mut cells = DnbrHistogram::default();
        cells.add_all(&self.dnbr);
        let fire = FireGround::of(perimeter, &cells);
        let mut ring = OffsetRing::over(&self.grid, bbox);
        let width = self.grid.width() as usize;
        let rows = self.dnbr.chunks_exact(width).zip(self.pre_nbr.chunks_exact(width));
        for (row, (dnbr, pre_nbr)) in (0..).zip(rows) {
            let pre_nbr = pre_nbr.iter().map(|nbr| PreNbrCode::of(*nbr)).collect();
            ring.add_grid_row((&self.grid, row), fire, dnbr, pre_nbr);
        }
        Some(ring.finish().map(|binned| binned.offset))
    }

    /// The median NBR before the fire of what burnt.
    fn burnt_pre_nbr(&self, offset: Option<DnbrOffset>) -> Option<f64> {
        let mut burnt = BurntPreNbr::default();
        burnt.add_all(&self.dnbr, offset.map_or(0.0, |offset| offset.mean as f32), &self.pre_nbr);
        burnt.median()
    }

    /// Takes the values off the cells that are not part of the result; the offset needed them.
    fn clear_excluded(&mut self) {
        let numbers = self.dnbr.iter_mut().zip(&mut self.pre_nbr);
        for ((dnbr, pre_nbr), state) in numbers.zip(&self.state) {
            if *state == Empty::OutsideBox.code() {
                (*dnbr, *pre_nbr) = (f32::NAN, f32::NAN);
            }
        }
    }

    /// The sums over all cells and what makes them doubtful, and the scenes used.
    pub(crate) fn sum_up(
        &self,
        scenes: Vec<UsedScene>,
        masks: String,
        offset: Option<DnbrOffset>,
    ) -> ComputeResult {
        let width = self.grid.width() as usize;
        let mut summary = Summary::default();
        for ((row, dnbr), state) in
            (0..).zip(self.dnbr.chunks_exact(width)).zip(self.state.chunks_exact(width))
        {
            summary.add_coded_row((dnbr, state), offset, self.grid.cell_area_ha(row));
        }
        let mut warnings = MapWarning::of_cells(&summary, self.burnt_pre_nbr(offset));
        warnings.extend(MapWarning::mostly_changed(&summary));
        ComputeResult {
            zoom: self.grid.zoom(),
            hectares: summary.hectares(),
            provisional_hectares: summary.provisional_hectares(),
            empty_share: summary.empty_share(),
            implausible_share: summary.implausible_share(),
            dnbr_offset: offset,
            warnings,
            scenes,
            masks,
            bytes: 0,
            cached_bytes: 0,
            is_kept: false,
            core_version: dragonfly_core::VERSION.to_owned(),
        }
    }
}

/// The best observation of each cell of some rows, the earliest of equals; empty where no scene has
/// a picture.
fn picture(target: &dyn TargetCells, rows: &Range<u32>, strips: &[SceneStrip]) -> Vec<u8> {
    if strips.iter().all(|strip| strip.rgba.is_empty()) {
        return Vec::new();
    }
    let width = target.width() as usize;
    let mut rgba = vec![0; width * rows.len() * 4];
    let mut best = vec![CellQuality::Unobserved; width * rows.len()];
    let inside: Vec<Vec<bool>> = rows.clone().map(|row| target.row(row)).collect();
    for (strip, (window, cells)) in
        strips.iter().filter_map(|strip| Some((strip, strip.view.as_ref()?)))
    {
        let cells_of_window = window
            .rows
            .clone()
            .flat_map(|row| window.columns.clone().map(move |column| (row, column)));
        for (((row, column), quality), colour) in
            cells_of_window.zip(&cells.quality).zip(strip.rgba.chunks_exact(4))
        {
            let (row, column) = ((row - rows.start) as usize, column as usize);
            let at = row * width + column;
            if inside[row][column] && *quality > best[at] && colour[3] > 0 {
                best[at] = *quality;
                rgba[at * 4..at * 4 + 4].copy_from_slice(colour);
            }
        }
    }
    rgba
}
