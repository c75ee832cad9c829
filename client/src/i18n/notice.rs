//! What went wrong on the page, in words.

use super::Words;
use crate::state::problem::Problem;

/// So many regions with one fault are told by name, more by number.
const TITLES_TOLD: usize = 2;

impl Words {
    /// What went wrong, in one sentence each; `None` when nothing did.
    pub fn notice(&self, problems: &[Problem]) -> Option<String> {
        let broken =
            problems.iter().filter(|problem| matches!(problem, Problem::Region(_))).count();
        let mut sentences: Vec<_> = problems
            .iter()
            .filter(|problem| broken <= TITLES_TOLD || !matches!(problem, Problem::Region(_)))
            .map(|problem| self.problem(problem))
            .collect();
        if broken > TITLES_TOLD {
            sentences.push(self.regions_problem.say([&self.count(broken)]));
        }
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    fn problem(&self, problem: &Problem) -> String {
        match problem {
            Problem::Index => self.index_problem.to_owned(),
            Problem::IndexLines(1) => self.line_problem.to_owned(),
            Problem::IndexLines(count) => self.lines_problem.say([&self.count(*count)]),
            Problem::Region(title) => self.region_problem.say([title]),
            Problem::Tiles(title) => self.tiles_problem.say([title]),
            Problem::Land => self.land_problem.to_owned(),
            Problem::Basemap(title) => self.basemap_problem.say([title]),
            Problem::Config => self.config_problem.to_owned(),
            Problem::Tools => self.tools_problem.to_owned(),
            Problem::Told(sentence) => sentence.clone(),
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
        let problems = [Problem::IndexLines(1), Problem::Region("Madre".into())];
        let expected = "One region of the list could not be read. \
                        The map of Madre could not be loaded; the others are shown.";
        assert_eq!(ENGLISH.notice(&problems).as_deref(), Some(expected));
        let expected = "Die Umrisse des Landes konnten nicht geladen werden.";
        assert_eq!(GERMAN.notice(&[Problem::Land]).as_deref(), Some(expected));
    }

    #[test]
    fn many_broken_regions_are_counted() {
        let problems: Vec<_> = (0..400).map(|number| Problem::Region(number.to_string())).collect();
        let expected = "The maps of 400 regions could not be loaded; the others are shown.";
        assert_eq!(ENGLISH.notice(&problems).as_deref(), Some(expected));
    }
}
