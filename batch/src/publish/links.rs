//! The stable links to the current run, for QGIS and people.

use anyhow::Result;

use crate::deployment::layout::RootLayout;
use crate::publish::store::PublishStore;

/// Points the stable links at a run.
pub(crate) fn point_links(
    store: &impl PublishStore,
    layout: &RootLayout,
    region: &str,
    run_id: &str,
) -> Result<()> {
    store.link(&layout.tiles_link(region), &format!("{run_id}/dnbr"))?;
    store.link(&layout.raster_link(region), &format!("{region}/{run_id}.tif"))
}
