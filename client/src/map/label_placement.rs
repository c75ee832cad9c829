//! Label placement: which titles are shown, so that none is drawn over another.

/// A letter of a title is about this wide.
const LETTER_PX: f64 = 8.0;
/// The widest title; what is longer is cut by the style sheet.
const WIDEST_PX: f64 = 260.0;
/// The height of a title.
const LINE_PX: f64 = 18.0;
/// The gap between the place of a title and its letters.
const GAP_PX: f64 = 5.0;
/// Half the side of a dot.
const DOT_PX: f64 = 12.0;
/// The buttons along the right edge, which no title should reach.
const EDGE_PX: f64 = 64.0;

/// A title to place.
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
    /// The title shifted to the left until it ends on a map of this width, if it begins on the
    /// map.
    pub fn on_map(self, width_px: f64) -> Self {
        let last_px = (width_px - EDGE_PX - (self.right_px() - self.left_px)).max(0.0);
        if self.left_px < width_px {
            Self { left_px: self.left_px.min(last_px), ..self }
        } else {
            self
        }
    }

    fn right_px(&self) -> f64 {
        self.left_px + (self.letters as f64 * LETTER_PX).min(WIDEST_PX)
    }

    /// Whether its letters would lie on a dot around a place.
    pub fn covers_dot(&self, [x, y]: [f64; 2]) -> bool {
        let top_px = self.bottom_px - GAP_PX - LINE_PX;
        (self.left_px - DOT_PX..self.right_px() + DOT_PX).contains(&x)
            && (top_px - DOT_PX..self.bottom_px - GAP_PX + DOT_PX).contains(&y)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.left_px < other.right_px()
            && other.left_px < self.right_px()
            && (self.bottom_px - other.bottom_px).abs() < LINE_PX
    }
}

/// Whether each title is free of the others and of what it `covers`; the earlier one wins.
pub fn without_overlap(titles: &[Title], covers: &dyn Fn(usize) -> bool) -> Vec<bool> {
    let mut shown: Vec<Title> = Vec::new();
    let mut is_free = Vec::with_capacity(titles.len());
    for (index, title) in titles.iter().enumerate() {
        let is_shown = !covers(index) && !shown.iter().any(|other| other.overlaps(title));
        if is_shown {
            shown.push(*title);
        }
        is_free.push(is_shown);
    }
    is_free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_stays_on_the_map() {
        let left_px =
            |left_px, letters| Title { left_px, bottom_px: 0.0, letters }.on_map(390.0).left_px;
        assert_eq!(left_px(20.0, 10), 20.0);
        assert_eq!(left_px(300.0, 10), 246.0);
        assert_eq!(left_px(300.0, 100), 66.0);
        assert_eq!(left_px(391.0, 10), 391.0, "what begins beyond the edge belongs there");
        assert_eq!(left_px(-50.0, 10), -50.0);
    }

    #[test]
    fn a_title_does_not_overlap_another() {
        let title = |left_px, bottom_px| Title { left_px, bottom_px, letters: 10 };
        let titles = [
            title(0.0, 0.0),
            title(70.0, 5.0),
            title(82.0, 0.0),
            title(30.0, 20.0),
            title(140.0, 0.0),
        ];
        assert_eq!(without_overlap(&titles, &|_| false), [true, false, true, true, false]);
        let without_first = without_overlap(&titles, &|index| index == 0);
        assert_eq!(without_first, [false, true, false, false, false]);
    }

    #[test]
    fn a_title_covers_a_dot_that_its_letters_would_touch() {
        let title = Title { left_px: 66.0, bottom_px: 360.0, letters: 40 };
        for (dot, is_covered) in [
            ([62.0, 359.0], true),
            ([200.0, 340.0], true),
            ([200.0, 369.0], false),
            ([53.0, 350.0], false),
            ([339.0, 350.0], false),
        ] {
            assert_eq!(title.covers_dot(dot), is_covered, "{dot:?}");
        }
    }
}
