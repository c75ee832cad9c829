//! What the page's own search does not find: grid references, and addresses by the geocoder of the
//! site's settings, of which one request is made each time the reader presses Enter.

mod geocoder;
mod grid_reference;

use dragonfly_core::metadata::ClientConfig;
use leptos::task::spawn_local;

use crate::data::fetch;
use crate::data::published::{CONFIG_URL, config_from_json};
use crate::i18n::words;
use crate::map::leaflet::{corners, options, place};
use crate::toolbar::bridge::PageBridge;
use crate::tools::highres::words::words as tools_words;

/// The scale at which a position is known again.
const POSITION_ZOOM: f64 = 13.0;

/// Goes to what a text means, or shows that nothing was found.
pub fn find(page: &PageBridge, text: &str) {
    if let Some((lon, lat)) = grid_reference::read(text) {
        page.map().set_view(&place(lon, lat), POSITION_ZOOM, &options([]));
        return page.show_message(Some(&words().coordinates(lon, lat)));
    }
    let (page, text) = (page.clone(), text.to_owned());
    spawn_local(async move {
        let message = match geocoder_url().await {
            Some(url) => find_address(&page, &url, &text).await,
            None => words().nothing_found.to_owned(),
        };
        page.show_message(Some(&message));
    });
}

async fn geocoder_url() -> Option<String> {
    let text = fetch::text(CONFIG_URL).await.ok()?;
    let ClientConfig { geocoder_url, .. } = config_from_json(&text).ok()?;
    geocoder_url
}

/// Goes to an address, and returns what to show.
async fn find_address(page: &PageBridge, url: &str, text: &str) -> String {
    match geocoder::find(url, text, words().language.tag()).await {
        Ok(Some(found)) => {
            page.map().fit_bounds(&corners(found.bbox), &options([]));
            found.title
        }
        Ok(None) => words().nothing_found.to_owned(),
        Err(_) => tools_words().no_geocoder.to_owned(),
    }
}
