//! Catalogues and buckets that mean harm: they reach nothing inside, publish nothing of it, and end
//! in bounded time and memory.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::test_bed::{TestBed, invented_scenes};

/// What no published file may contain.
const SECRET: &str = "SECRET-4711";
/// A bound far beyond what a test takes, and far below what waiting would take.
const SOON: Duration = Duration::from_secs(240);

/// What was requested from a server.
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Of `Range`, lower case.
    pub(crate) range: Option<String>,
    pub(crate) body: String,
}

/// A server in threads of the test, which records what was requested.
pub(crate) struct Server {
    pub(crate) root: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers each request, given the server's own address; the connection ends with the answer.
    pub(crate) fn start(
        answer: impl Fn(&Asked, &str, &mut TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (remembered, own, answer) = (Arc::clone(&asked), root.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (remembered, own, answer) =
                    (Arc::clone(&remembered), own.clone(), Arc::clone(&answer));
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    // A client that connects and closes does not matter to the test.
                    let Some(asked) = request(&stream) else { return };
                    let line = format!("{} {} {}", asked.method, asked.path, asked.body);
                    remembered.lock().unwrap().push(line);
                    answer(&asked, &own, &mut stream);
                });
            }
        });
        Self { root, asked }
    }

    /// Method, path and body of each request so far, but for those of files.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|line| !line.contains(" /cog/")).cloned().collect()
    }
}

fn request(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (method, path) = (line.split(' ').next()?.to_owned(), line.split(' ').nth(1)?.to_owned());
    let (mut range, mut length) = (None, 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_ascii_lowercase();
        match header.split_once(": ") {
            Some(("range", value)) => range = Some(value.to_owned()),
            Some(("content-length", value)) => length = value.parse().ok()?,
            None if header.is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, path, range, body: String::from_utf8_lossy(&body).into_owned() })
}

/// Sends an answer; `head` is its status and headers. A client that hangs up in between may.
pub(crate) fn send(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let head =
        format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

pub(crate) fn send_page(stream: &mut TcpStream, features: &Value, next: Option<Value>) {
    let links: Vec<Value> = next.into_iter().collect();
    send(stream, "200 OK", json!({ "features": features, "links": links }).to_string().as_bytes());
}

/// Sends a file of the invented scenes, as a bucket does.
pub(crate) fn send_file(stream: &mut TcpStream, asked: &Asked) {
    let path = invented_scenes().join(asked.path.trim_start_matches("/cog/"));
    let Ok(file) = fs::read(path) else { return send(stream, "404 Not Found", b"") };
    let range = asked
        .range
        .as_deref()
        .and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
        .unwrap();
    let (first, last): (usize, usize) = (range.0.parse().unwrap(), range.1.parse().unwrap());
    let last = last.min(file.len() - 1);
    let head = format!("206 Partial Content\r\nContent-Range: bytes {first}-{last}/{}", file.len());
    send(stream, &head, &file[first..=last]);
}

/// The Sierra's invented scenes, their files at an address.
pub(crate) fn items(files: &str) -> Value {
    items_at(|path| format!("{files}/{path}"))
}

/// The same, with hrefs made of the files' own paths.
fn items_at(href: impl Fn(&str) -> String) -> Value {
    let text = fs::read(invented_scenes().join("items.json")).unwrap();
    let mut items: Value = serde_json::from_slice::<Value>(&text).unwrap()["features"].take();
    items.as_array_mut().unwrap().retain(|item| item["id"].as_str().unwrap().contains("10TFK"));
    for item in items.as_array_mut().unwrap() {
        for asset in item["assets"].as_object_mut().unwrap().values_mut() {
            asset["href"] = json!(href(asset["href"].as_str().unwrap().trim_start_matches("./")));
        }
    }
    items
}

pub(crate) fn bed_over(stac: &str) -> TestBed {
    let region = json!([{
        "name": "sierra", "bbox": [-121.4, 39.75, -121.0, 40.05], "zoom_min": 8, "zoom_max": 9,
        "pre": { "start": "2025-06-01", "end": "2025-07-05" }, "post": { "start": "2025-08-20", "end": "2025-09-20" }
    }]);
    TestBed::new(stac.as_ref(), &region)
}

/// The update fails soon and reports it: with these words in the metadata, and nothing secret in
/// them.
pub(crate) fn check_failed(bed: &TestBed, arguments: &[&str], parts: &[&str]) {
    let started = Instant::now();
    let output = bed.run(&[&["update", "sierra"], arguments].concat());
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    let log = log(&output);
    assert!(
        output.status.code() == Some(1) && !log.contains("panicked"),
        "{:?}: {log}",
        output.status
    );
    check_recorded(bed, parts);
}

fn check_recorded(bed: &TestBed, parts: &[&str]) {
    let text = fs::read_to_string(bed.published("meta/sierra.json")).unwrap();
    assert!(!text.contains(SECRET), "{text}");
    let error = bed.meta("sierra").last_error.unwrap();
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
    let causes: Vec<&str> = error.split(": ").collect();
    assert!(causes.windows(2).all(|pair| pair[0] != pair[1]), "said twice: {error}");
    assert!(!error.contains(|c: char| c.is_control()) && error.len() < 4000, "{error:?}");
}

fn log(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A service that must not be reached.
fn inside() -> Server {
    Server::start(|_, _, stream| send(stream, "200 OK", SECRET.as_bytes()))
}

#[test]
fn a_next_page_leads_nowhere_inside() {
    for method in ["GET", "POST"] {
        let inside = inside();
        let href = format!("{}/latest/meta-data/iam", inside.root);
        let catalogue = Server::start(move |_, _, stream| {
            let next = json!({ "rel": "next", "href": href, "method": method, "body": { "cmd": "rm \
                -rf" } });
            send_page(stream, &json!([]), Some(next));
        });
        let bed = bed_over(&catalogue.root);
        check_failed(&bed, &[], &["next page", "catalogue_hosts"]);
        assert_eq!((inside.asked().len(), catalogue.asked().len()), (0, 1));
        // Named hosts receive requests, and their responses are not shown either.
        check_failed(
            &bed,
            &["--catalogue-hosts", "pages.example.org,127.0.0.1"],
            &["does not answer as STAC does"],
        );
        assert_eq!(inside.asked().len(), 1);
    }
}

#[test]
fn a_redirect_leads_nowhere_inside() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let inside = inside();
        let to = format!("{status}\r\nLocation: {}/internal/metadata", inside.root);
        let catalogue = Server::start(move |_, _, stream| send(stream, &to, SECRET.as_bytes()));
        check_failed(&bed_over(&catalogue.root), &[], &["redirects elsewhere", "catalogue_hosts"]);
        assert_eq!((inside.asked().len(), catalogue.asked().len()), (0, 1), "{status}");
    }
    let to_file = Server::start(|_, _, stream| {
        send(stream, "302 Found\r\nLocation: file:///etc/passwd", b"")
    });
    check_failed(&bed_over(&to_file.root), &[], &["redirects elsewhere"]);
}

