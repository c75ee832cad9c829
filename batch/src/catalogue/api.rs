//! A catalogue behind a STAC API: searched page by page, patiently.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use backon::{BlockingRetryable, ExponentialBuilder};
use chrono::{DateTime, Utc};
use dragonfly_core::stac::{Item, ItemCollection, Search};
use serde_json::Value;

/// Items asked for on a page.
const PAGE_ITEMS: usize = 100;
/// More pages than any region needs: a chain that long does not end.
const MOST_PAGES: usize = 500;
/// Attempts after the first.
const RETRIES: usize = 6;
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
const TIMEOUT: Duration = Duration::from_secs(60);
/// The largest page that is read, bytes.
const LARGEST_PAGE: u64 = 256 << 20;

/// A STAC API.
pub(crate) struct Api {
    root: String,
    agent: ureq::Agent,
    first_pause: Duration,
}

/// One request of a search.
#[derive(Clone, Debug, PartialEq)]
enum Page {
    Get { url: String },
    Post { url: String, body: Value },
}

impl Page {
    fn url(&self) -> &str {
        match self {
            Self::Get { url } | Self::Post { url, .. } => url,
        }
    }
}

/// A request that brought nothing.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}")]
    Transport(#[from] ureq::Error),
    #[error("it answers {status}{}", said(.text))]
    Status { status: u16, text: String, retry_after: Option<Duration> },
}

impl Fault {
    fn is_passing(&self) -> bool {
        match self {
            Self::Transport(error) => !matches!(error, ureq::Error::BadUri(_) | ureq::Error::BodyExceedsLimit(_)),
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Transport(_) => None,
            Self::Status { retry_after, .. } => *retry_after,
        }
    }
}

impl Api {
    pub(super) fn new(root: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("dragonfly/", env!("CARGO_PKG_VERSION"), " (burn-severity maps)"))
            .build();
        Self { root: root.trim_end_matches('/').to_owned(), agent: agent.into(), first_pause: Duration::from_secs(1) }
    }

    /// All items that answer a search.
    pub(super) fn find(&self, search: &Search) -> Result<Vec<Item>> {
        let search = Search { limit: Some(PAGE_ITEMS), ..search.clone() };
        let body = serde_json::to_value(&search).context("writing the search")?;
        let first = Page::Post { url: format!("{}/search", self.root), body };
        let mut items = Vec::new();
        let mut asked: Vec<Page> = Vec::new();
        let mut next = Some(first.clone());
        while let Some(page) = next {
            let url = page.url().to_owned();
            if asked.contains(&page) || asked.len() >= MOST_PAGES {
                bail!("the catalogue {url} leads in a circle: its pages do not end after {}", asked.len());
            }
            let text = self.fetch(&page).with_context(|| format!("the catalogue {url} does not answer"))?;
            let answer: Value = serde_json::from_str(&text)
                .with_context(|| format!("the catalogue {url} does not answer in JSON, but{}", said(&text)))?;
            next = next_page(&answer, &first);
            let read: ItemCollection = serde_path_to_error::deserialize(answer)
                .with_context(|| format!("the catalogue {url} does not answer as STAC does"))?;
            items.extend(read.features);
            asked.push(page);
        }
        Ok(items)
    }

    /// Asks, and asks again after what passes: lost connections, 408, 425, 429, 5xx.
    fn fetch(&self, page: &Page) -> Result<String, Fault> {
        let pauses = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(self.first_pause)
            .with_max_delay(LONGEST_PAUSE)
            .with_max_times(RETRIES);
        (|| self.fetch_once(page))
            .retry(pauses)
            .when(Fault::is_passing)
            .notify(|fault: &Fault, pause| {
                let asked_for = fault.retry_after().unwrap_or_default().max(pause);
                tracing::warn!(url = page.url(), "{fault}; asking again in {:.1} s", asked_for.as_secs_f64());
                // backon sleeps its own pause; what the server asks for beyond it is slept here.
                std::thread::sleep(asked_for - pause);
            })
            .call()
    }

    fn fetch_once(&self, page: &Page) -> Result<String, Fault> {
        let mut answer = match page {
            Page::Get { url } => self.agent.get(url).call()?,
            Page::Post { url, body } => {
                self.agent.post(url).header("content-type", "application/json").send(body.to_string())?
            }
        };
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get("retry-after").and_then(|value| pause_from_header(value.to_str().ok()?));
        let text = answer.body_mut().with_config().limit(LARGEST_PAGE).read_to_string()?;
        if status == 200 { Ok(text) } else { Err(Fault::Status { status, text, retry_after }) }
    }
}

/// The next page by an answer's links. With `merge` its body is merged into the first request's.
fn next_page(answer: &Value, first: &Page) -> Option<Page> {
    let links = answer.get("links")?.as_array()?;
    let link = links.iter().find(|link| link.get("rel").and_then(Value::as_str) == Some("next"))?;
    let url = link.get("href")?.as_str()?.to_owned();
    let is_post = link.get("method").and_then(Value::as_str).is_some_and(|method| method.eq_ignore_ascii_case("post"));
    if !is_post {
        return Some(Page::Get { url });
    }
    let own = link.get("body").cloned().unwrap_or_default();
    let merged = link.get("merge").and_then(Value::as_bool).unwrap_or(false);
    let body = match (first, merged, own) {
        (Page::Post { body: Value::Object(first), .. }, true, Value::Object(own)) => {
            Value::Object(first.clone().into_iter().chain(own).collect())
        }
        (_, _, own) => own,
    };
    Some(Page::Post { url, body })
}

