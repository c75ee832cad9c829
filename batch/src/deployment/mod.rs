//! A deployment: its settings, its folders, its regions, and who may read and write there.

pub(crate) mod layout;
pub(crate) mod ownership;
pub(crate) mod permissions;
pub(crate) mod settings;

use anyhow::{Context, Result};
use dragonfly_core::Region;
use serde::{Deserialize, Serialize};

use crate::deployment::layout::RootLayout;
use crate::deployment::settings::Settings;

/// A deployment as a command works with it: read once, at the start of the command, so that all its
/// steps see the same regions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) settings: Settings,
    pub(crate) layout: RootLayout,
    /// All regions of the configuration.
    pub(crate) regions: Vec<Region>,
}

impl Deployment {
    /// Reads the regions that the settings name.
    ///
    /// # Errors
    /// When they cannot be read, or fires are to be found in a region that is not among them.
    pub(crate) fn load(settings: Settings) -> Result<Self> {
        let layout = RootLayout::new(&settings.root);
        let regions = settings.regions()?;
        if let Some(fires) = &settings.fires {
            fires.check_areas(&regions)?;
        }
        Ok(Self { settings, layout, regions })
    }

    /// A region by its name.
    ///
    /// # Errors
    /// When there is none; lists those that there are.
    pub(crate) fn region(&self, name: &str) -> Result<&Region> {
        self.regions.iter().find(|region| region.name == name).with_context(|| {
            let names: Vec<&str> = self.regions.iter().map(|region| region.name.as_str()).collect();
            format!(
                "there is no region `{name}` in {}; it has: {}",
                self.settings.regions.display(),
                names.join(", ")
            )
        })
    }
}
