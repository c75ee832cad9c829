//! The legend of a result, which the page shows in place of that of the nightly maps.

use std::rc::Rc;

use dragonfly_core::metadata::UsedScene;
use dragonfly_core::protocol::ComputeResult;
use dragonfly_core::{FireSide, Thresholds};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use super::phase::Phase;
use super::style::{RAMP_VALUES, ResultStyle};
use super::words::{HighresWords, area, fill, number, words};
use super::{Highres, HighresSignals};
use crate::panel::legend_row::css_colour;
use crate::state::key;
use crate::state::unseen::Unseen;

impl Highres {
    /// Keeps the page's legend that of the map on top.
    pub fn show_legend_on_change(self: &Rc<Self>) {
        let this = StoredValue::new_local(self.clone());
        let tiles_version = self.signals.tiles_version;
        let has_tiles = Memo::new(move |_| {
            tiles_version.track();
            this.with_value(|this| !this.blocks.is_empty())
        });
        let legend =
            Memo::new(move |_| has_tiles.get().then(|| this.with_value(|this| this.legend())));
        Effect::new(move |_| {
            this.with_value(|this| this.page.set_legend(legend.get().as_deref()));
        });
    }

    /// Counts the hectares again when the result or its thresholds change.
    pub fn count_on_change(self: &Rc<Self>) {
        let this = StoredValue::new_local(self.clone());
        let HighresSignals { hectares, phase, .. } = self.signals;
        let is_done = Memo::new(move |_| phase.with(|phase| matches!(phase, Phase::Done(_))));
        let style = Memo::new(move |_| this.with_value(|this| this.style().as_counted()));
        Effect::new(move |_| {
            let style = style.get();
            hectares.set(Vec::new());
            if !is_done.get() {
                return;
            }
            let highres = this.get_value();
            spawn_local(async move {
                let counted = highres.hectares(&style).await;
                // Only the count for the style that is still shown.
                if untrack(|| highres.style().as_counted()) == style {
                    hectares.set(counted);
                }
            });
        });
    }

    /// The legend of the result on the map, in the format of `panel/result_legend.rs`; `None`
    /// without one.
    pub fn shown_legend(&self) -> Option<String> {
        (!self.blocks.is_empty()).then(|| untrack(|| self.legend()))
    }

    fn legend(&self) -> String {
        let HighresSignals { hectares, found, phase, .. } = self.signals;
        let cell_m = found.with(|found| {
            let zooms = found.as_ref().map(|found| found.zooms.clone()).unwrap_or_default();
            zooms.into_iter().find(|offer| offer.zoom == self.blocks.zoom())
        });
        let cell_m = cell_m.map_or_else(|| "?".to_owned(), |offer| number(offer.cell_m, 0));
        let done = phase.with(|phase| match phase {
            Phase::Done(done) => Some(done.clone()),
            _ => None,
        });
        text(&self.style(), &cell_m, done.as_deref(), &hectares.get())
    }
}

fn text(
    style: &ResultStyle,
    cell_m: &str,
    done: Option<&ComputeResult>,
    hectares: &[f64],
) -> String {
    let words = words();
    let mut legend = json!({
        "about": about(style, cell_m, done, words),
        "unit": style.index.name(),
        "rows": match &style.thresholds {
            Some(thresholds) => class_rows(thresholds, hectares, words),
            None => value_rows(style),
        },
    });
    let provisional =
        style.thresholds.as_ref().and_then(|thresholds| hectares.get(thresholds.classes().len()));
    legend["provisional_ha"] = json!(provisional);
    for unseen in Unseen::ALL {
        let fraction = done.map(|done| unseen.fraction(done.empty_share));
        legend[unseen.key()] = json!(fraction);
    }
    legend.to_string()
}

fn about(
    style: &ResultStyle,
    cell_m: &str,
    done: Option<&ComputeResult>,
    words: &HighresWords,
) -> String {
    let days = |side| done.and_then(|done| days(&done.scenes, side));
    let mut about = match days(FireSide::Pre).zip(days(FireSide::Post)) {
        Some((before, after)) => fill(words.legend_about, &[cell_m, &before, &after]),
        None => fill(words.legend_computing, &[cell_m]),
    };
    if style.thresholds.is_none() {
        about = format!("{about} · {}", words.ramp);
    }
    about
}

