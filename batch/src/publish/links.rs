//! The stable links to the current run, for QGIS and people.

use anyhow::Result;
use dragonfly_core::MapLayer;

use crate::deployment::layout::RootLayout;
use crate::publish::store::PublishStore;

/// Points the stable links at a run. A run of an older version has no layers, nor links to them.
pub(crate) fn point_links(
    store: &impl PublishStore,
    layout: &RootLayout,
    region: &str,
    run_id: &str,
) -> Result<()> {
    store.link(&layout.tiles_link(region), &format!("{run_id}/dnbr"))?;
    store.link(&layout.raster_link(region), &format!("{region}/{run_id}.tif"))?;
    MapLayer::ALL.into_iter().try_for_each(|layer| {
        let link = layout.layer_link(region, layer);
        if layout.layer(region, run_id, layer).exists() {
            store.link(&link, &format!("{region}/{run_id}/{}.tif", layer.name()))
        } else {
            store.remove(&link)
        }
    })
}
