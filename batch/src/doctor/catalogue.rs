//! The catalogue: whether it answers, has the collections, and lists scenes of the regions.

use std::collections::BTreeSet;
use std::slice;

use chrono::{DateTime, Utc};
use dragonfly_core::stac::{Item, ItemCollection, ItemSearch};
use dragonfly_core::{DateWindow, FireSide, Region, SearchWindows};
use serde_json::{Value, json};

use super::finding::{Finding, FindingStatus};
use super::http::Http;
use crate::deployment::settings::{Settings, is_url};
use crate::http::Client;
use crate::read::catalogue::{SceneCatalogue, resolve_hrefs};

/// What to do about a catalogue that cannot be used.
pub(super) const NAME_ANOTHER: &str = "name the root of a STAC API, such as \
    https://earth-search.aws.element84.com/v1, or an ItemCollection in a file, with `stac`";

/// Scenes requested: one page, as long as a run's.
const PAGE_ITEMS: usize = 100;

/// A catalogue that answered.
pub(super) enum ListedCollection {
    /// The root of a STAC API, without a slash at its end.
    Api(String),
    /// All items of a file.
    File(Vec<Item>),
}

/// Whether the catalogue answers, and as a catalogue does.
pub(super) fn reachable(
    stac: Option<&str>,
    http: &Http,
    files: &Client,
) -> (Finding, Option<ListedCollection>) {
    match stac {
        Some(url) if is_url(url) => reachable_api(url.trim_end_matches('/'), http),
        stac => match SceneCatalogue::open(stac, None, files) {
            Ok(SceneCatalogue::File(items)) if !items.is_empty() => {
                let words = format!("{} lists {} scenes", stac.unwrap_or_default(), items.len());
                (Finding::ok("catalogue", words), Some(ListedCollection::File(items)))
            }
            Ok(_) => {
                let words = format!("{} lists no scene", stac.unwrap_or_default());
                (
                    Finding::fail(
                        "catalogue",
                        words,
                        "fill it with the answer to a STAC search, or name another",
                    ),
                    None,
                )
            }
            Err(error) => (Finding::fail("catalogue", format!("{error:#}"), NAME_ANOTHER), None),
        },
    }
}

fn reachable_api(root: &str, http: &Http) -> (Finding, Option<ListedCollection>) {
    let fail = |words: String, advice: &str| (Finding::fail("catalogue", words, advice), None);
    let answer = match http.get(root, &[]) {
        Ok(answer) => answer,
        Err(error) => {
            let advice = "check `stac`, the network (curl -I ADDRESS), and a proxy in \
                https_proxy; where it names a certificate, the clock and the package \
                ca-certificates too";
            return fail(format!("{root} does not answer: {error}"), advice);
        }
    };
    if answer.status != 200 {
        let advice = "check `stac`: it must be the root of the API; at 429 and 5xx the server is \
            busy, so try again";
        return fail(format!("{root} answers {}", answer.describe()), advice);
    }
    let says_stac = |landing: &Value| {
        landing.get("stac_version").is_some() || landing.get("conformsTo").is_some()
    };
    match serde_json::from_slice::<Value>(&answer.body) {
        Ok(landing) if says_stac(&landing) => {
            let title =
                landing["title"].as_str().or(landing["id"].as_str()).unwrap_or("without a title");
            (
                Finding::ok("catalogue", format!("{root} answers: {title}")),
                Some(ListedCollection::Api(root.to_owned())),
            )
        }
        _ => fail(
            format!("{root} answers, but not as STAC does: {}", answer.describe()),
            "check `stac`: it must be the root of the API, often ending in /v1 or /stac, not a \
            page about it",
        ),
    }
}

