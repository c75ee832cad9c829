//! The name of an exported file: area, index, dates, kind.

use dragonfly_core::Provenance;

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

/// Such as `dragonfly_madre_dnbr_20250601-20250731_classes.tif`: the days are the first searched
/// before the fire and the last searched after it. Only ASCII letters, digits, `-`, `_` and `.`.
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
    let (first, last) =
        (provenance.pre.start.format("%Y%m%d"), provenance.post.end.format("%Y%m%d"));
    format!("dragonfly_{}_{index}_{first}-{last}{part}.{ending}", slug(&provenance.area))
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
        assert_eq!(
            file_name(&Provenance { area: area.to_owned(), ..invented() }, product),
            expected
        );
    }

    #[test]
    fn a_name_says_area_index_and_dates() {
        check("Madre, CA", Product::Values, "dragonfly_madre-ca_dnbr_20250601-20250731.tif");
        check("Madre", Product::Classes, "dragonfly_madre_dnbr_20250601-20250731_classes.tif");
        check("Madre", Product::Hectares, "dragonfly_madre_dnbr_20250601-20250731_hectares.csv");
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
