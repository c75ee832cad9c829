//! What went wrong on the page, in words.

use super::Words;
use crate::state::problem::LoadError;

/// Up to this many regions with the same error are named; more are counted.
const TITLES_TOLD: usize = 2;

impl Words {
    /// What went wrong, in one sentence each; `None` when nothing did.
    pub fn notice(&self, problems: &[LoadError]) -> Option<String> {
        let broken =
            problems.iter().filter(|problem| matches!(problem, LoadError::Region(_))).count();
        let mut sentences: Vec<_> = problems
            .iter()
            .filter(|problem| broken <= TITLES_TOLD || !matches!(problem, LoadError::Region(_)))
            .map(|problem| self.problem(problem))
            .collect();
        if broken > TITLES_TOLD {
            sentences.push(self.regions_problem.fill([&self.count(broken)]));
        }
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    fn problem(&self, problem: &LoadError) -> String {
        match problem {
            LoadError::Index => self.index_problem.to_owned(),
            LoadError::IndexLines(1) => self.line_problem.to_owned(),
            LoadError::IndexLines(count) => self.lines_problem.fill([&self.count(*count)]),
            LoadError::Fires => self.fires_problem.to_owned(),
            LoadError::FireLines(count) => self.fire_lines_problem.fill([&self.count(*count)]),
            LoadError::Region(title) => self.region_problem.fill([title]),
            LoadError::Tiles(title) => self.tiles_problem.fill([title]),
            LoadError::Land => self.land_problem.to_owned(),
            LoadError::Basemap(title) => self.basemap_problem.fill([title]),
            LoadError::Config => self.config_problem.to_owned(),
            LoadError::Language(name) => self.language_problem.fill([name]),
            LoadError::Tools => self.tools_problem.to_owned(),
            LoadError::Reported(sentence) => sentence.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{ENGLISH, GERMAN};

    #[test]
    fn nothing_wrong_is_no_notice() {
        assert_eq!(ENGLISH.notice(&[]), None);
        let problems = [LoadError::IndexLines(1), LoadError::Region("Madre".into())];
        let expected = "One region of the list could not be read. \
                        Madre could not be loaded.";
        assert_eq!(ENGLISH.notice(&problems).as_deref(), Some(expected));
        let expected = "Die Umrisse des Landes konnten nicht geladen werden.";
        assert_eq!(GERMAN.notice(&[LoadError::Land]).as_deref(), Some(expected));
    }

    #[test]
    fn many_broken_regions_are_counted() {
        let problems: Vec<_> =
            (0..400).map(|number| LoadError::Region(number.to_string())).collect();
        let expected = "400 regions could not be loaded.";
        assert_eq!(ENGLISH.notice(&problems).as_deref(), Some(expected));
    }
}
