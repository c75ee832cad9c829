//! Values as catalogues write them: a number as text, a day for a moment, null for anything.
//!
//! What comes from outside is bounded before it is held: each function says how much it takes. Its errors quote
//! nothing of what was read.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::de::{DeserializeOwned, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// The longest number, moment or yes and no, bytes of JSON.
const MAX_SCALAR_BYTES: usize = 1 << 10;
/// The longest text that is kept, bytes.
pub(super) const MAX_TEXT_BYTES: usize = 256;
/// The longest list that is read, bytes of JSON.
const MAX_LIST_BYTES: usize = 64 << 10;
/// The longest description of one file, bytes of JSON.
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

/// Yes or no; also as text.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match value(from, MAX_SCALAR_BYTES)? {
        Value::Bool(flag) => Some(flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    })
}

/// A moment; UTC where no zone is named, midnight where only a day is.
pub(super) fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Value::String(text) = value(from, MAX_SCALAR_BYTES)? else { return Ok(None) };
    let text = text.trim();
    let without_zone = || {
        let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN));
        text.parse::<NaiveDateTime>().ok().or_else(day).map(|moment| moment.and_utc())
    };
    Ok(text.parse().ok().or_else(without_zone))
}

/// Those of a list that can be read; none where there is no list.
pub(super) fn list<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let Value::Array(values) = value(from, MAX_LIST_BYTES)? else { return Ok(Vec::new()) };
    Ok(values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect())
}

/// Those of an object that can be read and are no longer than [`MAX_ENTRY_BYTES`], by key; none where there is no
/// object.
pub(super) fn map<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, T>, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    if !raw.get().starts_with('{') {
        return Ok(BTreeMap::new());
    }
    let mut json = serde_json::Deserializer::from_str(raw.get());
    json.deserialize_map(Entries(PhantomData)).map_err(Error::custom)
}

/// Reads an object entry by entry.
struct Entries<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Entries<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = BTreeMap::new();
        let mut count = 0;
        while let Some((key, raw)) = map.next_entry::<String, &RawValue>()? {
            count += 1;
            if count > MAX_ENTRIES {
                return Err(Error::custom(format_args!("more than {MAX_ENTRIES} entries")));
            }
            let is_bounded = key.len() <= MAX_TEXT_BYTES && raw.get().len() <= MAX_ENTRY_BYTES;
            if let Some(entry) = is_bounded.then(|| serde_json::from_str(raw.get()).ok()).flatten() {
                entries.insert(key, entry);
            }
        }
        Ok(entries)
    }
}

/// A value of at most so many bytes of JSON; null where it is nested too deeply.
pub(super) fn value<'de, D: Deserializer<'de>>(from: D, max_bytes: usize) -> Result<Value, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    match raw.get().len() {
        length if length > max_bytes => Err(too_long(max_bytes)),
        _ => Ok(serde_json::from_str(raw.get()).unwrap_or_default()),
    }
}

fn too_long<E: Error>(max_bytes: usize) -> E {
    E::custom(format_args!("a value of more than {max_bytes} bytes"))
}
