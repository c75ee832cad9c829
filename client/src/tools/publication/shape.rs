//! The shapes of a picture for publication.

/// Width and height of a picture, and how it is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// 16:9, for articles and screens: the legend stands beside the map.
    Wide,
    /// 1:1, for social networks: the legend stands below the map.
    Square,
    /// A4 upright at 150 dots an inch, for print.
    A4,
}

impl Shape {
    /// All shapes.
    #[cfg(test)]
    pub const ALL: [Self; 3] = [Self::Wide, Self::Square, Self::A4];

    /// Pixels across and down.
    pub fn size_px(self) -> (f64, f64) {
        match self {
            Self::Wide => (1600.0, 900.0),
            Self::Square => (1080.0, 1080.0),
            Self::A4 => (1240.0, 1754.0),
        }
    }

    /// Its name in file names and tests.
    pub fn key(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Square => "square",
            Self::A4 => "a4",
        }
    }

    /// Whether the legend stands beside the map.
    pub fn is_wide(self) -> bool {
        self == Self::Wide
    }
}