#[test]
fn what_a_catalogue_answers_is_not_published() {
    let json = |text: String| ("200 OK", text);
    for (head, body) in [
        ("404 SECRET-4711\r\nX-Secret: SECRET-4711", SECRET.to_owned()),
        ("403 Forbidden", format!("{{\"error\":\"{SECRET}\"}}")),
        json(format!("<html>{SECRET}</html>")),
        json(SECRET.to_owned()),
        json(format!("\"{SECRET}\"")),
        json(format!("{{\"features\":\"{SECRET}\"}}")),
        json(format!("{{\"features\":[\"{SECRET}\",{{\"id\":\"{SECRET}\"}}]}}")),
        json(format!("{{\"features\":[{{\"id\":7,\"properties\":\"{SECRET}\"}}]}}")),
        json(format!("{{\"features\":{{\"{SECRET}\":1}},\"links\":\"{SECRET}\"}}")),
    ] {
        let catalogue = Server::start(move |_, _, stream| send(stream, head, body.as_bytes()));
        check_failed(&bed_over(&catalogue.root), &[], &["/search"]);
        assert_eq!(catalogue.asked().len(), 1, "what stays is asked for once");
    }
}

#[test]
fn an_api_names_no_path_of_this_machine() {
    let scenes = invented_scenes().display().to_string();
    let mut errors = Vec::new();
    for prefix in [format!("file://{scenes}/"), "file:///no/such/".to_owned()] {
        let catalogue = Server::start(move |_, _, stream| {
            send_page(stream, &items_at(|path| format!("{prefix}{path}")), None)
        });
        let bed = bed_over(&catalogue.root);
        check_failed(&bed, &[], &["no scene that can be read", "neither http nor https"]);
        errors.push(bed.meta("sierra").last_error.unwrap());
        assert!(bed.meta("sierra").map.is_none());
    }
    assert!(
        errors.windows(2).all(|pair| pair[0] == pair[1]),
        "which files exist is not stated: {errors:?}"
    );
}

