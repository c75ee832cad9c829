//! The legend of the map on top: its rows, with the colours that the map is painted with.

use dragonfly_core::metadata::RegionMeta;
use dragonfly_core::{Breaks, EmptyShare, Hectares, LEGEND, LegendEntry, Palette, Rgb, Severity};

use crate::i18n::{LEGEND_UNIT, words};
use crate::state::filter::Filter;
use crate::state::map_colour::{CHANGE_COLOUR, map_colour};
use crate::state::region_entry::counted_hectares;
use crate::state::unseen::Unseen;

/// What the legend shows.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownLegend {
    /// Which map it describes, and how wide its cells are; empty for none.
    pub about: String,
    /// What the numbers are.
    pub unit: String,
    /// The rows, the gravest first, then what was not seen.
    pub rows: Vec<LegendRow>,
}

/// One line of the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendRow {
    /// What people read.
    pub title: String,
    /// The interval of values, as text.
    pub range: String,
    /// Area or fraction of it; empty where it is unknown.
    pub area: String,
    /// What it hides and shows.
    pub subject: RowSubject,
    /// What it is painted with.
    pub swatches: Vec<Swatch>,
    /// Whether the map shows it.
    pub is_painted: bool,
}

/// What a row of the legend stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum RowSubject {
    /// Classes, which it hides and shows.
    Classes(Vec<Severity>),
    /// Cells without a value, which it hides and shows.
    Unseen(Unseen),
    /// Ground that changed like a burn where no fire was seen, which it hides and shows.
    Change,
    /// Burnt ground that no second image confirms, which it hides and shows.
    Provisional,
    /// A value of a continuous scale, which is always shown.
    Value,
}

/// How cells are painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Swatch {
    /// Filled.
    Colour(Rgb),
    /// With the pattern of cells without a value.
    Pattern(Unseen),
    /// With the hatch of provisional ground.
    Hatch,
    /// Not at all.
    Clear,
}

/// The region whose nightly map the legend describes.
#[derive(Clone, Debug, PartialEq)]
pub struct Areas {
    /// Title of the region.
    pub title: String,
    /// True hectares a class.
    pub hectares: Hectares,
    /// True hectares that changed like a burn where no fire was seen; `None` where such ground is
    /// not parted from fires.
    pub changed_ha: Option<f64>,
    /// Fractions of its cells without a value.
    pub empty_share: EmptyShare,
    /// Side of a cell on the ground, metres.
    pub cell_m: f64,
    /// Burnt ground that a single image shows, true hectares.
    pub provisional_ha: f64,
}

impl Areas {
    /// Those of a region's map; `None` without one.
    pub fn of(region: &RegionMeta) -> Option<Self> {
        let map = region.map.as_ref()?;
        Some(Self {
            title: region.title.clone(),
            hectares: counted_hectares(map),
            changed_ha: map.changed_hectares,
            empty_share: map.empty_share,
            cell_m: map.cell_size_m,
            provisional_ha: map.provisional_hectares.burnt(),
        })
    }
}

/// The legend of the nightly maps, with the areas of a region.
pub fn nightly_legend(palette: Palette, filter: Filter, areas: Option<&Areas>) -> ShownLegend {
    let words = words();
    let about =
        areas.map(|areas| words.areas_of.fill([&areas.title, &words.number(areas.cell_m, 0)]));
    let mut rows = Vec::new();
    for entry in LEGEND.iter().rev() {
        rows.push(class_row(entry, palette, filter, areas));
    }
    let provisional = areas.map(|areas| areas.provisional_ha).filter(|area| *area > 0.0);
    rows.extend(provisional.map(|area| provisional_row(area, filter)));
    rows.extend(areas.and_then(|areas| areas.changed_ha).map(|area| change_row(area, filter)));
    let fractions = Unseen::ALL.map(|unseen| areas.map(|areas| unseen.fraction(areas.empty_share)));
    add_unseen_rows(&mut rows, filter, fractions);
    ShownLegend {
        about: about.unwrap_or_else(|| words.nightly_maps.to_owned()),
        unit: LEGEND_UNIT.to_owned(),
        rows,
    }
}

