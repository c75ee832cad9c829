use super::*;
use crate::fires::tests::seen;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Sizes of the components of detections, each given by its hour and km east and north of a place.
fn check(points: &[(i32, f64, f64, u16)], expected: &[usize]) {
    let mut points: Vec<Detection> = points
        .iter()
        .map(|(hour, east_km, north_km, pixel_m)| Detection {
            scan_m: *pixel_m,
            ..seen(*hour, *east_km, *north_km)
        })
        .collect();
    points.sort_unstable();
    let linked = link(&points, &FireSettings::default());
    let sizes: Vec<usize> = linked.components.iter().map(Vec::len).collect();
    assert_eq!(sizes, expected, "{points:?}");
}

#[test]
fn a_link_reaches_one_and_a_half_kilometres_and_five_days() {
    check(&[(0, 0.0, 0.0, 390), (0, 1.49, 0.0, 390)], &[2]);
    check(&[(0, 0.0, 0.0, 390), (0, 1.51, 0.0, 390)], &[1, 1]);
    check(&[(0, 0.0, 0.0, 390), (120, 1.0, 0.0, 390)], &[2]);
    check(&[(0, 0.0, 0.0, 390), (121, 1.0, 0.0, 390)], &[1, 1]);
    check(&[(0, 0.0, 0.0, 390), (3, 1.4, 0.0, 390), (90, 2.4, 0.9, 390)], &[3]);
}

#[test]
fn a_coarse_pixel_reaches_twice_its_size_and_five_kilometres_at_most() {
    check(&[(0, 0.0, 0.0, 800), (0, 1.59, 0.0, 390)], &[2]);
    check(&[(0, 0.0, 0.0, 390), (1, 1.59, 0.0, 800)], &[2]);
    check(&[(0, 0.0, 0.0, 2000), (1, 3.9, 0.0, 390)], &[2]);
    check(&[(0, 0.0, 0.0, 390), (1, 3.9, 0.0, 2000)], &[2]);
    check(&[(0, 0.0, 0.0, 4800), (1, 0.0, 4.9, 390)], &[2]);
    check(&[(0, 0.0, 0.0, 390), (1, 0.0, 5.1, 4800)], &[1, 1]);
}

#[test]
fn a_merger_of_established_components_is_noted() {
    let mut points =
        vec![seen(0, 0.0, 0.0), seen(30, 0.0, 0.0), seen(1, 2.0, 0.0), seen(31, 2.0, 0.0)];
    points.push(seen(40, 1.0, 0.0));
    points.sort_unstable();
    let linked = link(&points, &FireSettings::default());
    assert_eq!(linked.components.len(), 1);
    assert_eq!(linked.mergers, [Merger { younger: 1, minute: points[4].minute }]);
}
