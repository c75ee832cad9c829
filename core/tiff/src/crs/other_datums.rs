//! Datums that lie a hundred metres from WGS 84 or more, by shifts that differ from place to place.

use std::ops::RangeInclusive;

/// Numbers of the EPSG's list, and the name of their datum.
const OTHER_DATUMS: [(RangeInclusive<u16>, &str); 11] = [
    (23_028..=23_038, "European Datum 1950"),
    (26_701..=26_722, "NAD27"),
    (26_729..=26_803, "NAD27"),
    (2027..=2038, "NAD27"),
    (20_248..=20_258, "the Australian Geodetic Datum 1966"),
    (20_348..=20_358, "the Australian Geodetic Datum 1984"),
    (29_168..=29_195, "SAD69"),
    (24_817..=24_882, "PSAD56"),
    (27_700..=27_700, "OSGB36"),
    (28_402..=28_432, "Pulkovo 1942"),
    (31_466..=31_469, "DHDN"),
];

/// The name of a datum whose shift is not known well enough, by the number of a system on it.
pub(super) fn name_of_other_datum(code: u16) -> Option<&'static str> {
    OTHER_DATUMS.iter().find(|(codes, _)| codes.contains(&code)).map(|(_, name)| *name)
}
