//! The regions that a search finds.

use crate::search::folding::fold;
use crate::state::region_entry::RegionEntry;

/// The regions that have every word of a search in their title, name or group, in their own order;
/// all where it is empty.
pub fn matching<'a>(entries: &'a [RegionEntry], search: &str) -> Vec<&'a RegionEntry> {
    let search = fold(search);
    let terms: Vec<&str> = search.split_whitespace().collect();
    let matches = |entry: &&RegionEntry| {
        let line = &entry.line;
        let text = fold(&format!(
            "{} {} {}",
            line.title,
            line.name,
            line.group.as_deref().unwrap_or_default()
        ));
        terms.iter().all(|term| text.contains(term))
    };
    entries.iter().filter(matches).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::region_entry::tests::entry;

    #[test]
    fn a_region_is_found_by_title_name_and_group() {
        let mut evia = entry("gr_01", [0.0, 0.0, 1.0, 1.0]);
        evia.line.title = "Évia, Grèce".to_owned();
        evia.line.group = Some("Mediterranean".to_owned());
        let entries = [entry("madre", [0.0, 0.0, 1.0, 1.0]), evia];
        let found = |search| {
            matching(&entries, search)
                .iter()
                .map(|entry| entry.line.name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("EVIA"), ["gr_01"]);
        assert_eq!(found("medi gre"), ["gr_01"]);
        assert_eq!(found("gr_01"), ["gr_01"]);
        assert_eq!(found(" "), ["madre", "gr_01"]);
        assert!(found("atlantis").is_empty());
    }
}
