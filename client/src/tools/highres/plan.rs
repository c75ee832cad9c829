//! The plan: what to compute, and its form in an address.

use chrono::{Days, NaiveDate};
use dragonfly_core::mercator::MAX_LATITUDE;
use dragonfly_core::metadata::{Assessment, MapMeta};
use dragonfly_core::protocol::{COMPUTE_ZOOM, PictureKind};
use dragonfly_core::{ClassTable, DateWindow, Index, Thresholds};
use serde_json::{Value, json};

use crate::state::address::{escaped, unescaped};

/// Decimals of a degree in an address: a metre.
const DECIMALS: usize = 5;
/// Longitudes of an address at most: ten turns of a map that repeats the world.
const MAX_LONGITUDE: f64 = 3600.0;
/// Days of a window where nothing else is known.
const WINDOW_DAYS: u64 = 30;

/// The ring of unburned ground reaches 2 km beyond a perimeter, rounded up to cells.
const AROUND_M: f64 = 2_500.0;
const METRES_PER_DEGREE: f64 = 111_000.0;

/// The word for continuous colours without classes.
pub const RAMP: &str = "ramp";
/// Where the divider between two pictures is at first.
pub const DIVIDER_PERCENT: u8 = 50;
const ASSESSMENTS: [Assessment; 3] =
    [Assessment::Initial, Assessment::Extended, Assessment::Rolling];

/// A corner: longitude and latitude, degrees.
pub type Corner = [f64; 2];

/// Polygons: the first ring of each is its outside, the others are holes. Rings are not closed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polygons(pub Vec<Vec<Vec<Corner>>>);

/// Everything that determines a result and its style.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Where; `None` for the part of the map in view.
    pub area: Option<Polygons>,
    /// The fire's perimeter, where the reader drew it; the area then reaches beyond it, to find
    /// unburned ground.
    pub perimeter: Option<Polygons>,
    /// Days before the fire.
    pub pre: DateWindow,
    /// Days after the fire.
    pub post: DateWindow,
    /// How scenes are weighed; `None` where the reader changed the days of a region, or there is
    /// none.
    pub assessment: Option<Assessment>,
    /// Ids of the scenes to use; empty for the best.
    pub scenes: Vec<String>,
    /// The collection that holds those scenes; `None` where no address names it.
    pub collection: Option<String>,
    /// Zoom of the cells.
    pub zoom: u8,
    /// What is shown.
    pub index: Index,
    /// The thresholds of the classes; `None` for a ramp without classes.
    pub thresholds: Option<Thresholds>,
    /// Whether the dNBR of unburned ground is subtracted.
    pub dnbr_offset: bool,
    /// Pictures beside the numbers.
    pub picture: Option<PictureKind>,
    /// Where the divider between the pictures is, percent; `None` while severity is shown.
    pub divider_percent: Option<u8>,
}

impl Plan {
    /// The days of a region's map; without one the last days against the same a year earlier.
    pub fn at_start(map: Option<&MapMeta>, today: NaiveDate) -> Self {
        let (pre, post) = match map {
            Some(map) => (
                DateWindow { start: map.pre_start, end: map.pre_end },
                DateWindow { start: map.post_start, end: map.post_end },
            ),
            None => {
                let post = DateWindow { start: today - Days::new(WINDOW_DAYS), end: today };
                let year = Days::new(365);
                (DateWindow { start: post.start - year, end: post.end - year }, post)
            }
        };
        Self {
            area: None,
            perimeter: None,
            pre,
            post,
            assessment: map.map(|map| map.assessment),
            scenes: Vec::new(),
            collection: None,
            zoom: COMPUTE_ZOOM,
            index: Index::default(),
            thresholds: Thresholds::for_index(Index::default()),
            dnbr_offset: false,
            picture: None,
            divider_percent: None,
        }
    }

