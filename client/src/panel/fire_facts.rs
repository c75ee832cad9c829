//! What the panel states of a fire before the facts of its map.

use dragonfly_core::ListedFire;
use dragonfly_core::metadata::MapMeta;

use crate::data::decimal;
use crate::data::published::FireOutlines;
use crate::i18n::Words;
use crate::panel::region_facts::{fact, facts};
use crate::state::atlas::outlines_url;
use crate::ui::markup::{Markup, tag, text};

/// The picture of growth, in units of its own.
const CHART_WIDTH: i16 = 300;
const CHART_HEIGHT: i16 = 48;
/// Between two bars, as a part of a bar's room.
const GAP: f64 = 0.2;

/// The facts of a fire: a sentence first. `map` is its map, once it is loaded.
pub fn fire_facts(
    words: Words,
    fire: &ListedFire,
    map: Option<&MapMeta>,
    outlines: Option<&FireOutlines>,
) -> Vec<Markup> {
    let images =
        map.map(|map| format!(" {}", words.fire_images.fill([&words.date(map.post_window.last)])));
    let sentence = words.fire_sentence(fire) + &images.unwrap_or_default();
    let mut parts =
        vec![text("p", &sentence).with("class", "sentence").with("data-testid", "fire-sentence")];
    if let Some(why) = words.why_no_fire_map(fire) {
        parts.push(text("p", why).with("class", "note").with("data-testid", "fire-no-map"));
    }
    let area = |testid, title, hectares, note| {
        fact(testid, title, &words.area(hectares)).add(text("dd", note).with("class", "quiet"))
    };
    let by_map = fire
        .burnt_hectares
        .map(|it| area("fire-by-map", words.area_by_map, it, words.area_by_map_note));
    let by_points = area(
        "fire-by-points",
        words.area_by_points,
        fire.outline_hectares,
        words.area_by_points_note,
    );
    parts.push(by_map.into_iter().fold(facts(), Markup::add).add(by_points).add(fact(
        "fire-seen",
        words.fire_seen,
        &words.fire_dates(fire),
    )));
    parts.extend(outlines.and_then(|outlines| chart(words, outlines)));
    let link = text("a", words.outlines_link)
        .with("href", &outlines_url(&fire.id))
        .with("target", "_blank")
        .with("rel", "noopener");
    parts.push(tag("p").with("class", "links").with("data-testid", "fire-outlines").add(link));
    parts
}

/// The growth by day as bars; `None` for a fire of one day.
fn chart(words: Words, outlines: &FireOutlines) -> Option<Markup> {
    let growth = &outlines.growth;
    let ([(first, _), .., (last, _)], most) =
        (&growth[..], growth.iter().map(|(_, hectares)| *hectares).fold(0.0, f64::max))
    else {
        return None;
    };
    // Days without points have a place of their own, and no bar.
    let room = f64::from(CHART_WIDTH) / ((*last - *first).num_days().max(1) + 1) as f64;
    let mut bars = String::new();
    let mut days = Vec::new();
    for (day, hectares) in growth {
        let left = (*day - *first).num_days() as f64 * room;
        let top = f64::from(CHART_HEIGHT) * (1.0 - hectares / most.max(1.0));
        let width = room * (1.0 - GAP);
        let [left, top, width] = [left, top, width].map(|length| decimal::write(length, 1));
        bars += &format!("M{left} {CHART_HEIGHT}V{top}h{width}V{CHART_HEIGHT}z");
        days.push(format!("{}: {}", words.date(*day), words.area(*hectares)));
    }
    let picture = tag("svg")
        .with("viewBox", &format!("0 0 {CHART_WIDTH} {CHART_HEIGHT}"))
        .with("preserveAspectRatio", "none")
        .with("role", "img")
        .with("aria-label", &days.join("; "))
        .add(tag("path").with("d", &bars));
    let [from, to] = [first, last].map(|day| text("span", &words.date(*day)));
    let most = text("span", &words.area(most));
    Some(
        tag("figure")
            .with("class", "growth")
            .with("data-testid", "fire-growth")
            .add(text("figcaption", words.growth))
            .add(picture)
            .add(tag("p").with("aria-hidden", "true").add(from).add(most).add(to)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{ENGLISH, GERMAN};
    use crate::state::fires::tests::fire;

    fn outlines(growth: &[(&str, f64)]) -> FireOutlines {
        let growth = growth.iter().map(|(day, hectares)| (day.parse().unwrap(), *hectares));
        FireOutlines { growth: growth.collect(), ..FireOutlines::default() }
    }

    #[test]
    fn a_fire_without_a_map_states_why_and_its_growth_can_be_read() {
        let grown = outlines(&[("2025-09-03", 120.0), ("2025-09-05", 480.0)]);
        let evia = fire("f1", (23.0, 38.8), 480.0);
        let parts = fire_facts(ENGLISH, &evia, None, Some(&grown));
        let written: String = parts.iter().map(Markup::written).collect();
        for expected in [
            "480 ha within the outline",
            "No map yet",
            "3–9 Sep 2025",
            "3 Sep 2025: 120 ha; 5 Sep 2025: 480 ha",
            "M0.0 48V36.0h80.0V48z",
            "M200.0 48V0.0h80.0V48z",
            "/meta/fires/f1.geojson",
        ] {
            assert!(written.contains(expected), "{expected} in {written}");
        }
        assert!(!written.contains("fire-by-map"));
    }

    #[test]
    fn both_areas_are_stated_with_what_they_mean() {
        let mut evia = fire("f1", (23.0, 38.8), 480.0);
        (evia.burnt_hectares, evia.map) = (Some(310.0), Some(dragonfly_core::FireMapKind::Initial));
        let parts = fire_facts(GERMAN, &evia, None, None);
        let written: String = parts.iter().map(Markup::written).collect();
        for expected in ["310 ha verbrannt", "480 ha", GERMAN.area_by_map_note] {
            assert!(written.contains(expected), "{expected} in {written}");
        }
        assert!(!written.contains("fire-no-map") && !written.contains("svg"));
    }

    #[test]
    fn a_fire_of_one_day_or_of_nothing_has_no_bars_out_of_the_picture() {
        assert_eq!(chart(ENGLISH, &outlines(&[])), None);
        assert_eq!(chart(ENGLISH, &outlines(&[("2025-09-03", 1.0)])), None);
        let nothing = chart(ENGLISH, &outlines(&[("2025-09-03", 0.0), ("2025-09-04", 0.0)]));
        assert!(nothing.unwrap().written().contains("V48.0"));
    }
}
