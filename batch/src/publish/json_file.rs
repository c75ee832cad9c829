//! JSON files that readers see whole: the old one or the new one.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::deployment::ownership::explain;

/// Writes JSON aside, syncs it and renames it over the file.
///
/// # Errors
/// When the folder cannot be written. The old file stays then.
pub(crate) fn write_json(file: &Path, value: &impl Serialize) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let aside = file.with_extension("json.new");
    let write = || -> Result<()> {
        fs::create_dir_all(folder)?;
        let mut open = BufWriter::new(File::create(&aside)?);
        serde_json::to_writer_pretty(&mut open, value)?;
        open.write_all(b"\n")?;
        let open = open.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        open.sync_all()?;
        fs::rename(&aside, file)?;
        sync_folder(folder)
    };
    write()
        .map_err(|error| {
            // Half a file helps nobody, and the disk may be full.
            let _ = fs::remove_file(&aside);
            explain(error, file)
        })
        .with_context(|| {
            format!("cannot write {}: is the root writable, and the disk not full?", file.display())
        })
}

/// Syncs the entries of a folder, such as a file renamed into it.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|open| open.sync_all())
        .with_context(|| format!("cannot sync {}", folder.display()))
}
