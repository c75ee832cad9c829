//! `serve`: serves the page and the published files; over a local catalogue a STAC API too.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::deployment::settings::Settings;
use crate::serve::{self, Served};

/// Needs no regions: what is published is served also where their file cannot be read.
pub(super) fn run(settings: &Settings, listen: SocketAddr, dist: &Path) -> Result<ExitCode> {
    let served = Served {
        listen,
        dist: dist.to_owned(),
        root: settings.root.clone(),
        catalogue: settings.catalogue_file().map(Path::to_owned),
        client: settings.client_config(&[])?,
        image_sources: settings.image_sources.clone(),
        frame_ancestors: settings.frame_ancestors.clone(),
    };
    serve::run(&served, |address| println!("Dragonfly is at http://{address} (Ctrl-C ends it)"))?;
    Ok(ExitCode::SUCCESS)
}