/// Adds the rows of cells without a value, with their fractions. That of the fire zone is shown
/// where a map has one.
pub fn add_unseen_rows(
    rows: &mut Vec<LegendRow>,
    filter: Filter,
    fractions: [Option<f64>; Unseen::ALL.len()],
) {
    for (unseen, fraction) in Unseen::ALL.into_iter().zip(fractions) {
        if unseen == Unseen::OutsideZone && fraction.is_none_or(|fraction| fraction <= 0.0) {
            continue;
        }
        let is_painted = !filter.hides_unseen(unseen);
        rows.push(LegendRow {
            title: words().unseen(unseen).to_owned(),
            range: String::new(),
            area: fraction.map(|it| words().fraction(it)).unwrap_or_default(),
            subject: RowSubject::Unseen(unseen),
            swatches: vec![if is_painted { Swatch::Pattern(unseen) } else { Swatch::Clear }],
            is_painted,
        });
    }
}

/// How a class is painted under a filter.
pub fn swatch(class: Severity, palette: Palette, filter: Filter) -> Swatch {
    match filter.hides(class) {
        true => Swatch::Clear,
        false => Swatch::Colour(map_colour(palette, class)),
    }
}

/// A colour as CSS writes it; `transparent` for none.
pub fn css_colour(paint: Option<Rgb>) -> String {
    match paint {
        Some([red, green, blue]) => format!("#{red:02x}{green:02x}{blue:02x}"),
        None => "transparent".to_owned(),
    }
}

impl Swatch {
    /// Its colour as CSS writes it; `transparent` where it is not filled.
    pub fn css(self) -> String {
        match self {
            Self::Colour(colour) => css_colour(Some(colour)),
            Self::Pattern(_) | Self::Hatch | Self::Clear => css_colour(None),
        }
    }
}

impl LegendRow {
    /// The choice with what the row stands for hidden where it was shown, and the reverse.
    pub fn toggled(&self, filter: Filter) -> Filter {
        match &self.subject {
            RowSubject::Classes(classes) => filter.with_classes(classes, self.is_painted),
            RowSubject::Unseen(unseen) => filter.with_unseen(*unseen, self.is_painted),
            RowSubject::Change => filter.with_change(!self.is_painted),
            RowSubject::Provisional => filter.with_provisional(self.is_painted),
            RowSubject::Value => filter,
        }
    }
}

fn change_row(hectares: f64, filter: Filter) -> LegendRow {
    let is_painted = filter.shows_change();
    LegendRow {
        title: words().no_fire_seen.to_owned(),
        range: String::new(),
        area: words().area(hectares),
        subject: RowSubject::Change,
        swatches: vec![if is_painted { Swatch::Colour(CHANGE_COLOUR) } else { Swatch::Clear }],
        is_painted,
    }
}

/// The row of burnt ground that a single image shows.
pub fn provisional_row(hectares: f64, filter: Filter) -> LegendRow {
    let is_painted = !filter.hides_provisional();
    LegendRow {
        title: words().seen_once.fill([&words().area(hectares)]),
        range: String::new(),
        area: String::new(),
        subject: RowSubject::Provisional,
        swatches: vec![if is_painted { Swatch::Hatch } else { Swatch::Clear }],
        is_painted,
    }
}

