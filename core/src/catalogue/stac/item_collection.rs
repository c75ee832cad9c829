//! A list of items, as a file or as the answer to a search: read within bounds, whatever it holds.

use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::coverage::stated_nodata_percentage;
use super::next_page::NextPage;
use super::storage::replace_storage_hrefs;
use super::{Item, ItemCounts, lenient, shown};
use crate::http::ForeignFormat;

/// Items that are read of one list.
const MAX_ITEMS: usize = 50_000;
/// Memory that the items of one list may take, bytes.
const MAX_ITEMS_BYTES: usize = 256 << 20;
/// Items that cannot be read and are named; of more only the number is known.
const MAX_NAMED_UNREAD: usize = 20;

/// A list of items, as a file or as the answer to a search.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Document")]
pub struct ItemCollection {
    /// The items, with those of their assets that some collection reads or shows.
    pub features: Vec<Item>,
    /// The first of those that cannot be read.
    pub unread: Vec<UnreadItemError>,
    /// How many cannot be read.
    pub unread_count: usize,
    /// Memory that the items take, bytes, about.
    pub(super) items_bytes: usize,
    /// How many items match the search, as the catalogue states.
    pub matched: Option<u64>,
    /// Where the answer goes on.
    pub(super) next: Option<NextPage>,
}

/// An item that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the item {name} cannot be read: {cause}")]
pub struct UnreadItemError {
    /// Its id, without control characters and cut to a length; without one its place in the list.
    pub name: String,
    /// Why. Quotes nothing of the item.
    pub cause: String,
}

/// What is no list of items. Quotes nothing of what was read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemCollectionError {
    /// Malformed.
    #[error("it is no JSON (line {line}, column {column}){}", instead(*format))]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1; 0 before the first character of a line.
        column: usize,
        /// What it is instead, where that is recognized.
        format: Option<ForeignFormat>,
    },
    /// Bytes that are no text.
    #[error(
        "it is no JSON (line {line}, column {column}): it is not written in UTF-8, as JSON is; \
        send or save it so"
    )]
    NotUtf8 {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Other JSON.
    #[error(
        "it is no STAC ItemCollection: it has no list `features`; name an API that searches items, \
        or a file that lists them"
    )]
    NotStac,
    /// Items that are none.
    #[error("none of its items can be read, the first because {cause}")]
    AllUnread {
        /// Why.
        cause: String,
    },
    /// More than can be held.
    #[error("it holds more than {MAX_ITEMS} items, or items of more than {} MiB", MAX_ITEMS_BYTES >> 20)]
    TooMany,
}

impl ItemCollectionError {
    fn of_json(error: serde_json::Error, json: &str) -> Self {
        match error.is_data() {
            true => Self::NotStac,
            false => Self::NotJson {
                line: error.line(),
                column: error.column(),
                format: ForeignFormat::of(json.as_bytes()).filter(|is| *is != ForeignFormat::Json),
            },
        }
    }

    fn not_utf8(json: &[u8], error: std::str::Utf8Error) -> Self {
        let valid = json.get(..error.valid_up_to()).unwrap_or_default();
        let line_start =
            valid.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = valid.len() - line_start + 1;
        match ForeignFormat::of(json).filter(|is| *is != ForeignFormat::Json) {
            None => Self::NotUtf8 { line, column },
            format => Self::NotJson { line, column, format },
        }
    }
}

/// What came instead of JSON, and what helps.
fn instead(format: Option<ForeignFormat>) -> String {
    match format {
        None => String::new(),
        Some(format @ ForeignFormat::Html) => format!(
            ", but {}: it asks for a login, or its address is that of a page for people; name the \
            address of the API itself",
            format.name()
        ),
        Some(format) => format!(", but {}", format.name()),
    }
}

impl ItemCollection {
    /// Whether the list states that it goes on elsewhere.
    pub fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// Adds the response header `Link` of the list: its link to the next page counts where the list
    /// itself has none.
    pub fn add_link_header(&mut self, header: &str) {
        self.next = self.next.take().or_else(|| NextPage::of_header(header));
    }

