//! The address of the page in a picture: it shows the same map, and can be typed.

use crate::state::address::Address;

/// Nobody types more letters than these.
const MAX_LETTERS: usize = 160;

/// The address of what is shown; without what a tool added, and then with the region or fire alone,
/// where it is too long to be typed.
pub fn page_address(origin: &str, shown: &Address) -> String {
    let whole = |address: &Address| match address.to_fragment() {
        fragment if fragment.is_empty() => format!("{origin}/"),
        fragment => format!("{origin}/#{fragment}"),
    };
    let without_part = Address { part: None, ..shown.clone() };
    let chosen = Address {
        centre: shown.centre,
        region: shown.region.clone(),
        fire: shown.fire.clone(),
        ..Address::default()
    };
    let all = [shown, &without_part, &chosen].map(whole);
    let short = all.iter().find(|address| address.chars().count() <= MAX_LETTERS);
    short.unwrap_or(&all[2]).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_a_picture_can_be_typed() {
        let check = |fragment: &str, expected: &str| {
            let address = Address::from_fragment(fragment);
            assert_eq!(page_address("https://maps.example", &address), expected);
        };
        check("", "https://maps.example/");
        let short = "map=9/35.1/-119.9&region=madre&palette=customary";
        check(short, &format!("https://maps.example/#{short}"));
        let outline = "x".repeat(400);
        check(&format!("{short}&hr={outline}"), &format!("https://maps.example/#{short}"));
        let basemap = format!("{short}&basemap={outline}");
        check(&basemap, "https://maps.example/#map=9/35.1/-119.9&region=madre");
    }
}
