//! Coordinates as people write them: decimal or in minutes and seconds, with hemispheres or signs.

use crate::data::decimal;
use crate::search::folding::fold;

/// A place that was written down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LonLat {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
}

/// The coordinates in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParsedCoordinates {
    /// Nothing: it is no pair of numbers.
    None,
    /// One place.
    One(LonLat),
    /// Two readings are possible. Latitude comes first more often.
    Ambiguous {
        /// Read as latitude, longitude.
        latitude_first: LonLat,
        /// Read as longitude, latitude.
        longitude_first: LonLat,
    },
    /// A pair of numbers that are no degrees on earth.
    NotOnEarth,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum CoordinateToken {
    /// Its value, and whether it has a minus sign.
    Number(f64, bool),
    /// Degrees were counted before it.
    Degree,
    /// +1 for north and east, −1 for south and west; whether it is a latitude.
    Hemisphere(f64, bool),
    /// Between two angles.
    Separator,
}

/// Reads a text. `letters` are those of north, south, east and west in the reader's language: `O`
/// is east in German, and west in French.
pub fn read(text: &str, letters: [&str; 4]) -> ParsedCoordinates {
    match tokens(text, letters).as_deref().and_then(angles) {
        None => ParsedCoordinates::None,
        Some([first, second]) => place(first, second),
    }
}

/// An angle, and whether it is a latitude, where a hemisphere is given.
type Angle = (f64, Option<bool>);

fn place((first, first_is_lat): Angle, (second, second_is_lat): Angle) -> ParsedCoordinates {
    let position = |lat: f64, lon: f64| {
        (lat.abs() <= 90.0 && lon.abs() <= 180.0).then_some(LonLat { lon, lat })
    };
    match (first_is_lat, second_is_lat) {
        (Some(true), Some(false)) => {
            position(first, second).map_or(ParsedCoordinates::NotOnEarth, ParsedCoordinates::One)
        }
        (Some(false), Some(true)) => {
            position(second, first).map_or(ParsedCoordinates::NotOnEarth, ParsedCoordinates::One)
        }
        (None, None) => match (position(first, second), position(second, first)) {
            (Some(latitude_first), Some(longitude_first)) if latitude_first != longitude_first => {
                ParsedCoordinates::Ambiguous { latitude_first, longitude_first }
            }
            (Some(only), _) | (None, Some(only)) => ParsedCoordinates::One(only),
            (None, None) => ParsedCoordinates::NotOnEarth,
        },
        _ => ParsedCoordinates::None,
    }
}

fn angles(tokens: &[CoordinateToken]) -> Option<[Angle; 2]> {
    let (first, second) = halves(tokens)?;
    Some([angle(first)?, angle(second)?])
}

/// The tokens of the two angles: parted by hemispheres, else by a separator, else by degree signs,
/// else in the middle.
fn halves(tokens: &[CoordinateToken]) -> Option<(&[CoordinateToken], &[CoordinateToken])> {
    let places = |is_meant: fn(&CoordinateToken) -> bool| {
        tokens
            .iter()
            .enumerate()
            .filter(move |(_, token)| is_meant(token))
            .map(|(place, _)| place)
            .collect::<Vec<_>>()
    };
    let hemispheres = places(|token| matches!(token, CoordinateToken::Hemisphere(..)));
    let degrees = places(|token| *token == CoordinateToken::Degree);
    let separators = places(|token| *token == CoordinateToken::Separator);
    match (hemispheres.as_slice(), separators.as_slice(), degrees.as_slice()) {
        ([0, second], ..) => Some(tokens.split_at(*second)),
        ([first, last], ..) if last + 1 == tokens.len() => Some(tokens.split_at(first + 1)),
        ([], [separator], _) => Some((&tokens[..*separator], &tokens[separator + 1..])),
        ([], [], [_, second]) => Some(tokens.split_at(second.checked_sub(1)?)),
        ([], [], []) if tokens.len().is_multiple_of(2) => Some(tokens.split_at(tokens.len() / 2)),
        _ => None,
    }
}

/// Degrees, with minutes and seconds if there are any.
fn angle(tokens: &[CoordinateToken]) -> Option<Angle> {
    let mut numbers = Vec::new();
    let mut hemisphere = None;
    for token in tokens {
        match *token {
            CoordinateToken::Number(value, is_negative) => numbers.push((value, is_negative)),
            CoordinateToken::Hemisphere(sign, is_latitude) => {
                hemisphere = Some((sign, is_latitude))
            }
            CoordinateToken::Degree | CoordinateToken::Separator => {}
        }
    }
    let ((degrees, is_negative), parts) =
        numbers.split_first().map(|(first, rest)| (*first, rest))?;
    let are_parts =
        parts.len() <= 2 && parts.iter().all(|(part, negative)| *part < 60.0 && !negative);
    let is_whole = |value: f64| value == value.trunc();
    let may_have_parts = parts.is_empty()
        || is_whole(degrees) && parts.iter().rev().skip(1).all(|part| is_whole(part.0));
    if !are_parts || !may_have_parts || (is_negative && hemisphere.is_some()) {
        return None;
    }
    let minutes = parts.first().map_or(0.0, |part| part.0);
    let seconds = parts.get(1).map_or(0.0, |part| part.0);
    let size = degrees + minutes / 60.0 + seconds / 3600.0;
    let sign = hemisphere.map_or(if is_negative { -1.0 } else { 1.0 }, |(sign, _)| sign);
    Some((sign * size, hemisphere.map(|(_, is_latitude)| is_latitude)))
}

