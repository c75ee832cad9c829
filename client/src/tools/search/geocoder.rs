//! Addresses, by a server that answers as Nominatim does.

use gloo_net::http::Request;
use serde_json::Value;

/// A reader waits no longer, milliseconds.
const TIMEOUT_MS: u32 = 10_000;
/// An address without a box is shown with this much around it, degrees.
const AROUND_ADDRESS: f64 = 0.01;

/// An address that was found.
#[derive(Debug, PartialEq)]
pub struct FoundAddress {
    /// The address, and whose data it is.
    pub title: String,
    /// West, south, east, north, degrees.
    pub bbox: [f64; 4],
}

/// The server did not answer, or not as it should.
#[derive(Debug, thiserror::Error)]
#[error("the geocoder does not answer as Nominatim does")]
pub struct GeocoderError;

/// Requests the likeliest address of a text; `None` where the server knows none.
pub async fn find(
    url: &str,
    text: &str,
    language: &str,
) -> Result<Option<FoundAddress>, GeocoderError> {
    let text = String::from(js_sys::encode_uri_component(text));
    let url = request_url(url, &text, language);
    let limit = web_sys::AbortSignal::timeout_with_u32(TIMEOUT_MS);
    let response = Request::get(&url).abort_signal(Some(&limit)).send().await;
    let response = response.ok().filter(|response| response.ok()).ok_or(GeocoderError)?;
    read(&response.text().await.map_err(|_| GeocoderError)?)
}

fn request_url(url: &str, text: &str, language: &str) -> String {
    let url = url.trim_end_matches('/');
    format!("{url}/search?format=jsonv2&limit=1&accept-language={language}&q={text}")
}

/// Reads a response: a list whose items hold numbers as texts.
fn read(text: &str) -> Result<Option<FoundAddress>, GeocoderError> {
    let found: Value = serde_json::from_str(text).map_err(|_| GeocoderError)?;
    match found.as_array().ok_or(GeocoderError)?.first() {
        Some(first) => address(first).map(Some).ok_or(GeocoderError),
        None => Ok(None),
    }
}

fn address(found: &Value) -> Option<FoundAddress> {
    let number = |value: &Value| match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    };
    let [lat, lon] = ["lat", "lon"].map(|name| number(&found[name]));
    let (lat, lon): (f64, f64) = (lat?, lon?);
    let sides: Option<Vec<f64>> =
        found["boundingbox"].as_array().and_then(|sides| sides.iter().map(number).collect());
    // As Nominatim has it: south, north, west, east.
    let bbox = match sides.as_deref() {
        Some([south, north, west, east]) => [*west, *south, *east, *north],
        _ => {
            let half = AROUND_ADDRESS;
            [lon - half, lat - half, lon + half, lat + half]
        }
    };
    let [west, south, east, north] = bbox;
    let is_on_map = west <= east && south <= north && south >= -90.0 && north <= 90.0;
    let title = found["display_name"].as_str()?;
    let title = match found["licence"].as_str() {
        Some(licence) => format!("{title} ({licence})"),
        None => title.to_owned(),
    };
    is_on_map.then_some(FoundAddress { title, bbox })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PINE_STREET: &str = r#"[{"lat":"39.7602","lon":"-121.6218",
        "display_name":"Pine Street, Paradise","licence":"Data © OpenStreetMap contributors",
        "boundingbox":["39.75","39.77","-121.63","-121.61"]}]"#;

    #[test]
    fn an_address_has_its_box_and_its_credit() {
        let found = read(PINE_STREET).unwrap().unwrap();
        assert_eq!(found.bbox, [-121.63, 39.75, -121.61, 39.77]);
        assert_eq!(found.title, "Pine Street, Paradise (Data © OpenStreetMap contributors)");
        let bare = read(r#"[{"lat":1,"lon":2,"display_name":"x"}]"#).unwrap().unwrap();
        assert_eq!(bare.bbox, [1.99, 0.99, 2.01, 1.01]);
        assert_eq!(read("[]").unwrap(), None);
    }

    #[test]
    fn what_is_no_answer_of_a_geocoder_is_an_error() {
        let nowhere = PINE_STREET.replace("39.77", "139.77");
        for text in ["", "{}", "<html>", "[7]", r#"[{"lat":"x","lon":"1"}]"#, &nowhere] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn one_address_is_requested_in_the_readers_language() {
        let url = request_url("https://geo.example/", "Pine%20Street", "el");
        let expected =
            "https://geo.example/search?format=jsonv2&limit=1&accept-language=el&q=Pine%20Street";
        assert_eq!(url, expected);
    }
}
