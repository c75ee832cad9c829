//! Servers with quirks: files are read right, or refused in words that help, and never mixed.

use std::net::TcpStream;

use serde_json::{Value, json};

use crate::hostile::{Asked, Server, bed_over, check_failed, items, send, send_file, send_page};
use crate::raster::ReadRaster;
use crate::test_bed::{TestBed, invented_scenes};

/// Sends a range of a file as a bucket with these further headers does. `total` is what
/// Content-Range states of the file's length; without it the header is left out.
fn send_part(
    stream: &mut TcpStream,
    asked: &Asked,
    total: impl Fn(usize) -> Option<String>,
    headers: &str,
) {
    let path = invented_scenes().join(asked.path.trim_start_matches("/cog/"));
    let Ok(file) = std::fs::read(path) else { return send(stream, "404 Not Found", b"") };
    let range = asked.range.as_deref().and_then(|range| range.strip_prefix("bytes=")).unwrap();
    let (first, last) = range.split_once('-').unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    if first >= file.len() {
        return send(stream, "416 Range Not Satisfiable", b"");
    }
    let last = last.min(file.len() - 1);
    let stated = total(file.len())
        .map(|total| format!("\r\nContent-Range: bytes {first}-{last}/{total}"))
        .unwrap_or_default();
    let head = format!("206 Partial Content{stated}{headers}");
    send(stream, &head, &file[first..=last]);
}

/// A region whose scenes lie in a bucket that answers so.
fn bed_of(
    answer: impl Fn(&Asked, &str, &mut TcpStream) + Send + Sync + 'static,
) -> (TestBed, [Server; 2]) {
    let bucket = Server::start(answer);
    let items = items(&format!("{}/cog", bucket.root));
    let catalogue = Server::start(move |_, _, stream| send_page(stream, &items, None));
    (bed_over(&catalogue.root), [catalogue, bucket])
}

/// The raster's bits, and the hectares.
fn map(bed: &TestBed) -> (Vec<u32>, Value) {
    bed.succeed(&["update", "sierra"]);
    let raster: ReadRaster<f32> =
        ReadRaster::read(&bed.published("raster/sierra_lowres_dnbr.tif"), None);
    let bits = raster.pixels.into_iter().map(f32::to_bits).collect();
    (bits, serde_json::to_value(bed.map("sierra").hectares).unwrap())
}

#[test]
fn a_length_that_is_not_stated_makes_no_difference() {
    let (plain, _servers) = bed_of(|asked, _, stream| send_file(stream, asked));
    let expected = map(&plain);
    let stars = bed_of(|asked, _, stream| {
        send_part(stream, asked, |_| Some("*".to_owned()), "\r\nETag: \"1\"")
    });
    assert!(map(&stars.0) == expected);
    let none = bed_of(|asked, _, stream| send_part(stream, asked, |_| None, ""));
    assert!(map(&none.0) == expected);
}

#[test]
fn a_file_that_is_replaced_while_it_is_read_is_not_read_as_a_mixture() {
    let stated = |length: usize| Some(length.to_string());
    let is_head = |asked: &Asked| asked.range.as_deref().unwrap().starts_with("bytes=0-");
    let parts = ["10TFK", "changed while it was read", "run again"];
    let (bed, _servers) = bed_of(move |asked, _, stream| {
        let version = if is_head(asked) { "1" } else { "2" };
        send_part(stream, asked, stated, &format!("\r\nETag: \"{version}\""));
    });
    check_failed(&bed, &[], &parts);
    let (bed, _servers) = bed_of(move |asked, _, stream| {
        let day = if is_head(asked) { "Mon, 02" } else { "Tue, 03" };
        send_part(
            stream,
            asked,
            stated,
            &format!("\r\nlast-modified: {day} Nov 2026 07:00:00 GMT"),
        );
    });
    check_failed(&bed, &[], &parts);
    let (bed, _servers) = bed_of(move |asked, _, stream| {
        let more = usize::from(!is_head(asked));
        send_part(stream, asked, |length| Some((length + more).to_string()), "");
    });
    check_failed(&bed, &[], &parts);
}

#[test]
fn what_comes_instead_of_a_geotiff_is_named_with_what_helps() {
    let check = |head: &'static str, body: &'static [u8], parts: &[&str]| {
        let (bed, _servers) = bed_of(move |asked, root, stream| match asked.path.as_str() {
            "/sign-in?from=SECRET-4711" => {
                send(stream, "200 OK\r\nContent-Type: text/html", b"<html>")
            }
            _ => send(stream, &head.replace("{root}", root), body),
        });
        check_failed(&bed, &[], &[&["could not be read"], parts].concat());
    };
    check("302 Found\r\nLocation: {root}/sign-in?from=SECRET-4711", b"", &["login", "/sign-in,"]);
    check("200 OK\r\nContent-Type: text/html", b"<html>hi</html>", &["web page", "login"]);
    check("200 OK", b"<!doctype html><title>hi</title>", &["web page", "login"]);
    check("200 OK", b"<?xml version=\"1.0\"?><Error><Code>No", &["XML", "GeoTIFF"]);
    let part = "206 Partial Content\r\nContent-Encoding: gzip";
    check(part, b"\x1f\x8b\x08", &["compressed", "Content-Encoding: gzip"]);
    check("200 OK", b"\x1f\x8b\x08", &["compressed by gzip"]);
    let jp2 = b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ";
    check("200 OK", jp2, &["JPEG 2000", "Earth Search", "gdal_translate -of COG"]);
}

/// A catalogue at a second address, to which searches are redirected.
fn redirecting(status: &'static str) -> (TestBed, Server, Server) {
    let bucket = Server::start(|asked, _, stream| send_file(stream, asked));
    let items = items(&format!("{}/cog", bucket.root));
    let catalogue = Server::start(move |asked, root, stream| match asked.path.as_str() {
        "/search" => send(stream, &format!("{status}\r\nLocation: {root}/v2/search"), b""),
        _ => send_page(stream, &items, None),
    });
    (bed_over(&catalogue.root), catalogue, bucket)
}

#[test]
fn a_redirected_search_keeps_its_method_and_its_conditions() {
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let (bed, catalogue, _bucket) = redirecting(status);
        bed.succeed(&["update", "sierra"]);
        for pair in catalogue.asked().chunks(2) {
            assert_eq!(pair[1], pair[0].replace("/search", "/v2/search"), "{status}");
            assert!(pair[1].starts_with("POST ") && pair[1].contains("datetime"), "{status}");
        }
    }
}

#[test]
fn a_search_that_is_redirected_elsewhere_names_status_and_both_addresses() {
    let elsewhere = Server::start(|_, _, stream| send_page(stream, &json!([]), None));
    let to = format!("301 Moved\r\nLocation: {}/search", elsewhere.root);
    let catalogue = Server::start(move |_, _, stream| send(stream, &to, b""));
    let bed = bed_over(&catalogue.root);
    let own = format!("{}/search", catalogue.root);
    check_failed(&bed, &[], &["status 301", &own, &elsewhere.root, "catalogue_hosts"]);
    assert!(elsewhere.asked().is_empty());
}
