//! Text from outside, as a log and metadata may show it.

/// The beginning of a text from outside, as a log and metadata may show it: on one line, without
/// control characters.
pub fn shown(text: &str) -> String {
    const MAX_CHARS: usize = 120;
    let mut line: String = text
        .chars()
        .take(MAX_CHARS)
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        line.push('…');
    }
    line
}