#[test]
fn what_looks_like_a_path_of_this_machine_is_requested_from_the_catalogue() {
    let scenes = invented_scenes().display().to_string();
    for prefix in [format!("{scenes}/"), "/vsizip/http://127.0.0.1/".to_owned()] {
        let expected = format!("GET {prefix}");
        let catalogue = Server::start(move |asked, _, stream| match asked.method.as_str() {
            "POST" => send_page(stream, &items_at(|path| format!("{prefix}{path}")), None),
            _ => send(stream, "404 Not Found", b""),
        });
        check_failed(&bed_over(&catalogue.root), &[], &["404"]);
        assert!(catalogue.asked().iter().any(|line| line.starts_with(&expected)), "{expected}");
    }
}

#[test]
fn a_scene_with_a_path_loses_itself_and_not_the_region() {
    let catalogue = Server::start(|asked, root, stream| {
        if asked.path.starts_with("/cog/") {
            return send_file(stream, asked);
        }
        let mut items = items(&format!("{root}/cog"));
        items[0]["assets"]["nir08"]["href"] = json!("file:///etc/passwd");
        send_page(stream, &items, None);
    });
    let bed = bed_over(&catalogue.root);
    bed.succeed(&["update", "sierra"]);
    let id = items("")[0]["id"].as_str().unwrap().to_owned();
    let map = bed.map("sierra");
    let skipped = map.scenes_skipped.iter().find(|scene| scene.id == id).unwrap();
    assert!(
        skipped.reason.contains("neither http nor https") && !skipped.reason.contains("passwd"),
        "{skipped:?}"
    );
    assert!(map.scenes.iter().all(|scene| scene.id != id));
}

/// A proxy of the environment that leads every name to one server.
fn proxy_to(server: &Server) -> String {
    let address = server.root.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut client = stream.unwrap();
            assert_eq!(request(&client).unwrap().method, "CONNECT");
            let mut server = TcpStream::connect(&address).unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            let (mut to_server, mut from_client) =
                (server.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
            thread::spawn(move || std::io::copy(&mut server, &mut client));
        }
    });
    proxy
}

#[test]
fn a_public_catalogue_leads_to_no_private_address() {
    let inside = inside();
    let port = inside.root.rsplit(':').next().unwrap().to_owned();
    let hosts = [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "a.localhost",
    ];
    let mut roots: Vec<String> = hosts.iter().map(|host| format!("http://{host}:{port}")).collect();
    roots.extend([
        "http://169.254.169.254".to_owned(),
        "http://10.0.0.1".to_owned(),
        "http://100.64.0.1".to_owned(),
        format!("/vsicurl/http://127.0.0.1:{port}"),
    ]);
    for root in roots {
        let files = root.clone();
        let catalogue = Server::start(move |_, _, stream| send_page(stream, &items(&files), None));
        let proxy = proxy_to(&catalogue);
        let bed = bed_over("http://stac.example/v1");
        let update = |arguments: &[&str]| {
            let mut command = bed.command(&[&["update", "sierra"], arguments].concat());
            command
                .env("http_proxy", &proxy)
                .env_remove("no_proxy")
                .env_remove("NO_PROXY")
                .output()
                .unwrap()
        };
        let output = update(&[]);
        assert_eq!(output.status.code(), Some(1), "{}", log(&output));
        check_recorded(
            &bed,
            &["no scene that can be read", "private network", "allow_private_addresses"],
        );
        assert!(!catalogue.asked().is_empty(), "the proxy itself may lie on this machine");
        assert_eq!(inside.asked().len(), 0, "{root}");
    }
}

#[test]
fn a_setting_lets_a_public_catalogue_lead_to_private_addresses() {
    let files = Server::start(|asked, _, stream| send_file(stream, asked));
    let root = files.root.clone();
    let catalogue =
        Server::start(move |_, _, stream| send_page(stream, &items(&format!("{root}/cog")), None));
    let bed = bed_over("http://stac.example/v1");
    let mut command = bed.command(&["update", "sierra", "--allow-private-addresses"]);
    command
        .env("http_proxy", proxy_to(&catalogue))
        .env("no_proxy", "127.0.0.1")
        .env_remove("NO_PROXY");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", log(&output));
}

