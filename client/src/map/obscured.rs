//! The part of the map that the panel covers, and what is left of it.

use leptos::prelude::{document, window};

use crate::data::decimal;
use crate::map::leaflet::Map;

/// More of the map than this is never left out, as a fraction of its width or height.
const MAX_COVERED: f64 = 0.6;
/// The height of the sheet that a region's panel is on a phone, as in `panel.css`.
const MAX_SHEET: f64 = 0.58;
const MAX_SHEET_PX: f64 = 460.0;

/// A part of the map's element that something else covers, in pixels from each side.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObscuredArea {
    /// From the left.
    pub left_px: f64,
    /// From the right.
    pub right_px: f64,
    /// From the bottom.
    pub bottom_px: f64,
}

impl ObscuredArea {
    /// The panel stands at the left of a wide window and at the foot of a narrow one.
    pub fn by_panel() -> Self {
        let Ok(Some(panel)) = document().query_selector(".panel") else {
            return Self::default();
        };
        let panel = panel.get_bounding_client_rect();
        let (width, height) = window_px();
        if panel.width() < width * 0.6 {
            Self { left_px: panel.right(), ..Self::default() }
        } else {
            let bottom_px = (height - panel.top()).min(height * MAX_COVERED);
            Self { bottom_px, ..Self::default() }
        }
    }

    /// Besides the panel, the tools and the panel of a region or fire, where it is open: at the
    /// right of a wide window, at the foot of a narrow one.
    pub fn by_all() -> Self {
        let by_panel = Self::by_panel();
        let [tools, region] = [".tools", ".region-panel:not([hidden])"].map(|selector| {
            document()
                .query_selector(selector)
                .ok()
                .flatten()
                .map(|it| it.get_bounding_client_rect())
                // A page in a frame has them, and does not display them.
                .filter(|it| it.width() > 0.0)
        });
        let (width, height) = window_px();
        let is_sheet = by_panel.left_px == 0.0;
        let beside = tools.into_iter().chain(region.clone().filter(|_| !is_sheet));
        let beside = beside.map(|it| width - it.left()).fold(0.0, f64::max);
        // Its height is known once it is filled in.
        let sheet = region.filter(|_| is_sheet).map(|_| (height * MAX_SHEET).min(MAX_SHEET_PX));
        Self {
            right_px: beside.min((width - by_panel.left_px) * MAX_COVERED).max(0.0),
            bottom_px: by_panel.bottom_px.max(sheet.unwrap_or_default()),
            ..by_panel
        }
    }

    /// Where a divider stands that runs over the free part alone, on a map of this width.
    pub fn divider_px(self, width_px: f64, percent: u8) -> f64 {
        self.left_px + (width_px - self.left_px) * f64::from(percent) / 100.0
    }

    /// The part of a pane to the left of a divider, as a style clips it.
    pub fn left_of_divider(self, map: &Map, percent: u8) -> String {
        let size = map.size();
        let corner = |x: f64, y: f64| map.layer_point(&js_sys::Array::of2(&x.into(), &y.into()));
        let (first, last) =
            (corner(0.0, 0.0), corner(self.divider_px(size.x(), percent), size.y()));
        let edges = [first.x(), first.y(), last.x(), last.y()];
        let [left, top, right, bottom] = edges.map(|edge| decimal::write(edge, 2));
        format!(
            "polygon({left}px {top}px, {right}px {top}px, {right}px {bottom}px, {left}px \
            {bottom}px)"
        )
    }

    /// The way back, for a divider that was dragged there.
    pub fn divider_percent(self, width_px: f64, at_px: f64) -> u8 {
        (100.0 * (at_px - self.left_px) / (width_px - self.left_px)).round().clamp(0.0, 100.0) as u8
    }
}

/// Width and height of the window.
fn window_px() -> (f64, f64) {
    let size = |size: Result<wasm_bindgen::JsValue, _>| {
        size.ok().and_then(|size| size.as_f64()).unwrap_or_default()
    };
    (size(window().inner_width()), size(window().inner_height()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_divider_runs_over_the_free_part() {
        let obscured = ObscuredArea { left_px: 360.0, ..ObscuredArea::default() };
        for (percent, at_px) in [(0, 360.0), (50, 900.0), (100, 1440.0)] {
            assert_eq!(obscured.divider_px(1440.0, percent), at_px);
            assert_eq!(obscured.divider_percent(1440.0, at_px), percent);
        }
        assert_eq!(obscured.divider_percent(1440.0, 20.0), 0);
        assert_eq!(
            ObscuredArea::default().divider_percent(0.0, 0.0),
            0,
            "a window of no width divides nothing"
        );
    }
}
