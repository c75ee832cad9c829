//! What a search finds: regions, fires, a position, places.

use dragonfly_core::ListedFire;

use crate::i18n::words;
use crate::search::coordinates::{self, LonLat, ParsedCoordinates};
use crate::search::places::{self, Place, Places};
use crate::search::region_search::matching;
use crate::state::fires::{FireOrder, bbox_of, found, title_of};
use crate::state::region_entry::RegionEntry;

const MAX_REGIONS: usize = 3;
const MAX_FIRES: usize = 3;
const MAX_PLACES: usize = 7;
/// Half the side of the box shown around a position, degrees.
const AROUND_POSITION: f64 = 0.1;
/// The same around a town, by inhabitants: villages have little around them, cities much.
const AROUND_PLACES: [(u32, f64); 3] = [(1_000_000, 0.4), (100_000, 0.2), (0, 0.1)];

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub enum SearchOption {
    /// A region.
    Region {
        /// Its name in paths.
        name: String,
        /// What people read.
        title: String,
        /// Its box, degrees.
        bbox: [f64; 4],
    },
    /// A fire.
    Fire {
        /// Its id.
        id: String,
        /// What people call it, or where it is.
        title: String,
        /// Its box, degrees.
        bbox: [f64; 4],
    },
    /// A position.
    LonLat {
        /// Where it is.
        at: LonLat,
        /// How it was read.
        order: AxisOrder,
    },
    /// A town or village.
    Place(Place),
}

/// How a pair of numbers was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisOrder {
    /// As the text itself gives it.
    Given,
    /// Latitude first, as most do.
    LatitudeFirst,
    /// Longitude first.
    LongitudeFirst,
}

/// All that was found, the likeliest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchOptions {
    /// What was found.
    pub options: Vec<SearchOption>,
    /// Coordinates that lie nowhere.
    pub is_not_on_earth: bool,
}

/// Searches among regions, fires, coordinates and lists of places.
pub fn find(
    search: &str,
    regions: &[RegionEntry],
    fires: &[ListedFire],
    places: &[&Places],
) -> SearchOptions {
    let mut finds = SearchOptions::default();
    if search.trim().is_empty() {
        return finds;
    }
    let position = |at, order| SearchOption::LonLat { at, order };
    let words = words();
    match coordinates::read(search, [words.north, words.south, words.east, words.west]) {
        ParsedCoordinates::One(at) => finds.options.push(position(at, AxisOrder::Given)),
        ParsedCoordinates::Ambiguous { latitude_first, longitude_first } => {
            finds.options.push(position(latitude_first, AxisOrder::LatitudeFirst));
            finds.options.push(position(longitude_first, AxisOrder::LongitudeFirst));
        }
        ParsedCoordinates::NotOnEarth => finds.is_not_on_earth = true,
        ParsedCoordinates::None => {
            let region = |entry: &RegionEntry| SearchOption::Region {
                name: entry.line.name.clone(),
                title: entry.line.title.clone(),
                bbox: entry.bbox(),
            };
            finds
                .options
                .extend(matching(regions, search).into_iter().take(MAX_REGIONS).map(region));
            let by_size = (FireOrder::Size, (0.0, 0.0));
            let fire = |fire: &ListedFire| SearchOption::Fire {
                id: fire.id.clone(),
                title: title_of(fire).to_owned(),
                bbox: bbox_of(fire),
            };
            let fires = found(fires, search, None, by_size).into_iter().take(MAX_FIRES);
            finds.options.extend(fires.map(fire));
            let places = places::find(places, search, MAX_PLACES);
            finds.options.extend(places.into_iter().cloned().map(SearchOption::Place));
        }
    }
    finds
}

impl SearchOptions {
    /// Whether there is nothing to choose.
    pub fn is_empty(&self) -> bool {
        self.options.is_empty()
    }

