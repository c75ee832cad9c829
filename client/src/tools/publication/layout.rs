//! Where everything stands in a picture for publication. Pure: letters are measured by the caller.

use super::shape::Shape;
use super::wrap::{Font, Measure, shortened, wrapped};

/// Letters shrink by these factors until everything fits.
const SCALES: [f64; 6] = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5];
/// The map takes at least this part of the height.
const MIN_MAP_PART: f64 = 0.42;
/// Headlines longer than these lines are cut.
const MAX_HEADLINE_LINES: usize = 2;
/// Parts of the width: margins, the column beside the map, the locator below it.
const MARGIN_PART: f64 = 0.026;
const COLUMN_PART: f64 = 0.27;
const LOCATOR_PART: f64 = 0.19;
/// A swatch is this many times as wide as its letters are high, and as high as they are.
const SWATCH_WIDTH: f64 = 1.9;

/// What is written in a picture.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// The fire or region.
    pub headline: String,
    /// Days of the images, hectares.
    pub facts: Vec<String>,
    /// What the legend describes.
    pub legend_title: String,
    /// A text for each row of the legend.
    pub legend: Vec<String>,
    /// Caveat, credits, address.
    pub notes: Vec<String>,
}

/// A box in pixels from the north-west corner of the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frame {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Across.
    pub width: f64,
    /// Down.
    pub height: f64,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedLine {
    /// What is written.
    pub text: String,
    /// Left end of the line, and its base.
    pub at: (f64, f64),
    /// How large.
    pub font: Font,
    /// Whether it stands back.
    pub is_quiet: bool,
}

/// A picture before it is drawn.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// All texts.
    pub lines: Vec<PlacedLine>,
    /// A box for each row of the legend.
    pub swatches: Vec<Frame>,
    /// The map.
    pub map: Frame,
    /// The small map of where that is.
    pub locator: Frame,
}

/// Lays a picture out; letters are as large as fit.
pub fn layout(shape: Shape, texts: &Texts, measure: Measure<'_>) -> Layout {
    let mut last = Layout::default();
    for scale in SCALES {
        let (layout, fits) = Sheet::new(shape, scale, measure).lay_out(texts);
        last = layout;
        if fits {
            break;
        }
    }
    last
}

/// A picture while it is laid out.
struct Sheet<'a> {
    shape: Shape,
    size: (f64, f64),
    margin: f64,
    measure: Measure<'a>,
    headline: Font,
    fact: Font,
    small: Font,
    layout: Layout,
}

impl<'a> Sheet<'a> {
    fn new(shape: Shape, scale: f64, measure: Measure<'a>) -> Self {
        let size = shape.size_px();
        // Print is read from nearer than a screen, and has more dots.
        let base = scale * if shape == Shape::A4 { 19.0 } else { 18.0 };
        let font = |factor: f64, is_bold| Font { px: base * factor, is_bold };
        Self {
            shape,
            size,
            margin: size.0 * MARGIN_PART,
            measure,
            headline: font(2.3, true),
            fact: font(1.25, false),
            small: font(0.9, false),
            layout: Layout::default(),
        }
    }

    /// Places everything. Returns whether it fits.
    fn lay_out(mut self, texts: &Texts) -> (Layout, bool) {
        let width = self.size.0 - 2.0 * self.margin;
        let top = self.header(texts, width) + self.margin / 2.0;
        let notes: Vec<_> = texts.notes.iter().flat_map(|it| self.wrap(it, width)).collect();
        let foot = self.size.1 - self.margin - notes.len() as f64 * self.small.line_px();
        self.write(&notes, (self.margin, foot), self.small, true);
        let bottom = foot - self.margin / 2.0;
        let fits = match self.shape.is_wide() {
            true => self.beside(texts, (top, bottom)),
            false => self.below(texts, (top, bottom)),
        };
        let is_large = self.layout.map.height >= MIN_MAP_PART * self.size.1;
        (self.layout, fits && is_large)
    }

    /// Headline and facts. Returns where they end.
    fn header(&mut self, texts: &Texts, width: f64) -> f64 {
        let (headline, measure) = (self.headline, self.measure);
        let lines = wrapped(&texts.headline, headline, width, measure);
        let fits = |line: &str| measure(line, headline) <= width;
        let lines = shortened(lines, MAX_HEADLINE_LINES, &fits);
        let end = self.write(&lines, (self.margin, self.margin * 0.8), headline, false);
        let facts: Vec<_> =
            texts.facts.iter().flat_map(|it| wrapped(it, self.fact, width, measure)).collect();
        self.write(&facts, (self.margin, end), self.fact, false)
    }

    /// Legend and locator beside the map.
    fn beside(&mut self, texts: &Texts, (top, bottom): (f64, f64)) -> bool {
        let column = self.size.0 * COLUMN_PART;
        let left = self.size.0 - self.margin - column;
        let height = (bottom - top).max(0.0);
        let width = left - 2.0 * self.margin;
        self.layout.map = Frame { x: self.margin, y: top, width, height };
        let side = (height * 0.36).min(column);
        self.layout.locator = Frame { x: left, y: bottom - side, width: side, height: side };
        let end = self.legend(texts, (left, top), column);
        end <= bottom - side - self.margin / 2.0
    }

