//! `doctor`: tries what a night and a page need, and says in words what is wrong and what to do.

// What every probe gives, and how it is shown.
mod finding;
mod report;

// The machine.
mod machine;

// What lies far away.
mod asset;
mod catalogue;
mod cors;
mod http;
mod layout;
mod mask;
mod offset;

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use dragonfly_core::Region;
use dragonfly_core::stac::AddressPolicy;
use gdal::config::set_config_option;

use crate::deployment::settings::Settings;
use crate::http::{Client, RequestLimits};
use crate::nightly::deadline::Deadline;

use catalogue::ListedCollection;
use http::Http;

pub(crate) use cors::parse_origin;
pub(crate) use finding::{Finding, FindingStatus};
pub(crate) use report::{as_json, describe};

/// For everything that is asked of others.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Regions looked at when none is named.
const REGIONS: usize = 3;

/// What to look at.
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
    /// Tries everything. A failure hides no other, except what depends on it, which is skipped with
    /// the reason.
    ///
    /// # Errors
    /// When GDAL cannot be told to be quick.
    pub(crate) fn run(&self) -> Result<Vec<Finding>> {
        be_quick()?;
        let (policy, refused) = match self.settings.address_policy() {
            Ok(policy) => (policy, None),
            // Nothing is asked of such a catalogue.
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

        let mut collections: BTreeMap<&str, Finding> = BTreeMap::new();
        for region in &regions {
            collections.entry(&region.collection).or_insert_with(|| match &listed {
                Some(listed) => catalogue::collection(listed, &region.collection, &http),
                None => {
                    Finding::skipped("collection", format!("{}: no catalogue", region.collection))
                }
            });
        }
        findings.extend(collections.values().cloned());

        // Each waits for servers most of the time.
        thread::scope(|scope| -> Result<()> {
            let looks: Vec<_> = regions
                .iter()
                .map(|region| {
                    let is_there = collections
                        .get(region.collection.as_str())
                        .is_some_and(|found| found.status == FindingStatus::Ok);
                    let listed = listed.as_ref().filter(|_| is_there);
                    let (http, files) = (&http, &files);
                    scope.spawn(move || self.look_at(region, listed, http, files))
                })
                .collect();
            for look in looks {
                let Ok(found) = look.join() else {
                    bail!("a probe died; tell its makers what it was asked")
                };
                findings.extend(found);
            }
            Ok(())
        })?;
        findings.push(machine::clock(http.clock()));
        Ok(findings)
    }

    /// The regions to look at.
    fn regions(&self) -> (Finding, Vec<Region>) {
        match self.chosen() {
            Ok((words, regions)) => (Finding::ok("regions", words), regions),
            Err(error) => {
                let advice = "mend the file of the regions: config/README.md tells its keys";
                (Finding::fail("regions", format!("{error:#}"), advice), Vec::new())
            }
        }
    }

    fn chosen(&self) -> Result<(String, Vec<Region>)> {
        let all = self.settings.regions()?;
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
        regions.truncate(REGIONS);
        let names: Vec<&str> = regions.iter().map(|region| region.name.as_str()).collect();
        let words = if names.len() == count {
            format!("all {count}: {}", names.join(", "))
        } else {
            format!(
                "the first {REGIONS} of {count} by priority: {}; name others to look at them",
                names.join(", ")
            )
        };
        Ok((words, regions))
    }

    fn catalogue_cors(&self, listed: Option<&ListedCollection>, http: &Http) -> Finding {
        match (self.origin, listed) {
            (None, _) => Finding::skipped(
                "catalogue cors",
                "name the page's site with --origin to look at it",
            ),
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

    /// Everything about one region.
    fn look_at(
        &self,
        region: &Region,
        listed: Option<&ListedCollection>,
        http: &Http,
        files: &Client,
    ) -> Vec<Finding> {
        let mut findings = vec![mask::mask(self.settings, region, files)];
        let skip = |reason: &str, probes: &[&'static str]| -> Vec<Finding> {
            probes.iter().map(|probe| Finding::skipped(probe, reason)).collect()
        };
        let (found, item) = match listed {
            Some(listed) => catalogue::scene(listed, region, self.now, http),
            None => (
                Finding::skipped("scene", format!("no collection {} to search", region.collection)),
                None,
            ),
        };
        findings.push(found);
        match item {
            Some(mut item) => {
                let token = catalogue::token(self.settings, &mut item, files);
                let found = match &token {
                    Some(token) if token.status == FindingStatus::Fail => {
                        Finding::skipped("assets", "without a token they do not open")
                    }
                    _ => asset::readable(&item, http),
                };
                findings.extend(token);
                let is_readable = found.status == FindingStatus::Ok;
                findings.push(found);
                if is_readable {
                    let (found, coarsest) = layout::layout(&item, region, files);
                    let is_broken = found.status == FindingStatus::Fail;
                    findings.push(found);
                    findings.push(match coarsest {
                        Some(counts) => offset::offset(&item, &counts),
                        None if is_broken => Finding::skipped("offset", "the files cannot be read"),
                        None => Finding::skipped(
                            "offset",
                            "without overviews the whole image would have to be fetched",
                        ),
                    });
                } else {
                    findings.extend(skip("the files cannot be read", &["layout", "offset"]));
                }
                findings.push(match self.origin {
                    None => Finding::skipped(
                        "assets cors",
                        "name the page's site with --origin to look at it",
                    ),
                    Some(_) if !is_readable => {
                        Finding::skipped("assets cors", "the files cannot be read")
                    }
                    Some(origin) => {
                        cors::assets(&item, self.settings.proxy_base.as_deref(), origin, http)
                    }
                });
            }
            None => findings.extend(skip(
                "no scene to look at",
                &["assets", "layout", "offset", "assets cors"],
            )),
        }
        findings.into_iter().map(|found| found.of(&region.name)).collect()
    }
}

/// A night is patient with servers; who stands before a terminal is not.
fn be_quick() -> Result<()> {
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
