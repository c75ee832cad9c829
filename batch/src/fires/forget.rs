//! `fires forget`: removes a fire with its points and files.

use anyhow::{Result, ensure};
use dragonfly_core::FireList;

use crate::deployment::Deployment;
use crate::fires::ground::read_ground;
use crate::fires::state_files::{KnownFires, read_list};
use crate::fires::sweep::remove_fire;
use crate::publish::json_file::write_json;
use crate::publish::store::store_of;

/// Removes a fire: from the state, its points from those that are kept, its line of the list, and
/// its files.
///
/// # Errors
/// When there is no such fire, or a file cannot be written or removed.
pub(crate) fn forget(deployment: &Deployment, id: &str) -> Result<()> {
    let layout = &deployment.layout;
    let mut known = KnownFires::read(layout)?;
    ensure!(
        known.state.fires.remove(id).is_some(),
        "there is no fire `{id}`: `dragonfly fires list --all` names all"
    );
    // Without its ground it has no points of its own.
    let points = read_ground(layout, id).map(|ground| ground.points).unwrap_or_default();
    known.points.retain(|point| !points.contains(&(point.lon(), point.lat())));
    known.write(layout)?;
    if let Some(mut list) = read_list(layout)? {
        list.fires.retain(|fire| fire.id != id && fire.merged_into.as_deref() != Some(id));
        let list: FireList = list;
        write_json(&store_of(deployment), &layout.meta_file("fires"), &list)?;
    }
    remove_fire(deployment, id)
}
