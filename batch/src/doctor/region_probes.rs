//! The probes of one region: its mask, its scenes, and the files of one of them.

use chrono::{DateTime, Utc};
use dragonfly_core::stac::Item;
use dragonfly_core::{FireSide, Region};

use super::catalogue::ListedCollection;
use super::finding::{Finding, FindingStatus};
use super::http::Http;
use super::{asset, catalogue, cors, layout, mask, offset, opening, records};
use crate::deployment::settings::Settings;
use crate::http::Client;

const UNREADABLE: &str = "the files cannot be read";

/// What the probes of all regions share.
#[derive(Clone, Copy)]
pub(super) struct RegionProbes<'a> {
    pub(super) settings: &'a Settings,
    /// The site of the page.
    pub(super) origin: Option<&'a str>,
    pub(super) now: DateTime<Utc>,
    /// The catalogue, where it has the region's collection.
    pub(super) listed: Option<&'a ListedCollection>,
    pub(super) http: &'a Http,
    /// Reads files as a run does.
    pub(super) files: &'a Client,
}

impl RegionProbes<'_> {
    /// All findings about a region.
    pub(super) fn run(&self, region: &Region) -> Vec<Finding> {
        let mut findings = vec![mask::mask(self.settings, region, self.files)];
        findings.extend(records::perimeter(self.settings, region));
        findings.extend(records::last_run(self.settings, region, Utc::now()));
        let (found, mut scenes) = match self.listed {
            Some(listed) => catalogue::scene(listed, region, self.now, self.http),
            None => (
                Finding::skipped("scene", format!("no collection {} to search", region.collection)),
                Vec::new(),
            ),
        };
        findings.push(found);
        let post = scenes.iter().find(|(side, _)| *side == FireSide::Post);
        findings.extend(match post.map(|(_, item)| item.clone()) {
            Some(item) => self.scene_files(region, item),
            None => ["assets", "layout", "offset", "assets cors"]
                .map(|probe| Finding::skipped(probe, "no scene to probe"))
                .into(),
        });
        let is_readable =
            |found: &Finding| found.probe != "assets" || found.status == FindingStatus::Ok;
        let is_sound =
            |found: &Finding| found.probe != "layout" || found.status != FindingStatus::Fail;
        findings.push(if scenes.is_empty() {
            Finding::skipped("opening", "no scene to probe")
        } else if !findings.iter().all(|found| is_readable(found) && is_sound(found)) {
            Finding::skipped("opening", UNREADABLE)
        } else {
            for (_, item) in &mut scenes {
                // What is wrong with the token is a finding of its own.
                let _ = catalogue::token(self.settings, item, self.files);
            }
            let is_flag_named = findings
                .iter()
                .any(|found| found.probe == "offset" && found.status == FindingStatus::Warn);
            opening::opening(&scenes, self.settings, region, self.files, is_flag_named)
        });
        findings.into_iter().map(|found| found.of(&region.name)).collect()
    }

    /// Findings about the files of a scene.
    fn scene_files(&self, region: &Region, mut item: Item) -> Vec<Finding> {
        let token = catalogue::token(self.settings, &mut item, self.files);
        let assets = match &token {
            Some(token) if token.status == FindingStatus::Fail => {
                Finding::skipped("assets", "without a token they do not open")
            }
            _ => asset::readable(&item, self.http),
        };
        let is_readable = assets.status == FindingStatus::Ok;
        let mut findings: Vec<Finding> = token.into_iter().collect();
        findings.push(assets);
        if is_readable {
            findings.extend(self.contents(region, &item));
        } else {
            findings.extend(["layout", "offset"].map(|probe| Finding::skipped(probe, UNREADABLE)));
        }
        findings.push(match self.origin {
            None => {
                Finding::skipped("assets cors", "name the page's site with --origin to probe it")
            }
            Some(_) if !is_readable => Finding::skipped("assets cors", UNREADABLE),
            Some(origin) => {
                cors::assets(&item, self.settings.proxy_base.as_deref(), origin, self.http)
            }
        });
        findings
    }

    /// Findings about the layout and the offset of files that can be read.
    fn contents(&self, region: &Region, item: &Item) -> [Finding; 2] {
        let (layout, coarsest) = layout::layout(item, region, self.files);
        let offset = match coarsest {
            Some(counts) => offset::offset(item, &counts),
            None if layout.status == FindingStatus::Fail => Finding::skipped("offset", UNREADABLE),
            None => Finding::skipped(
                "offset",
                "without overviews the whole image would have to be fetched",
            ),
        };
        [layout, offset]
    }
}