/// Peak resident memory of a run whose catalogue answers so before it is kept waiting, MiB.
fn peak_mib(name: &str, answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> u64 {
    let (arrived, arrival) = mpsc::sync_channel::<()>(1);
    let (release, released) = mpsc::sync_channel::<()>(1);
    let released = Mutex::new(released);
    let catalogue = Server::start(move |asked, root, stream| {
        if asked.path == "/search" {
            return answer(root, stream);
        }
        // The first page has been taken in by now.
        arrived.send(()).unwrap();
        let _ = released.lock().unwrap().recv();
        send(stream, "404 Not Found", b"");
    });
    let bed = bed_over(&catalogue.root);
    let mut run = bed.command(&["update", "sierra"]).stderr(Stdio::null()).spawn().unwrap();
    let came = arrival.recv_timeout(Duration::from_secs(120));
    let status = fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap();
    drop(release);
    run.wait().unwrap();
    assert!(came.is_ok(), "{name}: the second page was not asked for");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() >> 10
}

#[test]
fn a_page_takes_little_memory_whatever_it_holds() {
    let page = |features: &str, more: &str, root: &str| {
        format!(
            r#"{{"features":[{features}],"more":[{more}],"links":[{{"rel":"next","href":"{root}/more"}}]}}"#
        )
    };
    let item = r#"{"id":"a","properties":{}}"#;
    let nested = format!("{}{}", "[".repeat(1 << 20), "]".repeat(1 << 20));
    let bands = format!(
        r#"{{"id":"b","properties":{{}},"assets":{{"nir08":{{"href":"x","bands":[{}]}}}}}}"#,
        "{},".repeat(9_999) + "{}"
    );
    let corners = format!(
        r#"{{"id":"b","properties":{{}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
        "[-121,40],".repeat(24_000) + "[-121,40]"
    );
    let all: [(&str, String, String); 6] = [
        ("numbers beside the items", item.to_owned(), "0,".repeat(15 << 20) + "0"),
        ("numbers for items", format!("{item},{}", "0,".repeat(15_000) + "0"), String::new()),
        ("lists in lists", item.to_owned(), format!("{nested},").repeat(14) + "0"),
        ("items with a long list", format!("{bands},").repeat(900) + item, String::new()),
        ("items with many corners", format!("{corners},").repeat(60) + item, String::new()),
        (
            "an item with a long value",
            format!(
                r#"{{"id":"b","properties":{{"datetime":[{}]}}}},{item}"#,
                "0,".repeat(15 << 20) + "0"
            ),
            String::new(),
        ),
    ];
    for (name, features, more) in all {
        let peak_mib = peak_mib(name, move |root, stream| {
            send(stream, "200 OK", page(&features, &more, root).as_bytes())
        });
        assert!(peak_mib < 220, "{name}: {peak_mib} MiB");
    }
}

#[test]
fn a_page_without_end_is_read_no_further() {
    let catalogue = Server::start(|_, _, stream| {
        stream
            .write_all(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
            )
            .unwrap();
        let chunk = format!("100000\r\n{}\r\n", " ".repeat(1 << 20));
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    });
    check_failed(&bed_over(&catalogue.root), &[], &["/search", "larger than 32 MiB"]);
    let bomb = Server::start(|_, _, stream| {
        send(stream, "200 OK\r\nContent-Encoding: gzip", b"\x1f\x8b\x08")
    });
    check_failed(&bed_over(&bomb.root), &[], &["/search", "compressed"]);
}

#[test]
fn pages_without_end_end() {
    let next = |asked: &Asked, root: &str| {
        let number: u32 =
            asked.path.split_once("n=").map_or(0, |(_, number)| number.parse().unwrap());
        json!({ "rel": "next", "href": format!("{root}/search?n={}", number + 1) })
    };
    let empty = Server::start(move |asked, root, stream| {
        send_page(stream, &json!([]), Some(next(asked, root)))
    });
    check_failed(&bed_over(&empty.root), &[], &["no scene on the post side"]);
    assert_eq!(empty.asked().len(), 6, "five pages, and the list of collections");
    let same = Server::start(move |asked, root, stream| {
        send_page(stream, &json!([{ "id": "a", "properties": {} }]), Some(next(asked, root)));
    });
    check_failed(&bed_over(&same.root), &[], &["circle"]);
    assert_eq!(same.asked().len(), 2);
    let full = Server::start(move |asked, root, stream| {
        let page = &asked.path;
        let item = |number| json!({ "id": format!("{page}-{number}"), "properties": {} });
        let items: Vec<Value> = (0..1000).map(item).collect();
        send_page(stream, &json!(items), Some(next(asked, root)));
    });
    check_failed(&bed_over(&full.root), &[], &["more than 20000 scenes"]);
    assert_eq!(full.asked().len(), 21);
}

/// The first request hangs, or what else it does takes far longer than a run may.
fn check_ends_in_time(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) {
    let catalogue = Server::start(move |_, _, stream| answer(stream));
    check_failed(
        &bed_over(&catalogue.root),
        &["--max-run-minutes", "0.05"],
        &["max_run_minutes (0.05)"],
    );
    // None where the machine is so busy that the time is over before.
    assert!(catalogue.asked().len() <= 1);
}

#[test]
fn a_run_ends_in_time_whatever_the_catalogue_does() {
    check_ends_in_time(|_| thread::sleep(Duration::from_secs(600)));
    check_ends_in_time(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n").unwrap();
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    check_ends_in_time(|stream| {
        send(stream, "429 Too Many Requests\r\nRetry-After: 999999999", b"")
    });
}

#[test]
fn a_server_that_is_gone_is_given_up_within_seconds() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check_failed(&bed_over(&format!("http://{closed}")), &[], &["cannot be searched", "refused"]);
    check_failed(&bed_over("http://no-such-name.invalid/v1"), &[], &["cannot be searched", "DNS"]);
}

/// A catalogue whose files lie in a bucket that answers so.
fn check_bucket(
    answer: impl Fn(&Asked, &str, &mut TcpStream) + Send + Sync + 'static,
    arguments: &[&str],
    parts: &[&str],
) {
    let bucket = Server::start(answer);
    let files = format!("{}/files", bucket.root);
    let catalogue = Server::start(move |_, _, stream| send_page(stream, &items(&files), None));
    check_failed(&bed_over(&catalogue.root), arguments, parts);
}

#[test]
fn a_bucket_that_misbehaves_is_given_up_in_time() {
    let partial = |range: &str| format!("206 Partial Content\r\nContent-Range: bytes {range}");
    let in_time = ["--max-run-minutes", "0.05"];
    let unread = "could not be read";
    check_bucket(|_, _, _| thread::sleep(Duration::from_secs(600)), &in_time, &["max_run_minutes"]);
    check_bucket(
        |_, _, stream| send(stream, "503 Busy\r\nRetry-After: 99999999", b""),
        &in_time,
        &["max_run_minutes"],
    );
    let trickle = partial("0-16383/99999999");
    let trickling = move |_: &Asked, _: &str, stream: &mut TcpStream| {
        stream
            .write_all(format!("HTTP/1.1 {trickle}\r\nContent-Length: 16384\r\n\r\n").as_bytes())
            .unwrap();
        while stream.write_all(b"I").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    };
    check_bucket(trickling, &in_time, &["max_run_minutes"]);
    let looping = |asked: &Asked, _: &str, stream: &mut TcpStream| {
        send(stream, &format!("302 Found\r\nLocation: {}", asked.path), b"");
    };
    check_bucket(looping, &[], &[unread, "redirects more than 5 times"]);
    let to_file = |_: &Asked, _: &str, stream: &mut TcpStream| {
        send(stream, "302 Found\r\nLocation: file:///etc/passwd", b"");
    };
    check_bucket(to_file, &[], &[unread, "redirects elsewhere"]);
    let huge = partial("0-16383/18446744073709551615");
    check_bucket(
        move |_, _, stream| send(stream, &huge, &[0; 16384]),
        &[],
        &[unread, "a size that cannot be"],
    );
    check_bucket(
        |_, _, stream| send(stream, "200 OK", &b"II*\0".repeat(100)),
        &[],
        &[unread, "GeoTIFF"],
    );
    let more = partial("0-16383/99999999999");
    let flooding = move |_: &Asked, _: &str, stream: &mut TcpStream| {
        stream
            .write_all(
                format!("HTTP/1.1 {more}\r\nContent-Length: {}\r\n\r\n", 1u64 << 40).as_bytes(),
            )
            .unwrap();
        while stream.write_all(&[b'A'; 1 << 16]).is_ok() {}
    };
    check_bucket(flooding, &[], &[unread, "GeoTIFF"]);
    let secret = |_: &Asked, _: &str, stream: &mut TcpStream| {
        let head = format!("206 {SECRET}\r\nX-Secret: {SECRET}\r\nContent-Range: bytes 0-10/11");
        send(stream, &head, SECRET.as_bytes());
    };
    check_bucket(secret, &[], &[unread, "GeoTIFF"]);
}

#[test]
fn a_catalogue_that_is_a_named_pipe_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("items.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    check_failed(&bed_over(pipe.to_str().unwrap()), &[], &["items.json", "named pipe"]);
    check_failed(&bed_over(folder.path().to_str().unwrap()), &[], &["folder"]);
}