/// `None` where the text holds anything that is no part of coordinates.
fn tokens(text: &str, letters: [&str; 4]) -> Option<Vec<CoordinateToken>> {
    let text = text.replace(['−', '–'], "-");
    let has_decimal_commas = has_decimal_commas(&text);
    let mut tokens = Vec::new();
    let mut rest = text.as_str();
    while let Some(letter) = rest.chars().next() {
        let after = &rest[letter.len_utf8()..];
        rest = match letter {
            '0'..='9' | '.' | '-' | '+' => {
                let is_negative = letter == '-';
                let digits = if matches!(letter, '-' | '+') { after } else { rest };
                let is_part =
                    |c: char| c.is_ascii_digit() || c == '.' || (c == ',' && has_decimal_commas);
                let end = digits.find(|c| !is_part(c)).unwrap_or(digits.len());
                // A comma at the end of a number parts it from the next.
                let number = digits[..end].trim_end_matches(',');
                tokens.push(CoordinateToken::Number(
                    decimal::read(&number.replace(',', "."))?,
                    is_negative,
                ));
                &digits[number.len()..]
            }
            '°' | 'º' => {
                tokens.push(CoordinateToken::Degree);
                after
            }
            ',' | ';' | '/' => {
                tokens.push(CoordinateToken::Separator);
                after
            }
            '\'' | '"' | '′' | '″' | '’' | '”' | '“' => after,
            _ if letter.is_whitespace() => after,
            _ => {
                let direction = direction(letter, letters)?;
                let is_positive = direction == NORTH || direction == EAST;
                let sign = if is_positive { 1.0 } else { -1.0 };
                hemisphere(&mut tokens, after, sign, direction < EAST)?
            }
        };
    }
    // Between angles that hemispheres separate, a comma adds nothing.
    if tokens.iter().any(|token| matches!(token, CoordinateToken::Hemisphere(..))) {
        tokens.retain(|token| *token != CoordinateToken::Separator);
    }
    Some(tokens)
}

const NORTH: usize = 0;
const EAST: usize = 2;

/// The place of a letter among those of the language, else among English ones.
fn direction(letter: char, letters: [&str; 4]) -> Option<usize> {
    let letter = fold(letter.encode_utf8(&mut [0; 4]));
    let place = |letters: [&str; 4]| letters.iter().position(|one| fold(one) == letter);
    place(letters).or_else(|| place(ENGLISH))
}

const ENGLISH: [&str; 4] = ["N", "S", "E", "W"];

/// A letter that another follows begins a word.
fn hemisphere<'a>(
    tokens: &mut Vec<CoordinateToken>,
    after: &'a str,
    sign: f64,
    is_latitude: bool,
) -> Option<&'a str> {
    tokens.push(CoordinateToken::Hemisphere(sign, is_latitude));
    (!after.starts_with(|next: char| next.is_ascii_alphabetic())).then_some(after)
}