    /// Legend and locator below the map.
    fn below(&mut self, texts: &Texts, (top, bottom): (f64, f64)) -> bool {
        let (margin, width) = (self.margin, self.size.0 - 2.0 * self.margin);
        let side = self.size.0 * LOCATOR_PART;
        let column = width - side - margin;
        // Once to learn how high it is, and again in its place.
        let before = self.layout.clone();
        let height = self.legend(texts, (margin, 0.0), column).max(side);
        self.layout = before;
        let start = bottom - height;
        self.legend(texts, (margin, start), column);
        let left = self.size.0 - margin - side;
        self.layout.locator = Frame { x: left, y: start, width: side, height: side };
        let height = (start - margin / 2.0 - top).max(0.0);
        self.layout.map = Frame { x: margin, y: top, width, height };
        true
    }

    /// The legend from a corner on. Returns where it ends.
    fn legend(&mut self, texts: &Texts, (x, y): (f64, f64), width: f64) -> f64 {
        let bold = Font { is_bold: true, ..self.small };
        let title = wrapped(&texts.legend_title, bold, width, self.measure);
        let mut y = self.write(&title, (x, y), bold, false);
        y += self.small.px * 0.4;
        let swatch = self.small.px * SWATCH_WIDTH;
        let indent = swatch + self.small.px * 0.6;
        for row in &texts.legend {
            let lines = self.wrap(row, width - indent);
            let top = y + self.small.px * 0.12;
            let height = self.small.px;
            self.layout.swatches.push(Frame { x, y: top, width: swatch, height });
            y = self.write(&lines, (x + indent, y), self.small, false) + self.small.px * 0.2;
        }
        y
    }

    fn wrap(&self, text: &str, width: f64) -> Vec<String> {
        wrapped(text, self.small, width, self.measure)
    }

    /// Writes lines from a corner on. Returns where they end.
    fn write(&mut self, lines: &[String], (x, y): (f64, f64), font: Font, is_quiet: bool) -> f64 {
        for (row, line) in lines.iter().enumerate() {
            let base = y + row as f64 * font.line_px() + font.px;
            self.layout.lines.push(PlacedLine {
                text: line.clone(),
                at: (x, base),
                font,
                is_quiet,
            });
        }
        y + lines.len() as f64 * font.line_px()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, Units, Words};

    /// Letters as wide as those of a wide font.
    fn measure(text: &str, font: Font) -> f64 {
        let letter = if font.is_bold { 0.6 } else { 0.56 };
        text.chars().count() as f64 * font.px * letter
    }

    /// As much text as a picture of a language may have to hold.
    fn texts(language: Language, title: &str) -> Texts {
        let words = Words { language, units: Units::Acres };
        let rows = words.legend_titles.into_iter().chain([words.no_fire_seen]);
        Texts {
            headline: title.to_owned(),
            facts: vec![
                "28 Dec 2024 – 17 Jan 2025 → 28 Sep – 17 Oct 2025".to_owned(),
                format!("{}: 126,470 acres, {}", words.burnt_title, words.provisional.fill(["9"])),
            ],
            legend_title: format!("{} dNBR. {}", words.legend, words.areas_of.fill([title, "31"])),
            legend: rows.map(|row| format!("{row} · 0.27–0.44 · 126,470 acres")).collect(),
            notes: vec![
                words.caveat.to_owned(),
                format!("{} · {}", words.natural_earth, words.geonames),
                format!("https://maps.example/#{}", "x".repeat(150)),
            ],
        }
    }

    fn bounds(line: &PlacedLine) -> Frame {
        let PlacedLine { text, at: (x, y), font, .. } = line;
        Frame { x: *x, y: y - font.px, width: measure(text, *font), height: font.px }
    }

    fn meet(one: &Frame, other: &Frame) -> bool {
        one.x < other.x + other.width
            && other.x < one.x + one.width
            && one.y < other.y + other.height
            && other.y < one.y + one.height
    }

    fn check(shape: Shape, texts: &Texts) {
        let layout = layout(shape, texts, &measure);
        let (width, height) = shape.size_px();
        let written: Vec<Frame> = layout.lines.iter().map(bounds).collect();
        let boxes = [layout.map, layout.locator].into_iter().chain(layout.swatches.clone());
        let all: Vec<Frame> = boxes.chain(written).collect();
        for (at, frame) in all.iter().enumerate() {
            assert!(frame.x >= 0.0 && frame.y >= 0.0, "{shape:?} {frame:?}");
            assert!(frame.x + frame.width <= width, "{shape:?} {frame:?} {at}");
            assert!(frame.y + frame.height <= height, "{shape:?} {frame:?} {at}");
            for other in &all[at + 1..] {
                assert!(!meet(frame, other), "{shape:?} {frame:?} {other:?}");
            }
        }
        assert!(layout.map.height >= MIN_MAP_PART * height, "{shape:?} {:?}", layout.map);
        assert!(layout.lines.iter().all(|line| line.font.px >= 9.0));
    }

    #[test]
    fn no_text_overflows_or_covers_another_in_any_language_and_shape() {
        let long = "Verkehrssicherungsmaßnahmengebiet-Wiederaufforstungsfläche bei Ιστιαία, Evia";
        for language in Language::ALL {
            for shape in Shape::ALL {
                check(shape, &texts(language, "Madre Fire"));
                check(shape, &texts(language, long));
                check(shape, &texts(language, &"Cañón ".repeat(60)));
            }
        }
    }

    #[test]
    fn letters_are_large_where_there_is_little_to_write() {
        for shape in Shape::ALL {
            let texts = Texts { headline: "Madre".to_owned(), ..Texts::default() };
            let layout = layout(shape, &texts, &measure);
            assert!(layout.lines[0].font.px > 40.0, "{shape:?}");
        }
    }
}
