//! What the page shows, as its address holds it: everything that another reader should see who
//! opens the link.
//!
//! The address is the part after `#`, such as `map=9/35.1/-119.9&region=madre&palette=customary`.
//! It holds what differs from an untouched page; what cannot be read is left out, so that any text
//! at all opens the page.

use dragonfly_core::Palette;

use crate::data::decimal;
use crate::state::filter::Filter;
use crate::state::key;
use crate::state::unseen::Unseen;

/// The zooms allowed in an address; the map has limits of its own.
const ZOOMS: std::ops::RangeInclusive<f64> = 0.0..=22.0;
/// Digits after the point of a degree: a metre.
const DEGREE_DECIMALS: usize = 5;

/// The middle of the map and its zoom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Centre {
    /// Zoom, 0 to 22.
    pub zoom: f64,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
}

/// All that a link carries. Not the language, which is the reader's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    /// The part of the map; `None` for all regions, or the chosen one.
    pub centre: Option<Centre>,
    /// Name of the chosen region.
    pub region: Option<String>,
    /// Id of the chosen fire.
    pub fire: Option<String>,
    /// The run of an earlier map of the chosen fire or region; `None` for the newest.
    pub run: Option<String>,
    /// Longitude and latitude of the chosen place, degrees.
    pub point: Option<(f64, f64)>,
    /// Colours.
    pub palette: Palette,
    /// What is painted.
    pub filter: Filter,
    /// Opacity of the tiles, percent; `None` for the one that suits the background.
    pub opacity_percent: Option<u8>,
    /// Title of the basemap, empty for the plain background; `None` for the site's.
    pub basemap: Option<String>,
    /// Where the swipe divides the free part of the map, percent from the left; `None` while there
    /// is none.
    pub swipe_percent: Option<u8>,
    /// The further layers that are shown, in the format of the tools; `None` for the site's choice.
    pub layers: Option<String>,
    /// The part of the tools, in a format of their own.
    pub part: Option<String>,
}

impl Address {
    /// Reads the part after `#`, with or without it.
    pub fn from_fragment(fragment: &str) -> Self {
        let mut address = Self::default();
        for part in fragment.trim_start_matches('#').split('&') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name {
                "map" => address.centre = centre(value),
                "region" => address.region = self::name(value),
                "fire" => address.fire = self::name(value),
                "run" => address.run = is_run_id(value).then(|| value.to_owned()),
                "point" => address.point = point(value),
                "palette" => address.palette = key::palette(value).unwrap_or_default(),
                "hide" => address.filter = hiding(address.filter, value),
                "dnbr" => address.filter = ranging(address.filter, value),
                "changed" => address.filter = address.filter.with_change(value == SHOWN),
                "opacity" => address.opacity_percent = percent(value),
                "basemap" => address.basemap = Some(unescaped(value)),
                "swipe" => address.swipe_percent = percent(value),
                "layers" => address.layers = Some(unescaped(value)),
                "hr" => address.part = Some(unescaped(value)).filter(|part| !part.is_empty()),
                _ => {}
            }
        }
        address
    }

    /// The part after `#`, without it; empty for an untouched page.
    pub fn to_fragment(&self) -> String {
        let untouched = Self::default();
        let mut parts = Vec::new();
        if let Some(Centre { zoom, lon, lat }) = self.centre {
            parts.push(format!(
                "map={}/{}/{}",
                short(zoom, 2),
                short(lat, DEGREE_DECIMALS),
                short(lon, DEGREE_DECIMALS)
            ));
        }
        if let Some(region) = &self.region {
            parts.push(format!("region={region}"));
        }
        if let Some(fire) = &self.fire {
            parts.push(format!("fire={fire}"));
        }
        if let Some(run) = &self.run {
            parts.push(format!("run={run}"));
        }
        if let Some((lon, lat)) = self.point {
            parts.push(format!(
                "point={}/{}",
                short(lat, DEGREE_DECIMALS),
                short(lon, DEGREE_DECIMALS)
            ));
        }
        if self.palette != untouched.palette {
            parts.push(format!("palette={}", key::of_palette(self.palette)));
        }
        let hidden = hidden(self.filter);
        if hidden != self::hidden(untouched.filter) {
            parts.push(format!("hide={hidden}"));
        }
        if self.filter.shows_change() {
            parts.push(format!("changed={SHOWN}"));
        }
        if let (least, end) = self.filter.range()
            && (least.is_some() || end.is_some())
        {
            let limit = |limit: Option<i16>| {
                limit.map(|hundredths| hundredths.to_string()).unwrap_or_default()
            };
            parts.push(format!("dnbr={}/{}", limit(least), limit(end)));
        }
        if let Some(percent) = self.opacity_percent {
            parts.push(format!("opacity={percent}"));
        }
        if let Some(title) = &self.basemap {
            parts.push(format!("basemap={}", escaped(title)));
        }
        if let Some(percent) = self.swipe_percent {
            parts.push(format!("swipe={percent}"));
        }
        if let Some(layers) = &self.layers {
            parts.push(format!("layers={}", escaped(layers)));
        }
        if let Some(part) = self.part.as_deref().filter(|part| !part.is_empty()) {
            parts.push(format!("hr={}", escaped(part)));
        }
        parts.join("&")
    }
}