/// `Retry-After`: seconds, or a date.
fn pause_from_header(text: &str) -> Option<Duration> {
    let seconds = match text.trim().parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let until = DateTime::parse_from_rfc2822(text.trim()).ok()?;
            u64::try_from((until.with_timezone(&Utc) - Utc::now()).num_seconds()).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// The beginning of what a server said, on one line.
fn said(text: &str) -> String {
    const LONGEST: usize = 120;
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    if line.is_empty() { String::new() } else { format!(": {line}") }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::{Arc, Mutex};
    use std::thread;

    use super::*;

    const ITEM: &str = r#"{"id":"a","properties":{"datetime":"2025-06-12T18:50:00Z"}}"#;

    /// Head and body of a request, however many pieces they come in.
    fn request(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        let mut piece = [0; 4096];
        loop {
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    return text;
                }
            }
            let length = stream.read(&mut piece).unwrap();
            assert!(length > 0, "the request was cut: {text}");
            text.push_str(&String::from_utf8_lossy(&piece[..length]));
        }
    }

    /// A server that gives these answers in turn; `{root}` in them is its own address. Gives what was asked, and the outcome.
    fn asked(answers: &[(&str, &str)]) -> (Vec<String>, Result<Vec<Item>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        let answers: Vec<String> = answers
            .iter()
            .map(|(head, body)| {
                let body = body.replace("{root}", &root);
                format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
            })
            .collect();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hearing = Arc::clone(&heard);
        let server = thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                hearing.lock().unwrap().push(request(&mut stream));
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let api = Api { first_pause: Duration::from_millis(1), ..Api::new(&format!("{root}/")) };
        let search = Search { collections: vec!["sentinel-2-l2a".to_owned()], ..Search::default() };
        let found = api.find(&search);
        drop(api);
        if found.is_ok() {
            server.join().unwrap();
        }
        let heard = heard.lock().unwrap().clone();
        (heard, found)
    }

    fn page(links: &str) -> String {
        format!(r#"{{"type":"FeatureCollection","features":[{ITEM}],"links":[{links}]}}"#)
    }

    #[test]
    fn pages_are_followed_by_get_and_by_post() {
        let by_post =
            page(r#"{"rel":"next","href":"{root}/search","method":"POST","body":{"token":"x2"},"merge":true}"#);
        let by_get = page(r#"{"rel":"next","href":"{root}/search?token=x3"}"#);
        let (heard, found) = asked(&[("200 OK", &by_post), ("200 OK", &by_get), ("200 OK", &page(""))]);
        assert_eq!(found.unwrap().len(), 3);
        assert!(heard[0].starts_with("POST /search ") && heard[0].contains("dragonfly/"), "{}", heard[0]);
        assert!(heard[1].contains(r#""token":"x2""#) && heard[1].contains("sentinel-2-l2a"), "{}", heard[1]);
        assert!(heard[2].starts_with("GET /search?token=x3 "), "{}", heard[2]);
    }

    #[test]
    fn what_passes_is_asked_again() {
        let answers = [
            ("503 Service Unavailable", "busy"),
            ("429 Too Many Requests\r\nRetry-After: 0", ""),
            ("200 OK", &page("")),
        ];
        let (heard, found) = asked(&answers);
        assert_eq!((heard.len(), found.unwrap().len()), (3, 1));
    }

    fn check_error(answers: &[(&str, &str)], parts: &[&str]) {
        let message = format!("{:#}", asked(answers).1.unwrap_err());
        for part in parts {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
    }

    #[test]
    fn a_bad_answer_names_url_and_cause() {
        check_error(&[("404 Not Found", "no such page")], &["/search", "404", "no such page"]);
        check_error(&[("200 OK", "<html>Welcome</html>")], &["/search", "JSON", "<html>Welcome"]);
        check_error(&[("200 OK", r#"{"features":[{"#)], &["/search", "JSON"]);
        check_error(&[("200 OK", r#"{"features":[{"id":"a"}]}"#)], &["/search", "STAC", "features[0]", "properties"]);
    }

    #[test]
    fn pages_in_a_circle_end() {
        let circle = page(r#"{"rel":"next","href":"{root}/search?page=1"}"#);
        check_error(&[("200 OK", &circle), ("200 OK", &circle)], &["/search?page=1", "circle"]);
    }

    #[test]
    fn a_pause_is_seconds_or_a_date() {
        assert_eq!(pause_from_header("7"), Some(Duration::from_secs(7)));
        assert_eq!(pause_from_header("100000"), Some(LONGEST_PAUSE));
        assert_eq!(pause_from_header("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(pause_from_header("soon"), None);
    }
}
