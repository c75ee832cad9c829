//! A button that saves a picture of the current view.

use dragonfly_core::Breaks;
use leptos::prelude::*;

use crate::app::{Drawing, Whereabouts};
use crate::atlas::Atlas;
use crate::legend_row::legend_rows;
use crate::panel::sources;
use crate::region_in_view::region_in_view;
use crate::save_image::{Caption, save};
use crate::tool_button::tool_button;
use crate::{words, words_map};

/// Metres that a degree of longitude spans at the equator.
const METRES_PER_DEGREE: f64 = dragonfly_core::mercator::HALF_WORLD_M / 180.0;

/// Saves what is seen, and says in `said` what could not be.
#[component]
pub fn SaveButton(atlas: Atlas, drawing: Drawing, at: Whereabouts, said: RwSignal<Option<String>>) -> impl IntoView {
    let save = move || {
        let today =
            chrono::DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default().date_naive();
        let (chosen, view) = (at.region.get_untracked(), at.view.get_untracked());
        let dates = atlas.regions.with_untracked(|regions| {
            let region = region_in_view(regions.as_deref().unwrap_or_default(), chosen.as_deref(), view)?;
            Some(words_map::picture_of(&region.line.title, &words::pre_and_post(region.map()?)))
        });
        let lat = at.centre.get_untracked().map_or(0.0, |centre| centre.lat);
        let caption = Caption {
            legend: legend_rows(drawing.palette.get_untracked(), drawing.filter.get_untracked(), &Breaks::USGS),
            paragraphs: vec![
                dates.unwrap_or_default(),
                words_map::picture_made(words::NAME, &words::date(today)),
                untrack(|| sources(atlas, drawing)),
                words::CAVEAT.to_owned(),
            ],
            opacity_percent: drawing.opacity_percent.get_untracked(),
            swipe_percent: drawing.swipe_percent.get_untracked(),
            metres_per_px: view.degrees_per_px() * METRES_PER_DEGREE * lat.to_radians().cos(),
        };
        let words = match save(&caption, &format!("dragonfly-{today}.png")) {
            Ok(false) => words_map::SAVED,
            Ok(true) => words_map::SAVED_PLAIN,
            Err(_) => words_map::NOT_SAVED,
        };
        said.set(Some(words.to_owned()));
    };
    let picture = "M12 4v11M8 11l4 4 4-4M5 19h14";
    tool_button(("save-image", words_map::SAVE, picture), None, Box::new(save))
}
