//! The client: sends a request, follows its redirects, and checks the address policy before each.

use std::sync::Arc;
use std::time::Duration;

use dragonfly_core::stac::{AddressError, AddressPolicy, Origin, shown, without_token};
use ureq::Agent;
use ureq::http::{self, Method};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;

use super::error::HttpError;
use super::limits::RequestLimits;
use super::redirect::{redirect, shown_origin};
use super::resolver::CheckedResolver;
use super::response::Response;
use super::slots::HostSlots;
use crate::deployment::settings::is_url;
use crate::nightly::deadline::Deadline;

/// Redirects that are followed.
const MAX_REDIRECTS: usize = 5;
/// Encodings of a body by which a little of it becomes much. None is requested.
const COMPRESSIONS: [&str; 5] = ["gzip", "deflate", "compress", "br", "zstd"];
const USER_AGENT: &str = concat!("dragonfly/", env!("CARGO_PKG_VERSION"), " (burn-severity maps)");

/// Why an address is requested, which decides where it may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A page of the catalogue: on its own origin, or on a host of `catalogue_hosts`.
    Catalogue,
    /// A file that an item names.
    File,
    /// An address that the operator configured. Its redirects lead on its own origin, or where
    /// files may lie.
    Configured,
}

/// What to send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HttpRequest<'a> {
    pub(crate) scope: Scope,
    pub(crate) method: &'a Method,
    pub(crate) url: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// None where empty.
    pub(crate) body: &'a str,
}

impl<'a> HttpRequest<'a> {
    /// A GET without headers.
    pub(crate) fn get(scope: Scope, url: &'a str) -> Self {
        Self { scope, method: &Method::GET, url, headers: &[], body: "" }
    }
}

/// Sends requests until a deadline, as far as a policy permits. Clones share their connections.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// Refuses private addresses where the policy does.
    checked: Agent,
    /// Refuses none.
    open: Agent,
    policy: Arc<AddressPolicy>,
    slots: Arc<HostSlots>,
    deadline: Deadline,
    limits: RequestLimits,
}

impl Client {
    pub(crate) fn new(
        policy: AddressPolicy,
        deadline: Deadline,
        limits: RequestLimits,
        max_per_host: usize,
    ) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // They are followed here, each after a check of where it leads.
            .max_redirects(0)
            .max_idle_connections(max_per_host * 2)
            .max_idle_connections_per_host(max_per_host)
            .timeout_per_read(Some(limits.answer))
            .timeout_resolve(Some(limits.connect))
            .timeout_connect(Some(limits.connect))
            .timeout_send_request(Some(limits.answer))
            .timeout_send_body(Some(limits.answer))
            .timeout_recv_response(Some(limits.answer))
            .timeout_recv_body(Some(limits.body))
            .user_agent(USER_AGENT)
            .accept_encoding("identity")
            .build();
        let resolver = CheckedResolver::new(DefaultResolver::default(), policy.clone());
        Self {
            checked: Agent::with_parts(config.clone(), DefaultConnector::default(), resolver),
            open: Agent::with_parts(
                config,
                DefaultConnector::default(),
                CheckedResolver::new(DefaultResolver::default(), AddressPolicy::of_file()),
            ),
            policy: Arc::new(policy),
            slots: HostSlots::new(max_per_host),
            deadline,
            limits,
        }
    }

    /// One that may go anywhere, and stops after a minute.
    #[cfg(test)]
    pub(crate) fn of_test() -> Self {
        Self::new(
            AddressPolicy::of_file(),
            Deadline::after(Duration::from_secs(60)),
            RequestLimits::NIGHT,
            4,
        )
    }

    /// When it stops.
    pub(crate) fn deadline(&self) -> &Deadline {
        &self.deadline
    }

    /// What it permits.
    pub(crate) fn policy(&self) -> &AddressPolicy {
        &self.policy
    }

    /// Sends a request and follows its redirects. Any answer is an answer, whatever its status.
    ///
    /// # Errors
    /// When there is none, or it may not be requested.
    pub(crate) fn send(&self, request: &HttpRequest) -> Result<Response, HttpError> {
        let (mut method, mut url) = (request.method.clone(), request.url.to_owned());
        let mut agent = self.agent(request, &url)?;
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send_once(agent, request, &method, &url)?;
            let Some(next) = redirect(response.status, &response.headers, &method, &url)? else {
                return Ok(response);
            };
            tracing::debug!(
                url = without_token(&url),
                to = shown(without_token(&next.url)),
                "redirected"
            );
            agent = self.agent(request, &next.url).map_err(|cause| {
                tracing::warn!(
                    url = without_token(&url),
                    to = shown(without_token(&next.url)),
                    "redirected: {cause}"
                );
                HttpError::Redirect { status: response.status, to: shown_origin(&next.url), cause }
            })?;
            (method, url) = (next.method, next.url);
        }
        Err(HttpError::RedirectLoop(MAX_REDIRECTS))
    }

    /// The agent that may request an address on behalf of a request.
    fn agent(&self, request: &HttpRequest, url: &str) -> Result<&Agent, AddressError> {
        if !is_url(url) {
            return Err(AddressError::NotHttp);
        }
        let is_configured = || {
            url == request.url
                || Origin::of(url).is_ok_and(|own| Ok(own) == Origin::of(request.url))
        };
        match request.scope {
            Scope::Catalogue => self.policy.check_page(url)?,
            Scope::Configured if is_configured() => return Ok(&self.open),
            Scope::File | Scope::Configured => self.policy.check_file(url)?,
        }
        Ok(&self.checked)
    }

    fn send_once(
        &self,
        agent: &Agent,
        request: &HttpRequest,
        method: &Method,
        url: &str,
    ) -> Result<Response, HttpError> {
        let slot = self.slots.acquire(url, &self.deadline)?;
        self.deadline.check()?;
        let failed = |error: ureq::Error| {
            HttpError::of(error, without_token(url), &self.deadline, &self.limits)
        };
        let builder = http::Request::builder().method(method).uri(url);
        let builder = request
            .headers
            .iter()
            .fold(builder, |builder, (name, value)| builder.header(*name, *value));
        let total = self.limits.total.min(self.deadline.remaining()).max(Duration::from_millis(1));
        let answer = if request.body.is_empty() || method == Method::GET {
            let request = builder.body(()).map_err(|error| failed(error.into()))?;
            agent.run(agent.configure_request(request).timeout_global(Some(total)).build())
        } else {
            let request = builder.body(request.body).map_err(|error| failed(error.into()))?;
            agent.run(agent.configure_request(request).timeout_global(Some(total)).build())
        };
        let (parts, body) = answer.map_err(failed)?.into_parts();
        let encoding =
            parts.headers.get("content-encoding").and_then(|encoding| encoding.to_str().ok());
        let encoding = encoding.unwrap_or_default().to_ascii_lowercase();
        if let Some(name) = COMPRESSIONS.into_iter().find(|name| encoding.contains(name)) {
            return Err(HttpError::Compressed(name));
        }
        Ok(Response {
            status: parts.status.as_u16(),
            headers: parts.headers,
            url: url.to_owned(),
            body,
            deadline: self.deadline,
            limits: self.limits,
            _slot: slot,
        })
    }
}
