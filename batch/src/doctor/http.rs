//! One request to a server, with short timeouts: its answer, and its clock.

use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use dragonfly_core::stac::{AddressPolicy, MAX_PAGE_BYTES, shown};
use ureq::http::{HeaderMap, Method};

use crate::http::{Client, HttpRequest, Scope};

/// More of an answer is not read, bytes.
const MAX_BYTES: u64 = MAX_PAGE_BYTES as u64;
/// Bytes requested of a file: enough for the directories of a COG.
pub(super) const RANGE_BYTES: u64 = 16 << 10;

/// Sends requests, and notes the first clock that an answer states.
pub(super) struct Http {
    client: Client,
    clock: OnceLock<ServerClock>,
}

/// A server's clock beside this machine's.
#[derive(Clone, Debug)]
pub(super) struct ServerClock {
    /// Whose clock it is.
    pub(super) url: String,
    /// The server's time less this machine's.
    pub(super) ahead: TimeDelta,
}

/// An answer to a probe.
pub(super) struct ProbeResponse {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    headers: HeaderMap,
}

impl Http {
    pub(super) fn new(client: Client) -> Self {
        Self { client, clock: OnceLock::new() }
    }

    /// Where the catalogue may lead.
    pub(super) fn policy(&self) -> &AddressPolicy {
        self.client.policy()
    }

    /// A page of the catalogue.
    pub(super) fn get(&self, url: &str, headers: &[(&str, &str)]) -> Result<ProbeResponse, String> {
        self.send(&HttpRequest { headers, ..HttpRequest::get(Scope::Catalogue, url) }, MAX_BYTES)
    }

    /// The beginning of a file. Of one that is sent whole no more is read.
    pub(super) fn get_range(
        &self,
        url: &str,
        scope: Scope,
        headers: &[(&str, &str)],
    ) -> Result<ProbeResponse, String> {
        let range = format!("bytes=0-{}", RANGE_BYTES - 1);
        let headers = [headers, &[("range", &range)]].concat();
        self.send(&HttpRequest { headers: &headers, ..HttpRequest::get(scope, url) }, RANGE_BYTES)
    }

    /// A whole file.
    pub(super) fn get_whole(
        &self,
        url: &str,
        scope: Scope,
        headers: &[(&str, &str)],
    ) -> Result<ProbeResponse, String> {
        self.send(&HttpRequest { headers, ..HttpRequest::get(scope, url) }, MAX_BYTES)
    }

    /// What the catalogue allows a browser.
    pub(super) fn options(
        &self,
        url: &str,
        headers: &[(&str, &str)],
    ) -> Result<ProbeResponse, String> {
        let method = &Method::OPTIONS;
        self.send(
            &HttpRequest { scope: Scope::Catalogue, method, url, headers, body: "" },
            MAX_BYTES,
        )
    }

    /// A search of the catalogue.
    pub(super) fn post_json(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<ProbeResponse, String> {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        let method = &Method::POST;
        self.send(
            &HttpRequest { scope: Scope::Catalogue, method, url, headers: &headers, body },
            MAX_BYTES,
        )
    }

    /// The first clock; `None` where no answer stated one.
    pub(super) fn clock(&self) -> Option<&ServerClock> {
        self.clock.get()
    }

    /// Any answer is an answer, whatever its status. An error states why there was none.
    fn send(&self, request: &HttpRequest, max_bytes: u64) -> Result<ProbeResponse, String> {
        let mut answer = self.client.send(request).map_err(|error| error.to_string())?;
        if let Some(ahead) = server_ahead(answer.headers(), Utc::now()) {
            // Another answer may have come first.
            let _ = self.clock.set(ServerClock { url: request.url.to_owned(), ahead });
        }
        let mut body = Vec::new();
        answer
            .read_into(&mut body, max_bytes)
            .map_err(|error| format!("its answer broke off: {error}"))?;
        Ok(ProbeResponse { status: answer.status(), headers: answer.headers().clone(), body })
    }
}

impl ProbeResponse {
    /// A header's text; `None` where it is absent or no text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether a header that lists names has one of them, or `*`.
    pub(super) fn lists(&self, header: &str, name: &str) -> bool {
        let lines = self.headers.get_all(header).iter().filter_map(|line| line.to_str().ok());
        lines
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .any(|own| own == "*" || own.eq_ignore_ascii_case(name))
    }

    /// Status and the beginning of the body, on one line.
    pub(super) fn describe(&self) -> String {
        const LONGEST: usize = 100;
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(4 * LONGEST)]);
        let line = shown(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        if line.is_empty() {
            format!("{}", self.status)
        } else {
            format!("{}: {line}", self.status)
        }
    }
}

/// The server's time less ours. A cache hands on the `Date` it was given, and states its `Age` in
/// seconds.
fn server_ahead(headers: &HeaderMap, now: DateTime<Utc>) -> Option<TimeDelta> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let date = DateTime::parse_from_rfc2822(text("date")?).ok()?.with_timezone(&Utc);
    let age = text("age")
        .and_then(|age| age.trim().parse().ok())
        .and_then(TimeDelta::try_seconds)
        .unwrap_or_default();
    date.checked_add_signed(age).map(|date| date - now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cached_answer_is_as_old_as_it_states() {
        let now = "2026-01-02T12:00:00Z".parse().unwrap();
        let headers = |fields: &[(&'static str, &'static str)]| -> HeaderMap {
            fields
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect()
        };
        let date = ("date", "Fri, 02 Jan 2026 11:50:00 GMT");
        assert_eq!(server_ahead(&headers(&[date]), now), Some(TimeDelta::minutes(-10)));
        assert_eq!(server_ahead(&headers(&[date, ("age", "600")]), now), Some(TimeDelta::zero()));
        assert_eq!(server_ahead(&headers(&[("date", "today")]), now), None);
        assert_eq!(server_ahead(&headers(&[]), now), None);
    }
}
