//! Which mask files are requested to find out whether a host has masks beside its files.

use std::collections::BTreeSet;

use dragonfly_pixels::{SpectralIndex, ordered};

use super::mask_sidecar::MaskSidecar;
use super::{Item, Origin};

/// Hosts whose masks are checked for a side of a fire: the files of a collection lie on one, seldom
/// on two.
const MAX_HOSTS: usize = 4;
/// Scenes of a host whose masks are checked: all of a fire's, a few of a wide map's.
const MAX_SCENES: usize = 4;

/// A mask file that the items do not list, requested to find out whether a host has such files.
///
/// The files of a known collection state a no-data value, and a mask beside each of them would cost
/// a request per file. A producer writes all files in one way, so the files of a few scenes answer
/// for the others of their host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SidecarCheck {
    /// The host whose files it answers for.
    pub host: String,
    /// Where the mask would lie.
    pub href: String,
}

impl SidecarCheck {
    /// Checks of a host for a side, at most: the files of both mapped bands.
    pub const MAX_OF_HOST: usize = MAX_SCENES * 2;

    /// The checks for the scenes of a side: of each host the mapped bands of the scenes that state
    /// the largest shares without data, for some producers write a mask only where it hides
    /// something; the first of equals. None for files that are known to have no masks, or whose
    /// masks are requested in any case.
    pub fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Vec<Self> {
        let scenes: Vec<CheckedScene> = items.into_iter().filter_map(CheckedScene::of).collect();
        let mut hosts: Vec<String> = Vec::new();
        for scene in &scenes {
            if !hosts.contains(&scene.host) {
                hosts.push(scene.host.clone());
            }
        }
        hosts.truncate(MAX_HOSTS);
        let scenes = ordered(scenes, &|a, b| b.nodata_percent.total_cmp(&a.nodata_percent));
        let of_host = |host: String| {
            let own = scenes.iter().filter(|scene| scene.host == host).take(MAX_SCENES);
            let hrefs = own.flat_map(|scene| &scene.hrefs);
            hrefs.map(|href| Self { host: host.clone(), href: href.clone() }).collect::<Vec<_>>()
        };
        hosts.into_iter().flat_map(of_host).collect()
    }
}

/// A scene whose masks may be checked.
struct CheckedScene {
    host: String,
    nodata_percent: f64,
    /// Where the masks of its mapped bands would lie.
    hrefs: Vec<String>,
}

impl CheckedScene {
    fn of(item: &Item) -> Option<Self> {
        let bands =
            SpectralIndex::MAPPED.bands().into_iter().filter_map(|role| item.band(role).ok());
        let sidecars = bands.map(|band| item.mask_sidecar(&band)).filter(MaskSidecar::is_checked);
        let mut hrefs: Vec<String> = sidecars.map(|sidecar| sidecar.href).collect();
        // Both bands may lie in one file.
        hrefs.dedup();
        let nodata_percent = item.properties.nodata_percentage.unwrap_or(0.0);
        let scene = Self { host: host_of(item)?, nodata_percent, hrefs };
        (!scene.hrefs.is_empty()).then_some(scene)
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

/// The host of the file of its first mapped band.
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
        let swir = href.replace("1.tif", "1s.tif").replace("2.tif", "2s.tif");
        let page = format!(
            r#"{{"features":[{{"id":"a","collection":"{collection}",
                "properties":{{"s2:nodata_pixel_percentage":{nodata}}},"assets":{{
                "nir08":{{"href":"{href}"}},"swir22":{{"href":"{swir}"}},
                "scl":{{"href":"c.tif"}}}}}}]}}"#
        );
        ItemCollection::read(page.as_bytes()).unwrap().features.remove(0)
    }

    fn check<Href: AsRef<str>>(items: &[(&str, &str, f64)], hrefs: &[Href]) {
        let items: Vec<Item> =
            items.iter().map(|(name, href, nodata)| item(name, href, *nodata)).collect();
        let found: Vec<String> =
            SidecarCheck::of(&items).into_iter().map(|check| check.href).collect();
        assert_eq!(found, hrefs.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    }

    #[test]
    fn both_bands_of_the_scenes_with_the_most_ground_without_data_answer_for_their_host() {
        let known = "sentinel-2-l2a";
        check(
            &[(known, "https://a.example/1.tif", 0.0), (known, "https://A.example/2.tif", 3.0)],
            &[
                "https://A.example/2.tif.msk",
                "https://A.example/2s.tif.msk",
                "https://a.example/1.tif.msk",
                "https://a.example/1s.tif.msk",
            ],
        );
        // Both bands in one file, of more scenes than are checked.
        let files: Vec<String> =
            (3..9).map(|number| format!("https://a.example/{number}.tif")).collect();
        let mut scenes: Vec<_> = files.iter().map(|file| (known, file.as_str(), 5.0)).collect();
        scenes[5].2 = 61.0;
        check(&scenes, &[8, 3, 4, 5].map(|number| format!("https://a.example/{number}.tif.msk")));
        // More hosts than are checked.
        let files: Vec<String> =
            (3..9).map(|number| format!("https://{number}.example/a.tif")).collect();
        let scenes: Vec<_> = files.iter().map(|file| (known, file.as_str(), 0.0)).collect();
        check(&scenes, &[3, 4, 5, 6].map(|number| format!("https://{number}.example/a.tif.msk")));
    }

    #[test]
    fn files_whose_masks_are_requested_anyway_or_never_are_not_checked() {
        check(&[("somebody-elses", "https://a.example/1.tif", 50.0)], &[] as &[&str]);
        check(&[("sentinel-2-l2a", "data/1.tif", 50.0)], &[] as &[&str]);
        let azure = "https://sentinel2l2a01.blob.core.windows.net/B8A.tif?se=1&sig=x";
        check(&[("sentinel-2-l2a", azure, 50.0)], &[] as &[&str]);
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
        assert_eq!(SidecarCheck::of(&[elsewhere]).len(), 2);
    }
}