/// The days of the images of a side, as text.
pub fn days(scenes: &[UsedScene], side: FireSide) -> Option<String> {
    let days = || {
        let of_side = scenes.iter().filter(|scene| scene.side == side);
        of_side.map(|scene| scene.datetime.date_naive())
    };
    let (first, last) = (days().min()?, days().max()?);
    Some(crate::i18n::words().dates(dragonfly_core::metadata::SceneDates { first, last }))
}

/// A row for each class, the gravest first.
fn class_rows(thresholds: &Thresholds, hectares: &[f64], words: &HighresWords) -> Value {
    let row = |(place, class): (usize, &dragonfly_core::TableClass)| {
        json!({
            "title": words.class(thresholds.table(), place),
            "range": crate::i18n::words().range(thresholds.range(place)),
            "area": hectares.get(place).map(|hectares| area(*hectares)).unwrap_or_default(),
            "class": key::of_class(class.colour_of),
        })
    };
    thresholds.classes().iter().enumerate().rev().map(row).collect()
}

/// A row for each of some values of a ramp, the highest first.
fn value_rows(style: &ResultStyle) -> Value {
    let highest = RAMP_VALUES.len() - 1;
    let row = |(at, value): (usize, &f32)| {
        let shown = number(f64::from(*value), 2);
        let title = match at == highest {
            true => crate::i18n::words().range((Some(*value), None)),
            false => shown,
        };
        let [red, green, blue, _] = style.ramp(*value);
        let colour = css_colour(Some([red, green, blue]));
        json!({ "title": title, "range": "", "area": "", "colour": colour })
    };
    RAMP_VALUES.iter().enumerate().rev().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::legend_row::{RowSubject, ShownLegend};
    use crate::panel::result_legend::result_legend;
    use crate::state::filter::Filter;
    use dragonfly_core::{ClassTable, Index, Palette};

    fn style(index: Index) -> ResultStyle {
        ResultStyle {
            index,
            thresholds: Thresholds::for_index(index),
            palette: Palette::default(),
            filter: Filter::default(),
            dnbr_offset: None,
        }
    }

    fn shown(style: &ResultStyle, hectares: &[f64]) -> ShownLegend {
        let text = text(style, "16", None, hectares);
        result_legend(&text, style.palette, style.filter).unwrap()
    }

    #[test]
    fn the_page_reads_the_legend_of_every_index_and_table() {
        for index in Index::ALL {
            for table in [None, Some(ClassTable::Usgs), Some(ClassTable::MtbsLike)] {
                let thresholds = table.map(Thresholds::published);
                let count = thresholds.as_ref().map_or(RAMP_VALUES.len(), |it| it.classes().len());
                let legend = shown(&ResultStyle { thresholds, ..style(index) }, &[]);
                assert_eq!(legend.unit, index.name());
                // And what was not seen.
                assert_eq!(legend.rows.len(), count + 1, "{index:?} {table:?}");
                assert!(legend.about.contains("16 m"), "{}", legend.about);
            }
        }
    }

    #[test]
    fn rdnbr_has_its_own_classes_numbers_and_hectares() {
        let legend = shown(&style(Index::Rdnbr), &[1.0, 2.0, 3.0, 40.0]);
        let row = &legend.rows[0];
        assert_eq!(
            (row.title.as_str(), row.range.as_str(), row.area.as_str()),
            ("High", "0.64 and more", "40 ha")
        );
        assert_eq!(legend.rows[3].title, "Unchanged");
    }

    #[test]
    fn rbr_has_a_scale_in_the_colours_of_its_ramp() {
        let style = style(Index::Rbr);
        let legend = shown(&style, &[]);
        let titles: Vec<_> = legend.rows.iter().map(|row| row.title.as_str()).collect();
        assert_eq!(titles[..4], ["0.50 and more", "0.35", "0.20", "0.05"]);
        let colours: Vec<_> = legend.rows[..4].iter().map(|row| row.swatches[0].css()).collect();
        assert!(colours.windows(2).all(|pair| pair[0] != pair[1]), "{colours:?}");
        assert!(legend.rows[..4].iter().all(|row| row.subject == RowSubject::Value));
    }
}
