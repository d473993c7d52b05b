//! HTTP/1 for the servers that this program opens on its own machine, with bounds on what a stranger can hold.
//!
//! Whoever reaches such a server can open connections and send half a request. Neither may take the file handles or the memory
//! of the tools beside it: so many connections are served at once, the others wait in the system's own queue, and a
//! head that does not come to its end in time closes its connection, as does an idle one.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// How long accepting pauses after the system refused, usually for want of file handles.
const AFTER_REFUSAL: Duration = Duration::from_millis(200);
/// How long requests that are being served may take after the end.
const LAST_REQUESTS: Duration = Duration::from_millis(500);

/// What strangers can take of a server.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections that are open at once.
    pub connections: usize,
    /// How long a request's line and headers may take, counted from the last answer or from the start.
    pub head: Duration,
}

/// Serves until `over` is cancelled. `open` makes the stream and the routes of one connection.
pub async fn serve<Stream>(
    listener: TcpListener,
    bounds: Bounds,
    over: CancellationToken,
    open: impl Fn(TcpStream, SocketAddr) -> (Stream, Router),
) where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let places = Arc::new(Semaphore::new(bounds.connections));
    // Dropping the set, as whoever drops this future does, cuts all connections.
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let next = async {
            // The place comes first: a connection that is not accepted yet costs no file handle here.
            let place = Arc::clone(&places).acquire_owned().await;
            (place, accept(&listener).await)
        };
        let (place, (stream, peer)) = tokio::select! {
            () = over.cancelled() => break,
            next = next => next,
        };
        let (stream, routes) = open(stream, peer);
        let over = over.clone();
        connections.spawn(async move {
            serve_one(stream, routes, bounds.head, over).await;
            drop(place);
        });
    }
    drop(listener);
    // What is not answered by then is cut.
    let last = async { while connections.join_next().await.is_some() {} };
    drop(tokio::time::timeout(LAST_REQUESTS, last).await);
}

/// The next connection; one that was given up before it was accepted is no reason to stop.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::ConnectionRefused
                ) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(AFTER_REFUSAL).await;
            }
        }
    }
}

async fn serve_one<Stream>(stream: Stream, routes: Router, head: Duration, over: CancellationToken)
where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let mut connection = std::pin::pin!(connection);
    // Whoever breaks off or is too slow gets no further word, and the log has nothing to say about it.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = over.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    drop(connection.await);
}