/// Whether each of two numbers has a comma between its digits, and none a point: `35,12 -119,9`.
fn has_decimal_commas(text: &str) -> bool {
    let between_digits = |at: usize| {
        let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        at > 0 && is_digit(text.as_bytes().get(at - 1)) && is_digit(text.as_bytes().get(at + 1))
    };
    !text.contains('.')
        && text.match_indices(',').filter(|(at, _)| between_digits(*at)).count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> ParsedCoordinates {
        super::read(text, ENGLISH)
    }

    fn check(text: &str, expected: ParsedCoordinates) {
        let is_near =
            |one: LonLat, other: LonLat| (one.lon - other.lon).hypot(one.lat - other.lat) < 1e-6;
        let agrees = match (read(text), expected) {
            (ParsedCoordinates::One(one), ParsedCoordinates::One(other)) => is_near(one, other),
            (
                ParsedCoordinates::Ambiguous { latitude_first: a, longitude_first: b },
                ParsedCoordinates::Ambiguous { latitude_first: c, longitude_first: d },
            ) => is_near(a, c) && is_near(b, d),
            (one, other) => one == other,
        };
        assert!(agrees, "{text}: {:?}, not {expected:?}", read(text));
    }

    fn one(lat: f64, lon: f64) -> ParsedCoordinates {
        ParsedCoordinates::One(LonLat { lon, lat })
    }

    #[test]
    fn hemispheres_tell_which_is_which() {
        check("35.1234 N 119.9 W", one(35.1234, -119.9));
        check("119.9W, 35.1234N", one(35.1234, -119.9));
        check("N35.1234 W119.9", one(35.1234, -119.9));
        check("33.5° S, 70.25° W", one(-33.5, -70.25));
    }

    #[test]
    fn the_letters_are_those_of_the_readers_language() {
        let check = |text, letters, lat, lon| {
            assert_eq!(super::read(text, letters), one(lat, lon), "{text}");
        };
        check("52,5° N 13,4° O", ["N", "S", "O", "W"], 52.5, 13.4);
        check("43,5° N 1,4° O", ["N", "S", "E", "O"], 43.5, -1.4);
        check("43,5° n 1,4° o", ["N", "S", "E", "O"], 43.5, -1.4);
        check("38,5° Β 23,4° Α", ["Β", "Ν", "Α", "Δ"], 38.5, 23.4);
        check("38,5° Ν 23,4° Δ", ["Β", "Ν", "Α", "Δ"], -38.5, -23.4);
        check("38.5 N 23.4 W", ["Β", "Ν", "Α", "Δ"], 38.5, -23.4);
        assert_eq!(read("43.5° N 1.4° O"), ParsedCoordinates::None, "east or west");
    }

    #[test]
    fn minutes_and_seconds_are_read_with_their_signs_and_without() {
        check("35°7'12\"N 119°54'0\"W", one(35.12, -119.9));
        check("35° 7′ 12″ N, 119° 54′ W", one(35.12, -119.9));
        check("35 7 12 N 119 54 0 W", one(35.12, -119.9));
        check("-35° 30' 119° 30'", one(-35.5, 119.5));
        check("35°7.2' -119°54'", one(35.12, -119.9));
    }

    #[test]
    fn plain_numbers_may_be_read_twice() {
        check("35.12, -119.9", one(35.12, -119.9));
        check("-119.9 35.12", one(35.12, -119.9));
        let (lat, lon) = (38.5, 23.4);
        let latitude_first = LonLat { lon, lat };
        let longitude_first = LonLat { lon: lat, lat: lon };
        for text in
            ["38.5, 23.4", "38.5 23.4", "38,5 23,4", "38,5; 23,4", "38,5, 23,4", "38.5/23.4"]
        {
            check(text, ParsedCoordinates::Ambiguous { latitude_first, longitude_first });
        }
        check("10 10", one(10.0, 10.0));
    }

    #[test]
    fn what_is_no_place_is_none() {
        for text in [
            "",
            "35.12",
            "Athens",
            "35 N",
            "35 N 36 S",
            "1 2 3",
            "35.12 N -119.9 W",
            "-35 S 20 E",
            "3N4E5W",
        ] {
            check(text, ParsedCoordinates::None);
        }
        for text in ["Nowhere 3", "35.5 70 N 20 E", "35 70 N 20 E", "35°-5' 20°", "1..2 3"] {
            check(text, ParsedCoordinates::None);
        }
        for text in ["200, 300", "95 N 20 E", "12 N 190 E"] {
            check(text, ParsedCoordinates::NotOnEarth);
        }
    }

    proptest! {
        #[test]
        fn any_text_at_all_is_read(text in "\\PC{0,24}") {
            read(&text);
        }

        #[test]
        fn what_was_read_lies_on_earth(text in "[-+0-9.,°' NSEW]{0,24}") {
            let on_earth = |at: LonLat| at.lat.abs() <= 90.0 && at.lon.abs() <= 180.0;
            match read(&text) {
                ParsedCoordinates::One(at) => prop_assert!(on_earth(at)),
                ParsedCoordinates::Ambiguous { latitude_first, longitude_first } => {
                    prop_assert!(on_earth(latitude_first) && on_earth(longitude_first));
                }
                ParsedCoordinates::None | ParsedCoordinates::NotOnEarth => {}
            }
        }

        #[test]
        fn what_the_page_writes_it_reads(lat in -90.0f64..=90.0, lon in -180.0f64..=180.0) {
            let written = crate::i18n::ENGLISH.coordinates(lon, lat);
            if let ParsedCoordinates::One(at) = read(&written) {
                prop_assert!((at.lat - lat).abs() < 6e-5 && (at.lon - lon).abs() < 6e-5, "{written}: \
                    {at:?}");
            } else {
                // On the equator or the first meridian there is no hemisphere.
                prop_assert!(written.contains(" 0.0000°") || written.starts_with("0.0000°"), "{written}");
            }
        }
    }
}
