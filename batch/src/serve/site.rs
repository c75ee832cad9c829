//! Which address leads where, and what every answer carries.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use super::base_url::BaseUrl;
use super::compression::Encoders;
use super::files::{Folder, not_found};
use super::policy::{PagePolicy, Sources};
use super::stac::CatalogueFile;
use super::{caching, client_config, compression, cors, policy, stac};

/// What there is to serve.
pub(super) struct Site {
    /// The built page.
    pub(super) page: Folder,
    /// Tiles, rasters and metadata.
    pub(super) published: Folder,
    /// Scenes for the page's high resolution.
    pub(super) catalogue: Option<Arc<CatalogueFile>>,
    /// From where the page may fetch, by the settings.
    pub(super) sources: Sources,
}

/// The whole site.
pub(super) fn router(site: &Site) -> Router {
    let meta = site.published.flat_room("meta", "json");
    let policy = PagePolicy {
        configured: site.sources.clone(),
        meta: meta.clone(),
        catalogue: site.catalogue.clone(),
    };
    let router = Router::new()
        .route("/", index(site.page.clone()))
        .route("/{*path}", files(site.page.clone()))
        .route("/tiles/{*path}", files(site.published.room("tiles", &["png"])))
        .route("/raster/{*path}", files(site.published.room("raster", &["tif", "json"])))
        .route("/ground/{*path}", files(site.published.flat_room("ground", "pmtiles")))
        .route("/meta/fires/{*path}", files(site.published.flat_room("meta/fires", "geojson")))
        .route("/meta/{*path}", files(meta.clone()));
    let router = match &site.catalogue {
        Some(catalogue) => router
            .route("/meta/client.json", client_json(meta))
            .merge(stac::router(Arc::clone(catalogue))),
        None => router,
    };
    router
        .fallback(async || not_found())
        .layer(from_fn_with_state(Encoders::new(), compression::reserve_encoder))
        .layer(compression::layer())
        .layer(from_fn(compression::whole_where_bytes_are_counted))
        .layer(cors::layer())
        .layer(from_fn(caching::say_how_long))
        .layer(from_fn_with_state(policy, policy::add))
        .layer(header_always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // The origin is kept: public basemaps refuse requests that do not state where they come
        // from.
        .layer(header_always(header::REFERRER_POLICY, "strict-origin-when-cross-origin"))
        .layer(TraceLayer::new_for_http())
}

fn header_always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

fn index(folder: Folder) -> MethodRouter {
    get(async move |request: Request| folder.answer("index.html", request).await)
}

fn files(folder: Folder) -> MethodRouter {
    get(async move |path: Result<Path<String>, PathRejection>, request: Request| match path {
        Ok(Path(path)) => folder.answer(&path, request).await,
        Err(_) => not_found(),
    })
}

fn client_json(folder: Folder) -> MethodRouter {
    get(async move |base: BaseUrl, request: Request| {
        match client_config::with_own_stac(&folder, &base).await {
            Some(config) => Json(config).into_response(),
            None => folder.answer("client.json", request).await,
        }
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::sync::mpsc;
    use std::thread;

    use serde_json::json;

    use super::super::{Served, run};

    const RUN: &str = "20250822T030000Z1a2b";

    /// A server over a page, a tile, a raster and a scene; it stops with the tests.
    fn start() -> (tempfile::TempDir, SocketAddr) {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, content: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        };
        write("dist/index.html", "<!doctype html>");
        write("root/ground/region.pmtiles", "PMTiles\x03abc");
        write("root/ground/region.txt", "");
        write("dist/page-0123456789abcdef.js", &"let a = 1;\n".repeat(1000));
        write("dist/ready-0123456789abcdef.js", "let b");
        write("dist/ready-0123456789abcdef.js.br", "brotli");
        write("dist/ready-0123456789abcdef.js.gz", "gz");
        write(&format!("root/tiles/madre/{RUN}/dnbr/6/10/25.png"), "tile");
        write(
            "root/meta/client.json",
            r#"{"highres_zoom":11,"stale_after_days":30,"attribution":"x"}"#,
        );
        write("nir.tif", "MM\0*456789");
        let scene = json!({ "id": "a", "collection": "c", "bbox": [0, 0, 1, 1], "assets": { "nir08": { "href": "nir.tif" }, "far": { "href": "https://far.example/a.tif" } },
            "properties": { "datetime": "2025-06-01T00:00:00Z" } });
        write("items.json", &json!({ "features": [scene] }).to_string());

        let served = Served {
            listen: ([127, 0, 0, 1], 0).into(),
            dist: folder.path().join("dist"),
            root: folder.path().join("root"),
            catalogue: Some(folder.path().join("items.json")),
            client: crate::deployment::settings::Settings::default().client_config(&[]).unwrap(),
            image_sources: vec!["https://bucket.example".to_owned()],
            frame_ancestors: Vec::new(),
        };
        let (ready, address) = mpsc::channel();
        thread::spawn(move || run(&served, |address| ready.send(address).unwrap()));
        (folder, address.recv().unwrap())
    }

    /// The answer's head and body as they come over the wire.
    fn send(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        let (first, more) = request.split_once('\n').unwrap_or((request, ""));
        let more: String = more.lines().map(|line| format!("{line}\r\n")).collect();
        write!(stream, "{first} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n")
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The value of a field of the answer's head.
    fn field(answer: &str, name: &str) -> String {
        let line = answer.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in\n{answer}")).to_owned()
    }

    #[test]
    fn the_page_has_a_policy_and_published_files_have_none() {
        let (_folder, address) = start();
        let tile = format!("/tiles/madre/{RUN}/dnbr/6/10/25.png");
        for path in ["/", "/index.html", "/page-0123456789abcdef.js", "/absent.html"] {
            let answer = send(address, &format!("GET {path}"));
            let policy = field(&answer, "content-security-policy");
            assert!(
                policy.contains("connect-src 'self' https://bucket.example https://far.example;"),
                "{policy}"
            );
            assert!(
                policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"),
                "{policy}"
            );
        }
        for path in [
            &tile,
            "/meta/client.json",
            "/stac/search",
            "/ground/region.pmtiles",
            "/stac/assets/a/nir08/nir.tif",
            "/tiles/absent",
        ] {
            assert!(
                !send(address, &format!("GET {path}")).contains("content-security-policy"),
                "{path}"
            );
        }
        for path in ["/", &tile, "/meta/client.json", "/stac/search", "/absent"] {
            let answer = send(address, &format!("GET {path}"));
            assert_eq!(
                field(&answer, "permissions-policy"),
                "camera=(), microphone=(), geolocation=(self)"
            );
            assert_eq!(field(&answer, "x-content-type-options"), "nosniff");
            assert_eq!(field(&answer, "referrer-policy"), "strict-origin-when-cross-origin");
        }
    }

    #[test]
    fn the_published_settings_name_sources_too() {
        let (folder, address) = start();
        let config = r#"{"stac_url":"https://later.example/v1","highres_zoom":11,"stale_after_days":30,"attribution":"x",
            "basemaps":[{"title":"a","url":"https://{s}.tile.example/{z}/{x}/{y}.png","attribution":"x"}]}"#;
        fs::write(folder.path().join("root/meta/client.json"), config).unwrap();
        let policy = field(&send(address, "GET /"), "content-security-policy");
        assert!(policy.contains(" https://later.example;"), "{policy}");
        assert!(policy.contains("img-src 'self' data: blob: https://*.tile.example;"), "{policy}");
    }

    #[test]
    fn a_search_with_a_body_without_measure_is_refused() {
        let (_folder, address) = start();
        let body = "x".repeat(70_000);
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "POST /stac/search HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n")
            .unwrap();
        let mut answer = [0; 1024];
        let count = stream.read(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer[..count]);
        assert!(answer.contains("413") && answer.contains("64 KiB"), "{answer}");

        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST /stac/search HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        .unwrap();
        // The server may answer before it was sent whole.
        let _ = write!(stream, "{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
        let mut answer = [0; 1024];
        let count = stream.read(&mut answer).unwrap();
        assert!(String::from_utf8_lossy(&answer[..count]).contains("413"));
    }

    #[test]
    // Long: one row for each kind of response, all over one server.
    fn every_answer_is_as_a_browser_needs_it() {
        let (_folder, address) = start();
        let check = |request: &str, parts: &[&str]| {
            let answer = send(address, request);
            parts.iter().for_each(|part| {
                assert!(answer.contains(part), "{request}: no {part} in\n{answer}")
            });
        };
        let tile = format!("/tiles/madre/{RUN}/dnbr/6/10/25.png");
        let js = "/page-0123456789abcdef.js";
        let asset = "/stac/assets/a/nir08/nir.tif";
        let encodings = "Accept-Encoding: br, gzip";

        check(
            &format!("GET {tile}"),
            &["200 OK", "image/png", "max-age=31536000, immutable", "allow-origin: *"],
        );
        check(
            "GET /tiles/madre/dnbr/6/9/9.png",
            &["404", "cache-control: no-cache", "allow-origin: *", "\r\n\r\nnot found"],
        );
        check(
            &format!("GET {js}\n{encodings}"),
            &["200 OK", "content-encoding: br", "immutable", "etag: W/"],
        );
        check(
            &format!("GET /ready-0123456789abcdef.js\n{encodings}"),
            &["content-encoding: br", "\r\n\r\nbrotli"],
        );
        check(
            "GET /ready-0123456789abcdef.js\nAccept-Encoding: gzip",
            &["content-encoding: gzip", "\r\n\r\ngz"],
        );
        check(
            "GET /ready-0123456789abcdef.js",
            &["text/javascript", "vary: accept-encoding", "\r\n\r\nlet b"],
        );
        check(
            &format!("HEAD {js}\n{encodings}"),
            &["200 OK", "content-length: 11000", "accept-ranges: bytes"],
        );
        check(
            &format!("GET {js}\n{encodings}\nRange: bytes=4-8"),
            &["206", "bytes 4-8/11000", "\r\n\r\na = 1"],
        );
        check(
            &format!("GET {asset}\nRange: bytes=2-4"),
            &["206", "image/tiff", "bytes 2-4/10", "\r\n\r\n\0*4"],
        );
        check(&format!("GET {asset}\nRange: bytes=10-"), &["416", "bytes */10"]);
        check(
            &format!("GET {asset}\nRange: bytes=2-4\nIf-Range: \"older\""),
            &["200 OK", "\r\n\r\nMM\0*456789"],
        );
        check(&format!("GET {asset}\nRange: bytes=-3"), &["206", "bytes 7-9/10", "\r\n\r\n789"]);
        check(
            &format!("GET {asset}\nRange: bytes=-300"),
            &["206", "bytes 0-9/10", "\r\n\r\nMM\0*456789"],
        );
        check(&format!("GET {asset}\nRange: bytes=-0"), &["416", "bytes */10"]);
        check(&format!("GET {asset}\nRange: bytes=0-1,-1"), &["200 OK", "\r\n\r\nMM\0*456789"]);
        check(
            &format!("HEAD {asset}\nRange: bytes=-3"),
            &["200 OK", "content-length: 10", "accept-ranges: bytes"],
        );
        let etag = field(&send(address, &format!("GET {asset}")), "etag");
        let date = field(&send(address, &format!("GET {asset}")), "last-modified");
        for version in [&etag, &date] {
            check(
                &format!("GET {asset}\nRange: bytes=-3\nIf-Range: {version}"),
                &["206", "bytes 7-9/10"],
            );
        }
        check(&format!("GET {asset}\nIf-None-Match: {etag}"), &["304", &format!("etag: {etag}")]);
        check(&format!("GET {asset}\nIf-Match: \"older\""), &["412"]);
        check(
            "GET /ground/region.pmtiles\nRange: bytes=0-6",
            &["206", "bytes 0-6/11", "cache-control: no-cache", "\r\n\r\nPMTiles"],
        );
        check("GET /ground/region.txt", &["404"]);
        check(
            "GET /meta/client.json",
            &[r#""stac_url":"/stac""#, "cache-control: no-cache", "nosniff"],
        );
        check(
            "GET /stac/search?limit=1",
            &["geo+json", "http://localhost/stac/assets/a/nir08/nir.tif", r#""numberMatched":1"#],
        );
        check("GET /../root/meta/client.json", &["404"]);
        check("GET /%2e%2e/items.json", &["404"]);
        check("GET /meta", &["404"]);
        check("GET /stac/assets/a/nir08/items.json", &["404"]);
        check(
            "OPTIONS /stac/search\nOrigin: https://a.example\nAccess-Control-Request-Method: POST",
            &["200 OK", "allow-origin: *", "range", "content-type", "POST"],
        );
    }
}
