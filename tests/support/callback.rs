//! The developer's own application, to which a finished person comes back.
#![allow(
    dead_code,
    reason = "every test binary that includes this file uses another part of it"
)]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// A tiny server that remembers which pages were asked for.
pub struct Application {
    address: SocketAddr,
    visits: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
}

impl Application {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let application = Self {
            address: listener.local_addr().unwrap(),
            visits: Arc::default(),
            over: Arc::default(),
        };
        let (visits, over) = (
            Arc::clone(&application.visits),
            Arc::clone(&application.over),
        );
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::Acquire) {
                    return;
                }
                let visits = Arc::clone(&visits);
                // A browser opens connections ahead of need, so none may keep the others waiting.
                std::thread::spawn(move || answer(stream, &visits));
            }
        });
        application
    }

    /// Where a finished person is sent.
    pub fn callback(&self) -> String {
        format!("http://{}/done?order=7", self.address)
    }

    /// Where it takes posts.
    pub fn hook(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// The queries with which the callback was opened so far, as pairs.
    pub fn landings(&self) -> Vec<Vec<(String, String)>> {
        let visits = self.visits.lock().unwrap();
        visits
            .iter()
            .filter_map(|target| target.strip_prefix("/done?"))
            .map(|query| {
                url::form_urlencoded::parse(query.as_bytes())
                    .into_owned()
                    .collect()
            })
            .collect()
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        // Wakes the listening thread, which then sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

fn answer(mut stream: TcpStream, visits: &Mutex<Vec<String>>) {
    const PAGE: &str =
        "<!doctype html><html lang=\"en\"><title>Shop</title><h1>Welcome back</h1></html>";
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let mut reader = BufReader::new(&stream);
    let mut head = Vec::new();
    for line in reader.by_ref().lines().map_while(Result::ok) {
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let Some(target) = head.first().and_then(|line| line.split(' ').nth(1)) else {
        return;
    };
    // An answer before the body was read would break the connection of who posts one.
    let length = head
        .iter()
        .find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then_some(value)
        })
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    drop(std::io::copy(
        &mut reader.by_ref().take(length),
        &mut std::io::sink(),
    ));
    visits.lock().unwrap().push(target.to_owned());
    drop(write!(
        stream,
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{PAGE}",
        PAGE.len()
    ));
}