fn centre(value: &str) -> Option<Centre> {
    let (zoom, place) = value.split_once('/')?;
    let zoom = decimal::read(zoom).filter(|zoom| ZOOMS.contains(zoom))?;
    point(place).map(|(lon, lat)| Centre { zoom, lon, lat })
}

/// Longitude and latitude; written the other way round, as people write them.
fn point(value: &str) -> Option<(f64, f64)> {
    let (lat, lon) = value.split_once('/')?;
    let angle = |text: &str, most: f64| decimal::read(text).filter(|angle| angle.abs() <= most);
    Some((angle(lon, 180.0)?, angle(lat, 90.0)?))
}

fn name(value: &str) -> Option<String> {
    key::is_name(value).then(|| value.to_owned())
}

fn percent(value: &str) -> Option<u8> {
    value.parse().ok().filter(|percent| *percent <= 100)
}

/// Value of a parameter for what is painted although it is left clear by default.
const SHOWN: &str = "1";

fn hiding(filter: Filter, value: &str) -> Filter {
    let hidden: Vec<_> = value.split(',').filter_map(key::class).collect();
    let filter =
        filter.with_classes(&dragonfly_core::Severity::ALL, false).with_classes(&hidden, true);
    let is_hidden = |key: &str| value.split(',').any(|word| word == key);
    let filter = filter.with_provisional(is_hidden(key::PROVISIONAL));
    Unseen::ALL
        .into_iter()
        .fold(filter, |filter, unseen| filter.with_unseen(unseen, is_hidden(unseen.key())))
}

fn hidden(filter: Filter) -> String {
    let hidden = dragonfly_core::Severity::ALL.into_iter().filter(|class| filter.hides(*class));
    let unseen = Unseen::ALL.into_iter().filter(|unseen| filter.hides_unseen(*unseen));
    let provisional = filter.hides_provisional().then_some(key::PROVISIONAL);
    let keys = hidden.map(key::of_class).chain(unseen.map(Unseen::key)).chain(provisional);
    keys.collect::<Vec<_>>().join(",")
}

fn ranging(filter: Filter, value: &str) -> Filter {
    let (least, end) = value.split_once('/').unwrap_or((value, ""));
    filter.with_range(least.parse().ok(), end.parse().ok())
}

