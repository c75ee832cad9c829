//! The plan as the part of an address that belongs to high resolution.

use dragonfly_core::metadata::Assessment;
use dragonfly_core::protocol::{COMPUTE_ZOOM, PictureKind};
use dragonfly_core::{ClassTable, DateWindow, Index, Thresholds};

use super::plan::{DIVIDER_PERCENT, Plan};
use super::polygons::AreaPolygons;
use crate::state::address::{escaped, unescaped};

/// The word for continuous colours without classes.
pub const RAMP: &str = "ramp";
const ASSESSMENTS: [Assessment; 4] =
    [Assessment::Initial, Assessment::Extended, Assessment::Rolling, Assessment::Burning];

impl Plan {
    /// The part of an address; read by [`Plan::from_part`].
    pub fn to_part(&self) -> String {
        let window = |window: DateWindow| format!("{}~{}", window.start, window.end);
        let mut parts = vec![
            format!("pre={}", window(self.pre)),
            format!("post={}", window(self.post)),
            format!("zoom={}", self.zoom),
        ];
        if let Some(area) = &self.area {
            parts.push(format!("area={}", area.to_part()));
        }
        if let Some(perimeter) = &self.perimeter {
            parts.push(format!("fire={}", perimeter.to_part()));
        }
        if !self.scenes.is_empty() {
            let ids: Vec<_> = self.scenes.iter().map(|id| escaped_name(id)).collect();
            parts.push(format!("scenes={}", ids.join("~")));
        }
        if let Some(collection) = &self.collection {
            parts.push(format!("collection={}", escaped_name(collection)));
        }
        if let Some(assessment) = self.assessment {
            parts.push(format!("how={}", assessment_word(assessment)));
        }
        if self.index != Index::default() {
            parts.push(format!("index={}", index_word(self.index)));
        }
        if self.thresholds != Thresholds::for_index(self.index) {
            parts.push(format!("classes={}", classes_part(self.thresholds.as_ref())));
        }
        if self.dnbr_offset {
            parts.push("offset=1".to_owned());
        }
        match self.picture {
            Some(PictureKind::True) => parts.push("picture=true".to_owned()),
            Some(PictureKind::False) => parts.push("picture=false".to_owned()),
            None => {}
        }
        match (self.picture, self.divider_percent) {
            (Some(_), Some(percent)) => parts.push(format!("divider={percent}")),
            (Some(_), None) => parts.push("show=severity".to_owned()),
            (None, _) => {}
        }
        if self.picture.is_some() && self.severity_over {
            parts.push("over=1".to_owned());
        }
        parts.join(";")
    }

    /// Reads the part of an address over a plan with the rest. What cannot be read is left out.
    pub fn from_part(part: &str, start: Self) -> Self {
        let mut plan = Self { assessment: None, severity_over: false, ..start };
        let (mut classes, mut divider) = (None, Some(DIVIDER_PERCENT));
        for (name, value) in part.split(';').filter_map(|field| field.split_once('=')) {
            match name {
                "pre" => plan.pre = window(value).unwrap_or(plan.pre),
                "post" => plan.post = window(value).unwrap_or(plan.post),
                "zoom" => {
                    plan.zoom =
                        value.parse().ok().filter(|zoom| *zoom <= COMPUTE_ZOOM).unwrap_or(plan.zoom)
                }
                "area" => plan.area = AreaPolygons::from_part(value),
                "fire" => plan.perimeter = AreaPolygons::from_part(value),
                "scenes" => {
                    plan.scenes =
                        value.split('~').filter(|id| !id.is_empty()).map(unescaped).collect()
                }
                "collection" => {
                    plan.collection = Some(unescaped(value)).filter(|name| !name.is_empty())
                }
                "how" => {
                    plan.assessment =
                        ASSESSMENTS.into_iter().find(|one| assessment_word(*one) == value)
                }
                "index" => {
                    if let Some(index) =
                        Index::ALL.into_iter().find(|index| index_word(*index) == value)
                    {
                        plan = plan.with_index(index);
                    }
                }
                "classes" if value == RAMP => classes = Some(None),
                "classes" => classes = thresholds(value).map(Some),
                "offset" => plan.dnbr_offset = value == "1",
                "picture" if value == "true" => plan.picture = Some(PictureKind::True),
                "picture" if value == "false" => plan.picture = Some(PictureKind::False),
                "divider" => divider = value.parse().ok().filter(|it| *it <= 100).or(divider),
                "show" if value == "severity" => divider = None,
                "over" => plan.severity_over = value == "1",
                _ => {}
            }
        }
        if let Some(classes) = classes {
            plan.thresholds = classes;
        }
        plan.divider_percent = divider.filter(|_| plan.picture.is_some());
        plan
    }
}

