//! All probes of a deployment, those of its regions beside each other.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use dragonfly_core::Region;
use dragonfly_core::stac::AddressPolicy;
use gdal::config::set_config_option;

use super::catalogue::{self, ListedCollection};
use super::finding::{Finding, FindingStatus};
use super::http::Http;
use super::region_probes::RegionProbes;
use super::{basemaps, cors, machine, overlays, points};
use crate::deployment::settings::Settings;
use crate::http::{Client, RequestLimits};
use crate::nightly::deadline::Deadline;

/// For all requests together.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Regions that are probed when none is named.
const DEFAULT_REGIONS: usize = 3;

/// What to probe.
pub(crate) struct Examination<'a> {
    pub(crate) settings: &'a Settings,
    /// Names of the regions; the first few by priority when empty.
    pub(crate) names: &'a [String],
    /// The site of the page, such as `https://maps.example.org`.
    pub(crate) origin: Option<&'a str>,
    /// The moment of the search windows; the clock is judged by its own.
    pub(crate) now: DateTime<Utc>,
}

impl Examination<'_> {
    /// Runs all probes. A failure hides no other, except what depends on it, which is skipped with
    /// the reason.
    ///
    /// # Errors
    /// When GDAL's timeouts cannot be set.
    pub(crate) fn run(&self) -> Result<Vec<Finding>> {
        shorten_gdal_timeouts()?;
        let (policy, refused) = match self.settings.address_policy() {
            Ok(policy) => (policy, None),
            // Nothing is requested from such a catalogue.
            Err(error) => (AddressPolicy::of_file(), Some(error)),
        };
        let deadline = Deadline::after(TIMEOUT);
        let client =
            |limits| Client::new(policy.clone(), deadline, limits, self.settings.max_connections);
        let (http, files) = (Http::new(client(RequestLimits::BRIEF)), client(RequestLimits::NIGHT));
        let mut findings = vec![
            machine::root(&self.settings.root),
            machine::disk(&self.settings.root, self.settings.min_free_gb),
            machine::files(&self.settings.root),
            machine::projections(),
        ];
        let (found, regions) = self.regions();
        findings.push(found);
        let (found, listed) = match refused {
            Some(error) => {
                (Finding::fail("catalogue", format!("{error:#}"), catalogue::NAME_ANOTHER), None)
            }
            None => catalogue::reachable(self.settings.stac.as_deref(), &http, &files),
        };
        findings.push(found);
        findings.push(self.catalogue_cors(listed.as_ref(), &http));
        let collections = collections(&regions, listed.as_ref(), &http);
        findings.extend(collections.values().cloned());
        let probes = RegionProbes {
            settings: self.settings,
            origin: self.origin,
            now: self.now,
            listed: listed.as_ref(),
            http: &http,
            files: &files,
        };
        findings.extend(probe_regions(&regions, &collections, probes)?);
        findings.extend(points::points(self.settings.fires.as_ref(), &files, self.now));
        let settings = self.settings;
        findings.extend(basemaps::basemaps(&settings.basemaps, &settings.root, self.origin, &http));
        findings.extend(overlays::overlays(&settings.overlays, self.origin, &http));
        findings.push(machine::clock(http.clock()));
        Ok(findings)
    }

    /// The regions to probe.
    fn regions(&self) -> (Finding, Vec<Region>) {
        match self.chosen() {
            Ok((words, regions)) => (Finding::ok("regions", words), regions),
            Err(error) => {
                let advice = "correct the file of the regions: config/README.md lists its keys";
                (Finding::fail("regions", format!("{error:#}"), advice), Vec::new())
            }
        }
    }

    fn chosen(&self) -> Result<(String, Vec<Region>)> {
        let all = self.settings.regions()?;
        if let Some(fires) = &self.settings.fires {
            fires.check_areas(&all)?;
        }
        if all.is_empty() && self.settings.fires.is_some() && self.names.is_empty() {
            return Ok(("none: fires are found by themselves".to_owned(), all));
        }
        if all.is_empty() {
            bail!("{} names no region", self.settings.regions.display());
        }
        if !self.names.is_empty() {
            let named = |name: &String| {
                let known =
                    || all.iter().map(|region| region.name.as_str()).collect::<Vec<_>>().join(", ");
                let region = all.iter().find(|region| region.name == *name).cloned();
                region
                    .with_context(|| format!("there is no region `{name}`; there are: {}", known()))
            };
            let regions: Vec<Region> = self.names.iter().map(named).collect::<Result<_>>()?;
            return Ok((
                format!("{} of {}: {}", regions.len(), all.len(), self.names.join(", ")),
                regions,
            ));
        }
        let count = all.len();
        let mut regions = all;
        regions.sort_by_key(|region| region.priority);
        regions.truncate(DEFAULT_REGIONS);
        let names: Vec<&str> = regions.iter().map(|region| region.name.as_str()).collect();
        let words = if names.len() == count {
            format!("all {count}: {}", names.join(", "))
        } else {
            format!(
                "the first {DEFAULT_REGIONS} of {count} by priority: {}; name others to probe them",
                names.join(", ")
            )
        };
        Ok((words, regions))
    }

    fn catalogue_cors(&self, listed: Option<&ListedCollection>, http: &Http) -> Finding {
        match (self.origin, listed) {
            (None, _) => {
                Finding::skipped("catalogue cors", "name the page's site with --origin to probe it")
            }
            (_, None) => Finding::skipped("catalogue cors", "no catalogue"),
            (_, Some(ListedCollection::File(_))) => Finding::skipped(
                "catalogue cors",
                "the catalogue is a file: `serve` hands it to its own page",
            ),
            (Some(origin), Some(ListedCollection::Api(root))) => {
                cors::catalogue(root, origin, http)
            }
        }
    }
}