/// Whether the catalogue has a collection.
pub(super) fn collection(listed: &ListedCollection, id: &str, http: &Http) -> Finding {
    let present = match listed {
        ListedCollection::File(items) => {
            let count = items.iter().filter(|item| item.collection.as_deref() == Some(id)).count();
            if count > 0 {
                return Finding::ok("collection", format!("{id}: {count} scenes"));
            }
            items.iter().filter_map(|item| item.collection.clone()).collect()
        }
        ListedCollection::Api(root) => {
            let url = format!("{root}/collections/{id}");
            match http.get(&url, &[]) {
                Ok(answer) if answer.status == 200 => {
                    match serde_json::from_slice::<Value>(&answer.body) {
                        Ok(found) if found["id"] == id => {
                            return Finding::ok("collection", format!("{id} is there"));
                        }
                        _ => {
                            let words =
                                format!("{url} is no collection of STAC: {}", answer.describe());
                            return Finding::fail(
                                "collection",
                                words,
                                "check `stac`: it must be the root of a STAC API",
                            );
                        }
                    }
                }
                Ok(answer) if answer.status == 404 => collections(root, http),
                Ok(answer) => {
                    let words = format!("{url} answers {}", answer.describe());
                    return Finding::fail(
                        "collection",
                        words,
                        "try again later; a 401 or 403 wants a login",
                    );
                }
                Err(error) => {
                    let words = format!("{url} does not answer: {error}");
                    return Finding::fail(
                        "collection",
                        words,
                        "the catalogue is unwell: try again later",
                    );
                }
            }
        }
    };
    let present = if present.is_empty() {
        "none that can be listed".to_owned()
    } else {
        present.into_iter().take(12).collect::<Vec<_>>().join(", ")
    };
    Finding::fail(
        "collection",
        format!("{id} is not there; the catalogue has {present}"),
        "write one of its Sentinel-2 L2A collections into `collection` of the regions, or name \
        another catalogue",
    )
}

/// Whether a token comes for files that open only with one; signs them with it. Nothing where none
/// is needed.
pub(super) fn token(settings: &Settings, item: &mut Item, client: &Client) -> Option<Finding> {
    let catalogue =
        SceneCatalogue::open(settings.stac.as_deref(), settings.token_url.as_deref(), client)
            .ok()?;
    match catalogue.sign(slice::from_mut(item)) {
        Ok(None) => None,
        Ok(Some(url)) => Some(Finding::ok("token", format!("{url} gives one"))),
        Err(error) => {
            let advice = "try again later; `token_url` names another endpoint";
            Some(Finding::fail("token", format!("{error:#}"), advice))
        }
    }
}

/// The names of an API's collections; none where it does not list them.
fn collections(root: &str, http: &Http) -> BTreeSet<String> {
    let answer = http.get(&format!("{root}/collections"), &[]);
    let list: Value = answer
        .ok()
        .and_then(|answer| serde_json::from_slice(&answer.body).ok())
        .unwrap_or_default();
    let collections = list["collections"].as_array().into_iter().flatten();
    collections.filter_map(|collection| collection["id"].as_str()).map(str::to_owned).collect()
}

/// Whether both sides of a region's map have scenes now, as a run would search them. Returns
/// the clearest of the post side, for the probes of its files.
pub(super) fn scene(
    listed: &ListedCollection,
    region: &Region,
    now: DateTime<Utc>,
    http: &Http,
) -> (Finding, Option<Item>) {
    let windows = SearchWindows::of(region, now.date_naive());
    let find = |side| SideDates::find(listed, region, &windows, side, http);
    let (post, pre) = match find(FireSide::Post).and_then(|post| Ok((post, find(FireSide::Pre)?))) {
        Ok(sides) => sides,
        Err(error) => {
            let advice = "the catalogue must answer POST /search as a STAC API does";
            return (Finding::fail("scene", error, advice), None);
        }
    };
    let problems = [pre.problem(region, &windows, now), post.problem(region, &windows, now)];
    // A failure is reported before a warning, the post side before the pre.
    let worst =
        problems.into_iter().flatten().max_by_key(|problem| problem.status == FindingStatus::Fail);
    let finding = worst.unwrap_or_else(|| {
        Finding::ok("scene", format!("{}; {}", post.describe(), pre.describe()))
    });
    (finding, post.clearest)
}

/// What was found on one side of a map.
struct SideDates {
    side: FireSide,
    /// Where scenes were found, or searched last.
    window: DateWindow,
    clearest: Option<Item>,
    /// How many there are; of an API those on its first page.
    count: usize,
}

impl SideDates {
    /// Searches the side's window, then twice of it.
    fn find(
        listed: &ListedCollection,
        region: &Region,
        windows: &SearchWindows,
        side: FireSide,
        http: &Http,
    ) -> Result<Self, String> {
        let mut found = Self { side, window: windows.side(side), clearest: None, count: 0 };
        for window in [Some(windows.side(side)), windows.widened(side)].into_iter().flatten() {
            let items = search(listed, region, window, http)?;
            let count = items.len();
            let clearest =
                items.into_iter().min_by(|a, b| unseen_percent(a).total_cmp(&unseen_percent(b)));
            found = Self { side, window, clearest, count };
            if found.clearest.is_some() {
                break;
            }
        }
        Ok(found)
    }

