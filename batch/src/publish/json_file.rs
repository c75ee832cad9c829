//! JSON files that readers see whole: the old one or the new one.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::publish::store::PublishStore;

/// Writes a value as JSON.
///
/// # Errors
/// When the file cannot be written. The old file stays then.
pub(crate) fn write_json(
    store: &impl PublishStore,
    file: &Path,
    value: &impl Serialize,
) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(value)
        .with_context(|| format!("writing {} as JSON", file.display()))?;
    text.push(b'\n');
    store.write(file, &text)
}