    /// What the reader should know of how the search was read.
    pub fn hint(&self) -> Option<&'static str> {
        let is_ambiguous = matches!(
            self.options.first(),
            Some(SearchOption::LonLat { order: AxisOrder::LatitudeFirst, .. })
        );
        match (is_ambiguous, self.is_not_on_earth) {
            (true, _) => Some(words().ambiguous),
            (_, true) => Some(words().not_on_earth),
            _ => None,
        }
    }
}

impl SearchOption {
    /// The box to show, degrees.
    pub fn bbox(&self) -> [f64; 4] {
        match self {
            Self::Region { bbox, .. } | Self::Fire { bbox, .. } => *bbox,
            Self::LonLat { at, .. } => around(*at, AROUND_POSITION),
            Self::Place(place) => {
                let half = AROUND_PLACES.into_iter().find(|(least, _)| place.population >= *least);
                around(
                    LonLat { lon: place.lon, lat: place.lat },
                    half.map_or(AROUND_POSITION, |(_, half)| half),
                )
            }
        }
    }

    /// The place to mark: longitude and latitude; `None` for a region or a fire.
    pub fn place(&self) -> Option<(f64, f64)> {
        match self {
            Self::Region { .. } | Self::Fire { .. } => None,
            Self::LonLat { at, .. } => Some((at.lon, at.lat)),
            Self::Place(place) => Some((place.lon, place.lat)),
        }
    }
}

fn around(LonLat { lon, lat }: LonLat, half: f64) -> [f64; 4] {
    [lon - half, (lat - half).max(-90.0), lon + half, (lat + half).min(90.0)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fires::tests::fire;
    use crate::state::region_entry::tests::entry;
    use dragonfly_core::FireState;

    const LIST: &str = r#"{"lands":[["US-CA",1]],"names":["Madrid"],"lat":[40000],"lon":[-119000],"hundreds":[20000]}"#;

    fn found(search: &str) -> SearchOptions {
        let regions = [entry("madre", [-120.07, 35.01, -119.67, 35.24])];
        find(search, &regions, &[], &[&Places::from_json(LIST).unwrap()])
    }

    #[test]
    fn regions_come_before_places() {
        let finds = found("madr");
        assert!(
            matches!(
                finds.options.as_slice(),
                [SearchOption::Region { .. }, SearchOption::Place(_)]
            ),
            "{finds:?}"
        );
        assert_eq!(finds.options[0].place(), None);
        assert_eq!(finds.options[1].place(), Some((-119.0, 40.0)));
        let [west, south, east, north] = finds.options[1].bbox();
        assert!((east - west - 0.8).abs() < 1e-9 && (north - south - 0.8).abs() < 1e-9);
    }

    #[test]
    fn a_fire_is_found_by_its_name_before_a_place() {
        let mut madrid = fire("f20250107_9q5c2v", (-119.9, 35.1), 900.0);
        madrid.name = Some("Madrid road fire".to_owned());
        let part = ListedFire { state: FireState::Merged, ..madrid.clone() };
        let places = Places::from_json(LIST).unwrap();
        let finds = find("madrid", &[], &[part, madrid], &[&places]).options;
        let [SearchOption::Fire { id, title, bbox }, SearchOption::Place(_)] = finds.as_slice()
        else {
            panic!("{finds:?}");
        };
        assert_eq!((id.as_str(), title.as_str()), ("f20250107_9q5c2v", "Madrid road fire"));
        assert!(bbox[0] < -119.9 && -119.9 < bbox[2]);
    }

    #[test]
    fn coordinates_that_can_be_read_twice_are_offered_twice_with_a_hint() {
        let finds = found("38.5, 23.4");
        assert_eq!(finds.options.len(), 2);
        assert_eq!(finds.options[0].place(), Some((23.4, 38.5)));
        assert!(finds.hint().is_some());
        let given = found("38.5 N, 23.4 E");
        assert_eq!((given.options.len(), given.hint()), (1, None));
        let nowhere = found("138.5, 223.4");
        assert!(nowhere.is_empty() && nowhere.hint().is_some());
    }

    #[test]
    fn nothing_is_found_for_nothing() {
        assert_eq!(found("  "), SearchOptions::default());
    }
}
