//! Positions in UTM (`11S 361450 3889620`) and MGRS (`11SLU6145089620`), on the ellipsoid of WGS 84.

/// Bands of 8° from 80° south on; the last has 12°.
const BANDS: &str = "CDEFGHJKLMNPQRSTUVWX";
/// The letters of rows of 100 km, which repeat after 2,000 km.
const ROWS: &str = "ABCDEFGHJKLMNPQRSTUV";
/// Those of columns: 8 for each of three zones.
const COLUMNS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ";
/// A square of letters, metres.
const SQUARE_M: f64 = 100_000.0;
/// After these rows the letters repeat.
const ROWS_M: f64 = 2_000_000.0;
/// Northings of the southern half begin at the pole.
const SOUTHERN_M: f64 = 10_000_000.0;

/// The longitude and latitude that a text means, degrees: the middle of the square of MGRS.
pub fn read(text: &str) -> Option<(f64, f64)> {
    let text = text.trim().to_ascii_uppercase();
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let zone: u8 = text[..digits].parse().ok().filter(|zone| (1..=60).contains(zone))?;
    let rest = text[digits..].trim_start();
    let letter = rest.chars().next().filter(char::is_ascii_uppercase)?;
    let rest = rest[1..].trim_start();
    if rest.starts_with(|next: char| next.is_ascii_uppercase()) {
        mgrs(zone, letter, rest)
    } else {
        utm(zone, letter, rest)
    }
}

/// A letter behind the zone is a band; where the position does not lie in it, N or S of the equator.
fn utm(zone: u8, letter: char, rest: &str) -> Option<(f64, f64)> {
    let mut numbers = rest.split([' ', ',', ';']).filter(|part| !part.is_empty());
    let mut number = || numbers.next()?.trim_end_matches(['M', 'E', 'N']).parse::<f64>().ok();
    let (east_m, north_m) = (number()?, number()?);
    let is_in_zone = (100_000.0..900_000.0).contains(&east_m);
    if !is_in_zone || !(0.0..=SOUTHERN_M).contains(&north_m) || numbers.next().is_some() {
        return None;
    }
    let northern = lon_lat(zone, east_m, north_m);
    let southern = lon_lat(zone, east_m, north_m - SOUTHERN_M);
    let is_in_band = |(_, lat): &(f64, f64)| band_at(*lat) == Some(letter);
    [northern, southern].into_iter().find(is_in_band).or(match letter {
        'N' => Some(northern),
        'S' => Some(southern),
        _ => None,
    })
}

fn mgrs(zone: u8, band: char, rest: &str) -> Option<(f64, f64)> {
    let band_at_index = BANDS.find(band)?;
    let mut letters = rest.chars();
    let (column, row) = (letters.next()?, letters.next()?);
    let digits: String = letters.filter(|letter| *letter != ' ').collect();
    let is_pair = digits.len().is_multiple_of(2) && digits.len() <= 10;
    if !is_pair || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let (east, north) = digits.split_at(digits.len() / 2);
    let cell_m = SQUARE_M / 10f64.powi(east.len() as i32);
    let within_m = |digits: &str| {
        let count = if digits.is_empty() { 0.0 } else { digits.parse::<f64>().ok()? };
        Some((count + 0.5) * cell_m)
    };
    let first_column = usize::from((zone - 1) % 3) * 8;
    let column = COLUMNS.find(column)?.checked_sub(first_column).filter(|column| *column < 8)?;
    // Even zones begin with F.
    let shift = if zone.is_multiple_of(2) { 5 } else { 0 };
    let row = (ROWS.find(row)? + ROWS.len() - shift) % ROWS.len();
    let east_m = (column + 1) as f64 * SQUARE_M + within_m(east)?;
    let mut north_m = row as f64 * SQUARE_M + within_m(north)?;
    if band_at_index < BANDS.len() / 2 {
        north_m -= SOUTHERN_M;
    }
    // Bands are lower than the rows until they repeat.
    (0..5)
        .map(|cycle| lon_lat(zone, east_m, north_m + f64::from(cycle) * ROWS_M))
        .find(|(_, lat)| is_near_band(*lat, band_at_index))
}

fn band_at(lat: f64) -> Option<char> {
    let index = ((lat + 80.0) / 8.0).floor();
    let is_mapped = (-80.0..84.0).contains(&lat);
    is_mapped.then(|| BANDS.chars().nth((index as usize).min(BANDS.len() - 1)))?
}

