//! The stable links to the current run, for QGIS and people.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};

use crate::deployment::layout::RootLayout;
use crate::deployment::ownership::explain;

/// Points the stable links at a run.
pub(crate) fn point_links(layout: &RootLayout, region: &str, run_id: &str) -> Result<()> {
    replace_link(&layout.tiles_link(region), &format!("{run_id}/dnbr"))?;
    replace_link(&layout.raster_link(region), &format!("{region}/{run_id}.tif"))
}

/// Made aside and renamed over, so that the link never is absent.
fn replace_link(link: &Path, target: &str) -> Result<()> {
    let aside = link.with_extension("new");
    // Left behind by a killed run, if at all.
    let _ = fs::remove_file(&aside);
    symlink(target, &aside)
        .and_then(|()| fs::rename(&aside, link))
        .map_err(|error| explain(error.into(), link))
        .with_context(|| format!("cannot point the link {} at {target}", link.display()))
}
