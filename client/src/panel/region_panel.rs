//! The panel of a region, or of a place outside all of them: a card on a wide window, a sheet on a
//! phone.

use dragonfly_core::{Breaks, Palette};
use leptos::ev::{self, KeyboardEvent, MouseEvent};
use leptos::html::{Aside, Div};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::i18n::words;
use crate::panel::legend_row::{css_colour, paint};
use crate::panel::region_facts::{Addresses, region_facts};
use crate::state::atlas::Atlas;
use crate::state::coverage::{Coverage, STALE_AFTER_DAYS};
use crate::state::map_state::SelectedPoint;
use crate::state::preferences;
use crate::state::reading::{Reading, region_at};
use crate::state::region_entry::{MetaState, RegionEntry};
use crate::state::selection::{Selection, subject};
use crate::ui::clipboard;
use crate::ui::effect::effect;
use crate::ui::markup::{COLOUR, Markup, copy_button, fill, tag, text};

/// Computes a map of a place (longitude, latitude) in high resolution.
pub type HighRes = Callback<(f64, f64)>;

/// Where the page has the keyboard when nothing else does.
const MAP: &str = ".map";

/// Speaks of the place in `point`, else of the region named in `about`; closed while there is
/// neither. Where the site names a catalogue, high resolution is offered outside all regions.
#[component]
pub fn RegionPanel(
    atlas: Atlas,
    point: RwSignal<Option<SelectedPoint>>,
    about: RwSignal<Option<String>>,
    palette: RwSignal<Palette>,
    toast: RwSignal<Option<String>>,
    high_res: HighRes,
    on_retry: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let panel = NodeRef::<Aside>::new();
    let (place_element, body) = (NodeRef::<Div>::new(), NodeRef::<Div>::new());
    let subject = Memo::new(move |_| {
        let place = point.with(|point| point.map(|point| (point.lon, point.lat)));
        let regions = atlas.regions.read();
        subject(regions.as_deref().unwrap_or_default(), about.read().as_deref(), place)
    });

    let opener = StoredValue::new_local(None::<HtmlElement>);
    let close = move || {
        let had_focus = panel
            .get_untracked()
            .is_some_and(|panel| panel.contains(document().active_element().as_deref()));
        point.set(None);
        about.set(None);
        if had_focus {
            give_back(opener.get_value());
        }
    };
    // Asked for by name, the panel takes the focus; a click leaves it with the map.
    effect(move || {
        if about.read().is_some()
            && let Some(panel) = panel.get()
        {
            let before = document()
                .active_element()
                .and_then(|focused| focused.dyn_into::<HtmlElement>().ok());
            if let Some(before) = before.filter(|before| !panel.contains(Some(before))) {
                opener.set_value(Some(before));
            }
            let _ = panel.focus();
        }
    });
    effect(move || {
        if let Some(element) = place_element.get() {
            let source = source(atlas, point.get(), &subject.read());
            fill(
                &element,
                &point
                    .get()
                    .map(|point| readout(point, palette.get(), source))
                    .into_iter()
                    .collect::<Vec<_>>(),
            );
        }
    });
    effect(move || {
        if let (Some(element), Some(subject)) = (body.get(), subject.get()) {
            let offered = atlas
                .config
                .with(|config| config.as_ref().is_some_and(|config| config.stac_url.is_some()));
            fill(
                &element,
                &subject
                    .region()
                    .map_or_else(|| outside(offered), |entry| about_region(entry, atlas)),
            );
        }
    });
    let escape = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        let is_meant = event.key() == "Escape" && !event.default_prevented() && !is_dialog_open();
        if is_meant && subject.with_untracked(Option::is_some) {
            close();
        }
    });
    on_cleanup(move || escape.remove());

    let press = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(button) = target.and_then(|target| target.closest("button").ok().flatten()) else {
            return;
        };
        if let Some(text) = button.get_attribute("data-copy") {
            spawn_local(async move {
                let outcome =
                    if clipboard::copy(&text).await { words().copied } else { words().copy_failed };
                toast.set(Some(outcome.to_owned()));
            });
        } else if button.has_attribute("data-retry") {
            on_retry();
        } else if let (true, Some(at)) =
            (button.has_attribute("data-high-res"), point.get_untracked())
        {
            high_res.run((at.lon, at.lat));
        }
    };
    let title = move || {
        subject.with(|subject| match subject.as_ref().and_then(Selection::region) {
            Some(entry) => entry.line.title.clone(),
            None => words().outside_regions.to_owned(),
        })
    };
    view! {
        <aside
            class="region-panel"
            data-testid="region-panel"
            aria-labelledby="region-panel-title"
            tabindex="-1"
            node_ref=panel
            hidden=move || subject.with(Option::is_none)
            on:click=press
        >
            <h2 id="region-panel-title">{title}</h2>
            <button type="button" class="close" aria-label=words().close on:click=move |_| close()>
                "×"
            </button>
            // Scrolling by keyboard needs something that takes the focus.
            <div class="region-panel-body" tabindex="0" role="group" aria-labelledby="region-panel-title">
                <div role="status" node_ref=place_element></div>
                <div node_ref=body></div>
            </div>
        </aside>
    }
}