/// Squares at the border of a band lie in part beyond it, by less than a square.
fn is_near_band(lat: f64, band: usize) -> bool {
    let south = band as f64 * 8.0 - 80.0;
    let height = if band + 1 == BANDS.len() { 12.0 } else { 8.0 };
    (south - 1.0..south + height + 1.0).contains(&lat)
}

/// Longitude and latitude of a position in a zone, degrees; `north_m` is negative south of the
/// equator. The inverse of Krüger's series, to a millimetre within a zone: Karney (2011), equations
/// 11, 15 and 36.
fn lon_lat(zone: u8, east_m: f64, north_m: f64) -> (f64, f64) {
    const SCALE: f64 = 0.9996;
    const FALSE_EASTING_M: f64 = 500_000.0;
    const EQUATOR_M: f64 = 6_378_137.0;
    const FLATTENING: f64 = 1.0 / 298.257_223_563;
    let n = FLATTENING / (2.0 - FLATTENING);
    let rectifying_m = EQUATOR_M / (1.0 + n) * (1.0 + n * n / 4.0 + n.powi(4) / 64.0);
    let (xi, eta) =
        (north_m / (SCALE * rectifying_m), (east_m - FALSE_EASTING_M) / (SCALE * rectifying_m));
    let beta = [
        n / 2.0 - 2.0 / 3.0 * n * n + 37.0 / 96.0 * n.powi(3),
        n * n / 48.0 + n.powi(3) / 15.0,
        17.0 / 480.0 * n.powi(3),
    ];
    let (mut xi_sphere, mut eta_sphere) = (xi, eta);
    for (index, beta) in beta.into_iter().enumerate() {
        let times = 2.0 * (index as f64 + 1.0);
        xi_sphere -= beta * (times * xi).sin() * (times * eta).cosh();
        eta_sphere -= beta * (times * xi).cos() * (times * eta).sinh();
    }
    let conformal = (xi_sphere.sin() / eta_sphere.cosh()).asin();
    let delta = [
        2.0 * n - 2.0 / 3.0 * n * n - 2.0 * n.powi(3),
        7.0 / 3.0 * n * n - 8.0 / 5.0 * n.powi(3),
        56.0 / 15.0 * n.powi(3),
    ];
    let lat = delta.into_iter().enumerate().fold(conformal, |lat, (index, delta)| {
        lat + delta * (2.0 * (index as f64 + 1.0) * conformal).sin()
    });
    let lon = eta_sphere.sinh().atan2(xi_sphere.cos()).to_degrees();
    (lon + f64::from(zone) * 6.0 - 183.0, lat.to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Degrees of about a metre.
    const METRE: f64 = 1.2e-5;

    fn check(text: &str, lon: f64, lat: f64) {
        let (x, y) = read(text).unwrap_or_else(|| panic!("{text} is not read"));
        let is_near = (x - lon).abs() < METRE && (y - lat).abs() < METRE;
        assert!(is_near, "{text}: {x}, {y} instead of {lon}, {lat}");
    }

    #[test]
    fn utm_is_read_with_a_band_and_with_a_half_of_the_earth() {
        // By PROJ.
        check("11S 361450 3889620", -118.520_861_66, 35.139_934_64);
        check("11 n 361450m 3889620m", -118.520_861_66, 35.139_934_64);
        check("34H 262000, 6243000", 18.425_330_24, -33.926_569_77);
        check("34S 262000 6243000", 18.425_330_24, -33.926_569_77);
        check("34S 700000 4300000", 23.303_925_04, 38.826_092_54);
        check("33X 250000 8800000", 3.142_107_27, 79.040_590_88);
        check("31N 500000 0.1", 3.0, 0.000_000_9);
    }

    #[test]
    fn mgrs_is_the_middle_of_its_square() {
        check("11SLU6145089620", -118.520_861_66, 35.139_934_64);
        check("34H BH 62000 43000", 18.425_330_24, -33.926_569_77);
        let (lon, lat) = read("11S LU").unwrap();
        let (near_lon, near_lat) = read("11SLU55").unwrap();
        assert!((lon - near_lon).abs() < 0.1 && (lat - near_lat).abs() < 0.1);
        assert_eq!(read("11sLu61458962"), read("11S LU 6145 8962"));
    }

    #[test]
    fn what_is_no_grid_reference_is_not_read() {
        for text in [
            "",
            "11",
            "11S",
            "Paradise",
            "61S 361450 3889620",
            "11S 36145 3889620",
            "11I 361450 3889620",
            "11SLU614508962",
            "11SAU6145089620",
            "11SLU61450896200000",
            "11S 361450",
            "ä1",
            "0N 500000 1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