    /// How much of what matches the list holds, where it lacks some.
    pub fn lacking(&self) -> Option<ItemCounts> {
        let received = (self.features.len() + self.unread_count) as u64;
        self.matched.and_then(|matched| ItemCounts { matched, received }.if_incomplete())
    }

    /// Reads a list.
    ///
    /// # Errors
    /// When it is none, none of its items can be read, or it holds too many.
    pub fn read(json: &[u8]) -> Result<Self, ItemCollectionError> {
        // As text: a reader of bytes beside that of text would double the worker's code.
        let text = std::str::from_utf8(json)
            .map_err(|error| ItemCollectionError::not_utf8(json, error))?;
        // A byte-order mark is no part of the text.
        let text = text.trim_start_matches('\u{feff}');
        match serde_json::from_str::<Document>(text) {
            Ok(document) => document.try_into(),
            Err(error) => Err(ItemCollectionError::of_json(error, text)),
        }
    }
}

impl ItemCollection {
    /// Reads a file: a list as [`ItemCollection::read`] does, items by lines, a JSON list of items,
    /// or a single one.
    ///
    /// # Errors
    /// When it is none of them, none of its items can be read, or it holds too many.
    pub fn read_file(text: &str) -> Result<Self, ItemCollectionError> {
        let text = text.trim_start_matches('\u{feff}');
        let is_list = text.trim_start().starts_with('[');
        // A record separator may begin each line (RFC 8142).
        let lines = || {
            let lines = text.lines().map(|line| line.trim_matches(['\u{1e}', ' ', '\t', '\r']));
            lines.filter(|line| !line.is_empty())
        };
        let is_item = |json: &str| serde_json::from_str::<Item>(json).is_ok();
        let mut features = FeaturesReader::default();
        if is_list {
            features = serde_json::from_str(text)
                .map_err(|error| ItemCollectionError::of_json(error, text))?;
        } else if lines().next().is_some_and(is_item) {
            for line in lines() {
                features.take(line);
                features.is_too_much |= features.is_full();
            }
        } else if is_item(text) {
            features.take(text);
        } else {
            return Self::read(text.as_bytes());
        }
        Document { features: Some(features), ..Document::default() }.try_into()
    }
}

/// The list as it is written.
#[derive(Default, Deserialize)]
struct Document {
    #[serde(default)]
    features: Option<FeaturesReader>,
    #[serde(default, rename = "links", deserialize_with = "NextPage::of_links")]
    next: Option<NextPage>,
    /// OGC API Features.
    #[serde(default, rename = "numberMatched", deserialize_with = "lenient::count")]
    number_matched: Option<u64>,
    #[serde(default, deserialize_with = "lenient::count")]
    matched: Option<u64>,
    /// The extension `context`.
    #[serde(default, deserialize_with = "lenient::object")]
    context: Option<SearchContext>,
    /// STAC 0.9.
    #[serde(default, rename = "search:metadata", deserialize_with = "lenient::object")]
    search_metadata: Option<SearchContext>,
}

/// How much a search found.
#[derive(Deserialize)]
struct SearchContext {
    #[serde(default, deserialize_with = "lenient::count")]
    matched: Option<u64>,
}

impl Document {
    fn matched(&self) -> Option<u64> {
        let contexts = [&self.context, &self.search_metadata].into_iter().flatten();
        let of_context = contexts.filter_map(|context| context.matched).next();
        self.number_matched.or(self.matched).or(of_context)
    }
}

/// Items, read one after the other: the text of one is held at a time.
#[derive(Default)]
struct FeaturesReader {
    items: Vec<Item>,
    items_bytes: usize,
    unread: Vec<UnreadItemError>,
    unread_count: usize,
    is_too_much: bool,
}

impl TryFrom<Document> for ItemCollection {
    type Error = ItemCollectionError;

