//! Whom a map names: the credit that the licence of its collection requires, or the site's own
//! text.

use std::collections::BTreeSet;

use crate::sensor::collection::Collection;
use crate::sensor::data_source::DataSource;

/// Stands in the site's own text for the credit of the collection.
pub const DATA_CREDIT: &str = "{data}";
/// The default of earlier versions, for every collection: it counts as no text.
const EARLIER_DEFAULT: &str = "Contains modified Copernicus Sentinel data";

/// The attribution of a map of a collection, by images of these years.
///
/// `own_text` is the setting `attribution`: empty for the credit of the collection; any other text
/// replaces it, and holds it in place of `{data}`.
pub fn map_attribution(own_text: &str, collection: &str, years: &BTreeSet<i32>) -> String {
    let credit = match Collection::source_of(collection) {
        Some(source) => source.credit(years),
        None => format!("Data of the collection {collection}"),
    };
    with_credit(own_text, &credit)
}

/// The attribution of a site, whose maps are made of these collections.
pub fn site_attribution<'a>(
    own_text: &str,
    collections: impl IntoIterator<Item = &'a str>,
) -> String {
    let sources: BTreeSet<DataSource> =
        collections.into_iter().filter_map(Collection::source_of).collect();
    let credits: Vec<String> =
        sources.into_iter().map(|source| source.credit(&BTreeSet::new())).collect();
    with_credit(own_text, &credits.join("; "))
}

/// Whether a map of the collection names nobody whose licence is known: neither the table of
/// collections nor the site's own text does.
pub fn lacks_credit(own_text: &str, collection: &str) -> bool {
    is_unset(own_text) && Collection::source_of(collection).is_none()
}

fn is_unset(own_text: &str) -> bool {
    let own_text = own_text.trim();
    own_text.is_empty() || own_text == EARLIER_DEFAULT
}

fn with_credit(own_text: &str, credit: &str) -> String {
    if is_unset(own_text) { credit.to_owned() } else { own_text.replace(DATA_CREDIT, credit) }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(own_text: &str, collection: &str, expected: &str) {
        let years = BTreeSet::from([2025, 2024]);
        assert_eq!(map_attribution(own_text, collection, &years), expected);
    }

    #[test]
    fn every_collection_credits_its_source() {
        let sentinel = "Contains modified Copernicus Sentinel data 2024, 2025";
        for name in ["sentinel-2-l2a", "sentinel-2-c1-l2a", "sentinel-s2-l2a-cogs"] {
            check("", name, sentinel);
        }
        let usgs = "Landsat Collection 2 data courtesy of the U.S. Geological Survey";
        check("", "landsat-c2-l2", usgs);
        check("", "landsat-c2l2-sr", usgs);
        let years = BTreeSet::from([2025]);
        for name in ["HLSL30_2.0", "hls2-l30", "HLSS30.v2.0", "hls2-s30"] {
            let credit = map_attribution("", name, &years);
            let is_sentinel = name.to_lowercase().contains("s30");
            assert!(credit.contains("NASA LP DAAC"), "{credit}");
            assert_eq!(credit.contains("Copernicus Sentinel data 2025"), is_sentinel, "{credit}");
            assert_eq!(credit.contains("U.S. Geological Survey"), !is_sentinel, "{credit}");
        }
        check("", "somebody-elses", "Data of the collection somebody-elses");
    }

    #[test]
    fn the_sites_own_text_replaces_the_credit_or_holds_it() {
        check("Invented scenes", "sentinel-2-l2a", "Invented scenes");
        check(
            "Maps by us. {data}",
            "landsat-c2-l2",
            "Maps by us. Landsat Collection 2 data courtesy of the U.S. Geological Survey",
        );
    }

    #[test]
    fn the_default_of_earlier_versions_credits_copernicus_with_nothing_of_others() {
        let usgs = "Landsat Collection 2 data courtesy of the U.S. Geological Survey";
        check(EARLIER_DEFAULT, "landsat-c2-l2", usgs);
        assert!(lacks_credit(EARLIER_DEFAULT, "somebody-elses"));
        assert!(!lacks_credit("them", "somebody-elses") && !lacks_credit("", "hls2-l30"));
    }

    #[test]
    fn a_site_credits_each_source_once() {
        let collections = ["landsat-c2-l2", "sentinel-2-l2a", "sentinel-2-c1-l2a", "unknown"];
        assert_eq!(
            site_attribution("", collections),
            "Contains modified Copernicus Sentinel data; Landsat Collection 2 data courtesy of \
            the U.S. Geological Survey"
        );
        assert_eq!(site_attribution("us", collections), "us");
        assert_eq!(site_attribution("", ["unknown"]), "");
    }
}
