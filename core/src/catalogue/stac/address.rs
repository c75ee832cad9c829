//! Which addresses may be requested on behalf of a catalogue: those of its pages, and those of its
//! items' files.
//!
//! A catalogue is written by others. What it names must not turn this program into a way to
//! machines and files that only this machine can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use dragonfly_pixels::SpectralIndex;

use super::Item;

/// The longest address that is requested, bytes. Signed addresses take a quarter of it.
const MAX_ADDRESS_BYTES: usize = 8 << 10;

/// Scheme, host and port of an http(s) address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Whether the scheme is https; it is http otherwise.
    is_https: bool,
    host: String,
    port: u16,
}

/// An address that may not be requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// A path, or another scheme than http and https.
    #[error(
        "the address is neither http nor https, and an API may name no other: only a catalogue in \
        a file may name paths"
    )]
    NotHttp,
    /// A bucket of Amazon's that is not public: the https form of others is read.
    #[error(
        "the file lies in a bucket whose readers pay (`storage:requester_pays`), or whose name is \
        malformed, and has no https alternate: use a catalogue with public files"
    )]
    NotPublic,
    /// Another storage that is read by none but its own programs.
    #[error(
        "the address is of a storage that has no public https form (abfs, az, and the like): use a \
        catalogue whose items state https addresses, in `href` or in `alternate`"
    )]
    OtherStorage,
    /// No host that all readers of addresses agree on, or characters that do not belong into an
    /// address.
    #[error(
        "the address is malformed: its host must be a plain name or an IP address, without a user \
        name, and its port a number from 1 to 65535"
    )]
    Malformed,
    /// A page on another host, or under another scheme or port.
    #[error(
        "the address is not on the catalogue's own scheme, host and port: name its host in \
        `catalogue_hosts` if it belongs to the catalogue"
    )]
    OtherOrigin,
    /// An address of a private network or of this machine.
    #[error(
        "the address lies in a private network or on this machine: set `allow_private_addresses` \
        if the catalogue may lead there"
    )]
    Private,
}

/// What a configured catalogue may lead to.
#[derive(Clone, Debug)]
pub struct AddressPolicy {
    /// Of the API; `None` for a catalogue in a file.
    own: Option<Origin>,
    /// Hosts that pages may lie on beside the API's own, lower case.
    hosts: Vec<String>,
    allows_private: bool,
}

impl AddressPolicy {
    /// For an API by its root. `hosts` may hold its pages too; `allows_private` permits addresses
    /// of private networks, which an API on such an address permits by itself.
    ///
    /// # Errors
    /// When the root is no http(s) address.
    pub fn of_api(
        root: &str,
        hosts: &[String],
        allows_private: bool,
    ) -> Result<Self, AddressError> {
        let own = Origin::of(root)?;
        let hosts = hosts.iter().map(|host| host.trim().to_ascii_lowercase()).collect();
        let allows_private = allows_private || own.is_private();
        Ok(Self { own: Some(own), hosts, allows_private })
    }

    /// For a catalogue in a file of this machine: its items may lie anywhere.
    pub fn of_file() -> Self {
        Self { own: None, hosts: Vec::new(), allows_private: true }
    }

    /// Whether addresses of private networks are permitted.
    pub fn allows_private(&self) -> bool {
        self.allows_private
    }

    /// The API's own origin; `None` for a catalogue in a file.
    pub fn own(&self) -> Option<&Origin> {
        self.own.as_ref()
    }

    /// Whether a page of the catalogue may be requested, or a redirect of one: on the API's own
    /// origin, or on one of the hosts named beside it.
    ///
    /// # Errors
    /// The reason, where it may not.
    pub fn check_page(&self, url: &str) -> Result<(), AddressError> {
        let origin = Origin::of(url)?;
        if self.own.as_ref() == Some(&origin) {
            return Ok(());
        }
        if !self.hosts.contains(&origin.host) {
            return Err(AddressError::OtherOrigin);
        }
        self.check_private(&origin)
    }

