//! The UTM zones of the datums that agree with WGS 84 within two metres: realisations of the
//! international terrestrial reference system, and those fixed to a continent.

/// Consecutive numbers of the EPSG's list with consecutive zones.
struct UtmZones {
    first_code: u16,
    last_code: u16,
    first_zone: u16,
    is_south: bool,
}

const fn north(first_code: u16, last_code: u16, first_zone: u16) -> UtmZones {
    UtmZones { first_code, last_code, first_zone, is_south: false }
}

const fn south(first_code: u16, last_code: u16, first_zone: u16) -> UtmZones {
    UtmZones { first_code, last_code, first_zone, is_south: true }
}

/// From the EPSG's list, version 10.076 (PROJ 9.1). The ellipsoids of all of them differ by less
/// than a millimetre.
const UTM_ZONES: [UtmZones; 103] = [
    // WGS 84.
    north(32_601, 32_660, 1),
    south(32_701, 32_760, 1),
    // WGS 72.
    north(32_201, 32_260, 1),
    south(32_301, 32_360, 1),
    // NAD83.
    north(3372, 3373, 59),
    north(9712, 9712, 24),
    north(26_901, 26_923, 1),
    // ETRS89.
    north(25_828, 25_838, 28),
    // SIRGAS 2000.
    south(5396, 5396, 26),
    north(6210, 6211, 23),
    north(31_965, 31_976, 11),
    south(31_977, 31_985, 17),
    // GDA94.
    south(6736, 6737, 46),
    south(6738, 6738, 59),
    south(28_348, 28_358, 48),
    // GDA2020.
    south(7846, 7859, 46),
    // BGS2005.
    north(7803, 7803, 34),
    north(7805, 7805, 36),
    north(9391, 9391, 35),
    // CR-SIRGAS.
    north(8909, 8910, 16),
    // DGN95.
    north(23_866, 23_872, 46),
    south(23_877, 23_884, 47),
    // GR96.
    north(3178, 3189, 18),
    // HTRS96.
    north(3767, 3768, 33),
    // IGM95.
    north(3064, 3065, 32),
    north(9716, 9716, 34),
    // IGRS.
    north(3890, 3892, 37),
    // IRENET95.
    north(2158, 2158, 29),
    // JAD2001.
    north(3449, 3450, 17),
    // JGD2000.
    north(3097, 3101, 51),
    // JGD2011.
    north(6688, 6692, 51),
    // KSA-GRF17.
    north(9356, 9360, 36),
    // MARGEN.
    south(5355, 5355, 20),
    south(5356, 5356, 19),
    south(5357, 5357, 21),
    // MTRF-2000.
    north(8836, 8840, 36),
    // Mauritania 1999.
    north(3343, 3345, 28),
    // Mexico ITRF2008.
    north(6366, 6371, 11),
    // Mexico ITRF92.
    north(4484, 4489, 11),
    // NAD83(2011).
    north(6328, 6329, 59),
    north(6330, 6348, 1),
    // NAD83(CSRS).
    north(2955, 2957, 11),
    north(2958, 2962, 17),
    north(3154, 3157, 7),
    north(3158, 3160, 14),
    north(3761, 3761, 22),
    north(9709, 9709, 23),
    north(9713, 9713, 24),
    // NAD83(CSRS)v2.
    north(22_207, 22_222, 7),
    // NAD83(CSRS)v3.
    north(22_307, 22_322, 7),
    // NAD83(CSRS)v4.
    north(22_407, 22_422, 7),
    // NAD83(CSRS)v6.
    north(22_607, 22_622, 7),
    // NAD83(CSRS)v7.
    north(22_707, 22_722, 7),
    // NAD83(HARN).
    south(2195, 2195, 2),
    north(3740, 3749, 10),
    north(3750, 3751, 4),
    // NAD83(MA11).
    north(8692, 8693, 54),
    // NAD83(NSRS2007).
    north(3706, 3707, 59),
    north(3708, 3726, 1),
    // NAD83(PA11).
    north(6634, 6635, 4),
    south(6636, 6636, 2),
    // NZGD2000.
    south(2133, 2135, 58),
    south(5700, 5700, 1),
    // POSGAR 2007.
    south(9265, 9265, 19),
    // PTRA08.
    north(5014, 5015, 25),
    north(5016, 5016, 28),
    // Peru96.
    south(5387, 5387, 18),
    south(5389, 5389, 19),
    south(5839, 5839, 17),
    // RDN2008.
    north(7791, 7793, 32),
    // REDGEOMIN.
    south(9697, 9697, 12),
    south(9698, 9699, 18),
    // REGCAN95.
    north(4082, 4083, 27),
    // REGVEN.
    north(2201, 2203, 18),
    // RGAF09.
    north(5490, 5490, 20),
    // RGFG95.
    north(2972, 2972, 22),
    north(3313, 3313, 21),
    // RGM04.
    south(4471, 4471, 38),
    // RGNC91-93.
    south(3169, 3171, 57),
    // RGPF.
    south(3296, 3299, 5),
    // RGR92.
    south(2975, 2975, 40),
    south(5644, 5644, 39),
    // RGRDC 2005.
    south(4061, 4063, 33),
    // RGSPM06.
    north(4467, 4467, 21),
    // RGTAAF07.
    south(7074, 7081, 37),
    south(8455, 8456, 53),
    // RGWF96.
    south(8903, 8903, 1),
    // RRAF 1991.
    north(4559, 4559, 20),
    // RSAO13.
    south(9156, 9158, 32),
    // SIRGAS 1995.
    north(31_986, 31_991, 17),
    south(31_992, 32_000, 17),
    // SIRGAS-Chile 2002.
    south(5361, 5361, 19),
    south(5362, 5362, 18),
    // SIRGAS-Chile 2010.
    south(8950, 8951, 18),
    // SIRGAS-Chile 2013.
    south(9149, 9150, 18),
    // SIRGAS-Chile 2016.
    south(9154, 9155, 18),
    // SIRGAS-Chile 2021.
    south(20_042, 20_042, 12),
    south(20_048, 20_049, 18),
    // SIRGAS-ROU98.
    south(5382, 5383, 21),
    // SRB_ETRS89.
    north(8682, 8682, 34),
    // SRGI2013.
    north(9476, 9482, 46),
    south(9487, 9494, 47),
    // Slovenia 1996.
    north(8687, 8687, 33),
];

/// Zone and hemisphere of a number; `None` where it is no such zone.
pub(super) fn utm_zone(code: u16) -> Option<(u16, bool)> {
    let zones =
        UTM_ZONES.iter().find(|zones| (zones.first_code..=zones.last_code).contains(&code))?;
    Some((zones.first_zone + code - zones.first_code, zones.is_south))
}
