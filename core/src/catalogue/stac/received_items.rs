//! What came of a search, against what was requested and what the catalogue states.

use std::collections::BTreeSet;
use std::fmt;

use chrono::TimeDelta;

use super::search::Interval;
use super::{Item, ItemCollection, ItemSearch, overlap, shown};

/// How many items match a search as the catalogue states, and how many it sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemCounts {
    /// Those that match.
    pub matched: u64,
    /// Those that came.
    pub received: u64,
}

impl ItemCounts {
    /// The counts where some are missing.
    pub(super) fn if_incomplete(self) -> Option<Self> {
        (self.received < self.matched).then_some(self)
    }
}

/// What a search of a catalogue found.
#[derive(Clone, Debug, Default)]
pub struct FoundItems {
    /// The items.
    pub items: Vec<Item>,
    /// What the catalogue did not send of what matches, by its own count.
    pub lacking: Option<ItemCounts>,
    /// What else it sent: the search may have lost its conditions on the way, and scenes with
    /// them.
    pub unrequested: Option<UnrequestedItems>,
}

/// A condition of a search that an item does not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchCondition {
    /// The collection.
    Collection,
    /// The days.
    Days,
    /// The box.
    Box,
}

/// Items that were not requested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{count} of the {of} scenes received do not meet the search's {condition} (requested: \
    {requested}; the first, {first}, has {found})"
)]
pub struct UnrequestedItems {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// What the first of them does not meet.
    pub condition: SearchCondition,
    /// The condition as it was requested.
    pub requested: String,
    /// Id of the first, as it may be shown.
    pub first: String,
    /// What it has instead.
    pub found: String,
}

impl fmt::Display for SearchCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Collection => "collection",
            Self::Days => "days",
            Self::Box => "box",
        })
    }
}

/// Items requested on a page.
pub(super) const PAGE_ITEMS: usize = 100;
/// Items after which an answer that mostly does not match is no accident, where its first page
/// does.
const MIN_JUDGED: usize = 200;
/// By how much an item's moment may differ from the days requested before it counts as not
/// requested: some items state an interval.
const MARGIN_DAYS: i64 = 1;
/// The same for its box, degrees: a catalogue compares geometries, which may differ from the box.
const MARGIN_DEGREES: f64 = 1.0;

/// What a page adds to a search.
#[derive(Clone, Debug)]
pub(super) struct ReceivedPage {
    /// Whether it holds an item that no page before it held.
    pub(super) is_new: bool,
    /// Its unrequested items, where they are so many that the catalogue does not filter.
    pub(super) unfiltered: Option<UnrequestedItems>,
}

/// The items of a search so far.
#[derive(Clone, Debug, Default)]
pub(super) struct ReceivedItems {
    /// Collections and ids.
    names: BTreeSet<String>,
    unread: usize,
    /// Items of all pages, those that came twice twice.
    count: usize,
    unrequested: usize,
    /// The first of them.
    first_unrequested: Option<UnrequestedItems>,
    pages: usize,
    /// Whether a page links to a next one.
    is_linked: bool,
    /// How many match, as the first page that states it does.
    matched: Option<u64>,
}

impl ReceivedItems {
    /// Counts a page.
    pub(super) fn add(&mut self, answer: &ItemCollection, search: &ItemSearch) -> ReceivedPage {
        self.matched = self.matched.or(answer.matched);
        self.pages += 1;
        self.is_linked |= answer.has_next();
        self.unread += answer.unread_count;
        let (before, items) = (self.names.len(), &answer.features);
        for item in items {
            let collection = item.collection.as_deref().unwrap_or_default();
            self.names.insert(format!("{collection}/{}", item.id));
        }
        let days = search.interval().ok();
        let failed = |item: &Item| failed_condition(item, search, days);
        let unrequested = items.iter().filter(|item| failed(item).is_some()).count();
        self.count += items.len();
        self.unrequested += unrequested;
        let is_unfiltered = if self.pages == 1 {
            unrequested * 2 > items.len()
        } else {
            (unrequested > 0 && unrequested == items.len())
                || (self.count > MIN_JUDGED && self.unrequested * 2 > self.count)
        };
        let is_new = answer.unread_count > 0 || self.names.len() > before;
        let first = items.iter().find_map(|item| Some((item, failed(item)?)));
        let unrequested = first.map(|(first, condition)| {
            let (requested, found) = condition.described(search, first);
            let (count, of, first) = (unrequested, items.len(), shown(&first.id));
            UnrequestedItems { count, of, condition, requested, first, found }
        });
        self.first_unrequested = self.first_unrequested.take().or_else(|| unrequested.clone());
        ReceivedPage { is_new, unfiltered: unrequested.filter(|_| is_unfiltered) }
    }

    /// The unrequested items of all pages; `None` where there are none, or where all that there is
    /// came on one page, and nothing can be missing: less than was requested, with items that meet
    /// the search.
    pub(super) fn unrequested(&self) -> Option<UnrequestedItems> {
        let is_all = !self.is_linked && self.count < PAGE_ITEMS && self.lacking().is_none();
        if is_all && self.unrequested < self.count {
            return None;
        }
        let first = self.first_unrequested.clone()?;
        Some(UnrequestedItems { count: self.unrequested, of: self.count, ..first })
    }

    /// Items of all pages.
    pub(super) fn count(&self) -> usize {
        self.count + self.unread
    }

    /// Whether all came that match, as the catalogue states; `None` where it does not.
    pub(super) fn is_complete(&self) -> Option<bool> {
        self.matched.map(|_| self.lacking().is_none())
    }

    /// What is missing, by the catalogue's own count.
    pub(super) fn lacking(&self) -> Option<ItemCounts> {
        let received = (self.names.len() + self.unread) as u64;
        ItemCounts { matched: self.matched?, received }.if_incomplete()
    }
}

/// The first condition of a search that an item is far from meeting. An item that does not state
/// the value meets it.
fn failed_condition(
    item: &Item,
    search: &ItemSearch,
    days: Option<Interval>,
) -> Option<SearchCondition> {
    let is_of = |name: &String| item.is_of_collection(name);
    if item.collection.is_some()
        && !search.collections.is_empty()
        && !search.collections.iter().any(is_of)
    {
        return Some(SearchCondition::Collection);
    }
    let margin = TimeDelta::days(MARGIN_DAYS);
    if let (Some(at), Some((start, end))) = (item.properties.datetime, days)
        && (start.is_some_and(|start| at < start - margin)
            || end.is_some_and(|end| at > end + margin))
    {
        return Some(SearchCondition::Days);
    }
    let widened = search.bbox.map(|[west, south, east, north]| {
        let margin = MARGIN_DEGREES;
        [west - margin, south - margin, east + margin, north + margin]
    });
    let is_apart = item.bbox().zip(widened).is_some_and(|(own, area)| overlap(own, area).is_none());
    is_apart.then_some(SearchCondition::Box)
}

impl SearchCondition {
    /// The condition of a search, and what an item has instead.
    fn described(self, search: &ItemSearch, item: &Item) -> (String, String) {
        match self {
            Self::Collection => (
                search.collections.join(", "),
                shown(item.collection.as_deref().unwrap_or_default()),
            ),
            Self::Days => (
                search.datetime.clone().unwrap_or_default(),
                item.acquired().map_or_else(String::new, |at| at.to_rfc3339()),
            ),
            Self::Box => (
                format!("{:?}", search.bbox.unwrap_or_default()),
                format!("{:?}", item.bbox().unwrap_or_default()),
            ),
        }
    }
}
