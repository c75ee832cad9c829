//! What went wrong with a request, in plain words; what the worker reports follows them.

use dragonfly_core::protocol::{JobError, JobErrorKind};

use super::words::HighresWords;

/// An error as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultText {
    /// What happened and what to do, in the reader's language.
    pub sentence: String,
    /// What the worker reports of it.
    pub detail: String,
    /// Whether the detail is for those who run the site, and folded.
    pub is_technical: bool,
}

impl HighresWords {
    /// An error of the worker as a sentence. One without advice is the page's own sentence.
    pub fn fault(&self, error: &JobError) -> FaultText {
        if error.advice.is_empty() {
            let sentence = sentence(&error.message);
            return FaultText { sentence, detail: String::new(), is_technical: false };
        }
        let (place, is_technical) = match error.kind {
            JobErrorKind::Area => (0, false),
            JobErrorKind::TooLarge => (1, false),
            JobErrorKind::NoScene => (2, false),
            JobErrorKind::Offline => (3, true),
            JobErrorKind::Refused => (4, true),
            JobErrorKind::Forbidden => (5, true),
            JobErrorKind::Busy => (6, true),
            JobErrorKind::NotFound
            | JobErrorKind::Truncated
            | JobErrorKind::Broken
            | JobErrorKind::Compression
            | JobErrorKind::Crs => (7, true),
            JobErrorKind::Catalogue => (8, true),
            JobErrorKind::Memory => (9, true),
            JobErrorKind::Result => (10, false),
        };
        FaultText {
            sentence: self.faults[place].to_owned(),
            detail: format!("{} {}", sentence(&error.message), sentence(&error.advice)),
            is_technical,
        }
    }
}

/// A sentence of the worker, which has neither capital nor full stop.
fn sentence(text: &str) -> String {
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{}{stop}", capitalised(text))
}

/// A text with a capital at its start, unless it starts with the name of a file.
pub fn capitalised(text: &str) -> String {
    if text.split_whitespace().next().is_some_and(|word| word.trim_end_matches('.').contains('.')) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::words::english::WORDS as ENGLISH;
    use super::*;

    #[test]
    fn a_missing_network_is_stated_in_plain_words_with_the_cause_folded() {
        let error = JobError::new(JobErrorKind::Offline, "no answer (TypeError)", "connect");
        let fault = ENGLISH.fault(&error);
        assert!(fault.sentence.starts_with("You are offline."), "{}", fault.sentence);
        assert_eq!(
            (fault.detail.as_str(), fault.is_technical),
            ("No answer (TypeError). Connect.", true)
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let error = JobError::new(JobErrorKind::Area, "ä.kml holds no polygon", "draw the area");
        let fault = ENGLISH.fault(&error);
        assert_eq!(fault.detail, "ä.kml holds no polygon. Draw the area.");
        assert!(!fault.is_technical);
    }

    #[test]
    fn a_sentence_of_the_page_stands_alone() {
        let fault = ENGLISH.fault(&JobError::new(JobErrorKind::Offline, "Not loaded.", ""));
        assert_eq!((fault.sentence.as_str(), fault.detail.as_str()), ("Not loaded.", ""));
    }
}
