//! A tiny web site: the developer's own application, to which a finished person comes back, or pages that a test brings.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// A page of a site.
#[derive(Debug, Clone)]
pub struct Page {
    pub path: &'static str,
    /// Its content security policy.
    pub policy: &'static str,
    pub html: String,
}

/// A tiny server that remembers what was asked for.
pub struct Site {
    address: SocketAddr,
    visits: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
}

impl Site {
    /// The developer's application: a page for who comes back, and a place for posts.
    pub fn application() -> Self {
        let page = |path| Page {
            path,
            policy: "default-src 'none'",
            html:
                "<!doctype html><html lang=\"en\"><title>Shop</title><h1>Welcome back</h1></html>"
                    .to_owned(),
        };
        Self::start(vec![page("/done"), page("/hook")])
    }

    pub fn start(pages: Vec<Page>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = Self {
            address: listener.local_addr().unwrap(),
            visits: Arc::default(),
            over: Arc::default(),
        };
        let (visits, over) = (Arc::clone(&site.visits), Arc::clone(&site.over));
        let pages = Arc::new(pages);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::Acquire) {
                    return;
                }
                let (pages, visits) = (Arc::clone(&pages), Arc::clone(&visits));
                // A browser opens connections ahead of need, so none may keep the others waiting.
                std::thread::spawn(move || answer(stream, &pages, &visits));
            }
        });
        site
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Where a finished person is sent.
    pub fn callback(&self) -> String {
        self.url("/done?order=7")
    }

    /// Where it takes posts.
    pub fn hook(&self) -> String {
        self.url("/hook")
    }

    /// What was asked for so far, paths with their queries.
    pub fn visits(&self) -> Vec<String> {
        self.visits.lock().unwrap().clone()
    }

    /// The queries with which the callback was opened so far, as pairs.
    pub fn landings(&self) -> Vec<Vec<(String, String)>> {
        self.visits()
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

impl Drop for Site {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        // Wakes the listening thread, which then sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

fn answer(mut stream: TcpStream, pages: &[Page], visits: &Mutex<Vec<String>>) {
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
    let path = target.split('?').next().unwrap_or_default();
    let (status, policy, html) = pages
        .iter()
        .find(|page| page.path == path)
        .map_or(("404 Not Found", "default-src 'none'", ""), |page| {
            ("200 OK", page.policy, page.html.as_str())
        });
    drop(write!(
        stream,
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: text/html; charset=utf-8\r\n\
         content-security-policy: {policy}\r\ncontent-length: {}\r\n\r\n{html}",
        html.len()
    ));
}