    fn try_from(document: Document) -> Result<Self, ItemCollectionError> {
        let matched = document.matched();
        let FeaturesReader { items, items_bytes, unread, unread_count, is_too_much } =
            document.features.ok_or(ItemCollectionError::NotStac)?;
        match unread.first() {
            _ if is_too_much => Err(ItemCollectionError::TooMany),
            // Not a list with an odd item, but a list of something else.
            Some(first) if items.is_empty() => {
                Err(ItemCollectionError::AllUnread { cause: first.cause.clone() })
            }
            _ => Ok(Self {
                features: items,
                unread,
                unread_count,
                items_bytes,
                matched,
                next: document.next,
            }),
        }
    }
}

impl<'de> Deserialize<'de> for FeaturesReader {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Self::default())
    }
}

impl<'de> Visitor<'de> for FeaturesReader {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Self, A::Error> {
        while let Some(raw) = list.next_element::<Box<RawValue>>()? {
            self.take(raw.get());
            if self.is_full() {
                self.is_too_much = list.next_element::<IgnoredAny>()?.is_some();
                while list.next_element::<IgnoredAny>()?.is_some() {}
                break;
            }
        }
        Ok(self)
    }
}

impl FeaturesReader {
    fn is_full(&self) -> bool {
        self.items.len() + self.unread_count >= MAX_ITEMS || self.items_bytes > MAX_ITEMS_BYTES
    }

    fn take(&mut self, json: &str) {
        match serde_json::from_str::<Item>(json) {
            Ok(mut item) => {
                item.drop_other_assets();
                replace_storage_hrefs(&mut item, json);
                if item.properties.nodata_percentage.is_none() {
                    item.properties.nodata_percentage = stated_nodata_percentage(&item, json);
                }
                self.items_bytes += item.memory_bytes();
                self.items.push(item);
            }
            Err(error) => {
                if self.unread.len() < MAX_NAMED_UNREAD {
                    let place = self.items.len() + self.unread_count;
                    let name = name(json).unwrap_or_else(|| format!("features[{place}]"));
                    // A list or a text is quoted by serde, and an object never is.
                    let cause = if json.starts_with('{') {
                        error.to_string()
                    } else {
                        "it is no object".to_owned()
                    };
                    self.unread.push(UnreadItemError { name, cause });
                }
                self.unread_count += 1;
            }
        }
    }
}