    /// Whether the area and the days can be used.
    ///
    /// # Errors
    /// When they cannot.
    pub fn check(&self) -> Result<(), PlanError> {
        let is_beyond_map = |area: &Polygons| {
            let [_, south, _, north] = area.bbox();
            south >= MAX_LATITUDE || north <= -MAX_LATITUDE
        };
        if self.area.as_ref().is_some_and(is_beyond_map) {
            Err(PlanError::BeyondMap)
        } else if self.pre.start > self.pre.end || self.post.start > self.post.end {
            Err(PlanError::Backwards)
        } else if self.pre.end >= self.post.end {
            Err(PlanError::AfterIsNotLater)
        } else {
            Ok(())
        }
    }

    /// Sets another area, or the view; the scenes are chosen again.
    pub fn set_area(&mut self, area: Option<Polygons>) {
        (self.area, self.perimeter) = (area, None);
        self.scenes.clear();
    }

    /// Uses the area as the fire's perimeter and adds the ground around it, or undoes that.
    pub fn set_is_perimeter(&mut self, is_perimeter: bool) {
        match (is_perimeter, self.perimeter.take()) {
            (true, None) => {
                let perimeter = self.area.take();
                self.area = perimeter
                    .as_ref()
                    .map(|perimeter| Polygons::from_box(widened(perimeter.bbox())));
                self.dnbr_offset = perimeter.is_some();
                self.perimeter = perimeter;
            }
            (true, before) => self.perimeter = before,
            (false, Some(before)) => self.area = Some(before),
            (false, None) => {}
        }
        self.scenes.clear();
    }

    /// Another index, with its own published classes.
    pub fn with_index(mut self, index: Index) -> Self {
        if index != self.index {
            self.thresholds = Thresholds::for_index(index);
        }
        self.index = index;
        self
    }