    fn describe(&self) -> String {
        let Some(item) = &self.clearest else { return format!("none on the {} side", self.side) };
        let day = item.acquired().map_or_else(String::new, |at| format!(" of {}", at.date_naive()));
        let cloud = item
            .properties
            .cloud_cover
            .map_or_else(String::new, |cover| format!(" with {cover:.0} % cloud"));
        format!("{}: {}{day}{cloud}", self.side, item.id)
    }

    /// What stands in the way of a map; `None` when nothing does.
    fn problem(
        &self,
        region: &Region,
        windows: &SearchWindows,
        now: DateTime<Utc>,
    ) -> Option<Finding> {
        let (side, window) = (self.side, self.window);
        let key = if side == FireSide::Pre { "pre_window_days" } else { "post_window_days" };
        let Some(item) = &self.clearest else {
            let words = format!("no scene of {} on the {side} side, {window}", region.collection);
            // A rolling window ends today, and yet is as full as it will be.
            let is_coming = window.end >= now.date_naive()
                && (region.event_date.is_some() || region.post.is_some());
            return Some(if is_coming && side == FireSide::Post {
                Finding::warn(
                    "scene",
                    words,
                    "the window is still open: the region waits for its first image",
                )
            } else {
                let advice = format!(
                    "check the region's `bbox`, its dates and {key}, and which dates the \
                    catalogue covers"
                );
                Finding::fail("scene", words, advice)
            });
        };
        if item.properties.cloud_cover.unwrap_or(0.0) > region.max_cloud_cover {
            let (count, most) = (self.count, region.max_cloud_cover);
            let words = format!(
                "all {count} looked at are cloudier than {most:.0} %, the clearest {}",
                self.describe()
            );
            let advice = if count >= PAGE_ITEMS {
                format!(
                    "a run reads all pages, not the first only; if it finds none, raise \
                    max_cloud_cover or {key}"
                )
            } else {
                format!("wait for clearer days, or raise max_cloud_cover or {key}")
            };
            return Some(Finding::warn("scene", words, advice));
        }
        (window != windows.side(side)).then(|| {
            let words = format!(
                "none within {}, only in twice the days: {}",
                windows.side(side),
                self.describe()
            );
            Finding::warn(
                "scene",
                words,
                format!("raise {key}, or check whether the catalogue is up to date"),
            )
        })
    }
}

/// A scene's clouds and its share without data, percent.
fn unseen_percent(item: &Item) -> f64 {
    item.properties.cloud_cover.unwrap_or(0.0) + item.properties.nodata_percentage.unwrap_or(0.0)
}

/// The scenes of a window over a region: of an API those on its first page.
fn search(
    listed: &ListedCollection,
    region: &Region,
    window: DateWindow,
    http: &Http,
) -> Result<Vec<Item>, String> {
    let found = match listed {
        ListedCollection::File(items) => items.clone(),
        ListedCollection::Api(root) => {
            let search = ItemSearch {
                collections: vec![region.collection.clone()],
                bbox: Some(region.bbox),
                datetime: Some(window.to_stac_interval()),
                limit: Some(PAGE_ITEMS),
                ..ItemSearch::default()
            };
            let url = format!("{root}/search");
            let body = json!(search).to_string();
            let answer = http
                .post_json(&url, &[], &body)
                .map_err(|error| format!("{url} does not answer: {error}"))?;
            if answer.status != 200 {
                return Err(format!("{url} answers {}", answer.describe()));
            }
            let read = ItemCollection::read(&answer.body);
            let mut items = read
                .map_err(|error| format!("{url} does not answer as STAC does: {error}"))?
                .features;
            resolve_hrefs(&mut items, &url);
            items
        }
    };
    let is_match = |item: &Item| {
        item.collection.as_deref() == Some(&region.collection)
            && item.acquired().is_some_and(|at| window.contains(at))
            && item.touches(region.bbox)
    };
    Ok(found.into_iter().filter(is_match).collect())
}
