//! Sorting. Each list that is sorted by itself makes the page's programs a kilobyte larger, and so
//! does each set, so all are sorted by the places of their items.

use std::cmp::Ordering;

/// The items in an order; those that are equal stay as they were.
pub fn ordered<T>(items: Vec<T>, compare: &dyn Fn(&T, &T) -> Ordering) -> Vec<T> {
    let places = order(items.len(), &|one, other| match (items.get(one), items.get(other)) {
        (Some(one), Some(other)) => compare(one, other),
        _ => Ordering::Equal,
    });
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    places.into_iter().filter_map(|place| items.get_mut(place)?.take()).collect()
}

/// The items in ascending order, each once.
pub fn distinct<T: Ord>(items: Vec<T>) -> Vec<T> {
    let mut items = ordered(items, &Ord::cmp);
    items.dedup();
    items
}

fn order(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|one, other| compare(*one, *other));
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn items_are_ordered_and_equal_ones_stay_as_they_were() {
        let items = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        let sorted = ordered(items, &|one, other| one.0.cmp(&other.0));
        assert_eq!(sorted, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
        assert!(ordered(Vec::<u8>::new(), &Ord::cmp).is_empty());
        assert_eq!(distinct(vec!["b", "a", "b", "c", "a"]), ["a", "b", "c"]);
    }
}