fn class_row(
    entry: &LegendEntry,
    palette: Palette,
    filter: Filter,
    areas: Option<&Areas>,
) -> LegendRow {
    let sum = |areas: &Areas| {
        words().area(entry.classes.iter().map(|class| areas.hectares.of(*class)).sum())
    };
    let classes: Vec<_> = entry.classes.iter().rev().copied().collect();
    LegendRow {
        title: entry.classes.first().map_or(entry.title, |class| words().class(*class)).to_owned(),
        range: words().range(entry.range(&Breaks::USGS)),
        area: areas.map(sum).unwrap_or_default(),
        swatches: classes.iter().map(|class| swatch(*class, palette, filter)).collect(),
        subject: RowSubject::Classes(classes),
        is_painted: entry.classes.iter().any(|class| !filter.hides(*class)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::key::legend_index;

    fn areas() -> Areas {
        Areas {
            title: "Evia".to_owned(),
            hectares: Hectares { low: 10.0, ..Hectares::default() },
            changed_ha: None,
            empty_share: EmptyShare { cloud: 0.25, ..EmptyShare::default() },
            cell_m: 250.4,
            provisional_ha: 0.0,
        }
    }

    #[test]
    fn the_legend_reads_from_high_severity_down_to_what_was_not_seen() {
        let legend = nightly_legend(Palette::default(), Filter::default(), None);
        let ranges: Vec<_> = legend.rows.iter().map(|row| row.range.as_str()).collect();
        let expected = [
            "0.66 and more",
            "0.44 to 0.66",
            "0.27 to 0.44",
            "0.10 to 0.27",
            "−0.10 to 0.10",
            "below −0.10",
            "",
        ];
        assert_eq!(ranges, expected);
        assert_eq!(legend.rows[5].swatches.len(), 2);
        assert_eq!(legend.rows[6].swatches, [Swatch::Pattern(Unseen::NotSeen)]);
        let clear: Vec<_> = legend
            .rows
            .iter()
            .filter(|row| !row.is_painted)
            .map(|row| row.title.as_str())
            .collect();
        assert_eq!(clear, ["Unburned"]);
        assert!(Severity::ALL.into_iter().all(|class| legend_index(class).is_some()));
    }

    #[test]
    fn areas_come_with_their_region_their_cells_and_what_was_not_seen() {
        let legend = nightly_legend(Palette::default(), Filter::default(), Some(&areas()));
        assert!(legend.about.contains("Evia") && legend.about.contains("250 m"), "{legend:?}");
        assert_eq!((legend.rows[3].area.as_str(), legend.rows[6].area.as_str()), ("10 ha", "25 %"));
        assert_eq!(legend.rows.len(), 7);
        let zone = EmptyShare { outside_zone: 0.1, ..EmptyShare::default() };
        let zoned = Areas { empty_share: zone, ..areas() };
        assert_eq!(
            nightly_legend(Palette::default(), Filter::default(), Some(&zoned)).rows.len(),
            8
        );
    }

    #[test]
    fn provisional_ground_has_a_row_that_is_hatched_until_it_is_hidden() {
        let seen_once = Areas { provisional_ha: 41.0, ..areas() };
        let rows = |filter| nightly_legend(Palette::default(), filter, Some(&seen_once)).rows;
        let row = rows(Filter::default())[6].clone();
        assert_eq!(row.title, "Seen once, not confirmed: 41 ha.");
        assert_eq!(
            (row.subject.clone(), &row.swatches[..]),
            (RowSubject::Provisional, &[Swatch::Hatch][..])
        );
        let hidden = row.toggled(Filter::default());
        assert_eq!(rows(hidden)[6].swatches, [Swatch::Clear]);
        assert_eq!(rows(hidden)[6].toggled(hidden), Filter::default());
    }

    #[test]
    fn change_without_a_fire_has_a_row_that_is_off_until_it_is_chosen() {
        let parted = Areas { changed_ha: Some(80.0), ..areas() };
        let rows = |filter| nightly_legend(Palette::default(), filter, Some(&parted)).rows;
        let row = rows(Filter::default())[6].clone();
        assert_eq!((row.subject.clone(), row.area.as_str()), (RowSubject::Change, "80 ha"));
        assert!(!row.is_painted && row.swatches == [Swatch::Clear]);
        let shown = row.toggled(Filter::default());
        assert_eq!(rows(shown)[6].swatches, [Swatch::Colour(CHANGE_COLOUR)]);
        assert_eq!(rows(shown)[6].toggled(shown), Filter::default());
    }

    #[test]
    fn a_row_hides_what_it_shows_and_the_reverse() {
        for index in 0..7 {
            let rows = |filter| nightly_legend(Palette::default(), filter, None).rows;
            let before = Filter::EVERYTHING;
            let hidden = rows(before)[index].toggled(before);
            assert_ne!(hidden, before);
            assert_eq!(rows(hidden)[index].swatches[0], Swatch::Clear);
            assert_eq!(rows(hidden)[index].toggled(hidden), before);
        }
    }

    #[test]
    fn colours_are_written_as_css() {
        assert_eq!(css_colour(Some([0x0a, 0xe0, 0x42])), "#0ae042");
        assert_eq!(Swatch::Clear.css(), "transparent");
    }
}
