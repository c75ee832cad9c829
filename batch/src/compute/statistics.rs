//! Statistics over a whole map.

use std::ops::Range;

use anyhow::Result;
use dragonfly_core::{
    BurntPreNbr, CHANGED, Grid, MapCell, PatchFinder, PreNbrCode, STRIP_ROWS, Summary, strips,
};

use crate::compute::mosaic::Strip;
use crate::deployment::layout::RunFolder;
use crate::publish::raster::RunReader;

/// Rows that are read at once: two such strips are in memory together.
const READ_ROWS: u32 = STRIP_ROWS / 2;

/// Statistics of a map, or of its first rows.
#[derive(Default)]
pub(crate) struct MapStatistics {
    pub(crate) summary: Summary,
    pub(crate) patches: PatchFinder,
    pub(crate) burnt_pre_nbr: BurntPreNbr,
}

/// Statistics of the strips of a map, as long as these cover all columns.
pub(crate) struct StripStatistics {
    statistics: MapStatistics,
    /// The row that follows.
    next_row: u32,
}

/// Rows of a map, cells row by row.
struct MapRows<'a> {
    grid: &'a Grid,
    rows: Range<u32>,
    dnbr: &'a [f32],
    state: &'a [u8],
}

impl MapStatistics {
    /// The statistics of the rasters of a run, from north to south: a strip is read while the one
    /// before it is counted.
    pub(crate) fn of_run(folder: &RunFolder, grid: &Grid) -> Result<Self> {
        let reader = RunReader::open(folder)?;
        let read = |rows: Option<Range<u32>>| {
            rows.map(|rows| ReadStrip::read(&reader, grid, rows)).transpose()
        };
        let mut statistics = Self::default();
        let mut rows = strips(grid.height(), READ_ROWS);
        let mut next = read(rows.next())?;
        while let Some(strip) = next {
            let following = rows.next();
            let (read, ()) = rayon::join(|| read(following), || statistics.add_strip(grid, &strip));
            next = read?;
        }
        Ok(statistics)
    }

    fn add_strip(&mut self, grid: &Grid, strip: &ReadStrip) {
        let ReadStrip { rows, dnbr, state, pre_nbr } = strip;
        let read = MapRows { grid, rows: rows.clone(), dnbr, state };
        let Self { summary, patches, burnt_pre_nbr } = self;
        rayon::join(
            || read.add_to_summary(summary),
            || {
                read.add_to_patches(patches);
                read.add_to_burnt(burnt_pre_nbr, pre_nbr.iter().copied());
            },
        );
    }
}

/// A strip of the rasters of a run.
struct ReadStrip {
    rows: Range<u32>,
    dnbr: Vec<f32>,
    state: Vec<u8>,
    pre_nbr: Vec<PreNbrCode>,
}

impl ReadStrip {
    fn read(reader: &RunReader, grid: &Grid, rows: Range<u32>) -> Result<Self> {
        let (corner, size) = ((0, rows.start), (grid.width(), rows.len() as u32));
        let (dnbr, state) = reader.cells(corner, size)?;
        Ok(Self { pre_nbr: reader.pre_nbr(corner, size)?, rows, dnbr, state })
    }
}

impl StripStatistics {
    /// Of no strip yet.
    pub(crate) fn start() -> Self {
        Self { statistics: MapStatistics::default(), next_row: 0 }
    }

    /// Adds the strip that follows; `None` where it does not cover all columns.
    pub(crate) fn with(mut self, grid: &Grid, strip: &Strip) -> Option<Self> {
        let is_next = strip.corner == (0, self.next_row) && strip.width == grid.width() as usize;
        if !is_next {
            return None;
        }
        let rows = self.next_row..self.next_row + (strip.dnbr.len() / strip.width) as u32;
        self.next_row = rows.end;
        let read = MapRows { grid, rows, dnbr: &strip.dnbr, state: &strip.state };
        let MapStatistics { summary, patches, burnt_pre_nbr } = &mut self.statistics;
        read.add_to_summary(summary);
        read.add_to_patches(patches);
        read.add_to_burnt(burnt_pre_nbr, strip.pre_nbr.iter().copied().map(PreNbrCode));
        Some(self)
    }