/// A finding for each collection that regions name.
fn collections<'a>(
    regions: &'a [Region],
    listed: Option<&ListedCollection>,
    http: &Http,
) -> BTreeMap<&'a str, Finding> {
    let mut collections = BTreeMap::new();
    for region in regions {
        collections.entry(region.collection.as_str()).or_insert_with(|| match listed {
            Some(listed) => catalogue::collection(listed, &region.collection, http),
            None => Finding::skipped("collection", format!("{}: no catalogue", region.collection)),
        });
    }
    collections
}

/// Probes the regions at the same time: each waits for servers most of the time.
fn probe_regions(
    regions: &[Region],
    collections: &BTreeMap<&str, Finding>,
    probes: RegionProbes,
) -> Result<Vec<Finding>> {
    thread::scope(|scope| {
        let threads: Vec<_> = regions
            .iter()
            .map(|region| {
                let has_collection =
                    collections.get(region.collection.as_str()).is_some_and(|found| {
                        matches!(found.status, FindingStatus::Ok | FindingStatus::Warn)
                    });
                let listed = probes.listed.filter(|_| has_collection);
                let probes = RegionProbes { listed, ..probes };
                scope.spawn(move || probes.run(region))
            })
            .collect();
        let mut findings = Vec::new();
        for thread in threads {
            let Ok(found) = thread.join() else {
                bail!("a probe panicked: report it with the command that was run")
            };
            findings.extend(found);
        }
        Ok(findings)
    })
}

/// A night waits for slow servers; a person before a terminal does not.
fn shorten_gdal_timeouts() -> Result<()> {
    let options = [
        ("GDAL_HTTP_MAX_RETRY", "0"),
        ("GDAL_HTTP_CONNECTTIMEOUT", "5"),
        ("GDAL_HTTP_TIMEOUT", "15"),
    ];
    for (key, value) in options {
        set_config_option(key, value).with_context(|| format!("setting GDAL's {key}"))?;
    }
    Ok(())
}
