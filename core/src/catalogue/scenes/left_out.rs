//! Why none of the items that came is a scene of a side.

use std::fmt;

use crate::catalogue::dates::DateWindow;
use crate::catalogue::stac::{Item, overlap, shown};

/// What the scenes of a side must be.
#[derive(Clone, Copy, Debug)]
pub struct SideGround<'a> {
    /// Collection.
    pub collection: &'a str,
    /// West, south, east, north.
    pub bbox: [f64; 4],
    /// Days.
    pub window: DateWindow,
}

/// Items of which none can be used for a side, by what keeps the first of each from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOutItems {
    count: usize,
    /// Each with its number of items, and what the first of them has.
    causes: Vec<(Cause, usize, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    OtherCollection,
    NoDatetime,
    NoPlace,
    Swapped,
    Elsewhere,
    OtherDays,
}

impl LeftOutItems {
    /// What keeps each of these items from being a scene of a side; `None` where one is, or there
    /// are no items.
    pub fn of(items: &[Item], request: &SideGround<'_>) -> Option<Self> {
        let mut causes: Vec<(Cause, usize, String)> = Vec::new();
        for item in items {
            let (cause, has) = cause_of(item, request)?;
            match causes.iter_mut().find(|(known, ..)| *known == cause) {
                Some((_, count, _)) => *count += 1,
                None => causes.push((cause, 1, has)),
            }
        }
        (!items.is_empty()).then_some(Self { count: items.len(), causes })
    }
}

/// The first condition that an item does not meet, and what it has instead.
fn cause_of(item: &Item, request: &SideGround<'_>) -> Option<(Cause, String)> {
    let nothing = String::new;
    if !item.is_of_collection(request.collection) {
        let own = item.collection.as_deref().map_or_else(|| "none".to_owned(), shown);
        return Some((Cause::OtherCollection, own));
    }
    let Some(at) = item.acquired() else { return Some((Cause::NoDatetime, nothing())) };
    let Some(own) = item.bbox() else { return Some((Cause::NoPlace, nothing())) };
    let [west, south, east, north] = own;
    if overlap(own, request.bbox).is_none() {
        let is_swapped = overlap([south, west, north, east], request.bbox).is_some();
        let cause = if is_swapped { Cause::Swapped } else { Cause::Elsewhere };
        return Some((cause, format!("[{west:.2}, {south:.2}, {east:.2}, {north:.2}]")));
    }
    let day = at.date_naive();
    (!request.window.contains(at)).then(|| (Cause::OtherDays, day.to_string()))
}

impl fmt::Display for LeftOutItems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "of the {} items received ", self.count)?;
        for (index, (cause, count, first)) in self.causes.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{count} ")?;
            match cause {
                Cause::OtherCollection => write!(f, "are of another collection (`{first}`)")?,
                Cause::NoDatetime => write!(f, "state no `datetime` that can be read")?,
                Cause::NoPlace => write!(f, "state neither `geometry` nor `bbox`")?,
                Cause::Swapped => write!(
                    f,
                    "lie there with latitude and longitude swapped ({first}): longitude comes \
                    first, in `bbox` and `geometry`"
                )?,
                Cause::Elsewhere => write!(f, "lie elsewhere ({first})")?,
                Cause::OtherDays => write!(f, "are of other days ({first})")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn item(fields: &str, properties: &str) -> Item {
        serde_json::from_str(&format!(r#"{{"id":"a","properties":{{{properties}}},{fields}}}"#))
            .unwrap()
    }

    fn check(items: &[Item], expected: Option<&str>) {
        let day = |text: &str| text.parse().unwrap();
        let request = SideGround {
            collection: "c",
            bbox: [-120.8, 36.0, -120.7, 36.1],
            window: DateWindow { start: day("2025-06-01"), end: day("2025-06-30") },
        };
        let found = LeftOutItems::of(items, &request).map(|items| items.to_string());
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn what_keeps_items_from_being_scenes_is_counted_and_named() {
        let june = r#""datetime":"2025-06-10T00:00:00Z""#;
        let here = r#""collection":"c","bbox":[-120.9,35.9,-120.6,36.2]"#;
        let swapped = r#""collection":"c","bbox":[35.9,-120.9,36.2,-120.6]"#;
        check(&[], None);
        check(&[item(here, june), item(swapped, june)], None);
        check(
            &[item(here, r#""datetime":1750000000"#), item(here, "")],
            Some("of the 2 items received 2 state no `datetime` that can be read"),
        );
        check(
            &[item(swapped, june)],
            Some(
                "of the 1 items received 1 lie there with latitude and longitude swapped ([35.90, \
                -120.90, 36.20, -120.60]): longitude comes first, in `bbox` and `geometry`",
            ),
        );
        check(
            &[
                item(r#""collection":"d""#, june),
                item(r#""collection":"c""#, june),
                item(r#""collection":"c","bbox":[1,2,3,4]"#, june),
                item(here, r#""datetime":"2025-07-10T00:00:00Z""#),
            ],
            Some(
                "of the 4 items received 1 are of another collection (`d`), 1 state neither \
                `geometry` nor `bbox`, 1 lie elsewhere ([1.00, 2.00, 3.00, 4.00]), 1 are of other \
                days (2025-07-10)",
            ),
        );
    }
}
