//! The plain thinking behind a saved picture: its scale bar, and how its lines break.

/// Metres on the ground and pixels of a scale bar: the longest of 1, 2 or 5 times a power of ten
/// that fits.
pub fn scale_bar(metres_per_px: f64, longest_px: f64) -> (f64, f64) {
    let longest_m = metres_per_px * longest_px;
    let power = 10_f64.powf(longest_m.log10().floor());
    let metres =
        [5.0, 2.0, 1.0].into_iter().map(|digit| digit * power).find(|metres| *metres <= longest_m);
    let metres = metres.unwrap_or(power);
    (metres, metres / metres_per_px)
}

/// A text in lines of at most so many letters, broken between words; a longer word has a line of
/// its own.
pub fn lines(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_bar_is_a_round_length_that_fits() {
        for (metres_per_px, metres) in
            [(1.0, 100.0), (1.7, 200.0), (30.0, 2_000.0), (60.0, 5_000.0), (5_000.0, 500_000.0)]
        {
            let (shown, px) = scale_bar(metres_per_px, 120.0);
            assert!((shown / metres - 1.0).abs() < 1e-9, "{shown} for {metres_per_px}");
            assert!(px > 48.0 - 1e-6 && px <= 120.0, "{px}");
        }
    }

    #[test]
    fn a_text_breaks_between_words() {
        assert_eq!(lines("one two three", 7), ["one two", "three"]);
        assert_eq!(lines("extraordinary one", 5), ["extraordinary", "one"]);
        assert!(lines("", 5).is_empty());
    }
}
