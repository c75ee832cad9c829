//! Finds out whether hosts have masks beside their files, which their items do not list.

use std::collections::BTreeSet;
use std::sync::Arc;

use dragonfly_core::FireSide;
use dragonfly_core::stac::{Item, SidecarCheck, without_token};

use crate::http::{Client, Scope};
use crate::read::remote::RemoteFile;

/// What is known of the masks of the hosts of a run.
#[derive(Default)]
pub(crate) struct SidecarChecks {
    /// The checks that were made for a side.
    checked: Vec<(FireSide, SidecarCheck)>,
    masked_hosts: BTreeSet<String>,
}

/// A mask that is requested to find out whether it is there.
pub(crate) struct RequestedCheck {
    host: String,
    file: Arc<RemoteFile>,
}

/// The first bytes of a TIFF and a BigTIFF, in both orders of bytes.
const TIFF_SIGNATURES: [[u8; 4]; 4] = [*b"II*\0", *b"MM\0*", *b"II+\0", *b"MM\0+"];

impl SidecarChecks {
    /// Requests a few masks of each host of a side, unless as many were checked for it before. Does not
    /// wait.
    pub(crate) fn request(
        &mut self,
        side: FireSide,
        items: &[&Item],
        client: &Client,
    ) -> Vec<RequestedCheck> {
        let mut requested = Vec::new();
        for check in SidecarCheck::of(items.iter().copied()) {
            let of_side = || self.checked.iter().filter(|known| known.0 == side);
            let is_known = self.masked_hosts.contains(&check.host)
                || of_side().any(|(_, known)| known.href == check.href)
                || of_side().filter(|(_, known)| known.host == check.host).count()
                    >= SidecarCheck::MAX_OF_HOST;
            if is_known || client.policy().check_file(&check.href).is_err() {
                continue;
            }
            self.checked.push((side, check.clone()));
            let SidecarCheck { host, href } = check;
            match RemoteFile::open(&href, Scope::File, client) {
                Ok(file) => requested.push(RequestedCheck { host, file }),
                Err(error) => tracing::warn!(mask = without_token(&href), "{error:#}"),
            }
        }
        requested
    }

    /// Waits for requested masks, and keeps the hosts of those that are there.
    pub(crate) fn wait(&mut self, checks: Vec<RequestedCheck>) {
        for check in checks.into_iter().filter(RequestedCheck::is_found) {
            if !self.masked_hosts.insert(check.host.clone()) {
                continue;
            }
            tracing::warn!(
                mask = check.file.address(),
                "masks lie beside the files of {}, and the items do not list them: they are read; \
                list them among the assets",
                check.host
            );
        }
    }

    /// Number of hosts that have masks beside their files.
    pub(crate) fn masked_host_count(&self) -> usize {
        self.masked_hosts.len()
    }

    /// Whether the masks beside an item's files are read.
    pub(crate) fn has_masks(&self, item: &Item) -> bool {
        item.lies_on_one_of(&self.masked_hosts)
    }
}

impl RequestedCheck {
    /// Whether a TIFF came. Some servers answer with a page for people, or fail, where there is no
    /// file.
    fn is_found(&self) -> bool {
        match self.file.wait_for_head_if_there() {
            Ok(true) => {
                let mut start = [0; 4];
                self.file.read_at(0, &mut start);
                TIFF_SIGNATURES.contains(&start)
            }
            Ok(false) => false,
            Err(error) => {
                tracing::warn!("{error:#}; whether the file has a mask beside it is unknown");
                false
            }
        }
    }
}
