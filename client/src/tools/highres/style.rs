//! The style of a result: index, classes, palette, what the legend hides.

use dragonfly_core::{DnbrOffset, Empty, Index, PROVISIONAL, Palette, Rgb, Severity, Thresholds};

use crate::map::provisional_hatch::hatched;
use crate::map::unseen_pattern::pattern;
use crate::state::filter::Filter;
use crate::state::map_colour::map_colour;
use crate::state::unseen::unseen;

/// Start and end of the ramp of an index without classes; below the start it is clear.
const RAMP: (f32, f32) = (0.05, 0.5);
/// The values where the ramp has the colours of the burnt classes.
pub const RAMP_VALUES: [f32; 4] = [0.05, 0.2, 0.35, 0.5];

/// Everything that determines the colour of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultStyle {
    /// What is shown.
    pub index: Index,
    /// The thresholds of its classes; `None` for a ramp.
    pub thresholds: Option<Thresholds>,
    /// Colours.
    pub palette: Palette,
    /// What is not painted.
    pub filter: Filter,
    /// What is subtracted from every dNBR.
    pub dnbr_offset: Option<DnbrOffset>,
}

/// A cell as the worker sends it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// dNBR, NaN where empty.
    pub dnbr: f32,
    /// NBR before the fire.
    pub pre: f32,
}

impl ResultStyle {
    /// The same in the default colours and with nothing hidden: two styles that are then equal have
    /// the same hectares.
    pub fn as_counted(&self) -> Self {
        Self { palette: Palette::default(), filter: Filter::default(), ..self.clone() }
    }

    /// The index of a cell, NaN where it is empty.
    pub fn value(&self, cell: Cell) -> f32 {
        let dnbr = self.dnbr_offset.as_ref().map_or(cell.dnbr, |offset| offset.correct(cell.dnbr));
        self.index.of_dnbr(cell.pre, dnbr)
    }

    /// Whether a cell is burnt and a single image shows it, by the code of its state. After the offset
    /// such ground may be unburned.
    pub fn is_provisional(&self, cell: Cell, code: u8) -> bool {
        let value = self.value(cell);
        code == PROVISIONAL
            && match &self.thresholds {
                Some(thresholds) => thresholds.classify(value).is_some_and(|class| class.is_burnt),
                None => value >= RAMP.0,
            }
    }

    /// Red, green, blue, opacity of a cell at a place in its tile: hatched where it is provisional.
    pub fn cell_colour(&self, cell: Cell, code: u8, (column, row): (usize, usize)) -> [u8; 4] {
        match self.is_provisional(cell, code) {
            true if self.filter.hides_provisional() => [0; 4],
            true => hatched(self.colour(cell), column, row),
            false => self.colour(cell),
        }
    }

    /// Red, green, blue, opacity of a cell.
    pub fn colour(&self, cell: Cell) -> [u8; 4] {
        let value = self.value(cell);
        if value.is_nan() || self.index == Index::Dnbr && !self.filter.holds(value) {
            return [0; 4];
        }
        let Some(thresholds) = &self.thresholds else {
            return self.ramp(value);
        };
        match thresholds.classify(value) {
            Some(class) if !self.filter.hides(class.colour_of) => {
                let [red, green, blue] = map_colour(self.palette, class.colour_of);
                [red, green, blue, 255]
            }
            _ => [0; 4],
        }
    }

    /// Red, green, blue, opacity of a cell without a value, by its code and its place in the tile.
    pub fn empty_colour(&self, code: u8, (column, row): (usize, usize)) -> [u8; 4] {
        match Empty::from_code(code).and_then(unseen) {
            Some(unseen) if !self.filter.hides_unseen(unseen) => pattern(code, column, row),
            _ => [0; 4],
        }
    }

