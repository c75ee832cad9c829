//! Saving a picture of the current view: what is chosen, its texts, and the status message.

use chrono::NaiveDate;
use dragonfly_core::mercator::HALF_WORLD_M;
use dragonfly_core::metadata::RegionMeta;
use leptos::prelude::window;
use leptos::task::spawn_local;

use super::overlays::Overlays;
use super::publication::{
    PictureChoice, Publication, Shape, Texts, choose, page_address, save_publication,
};
use super::save_image::{Caption, row_text, save_picture};
use super::share_words::share_words;
use crate::data::published::region_from_json;
use crate::i18n::{NAME, words};
use crate::map::graticule::degrees_per_px;
use crate::panel::legend_row::{Areas, ShownLegend, nightly_legend};
use crate::panel::result_legend::result_legend;
use crate::state::address::Address;
use crate::state::region_entry::summary_of;
use crate::toolbar::bridge::PageBridge;

/// Metres that a degree of longitude spans at the equator.
const METRES_PER_DEGREE: f64 = HALF_WORLD_M / 180.0;

/// A result of high resolution on the map.
#[derive(Clone, Debug, Default)]
pub struct ShownResult {
    /// What it was computed from; without it, the region's map is described.
    pub about: Option<String>,
    /// Its legend, in the format of `panel/result_legend.rs`.
    pub legend: Option<String>,
}

/// What is on the page when a picture is made.
struct Shown {
    address: Address,
    region: Option<RegionMeta>,
    about: Option<String>,
    legend: ShownLegend,
    sources: String,
    metres_per_px: f64,
    today: NaiveDate,
}

/// Offers pictures of the view, and saves the one chosen, with a status message.
pub fn save(page: &PageBridge, result: impl Fn() -> ShownResult + 'static) {
    let chosen = page.clone();
    let opened = choose(move |choice| {
        let shown = Shown::on(&chosen, result());
        save_choice(chosen.clone(), shown, choice);
    });
    if opened.is_err() {
        page.show_message(Some(words().not_saved));
    }
}

/// Saves the view as it is, with a status message.
pub fn save_view(page: &PageBridge, result: ShownResult) {
    save_choice(page.clone(), Shown::on(page, result), PictureChoice::View);
}

fn save_choice(page: PageBridge, shown: Shown, choice: PictureChoice) {
    spawn_local(async move {
        let today = shown.today;
        let saved = match choice {
            PictureChoice::View => {
                save_picture(&shown.caption(), &format!("dragonfly-{today}.png")).await
            }
            PictureChoice::Publication(shape) => {
                let file = format!("dragonfly-{today}-{}.png", shape.key());
                save_publication(&page.map(), &shown.publication(shape), &file).await
            }
        };
        page.show_message(Some(match saved {
            Ok(false) => words().saved,
            Ok(true) => words().saved_plain,
            Err(_) => words().not_saved,
        }));
    });
}

impl Shown {
    fn on(page: &PageBridge, result: ShownResult) -> Self {
        let today = chrono::DateTime::from_timestamp_millis(js_sys::Date::now() as i64);
        let address = Address::from_fragment(&page.address());
        let region = page.region().and_then(|text| region_from_json(&text).ok());
        let (palette, filter) = (address.palette, address.filter);
        let of_result = result.legend.and_then(|text| result_legend(&text, palette, filter));
        let legend = of_result.unwrap_or_else(|| {
            let areas = region.as_ref().and_then(Areas::of);
            nightly_legend(palette, filter, areas.as_ref())
        });
        let map = page.map();
        let sources: Vec<_> =
            [Some(page.sources()), Overlays::shown_credits()].into_iter().flatten().collect();
        Self {
            address,
            region,
            about: result.about,
            legend,
            sources: sources.join(" · "),
            metres_per_px: degrees_per_px(map.zoom())
                * METRES_PER_DEGREE
                * map.centre().lat().to_radians().cos(),
            today: today.unwrap_or_default().date_naive(),
        }
    }

    /// What the legend describes, as one text.
    fn legend_title(&self) -> String {
        format!("{} {}. {}.", words().legend, self.legend.unit, self.legend.about)
    }

    /// By what and when the picture was made.
    fn made(&self) -> String {
        words().picture_made.fill([NAME, &words().date(self.today)])
    }

    /// The texts of a picture of the view.
    fn caption(self) -> Caption {
        let words = words();
        let region_dates = || {
            let region = self.region.as_ref()?;
            let dates = words.pre_and_post(&summary_of(region.map.as_ref()?));
            Some(words.picture_of.fill([&region.title, &dates]))
        };
        let about = self.about.clone().or_else(region_dates);
        Caption {
            paragraphs: vec![
                self.legend_title(),
                about.unwrap_or_default(),
                self.made(),
                self.sources.clone(),
                words.caveat.to_owned(),
            ],
            swipe_percent: self.address.swipe_percent,
            metres_per_px: self.metres_per_px,
            legend: self.legend.rows,
        }
    }

    /// A picture for publication.
    fn publication(self, shape: Shape) -> Publication {
        let origin = window().location().origin().unwrap_or_default();
        let texts = Texts {
            headline: self.headline(),
            facts: self.facts(),
            legend_title: self.legend_title(),
            legend: self.legend.rows.iter().map(row_text).collect(),
            notes: vec![
                words().caveat.to_owned(),
                format!("{} {}", self.made(), self.sources),
                page_address(&origin, &self.address),
            ],
        };
        Publication {
            shape,
            texts,
            swipe_percent: self.address.swipe_percent,
            metres_per_px: self.metres_per_px,
            subject: self.subject(),
            north: share_words().north,
            legend: self.legend.rows,
        }
    }

    /// The middle of the fire or region, longitude and latitude.
    fn subject(&self) -> Option<(f64, f64)> {
        let [west, south, east, north] = self.region.as_ref()?.bbox;
        Some(((west + east) / 2.0, (south + north) / 2.0))
    }

    /// The fire or region; what the page shows, where there is none.
    fn headline(&self) -> String {
        let region = self.region.as_ref().filter(|region| region.map.is_some());
        region.map_or(words().map, |region| &region.title).to_owned()
    }

    /// Days of the images, and hectares with the cells that they were counted from; those of a
    /// result stand in its legend.
    fn facts(&self) -> Vec<String> {
        let words = words();
        if let Some(about) = &self.about {
            return vec![about.clone()];
        }
        let Some(map) = self.region.as_ref().and_then(|region| region.map.as_ref()) else {
            return Vec::new();
        };
        let summary = summary_of(map);
        let dates = words.pre_and_post_sentence(&summary);
        let burnt = words.burnt_area(&summary);
        let area = format!("{}: {burnt}, {}", words.burnt_total(map), words.hectares_cells(map));
        let provisional_ha = map.provisional_hectares.burnt();
        let provisional =
            (provisional_ha > 0.0).then(|| words.provisional.fill([&words.area(provisional_ha)]));
        [Some(dates), Some(area), provisional].into_iter().flatten().collect()
    }
}
