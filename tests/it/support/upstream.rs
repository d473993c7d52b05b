//! A small HTTP/1.1 server on loopback that answers by script and records every request as it came.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use didit_mcp::didit::{ApiKey, Client, ClientBuilder, Error};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The key every test client sends.
pub const KEY: &str = "test-key-client-0000";

/// What the server does with one connection, each of which carries one request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A whole answer.
    Full {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// The head of an answer, then one byte at a time for ever.
    Trickle,
    /// Nothing, with the connection held open.
    Stall,
    /// These bytes as they are, then the end of the connection.
    Raw(Vec<u8>),
    /// These bytes as they are, with the connection held open.
    Held(Vec<u8>),
    /// These bytes as they are, again and again.
    Endless(Vec<u8>),
}

impl Reply {
    /// A JSON answer.
    pub fn json(status: u16, body: &str) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self::Full {
            status,
            headers,
            body: body.as_bytes().to_vec(),
        }
    }
}

/// One request.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// `METHOD /path?query`.
    pub line: String,
    /// Names in lower case, sorted; without `host` and `content-length`, which only repeat the address and the body.
    pub headers: Vec<(String, String)>,
    /// The bytes.
    pub body: Vec<u8>,
}

impl Recorded {
    /// The whole request as text.
    pub fn text(&self) -> String {
        let headers: String = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        format!(
            "{}\n{headers}\n{}",
            self.line,
            String::from_utf8_lossy(&self.body)
        )
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Makes one call against a server that gives this answer.
pub async fn answered<T>(
    status: u16,
    body: impl ToString,
    call: impl AsyncFnOnce(Client) -> Result<T, Error>,
) -> Result<T, Error> {
    let upstream = Upstream::start([Reply::json(status, &body.to_string())]).await;
    call(upstream.builder().build().unwrap()).await
}

/// The server. It stops when dropped.
pub struct Upstream {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Recorded>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Upstream {
    /// Starts a server that gives these answers in turn, and status 599 after the last.
    pub async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let mut script: VecDeque<Reply> = script.into_iter().collect();
        let record = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let reply = script.pop_front().unwrap_or(Reply::json(599, "{}"));
                connections.spawn(serve(stream, reply, Arc::clone(&record)));
            }
        });
        Self {
            address,
            requests,
            task,
        }
    }

    /// `http://127.0.0.1:PORT` followed by `path`.
    pub fn url(&self, path: &str) -> url::Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// A client of both hosts with the test key.
    pub fn builder(&self) -> ClientBuilder {
        Client::builder()
            .api_base_url(self.url("/v3"))
            .auth_base_url(self.url("/auth/v2"))
            .api_key(ApiKey::new(KEY))
            // Each script holds one answer; what is made again is tested on its own.
            .attempts(1)
    }

    /// How many connections are being served.
    pub fn open_connections(&self) -> usize {
        // One record is here, one with the listener, and one with each connection.
        Arc::strong_count(&self.requests) - 2
    }

    /// What came so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, reply: Reply, record: Arc<Mutex<Vec<Recorded>>>) {
    let Some(request) = read_request(&mut stream).await else {
        return;
    };
    record.lock().unwrap().push(request);
    // A client that gave up is no failure of the server.
    let _ = answer(&mut stream, reply).await;
}

async fn answer(stream: &mut TcpStream, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Full {
            status,
            headers,
            body,
        } => {
            let headers: String = headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}\r\n"))
                .collect();
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&body).await?;
            stream.shutdown().await
        }
        Reply::Trickle => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
                .await?;
            loop {
                stream.write_all(b" ").await?;
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        }
        Reply::Stall => std::future::pending().await,
        Reply::Raw(bytes) => {
            stream.write_all(&bytes).await?;
            stream.shutdown().await
        }
        Reply::Held(bytes) => {
            stream.write_all(&bytes).await?;
            std::future::pending().await
        }
        Reply::Endless(bytes) => loop {
            stream.write_all(&bytes).await?;
        },
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Recorded> {
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 4096];
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        let read = stream
            .read(&mut chunk)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let line = lines.next()?.strip_suffix(" HTTP/1.1")?.to_owned();
    let mut headers: Vec<(String, String)> = lines
        .filter_map(|header| header.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    headers.sort();
    let length: usize = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes.split_off(head_end + 4);
    while body.len() < length {
        let read = stream
            .read(&mut chunk)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        body.extend_from_slice(&chunk[..read]);
    }
    headers.retain(|(name, _)| name != "host" && name != "content-length");
    Some(Recorded {
        line,
        headers,
        body,
    })
}
