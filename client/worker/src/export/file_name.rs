//! The name of an exported file: area, outline, index, dates, kind.

use chrono::NaiveDate;
use dragonfly_core::{Provenance, crc32};

/// A file to take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// The values as GeoTIFF in Web Mercator.
    Values,
    /// The values as GeoTIFF in the scenes' own grid.
    ValuesInUtm,
    /// The classes as GeoTIFF.
    Classes,
    /// The classes as polygons.
    ClassPolygons,
    /// The outline of burnt ground.
    Perimeter,
    /// Hectares per class.
    Hectares,
    /// The picture with its legend.
    Picture,
}

/// Characters of an area's name that a file name keeps.
const MAX_CHARACTERS: usize = 40;

/// Such as `dragonfly_madre_outline-3fa0c1_dnbr_20250601-20250731_classes.tif`: the digits are
/// others for every outline, the days are the first searched before the fire and the last searched
/// after it. Only ASCII letters, digits, `-`, `_` and `.`.
pub fn file_name(provenance: &Provenance, product: Product) -> String {
    let (part, ending) = match product {
        Product::Values => ("", "tif"),
        Product::ValuesInUtm => ("_utm", "tif"),
        Product::Classes => ("_classes", "tif"),
        Product::ClassPolygons => ("_classes", "geojson"),
        Product::Perimeter => ("_perimeter", "geojson"),
        Product::Hectares => ("_hectares", "csv"),
        Product::Picture => ("", "png"),
    };
    let index = provenance.index.name().to_ascii_lowercase();
    // Without the code for formats of dates, which nothing else in the worker needs.
    let digits = |day: NaiveDate| day.to_string().replace('-', "");
    let (first, last) = (digits(provenance.pre.start), digits(provenance.post.end));
    let (area, outline) = (slug(&provenance.area), crc32(provenance.outline.as_bytes()) >> 8);
    format!("dragonfly_{area}_outline-{outline:06x}_{index}_{first}-{last}{part}.{ending}")
}

/// Lower-case letters and digits; all else becomes one hyphen. `area` where nothing is left.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= MAX_CHARACTERS {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "area".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::invented_provenance::invented;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(area: &str, product: Product, expected: &str) {
        let name = file_name(&Provenance { area: area.to_owned(), ..invented() }, product);
        let outline = name.find("_outline-").unwrap();
        let without = [&name[..outline], &name[outline + "_outline-000000".len()..]].concat();
        assert_eq!(without, expected);
    }

    #[test]
    fn a_name_says_area_index_and_dates() {
        check("Madre, CA", Product::Values, "dragonfly_madre-ca_dnbr_20250601-20250731.tif");
        check("Madre", Product::Classes, "dragonfly_madre_dnbr_20250601-20250731_classes.tif");
        check("Madre", Product::Hectares, "dragonfly_madre_dnbr_20250601-20250731_hectares.csv");
    }

    #[test]
    fn two_outlines_have_two_names() {
        let name = |outline: &str| {
            let provenance = Provenance { outline: outline.to_owned(), ..invented() };
            file_name(&provenance, Product::Hectares)
        };
        let box_around = r#"{"type":"Polygon","coordinates":[[[9,39],[12,39],[12,42],[9,39]]]}"#;
        assert_ne!(name(box_around), file_name(&invented(), Product::Hectares));
        assert_eq!(name(box_around), name(box_around));
    }

    #[test]
    fn no_name_leads_out_of_its_folder() {
        check(
            "../../etc/passwd",
            Product::Perimeter,
            "dragonfly_etc-passwd_dnbr_20250601-20250731_perimeter.geojson",
        );
        check("", Product::Values, "dragonfly_area_dnbr_20250601-20250731.tif");
        check("Θεσσαλία", Product::Values, "dragonfly_area_dnbr_20250601-20250731.tif");
    }
}
