//! A button that finds where the reader is.

use js_sys::Function;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use crate::i18n::words;
use crate::map::leaflet::options;
use crate::state::address::Centre;
use crate::state::map_state::{MapState, ReaderPosition};
use crate::ui::tool_button::{ToolState, tool_button};

/// Close enough to know the place again.
const MIN_ZOOM: f64 = 12.0;
/// A reader waits no longer, milliseconds.
const TIMEOUT_MS: u32 = 15_000;
/// A position is as good as new for a minute, milliseconds.
const MAX_AGE_MS: u32 = 60_000;

#[wasm_bindgen]
extern "C" {
    type GeolocationPosition;
    #[wasm_bindgen(method, getter)]
    fn coords(this: &GeolocationPosition) -> GeolocationCoordinates;

    type GeolocationCoordinates;
    #[wasm_bindgen(method, getter)]
    fn longitude(this: &GeolocationCoordinates) -> f64;
    #[wasm_bindgen(method, getter)]
    fn latitude(this: &GeolocationCoordinates) -> f64;
    #[wasm_bindgen(method, getter)]
    fn accuracy(this: &GeolocationCoordinates) -> f64;

    type GeolocationError;
    #[wasm_bindgen(method, getter)]
    fn code(this: &GeolocationError) -> u16;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "geolocation"], js_name = getCurrentPosition)]
    fn current_position(
        found: &Function,
        refused: &Function,
        options: &js_sys::Object,
    ) -> Result<(), JsValue>;
}

/// Moves the map to the reader's position and reads its value, or shows in `toast` why it cannot.
#[component]
pub fn LocateButton(map_state: MapState, toast: RwSignal<Option<String>>) -> impl IntoView {
    let show = move |message: String| toast.set(Some(message));
    let locate = move || {
        // Browsers give a page without encryption no position, and report that as a refusal by the
        // reader.
        if !window().is_secure_context() {
            return show(words().not_located_in_the_open.to_owned());
        }
        show(words().locating.to_owned());
        let found = Closure::once_into_js(move |found: GeolocationPosition| {
            let coords = found.coords();
            let position = ReaderPosition {
                lon: coords.longitude(),
                lat: coords.latitude(),
                within_m: coords.accuracy(),
            };
            map_state.reader_position.set(Some(position));
            map_state.read_at.set(Some((position.lon, position.lat)));
            let zoom = map_state
                .centre
                .get_untracked()
                .map_or(MIN_ZOOM, |centre| centre.zoom.max(MIN_ZOOM));
            map_state.jump_to.set(Some(Centre { zoom, lon: position.lon, lat: position.lat }));
            show(words().located.fill([&words().length(position.within_m)]));
        });
        let refused = Closure::once_into_js(move |refusal: GeolocationError| {
            show(words().reason_not_located(refusal.code()).to_owned())
        });
        let timing = options([("timeout", TIMEOUT_MS.into()), ("maximumAge", MAX_AGE_MS.into())]);
        if current_position(found.unchecked_ref(), refused.unchecked_ref(), &timing).is_err() {
            show(words().not_located.to_owned());
        }
    };
    let picture = "M18 12a6 6 0 1 1-12 0a6 6 0 1 1 12 0M12 2v4M12 18v4M2 12h4M18 12h4";
    tool_button(("locate", words().locate, picture), ToolState::Once, Box::new(locate))
}
