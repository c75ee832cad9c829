//! Which titles have room on the map, so that none is written over another.

/// A letter of a title is about this wide.
const LETTER_PX: f64 = 7.3;
/// The widest title; what is longer is cut by the style sheet.
const WIDEST_PX: f64 = 220.0;
/// The height of a title.
const LINE_PX: f64 = 18.0;

/// A title that wants to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Title {
    /// Where it begins.
    pub left_px: f64,
    /// Where it stands.
    pub bottom_px: f64,
    /// Its length.
    pub letters: usize,
}

impl Title {
    fn right_px(&self) -> f64 {
        self.left_px + (self.letters as f64 * LETTER_PX).min(WIDEST_PX)
    }

    fn covers(&self, other: &Self) -> bool {
        self.left_px < other.right_px()
            && other.left_px < self.right_px()
            && (self.bottom_px - other.bottom_px).abs() < LINE_PX
    }
}

/// Whether each title has room; the earlier one wins.
pub fn with_room(titles: &[Title]) -> Vec<bool> {
    let mut shown: Vec<Title> = Vec::new();
    let mut has_room = Vec::with_capacity(titles.len());
    for title in titles {
        let is_free = !shown.iter().any(|other| other.covers(title));
        if is_free {
            shown.push(*title);
        }
        has_room.push(is_free);
    }
    has_room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_not_written_over_another() {
        let title = |left_px, bottom_px| Title { left_px, bottom_px, letters: 10 };
        let titles = [title(0.0, 0.0), title(70.0, 5.0), title(75.0, 0.0), title(30.0, 20.0), title(140.0, 0.0)];
        assert_eq!(with_room(&titles), [true, false, true, true, false]);
    }
}
