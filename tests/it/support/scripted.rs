//! A stand-in for Didit that answers each request as a function says, and keeps what came.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// `METHOD /path?query`.
    pub line: String,
    /// The head, with the header that carries the key.
    pub head: String,
    /// The body.
    pub body: String,
}

/// The stand-in. It ends with the test's process.
pub struct Scripted {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Scripted {
    /// Starts one that answers with a status and a JSON body.
    pub fn start(answer: impl Fn(&Request) -> (u16, Value) + Send + Sync + 'static) -> Self {
        Self::start_raw(move |request| {
            let (status, body) = answer(request);
            (status, "application/json", body.to_string())
        })
    }

    /// Starts one that answers with a status, a content type and a body.
    pub fn start_raw(
        answer: impl Fn(&Request) -> (u16, &'static str, String) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (record, answer) = (Arc::clone(&requests), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (record, answer) = (Arc::clone(&record), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &record, answer.as_ref()));
            }
        });
        Self { address, requests }
    }

    /// The arguments that point the server at it.
    pub fn arguments(&self) -> [String; 2] {
        [
            format!("--api-base-url=http://{}/v3", self.address),
            format!("--auth-base-url=http://{}/auth/v2", self.address),
        ]
    }

    /// What came so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("requests").clone()
    }
}

fn serve(
    mut stream: TcpStream,
    record: &Mutex<Vec<Request>>,
    answer: &dyn Fn(&Request) -> (u16, &'static str, String),
) {
    let Some(request) = read(&stream) else {
        return;
    };
    let (status, kind, body) = answer(&request);
    record.lock().expect("requests").push(request);
    // A client that gave up is no failure of the test.
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len(),
    );
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let line = line.trim().strip_suffix(" HTTP/1.1")?.to_owned();
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && head != "\r\n" {
        reader.read_line(&mut head).ok().filter(|read| *read > 0)?;
    }
    let length = head
        .lines()
        .find_map(|header| {
            let (name, value) = header.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        })
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        line,
        head,
        body: String::from_utf8(body).ok()?,
    })
}
