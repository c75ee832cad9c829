//! The towns and villages of the world, for the search and for names on the map.

use crate::data::json::{Json, Value};
use crate::search::folding::fold;
use dragonfly_core::ordered;

/// Where the list is. It is fetched when it is first needed.
pub const PLACES_URL: &str = "/places.json";
/// Where a shorter one is, for the names on the map.
pub const TOWNS_URL: &str = "/world/towns.json";
/// Coordinates are kept in thousandths of a degree, about a hundred metres.
const UNITS_PER_DEGREE: f64 = 1000.0;
/// A part of a word that is shorter means too many places.
const MIN_INSIDE: usize = 3;
/// So does a shorter word with another letter.
const MIN_MISSPELT: usize = 5;

/// A town or village.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Two letters of its country.
    pub country: String,
    /// Two letters of its state, in the United States; empty elsewhere.
    pub state: String,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Inhabitants, two digits of them.
    pub population: u32,
}

/// All places, the largest first.
#[derive(Debug, Default)]
pub struct Places {
    places: Vec<Place>,
    /// Their names as a search sees them, in the same order.
    folded: Vec<String>,
}

/// The list of places cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// Not the JSON that it should be.
    #[error("the list of places is not readable")]
    Json,
    /// Columns of different lengths.
    #[error("the list of places is cut short")]
    CutShort,
}

/// The file: a column each, and the lands by run lengths, such as `["GR", 812]` or `["US-CA",
/// 1033]`.
#[derive(Default)]
struct PlaceColumns {
    lands: Vec<(String, usize)>,
    names: Vec<String>,
    lat: Vec<i32>,
    lon: Vec<i32>,
    hundreds: Vec<u32>,
}

/// How well a name fits a search, the best first.
#[derive(Clone, Copy)]
enum Fit {
    Whole,
    Start,
    StartOfWord,
    Inside,
    /// The whole name, but for one letter.
    Misspelt,
}

impl PlaceColumns {
    fn read(text: &str) -> Option<Self> {
        let mut columns = Self::default();
        Json::new(text).object(&mut |json, name| match name {
            "lands" => json.list(&mut |json| {
                let Value::List(run) = json.value()? else {
                    return None;
                };
                let [land, length] = run.as_slice() else {
                    return None;
                };
                columns.lands.push((land.text()?.to_owned(), length.number()? as usize));
                Some(())
            }),
            "names" => json.list(&mut |json| json.string().map(|name| columns.names.push(name))),
            "lat" => json.list(&mut |json| json.number().map(|lat| columns.lat.push(lat as i32))),
            "lon" => json.list(&mut |json| json.number().map(|lon| columns.lon.push(lon as i32))),
            "hundreds" => json
                .list(&mut |json| json.number().map(|count| columns.hundreds.push(count as u32))),
            _ => json.value().map(drop),
        })?;
        Some(columns)
    }
}

impl Places {
    /// Reads the list.
    ///
    /// # Errors
    /// When it is not the JSON that it should be, or its columns differ in length.
    pub fn from_json(text: &str) -> Result<Self, PlacesError> {
        let PlaceColumns { lands, names, lat, lon, hundreds } =
            PlaceColumns::read(text).ok_or(PlacesError::Json)?;
        let count = names.len();
        let are_whole = count > 0
            && [lat.len(), lon.len(), hundreds.len()] == [count; 3]
            && lands.iter().try_fold(0usize, |sum, (_, run)| sum.checked_add(*run)) == Some(count);
        if !are_whole {
            return Err(PlacesError::CutShort);
        }
        let lands = lands.iter().flat_map(|(land, run)| std::iter::repeat_n(land.as_str(), *run));
        let places: Vec<Place> = names
            .into_iter()
            .zip(lands)
            .zip(lat.into_iter().zip(lon).zip(hundreds))
            .map(|((name, land), ((lat, lon), hundreds))| {
                let (country, state) = land.split_once('-').unwrap_or((land, ""));
                Place {
                    name,
                    country: country.to_owned(),
                    state: state.to_owned(),
                    lon: f64::from(lon) / UNITS_PER_DEGREE,
                    lat: f64::from(lat) / UNITS_PER_DEGREE,
                    population: hundreds.saturating_mul(100),
                }
            })
            .collect();
        let places = ordered(places, &|one, other| {
            other.population.cmp(&one.population).then(one.name.cmp(&other.name))
        });
        let folded = places.iter().map(|place| fold(&place.name)).collect();
        Ok(Self { places, folded })
    }

    /// All places, the largest first.
    pub fn largest_first(&self) -> &[Place] {
        &self.places
    }

    /// Whether a place has exactly the name of a search.
    pub fn holds(&self, search: &str) -> bool {
        let (name, _) = name_and_land(search);
        self.folded.contains(&name)
    }
}

/// The places of several lists that a search means: the better the name fits the sooner, then by
/// population; each once, by the name that fits best. After a comma may stand a country or a state by
/// its two letters.
pub fn find<'a>(lists: &[&'a Places], search: &str, most: usize) -> Vec<&'a Place> {
    let (name, land) = name_and_land(search);
    if name.is_empty() {
        return Vec::new();
    }
    let lies_there = |place: &Place| {
        land.is_empty()
            || land.eq_ignore_ascii_case(&place.country)
            || land.eq_ignore_ascii_case(&place.state)
    };
    let mut fitting = [const { Vec::new() }; 5];
    for list in lists {
        for (folded, place) in list.folded.iter().zip(&list.places) {
            if let Some(fit) = fit(folded, &name)
                && lies_there(place)
            {
                fitting[fit as usize].push(place);
            }
        }
    }
    let mut found: Vec<&Place> = Vec::new();
    for fitting in fitting {
        for place in ordered(fitting, &|one, other| other.population.cmp(&one.population)) {
            let is_found =
                found.iter().any(|other| (other.lon, other.lat) == (place.lon, place.lat));
            if found.len() < most && !is_found {
                found.push(place);
            }
        }
    }
    found
}

