//! The phrases of high resolution in each language: a table whose fields every language must fill.
//! The tools contain the English one; the others are the second list of a language's file.

pub(crate) mod english;
#[cfg(test)]
mod french;
#[cfg(test)]
mod german;
#[cfg(test)]
mod greek;
#[cfg(test)]
mod italian;
#[cfg(test)]
mod portuguese;
#[cfg(test)]
mod spanish;

use std::collections::BTreeSet;

use dragonfly_core::protocol::{ComputeResult, JobProgress, JobStep};
use dragonfly_core::{ClassTable, Empty, FireSide, Severity};

use crate::i18n::language_file::{TOOLS, words_of_list};
use crate::i18n::table_of_texts;

table_of_texts! {
    /// All phrases of one language. A `{}` is a gap to be [filled](fill).
    pub struct HighresWords {
        pub title: &'static str,
        pub about: &'static str,
        pub too_far: &'static str,
        pub no_catalogue: &'static str,
        pub area: &'static str,
        pub area_view: &'static str,
        pub area_drawn: &'static str,
        pub draw: &'static str,
        pub draw_box: &'static str,
        pub draw_how: &'static str,
        pub draw_box_how: &'static str,
        pub unfinished: &'static str,
        pub file: &'static str,
        pub whole_view: &'static str,
        pub is_perimeter: &'static str,
        pub one_side: &'static str,
        pub beyond_map: &'static str,
        pub before: &'static str,
        pub after: &'static str,
        pub first_day: &'static str,
        pub last_day: &'static str,
        pub backwards: &'static str,
        pub not_later: &'static str,
        pub compute: &'static str,
        pub cancel: &'static str,
        pub follow: &'static str,
        pub searching: &'static str,
        pub opening: &'static str,
        pub computing: &'static str,
        pub writing: &'static str,
        pub came: &'static str,
        pub scenes_found: &'static str,
        pub cloud: &'static str,
        pub go_on: &'static str,
        pub coarser: &'static str,
        pub too_large: &'static str,
        pub no_scene: &'static str,
        pub nearest: &'static str,
        pub take_day: &'static str,
        pub all_cloudy: &'static str,
        pub take_cloudy: &'static str,
        pub pinned_gone: &'static str,
        pub take_best: &'static str,
        pub again: &'static str,
        pub without_scene: &'static str,
        pub result: &'static str,
        pub legend_about: &'static str,
        pub legend_computing: &'static str,
        pub maps_differ: &'static str,
        pub counted_inside: &'static str,
        pub result_about: &'static str,
        pub result_kept: &'static str,
        pub same_legend: &'static str,
        pub empty: &'static str,
        pub show: &'static str,
        pub severity: &'static str,
        pub pictures_true: &'static str,
        pub pictures_false: &'static str,
        pub more: &'static str,
        pub index: &'static str,
        pub classes: &'static str,
        pub own: &'static str,
        pub ramp: &'static str,
        pub bad_breaks: &'static str,
        pub offset: &'static str,
        pub no_rdnbr_here: &'static str,
        pub rdnbr_note: &'static str,
        pub counted_from: &'static str,
        pub seen_once: &'static str,
        pub offset_found: &'static str,
        pub offset_none: &'static str,
        pub offset_later: &'static str,
        pub scenes: &'static str,
        pub with_these: &'static str,
        pub save: &'static str,
        pub geotiff: &'static str,
        pub geotiff_utm: &'static str,
        pub geotiff_classes: &'static str,
        pub geojson: &'static str,
        pub perimeter: &'static str,
        pub csv: &'static str,
        pub png: &'static str,
        pub simplify: &'static str,
        pub clear_cache: &'static str,
        pub cache_cleared: &'static str,
        pub put_away: &'static str,
        pub here: &'static str,
        pub here_empty: &'static str,
        pub kept: &'static str,
        pub worker_failed: &'static str,
        /// The classes, in the order of `Severity::ALL`.
        pub classes_by_severity: [&'static str; Severity::ALL.len()],
        /// What Miller & Thode call the middle of their classes.
        pub moderate: &'static str,
        pub unchanged: &'static str,
        pub increased: &'static str,
        pub provenance: &'static str,
        /// What went wrong: the area, its size, no images, offline, refused, a login, a busy server,
        /// an unreadable image, a server that is none, memory, a file that cannot be written.
        pub faults: [&'static str; 11],
        /// After the name of pictures for which the images lack a band.
        pub no_pictures: &'static str,
        /// Burnt or changed area within an outline, and the size of the cells it is counted from.
        pub measured: &'static str,
        /// The part of an outline that was not seen, or for which there is no map.
        pub measured_unseen: &'static str,
        pub measured_too_large: &'static str,
        /// Why a cell is empty that the page itself calls outside the region.
        pub outside_area: &'static str,
        /// Where the search for addresses fails.
        pub no_geocoder: &'static str,
    }
}

words_of_list!(words: HighresWords, list TOOLS);

/// A number as the page writes it.
pub fn number(value: f64, decimals: usize) -> String {
    crate::i18n::words().number(value, decimals)
}

/// An area as the page writes it, in the reader's units.
pub fn area(hectares: f64) -> String {
    crate::i18n::words().area(hectares)
}

/// A phrase with its gaps filled, from the first on.
pub fn fill(phrase: &str, gaps: &[&str]) -> String {
    let mut filled = String::new();
    let mut gaps = gaps.iter();
    for (gap, part) in phrase.split("{}").enumerate() {
        if gap > 0 {
            filled.push_str(gaps.next().unwrap_or(&""));
        }
        filled.push_str(part);
    }
    filled
}

impl HighresWords {
    /// Megabytes: one decimal below ten.
    pub fn megabytes(&self, megabytes: f64) -> String {
        number(megabytes, usize::from(megabytes < 9.95))
    }

    /// What is being done, and how far it is.
    pub fn progress(&self, progress: &JobProgress) -> String {
        let step = match progress.step {
            JobStep::Searching => self.searching,
            JobStep::Opening => self.opening,
            JobStep::Computing => self.computing,
            JobStep::Writing => self.writing,
        };
        let came = fill(self.came, &[&self.megabytes(progress.bytes as f64 / 1e6)]);
        match progress.of {
            0 => format!("{step} · {came}"),
            of => format!("{step}: {} / {of} · {came}", progress.done),
        }
    }

    /// Which images a result is made of, and what was subtracted.
    pub fn provenance(&self, done: &ComputeResult) -> String {
        let page = crate::i18n::words();
        let days = |side: FireSide| {
            let scenes = done.scenes.iter().filter(|scene| scene.side == side);
            let days: BTreeSet<_> = scenes.map(|scene| scene.datetime.date_naive()).collect();
            days.into_iter().map(|day| page.date(day)).collect::<Vec<_>>().join(", ")
        };
        let unburned =
            done.dnbr_offset.map_or_else(|| "–".to_owned(), |offset| number(offset.mean, 3));
        let (pre, post) = (days(FireSide::Pre), days(FireSide::Post));
        fill(self.provenance, &[&pre, &post, &unburned, &done.core_version])
    }

    /// Why a cell is empty.
    pub fn reason(&self, reason: Empty) -> &'static str {
        match reason {
            Empty::OutsideBox => self.outside_area,
            reason => crate::i18n::words().reason(reason),
        }
    }

    /// The class of a table at an index.
    pub fn class(&self, table: ClassTable, index: usize) -> &'static str {
        let class =
            table.classes().get(index).map(|class| class.colour_of).unwrap_or(Severity::Unburned);
        match (table, index) {
            (ClassTable::MtbsLike, 0) => self.increased,
            (ClassTable::MillerThode, 0) => self.unchanged,
            (ClassTable::MtbsLike, 3) | (ClassTable::MillerThode, 2) => self.moderate,
            _ => self.classes_by_severity[class.index()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::i18n::tables::fits_a_button;

    #[test]
    fn gaps_are_filled_in_turn() {
        assert_eq!(fill("{} scenes, about {} MB", &["2", "3.1"]), "2 scenes, about 3.1 MB");
    }

    #[test]
    fn a_button_is_not_much_longer_than_in_english() {
        let buttons = |words: &HighresWords| {
            [
                words.draw,
                words.draw_box,
                words.whole_view,
                words.compute,
                words.cancel,
                words.go_on,
                words.coarser,
                words.take_cloudy,
                words.take_best,
                words.again,
                words.without_scene,
                words.with_these,
                words.save,
                words.geotiff,
                words.geotiff_utm,
                words.geotiff_classes,
                words.geojson,
                words.perimeter,
                words.csv,
                words.png,
                words.clear_cache,
                words.put_away,
            ]
        };
        let mut too_long = Vec::new();
        for language in Language::ALL {
            let pairs = buttons(&english::WORDS).into_iter().zip(buttons(table(language)));
            too_long.extend(pairs.filter(|(english, text)| !fits_a_button(english, text)));
        }
        assert_eq!(too_long, []);
    }

    #[test]
    fn every_class_of_every_table_has_a_name() {
        for table in ClassTable::ALL {
            let names: Vec<_> = (0..table.classes().len())
                .map(|index| english::WORDS.class(table, index))
                .collect();
            let mut once = names.clone();
            once.dedup();
            assert_eq!(once, names);
        }
    }
}
