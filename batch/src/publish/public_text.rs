//! Text that is published: on one line, of bounded length, without paths of this machine and
//! without credentials.

use std::path::Path;

/// Characters of a published message.
const MAX_CHARS: usize = 600;
/// What stands in the middle of a message that is longer.
const OMISSION: &str = " … ";
/// Characters that end a word: a path or an address ends before them.
const WORD_ENDS: &[char] =
    &[' ', '"', '\'', '`', '(', ')', '[', ']', '<', '>', ',', ';', '=', '“', '”'];

/// The text as it may be published.
///
/// Control characters and runs of white space become one space, an absolute path becomes the name
/// of its file, user name and password go out of addresses, and of a long text the middle goes.
pub(crate) fn public_text(text: &str) -> String {
    let line = text.replace(|c: char| c.is_control() || is_invisible(c), " ");
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = line.split_inclusive(WORD_ENDS).map(|word| {
        let end = word.trim_end_matches(WORD_ENDS).len();
        format!("{}{}", public_word(&word[..end]), &word[end..])
    });
    shortened(words.collect())
}

/// A path or an address as it may be published: of a path the file's name, of an address no
/// credentials.
pub(crate) fn public_location(location: &str) -> String {
    shortened(public_word(location))
}

/// An http(s) address without user name and password.
pub(crate) fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

fn public_word(word: &str) -> String {
    if word.contains("://") && !word.starts_with("file://") {
        return without_credentials(word);
    }
    let path = word.strip_prefix("file://").unwrap_or(word);
    // A colon or a full stop behind a path is the sentence's.
    let path_end = path.trim_end_matches([':', '.', '!', '?']).len();
    let (path, rest) = path.split_at(path_end);
    let is_absolute = path.starts_with('/') && path[1..].contains('/');
    match Path::new(path).file_name().filter(|_| is_absolute) {
        Some(name) => format!("{}{rest}", name.to_string_lossy()),
        None => word.to_owned(),
    }
}

/// Marks of direction and zero width, by which a line can be made to read otherwise than it is.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The beginning and the end of a text that is too long: the cause often stands last.
fn shortened(text: String) -> String {
    let count = text.chars().count();
    if count <= MAX_CHARS {
        return text;
    }
    let half = (MAX_CHARS - OMISSION.chars().count()) / 2;
    let start: String = text.chars().take(half).collect();
    let end: String = text.chars().skip(count - half).collect();
    format!("{start}{OMISSION}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, public: &str) {
        assert_eq!(public_text(text), public);
    }

    #[test]
    fn a_path_becomes_the_name_of_its_file() {
        check(
            "cannot read /home/alice/work/zone.tif: no such file",
            "cannot read zone.tif: no such file",
        );
        check("the mask `/srv/masks/zone.tif` is broken.", "the mask `zone.tif` is broken.");
        check("the mask file:///srv/masks/zone.tif", "the mask zone.tif");
        check("scene a: 3 m/s, 1/2, and/or", "scene a: 3 m/s, 1/2, and/or");
        check("see work/madre/run.json and /tmp", "see work/madre/run.json and /tmp");
        assert_eq!(public_location("/srv/with space/zone.tif"), "zone.tif");
    }

    #[test]
    fn an_address_keeps_its_path_and_loses_its_credentials() {
        check(
            "the catalogue https://bob:pw@host.example/v1/search does not answer",
            "the catalogue https://host.example/v1/search does not answer",
        );
        check("https://host.example/a@b", "https://host.example/a@b");
        assert_eq!(without_credentials("https://bob@host/?u=a@b"), "https://host/?u=a@b");
    }

    #[test]
    fn control_characters_and_length_are_bounded() {
        check("no\nsuch\x1b[31m\u{202e}thing", "no such [31m thing");
        let long = public_text(&format!("start {}end", "word ".repeat(200_000)));
        assert!(
            long.chars().count() <= MAX_CHARS
                && long.starts_with("start ")
                && long.ends_with("end"),
            "{long}"
        );
    }
}