    /// The statistics of the map; `None` where strips are missing.
    pub(crate) fn finish(self, grid: &Grid) -> Option<MapStatistics> {
        (self.next_row == grid.height()).then_some(self.statistics)
    }
}

impl MapRows<'_> {
    fn lines(&self) -> impl Iterator<Item = (u32, impl Iterator<Item = MapCell>)> {
        let width = self.grid.width() as usize;
        let lines = self.dnbr.chunks_exact(width).zip(self.state.chunks_exact(width));
        self.rows.clone().zip(lines).map(|(row, (dnbr, state))| {
            (row, dnbr.iter().zip(state).map(|(dnbr, state)| MapCell::new(*dnbr, *state)))
        })
    }

    fn add_to_summary(&self, summary: &mut Summary) {
        for (row, cells) in self.lines() {
            summary.add_row(cells, self.grid.cell_area_ha(row));
        }
    }

    fn add_to_patches(&self, patches: &mut PatchFinder) {
        let mut line = Vec::with_capacity(self.grid.width() as usize);
        for (row, cells) in self.lines() {
            line.clear();
            line.extend(cells);
            patches.add_row(row, &line, self.grid.cell_area_ha(row));
        }
    }

    fn add_to_burnt(&self, burnt: &mut BurntPreNbr, pre_nbr: impl Iterator<Item = PreNbrCode>) {
        let cells = self.dnbr.iter().zip(self.state).zip(pre_nbr);
        cells
            .filter(|((_, state), _)| **state != CHANGED)
            .for_each(|((dnbr, _), pre_nbr)| burnt.add(*dnbr, pre_nbr));
    }
}

#[cfg(test)]
mod tests {
    use dragonfly_core::VALID;

    use super::*;
    use crate::publish::raster::RunWriter;

    /// A strip with fires, holes and changed ground that cross its edges.
    fn strip(corner: (u32, u32), width: usize) -> Strip {
        let mut strip = Strip::empty(corner, width, STRIP_ROWS as usize);
        for cell in 0..strip.dnbr.len() {
            let (column, row) =
                (corner.0 + (cell % width) as u32, corner.1 + (cell / width) as u32);
            if (column / 40 + row / 30).is_multiple_of(7) {
                continue;
            }
            let is_burnt = (column / 60 + row / 50).is_multiple_of(3);
            strip.dnbr[cell] = if is_burnt { 0.5 } else { -0.05 } + (cell % 97) as f32 * 0.003;
            strip.state[cell] = if column > 400 && is_burnt { CHANGED } else { VALID };
            strip.pre_nbr[cell] = (cell % 200) as u8;
        }
        strip
    }

    fn figures(statistics: MapStatistics, grid: &Grid) -> String {
        let MapStatistics { summary, patches, burnt_pre_nbr } = statistics;
        let patches = patches.finish(grid, 100);
        format!("{summary:?} {patches:?} {:?}", burnt_pre_nbr.median())
    }

    #[test]
    fn strips_have_the_statistics_of_the_rasters_they_become() {
        let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 9);
        let folder = tempfile::tempdir().unwrap();
        let folder = RunFolder(folder.path().to_owned());
        let mut writer = RunWriter::create(&folder, &grid).unwrap();
        let mut found = Some(StripStatistics::start());
        for rows in strips(grid.height(), STRIP_ROWS) {
            let strip = strip((0, rows.start), grid.width() as usize);
            found = found.and_then(|found| found.with(&grid, &strip));
            writer.write(strip).unwrap();
        }
        writer.finish().unwrap();
        let found = found.and_then(|found| found.finish(&grid)).unwrap();
        let read = MapStatistics::of_run(&folder, &grid).unwrap();
        assert!(!found.patches.clone().finish(&grid, 100).is_empty());
        assert_eq!(figures(found, &grid), figures(read, &grid));
    }

    #[test]
    fn strips_that_do_not_cover_the_map_have_no_statistics() {
        let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 9);
        let narrow = strip((0, 0), 256);
        assert!(StripStatistics::start().with(&grid, &narrow).is_none());
        let first = strip((0, 0), grid.width() as usize);
        let found = StripStatistics::start().with(&grid, &first).unwrap();
        assert!(found.finish(&grid).is_none());
    }
}