    /// Whether a file that an item names may be read, or a redirect of one. A catalogue in a file
    /// may name paths.
    ///
    /// A name is not resolved here: the code that connects checks each address with [`is_private`].
    ///
    /// # Errors
    /// The reason, where it may not.
    pub fn check_file(&self, href: &str) -> Result<(), AddressError> {
        match (Origin::of(href), storage_error(href)) {
            (Ok(origin), _) => self.check_private(&origin),
            (Err(_), Some(error)) => Err(error),
            (Err(_), None) if self.own.is_none() => Ok(()),
            (Err(error), None) => Err(error),
        }
    }

    /// Whether the files that a map reads of an item may be read.
    ///
    /// # Errors
    /// The reason, where it may not.
    pub fn check_item(&self, item: &Item) -> Result<(), AddressError> {
        let bands =
            SpectralIndex::MAPPED.bands().into_iter().filter_map(|role| item.band(role).ok());
        let masks = item.mask().into_iter().chain(item.haze()).map(|(_, band)| band);
        bands.chain(masks).try_for_each(|band| self.check_file(&band.asset.href))
    }

    fn check_private(&self, origin: &Origin) -> Result<(), AddressError> {
        if self.allows_private || !origin.is_private() {
            Ok(())
        } else {
            Err(AddressError::Private)
        }
    }
}

impl Origin {
    /// The origin of an address.
    ///
    /// Stricter than the readers of addresses that act on it, so that none of them finds another
    /// host in it: no control characters or spaces, no backslashes, no user name, a host of
    /// letters, digits, dots and hyphens.
    ///
    /// # Errors
    /// When it is no http(s) address, or malformed.
    pub fn of(url: &str) -> Result<Self, AddressError> {
        let (scheme, rest) = url.split_once(':').ok_or(AddressError::NotHttp)?;
        let is_https = scheme.eq_ignore_ascii_case("https");
        if !is_https && !scheme.eq_ignore_ascii_case("http") {
            return Err(AddressError::NotHttp);
        }
        let rest = rest.strip_prefix("//").ok_or(AddressError::Malformed)?;
        if url.len() > MAX_ADDRESS_BYTES
            || url.bytes().any(|byte| byte <= b' ' || byte == b'\\' || byte == 0x7f)
        {
            return Err(AddressError::Malformed);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let port = match port {
            None | Some("") => Ok(if is_https { 443 } else { 80 }),
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse(),
            Some(_) => return Err(AddressError::Malformed),
        };
        let host = host.to_ascii_lowercase();
        let is_named =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let is_host = match host.strip_prefix('[') {
            Some(literal) => ipv6(literal).is_some(),
            None => {
                !host.is_empty()
                    && host.bytes().all(is_named)
                    && (!ends_in_number(&host) || ipv4(&host).is_some())
            }
        };
        match port {
            Ok(port) if is_host && port != 0 => Ok(Self { is_https, host, port }),
            _ => Err(AddressError::Malformed),
        }
    }

    /// The host in lower case; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the host is this machine, or an address of a private network, as far as its spelling
    /// states.
    fn is_private(&self) -> bool {
        if let Some(literal) = self.host.strip_prefix('[') {
            return ipv6(literal).is_none_or(|ip| is_private(ip.into()));
        }
        if let Some(ip) = ipv4(&self.host) {
            return is_private(ip.into());
        }
        let name = self.host.trim_end_matches('.');
        name == "localhost" || name.ends_with(".localhost")
    }
}

/// Why an address of cloud storage is not read; `None` for any other.
fn storage_error(href: &str) -> Option<AddressError> {
    let (scheme, _) = href.split_once("://")?;
    match scheme.to_ascii_lowercase().as_str() {
        "s3" | "s3a" | "s3n" | "gs" => Some(AddressError::NotPublic),
        "abfs" | "abfss" | "az" | "azure" | "adl" | "wasb" | "wasbs" | "swift" | "oss" | "obs" => {
            Some(AddressError::OtherStorage)
        }
        _ => None,
    }
}

/// An IPv6 address that ends with its bracket.
fn ipv6(literal: &str) -> Option<Ipv6Addr> {
    literal.strip_suffix(']')?.parse().ok()
}

/// Whether the last part of a host is a number, by which it can be no name.
fn ends_in_number(host: &str) -> bool {
    let last = host.strip_suffix('.').unwrap_or(host).rsplit('.').next().unwrap_or_default();
    last.bytes().all(|byte| byte.is_ascii_digit()) || number(last).is_some()
}

/// An IPv4 address in any of the spellings that resolvers and browsers understand: one to four
/// parts, each decimal, octal or hexadecimal, the last filling what is left: `127.0.0.1`, `127.1`,
/// `0x7f.1`, `2130706433`.
fn ipv4(host: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u32> =
        host.strip_suffix('.').unwrap_or(host).split('.').map(number).collect::<Option<_>>()?;
    let (last, leading) = parts.split_last()?;
    if leading.len() > 3 || leading.iter().any(|part| *part > 255) {
        return None;
    }
    let left_bits = 32 - 8 * leading.len() as u32;
    if left_bits < 32 && *last >> left_bits != 0 {
        return None;
    }
    let start = leading.iter().fold(0u64, |sum, part| sum << 8 | u64::from(*part)) << left_bits;
    Some(Ipv4Addr::from((start as u32) | *last))
}

/// A part of an IPv4 address.
fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some("") => return Some(0),
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    // `from_str_radix` takes a sign.
    if digits.starts_with(['+', '-']) { None } else { u32::from_str_radix(digits, radix).ok() }
}

