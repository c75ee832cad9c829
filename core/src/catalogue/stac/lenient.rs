//! Values as catalogues write them: a number as text, a day for a moment, null for anything.
//!
//! What comes from outside is bounded before it is held: each function states how much it takes.
//! Its errors quote nothing of what was read.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// The longest number, moment or yes and no, bytes of JSON.
const MAX_SCALAR_BYTES: usize = 1 << 10;
/// The longest text that is kept, bytes.
pub(super) const MAX_TEXT_BYTES: usize = 256;
/// The longest address of a link, bytes of JSON.
const MAX_ADDRESS_BYTES: usize = 8 << 10;
/// Items of a list that are kept: bands of a file, corners of a box, links of a page.
const MAX_LIST_ITEMS: usize = 64;
/// The longest item of a list, bytes of JSON.
const MAX_ITEM_BYTES: usize = 16 << 10;
/// The longest entry of an object, bytes of JSON.
const MAX_ENTRY_BYTES: usize = 64 << 10;
/// Entries of one object.
const MAX_ENTRIES: usize = 1000;

/// A finite number; also one written as text.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let number = match value(from, MAX_SCALAR_BYTES)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(number.filter(|number| number.is_finite()))
}

/// A text of at most [`MAX_TEXT_BYTES`] without control characters; also a number.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match value(from, MAX_TEXT_BYTES * 6)? {
        Value::String(text) if text.len() > MAX_TEXT_BYTES => return Err(too_long(MAX_TEXT_BYTES)),
        Value::String(text) => Some(text).filter(|text| !text.contains(char::is_control)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// The address of a link; `None` where it is too long to be one.
pub(super) fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    Ok(part(&raw, MAX_ADDRESS_BYTES))
}

/// A whole number from 0 on; `None` for anything else.
pub(super) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(match value(from, MAX_SCALAR_BYTES)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// Yes or no; also as text.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match value(from, MAX_SCALAR_BYTES)? {
        Value::Bool(flag) => Some(flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    })
}

/// A moment; UTC where no zone is named, midnight where only a day is.
pub(super) fn moment<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Value::String(text) = value(from, MAX_SCALAR_BYTES)? else { return Ok(None) };
    let text = text.trim();
    let without_zone = || {
        let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN));
        text.parse::<NaiveDateTime>().ok().or_else(day).map(|moment| moment.and_utc())
    };
    Ok(text.parse().ok().or_else(without_zone))
}

/// Those of the beginning of a list that can be read; none where there is no list.
pub(super) fn list<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    from.deserialize_any(ListVisitor(PhantomData))
}

/// Those of an object that can be read, by key; none where there is no object.
pub(super) fn map<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    from.deserialize_any(EntriesVisitor(PhantomData))
}

/// An object; `None` where there is none.
pub(super) fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    from.deserialize_any(ObjectVisitor(PhantomData))
}

/// A list, read item by item.
struct ListVisitor<T>(PhantomData<T>);

/// An object, read entry by entry.
struct EntriesVisitor<T>(PhantomData<T>);

/// An object with fields.
struct ObjectVisitor<T>(PhantomData<T>);

/// What a visitor makes of other kinds of values than its own.
macro_rules! nothing_of {
    ($other:ident) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any JSON")
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        nothing_of!(@$other);
    };
    (@list) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
    (@object) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}

impl<'de, T: DeserializeOwned> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    nothing_of!(object);

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        for _ in 0..MAX_LIST_ITEMS {
            let Some(raw) = list.next_element::<Box<RawValue>>()? else { return Ok(items) };
            items.extend(part(&raw, MAX_ITEM_BYTES));
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(items)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for EntriesVisitor<T> {
    type Value = BTreeMap<String, T>;

    nothing_of!(list);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = BTreeMap::new();
        let mut count = 0;
        while let Some((key, raw)) = map.next_entry::<String, Box<RawValue>>()? {
            count += 1;
            if count > MAX_ENTRIES {
                return Err(A::Error::custom(format_args!("more than {MAX_ENTRIES} entries")));
            }
            if key.len() <= MAX_TEXT_BYTES
                && let Some(entry) = part(&raw, MAX_ENTRY_BYTES)
            {
                entries.insert(key, entry);
            }
        }
        Ok(entries)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Option<T>;

    nothing_of!(list);

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }
}

/// A part of a list or an object; `None` where it is too long, or another than expected.
fn part<T: DeserializeOwned>(raw: &RawValue, max_bytes: usize) -> Option<T> {
    if raw.get().len() > max_bytes { None } else { serde_json::from_str(raw.get()).ok() }
}

/// A value of at most so many bytes of JSON; null where it is nested too deeply.
pub(super) fn value<'de, D: Deserializer<'de>>(
    from: D,
    max_bytes: usize,
) -> Result<Value, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    match raw.get().len() {
        length if length > max_bytes => Err(too_long(max_bytes)),
        _ => Ok(serde_json::from_str(raw.get()).unwrap_or_default()),
    }
}

fn too_long<E: Error>(max_bytes: usize) -> E {
    E::custom(format_args!("a value of more than {max_bytes} bytes"))
}
