//! The catalogue: whether it answers, has the collections, and lists scenes of the regions.

use std::collections::BTreeSet;
use std::slice;

use chrono::{DateTime, Utc};
use dragonfly_core::stac::{
    FoundItems, Item, ItemCollection, ItemCounts, ItemSearch, SearchPage, SearchPages,
    UnrequestedItems, find_collection_ignoring_case,
};
use dragonfly_core::{DateWindow, FireSide, LeftOutItems, Region, SearchWindows, SideGround};
use serde_json::Value;

use super::finding::{Finding, FindingStatus};
use super::http::Http;
use crate::deployment::settings::{Settings, is_url};
use crate::http::Client;
use crate::read::catalogue::SceneCatalogue;

/// What to do about a catalogue that cannot be used.
pub(super) const NAME_ANOTHER: &str = "name the root of a STAC API, such as \
    https://earth-search.aws.element84.com/v1, or an ItemCollection in a file, with `stac`";

/// Pages of a search that are read: the second shows whether the link to it can be followed.
const MAX_PAGES: usize = 2;

/// A catalogue that answered.
pub(super) enum ListedCollection {
    /// The root of a STAC API, without a slash at its end.
    Api(String),
    /// All items of a file.
    File(FoundItems),
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
            Ok(SceneCatalogue::File(found)) if !found.items.is_empty() => {
                let (name, count) = (stac.unwrap_or_default(), found.items.len());
                let finding = match found.lacking {
                    None => Finding::ok("catalogue", format!("{name} lists {count} scenes")),
                    Some(counts) => Finding::warn(
                        "catalogue",
                        format!(
                            "{name} lists {count} scenes and states that {} match",
                            counts.matched
                        ),
                        "the file is one page of a search: join all pages in it",
                    ),
                };
                (finding, Some(ListedCollection::File(found)))
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
    match listed {
        ListedCollection::File(found) => collection_of_file(&found.items, id),
        ListedCollection::Api(root) => collection_of_api(root, id, http),
    }
}

fn collection_of_file(items: &[Item], id: &str) -> Finding {
    let is_unnamed = |item: &&Item| item.collection.is_none();
    let count = items.iter().filter(|item| is_unnamed(item) || item.is_of_collection(id)).count();
    let present: BTreeSet<&str> =
        items.iter().filter_map(|item| item.collection.as_deref()).collect();
    let other_case = present.iter().find(|name| **name != id && name.eq_ignore_ascii_case(id));
    match other_case {
        Some(spelling) => in_other_case(id, spelling),
        None if count > 0 => Finding::ok("collection", format!("{id}: {count} scenes")),
        None => absent(id, present.into_iter().map(str::to_owned).collect()),
    }
}

fn collection_of_api(root: &str, id: &str, http: &Http) -> Finding {
    let url = format!("{root}/collections/{id}");
    let fail = |words: String, advice: &str| Finding::fail("collection", words, advice);
    match http.get(&url, &[]) {
        Ok(answer) if answer.status == 200 => match serde_json::from_slice::<Value>(&answer.body) {
            Ok(found) if found["id"] == id => Finding::ok("collection", format!("{id} is there")),
            Ok(found) if is_same_ignoring_case(&found["id"], id) => {
                in_other_case(id, found["id"].as_str().unwrap_or_default())
            }
            _ => fail(
                format!("{url} is no collection of STAC: {}", answer.describe()),
                "check `stac`: it must be the root of a STAC API",
            ),
        },
        Ok(answer) if answer.status == 404 => match spelling(root, id, http) {
            Some(spelling) => in_other_case(id, &spelling),
            None => absent(id, collections(root, http)),
        },
        Ok(answer) => fail(
            format!("{url} answers {}", answer.describe()),
            "try again later; a 401 or 403 wants a login",
        ),
        Err(error) => fail(
            format!("{url} does not answer: {error}"),
            "the catalogue is unwell: try again later",
        ),
    }
}

fn is_same_ignoring_case(found: &Value, id: &str) -> bool {
    found.as_str().is_some_and(|found| found.eq_ignore_ascii_case(id))
}

fn in_other_case(id: &str, spelling: &str) -> Finding {
    Finding::warn(
        "collection",
        format!("{id} is not there; the catalogue has {spelling}, which differs only in case"),
        format!("a run searches {spelling}: write it so into `collection` of the regions"),
    )
}

fn absent(id: &str, present: BTreeSet<String>) -> Finding {
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

/// The collection whose name differs only in case.
fn spelling(root: &str, id: &str, http: &Http) -> Option<String> {
    let answer = http.get(&format!("{root}/collections"), &[]).ok()?;
    find_collection_ignoring_case(&answer.body, id)
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
/// the clearest of each side, the pre side first, for the probes of their files.
pub(super) fn scene(
    listed: &ListedCollection,
    region: &Region,
    now: DateTime<Utc>,
    http: &Http,
) -> (Finding, Vec<(FireSide, Item)>) {
    let windows = SearchWindows::of(region, now.date_naive());
    let find = |side| SideDates::find(listed, region, &windows, side, http);
    let (post, pre) = match find(FireSide::Post).and_then(|post| Ok((post, find(FireSide::Pre)?))) {
        Ok(sides) => sides,
        Err(error) => {
            let advice = "the catalogue must answer POST /search and its links with rel `next` as \
                a STAC API does";
            return (Finding::fail("scene", error, advice), Vec::new());
        }
    };
    let problems = [pre.problem(region, &windows, now), post.problem(region, &windows, now)];
    // A failure is reported before a warning, the post side before the pre.
    let worst =
        problems.into_iter().flatten().max_by_key(|problem| problem.status == FindingStatus::Fail);
    let finding = worst.unwrap_or_else(|| {
        Finding::ok("scene", format!("{}; {}", post.describe(), pre.describe()))
    });
    let clearest = [(FireSide::Pre, pre.clearest), (FireSide::Post, post.clearest)];
    (finding, clearest.into_iter().filter_map(|(side, item)| Some((side, item?))).collect())
}

/// What was found on one side of a map.
struct SideDates {
    side: FireSide,
    /// Where scenes were found, or searched last.
    window: DateWindow,
    clearest: Option<Item>,
    /// How many there are; of an API those on its first pages.
    count: usize,
    /// Whether the catalogue lists more than was looked at.
    has_more: bool,
    /// What the catalogue did not send of what matches.
    lacking: Option<ItemCounts>,
    /// What else it sent.
    unrequested: Option<UnrequestedItems>,
    /// Why none of the items received is a scene of the side.
    left_out: Option<LeftOutItems>,
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
        let mut window = windows.side(side);
        let mut sample = ScenesSample::search(listed, region, window, http)?;
        if let Some(wider) = windows.widened(side).filter(|_| sample.items.is_empty()) {
            let (lacking, unrequested) = (sample.lacking, sample.unrequested);
            window = wider;
            sample = ScenesSample::search(listed, region, window, http)?;
            sample.lacking = sample.lacking.or(lacking);
            sample.unrequested = sample.unrequested.or(unrequested);
        }
        let ScenesSample { items, has_more, lacking, unrequested, left_out } = sample;
        let count = items.len();
        let clearest =
            items.into_iter().min_by(|a, b| unseen_percent(a).total_cmp(&unseen_percent(b)));
        Ok(Self { side, window, clearest, count, has_more, lacking, unrequested, left_out })
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

    /// What the catalogue did not send; `None` where that is nothing.
    fn lacking_problem(&self) -> Option<Finding> {
        let side = self.side;
        let ItemCounts { matched, received } = self.lacking?;
        let words = format!(
            "the catalogue states {matched} matching scenes on the {side} side and sends \
            {received}, without a link to the others"
        );
        let advice = "maps lack scenes, and carry a warning: name a catalogue whose pages are \
            linked (`links` with rel `next`), or report it to the operator of this one";
        Some(Finding::warn("scene", words, advice))
    }

    /// What the catalogue sent beside what was requested; `None` where that is nothing.
    fn unrequested_problem(&self) -> Option<Finding> {
        let side = self.side;
        let unrequested = self.unrequested.as_ref()?;
        let words = format!("on the {side} side the catalogue does not filter: {unrequested}");
        let advice = "such scenes are not used, others may be missing, and maps carry a \
            warning: name the final address of the API with `stac`, or another catalogue";
        Some(Finding::warn("scene", words, advice))
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
        if let Some(problem) = self.lacking_problem() {
            return Some(problem);
        }
        let Some(item) = &self.clearest else {
            let cause = self.left_out.as_ref().map(|items| format!(": {items}"));
            let cause = cause.unwrap_or_default();
            let words =
                format!("no scene of {} on the {side} side, {window}{cause}", region.collection);
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
        if let Some(problem) = self.unrequested_problem() {
            return Some(problem);
        }
        if item.properties.cloud_cover.unwrap_or(0.0) > region.max_cloud_cover {
            let (count, most) = (self.count, region.max_cloud_cover);
            let words = format!(
                "all {count} looked at are cloudier than {most:.0} %, the clearest {}",
                self.describe()
            );
            let advice = if self.has_more {
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

/// The scenes of a window over a region: of an API those on its first pages.
struct ScenesSample {
    items: Vec<Item>,
    /// Whether there are more pages.
    has_more: bool,
    /// What the catalogue did not send of what matches, where no further page is linked.
    lacking: Option<ItemCounts>,
    /// What else it sent.
    unrequested: Option<UnrequestedItems>,
    /// Why none of the items received is a scene of the side.
    left_out: Option<LeftOutItems>,
}

impl ScenesSample {
    fn search(
        listed: &ListedCollection,
        region: &Region,
        window: DateWindow,
        http: &Http,
    ) -> Result<Self, String> {
        let mut search = ItemSearch {
            collections: vec![region.collection.clone()],
            bbox: Some(region.bbox),
            datetime: Some(window.to_stac_interval()),
            ..ItemSearch::default()
        };
        let mut sample = match listed {
            ListedCollection::File(found) => {
                let items = found.items.clone();
                Self { items, has_more: false, lacking: None, unrequested: None, left_out: None }
            }
            ListedCollection::Api(root) => {
                let sample = Self::of_api(root, &search, http)?;
                let is_empty = sample.items.is_empty();
                let other = || spelling(root, &region.collection, http);
                match is_empty.then(other).flatten() {
                    None => sample,
                    Some(spelling) => {
                        search.collections = vec![spelling];
                        Self::of_api(root, &search, http)?
                    }
                }
            }
        };
        sample.items.iter_mut().for_each(|item| item.complete_collection(&search.collections));
        let ground = SideGround { collection: &region.collection, bbox: region.bbox, window };
        sample.left_out = LeftOutItems::of(&sample.items, &ground);
        sample.items.retain(|item| {
            item.is_of_collection(&region.collection)
                && item.acquired().is_some_and(|at| window.contains(at))
                && item.touches(region.bbox)
        });
        Ok(sample)
    }

    /// The first pages of a search of an API.
    fn of_api(root: &str, search: &ItemSearch, http: &Http) -> Result<Self, String> {
        let mut pages = SearchPages::of(search, root, http.policy().clone());
        let mut items = Vec::new();
        for _ in 0..MAX_PAGES {
            let Some(page) = pages.next_page().map_err(|error| error.to_string())? else {
                let (lacking, unrequested) = (pages.lacking(), pages.unrequested());
                return Ok(Self { items, has_more: false, lacking, unrequested, left_out: None });
            };
            let mut answer = Self::read_page(&page, http)?;
            pages.answered(&mut answer, page.url()).map_err(|error| error.to_string())?;
            items.extend(answer.features);
        }
        let has_more = pages.next_page().map_err(|error| error.to_string())?.is_some();
        let lacking = pages.lacking().filter(|_| !has_more);
        Ok(Self { items, has_more, lacking, unrequested: pages.unrequested(), left_out: None })
    }

    fn read_page(page: &SearchPage, http: &Http) -> Result<ItemCollection, String> {
        let url = page.url();
        let answer = match page {
            SearchPage::Get { url } => http.get(url, &[]),
            SearchPage::Post { url, body } => http.post_json(url, &[], body),
        };
        let answer = answer.map_err(|error| format!("{url} does not answer: {error}"))?;
        if answer.status != 200 {
            return Err(format!("{url} answers {}", answer.describe()));
        }
        let mut items = ItemCollection::read(&answer.body)
            .map_err(|error| format!("{url} does not answer as STAC does: {error}"))?;
        answer.header("link").into_iter().for_each(|link| items.add_link_header(link));
        Ok(items)
    }
}
