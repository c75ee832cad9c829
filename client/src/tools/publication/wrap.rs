//! A text in lines of a width that is measured.

/// Pixels that a text takes, by its size in pixels and whether it is bold.
pub type Measure<'a> = &'a dyn Fn(&str, Font) -> f64;

/// A size of letters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Font {
    /// Height, pixels.
    pub px: f64,
    /// Whether letters are bold.
    pub is_bold: bool,
}

impl Font {
    /// As CSS writes it.
    pub fn css(self) -> String {
        let weight = if self.is_bold { 700 } else { 400 };
        format!("{weight} {:.1}px system-ui, sans-serif", self.px)
    }

    /// From one line to the next, pixels.
    pub fn line_px(self) -> f64 {
        self.px * 1.3
    }
}

/// A text in lines no wider than `width_px`: broken between words, and within a word that is wider
/// by itself, as an address is.
pub fn wrapped(text: &str, font: Font, width_px: f64, measure: Measure<'_>) -> Vec<String> {
    let fits = |line: &str| measure(line, font) <= width_px;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match (longer.filter(|longer| fits(longer)), lines.last_mut()) {
            (Some(longer), Some(line)) => *line = longer,
            _ => add_word(&mut lines, word, &fits),
        }
    }
    lines
}

/// Adds a word on lines of its own.
fn add_word(lines: &mut Vec<String>, word: &str, fits: &dyn Fn(&str) -> bool) {
    let mut line = String::new();
    for letter in word.chars() {
        line.push(letter);
        if !fits(&line) && line.chars().count() > 1 {
            line.pop();
            lines.push(std::mem::replace(&mut line, letter.to_string()));
        }
    }
    lines.push(line);
}

/// The first lines of a text, the last of them with an ellipsis where some are missing.
pub fn shortened(mut lines: Vec<String>, most: usize, fits: &dyn Fn(&str) -> bool) -> Vec<String> {
    if lines.len() <= most {
        return lines;
    }
    lines.truncate(most);
    if let Some(last) = lines.last_mut() {
        while !last.is_empty() && !fits(&format!("{last}…")) {
            last.pop();
        }
        last.push('…');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const FONT: Font = Font { px: 10.0, is_bold: false };

    /// Ten pixels a letter.
    fn measure(text: &str, font: Font) -> f64 {
        text.chars().count() as f64 * font.px
    }

    #[test]
    fn no_line_is_wider_than_its_room_and_no_letter_is_lost() {
        let text = "Größe η και https://maps.example/#map=9/35.1/-119.9&region=madre end";
        for width in [10.0, 35.0, 80.0, 170.0, 2_000.0] {
            let lines = wrapped(text, FONT, width, &measure);
            assert!(lines.iter().all(|line| measure(line, FONT) <= width), "{lines:?}");
            let letters = |text: &str| text.chars().filter(|it| *it != ' ').collect::<String>();
            assert_eq!(letters(&lines.concat()), letters(text));
        }
        assert_eq!(wrapped("one two three", FONT, 70.0, &measure), ["one two", "three"]);
        assert!(wrapped(" ", FONT, 70.0, &measure).is_empty());
    }

    #[test]
    fn what_is_left_out_is_marked() {
        let lines = || ["one two", "three"].map(str::to_owned).to_vec();
        let fits = |line: &str| measure(line, FONT) <= 70.0;
        assert_eq!(shortened(lines(), 2, &fits), lines());
        assert_eq!(shortened(lines(), 1, &fits), ["one tw…"]);
    }
}