fn window(text: &str) -> Option<DateWindow> {
    let (start, end) = text.split_once('~')?;
    Some(DateWindow { start: start.parse().ok()?, end: end.parse().ok()? })
}

fn thresholds(text: &str) -> Option<Thresholds> {
    let mut words = text.split('~');
    let table = words.next()?;
    let table = ClassTable::ALL.into_iter().find(|one| table_word(*one) == table)?;
    let breaks: Vec<f32> = words.map(str::parse).collect::<Result<_, _>>().ok()?;
    Thresholds::own(table, &breaks).ok()
}

fn classes_part(thresholds: Option<&Thresholds>) -> String {
    let Some(thresholds) = thresholds else {
        return RAMP.to_owned();
    };
    let breaks = thresholds.breaks().iter().map(|value| format!("~{value}")).collect::<String>();
    format!("{}{breaks}", table_word(thresholds.table()))
}

/// A name that a catalogue gives, without the signs that separate the parts of an address.
fn escaped_name(name: &str) -> String {
    escaped(name).replace('~', "%7E")
}

fn assessment_word(assessment: Assessment) -> &'static str {
    match assessment {
        Assessment::Initial => "initial",
        Assessment::Extended => "extended",
        Assessment::Rolling => "rolling",
        Assessment::Burning => "burning",
    }
}

/// The word by which addresses and forms know an index.
pub fn index_word(index: Index) -> &'static str {
    match index {
        Index::Dnbr => "dnbr",
        Index::Rdnbr => "rdnbr",
        Index::Rbr => "rbr",
    }
}

