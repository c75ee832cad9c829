//! What the page may do in a reader's browser: the same as behind nginx, whose list of sources is
//! derived here.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use dragonfly_core::metadata::{Basemap, ClientConfig};
use dragonfly_core::overlay::{OverlayKind, SiteOverlay};

use super::client_config;
use super::files::Folder;
use super::origin::origin_of;
use super::stac::CatalogueFile;

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(self)";

/// Published files carry no policy for pages: viewers of pictures and JSON style themselves inline.
const DATA_FOLDERS: [&str; 5] = ["/tiles/", "/raster/", "/ground/", "/meta/", "/stac/"];

/// Hosts of one list; no catalogue of one deployment has so many.
const MAX_SOURCES: usize = 64;

/// From where the page may fetch, besides this server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sources {
    /// The catalogue, its token endpoint, a proxy, the geocoder and the buckets of the images.
    images: BTreeSet<String>,
    /// Basemaps, and the site's logo.
    basemaps: BTreeSet<String>,
    /// Sites that may show the page in a frame; none where it is empty.
    ancestors: BTreeSet<String>,
}

/// A setting that is no origin.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadSourceError {
    #[error(
        "`image_sources` names `{0}`, which is no origin: write scheme and host, such as \
        https://bucket.example"
    )]
    Image(String),
    #[error(
        "`frame_ancestors` names `{0}`, which is no origin: write scheme and host, such as \
        https://news.example, or 'self', or * for every site"
    )]
    Ancestor(String),
}

/// The policy, as far as it is known without a request.
#[derive(Clone)]
pub(super) struct PagePolicy {
    /// By the settings.
    pub(super) configured: Sources,
    /// Where the published settings lie, which are those that the page follows.
    pub(super) meta: Folder,
    /// Its items may lie on other hosts.
    pub(super) catalogue: Option<Arc<CatalogueFile>>,
}

impl Sources {
    /// By what the page gets, and further sources of images.
    ///
    /// # Errors
    /// When one of `images` is no origin.
    pub(super) fn new(config: &ClientConfig, images: &[String]) -> Result<Self, BadSourceError> {
        let mut sources = Self::of_config(config);
        for text in images {
            let is_origin =
                |origin: &String| origin.eq_ignore_ascii_case(text.trim_end_matches('/'));
            let origin = origin_of(text).filter(is_origin);
            sources.images.insert(origin.ok_or_else(|| BadSourceError::Image(text.clone()))?);
        }
        Ok(sources)
    }

    /// The same, for a page that these sites may show in a frame.
    ///
    /// # Errors
    /// When one of them is neither an origin nor `'self'` nor `*`.
    pub(super) fn in_frames_of(mut self, sites: &[String]) -> Result<Self, BadSourceError> {
        for site in sites {
            let is_origin =
                |origin: &String| origin.eq_ignore_ascii_case(site.trim_end_matches('/'));
            let ancestor = match site.as_str() {
                "self" | "'self'" => Some("'self'".to_owned()),
                "*" => Some(site.clone()),
                _ => origin_of(site).filter(is_origin),
            };
            self.ancestors.insert(ancestor.ok_or_else(|| BadSourceError::Ancestor(site.clone()))?);
        }
        Ok(self)
    }

    fn of_config(config: &ClientConfig) -> Self {
        let token_url = config.other.get("token_url").and_then(|url| url.as_str());
        let layers = config.other.get("overlays").cloned();
        // Layers that cannot be read are not shown either.
        let layers: Vec<SiteOverlay> =
            layers.and_then(|it| serde_json::from_value(it).ok()).unwrap_or_default();
        let overlays = |kinds: &'static [OverlayKind]| {
            let of_kind = layers.iter().filter(|overlay| kinds.contains(&overlay.kind));
            of_kind.map(|overlay| overlay.url.as_str())
        };
        let logo = config.page.as_ref().and_then(|page| page.logo.as_deref());
        let urls = [
            config.stac_url.as_deref(),
            config.proxy_base.as_deref(),
            config.geocoder_url.as_deref(),
            token_url,
        ];
        Self {
            images: urls
                .into_iter()
                .flatten()
                .chain(overlays(&[OverlayKind::GeoJson]))
                .filter_map(origin_of)
                .collect(),
            basemaps: config
                .basemaps
                .iter()
                .flat_map(Basemap::addresses)
                .chain(logo)
                .chain(overlays(&[OverlayKind::Xyz, OverlayKind::Wms]))
                .filter_map(origin_of)
                .collect(),
            ancestors: BTreeSet::new(),
        }
    }

    /// The `Content-Security-Policy`.
    fn policy(&self) -> String {
        let list = |sources: &BTreeSet<String>| -> String {
            sources.iter().take(MAX_SOURCES).map(|source| format!(" {source}")).collect()
        };
        let ancestors =
            if self.ancestors.is_empty() { " 'none'".to_owned() } else { list(&self.ancestors) };
        format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src \
            'self'; img-src 'self' data: blob:{}; connect-src 'self'{}; worker-src 'self'; \
            manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors{ancestors}",
            list(&self.basemaps),
            list(&self.images)
        )
    }
}

