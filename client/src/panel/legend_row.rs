//! The legend as it is shown: core's entries with the colours that core paints.

use dragonfly_core::{
    Breaks, LEGEND, LegendEntry, Palette, Rgb, Severity, class_from_index, colours,
};

use crate::i18n::words;
use crate::state::filter::Filter;

/// One line of the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendRow {
    /// What people read.
    pub title: &'static str,
    /// The interval of dNBR in words.
    pub range: String,
    /// The classes behind it and what each is painted with; `None` where the map stays clear.
    pub classes: Vec<(Severity, Option<Rgb>)>,
    /// Whether the map shows it.
    pub is_painted: bool,
}

/// The six lines, the gravest first.
pub fn legend_rows(palette: Palette, filter: Filter, breaks: &Breaks) -> Vec<LegendRow> {
    LEGEND.iter().rev().map(|entry| row(entry, palette, filter, breaks)).collect()
}

/// The colour of a class on the map; `None` where the map stays clear.
pub fn paint(class: Severity, palette: Palette, breaks: &Breaks) -> Option<Rgb> {
    let index = (0..=u8::MAX).find(|index| class_from_index(*index, breaks) == Some(class))?;
    let [red, green, blue, opacity] = colours(palette, breaks)[usize::from(index)];
    (opacity > 0).then_some([red, green, blue])
}

/// A colour as CSS writes it; `transparent` for none.
pub fn css_colour(paint: Option<Rgb>) -> String {
    match paint {
        Some([red, green, blue]) => format!("#{red:02x}{green:02x}{blue:02x}"),
        None => "transparent".to_owned(),
    }
}

fn row(entry: &LegendEntry, palette: Palette, filter: Filter, breaks: &Breaks) -> LegendRow {
    let paint = |class: Severity| (!filter.hides(class)).then(|| palette.colour(class));
    LegendRow {
        title: entry.classes.first().map_or(entry.title, |class| words().class(*class)),
        range: words().range(entry.range(breaks)),
        classes: entry.classes.iter().rev().map(|class| (*class, paint(*class))).collect(),
        is_painted: entry.classes.iter().any(|class| !filter.hides(*class)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::key::legend_index;

    #[test]
    fn every_class_but_unburned_has_the_colour_of_its_palette() {
        for palette in Palette::ALL {
            for class in Severity::ALL {
                let expected = (class != Severity::Unburned).then(|| palette.colour(class));
                assert_eq!(paint(class, palette, &Breaks::USGS), expected, "{class:?}");
            }
        }
    }

    #[test]
    fn the_legend_reads_from_high_severity_down() {
        let rows = legend_rows(Palette::default(), Filter::default(), &Breaks::USGS);
        let ranges: Vec<_> = rows.iter().map(|row| row.range.as_str()).collect();
        let expected = [
            "0.66 and more",
            "0.44 to 0.66",
            "0.27 to 0.44",
            "0.10 to 0.27",
            "−0.10 to 0.10",
            "below −0.10",
        ];
        assert_eq!(ranges, expected);
        assert_eq!(rows[5].classes.len(), 2);
        let clear: Vec<_> =
            rows.iter().filter(|row| !row.is_painted).map(|row| row.title).collect();
        assert_eq!(clear, ["Unburned"]);
        assert!(Severity::ALL.into_iter().all(|class| legend_index(class).is_some()));
    }

    #[test]
    fn colours_are_written_as_css() {
        assert_eq!(css_colour(Some([0x0a, 0xe0, 0x42])), "#0ae042");
        assert_eq!(css_colour(None), "transparent");
    }
}
