//! Files in cloud storage by the addresses at which everybody can read them.
//!
//! Catalogues name files as `s3://bucket/key` or `gs://bucket/key`, often with an alternate
//! https address beside (STAC extensions `alternate-assets` and `storage`).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::reference::{push_encoded, scheme};
use super::{Item, lenient};

/// What an item, or one of its files, states of where files are stored.
#[derive(Clone, Debug, Default, Deserialize)]
struct StoredAt {
    #[serde(default, rename = "storage:region", deserialize_with = "lenient::text")]
    region: Option<String>,
    #[serde(default, rename = "storage:requester_pays", deserialize_with = "lenient::flag")]
    requester_pays: Option<bool>,
    #[serde(default, rename = "storage:refs", deserialize_with = "lenient::list")]
    refs: Vec<String>,
    #[serde(default, rename = "storage:schemes", deserialize_with = "lenient::map")]
    schemes: BTreeMap<String, StorageScheme>,
}

/// A scheme of the extension `storage`, version 2.
#[derive(Clone, Debug, Default, Deserialize)]
struct StorageScheme {
    #[serde(default, rename = "type", deserialize_with = "lenient::text")]
    kind: Option<String>,
    /// A template with `{bucket}` and `{region}`.
    #[serde(default, deserialize_with = "lenient::text")]
    platform: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    region: Option<String>,
    #[serde(default, deserialize_with = "lenient::flag")]
    requester_pays: Option<bool>,
}

/// A file, as far as its address depends on it.
struct StoredFile {
    alternate: BTreeMap<String, Value>,
    stored_at: StoredAt,
}

impl<'de> Deserialize<'de> for StoredFile {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        struct Alternates {
            #[serde(default, deserialize_with = "lenient::map")]
            alternate: BTreeMap<String, Value>,
        }
        // Read twice, as a flattened struct cannot hold raw values.
        let raw = Box::<RawValue>::deserialize(from)?;
        let Alternates { alternate } = serde_json::from_str(raw.get()).unwrap_or_default();
        Ok(Self { alternate, stored_at: serde_json::from_str(raw.get()).unwrap_or_default() })
    }
}

/// An item, as far as the addresses of its files depend on it.
#[derive(Deserialize)]
struct StoredItem {
    #[serde(default, deserialize_with = "lenient::object")]
    properties: Option<StoredAt>,
    #[serde(default, deserialize_with = "lenient::map")]
    assets: BTreeMap<String, StoredFile>,
}

/// Replaces the addresses of files that no browser opens by their alternate over http(s), or by
/// the https form of a public bucket. `json` is the text of the item. What remains as `s3:` lies in
/// a bucket whose readers pay.
pub(super) fn replace_storage_hrefs(item: &mut Item, json: &str) {
    for asset in item.assets.values_mut() {
        if let Some(address) = address_of_gdal_path(&asset.href) {
            asset.href = address;
        }
    }
    let is_stored = |href: &str| scheme(href).is_some_and(|scheme| !is_direct(scheme));
    if !item.assets.values().any(|asset| is_stored(&asset.href)) {
        return;
    }
    let Ok(stored) = serde_json::from_str::<StoredItem>(json) else { return };
    let of_item = stored.properties.unwrap_or_default();
    for (key, asset) in item.assets.iter_mut().filter(|(_, asset)| is_stored(&asset.href)) {
        let Some(file) = stored.assets.get(key) else { continue };
        let replaced = file.http_alternate().or_else(|| file.public_href(&asset.href, &of_item));
        if let Some(href) = replaced {
            asset.href = href;
        }
    }
}

/// Prefixes of GDAL's virtual file systems, and what stands for each in an address.
const GDAL_PREFIXES: [(&str, &str); 5] = [
    ("/vsicurl/", ""),
    ("/vsicurl_streaming/", ""),
    ("/vsis3/", "s3://"),
    ("/vsigs/", "gs://"),
    ("/vsiaz/", "az://"),
];

/// The address of a file that is named by a path of GDAL's virtual file systems, as catalogues made
/// with it do; `None` for other names.
fn address_of_gdal_path(href: &str) -> Option<String> {
    let (prefix, start) = GDAL_PREFIXES.iter().find(|(prefix, _)| href.starts_with(prefix))?;
    let address = format!("{start}{}", &href[prefix.len()..]);
    scheme(&address).is_some().then_some(address)
}

