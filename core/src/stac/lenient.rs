//! Values as catalogues write them: a number as text, a day for a moment, null for anything.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A finite number; also one written as text.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let number = match Value::deserialize(from)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(number.filter(|number| number.is_finite()))
}

/// A text; also a number.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// Yes or no; also as text.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Bool(flag) => Some(flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    })
}

/// A moment; UTC where no zone is named, midnight where only a day is.
pub(super) fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Value::String(text) = Value::deserialize(from)? else { return Ok(None) };
    let text = text.trim();
    let without_zone = || {
        let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN));
        text.parse::<NaiveDateTime>().ok().or_else(day).map(|moment| moment.and_utc())
    };
    Ok(text.parse().ok().or_else(without_zone))
}

/// Those of a list that can be read; none where there is no list.
pub(super) fn list<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let Value::Array(values) = Value::deserialize(from)? else { return Ok(Vec::new()) };
    Ok(values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect())
}

/// Those of an object that can be read, by key; none where there is no object.
pub(super) fn map<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, T>, D::Error> {
    let Value::Object(values) = Value::deserialize(from)? else { return Ok(BTreeMap::new()) };
    Ok(values.into_iter().filter_map(|(key, value)| Some((key, serde_json::from_value(value).ok()?))).collect())
}
