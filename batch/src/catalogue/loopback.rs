//! A server on this machine that answers as a catalogue once did.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What the server was asked.
pub(super) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    /// Head and body of each request so far.
    pub(super) fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A server that gives these answers in turn, by status line and body; `{root}` in them is its own address. Gives that too.
pub(super) fn answers(answers: &[(&str, &str)]) -> (String, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let answers: Vec<String> = answers
        .iter()
        .map(|(head, body)| {
            let body = body.replace("{root}", &root);
            format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        })
        .collect();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = Arc::clone(&heard);
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            hearing.lock().unwrap().push(request(&mut stream));
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (root, Heard(heard))
}

/// Head and body of a request, however many pieces they come in.
fn request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut piece = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        let length = stream.read(&mut piece).unwrap();
        assert!(length > 0, "the request was cut: {text}");
        text.push_str(&String::from_utf8_lossy(&piece[..length]));
    }
}