/// A number without needless zeros.
fn short(number: f64, decimals: usize) -> String {
    let text = decimal::write(number, decimals);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Only what no address gives a meaning stays as it is.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// The text behind [`escaped`].
pub fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a text may name a run: letters and digits, since it becomes a part of an address.
fn is_run_id(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::Severity;
    use proptest::prelude::*;

    #[test]
    fn an_untouched_page_has_no_address() {
        assert_eq!(Address::default().to_fragment(), "");
        assert_eq!(Address::from_fragment(""), Address::default());
        assert_eq!(Address::from_fragment("#"), Address::default());
    }

    #[test]
    fn an_address_reads_as_it_is_written() {
        let text = "map=9/35.1/-119.9&region=madre&fire=f20250702_9q5c2v&run=20250814T030000Z0001&point=35.12345/-119.9&palette=customary&hide=low,high,provisional&changed=1&dnbr=/66\
                    &opacity=80&basemap=Streets%20%26%20names&swipe=40&layers=Perimeters%2C%20official&hr=a%3D1%26b";
        let address = Address {
            centre: Some(Centre { zoom: 9.0, lon: -119.9, lat: 35.1 }),
            region: Some("madre".into()),
            fire: Some("f20250702_9q5c2v".into()),
            run: Some("20250814T030000Z0001".into()),
            point: Some((-119.9, 35.12345)),
            palette: Palette::Customary,
            filter: Filter::EVERYTHING
                .with_classes(&[Severity::Low, Severity::High], true)
                .with_provisional(true)
                .with_change(true)
                .with_range(None, Some(66)),
            opacity_percent: Some(80),
            basemap: Some("Streets & names".into()),
            swipe_percent: Some(40),
            layers: Some("Perimeters, official".into()),
            part: Some("a=1&b".into()),
        };
        assert_eq!(Address::from_fragment(text), address);
        assert_eq!(address.to_fragment(), text);
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let check =
            |text: &str| assert_eq!(Address::from_fragment(text), Address::default(), "{text}");
        for text in [
            "map=9/95/0",
            "map=9/NaN/0",
            "map=99/1/1",
            "map=9",
            "region=<b>",
            "region=",
            "fire=../x",
            "run=../x",
            "run=",
            "point=1",
            "swipe=101",
        ] {
            check(text);
        }
        for text in ["palette=mauve", "opacity=-1", "opacity=101", "dnbr=x/y", "&&==&", "lang=de"] {
            check(text);
        }
        assert_eq!(Address::from_fragment("basemap=").basemap.as_deref(), Some(""));
        assert_eq!(Address::from_fragment("basemap=%zz%f").basemap.as_deref(), Some("%zz%f"));
    }

    fn degrees(most: i32) -> impl Strategy<Value = f64> {
        (-most * 100_000..=most * 100_000).prop_map(|parts| f64::from(parts) / 100_000.0)
    }

    prop_compose! {
        fn addresses()(
            zoom in prop::option::of(0u32..=2200),
            (lon, lat) in (degrees(180), degrees(90)),
            region in prop::option::of("[a-z0-9_]{1,12}"),
            fire in prop::option::of("[a-z0-9_]{1,12}"),
            run in prop::option::of("[0-9]{8}T[0-9]{6}Z[0-9a-f]{4}"),
            point in prop::option::of((degrees(180), degrees(90))),
            palette in prop::sample::select(Palette::ALL.to_vec()),
            hidden in prop::collection::vec(prop::sample::select(Severity::ALL.to_vec()), 0..7),
            (hides_unseen, hides_outside) in (any::<bool>(), any::<bool>()),
            (least, end) in (prop::option::of(-80i16..140), prop::option::of(-80i16..140)),
            opacity_percent in prop::option::of(0u8..=100),
            basemap in prop::option::of("\\PC{0,12}"),
            swipe_percent in prop::option::of(0u8..=100),
            layers in prop::option::of("\\PC{0,12}"),
            part in prop::option::of("\\PC{1,12}"),
        ) -> Address {
            Address {
                centre: zoom.map(|zoom| Centre { zoom: f64::from(zoom) / 100.0, lon, lat }),
                region, fire, run, point, palette,
                filter: Filter::EVERYTHING
                    .with_classes(&hidden, true)
                    .with_unseen(Unseen::NotSeen, hides_unseen)
                    .with_unseen(Unseen::OutsideZone, hides_outside)
                    .with_range(least, end),
                opacity_percent, basemap, swipe_percent, layers, part,
            }
        }
    }

    proptest! {
        #[test]
        fn a_link_shows_what_its_sender_saw(address in addresses()) {
            prop_assert_eq!(Address::from_fragment(&address.to_fragment()), address);
        }

        #[test]
        fn any_text_opens_the_page(text in "\\PC*") {
            let read = Address::from_fragment(&text);
            prop_assert_eq!(Address::from_fragment(&read.to_fragment()), read);
        }

        #[test]
        fn any_values_open_the_page(
            name in "(map|region|fire|run|point|palette|hide|dnbr|opacity|basemap|swipe|layers|hr)",
            value in "[-0-9./,%a-fNIn]{0,24}",
        ) {
            let read = Address::from_fragment(&format!("#{name}={value}"));
            let again = Address::from_fragment(&read.to_fragment());
            // Finer than a metre is not kept.
            prop_assert_eq!(again.to_fragment(), read.to_fragment());
        }
    }
}
