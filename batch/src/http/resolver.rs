//! Names to addresses, as far as the address policy permits: a public name may lead into a private
//! network.

use std::sync::OnceLock;

use dragonfly_core::stac::{AddressError, AddressPolicy, is_private};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Resolves names, and refuses private addresses where the policy does.
#[derive(Debug)]
pub(super) struct CheckedResolver<R = DefaultResolver> {
    resolver: R,
    policy: AddressPolicy,
    /// Whether the catalogue's own name leads to a private address. Decided by the first answer: a
    /// name that leads elsewhere later gains nothing by it.
    is_own_private: OnceLock<bool>,
}

impl<R: Resolver> CheckedResolver<R> {
    pub(super) fn new(resolver: R, policy: AddressPolicy) -> Self {
        Self { resolver, policy, is_own_private: OnceLock::new() }
    }

    fn is_own(&self, uri: &Uri) -> bool {
        let own = self.policy.own().map(|own| own.host());
        own.is_some_and(|own| uri.host().is_some_and(|host| host.eq_ignore_ascii_case(own)))
    }

    /// Whether the catalogue itself lies in a private network, and may lead there.
    fn is_own_private(&self, config: &Config, timeout: NextTimeout) -> bool {
        *self.is_own_private.get_or_init(|| {
            let own = self.policy.own().map(|own| format!("http://{}/", own.host()));
            let uri = own.and_then(|own| own.parse::<Uri>().ok());
            let addresses = uri.and_then(|uri| self.resolver.resolve(&uri, config, timeout).ok());
            addresses.is_some_and(|addresses| has_private(&addresses))
        })
    }
}

impl<R: Resolver> Resolver for CheckedResolver<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses =
            self.resolver.resolve(uri, config, timeout).map_err(|error| match error {
                ureq::Error::Io(_) => ureq::Error::HostNotFound,
                other => other,
            })?;
        if self.policy.allows_private() || is_proxy(uri, config) {
            return Ok(addresses);
        }
        let has_private = has_private(&addresses);
        let permits = match self.is_own(uri) {
            true => *self.is_own_private.get_or_init(|| has_private),
            false => has_private && self.is_own_private(config, timeout),
        };
        if has_private && !permits {
            Err(ureq::Error::Other(Box::new(AddressError::Private)))
        } else {
            Ok(addresses)
        }
    }
}

fn has_private(addresses: &ResolvedSocketAddrs) -> bool {
    addresses.iter().any(|address| is_private(address.ip()))
}

/// Whether it is the proxy of the environment that is resolved. What is requested through one is
/// resolved by it, and never here.
fn is_proxy(uri: &Uri, config: &Config) -> bool {
    config.proxy().is_some_and(|proxy| {
        proxy.uri() == uri && !proxy.resolve_target() && !proxy.is_no_proxy(uri)
    })
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Mutex;

    use ureq::Proxy;

    use super::*;

    /// Answers by a table: host and address. Each answer is given once, but for the last of a host.
    #[derive(Debug)]
    struct Table(Mutex<Vec<(&'static str, &'static str)>>);

    impl Resolver for Table {
        fn resolve(
            &self,
            uri: &Uri,
            _: &Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let mut rows = self.0.lock().unwrap();
            let of_host: Vec<usize> =
                (0..rows.len()).filter(|row| Some(rows[*row].0) == uri.host()).collect();
            let row = *of_host.first().ok_or(ureq::Error::HostNotFound)?;
            let ip = if of_host.len() > 1 { rows.remove(row).1 } else { rows[row].1 };
            let mut found = self.empty();
            found.push(SocketAddr::new(ip.parse().unwrap(), 80));
            Ok(found)
        }
    }

    fn resolver(root: &str, table: &[(&'static str, &'static str)]) -> CheckedResolver<Table> {
        let policy = AddressPolicy::of_api(root, &[], false).unwrap();
        CheckedResolver::new(Table(Mutex::new(table.to_vec())), policy)
    }

    fn resolves(resolver: &CheckedResolver<Table>, url: &str, config: &Config) -> bool {
        resolver.resolve(&url.parse().unwrap(), config, NextTimeout::default()).is_ok()
    }

    #[test]
    fn a_public_name_that_leads_to_a_private_address_is_refused() {
        let table = [
            ("stac.example", "8.8.8.8"),
            ("bucket.example", "8.8.4.4"),
            ("inside.example", "10.0.0.1"),
        ];
        let resolver = resolver("https://stac.example/v1", &table);
        let config = Config::default();
        let resolved =
            |host: &str| resolves(&resolver, &format!("https://{host}/file.tif"), &config);
        assert!(
            resolved("bucket.example") && !resolved("inside.example") && resolved("stac.example")
        );
        let error = resolver.resolve(
            &"http://inside.example/".parse().unwrap(),
            &config,
            NextTimeout::default(),
        );
        assert!(matches!(error, Err(ureq::Error::Other(error)) if error.is::<AddressError>()));
    }

    #[test]
    fn a_catalogue_of_a_private_network_may_lead_there_by_name() {
        let resolver = resolver(
            "https://stac.corp/v1",
            &[("stac.corp", "10.0.0.7"), ("bucket.corp", "10.0.0.8")],
        );
        assert!(resolves(&resolver, "https://bucket.corp/file.tif", &Config::default()));
        assert!(resolves(&resolver, "https://stac.corp/v1/search", &Config::default()));
    }

    #[test]
    fn a_name_that_changes_to_a_private_address_is_refused() {
        let resolver = resolver(
            "https://stac.example/v1",
            &[("stac.example", "8.8.8.8"), ("stac.example", "127.0.0.1")],
        );
        assert!(resolves(&resolver, "https://stac.example/v1", &Config::default()));
        assert!(!resolves(&resolver, "https://stac.example/v1", &Config::default()));
    }

    #[test]
    fn a_proxy_may_lie_in_a_private_network() {
        let proxy = Proxy::new("http://proxy.corp:3128").unwrap();
        let config = ureq::Agent::config_builder().proxy(Some(proxy)).build();
        let resolver = resolver(
            "https://stac.example/v1",
            &[("stac.example", "8.8.8.8"), ("proxy.corp", "10.0.0.1")],
        );
        assert!(resolves(&resolver, "http://proxy.corp:3128", &config));
        assert!(!resolves(&resolver, "http://proxy.corp:8080/", &config));
    }
}
