//! Removes the files of fires that are no longer known.

use anyhow::Result;
use dragonfly_core::{FireState, FiresState, MapLayer};

use crate::deployment::Deployment;
use crate::fires::fire_region::{MAP_KINDS, map_name};
use crate::fires::layout::FiresLayout;
use crate::publish::store::{LocalStore, PublishStore, store_of};

/// Removes maps, outlines and stored ground of fires that are forgotten, merged or dismissed.
///
/// # Errors
/// When a file cannot be removed; the others are.
pub(crate) fn remove_forgotten(deployment: &Deployment, state: &FiresState) -> Result<()> {
    let layout = FiresLayout::of(&deployment.layout);
    let private = LocalStore::of(&deployment.layout);
    let is_kept =
        |id: &str| state.fires.get(id).is_some_and(|fire| fire.state != FireState::Dismissed);
    let mut outcome = Ok(());
    for entry in private.list(layout.private())? {
        let Some(id) = entry.name().filter(|name| entry.is_folder && name.starts_with('f')) else {
            continue;
        };
        if !is_kept(id) {
            outcome = remove_fire(deployment, id).and(outcome);
        }
    }
    outcome
}

/// Removes all files of a fire: metadata first, so that nothing names what is gone.
///
/// # Errors
/// When a file cannot be removed.
pub(crate) fn remove_fire(deployment: &Deployment, id: &str) -> Result<()> {
    let (root, layout) = (&deployment.layout, FiresLayout::of(&deployment.layout));
    let (store, private) = (store_of(deployment), LocalStore::of(root));
    for map in MAP_KINDS.map(|kind| map_name(id, kind)) {
        store.remove(&root.meta(&map))?;
        store.remove(&root.tiles_of(&map))?;
        store.remove(&root.raster_of(&map))?;
        store.remove(&root.raster_link(&map))?;
        for layer in MapLayer::ALL {
            store.remove(&root.layer_link(&map, layer))?;
        }
        private.remove(&root.work(&map))?;
        private.remove(&layout.burnt_area(&map))?;
    }
    store.remove(&layout.outlines(id))?;
    private.remove(&layout.files_of(id).folder)
}
