//! The part of the map that the panel covers, and what is left of it.

use leptos::prelude::{document, window};

use crate::map::leaflet::Map;

/// A part of the map's element that something else covers, in pixels from each side.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObscuredArea {
    /// From the left.
    pub left_px: f64,
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
        let size = |size: Result<wasm_bindgen::JsValue, _>| {
            size.ok().and_then(|size| size.as_f64()).unwrap_or_default()
        };
        let (width, height) = (size(window().inner_width()), size(window().inner_height()));
        if panel.width() < width * 0.6 {
            Self { left_px: panel.right(), bottom_px: 0.0 }
        } else {
            Self { left_px: 0.0, bottom_px: (height - panel.top()).min(height * 0.6) }
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
        let (left, top, right, bottom) = (first.x(), first.y(), last.x(), last.y());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_divider_runs_over_the_free_part() {
        let obscured = ObscuredArea { left_px: 360.0, bottom_px: 0.0 };
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
