//! The API of the measurements: a loopback server that does as little as possible, on a thread of its own.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::answers::Answers;

/// The session whose decision has 50 MB, with its length announced.
pub const HUGE: &str = "00000000-0000-4000-8000-000000000050";
/// The same without an announced length.
pub const ENDLESS: &str = "00000000-0000-4000-8000-000000000051";
/// Any other session has the usual decision.
pub const USUAL: &str = "00000000-0000-4000-8000-000000000001";

const HUGE_BYTES: usize = 50 * 1024 * 1024;
const CHUNK_BYTES: usize = 64 * 1024;

/// A running server. It lives as long as the process.
pub struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Upstream {
    /// Starts answering.
    pub fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let decision: Arc<[u8]> = whole(&answers.decision).into();
        let list: Arc<[u8]> = whole(&answers.list).into();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                while let Ok((stream, _)) = listener.accept().await {
                    let (decision, list) = (Arc::clone(&decision), Arc::clone(&list));
                    tokio::spawn(serve(stream, decision, list, Arc::clone(&counter)));
                }
            });
        });
        Self { address, requests }
    }

    /// How many requests came since the last look.
    pub fn requests(&self) -> usize {
        self.requests.swap(0, Ordering::SeqCst)
    }
}

fn whole(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

async fn serve(
    mut stream: TcpStream,
    decision: Arc<[u8]>,
    list: Arc<[u8]>,
    requests: Arc<AtomicUsize>,
) {
    stream.set_nodelay(true).expect("a socket");
    let mut head = Vec::with_capacity(4096);
    loop {
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_buf(&mut head).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        requests.fetch_add(1, Ordering::SeqCst);
        let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line).into_owned();
        head.clear();
        let sent = if line.contains(HUGE) {
            huge(&mut stream, true).await
        } else if line.contains(ENDLESS) {
            huge(&mut stream, false).await
        } else if line.contains("/decision/") {
            stream.write_all(&decision).await
        } else {
            stream.write_all(&list).await
        };
        // A client that has seen enough closes the connection.
        if sent.is_err() {
            return;
        }
    }
}

async fn huge(stream: &mut TcpStream, announced: bool) -> std::io::Result<()> {
    let head = if announced {
        format!("content-length: {HUGE_BYTES}")
    } else {
        "transfer-encoding: chunked".to_owned()
    };
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{head}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    // A text that never ends: small values would be refused for their number before their size.
    let mut chunk = vec![b'x'; CHUNK_BYTES];
    chunk[0] = b'"';
    for number in 0..HUGE_BYTES / CHUNK_BYTES {
        if number == 1 {
            chunk[0] = b'x';
        }
        if announced {
            stream.write_all(&chunk).await?;
        } else {
            stream
                .write_all(format!("{CHUNK_BYTES:x}\r\n").as_bytes())
                .await?;
            stream.write_all(&chunk).await?;
            stream.write_all(b"\r\n").await?;
        }
    }
    if !announced {
        stream.write_all(b"0\r\n\r\n").await?;
    }
    Ok(())
}