/// Adds the policies to every answer that may be part of the page.
pub(super) async fn add(
    State(policy): State<PagePolicy>,
    request: Request,
    next: Next,
) -> Response {
    let is_data = DATA_FOLDERS.iter().any(|folder| request.uri().path().starts_with(folder));
    let content_policy = if is_data { None } else { policy.current().await };
    let mut response = next.run(request).await;
    insert(response.headers_mut(), content_policy);
    response
}

fn insert(headers: &mut HeaderMap, content_policy: Option<HeaderValue>) {
    headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS));
    if let Some(policy) = content_policy {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

impl PagePolicy {
    /// By the settings, the published settings and the catalogue's items as they are now.
    async fn current(&self) -> Option<HeaderValue> {
        let policy = self.clone();
        let sources = tokio::task::spawn_blocking(move || policy.sources());
        // Without its sources the page is still shown.
        let sources = sources.await.unwrap_or_else(|_| self.configured.clone());
        HeaderValue::from_str(&sources.policy()).ok()
    }

    fn sources(&self) -> Sources {
        let mut sources = self.configured.clone();
        if let Some(published) = client_config::published(&self.meta) {
            let Sources { images, basemaps, .. } = Sources::of_config(&published);
            sources.images.extend(images);
            sources.basemaps.extend(basemaps);
        }
        if let Some(catalogue) = &self.catalogue {
            sources.images.extend(catalogue.origins());
        }
        sources
    }
}

#[cfg(test)]
mod tests {
    use dragonfly_core::page_config::PageConfig;

    use super::*;

    fn config() -> ClientConfig {
        serde_json::from_str(
            r#"{"stac_url":"https://stac.example/v1","token_url":"https://tokens.example/sas","highres_zoom":11,
                "geocoder_url":"https://geo.example/nominatim","proxy_base":"/proxy/","stale_after_days":30,"attribution":"x",
                "basemaps":[{"title":"a","url":"https://tile.example/{z}/{x}/{y}.png","attribution":"x"}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn the_default_basemaps_may_be_shown_by_both_servers() {
        let file: toml::Table =
            toml::from_str(include_str!("../../../config/dragonfly.toml")).unwrap();
        let basemaps: Vec<Basemap> = file["basemaps"].clone().try_into().unwrap();
        let ours = Sources::of_config(&ClientConfig { basemaps, ..config() }).basemaps;
        let site = include_str!("../../../config/nginx/dragonfly.conf");
        let theirs = of_nginx(site, "map \"\" $dragonfly_basemap_sources {\n    default");
        assert_eq!(ours.iter().map(String::as_str).collect::<Vec<_>>().join(" "), theirs);
    }

    #[test]
    fn names_above_severity_may_lie_on_another_host() {
        let mut config = config();
        config.basemaps[0].labels = Some("https://names.example/{z}/{x}/{y}.png".to_owned());
        let policy = Sources::of_config(&config).policy();
        assert!(policy.contains("https://names.example https://tile.example;"), "{policy}");
    }

    #[test]
    fn sources_follow_from_the_settings() {
        let sources = Sources::new(&config(), &["https://bucket.example/".to_owned()]).unwrap();
        let policy = sources.policy();
        assert!(policy.contains(
            "connect-src 'self' https://bucket.example https://geo.example https://stac.example \
            https://tokens.example; worker-src"
        ));
        assert!(
            policy.contains("img-src 'self' data: blob: https://tile.example; connect-src"),
            "{policy}"
        );
        let message =
            Sources::new(&config(), &["bucket.example".to_owned()]).unwrap_err().to_string();
        assert!(message.contains("`bucket.example`"), "{message}");
        for bad in
            ["https://a.example/path", "https://a.example; script-src *", "'unsafe-eval'", "*", ""]
        {
            assert!(Sources::new(&config(), &[bad.to_owned()]).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_the_sites_of_the_settings_may_show_the_page_in_a_frame() {
        let sources = || Sources::new(&config(), &[]).unwrap();
        assert!(sources().policy().ends_with("frame-ancestors 'none'"));
        let sites = ["self", "https://news.example/", "https://*.county.example"];
        let policy = sources().in_frames_of(&sites.map(str::to_owned)).unwrap().policy();
        let expected = "frame-ancestors 'self' https://*.county.example https://news.example";
        assert!(policy.ends_with(expected), "{policy}");
        let every = sources().in_frames_of(&["*".to_owned()]).unwrap().policy();
        assert!(every.ends_with("frame-ancestors *"), "{every}");
        for bad in ["news.example", "https://a.example; script-src *", "'none'", ""] {
            let message = sources().in_frames_of(&[bad.to_owned()]).unwrap_err().to_string();
            assert!(message.contains("`frame_ancestors`"), "{message}");
        }
    }

    #[test]
    fn a_logo_on_another_host_may_be_shown() {
        let page = PageConfig {
            logo: Some("https://logos.example/a.svg".to_owned()),
            ..PageConfig::default()
        };
        let policy = Sources::of_config(&ClientConfig { page: Some(page), ..config() }).policy();
        assert!(policy.contains("blob: https://logos.example https://tile.example;"), "{policy}");
    }

    #[test]
    fn layers_may_be_requested_by_their_kind() {
        let overlays = r#"[
            {"title":"P","kind":"geojson","url":"https://shapes.example/p.geojson","attribution":"x"},
            {"title":"T","kind":"xyz","url":"https://{s}.zones.example/{z}/{x}/{y}.png","attribution":"x"},
            {"title":"W","kind":"wms","url":"https://wms.example/?map=a","attribution":"x","layers":"a"},
            {"title":"S","kind":"geojson","url":"/own.geojson","attribution":"x"}]"#;
        let mut config = config();
        config.other.insert("overlays".to_owned(), serde_json::from_str(overlays).unwrap());
        let policy = Sources::of_config(&config).policy();
        assert!(policy.contains(
            "img-src 'self' data: blob: https://*.zones.example https://tile.example https://wms.example;"
        ), "{policy}");
        assert!(policy.contains(" https://shapes.example "), "{policy}");
    }

    /// The value in quotes behind the key in nginx's site.
    fn of_nginx<'a>(site: &'a str, key: &str) -> &'a str {
        let (_, rest) = site.split_once(key).unwrap();
        rest.split('"').nth(1).unwrap()
    }

    #[test]
    fn the_policies_are_those_of_nginx() {
        let site = include_str!("../../../config/nginx/dragonfly.conf");
        let [images, basemaps] = ["image", "basemap"].map(|list| {
            of_nginx(site, &format!("map \"\" $dragonfly_{list}_sources {{\n    default"))
        });
        let ancestors = of_nginx(site, "map \"\" $dragonfly_frame_ancestors {\n    default");
        assert_eq!(ancestors, "'none'");
        let theirs = of_nginx(site, "map $uri $dragonfly_policy {\n    default")
            .replace("$dragonfly_image_sources", images)
            .replace("$dragonfly_basemap_sources", basemaps)
            .replace("$dragonfly_frame_ancestors", ancestors);
        let set = |list: &str| list.split(' ').map(str::to_owned).collect();
        let ours =
            Sources { images: set(images), basemaps: set(basemaps), ancestors: BTreeSet::new() };
        assert_eq!(ours.policy(), theirs);
        assert_eq!(of_nginx(site, "add_header Permissions-Policy"), PERMISSIONS);
    }
}
