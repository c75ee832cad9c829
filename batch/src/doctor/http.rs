//! Asking a server once, with little patience: what it answers, and what its clock says.

use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ureq::http::{HeaderMap, Request};

/// To connect; a server that lives does so at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For a whole answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
/// More of an answer is not read, bytes: a page of a search is far smaller.
const MOST_BYTES: u64 = 32 << 20;
/// Bytes asked for of a file: enough for the directories of a COG.
pub(super) const RANGE_BYTES: u64 = 16 << 10;

/// Asks, and notes the first clock it hears.
pub(super) struct Http {
    agent: ureq::Agent,
    clock: OnceLock<HeardClock>,
}

/// A server's clock beside this machine's.
#[derive(Clone, Debug)]
pub(super) struct HeardClock {
    /// Whose clock it is.
    pub(super) url: String,
    /// The server's time less this machine's.
    pub(super) ahead: TimeDelta,
}

/// What a server said.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    headers: HeaderMap,
}

impl Http {
    pub(super) fn new() -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("dragonfly/", env!("CARGO_PKG_VERSION"), " (burn-severity maps)"))
            .build();
        Self { agent: agent.into(), clock: OnceLock::new() }
    }

    pub(super) fn get(&self, url: &str, headers: &[(&str, &str)]) -> Result<Answer, String> {
        self.ask("GET", url, headers, "", MOST_BYTES)
    }

    /// The beginning of a file. Of one that is sent whole no more is read.
    pub(super) fn get_range(&self, url: &str, headers: &[(&str, &str)]) -> Result<Answer, String> {
        let range = format!("bytes=0-{}", RANGE_BYTES - 1);
        self.ask("GET", url, &[headers, &[("range", &range)]].concat(), "", RANGE_BYTES)
    }

    pub(super) fn options(&self, url: &str, headers: &[(&str, &str)]) -> Result<Answer, String> {
        self.ask("OPTIONS", url, headers, "", MOST_BYTES)
    }

    pub(super) fn post_json(&self, url: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer, String> {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.ask("POST", url, &headers, body, MOST_BYTES)
    }

    /// The first clock heard; `None` where no answer told one.
    pub(super) fn clock(&self) -> Option<&HeardClock> {
        self.clock.get()
    }

    /// Any answer is an answer, whatever its status. An error says in words why there was none.
    fn ask(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
        most_bytes: u64,
    ) -> Result<Answer, String> {
        let builder = Request::builder().method(method).uri(url);
        let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        let answer = if body.is_empty() {
            self.agent.run(builder.body(()).map_err(|error| error.to_string())?)
        } else {
            self.agent.run(builder.body(body).map_err(|error| error.to_string())?)
        };
        let answer = answer.map_err(|error| in_words(&error))?;
        if let Some(ahead) = server_ahead(answer.headers(), Utc::now()) {
            // Another answer may have come first.
            let _ = self.clock.set(HeardClock { url: url.to_owned(), ahead });
        }
        let (parts, body) = answer.into_parts();
        let mut read = Vec::new();
        let mut body = body.into_with_config().limit(u64::MAX).reader().take(most_bytes);
        body.read_to_end(&mut read).map_err(|error| format!("its answer broke off: {error}"))?;
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body: read })
    }
}

impl Answer {
    /// A header's text; `None` where it is absent or no text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether a header that lists names has one of them, or `*`.
    pub(super) fn lists(&self, header: &str, name: &str) -> bool {
        let lines = self.headers.get_all(header).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(',')).map(str::trim).any(|own| own == "*" || own.eq_ignore_ascii_case(name))
    }

    /// Status and the beginning of what was said, on one line.
    pub(super) fn in_words(&self) -> String {
        const LONGEST: usize = 100;
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(4 * LONGEST)]);
        let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
        if line.is_empty() { format!("{}", self.status) } else { format!("{}: {line}", self.status) }
    }
}

fn in_words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => format!("no answer within {} seconds", TIMEOUT.as_secs()),
        ureq::Error::HostNotFound => "nobody knows its name (DNS)".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// The server's time less ours. A cache hands on the `Date` it was given, and tells its `Age` in seconds.
fn server_ahead(headers: &HeaderMap, now: DateTime<Utc>) -> Option<TimeDelta> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let date = DateTime::parse_from_rfc2822(text("date")?).ok()?.with_timezone(&Utc);
    let age = text("age").and_then(|age| age.trim().parse().ok()).and_then(TimeDelta::try_seconds).unwrap_or_default();
    date.checked_add_signed(age).map(|date| date - now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cached_answer_is_as_old_as_it_says() {
        let now = "2026-01-02T12:00:00Z".parse().unwrap();
        let headers = |fields: &[(&'static str, &'static str)]| -> HeaderMap {
            fields.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
        };
        let date = ("date", "Fri, 02 Jan 2026 11:50:00 GMT");
        assert_eq!(server_ahead(&headers(&[date]), now), Some(TimeDelta::minutes(-10)));
        assert_eq!(server_ahead(&headers(&[date, ("age", "600")]), now), Some(TimeDelta::zero()));
        assert_eq!(server_ahead(&headers(&[("date", "today")]), now), None);
        assert_eq!(server_ahead(&headers(&[]), now), None);
    }
}