/// Whether addresses of a scheme are read, or belong to this machine.
fn is_direct(scheme: &str) -> bool {
    ["http", "https", "file"].iter().any(|direct| scheme.eq_ignore_ascii_case(direct))
}

impl StoredFile {
    /// The alternate named `https` or `http`, which may be relative; else the first with such an
    /// address.
    fn http_alternate(&self) -> Option<String> {
        let href =
            |alternate: &Value| alternate.get("href").and_then(Value::as_str).map(str::to_owned);
        let is_open = |href: &String| {
            scheme(href)
                .is_none_or(|scheme| is_direct(scheme) && !scheme.eq_ignore_ascii_case("file"))
        };
        let named = ["https", "http"].into_iter().filter_map(|name| self.alternate.get(name));
        let any = self
            .alternate
            .values()
            .filter(|alternate| href(alternate).is_some_and(|href| scheme(&href).is_some()));
        named.chain(any).filter_map(href).find(is_open)
    }

    /// The https form of an address in a public bucket.
    fn public_href(&self, href: &str, of_item: &StoredAt) -> Option<String> {
        let (kind, place) = href.split_once("://")?;
        let (bucket, key) = place.split_once('/').filter(|(bucket, _)| is_bucket(bucket))?;
        let key = encoded_key(key);
        match kind.to_ascii_lowercase().as_str() {
            "gs" => Some(format!("https://storage.googleapis.com/{bucket}/{key}")),
            "s3" | "s3a" | "s3n" => {
                let stored = StoredAsset::of(&self.stored_at, of_item);
                (!stored.requester_pays).then(|| format!("{}/{key}", stored.s3_root(bucket)))
            }
            _ => None,
        }
    }
}

/// Where one file is stored, of what the file and its item state.
struct StoredAsset<'a> {
    region: Option<&'a str>,
    /// Of storage that is not Amazon's.
    platform: Option<&'a str>,
    requester_pays: bool,
}

impl<'a> StoredAsset<'a> {
    fn of(file: &'a StoredAt, item: &'a StoredAt) -> Self {
        let schemes = || file.schemes.iter().chain(&item.schemes);
        let referred = file.refs.iter().chain(&item.refs);
        let mut named = referred.filter_map(|name| schemes().find(|(key, _)| *key == name));
        let only = || schemes().next().filter(|_| schemes().count() == 1);
        let scheme = named.next().or_else(only).map(|(_, scheme)| scheme);
        let is_custom = |scheme: &&StorageScheme| scheme.kind.as_deref() == Some("custom-s3");
        let region = scheme.and_then(|scheme| scheme.region.as_deref());
        let pays = scheme.and_then(|scheme| scheme.requester_pays);
        Self {
            region: region.or(file.region.as_deref()).or(item.region.as_deref()).filter(is_name),
            platform: scheme.filter(is_custom).and_then(|scheme| scheme.platform.as_deref()),
            requester_pays: pays.or(file.requester_pays).or(item.requester_pays) == Some(true),
        }
    }

    /// The address of a bucket. A dot in its name fits no certificate, so that the name then
    /// stands in the path.
    fn s3_root(&self, bucket: &str) -> String {
        if let Some(platform) = self.platform {
            let root = platform.replace("{region}", self.region.unwrap_or_default());
            let root = root.trim_end_matches('/');
            return if root.contains("{bucket}") {
                root.replace("{bucket}", bucket)
            } else {
                format!("{root}/{bucket}")
            };
        }
        let region = self.region.map_or_else(String::new, |region| format!(".{region}"));
        if bucket.contains('.') {
            format!("https://s3{region}.amazonaws.com/{bucket}")
        } else {
            format!("https://{bucket}.s3{region}.amazonaws.com")
        }
    }
}

