//! `meta/index.json` and `meta/client.json`: what the page loads first.

use std::fs;

use anyhow::Result;
use dragonfly_core::metadata::{ClientConfig, IndexedRegion, RegionIndex, RegionMeta};

use crate::deployment::Deployment;
use crate::deployment::layout::RootLayout;
use crate::nightly::clock::now_in_seconds;
use crate::publish::json_file::write_json;
use crate::publish::region_meta::MetaFile;
use crate::publish::store::store_of;

/// Writes both: every configured region and no other. A region whose metadata cannot be read keeps
/// its line.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write_index(deployment: &Deployment) -> Result<()> {
    let Deployment { settings, layout, regions } = deployment;
    let generated_at = now_in_seconds();
    let before = read_index(layout);
    let lines = regions.iter().map(|region| {
        let line_before = before
            .as_ref()
            .and_then(|index| index.regions.iter().find(|line| line.name == region.name));
        let meta = match MetaFile::read(layout, &region.name) {
            MetaFile::Readable(meta) => *meta,
            MetaFile::Absent => RegionMeta::pending(region),
            MetaFile::Unreadable(error) => {
                tracing::warn!(region = region.name, "{error}");
                match line_before {
                    Some(line) => return line.clone(),
                    None => RegionMeta::pending(region),
                }
            }
        };
        let first_seen_at = line_before.and_then(|line| line.first_seen_at).or(Some(generated_at));
        IndexedRegion { first_seen_at, ..IndexedRegion::new(region, &meta) }
    });
    let regions = lines.collect();
    let store = store_of(deployment);
    write_json(&store, &layout.meta_file("index"), &RegionIndex { generated_at, regions })?;
    let lists_fires = layout.meta_file("fires").exists();
    let config = ClientConfig {
        fires_url: lists_fires.then(|| "/meta/fires.json".to_owned()),
        ..settings.client_config(&deployment.regions)?
    };
    write_json(&store, &layout.meta_file("client"), &config)
}

/// The published list of regions; `None` where there is none, or it cannot be read.
pub(crate) fn read_index(layout: &RootLayout) -> Option<RegionIndex> {
    serde_json::from_slice(&fs::read(layout.meta_file("index")).ok()?).ok()
}
