//! A server on this machine that answers as a catalogue once did.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The requests that the server received.
pub(crate) struct ReceivedRequests(Arc<Mutex<Vec<String>>>);

impl ReceivedRequests {
    /// Head and body of each request so far.
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A server that gives these answers in turn, by status line and body; `{root}` in them is its own
/// address. Gives that too.
pub(crate) fn answers(answers: &[(&str, &str)]) -> (String, ReceivedRequests) {
    let answers: Vec<(String, String)> =
        answers.iter().map(|(head, body)| ((*head).into(), (*body).into())).collect();
    let (root, received) = serve(move |number, root, stream| {
        // Further requests get no answer.
        let Some((head, body)) = answers.get(number) else { return };
        let body = body.replace("{root}", root);
        let head = format!(
            "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    });
    (root, received)
}

/// A server that answers each request by its number and the server's own address, in a thread of
/// its own. Gives that address too.
pub(crate) fn serve(
    answer: impl Fn(usize, &str, &mut TcpStream) + Send + Sync + 'static,
) -> (String, ReceivedRequests) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let received = Arc::new(Mutex::new(Vec::new()));
    let (shared, own, answer) = (Arc::clone(&received), root.clone(), Arc::new(answer));
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            shared.lock().unwrap().push(request(&mut stream));
            let (own, answer) = (own.clone(), Arc::clone(&answer));
            thread::spawn(move || answer(number, &own, &mut stream));
        }
    });
    (root, ReceivedRequests(received))
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