    /// What a computed plan shows while the reader's choices are those of `chosen`.
    pub fn with_look_of(self, chosen: &Self) -> Self {
        Self {
            index: chosen.index,
            thresholds: chosen.thresholds.clone(),
            dnbr_offset: self.dnbr_offset && chosen.dnbr_offset,
            ..self
        }
    }

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
        parts.join(";")
    }

    /// Reads the part of an address over a plan with the rest. What cannot be read is left out.
    pub fn from_part(part: &str, start: Self) -> Self {
        let mut plan = Self { assessment: None, ..start };
        let (mut classes, mut divider) = (None, Some(DIVIDER_PERCENT));
        for (name, value) in part.split(';').filter_map(|field| field.split_once('=')) {
            match name {
                "pre" => plan.pre = window(value).unwrap_or(plan.pre),
                "post" => plan.post = window(value).unwrap_or(plan.post),
                "zoom" => {
                    plan.zoom =
                        value.parse().ok().filter(|zoom| *zoom <= COMPUTE_ZOOM).unwrap_or(plan.zoom)
                }
                "area" => plan.area = Polygons::from_part(value),
                "fire" => plan.perimeter = Polygons::from_part(value),
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

/// A plan that cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// The area lies nearer to a pole than Web Mercator reaches.
    BeyondMap,
    /// A window ends before it begins.
    Backwards,
    /// The days after the fire do not end after those before it.
    AfterIsNotLater,
}

impl Polygons {
    /// A box: west, south, east, north, degrees.
    pub fn from_box([west, south, east, north]: [f64; 4]) -> Self {
        Self(vec![vec![vec![[west, south], [east, south], [east, north], [west, north]]]])
    }

    /// The polygons of a GeoJSON geometry; `None` where it has none.
    pub fn from_geojson(text: &str) -> Option<Self> {
        let geometry: Value = serde_json::from_str(text).ok()?;
        let polygons = match geometry.get("type")?.as_str()? {
            "Polygon" => vec![polygon(geometry.get("coordinates")?)?],
            "MultiPolygon" => geometry
                .get("coordinates")?
                .as_array()?
                .iter()
                .map(polygon)
                .collect::<Option<_>>()?,
            _ => return None,
        };
        Some(Self(polygons)).filter(|polygons| !polygons.0.is_empty())
    }

    /// The same as the text of a GeoJSON geometry.
    pub fn to_geojson(&self) -> String {
        let closed =
            |ring: &Vec<Corner>| ring.iter().chain(ring.first()).copied().collect::<Vec<_>>();
        let polygons: Vec<Vec<_>> =
            self.0.iter().map(|rings| rings.iter().map(closed).collect()).collect();
        json!({ "type": "MultiPolygon", "coordinates": polygons }).to_string()
    }

    /// The same with corners as an address holds them: so a link computes the very same cells.
    pub fn rounded(mut self) -> Self {
        let round = |degrees: f64| short(degrees).parse().unwrap_or(degrees);
        for corner in self.0.iter_mut().flatten().flatten() {
            *corner = corner.map(round);
        }
        self
    }

    /// Box around all corners: west, south, east, north. Infinite without a corner.
    pub fn bbox(&self) -> [f64; 4] {
        let start = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        self.0.iter().flatten().flatten().fold(start, |[west, south, east, north], [lon, lat]| {
            [west.min(*lon), south.min(*lat), east.max(*lon), north.max(*lat)]
        })
    }

    /// Corners by `_`, rings by `__`, polygons by `___`: nothing that an address has to escape.
    fn to_part(&self) -> String {
        let corner = |[lon, lat]: &Corner| format!("{}~{}", short(*lon), short(*lat));
        let ring = |ring: &Vec<Corner>| ring.iter().map(corner).collect::<Vec<_>>().join("_");
        let polygon =
            |rings: &Vec<Vec<Corner>>| rings.iter().map(ring).collect::<Vec<_>>().join("__");
        self.0.iter().map(polygon).collect::<Vec<_>>().join("___")
    }

    fn from_part(part: &str) -> Option<Self> {
        let corner = |text: &str| -> Option<Corner> {
            let (lon, lat) = text.split_once('~')?;
            let (lon, lat): (f64, f64) = (lon.parse().ok()?, lat.parse().ok()?);
            (lon.abs() <= MAX_LONGITUDE && lat.abs() <= 90.0).then_some([lon, lat])
        };
        let ring = |text: &str| {
            text.split('_')
                .map(corner)
                .collect::<Option<Vec<_>>>()
                .filter(|corners| corners.len() >= 3)
        };
        let polygon = |text: &str| text.split("__").map(ring).collect::<Option<Vec<_>>>();
        part.split("___").map(polygon).collect::<Option<Vec<_>>>().map(Self)
    }
}

/// A box with the ground around it in which unburned ground is sought.
fn widened([west, south, east, north]: [f64; 4]) -> [f64; 4] {
    let up = AROUND_M / METRES_PER_DEGREE;
    let across = up / south.abs().max(north.abs()).min(85.0).to_radians().cos();
    [west - across, south - up, east + across, north + up]
}

fn polygon(rings: &Value) -> Option<Vec<Vec<Corner>>> {
    let corner = |corner: &Value| Some([corner.get(0)?.as_f64()?, corner.get(1)?.as_f64()?]);
    let ring = |ring: &Value| {
        let mut corners: Vec<Corner> =
            ring.as_array()?.iter().map(corner).collect::<Option<_>>()?;
        if corners.first() == corners.last() {
            corners.pop();
        }
        Some(corners).filter(|corners| corners.len() >= 3)
    };
    rings.as_array()?.iter().map(ring).collect::<Option<Vec<_>>>().filter(|rings| !rings.is_empty())
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

/// A number without needless zeros.
fn short(number: f64) -> String {
    let text = format!("{number:.DECIMALS$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn plan() -> Plan {
        Plan::at_start(None, day("2025-08-31"))
    }

    #[test]
    fn without_a_region_a_year_is_compared() {
        let plan = plan();
        assert_eq!((plan.post.start, plan.post.end), (day("2025-08-01"), day("2025-08-31")));
        assert_eq!((plan.pre.start, plan.pre.end), (day("2024-08-01"), day("2024-08-31")));
        assert_eq!(plan.check(), Ok(()));
    }

    #[test]
    fn days_that_cannot_be_searched_are_an_error() {
        let mut backwards = plan();
        backwards.pre.start = day("2025-09-01");
        assert_eq!(backwards.check(), Err(PlanError::Backwards));
        let mut swapped = plan();
        (swapped.pre, swapped.post) = (swapped.post, swapped.pre);
        assert_eq!(swapped.check(), Err(PlanError::AfterIsNotLater));
    }

    #[test]
    fn an_area_beyond_the_map_is_an_error() {
        let check = |south: f64, north: f64| {
            Plan { area: Some(Polygons::from_box([10.0, south, 11.0, north])), ..plan() }.check()
        };
        let beyond = Err(PlanError::BeyondMap);
        assert_eq!((check(85.1, 86.0), check(-90.0, -85.1)), (beyond, beyond));
        assert_eq!((check(84.0, 86.0), check(-85.0, -84.0)), (Ok(()), Ok(())));
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
        let area = Polygons(vec![
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

    #[test]
    fn a_perimeter_is_computed_with_the_ground_around_it() {
        let outline = Polygons(vec![vec![vec![[10.0, 60.0], [10.2, 60.0], [10.1, 60.1]]]]);
        let mut plan = plan();
        plan.set_area(Some(outline.clone()));
        let before = plan.clone();
        plan.set_is_perimeter(true);
        assert_eq!((plan.perimeter.as_ref(), plan.dnbr_offset), (Some(&outline), true));
        let [west, south, east, north] = plan.area.as_ref().unwrap().bbox();
        let (across_m, up_m) =
            ((10.0 - west) * 111_320.0 * 60.1_f64.to_radians().cos(), (60.0 - south) * 111_320.0);
        assert!(
            across_m > 2_400.0 && up_m > 2_400.0 && east > 10.24 && north > 60.12,
            "{across_m} {up_m}"
        );
        plan.set_is_perimeter(false);
        assert_eq!(Plan { dnbr_offset: false, ..plan.clone() }, before);
        plan.set_is_perimeter(true);
        plan.set_area(None);
        assert_eq!((plan.area, plan.perimeter), (None, None));
    }

    #[test]
    fn another_index_brings_its_own_classes() {
        assert_eq!(plan().with_index(Index::Rbr).thresholds, None);
        let rdnbr = plan().with_index(Index::Rdnbr);
        assert_eq!(rdnbr.thresholds.as_ref().map(Thresholds::table), Some(ClassTable::MillerThode));
        assert_eq!(rdnbr.with_index(Index::Dnbr), plan());
    }

    #[test]
    fn geojson_goes_in_and_out() {
        let text = r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}"#;
        let polygons = Polygons::from_geojson(text).unwrap();
        assert_eq!(polygons.0, [[[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]]]);
        assert_eq!(Polygons::from_geojson(&polygons.to_geojson()), Some(polygons));
        for bad in [
            "",
            "{}",
            r#"{"type":"Point","coordinates":[0,0]}"#,
            r#"{"type":"Polygon","coordinates":[[]]}"#,
        ] {
            assert_eq!(Polygons::from_geojson(bad), None, "{bad}");
        }
    }

    fn days() -> impl Strategy<Value = DateWindow> {
        let day = |days: u32| NaiveDate::from_ymd_opt(2015, 1, 1).unwrap() + Days::new(days.into());
        (0u32..6000, 0u32..400).prop_map(move |(start, length)| DateWindow {
            start: day(start),
            end: day(start + length),
        })
    }

    fn areas() -> impl Strategy<Value = Option<Polygons>> {
        let degrees = |most: i32| (-most..most).prop_map(|parts| f64::from(parts) / 1e5);
        let corner = (degrees(18_000_000), degrees(8_500_000)).prop_map(|(lon, lat)| [lon, lat]);
        let ring = prop::collection::vec(corner, 3..6);
        let polygon = prop::collection::vec(ring, 1..3);
        prop::option::of(prop::collection::vec(polygon, 1..3).prop_map(Polygons))
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
        ) -> Plan {
            Plan {
                area, perimeter, pre, post, assessment, scenes, collection, zoom, index,
                thresholds, dnbr_offset, picture, divider_percent,
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

        #[test]
        fn any_area_survives_an_address(corners in prop::collection::vec((-18_000_000_i32..18_000_000, -8_500_000_i32..8_500_000), 3..30)) {
            let ring: Vec<Corner> = corners.into_iter().map(|(lon, lat)| [f64::from(lon) / 1e5, f64::from(lat) / 1e5]).collect();
            let area = Polygons(vec![vec![ring]]);
            prop_assert_eq!(Polygons::from_part(&area.to_part()), Some(area));
        }
    }
}