/// The id of an item that cannot be read, as it may be shown.
fn name(json: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(deserialize_with = "any_text")]
        id: Option<String>,
    }
    fn any_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        Ok(lenient::value(from, 64 << 10)?.as_str().map(shown))
    }
    serde_json::from_str::<Named>(json).ok()?.id.filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn read(page: &str) -> Result<ItemCollection, ItemCollectionError> {
        ItemCollection::read(page.as_bytes())
    }

    #[test]
    fn an_item_that_cannot_be_read_loses_itself_and_not_its_page() {
        let page =
            r#"{"features":[{"id":"a","properties":{}},{"id":"b"},7,{"id":3,"properties":{}}]}"#;
        let read = read(page).unwrap();
        assert_eq!((read.features.len(), read.unread_count), (1, 3));
        let unread: Vec<String> = read.unread.iter().map(ToString::to_string).collect();
        assert!(
            unread[0].contains("the item b cannot be read") && unread[0].contains("properties"),
            "{unread:?}"
        );
        assert!(unread[1].contains("features[2]") && unread[1].contains("no object"), "{unread:?}");
        assert!(unread[2].contains("features[3]") && unread[2].contains("`id`"), "{unread:?}");
    }

    #[test]
    fn a_file_may_hold_items_by_lines_or_as_a_list() {
        let item = |id: &str| format!(r#"{{"type":"Feature","id":"{id}","properties":{{}}}}"#);
        let (a, b) = (item("a"), item("b"));
        let ids = |text: &str| -> Vec<String> {
            let read = ItemCollection::read_file(text).unwrap();
            read.features.into_iter().map(|item| item.id).collect()
        };
        for text in [
            format!("{a}\n{b}\n"),
            format!("\u{feff}{a}\r\n\r\n{b}"),
            format!("\u{1e}{a}\n\u{1e}{b}\n"),
            format!("[{a},\n{b}]"),
            format!(r#"{{"features":[{a},{b}]}}"#),
            format!("{a}\nnot an item\n{b}"),
        ] {
            assert_eq!(ids(&text), ["a", "b"], "{text}");
        }
        assert_eq!(ids(&a.replace(',', ",\n")), ["a"]);
        assert_eq!(ItemCollection::read_file(&format!("{a}\n7")).unwrap().unread_count, 1);
        let message = |text: &str| ItemCollection::read_file(text).unwrap_err().to_string();
        assert!(message("<html>").contains("no JSON"));
        assert!(message(r#"{"type":"Catalog"}"#).contains("no list `features`"));
        assert!(message("[7]").contains("none of its items"));
    }

    #[test]
    fn what_is_no_text_of_json_is_named() {
        let message = |page: &[u8]| ItemCollection::read(page).unwrap_err().to_string();
        let page = r#"{"features":[],"x":"é"}"#;
        let latin_1: Vec<u8> = page.chars().map(|letter| letter as u8).collect();
        let utf_16: Vec<u8> = page.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [b"\xff\xfe".as_slice(), &utf_16].concat();
        for (page, part) in [
            (&latin_1[..], "column 21): it is not written in UTF-8"),
            (&marked, "not written in UTF-8"),
            (b"\x1f\x8b\x08\0\xff", "but compressed by gzip"),
            (b"<?xml version=\"1.0\"?><Error/>", "but an XML document"),
        ] {
            assert!(message(page).contains(part), "{}", message(page));
        }
    }

    #[test]
    fn a_list_of_something_else_is_an_error() {
        let message = |page| read(page).unwrap_err().to_string();
        assert!(message(r#"{"features":[{"id":"b"}]}"#).contains("missing field `properties`"));
        for other in [
            r#"{"code":"NotFound"}"#,
            r#"{"features":"x"}"#,
            r#"{"features":null}"#,
            "[]",
            "7",
            "null",
        ] {
            assert!(message(other).contains("no list `features`"), "{other}");
        }
        assert!(message("<html>").contains("no JSON (line 1, column 1), but a web page (HTML)"));
        assert!(message("").ends_with("but empty"));
        assert!(message(r#"{"features":[{"#).contains("no JSON"));
        assert!(read(r#"{"features":[]}"#).unwrap().features.is_empty());
        assert!(
            serde_json::from_str::<ItemCollection>(r#"{"features":[{"id":"a","properties":{}}]}"#)
                .is_ok()
        );
    }

    #[test]
    fn what_is_said_of_bad_items_quotes_nothing_of_them() {
        let secret = "SECRET-4711";
        for value in [
            format!("\"{secret}\""),
            format!("[\"{secret}\"]"),
            format!("{{\"{secret}\":\"{secret}\"}}"),
        ] {
            for page in [
                format!(r#"{{"features":{value}}}"#),
                format!(r#"{{"features":[{value}]}}"#),
                format!(r#"{{"features":[{{"id":"a","properties":{value}}}]}}"#),
                format!(r#"{{"features":[{{"id":{value},"properties":7}}]}}"#),
                format!(
                    r#"{{"features":[{{"id":"a","properties":{{"datetime":{value}}},"assets":{value},"bbox":{value}}}]}}"#
                ),
                format!(
                    r#"{{"features":[{{"id":"a","id":{value},"properties":{{}}}}],"links":{value}}}"#
                ),
                value.clone(),
                format!("{secret}{value}"),
            ] {
                if let Err(error) = read(&page) {
                    assert!(!error.to_string().contains(secret), "{page}: {error}");
                }
            }
        }
    }

    /// What becomes of one item with these fields beside a good one.
    fn check_beside_a_good_one(fields: &str, part: &str) {
        let page = format!(
            r#"{{"features":[{{"properties":{{}},{fields}}},{{"id":"good","properties":{{}}}}]}}"#
        );
        let read = read(&page).unwrap();
        assert_eq!(
            read.features.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(),
            ["good"],
            "{part}"
        );
        let unread = read.unread[0].to_string();
        assert!(
            unread.contains(part) && unread.len() < 500 && !unread.contains(char::is_control),
            "{unread}"
        );
    }

    #[test]
    fn an_item_beyond_the_bounds_is_named_and_left_out() {
        let list = |count: usize, part: &str| vec![part; count].join(",");
        check_beside_a_good_one(r#""id":"""#, "features[0]");
        check_beside_a_good_one(&format!(r#""id":"{}""#, "n".repeat(300)), "nnnn…");
        check_beside_a_good_one(
            r#""id":"../../x\u0000\n😀\u001b[31m""#,
            "../../x\u{fffd}\u{fffd}😀\u{fffd}[31m",
        );
        check_beside_a_good_one(&format!(r#""id":"{}""#, "n".repeat(100_000)), "features[0]");
        check_beside_a_good_one(
            &format!(r#""id":"a","collection":"{}""#, "x".repeat(100_000)),
            "item a",
        );
        let polygon =
            format!(r#"{{"type":"Polygon","coordinates":[[{}]]}}"#, list(300_000, "[1.5,2.5]"));
        check_beside_a_good_one(&format!(r#""id":"a","geometry":{polygon}"#), "geometry");
        let assets: Vec<String> =
            (0..100_000).map(|i| format!(r#""a{i}":{{"href":"x"}}"#)).collect();
        check_beside_a_good_one(
            &format!(r#""id":"a","assets":{{{}}}"#, assets.join(",")),
            "more than 1000 entries",
        );
    }

    #[test]
    fn deep_nesting_is_read_past() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        let good = r#"{"id":"a","properties":{}}"#;
        let count = |page: String| read(&page).map(|read| (read.features.len(), read.unread_count));
        assert_eq!(count(format!(r#"{{"features":[{deep},{good}]}}"#)), Ok((1, 1)));
        assert_eq!(count(format!(r#"{{"features":[{good}],"more":{deep}}}"#)), Ok((1, 0)));
        assert_eq!(
            count(format!(
                r#"{{"features":[{{"id":"a","properties":{{}},"geometry":{deep}}},{good}]}}"#
            )),
            Ok((1, 1))
        );
        let nested = format!("{}1{}", r#"{"coordinates":"#.repeat(120), "}".repeat(120));
        assert_eq!(
            count(format!(
                r#"{{"features":[{{"id":"a","properties":{{}},"geometry":{nested}}}]}}"#
            )),
            Ok((1, 0))
        );
        assert!(read(&deep).is_err());
    }

    #[test]
    fn only_assets_that_are_read_or_shown_are_kept() {
        let page = r#"{"features":[{"id":"a","properties":{},"assets":{"nir08":{"href":"n"},"red":{"href":"r"},
            "thumbnail":{"href":"t"},"SCL":{"href":"s"},"Fmask":{"href":"f"}}}]}"#;
        let keys: Vec<String> = read(page).unwrap().features.remove(0).assets.into_keys().collect();
        assert_eq!(keys, ["Fmask", "SCL", "nir08", "red"]);
    }

    #[test]
    fn too_many_items_are_an_error() {
        let items = vec![r#"{"id":"a","properties":{}}"#; MAX_ITEMS].join(",");
        assert_eq!(
            read(&format!(r#"{{"features":[{items}]}}"#)).unwrap().features.len(),
            MAX_ITEMS
        );
        assert_eq!(
            read(&format!(r#"{{"features":[{items},7]}}"#)).unwrap_err(),
            ItemCollectionError::TooMany
        );
    }
}
