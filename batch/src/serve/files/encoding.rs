//! The encodings in which files of the page may lie compressed.

use axum::http::{HeaderMap, header};

/// How a file was compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentEncoding {
    /// Brotli, the smaller one.
    Brotli,
    /// Gzip.
    Gzip,
}

impl ContentEncoding {
    /// What is written behind the file's name.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gz",
        }
    }

    /// As headers name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

/// The encodings that a reader accepts, the smaller first.
pub(super) fn accepted(headers: &HeaderMap) -> Vec<ContentEncoding> {
    let values =
        headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let members: Vec<(&str, &str)> = values
        .flat_map(|value| value.split(','))
        .map(|member| member.split_once(';').unwrap_or((member, "")))
        .map(|(name, weight)| (name.trim(), weight.trim()))
        .collect();
    let is_accepted = |encoding: &ContentEncoding| {
        members
            .iter()
            .any(|(name, weight)| name.eq_ignore_ascii_case(encoding.name()) && !is_zero(weight))
    };
    [ContentEncoding::Brotli, ContentEncoding::Gzip].into_iter().filter(is_accepted).collect()
}

/// Whether a weight such as `q=0.0` refuses.
fn is_zero(weight: &str) -> bool {
    weight
        .split_once('=')
        .is_some_and(|(_, number)| number.trim().parse::<f32>().is_ok_and(|number| number <= 0.0))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_smaller_encoding_that_is_accepted_comes_first() {
        let check = |text: &'static str, expected: &[ContentEncoding]| {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]);
            assert_eq!(accepted(&headers), expected, "{text}");
        };
        check("gzip, deflate, br, zstd", &[ContentEncoding::Brotli, ContentEncoding::Gzip]);
        check("br;q=0.1, GZIP;q=1", &[ContentEncoding::Brotli, ContentEncoding::Gzip]);
        check("br; q=0, gzip", &[ContentEncoding::Gzip]);
        check("br;q=0.000", &[]);
        check("identity", &[]);
        check("", &[]);
    }
}
