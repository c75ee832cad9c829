//! The texts that describe a fire.

use dragonfly_core::metadata::SceneDates;
use dragonfly_core::{FireState, ListedFire, NoFireMap};

use super::Words;
use crate::state::fires::{hectares, title_of};

impl Words {
    /// The state of a fire.
    pub fn fire_state(&self, state: FireState) -> &'static str {
        let [burning, woken, quiet, out, settled] = self.fire_states;
        match state {
            FireState::Burning => burning,
            FireState::Woken => woken,
            FireState::Quiet => quiet,
            FireState::Out | FireState::Season => out,
            FireState::Settled | FireState::Merged | FireState::Dismissed => settled,
        }
    }

    /// First and last day on which a fire was detected.
    pub fn fire_dates(&self, fire: &ListedFire) -> String {
        let [first, last] = [fire.started_at, fire.last_seen_at].map(|it| it.date_naive());
        self.dates(SceneDates { first, last })
    }

    /// A fire beside its dot.
    pub fn fire_dot(&self, fire: &ListedFire) -> String {
        let (title, area) = (title_of(fire), self.area(hectares(fire)));
        format!("{title}: {area}. {}.", self.fire_state(fire.state))
    }

    /// How a fire stands and how large it is, in a sentence.
    pub fn fire_sentence(&self, fire: &ListedFire) -> String {
        let (state, area) = (self.fire_state(fire.state), self.area(hectares(fire)));
        let sentence = match fire.burnt_hectares {
            Some(_) => &self.fire_by_map,
            None => &self.fire_by_points,
        };
        sentence.fill([state, &area])
    }

    /// Why a fire has no map; `None` where it has one.
    pub fn why_no_fire_map(&self, fire: &ListedFire) -> Option<&'static str> {
        let [small, complex, waiting, failed] = self.no_fire_map;
        fire.map.is_none().then_some(match fire.no_map {
            Some(NoFireMap::Small) => small,
            Some(NoFireMap::Complex) => complex,
            Some(NoFireMap::Waiting) | None => waiting,
            Some(NoFireMap::Failed) => failed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{ENGLISH, GERMAN};
    use crate::state::fires::tests::fire;

    #[test]
    fn a_fire_is_told_by_its_map_else_by_its_points() {
        let mut evia = fire("f1", (23.0, 38.8), 1300.0);
        evia.place = Some("Istiaia".to_owned());
        let sentence = "Burning. 1,300 ha within the outline of satellite detections.";
        assert_eq!(ENGLISH.fire_sentence(&evia), sentence);
        assert_eq!(ENGLISH.fire_dot(&evia), "Istiaia: 1,300 ha. Burning.");
        assert_eq!(ENGLISH.fire_dates(&evia), "3–9 Sep 2025");
        assert!(ENGLISH.why_no_fire_map(&evia).unwrap().starts_with("No map yet"));
        evia.burnt_hectares = Some(1200.0);
        evia.map = Some(dragonfly_core::FireMapKind::SoFar);
        evia.state = FireState::Quiet;
        let sentence = "Keine neuen Meldungen. 1.200 ha verbrannt, nach der Karte aus \
            Satellitenbildern.";
        assert_eq!(GERMAN.fire_sentence(&evia), sentence);
        assert_eq!(GERMAN.why_no_fire_map(&evia), None);
    }
}
