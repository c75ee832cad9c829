//! The lists of names in other scripts than that of the main list of places.

/// Ranges of Unicode and the scripts that have them, as client/place_names.py names these.
const SCRIPTS: [(char, char, &str); 22] = [
    ('\u{370}', '\u{3ff}', "greek"),
    ('\u{400}', '\u{52f}', "cyrillic"),
    ('\u{530}', '\u{58f}', "armenian"),
    ('\u{590}', '\u{5ff}', "hebrew"),
    ('\u{600}', '\u{77f}', "arabic"),
    ('\u{900}', '\u{97f}', "devanagari"),
    ('\u{980}', '\u{9ff}', "bengali"),
    ('\u{b80}', '\u{bff}', "tamil"),
    ('\u{c00}', '\u{c7f}', "telugu"),
    ('\u{d80}', '\u{dff}', "sinhala"),
    ('\u{e00}', '\u{e7f}', "thai"),
    ('\u{e80}', '\u{eff}', "lao"),
    ('\u{1000}', '\u{109f}', "myanmar"),
    ('\u{10a0}', '\u{10ff}', "georgian"),
    ('\u{1200}', '\u{137f}', "ethiopic"),
    ('\u{1780}', '\u{17ff}', "khmer"),
    ('\u{1f00}', '\u{1fff}', "greek"),
    ('\u{3040}', '\u{30ff}', "cjk"),
    ('\u{3400}', '\u{9fff}', "cjk"),
    ('\u{ac00}', '\u{d7af}', "hangul"),
    ('\u{fb50}', '\u{fdff}', "arabic"),
    ('\u{fe70}', '\u{fefc}', "arabic"),
];
/// Further names in Latin letters, such as Wien, of large places.
pub const LATIN: &str = "latin";

/// The script of the first letter that is not Latin; `None` without one.
pub fn script_of(text: &str) -> Option<&'static str> {
    let script = |letter: char| {
        let found = SCRIPTS.iter().find(|(first, last, _)| (*first..=*last).contains(&letter));
        found.map(|(.., script)| *script)
    };
    text.chars().find_map(script)
}

/// Where the names in a script are.
pub fn url_of(script: &str) -> String {
    format!("/names/{script}.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_script_is_that_of_the_first_letter_that_is_not_latin() {
        for (text, script) in [
            ("Ιστιαία", Some("greek")),
            ("ἄ", Some("greek")),
            ("Чернобыль", Some("cyrillic")),
            ("12 北京", Some("cjk")),
            ("ウィーン", Some("cjk")),
            ("طرابلس, LY", Some("arabic")),
            ("Łódź, 3", None),
            ("", None),
        ] {
            assert_eq!(script_of(text), script, "{text}");
        }
    }

    #[test]
    fn each_script_of_the_list_of_names_is_known() {
        let names = include_str!("../../place_names.tsv");
        let listed: BTreeSet<_> =
            names.lines().filter_map(|line| Some(line.split_once('\t')?.0)).collect();
        let known: BTreeSet<_> =
            SCRIPTS.iter().map(|(.., script)| *script).chain([LATIN]).collect();
        assert_eq!(listed, known);
        for line in names.lines() {
            let mut fields = line.split('\t');
            let (script, _id) = (fields.next().unwrap(), fields.next().unwrap());
            for name in fields {
                assert_eq!(script_of(name).unwrap_or(LATIN), script, "{name}");
            }
        }
    }
}