/// The name in a search, as it is compared, and what follows a comma.
fn name_and_land(search: &str) -> (String, &str) {
    let (name, land) = search.split_once(',').unwrap_or((search, ""));
    (fold(name).trim().to_owned(), land.trim())
}

fn fit(folded: &str, search: &str) -> Option<Fit> {
    if let Some(rest) = folded.strip_prefix(search) {
        return Some(if rest.is_empty() { Fit::Whole } else { Fit::Start });
    }
    let Some(at) = folded.find(search) else {
        let is_misspelt = search.len() >= MIN_MISSPELT && is_one_edit_away(folded, search);
        return is_misspelt.then_some(Fit::Misspelt);
    };
    let begins_word = folded[..at].ends_with(' ');
    match begins_word {
        true => Some(Fit::StartOfWord),
        false if search.len() >= MIN_INSIDE => Some(Fit::Inside),
        false => None,
    }
}

/// Whether two different texts are the same but for one letter: another one, one more, one fewer, or
/// two that changed places.
fn is_one_edit_away(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(str::as_bytes);
    if one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let start = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let [one, other] = [&one[start..], &other[start..]];
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    match [&one[..one.len() - end], &other[..other.len() - end]] {
        [[a, b], [c, d]] => a == d && b == c,
        [one, other] => one.len() <= 1 && other.len() <= 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIST: &str = r#"{"lands":[["GR",2],["US-CA",2],["US-GA",1]],
        "names":["Athens","Néa Makri","Los Angeles","Paradise","Athens"],
        "lat":[37984,38083,34052,39760,33961],"lon":[23728,23978,-118244,-121622,-83378],
        "hundreds":[6640,150,39720,265,1170]}"#;

    fn found(search: &str) -> Vec<String> {
        let places = Places::from_json(LIST).unwrap();
        find(&[&places], search, 4)
            .into_iter()
            .map(|place| format!("{} {}", place.name, place.country))
            .collect()
    }

    #[test]
    fn a_better_fit_comes_before_a_larger_place() {
        assert_eq!(found("ath"), ["Athens GR", "Athens US"]);
        assert_eq!(found("a"), ["Athens GR", "Athens US", "Los Angeles US"]);
        assert_eq!(found("NEA mak"), ["Néa Makri GR"]);
        assert_eq!(found("adise"), ["Paradise US"]);
        assert!(found("ad").is_empty(), "too short to be meant inside a word");
    }

    #[test]
    fn one_wrong_letter_is_forgiven_where_nothing_fits_better() {
        for misspelt in ["Paradse", "Paradisse", "Paradice", "Pardaise", "Aradise", "Patadise"] {
            assert_eq!(found(misspelt), ["Paradise US"], "{misspelt}");
        }
        assert_eq!(found("athena"), ["Athens GR", "Athens US"]);
        for other in ["Pardice", "Paradissse", "athn", "Athnsen"] {
            assert!(found(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn a_country_or_a_state_narrows_the_search() {
        assert_eq!(found("athens, ga"), ["Athens US"]);
        assert_eq!(found("athens, gr"), ["Athens GR"]);
        assert!(found(", us").is_empty());
    }

    #[test]
    fn the_largest_places_come_first_and_lie_where_they_should() {
        let places = Places::from_json(LIST).unwrap();
        let largest = &places.largest_first()[0];
        assert_eq!((largest.name.as_str(), largest.population), ("Los Angeles", 3_972_000));
        assert!((largest.lon - -118.244).abs() < 1e-9 && (largest.lat - 34.052).abs() < 1e-9);
        assert_eq!((largest.country.as_str(), largest.state.as_str()), ("US", "CA"));
    }

    #[test]
    fn a_place_is_found_once_by_the_name_of_the_list_that_fits_best() {
        let names = r#"{"lands":[["GR",2]],"names":["Athen","Αθήνα"],"lat":[37984,37984],
            "lon":[23728,23728],"hundreds":[6640,6640]}"#;
        let lists = [LIST, names].map(|list| Places::from_json(list).unwrap());
        let found = |search: &str| -> Vec<String> {
            let lists = lists.each_ref();
            find(&lists, search, 4).into_iter().map(|place| place.name.clone()).collect()
        };
        assert_eq!(found("ΑΘΗΝΑ"), ["Αθήνα"]);
        assert_eq!(found("athen"), ["Athen", "Athens"]);
        assert_eq!(found("athens"), ["Athens", "Athens"]);
        assert!(lists[0].holds("ATHENS, GR") && !lists[0].holds("athen"));
    }

    #[test]
    fn a_list_cut_short_is_an_error() {
        let check = |text: &str| assert!(Places::from_json(text).is_err(), "{text}");
        check("");
        check("{}");
        check(&LIST.replace(",-83378", ""));
        check(&LIST.replace("\"GR\",2", "\"GR\",3"));
        check(&LIST.replace("\"GR\",2", "\"GR\",18446744073709551615"));
    }

    proptest! {
        #[test]
        fn any_search_has_a_result(search in "\\PC{0,12}") {
            let places = Places::from_json(LIST).unwrap();
            prop_assert!(find(&[&places, &places], &search, 3).len() <= 3);
        }
    }
}