    /// Between the colours of the burnt classes, the higher the worse.
    pub fn ramp(&self, value: f32) -> [u8; 4] {
        const CLASSES: [Severity; 4] =
            [Severity::Low, Severity::ModerateLow, Severity::ModerateHigh, Severity::High];
        let (first, last) = RAMP;
        if value < first {
            return [0; 4];
        }
        let position = ((value - first) / (last - first)).min(1.0) * (CLASSES.len() - 1) as f32;
        let below = (position as usize).min(CLASSES.len() - 2);
        let fraction = position - below as f32;
        let (one, other): (Rgb, Rgb) =
            (self.palette.colour(CLASSES[below]), self.palette.colour(CLASSES[below + 1]));
        let mix = |channel: usize| {
            (f32::from(one[channel]) * (1.0 - fraction) + f32::from(other[channel]) * fraction)
                .round() as u8
        };
        [mix(0), mix(1), mix(2), 255]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::{ClassTable, VALID, index_from_dnbr};

    fn style(index: Index) -> ResultStyle {
        ResultStyle {
            index,
            thresholds: Thresholds::for_index(index),
            palette: Palette::default(),
            filter: Filter::default(),
            dnbr_offset: None,
        }
    }

    fn cell(dnbr: f32) -> Cell {
        Cell { dnbr, pre: 0.5 }
    }

    #[test]
    fn burnt_ground_of_a_single_image_is_hatched_or_hidden() {
        let style = style(Index::Dnbr);
        let burnt = style.colour(cell(0.7));
        let painted = |style: &ResultStyle, dnbr, code| style.cell_colour(cell(dnbr), code, (0, 0));
        assert_eq!(painted(&style, 0.7, PROVISIONAL), hatched(burnt, 0, 0));
        assert_ne!(painted(&style, 0.7, PROVISIONAL), burnt);
        assert_eq!(painted(&style, 0.7, VALID), burnt);
        let ramp = ResultStyle { thresholds: None, ..style.clone() };
        assert!(ramp.is_provisional(cell(0.3), PROVISIONAL));
        assert!(!ramp.is_provisional(cell(0.0), PROVISIONAL));
        // After the offset it may be unburned.
        assert!(!style.is_provisional(cell(0.05), PROVISIONAL));
        let hiding = ResultStyle { filter: style.filter.with_provisional(true), ..style };
        assert_eq!(painted(&hiding, 0.7, PROVISIONAL), [0; 4]);
        assert_eq!(painted(&hiding, 0.7, VALID), burnt);
    }

    #[test]
    fn dnbr_has_the_colours_of_the_nightly_tiles() {
        for filter in [Filter::default(), Filter::EVERYTHING.with_range(Some(20), Some(60))] {
            let style = ResultStyle { filter, ..style(Index::Dnbr) };
            let tiles = filter.colours(style.palette);
            for hundredths in -120..125 {
                let dnbr = hundredths as f32 / 100.0 + 0.005;
                let expected = tiles[usize::from(index_from_dnbr(dnbr).unwrap())];
                let painted = style.colour(cell(dnbr));
                assert_eq!(painted[3], expected[3], "{dnbr}");
                assert!(painted[3] == 0 || painted == expected, "{dnbr}");
            }
        }
    }

    #[test]
    fn an_empty_cell_is_clear() {
        for index in Index::ALL {
            assert_eq!(style(index).colour(Cell { dnbr: f32::NAN, pre: f32::NAN }), [0; 4]);
        }
    }

    #[test]
    fn rdnbr_of_bare_ground_is_clear() {
        let bare = Cell { dnbr: 0.3, pre: 0.02 };
        assert_eq!(style(Index::Rdnbr).colour(bare), [0; 4]);
        assert_ne!(style(Index::Dnbr).colour(bare), [0; 4]);
    }

    #[test]
    fn other_classes_paint_with_their_own_thresholds() {
        let own = Thresholds::own(ClassTable::Usgs, &[-0.3, -0.2, 0.05, 0.1, 0.2, 0.3]).unwrap();
        let style = ResultStyle { thresholds: Some(own), ..style(Index::Dnbr) };
        let [red, green, blue] = Palette::default().colour(Severity::High);
        assert_eq!(style.colour(cell(0.31)), [red, green, blue, 255]);
    }

    #[test]
    fn the_ramp_grows_from_clear_to_the_worst_colour() {
        let style = style(Index::Rbr);
        assert_eq!(style.colour(cell(0.0)), [0; 4]);
        let [red, green, blue] = Palette::default().colour(Severity::High);
        assert_eq!(style.colour(cell(1.5)), [red, green, blue, 255]);
    }

    #[test]
    fn the_offset_of_unburned_ground_is_subtracted() {
        let offset = DnbrOffset { mean: 0.2, sd: 0.1, count: 9, mad: None };
        let style = ResultStyle { dnbr_offset: Some(offset), ..style(Index::Dnbr) };
        assert!((style.value(cell(0.5)) - 0.3).abs() < 1e-6);
    }
}