/// The word by which addresses and forms know a table of classes.
pub fn table_word(table: ClassTable) -> &'static str {
    match table {
        ClassTable::Usgs => "usgs",
        ClassTable::MtbsLike => "mtbs-like",
        ClassTable::MillerThode => "miller-thode",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Days, NaiveDate};
    use proptest::prelude::*;

    fn plan() -> Plan {
        Plan::at_start(None, "2025-08-31".parse().unwrap())
    }

    #[test]
    fn the_words_of_an_address_are_those_of_core() {
        for index in Index::ALL {
            assert_eq!(serde_json::to_value(index).unwrap(), index_word(index));
        }
        for table in ClassTable::ALL {
            assert_eq!(serde_json::to_value(table).unwrap(), table_word(table));
        }
    }

    #[test]
    fn an_address_keeps_a_whole_plan() {
        let area = AreaPolygons(vec![
            vec![
                vec![[1.0, 2.0], [3.5, 2.0], [3.5, 4.25]],
                vec![[2.0, 2.5], [2.5, 2.5], [2.5, 3.0]],
            ],
            vec![vec![[-10.12345, 0.0], [-9.0, 0.0], [-9.0, 1.0]]],
        ]);
        let plan = Plan {
            area: Some(area.clone()),
            perimeter: Some(area),
            scenes: vec!["S2A_10SFD_20250620_0_L2A".into(), "S2B_x".into()],
            collection: Some("HLSS30.v2.0".into()),
            zoom: 12,
            thresholds: Some(Thresholds::own(ClassTable::MillerThode, &[0.07, 0.3, 0.6]).unwrap()),
            dnbr_offset: true,
            picture: Some(PictureKind::False),
            divider_percent: Some(30),
            severity_over: true,
            ..plan().with_index(Index::Rdnbr)
        };
        let part = plan.to_part();
        assert_eq!(Plan::from_part(&part, self::plan()), plan, "{part}");
    }

    #[test]
    fn an_older_link_opens_as_before() {
        let part = "pre=2025-06-01~2025-06-30;post=2025-07-17~2025-08-15;zoom=13;scenes=a~b;\
            index=rdnbr;picture=true";
        let opened = Plan::from_part(part, plan());
        assert_eq!(opened.thresholds, Thresholds::for_index(Index::Rdnbr));
        assert_eq!((opened.scenes.len(), opened.divider_percent), (2, Some(DIVIDER_PERCENT)));
        assert_eq!(opened.assessment, None);
    }

    fn days() -> impl Strategy<Value = DateWindow> {
        let day = |days: u32| NaiveDate::from_ymd_opt(2015, 1, 1).unwrap() + Days::new(days.into());
        (0u32..6000, 0u32..400).prop_map(move |(start, length)| DateWindow {
            start: day(start),
            end: day(start + length),
        })
    }

    fn areas() -> impl Strategy<Value = Option<AreaPolygons>> {
        let degrees = |most: i32| (-most..most).prop_map(|parts| f64::from(parts) / 1e5);
        let corner = (degrees(18_000_000), degrees(8_500_000)).prop_map(|(lon, lat)| [lon, lat]);
        let ring = prop::collection::vec(corner, 3..6);
        let polygon = prop::collection::vec(ring, 1..3);
        prop::option::of(prop::collection::vec(polygon, 1..3).prop_map(AreaPolygons))
    }

    fn class_tables() -> impl Strategy<Value = Option<Thresholds>> {
        let table = prop::sample::select(ClassTable::ALL.to_vec());
        prop::option::of((table, -0.9f32..0.0, 0.001f32..0.3).prop_map(|(table, least, step)| {
            let count = table.classes().len() - 1;
            let breaks: Vec<f32> = (0..count).map(|at| least + step * at as f32).collect();
            Thresholds::own(table, &breaks).unwrap()
        }))
    }

    /// One of the published tables as often as own numbers.
    fn looks() -> impl Strategy<Value = (Index, Option<Thresholds>, bool)> {
        let index = prop::sample::select(Index::ALL.to_vec());
        (index, class_tables(), any::<bool>(), any::<bool>()).prop_map(
            |(index, own, is_own, offset)| {
                (index, if is_own { own } else { Thresholds::for_index(index) }, offset)
            },
        )
    }

    fn pictures() -> impl Strategy<Value = (Option<PictureKind>, Option<u8>)> {
        let kind = prop::sample::select(vec![PictureKind::True, PictureKind::False]);
        prop::option::of((kind, prop::option::of(0u8..=100)))
            .prop_map(|picture| picture.map_or((None, None), |(kind, at)| (Some(kind), at)))
    }

    fn names() -> impl Strategy<Value = String> {
        prop_oneof!["S2[AB]_[0-9A-Z]{5}_[0-9]{8}_0_L2A", "[ -~]{1,12}"]
    }

    prop_compose! {
        fn plans()(
            (area, perimeter) in (areas(), areas()),
            (pre, post) in (days(), days()),
            assessment in prop::option::of(prop::sample::select(ASSESSMENTS.to_vec())),
            scenes in prop::collection::vec(names(), 0..4),
            collection in prop::option::of(names()),
            zoom in 0..=COMPUTE_ZOOM,
            (index, thresholds, dnbr_offset) in looks(),
            (picture, divider_percent) in pictures(),
            is_over in any::<bool>(),
        ) -> Plan {
            Plan {
                area, perimeter, pre, post, assessment, scenes, collection, zoom, index,
                thresholds, dnbr_offset, picture, divider_percent,
                severity_over: is_over && picture.is_some(),
            }
        }
    }

    proptest! {
        #[test]
        fn a_link_opens_what_was_shown(shown in plans()) {
            prop_assert_eq!(Plan::from_part(&shown.to_part(), plan()), shown);
        }

        #[test]
        fn a_changed_look_is_that_of_the_link(computed in plans(), chosen in plans()) {
            let shown = computed.clone().with_look_of(&chosen);
            prop_assert_eq!((&shown.index, &shown.thresholds), (&chosen.index, &chosen.thresholds));
            let same_cells = Plan { dnbr_offset: computed.dnbr_offset, ..shown.clone() };
            prop_assert_eq!(same_cells.with_look_of(&computed), computed);
            prop_assert_eq!(Plan::from_part(&shown.to_part(), plan()), shown);
        }

        #[test]
        fn any_text_is_a_plan(part in ".{0,80}") {
            let read = Plan::from_part(&part, plan());
            prop_assert_eq!(Plan::from_part(&read.to_part(), plan()), read);
        }
    }
}
