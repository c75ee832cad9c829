//! Which mask files are requested to find out whether a host has masks beside its files.

use std::collections::BTreeSet;

use super::mask_sidecar::MaskSidecar;
use super::{Item, Origin};
use crate::sensor::spectral_index::SpectralIndex;

/// Hosts whose masks are checked for a side of a fire: each costs a request, and the files of a
/// collection lie on one, seldom on two.
const MAX_CHECKS: usize = 2;

/// A mask file that the items do not list, requested to find out whether a host has such files.
///
/// The files of a known collection state a no-data value, and a mask beside each of them would cost
/// a request per file. A producer writes all files in one way, so one file of each host answers for
/// the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SidecarCheck {
    /// The host whose files it answers for.
    pub host: String,
    /// Where the mask would lie.
    pub href: String,
}

impl SidecarCheck {
    /// The checks for the scenes of a side: of each host the file of the scene that states the
    /// largest share without data, for some producers write a mask only where it hides something;
    /// the first of equals. None for files that are known to have no masks, or whose masks are
    /// requested in any case.
    pub fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Vec<Self> {
        let mut checks: Vec<(Self, f64)> = Vec::new();
        for item in items {
            let Some(check) = Self::of_item(item) else { continue };
            let share = item.properties.nodata_percentage.unwrap_or(0.0);
            if let Some(known) = checks.iter_mut().find(|(known, _)| known.host == check.host) {
                if share > known.1 {
                    *known = (check, share);
                }
            } else if checks.len() < MAX_CHECKS {
                checks.push((check, share));
            }
        }
        checks.into_iter().map(|(check, _)| check).collect()
    }

    fn of_item(item: &Item) -> Option<Self> {
        let sidecar = mapped_sidecar(item).filter(MaskSidecar::is_checked)?;
        Some(Self { host: host_of(item)?, href: sidecar.href })
    }
}

impl Item {
    /// Looks for the masks beside its files, where its host is among those that have some.
    pub fn look_for_masks(&mut self, masked_hosts: &BTreeSet<String>) {
        self.may_have_masks_beside |= self.lies_on_one_of(masked_hosts);
    }

    /// Whether its files lie on one of these hosts.
    pub fn lies_on_one_of(&self, hosts: &BTreeSet<String>) -> bool {
        host_of(self).is_some_and(|host| hosts.contains(&host))
    }
}

/// The mask that may lie beside the file of the first mapped band.
fn mapped_sidecar(item: &Item) -> Option<MaskSidecar> {
    let [role, _] = SpectralIndex::MAPPED.bands();
    Some(item.mask_sidecar(&item.band(role).ok()?))
}

/// The host of the same file.
fn host_of(item: &Item) -> Option<String> {
    let [role, _] = SpectralIndex::MAPPED.bands();
    let origin = Origin::of(&item.band(role).ok()?.asset.href).ok()?;
    Some(origin.host().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::ItemCollection;
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn item(collection: &str, href: &str, nodata: f64) -> Item {
        let page = format!(
            r#"{{"features":[{{"id":"a","collection":"{collection}",
                "properties":{{"s2:nodata_pixel_percentage":{nodata}}},"assets":{{
                "nir08":{{"href":"{href}"}},"swir22":{{"href":"s.tif"}},
                "scl":{{"href":"c.tif"}}}}}}]}}"#
        );
        ItemCollection::read(page.as_bytes()).unwrap().features.remove(0)
    }

    fn check(items: &[(&str, &str, f64)], hrefs: &[&str]) {
        let items: Vec<Item> =
            items.iter().map(|(name, href, nodata)| item(name, href, *nodata)).collect();
        let found: Vec<String> =
            SidecarCheck::of(&items).into_iter().map(|check| check.href).collect();
        assert_eq!(found, hrefs);
    }

    #[test]
    fn the_scene_with_the_most_ground_without_data_answers_for_its_host() {
        let known = "sentinel-2-l2a";
        check(
            &[(known, "https://a.example/1.tif", 0.0), (known, "https://a.example/2.tif", 0.0)],
            &["https://a.example/1.tif.msk"],
        );
        check(
            &[
                (known, "https://a.example/1.tif", 3.0),
                (known, "https://b.example/1.tif", 0.0),
                (known, "https://a.example/2.tif", 61.0),
                (known, "https://c.example/1.tif", 99.0),
                (known, "https://A.example/3.tif", 61.0),
            ],
            &["https://a.example/2.tif.msk", "https://b.example/1.tif.msk"],
        );
    }

    #[test]
    fn files_whose_masks_are_requested_anyway_or_never_are_not_checked() {
        check(&[("somebody-elses", "https://a.example/1.tif", 50.0)], &[]);
        check(&[("sentinel-2-l2a", "data/1.tif", 50.0)], &[]);
        let azure = "https://sentinel2l2a01.blob.core.windows.net/B8A.tif?se=1&sig=x";
        check(&[("sentinel-2-l2a", azure, 50.0)], &[]);
    }

    #[test]
    fn masks_are_looked_for_on_the_hosts_that_have_some() {
        let mut here = item("sentinel-2-l2a", "https://a.example/1.tif", 0.0);
        let mut elsewhere = item("sentinel-2-l2a", "https://b.example/1.tif", 0.0);
        let hosts = BTreeSet::from(["a.example".to_owned()]);
        here.look_for_masks(&hosts);
        elsewhere.look_for_masks(&hosts);
        // What a worker passes on to another is the same.
        let here: Item = serde_json::from_str(&serde_json::to_string(&here).unwrap()).unwrap();
        assert!(SidecarCheck::of(&[here]).is_empty());
        assert_eq!(SidecarCheck::of(&[elsewhere]).len(), 1);
    }
}