/// The title of the map that was read, where it is another than the one spoken of: a pending region
/// may lie within the map of a larger one, which then answers for the place.
fn source(
    atlas: Atlas,
    point: Option<SelectedPoint>,
    subject: &Option<Selection>,
) -> Option<String> {
    let point = point?;
    let spoken_of = subject.as_ref()?.region()?;
    let regions = atlas.regions.read();
    let answers = region_at(regions.as_deref().unwrap_or_default(), point.lon, point.lat)?;
    (answers.line.name != spoken_of.line.name).then(|| answers.line.title.clone())
}

fn readout(point: SelectedPoint, palette: Palette, source: Option<String>) -> Markup {
    let words = words();
    let colour = match point.reading {
        Some(Reading::Value { class, .. }) => paint(class, palette, &Breaks::USGS),
        _ => None,
    };
    let fill = match colour {
        Some(_) => tag("i").with(COLOUR, &css_colour(colour)),
        None => tag("i").with("class", "clear"),
    };
    let place = words.coordinates(point.lon, point.lat);
    let title = point
        .reading
        .map_or(words.reading_loading.to_owned(), |reading| words.reading_title(reading));
    let detail = point.reading.map(|reading| words.reading_detail(reading)).unwrap_or_default();
    let mut readout = tag("div")
        .with("class", "readout")
        .with("data-testid", "point-readout")
        .add(tag("span").with("class", "swatch").with("aria-hidden", "true").add(fill))
        .add(text("p", &title).with("class", "title"))
        .add(text("p", &detail).with("class", "detail"));
    if let Some(source) = source {
        readout = readout.add(text("p", &words.read_from.fill([&source])).with("class", "detail"));
    }
    let copied = format!("{:.5}, {:.5}", point.lat, point.lon);
    readout
        .add(text("p", &place).with("class", "place").text(" ").add(copy_button(&copied, &place)))
}

fn about_region(entry: &RegionEntry, atlas: Atlas) -> Vec<Markup> {
    let words = words();
    let stale_after_days = atlas.config.with_untracked(|config| {
        config.as_ref().map_or(STALE_AFTER_DAYS, |config| config.stale_after_days)
    });
    let now = preferences::now();
    let coverage = Coverage::of(entry, stale_after_days, now);
    let mut standing = tag("p")
        .with("class", "standing")
        .with("data-coverage", coverage.key())
        .add(text("span", &words.status(entry, coverage, now)).with("class", "status"));
    if let Some(group) = &entry.line.group {
        standing = standing.add(text("span", group).with("class", "group"));
    }
    let mut parts = vec![standing];
    match &entry.meta {
        MetaState::Ready(meta) => {
            let location = window().location();
            let (origin, page) =
                (location.origin().unwrap_or_default(), location.href().unwrap_or_default());
            let addresses = Addresses { origin: &origin, page: &page, meta: &entry.line.meta_url };
            parts.extend(region_facts(words, meta, addresses, now));
        }
        MetaState::Loading => parts.push(text("p", words.region_loading).with("class", "quiet")),
        MetaState::Broken => parts.push(
            tag("div")
                .with("class", "trouble")
                .add(text("p", words.region_broken))
                .add(button("data-retry", words.retry)),
        ),
    }
    parts
}

fn outside(offers_high_res: bool) -> Vec<Markup> {
    let offer = match offers_high_res {
        true => button("data-high-res", words().high_res_here),
        false => text("p", words().high_res_missing).with("class", "quiet"),
    };
    vec![text("p", words().outside_regions_detail), offer]
}

fn button(act: &'static str, title: &str) -> Markup {
    text("button", title).with("type", "button").with("class", "retry").with(act, "")
}

fn is_dialog_open() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// The focus goes back to what opened the panel; where that cannot take it, as in the closed sheet
/// of a phone, to the map.
fn give_back(opener: Option<HtmlElement>) {
    let map = || document().query_selector(MAP).ok()??.dyn_into::<HtmlElement>().ok();
    for element in opener.into_iter().chain(map()) {
        // What cannot take the focus leaves it where it was.
        let _ = element.focus();
        if element.contains(document().active_element().as_deref()) {
            return;
        }
    }
}
