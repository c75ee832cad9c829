//! Drawing the area on the map, and showing the one in use.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::mount::mount_to_body;
use leptos::prelude::*;

use super::polygons::{AreaPolygons, Corner};
use super::words::words;
use super::{Highres, HighresSignals};
use crate::map::leaflet::{self, Layer, options, place};
use crate::tools::measure::Measure;
use crate::tools::measure_readout::MeasureReadout;
use crate::tools::outline::Outline;

/// The name under which drawing claims the map.
const DRAW: &str = "draw-area";

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawnShape {
    /// Corner after corner.
    Polygon,
    /// Two opposite corners.
    Box,
}

/// Drawing an area, one at a time.
pub struct AreaDrawing {
    tracing: Rc<Measure>,
    shape: RwSignal<Option<DrawnShape>>,
}

impl AreaDrawing {
    /// No drawing yet; shows the area of the plan.
    pub fn on(highres: &Rc<Highres>) -> Rc<Self> {
        let HighresSignals { plan, drawing: shape, .. } = highres.signals();
        let tracing = Measure::on(highres.page().clone(), DRAW);
        let this = Rc::new(Self { tracing: tracing.clone(), shape });
        mount_to_body(move || {
            view! {
                <MeasureReadout
                    measure=tracing
                    testid="draw-readout"
                    title=|| words().draw
                    how=move || how(shape.get())
                />
            }
        });
        let drawn = this.tracing.outline();
        let drawing = this.clone();
        Effect::new(move |_| {
            let area =
                drawn.with(|outline| area_of(outline.as_ref()?, drawing.shape.get_untracked()?));
            if let Some(area) = area {
                drawing.tracing.end();
                plan.update(|plan| plan.set_area(Some(area)));
            } else if drawn.with(Option::is_none) {
                drawing.shape.set(None);
            }
        });
        let map = highres.page().map();
        let shown: RefCell<Vec<Layer>> = RefCell::default();
        Effect::new(move |_| {
            shown.borrow_mut().drain(..).for_each(|layer| {
                layer.remove();
            });
            plan.with(|plan| {
                for rings in plan.area.iter().chain(&plan.perimeter).flat_map(|area| &area.0) {
                    let places: js_sys::Array = rings.iter().map(|corners| ring(corners)).collect();
                    let style = options([
                        ("className", "outline".into()),
                        ("interactive", false.into()),
                        // A tint would change the colours of the result.
                        ("fill", false.into()),
                    ]);
                    shown.borrow_mut().push(leaflet::polygon(&places, &style).add_to(&map));
                }
            });
        });
        this
    }

    /// Begins to draw, or ends.
    pub fn toggle(&self, wanted: DrawnShape) {
        let before = self.shape.get_untracked();
        if before.is_some() {
            self.tracing.end();
        }
        let next = Some(wanted).filter(|_| before != Some(wanted));
        self.shape.set(next);
        if next.is_some() {
            self.tracing.toggle();
        }
    }
}

/// How a shape is drawn.
pub fn how(shape: Option<DrawnShape>) -> &'static str {
    match shape {
        Some(DrawnShape::Box) => words().draw_box_how,
        Some(DrawnShape::Polygon) | None => words().draw_how,
    }
}

fn ring(corners: &[Corner]) -> js_sys::Array {
    corners.iter().map(|[lon, lat]| place(*lon, *lat)).collect()
}

/// The area that an outline encloses, once it does.
fn area_of(outline: &Outline, shape: DrawnShape) -> Option<AreaPolygons> {
    match (shape, outline.corners()) {
        (DrawnShape::Box, [[one_lon, one_lat], [other_lon, other_lat]]) => {
            Some(AreaPolygons::from_box([
                one_lon.min(*other_lon),
                one_lat.min(*other_lat),
                one_lon.max(*other_lon),
                one_lat.max(*other_lat),
            ]))
        }
        (DrawnShape::Polygon, corners) if outline.is_done() => {
            Some(AreaPolygons(vec![vec![corners.to_vec()]]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(corners: &[[f64; 2]]) -> Outline {
        corners
            .iter()
            .fold(Outline::default(), |outline, [lon, lat]| outline.with_corner(*lon, *lat, 0.0))
    }

    #[test]
    fn two_corners_are_a_box_whichever_come_first() {
        let expected = AreaPolygons::from_box([1.0, 2.0, 3.0, 4.0]);
        for corners in
            [[[1.0, 2.0], [3.0, 4.0]], [[3.0, 2.0], [1.0, 4.0]], [[3.0, 4.0], [1.0, 2.0]]]
        {
            assert_eq!(area_of(&outline(&corners), DrawnShape::Box), Some(expected.clone()));
        }
        assert_eq!(area_of(&outline(&[[1.0, 2.0]]), DrawnShape::Box), None);
    }

    #[test]
    fn a_polygon_waits_until_it_is_done() {
        let open = outline(&[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]);
        assert_eq!(area_of(&open, DrawnShape::Polygon), None);
        assert!(area_of(&open.done(), DrawnShape::Polygon).is_some());
    }
}
