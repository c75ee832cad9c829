//! The legend of a result of high resolution, as the tools send it to the page.

use dragonfly_core::{Palette, Rgb};

use crate::data::fields::Fields;
use crate::data::json::Value;
use crate::panel::legend_row::{
    LegendRow, RowSubject, ShownLegend, Swatch, add_unseen_rows, provisional_row, swatch,
};
use crate::state::filter::Filter;
use crate::state::key;

/// Reads the text that `tools/highres/legend.rs` writes: an object of `about`, `unit`, `rows` (each
/// with `title`, `range`, `area`, and either `class` or `colour`), the hectares `provisional_ha`, and
/// the fractions `not_seen` and `outside_zone`. `None` where it is not that.
pub fn result_legend(text: &str, palette: Palette, filter: Filter) -> Option<ShownLegend> {
    let value = Value::read(text)?;
    let legend = Fields::of(&value)?;
    let mut rows = legend.list("rows", |row| read_row(row, palette, filter))?;
    let provisional = legend.number("provisional_ha").filter(|hectares| *hectares > 0.0);
    rows.extend(provisional.map(|hectares| provisional_row(hectares, filter)));
    let fractions = [legend.number("not_seen"), legend.number("outside_zone")];
    add_unseen_rows(&mut rows, filter, fractions);
    Some(ShownLegend { about: legend.text("about")?, unit: legend.text("unit")?, rows })
}

fn read_row(row: Fields<'_>, palette: Palette, filter: Filter) -> Option<LegendRow> {
    let class = row.text("class").and_then(|word| key::class(&word));
    let swatch = match class {
        Some(class) => swatch(class, palette, filter),
        None => Swatch::Colour(colour(&row.text("colour")?)?),
    };
    Some(LegendRow {
        title: row.text("title")?,
        range: row.text("range")?,
        area: row.text("area")?,
        subject: class.map_or(RowSubject::Value, |class| RowSubject::Classes(vec![class])),
        swatches: vec![swatch],
        is_painted: class.is_none_or(|class| !filter.hides(class)),
    })
}

/// A colour as CSS writes it.
fn colour(css: &str) -> Option<Rgb> {
    let rgb = u32::from_str_radix(css.strip_prefix('#').filter(|hex| hex.len() == 6)?, 16).ok()?;
    Some([16, 8, 0].map(|shift| (rgb >> shift) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::Severity;

    #[test]
    fn a_result_has_its_own_classes_and_a_value_cannot_be_hidden() {
        let text = r##"{"about":"High resolution","unit":"RBR","not_seen":0.5,"outside_zone":0,"provisional_ha":2,"rows":[
            {"title":"High","range":"x","area":"3 ha","class":"high"},
            {"title":"0.5","range":"","area":"","colour":"#5c0a2a"}]}"##;
        let filter = Filter::default().with_classes(&[Severity::High], true);
        let legend = result_legend(text, Palette::default(), filter).unwrap();
        assert_eq!((legend.unit.as_str(), legend.rows.len()), ("RBR", 4));
        assert_eq!(legend.rows[0].swatches, [Swatch::Clear]);
        assert_eq!(legend.rows[0].toggled(filter), Filter::default());
        assert_eq!(legend.rows[1].swatches, [Swatch::Colour([0x5c, 0x0a, 0x2a])]);
        assert_eq!(legend.rows[1].toggled(filter), filter);
        assert_eq!(legend.rows[2].swatches, [Swatch::Hatch]);
        assert!(legend.rows[2].toggled(filter).hides_provisional());
        assert_eq!(legend.rows[3].area, "50 %");
    }

    #[test]
    fn a_text_that_is_no_legend_is_none() {
        for text in ["", "{}", r#"{"about":"","unit":"","rows":[{}]}"#] {
            assert_eq!(result_legend(text, Palette::default(), Filter::default()), None, "{text}");
        }
    }
}
