//! One detection of an active fire by a satellite.

use chrono::{DateTime, NaiveDate, Utc};

/// Side of a stored cell, 1e-5 degrees.
pub(super) const STORED_CELL_E5: i32 = 400;
/// Units of 1e-5 degrees in a degree; about a metre.
pub(super) const E5: f64 = 100_000.0;

/// A pixel in which a satellite found heat. Ordered by time, latitude, longitude and satellite.
///
/// All numbers are integers, so that the order and the comparison of two detections are exact and
/// the same on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Detection {
    /// Minutes since 1970-01-01T00:00Z.
    pub minute: i32,
    /// Latitude of the centre, 1e-5 degrees.
    pub lat_e5: i32,
    /// Longitude of the centre, 1e-5 degrees.
    pub lon_e5: i32,
    /// Which satellite.
    pub satellite: Satellite,
    /// Which processing; the later one replaces the earlier.
    pub processing: Processing,
    /// Version of the product × 100.
    pub version_e2: u16,
    /// Size of the pixel along the scan, metres.
    pub scan_m: u16,
    /// Size of the pixel along the track, metres.
    pub track_m: u16,
    /// Confidence of the product.
    pub confidence: Confidence,
    /// What burns, where the product states it.
    pub source: Option<HeatSource>,
}

impl Detection {
    /// Longitude, degrees.
    pub fn lon(&self) -> f64 {
        f64::from(self.lon_e5) / E5
    }

    /// Latitude, degrees.
    pub fn lat(&self) -> f64 {
        f64::from(self.lat_e5) / E5
    }

    /// The longer side of the pixel, metres.
    pub fn pixel_m(&self) -> u16 {
        self.scan_m.max(self.track_m)
    }

    /// When it was taken.
    pub fn time(&self) -> DateTime<Utc> {
        time_of_minute(self.minute)
    }

    /// Days since 1970-01-01 in UTC.
    pub fn day(&self) -> i32 {
        self.minute.div_euclid(MINUTES_PER_DAY)
    }

    /// What makes two rows the same detection: time, place and satellite.
    pub(super) fn key(&self) -> (i32, i32, i32, Satellite) {
        (self.minute, self.lat_e5, self.lon_e5, self.satellite)
    }
}

/// Minutes in a day.
pub(super) const MINUTES_PER_DAY: i32 = 24 * 60;

/// The moment of a minute since 1970-01-01T00:00Z.
pub fn time_of_minute(minute: i32) -> DateTime<Utc> {
    DateTime::from_timestamp(i64::from(minute) * 60, 0).unwrap_or_default()
}

/// The minute of a moment since 1970-01-01T00:00Z, rounded down.
pub fn minute_of_time(time: DateTime<Utc>) -> i32 {
    let minute = time.timestamp().div_euclid(60);
    i32::try_from(minute).unwrap_or(if minute < 0 { i32::MIN } else { i32::MAX })
}

/// The day of a minute.
pub(super) fn date_of_minute(minute: i32) -> NaiveDate {
    time_of_minute(minute).date_naive()
}

/// The satellites of the public products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Satellite {
    /// VIIRS of Suomi NPP.
    SuomiNpp,
    /// VIIRS of NOAA-20 (JPSS-1).
    Noaa20,
    /// VIIRS of NOAA-21 (JPSS-2).
    Noaa21,
    /// MODIS of Terra.
    Terra,
    /// MODIS of Aqua.
    Aqua,
    /// A satellite that this version has no name for.
    Other,
}

/// What products call each satellite, in any case.
const SATELLITE_NAMES: [(Satellite, &[&str]); 5] = [
    (Satellite::SuomiNpp, &["n", "npp", "snpp", "suomi npp", "suomi-npp"]),
    (Satellite::Noaa20, &["1", "n20", "j1", "noaa20", "noaa-20", "jpss-1"]),
    (Satellite::Noaa21, &["2", "n21", "j2", "noaa21", "noaa-21", "jpss-2"]),
    (Satellite::Terra, &["t", "terra"]),
    (Satellite::Aqua, &["a", "aqua"]),
];

impl Satellite {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::SuomiNpp, Self::Noaa20, Self::Noaa21, Self::Terra, Self::Aqua, Self::Other];

    /// The satellite that a product writes as a letter, number, abbreviation or name.
    pub fn from_text(text: &str) -> Self {
        let text = text.trim();
        let is_named = |(_, names): &&(Self, &[&str])| {
            names.iter().any(|name| text.eq_ignore_ascii_case(name))
        };
        SATELLITE_NAMES.iter().find(is_named).map_or(Self::Other, |(satellite, _)| *satellite)
    }

    /// Its published name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SuomiNpp => "Suomi NPP",
            Self::Noaa20 => "NOAA-20",
            Self::Noaa21 => "NOAA-21",
            Self::Terra => "Terra",
            Self::Aqua => "Aqua",
            Self::Other => "other",
        }
    }

    /// The side of its smallest pixel, metres.
    pub(super) fn nadir_pixel_m(self) -> u16 {
        if self.has_fine_pixels() { 375 } else { 1000 }
    }

    /// Whether it carries VIIRS and not MODIS, whose pixels are a kilometre wide.
    pub(super) fn has_fine_pixels(self) -> bool {
        !matches!(self, Self::Terra | Self::Aqua)
    }
}

/// How far a product is processed; ordered from the one to replace to the one to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Processing {
    /// Ultra real time (`URT`).
    UltraRealTime,
    /// Real time (`RT`).
    RealTime,
    /// Near real time (`NRT`).
    NearRealTime,
    /// Standard processing, months later.
    Standard,
}

impl Processing {
    /// Its suffix in the column `version`.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::UltraRealTime => "URT",
            Self::RealTime => "RT",
            Self::NearRealTime => "NRT",
            Self::Standard => "",
        }
    }
}

/// Confidence of a detection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Low, or below 30 %.
    Low,
    /// Nominal, or 30 to 79 %.
    Nominal,
    /// High, or 80 % and more.
    High,
}

/// The column `type` of standard processing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeatSource {
    /// 0: presumed vegetation fire.
    Vegetation,
    /// 1: active volcano.
    Volcano,
    /// 2: other static land source.
    StaticLand,
    /// 3: offshore.
    Offshore,
}

impl HeatSource {
    /// Its number in the column `type`.
    pub fn number(self) -> u8 {
        match self {
            Self::Vegetation => 0,
            Self::Volcano => 1,
            Self::StaticLand => 2,
            Self::Offshore => 3,
        }
    }

    /// The source of a number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Vegetation, Self::Volcano, Self::StaticLand, Self::Offshore]
            .into_iter()
            .find(|source| source.number() == number)
    }

    /// Whether it burns at one place for good.
    pub fn is_static(self) -> bool {
        self != Self::Vegetation
    }
}