fn is_bucket(name: &str) -> bool {
    name.len() > 2
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

fn is_name(region: &&str) -> bool {
    region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && !region.is_empty()
}

/// The key of an object in the path of an address.
fn encoded_key(key: &str) -> String {
    let mut text = String::new();
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/%=".contains(&byte) {
            text.push(char::from(byte));
        } else {
            push_encoded(&mut text, byte);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::ItemCollection;
    use super::address_of_gdal_path;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Where a file is read whose asset and item state this.
    fn check(asset: &str, properties: &str, expected: &str) {
        let page = format!(
            r#"{{"features":[{{"id":"a","properties":{{{properties}}},"assets":{{"nir08":{{{asset}}}}}}}]}}"#
        );
        let item = ItemCollection::read(page.as_bytes()).unwrap().features.remove(0);
        assert_eq!(item.assets["nir08"].href, expected, "{asset} {properties}");
    }

    #[test]
    fn paths_of_gdal_s_virtual_file_systems_are_addresses() {
        for (path, address) in [
            ("/vsicurl/https://a.example/b/c.tif", Some("https://a.example/b/c.tif")),
            ("/vsis3/bucket/b/c.tif", Some("s3://bucket/b/c.tif")),
            ("/vsigs/bucket/c.tif", Some("gs://bucket/c.tif")),
            ("/vsicurl/c.tif", None),
            ("/vsizip/a.zip/c.tif", None),
            ("https://a.example/vsis3/c.tif", None),
        ] {
            assert_eq!(address_of_gdal_path(path).as_deref(), address, "{path}");
        }
    }

    #[test]
    fn an_alternate_over_http_is_read_in_place_of_a_bucket() {
        let s3 = r#""href":"s3://data/a.tif""#;
        let with = |alternate: &str| format!(r#"{s3},"alternate":{alternate}"#);
        check(
            &with(r#"{"https":{"href":"https://h.example/a.tif"}}"#),
            "",
            "https://h.example/a.tif",
        );
        check(&with(r#"{"https":{"href":"./a.tif"}}"#), "", "./a.tif");
        check(&with(r#"{"public":{"href":"HTTPS://h/a.tif"},"x":7}"#), "", "HTTPS://h/a.tif");
        check(
            &with(r#"{"gcs":{"href":"gs://b/a.tif"}}"#),
            "",
            "https://data.s3.amazonaws.com/a.tif",
        );
        check(&with("7"), "", "https://data.s3.amazonaws.com/a.tif");
        let pays = r#""storage:requester_pays":true"#;
        check(&with(r#"{"https":{"href":"https://h/a.tif"}}"#), pays, "https://h/a.tif");
        check(
            r#""href":"https://h/a.tif","alternate":{"s3":{"href":"s3://data/a.tif"}}"#,
            pays,
            "https://h/a.tif",
        );
    }

    #[test]
    fn a_public_bucket_has_an_address_over_https() {
        let s3 = r#""href":"s3://data/my dir/a+b.tif""#;
        check(s3, "", "https://data.s3.amazonaws.com/my%20dir/a%2Bb.tif");
        check(
            s3,
            r#""storage:region":"af-south-1""#,
            "https://data.s3.af-south-1.amazonaws.com/my%20dir/a%2Bb.tif",
        );
        check(
            r#""href":"S3://my.data/a.tif","storage:region":"us-west-2""#,
            "",
            "https://s3.us-west-2.amazonaws.com/my.data/a.tif",
        );
        check(r#""href":"gs://data/a.tif""#, "", "https://storage.googleapis.com/data/a.tif");
        let scheme = |fields: &str| format!(r#""storage:schemes":{{"own":{{{fields}}}}}"#);
        check(
            r#""href":"s3://data/a.tif","storage:refs":["own"]"#,
            &scheme(r#""type":"aws-s3","region":"eu-central-1","requester_pays":false"#),
            "https://data.s3.eu-central-1.amazonaws.com/a.tif",
        );
        check(
            r#""href":"s3://eodata/a.tif""#,
            &scheme(r#""type":"custom-s3","platform":"https://s3.cloud.example""#),
            "https://s3.cloud.example/eodata/a.tif",
        );
    }

    #[test]
    fn what_is_not_public_stays_as_it_is() {
        let s3 = r#""href":"s3://usgs-landsat/a.tif""#;
        check(s3, r#""storage:requester_pays":true"#, "s3://usgs-landsat/a.tif");
        for other in ["abfs://data@account.dfs.core.windows.net/a.tif", "s3://e vil@x/a", "s3:///a"]
        {
            check(&format!(r#""href":"{other}""#), "", other);
        }
    }
}