/// Whether an address belongs to this machine, to a private network, or to none: loopback,
/// link-local, unspecified, multicast, reserved, shared by providers, and what carries such an IPv4
/// address within.
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    match a {
        0 | 10 | 127 | 224.. => true,
        100 => (64..128).contains(&b),
        // The services of a machine in Azure's cloud.
        168 => ip.octets() == [168, 63, 129, 16],
        169 => b == 254,
        172 => (16..32).contains(&b),
        192 => b == 168 || (b, c) == (0, 0),
        198 => matches!(b, 18 | 19),
        _ => false,
    }
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let carried =
        |high: u16, low: u16| is_private_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match a {
        // NAT64: a provider's, and a network's own.
        0x64 if b == 0xff9b => [c, d, e, f] != [0; 4] || carried(g, h),
        // Teredo hides where it leads.
        0x2001 if b == 0 => true,
        0x2002 => carried(b, c),
        // All that is routed worldwide. The rest is unspecified, loopback, IPv4 written as IPv6,
        // unique local, link-local, multicast, or reserved.
        0x2000..=0x3fff => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::AddressError::{Malformed, NotHttp, OtherOrigin, Private};
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn api(root: &str) -> AddressPolicy {
        AddressPolicy::of_api(root, &["pages.example.org".to_owned()], false).unwrap()
    }

    #[test]
    fn pages_lie_on_the_catalogues_own_origin_or_on_a_named_host() {
        let check = |url: &str, expected| {
            assert_eq!(api("https://stac.example/v1").check_page(url), expected, "{url}")
        };
        check("https://stac.example/v1/search?token=next:2", Ok(()));
        check("HTTPS://STAC.example:443/elsewhere", Ok(()));
        check("https://stac.example?token=2", Ok(()));
        check("http://pages.example.org:8080/search", Ok(()));
        check("http://stac.example/v1/search", Err(OtherOrigin));
        check("https://stac.example:8443/v1", Err(OtherOrigin));
        check("https://stac.example.evil/v1", Err(OtherOrigin));
        check("https://more.pages.example.org/", Err(OtherOrigin));
        check("http://169.254.169.254/latest/meta-data", Err(OtherOrigin));
        for other in [
            "/v1/search?page=2",
            "search",
            "file:///etc/passwd",
            "ftp://stac.example/",
            "",
            "gopher:x",
        ] {
            check(other, Err(NotHttp));
        }
        for odd in [
            "https://stac.example@evil/",
            "https://evil\\@stac.example/",
            "https://stac.example\t/",
            "https://stac.example/x\r\nHost: evil",
            "https:stac.example/",
            "https:///stac.example/",
            "https://stac%2eexample/",
            "https://stac.example:port/",
            "https://stac.example:99999/",
            "https://stac.example:0/",
            "https://ｓｔａｃ.example/",
            "https://[::1/",
        ] {
            check(odd, Err(Malformed));
        }
    }

    #[test]
    // Long: one row for each spelling of a host.
    fn private_hosts_are_known_in_every_spelling() {
        let refused = [
            "http://localhost/",
            "http://LOCALHOST.:80/",
            "http://a.localhost/",
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0X7F000001/",
            "http://017700000001/",
            "http://0177.0.0.1/",
            "http://0/",
            "http://0.0.0.0/",
            "http://0x/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://172.31.255.255/",
            "http://192.168.1/",
            "http://169.254.169.254/",
            "http://100.64.0.1/",
            "http://100.127.255.255/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://192.0.0.192/",
            "http://198.18.0.1/",
            "http://127.0.0.1./",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[::ffff:8.8.8.8]/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://[ff02::1]/",
            "http://[64:ff9b::a00:1]/",
            "http://[2002:a00:1::]/",
            "http://[0:0:0:0:0:0:0:1]:8080/",
            "http://[::127.0.0.1]/",
        ];
        for href in refused {
            assert_eq!(api("https://stac.example/v1").check_file(href), Err(Private), "{href}");
            assert_eq!(AddressPolicy::of_file().check_file(href), Ok(()), "{href}");
            assert_eq!(api("http://10.0.0.7:8080/stac").check_file(href), Ok(()), "{href}");
        }
        let open = [
            "https://sentinel-cogs.s3.us-west-2.amazonaws.com/sentinel-s2-l2a-cogs/10/T/FK/B8A.tif",
            "https://a.blob.core.windows.net/B5.TIF?st=2026&sig=x%3D",
            "http://8.8.8.8/",
            "http://172.32.0.1/",
            "http://100.128.0.1/",
            "http://[2606:4700::1]/",
            "http://[64:ff9b::808:808]/",
            "http://localhost.example/",
            "http://0x7f.example/",
            "https://host/größe.tif",
        ];
        for href in open {
            assert_eq!(api("https://stac.example/v1").check_file(href), Ok(()), "{href}");
        }
        for odd in [
            "http://256.1.1.1/",
            "http://1.2.3.4.5/",
            "http://1.2.3.08/",
            "http://[::1]x/",
            "http://99999999999/",
        ] {
            assert_eq!(api("https://stac.example/v1").check_file(odd), Err(Malformed), "{odd}");
        }
    }

    #[test]
    fn only_a_catalogue_in_a_file_names_paths() {
        for path in ["/data/B8A.tif", "B8A.tif", "file:///etc/passwd", "/vsicurl/http://a/b", ""] {
            assert_eq!(api("http://127.0.0.1:8080/stac").check_file(path), Err(NotHttp), "{path}");
            assert_eq!(AddressPolicy::of_file().check_file(path), Ok(()), "{path}");
        }
        assert_eq!(
            api("https://stac.example").check_file("http://user@host/B8A.tif"),
            Err(Malformed)
        );
    }

    #[test]
    fn storage_without_a_public_address_is_named() {
        for policy in [api("https://stac.example"), AddressPolicy::of_file()] {
            let check = |href: &str, part: &str| {
                let message = policy.check_file(href).unwrap_err().to_string();
                assert!(message.contains(part), "{href}: {message}");
            };
            check("s3://usgs-landsat/B5.TIF", "storage:requester_pays");
            check("ABFS://data@account.dfs.core.windows.net/B5.TIF", "abfs");
            check("az://data/B5.TIF", "https addresses");
        }
    }

    #[test]
    fn a_setting_permits_private_addresses() {
        let policy = AddressPolicy::of_api("https://stac.example/v1", &[], true).unwrap();
        assert_eq!(policy.check_file("http://10.0.0.1/B8A.tif"), Ok(()));
        assert_eq!(policy.check_page("http://10.0.0.1/search"), Err(OtherOrigin));
        assert!(AddressPolicy::of_api("items.json", &[], true).is_err());
    }

    #[test]
    fn a_named_host_may_not_be_private() {
        let policy =
            AddressPolicy::of_api("https://stac.example/v1", &["localhost".to_owned()], false)
                .unwrap();
        assert_eq!(policy.check_page("http://localhost/search"), Err(Private));
    }
}
