//! `/meta/client.json` where the server is itself the page's catalogue.

use dragonfly_core::metadata::ClientConfig;

use super::base_url::BaseUrl;
use super::files::Folder;

/// Far more than any settings take.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// The published settings with this server's STAC API in them; `None` where they stand as
/// published.
pub(super) async fn with_own_stac(meta: &Folder, base: &BaseUrl) -> Option<ClientConfig> {
    let (meta, stac_url) = (meta.clone(), base.path("/stac"));
    let config = tokio::task::spawn_blocking(move || without_stac(published(&meta)?));
    Some(ClientConfig { stac_url: Some(stac_url), ..config.await.ok()?? })
}

/// The published settings; `None` where there are none that can be read.
pub(super) fn published(meta: &Folder) -> Option<ClientConfig> {
    let text = meta.find("client.json").and_then(|file| file.read_whole(MAX_CONFIG_BYTES)).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The settings, when they name no catalogue.
fn without_stac(config: ClientConfig) -> Option<ClientConfig> {
    config.stac_url.is_none().then_some(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stac_url: &str, own: bool) {
        let text = format!(
            r#"{{"stac_url":{stac_url},"highres_zoom":11,"stale_after_days":30,"attribution":"x","later":1}}"#
        );
        let config = without_stac(serde_json::from_str(&text).unwrap());
        assert_eq!(config.is_some(), own, "{stac_url}");
        assert!(config.is_none_or(|config| config.other.contains_key("later")));
    }

    #[test]
    fn a_catalogue_of_the_deployment_is_left_alone() {
        check("null", true);
        check(r#""https://earth-search.example/v1""#, false);
    }
}
