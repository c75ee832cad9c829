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

/// The places from 0 to `count` in an order, by merging ever longer runs: `sort_by` makes the page a
/// kilobyte larger.
fn order(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    let mut merged = places.clone();
    let mut length = 1;
    while length < count {
        for (runs, merged) in places.chunks(2 * length).zip(merged.chunks_mut(2 * length)) {
            let (mut first, mut second) = runs.split_at(length.min(runs.len()));
            for place in merged {
                let taken = match (first, second) {
                    ([one, ..], [other, ..]) if compare(*one, *other).is_gt() => &mut second,
                    ([], _) => &mut second,
                    _ => &mut first,
                };
                if let [next, rest @ ..] = taken {
                    (*place, *taken) = (*next, rest);
                }
            }
        }
        std::mem::swap(&mut places, &mut merged);
        length *= 2;
    }
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

    #[test]
    fn a_list_of_any_length_is_ordered_as_by_the_standard_library() {
        for count in (0..70).chain([1000, 1024, 1025]) {
            let items: Vec<(usize, usize)> = (0..count).map(|at| (at * 7919 % 13, at)).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            assert_eq!(ordered(items, &|one, other| one.0.cmp(&other.0)), expected, "{count}");
        }
    }
}
