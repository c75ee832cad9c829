//! `/meta/client.json` where the server is itself the page's catalogue.

use std::fs;

use dragonfly_core::metadata::ClientConfig;

use super::base_url::BaseUrl;
use super::files::Folder;

/// The published settings with this server's STAC API in them; `None` where they stand as published.
pub(super) async fn with_own_stac(meta: &Folder, base: &BaseUrl) -> Option<ClientConfig> {
    let (meta, stac_url) = (meta.clone(), base.path("/stac"));
    let config = tokio::task::spawn_blocking(move || {
        let text = fs::read(meta.find("client.json")?).ok()?;
        without_stac(&text)
    });
    Some(ClientConfig { stac_url: Some(stac_url), ..config.await.ok()?? })
}

/// The settings, when they name no catalogue.
fn without_stac(text: &[u8]) -> Option<ClientConfig> {
    let config: ClientConfig = serde_json::from_slice(text).ok()?;
    config.stac_url.is_none().then_some(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stac_url: &str, own: bool) {
        let text =
            format!(r#"{{"stac_url":{stac_url},"highres_zoom":11,"stale_after_days":30,"attribution":"x","later":1}}"#);
        let config = without_stac(text.as_bytes());
        assert_eq!(config.is_some(), own, "{stac_url}");
        assert!(config.is_none_or(|config| config.other.contains_key("later")));
    }

    #[test]
    fn a_catalogue_of_the_deployment_is_left_alone() {
        check("null", true);
        check(r#""https://earth-search.example/v1""#, false);
    }
}
